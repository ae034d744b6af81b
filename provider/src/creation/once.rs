//! The create call: sent once, and after a lost answer looked for before it is sent again.

use std::time::Duration;

use async_trait::async_trait;
use holdfast_aws::clock::{Clock, backoff};
use holdfast_aws::{AwsError, ErrorKind};
use tfplugin::CancellationToken;

use super::Mark;

/// How often the call is sent at most, each time after a look that found nothing.
const ATTEMPTS: usize = 3;
/// The same for a refusal that time may cure: about half a minute in all.
pub const ATTEMPTS_TO_SETTLE: usize = 8;
/// How often a lost thing is looked for before the call is sent again: a list may lag behind a
/// create. What was plainly refused is looked for once.
const LOOKS: usize = 3;
/// The pause before a look. It grows from look to look after a lost answer, anew for each, and from
/// refusal to refusal.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Something that carries a mark from its first call on.
#[async_trait]
pub trait Make: Sync {
    /// What names the thing once it exists.
    type Id: Send;

    /// Sends the create call, exactly once, with the mark in it.
    async fn make(&self, mark: &Mark) -> Result<Self::Id, AwsError>;

    /// Looks for the thing by its whole mark.
    async fn find(&self, mark: &Mark) -> Result<Option<Self::Id>, AwsError>;

    /// Whether waiting can cure a refusal (a role that was made a moment ago).
    fn may_settle(&self, error: &AwsError) -> bool;

    /// How often the call is sent at most if waiting can cure what refuses it.
    fn attempts_to_settle(&self) -> usize {
        ATTEMPTS_TO_SETTLE
    }
}

/// How making ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Made<I> {
    /// It exists.
    Exists(I),
    /// It does not: AWS said no.
    Refused(AwsError),
    /// Nobody can say yet; the mark will tell.
    Unclear(AwsError),
}

