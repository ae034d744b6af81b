//! Storage classes: which can follow which within one rule.

use super::{Fault, Given, Path, check_word};

/// Classes that a transition can lead to, warm to cold: objects only move down.
pub(super) const WORDS: [&str; 6] = [
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "ONEZONE_IA",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
];
/// Objects stay this many days before they move to an infrequent-access class, and in one before
/// they move on.
const INFREQUENT: i64 = 30;
const DAY: i64 = 24 * 60 * 60;

/// One move of a rule, as far as it is known.
pub(super) struct Move<'a> {
    pub(super) class: &'a Given<String>,
    /// Where its class is written.
    pub(super) at: Path,
    /// The name of its days, `days` or `noncurrent_days`.
    pub(super) days: &'static str,
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

/// Everything wrong with the moves of one rule: each one's class and its days, then each after the
/// warmer one. At most one fault per move.
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
            faults.push(one.at.field(one.days).error(format!(
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
    sound.retain(|(one, _)| one.when != When::Unknown);
    sound.sort_by_key(|(_, class)| WORDS.iter().position(|word| word == class));
    for pair in sound.windows(2) {
        if let [(warm, from), (cold, to)] = pair
            && let Some(fault) = too_early(warm, from, cold, to)
        {
            faults.push(fault);
        }
    }
}

/// What is wrong with a move to a colder class that comes at the same time, before, or soon after
/// one to a warmer class.
fn too_early(warm: &Move<'_>, from: &str, cold: &Move<'_>, to: &str) -> Option<Fault> {
    let stay = if is_infrequent(from) { INFREQUENT } else { 0 };
    let (first, second, name) = match (warm.when, cold.when) {
        (When::Days(first), When::Days(second)) => (first, second, cold.days),
        (When::Date(first), When::Date(second)) => (first / DAY, second / DAY, "date"),
        _ => return None,
    };
    let gap = second - first;
    let problem = match (gap, name) {
        _ if gap > 0 && gap >= stay => return None,
        (..=0, "date") => format!("must be later than that of the move to {from}"),
        (..=0, _) => {
            format!("must be more than {first}, when objects move to {from}, not {second}")
        }
        (_, "date") => format!("must be {stay} days after the move to {from} at the earliest"),
        _ => {
            let least = first + stay;
            format!("must be at least {least}, {stay} days after the move to {from}, not {second}")
        }
    };
    let why = match gap {
        ..=0 => format!("{problem}: {to} is colder, and objects only move down"),
        _ => problem,
    };
    Some(cold.at.field(name).error(why))
}
