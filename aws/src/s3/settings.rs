//! The settings of a bucket, one plain type each, and [`Setting`], the answer to a look at one.

use crate::words::words;

/// What a look at one setting of a bucket found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting<T> {
    /// It is set, and this is it.
    Present(T),
    /// It is not set.
    Absent,
    /// The store has no such setting: it says so, or it takes the question for another one.
    Unsupported,
}

impl<T> Setting<T> {
    /// The setting, if there is one.
    pub fn present(self) -> Option<T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Absent | Self::Unsupported => None,
        }
    }

    /// The same answer about what `with` makes of the setting.
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Setting<U> {
        match self {
            Self::Present(value) => Setting::Present(with(value)),
            Self::Absent => Setting::Absent,
            Self::Unsupported => Setting::Unsupported,
        }
    }
}

words! {
    /// Whether a bucket keeps old versions. One that never did is [`Setting::Absent`].
    Versioning {
        /// It does.
        Enabled = "Enabled",
        /// It did; what it kept stays. It never returns to "never".
        Suspended = "Suspended",
    }
    /// Who owns an object that another account writes.
    Ownership {
        /// The bucket's owner, and ACLs are off.
        BucketOwnerEnforced = "BucketOwnerEnforced",
        /// The bucket's owner, if the writer asks for it.
        BucketOwnerPreferred = "BucketOwnerPreferred",
        /// The writer.
        ObjectWriter = "ObjectWriter",
    }
    /// How new objects are encrypted if nothing else is asked for.
    Algorithm {
        /// With S3's own keys.
        Aes256 = "AES256",
        /// With a key of KMS.
        Kms = "aws:kms",
        /// Twice, with a key of KMS.
        KmsDsse = "aws:kms:dsse",
    }
    /// How hard a retention is.
    RetentionMode {
        /// Who has `s3:BypassGovernanceRetention` may lift it.
        Governance = "GOVERNANCE",
        /// Nobody may.
        Compliance = "COMPLIANCE",
    }
    /// A switch of a replication rule.
    Switch {
        /// On.
        Enabled = "Enabled",
        /// Off.
        Disabled = "Disabled",
    }
}

/// Default encryption of new objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// With what.
    pub algorithm: Algorithm,
    /// The key of KMS: an ARN, an id or an alias. Unset: none is needed, or AWS's own for S3.
    pub kms_key: Option<String>,
    /// Whether S3 asks KMS once per bucket instead of once per object.
    pub bucket_key: bool,
    /// Ways of encrypting that uploads may not use (`SSE-C`, `NONE`), as S3 spells them. None:
    /// not sent, and AWS keeps its own default, which since April 2026 is `SSE-C`.
    pub blocked: Vec<String>,
}

/// The four public access blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicAccessBlock {
    /// New public ACLs are refused.
    pub block_public_acls: bool,
    /// Public ACLs are without effect.
    pub ignore_public_acls: bool,
    /// Public policies are refused.
    pub block_public_policy: bool,
    /// Under a public policy only the account and AWS's services have access.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// All four.
    pub const ALL: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
}

/// Object lock of a bucket where it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectLock {
    /// What every new version is kept by. Unset: only what an upload asks for.
    pub default_retention: Option<Retention>,
}

/// A default retention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// How hard it is.
    pub mode: RetentionMode,
    /// How long it lasts.
    pub period: Period,
}

/// How long a retention lasts. A year is not 365 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// Days.
    Days(i32),
    /// Years.
    Years(i32),
}

/// Where a bucket's access logs go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logging {
    /// The bucket that takes them, in the same region and account.
    pub target_bucket: String,
    /// What their keys begin with.
    pub target_prefix: String,
}

/// Where a bucket's objects are copied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replication {
    /// ARN of the role that S3 takes on.
    pub role: String,
    /// At least one rule.
    pub rules: Vec<ReplicationRule>,
}

/// One rule of a replication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicationRule {
    /// Its id; S3 makes one up if it is unset.
    pub id: Option<String>,
    /// Which rule wins where several concern one object. Not with a legacy prefix.
    pub priority: Option<i32>,
    /// Whether it is at work.
    pub status: Switch,
    /// Which objects it concerns.
    pub scope: ReplicationScope,
    /// ARN of the bucket that takes the copies.
    pub destination: String,
    /// ARN of the key that encrypts the copies.
    pub replica_kms_key: Option<String>,
    /// Whether objects encrypted by KMS are copied.
    pub kms_objects: Option<Switch>,
    /// Whether delete markers are copied.
    pub delete_markers: Option<Switch>,
}

/// Which objects a replication rule concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplicationScope {
    /// Those whose keys begin so; all, if it is empty.
    Prefix(String),
    /// The same, in the older form, which has no priority and always copies delete markers.
    LegacyPrefix(String),
    /// A choice by tags, which can be read and never set here.
    Other,
}
