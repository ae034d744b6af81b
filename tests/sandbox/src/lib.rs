//! An AWS in one process: one loopback port, no disk, no signatures checked, faults on demand.
//!
//! Tests start it in their own process, and any client on the machine can use it:
//!
//! ```
//! use holdfast_sandbox::{Fault, Sandbox};
//!
//! let sandbox = Sandbox::start()?;
//! // Endpoint of every service, for a client with any access key: http://127.0.0.1:PORT
//! let endpoint = sandbox.url();
//! // The second create is done, but nobody hears of it.
//! sandbox.inject(Fault::DropAnswer.on("dlm:CreateLifecyclePolicy").nth(2));
//! // ... run the client, then look at what came of it.
//! assert_eq!(sandbox.calls("dlm:CreateLifecyclePolicy"), 0);
//! assert!(sandbox.policies().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The binary `holdfast-sandbox` is the same in a process of its own; [`Remote`] (or curl) reaches
//! its control paths ([`Remote::call`] lists them):
//!
//! ```text
//! $ holdfast-sandbox --listen 127.0.0.1:4566 &
//! listening on http://127.0.0.1:4566
//! $ aws --endpoint-url http://127.0.0.1:4566 dlm get-lifecycle-policies
//! $ curl -s http://127.0.0.1:4566/_sandbox/log
//! ```
//!
//! # How a request goes
//! `server` reads it; `admin` takes the paths under `/_sandbox/`; for the rest `credential` reads
//! service and region from the SigV4 scope (`Credential=KEY/DATE/REGION/SERVICE/aws4_request`, or
//! presigned); `world` logs it (`log`), turns denied keys away (`access`), lets a fault strike
//! (`fault`), and hands it to the service: `dlm`, `s3` or `sts`, each a winterbaume `MockService`.
//!
//! # What to know
//! - Account 123456789012 for every key, except keys from AssumeRole: the account of their role.
//! - Access keys that begin with `DENIED`, `INVALID` or `EXPIRED` are turned away ([`Denial`]).
//! - Each account and region has its own policies.
//! - A request that has arrived is carried out even if its client hangs up, as AWS does;
//!   [`Sandbox::wait_until_idle`] waits for such work.
//! - DLM answers timestamps as epoch seconds; [`Sandbox::set_timestamps`] turns them into the
//!   strings that its model promises. Clients must take both ([`Timestamps`]).
//! - S3 is AWS unless [`Sandbox::set_s3_settings`] makes it another store, or AWS on a slow day
//!   ([`S3Settings`]). Buckets are addressed by path, or by hosts such as `BUCKET.localhost`.
//!   [`Sandbox::s3`] calls it as somebody else would, past faults and log.
//! - [`Other`] starts other people's S3, for second opinions (`OPINIONS.md`).
//! - Faults strike calls in the order of arrival, counted from the injection of their rule
//!   ([`FaultRule`]); a call that hangs waits until the rule is released or removed.
//! - How each service differs from AWS stands at the head of its module (`dlm`, `s3`, `sts`).
//!
//! # Adding a service
//! Implement `service::Served` over a `MockService` and name it in `World::new`; its state joins
//! `admin::state`. The access key and region of a request come from `credential::Credential`.

mod access;
mod admin;
mod credential;
mod dlm;
mod fault;
mod log;
mod others;
mod query;
mod random;
mod remote;
mod s3;
mod sandbox;
mod server;
mod service;
mod sts;
mod world;

pub use access::Denial;
pub use dlm::{DirectError, Timestamps};
pub use fault::{Fault, FaultRule, RuleId, RuleStatus};
pub use log::{Entry, Outcome};
pub use others::{Other, OtherError};
pub use remote::{Remote, RemoteError};
pub use s3::{S3Answer, S3DirectError, S3Feature, S3Request, S3Settings};
pub use sandbox::{Sandbox, StartError, WaitError};

/// The account of every access key that AssumeRole did not hand out.
pub const ACCOUNT: &str = winterbaume_core::DEFAULT_ACCOUNT_ID;
