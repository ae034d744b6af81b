//! From the `provider` block to a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use holdfast_aws::clock::{Clock, SystemClock};
use holdfast_aws::{ClientConfig, Clients};
use tfplugin::prelude::*;
use tfplugin::{AnyResource, Model};

use crate::client::Client;
use crate::creation::Creations;
use crate::lifecycle::Lifecycles;
use crate::resources;
use crate::settings::{Settings, invalid};

/// The provider.
#[derive(Debug, Default)]
pub struct Holdfast {
    creations: Arc<Creations>,
    pace: Pace,
}

/// How long things take. The shipped provider goes at the default pace; tests that fail every call
/// in turn hurry it, and nothing else about it is another.
#[derive(Clone)]
pub struct Pace {
    /// The time, and the waiting of resources.
    pub clock: Arc<dyn Clock>,
    /// As [`ClientConfig::first_backoff`].
    pub first_backoff: Option<Duration>,
    /// As [`ClientConfig::attempt_timeout`].
    pub attempt_timeout: Option<Duration>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            first_backoff: None,
            attempt_timeout: None,
        }
    }
}

// A clock has nothing to show.
impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace")
            .field("first_backoff", &self.first_backoff)
            .field("attempt_timeout", &self.attempt_timeout)
            .finish_non_exhaustive()
    }
}

impl Holdfast {
    /// The provider at another pace.
    pub fn at(pace: Pace) -> Self {
        Self {
            pace,
            ..Self::default()
        }
    }
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
        let client_config = ClientConfig {
            first_backoff: self.pace.first_backoff,
            attempt_timeout: self.pace.attempt_timeout,
            ..config.client_config()
        };
        let services = Clients::new(client_config)
            .await
            .map_err(|bad| invalid(&bad))?;
        Ok(Configured::Ready(Client {
            services: Arc::new(services),
            default_tags: config.default_tags(),
            clock: Arc::clone(&self.pace.clock),
            creations: Arc::clone(&self.creations),
            // What was read before this command does not count in it.
            lifecycles: Arc::new(Lifecycles::new(Arc::clone(&self.pace.clock))),
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