/// Makes the thing once. A cancellation ends the waiting, never a call.
pub async fn make_once<M: Make>(
    thing: &M,
    mark: &Mark,
    clock: &dyn Clock,
    cancel: &CancellationToken,
) -> Made<M::Id> {
    let mut after_refusals = backoff(FIRST_PAUSE, LONGEST_PAUSE);
    // Once one answer was lost, a later refusal says nothing about the first request.
    let mut lost: Option<AwsError> = None;
    let mut attempt = 1;
    loop {
        let error = match thing.make(mark).await {
            Ok(id) => return Made::Exists(id),
            Err(error) => error,
        };
        let settles = thing.may_settle(&error) || *error.kind() == ErrorKind::Throttled;
        let attempts = if settles {
            thing.attempts_to_settle()
        } else {
            ATTEMPTS
        };
        let again = error.is_retryable() || settles;
        if error.is_outcome_unknown() {
            lost = Some(error.clone());
        }
        if lost.is_none() && !(again && attempt < attempts) {
            return Made::Refused(error);
        }
        let pauses: Vec<Duration> = if error.is_outcome_unknown() {
            backoff(FIRST_PAUSE, LONGEST_PAUSE).take(LOOKS).collect()
        } else {
            after_refusals.next().into_iter().collect()
        };
        let mut found = Ok(None);
        for pause in pauses {
            tokio::select! {
                () = clock.sleep(pause) => {}
                () = cancel.cancelled() => {}
            }
            found = thing.find(mark).await;
            if matches!(found, Ok(Some(_))) {
                break;
            }
        }
        match found {
            Ok(Some(id)) => return Made::Exists(id),
            Ok(None) if again && attempt < attempts && !cancel.is_cancelled() => attempt += 1,
            Ok(None) => return lost.map_or(Made::Refused(error), Made::Unclear),
            Err(_) => return Made::Unclear(lost.unwrap_or(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use holdfast_aws::clock::FixedClock;

    use super::*;
    use crate::creation::{CreationId, Fingerprint};

    /// Does what its script says; a `make` that says `lost` has made the thing all the same.
    struct Scripted {
        script: Mutex<Vec<&'static str>>,
        exists: Mutex<u32>,
        blind: bool,
    }

    impl Scripted {
        fn new(script: &[&'static str]) -> Self {
            let script = Mutex::new(script.iter().rev().copied().collect());
            Self {
                script,
                exists: Mutex::new(0),
                blind: false,
            }
        }
    }

    fn error(kind: ErrorKind) -> AwsError {
        AwsError::new(kind, "dlm:CreateLifecyclePolicy", "scripted")
    }

    #[async_trait]
    impl Make for Scripted {
        type Id = u32;

        async fn make(&self, _: &Mark) -> Result<u32, AwsError> {
            let word = self
                .script
                .lock()
                .unwrap()
                .pop()
                .expect("a scripted answer");
            let made = || {
                let mut count = self.exists.lock().unwrap();
                *count += 1;
                *count
            };
            match word {
                "ok" => Ok(made()),
                "lost" => {
                    made();
                    Err(error(ErrorKind::ConnectionLost))
                }
                "reset" => Err(error(ErrorKind::ConnectionLost)),
                "throttle" => Err(error(ErrorKind::Throttled)),
                "no" => Err(error(ErrorKind::Denied)),
                other => panic!("unknown word {other}"),
            }
        }

        async fn find(&self, _: &Mark) -> Result<Option<u32>, AwsError> {
            if self.blind {
                return Err(error(ErrorKind::Unreachable));
            }
            let count = *self.exists.lock().unwrap();
            Ok((count > 0).then_some(count))
        }

        fn may_settle(&self, _: &AwsError) -> bool {
            false
        }
    }

    async fn outcome(thing: &Scripted) -> (Made<u32>, u32) {
        let now = "2026-11-23T10:00:00Z".parse().unwrap();
        let fingerprint = Fingerprint::new("1", "r", "t", "p");
        let mark = Mark::new(fingerprint, CreationId::random().unwrap(), now);
        let made = make_once(
            thing,
            &mark,
            &FixedClock::at(now),
            &CancellationToken::new(),
        )
        .await;
        (made, *thing.exists.lock().unwrap())
    }

    #[tokio::test]
    async fn nothing_is_made_twice_whatever_is_lost() {
        for script in [
            &["ok"][..],
            &["lost"],
            &["throttle", "ok"],
            &["reset", "ok"],
            &["reset", "throttle", "lost"],
            &["throttle", "throttle", "throttle", "ok"],
        ] {
            let thing = Scripted::new(script);
            assert_eq!(outcome(&thing).await, (Made::Exists(1), 1), "{script:?}");
            assert!(
                thing.script.lock().unwrap().is_empty(),
                "{script:?} was played to the end"
            );
        }
    }

    #[tokio::test]
    async fn a_refusal_is_final_unless_an_answer_was_lost_before() {
        let refused = Scripted::new(&["no"]);
        assert_eq!(
            outcome(&refused).await,
            (Made::Refused(error(ErrorKind::Denied)), 0)
        );
        let throttled = Scripted::new(&["throttle"; ATTEMPTS_TO_SETTLE]);
        assert_eq!(
            outcome(&throttled).await,
            (Made::Refused(error(ErrorKind::Throttled)), 0)
        );
        let both = Scripted::new(&["reset", "no"]);
        assert_eq!(
            outcome(&both).await,
            (Made::Unclear(error(ErrorKind::ConnectionLost)), 0)
        );
    }

    #[tokio::test]
    async fn each_lost_answer_has_its_own_looks_and_refusals_wait_longer_and_longer() {
        let slept = async |script: &[&'static str]| {
            let now = "2026-11-23T10:00:00Z".parse().unwrap();
            let fingerprint = Fingerprint::new("1", "r", "t", "p");
            let mark = Mark::new(fingerprint, CreationId::random().unwrap(), now);
            let clock = FixedClock::at(now);
            let never = CancellationToken::new();
            make_once(&Scripted::new(script), &mark, &clock, &never).await;
            let slept = clock.slept();
            slept.iter().map(Duration::as_millis).collect::<Vec<_>>()
        };
        let looks = [500, 1000, 2000];
        assert_eq!(
            slept(&["reset"; ATTEMPTS]).await,
            [looks; ATTEMPTS].concat()
        );
        assert_eq!(
            slept(&["throttle"; ATTEMPTS_TO_SETTLE]).await,
            [500, 1000, 2000, 4000, 8000, 8000, 8000]
        );
    }

    #[tokio::test]
    async fn what_cannot_be_looked_up_is_not_made_again() {
        for script in [&["lost"][..], &["throttle"]] {
            let mut thing = Scripted::new(script);
            thing.blind = true;
            let (made, count) = outcome(&thing).await;
            assert!(matches!(made, Made::Unclear(_)), "{script:?}: {made:?}");
            assert!(count <= 1);
        }
    }
}
