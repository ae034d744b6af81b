//! Two processes that write the rules of one bucket, crossed in every way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use holdfast_aws::clock::{Clock as _, Timestamp};
use holdfast_aws::fake::{Moment, S3Method};
use proptest::prelude::*;

use super::super::coordinator::{SLOW, WINDOW};
use super::super::memory::since;
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
    let step = (0_usize..12, 0_u64..35).prop_map(|(yields, millis)| Step { yields, millis });
    proptest::collection::vec(step, 1..40)
}

/// What came of two processes that were at work on one bucket together.
struct Crossed {
    stage: Stage,
    /// Whether each of the two says that all is done.
    done: [bool; 2],
    /// Whether a process had two slow answers in a row, or came too late twice: its line or its
    /// machine is slow then, and the time of its next write counts from the answer.
    slow: bool,
}

tokio::task_local! {
    /// Which of the two processes calls.
    static WHO: usize;
}

/// One process makes rule a and changes it, the other makes b, removes old and makes c.
async fn crossed(steps: Vec<Step>) -> Crossed {
    let stage = stage();
    stage.plant("<Rule><ID>old</ID><Filter/><Status>Enabled</Status></Rule>");
    let at = Arc::new(AtomicUsize::new(0));
    let (clock, steps) = (Arc::clone(&stage.clock), Arc::new(steps));
    let lines = Arc::new([Line::default(), Line::default()]);
    let seen = Arc::clone(&lines);
    stage.store.hook(move |call, moment| {
        let next = at.fetch_add(1, Ordering::SeqCst);
        let step = steps[next % steps.len()].clone();
        let (clock, lines) = (Arc::clone(&clock), Arc::clone(&seen));
        async move {
            let began = clock.now();
            clock.advance(Duration::from_millis(step.millis));
            for _ in 0..step.yields {
                tokio::task::yield_now().await;
            }
            lines[WHO.get()].note(call.method, moment, began, clock.now());
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
    let (ours, theirs) = tokio::join!(WHO.scope(0, ours), WHO.scope(1, theirs));
    Crossed {
        stage,
        done: [ours.is_ok(), theirs.is_ok()],
        slow: lines.iter().any(|line| line.lock().slow),
    }
}

/// How long the answers of one process take.
#[derive(Default)]
struct Line(Mutex<Answers>);

#[derive(Default)]
struct Answers {
    asked: Timestamp,
    slow_in_a_row: usize,
    late_in_a_row: usize,
    slow: bool,
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().expect("no panic")
    }

    /// Notes that the process waited from `began` to `now`, before or after a call was done.
    fn note(&self, method: S3Method, moment: Moment, began: Timestamp, now: Timestamp) {
        let mut line = self.lock();
        if (method, moment) == (S3Method::GetLifecycle, Moment::Before) {
            line.asked = began;
        }
        let took = since(line.asked, now);
        let count = |before: usize, reached: bool| if reached { before + 1 } else { 0 };
        match (method, moment) {
            (S3Method::GetLifecycle, Moment::After) => {
                line.slow_in_a_row = count(line.slow_in_a_row, took >= SLOW);
            }
            (S3Method::PutLifecycle, Moment::Before) => {
                line.late_in_a_row = count(line.late_in_a_row, took >= WINDOW);
            }
            _ => {}
        }
        line.slow |= line.slow_in_a_row >= 2 || line.late_in_a_row >= 2;
    }
}

impl Crossed {
    /// Nothing is lost of a process that says that all is done.
    fn check(&self) {
        let [ours, theirs] = self.done;
        let mut ids = self.stage.ids();
        ids.sort();
        if ours && theirs {
            assert_eq!(ids, ["a", "b", "c"]);
        }
        if theirs {
            assert!(ids.contains(&"b".to_owned()) && ids.contains(&"c".to_owned()));
        }
        if ours {
            let document = self.stage.document().expect("a document");
            let rules = document.rules().expect("rules");
            let rule = rules.iter().find(|rule| rule.id.as_str() == "a");
            let days = rule.and_then(|rule| rule.expiration.as_ref()?.days);
            assert_eq!(days, Some(90));
        }
    }
}

fn on_a_thread<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the order of their steps and however long each takes, nothing of either is lost;
    /// but for lines so slow that S3 may have looked long before it answers.
    #[test]
    fn crossed_writers_lose_nothing(steps in steps()) {
        let crossed = on_a_thread(crossed(steps));
        if !crossed.slow {
            crossed.check();
        }
    }
}

#[test]
fn an_answer_on_its_way_while_another_writes_is_old_already() {
    // The other process asks before our write and is answered after it, 17 ms later; it sends just
    // in time for 250 ms after that answer, when we have looked for the last time.
    let steps = [
        (10, 0),
        (5, 0),
        (5, 0),
        (9, 0),
        (3, 79),
        (1, 70),
        (6, 101),
        (0, 0),
        (7, 83),
        (0, 66),
        (0, 0),
        (1, 0),
        (11, 0),
        (3, 0),
        (7, 0),
        (1, 0),
        (6, 70),
        (11, 0),
        (11, 0),
        (9, 0),
        (7, 0),
        (5, 0),
        (7, 0),
        (0, 0),
        (0, 0),
        (0, 0),
        (7, 0),
        (0, 0),
        (9, 0),
        (0, 0),
        (0, 0),
        (6, 17),
        (6, 0),
        (0, 0),
    ];
    let steps = steps.map(|(yields, millis)| Step { yields, millis });
    on_a_thread(crossed(steps.into())).check();
}
