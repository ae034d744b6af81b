//! What machines are, and whether someone else may take them back.

use std::sync::Arc;

use super::Unknown;
use crate::place::Place;

/// How machines of a kind are made.
#[derive(Clone, Debug)]
pub struct MachineConfig {
    /// The address of the resource, as Terraform prints it.
    pub address: String,
    /// The resource's header.
    pub header: Place,
    /// How they are bought.
    pub purchase: Purchase,
}

/// How machines are bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purchase {
    /// Ours until we give them back.
    OnDemand,
    /// Spot or preemptible: the cloud may take them back at any time. The place is the flag.
    Spot(Place),
    /// Cannot be told.
    Undecided(Unknown),
}

/// Which machine config a pool takes its machines from.
#[derive(Clone, Debug)]
pub enum MachineLink {
    /// One of these; never empty. More than one where a condition or a key is unknown.
    Configs {
        /// All that it may be.
        candidates: Vec<Arc<MachineConfig>>,
        /// The expression that names it.
        place: Place,
        /// What would tell which one.
        choice: Unknown,
    },
    /// Cannot be told.
    Undecided(Unknown),
}

/// How all machines of a pool are bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PoolPurchase<'a> {
    /// Whichever config it is, on demand.
    OnDemand,
    /// Whichever config it is, spot.
    Spot {
        /// Where the pool names its config.
        link: &'a Place,
        /// The configs (their addresses) and their spot flags.
        flags: Vec<(&'a str, &'a Place)>,
    },
    /// Cannot be told.
    Undecided(&'a Unknown),
}

impl MachineLink {
    /// How all machines that come by this link are bought.
    pub fn purchase(&self) -> PoolPurchase<'_> {
        let (candidates, link, choice) = match self {
            Self::Undecided(unknown) => return PoolPurchase::Undecided(unknown),
            Self::Configs {
                candidates,
                place,
                choice,
            } => (candidates, place, choice),
        };
        let mut flags = Vec::new();
        let mut on_demand = 0;
        let mut undecided = None;
        for config in candidates {
            match &config.purchase {
                Purchase::OnDemand => on_demand += 1,
                Purchase::Spot(flag) => flags.push((config.address.as_str(), flag)),
                Purchase::Undecided(unknown) => undecided = undecided.or(Some(unknown)),
            }
        }
        if on_demand == candidates.len() {
            return PoolPurchase::OnDemand;
        }
        if flags.len() == candidates.len() {
            return PoolPurchase::Spot { link, flags };
        }
        PoolPurchase::Undecided(undecided.unwrap_or(choice))
    }
}
