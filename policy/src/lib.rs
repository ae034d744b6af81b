//! Rejects clusters that would lose their data, from the Terraform code that builds them.
//!
//! ```text
//! paths -> configurations, plans -> instances (terraform-config) -> estate -> rules -> findings -> report
//! ```
//! - [`cli`]: the command line; [`cli::run`] is the whole program, in-process.
//! - [`named`]: what the paths name. - [`check`]: the pipeline.
//! - [`estate`]: what a configuration builds, as rules see it.
//! - [`rule`], [`rules`]: how a rule is declared, and all of them.
//! - [`finding`]: what a rule answers.
//! - [`engine`]: runs rules over an estate.
//! - [`report`]: one file per format; [`place`] and [`paths`]: what they point at.

pub mod check;
pub mod cli;
pub mod engine;
pub mod estate;
pub mod finding;
pub mod named;
pub mod paths;
pub mod place;
pub mod report;
pub mod rule;
pub mod rules;
#[cfg(test)]
mod testing;
