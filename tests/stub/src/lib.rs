//! A provider for any schema: other people's Terraform code is planned and applied offline.
//!
//! It serves what `terraform providers schema -json` printed of a provider, under that provider's
//! address, and touches nothing:
//!
//! - plan: the configuration is passed through; computed values without one are unknown for a new
//!   object and keep the state's value (unless that is null) for an existing one. Nothing is ever
//!   replaced: schemas do not say which changes do that.
//! - apply: what is unknown gets a value of its type, made from the kind of object, the path and
//!   the known values ([`fill`]). The same object gets the same values on every machine, and two
//!   objects that are configured alike get the same id.
//! - read: the state is right, unless `HOLDFAST_STUB_DRIFT=attribute=text` says what somebody
//!   changed by hand. Import: `id` is set, the rest is null. Delete: fails if
//!   `HOLDFAST_STUB_STUCK` is set.
//! - data sources: computed values are filled like those of an apply.
//!
//! Validators, defaults and other behaviour of the real provider are not in its schema. Also not
//! served: provider functions, ephemeral resources, list resources, actions, identities; a
//! write-only attribute is an ordinary optional one.
//!
//! ```no_run
//! # let (dir, program, schemas) = (std::path::Path::new(""), std::path::Path::new(""), "");
//! let mut mirror = holdfast_stub::Mirror::new(dir, program)?;
//! mirror.add("rancher/rancher2", "14.1.1", schemas)?;
//! // then: TF_CLI_CONFIG_FILE=<mirror.cli_configuration()> terraform plan
//! # Ok::<(), holdfast_stub::MirrorError>(())
//! ```
//!
//! - `source`: provider addresses;
//! - `schemas`: the JSON and what it becomes;
//! - `values`: what values are made from;
//! - `provider`: the operations;
//! - `mirror`: where hosts find it.

mod mirror;
mod provider;
mod schemas;
mod source;
mod values;

pub use mirror::{Mirror, MirrorError, SCHEMA_FILE};
pub use provider::Stub;
pub use schemas::{SchemaError, Schemas};
pub use source::{Source, SourceError};
pub use values::fill;
