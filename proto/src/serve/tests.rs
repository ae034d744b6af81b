//! A server and its clients in one process. `tests/transport.rs` has what needs a process of its
//! own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::SupportedProtocolVersion;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::task::JoinHandle;
use tonic::{Request, Response};

use super::*;
use crate::client::plugin::{
    ConnInfo, Empty, GrpcBrokerClient, GrpcControllerClient, GrpcStdioClient, HealthCheckRequest,
    HealthClient,
};
use crate::client::{
    Address, Channel, Code, Handshake, Identity, Status, connect, connect_with, messages, provider,
};
use messages::{get_provider_schema, read_resource, stop_provider};

/// In bytes: more than gRPC libraries take by default.
const LARGE: usize = 5 << 20;

/// Counts the requests that reach it.
#[derive(Clone, Default)]
struct Stub {
    served: Arc<AtomicUsize>,
    work: Work,
}

#[tonic::async_trait]
impl Provider for Stub {
    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Result<Response<get_provider_schema::Response>, Status> {
        self.served.fetch_add(1, Ordering::SeqCst);
        let description = "x".repeat(LARGE);
        let block = messages::schema::Block {
            description,
            ..Default::default()
        };
        Ok(Response::new(get_provider_schema::Response {
            provider: Some(messages::Schema {
                version: 0,
                block: Some(block),
            }),
            ..Default::default()
        }))
    }

    /// Panics at once for the type "outside", in its work for the type "inside".
    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        let request = request.into_inner();
        assert!(request.type_name != "outside", "no such type");
        let answer = self.work.run_to_end(async move {
            assert!(request.type_name != "inside", "no such type");
            read_resource::Response {
                new_state: request.current_state,
                ..Default::default()
            }
        });
        Ok(Response::new(answer.await.unwrap_or_else(|panic| {
            let diagnostic = messages::Diagnostic {
                severity: messages::diagnostic::Severity::Error.into(),
                summary: panic.to_string(),
                ..Default::default()
            };
            read_resource::Response {
                diagnostics: vec![diagnostic],
                ..Default::default()
            }
        })))
    }

    async fn stop_provider(
        &self,
        _: Request<stop_provider::Request>,
    ) -> Result<Response<stop_provider::Response>, Status> {
        self.work.stop();
        Ok(Response::new(stop_provider::Response::default()))
    }
}

/// A running server and the host it belongs to.
struct Session {
    stub: Stub,
    life: Lifecycle,
    handshake: Handshake,
    host: Option<Identity>,
    running: JoinHandle<()>,
    directory: tempfile::TempDir,
}

impl Session {
    async fn start(host: Option<Identity>) -> Self {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let pem = host.as_ref().map(|host| host.pem().as_bytes());
        let server = Server::bind(Environment {
            client_certificate: pem.map(|pem| CertificateDer::from_pem_slice(pem).expect("PEM")),
            socket_dir: Some(directory.path().to_owned()),
            ports: 0..=0,
            reads_multiplex: false,
        })
        .await
        .expect("a socket");
        let handshake = server.line().to_string().parse().expect("a handshake");
        let (stub, life) = (Stub::default(), Lifecycle::new());
        let running = tokio::spawn({
            let (stub, life) = (stub.clone(), life.clone());
            async move { server.run(stub, &life).await }
        });
        Self {
            stub,
            life,
            handshake,
            host,
            running,
            directory,
        }
    }

    async fn with_tls() -> Self {
        Self::start(Some(Identity::generate().expect("an identity"))).await
    }

    /// The host's own connection.
    async fn connect(&self) -> Channel {
        connect(&self.handshake, self.host.as_ref())
            .await
            .expect("the host gets in")
    }

    async fn stranger(&self) -> UnixStream {
        UnixStream::connect(self.socket()).await.expect("a socket")
    }

    fn socket(&self) -> PathBuf {
        match &self.handshake.address {
            Address::Unix(path) => path.clone(),
            Address::Tcp(address) => panic!("{address}"),
        }
    }

