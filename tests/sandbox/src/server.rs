//! The port: connections in, requests to the world, answers or resets out.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use winterbaume_core::{MockRequest, MockResponse};

use crate::admin;
use crate::service::{Common, Protocol};
use crate::world::{Exchange, World};

/// Bodies above this are refused. No service here takes as much.
const BODY_LIMIT: usize = 64 << 20;

/// Serves connections until it is dropped.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>) {
    loop {
        // A client that gives up between SYN and accept is its own affair.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        tokio::spawn(connection(stream, Arc::clone(&world)));
    }
}

async fn connection(stream: TcpStream, world: Arc<World>) {
    let _ = stream.set_nodelay(true);
    let reset = Arc::new(AtomicBool::new(false));
    let wire = Wire {
        stream,
        reset: Arc::clone(&reset),
    };
    let service = service_fn(|request| respond(request, Arc::clone(&world), Arc::clone(&reset)));
    // An error here is the client's, or the reset that `respond` asked for.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(wire), service)
        .await;
}

async fn respond(
    request: Request<Incoming>,
    world: Arc<World>,
    reset: Arc<AtomicBool>,
) -> Result<Response<Full<Bytes>>, ConnectionReset> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
        let answer = Protocol::RestJson.error(413, "RequestEntityTooLargeException", "Too large");
        return Ok(response(answer));
    };
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let request = MockRequest {
        method: head.method.to_string(),
        // A host that no winterbaume service takes for its own; the scope says where it goes.
        uri: format!("http://sandbox{path}"),
        headers: head.headers,
        body: body.to_bytes(),
    };
    // In a task of its own: AWS finishes what it has received, even if the client has gone.
    let work = tokio::spawn(async move {
        if admin::is_admin(&request) {
            return Exchange::Answer(admin::answer(&world, request).await);
        }
        world.exchange(request).await
    });
    match work.await {
        Ok(Exchange::Answer(answer)) => Ok(response(answer)),
        Ok(Exchange::Reset) => {
            reset.store(true, Ordering::Relaxed);
            Err(ConnectionReset)
        }
        Err(fault) => {
            let message = format!("The sandbox failed: {fault}");
            Ok(response(
                Protocol::RestJson.common(Common::Internal, &message),
            ))
        }
    }
}

fn response(answer: MockResponse) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = http::StatusCode::from_u16(answer.status)
        .unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = answer.headers;
    response
}

/// Makes hyper drop the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("a fault resets this connection")]
struct ConnectionReset;

/// A connection that can end in a TCP reset instead of an orderly close.
struct Wire {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Wire {
    fn is_reset(&self) -> bool {
        self.reset.load(Ordering::Relaxed)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.is_reset() {
            // Closing with no time to linger sends RST.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_reset() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
