//! The protocol's service over an author's [`Provider`](crate::Provider).
//!
//! Each request is decoded by schema, answered by one method of [`Core`], and encoded; it runs to
//! its end even if the host hangs up, and a panic becomes a diagnostic. Requests about kinds of
//! objects that this crate does not serve yet are answered UNIMPLEMENTED by the generated trait.
//!
//! - `core`: the provider, its registries and its client;
//! - `schemas`: GetMetadata, GetProviderSchema;
//! - `configure`: ValidateProviderConfig, ConfigureProvider;
//! - `managed`: validation, upgrade, read, import and move of managed resources;
//! - `plan`, `apply`: PlanResourceChange, ApplyResourceChange;
//! - `data`: ValidateDataResourceConfig, ReadDataSource.

mod apply;
mod configure;
mod core;
mod data;
mod managed;
mod plan;
mod schemas;

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use tonic::{Request, Response, Status};
use tracing::{Instrument, debug_span};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::erased::AnyProvider;
use crate::generated::tfplugin6 as pb;
use crate::generated::tfplugin6::provider_server;
use crate::resource::Checkpoint;
use crate::wire;
use crate::work::{Panicked, Work};

use self::core::Core;

type Answer<T> = Result<Response<T>, Status>;

/// Serves one provider.
pub(crate) struct Service<P: AnyProvider> {
    core: Arc<Core<P>>,
    work: Work,
}

impl<P: AnyProvider> Service<P> {
    /// A service whose operations run as `work`.
    pub(crate) fn new(provider: P, work: Work) -> Self {
        Self {
            core: Arc::new(Core::new(provider)),
            work,
        }
    }

    /// Runs one request to its end. `lost` answers in its place if it panics.
    async fn run<T, F>(
        &self,
        span: tracing::Span,
        request: impl FnOnce(Arc<Core<P>>) -> F,
        lost: impl FnOnce(Diagnostics) -> T,
    ) -> Answer<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let request = request(self.core.clone()).instrument(span);
        let answer = match self.work.run_to_end(request).await {
            Ok(answer) => answer,
            Err(panicked) => lost(crashed(&panicked)),
        };
        Ok(Response::new(answer))
    }
}

fn crashed(panicked: &Panicked) -> Diagnostics {
    let detail = format!(
        "{panicked}\n\nThis is a bug in the provider; please report it with this text. The \
         provider itself goes on."
    );
    Diagnostic::error("The provider failed unexpectedly", detail).into()
}

macro_rules! span {
    ($rpc:literal) => {
        debug_span!("rpc", tf_rpc = $rpc)
    };
    ($rpc:literal, $kind:ident = $name:expr) => {
        debug_span!("rpc", tf_rpc = $rpc, $kind = $name.as_str())
    };
}

#[async_trait]
impl<P: AnyProvider> provider_server::Provider for Service<P> {
    async fn get_metadata(
        &self,
        _: Request<pb::get_metadata::Request>,
    ) -> Answer<pb::get_metadata::Response> {
        Ok(Response::new(self.core.metadata()))
    }

    async fn get_provider_schema(
        &self,
        _: Request<pb::get_provider_schema::Request>,
    ) -> Answer<pb::get_provider_schema::Response> {
        Ok(Response::new(self.core.schemas()))
    }

    /// No resource has an identity yet; a map that says so costs less than an error.
    async fn get_resource_identity_schemas(
        &self,
        _: Request<pb::get_resource_identity_schemas::Request>,
    ) -> Answer<pb::get_resource_identity_schemas::Response> {
        Ok(Response::new(
            pb::get_resource_identity_schemas::Response::default(),
        ))
    }

    async fn get_functions(
        &self,
        _: Request<pb::get_functions::Request>,
    ) -> Answer<pb::get_functions::Response> {
        Ok(Response::new(pb::get_functions::Response::default()))
    }

    async fn stop_provider(
        &self,
        _: Request<pb::stop_provider::Request>,
    ) -> Answer<pb::stop_provider::Response> {
        tracing::debug!(tf_rpc = "StopProvider", "asked to stop");
        self.work.stop();
        Ok(Response::new(pb::stop_provider::Response::default()))
    }

    async fn validate_provider_config(
        &self,
        request: Request<pb::validate_provider_config::Request>,
    ) -> Answer<pb::validate_provider_config::Response> {
        let request = request.into_inner();
        self.run(
            span!("ValidateProviderConfig"),
            |core| async move {
                pb::validate_provider_config::Response {
                    diagnostics: wire::diagnostics(&core.validate_provider(&request)),
                }
            },
            |lost| pb::validate_provider_config::Response {
                diagnostics: wire::diagnostics(&lost),
            },
        )
        .await
    }

    async fn configure_provider(
        &self,
        request: Request<pb::configure_provider::Request>,
    ) -> Answer<pb::configure_provider::Response> {
        // A command begins: an interrupt of an earlier one (in a debugger's session) is over.
        self.work.resume();
        let request = request.into_inner();
        let cancel = self.work.stopped();
        self.run(
            span!("ConfigureProvider"),
            |core| async move {
                pb::configure_provider::Response {
                    diagnostics: wire::diagnostics(&core.configure(request, cancel).await),
                }
            },
            |lost| pb::configure_provider::Response {
                diagnostics: wire::diagnostics(&lost),
            },
        )
        .await
    }

