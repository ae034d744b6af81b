//! The pace at which the provider goes through the matrix.
//!
//! Three things take time when calls fail: the SDK's pauses before it repeats a call, the minute
//! that an attempt may take, and the waiting of resources. The first two are shortened; the third
//! passes on a clock that moves by itself. What is done in which order stays the provider's own.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use holdfast_aws::clock::{Clock, SystemClock, Timestamp};
use terraform_provider_holdfast::Pace;

/// The variable that says how many seconds the clock of a process is ahead.
pub const AHEAD: &str = "HOLDFAST_CLOCK_AHEAD";

/// Long enough for any answer of the sandbox on a busy machine.
const ATTEMPT: Duration = Duration::from_secs(1);
const FIRST_BACKOFF: Duration = Duration::from_millis(1);
/// What a pause takes in truth: enough for other tasks to get on.
const PAUSE: Duration = Duration::from_millis(1);

/// The pace, as far ahead as [`AHEAD`] says.
pub fn hurried() -> Pace {
    let ahead = std::env::var(AHEAD).ok();
    let seconds = ahead
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or_default();
    Pace {
        clock: Arc::new(Hurried::ahead(Duration::from_secs(seconds))),
        first_backoff: Some(FIRST_BACKOFF),
        attempt_timeout: Some(ATTEMPT),
    }
}

/// The machine's clock, ahead by all the pauses that nobody waited for.
#[derive(Debug)]
struct Hurried {
    ahead: Mutex<Duration>,
}

impl Hurried {
    fn ahead(ahead: Duration) -> Self {
        Self {
            ahead: Mutex::new(ahead),
        }
    }
}

#[async_trait]
impl Clock for Hurried {
    fn now(&self) -> Timestamp {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        SystemClock
            .now()
            .checked_add(ahead)
            .unwrap_or(Timestamp::MAX)
    }

    async fn sleep(&self, pause: Duration) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) += pause;
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pauses_pass_on_the_clock_alone() {
        let clock = Hurried::ahead(Duration::from_secs(3600));
        let before = clock.now();
        assert!(before > SystemClock.now());
        clock.sleep(Duration::from_secs(1000)).await;
        let passed = clock.now().duration_since(before);
        assert!((1000..1100).contains(&passed.as_secs()), "{passed}");
    }
}
