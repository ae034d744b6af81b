//! Terraform's JSON notation.
//!
//! - `read`, `strings`: text to JSON values that know where they stand. - `config`: such values to
//!   the tree.

mod config;
mod read;
mod strings;

pub(super) use config::{parse_config, parse_values};
