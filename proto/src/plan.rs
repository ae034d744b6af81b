//! The planning algorithm, as far as the schema decides it.
//!
//! Core proposes a new state: the configuration, with the state's values where it says nothing
//! about something computed. From there, in this order:
//!
//! 1. defaults stand in for what the configuration leaves out;
//! 2. if the plan then differs from the state, every computed value that nobody gave becomes
//!    unknown;
//! 3. plan modifiers run.
//!
//! The resource's own `plan` comes after that. The same input gives the same plan: Terraform plans
//! again before it applies, and refuses what differs.

use cty::{Path, Value};

use crate::modifiers::{PlanModifier, Site};
use crate::path::{Trail, addressable};
use crate::schema::{Attribute, Block, NestedBlock};
use crate::walk::{Here, Rewrite, rewrite};

/// A plan before the resource's own word on it.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The object to come; null to delete.
    pub(crate) planned: Value,
    /// The attributes whose change replaces the object.
    pub(crate) replace: Vec<Path>,
}

/// Plans one change. A null `prior` is a create, a null `proposed` a delete.
pub(crate) fn draft(block: &Block, prior: &Value, config: &Value, proposed: &Value) -> Draft {
    let mut replace = Vec::new();
    if proposed.is_null() {
        let planned = proposed.clone();
        return Draft { planned, replace };
    }
    let here = Here {
        prior: Some(prior),
        config,
        at: &Trail::ROOT,
    };
    let fields = block.fields();
    let mut planned = rewrite(fields, &here, proposed, &mut Defaults);
    if planned != *prior {
        planned = rewrite(fields, &here, &planned, &mut Unknowns);
    }
    let mut modifiers = Modifiers {
        creating: prior.is_null(),
        replace: &mut replace,
    };
    planned = rewrite(fields, &here, &planned, &mut modifiers);
    Draft { planned, replace }
}

/// Paths as they go to core: sorted, each once, none into a set.
pub(crate) fn tidy(paths: Vec<Path>) -> Vec<Path> {
    let mut paths: Vec<Path> = paths.iter().map(addressable).collect();
    paths.sort();
    paths.dedup();
    paths
}

struct Defaults;

impl Rewrite for Defaults {
    fn attribute(&mut self, attribute: &Attribute, here: &Here<'_>, planned: Value) -> Value {
        match &attribute.default {
            Some(default) if here.config.is_null() => default.clone(),
            _ => planned,
        }
    }
}

struct Unknowns;

impl Rewrite for Unknowns {
    fn attribute(&mut self, attribute: &Attribute, here: &Here<'_>, planned: Value) -> Value {
        let nobody_gave_it = here.config.is_null() && attribute.default.is_none();
        if attribute.mode.is_computed() && nobody_gave_it {
            Value::unknown(attribute.ty())
        } else {
            planned
        }
    }
}

struct Modifiers<'a> {
    creating: bool,
    replace: &'a mut Vec<Path>,
}

impl Modifiers<'_> {
    fn run<'m>(
        &mut self,
        modifiers: impl Iterator<Item = &'m dyn PlanModifier>,
        here: &Here<'_>,
        planned: Value,
    ) -> Value {
        let mut site = Site {
            creating: self.creating,
            prior: here.prior,
            config: here.config,
            planned,
            requires_replace: false,
        };
        for modifier in modifiers {
            modifier.modify(&mut site);
        }
        // A later modifier may have put the state's value back.
        let changed = match site.prior {
            Some(prior) => *prior != site.planned,
            None => !site.planned.is_null(),
        };
        if site.requires_replace && changed {
            self.replace.push(here.at.to_path());
        }
        site.planned
    }
}

impl Rewrite for Modifiers<'_> {
    fn attribute(&mut self, attribute: &Attribute, here: &Here<'_>, planned: Value) -> Value {
        self.run(attribute.modifiers.iter().map(AsRef::as_ref), here, planned)
    }

    fn block(&mut self, nested: &NestedBlock, here: &Here<'_>, planned: &Value) {
        // Core allows no other blocks in a plan than the configuration has: only the question
        // whether to replace counts.
        let _ = self.run(
            nested.modifiers.iter().map(AsRef::as_ref),
            here,
            planned.clone(),
        );
    }
}

#[cfg(test)]
mod tests;
