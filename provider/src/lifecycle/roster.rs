//! Which resource of this process has which rule, so that none takes or deletes another's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use holdfast_aws::s3::lifecycle::RuleId;

use crate::creation::CreationId;

/// The rules of one bucket that this process has made or changed, and for whom.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    owners: Mutex<BTreeMap<RuleId, CreationId>>,
}

impl Roster {
    /// Notes that a resource makes these rules; the first that another one has made stops it, and
    /// nothing is noted.
    pub(crate) fn begin(&self, owner: &CreationId, ids: &[RuleId]) -> Result<(), RuleId> {
        let mut owners = lock(&self.owners);
        let taken = |id: &&RuleId| owners.get(*id).is_some_and(|other| other != owner);
        if let Some(id) = ids.iter().find(taken) {
            return Err(id.clone());
        }
        owners.extend(ids.iter().map(|id| (id.clone(), owner.clone())));
        Ok(())
    }

    /// Takes back what a resource noted: it made nothing, or its rules are gone.
    pub(crate) fn end(&self, owner: &CreationId, ids: &[RuleId]) {
        let mut owners = lock(&self.owners);
        for id in ids {
            if owners.get(id) == Some(owner) {
                owners.remove(id);
            }
        }
    }

    /// Whether another resource has made the rule in this process. Under `create_before_destroy`
    /// the old object must not delete what the new one has just made.
    pub(crate) fn is_others(&self, owner: Option<&CreationId>, id: &RuleId) -> bool {
        lock(&self.owners)
            .get(id)
            .is_some_and(|other| Some(other) != owner)
    }
}

/// Which of the two kinds of resources plans have named, by bucket.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    buckets: Mutex<BTreeMap<String, Kinds>>,
}

#[derive(Debug, Default)]
struct Kinds {
    rules: BTreeSet<String>,
    whole: bool,
    warned: bool,
}

/// Two resources that would undo each other's work.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fight {
    /// The rules that are resources of their own.
    pub(crate) rules: Vec<String>,
}

impl Planned {
    /// A plan names a rule as a resource of its own. A fight is reported once.
    pub(crate) fn rule(&self, bucket: &str, id: &str) -> Option<Fight> {
        self.note(bucket, |kinds| {
            kinds.rules.insert(id.to_owned());
        })
    }

    /// A plan names the whole configuration.
    pub(crate) fn whole(&self, bucket: &str) -> Option<Fight> {
        self.note(bucket, |kinds| kinds.whole = true)
    }

    fn note(&self, bucket: &str, note: impl FnOnce(&mut Kinds)) -> Option<Fight> {
        let mut buckets = lock(&self.buckets);
        let kinds = buckets.entry(bucket.to_owned()).or_default();
        note(kinds);
        if !kinds.whole || kinds.rules.is_empty() || kinds.warned {
            return None;
        }
        kinds.warned = true;
        let rules = kinds.rules.iter().cloned().collect();
        Some(Fight { rules })
    }
}

/// A poisoned lock only says that another task panicked; the map is whole.
fn lock<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}
