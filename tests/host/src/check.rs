//! What core checks in an object that a provider answers with. Pure functions over values, written
//! from section 4 of the plugin protocol and not from the crate `tfplugin`, whose own checks they
//! are a second opinion of.
//!
//! - [`plan`]: `AssertPlanValid`: a plan against configuration and prior state.
//! - [`result`]: `AssertObjectCompatible`: what came of a plan, or a second plan, against it.
//! - [`stored`]: what goes into a state: wholly known, write-only values null.

mod plan;
mod result;

use cty::{Path, PathStep, Value};

use crate::rule::{Fault, Rule};
use crate::schema::{Attributes, Block, Shape};

pub use plan::plan;
pub use result::{Purpose, result};

/// Checks an object that is to be stored.
pub fn stored(block: &Block, object: &Value) -> Vec<Fault> {
    let mut found = write_only(block, object);
    object.walk(&mut |path, part| {
        if !part.is_known() {
            found.push(fault(Rule::LeftUnknown, path, "this is still unknown"));
        }
        true
    });
    found
}

/// Checks that no write-only value is shown.
pub fn write_only(block: &Block, object: &Value) -> Vec<Fault> {
    let mut found = Vec::new();
    hidden_in_block(block, object, &mut Path::ROOT.clone(), &mut found);
    found
}

fn hidden_in_block(block: &Block, object: &Value, path: &mut Path, found: &mut Vec<Fault>) {
    hidden_in(&block.attributes, object, path, found);
    for (name, nested) in &block.blocks {
        let Some(value) = object.attribute(name) else {
            continue;
        };
        path.push(PathStep::Attribute(name.clone()));
        each(value, path, |instance, path| {
            hidden_in_block(&nested.block, instance, path, found);
        });
        path.pop();
    }
}

fn hidden_in(attributes: &Attributes, object: &Value, path: &mut Path, found: &mut Vec<Fault>) {
    for (name, attribute) in attributes {
        let Some(value) = object.attribute(name) else {
            continue;
        };
        path.push(PathStep::Attribute(name.clone()));
        if attribute.write_only && !value.is_null() {
            found.push(fault(Rule::WriteOnly, path, "a write-only value is shown"));
        }
        if let Shape::Nested(_, inner) = &attribute.shape {
            each(value, path, |instance, path| {
                hidden_in(inner, instance, path, found);
            });
        }
        path.pop();
    }
}

/// The object itself, or each object in a collection of them.
fn each(value: &Value, path: &mut Path, mut visit: impl FnMut(&Value, &mut Path)) {
    if matches!(value.data(), cty::Data::Object(_)) {
        return visit(value, path);
    }
    for (step, instance) in value.steps() {
        path.push(step);
        visit(instance, path);
        path.pop();
    }
}

fn fault(rule: Rule, at: &Path, detail: impl Into<String>) -> Fault {
    Fault {
        rule,
        at: at.clone(),
        detail: detail.into(),
    }
}

/// The same value without what is said of its unknown parts: equality modulo refinements.
fn plain(value: &Value) -> Value {
    value.clone().map_leaves(&mut |leaf| match leaf.is_known() {
        true => leaf,
        false => Value::unknown(leaf.ty()),
    })
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || plain(a) == plain(b)
}

/// A value for a message.
fn shown(value: &Value, sensitive: bool) -> String {
    match sensitive {
        true => "(sensitive)".to_owned(),
        false => format!("{value:?}"),
    }
}
