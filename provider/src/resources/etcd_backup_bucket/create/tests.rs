//! Creates that are cut short, that meet others, or that have to wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use holdfast_aws::fake::{Failure, FakeBucket, Moment, Refusal, S3Method};
use tfplugin::Private;
use tokio::sync::Notify;

use super::super::tests::{HOME, World, config, full, locked, name, settled};
use super::*;
use crate::creation::PATIENCE;

/// Starts a create and lets its process die after the `nth` call was done and before its answer;
/// false if it made fewer calls.
async fn killed_after(world: &World, nth: usize, config: &EtcdBackupBucket) -> bool {
    let (count, dying) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let tell = Arc::clone(&dying);
    world.store().hook(move |_, moment| {
        let (count, tell) = (Arc::clone(&count), Arc::clone(&tell));
        async move {
            if moment == Moment::After && count.fetch_add(1, Ordering::SeqCst) + 1 == nth {
                tell.notify_one();
                std::future::pending::<()>().await;
            }
        }
    });
    let process = world.process();
    let killed = tokio::select! {
        (made, said) = process.create(config) => {
            assert!(made.is_some_and(|made| !made.tainted), "{said}");
            false
        }
        () = dying.notified() => true,
    };
    world.store().hook(|_, _| async {});
    killed
}

#[tokio::test]
async fn a_create_that_is_killed_after_any_call_is_finished_by_the_next() {
    let mut nth = 1;
    loop {
        let world = World::new();
        if !killed_after(&world, nth, &full()).await {
            break;
        }
        let unfinished = world
            .bucket()
            .is_some_and(|bucket| bucket.tags.contains_key(TAG));
        let finished = world.bucket().is_some() && !unfinished;
        if unfinished {
            // Its process may be alive: not yet.
            let (made, said) = world.process().create(&full()).await;
            let said = said.to_string();
            assert!(made.is_none(), "after call {nth}");
            assert!(
                said.contains("apply again after 2026-11-23T10:15:00Z"),
                "{said}"
            );
        }
        world.clock.advance(PATIENCE + Duration::from_secs(1));
        let (made, said) = world.process().create(&full()).await;
        if finished {
            let said = said.to_string();
            assert!(said.contains("terraform import ADDRESS backups"), "{said}");
        } else {
            let made = made.unwrap_or_else(|| panic!("after call {nth}: {said}"));
            assert!(!made.tainted, "after call {nth}: {said}");
            settled(&world, &made).await;
        }
        nth += 1;
    }
    assert!(nth > 15, "{nth} calls");
}

#[tokio::test]
async fn whatever_fails_once_the_next_apply_converges() {
    let failures = [
        Failure::AnswerLost,
        Failure::Refused(Refusal::Throttled),
        Failure::Refused(Refusal::Server),
        Failure::Refused(Refusal::Timeout),
        Failure::Refused(Refusal::Conflict),
        Failure::Refused(Refusal::Denied),
    ];
    for method in S3Method::ALL {
        for nth in 1..=2 {
            for failure in failures {
                let world = World::new();
                world.store().fail(*method, nth, failure);
                let first = world.process().apply(None, &full()).await;
                let stored = match first {
                    Ok(stored) => stored,
                    Err((stored, _)) => {
                        let again = world.process().apply(stored, &full()).await;
                        again.unwrap_or_else(|(_, said)| {
                            panic!("{method:?} {nth} {failure:?}: {said}")
                        })
                    }
                };
                // A failure that was not met yet shall not spoil the last look.
                for _ in 0..2 {
                    let _ = world.process().read(&stored).await;
                }
                settled(&world, &stored).await;
            }
        }
    }
}

