//! What can be wrong with a plan file.

use cty::DecodeError;

/// A plan that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Neither of the forms.
    #[error("this is no plan file: it does not begin as a zip archive does")]
    NotAPlan,
    /// OpenTofu encrypts plans if it is told to.
    #[error(
        "this plan is encrypted; run `tofu show -json` with its key and check what that prints"
    )]
    Encrypted,
    /// The archive is damaged.
    #[error("the archive of this plan cannot be read: {0}")]
    Archive(String),
    /// The archive has no plan in it.
    #[error("the archive has no member {0:?}, which every plan has")]
    Missing(&'static str),
    /// The archive would take more than a plan may.
    #[error("the archive holds more than {limit} {what}: no plan needs so much")]
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
    pub(super) fn malformed(place: impl Into<String>, problem: impl ToString) -> Self {
        Self::Malformed {
            place: place.into(),
            problem: problem.to_string(),
        }
    }

    pub(super) fn value(place: impl Into<String>, error: &DecodeError) -> Self {
        Self::malformed(place, error)
    }
}
