//! Reads and evaluates Terraform configurations, without running them.
//!
//! ```text
//! discover -> syntax -> eval -> instances
//! ```
//! - [`source`]: files and places in them.
//! - [`instance`]: the product.
//! - [`why`]: why a value is unknown, and which resources a value came from.

pub mod instance;
pub mod source;
pub mod why;

pub use source::{Origin, Position, SourceFile};
