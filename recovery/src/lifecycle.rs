//! What S3 accepts as lifecycle rules of a bucket, checked before S3 is asked.
//!
//! A rule is described in plain values that may be absent or not known yet ([`Given`]); a
//! [`Fault`] names the attribute by its path in the vocabulary of hashicorp/aws
//! (`rule[1].expiration.days`). What is not known is never held against anyone. S3 refuses a
//! configuration as a whole and often says no more than `MalformedXML`.
//!
//! | file | holds |
//! |---|---|
//! | `configuration.rs` | [`Configuration`]: what binds the rules of one bucket together |
//! | `rule.rs` | [`Rule`]: what its parts demand of each other |
//! | `filter.rs` | [`Filter`], [`And`], [`Tag`]: which objects |
//! | `current.rs` | [`Expiration`], [`Transition`]: what happens to current versions |
//! | `noncurrent.rs` | [`NoncurrentExpiration`], [`NoncurrentTransition`]: to the others |
//! | `class.rs` | storage classes: who can follow whom, and when |
//!
//! Sources: botocore's model `s3/2006-03-01`; the pages "Lifecycle configuration elements" and
//! "Transitioning objects" of the S3 user guide; S3's own refusals as reported in public issues.

mod class;
mod configuration;
mod current;
mod filter;
mod noncurrent;
mod rule;
#[cfg(test)]
mod tests;

pub use configuration::Configuration;
pub use current::{Expiration, Transition};
pub use filter::{And, Filter, Tag};
pub use noncurrent::{NoncurrentExpiration, NoncurrentTransition};
pub use rule::{AbortIncompleteMultipartUpload, Rule};

use crate::given::check_word;
pub use crate::given::{Fault, Given, Path, Severity, Step};

/// A number that must be at least `least`.
fn check_least(number: &Given<i64>, least: i64, at: &Path, faults: &mut Vec<Fault>) -> bool {
    match number.known() {
        Some(number) if *number < least => {
            faults.push(at.error(format!("must be at least {least}, not {number}")));
            false
        }
        _ => true,
    }
}
