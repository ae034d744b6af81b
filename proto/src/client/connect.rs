//! Connects as a host does: the announced certificate is the only one trusted, `h2` is insisted on.

use std::io;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion};
use tokio_rustls::TlsConnector;
use tonic::transport::Endpoint;

use super::{Address, Channel, Error, Handshake, Identity, Provider};
use crate::route::MESSAGE_LIMIT;
use crate::socket::Stream;
use crate::tls::{ALPN, SERVER_NAME, provider as cryptography};

/// Connects to a provider. With TLS, `identity` is what is shown to it.
///
/// The answer does not prove that the provider has let this client in: with TLS 1.3 a refusal
/// shows when the first request fails.
///
/// # Errors
/// Nobody listens, or TLS fails.
pub async fn connect(handshake: &Handshake, identity: Option<&Identity>) -> Result<Channel, Error> {
    connect_with(handshake, identity, rustls::ALL_VERSIONS).await
}

/// With some versions of TLS only.
pub(crate) async fn connect_with(
    handshake: &Handshake,
    identity: Option<&Identity>,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<Channel, Error> {
    let tls = handshake
        .certificate
        .as_ref()
        .map(|server| config(server, identity, versions))
        .transpose()
        .map_err(|error| Error::Connect(error.to_string()))?;
    let address = handshake.address.clone();
    let connector = tower::service_fn(move |_| {
        let (address, tls) = (address.clone(), tls.clone());
        async move { open(&address, tls).await.map(TokioIo::new) }
    });
    // The name is what hosts send as `:authority`; the connector knows the way.
    Endpoint::from_static("http://localhost")
        .connect_with_connector(connector)
        .await
        .map_err(|error| Error::Connect(causes(&error)))
}

/// The typed client on a channel, with the limits of a host.
pub fn provider(channel: Channel) -> Provider {
    Provider::new(channel)
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT)
}

/// tonic's errors say "transport error" and keep the rest to themselves.
fn causes(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => causes(cause),
        None => error.to_string(),
    }
}

async fn open(address: &Address, tls: Option<Arc<ClientConfig>>) -> io::Result<Box<dyn Stream>> {
    let stream: Box<dyn Stream> = match address {
        #[cfg(unix)]
        Address::Unix(path) => Box::new(tokio::net::UnixStream::connect(path).await?),
        #[cfg(not(unix))]
        Address::Unix(_) => return Err(io::ErrorKind::Unsupported.into()),
        Address::Tcp(address) => Box::new(tokio::net::TcpStream::connect(address).await?),
    };
    let Some(tls) = tls else {
        return Ok(stream);
    };
    let name = ServerName::try_from(SERVER_NAME).map_err(io::Error::other)?;
    let stream = TlsConnector::from(tls).connect(name, stream).await?;
    if stream.get_ref().1.alpn_protocol() != Some(ALPN) {
        return Err(io::Error::other("the provider does not speak h2"));
    }
    Ok(Box::new(stream))
}

fn config(
    server: &CertificateDer<'static>,
    identity: Option<&Identity>,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<Arc<ClientConfig>, rustls::Error> {
    let mut trusted = RootCertStore::empty();
    trusted.add(server.clone())?;
    let config = ClientConfig::builder_with_provider(cryptography())
        .with_protocol_versions(versions)?
        .with_root_certificates(trusted);
    let mut config = match identity {
        Some(identity) => config.with_client_cert_resolver(Arc::new(Shown(identity.certified()?))),
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Arc::new(config))
}

/// Always the same certificate, as in Go when the server gives no hints.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}
