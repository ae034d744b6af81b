//! The provider's own configuration.

use tokio_util::sync::CancellationToken;

use super::core::{Connection, Core, read};
use crate::diagnostic::Diagnostics;
use crate::generated::tfplugin6 as pb;
use crate::model::Model;
use crate::provider::{ConfigureCx, Configured, Provider};
use crate::validate::validate;

impl<P: Provider> Core<P> {
    pub(super) fn validate_provider(
        &self,
        request: &pb::validate_provider_config::Request,
    ) -> Diagnostics {
        let config = match read(request.config.as_ref(), P::Config::ty(), "configuration") {
            Ok(config) => config,
            Err(unreadable) => return unreadable,
        };
        let mut diagnostics = Diagnostics::new();
        validate(&self.config.block, &config, &mut diagnostics);
        match P::Config::from_value(&config) {
            Ok(config) => self.provider.validate(&config, &mut diagnostics),
            Err(unfit) => diagnostics.extend(unfit),
        }
        diagnostics
    }

    pub(super) async fn configure(
        &self,
        request: pb::configure_provider::Request,
        cancel: CancellationToken,
    ) -> Diagnostics {
        let config = read(request.config.as_ref(), P::Config::ty(), "configuration")
            .and_then(|config| P::Config::from_value(&config));
        let config = match config {
            Ok(config) => config,
            Err(unfit) => return unfit,
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
