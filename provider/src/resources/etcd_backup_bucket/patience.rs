//! [`Patience`]: waiting for what S3 settles by itself.
//!
//! For up to two minutes after a create a bucket may not be found, and a read may show what was
//! before the last write; another operation on the bucket may be in the way for longer.

use std::time::Duration;

use holdfast_aws::clock::{Clock, backoff};
use holdfast_aws::{AwsError, ErrorKind};
use tfplugin::CancellationToken;

/// How long a new bucket, or a new setting, may stay out of sight (hashicorp/aws waits as long).
const OUT_OF_SIGHT: Duration = Duration::from_secs(2 * 60);
/// How long another operation may be in the way.
const IN_THE_WAY: Duration = Duration::from_secs(5 * 60);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// One wait, ended by success, by its limit or by the user.
pub(super) struct Patience<'a> {
    clock: &'a dyn Clock,
    cancel: &'a CancellationToken,
    /// Whether the bucket was made a moment ago.
    fresh: bool,
    pauses: Box<dyn Iterator<Item = Duration> + Send>,
    waited: Duration,
}

impl<'a> Patience<'a> {
    /// With a bucket that was made a moment ago.
    pub(super) fn with_new(clock: &'a dyn Clock, cancel: &'a CancellationToken) -> Self {
        Self::new(clock, cancel, true)
    }

    /// With a bucket that has been there.
    pub(super) fn with_old(clock: &'a dyn Clock, cancel: &'a CancellationToken) -> Self {
        Self::new(clock, cancel, false)
    }

    fn new(clock: &'a dyn Clock, cancel: &'a CancellationToken, fresh: bool) -> Self {
        Self {
            clock,
            cancel,
            fresh,
            pauses: Box::new(backoff(FIRST_PAUSE, LONGEST_PAUSE)),
            waited: Duration::ZERO,
        }
    }

    /// Whether the call that failed so is worth another try; waits before it says yes.
    pub(super) async fn after(&mut self, error: &AwsError) -> bool {
        let limit = match error.kind() {
            ErrorKind::NotFound if self.fresh => OUT_OF_SIGHT,
            ErrorKind::Conflict => IN_THE_WAY,
            _ => return false,
        };
        self.pause(limit).await
    }

    /// Whether it is worth looking again for what was written and is not seen yet.
    pub(super) async fn for_sight(&mut self) -> bool {
        self.pause(OUT_OF_SIGHT).await
    }

    async fn pause(&mut self, limit: Duration) -> bool {
        let Some(pause) = self.pauses.next() else {
            return false;
        };
        if self.cancel.is_cancelled() || self.waited + pause > limit {
            return false;
        }
        self.waited += pause;
        tokio::select! {
            () = self.clock.sleep(pause) => true,
            () = self.cancel.cancelled() => false,
        }
    }
}
