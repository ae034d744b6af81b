//! The steps of a write, each of which may fail and be tried again; and what the one whose turn it
//! is knows.

use std::sync::Arc;
use std::time::Duration;

use holdfast_aws::clock::{Timestamp, backoff};
use holdfast_aws::s3::lifecycle::RuleId;
use holdfast_aws::s3::{LifecycleDocument, SendWhile, Sent, Setting};
use holdfast_aws::{AwsError, ErrorKind};
use tfplugin::CancellationToken;

use super::coordinator::{Coordinator, SLOW, WINDOW};
use super::effort::{Batch, Effort, Failed};
use super::job::{Job, Progress, Why};
use super::memory::{Memory, since};

/// How long calls that fail are repeated, and those that S3 throttles or puts off.
const PATIENCE: Duration = Duration::from_secs(30);
const LONG_PATIENCE: Duration = Duration::from_secs(60);
/// How long a bucket that nobody knows may still appear, and one that is known to be there.
const APPEARING: Duration = Duration::from_secs(10);
const KNOWN: Duration = Duration::from_secs(2 * 60);
/// Pauses between these.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What the one whose turn it is knows.
#[derive(Debug, Default)]
pub(super) struct Turn {
    pub(super) memory: Memory,
    /// When the last write was answered, and how long that took.
    last: Option<(Timestamp, Duration)>,
}

impl Turn {
    /// Whether anything written waits for its last look.
    pub(super) fn must_look(&self) -> bool {
        self.memory.is_unsettled()
    }

    /// How long until that look is of use.
    pub(super) fn time_to_look(&self, now: Timestamp) -> Duration {
        self.last.map_or(Duration::ZERO, |(at, _)| {
            self.window().saturating_sub(since(at, now))
        })
    }

    /// Notes that jobs are done, by a look that was begun at `began`.
    pub(super) fn settle(&mut self, jobs: &[Job], began: Timestamp) {
        if let Some((at, _)) = self.last {
            let sent = jobs.iter().filter(|job| job.sent != Progress::Nothing);
            sent.for_each(|job| self.memory.note(job, at));
        }
        self.memory.seen(began, self.window());
    }

    /// How long after a write another writer's may arrive that had read before it: requests of
    /// others take as long as ours.
    fn window(&self) -> Duration {
        WINDOW + self.last.map_or(Duration::ZERO, |(_, took)| took)
    }
}

/// A series of attempts.
pub(super) struct Tries {
    began: Timestamp,
    pauses: Box<dyn Iterator<Item = Duration> + Send>,
}

impl Coordinator {
    /// Gives every job its answer.
    pub(super) async fn carry_out(
        &self,
        turn: &mut Turn,
        jobs: Vec<Job>,
        cancel: &CancellationToken,
    ) {
        let mut batches = vec![jobs];
        while let Some(jobs) = batches.pop() {
            let effort = Effort::new(self, turn, jobs, cancel);
            if let Batch::Refused(mut jobs) = effort.run().await.0 {
                let rest = jobs.split_off(jobs.len() / 2);
                batches.extend([rest, jobs]);
            }
        }
    }

    /// Puts back what another writer lost; which rules they were.
    pub(super) async fn repair(
        &self,
        turn: &mut Turn,
        cancel: &CancellationToken,
    ) -> Result<Vec<RuleId>, Failed> {
        Effort::new(self, turn, Vec::new(), cancel).run().await.1
    }

    /// Reads the configuration, never from memory; and from when on it may be old.
    ///
    /// That is when it was asked for, if that is `strict`, else when it was answered. An answer that
    /// was long on its way may be old already: then one more is asked for, which on a slow line is
    /// no faster and counts from its answer.
    pub(super) async fn look(
        &self,
        jobs: &[Job],
        tries: &mut Tries,
        strict: bool,
        cancel: &CancellationToken,
    ) -> Result<(LifecycleDocument, Timestamp), Why> {
        let mut again = true;
        loop {
            let asked = self.clock.now();
            let found = self.store.get().await;
            let now = self.clock.now();
            let read_at = match strict && since(asked, now) < SLOW {
                true => asked,
                false => now,
            };
            match found {
                Ok(_) if again && since(asked, now) >= SLOW => again = false,
                Ok(Setting::Present(document)) => return Ok((document, read_at)),
                Ok(Setting::Absent) => return Ok((LifecycleDocument::default(), read_at)),
                Ok(Setting::Unsupported) if jobs.iter().all(Job::only_removes) => {
                    return Ok((LifecycleDocument::default(), read_at));
                }
                Ok(Setting::Unsupported) => return Err(Why::Unsupported),
                Err(error) => {
                    let gone = *error.kind() == ErrorKind::NotFound;
                    if gone && jobs.iter().all(Job::only_removes) {
                        // With the bucket went its rules.
                        return Ok((LifecycleDocument::default(), read_at));
                    }
                    let patience = match gone {
                        false => return Err(Why::Aws(error)),
                        true if self.store.exists().await => KNOWN,
                        true => APPEARING,
                    };
                    if tries.waited(self.clock.now()) >= patience {
                        return Err(Why::Aws(error));
                    }
                    tries.pause(self, cancel).await?;
                }
            }
        }
    }

    /// Sends the configuration, unless too much time has passed since it was read.
    pub(super) async fn send(
        &self,
        turn: &mut Turn,
        wanted: &LifecycleDocument,
        read_at: Timestamp,
    ) -> Result<Sent, AwsError> {
        let clock = Arc::clone(&self.clock);
        let fresh = SendWhile::asking(move || since(read_at, clock.now()) < WINDOW);
        self.forget_what_was_read();
        let began = self.clock.now();
        let sent = self.store.put(wanted, &fresh).await;
        self.forget_what_was_read();
        let now = self.clock.now();
        if !matches!(sent, Ok(Sent::TooLate)) {
            turn.last = Some((now, since(began, now)));
        }
        sent
    }

    /// Waits until a call that failed can be repeated; or why it cannot.
    pub(super) async fn failed(
        &self,
        error: &AwsError,
        tries: &mut Tries,
        cancel: &CancellationToken,
    ) -> Option<Why> {
        let patience = match error.kind() {
            ErrorKind::Throttled | ErrorKind::Conflict => LONG_PATIENCE,
            // The look that follows tells a bucket that is gone from one that is about to appear.
            ErrorKind::NotFound => APPEARING,
            _ if error.is_retryable() => PATIENCE,
            _ => Duration::ZERO,
        };
        if tries.waited(self.clock.now()) >= patience {
            return Some(Why::Aws(error.clone()));
        }
        tries.pause(self, cancel).await.err()
    }
}

impl Tries {
    pub(super) fn new(began: Timestamp) -> Self {
        Self {
            began,
            pauses: Box::new(backoff(FIRST_PAUSE, LONGEST_PAUSE)),
        }
    }

    pub(super) fn waited(&self, now: Timestamp) -> Duration {
        since(self.began, now)
    }

    pub(super) async fn pause(
        &mut self,
        coordinator: &Coordinator,
        cancel: &CancellationToken,
    ) -> Result<(), Why> {
        let pause = self.pauses.next().unwrap_or(LONGEST_PAUSE);
        tokio::select! {
            () = coordinator.clock.sleep(pause) => Ok(()),
            () = cancel.cancelled() => Err(Why::Stopped),
        }
    }
}
