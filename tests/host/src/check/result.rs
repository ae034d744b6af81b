//! What came of a plan.

use cty::{Data, Path, PathStep, Refinement, Value};

use super::{fault, shown};
use crate::rule::{Fault, Rule};
use crate::schema::{Block, NestedBlock, Nesting};

/// What the plan is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The object after the apply.
    Applied,
    /// The plan at apply, with more values known.
    Replanned,
}

/// Checks that `actual` is one of the objects that `planned` allows.
pub fn result(block: &Block, planned: &Value, actual: &Value, purpose: Purpose) -> Vec<Fault> {
    let mut check = Check {
        path: Path::ROOT,
        found: Vec::new(),
        sensitive: false,
    };
    check.block(block, planned, actual);
    if purpose == Purpose::Replanned {
        for fault in &mut check.found {
            fault.rule = Rule::FinalValue;
        }
    }
    check.found
}

struct Check {
    path: Path,
    found: Vec<Fault>,
    sensitive: bool,
}

impl Check {
    fn say(&mut self, rule: Rule, detail: impl Into<String>) {
        self.found.push(fault(rule, &self.path, detail));
    }

    fn changed(&mut self, planned: &Value, actual: &Value) {
        let (was, is) = (
            shown(planned, self.sensitive),
            shown(actual, self.sensitive),
        );
        self.say(Rule::ResultValue, format!("was {was}, but now {is}"));
    }

    fn within(&mut self, step: PathStep, check: impl FnOnce(&mut Self)) {
        self.path.push(step);
        check(self);
        self.path.pop();
    }

    /// Whether nothing is wrong between two elements of a set.
    fn agrees(&self, check: impl FnOnce(&mut Self)) -> bool {
        let mut apart = Self {
            path: self.path.clone(),
            found: Vec::new(),
            sensitive: self.sensitive,
        };
        check(&mut apart);
        apart.found.is_empty()
    }

    fn block(&mut self, block: &Block, planned: &Value, actual: &Value) {
        if planned.is_null() || actual.is_null() {
            if planned.is_null() != actual.is_null() {
                self.say(Rule::ResultBlocks, "an object appeared or vanished");
            }
            return;
        }
        for (name, attribute) in &block.attributes {
            let (Some(planned), Some(actual)) = (planned.attribute(name), actual.attribute(name))
            else {
                continue;
            };
            self.within(PathStep::Attribute(name.clone()), |check| {
                check.sensitive = attribute.sensitive;
                check.value(planned, actual);
                check.sensitive = false;
            });
        }
        for (name, nested) in &block.blocks {
            let (Some(planned), Some(actual)) = (planned.attribute(name), actual.attribute(name))
            else {
                continue;
            };
            self.within(PathStep::Attribute(name.clone()), |check| {
                check.nested_block(nested, planned, actual);
            });
        }
    }

    fn nested_block(&mut self, nested: &NestedBlock, planned: &Value, actual: &Value) {
        // How many blocks an unknown one becomes is open.
        if !planned.is_known() {
            return;
        }
        match nested.nesting {
            Nesting::Single | Nesting::Group => self.block(&nested.block, planned, actual),
            Nesting::Set => self.set(planned, actual, |check, planned, actual| {
                check.block(&nested.block, planned, actual);
            }),
            Nesting::List | Nesting::Map => self.keyed(
                Rule::ResultBlocks,
                planned,
                actual,
                |check, planned, actual| check.block(&nested.block, planned, actual),
            ),
        }
    }

    fn value(&mut self, planned: &Value, actual: &Value) {
        if !planned.is_known() {
            if let Some(refinement) = planned.refinement()
                && !conforms(refinement, actual)
            {
                let detail = format!("the plan said {refinement:?}");
                self.say(Rule::ResultRefinement, detail);
            }
            return;
        }
        if planned.is_null() || actual.is_null() || !actual.is_known() {
            if planned.is_null() != actual.is_null() || !actual.is_known() {
                self.changed(planned, actual);
            }
            return;
        }
        match planned.data() {
            Data::List(..) | Data::Tuple(_) | Data::Map(..) | Data::Object(_) => {
                self.keyed(Rule::ResultElements, planned, actual, Self::value);
            }
            Data::Set(..) => self.set(planned, actual, Self::value),
            _ if planned == actual => {}
            _ => self.changed(planned, actual),
        }
    }

    fn keyed(
        &mut self,
        rule: Rule,
        planned: &Value,
        actual: &Value,
        mut check: impl FnMut(&mut Self, &Value, &Value),
    ) {
        let keys = |value: &Value| value.steps().map(|(step, _)| step).collect::<Vec<_>>();
        if planned.is_null() != actual.is_null() || keys(planned) != keys(actual) {
            let (was, is) = (keys(planned).len(), keys(actual).len());
            return self.say(rule, format!("were {was}, but now {is}, by key"));
        }
        for ((step, planned), (_, actual)) in planned.steps().zip(actual.steps()) {
            self.within(step, |this| check(this, planned, actual));
        }
    }

    /// Elements have no identity: each must have a counterpart that it could be, both ways.
    fn set(
        &mut self,
        planned: &Value,
        actual: &Value,
        check: impl Fn(&mut Self, &Value, &Value) + Copy,
    ) {
        if planned.is_null() != actual.is_null() || !actual.is_known() {
            return self.changed(planned, actual);
        }
        let agree =
            |planned: &Value, actual: &Value| self.agrees(|apart| check(apart, planned, actual));
        let lost = planned
            .children()
            .any(|p| !actual.children().any(|a| agree(p, a)));
        let new = actual
            .children()
            .any(|a| !planned.children().any(|p| agree(p, a)));
        let grown = actual.children().count() > planned.children().count();
        for (wrong, detail) in [
            (lost, "a planned element correlates with none"),
            (new, "an element correlates with no planned one"),
            (grown, "the set has grown"),
        ] {
            if wrong {
                self.say(Rule::ResultSet, detail);
            }
        }
    }
}

/// Whether a value is one of those that a refinement allows.
fn conforms(refinement: &Refinement, actual: &Value) -> bool {
    if actual.is_null() {
        return !refinement.not_null;
    }
    if !actual.is_known() {
        return true;
    }
    let prefix = refinement.prefix.as_deref().unwrap_or_default();
    let text = actual.as_str().is_none_or(|text| text.starts_with(prefix));
    let number = actual.as_number().is_none_or(|number| {
        let above = |(bound, inclusive): &(cty::Number, bool)| {
            number > bound || (*inclusive && number == bound)
        };
        let below = |(bound, inclusive): &(cty::Number, bool)| {
            number < bound || (*inclusive && number == bound)
        };
        refinement.lower.as_ref().is_none_or(above) && refinement.upper.as_ref().is_none_or(below)
    });
    let is_collection = actual.ty().is_collection();
    let length = actual.children().count() as u64;
    let fits = refinement.min_length.is_none_or(|least| length >= least)
        && refinement.max_length.is_none_or(|most| length <= most);
    text && number && (!is_collection || fits)
}
