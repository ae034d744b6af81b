//! Every AWS call of every resource fails in every way, and nothing is orphaned, duplicated or
//! forgotten.
//!
//! - [`scene`]: what the matrix has to know of a resource; `scenes`: a file for each.
//! - [`cell`]: one operation in which one call goes wrong in one way.
//! - [`life`]: one resource from an empty sandbox to its destroy, under the host in Rust.
//! - `difference`: how what is left differs from what should be.
//! - [`matrix`]: finds the calls by running each operation once, and plays all cells or a sample.
//! - [`report`]: what came of them, as a table.
//! - [`pace`]: the pace of the program `holdfast-hurried`, the provider that is played with: the
//!   shipped code, with pauses that need not be waited for.
//!
//! `cargo prove faults` plays all of it; the tests of this crate play a sample, and one cell for
//! each fault and operation through a real host.

pub mod cell;
mod difference;
pub mod life;
pub mod matrix;
pub mod pace;
pub mod report;
pub mod scene;
mod scenes;

/// The program that serves the provider at the matrix's pace.
pub const PROGRAM: &str = "holdfast-hurried";
