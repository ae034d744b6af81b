//! Signals that the user means for the host, but that reach its whole process group.

use crate::work::Work;

/// Listens to signals; from this call on they do not kill the process.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    ignored: [tokio::signal::unix::Signal; 2],
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    ignored: [tokio::signal::windows::CtrlC; 1],
}

#[cfg(unix)]
impl Signals {
    /// # Errors
    /// The operating system has no room for handlers.
    pub(crate) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            ignored: [
                signal(SignalKind::interrupt())?,
                signal(SignalKind::hangup())?,
            ],
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Returns when a signal ends the process.
    ///
    /// Ctrl-C and a closed terminal never do: the host hears them too, and calls `StopProvider` or
    /// goes away. `SIGTERM` may come from a `timeout` around the host as well, so the first one
    /// stops the work and lets the host collect the answers; the second one ends the process.
    pub(crate) async fn ending(mut self, work: &Work) {
        let [interrupt, hangup] = &mut self.ignored;
        let mut terminated = false;
        loop {
            tokio::select! {
                _ = interrupt.recv() => tracing::debug!("left the interrupt to the host"),
                _ = hangup.recv() => tracing::debug!("left the hangup to the host"),
                _ = self.terminate.recv() => {
                    if terminated {
                        return;
                    }
                    terminated = true;
                    tracing::warn!("stopping what runs; a second SIGTERM ends the provider");
                    work.stop();
                }
            }
        }
    }
}

#[cfg(windows)]
impl Signals {
    /// # Errors
    /// The operating system has no room for handlers.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            ignored: [tokio::signal::windows::ctrl_c()?],
        })
    }

    /// Never returns: Ctrl-C is for the host, which calls `StopProvider`.
    pub(crate) async fn ending(mut self, _: &Work) {
        let [interrupt] = &mut self.ignored;
        loop {
            interrupt.recv().await;
        }
    }
}
