//! What a value comes from: the evaluator's marks, the plan's configuration, and what the generator
//! put there.

use std::collections::BTreeSet;

use cty::Value;
use serde_json::Value as Json;
use terraform_config::instance::{Address, Body, Instance, Mode, Nested};
use terraform_config::why::{Reference, Why};

use super::{Comparison, What};
use crate::vocabulary::vocabulary;

impl Comparison<'_> {
    /// References of an attribute are among those that the generator wrote into it, and those it
    /// comes from by all means are there.
    pub(super) fn links(&mut self, value: &Value, path: &str) {
        let case = self.cases.get(self.at.case.as_str());
        let Some(facts) = case.and_then(|case| case.facts_of(&self.at.expression)) else {
            return;
        };
        let ours = marked(value);
        if facts.bound.is_empty()
            && let Some(stray) = ours.iter().find(|it| !facts.resources.contains(*it))
        {
            let detail = format!("a reference to {stray}, which it does not read");
            self.disagree(path, What::Reference, detail);
        }
        if !facts.links.is_empty() {
            self.compared.links += 1;
            if let Some(missing) = facts.links.iter().find(|it| !ours.contains(*it)) {
                let detail = format!("no reference to {missing}, which it comes from");
                self.disagree(path, What::Reference, detail);
            }
        }
    }

    /// References of what is written out are those that the plan's configuration names.
    pub(super) fn configured_references(&mut self, instance: &Instance) {
        let modules: Vec<&str> = instance
            .address
            .module
            .iter()
            .map(|step| step.name.as_ref())
            .collect();
        let address = without_key(&instance.address);
        let plan = self.plan;
        if let Some(expressions) = plan.expressions(&modules, &address) {
            self.configured_body(&instance.body, expressions, &address);
        }
    }

    fn configured_body(&mut self, body: &Body, expressions: &Json, path: &str) {
        for (name, attribute) in &body.attributes {
            let here = format!("{path}.{name}");
            let Some(references) = expressions[name.as_ref()]["references"].as_array() else {
                continue;
            };
            let named: Vec<&str> = references.iter().filter_map(Json::as_str).collect();
            if named.iter().any(|name| is_indirect(name)) {
                continue;
            }
            self.enter(attribute);
            self.compared.references += 1;
            let allowed: BTreeSet<String> = named.iter().map(|name| resource(name)).collect();
            let ours = marked(&attribute.value);
            // What is read from another resource may come from a third.
            let case = self.cases.get(self.at.case.as_str());
            let facts = case.and_then(|case| case.facts_of(&self.at.expression));
            let beyond = |it: &String| facts.is_some_and(|facts| facts.resources.contains(it));
            let stray = ours.iter().find(|it| !allowed.contains(*it) && !beyond(it));
            if let Some(stray) = stray {
                let detail = format!("a reference to {stray}; the plan names {named:?}");
                self.disagree(&here, What::Reference, detail);
            }
            // What a condition reads is in the reason alone: the value does not come from there.
            let why = Why::of(&attribute.value);
            let is_explained =
                why.is_some_and(|why| allowed.iter().any(|name| why.cause.contains(name)));
            let is_known = attribute.value.is_wholly_known();
            if !allowed.is_empty() && ours.is_empty() && !is_known && !is_explained {
                let detail = format!("unknown without a reference; the plan names {named:?}");
                self.disagree(&here, What::Reference, detail);
            }
        }
        let kinds: BTreeSet<&str> = body
            .blocks
            .iter()
            .map(|nested| nested.block().type_name.as_ref())
            .collect();
        for kind in kinds {
            let ours: Vec<&Nested> = body.nested(kind).collect();
            let here = format!("{path}.{kind}");
            match &expressions[kind] {
                Json::Object(_) if ours.len() == 1 => {
                    self.configured_body(&ours[0].block().body, &expressions[kind], &here);
                }
                // The plan's configuration leaves dynamic blocks out.
                Json::Array(theirs) if theirs.len() == ours.len() && written_out(&ours) => {
                    for (ours, theirs) in ours.iter().zip(theirs) {
                        self.configured_body(&ours.block().body, theirs, &here);
                    }
                }
                _ => {}
            }
        }
    }
}

fn written_out(blocks: &[&Nested]) -> bool {
    blocks.iter().all(|nested| match nested {
        Nested::Block(block) => !block.header.text().starts_with("dynamic"),
        Nested::Unknown { .. } => false,
    })
}

/// `type.label` of all that a value or a part of it comes from.
fn marked(value: &Value) -> BTreeSet<String> {
    let marks = value.deep_marks();
    let references = marks.iter().filter_map(Reference::from_mark);
    references
        .map(|reference| without_key(&reference.address))
        .collect()
}

/// True if a schema calls something sensitive that a value comes from.
pub(super) fn reads_sensitive(value: &Value) -> bool {
    let marks = value.deep_marks();
    let mut references = marks.iter().filter_map(Reference::from_mark);
    references.any(|reference| {
        let name = reference.path.split(['.', '[']).next().unwrap_or_default();
        let schema = match reference.address.mode {
            Mode::Managed => &vocabulary().resources,
            Mode::Data => &vocabulary().data,
        };
        let schema = schema.get(reference.address.type_name.as_ref());
        let attribute = schema.and_then(|schema| schema.block.attribute(name));
        attribute.is_some_and(|attribute| attribute.sensitive)
    })
}

fn without_key(address: &Address) -> String {
    let data = match address.mode {
        Mode::Managed => "",
        Mode::Data => "data.",
    };
    format!("{data}{}.{}", address.type_name, address.name)
}

/// `rancher2_cluster_v2.c` of `rancher2_cluster_v2.c[0].id`.
fn resource(name: &str) -> String {
    let count = if name.starts_with("data.") { 3 } else { 2 };
    let steps: Vec<&str> = name.split('.').take(count).collect();
    let joined = steps.join(".");
    joined.split('[').next().unwrap_or_default().to_owned()
}

/// True of what is no resource itself.
fn is_indirect(name: &str) -> bool {
    let root = name.split(['.', '[']).next().unwrap_or(name);
    matches!(
        root,
        "local" | "var" | "module" | "each" | "count" | "path" | "terraform"
    )
}
