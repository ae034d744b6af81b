//! What apply, refresh and destroy cost through a real host, and how that grows with the number of
//! resources and with the latency of AWS.
//!
//! - [`load`]: what is applied;
//! - [`run`]: one load through its three commands, against a sandbox of its own;
//! - [`memory`]: the peak memory of a provider that a host has started;
//! - [`report`]: the table.
//!
//! `cargo prove scale` prints it. Programs are release builds; the sandbox is a process of its own.
//! Seconds are those of the host's whole command, its own work included.

pub mod load;
pub mod memory;
pub mod report;
pub mod run;
