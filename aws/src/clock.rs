//! Time as a dependency: nothing in this crate or its callers reads the system clock directly,
//! so a test decides what time it is and never sleeps.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use jiff::SignedDuration;
pub use jiff::Timestamp;

/// The time, and waiting.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The present moment, UTC.
    fn now(&self) -> Timestamp;

    /// Returns once `pause` has passed on this clock.
    async fn sleep(&self, pause: Duration);
}

/// The machine's clock and the runtime's timer.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, pause: Duration) {
        tokio::time::sleep(pause).await;
    }
}

/// A clock that stands still until it is moved. Sleeping moves it and returns at once.
#[derive(Debug)]
pub struct FixedClock {
    now: Mutex<Timestamp>,
    slept: Mutex<Vec<Duration>>,
}

impl FixedClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now: Mutex::new(now),
            slept: Mutex::new(Vec::new()),
        }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let mut now = lock(&self.now);
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        *now = now.saturating_add(by).unwrap_or(Timestamp::MAX);
    }

    /// The pauses asked for so far, in order.
    pub fn slept(&self) -> Vec<Duration> {
        lock(&self.slept).clone()
    }
}

#[async_trait]
impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *lock(&self.now)
    }

    async fn sleep(&self, pause: Duration) {
        lock(&self.slept).push(pause);
        self.advance(pause);
        // A waiting loop must still give way to the other tasks of its test.
        tokio::task::yield_now().await;
    }
}

/// A poisoned lock only says that another test thread failed; the value is still whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Pauses that double from `first` up to `longest`, without end.
///
/// No jitter: the callers are the retries of one create in one process, not a fleet.
pub fn backoff(first: Duration, longest: Duration) -> impl Iterator<Item = Duration> {
    std::iter::successors(Some(first.min(longest)), move |pause| {
        Some(pause.saturating_mul(2).min(longest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fixed_clock_sleeps_by_moving() {
        let start: Timestamp = "2026-09-01T03:00:00Z".parse().unwrap();
        let clock = FixedClock::at(start);
        assert_eq!(clock.now(), start);
        clock.sleep(Duration::from_secs(90)).await;
        clock.advance(Duration::from_secs(30));
        assert_eq!(clock.now().to_string(), "2026-09-01T03:02:00Z");
        assert_eq!(clock.slept(), [Duration::from_secs(90)]);
    }

    #[test]
    fn backoff_doubles_up_to_its_limit() {
        let pauses: Vec<u64> = backoff(Duration::from_secs(1), Duration::from_secs(5))
            .take(5)
            .map(|pause| pause.as_secs())
            .collect();
        assert_eq!(pauses, [1, 2, 4, 5, 5]);
    }
}
