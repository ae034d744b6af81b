//! DLM that waits while it throttles, as [`crate::patient`] does for every port. A create passes
//! through, for its caller looks before it sends again.

use async_trait::async_trait;

use super::{
    Dlm, Found, Gone, NewPolicy, Policy, PolicyArn, PolicyChange, PolicyFilter, PolicyId,
    PolicySummary, Tags,
};
use crate::AwsError;
use crate::clock::Clock;
use crate::patient::Patient;

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
    use std::time::Duration;

    use super::*;
    use crate::ErrorKind;
    use crate::clock::FixedClock;
    use crate::fake::{Failure, FakeDlm, Method, Refusal};
    use crate::patient::ROUNDS;

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