#[tokio::test]
async fn a_lost_answer_to_the_create_is_looked_for_and_not_repeated() {
    let world = World::new();
    world
        .store()
        .fail(S3Method::CreateBucket, 1, Failure::AnswerLost);
    let stored = world.process().apply(None, &full()).await.expect("made");
    let methods = world.store().methods();
    let creates = methods.iter().filter(|m| **m == S3Method::CreateBucket);
    assert_eq!(creates.count(), 1);
    settled(&world, &stored).await;
}

#[tokio::test]
async fn an_answer_that_nobody_can_look_for_is_told_by_the_mark() {
    for really in [true, false] {
        let world = World::new();
        let lost = match really {
            true => Failure::AnswerLost,
            false => Failure::Refused(Refusal::Timeout),
        };
        world.store().fail(S3Method::CreateBucket, 1, lost);
        for nth in 1..=3 {
            let denied = Failure::Refused(Refusal::Denied);
            world.store().fail(S3Method::GetTags, nth, denied);
        }
        let (partial, said) = world.process().create(&full()).await;
        assert!(said.to_string().contains("may have been created"), "{said}");
        let partial = partial.expect("partial state");
        let found = world.process().read(&partial).await.expect("a read");
        assert_eq!(found.is_some(), really);
        let stored = world.process().apply(Some(partial), &full()).await;
        settled(&world, &stored.expect("made")).await;
    }
}

#[tokio::test]
async fn of_two_in_one_process_one_makes_it() {
    for region in [HOME, "us-east-1"] {
        let world = World::at(region);
        world.store().hook(|_, _| tokio::task::yield_now());
        let process = world.process();
        let both = EtcdBackupBucket {
            kms_key_arn: Attr::Null,
            ..full()
        };
        let (one, other) = tokio::join!(process.create(&both), process.create(&both));
        let made = [one.0, other.0].into_iter().flatten().collect::<Vec<_>>();
        assert_eq!(made.len(), 1, "{} {}", one.1, other.1);
        let said = format!("{}{}", one.1, other.1);
        assert!(
            said.contains("Two resources cannot have one bucket"),
            "{said}"
        );
        settled(&world, &made[0]).await;
    }
}

#[tokio::test]
async fn what_a_sibling_has_left_unfinished_is_the_siblings_to_heal() {
    let world = World::new();
    let denied = Failure::Refused(Refusal::Denied);
    world.store().fail(S3Method::PutVersioning, 1, denied);
    let process = world.process();
    let (first, _) = process.create(&config()).await;
    let first = first.expect("partial state");
    assert!(first.tainted);
    // With -parallelism=1 a twin comes when the first one has failed.
    let (second, said) = process.create(&config()).await;
    assert!(second.is_none(), "{said}");
    let said = said.to_string();
    assert!(said.contains("Two resources with one bucket"), "{said}");
    let healed = world.process().apply(Some(first), &config()).await;
    settled(&world, &healed.expect("healed")).await;
}

#[tokio::test]
async fn of_two_processes_one_makes_it_wherever_they_cross() {
    for region in [HOME, "us-east-1"] {
        let both = EtcdBackupBucket {
            kms_key_arn: Attr::Null,
            ..full()
        };
        // The first stops after each of its calls until the second is through.
        for stop in 1..=20 {
            let world = World::at(region);
            let (one, other) = (world.process(), world.process());
            let (count, passed) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
            let (reached, gate) = (Arc::new(Notify::new()), Arc::clone(&passed));
            let here = Arc::clone(&reached);
            world.store().hook(move |_, moment| {
                let (count, gate, here) = (count.clone(), gate.clone(), here.clone());
                async move {
                    if moment == Moment::After && count.fetch_add(1, Ordering::SeqCst) + 1 == stop {
                        here.notify_one();
                        gate.notified().await;
                    }
                }
            });
            let first = async {
                let made = one.create(&both).await;
                reached.notify_one();
                made
            };
            let second = async {
                reached.notified().await;
                let made = other.create(&both).await;
                passed.notify_one();
                made
            };
            let ((first, said), (second, also)) = tokio::join!(first, second);
            let made: Vec<_> = [first, second].into_iter().flatten().collect();
            let finished: Vec<_> = made.iter().filter(|made| !made.tainted).collect();
            assert_eq!(finished.len(), 1, "{region}, call {stop}: {said} {also}");
            settled(&world, finished[0]).await;
        }
    }
}

