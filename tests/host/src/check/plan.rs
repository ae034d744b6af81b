//! A plan against configuration and prior state.

use cty::{Path, PathStep, Value};

use super::{fault, same, shown, write_only};
use crate::rule::{Fault, Rule};
use crate::schema::{Attribute, Attributes, Block, NestedBlock, Nesting, Shape};

/// Checks the plan of a create or update; `prior` is null for a create.
pub fn plan(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<Fault> {
    let mut check = Check {
        path: Path::ROOT,
        found: write_only(block, planned),
    };
    check.block(block, Some(prior), config, planned);
    check.found
}

struct Check {
    path: Path,
    found: Vec<Fault>,
}

impl Check {
    fn say(&mut self, rule: Rule, detail: impl Into<String>) {
        self.found.push(fault(rule, &self.path, detail));
    }

    fn within(&mut self, step: PathStep, check: impl FnOnce(&mut Self)) {
        self.path.push(step);
        check(self);
        self.path.pop();
    }

    /// True if there is an object to look into.
    fn exists(&mut self, config: &Value, planned: &Value) -> bool {
        match (config.is_null(), planned.is_null()) {
            (false, true) => self.say(Rule::PlannedExistence, "planned for absence"),
            (true, false) => self.say(Rule::PlannedExistence, "planned for existence"),
            (true, true) => {}
            (false, false) => return true,
        }
        false
    }

    fn block(&mut self, block: &Block, prior: Option<&Value>, config: &Value, planned: &Value) {
        if !self.exists(config, planned) {
            return;
        }
        self.attributes(&block.attributes, prior, config, planned);
        for (name, nested) in &block.blocks {
            let (Some(config), Some(planned)) = (config.attribute(name), planned.attribute(name))
            else {
                continue;
            };
            let prior = prior.and_then(|prior| prior.attribute(name));
            self.within(PathStep::Attribute(name.clone()), |check| {
                check.nested_block(nested, prior, config, planned);
            });
        }
    }

    fn nested_block(
        &mut self,
        nested: &NestedBlock,
        prior: Option<&Value>,
        config: &Value,
        planned: &Value,
    ) {
        if planned == config {
            return;
        }
        if !config.is_known() {
            return self.say(Rule::PlannedOverDynamicBlock, "it was planned as known");
        }
        if !planned.is_known() {
            return self.say(Rule::PlannedBlockUnknown, "the block itself is unknown");
        }
        if nested.nesting == Nesting::Single {
            match (config.is_null(), planned.is_null()) {
                (false, false) => self.block(&nested.block, prior, config, planned),
                (true, true) => {}
                _ => self.say(Rule::PlannedBlockCount, "the block appeared or vanished"),
            }
            return;
        }
        if planned.is_null() {
            return self.say(Rule::PlannedBlockNull, "no blocks are not null");
        }
        if nested.nesting == Nesting::Group {
            return self.block(&nested.block, prior, config, planned);
        }
        if planned.children().any(|instance| !instance.is_known()) {
            return self.say(Rule::PlannedBlockUnknown, "one of the blocks is unknown");
        }
        // Elements of a set have no identity: core trusts the provider with them.
        if nested.nesting != Nesting::Set {
            self.correlated(
                Rule::PlannedBlockCount,
                (prior, config, planned),
                |check, prior, config, planned| {
                    check.block(&nested.block, prior, config, planned);
                },
            );
        }
    }

    /// Instances of a list or map, each with its configuration and its prior state.
    fn correlated(
        &mut self,
        rule: Rule,
        (prior, config, planned): (Option<&Value>, &Value, &Value),
        mut check: impl FnMut(&mut Self, Option<&Value>, &Value, &Value),
    ) {
        let keys = |value: &Value| value.steps().map(|(step, _)| step).collect::<Vec<_>>();
        if keys(config) != keys(planned) {
            let (is, was) = (keys(planned).len(), keys(config).len());
            return self.say(rule, format!("planned {is}, configured {was}, by key"));
        }
        for ((step, config), (_, planned)) in config.steps().zip(planned.steps()) {
            let here = Path::from(vec![step.clone()]);
            let prior = prior.and_then(|prior| prior.at(&here));
            self.within(step, |this| check(this, prior, config, planned));
        }
    }

    fn attributes(
        &mut self,
        attributes: &Attributes,
        prior: Option<&Value>,
        config: &Value,
        planned: &Value,
    ) {
        for (name, attribute) in attributes {
            let (Some(config), Some(planned)) = (config.attribute(name), planned.attribute(name))
            else {
                continue;
            };
            let prior = prior.and_then(|prior| prior.attribute(name));
            let prior = prior.filter(|prior| !prior.is_null());
            self.within(PathStep::Attribute(name.clone()), |check| {
                check.attribute(attribute, prior, config, planned);
            });
        }
    }

    fn attribute(
        &mut self,
        attribute: &Attribute,
        prior: Option<&Value>,
        config: &Value,
        planned: &Value,
    ) {
        // `write_only` has looked at these.
        if attribute.write_only || same(planned, config) {
            return;
        }
        if config.is_null() {
            if !attribute.computed {
                let value = shown(planned, attribute.sensitive);
                let detail = format!("neither configured nor computed, and planned as {value}");
                self.say(Rule::PlannedForNothing, detail);
            }
            return;
        }
        if prior.is_some_and(|prior| same(planned, prior)) {
            return;
        }
        if !config.is_known() {
            let value = shown(planned, attribute.sensitive);
            let detail = format!("the configuration does not know it yet, the plan says {value}");
            return self.say(Rule::PlannedOverUnknown, detail);
        }
        match &attribute.shape {
            Shape::Nested(nesting, inner) => self.nested(*nesting, inner, prior, config, planned),
            Shape::Type(_) => self.value(attribute, prior, config, planned),
        }
    }

    fn value(
        &mut self,
        attribute: &Attribute,
        prior: Option<&Value>,
        config: &Value,
        planned: &Value,
    ) {
        let show = |value| shown(value, attribute.sensitive);
        let mut detail = format!(
            "planned value {} does not match config value {}",
            show(planned),
            show(config)
        );
        if let Some(prior) = prior {
            detail += &format!(" nor prior value {}", show(prior));
        }
        self.say(Rule::PlannedValue, detail);
    }

    fn nested(
        &mut self,
        nesting: Nesting,
        attributes: &Attributes,
        prior: Option<&Value>,
        config: &Value,
        planned: &Value,
    ) {
        if !planned.is_known() {
            return self.say(Rule::PlannedNestedUnknown, "configured, planned as unknown");
        }
        if !self.exists(config, planned) {
            return;
        }
        match nesting {
            Nesting::Single | Nesting::Group => {
                self.attributes(attributes, prior, config, planned);
            }
            Nesting::List | Nesting::Map => self.correlated(
                Rule::PlannedNestedCount,
                (prior, config, planned),
                |check, prior, config, planned| {
                    if check.exists(config, planned) {
                        check.attributes(attributes, prior, config, planned);
                    }
                },
            ),
            Nesting::Set => {
                let (is, was) = (planned.children().count(), config.children().count());
                if is != was {
                    let detail = format!("planned {is}, configured {was}");
                    self.say(Rule::PlannedNestedCount, detail);
                }
            }
        }
    }
}
