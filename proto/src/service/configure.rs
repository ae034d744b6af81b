//! The provider's own configuration.

use cty::Value;
use tokio_util::sync::CancellationToken;

use super::core::{Connection, Core, read, validated};
use crate::diagnostic::Diagnostics;
use crate::erased::AnyProvider;
use crate::generated::tfplugin6 as pb;
use crate::provider::{ConfigureCx, Configured};

impl<P: AnyProvider> Core<P> {
    pub(super) fn validate_provider(
        &self,
        request: &pb::validate_provider_config::Request,
    ) -> Diagnostics {
        let own = |config: &Value, to: &mut Diagnostics| self.provider.validate(config, to);
        validated(&self.config, &self.config_ty, request.config.as_ref(), own)
    }

    pub(super) async fn configure(
        &self,
        request: pb::configure_provider::Request,
        cancel: CancellationToken,
    ) -> Diagnostics {
        let config = match read(request.config.as_ref(), &self.config_ty, "configuration") {
            Ok(config) => config,
            Err(unreadable) => return unreadable,
        };
        let mut cx = ConfigureCx {
            terraform_version: request.terraform_version,
            cancel,
            diagnostics: Diagnostics::new(),
        };
        let configured = self.provider.configure(&mut cx, config).await;
        let connection = match configured {
            Ok(Configured::Ready(client)) => Connection::Ready(client.into()),
            Ok(Configured::NotYet) => Connection::NotYet,
            Err(errors) => {
                cx.diagnostics.extend(errors);
                Connection::Closed
            }
        };
        self.connect(connection);
        cx.diagnostics
    }
}
