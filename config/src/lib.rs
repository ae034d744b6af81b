//! Reads and evaluates Terraform configurations, without running them.
//!
//! ```text
//! discover -> syntax -> load -> eval -> instances
//! ```
//! - [`discover()`]: root modules under the paths a user names.
//! - [`evaluate`]: one root module, and the modules it calls, to [`Evaluated`].
//! - [`functions`]: Terraform's built-in functions.
//! - [`source`]: files and places in them.
//! - [`instance`]: the product.
//! - [`why`]: why a value is unknown, and which resources a value came from.

mod cache;
mod discover;
mod eval;
pub mod functions;
mod inputs;
pub mod instance;
mod load;
mod paths;
mod problem;
pub mod source;
pub mod syntax;
pub mod why;

pub use cache::Cache;
pub use discover::{DiscoverOptions, Discovery, RootDir, discover};
pub use eval::{Evaluated, Module, ModuleSource, evaluate};
pub use inputs::{Dialect, Inputs, MissingModules, VarInput};
pub use problem::{Problem, ProblemKind};
pub use source::{Origin, Position, SourceFile};
