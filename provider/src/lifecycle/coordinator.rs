//! [`Coordinator`]: the rules of one bucket, changed by one task at a time.
//!
//! A task that wants a change queues it and waits for its turn. Who gets the turn takes everything
//! that is queued into one write, so most tasks find their wish fulfilled when their turn comes.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use holdfast_aws::AwsError;
use holdfast_aws::clock::Clock;
use holdfast_aws::s3::lifecycle::MinimumSize;
use holdfast_aws::s3::{LifecycleDocument, Setting};
use tfplugin::CancellationToken;
use tokio::sync::Notify;

use super::job::{Answer, Edit, Job, Refusal, Report, Why};
use super::roster::Roster;
use super::steps::Turn;
use super::store::Store;

/// A writer may send what rests on a read for this long after it asked for the read: S3 may have
/// looked at any moment since.
pub(super) const WINDOW: Duration = Duration::from_millis(250);
/// A read whose answer takes so long leaves too little of [`WINDOW`]. On a line that is always that
/// slow, and after two writes that came too late, the window begins with the answer.
pub(super) const SLOW: Duration = Duration::from_millis(125);

/// How often what another program overwrites is put back.
const LOSSES: usize = 3;

/// The rules of one bucket.
pub(crate) struct Coordinator {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    /// Whose the rules are.
    pub(crate) roster: Roster,
    queue: Mutex<Vec<Job>>,
    arrivals: Notify,
    turn: tokio::sync::Mutex<Turn>,
    seen: tokio::sync::Mutex<Seen>,
    /// Raised by every write, so that a read from before it is not remembered.
    writes: AtomicU64,
    /// Raised by every refresh that fails.
    failures: AtomicU64,
}

/// What a refresh has read.
#[derive(Default)]
struct Seen {
    /// With the number of writes before it was asked for.
    document: Option<(u64, Arc<Setting<LifecycleDocument>>)>,
    /// The last failure, if nothing was read since.
    failure: Option<AwsError>,
}

impl fmt::Debug for Coordinator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coordinator")
            .field("roster", &self.roster)
            .finish_non_exhaustive()
    }
}

impl Coordinator {
    pub(super) fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            roster: Roster::default(),
            queue: Mutex::default(),
            arrivals: Notify::new(),
            turn: tokio::sync::Mutex::default(),
            seen: tokio::sync::Mutex::default(),
            writes: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        }
    }

    /// The configuration, read once however many ask, until something is written.
    ///
    /// # Errors
    /// It cannot be read. Those who waited for the same answer get the same error.
    pub(crate) async fn read(&self) -> Result<Arc<Setting<LifecycleDocument>>, AwsError> {
        let failures = self.failures.load(Ordering::SeqCst);
        let mut seen = self.seen.lock().await;
        let writes = self.writes.load(Ordering::SeqCst);
        if let Some((at, document)) = &seen.document
            && *at == writes
        {
            return Ok(Arc::clone(document));
        }
        // One that was asked for before this one came to wait says nothing about now.
        if let Some(error) = &seen.failure
            && self.failures.load(Ordering::SeqCst) > failures
        {
            return Err(error.clone());
        }
        match self.store.get().await {
            Ok(document) => {
                let document = Arc::new(document);
                seen.document = Some((writes, Arc::clone(&document)));
                seen.failure = None;
                Ok(document)
            }
            Err(error) => {
                self.failures.fetch_add(1, Ordering::SeqCst);
                seen.failure = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Does all of `edits`, together with what others of this process want of the same bucket, and
    /// returns once S3 shows it.
    ///
    /// # Errors
    /// It is not done, or not known to be.
    pub(crate) async fn apply(
        &self,
        edits: Vec<Edit>,
        minimum_size: Option<MinimumSize>,
        cancel: &CancellationToken,
    ) -> Answer {
        let (job, mut answer) = Job::new(edits, minimum_size);
        self.queue().push(job);
        self.arrivals.notify_waiters();
        let mut turn = tokio::select! {
            biased;
            told = &mut answer => return told.unwrap_or_else(|_| Err(abandoned())),
            turn = self.turn.lock() => turn,
        };
        let jobs = std::mem::take(&mut *self.queue());
        if !jobs.is_empty() {
            self.carry_out(&mut turn, jobs, cancel).await;
        }
        let mut told: Answer = answer.try_recv().unwrap_or_else(|_| Err(abandoned()));
        if let Ok(report) = &mut told
            && let Err(why) = self.look_once_more(turn, report, cancel).await
        {
            let may_be_done = true;
            told = Err(Box::new(Refusal { why, may_be_done }));
        }
        told
    }

    /// After the last write: a writer that had read before it may still write over it, and does so
    /// within [`WINDOW`] and the time its request takes. Whoever comes next takes this look over.
    async fn look_once_more<'a>(
        &'a self,
        mut turn: tokio::sync::MutexGuard<'a, Turn>,
        report: &mut Report,
        cancel: &CancellationToken,
    ) -> Result<(), Why> {
        let mut losses = 0;
        loop {
            let arrival = self.arrivals.notified();
            tokio::pin!(arrival);
            arrival.as_mut().enable();
            if !turn.must_look() || !self.queue().is_empty() {
                return Ok(());
            }
            let pause = turn.time_to_look(self.clock.now());
            if pause.is_zero() {
                match self.repair(&mut turn, cancel).await {
                    Ok(lost) if !lost.is_empty() && losses == LOSSES => {
                        return Err(Why::Contested { times: losses });
                    }
                    Ok(lost) => {
                        losses += usize::from(!lost.is_empty());
                        report.repaired.extend(lost);
                    }
                    Err(failed) if failed.lost => return Err(failed.why),
                    // What was asked for was seen in place; the next refresh says what became of it.
                    Err(_) => return Ok(()),
                }
                continue;
            }
            // Others may have their turn meanwhile.
            drop(turn);
            tokio::select! {
                () = self.clock.sleep(pause) => {}
                () = &mut arrival => return Ok(()),
                () = cancel.cancelled() => return Ok(()),
            }
            turn = self.turn.lock().await;
        }
    }

    pub(super) fn forget_what_was_read(&self) {
        self.writes.fetch_add(1, Ordering::SeqCst);
    }

    fn queue(&self) -> MutexGuard<'_, Vec<Job>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that had the turn has panicked; it says so itself.
fn abandoned() -> Box<Refusal> {
    Box::new(Refusal {
        why: Why::Stopped,
        may_be_done: true,
    })
}
