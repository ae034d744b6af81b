//! Bodies: what is written at each place of a schema, against what is planned there.

use cty::convert::convert;
use cty::{Mark, Value};
use terraform_config::instance::{Attribute as Written, Body, Nested};
use terraform_config::why::Why;
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting};

use super::found::{Compared, What};
use super::planned::{NULL, Planned};
use super::{Comparison, references, value};

impl Comparison<'_> {
    pub(super) fn body(&mut self, body: &Body, schema: &Block, planned: Planned<'_>, path: &str) {
        for attribute in &schema.attributes {
            let here = format!("{path}.{}", attribute.name);
            let planned = planned.attribute(&attribute.name);
            match body.attribute(&attribute.name) {
                Some(written) => self.attribute(written, attribute, planned, &here),
                None => {
                    // Nobody wrote it: it is null, or the provider's to say.
                    let set = !planned.after.is_null() && !attribute.mode.is_computed();
                    if set {
                        let detail = format!("we see nothing; planned is {}", planned.after);
                        self.disagree(&here, What::Value, detail);
                    }
                }
            }
        }
        for nested in &schema.blocks {
            let here = format!("{path}.{}", nested.name);
            self.blocks(body, nested, planned.attribute(&nested.name), &here);
        }
        for name in body.attributes.keys() {
            let block = schema.nested(name).is_some();
            if schema.attribute(name).is_none() && !block {
                self.disagree(
                    path,
                    What::Value,
                    format!("no attribute {name} in the schema"),
                );
            }
        }
    }

    fn attribute(
        &mut self,
        written: &Written,
        schema: &Attribute,
        planned: Planned<'_>,
        path: &str,
    ) {
        self.enter(written);
        let ty = schema.ty();
        let ours = match convert(&written.value, &ty) {
            Ok(ours) => ours,
            Err(error) => {
                let detail = format!("{error}; planned is {}", planned.after);
                return self.disagree(path, What::Value, detail);
            }
        };
        let counts = self.compared.paths.entry(path.to_owned()).or_default();
        if ours.is_null() {
            // As if it were not written.
            counts.null += 1;
            if !planned.after.is_null() && !schema.mode.is_computed() {
                let detail = format!("ours is null, planned is {}", planned.after);
                self.disagree(path, What::Value, detail);
            }
            return;
        }
        counts.written += 1;
        let lacking = has_lacking(&ours, planned);
        if planned.is_wholly_known() {
            counts.known += 1;
            counts.known_to_us += usize::from(ours.is_wholly_known());
        } else {
            counts.unknown += 1;
        }
        if lacking {
            self.lacking(&written.value, path);
        }
        if schema.mode.is_computed() && planned.after.is_null() && planned.is_unknown() && lacking {
            // Perhaps it is null, and the provider's to say.
            return;
        }
        if let Err((what, detail)) = value::compare(&ours, planned) {
            self.disagree(path, what, detail);
        }
        let sensitive = schema.sensitive || references::reads_sensitive(&ours);
        if let Err(detail) = value::compare_marks(&ours, planned, sensitive) {
            if self.at.may_leak && !sensitive && !planned.is_partly_sensitive() {
                self.compared.kept_secret += 1;
            } else {
                self.disagree(path, What::Sensitive, detail);
            }
        }
        self.links(&written.value, path);
    }

    pub(super) fn enter(&mut self, written: &Written) {
        let text = written.origin.text().to_owned();
        let case = self.cases.get(self.at.case.as_str());
        let facts = case.and_then(|case| case.facts_of(&text));
        self.at.older = facts.is_some_and(|facts| {
            facts.forms.contains("logic") || facts.forms.contains("short-circuit")
        });
        self.at.may_leak = facts.is_some_and(|facts| facts.unknown && facts.sensitive);
        self.at.expression = text;
    }

    /// Something is unknown to us that the plan knows.
    fn lacking(&mut self, value: &Value, path: &str) {
        match Why::of(value) {
            Some(why) => {
                let expression = self.at.expression.clone();
                let at = format!("{} {path} = {expression}", self.at.address);
                self.reason(&why.cause.clone(), &at);
            }
            None => self.disagree(path, What::NoReason, "unknown without a reason"),
        }
    }

    fn blocks(&mut self, body: &Body, schema: &NestedBlock, planned: Planned<'_>, path: &str) {
        let ours: Vec<&Nested> = body.nested(&schema.name).collect();
        let unknown = ours.iter().find_map(|nested| match nested {
            Nested::Unknown { why, .. } => Some(why.clone()),
            Nested::Block(_) => None,
        });
        if !ours.is_empty() {
            *self.compared.blocks.entry(path.to_owned()).or_default() += ours.len();
        }
        if let Some(why) = unknown {
            if !planned.is_unknown() {
                let at = format!("{} {path}", self.at.address);
                self.reason(&why.cause.clone(), &at);
            }
            return;
        }
        if planned.is_unknown() {
            let detail = format!(
                "we have {}, in the plan their number is unknown",
                ours.len()
            );
            return self.disagree(path, What::Blocks, detail);
        }
        let bodies: Vec<&Body> = ours.iter().map(|nested| &nested.block().body).collect();
        match schema.nesting {
            Nesting::Single => {
                let there = usize::from(!planned.after.is_null());
                self.counted(bodies.len(), there, path);
                if let [body] = bodies[..] {
                    self.body(body, &schema.block, planned, path);
                }
            }
            Nesting::List => {
                let there = planned.after.as_array().map_or(0, Vec::len);
                if self.counted(bodies.len(), there, path) {
                    for (index, body) in bodies.into_iter().enumerate() {
                        self.body(body, &schema.block, planned.element(index), path);
                    }
                }
            }
            Nesting::Set => self.set_of_blocks(&bodies, schema, planned, path),
            Nesting::Map => {
                self.disagree(path, What::Blocks, "blocks by label are not compared");
            }
        }
    }

    /// True if something in bodies is sensitive; `leaks`: also if hosts may have lost that.
    fn is_sensitive(&mut self, bodies: &[&Body], leaks: bool) -> bool {
        bodies.iter().any(|body| {
            let mut written = body.attributes.values();
            written.any(|it| {
                self.enter(it);
                it.value.deep_marks().contains(&Mark::Sensitive) && (leaks || !self.at.may_leak)
            }) || body
                .blocks
                .iter()
                .any(|nested| self.is_sensitive(&[&nested.block().body], leaks))
        })
    }

    fn counted(&mut self, ours: usize, planned: usize, path: &str) -> bool {
        if ours != planned {
            let detail = format!("we have {ours}, the plan has {planned}");
            self.disagree(path, What::Blocks, detail);
        }
        ours == planned
    }

    /// Each of ours is one of the plan's, and the other way round: equal ones are one.
    fn set_of_blocks(
        &mut self,
        bodies: &[&Body],
        schema: &NestedBlock,
        planned: Planned<'_>,
        path: &str,
    ) {
        let there = planned.after.as_array().map_or(0, Vec::len);
        if bodies.len() < there || (there == 0 && !bodies.is_empty()) {
            self.counted(bodies.len(), there, path);
            return;
        }
        let outer = self.at.clone();
        let marked = has_sensitive(&schema.block) || self.is_sensitive(bodies, false);
        let perhaps = marked || self.is_sensitive(bodies, true);
        self.at = outer.clone();
        let there_marked = planned.is_partly_sensitive();
        if there > 0 && (marked && !there_marked || there_marked && !perhaps) {
            let detail = format!("ours {marked}, planned {there_marked}");
            self.disagree(path, What::Sensitive, detail);
        }
        let lost = there > 0 && perhaps && !marked && !there_marked;
        self.compared.kept_secret += usize::from(lost);
        let kept = std::mem::take(&mut self.compared);
        let mut matched = vec![false; there];
        let mut results = Vec::new();
        for body in bodies {
            let mut best: Option<Compared> = None;
            for (index, matched) in matched.iter_mut().enumerate() {
                self.at = outer.clone();
                // The whole set is sensitive if a part of it is: compared above.
                let mut element = planned.element(index);
                element.sensitive = NULL;
                self.body(body, &schema.block, element, path);
                let mut found = std::mem::take(&mut self.compared);
                found.disagreements.retain(|it| it.what != What::Sensitive);
                found.kept_secret = 0;
                *matched |= found.disagreements.is_empty();
                let fewer = |best: &Compared| found.disagreements.len() < best.disagreements.len();
                if best.as_ref().is_none_or(fewer) {
                    best = Some(found);
                }
            }
            results.extend(best);
        }
        self.at = outer;
        self.compared = kept;
        let agreed = results.iter().all(|found| found.disagreements.is_empty());
        for found in results {
            self.compared.take_in(found);
        }
        if agreed && matched.contains(&false) {
            self.disagree(path, What::Blocks, "a planned block is none of ours");
        }
    }
}

fn has_sensitive(schema: &Block) -> bool {
    schema
        .attributes
        .iter()
        .any(|attribute| attribute.sensitive)
        || schema
            .blocks
            .iter()
            .any(|nested| has_sensitive(&nested.block))
}

/// True if something is unknown to us that the plan knows.
fn has_lacking(ours: &Value, planned: Planned<'_>) -> bool {
    !ours.is_wholly_known() && planned.is_wholly_known()
}
