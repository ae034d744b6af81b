//! What a create does about unfinished policies that it finds.

use std::time::Duration;

use holdfast_aws::clock::{Clock, FixedClock};
use holdfast_aws::fake::{FakeDlm, FakeServices};

use super::*;
use crate::creation::{Creations, PATIENCE};
use crate::lifecycle::Lifecycles;
use crate::tags::TagMap;

const NOW: &str = "2026-11-23T10:00:00Z";

/// A clock during whose second pause another process finishes what it was making.
struct Meanwhile {
    clock: FixedClock,
    dlm: Arc<FakeDlm>,
    finishes: bool,
}

#[async_trait]
impl Clock for Meanwhile {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn sleep(&self, pause: Duration) {
        self.clock.sleep(pause).await;
        if self.finishes && self.clock.slept().len() == 2 {
            for policy in self.dlm.policies() {
                self.dlm.edit(&policy.id, |policy| policy.tags.clear());
            }
        }
    }
}

struct Found {
    result: Result<Made<PolicyId>, Diagnostics>,
    policies: usize,
    reports: Vec<String>,
}

/// A create in a new process that finds a policy whose mark began `age` ago; the mark is of the
/// same configuration if `same`.
async fn creates(age: Duration, same: bool, finishes: bool) -> Found {
    let region: Region = "eu-central-1".parse().expect("a region");
    let services = FakeServices::new(region.clone());
    let dlm = services.fake_dlm(&region);
    let now: Timestamp = NOW.parse().expect("a time");
    let client = Client {
        services: Arc::new(services),
        default_tags: TagMap::new(),
        clock: Arc::new(Meanwhile {
            clock: FixedClock::at(now),
            dlm: Arc::clone(&dlm),
            finishes,
        }),
        creations: Arc::new(Creations::default()),
        lifecycles: Arc::new(Lifecycles::new(Arc::new(FixedClock::at(now)))),
    };
    let planned = DlmPolicy {
        region: region.as_str().into(),
        ..DlmPolicy::default()
    };
    let mut creation = Creation::begin(&client, planned).await.expect("a start");
    let fingerprint = if same {
        creation.mark.fingerprint.clone()
    } else {
        Fingerprint::new("", "", "", "")
    };
    let id = CreationId::random().expect("an id");
    let began = now - age;
    let theirs = Mark::new(fingerprint, id, began);
    let mut policy = wire::new_policy(&creation.planned);
    policy.tags.insert(TAG.to_owned(), theirs.to_string());
    dlm.create(&policy).await.expect("a policy");

    let never = CancellationToken::new();
    let mut reports = Diagnostics::new();
    let result = creation.obtain(None, &never, &mut reports).await;
    creation.report_strays(&never, &mut reports).await;
    Found {
        result,
        policies: dlm.policies().len(),
        reports: reports
            .iter()
            .map(|report| report.summary.clone())
            .collect(),
    }
}

#[tokio::test]
async fn a_twin_that_another_process_finishes_is_waited_for() {
    let found = creates(Duration::ZERO, true, true).await;
    assert!(matches!(found.result, Ok(Made::Exists(_))));
    assert_eq!(found.policies, 2, "two twins are two policies");
}

#[tokio::test]
async fn what_stays_unfinished_and_may_be_alive_is_an_error() {
    let found = creates(Duration::ZERO, true, false).await;
    let errors = found.result.expect_err("an error").to_string();
    assert!(
        errors.contains("apply again after 2026-11-23T10:15:00Z"),
        "{errors}"
    );
    assert_eq!(found.policies, 1);
}

#[tokio::test]
async fn what_is_surely_dead_is_finished() {
    let found = creates(PATIENCE + Duration::from_secs(1), true, false).await;
    assert!(matches!(found.result, Ok(Made::Exists(_))));
    assert_eq!((found.policies, found.reports.len()), (1, 0));
}

#[tokio::test]
async fn another_configuration_is_reported_once() {
    let found = creates(Duration::ZERO, false, false).await;
    assert!(matches!(found.result, Ok(Made::Exists(_))));
    assert_eq!(found.policies, 2);
    assert_eq!(found.reports, ["An unfinished DLM policy was found"]);
}

#[tokio::test]
async fn what_another_process_finishes_is_not_reported() {
    let found = creates(Duration::ZERO, false, true).await;
    assert!(matches!(found.result, Ok(Made::Exists(_))));
    assert_eq!(found.reports, [""; 0]);
}
