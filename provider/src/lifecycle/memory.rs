//! [`Memory`]: what this process wrote a moment ago.
//!
//! A read after a write may show what was before it, and another writer whose read was earlier may
//! write over it. While a write is young, every read is held against it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use holdfast_aws::clock::Timestamp;
use holdfast_aws::s3::LifecycleDocument;
use holdfast_aws::s3::lifecycle::{LifecycleRule, RuleId};

use super::job::{Edit, Job, replace, rule_of, same};

/// How long a write is young: S3 settles in this time, and nobody means to undo what an apply that
/// is still running has just done.
const YOUTH: Duration = Duration::from_secs(60);

/// What was written.
#[derive(Debug, Default)]
pub(super) struct Memory {
    writes: BTreeMap<RuleId, Write>,
}

#[derive(Debug)]
struct Write {
    /// The rule, or that there is none.
    rule: Option<LifecycleRule>,
    at: Timestamp,
    /// Whether a look, late enough for any other writer, has found it in place.
    settled: bool,
}

impl Memory {
    /// Notes what S3 took at `at` and shows now, but for what the store says in its own words.
    pub(super) fn note(&mut self, job: &Job, at: Timestamp) {
        for edit in &job.edits {
            let rule = edit.rule().cloned();
            let settled = false;
            self.writes
                .insert(edit.id().clone(), Write { rule, at, settled });
        }
        for id in job.bent() {
            self.writes.remove(id);
        }
    }

    /// Notes that these were written once more at `at`.
    pub(super) fn renew(&mut self, ids: &[RuleId], at: Timestamp) {
        for id in ids {
            if let Some(write) = self.writes.get_mut(id) {
                write.at = at;
                write.settled = false;
            }
        }
    }

    /// Forgets what is no longer young.
    pub(super) fn age(&mut self, now: Timestamp) {
        self.writes.retain(|_, write| since(write.at, now) < YOUTH);
    }

    /// Puts young writes back into `wanted` where `there`, as read, lacks them; which they are.
    /// Those that the jobs at hand are about are theirs to look after.
    pub(super) fn restore(
        &self,
        there: &LifecycleDocument,
        wanted: &mut LifecycleDocument,
        jobs: &[Job],
    ) -> Vec<RuleId> {
        let edits = jobs.iter().flat_map(|job| &job.edits);
        let at_hand: BTreeSet<&RuleId> = edits.map(Edit::id).collect();
        let present: BTreeSet<&str> = there.ids().collect();
        let mut restored = Vec::new();
        for (id, write) in self.writes.iter().filter(|(id, _)| !at_hand.contains(id)) {
            // Of what is settled, only a read from before it would lack anything.
            if write.settled && write.rule.is_some() == present.contains(id.as_str()) {
                continue;
            }
            match (&write.rule, rule_of(there, id)) {
                (Some(rule), Some(found)) if same(&found, rule) => continue,
                (Some(rule), Some(found)) => replace(wanted, rule, found),
                (Some(rule), None) => drop(wanted.upsert(rule)),
                (None, Some(_)) => drop(wanted.remove(id)),
                (None, None) => continue,
            }
            restored.push(id.clone());
        }
        restored
    }

    /// Notes a look that was begun at `began` and found every write in place: what was written
    /// `window` before that is settled.
    pub(super) fn seen(&mut self, began: Timestamp, window: Duration) {
        for write in self.writes.values_mut() {
            write.settled |= since(write.at, began) >= window;
        }
    }

    /// Whether any write waits for a look.
    pub(super) fn is_unsettled(&self) -> bool {
        self.writes.values().any(|write| !write.settled)
    }
}

/// The time between two moments; none if the clock went back.
pub(super) fn since(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::try_from(later.duration_since(earlier)).unwrap_or_default()
}
