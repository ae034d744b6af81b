//! The HTTP client under every SDK client: TLS trust, proxies, connections made on first use,
//! and errors that say whether a request can have left this machine.
//!
//! Three routes: requests to the machine's own metadata services never go through a proxy;
//! everything else goes as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say; and with `insecure`
//! TLS requests take a connector of our own (`insecure.rs`), since the SDK's has no way to accept
//! any certificate.

mod insecure;
mod trust;

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext};
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
    outside: SharedHttpConnector,
    metadata: SharedHttpConnector,
    insecure: Option<SharedHttpConnector>,
}

impl Routes {
    fn new(trust: &Trust, settings: &HttpConnectorSettings) -> Self {
        let connector = |proxy| {
            Connector::builder()
                .connector_settings(settings.clone())
                .proxy_config(proxy)
        };
        let tls = |context: TlsContext| {
            connector(ProxyConfig::from_env())
                .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                .tls_context(context)
                .build()
        };
        let (outside, insecure) = match trust {
            Trust::Certificates(context) => (tls(context.clone()), None),
            // Plain HTTP stays with the SDK's connector; there is no certificate to accept.
            Trust::Anything(tls) => (
                connector(ProxyConfig::from_env()).build_http(),
                Some(insecure::Insecure::new(tls.as_ref().clone(), settings)),
            ),
        };
        Self {
            outside: SharedHttpConnector::new(outside),
            metadata: SharedHttpConnector::new(connector(ProxyConfig::disabled()).build_http()),
            insecure: insecure.map(SharedHttpConnector::new),
        }
    }

    fn route(&self, uri: &str) -> &SharedHttpConnector {
        if is_metadata(uri) {
            return &self.metadata;
        }
        match &self.insecure {
            Some(insecure) if uri.starts_with("https:") => insecure,
            _ => &self.outside,
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
    let source = Box::new(NeverSent(Arc::new(error)));
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

/// An error and its causes, outermost first.
pub(crate) fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
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
    fn insecure_takes_over_tls_and_nothing_else() {
        let settings = HttpConnectorSettings::default();
        let routes = Routes::new(&Trust::anything().unwrap(), &settings);
        let insecure = routes.insecure.as_ref().unwrap();
        let same =
            |uri, connector: &SharedHttpConnector| std::ptr::eq(routes.route(uri), connector);
        assert!(same("https://s3.example", insecure));
        assert!(same("http://127.0.0.1:4566", &routes.outside));
        assert!(same("http://169.254.169.254/latest", &routes.metadata));
    }
}
