//! Hands each request to the service that its path names, and answers for one that panics.

use std::convert::Infallible;
use std::future;
use std::panic::AssertUnwindSafe;
use std::task::{Context, Poll};
use std::time::Instant;

use futures_util::FutureExt;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::http::{Request, Response};
use tonic::codegen::{BoxFuture, Service};
use tonic::server::NamedService;

use crate::generated::health::health_server::HealthServer;
use crate::generated::plugin::grpc_broker_server::GrpcBrokerServer;
use crate::generated::plugin::grpc_controller_server::GrpcControllerServer;
use crate::generated::plugin::grpc_stdio_server::GrpcStdioServer;
use crate::generated::tfplugin6::provider_server::{Provider, ProviderServer};
use crate::goplugin::GoPlugin;
use crate::lifecycle::Lifecycle;
use crate::work::Panicked;

/// What go-plugin's servers allow in either direction, in bytes. States and schemas are large.
pub(crate) const MESSAGE_LIMIT: usize = 256 << 20;

/// The services of one process.
#[derive(Debug)]
pub(crate) struct Router<P> {
    provider: ProviderServer<P>,
    controller: GrpcControllerServer<GoPlugin>,
    broker: GrpcBrokerServer<GoPlugin>,
    stdio: GrpcStdioServer<GoPlugin>,
    health: HealthServer<GoPlugin>,
}

// By hand: `derive` would ask for `P: Clone`.
impl<P> Clone for Router<P> {
    fn clone(&self) -> Self {
        Self {
            provider: self.provider.clone(),
            controller: self.controller.clone(),
            broker: self.broker.clone(),
            stdio: self.stdio.clone(),
            health: self.health.clone(),
        }
    }
}

impl<P: Provider> Router<P> {
    pub(crate) fn new(provider: P, life: &Lifecycle) -> Self {
        let plugin = GoPlugin(life.clone());
        Self {
            provider: ProviderServer::new(provider)
                .max_decoding_message_size(MESSAGE_LIMIT)
                .max_encoding_message_size(MESSAGE_LIMIT),
            controller: GrpcControllerServer::new(plugin.clone()),
            broker: GrpcBrokerServer::new(plugin.clone()),
            stdio: GrpcStdioServer::new(plugin.clone()),
            health: HealthServer::new(plugin),
        }
    }

    fn dispatch(&mut self, request: Request<Body>) -> BoxFuture<Response<Body>, Infallible> {
        let name = request.uri().path().split('/').nth(1).unwrap_or_default();
        if name == ProviderServer::<P>::NAME {
            self.provider.call(request)
        } else if name == GrpcControllerServer::<GoPlugin>::NAME {
            self.controller.call(request)
        } else if name == GrpcBrokerServer::<GoPlugin>::NAME {
            self.broker.call(request)
        } else if name == GrpcStdioServer::<GoPlugin>::NAME {
            self.stdio.call(request)
        } else if name == HealthServer::<GoPlugin>::NAME {
            self.health.call(request)
        } else {
            let unknown = Status::unimplemented(format!("no service is called {name:?}"));
            Box::pin(future::ready(Ok(unknown.into_http())))
        }
    }
}

impl<P: Provider> Service<Request<Body>> for Router<P> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Response<Body>, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let path = request.uri().path().to_owned();
        tracing::trace!(rpc = path, "asked");
        let began = Instant::now();
        let answered = AssertUnwindSafe(self.dispatch(request)).catch_unwind();
        Box::pin(answered.map(move |end| {
            let elapsed = began.elapsed().as_millis();
            tracing::trace!(rpc = path, tf_req_duration_ms = elapsed, "answered");
            end.unwrap_or_else(|payload| {
                // Work has its own net (`Work::run_to_end`); this one is for what runs around it.
                let panic = Panicked::new(payload.as_ref());
                Ok(Status::internal(format!("the provider crashed: {panic}")).into_http())
            })
        }))
    }
}
