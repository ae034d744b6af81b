//! Work that requests start: it runs to its end, its panics are caught, and the user can stop it.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// Everything that runs on behalf of the host. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    tasks: TaskTracker,
    stop: Arc<Mutex<CancellationToken>>,
}

impl Work {
    /// Runs `work` to its end, even if the host gives up the request: tonic drops a handler when
    /// its stream is reset, which would cut a create in the middle.
    ///
    /// # Errors
    /// The panic, if there was one. The process goes on.
    pub(crate) async fn run_to_end<T>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Panicked>
    where
        T: Send + 'static,
    {
        let caught = AssertUnwindSafe(work)
            .catch_unwind()
            .map(|end| end.map_err(|payload| Panicked::new(payload.as_ref())));
        match self.tasks.spawn(caught.in_current_span()).await {
            Ok(end) => end,
            // The runtime is shutting down; nobody will read this.
            Err(_) => Err(Panicked {
                message: "the provider is ending".into(),
                location: None,
            }),
        }
    }

    /// Cancelled when the user interrupts the host. For work that starts now.
    pub(crate) fn stopped(&self) -> CancellationToken {
        self.token().clone()
    }

    /// `StopProvider`: asks what runs to stop. Does not wait for it.
    pub(crate) fn stop(&self) {
        self.token().cancel();
    }

    /// `ConfigureProvider`: a new command begins, and an earlier one's interrupt does not concern
    /// it. Only a debugged provider sees more than one.
    pub(crate) fn resume(&self) {
        let mut token = self.token();
        if token.is_cancelled() {
            *token = CancellationToken::new();
        }
    }

    /// Returns once nothing runs.
    pub(crate) async fn finished(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn token(&self) -> std::sync::MutexGuard<'_, CancellationToken> {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

thread_local! {
    /// Where this thread panicked last; the hook knows, the payload does not.
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A caught panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Panicked {
    message: String,
    location: Option<String>,
}

impl Panicked {
    /// Of a payload caught on this thread just now.
    pub(crate) fn new(payload: &(dyn Any + Send)) -> Self {
        Self {
            message: message(payload),
            location: LOCATION.take(),
        }
    }

    /// Called by the panic hook.
    pub(crate) fn remember(location: String) {
        LOCATION.set(Some(location));
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Some(location) => write!(f, "{} ({location})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// What a panic says; a payload that is no text says so.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".into())
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn work_outlives_the_request() {
        let work = Work::default();
        let (begin, begun) = oneshot::channel::<()>();
        let (end, ended) = oneshot::channel();
        let mut request = Box::pin(work.run_to_end(async move {
            begun.await.unwrap();
            end.send("created").unwrap();
        }));
        assert!(futures_util::poll!(&mut request).is_pending());
        drop(request);
        begin.send(()).unwrap();
        assert_eq!(ended.await, Ok("created"));
        work.finished().await;
    }

    #[tokio::test]
    async fn a_panic_is_an_answer() {
        let work = Work::default();
        let name = "volume";
        let failed: Result<(), _> = work
            .run_to_end(async move { panic!("no such {name}") })
            .await;
        assert_eq!(failed.unwrap_err().message, "no such volume");
        assert_eq!(work.run_to_end(async { 1 }).await, Ok(1));
    }

    #[test]
    fn an_interrupt_lasts_until_the_next_command() {
        let work = Work::default();
        let (running, other) = (work.stopped(), work.clone().stopped());
        work.stop();
        assert!(running.is_cancelled() && other.is_cancelled() && work.stopped().is_cancelled());
        work.resume();
        assert!(running.is_cancelled() && !work.stopped().is_cancelled());
    }
}
