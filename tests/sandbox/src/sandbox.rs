//! The handle of a running sandbox.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::oneshot;

use crate::access::Denial;
use crate::admin;
use crate::dlm::{DirectError, Timestamps};
use crate::fault::{FaultRule, RuleId, RuleStatus};
use crate::log::Entry;
use crate::s3::{S3Answer, S3DirectError, S3Request, S3Settings};
use crate::server;
use crate::world::World;

/// A running sandbox. It has a thread of its own, so its methods work in and outside of async
/// code; dropping it closes the port and every connection.
pub struct Sandbox {
    address: SocketAddr,
    world: Arc<World>,
    runtime: runtime::Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Credentials of any kind are let in, so nobody else on the network may reach it.
    #[error("refusing to listen on {0}: the sandbox lets everybody in, so it listens on loopback only; use 127.0.0.1:{port}", port = .0.port())]
    NotLoopback(SocketAddr),
    /// The port cannot be had.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        error: io::Error,
    },
    /// The thread or its runtime cannot be had.
    #[error("cannot start the sandbox's thread: {0}")]
    Thread(io::Error),
}

/// What was waited for did not come.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// No call hangs in a rule.
    #[error("no call hung in fault rule {rule} within {seconds} s", rule = .rule.0)]
    NotHeld {
        /// The rule.
        rule: RuleId,
        /// How long was waited.
        seconds: u64,
    },
    /// Requests are still at work.
    #[error(
        "{pending} request(s) are still at work after {seconds} s; does a fault rule hold them?"
    )]
    NotIdle {
        /// How many.
        pending: usize,
        /// How long was waited.
        seconds: u64,
    },
}

