//! Runs of the whole program, in-process: command line in, text and exit code out.
//!
//! - `plans`: configurations that the real provider planned, with their verdicts.
//! - `plan_verdicts`: their plans, whichever way they come. - `plan_files`: plans on the command line.
//! - `secrets`: what is sensitive is never shown.
//! - `idioms`: the ways in which people write clusters, each with a spot and a clean variant.
//! - `clusters`: `examples/clusters`, as the demo shows them.
//! - `doubtful`: what may not be there, and what looks like something else.
//! - `gates`: what a boolean variable switches off by default.
//! - `monorepo`: many root modules at once.
//! - `process`: the program as a process.
//! - `usage`: bad input, flags, formats, exit codes.
//! - `vocabulary`: what is read of Rancher's resources, by the schema.

mod clusters;
mod doubtful;
mod gates;
mod idioms;
mod monorepo;
mod plan_files;
mod plan_verdicts;
mod plans;
mod process;
mod secrets;
mod support;
mod usage;
mod vocabulary;
