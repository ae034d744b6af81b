//! The sandbox over the wire, as a client sees it. One binary, one module per subject.

mod admin;
mod client;
mod door;
mod faults;
mod life;
mod refusals;
mod refused_schedules;
#[path = "../shared/rules.rs"]
mod rules;
mod s3_buckets;
mod s3_config;
mod s3_faults;
mod s3_lifecycle;
mod s3_objects;
mod s3_refused_rules;
mod sts;
mod update;
