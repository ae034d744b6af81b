//! The sandbox over the wire, as a client sees it. One binary, one module per subject.

mod admin;
mod client;
mod door;
mod faults;
mod life;
mod refusals;
mod refused_schedules;
mod s3_buckets;
mod sts;
mod update;
