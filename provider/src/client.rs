//! What resources work with: AWS, the provider's own settings, and what this process is making.

use std::fmt;
use std::sync::Arc;

use holdfast_aws::clock::Clock;
use holdfast_aws::{Account, AwsError, Region, Services};
use tfplugin::prelude::*;

use crate::creation::Creations;
use crate::lifecycle::Lifecycles;
use crate::tags::TagMap;

/// One configured provider.
pub struct Client {
    /// The account.
    pub services: Arc<dyn Services>,
    /// Tags of everything that can be tagged.
    pub default_tags: TagMap,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What this process is making, over all provider configurations that it serves.
    pub creations: Arc<Creations>,
    /// The buckets whose lifecycle rules are read and changed.
    pub lifecycles: Arc<Lifecycles>,
}

// The ports hold SDK clients, which have nothing to show.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("default_tags", &self.default_tags)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// The digits of the account; empty where the provider was told not to ask.
    ///
    /// # Errors
    /// STS does not answer, or the account is not an allowed one.
    pub async fn account(&self) -> Result<String, AwsError> {
        Ok(match self.services.account().await? {
            Account::Id(id) => id,
            Account::NotAsked => String::new(),
        })
    }
}

/// The region in a resource's `region` attribute; `None` for the provider's.
///
/// # Errors
/// It is not the name of a region.
pub fn region_of(attribute: &Attr<String>) -> Result<Option<Region>, Diagnostics> {
    let Some(name) = attribute.as_str() else {
        return Ok(None);
    };
    name.parse()
        .map(Some)
        .map_err(|error: holdfast_aws::InvalidRegion| {
            Diagnostic::error("Invalid region", error.to_string())
                .at(path!("region"))
                .into()
        })
}
