//! Plan files as `terraform plan -out` and `tofu plan -out` write them.
//!
//! ```text
//! members -> message -> changes -> values
//!         -> sources, state, host
//! ```
//! - `message`: the plan's own fields. - `changes`: what happens to resources and outputs.
//! - `values`: MessagePack to values, with the types of schemas where there are any.
//! - `sensitive`: which parts of a value must not be printed.
//! - `sources`: the configuration. - `state`: the state before. - `host`: who wrote the plan.

mod changes;
mod host;
mod message;
mod sensitive;
mod sources;
mod state;
mod values;

use super::{Plan, PlanError, archive};
use crate::schema::Schemas;

use values::Values;

/// Where the plan's own message is.
const TFPLAN: &str = "tfplan";

impl Plan {
    /// Reads a plan file. Values of types that `schemas` knows have the types that it says.
    pub fn from_binary(bytes: &[u8], schemas: &Schemas) -> Result<Self, PlanError> {
        let members = archive::members(bytes)?;
        let tfplan = members.get(TFPLAN).ok_or(PlanError::Missing(TFPLAN))?;
        let mut values = Values::new(schemas);
        let (mut plan, hints) = message::read(tfplan, &mut values)?;
        plan.sources = Some(sources::read(&members)?);
        if let Some(tfstate) = members.get("tfstate") {
            plan.prior = state::read(tfstate, &mut values)?;
        }
        plan.dialect = host::dialect(&members, &hints);
        plan.completeness = host::completeness(&plan, &hints);
        Ok(plan)
    }
}
