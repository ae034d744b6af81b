//! Both readers held to what a host shows, and to each other.

use std::fmt::Debug;

use anyhow::{Context, Result, ensure};
use cty::{Mark, Value};
use holdfast_shown::{Shown, compare};
use terraform_config::plan::{Change, Plan, PriorResource, ResourceChange};
use terraform_config::schema::Schemas;

use super::Made;

/// What holding a plan to its host found: no fault.
#[derive(Debug)]
pub struct Held {
    /// The plan file as it was read, with schemas.
    pub plan: Plan,
    /// Leaves that are equal, of all four comparisons.
    pub equal: usize,
    /// Those of them of which, without schemas, nobody can say whether they are numbers or strings.
    pub ambiguous: usize,
}

/// Reads both forms of a plan with and without the schemas, compares each with what the host shows,
/// and with schemas one with the other.
///
/// # Errors
/// A form cannot be read, or says something else.
pub fn held(made: &Made, schemas: &Schemas) -> Result<Held> {
    let (mut equal, mut ambiguous) = (0, 0);
    let mut compared = |form: &str, bytes: &[u8], schemas: &Schemas| -> Result<(Plan, Shown)> {
        let plan = Plan::from_bytes(bytes, schemas).context(form.to_owned())?;
        let shown = compare(&plan, &made.shown, schemas);
        ensure!(shown.faults.is_empty(), "{form}: {:#?}", shown.faults);
        equal += shown.equal;
        ambiguous += shown.ambiguous;
        Ok((plan, shown))
    };
    let none = Schemas::default();
    let json = made.text.as_bytes();
    compared("plan file, no schemas", &made.binary, &none)?;
    compared("JSON, no schemas", json, &none)?;
    let (plan, shown) = compared("plan file", &made.binary, schemas)?;
    ensure!(shown.ambiguous == 0, "with schemas every value has a type");
    let (from_json, _) = compared("JSON", json, schemas)?;
    same(&plan, &from_json)?;
    Ok(Held {
        plan,
        equal,
        ambiguous,
    })
}

/// What a plan as JSON says and the plan file says too.
fn same(plan: &Plan, json: &Plan) -> Result<()> {
    equal("dialect", &plan.dialect, &json.dialect)?;
    equal("version", &plan.host_version, &json.host_version)?;
    changes(
        "resource_changes",
        &plan.resource_changes,
        &json.resource_changes,
    )?;
    changes("resource_drift", &plan.resource_drift, &json.resource_drift)?;
    let deferred = |plan: &Plan| -> Vec<ResourceChange> {
        let all = plan.deferred_changes.iter();
        all.map(|it| it.change.clone()).collect()
    };
    changes("deferred_changes", &deferred(plan), &deferred(json))?;
    equal(
        "number of outputs",
        &plan.output_changes.len(),
        &json.output_changes.len(),
    )?;
    for output in &plan.output_changes {
        let theirs = json.output_changes.iter().find(|it| it.name == output.name);
        let theirs = theirs.with_context(|| format!("no output {}", output.name))?;
        equal("is_sensitive", &output.is_sensitive, &theirs.is_sensitive)?;
        change(&output.name, &output.change, &theirs.change)?;
    }
    prior(&plan.prior, &json.prior)
}

fn changes(list: &str, ours: &[ResourceChange], theirs: &[ResourceChange]) -> Result<()> {
    let key = |it: &ResourceChange| (it.address.clone(), it.deposed.clone());
    let mut keys: Vec<_> = ours.iter().map(key).collect();
    let mut their_keys: Vec<_> = theirs.iter().map(key).collect();
    keys.sort();
    their_keys.sort();
    equal(list, &keys, &their_keys)?;
    for one in ours {
        let other = theirs.iter().find(|other| key(other) == key(one));
        let other = other.with_context(|| format!("{list}: no {}", one.address))?;
        let place = format!("{list} {}", one.address);
        equal(&place, &one.previous_address, &other.previous_address)?;
        equal(&place, &one.provider, &other.provider)?;
        change(&place, &one.change, &other.change)?;
    }
    Ok(())
}

fn change(place: &str, ours: &Change, theirs: &Change) -> Result<()> {
    equal(place, &ours.action, &theirs.action)?;
    equal(place, &ours.is_import, &theirs.is_import)?;
    value(&format!("{place} before"), &ours.before, &theirs.before)?;
    value(&format!("{place} after"), &ours.after, &theirs.after)
}

fn prior(ours: &[PriorResource], theirs: &[PriorResource]) -> Result<()> {
    let addresses = |all: &[PriorResource]| -> Vec<String> {
        let mut all: Vec<String> = all.iter().map(|it| it.address.to_string()).collect();
        all.sort();
        all
    };
    equal("prior", &addresses(ours), &addresses(theirs))?;
    for one in ours {
        let other = theirs.iter().find(|other| other.address == one.address);
        let other = other.with_context(|| format!("prior: no {}", one.address))?;
        let place = format!("prior {}", one.address);
        equal(&place, &one.provider, &other.provider)?;
        value(&place, &one.value, &other.value)?;
    }
    Ok(())
}

fn value(place: &str, ours: &Value, theirs: &Value) -> Result<()> {
    ensure!(
        alike(ours, theirs, false),
        "{place}: {ours:?}\nin JSON: {theirs:?}"
    );
    Ok(())
}

/// JSON says nothing of what is known of unknown values, and no types where a schema says that
/// anything may stand. Inside what is sensitive marks say nothing more.
fn alike(ours: &Value, theirs: &Value, in_secret: bool) -> bool {
    if ours.marks() != theirs.marks() && !in_secret {
        return false;
    }
    let in_secret = in_secret || ours.marks().contains(&Mark::Sensitive);
    let alike = |ours, theirs| alike(ours, theirs, in_secret);
    if !ours.is_known() || !theirs.is_known() {
        return ours.is_known() == theirs.is_known();
    }
    if let (Some(ours), Some(theirs)) = (ours.elements(), theirs.elements()) {
        let both = || ours.iter().zip(theirs);
        return ours.len() == theirs.len() && both().all(|(ours, theirs)| alike(ours, theirs));
    }
    if let (Some(ours), Some(theirs)) = (ours.entries(), theirs.entries()) {
        let is_there = |(name, ours)| theirs.get(name).is_some_and(|theirs| alike(ours, theirs));
        return ours.len() == theirs.len() && ours.iter().all(is_there);
    }
    ours == theirs || (ours.is_null() && theirs.is_null())
}

fn equal<T: PartialEq + Debug>(place: &str, ours: &T, theirs: &T) -> Result<()> {
    ensure!(ours == theirs, "{place}: {ours:?}\nin JSON: {theirs:?}");
    Ok(())
}
