//! YAML as Terraform reads and writes it (go-cty-yaml, a descendant of libyaml).
//!
//! - `decode`: documents to values; anchors, aliases and merge keys, all bounded.
//! - `scalar`: what a plain scalar means: YAML 1.1's `yes` and `on` are true, a date is a time.
//! - `encode`: values to documents, byte for byte as Terraform writes them.

pub(super) mod decode;
pub(super) mod encode;
mod scalar;
