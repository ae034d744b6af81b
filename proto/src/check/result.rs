//! Core's `AssertObjectCompatible`.

use cty::{Data, Path, PathStep, Refinement, Value};

use super::{Fault, length, shown};
use crate::schema::{Block, Nesting, Shape};
use crate::walk::Fields;

/// What core would refuse in an object after apply.
pub(crate) fn result_faults(block: &Block, planned: &Value, actual: &Value) -> Vec<Fault> {
    let mut check = Check { faults: Vec::new() };
    check.object(block.fields(), planned, actual, &Path::ROOT);
    check.faults
}

struct Check {
    faults: Vec<Fault>,
}

impl Check {
    fn fault(&mut self, at: &Path, problem: impl Into<String>) {
        self.faults.push(Fault {
            at: at.clone(),
            problem: problem.into(),
        });
    }

    fn object(&mut self, fields: Fields<'_>, planned: &Value, actual: &Value, at: &Path) {
        match (planned.is_null(), actual.is_null()) {
            (true, false) => return self.fault(at, "was absent, but now present"),
            (false, true) => return self.fault(at, "was present, but now absent"),
            (true, true) => return,
            (false, false) => {}
        }
        for attribute in fields.attributes {
            let name = &attribute.name;
            let at = at.join(PathStep::Attribute(name.clone()));
            match (planned.attribute(name), actual.attribute(name)) {
                (Some(planned), Some(actual)) => {
                    self.attribute(&attribute.shape, attribute.sensitive, planned, actual, &at);
                }
                _ => self.fault(&at, "missing from the object"),
            }
        }
        for nested in fields.blocks {
            let name = &nested.name;
            let at = at.join(PathStep::Attribute(name.clone()));
            match (planned.attribute(name), actual.attribute(name)) {
                (Some(planned), Some(actual)) => {
                    let fields = nested.block.fields();
                    self.elements(nested.nesting, fields, planned, actual, &at);
                }
                _ => self.fault(&at, "missing from the object"),
            }
        }
    }

    fn attribute(
        &mut self,
        shape: &Shape,
        sensitive: bool,
        planned: &Value,
        actual: &Value,
        at: &Path,
    ) {
        match shape.nested() {
            Some((nesting, fields)) if !planned.is_null() && !actual.is_null() => {
                self.elements(nesting, fields, planned, actual, at);
            }
            _ => self.value(sensitive, planned, actual, at),
        }
    }

    fn elements(
        &mut self,
        nesting: Nesting,
        fields: Fields<'_>,
        planned: &Value,
        actual: &Value,
        at: &Path,
    ) {
        if !planned.is_known() || !actual.is_known() {
            return;
        }
        if nesting == Nesting::Single {
            return self.object(fields, planned, actual, at);
        }
        if nesting == Nesting::Set {
            let alike = |planned: &Value, actual: &Value| {
                let mut check = Self { faults: Vec::new() };
                check.object(fields, planned, actual, at);
                check.faults.is_empty()
            };
            return self.set(planned, actual, at, &alike);
        }
        let (now, then) = (length(actual), length(planned));
        if now != then {
            return self.fault(at, format!("count changed from {then} to {now}"));
        }
        for (step, planned) in planned.steps() {
            let here = Path::from(vec![step.clone()]);
            let inside = at.join(step);
            match actual.at(&here) {
                Some(actual) => self.object(fields, planned, actual, &inside),
                None => self.fault(&inside, "vanished"),
            }
        }
    }

    fn value(&mut self, sensitive: bool, planned: &Value, actual: &Value, at: &Path) {
        if let Data::Unknown(_, refinement) = planned.data() {
            if let Some(refinement) = refinement
                && actual.is_known()
                && !keeps(refinement, actual)
            {
                let actual = shown(actual, sensitive);
                self.fault(at, format!("{actual} breaks what the plan said of it"));
            }
            return;
        }
        if planned == actual || !actual.is_known() {
            return;
        }
        match (planned.data(), actual.data()) {
            (Data::Object(_), Data::Object(_))
            | (Data::Map(..), Data::Map(..))
            | (Data::List(..), Data::List(..))
            | (Data::Tuple(_), Data::Tuple(_))
                if length(planned) == length(actual) =>
            {
                for (step, planned) in planned.steps() {
                    let here = Path::from(vec![step.clone()]);
                    let inside = at.join(step);
                    match actual.at(&here) {
                        Some(actual) => self.value(sensitive, planned, actual, &inside),
                        None => self.fault(&inside, "vanished"),
                    }
                }
            }
            (Data::Set(..), Data::Set(..)) => {
                let alike = |planned: &Value, actual: &Value| {
                    let mut check = Self { faults: Vec::new() };
                    check.value(sensitive, planned, actual, at);
                    check.faults.is_empty()
                };
                self.set(planned, actual, at, &alike);
            }
            _ if sensitive => self.fault(at, "the sensitive value is not the planned one"),
            _ => {
                let [then, now] = [planned, actual].map(|value| shown(value, false));
                self.fault(at, format!("was {then}, but now {now}"));
            }
        }
    }

    /// Every element planned must be there and none beyond them; several may have become one.
    fn set(
        &mut self,
        planned: &Value,
        actual: &Value,
        at: &Path,
        alike: &dyn Fn(&Value, &Value) -> bool,
    ) {
        let planned = planned.elements().unwrap_or_default();
        let actual = actual.elements().unwrap_or_default();
        if !planned.iter().all(|p| actual.iter().any(|a| alike(p, a))) {
            self.fault(at, "a planned element is missing from the set");
        }
        if !actual.iter().all(|a| planned.iter().any(|p| alike(p, a))) {
            self.fault(at, "the set has an element that was not planned");
        }
        if actual.len() > planned.len() {
            let (then, now) = (planned.len(), actual.len());
            self.fault(at, format!("the set grew from {then} to {now}"));
        }
    }
}

/// True if the value is what a refinement promised.
fn keeps(refinement: &Refinement, value: &Value) -> bool {
    if value.is_null() {
        return !refinement.not_null;
    }
    let prefix = match (&refinement.prefix, value.as_str()) {
        (Some(prefix), Some(text)) => text.starts_with(&**prefix),
        _ => true,
    };
    let bounds = value.as_number().is_none_or(|number| {
        let above = refinement
            .lower
            .as_ref()
            .is_none_or(|(bound, inclusive)| number > bound || *inclusive && number == bound);
        let below = refinement
            .upper
            .as_ref()
            .is_none_or(|(bound, inclusive)| number < bound || *inclusive && number == bound);
        above && below
    });
    let count = length(value) as u64;
    let is_collection = value.elements().is_some() || value.entries().is_some();
    let size = !is_collection
        || refinement.min_length.is_none_or(|min| count >= min)
            && refinement.max_length.is_none_or(|max| count <= max);
    prefix && bounds && size
}
