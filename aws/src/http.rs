//! The HTTP client under every SDK client: TLS trust, proxies, connections made on first use,
//! and errors that say whether a request can have left this machine.
//!
//! Requests to the machine's own metadata services never go through a proxy; everything else goes
//! as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say. With `insecure` TLS requests take a connector
//! of our own (`insecure.rs`), since the SDK's has no way to accept any certificate.

mod insecure;
mod trust;

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

pub(crate) use trust::Trust;

/// The SDK's HTTP client as the provider's settings want it. Makes no connection and reads no
/// certificate until the first request.
#[derive(Debug)]
pub(crate) struct Http {
    trust: Trust,
    // One set of connections per pair of timeouts: the SDK's own services differ in them.
    connectors: Mutex<HashMap<Timeouts, SharedHttpConnector>>,
}

type Timeouts = (Option<Duration>, Option<Duration>);

impl Http {
    pub(crate) fn new(trust: Trust) -> Self {
        Self {
            trust,
            connectors: Mutex::default(),
        }
    }
}

impl HttpClient for Http {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let key = (settings.connect_timeout(), settings.read_timeout());
        let mut connectors = self
            .connectors
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let routes = || SharedHttpConnector::new(Routes::new(&self.trust, settings));
        connectors.entry(key).or_insert_with(routes).clone()
    }
}

/// The connectors for one pair of timeouts; which one is used depends on the address.
#[derive(Debug)]
struct Routes {
    trust: Trust,
    settings: HttpConnectorSettings,
    plain: SharedHttpConnector,
    metadata: SharedHttpConnector,
    // Reading the system's authorities takes milliseconds, so only the first TLS request does it.
    tls: OnceLock<SharedHttpConnector>,
}

impl Routes {
    fn new(trust: &Trust, settings: &HttpConnectorSettings) -> Self {
        let plain = |proxy| {
            let connector = Connector::builder().connector_settings(settings.clone());
            SharedHttpConnector::new(connector.proxy_config(proxy).build_http())
        };
        Self {
            trust: trust.clone(),
            settings: settings.clone(),
            plain: plain(ProxyConfig::from_env()),
            metadata: plain(ProxyConfig::disabled()),
            tls: OnceLock::new(),
        }
    }

    fn route(&self, uri: &str) -> &SharedHttpConnector {
        if is_metadata(uri) {
            &self.metadata
        } else if uri.starts_with("http:") {
            &self.plain
        } else {
            self.tls.get_or_init(|| self.tls())
        }
    }

    fn tls(&self) -> SharedHttpConnector {
        match &self.trust {
            Trust::Certificates(context) => SharedHttpConnector::new(
                Connector::builder()
                    .connector_settings(self.settings.clone())
                    .proxy_config(ProxyConfig::from_env())
                    .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                    .tls_context(context.clone())
                    .build(),
            ),
            Trust::Anything(tls) => {
                let tls = tls.as_ref().clone();
                SharedHttpConnector::new(insecure::Insecure::new(tls, &self.settings))
            }
        }
    }
}

impl HttpConnector for Routes {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.route(request.uri()).clone();
        HttpConnectorFuture::new(
            async move { connector.call(request).await.map_err(mark_never_sent) },
        )
    }
}

/// Addresses of the instance's, container's and pod's credential services.
fn is_metadata(uri: &str) -> bool {
    ["http://169.254.", "http://[fd00:ec2::"]
        .iter()
        .any(|prefix| uri.starts_with(prefix))
}

/// In the chain of an error: no connection was made, so nothing was sent.
#[derive(Debug)]
pub(crate) struct NeverSent(Arc<ConnectorError>);

impl From<Arc<ConnectorError>> for NeverSent {
    fn from(cause: Arc<ConnectorError>) -> Self {
        Self(cause)
    }
}

impl fmt::Display for NeverSent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("no connection")
    }
}

impl Error for NeverSent {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.0.as_ref())
    }
}

/// Keeps the error's class, by which the SDK decides on a retry, and adds the mark.
fn mark_never_sent(error: ConnectorError) -> ConnectorError {
    if !is_connect(&error) {
        return error;
    }
    let timeout = error.is_timeout();
    let source = Box::new(NeverSent::from(Arc::new(error)));
    let marked = if timeout {
        ConnectorError::timeout(source)
    } else {
        ConnectorError::io(source)
    };
    marked.never_connected()
}

fn is_connect(error: &(dyn Error + 'static)) -> bool {
    find::<hyper_util::client::legacy::Error>(error).is_some_and(|error| error.is_connect())
}

/// The first error of type `E` in a chain of causes.
pub(crate) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// An error and its causes, outermost first. An I/O error made of another one leaves that one out
/// of its sources; here it is not.
pub(crate) fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match wrapped {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credential_services_of_the_machine_are_never_proxied() {
        for uri in [
            "http://169.254.169.254/latest/api/token",
            "http://169.254.170.2/v2/credentials",
            "http://[fd00:ec2::254]/latest",
        ] {
            assert!(is_metadata(uri), "{uri}");
        }
        assert!(!is_metadata(
            "https://dlm.eu-central-1.amazonaws.com/policies"
        ));
    }

    #[test]
    fn only_tls_requests_need_certificates() {
        let settings = HttpConnectorSettings::default();
        let routes = Routes::new(&Trust::anything().unwrap(), &settings);
        let same =
            |uri, connector: &SharedHttpConnector| std::ptr::eq(routes.route(uri), connector);
        assert!(same("http://127.0.0.1:4566/policies", &routes.plain));
        assert!(same("http://169.254.169.254/latest", &routes.metadata));
        assert!(routes.tls.get().is_none());
        assert!(same(
            "https://s3.example",
            routes.route("https://other.example")
        ));
    }
}
