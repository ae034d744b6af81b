//! Drives real hosts (Terraform, OpenTofu) with the real provider and the real checker.
//!
//! - [`programs`]: builds our programs once and says where they are.
//! - [`hosts`]: which hosts there are, and what to say when there is none.
//! - [`workdir`]: a scratch directory in which a host finds our provider and the sandbox, and
//!   nothing of the user's own.
//! - [`scene`]: one test on one host, with a sandbox of its own.
//!
//! `cargo demo` runs on the same pieces as the tests.

pub mod hosts;
pub mod programs;
pub mod scene;
pub mod workdir;

pub use hosts::Host;
pub use programs::Programs;
pub use scene::{Scene, on_each_host, on_one_host};
pub use workdir::{Run, Workdir};
