//! Clusters and what they keep their state on.

use std::sync::Arc;

use super::{Fact, MachineLink, Presence, Unknown};
use crate::place::Place;

/// A Kubernetes cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The address of the resource, as Terraform prints it.
    pub address: String,
    /// The resource's header.
    pub header: Place,
    /// The distribution and its version: `v1.34.6+k3s1`.
    pub kubernetes_version: Fact<Arc<str>>,
    /// Who runs its etcd.
    pub etcd: EtcdHost,
}

/// Who runs a cluster's etcd.
#[derive(Clone, Debug)]
pub enum EtcdHost {
    /// Someone else: an imported or hosted cluster.
    Elsewhere,
    /// This configuration.
    Here(Box<Provisioned>),
}

/// A cluster whose nodes and etcd are described here.
#[derive(Clone, Debug)]
pub struct Provisioned {
    /// Whether the cluster will be there, and provisioned here.
    pub presence: Presence,
    /// Where its machines come from.
    pub machines: Machines,
    /// Its etcd snapshots.
    pub snapshots: Snapshots,
    /// Text handed to every node beside the settings above.
    pub global_config: Fact<Arc<str>>,
}

/// Where machines come from.
#[derive(Clone, Debug)]
pub enum Machines {
    /// Pools, which the cluster makes itself; never empty.
    Pools(Vec<MachinePool>),
    /// Registered by hand or by a script: a custom cluster. The place is the header of the block
    /// that could hold pools.
    Registered(Place),
}

/// Settings of etcd snapshots.
#[derive(Clone, Debug)]
pub struct Snapshots {
    /// How many to keep. The provider sends only what is above 0.
    pub retention: Fact<i64>,
    /// When to take them: a cron line in robfig's dialect.
    pub schedule: Fact<Arc<str>>,
    /// Switched off altogether.
    pub disabled: Fact<bool>,
}

/// Machines of one kind and role.
#[derive(Clone, Debug)]
pub struct MachinePool {
    /// `machine_pools["name"]`, or by position where the name is unknown or must not be shown.
    pub subject: String,
    /// The pool's header.
    pub header: Place,
    /// Whether the pool will be there.
    pub presence: Presence,
    /// Members of etcd.
    pub etcd: Fact<bool>,
    /// Control plane.
    pub control_plane: Fact<bool>,
    /// Workers.
    pub worker: Fact<bool>,
    /// How many machines; 1 where absent.
    pub quantity: Fact<i64>,
    /// What the machines are.
    pub machine: MachineLink,
}

/// Whether a pool brings members to etcd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Members<'a> {
    /// None: another role, or no machine.
    None,
    /// At least one.
    Some,
    /// Cannot be told.
    Unknown(&'a Unknown),
}

impl MachinePool {
    /// Whether the pool brings members to etcd.
    pub fn etcd_members(&self) -> Members<'_> {
        let etcd = self.etcd.or_default(false);
        let quantity = self.quantity.or_default(1);
        if etcd == Ok(false) || quantity.is_ok_and(|quantity| quantity < 1) {
            return Members::None;
        }
        if let Presence::Unknown(unknown) = &self.presence {
            return Members::Unknown(unknown);
        }
        match (etcd, quantity) {
            (Err(unknown), _) | (_, Err(unknown)) => Members::Unknown(unknown),
            (Ok(_), Ok(_)) => Members::Some,
        }
    }
}
