//! The policies of all accounts and regions.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::policy::Policy;

/// Where a call works: its caller's account and the region it is signed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) account: String,
    pub(crate) region: String,
}

impl Scope {
    /// Whether a policy lives here.
    pub(crate) fn holds(&self, policy: &Policy) -> bool {
        policy.account == self.account && policy.region == self.region
    }
}

/// All policies, oldest first. Whole operations run under one lock, so none sees half of another.
#[derive(Debug, Default)]
pub(crate) struct Store {
    policies: Mutex<Vec<Policy>>,
}

impl Store {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Vec<Policy>> {
        self.policies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a policy that a scope holds.
pub(crate) fn find(policies: &[Policy], scope: &Scope, id: &str) -> Option<usize> {
    policies
        .iter()
        .position(|policy| policy.policy_id == id && scope.holds(policy))
}
