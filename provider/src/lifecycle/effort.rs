//! One batch: read, merge, write, look again, until a read shows that nothing is left to do.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use holdfast_aws::s3::lifecycle::RuleId;
use holdfast_aws::s3::{LifecycleDocument, Sent};
use holdfast_aws::{AwsError, ErrorKind};
use tfplugin::CancellationToken;

use super::coordinator::{Coordinator, WINDOW};
use super::job::{Job, Merge, Progress, Why};
use super::steps::{Tries, Turn};

/// How often the configuration is read again because too much time had passed.
const REREADS: usize = 3;
/// How often the time counts from the question, before it counts from the answer.
const STRICT: usize = 2;
/// How often a batch is written before another writer is given way.
const ROUNDS: usize = 8;
/// How long S3 may show what was before a write.
const SETTLING: Duration = Duration::from_secs(3 * 60);

/// What came of a batch.
pub(super) enum Batch {
    /// Every job has its answer.
    Answered,
    /// S3 refuses it as a whole: which of the jobs is to blame shows when they go out apart.
    Refused(Vec<Job>),
}

/// Why nothing came of a batch.
pub(super) struct Failed {
    pub(super) why: Why,
    /// Whether rules of earlier batches were seen to be lost and are not back.
    pub(super) lost: bool,
}

/// A batch under way.
pub(super) struct Effort<'a> {
    coordinator: &'a Coordinator,
    turn: &'a mut Turn,
    cancel: &'a CancellationToken,
    jobs: Vec<Job>,
    tries: Tries,
    /// Rules of earlier batches that were put back.
    repaired: Vec<RuleId>,
    /// Whether the last look showed that such rules were lost.
    lost: bool,
    /// What was there before the last write.
    before: Option<LifecycleDocument>,
    /// How often too much time had passed to write.
    late: usize,
    /// How often it was written.
    rounds: usize,
}

/// What one look has led to.
enum Step {
    /// Something was sent or waited for: look again.
    Again,
    /// This is there, and nothing is left to do.
    Done(LifecycleDocument),
    /// S3 does not take the batch as a whole.
    Refused,
}

impl<'a> Effort<'a> {
    /// Nothing is read yet.
    pub(super) fn new(
        coordinator: &'a Coordinator,
        turn: &'a mut Turn,
        jobs: Vec<Job>,
        cancel: &'a CancellationToken,
    ) -> Self {
        Self {
            tries: Tries::new(coordinator.clock.now()),
            coordinator,
            turn,
            cancel,
            jobs,
            repaired: Vec::new(),
            lost: false,
            before: None,
            late: 0,
            rounds: 0,
        }
    }

    /// Gives every job its answer, unless the batch is refused; and which rules were put back, or
    /// why nothing came of it.
    pub(super) async fn run(mut self) -> (Batch, Result<Vec<RuleId>, Failed>) {
        loop {
            match self.step().await {
                Ok(Step::Again) => {}
                Ok(Step::Done(there)) => return (Batch::Answered, Ok(self.done(there))),
                Ok(Step::Refused) => return (Batch::Refused(self.jobs), Ok(self.repaired)),
                Err(why) => {
                    for job in self.jobs {
                        job.refuse(why.clone());
                    }
                    let lost = self.lost;
                    return (Batch::Answered, Err(Failed { why, lost }));
                }
            }
        }
    }

    /// Looks what is there, and does what is left to do.
    async fn step(&mut self) -> Result<Step, Why> {
        let began = self.coordinator.clock.now();
        // A machine that was too slow twice gets as long as a slow line does.
        let strict = self.late < STRICT;
        let look = self
            .coordinator
            .look(&self.jobs, &mut self.tries, strict, self.cancel);
        let (there, read_at) = look.await?;
        self.turn.memory.age(read_at);
        let mut wanted = there.clone();
        let restored = self.turn.memory.restore(&there, &mut wanted, &self.jobs);
        self.lost = !restored.is_empty();
        // Nobody has written since: S3 still shows what was before.
        let stale = self.before.as_ref() == Some(&there);
        let jobs = std::mem::take(&mut self.jobs);
        let (jobs, merge) = merge_all(jobs, &there, stale, &mut wanted);
        self.jobs = jobs;
        if wanted == there && merge == Merge::Sure {
            self.turn.settle(&self.jobs, began);
            return Ok(Step::Done(there));
        }
        if stale || wanted == there {
            return self.wait().await;
        }
        if self.rounds == ROUNDS {
            let times = self.rounds;
            return Err(Why::Contested { times });
        }
        match self.coordinator.send(self.turn, &wanted, read_at).await {
            Ok(Sent::TooLate) => self.too_late(),
            Ok(Sent::Now) => {
                self.taken(there, restored);
                Ok(Step::Again)
            }
            Err(error) => self.failed(&error, &wanted).await,
        }
    }

    /// Gives S3 time to show what it has taken.
    async fn wait(&mut self) -> Result<Step, Why> {
        let waited = self.tries.waited(self.coordinator.clock.now());
        if waited > SETTLING {
            return Err(Why::Unseen { waited });
        }
        self.tries.pause(self.coordinator, self.cancel).await?;
        Ok(Step::Again)
    }

    fn too_late(&mut self) -> Result<Step, Why> {
        self.late += 1;
        if self.late > REREADS {
            let (limit, times) = (WINDOW, self.late);
            return Err(Why::TooSlow { limit, times });
        }
        Ok(Step::Again)
    }

    fn taken(&mut self, there: LifecycleDocument, restored: Vec<RuleId>) {
        let now = self.coordinator.clock.now();
        progress(&mut self.jobs, Progress::Taken);
        self.turn.memory.renew(&restored, now);
        self.repaired.extend(restored);
        self.before = Some(there);
        self.tries = Tries::new(now);
        self.late = 0;
        self.rounds += 1;
    }

    async fn failed(&mut self, error: &AwsError, wanted: &LifecycleDocument) -> Result<Step, Why> {
        if error.is_outcome_unknown() {
            progress(&mut self.jobs, Progress::Perhaps);
        }
        let failed = self.coordinator.failed(error, &mut self.tries, self.cancel);
        match failed.await {
            None => Ok(Step::Again),
            Some(_) if is_refusal(error) && self.jobs.len() > 1 => Ok(Step::Refused),
            Some(why) => Err(blame(why, error, &self.jobs, wanted)),
        }
    }

    /// Tells every job that it is done; which rules were put back.
    fn done(self, there: LifecycleDocument) -> Vec<RuleId> {
        let there = Arc::new(there);
        let mut told = self.repaired.clone();
        for job in self.jobs {
            job.done(Arc::clone(&there), std::mem::take(&mut told));
        }
        self.repaired
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
