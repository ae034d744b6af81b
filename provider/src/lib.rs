//! The Holdfast provider: manages what backs clusters up, and loses track of nothing.
//!
//! - [`settings`]: the `provider` block.
//! - [`provider`]: from settings to a [`client::Client`], and the list of resources.
//! - [`resources`]: one file per resource, one word in the list.
//! - [`creation`]: how a create that was cut short is found again.
//! - [`lifecycle`]: the rules of a bucket, read and written as one document by many resources.
//! - [`tags`]: tags of a resource, of the provider, and ours.

pub mod client;
pub mod creation;
pub mod lifecycle;
pub mod provider;
pub mod resources;
pub mod settings;
pub mod tags;

pub use provider::{Holdfast, Pace};
