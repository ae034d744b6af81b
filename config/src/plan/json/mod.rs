//! Plans as JSON: what `terraform show -json` prints of a plan.
//!
//! The document is gone through once. What happens to which instance is taken from it at once;
//! values stay where they are until somebody asks ([`super::Later`]), and most are never read.
//!
//! - `read`: the document to a plan. - `other`: what a document is that is no plan.
//! - `document`: the text, kept as long as values of it may be asked for. - `value`: one value.
//! - `configuration`: what was planned, as far as the document says it.

mod configuration;
mod document;
mod other;
mod read;
mod stream;
mod value;

pub(super) use document::{Document, Passage};
