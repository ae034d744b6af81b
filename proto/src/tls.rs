//! Mutual TLS as go-plugin does it: each side makes a certificate for this one session and trusts
//! the other's and nothing else.
//!
//! The host's certificate is a P-521 CA that signed itself. Standard verifiers refuse that (webpki:
//! `CaUsedAsEndEntity`), and with *ring*, which has no P-521, a host shows no certificate at all. So
//! the verifier is ours: the certificate must be the announced one byte by byte, and the peer must
//! prove that it holds the key.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256,
};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme,
};

use crate::handshake::StartError;

/// What gRPC speaks. Hosts since grpc-go 1.67 refuse a server that does not say so.
pub(crate) const ALPN: &[u8] = b"h2";
/// The only name hosts ask for.
pub(crate) const SERVER_NAME: &str = "localhost";

/// Long enough for any apply; the host looks at it only while connecting.
const VALIDITY: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Allows for a clock set back between start and connection.
const BACKDATE: Duration = Duration::from_secs(60 * 60);

/// The provider's half of a session.
#[derive(Debug)]
pub(crate) struct Session {
    /// For the handshake line.
    pub(crate) certificate: CertificateDer<'static>,
    /// Accepts the host and nobody else.
    pub(crate) config: Arc<ServerConfig>,
}

impl Session {
    /// A session with the host that owns `host`.
    ///
    /// # Errors
    /// No random numbers.
    pub(crate) fn new(host: CertificateDer<'static>) -> Result<Self, StartError> {
        let (certificate, key) = one_time().map_err(prepare)?;
        let provider = provider();
        let verifier = Arc::new(Pinned {
            host,
            provider: Arc::clone(&provider),
        });
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(prepare)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate.clone()], key.into())
            .map_err(prepare)?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        // The host connects once; without resumption every connection shows its certificate.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self {
            certificate,
            config: Arc::new(config),
        })
    }
}

fn prepare(error: impl std::fmt::Display) -> StartError {
    StartError::Prepare(format!("TLS: {error}"))
}

/// The cryptography, named rather than taken from the process, where another library may have
/// installed one without P-521.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn one_time() -> Result<(CertificateDer<'static>, PrivatePkcs8KeyDer<'static>), rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new([SERVER_NAME.to_owned()])?;
    let now = SystemTime::now();
    params.not_before = (now - BACKDATE).into();
    params.not_after = (now + VALIDITY).into();
    params
        .distinguished_name
        .push(DnType::CommonName, SERVER_NAME);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.self_signed(&key)?;
    Ok((
        certificate.der().clone(),
        PrivatePkcs8KeyDer::from(key.serialize_der()),
    ))
}

/// Accepts one certificate.
#[derive(Debug)]
struct Pinned {
    host: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for Pinned {
    /// None: a client holds back a certificate that no hint covers.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if end_entity.as_ref() == self.host.as_ref() {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
