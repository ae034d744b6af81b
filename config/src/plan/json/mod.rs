//! Plans as JSON: what `terraform show -json` prints of a plan.
//!
//! The document is gone through once. What happens to which instance is taken from it at once;
//! values stay where they are until somebody asks ([`super::Later`]), and most are never read.
//!
//! - `read`: the document to a plan. - `other`: what a document is that is no plan.
//! - `document`: the text, kept as long as values of it may be asked for. - `value`: one value.
//! - `instances`: the plan alone to instances. - `body`: one block of them.
//! - `configuration`: what was planned, as far as the document says it. - `reference`: what an
//!   expression refers to. - `links`: through modules to resources. - `there`: the instances that
//!   there are. - `explain`: all that as marks on values.

mod body;
mod configuration;
mod document;
mod explain;
mod instances;
mod links;
mod other;
mod read;
mod reference;
mod stream;
mod there;
mod value;

pub(crate) use document::Document;
pub(super) use document::Passage;
pub(super) use instances::instances;
