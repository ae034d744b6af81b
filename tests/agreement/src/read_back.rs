//! The plan itself, read by us: with the configuration that a plan file carries, and as JSON with
//! the directory it was made in. Either says what the host planned, and its values come from the
//! same resources as in the configuration alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use cty::Value;
use terraform_config::instance::{Address, Body, Instance, Nested};
use terraform_config::plan::{Plan as Read, PlanRequest, evaluate_plan};
use terraform_config::schema::{Nesting, Schema, Schemas};
use terraform_config::why::{Certainty, Reference};
use terraform_config::{Cache, Evaluated, Inputs};

use crate::case::Case;
use crate::compare::{Compared, Counts, Disagreement, What, compare};
use crate::host::Plan;

/// What comparing both ways found.
#[derive(Clone, Debug, Default)]
pub struct ReadBack {
    /// Written paths of plan files.
    pub binary: Counts,
    /// Written paths of plans as JSON.
    pub json: Counts,
    /// Attributes whose references were held to those of the configuration alone.
    pub references: usize,
    /// Where either differs from the plan, or from the configuration alone.
    pub disagreements: Vec<Disagreement>,
}

impl ReadBack {
    /// Adds what another root gave.
    pub fn take_in(&mut self, other: Self) {
        self.binary.add(other.binary);
        self.json.add(other.json);
        self.references += other.references;
        self.disagreements.extend(other.disagreements);
    }
}

/// Reads a plan both ways, and compares.
pub(crate) fn read_back(
    plan: &Plan,
    alone: &Evaluated,
    inputs: &Inputs,
    directory: &Path,
    cases: &[Case],
) -> ReadBack {
    let mut found = ReadBack::default();
    let ways = [
        ("plan file", plan.file.as_slice(), None),
        ("JSON", plan.shown.as_bytes(), Some(directory.to_owned())),
    ];
    for (way, bytes, source) in ways {
        let is_binary = source.is_none();
        let request = PlanRequest {
            path: directory.join("plan.tfplan"),
            source,
        };
        let read = match Read::from_bytes(bytes, &inputs.schemas) {
            Ok(read) => Arc::new(read),
            Err(error) => {
                let detail = error.to_string();
                found.disagreements.push(disagreement(way, "", "", detail));
                continue;
            }
        };
        let evaluated = evaluate_plan(&read, &request, inputs, &Cache::default());
        let compared = compare(&evaluated, plan, cases);
        let counts = match is_binary {
            true => &mut found.binary,
            false => &mut found.json,
        };
        counts.add(sum(&compared));
        let differing = compared.disagreements.into_iter();
        found.disagreements.extend(differing.map(|it| Disagreement {
            detail: format!("{way}: {}", it.detail),
            ..it
        }));
        let mut links = Links {
            way,
            has_files: !is_binary,
            schemas: &inputs.schemas,
            found: &mut found,
        };
        links.instances(&alone.instances, &evaluated.instances);
    }
    found
}

fn sum(compared: &Compared) -> Counts {
    let mut sum = Counts::default();
    for counts in compared.paths.values() {
        sum.add(*counts);
    }
    sum
}

fn disagreement(way: &str, address: &str, path: &str, detail: String) -> Disagreement {
    let case = address.strip_prefix("module.").unwrap_or_default();
    Disagreement {
        case: case
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect(),
        address: address.to_owned(),
        path: path.to_owned(),
        what: What::ReadBack,
        detail: format!("{way}: {detail}"),
        expression: String::new(),
        older: false,
    }
}

/// Compares what values come from, and what is known without the plan.
struct Links<'a> {
    way: &'a str,
    /// True if what `file()` reads is at hand.
    has_files: bool,
    schemas: &'a Schemas,
    found: &'a mut ReadBack,
}

