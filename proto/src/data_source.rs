//! A data source, as its author writes it.

use std::future::Future;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::diagnostic::Diagnostics;
use crate::model::Model;

/// Something that Terraform only reads.
pub trait DataSource: Send + Sync + Sized + 'static {
    /// What [`Provider::configure`](crate::Provider::configure) makes.
    type Client: Send + Sync + 'static;
    /// The attributes and blocks, declared with [`model!`](crate::model!).
    type Model: Model;
    /// The name in configurations, provider's prefix included.
    const TYPE_NAME: &'static str;

    /// Checks what single validators cannot. See [`Resource::validate`](crate::Resource::validate).
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Answers the configuration with every computed attribute filled in. What is not found is an
    /// error. Runs while planning if the configuration is known by then, else while applying.
    fn read(
        &self,
        cx: &mut DataCx<Self::Client>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}

/// What a read of a data source is handed.
#[derive(Debug)]
pub struct DataCx<C> {
    /// What [`Provider::configure`](crate::Provider::configure) made.
    pub client: Arc<C>,
    /// Cancelled when the user stops Terraform.
    pub cancel: CancellationToken,
    /// Warnings beside a good answer.
    pub diagnostics: Diagnostics,
}