    fn served(&self) -> usize {
        self.stub.served.load(Ordering::SeqCst)
    }
}

async fn schema(channel: &Channel) -> Result<usize, Status> {
    let request = get_provider_schema::Request {};
    let answer = provider(channel.clone())
        .get_provider_schema(request)
        .await?;
    let block = answer.into_inner().provider.and_then(|schema| schema.block);
    Ok(block.map_or(0, |block| block.description.len()))
}

async fn read(channel: &Channel, type_name: &str) -> Result<read_resource::Response, Status> {
    let request = read_resource::Request {
        type_name: type_name.into(),
        ..Default::default()
    };
    let answer = provider(channel.clone()).read_resource(request).await?;
    Ok(answer.into_inner())
}

#[tokio::test]
async fn the_host_gets_in_with_either_version_of_tls_and_large_messages_pass() {
    let session = Session::with_tls().await;
    let versions: [&'static SupportedProtocolVersion; 2] = [&TLS12, &TLS13];
    for version in versions {
        let channel = connect_with(&session.handshake, session.host.as_ref(), &[version])
            .await
            .unwrap();
        assert_eq!(schema(&channel).await.unwrap(), LARGE);
        let state = messages::DynamicValue {
            msgpack: vec![0xc0; LARGE],
            json: Vec::new(),
        };
        let request = read_resource::Request {
            current_state: Some(state.clone()),
            ..Default::default()
        };
        let answer = provider(channel).read_resource(request).await.unwrap();
        assert!(answer.into_inner().new_state == Some(state));
    }
}

#[tokio::test]
async fn nobody_else_gets_in() {
    let session = Session::with_tls().await;
    let channel = session.connect().await;
    schema(&channel).await.unwrap();

    let other = Identity::generate().unwrap();
    let thief = session.host.as_ref().unwrap().copied_by(&other);
    let strangers = [
        ("without a certificate", None),
        ("with another certificate", Some(&other)),
        ("with the host's certificate and another key", Some(&thief)),
    ];
    let versions: [&'static SupportedProtocolVersion; 2] = [&TLS12, &TLS13];
    for version in versions {
        for (who, identity) in strangers {
            // With TLS 1.3 a client learns of its refusal only when it asks for something.
            let refused = match connect_with(&session.handshake, identity, &[version]).await {
                Ok(channel) => schema(&channel).await.map_err(|status| status.to_string()),
                Err(error) => Err(error.to_string()),
            };
            assert!(refused.is_err(), "{who} got in with {version:?}");
            // The host notices nothing.
            read(&channel, "x_y").await.unwrap();
        }
    }
    assert_eq!(session.served(), 1);
}

#[tokio::test]
async fn plaintext_is_refused_where_the_host_wants_tls() {
    let session = Session::with_tls().await;
    let plain = session.handshake.clone().without_certificate();
    let refused = match connect(&plain, None).await {
        Ok(channel) => schema(&channel).await.map_err(|status| status.to_string()),
        Err(error) => Err(error.to_string()),
    };
    refused.unwrap_err();
    assert_eq!(session.served(), 0);
    schema(&session.connect().await).await.unwrap();
}

#[tokio::test]
async fn the_slow_the_silent_and_the_senseless_disturb_nobody() {
    for tls in [true, false] {
        let session = match tls {
            true => Session::with_tls().await,
            false => Session::start(None).await,
        };
        let mut held = Vec::new();
        for _ in 0..20 {
            // A probe, as of `TF_REATTACH_PROVIDERS`.
            drop(session.stranger().await);
            held.push(session.stranger().await);
            // A TLS record that announces more than it brings, and half a preface of HTTP/2.
            for start in [&b"\x16\x03\x01\x02\x00\x01"[..], b"PRI * HTTP/2.0\r\n"] {
                let mut half = session.stranger().await;
                half.write_all(start).await.unwrap();
                held.push(half);
            }
            let mut senseless = session.stranger().await;
            senseless
                .write_all(b"GET / HTTP/1.1\r\n\r\n")
                .await
                .unwrap();
            // It is shown the door, and waits for no timeout.
            let _ = senseless.read_to_end(&mut Vec::new()).await;
        }
        let channel = session.connect().await;
        schema(&channel).await.unwrap();
        read(&channel, "x_y").await.unwrap();
        drop(held);
        read(&channel, "x_y").await.unwrap();
    }
}

#[tokio::test]
async fn without_a_certificate_of_the_host_there_is_no_tls() {
    let session = Session::start(None).await;
    assert!(!session.handshake.has_certificate());
    assert_eq!(schema(&session.connect().await).await.unwrap(), LARGE);
}

#[tokio::test]
async fn a_panic_is_answered_and_survived() {
    let session = Session::with_tls().await;
    let channel = session.connect().await;
    let inside = read(&channel, "inside").await.unwrap();
    assert!(inside.diagnostics[0].summary.starts_with("no such type"));
    let outside = read(&channel, "outside").await.unwrap_err();
    assert_eq!(outside.code(), Code::Internal);
    assert!(outside.message().contains("no such type"), "{outside}");
    assert_eq!(read(&channel, "x_y").await.unwrap().diagnostics, []);
}

#[tokio::test]
async fn what_is_not_served_is_unimplemented() {
    let session = Session::with_tls().await;
    let channel = session.connect().await;
    let status = provider(channel)
        .list_resource(messages::list_resource::Request::default())
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
}

#[tokio::test]
async fn go_plugins_services_answer() {
    let session = Session::with_tls().await;
    let channel = session.connect().await;

    let mut health = HealthClient::new(channel.clone());
    let ask = |service: &str| HealthCheckRequest {
        service: service.into(),
    };
    let plugin = health.check(ask("plugin")).await.unwrap().into_inner();
    insta::assert_debug_snapshot!(plugin.status(), @"Serving");
    let unknown = health.check(ask("tfplugin5")).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let mut watched = health.watch(ask("")).await.unwrap().into_inner();
    let now = watched.message().await.unwrap().unwrap();
    insta::assert_debug_snapshot!(now.status(), @"Serving");

    // The two streams of every host stay open, silent, and end with the process's life.
    let mut stdio = GrpcStdioClient::new(channel.clone())
        .stream_stdio(())
        .await
        .unwrap()
        .into_inner();
    let (offer, offers) = tokio::sync::mpsc::channel(1);
    offer.send(ConnInfo::default()).await.unwrap();
    let mut broker = GrpcBrokerClient::new(channel.clone())
        .start_stream(ReceiverStream::new(offers))
        .await
        .unwrap()
        .into_inner();
    assert!(futures_util::poll!(Box::pin(stdio.message())).is_pending());
    assert!(futures_util::poll!(Box::pin(broker.message())).is_pending());

    GrpcControllerClient::new(channel)
        .shutdown(Empty {})
        .await
        .unwrap();
    assert_eq!(stdio.message().await.unwrap(), None);
    assert_eq!(broker.message().await.unwrap(), None);
    assert!(watched.message().await.unwrap().is_none());
    session.running.await.unwrap();
}

#[tokio::test]
async fn the_end_takes_the_socket_away_even_under_an_unfinished_request() {
    let session = Session::with_tls().await;
    let channel = session.connect().await;
    let (offer, offers) = tokio::sync::mpsc::channel(1);
    // A request whose body never ends.
    let write = tokio::spawn(async move {
        let mut provider = provider(channel);
        provider
            .write_state_bytes(ReceiverStream::new(offers))
            .await
    });
    session.life.end();
    session.running.await.unwrap();
    assert_eq!(session.directory.path().read_dir().unwrap().count(), 0);
    drop(offer);
    write.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn only_the_host_keeps_the_provider_alive() {
    let session = Session::with_tls().await;
    let mut connections = session.life.connections();
    let _stranger = session.stranger().await;
    let channel = session.connect().await;
    read(&channel, "x_y").await.unwrap();
    assert_eq!(*connections.borrow_and_update(), 1);
    drop(channel);
    connections.wait_for(|count| *count == 0).await.unwrap();
}
