//! go-plugin's services beside the provider's own: how the host ends the process, two streams that
//! every host opens and Terraform does not use, and health.

use futures_util::{StreamExt, future, stream};
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use crate::generated::health::health_check_response::ServingStatus;
use crate::generated::health::health_server::Health;
use crate::generated::health::{HealthCheckRequest, HealthCheckResponse};
use crate::generated::plugin::grpc_broker_server::GrpcBroker;
use crate::generated::plugin::grpc_controller_server::GrpcController;
use crate::generated::plugin::grpc_stdio_server::GrpcStdio;
use crate::generated::plugin::{ConnInfo, Empty, StdioData};
use crate::lifecycle::Lifecycle;

/// What go-plugin calls the one service that it pings.
const PINGED: &str = "plugin";

/// All of them.
#[derive(Clone, Debug)]
pub(crate) struct GoPlugin(pub(crate) Lifecycle);

#[tonic::async_trait]
impl GrpcController for GoPlugin {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.0.end();
        Ok(Response::new(Empty {}))
    }
}

#[tonic::async_trait]
impl GrpcStdio for GoPlugin {
    /// Stays silent: Terraform logs what comes here as unexpected.
    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<BoxStream<StdioData>>, Status> {
        Ok(Response::new(silent_until(self.ended())))
    }
}

#[tonic::async_trait]
impl GrpcBroker for GoPlugin {
    /// Reads and forgets what the host offers, so that it never has to wait.
    async fn start_stream(
        &self,
        offers: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<BoxStream<ConnInfo>>, Status> {
        let ended = self.ended();
        Ok(Response::new(silent_until(async move {
            let mut offers = offers.into_inner();
            let exhausted = async { while let Ok(Some(_)) = offers.message().await {} };
            tokio::select! {
                () = exhausted => {}
                () = ended => {}
            }
        })))
    }
}

#[tonic::async_trait]
impl Health for GoPlugin {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match status(&request) {
            ServingStatus::ServiceUnknown => Err(Status::not_found(
                "the services with a health are \"\" and \"plugin\"",
            )),
            known => Ok(Response::new(answer(known))),
        }
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<BoxStream<HealthCheckResponse>>, Status> {
        let now = answer(status(&request));
        let changes = silent_until(self.ended());
        Ok(Response::new(
            stream::once(future::ready(Ok(now))).chain(changes).boxed(),
        ))
    }
}

impl GoPlugin {
    fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        let life = self.0.clone();
        async move { life.ended().await }
    }
}

/// A stream that says nothing and closes at `end`: none may outlast the process's life, or the
/// server waits for it.
fn silent_until<T: Send + 'static>(end: impl Future<Output = ()> + Send + 'static) -> BoxStream<T> {
    stream::once(end)
        .filter_map(|()| future::ready(None))
        .boxed()
}

fn status(request: &Request<HealthCheckRequest>) -> ServingStatus {
    match request.get_ref().service.as_str() {
        "" | PINGED => ServingStatus::Serving,
        _ => ServingStatus::ServiceUnknown,
    }
}

fn answer(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse {
        status: status.into(),
    }
}