#[tokio::test]
async fn a_finished_bucket_that_appears_between_look_and_create_is_not_taken() {
    // In us-east-1 the create is answered as if it had made the bucket.
    for lock in [One::Absent, locked("GOVERNANCE", 30)] {
        let asked = EtcdBackupBucket {
            object_lock: lock,
            ..config()
        };
        let finished = World::at("us-east-1");
        let made = finished.process().apply(None, &asked).await;
        made.expect("made");
        let finished = finished.bucket().expect("the bucket");
        assert!(finished.tags.is_empty());

        let world = World::at("us-east-1");
        let (store, theirs) = (Arc::downgrade(&world.store()), finished.clone());
        world.store().hook(move |call, moment| {
            if (call.method, moment) == (S3Method::CreateBucket, Moment::Before) {
                let store = store.upgrade().expect("a store");
                store.put(&name(), theirs.clone());
            }
            async {}
        });
        let (made, said) = world.process().create(&asked).await;
        assert!(made.is_none(), "{said}");
        assert!(said.to_string().contains("exists already"), "{said}");
        assert_eq!(world.bucket(), Some(finished));
    }
}

#[tokio::test]
async fn what_was_there_before_is_never_taken() {
    let region: Region = HOME.parse().expect("a region");
    // Finished, or made by somebody without a mark.
    let world = World::new();
    world.process().apply(None, &full()).await.expect("made");
    let before = world.bucket();
    let (made, said) = world.process().create(&full()).await;
    assert!(made.is_none());
    insta::assert_snapshot!(said, @"error: The bucket exists already (at bucket): backups exists and was not made by this resource, so it is not taken over. To manage it here: `terraform import ADDRESS backups`. Otherwise choose another name.");
    assert_eq!(world.bucket(), before);

    // Another account's.
    let world = World::new();
    world.store().foreign(&name());
    let (made, said) = world.process().create(&full()).await;
    assert!(
        made.is_none() && said.to_string().contains("is taken"),
        "{said}"
    );

    // In another region.
    let world = World::new();
    let far: Region = "eu-west-1".parse().expect("a region");
    world.store().put(&name(), FakeBucket::new(&far));
    let (_, said) = world.process().create(&full()).await;
    let said = said.to_string();
    assert!(
        said.contains("terraform import ADDRESS backups@eu-west-1"),
        "{said}"
    );

    // Another account's, in another region: no import would help.
    world.store().foreign(&name());
    let (_, said) = world.process().create(&full()).await;
    assert!(said.to_string().contains("is taken"), "{said}");

    // Left behind with another configuration, however old.
    let world = World::new();
    assert!(killed_after(&world, 3, &full()).await);
    world.clock.advance(PATIENCE * 2);
    let (made, said) = world.process().create(&config()).await;
    let said = said.to_string();
    assert!(
        made.is_none() && said.contains("with another configuration"),
        "{said}"
    );

    // With a mark that nobody can read.
    let world = World::new();
    let mut strange = FakeBucket::new(&region);
    strange.tags.insert(TAG.to_owned(), "?".to_owned());
    world.store().put(&name(), strange);
    let (made, _) = world.process().create(&full()).await;
    assert!(made.is_none());
}

