//! Plans: what `terraform plan` or `tofu plan` found and decided.
//!
//! ```text
//! archive -> protobuf -> binary -+
//!                                +-> Plan -> evaluate_plan -> instances
//! json --------------------------+
//! ```
//! - [`evaluate_plan`]: a plan to instances. - `place`: whether its files lie beside it. - `values`:
//!   its values alone.
//! - `archive`: the zip around a plan file, within limits. - `protobuf`: the wire format.
//! - `binary`: what is in them. - `number`: numbers that a plan file writes as text.
//! - `json`: what `show -json` prints. - `later`: values that are read when somebody asks.
//! - `address`: addresses as plans write them. - `sniff`: whether a file looks like a plan.

mod address;
mod archive;
mod binary;
mod error;
mod evaluate;
mod json;
mod later;
mod number;
mod place;
mod protobuf;
mod sniff;
pub(crate) mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use cty::{Path, Value};

pub use address::AddressError;
pub use error::PlanError;
pub use evaluate::{PlanRequest, evaluate_plan};
pub use later::Later;
pub use number::NumberOrString;
pub use sniff::looks_like_plan;

use crate::inputs::Dialect;
use crate::instance::Address;
use crate::schema::Schemas;

/// A plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which of the two hosts made it.
    pub dialect: Dialect,
    /// The host's version: `1.15.9`.
    pub host_version: Arc<str>,
    /// Whether applying it would make everything as configured.
    pub completeness: Completeness,
    /// What happens to every instance, unchanged ones included.
    pub resource_changes: Vec<ResourceChange>,
    /// What others changed since the last apply.
    pub resource_drift: Vec<ResourceChange>,
    /// Changes that the host could not plan yet (Terraform only).
    pub deferred_changes: Vec<DeferredChange>,
    /// What happens to the outputs of the root module.
    pub output_changes: Vec<OutputChange>,
    /// Variables of the root module that were set from outside, as they were given.
    pub variables: BTreeMap<Arc<str>, Value>,
    /// Where the state is kept.
    pub backend: Option<Backend>,
    /// What the state held when it was planned, refreshed: data sources that were read are here.
    pub prior: Vec<PriorResource>,
    /// The sources of every module, from a binary plan.
    pub sources: Option<Sources>,
    /// The document, if it was read from JSON.
    pub(crate) document: Option<Arc<json::Document>>,
}

impl Plan {
    /// Reads a plan in either form: a plan file, or what `show -json` prints of one. Values of
    /// types that `schemas` knows have the types that it says.
    pub fn from_bytes(bytes: &[u8], schemas: &Schemas) -> Result<Self, PlanError> {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match text.trim_ascii_start() {
            [b'{', ..] => Self::from_json(bytes, schemas),
            _ => Self::from_binary(bytes, schemas),
        }
    }
}

/// The configuration that was planned, as a plan file carries it.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Every module that is called, and the root.
    pub modules: Vec<SourceModule>,
}

/// The files of one module.
#[derive(Clone, Debug)]
pub struct SourceModule {
    /// Names of the calls, outermost first, joined by dots; empty for the root.
    pub key: Arc<str>,
    /// Where it was read from, relative to the root module's directory: `.`, `modules/pool`,
    /// `.terraform/modules/vpc`. Never to be opened: the files are here.
    pub directory: Arc<str>,
    /// By file name, which holds no separator.
    pub files: BTreeMap<Arc<str>, Arc<[u8]>>,
}

/// An object of the state.
#[derive(Clone, Debug)]
pub struct PriorResource {
    /// The instance.
    pub address: Address,
    /// The provider's source: `registry.terraform.io/hashicorp/aws`.
    pub provider: Arc<str>,
    /// Its attributes, sensitive ones marked.
    pub value: Later,
}

/// Whether a plan covers everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Completeness {
    /// It does.
    Complete,
    /// Something is left out: `-target`, `-exclude`, deferred changes.
    Partial,
    /// Planning ended in errors.
    Errored,
}

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// It is made.
    Create,
    /// A data source is read during apply.
    Read,
    /// It is changed in place.
    Update,
    /// It is destroyed.
    Delete,
    /// It is replaced: destroyed first.
    DeleteThenCreate,
    /// It is replaced: made first.
    CreateThenDelete,
    /// The state forgets it; the object stays.
    Forget,
    /// It is replaced, and the state forgets the old object, which stays (Terraform).
    CreateThenForget,
    /// The same in the other order (OpenTofu).
    ForgetThenCreate,
}

/// Before and after.
#[derive(Clone, Debug)]
pub struct Change {
    /// What happens.
    pub action: Action,
    /// Null where nothing was. What is sensitive is marked.
    pub before: Later,
    /// Null where nothing will be. What is known after apply only is unknown, and what is
    /// sensitive is marked.
    pub after: Later,
    /// True if an object that exists is taken into the state first.
    pub is_import: bool,
}

/// What happens to one resource instance.
#[derive(Clone, Debug)]
pub struct ResourceChange {
    /// The instance.
    pub address: Address,
    /// What it was called in the state, if that was something else.
    pub previous_address: Option<Address>,
    /// Set for an old object that could not be destroyed when it was replaced.
    pub deposed: Option<Arc<str>>,
    /// The provider's source: `registry.terraform.io/hashicorp/aws`.
    pub provider: Arc<str>,
    /// Before and after. Values of a type that no schema is known of have the types that the plan
    /// shows: no list is told from a set, no map from an object, and a number may be a string
    /// ([`NumberOrString`]).
    pub change: Change,
    /// Attributes whose change makes a replacement necessary.
    pub required_replace: Vec<Path>,
}

impl ResourceChange {
    /// True if there is an object at this address after the apply.
    pub fn is_there(&self) -> bool {
        self.deposed.is_none() && !matches!(self.change.action, Action::Delete | Action::Forget)
    }
}

/// A change that could not be planned.
#[derive(Clone, Debug)]
pub struct DeferredChange {
    /// Why.
    pub reason: DeferredReason,
    /// As far as it is known.
    pub change: ResourceChange,
}

/// Why a change could not be planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeferredReason {
    /// `count` or `for_each` is unknown.
    InstanceCountUnknown,
    /// The provider wants to know the configuration first.
    ResourceConfigUnknown,
    /// The provider's own configuration is unknown.
    ProviderConfigUnknown,
    /// The provider says that something is not there yet.
    AbsentPrerequisite,
    /// It depends on a change that is deferred.
    DeferredPrerequisite,
    /// A reason of a later host.
    Other,
}

/// What happens to an output of the root module.
#[derive(Clone, Debug)]
pub struct OutputChange {
    /// Its name.
    pub name: Arc<str>,
    /// Before and after.
    pub change: Change,
    /// True if it is declared sensitive.
    pub is_sensitive: bool,
}

/// Where the state is kept.
#[derive(Clone, Debug)]
pub struct Backend {
    /// `s3`.
    pub kind: Arc<str>,
    /// Its arguments.
    pub config: Value,
    /// The workspace that was planned.
    pub workspace: Arc<str>,
}
