//! What rules answer. A finding needs a place to point at, by type.

use std::fmt;

use crate::estate::Unknown;
use crate::place::Place;

/// How much a finding weighs; the order is by weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Data may be lost under conditions that do happen.
    Warning,
    /// Data will be lost when one of the loss scenarios happens.
    Error,
}

/// What a rule says of one cluster.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Proven, or the rule has nothing to say of it.
    Holds,
    /// Proven.
    Violated(Violation),
    /// Neither can be proven.
    Undecided(Undecided),
}

/// A proven violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The pool or block it is about: `machine_pools["all"]`.
    pub subject: String,
    /// What is wrong, for the reader of a list: one clause without the address.
    pub message: String,
    /// The offending expression, or the header of what lacks one.
    pub place: Place,
    /// What to see at the place.
    pub label: String,
    /// Other places that the proof rests on.
    pub related: Vec<Related>,
    /// Why it matters.
    pub note: String,
    /// What to do.
    pub help: String,
}

/// Another place that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What to see there.
    pub message: String,
}

/// A question that cannot be answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// The pool or block it is about.
    pub subject: String,
    /// What cannot be told: `whether every etcd member is on a spot machine`.
    pub question: &'static str,
    /// What would decide it.
    pub unknown: Unknown,
    /// What else is needed, each with another cause.
    pub also: Vec<Unknown>,
}

/// Things seen at places, in the order of first sight: what is seen at one place (a `for_each`
/// makes many of one line) is told together.
#[derive(Debug, Default)]
pub struct Sightings(Vec<(Place, Vec<String>)>);

impl Sightings {
    /// Notes that `what` was seen at `place`.
    pub fn add(&mut self, place: &Place, what: &str) {
        match self.0.iter_mut().find(|(known, _)| known == place) {
            Some((_, seen)) if seen.iter().any(|known| known == what) => {}
            Some((_, seen)) => seen.push(what.to_owned()),
            None => self.0.push((place.clone(), vec![what.to_owned()])),
        }
    }

    /// One message for each place.
    pub fn told(self, tell: impl Fn(&[String]) -> String) -> Vec<Related> {
        let related = |(place, seen): (Place, Vec<String>)| Related {
            place,
            message: tell(&seen),
        };
        self.0.into_iter().map(related).collect()
    }
}

/// `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`.
pub fn listed(names: &[String]) -> String {
    const SHOWN: usize = 3;
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] if first.len() <= SHOWN => format!("{} and {last}", first.join(", ")),
        _ => format!(
            "{} and {} more",
            names[..SHOWN].join(", "),
            names.len() - SHOWN
        ),
    }
}

impl Violation {
    /// With what its proof does not exclude, if it rests on a place that leaves something open.
    #[must_use]
    pub(crate) fn with_doubt(mut self) -> Self {
        let others = self.related.iter().map(|related| &related.place);
        let doubt = std::iter::once(&self.place)
            .chain(others)
            .find_map(Place::doubt);
        if let Some(doubt) = doubt {
            self.message = format!("{}, {doubt}", self.message);
        }
        self
    }
}

impl Severity {
    /// `error`, `warning` or `info`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        let names = |count: usize| (1..=count).map(|n| format!("p{n}")).collect::<Vec<_>>();
        assert_eq!(listed(&names(1)), "p1");
        assert_eq!(listed(&names(3)), "p1, p2 and p3");
        assert_eq!(listed(&names(4)), "p1, p2, p3 and p4");
        assert_eq!(listed(&names(9)), "p1, p2, p3 and 6 more");
    }
}
