//! What AWS's Data Lifecycle Manager accepts, checked before AWS is asked.
//!
//! A policy is described in plain values that may be absent or not known yet ([`Given`]); every
//! block has a `check` of its own, and [`Policy::check`] goes through all of them. A [`Fault`]
//! names the attribute by its path in the vocabulary of hashicorp/aws
//! (`policy_details.schedule[1].create_rule.interval`), so that a caller can point at it. What is
//! not known is never held against anyone.
//!
//! | file | holds |
//! |---|---|
//! | `policy.rs` | [`Policy`] and [`Details`]: description, role, state, targets, what binds schedules together |
//! | `schedule.rs` | [`Schedule`]; `create.rs` and `retain.rs` hold its rules |
//! | `tags.rs` | limits of keys and values, wherever tags are written |
//!
//! Sources: botocore's model `dlm/2018-01-12` for lengths, patterns and ranges; the EC2 user
//! guide's DLM pages for what one field demands of another.

mod create;
mod policy;
mod retain;
mod schedule;
mod tags;

pub use create::CreateRule;
pub use policy::{Details, Policy};
pub use retain::RetainRule;
pub use schedule::Schedule;
pub use tags::{Tag, TagMap};

pub use crate::given::{Fault, Given, Path, Severity, Step};
use crate::given::{check_word, choices};

/// Text in the alphabet of DLM's descriptions and names, `[0-9A-Za-z _-]`, of 1 to `most`
/// characters.
fn check_words(text: &Given<String>, most: usize, at: &Path, faults: &mut Vec<Fault>) {
    let Some(text) = text.known() else { return };
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-');
    let length = text.chars().count();
    if length == 0 || length > most {
        faults.push(at.error(format!("must have 1 to {most} characters, has {length}")));
    } else if let Some(wrong) = text.chars().find(|c| !allowed(*c)) {
        faults.push(at.error(format!(
            "must not contain {wrong:?}: letters, digits, spaces, \"_\" and \"-\" are allowed"
        )));
    }
}