impl Sandbox {
    /// Starts one on a free loopback port. It answers when this returns.
    ///
    /// # Errors
    /// The port or the thread cannot be had.
    pub fn start() -> Result<Self, StartError> {
        Self::start_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    /// Starts one on a loopback address; port 0 picks one.
    ///
    /// # Errors
    /// As [`Sandbox::start`], and if the address is not loopback.
    pub fn start_at(address: SocketAddr) -> Result<Self, StartError> {
        if !address.ip().is_loopback() {
            return Err(StartError::NotLoopback(address));
        }
        let listen = |error| StartError::Listen { address, error };
        let listener = std::net::TcpListener::bind(address).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let bound = listener.local_addr().map_err(listen)?;
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("holdfast-sandbox")
            .enable_all()
            .build()
            .map_err(StartError::Thread)?;
        let listener = {
            let _guard = runtime.enter();
            TcpListener::from_std(listener).map_err(listen)?
        };
        let world = Arc::new(World::new());
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&world);
        let thread = std::thread::Builder::new()
            .name("holdfast-sandbox".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = server::serve(listener, serving) => {}
                        _ = stopped => {}
                    }
                });
                // Dropping the runtime here drops every connection, calls that hang included.
            })
            .map_err(StartError::Thread)?;
        Ok(Self {
            address: bound,
            world,
            runtime: handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens: `http://127.0.0.1:PORT`, the endpoint of every service.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests so far, in the order of arrival; control requests are not among them.
    pub fn log(&self) -> Vec<Entry> {
        self.world.log.entries()
    }

    /// Calls per `service:Operation`, failed ones included.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.world.log.counts()
    }

    /// Calls of one `service:Operation`, failed ones included.
    pub fn calls(&self, name: &str) -> usize {
        self.counts().get(name).copied().unwrap_or(0)
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        self.world.log.clear();
    }

    /// Injects a fault: `sandbox.inject(Fault::Throttle.on("CreateLifecyclePolicy"))`.
    pub fn inject(&self, rule: FaultRule) -> RuleId {
        self.world.faults.inject(rule)
    }

    /// The rules in force and what they have done.
    pub fn faults(&self) -> Vec<RuleStatus> {
        self.world.faults.status()
    }

    /// Lets the calls go that hang in a rule, and those that will; false if there is no such rule.
    pub fn release(&self, id: RuleId) -> bool {
        self.world.faults.release(id)
    }

    /// Removes all rules and lets the calls go that hang in them.
    pub fn clear_faults(&self) {
        self.world.faults.clear();
    }

    /// Returns when a call hangs in a rule; false if there is no such rule.
    pub async fn until_held(&self, id: RuleId) -> bool {
        self.world.faults.until_held(id).await
    }

    /// Blocks until a call hangs in a rule.
    ///
    /// # Errors
    /// None came within `patience`, or there is no such rule.
    pub fn wait_until_held(&self, id: RuleId, patience: Duration) -> Result<(), WaitError> {
        let world = Arc::clone(&self.world);
        match self.block(patience, async move { world.faults.until_held(id).await }) {
            Some(true) => Ok(()),
            _ => Err(WaitError::NotHeld {
                rule: id,
                seconds: patience.as_secs(),
            }),
        }
    }

    /// Blocks until no request is at work: after a client was killed, what it had asked for is
    /// done then.
    ///
    /// # Errors
    /// Requests are still at work after `patience`.
    pub fn wait_until_idle(&self, patience: Duration) -> Result<(), WaitError> {
        let world = Arc::clone(&self.world);
        self.block(patience, async move { world.log.until_idle().await })
            .ok_or_else(|| WaitError::NotIdle {
                pending: self.world.log.pending(),
                seconds: patience.as_secs(),
            })
    }

    /// The result of `work`, if it comes in time. It runs on the sandbox's own threads, so that
    /// this may be called in async code as well.
    fn block<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let (tell, told) = std::sync::mpsc::channel();
        self.runtime.spawn(async move {
            let _ = tell.send(work.await);
        });
        told.recv_timeout(patience).ok()
    }

    /// Turns a key away from now on.
    pub fn deny(&self, access_key: &str, denial: Denial) {
        self.world.access.deny(access_key, denial);
    }

    /// How DLM answers timestamps from now on.
    pub fn set_timestamps(&self, timestamps: Timestamps) {
        self.world.dlm.set_timestamps(timestamps);
    }

    /// Everything that is stored: `{"dlm":{"policies":[..]},"s3":{"buckets":[..]}}`. A policy is as
    /// GetLifecyclePolicy answers it, with `Account` and `Region`, timestamps in epoch seconds; of a
    /// bucket, documents are XML text and the rest JSON.
    pub fn state(&self) -> Value {
        admin::state(&self.world)
    }

    /// DLM's policies of all accounts and regions, oldest first, as in [`Sandbox::state`].
    pub fn policies(&self) -> Vec<Value> {
        self.world.dlm.snapshot()
    }

    /// Makes a policy from the body of CreateLifecyclePolicy, as another client would, without a
    /// request in the log; answers its id.
    ///
    /// # Errors
    /// DLM would refuse it, or it is no such body.
    pub fn create_policy(&self, region: &str, request: Value) -> Result<String, DirectError> {
        self.world.dlm.create(region, request)
    }

    /// Stores a policy as it is, in the form of [`Sandbox::state`], unchecked; absent members get
    /// plain values, a policy of the same `PolicyId` is replaced. Answers its id.
    ///
    /// # Errors
    /// It is no policy.
    pub fn plant_policy(&self, policy: &Value) -> Result<String, DirectError> {
        self.world.dlm.plant(policy)
    }

    /// Changes a policy behind the API's back by a JSON merge patch (RFC 7396) over its form in
    /// [`Sandbox::state`]: `{"Tags":{"old":null,"new":"1"}}`. Answers the changed policy.
    ///
    /// # Errors
    /// There is no such policy, or the result is none.
    pub fn patch_policy(&self, id: &str, patch: &Value) -> Result<Value, DirectError> {
        self.world.dlm.patch(id, patch)
    }

    /// Takes a policy away.
    ///
    /// # Errors
    /// There is no such policy.
    pub fn remove_policy(&self, id: &str) -> Result<(), DirectError> {
        self.world.dlm.remove(id)
    }

    /// All buckets by name, as in [`Sandbox::state`].
    pub fn buckets(&self) -> Vec<Value> {
        self.world.s3.snapshot()
    }

    /// How S3 differs from AWS on purpose.
    pub fn s3_settings(&self) -> S3Settings {
        self.world.s3.settings()
    }

    /// Has S3 differ from AWS from now on: another store's dialect, or AWS on a slow day.
    pub fn set_s3_settings(&self, settings: S3Settings) {
        self.world.s3.set_settings(settings);
    }

    /// Makes a bucket of another account.
    pub fn plant_foreign_bucket(&self, name: &str, region: &str) {
        self.world.s3.plant_foreign_bucket(name, region);
    }

    /// Has somebody else add a lifecycle rule (`<Rule>..</Rule>`) to a bucket, once, right after the
    /// next read of its lifecycle is answered. Several are added one per read.
    ///
    /// # Errors
    /// There is no such bucket, or it is no rule.
    pub fn meddle_lifecycle(&self, bucket: &str, rule: &str) -> Result<(), S3DirectError> {
        self.world.s3.meddle(bucket, rule)
    }

    /// Stores a lifecycle document as it is, unchecked, with a minimum size
    /// (`varies_by_storage_class`; none: what S3 assigns); no document takes it away.
    ///
    /// # Errors
    /// There is no such bucket, or it is no such document.
    pub fn plant_lifecycle(
        &self,
        bucket: &str,
        document: Option<&str>,
        minimum_size: Option<&str>,
    ) -> Result<(), S3DirectError> {
        self.world
            .s3
            .plant_lifecycle(bucket, document, minimum_size)
    }

    /// Calls S3 as another client of the same account would, past faults and log:
    /// `sandbox.s3(&S3Request::new("PUT", "/bucket?versioning").body("..."))`.
    ///
    /// # Errors
    /// It cannot be put into HTTP. What S3 refuses is in the answer.
    pub fn s3(&self, request: &S3Request) -> Result<S3Answer, S3DirectError> {
        let (world, call) = (Arc::clone(&self.world), request.clone());
        // Nothing holds such a call, so it comes back.
        self.block(Duration::from_secs(60), async move {
            world.s3.call(&call).await
        })
        .unwrap_or_else(|| Err(S3DirectError::NotARequest("no answer came".to_owned())))
    }

    /// Forgets everything: policies, buckets, faults, denials, log.
    pub fn reset(&self) {
        self.world.reset();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
