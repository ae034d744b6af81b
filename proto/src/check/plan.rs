//! Core's `AssertPlanValid`.

use cty::{Path, PathStep, Value};

use super::{Fault, absent, length, same, shown};
use crate::schema::{Attribute, Block, Mode, NestedBlock, Nesting};
use crate::walk::Fields;

/// What core would refuse in a plan.
pub(crate) fn plan_faults(
    block: &Block,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Vec<Fault> {
    let mut check = Check { faults: Vec::new() };
    check.object(block.fields(), prior, config, planned, &Path::ROOT);
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

    /// True if there is an object to look into.
    fn existence(&mut self, config: &Value, planned: &Value, at: &Path) -> bool {
        match (planned.is_null(), config.is_null()) {
            (true, false) => self.fault(at, "planned for absence but config wants existence"),
            (false, true) => self.fault(at, "planned for existence but config wants absence"),
            (true, true) => {}
            (false, false) => return true,
        }
        false
    }

    fn object(
        &mut self,
        fields: Fields<'_>,
        prior: &Value,
        config: &Value,
        planned: &Value,
        at: &Path,
    ) {
        if !self.existence(config, planned, at) {
            return;
        }
        let absent = absent();
        for attribute in fields.attributes {
            let name = &attribute.name;
            let at = at.join(PathStep::Attribute(name.clone()));
            let prior = prior.attribute(name).unwrap_or(&absent);
            match (config.attribute(name), planned.attribute(name)) {
                (Some(config), Some(planned)) => {
                    self.attribute(attribute, prior, config, planned, &at);
                }
                _ => self.fault(&at, "missing from the planned object"),
            }
        }
        for nested in fields.blocks {
            let name = &nested.name;
            let at = at.join(PathStep::Attribute(name.clone()));
            let prior = prior.attribute(name).unwrap_or(&absent);
            match (config.attribute(name), planned.attribute(name)) {
                (Some(config), Some(planned)) => self.block(nested, prior, config, planned, &at),
                _ => self.fault(&at, "missing from the planned object"),
            }
        }
    }

    fn attribute(
        &mut self,
        attribute: &Attribute,
        prior: &Value,
        config: &Value,
        planned: &Value,
        at: &Path,
    ) {
        let keeps_prior = same(planned, prior) && !prior.is_null() && !config.is_null();
        let providers_own = match attribute.mode {
            Mode::Computed => true,
            Mode::OptionalComputed => config.is_null(),
            Mode::Required | Mode::Optional => false,
        };
        if same(planned, config) || keeps_prior || providers_own {
            return;
        }
        if config.is_null() {
            let planned = shown(planned, attribute.sensitive);
            self.fault(
                at,
                format!("planned {planned} for a value not in the configuration"),
            );
            return;
        }
        if !planned.is_known() {
            self.fault(at, "planned unknown for configured value");
            return;
        }
        if let Some((nesting, fields)) = attribute.shape.nested()
            && config.is_known()
        {
            if planned.is_null() {
                self.fault(at, "planned for absence but config wants existence");
            } else if nesting == Nesting::Set && !can_have(planned, length(config)) {
                let (found, wanted) = (length(planned), length(config));
                let problem = format!("{found} planned, but the configuration has {wanted}");
                self.fault(at, problem);
            } else {
                self.elements(nesting, fields, [prior, config, planned], at);
            }
            return;
        }
        if attribute.sensitive {
            self.fault(
                at,
                "planned another sensitive value than the configuration has",
            );
            return;
        }
        let [planned, config] = [planned, config].map(|value| shown(value, false));
        let mut problem = format!("planned {planned}, but the configuration has {config}");
        if !prior.is_null() {
            let prior = shown(prior, false);
            problem.push_str(&format!(" and the state has {prior}"));
        }
        self.fault(at, problem);
    }

    fn block(
        &mut self,
        nested: &NestedBlock,
        prior: &Value,
        config: &Value,
        planned: &Value,
        at: &Path,
    ) {
        if same(planned, config) {
            return;
        }
        if !config.is_known() {
            self.fault(at, "planned a value for an unknown dynamic block");
        } else if !planned.is_known() {
            self.fault(
                at,
                "planned unknown blocks; only attributes inside them may be unknown",
            );
        } else if nested.nesting != Nesting::Single && planned.is_null() {
            self.fault(at, "planned null; no blocks are an empty collection");
        } else {
            let fields = nested.block.fields();
            self.elements(nested.nesting, fields, [prior, config, planned], at);
        }
    }

    fn elements(
        &mut self,
        nesting: Nesting,
        fields: Fields<'_>,
        [prior, config, planned]: [&Value; 3],
        at: &Path,
    ) {
        if nesting == Nesting::Single {
            self.object(fields, prior, config, planned, at);
            return;
        }
        let (found, wanted) = (length(planned), length(config));
        if nesting != Nesting::Set && found != wanted {
            let problem = format!("{found} planned, but the configuration has {wanted}");
            self.fault(at, problem);
            return;
        }
        for (step, planned) in planned.steps() {
            let set = matches!(step, PathStep::Element(_));
            let here = Path::from(vec![step.clone()]);
            let inside = at.join(step);
            if !planned.is_known() {
                let problem = "unknown as a whole; only attributes inside it may be unknown";
                self.fault(&inside, problem);
                continue;
            }
            // Elements of sets cannot be told apart, and several may turn out to be one: core
            // trusts the provider.
            if set {
                continue;
            }
            let absent = absent();
            let prior = prior.at(&here).unwrap_or(&absent);
            match config.at(&here) {
                Some(config) => self.object(fields, prior, config, planned, &inside),
                None => self.fault(&inside, "planned, but not in the configuration"),
            }
        }
    }
}

/// True if a set can turn out to have so many elements; what is unknown may become equal.
fn can_have(set: &Value, elements: usize) -> bool {
    let found = length(set);
    if set.is_wholly_known() {
        found == elements
    } else {
        (1..=found).contains(&elements)
    }
}