    async fn validate_resource_config(
        &self,
        request: Request<pb::validate_resource_config::Request>,
    ) -> Answer<pb::validate_resource_config::Response> {
        let request = request.into_inner();
        self.run(
            span!(
                "ValidateResourceConfig",
                tf_resource_type = request.type_name
            ),
            |core| async move {
                pb::validate_resource_config::Response {
                    diagnostics: wire::diagnostics(&core.validate_resource(&request)),
                }
            },
            |lost| pb::validate_resource_config::Response {
                diagnostics: wire::diagnostics(&lost),
            },
        )
        .await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<pb::upgrade_resource_state::Request>,
    ) -> Answer<pb::upgrade_resource_state::Response> {
        let request = request.into_inner();
        self.run(
            span!("UpgradeResourceState", tf_resource_type = request.type_name),
            |core| async move { core.upgrade_state(&request) },
            |lost| pb::upgrade_resource_state::Response {
                upgraded_state: None,
                diagnostics: wire::diagnostics(&lost),
            },
        )
        .await
    }

    async fn read_resource(
        &self,
        request: Request<pb::read_resource::Request>,
    ) -> Answer<pb::read_resource::Response> {
        let request = request.into_inner();
        let cancel = self.work.stopped();
        let (current, private) = (request.current_state.clone(), request.private.clone());
        self.run(
            span!("ReadResource", tf_resource_type = request.type_name),
            |core| async move { core.read_resource(request, cancel).await },
            |lost| pb::read_resource::Response {
                new_state: current,
                private,
                diagnostics: wire::diagnostics(&lost),
                ..pb::read_resource::Response::default()
            },
        )
        .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<pb::plan_resource_change::Request>,
    ) -> Answer<pb::plan_resource_change::Response> {
        let request = request.into_inner();
        let cancel = self.work.stopped();
        self.run(
            span!("PlanResourceChange", tf_resource_type = request.type_name),
            |core| async move { core.plan_change(&request, cancel).await },
            |lost| pb::plan_resource_change::Response {
                diagnostics: wire::diagnostics(&lost),
                ..pb::plan_resource_change::Response::default()
            },
        )
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<pb::apply_resource_change::Request>,
    ) -> Answer<pb::apply_resource_change::Response> {
        let request = request.into_inner();
        let cancel = self.work.stopped();
        let checkpoint = Checkpoint::default();
        let reached = checkpoint.clone();
        let (core, unmade) = (self.core.clone(), apply::Unmade::of(&request));
        self.run(
            span!("ApplyResourceChange", tf_resource_type = request.type_name),
            |core| async move { core.apply_change(request, cancel, checkpoint).await },
            |lost| core.answer_lost(unmade, reached.take(), lost),
        )
        .await
    }

    async fn import_resource_state(
        &self,
        request: Request<pb::import_resource_state::Request>,
    ) -> Answer<pb::import_resource_state::Response> {
        let request = request.into_inner();
        let cancel = self.work.stopped();
        self.run(
            span!("ImportResourceState", tf_resource_type = request.type_name),
            |core| async move { core.import_resource(request, cancel).await },
            |lost| pb::import_resource_state::Response {
                diagnostics: wire::diagnostics(&lost),
                ..pb::import_resource_state::Response::default()
            },
        )
        .await
    }

    /// Not announced, but OpenTofu asks all the same.
    async fn move_resource_state(
        &self,
        request: Request<pb::move_resource_state::Request>,
    ) -> Answer<pb::move_resource_state::Response> {
        Ok(Response::new(managed::no_move(&request.into_inner())))
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<pb::validate_data_resource_config::Request>,
    ) -> Answer<pb::validate_data_resource_config::Response> {
        let request = request.into_inner();
        self.run(
            span!(
                "ValidateDataResourceConfig",
                tf_data_source_type = request.type_name
            ),
            |core| async move {
                pb::validate_data_resource_config::Response {
                    diagnostics: wire::diagnostics(&core.validate_data_source(&request)),
                }
            },
            |lost| pb::validate_data_resource_config::Response {
                diagnostics: wire::diagnostics(&lost),
            },
        )
        .await
    }

    async fn read_data_source(
        &self,
        request: Request<pb::read_data_source::Request>,
    ) -> Answer<pb::read_data_source::Response> {
        let request = request.into_inner();
        let cancel = self.work.stopped();
        self.run(
            span!("ReadDataSource", tf_data_source_type = request.type_name),
            |core| async move { core.read_data_source(request, cancel).await },
            |lost| pb::read_data_source::Response {
                diagnostics: wire::diagnostics(&lost),
                ..pb::read_data_source::Response::default()
            },
        )
        .await
    }
}

#[cfg(test)]
mod tests;
