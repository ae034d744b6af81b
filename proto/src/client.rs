//! The other end of the protocol, for test hosts (feature `client`).
//!
//! - [`Launch`] starts a provider's program as a host does; [`Host`] is what comes of it.
//! - [`Handshake`]: the line that a provider announces itself with.
//! - [`Identity`]: a host's one-time certificate, in the shape go-plugin gives it.
//! - [`connect`]: a raw [`Channel`] to any provider that listens, with any identity or none.
//! - [`Provider`]: the typed client of the provider's service; [`messages`] are its messages.
//!
//! The types of the gRPC library that a test meets are named here, so that nothing outside this
//! crate names the library.

mod connect;
mod handshake;
mod host;
mod identity;

pub use tonic::transport::Channel;
pub use tonic::{Code, Response, Status, Streaming};

pub use crate::generated::tfplugin6 as messages;
pub use crate::socket::Address;
#[cfg(test)]
pub(crate) use connect::connect_with;
pub use connect::{connect, provider};
pub use handshake::Handshake;
pub use host::{Ended, Host, Launch};
pub use identity::Identity;

/// The provider's service.
pub type Provider = messages::provider_client::ProviderClient<Channel>;

/// go-plugin's own services.
pub mod plugin {
    pub use crate::generated::health::health_client::HealthClient;
    pub use crate::generated::health::{HealthCheckRequest, HealthCheckResponse};
    pub use crate::generated::plugin::grpc_broker_client::GrpcBrokerClient;
    pub use crate::generated::plugin::grpc_controller_client::GrpcControllerClient;
    pub use crate::generated::plugin::grpc_stdio_client::GrpcStdioClient;
    pub use crate::generated::plugin::{ConnInfo, Empty, StdioData};
}

/// Why there is no session with a provider.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its program cannot be run.
    #[error("cannot run {program}: {reason}")]
    Run {
        /// The program's path.
        program: String,
        /// The operating system's answer.
        reason: std::io::Error,
    },
    /// It ended without announcing itself.
    #[error("the provider ended ({status}) before it announced itself; it wrote:\n{stderr}")]
    Ended {
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it wrote to stderr.
        stderr: String,
    },
    /// It announced itself in a way that no host understands.
    #[error("cannot read the provider's handshake {line:?}: {reason}")]
    Handshake {
        /// What it wrote.
        line: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// It did something later than hosts wait for.
    #[error("gave up waiting for the provider to {0}")]
    Slow(&'static str),
    /// No connection.
    #[error("cannot connect to the provider: {0}")]
    Connect(String),
}
