//! [`NoncurrentExpiration`] and [`NoncurrentTransition`]: what happens to versions that others
//! have replaced.

use super::class::{self, Move, When};
use super::{Fault, Given, Path, check_least};

/// When noncurrent versions end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NoncurrentExpiration {
    /// So many that are newer stay all the same.
    pub newer_noncurrent_versions: Given<i64>,
    /// So many days after they became noncurrent.
    pub noncurrent_days: Given<i64>,
}

/// When noncurrent versions move to another class.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NoncurrentTransition {
    /// So many that are newer stay all the same.
    pub newer_noncurrent_versions: Given<i64>,
    /// So many days after they became noncurrent.
    pub noncurrent_days: Given<i64>,
    /// Where to.
    pub storage_class: Given<String>,
}

/// Everything wrong with what happens to noncurrent versions by the rule at `at`; `legacy`: the
/// rule has a prefix of the older form.
pub(super) fn check(
    expiration: &Given<NoncurrentExpiration>,
    transitions: &Given<Vec<NoncurrentTransition>>,
    legacy: bool,
    at: &Path,
    faults: &mut Vec<Fault>,
) {
    let end = at.field("noncurrent_version_expiration");
    let mut sound = true;
    if let Some(expiration) = expiration.known() {
        check_newer(&expiration.newer_noncurrent_versions, legacy, &end, faults);
        let days = end.field("noncurrent_days");
        sound = check_least(&expiration.noncurrent_days, 1, &days, faults);
    }
    let transitions = transitions.known().map(Vec::as_slice).unwrap_or_default();
    let mut moves = Vec::new();
    for (i, transition) in transitions.iter().enumerate() {
        let at = at.field("noncurrent_version_transition").index(i);
        check_newer(&transition.newer_noncurrent_versions, legacy, &at, faults);
        check_least(
            &transition.noncurrent_days,
            0,
            &at.field("noncurrent_days"),
            faults,
        );
        moves.push(Move {
            class: &transition.storage_class,
            at,
            days: "noncurrent_days",
            when: transition
                .noncurrent_days
                .known()
                .map_or(When::Unknown, |days| When::Days(*days)),
        });
    }
    class::check(&moves, faults);
    let last = transitions
        .iter()
        .filter_map(|t| t.noncurrent_days.known())
        .max();
    let days = expiration.known().and_then(|e| e.noncurrent_days.known());
    if let (Some(days), Some(last), true) = (days, last, sound)
        && days <= last
    {
        faults.push(end.field("noncurrent_days").error(format!(
            "must be more than {last}, the days of the last noncurrent_version_transition, not {days}"
        )));
    }
}

fn check_newer(newer: &Given<i64>, legacy: bool, block: &Path, faults: &mut Vec<Fault>) {
    let Some(newer) = newer.known() else { return };
    let at = block.field("newer_noncurrent_versions");
    if !(1..=100).contains(newer) {
        faults.push(at.error(format!("must be 1 to 100, not {newer}")));
    } else if legacy {
        faults.push(at.error("needs a filter in place of the rule's prefix"));
    }
}
