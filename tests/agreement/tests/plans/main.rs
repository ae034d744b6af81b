//! Plan files that real hosts make, of every kind, read by us: what they say equals `show -json`.
//!
//! - `boxes`: values of every type, drift, imports and deposed objects, with a stub.
//! - `checked`: the checker on clusters and their plans.
//! - `generated`: generated configurations.
//! - `kinds`: every kind of change, with the resource that hosts bring themselves.
//! - `own`: drift, with our own provider.
//! - `stubs`: every kind of change, with stubs.

mod boxes;
mod checked;
mod generated;
mod kinds;
mod own;
mod stubs;

use anyhow::{Context, Result, ensure};
use holdfast_agreement::plans::{Held, Made, held};
use terraform_config::plan::{Action, Plan};
use terraform_config::schema::Schemas;

/// Holds a plan, and looks for what it must have in it: addresses and what happens to them.
fn holds(name: &str, made: &Made, schemas: &Schemas, wanted: &[(&str, Action)]) -> Result<Held> {
    let held = held(made, schemas).with_context(|| format!("plan {name:?}"))?;
    for (address, action) in wanted {
        let found = actions(&held.plan, address);
        ensure!(
            found.contains(action),
            "plan {name:?}: {address} is to {action:?}, and is {found:?}"
        );
    }
    println!(
        "{name}: {} leaves are equal, {} of them numbers or strings",
        held.equal, held.ambiguous
    );
    Ok(held)
}

/// What happens to the objects of an address.
fn actions(plan: &Plan, address: &str) -> Vec<Action> {
    let changes = plan.resource_changes.iter();
    let changes = changes.filter(|change| change.address.to_string() == address);
    changes.map(|change| change.change.action).collect()
}
