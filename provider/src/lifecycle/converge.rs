//! One batch: read, merge, write, look again, until a read shows that nothing is left to do.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use holdfast_aws::clock::{Timestamp, backoff};
use holdfast_aws::s3::lifecycle::RuleId;
use holdfast_aws::s3::{LifecycleDocument, SendWhile, Sent, Setting};
use holdfast_aws::{AwsError, ErrorKind};
use tfplugin::CancellationToken;

use super::coordinator::{Coordinator, WINDOW};
use super::job::{Job, Merge, Progress, Why};
use super::memory::{Memory, since};

/// How often the configuration is read again because too much time had passed.
const REREADS: usize = 3;
/// How often a batch is written before another writer is given way.
const ROUNDS: usize = 8;
/// How long S3 may show what was before a write.
const SETTLING: Duration = Duration::from_secs(3 * 60);
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
    memory: Memory,
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
    fn settle(&mut self, jobs: &[Job], began: Timestamp) {
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

/// What came of a batch.
enum Batch {
    /// Every job has its answer.
    Answered,
    /// S3 refuses it as a whole: which of the jobs is to blame shows when they go out apart.
    Refused(Vec<Job>),
}

/// A series of attempts.
struct Tries {
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
            if let Batch::Refused(mut jobs) = self.converge(turn, jobs, cancel).await.0 {
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
    ) -> Result<Vec<RuleId>, Why> {
        self.converge(turn, Vec::new(), cancel).await.1
    }

    async fn converge(
        &self,
        turn: &mut Turn,
        mut jobs: Vec<Job>,
        cancel: &CancellationToken,
    ) -> (Batch, Result<Vec<RuleId>, Why>) {
        let mut tries = Tries::new(self.clock.now());
        let mut repaired = Vec::new();
        // What was there before the last write.
        let mut before: Option<LifecycleDocument> = None;
        let (mut late, mut rounds) = (0, 0);
        let why = loop {
            let began = self.clock.now();
            let (there, read_at) = match self.look(&jobs, &mut tries, cancel).await {
                Ok(read) => read,
                Err(why) => break why,
            };
            turn.memory.age(read_at);
            let mut wanted = there.clone();
            let restored = turn.memory.restore(&there, &mut wanted, &jobs);
            // Nobody has written since: S3 still shows what was before.
            let stale = before.as_ref() == Some(&there);
            let merge;
            (jobs, merge) = merge_all(jobs, &there, stale, &mut wanted);
            if wanted == there && merge == Merge::Sure {
                turn.settle(&jobs, began);
                let there = Arc::new(there);
                let mut told = repaired.clone();
                for job in jobs {
                    job.done(Arc::clone(&there), std::mem::take(&mut told));
                }
                return (Batch::Answered, Ok(repaired));
            }
            if stale || wanted == there {
                let waited = tries.waited(self.clock.now());
                if waited > SETTLING {
                    break Why::Unseen { waited };
                }
                match tries.pause(self, cancel).await {
                    Ok(()) => continue,
                    Err(why) => break why,
                }
            }
            if rounds == ROUNDS {
                break Why::Contested { times: rounds };
            }
            let sent = self.send(turn, &wanted, read_at).await;
            match sent {
                Ok(Sent::TooLate) if late == REREADS => {
                    break Why::TooSlow {
                        limit: WINDOW,
                        times: late + 1,
                    };
                }
                Ok(Sent::TooLate) => late += 1,
                Ok(Sent::Now) => {
                    rounds += 1;
                    late = 0;
                    progress(&mut jobs, Progress::Taken);
                    let now = self.clock.now();
                    turn.memory.renew(&restored, now);
                    repaired.extend(restored);
                    before = Some(there);
                    tries = Tries::new(now);
                }
                Err(error) => {
                    if error.is_outcome_unknown() {
                        progress(&mut jobs, Progress::Perhaps);
                    }
                    if let Some(why) = self.failed(&error, &mut tries, cancel).await {
                        if is_refusal(&error) && jobs.len() > 1 {
                            return (Batch::Refused(jobs), Ok(repaired));
                        }
                        break blame(why, &error, &jobs, &wanted);
                    }
                }
            }
        };
        for job in jobs {
            job.refuse(why.clone());
        }
        (Batch::Answered, Err(why))
    }

    /// Reads the configuration, never from memory; and when the answer came.
    ///
    /// An answer that was long on its way may be old already: then one more is asked for, which on
    /// a slow line is no faster and good enough.
    async fn look(
        &self,
        jobs: &[Job],
        tries: &mut Tries,
        cancel: &CancellationToken,
    ) -> Result<(LifecycleDocument, Timestamp), Why> {
        let mut again = true;
        loop {
            let asked = self.clock.now();
            let found = self.store.get().await;
            let now = self.clock.now();
            match found {
                Ok(_) if again && since(asked, now) >= WINDOW => again = false,
                Ok(Setting::Present(document)) => return Ok((document, now)),
                Ok(Setting::Absent) => return Ok((LifecycleDocument::default(), now)),
                Ok(Setting::Unsupported) if jobs.iter().all(Job::only_removes) => {
                    return Ok((LifecycleDocument::default(), now));
                }
                Ok(Setting::Unsupported) => return Err(Why::Unsupported),
                Err(error) => {
                    let gone = *error.kind() == ErrorKind::NotFound;
                    if gone && jobs.iter().all(Job::only_removes) {
                        // With the bucket went its rules.
                        return Ok((LifecycleDocument::default(), now));
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
    async fn send(
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
    async fn failed(
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
    fn new(began: Timestamp) -> Self {
        Self {
            began,
            pauses: Box::new(backoff(FIRST_PAUSE, LONGEST_PAUSE)),
        }
    }

    fn waited(&self, now: Timestamp) -> Duration {
        since(self.began, now)
    }

    async fn pause(
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

/// Puts every job's wishes into `wanted`; a job that cannot be is refused and left out.
fn merge_all(
    jobs: Vec<Job>,
    there: &LifecycleDocument,
    stale: bool,
    wanted: &mut LifecycleDocument,
) -> (Vec<Job>, Merge) {
    let (allowed, foreign): (Vec<Job>, Vec<Job>) = jobs
        .into_iter()
        .partition(|job| job.other_rule(there).is_none());
    for job in foreign {
        if let Some(id) = job.other_rule(there) {
            job.refuse(Why::Exists { id });
        }
    }
    // A rule that goes from one resource to another stays, in whatever order they come.
    let puts = allowed.iter().flat_map(|job| &job.edits);
    let put: BTreeSet<RuleId> = puts
        .filter_map(|edit| Some(edit.rule()?.id.clone()))
        .collect();
    let mut kept = Vec::with_capacity(allowed.len());
    let mut all = Merge::Sure;
    for mut job in allowed {
        if let Some(rules) = job.overflow(wanted) {
            job.refuse(Why::Full { rules });
            continue;
        }
        if job.merge(there, stale, &put, wanted) == Merge::LookAgain {
            all = Merge::LookAgain;
        }
        kept.push(job);
    }
    (kept, all)
}

fn progress(jobs: &mut [Job], reached: Progress) {
    for job in jobs {
        job.sent = job.sent.max(reached);
    }
}

/// Whether S3 has looked at the configuration and does not take it.
fn is_refusal(error: &AwsError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Invalid { .. } | ErrorKind::Limit | ErrorKind::Other
    )
}

/// Names the rule that is in the way, if that is what S3 stumbled over.
fn blame(why: Why, error: &AwsError, jobs: &[Job], wanted: &LifecycleDocument) -> Why {
    let edits = jobs.iter().flat_map(|job| &job.edits);
    let mut ways = edits.filter_map(|edit| wanted.in_the_way(edit.rule()?));
    match ways.next() {
        Some(other) if is_refusal(error) => Why::Mixed {
            error: error.clone(),
            other,
        },
        _ => why,
    }
}
