//! Whose certificates are believed.

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use holdfast_aws::dlm::Found;
use holdfast_aws::{AwsError, ClientConfig, Clients, ErrorKind, Services};
use rustls::pki_types::PrivateKeyDer;
use support::{Answer, Canned};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const GONE: Answer = Answer::Json(404, r#"{"__type":"ResourceNotFoundException"}"#);

/// A server with a certificate that no authority of the system has signed.
struct Private {
    server: Canned,
    folder: TempDir,
}

impl Private {
    async fn start() -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]);
        let made = made.expect("a certificate");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a usable certificate");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("ca.pem"), made.cert.pem()).expect("a file");
        let server = Canned::over_tls(GONE, TlsAcceptor::from(Arc::new(tls))).await;
        Self { server, folder }
    }

    fn bundle(&self) -> Option<PathBuf> {
        Some(self.folder.path().join("ca.pem"))
    }

    /// Asks for a policy that is not there.
    async fn ask(&self, change: impl FnOnce(&mut ClientConfig)) -> Result<(), AwsError> {
        let mut config = self.server.config();
        change(&mut config);
        let clients = Clients::new(config).await.expect("settings that work");
        let dlm = clients.dlm(None).await.expect("a client");
        let found = dlm.get(&"policy-0a".parse().expect("an id")).await?;
        assert_eq!(found, Found::Absent);
        Ok(())
    }
}

#[tokio::test]
async fn an_unknown_authority_is_refused_and_nothing_was_sent() {
    let private = Private::start().await;
    let error = private.ask(|_| ()).await.expect_err("no trust");
    assert_eq!(*error.kind(), ErrorKind::Untrusted, "{error}");
    assert!(!error.is_outcome_unknown() && !error.is_retryable());
    assert!(private.server.requests().is_empty());
    insta::assert_snapshot!(error.said(), @"the server's certificate is not trusted (UnknownIssuer)");
    assert!(error.detail().contains("custom_ca_bundle"));
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_not_called_untrusted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let private = Private::start().await;
    let plain = private.ask(|config| config.endpoints.dlm = Some(format!("https://{address}")));
    let error = plain.await.expect_err("no TLS");
    assert_eq!(*error.kind(), ErrorKind::Unreachable, "{error}");
    insta::assert_snapshot!(error.said(), @"TLS handshake failed: received corrupt message of type InvalidContentType");
}

#[tokio::test]
async fn a_bundle_makes_its_authority_known() {
    let private = Private::start().await;
    let trusting = private.ask(|config| config.custom_ca_bundle = private.bundle());
    trusting.await.expect("trust");
    assert_eq!(private.server.requests().len(), 1);
}

#[tokio::test]
async fn insecure_believes_anyone() {
    let private = Private::start().await;
    private
        .ask(|config| config.insecure = true)
        .await
        .expect("an answer");
    assert_eq!(private.server.requests().len(), 1);
}

#[tokio::test]
async fn insecure_still_tells_an_absent_server_from_a_lost_answer() {
    let private = Private::start().await;
    let absent = private.ask(|config| {
        config.insecure = true;
        config.endpoints.dlm = Some("https://127.0.0.1:1".into());
    });
    let error = absent.await.expect_err("nobody there");
    assert_eq!(*error.kind(), ErrorKind::Unreachable, "{error}");
}
