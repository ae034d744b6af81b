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
//! | `fault.rs` | [`Fault`], its [`Path`] and [`Severity`] |
//! | `policy.rs` | [`Policy`] and [`Details`]: description, role, state, targets, what binds schedules together |
//! | `schedule.rs` | [`Schedule`]; `create.rs` and `retain.rs` hold its rules |
//! | `tags.rs` | limits of keys and values, wherever tags are written |
//!
//! Sources: botocore's model `dlm/2018-01-12` for lengths, patterns and ranges; the EC2 user
//! guide's DLM pages for what one field demands of another.

mod create;
mod fault;
mod policy;
mod retain;
mod schedule;
mod tags;

pub use create::CreateRule;
pub use fault::{Fault, Path, Severity, Step};
pub use policy::{Details, Policy};
pub use retain::RetainRule;
pub use schedule::Schedule;
pub use tags::{Tag, TagMap};

/// A value that a configuration may leave out or not know yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Given<T> {
    /// It is not written.
    #[default]
    Absent,
    /// It is written and not known yet; it may turn out to be absent.
    Unknown,
    /// It is this.
    Known(T),
}

impl<T> Given<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Unknown => None,
        }
    }

    /// Whether it is certain that nothing is written.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<T> From<Option<T>> for Given<T> {
    /// Of something that is known either way.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Known)
    }
}

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

/// One word of a few.
fn check_word(word: &Given<String>, words: &[&str], at: &Path, faults: &mut Vec<Fault>) {
    if let Some(word) = word.known()
        && !words.contains(&word.as_str())
    {
        faults.push(at.error(format!("must be {}, not {word:?}", choices(words))));
    }
}

/// `A, B or C`.
fn choices(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
