//! From the `provider` block to a client.

use std::sync::Arc;

use holdfast_aws::Clients;
use holdfast_aws::clock::SystemClock;
use tfplugin::prelude::*;
use tfplugin::{AnyResource, Model};

use crate::client::Client;
use crate::creation::Creations;
use crate::resources;
use crate::settings::{Settings, invalid};

/// The provider.
#[derive(Debug, Default)]
pub struct Holdfast {
    creations: Arc<Creations>,
}

impl Provider for Holdfast {
    type Config = Settings;
    type Client = Client;

    fn validate(&self, config: &Settings, diagnostics: &mut Diagnostics) {
        config.check(diagnostics);
    }

    async fn configure(
        &self,
        _: &mut ConfigureCx,
        config: Settings,
    ) -> Result<Configured<Client>, Diagnostics> {
        if !config.encode().is_wholly_known() {
            return Ok(Configured::NotYet);
        }
        let services = Clients::new(config.client_config())
            .await
            .map_err(|bad| invalid(&bad))?;
        Ok(Configured::Ready(Client {
            services: Arc::new(services),
            default_tags: config.default_tags(),
            clock: Arc::new(SystemClock),
            creations: Arc::clone(&self.creations),
        }))
    }

    fn quiet(&self) -> &'static [&'static str] {
        // The SDK traces whole requests, session tokens among their headers.
        &["aws_", "hyper_"]
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<Client>>> {
        resources::all()
    }
}
