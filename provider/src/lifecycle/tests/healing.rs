//! Calls that fail, answers that are lost or late, stores with words of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use holdfast_aws::fake::{Failure, FakeBucket, Moment, Refusal as Refused, S3Method};

use super::{Edit, Why, create, name, region, rule, rule_id, stage};

#[tokio::test]
async fn calls_that_fail_are_made_again_on_what_is_read_anew() {
    use Refused::{Server, Throttled, Unreachable};
    let failures = [
        Failure::AnswerLost,
        Failure::Refused(Throttled),
        Failure::Refused(Server),
        Failure::Refused(Unreachable),
    ];
    for failure in failures {
        let stage = stage();
        stage.plant("<Rule><ID>theirs</ID><Filter/><Status>Enabled</Status></Rule>");
        stage.store.fail(S3Method::PutLifecycle, 1, failure);
        let report = stage.apply(vec![create("a")]).await.expect("done");
        assert!(report.found.is_empty(), "{failure:?}: it was made here");
        assert_eq!(stage.ids(), ["theirs", "a"], "{failure:?}");
        let writes = if failure == Failure::AnswerLost { 1 } else { 2 };
        assert_eq!(stage.calls(S3Method::PutLifecycle), writes, "{failure:?}");
    }
    let stage = stage();
    stage.apply(vec![create("a")]).await.expect("done");
    stage
        .store
        .fail(S3Method::DeleteLifecycle, 1, Failure::AnswerLost);
    stage
        .apply(vec![Edit::Remove(rule_id("a"))])
        .await
        .expect("done");
    assert_eq!(stage.document(), None);
}

#[tokio::test]
async fn what_fails_for_good_says_whether_it_may_be_done() {
    let stage = stage();
    stage
        .store
        .fail(S3Method::PutLifecycle, 1, Failure::Refused(Refused::Denied));
    assert!(!stage.fails(vec![create("a")]).await.may_be_done);

    for nth in 1..=1000 {
        stage.store.fail(
            S3Method::PutLifecycle,
            nth,
            Failure::Refused(Refused::Server),
        );
    }
    let refusal = stage.fails(vec![create("a")]).await;
    assert!(matches!(refusal.why, Why::Aws(_)) && refusal.may_be_done);
    let waited: Duration = stage.clock.slept().iter().sum();
    assert!(waited < Duration::from_secs(60), "bounded: {waited:?}");
}

#[tokio::test]
async fn a_write_that_is_not_seen_yet_is_waited_for_and_not_repeated() {
    let stage = stage();
    let store = Arc::downgrade(&stage.store);
    stage.store.hook(move |call, moment| {
        let store = store.upgrade().expect("a store");
        async move {
            if (call.method, moment) == (S3Method::PutLifecycle, Moment::After) {
                store.edit(&name(), |bucket| bucket.lifecycle_seen = vec![None; 4]);
            }
        }
    });
    stage.apply(vec![create("a")]).await.expect("done");
    assert_eq!(stage.ids(), ["a"]);
    assert_eq!(stage.calls(S3Method::PutLifecycle), 1);
    let waited: Duration = stage.clock.slept().iter().sum();
    assert!(
        waited < Duration::from_secs(2),
        "as long as it takes: {waited:?}"
    );
}

#[tokio::test]
async fn what_is_never_seen_is_an_error_in_the_end() {
    let stage = stage();
    let store = Arc::downgrade(&stage.store);
    stage.store.hook(move |call, moment| {
        let store = store.upgrade().expect("a store");
        async move {
            if (call.method, moment) == (S3Method::GetLifecycle, Moment::Before) {
                store.edit(&name(), |bucket| bucket.lifecycle = None);
            }
        }
    });
    let refusal = stage.fails(vec![create("a")]).await;
    assert!(matches!(refusal.why, Why::Unseen { .. }) && refusal.may_be_done);
    assert_eq!(stage.calls(S3Method::PutLifecycle), 1);
}

#[tokio::test]
async fn what_a_store_says_in_other_words_is_taken_once_it_says_so_twice() {
    let stage = stage();
    let store = Arc::downgrade(&stage.store);
    stage.store.hook(move |call, moment| {
        let store = store.upgrade().expect("a store");
        async move {
            if (call.method, moment) == (S3Method::PutLifecycle, Moment::After) {
                store.edit(&name(), |bucket| {
                    if let Some(document) = &mut bucket.lifecycle {
                        document.upsert(&rule("a", 60));
                    }
                });
            }
        }
    });
    let report = stage.apply(vec![create("a")]).await.expect("done");
    assert_eq!(report.bent, [rule_id("a")]);
    assert_eq!(
        stage.calls(S3Method::PutLifecycle),
        1,
        "no war with the store"
    );
}

