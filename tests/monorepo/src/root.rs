//! Which root module is of which kind, and what is wrong with it.

use crate::Monorepo;

/// One root module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    /// Over all teams.
    index: usize,
}

/// What it builds; each has a folder in `templates/roots`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A cluster that is written out.
    Cluster,
    /// A cluster, its network and its bucket, through shared modules.
    Platform,
    /// Buckets, tables and queues.
    Data,
    /// A network.
    Network,
    /// Roles and secrets of services in a YAML file.
    Service,
}

/// What is wrong with a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Every etcd member is on a spot machine, by a variable.
    Spot,
    /// The same, through a module and an `optional()` attribute.
    SpotInModule,
    /// The same, in a module that is switched off by default.
    SpotBehindGate,
    /// `snapshot_retention` is null.
    NoRetention,
    /// `snapshot_retention` is a variable without a value.
    UnknownRetention,
}

const ENVIRONMENTS: [&str; 3] = ["dev", "test", "prod"];
const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-1", "us-east-1", "ap-southeast-2"];

impl Root {
    pub(crate) fn new(index: usize) -> Self {
        Self { index }
    }

    /// Its directory, from the top of the repository.
    pub fn directory(&self) -> String {
        let (team, name) = (self.team(), self.name());
        format!(
            "teams/{team}/live/{}/{}/{name}",
            self.environment(),
            self.region()
        )
    }

    /// What is wrong with it, if something is.
    pub fn fault(&self) -> Option<Fault> {
        match (self.index % 10, self.tens()) {
            (0, 2 | 7) => Some(Fault::Spot),
            (1, 3) => Some(Fault::NoRetention),
            (2, 4) => Some(Fault::UnknownRetention),
            (3, 5) => Some(Fault::SpotInModule),
            (4, 6) => Some(Fault::SpotBehindGate),
            _ => None,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self.index % 10 {
            0..=2 => Kind::Cluster,
            3 | 4 => Kind::Platform,
            5..=7 => Kind::Data,
            8 => Kind::Network,
            _ => Kind::Service,
        }
    }

    /// Not every root module has outputs; so many have that a team comes to its count of files.
    pub(crate) fn has_outputs(&self) -> bool {
        self.kind() != Kind::Service || self.tens() >= 6
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// Within its team.
    fn tens(&self) -> usize {
        self.index / 10 % 10
    }

    pub(crate) fn team(&self) -> String {
        team(self.index / Monorepo::ROOTS)
    }

    pub(crate) fn name(&self) -> String {
        let word = match self.kind() {
            Kind::Cluster => "cluster",
            Kind::Platform => "platform",
            Kind::Data => "data",
            Kind::Network => "network",
            Kind::Service => "services",
        };
        format!("{word}-{:05}", self.index)
    }

    pub(crate) fn environment(&self) -> &'static str {
        ENVIRONMENTS[self.index % ENVIRONMENTS.len()]
    }

    pub(crate) fn region(&self) -> &'static str {
        REGIONS[self.index / 3 % REGIONS.len()]
    }
}

pub(crate) fn team(number: usize) -> String {
    format!("team-{number:03}")
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Spot,
        Self::SpotInModule,
        Self::SpotBehindGate,
        Self::NoRetention,
        Self::UnknownRetention,
    ];

    /// The rule that speaks of it.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Spot | Self::SpotInModule | Self::SpotBehindGate => "etcd-spot-only",
            Self::NoRetention | Self::UnknownRetention => "retention-unset",
        }
    }

    /// The cluster.
    pub fn address(self) -> &'static str {
        match self {
            Self::SpotInModule => "module.cluster.rancher2_cluster_v2.this",
            Self::SpotBehindGate => "module.cluster[0].rancher2_cluster_v2.this",
            _ => "rancher2_cluster_v2.this",
        }
    }
}
