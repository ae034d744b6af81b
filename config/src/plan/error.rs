//! What can be wrong with a plan file.

use std::fmt;

/// A plan that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Neither of the forms.
    #[error(
        "this is no plan: neither a file that `terraform plan -out` wrote nor what \
         `terraform show -json` prints"
    )]
    NotAPlan,
    /// OpenTofu encrypts plans if it is told to.
    #[error(
        "this plan is encrypted; run `tofu show -json` with its key and check what that prints"
    )]
    Encrypted,
    /// HCP Terraform keeps a plan to itself, and the file only names the run.
    #[error(
        "this file only names a run of HCP Terraform, which keeps the plan; \
         run `terraform show -json` and check what that prints"
    )]
    Remote,
    /// The archive is damaged.
    #[error("the archive of this plan cannot be read: {0}")]
    Archive(String),
    /// A member has a name that would lead out of a directory.
    #[error("the archive has a member named {0:?}, which no host writes; it is not read")]
    Name(String),
    /// The archive has no plan in it.
    #[error("the archive has no member {0:?}, which every plan has")]
    Missing(&'static str),
    /// The plan would take more than a plan may.
    #[error("the plan holds more than {limit} {what}, which is more than is read")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much may be.
        limit: u64,
    },
    /// A host that came later.
    #[error(
        "this plan has format version {found}, and version 3 is known; \
         run `terraform show -json` and check what that prints"
    )]
    Version {
        /// What it says.
        found: u64,
    },
    /// Not JSON, or not of a plan's shape; the parser's words.
    #[error("this is no plan as `terraform show -json` prints one: {0}")]
    Json(String),
    /// JSON that is something else.
    #[error(
        "this is {0}, and no plan; run `terraform show -json PLANFILE` and check what that prints"
    )]
    OtherJson(&'static str),
    /// A later format of plans as JSON.
    #[error(
        "this plan as JSON has format version {found:?}, and 0.1 to 1.x are known; \
         check the plan file itself"
    )]
    JsonVersion {
        /// What it says.
        found: String,
    },
    /// The bytes contradict themselves.
    #[error("the plan is damaged: {place}: {problem}")]
    Malformed {
        /// Which message.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl PlanError {
    pub(super) fn malformed(place: impl fmt::Display, problem: impl fmt::Display) -> Self {
        Self::Malformed {
            place: place.to_string(),
            problem: problem.to_string(),
        }
    }

    pub(super) fn too_large(what: &'static str, limit: u64) -> Self {
        Self::TooLarge { what, limit }
    }
}
