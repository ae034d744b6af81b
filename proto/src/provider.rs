//! A provider, as its author writes it.

use std::future::Future;

use tokio_util::sync::CancellationToken;

use crate::diagnostic::Diagnostics;
use crate::erased::{AnyDataSource, AnyResource};
use crate::model::Model;

/// A set of resources and data sources behind one configuration.
pub trait Provider: Send + Sync + Sized + 'static {
    /// The `provider` block, declared with [`model!`](crate::model!).
    type Config: Model;
    /// What resources work with: typically the API clients.
    type Client: Send + Sync + 'static;

    /// Checks what single validators cannot. See [`Resource::validate`](crate::Resource::validate).
    fn validate(&self, config: &Self::Config, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Makes the client. While planning, values that other resources will give may be unknown;
    /// that is no error: answer [`Configured::NotYet`] if the client needs them.
    ///
    /// A debugger's session may configure the same process several times.
    fn configure(
        &self,
        cx: &mut ConfigureCx,
        config: Self::Config,
    ) -> impl Future<Output = Result<Configured<Self::Client>, Diagnostics>> + Send;

    /// Prefixes of crates whose log lines below a warning are dropped: SDKs that log what they send
    /// would put credentials into the user's log.
    fn quiet(&self) -> &'static [&'static str] {
        &[]
    }

    /// The managed resources; see [`resources!`](crate::resources!).
    fn resources(&self) -> Vec<Box<dyn AnyResource<Self::Client>>>;

    /// The data sources; see [`data_sources!`](crate::data_sources!).
    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<Self::Client>>> {
        Vec::new()
    }
}

/// The outcome of [`Provider::configure`].
#[derive(Clone, Debug, PartialEq)]
pub enum Configured<C> {
    /// The client.
    Ready(C),
    /// Something it needs is not known before apply. Until then plans are made without a client
    /// and existing objects are not refreshed.
    NotYet,
}

/// What [`Provider::configure`] is handed.
#[derive(Debug)]
pub struct ConfigureCx {
    /// The host's version. OpenTofu always says `1.13.0`: for user agents, not for decisions.
    pub terraform_version: String,
    /// Cancelled when the user stops Terraform.
    pub cancel: CancellationToken,
    /// Warnings beside a good outcome.
    pub diagnostics: Diagnostics,
}
