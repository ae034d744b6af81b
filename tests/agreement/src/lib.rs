//! Holds the evaluator to what real hosts plan.
//!
//! A generator writes configurations in every way that people tie clusters together, real hosts
//! plan them with stub providers, and what [`terraform_config::evaluate`] says of the same files is
//! compared with the plan, path by path.
//!
//! - `random`: choices. - `kind`, `expr`, `grammar`, `express`: expressions of a kind.
//! - `hoist`, `yaml`: values put into locals, variables, files, templates, modules.
//! - `vocabulary`, `fill`: resources as the schemas allow them. - `dues`: what no case may forget. - `idioms`: how they are tied.
//! - `scope`, `code`, `case`, `root`: modules, files, roots.
//! - `host`: what a host plans. - `compare`: where the two differ. - `tally`: what was counted.
//! - `plans`: plan files of all kinds, read by us.
//! - `read_back`: plans of what was generated, read by us.
//! - `proof`: all of it. - `shrink`: a case cut down to what disagrees.

pub mod case;
mod code;
pub mod compare;
mod dues;
mod expr;
mod express;
mod fill;
mod grammar;
mod hoist;
pub mod host;
mod idioms;
mod kind;
pub mod plans;
pub mod proof;
mod random;
pub mod read_back;
pub mod root;
mod scope;
pub mod shrink;
pub mod tally;
mod vocabulary;
mod yaml;
