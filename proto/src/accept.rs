//! Lets the host in. Every newcomer is looked at in a task of its own, so one that is slow, silent
//! or talks nonsense keeps nobody else waiting.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::lifecycle::{Connected, Lifecycle};
use crate::socket::{Socket, Stream};

/// How long a newcomer may take to prove who it is. Hosts need milliseconds.
const PROOF: Duration = Duration::from_secs(10);
/// The pause after the process ran out of file descriptors.
const BREATH: Duration = Duration::from_millis(50);

/// Accepts until the process ends, then takes the socket away. With `tls` only the host gets in.
pub(crate) async fn accept(
    socket: Socket,
    tls: Option<TlsAcceptor>,
    admitted: mpsc::Sender<io::Result<Connection>>,
    life: Lifecycle,
) {
    loop {
        let newcomer = tokio::select! {
            () = life.ended() => return,
            newcomer = socket.accept() => newcomer,
        };
        match newcomer {
            Ok(stream) => {
                let (tls, admitted, life) = (tls.clone(), admitted.clone(), life.clone());
                tokio::spawn(async move {
                    if let Some(connection) = admit(stream, tls, &life).await {
                        // Fails only when the server has ended.
                        let _ = admitted.send(Ok(connection)).await;
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(BREATH).await;
            }
        }
    }
}

async fn admit(
    stream: Box<dyn Stream>,
    tls: Option<TlsAcceptor>,
    life: &Lifecycle,
) -> Option<Connection> {
    let Some(tls) = tls else {
        return Some(Connection {
            stream,
            _host: None,
        });
    };
    match timeout(PROOF, tls.accept(stream)).await {
        Ok(Ok(stream)) => Some(Connection {
            stream: Box::new(stream),
            _host: Some(life.connected()),
        }),
        Ok(Err(error)) => {
            tracing::warn!(%error, "refused a connection");
            None
        }
        Err(_) => {
            tracing::warn!("refused a connection that did not prove who it is");
            None
        }
    }
}

/// A connection that may make requests.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    /// Set if it proved to be the host's: others do not keep the process alive.
    _host: Option<Connected>,
}

impl tonic::transport::server::Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