impl Links<'_> {
    fn instances(&mut self, alone: &[Instance], planned: &[Instance]) {
        let planned: BTreeMap<&Address, &Instance> =
            planned.iter().map(|it| (&it.address, it)).collect();
        for alone in alone.iter().filter(|it| it.repetition.is_none()) {
            // What only one has was said when it was compared with the plan.
            if let Some(planned) = planned.get(&alone.address) {
                let address = &alone.address;
                let schema = self.schemas.resource(address.mode, &address.type_name);
                let schema = schema.map(AsRef::as_ref);
                self.body(&alone.body, &planned.body, schema, &address.to_string(), "");
            }
        }
    }

    fn body(
        &mut self,
        alone: &Body,
        planned: &Body,
        schema: Option<&Schema>,
        address: &str,
        path: &str,
    ) {
        for (name, ours) in &alone.attributes {
            let here = format!("{path}{name}");
            let Some(theirs) = planned.attribute(name) else {
                self.fault(address, &here, "is lost with the plan at hand".to_owned());
                continue;
            };
            if theirs.origin.range != ours.origin.range {
                self.fault(address, &here, "is written somewhere else".to_owned());
            }
            let before = self.found.disagreements.len();
            self.value(&ours.value, &theirs.value, address, &here);
            for it in &mut self.found.disagreements[before..] {
                it.expression = ours.origin.text().to_owned();
            }
        }
        let kinds: BTreeSet<&str> = alone
            .blocks
            .iter()
            .map(|nested| nested.block().type_name.as_ref())
            .collect();
        for kind in kinds {
            let (ours, theirs): (Vec<_>, Vec<_>) =
                (alone.nested(kind).collect(), planned.nested(kind).collect());
            // A plan may know how many an unknown one makes.
            if ours.iter().any(|it| matches!(it, Nested::Unknown { .. })) {
                continue;
            }
            let nested = schema.and_then(|schema| schema.blocks.get(kind));
            // Equal blocks of a set are one, and what would tell how many were written is not at
            // hand: a file.
            if nested.is_some_and(|it| it.nesting == Nesting::Set) && theirs.len() < ours.len() {
                continue;
            }
            if ours.len() != theirs.len() {
                let detail = format!("{} blocks alone, {} planned", ours.len(), theirs.len());
                self.fault(address, &format!("{path}{kind}"), detail);
                continue;
            }
            for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                let here = format!("{path}{kind}[{at}].");
                let schema = nested.map(|it| &it.schema);
                let (ours, theirs) = (&ours.block().body, &theirs.block().body);
                self.body(ours, theirs, schema, address, &here);
            }
        }
    }

    fn value(&mut self, alone: &Value, planned: &Value, address: &str, path: &str) {
        // Null is as if nobody had written it, and what the provider makes of that may be unknown.
        // That it is null may be told by a file alone, which a plan file does not carry.
        if !planned.is_wholly_known() && alone.is_wholly_known() && !alone.is_null() {
            self.fault(address, path, "is not known any more".to_owned());
        }
        let (ours, theirs) = (references(alone), references(planned));
        // What was not sure may be with a plan.
        if ours
            .iter()
            .any(|it| it.any_key || it.certainty != Certainty::Sure)
        {
            return;
        }
        self.found.references += 1;
        let key = |it: &Reference| (it.address.clone(), it.any_key, it.path.clone());
        let known: BTreeSet<_> = ours.iter().map(key).collect();
        // A template that is not at hand may or may not hand on what it is given.
        let is_sure = |it: &&Reference| self.has_files || it.certainty == Certainty::Sure;
        let certain: BTreeSet<_> = theirs.iter().filter(is_sure).map(key).collect();
        let all: BTreeSet<_> = theirs.iter().map(key).collect();
        if !known.is_subset(&all) || !certain.is_subset(&known) {
            let show = |all: &[Reference]| {
                let all = all.iter().map(|it| format!("{}.{}", it.address, it.path));
                all.collect::<Vec<_>>().join(", ")
            };
            let detail = format!(
                "comes from {}, with the plan from {}",
                show(&ours),
                show(&theirs)
            );
            self.fault(address, path, detail);
        }
    }

    fn fault(&mut self, address: &str, path: &str, detail: String) {
        let fault = disagreement(self.way, address, path, detail);
        self.found.disagreements.push(fault);
    }
}

fn references(value: &Value) -> Vec<Reference> {
    let marks = value.deep_marks();
    marks
        .iter()
        .filter_map(Reference::from_mark)
        .cloned()
        .collect()
}
