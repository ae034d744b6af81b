//! Storage classes: which can follow which within one rule.

use super::{Fault, Given, Path, check_word};

/// Classes that a transition can lead to.
pub(super) const WORDS: [&str; 6] = [
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
];
/// Objects stay this many days before they move to an infrequent-access class, and in one before
/// they move on to an archive.
const INFREQUENT: i64 = 30;

/// One move of a rule, as far as it is known.
pub(super) struct Move<'a> {
    pub(super) class: &'a Given<String>,
    /// Where its class is written.
    pub(super) at: Path,
    /// The name of its time, `days` or `noncurrent_days`.
    pub(super) time: &'static str,
    pub(super) when: When,
}

/// When a move or an end happens, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum When {
    /// So many days after an object was made, or became noncurrent.
    Days(i64),
    /// At that midnight, in seconds since 1970.
    Date(i64),
    /// Not known.
    Unknown,
}

pub(super) fn is_infrequent(class: &str) -> bool {
    matches!(class, "STANDARD_IA" | "ONEZONE_IA")
}

/// The classes below each, "downhill" in the words of the user guide.
fn can_follow(earlier: &str, later: &str) -> bool {
    let below: &[&str] = match earlier {
        "STANDARD_IA" => &[
            "INTELLIGENT_TIERING",
            "ONEZONE_IA",
            "GLACIER_IR",
            "GLACIER",
            "DEEP_ARCHIVE",
        ],
        "INTELLIGENT_TIERING" => &["ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"],
        "ONEZONE_IA" => &["GLACIER", "DEEP_ARCHIVE"],
        "GLACIER_IR" => &["GLACIER", "DEEP_ARCHIVE"],
        "GLACIER" => &["DEEP_ARCHIVE"],
        _ => &[],
    };
    below.contains(&later)
}

/// Everything wrong with the moves of one rule: each one's class and its days, then one of each
/// pair. At most one fault per move.
pub(super) fn check(moves: &[Move<'_>], faults: &mut Vec<Fault>) {
    let mut sound: Vec<(&Move<'_>, &str)> = Vec::new();
    for one in moves {
        let before = faults.len();
        let at = one.at.field("storage_class");
        check_word(one.class, &WORDS, &at, faults);
        let Some(class) = one.class.known() else {
            continue;
        };
        if let When::Days(days) = one.when
            && is_infrequent(class)
            && (0..INFREQUENT).contains(&days)
        {
            faults.push(one.at.field(one.time).error(format!(
                "must be at least {INFREQUENT} for {class}, not {days}"
            )));
        }
        if sound.iter().any(|(_, other)| other == class) {
            faults.push(at.error(format!(
                "names {class} twice: a rule has one move to each class"
            )));
        }
        if faults.len() == before {
            sound.push((one, class));
        }
    }
    let dated = |(one, _): &(&Move<'_>, &str)| one.when != When::Unknown;
    sound.retain(dated);
    sound.sort_by_key(|(one, _)| one.when);
    for (place, (later, class)) in sound.iter().enumerate() {
        let earlier = &sound[..place];
        if let Some(fault) = earlier
            .iter()
            .find_map(|(earlier, from)| misfit(earlier, from, later, class))
        {
            faults.push(fault);
        }
    }
}

/// What is wrong with a move that comes at the same time as another one or after it.
fn misfit(earlier: &Move<'_>, from: &str, later: &Move<'_>, to: &str) -> Option<Fault> {
    let same_time = earlier.when == later.when;
    if !(can_follow(from, to) || same_time && can_follow(to, from)) {
        return Some(later.at.field("storage_class").error(format!(
            "{to} cannot come after {from}: objects only move down to cheaper classes"
        )));
    }
    let archive = matches!(to, "GLACIER" | "DEEP_ARCHIVE");
    match (earlier.when, later.when) {
        (When::Days(first), When::Days(second))
            if archive && is_infrequent(from) && second - first < INFREQUENT =>
        {
            let least = first + INFREQUENT;
            Some(later.at.field(later.time).error(format!(
                "must be at least {least}, {INFREQUENT} days after the move to {from}, not {second}"
            )))
        }
        _ => None,
    }
}
