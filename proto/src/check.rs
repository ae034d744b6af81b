//! What Terraform core enforces on a provider's answers, so that an author sees a fault first.
//!
//! - `plan`: a plan against configuration and state (core's `AssertPlanValid`);
//! - `result`: the object after apply against the plan (core's `AssertObjectCompatible`);
//! - here: what holds for every object, and how values are shown.
//!
//! The service runs these in debug builds; a fault becomes an error with core's own title.

mod plan;
mod result;

use std::fmt;

use cty::{Data, Path, Type, Value};

use crate::diagnostic::Diagnostics;

pub(crate) use plan::plan_faults;
pub(crate) use result::result_faults;

/// A rule of core that an answer breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: Path,
    pub(crate) problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.at.is_root() {
            write!(f, "{}: ", self.at)?;
        }
        f.write_str(&self.problem)
    }
}

/// Says that the provider made a mistake.
pub(crate) fn report(title: &str, faults: Vec<Fault>, diagnostics: &mut Diagnostics) {
    for fault in faults {
        let detail = format!(
            "{fault}.\n\nTerraform accepts no such answer. This is a bug in the provider; \
             please report it."
        );
        diagnostics.error(fault.at, title, detail);
    }
}

/// The unknown parts of a value that must have none.
pub(crate) fn unknown_faults(value: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    value.walk(&mut |path, value| {
        if !value.is_known() {
            let problem = "still unknown where every value must be known".to_owned();
            let at = path.clone();
            faults.push(Fault { at, problem });
        }
        value.is_known()
    });
    faults
}

/// The value with null for everything unknown, as core stores it.
pub(crate) fn without_unknowns(value: Value) -> Value {
    value.map_leaves(&mut |leaf| match leaf.data() {
        Data::Unknown(ty, _) => Value::null(ty.clone()),
        _ => leaf,
    })
}

/// True if the two are the same value, whatever is known of their unknown parts.
fn same(a: &Value, b: &Value) -> bool {
    match (a.data(), b.data()) {
        (Data::Unknown(a, _), Data::Unknown(b, _)) => a == b,
        (Data::Object(a), Data::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b.iter())
                    .all(|((a_name, a), (b_name, b))| a_name == b_name && same(a, b))
        }
        (Data::Map(a_type, a), Data::Map(b_type, b)) => {
            a_type == b_type
                && a.len() == b.len()
                && a.iter()
                    .zip(b.iter())
                    .all(|((a_key, a), (b_key, b))| a_key == b_key && same(a, b))
        }
        (Data::List(a_type, a), Data::List(b_type, b))
        | (Data::Set(a_type, a), Data::Set(b_type, b)) => a_type == b_type && same_all(a, b),
        (Data::Tuple(a), Data::Tuple(b)) => same_all(a, b),
        _ => a == b,
    }
}

fn same_all(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

/// A value in a few words.
fn shown(value: &Value, sensitive: bool) -> String {
    match value.data() {
        Data::Null(_) => "null".to_owned(),
        Data::Unknown(..) => "an unknown value".to_owned(),
        _ if sensitive => "a sensitive value".to_owned(),
        Data::Bool(b) => b.to_string(),
        Data::Number(n) => n.to_string(),
        Data::String(s) => format!("{s:?}"),
        Data::List(_, elements) => format!("a list of {}", elements.len()),
        Data::Set(_, elements) => format!("a set of {}", elements.len()),
        Data::Tuple(elements) => format!("a tuple of {}", elements.len()),
        Data::Map(_, entries) => format!("a map of {}", entries.len()),
        Data::Object(_) => "an object".to_owned(),
    }
}

fn length(value: &Value) -> usize {
    match (value.elements(), value.entries()) {
        (Some(elements), _) => elements.len(),
        (None, Some(entries)) => entries.len(),
        (None, None) => 0,
    }
}

/// A null for the state of what was not there.
fn absent() -> Value {
    Value::null(Type::Dynamic)
}

#[cfg(test)]
mod tests;
