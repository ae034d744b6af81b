//! [`Patient`]: a port that waits while AWS throttles.
//!
//! DLM's rates are low, and an apply of a hundred policies meets them: the SDK's own retries are
//! over in seconds. A create passes through, for its caller looks before it sends again.

use std::time::Duration;

use async_trait::async_trait;

use super::{
    Dlm, Found, Gone, NewPolicy, Policy, PolicyArn, PolicyChange, PolicyFilter, PolicyId,
    PolicySummary, Tags,
};
use crate::clock::{Clock, backoff};
use crate::{AwsError, ErrorKind};

/// Three quarters of a minute in all.
const ROUNDS: usize = 6;
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// `D`, asked again while it answers [`ErrorKind::Throttled`].
#[derive(Debug)]
pub(crate) struct Patient<D, C> {
    inner: D,
    clock: C,
    rounds: usize,
}

impl<D, C> Patient<D, C> {
    /// Patience with `inner`.
    pub(crate) fn new(inner: D, clock: C) -> Self {
        Self {
            inner,
            clock,
            rounds: ROUNDS,
        }
    }

    /// None: somebody has said how often a call may be repeated.
    pub(crate) fn none(inner: D, clock: C) -> Self {
        Self {
            rounds: 0,
            ..Self::new(inner, clock)
        }
    }
}

impl<D: Dlm, C: Clock> Patient<D, C> {
    async fn ask<T, F>(&self, call: impl Fn() -> F + Send + Sync) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>> + Send,
    {
        for pause in backoff(FIRST_PAUSE, LONGEST_PAUSE).take(self.rounds) {
            match call().await {
                Err(error) if *error.kind() == ErrorKind::Throttled => {
                    self.clock.sleep(pause).await;
                }
                answer => return answer,
            }
        }
        call().await
    }
}

#[async_trait]
impl<D: Dlm, C: Clock> Dlm for Patient<D, C> {
    async fn create(&self, policy: &NewPolicy) -> Result<PolicyId, AwsError> {
        self.inner.create(policy).await
    }

    async fn get(&self, id: &PolicyId) -> Result<Found<Policy>, AwsError> {
        self.ask(|| self.inner.get(id)).await
    }

    async fn list(&self, filter: &PolicyFilter) -> Result<Vec<PolicySummary>, AwsError> {
        self.ask(|| self.inner.list(filter)).await
    }

    async fn update(&self, id: &PolicyId, change: &PolicyChange) -> Result<(), AwsError> {
        self.ask(|| self.inner.update(id, change)).await
    }

    async fn delete(&self, id: &PolicyId) -> Result<Gone, AwsError> {
        self.ask(|| self.inner.delete(id)).await
    }

    async fn tag(&self, policy: &PolicyArn, tags: &Tags) -> Result<(), AwsError> {
        self.ask(|| self.inner.tag(policy, tags)).await
    }

    async fn untag(&self, policy: &PolicyArn, keys: &[String]) -> Result<(), AwsError> {
        self.ask(|| self.inner.untag(policy, keys)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::FixedClock;
    use crate::fake::{Failure, FakeDlm, Method, Refusal};

    fn throttled(times: usize) -> FakeDlm {
        let dlm = FakeDlm::new("eu-central-1");
        for nth in 1..=times {
            dlm.fail(Method::List, nth, Failure::Refused(Refusal::Throttled));
        }
        dlm
    }

    fn clock() -> FixedClock {
        FixedClock::at("2026-09-01T03:00:00Z".parse().unwrap())
    }

    #[tokio::test]
    async fn a_throttled_call_is_repeated_ever_later_and_not_for_ever() {
        let passing = Patient::new(throttled(ROUNDS), clock());
        passing.list(&PolicyFilter::default()).await.unwrap();
        let slept = passing.clock.slept();
        let seconds: Vec<u64> = slept.iter().map(Duration::as_secs).collect();
        assert_eq!(seconds, [2, 4, 8, 10, 10, 10]);

        let lasting = Patient::new(throttled(ROUNDS + 1), clock());
        let error = lasting.list(&PolicyFilter::default()).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Throttled);

        let told = Patient::none(throttled(1), clock());
        told.list(&PolicyFilter::default()).await.unwrap_err();
        assert!(told.clock.slept().is_empty());
    }

    #[tokio::test]
    async fn any_other_failure_is_the_answer() {
        let dlm = FakeDlm::new("eu-central-1");
        dlm.fail(Method::List, 1, Failure::Refused(Refusal::Unreachable));
        let patient = Patient::new(dlm, clock());
        let error = patient.list(&PolicyFilter::default()).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Unreachable);
        assert!(patient.clock.slept().is_empty());
    }
}