#[tokio::test]
async fn a_replacement_that_comes_first_takes_the_unfinished_bucket_up() {
    let world = World::new();
    world.store().fail(
        S3Method::PutEncryption,
        1,
        Failure::Refused(Refusal::Denied),
    );
    let (partial, _) = world.process().create(&full()).await;
    let partial = partial.expect("partial state");
    let process = world.process();
    let held = process
        .read(&partial)
        .await
        .expect("a read")
        .expect("there");
    let (made, said) = process.create(&full()).await;
    let made = made.unwrap_or_else(|| panic!("{said}"));
    assert!(process.plan_destroy(&held).await.is_empty());
    let said = process
        .delete(&held, held.private.clone())
        .await
        .expect("done");
    assert!(
        said.to_string().contains("another create has finished it"),
        "{said}"
    );
    settled(&world, &made).await;

    // The old state says the same of itself when it is refreshed, and without private state.
    let mut cx = Cx::new(Arc::clone(&process.client));
    cx.private = held.private.clone();
    assert!(process.read(&held).await.expect("a read").is_none());
    process
        .delete(&held, Private::default())
        .await
        .expect("left alone");
    settled(&world, &made).await;
}

#[tokio::test]
async fn a_mark_that_could_not_be_released_is_waited_for() {
    let world = World::new();
    let denied = Failure::Refused(Refusal::Denied);
    for nth in 1..=2 {
        world.store().fail(S3Method::PutTags, nth, denied);
    }
    let (partial, _) = world.process().create(&full()).await;
    let partial = partial.expect("partial state");
    let (made, said) = world.process().create(&full()).await;
    assert!(
        made.is_none() && said.to_string().contains("apply again after"),
        "{said}"
    );
    // The state in hand holds its id, so its own replacement needs not wait.
    let stored = world.process().apply(Some(partial), &full()).await;
    settled(&world, &stored.expect("replaced")).await;
}

#[tokio::test]
async fn a_busy_name_is_waited_for_and_not_for_ever() {
    let world = World::new();
    world.store().busy(&name(), 40);
    let stored = world.process().apply(None, &config()).await.expect("made");
    settled(&world, &stored).await;

    let world = World::new();
    world.store().busy(&name(), 1000);
    let (made, said) = world.process().create(&config()).await;
    assert!(made.is_none());
    insta::assert_snapshot!(said, @"error: The name of the bucket is still busy (at bucket): S3 is still busy with an earlier bucket named backups, which takes up to an hour after a delete. Nothing was made in eu-central-1: apply again later, or choose another name.");
    let waited: Duration = world.clock.slept().iter().sum();
    assert!((15..30).contains(&(waited.as_secs() / 60)), "{waited:?}");
}

#[tokio::test]
async fn the_user_may_end_the_waiting() {
    let world = World::new();
    world.store().busy(&name(), 1000);
    let process = world.process();
    let (planned, _) = process.plan_create(&config(), Private::default()).await;
    let mut cx = Cx::new(Arc::clone(&process.client));
    cx.cancel.cancel();
    let applied = run(&mut cx, planned).await;
    assert!(matches!(applied, Applied::Failed(_)), "{applied:?}");
    assert!(world.clock.slept().len() < 3, "{:?}", world.clock.slept());
}

#[tokio::test]
async fn a_new_bucket_that_is_not_seen_yet_is_waited_for() {
    let world = World::new();
    let unseen = Failure::Refused(Refusal::NoSuchBucket);
    for nth in 1..=4 {
        world.store().fail(S3Method::GetTags, nth, unseen);
        world.store().fail(S3Method::PutPolicy, nth, unseen);
        world.store().fail(S3Method::GetVersioning, nth, unseen);
    }
    let stored = world.process().apply(None, &full()).await.expect("made");
    settled(&world, &stored).await;
}

#[tokio::test]
async fn fifty_tags_and_the_mark_are_one_too_many_for_the_first_call() {
    let world = World::new();
    let config = EtcdBackupBucket {
        tags: StringMap::of((0..50).map(|n| (format!("k{n:02}"), "v"))),
        ..config()
    };
    let stored = world.process().apply(None, &config).await.expect("made");
    assert_eq!(world.bucket().expect("the bucket").tags.len(), 50);
    settled(&world, &stored).await;
}
