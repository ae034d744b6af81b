//! The lifecycle configuration of a bucket as S3 keeps it: one XML document of rules.
//!
//! S3 reads and writes it whole, so who changes one rule sends everybody's. [`LifecycleDocument`]
//! therefore keeps the text: a rule that is not touched stays byte for byte what was read,
//! elements included that this version does not know. [`LifecycleRule`] is one rule understood.
//!
//! | file | holds |
//! |---|---|
//! | `document.rs` | [`LifecycleDocument`]: rules found, put and taken out as text |
//! | `rule.rs` | [`LifecycleRule`] and its parts |
//! | `meaning.rs` | [`Scope`], and when two rules mean the same |
//! | `read.rs`, `write.rs` | a rule from XML and to XML |

mod document;
mod meaning;
mod read;
mod rule;
mod write;

pub use document::{Cut, InTheWay, LifecycleDocument, Merged, MinimumSize};
pub use meaning::Scope;
pub use read::Unreadable;
pub use rule::{
    AbortMultipart, And, Expiration, Filter, Foreign, InvalidRuleId, LifecycleRule,
    NoncurrentExpiration, NoncurrentTransition, RuleId, RuleStatus, StorageClass, Transition,
    Within,
};

pub use crate::found::Tag;
