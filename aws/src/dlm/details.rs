//! What a policy does: the tree under `PolicyDetails`, as far as snapshot policies with
//! schedules need it. Members that are not here yet have their place by AWS's names;
//! [`super::Policy::not_managed`] names those that a policy carries and we do not.

use crate::found::Tag;

use super::words::{AgeUnit, Location, PolicyLanguage, PolicyType, ResourceLocation, ResourceType};

/// The body of a snapshot policy.
///
/// `None` and empty lists are not sent. An update sends the whole tree, since AWS takes
/// `PolicyDetails` whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDetails {
    /// `None` when written: AWS makes it `EBS_SNAPSHOT_MANAGEMENT`.
    pub policy_type: Option<PolicyType>,
    /// Exactly one.
    pub resource_types: Vec<ResourceType>,
    /// At most one; empty when written: AWS makes it `CLOUD`.
    pub resource_locations: Vec<ResourceLocation>,
    /// 1 to 50, in the order given. A resource with any one of them is a target.
    pub target_tags: Vec<Tag>,
    /// 1 to 4.
    pub schedules: Vec<Schedule>,
    /// `None` when written: AWS makes it `STANDARD`.
    pub policy_language: Option<PolicyLanguage>,
    /// Choices of policies that target instances. A policy once edited in the console must get
    /// them in every update.
    pub parameters: Option<Parameters>,
}

/// Choices of a policy that targets instances.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    /// Leaves the boot volume out.
    pub exclude_boot_volume: Option<bool>,
    /// Of AMI policies: whether instances are left running.
    pub no_reboot: Option<bool>,
    /// Data volumes with any of these tags are left out.
    pub exclude_data_volume_tags: Vec<Tag>,
}

/// When snapshots are taken, what is written on them, and how long they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Also written on every snapshot: a renamed schedule no longer manages its old ones.
    pub name: Option<String>,
    /// Whether the volume's own tags are copied to the snapshot.
    pub copy_tags: Option<bool>,
    /// 0 to 45, written on every snapshot beside DLM's own.
    pub tags_to_add: Vec<Tag>,
    /// 0 to 45, of instance policies only: values `$(instance-id)` and `$(timestamp)`.
    pub variable_tags: Vec<Tag>,
    /// When. AWS requires it; a policy read from AWS may lack it.
    pub create_rule: Option<CreateRule>,
    /// How long. AWS requires it; a policy read from AWS may lack it.
    pub retain_rule: Option<RetainRule>,
}

/// When a schedule runs and where the snapshot goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateRule {
    /// When.
    pub cycle: Cycle,
    /// `None` when written: AWS makes it `CLOUD`.
    pub location: Option<Location>,
}

/// The rhythm of a schedule: an interval or a cron expression, never both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cycle {
    /// Every so many hours.
    Every {
        /// 1, 2, 3, 4, 6, 8, 12 or 24.
        hours: u32,
        /// `HH:MM` in UTC, at most one. Empty when written: AWS picks a time at random and
        /// keeps it.
        times: Vec<String>,
    },
    /// `cron(...)` with six fields, as EventBridge has them, in UTC.
    Cron(String),
}

/// How long snapshots are kept: by number or by age, never both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetainRule {
    /// The newest so many of each volume.
    Count(u32),
    /// Until they are so old.
    Age {
        /// In `unit`s.
        interval: u32,
        /// Kept as given.
        unit: AgeUnit,
    },
}
