//! When the provider ends: the host says so, or the host is gone.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

/// How long a host may be without a connection before it counts as gone.
const ABSENCE: Duration = Duration::from_secs(2);
/// How often the parent process is looked at.
const GLANCE: Duration = Duration::from_secs(1);

/// The life of one provider process. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Lifecycle {
    ended: CancellationToken,
    connections: watch::Sender<usize>,
}

impl Lifecycle {
    /// The process has just started.
    pub(crate) fn new() -> Self {
        Self {
            ended: CancellationToken::new(),
            connections: watch::Sender::new(0),
        }
    }

    /// Ends it: no more connections, streams close, the process exits.
    pub(crate) fn end(&self) {
        self.ended.cancel();
    }

    /// Returns once it has ended.
    pub(crate) async fn ended(&self) {
        self.ended.cancelled().await;
    }

    /// Counts a connection of the host for as long as the guard lives.
    pub(crate) fn connected(&self) -> Connected {
        self.connections.send_modify(|count| *count += 1);
        Connected(self.connections.clone())
    }

    /// How many there are.
    #[cfg(test)]
    pub(crate) fn connections(&self) -> watch::Receiver<usize> {
        self.connections.subscribe()
    }

    /// Returns once nobody can want the provider any more: a host that was killed says nothing.
    pub(crate) async fn abandoned(&self) {
        tokio::select! {
            () = self.disconnected() => tracing::warn!("the host has closed its connections"),
            () = orphaned() => tracing::warn!("the process that started this provider is gone"),
        }
    }

    /// The host had a connection, and has had none for a while.
    async fn disconnected(&self) {
        let mut connections = self.connections.subscribe();
        // `self` holds the sender, so waiting cannot fail.
        let _ = connections.wait_for(|count| *count > 0).await;
        loop {
            let _ = connections.wait_for(|count| *count == 0).await;
            tokio::select! {
                _ = connections.wait_for(|count| *count > 0) => {}
                () = sleep(ABSENCE) => return,
            }
        }
    }
}

/// A connection of the host.
#[derive(Debug)]
pub(crate) struct Connected(watch::Sender<usize>);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// Another process has become this one's parent. That is the host's death: go-plugin waits for its
/// child, so it would take a wrapper that goes away for a plugin that exited. Asking the kernel to
/// signal the parent's death would not do: that is tied to the thread that started the child.
#[cfg(unix)]
async fn orphaned() {
    use std::os::unix::process::parent_id;

    let parent = parent_id();
    let mut glances = interval(GLANCE);
    glances.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while parent_id() == parent {
        glances.tick().await;
    }
}

#[cfg(not(unix))]
async fn orphaned() {
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    use tokio::time::{advance, timeout};

    use super::*;

    const SOON: Duration = Duration::from_millis(1);
    const LONG: Duration = Duration::from_secs(60 * 60);

    #[tokio::test(start_paused = true)]
    async fn a_host_that_has_not_come_yet_is_waited_for() {
        let life = Lifecycle::new();
        timeout(LONG, life.abandoned()).await.unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn a_connected_host_may_be_silent() {
        let life = Lifecycle::new();
        let _host = life.connected();
        drop(life.connected());
        timeout(LONG, life.abandoned()).await.unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_may_connect_again() {
        let life = Lifecycle::new();
        let first = life.connected();
        let mut gone = Box::pin(life.abandoned());
        assert!(futures_util::poll!(&mut gone).is_pending());
        drop(first);
        assert!(futures_util::poll!(&mut gone).is_pending());
        advance(ABSENCE - SOON).await;
        let _second = life.connected();
        timeout(LONG, gone).await.unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_without_connections_is_gone() {
        let life = Lifecycle::new();
        drop((life.connected(), life.connected()));
        // The count was above zero while nobody looked; that is not enough.
        timeout(LONG, life.abandoned()).await.unwrap_err();

        let host = life.connected();
        let mut gone = Box::pin(life.abandoned());
        assert!(futures_util::poll!(&mut gone).is_pending());
        drop(host);
        timeout(ABSENCE + SOON, gone).await.unwrap();
    }
}
