//! Reads and evaluates Terraform configurations, without running them.
//!
//! ```text
//! discover -> syntax -> load -> eval -> instances
//! ```
//! - [`discover()`]: root modules under the paths a user names.
//! - [`evaluate`]: one root module, and the modules it calls, to [`Evaluated`]; [`behind_gates`]:
//!   the same with a switch turned.
//! - [`plan`]: what `terraform plan` found and decided.
//! - [`syntax`]: text to trees. - [`functions`]: Terraform's built-in functions.
//! - [`source`]: files and places in them.
//! - [`instance`]: the product. - [`schema`]: what providers say of their resources.
//! - [`threads`]: many roots at a time.
//! - [`why`]: why a value is unknown, and which resources a value came from.
//!
//! ```no_run
//! use terraform_config::{Cache, DiscoverOptions, Inputs, discover, evaluate};
//!
//! let cache = Cache::default();
//! for root in discover(&[], &DiscoverOptions::default(), &cache).roots {
//!     for instance in evaluate(&root, &Inputs::default(), &cache).instances {
//!         println!("{}", instance.address);
//!     }
//! }
//! ```
//!
//! What the language leaves to providers is not known here: an attribute that the configuration
//! does not write is *unset*, whatever the provider makes of it, and one that it writes keeps the
//! type it was written with unless a schema of its provider is at hand ([`schema::Schemas`]).

mod cache;
mod discover;
mod disk;
mod eval;
pub mod functions;
mod inputs;
pub mod instance;
mod load;
mod paths;
mod places;
pub mod plan;
mod problem;
pub mod schema;
mod similar;
pub mod source;
pub mod syntax;
pub mod threads;
pub mod why;

pub use cache::Cache;
pub use discover::{DiscoverOptions, Discovery, RootDir, discover};
pub use eval::{Behind, Evaluated, Gate, Module, ModuleSource, behind_gates, evaluate};
pub use inputs::{Dialect, Inputs, MissingModules, VarInput};
pub use problem::{Problem, ProblemKind};
pub use source::{Origin, Position, SourceFile};
