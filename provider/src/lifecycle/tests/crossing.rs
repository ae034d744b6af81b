//! Two processes that write the rules of one bucket, crossed in every way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use holdfast_aws::fake::{Moment, S3Method};
use proptest::prelude::*;

use super::{Edit, Stage, apply, create, process, rule, rule_id, stage};

/// Runs `theirs` within the `nth` call of ours, at that moment.
async fn within(
    stage: &Stage,
    method: S3Method,
    nth: usize,
    at: Moment,
    theirs: Vec<Edit>,
) -> bool {
    let other = process(&stage.store, &stage.clock);
    let ran = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&ran);
    stage.store.forget_calls();
    stage.store.hook(move |call, moment| {
        let (other, theirs, ran) = (Arc::clone(&other), theirs.clone(), Arc::clone(&ran));
        async move {
            let here = (call.method, call.nth, moment) == (method, nth, at);
            if here && ran.fetch_add(1, Ordering::SeqCst) == 0 {
                // Its own calls come by here, too, and pass.
                Box::pin(apply(&other, theirs))
                    .await
                    .expect("theirs is done");
            }
        }
    });
    stage
        .apply(vec![create("ours")])
        .await
        .expect("ours is done");
    seen.load(Ordering::SeqCst) > 0
}

#[tokio::test]
async fn a_whole_apply_of_another_process_fits_into_every_step_of_ours() {
    use S3Method::{GetLifecycle as Get, PutLifecycle as Put};
    for (method, nth) in [(Get, 1), (Put, 1), (Get, 2), (Get, 3)] {
        for at in [Moment::Before, Moment::After] {
            let stage = stage();
            stage.plant("<Rule><ID>old</ID><Filter/><Status>Enabled</Status></Rule>");
            let theirs = vec![create("theirs"), Edit::Remove(rule_id("old"))];
            let ran = within(&stage, method, nth, at, theirs).await;
            assert!(ran, "{method:?} {nth} {at:?}");
            let mut ids = stage.ids();
            ids.sort();
            assert_eq!(ids, ["ours", "theirs"], "{method:?} {nth} {at:?}");
        }
    }
}

/// What each step of a process waits for: how often others come first, and how long it takes.
#[derive(Clone, Debug)]
struct Step {
    yields: usize,
    millis: u64,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0_usize..12, 0_u64..120).prop_map(|(yields, millis)| Step { yields, millis });
    proptest::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the order of their steps and however long each takes, nothing of either is lost.
    #[test]
    fn crossed_writers_lose_nothing(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let stage = stage();
            stage.plant("<Rule><ID>old</ID><Filter/><Status>Enabled</Status></Rule>");
            let at = AtomicUsize::new(0);
            let (clock, steps) = (Arc::clone(&stage.clock), Arc::new(steps));
            let at = Arc::new(at);
            stage.store.hook(move |_, _| {
                let next = at.fetch_add(1, Ordering::SeqCst);
                let step = steps[next % steps.len()].clone();
                let clock = Arc::clone(&clock);
                async move {
                    clock.advance(Duration::from_millis(step.millis));
                    for _ in 0..step.yields {
                        tokio::task::yield_now().await;
                    }
                }
            });
            let other = process(&stage.store, &stage.clock);
            let ours = async {
                stage.apply(vec![create("a")]).await?;
                stage.apply(vec![Edit::Update(rule("a", 90))]).await
            };
            let theirs = async {
                apply(&other, vec![create("b"), Edit::Remove(rule_id("old"))]).await?;
                apply(&other, vec![create("c")]).await
            };
            let (ours, theirs) = tokio::join!(ours, theirs);
            let too_slow = ours.is_err() || theirs.is_err();
            let mut ids = stage.ids();
            ids.sort();
            // A writer that is too slow every time says so, and nothing of the other is lost.
            if !too_slow {
                assert_eq!(ids, ["a", "b", "c"]);
                let document = stage.document().expect("a document");
                let rules = document.rules().expect("rules");
                let days = |id: &str| {
                    let found = rules.iter().find(|rule| rule.id.as_str() == id);
                    found.and_then(|rule| rule.expiration.as_ref()?.days)
                };
                assert_eq!(days("a"), Some(90));
            } else if theirs.is_ok() {
                assert!(ids.contains(&"b".to_owned()) && ids.contains(&"c".to_owned()));
            }
        });
    }
}
