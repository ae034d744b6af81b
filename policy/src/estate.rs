//! What a configuration builds, as rules see it.
//!
//! ```text
//! instances -> rancher2 (adapter, by the schema) -> Estate -> rules
//! ```
//! - [`Cluster`], [`MachinePool`], [`MachineConfig`]: typed views, the same for every vocabulary.
//! - [`Fact`]: every value is known, absent or unknown, and has its place.
//! - `rancher2`: the adapter for `rancher2_cluster_v2` and `rancher2_machine_config_v2`.
//! - `read`, `schema`: how adapters read, converting each value as the provider would.

mod cluster;
mod fact;
mod machine;
mod rancher2;
mod read;
mod schema;

use std::sync::Arc;

use terraform_config::Problem;
use terraform_config::instance::Instance;

pub use cluster::{Cluster, EtcdHost, MachinePool, Machines, Members, Provisioned, Snapshots};
pub use fact::{Fact, Lack, Presence, Unknown};
pub use machine::{MachineConfig, MachineLink, PoolPurchase, Purchase};
pub(crate) use schema::schemas;

/// Everything that one root module builds and rules know of.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    /// Clusters, in the order of their addresses.
    pub clusters: Vec<Cluster>,
    /// Machine configs, in the order of their addresses.
    pub machine_configs: Vec<Arc<MachineConfig>>,
}

impl Estate {
    /// Reads the instances of one root module, and what in them the provider could not read.
    pub fn of(instances: &[Instance]) -> (Self, Vec<Problem>) {
        rancher2::read(instances)
    }
}