#[tokio::test]
async fn what_was_read_too_long_ago_is_not_sent() {
    for slow in [3, 4] {
        let stage = stage();
        let clock = Arc::clone(&stage.clock);
        stage.store.hook(move |call, moment| {
            let clock = Arc::clone(&clock);
            async move {
                let put = (S3Method::PutLifecycle, Moment::Before);
                if (call.method, moment) == put && call.nth <= slow {
                    clock.advance(Duration::from_millis(250));
                }
            }
        });
        let done = stage.apply(vec![create("a")]).await;
        if slow == 3 {
            done.expect("done after three more reads");
            continue;
        }
        let refusal = done.expect_err("a refusal");
        assert!(matches!(refusal.why, Why::TooSlow { times: 4, .. }));
        assert!(!refusal.may_be_done, "nothing was sent");
        assert_eq!(stage.document(), None);
    }
}

#[tokio::test]
async fn a_loss_that_cannot_be_put_back_is_said() {
    let stage = stage();
    let (clock, store) = (Arc::clone(&stage.clock), Arc::downgrade(&stage.store));
    stage.store.hook(move |call, moment| {
        let (clock, store) = (Arc::clone(&clock), store.upgrade().expect("a store"));
        async move {
            match (call.method, moment, call.nth) {
                // The last look finds the rule gone, and from then on every write comes too late.
                (S3Method::GetLifecycle, Moment::Before, 3) => {
                    store.edit(&name(), |bucket| bucket.lifecycle = None);
                }
                (S3Method::PutLifecycle, Moment::Before, 2..) => {
                    clock.advance(Duration::from_millis(250));
                }
                _ => {}
            }
        }
    });
    let refusal = stage.fails(vec![create("a")]).await;
    assert!(matches!(refusal.why, Why::TooSlow { times: 4, .. }));
    assert!(refusal.may_be_done);
}

#[tokio::test]
async fn a_program_that_overwrites_without_end_is_given_way_to() {
    let stage = stage();
    let store = Arc::downgrade(&stage.store);
    let reads = Arc::new(AtomicUsize::new(0));
    stage.store.hook(move |call, moment| {
        let store = store.upgrade().expect("a store");
        let reads = Arc::clone(&reads);
        async move {
            // Every look after the one that has seen the write finds it gone.
            let look = (call.method, moment) == (S3Method::GetLifecycle, Moment::Before);
            if look && reads.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
                store.edit(&name(), |bucket| bucket.lifecycle = None);
            }
        }
    });
    let refusal = stage.fails(vec![create("a")]).await;
    assert!(matches!(refusal.why, Why::Contested { .. }), "{refusal}");
    assert!(stage.calls(S3Method::PutLifecycle) < 10);
}

#[tokio::test]
async fn those_who_wait_for_a_read_that_fails_share_its_failure() {
    let stage = stage();
    stage.store.hook(|_, _| tokio::task::yield_now());
    let refused = Failure::Refused(Refused::Denied);
    stage.store.fail(S3Method::GetLifecycle, 1, refused);
    let reads = join_all((0..20).map(|_| stage.coordinator.read())).await;
    assert!(reads.iter().all(Result::is_err));
    assert_eq!(stage.calls(S3Method::GetLifecycle), 1);
    stage
        .coordinator
        .read()
        .await
        .expect("the next one asks again");
}

#[tokio::test]
async fn a_bucket_that_is_about_to_appear_is_waited_for_a_while() {
    let stage = stage();
    stage.store.remove(&name());
    let refusal = stage.fails(vec![create("a")]).await;
    assert!(matches!(refusal.why, Why::Aws(_)) && !refusal.may_be_done);
    let waited: Duration = stage.clock.slept().iter().sum();
    assert!(waited < Duration::from_secs(20), "{waited:?}");

    let store = Arc::downgrade(&stage.store);
    stage.store.forget_calls();
    stage.store.hook(move |call, moment| {
        let store = store.upgrade().expect("a store");
        async move {
            let third = (S3Method::GetLifecycle, 3, Moment::Before);
            if (call.method, call.nth, moment) == third {
                store.put(&name(), FakeBucket::new(&region()));
            }
        }
    });
    stage.apply(vec![create("a")]).await.expect("done");
}
