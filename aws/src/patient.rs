//! [`Patient`]: a port that waits while AWS throttles.
//!
//! The rates of control calls are low, and an apply of a hundred resources meets them: the SDK's
//! own retries are over in seconds.

use std::time::Duration;

use crate::clock::{Clock, backoff};
use crate::{AwsError, ErrorKind};

/// Three quarters of a minute in all.
pub(crate) const ROUNDS: usize = 6;
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// `P`, asked again while it answers [`ErrorKind::Throttled`].
#[derive(Debug)]
pub(crate) struct Patient<P, C> {
    pub(crate) inner: P,
    pub(crate) clock: C,
    rounds: usize,
}

impl<P, C> Patient<P, C> {
    /// Patience with `inner`.
    pub(crate) fn new(inner: P, clock: C) -> Self {
        Self {
            inner,
            clock,
            rounds: ROUNDS,
        }
    }

    /// None: somebody has said how often a call may be repeated.
    pub(crate) fn none(inner: P, clock: C) -> Self {
        Self {
            rounds: 0,
            ..Self::new(inner, clock)
        }
    }
}

impl<P: Send + Sync, C: Clock> Patient<P, C> {
    /// Makes `call` again, ever later, while it is throttled.
    pub(crate) async fn ask<T, F>(&self, call: impl Fn() -> F + Send + Sync) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>> + Send,
    {
        for pause in backoff(FIRST_PAUSE, LONGEST_PAUSE).take(self.rounds) {
            match call().await {
                Err(error) if *error.kind() == ErrorKind::Throttled => {
                    self.clock.sleep(pause).await;
                }
                answer => return answer,
            }
        }
        call().await
    }
}
