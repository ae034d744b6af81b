//! [`LifecycleRule`]: one rule understood, as S3 spells its parts. Absent and empty are told
//! apart, so that what is read can be written back the same.

use std::fmt;
use std::str::FromStr;

use crate::clock::Timestamp;
use crate::found::Tag;
use crate::words::words;

/// The id of a rule, unique in its bucket: 1 to 255 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(String);

/// A text that is not the id of a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a rule's id has 1 to 255 characters, none of them a control character; {0:?} does not")]
pub struct InvalidRuleId(String);

impl RuleId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RuleId {
    type Err = InvalidRuleId;

    fn from_str(text: &str) -> Result<Self, InvalidRuleId> {
        let length = text.chars().count();
        // XML has no way to write most control characters.
        if (1..=255).contains(&length) && text.chars().all(writable) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidRuleId(text.to_owned()))
        }
    }
}

fn writable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

impl fmt::Display for RuleId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

words! {
    /// Whether a rule is at work.
    RuleStatus {
        /// It is.
        Enabled = "Enabled",
        /// It is kept and does nothing.
        Disabled = "Disabled",
    }
    /// Where a transition moves objects.
    StorageClass {
        /// Seldom read, kept in at least three zones.
        StandardIa = "STANDARD_IA",
        /// Seldom read, kept in one zone.
        OnezoneIa = "ONEZONE_IA",
        /// Moved on by S3 as it is read.
        IntelligentTiering = "INTELLIGENT_TIERING",
        /// Archived, readable at once.
        GlacierIr = "GLACIER_IR",
        /// Archived, readable within hours.
        Glacier = "GLACIER",
        /// Archived, readable within two days.
        DeepArchive = "DEEP_ARCHIVE",
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecycleRule {
    /// `ID`.
    pub id: RuleId,
    /// `Status`.
    pub status: RuleStatus,
    /// `Prefix` of the older form, which cannot stand beside a filter in one configuration.
    pub prefix: Option<String>,
    /// `Filter`; an empty one means the whole bucket.
    pub filter: Option<Filter>,
    /// `Expiration`.
    pub expiration: Option<Expiration>,
    /// `Transition`, once per storage class.
    pub transitions: Vec<Transition>,
    /// `NoncurrentVersionExpiration`.
    pub noncurrent_expiration: Option<NoncurrentExpiration>,
    /// `NoncurrentVersionTransition`, once per storage class.
    pub noncurrent_transitions: Vec<NoncurrentTransition>,
    /// `AbortIncompleteMultipartUpload`.
    pub abort_multipart: Option<AbortMultipart>,
    /// Elements that this version does not know, as they were read.
    pub foreign: Vec<Foreign>,
}

/// Which objects a rule concerns. S3 wants one of the five at most.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// `Prefix`: their keys begin so.
    pub prefix: Option<String>,
    /// `Tag`: they carry it.
    pub tag: Option<Tag>,
    /// `ObjectSizeGreaterThan`, in bytes.
    pub size_greater_than: Option<i64>,
    /// `ObjectSizeLessThan`, in bytes.
    pub size_less_than: Option<i64>,
    /// `And`: several of these.
    pub and: Option<And>,
}

/// Several conditions, all of which must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct And {
    /// `Prefix`.
    pub prefix: Option<String>,
    /// `Tag`, any number, as ordered.
    pub tags: Vec<Tag>,
    /// `ObjectSizeGreaterThan`, in bytes.
    pub size_greater_than: Option<i64>,
    /// `ObjectSizeLessThan`, in bytes.
    pub size_less_than: Option<i64>,
}

/// When current versions end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expiration {
    /// `Days` after their creation.
    pub days: Option<i32>,
    /// `Date`, midnight UTC.
    pub date: Option<Timestamp>,
    /// `ExpiredObjectDeleteMarker`: delete markers without versions behind them go.
    pub delete_marker: Option<bool>,
}

/// When current versions move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// `Days` after their creation.
    pub days: Option<i32>,
    /// `Date`, midnight UTC.
    pub date: Option<Timestamp>,
    /// `StorageClass` that takes them.
    pub storage_class: StorageClass,
}

/// When noncurrent versions end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NoncurrentExpiration {
    /// `NoncurrentDays` after they became noncurrent.
    pub days: Option<i32>,
    /// `NewerNoncurrentVersions` that stay all the same.
    pub newer_versions: Option<i32>,
}

/// When noncurrent versions move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoncurrentTransition {
    /// `NoncurrentDays` after they became noncurrent.
    pub days: Option<i32>,
    /// `NewerNoncurrentVersions` that stay all the same.
    pub newer_versions: Option<i32>,
    /// `StorageClass` that takes them.
    pub storage_class: StorageClass,
}

/// When unfinished uploads are given up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AbortMultipart {
    /// `DaysAfterInitiation`.
    pub days: Option<i32>,
}

/// An element that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// Where in the rule it stood.
    pub within: Within,
    /// Its text.
    pub xml: String,
}

/// The element of a rule that holds a foreign one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// The rule itself.
    Rule,
    /// [`LifecycleRule::filter`].
    Filter,
    /// [`Filter::and`].
    And,
    /// [`LifecycleRule::expiration`].
    Expiration,
    /// The transition to this class.
    Transition(StorageClass),
    /// [`LifecycleRule::noncurrent_expiration`].
    NoncurrentExpiration,
    /// The noncurrent transition to this class.
    NoncurrentTransition(StorageClass),
    /// [`LifecycleRule::abort_multipart`].
    AbortMultipart,
}

impl LifecycleRule {
    /// A rule that says nothing yet but its id and status.
    pub fn new(id: RuleId, status: RuleStatus) -> Self {
        Self {
            id,
            status,
            prefix: None,
            filter: None,
            expiration: None,
            transitions: Vec::new(),
            noncurrent_expiration: None,
            noncurrent_transitions: Vec::new(),
            abort_multipart: None,
            foreign: Vec::new(),
        }
    }
}
