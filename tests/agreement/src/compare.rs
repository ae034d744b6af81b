//! Where the evaluator and a plan differ.
//!
//! - here: instances and bodies. - `value`: values. - `references`: what a value comes from.

mod references;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use cty::convert::convert;
use cty::{Mark, Value};
use serde_json::Value as Json;
use terraform_config::instance::{Attribute as Written, Body, Instance, Nested};
use terraform_config::why::Why;
use terraform_config::{Evaluated, ProblemKind};
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting};

use crate::case::Case;
use crate::host::{Object, Plan};
use crate::vocabulary::vocabulary;

/// What comparing found.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Where the two differ.
    pub disagreements: Vec<Disagreement>,
    /// Written attributes by path, `type.block.attribute`.
    pub paths: BTreeMap<String, Counts>,
    /// Blocks by path, written or made.
    pub blocks: BTreeMap<String, usize>,
    /// Why a value is unknown to us that the plan knows, with one place of each.
    pub reasons: BTreeMap<String, (usize, String)>,
    /// Instances that both have.
    pub instances: usize,
    /// References that were held to those of the plan's configuration.
    pub references: usize,
    /// Links that were followed through what the generator put in their way.
    pub links: usize,
    /// Instances whose number is unknown to us.
    pub repetitions: usize,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The case.
    pub case: String,
    /// The instance.
    pub address: String,
    /// The path in it.
    pub path: String,
    /// What is wrong.
    pub what: What,
    /// As people read it.
    pub detail: String,
    /// The expression as written.
    pub expression: String,
    /// Operators in it that older hosts treat otherwise.
    pub older: bool,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            case,
            address,
            path,
            what,
            detail,
            expression,
            ..
        } = self;
        write!(
            f,
            "{case} {what:?} {address} {path}\n    {detail}\n    {expression}"
        )
    }
}

/// Kinds of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// We call something an error that the host plans.
    Problem,
    /// An instance is only in one of both.
    Instances,
    /// Known to both, and not the same.
    Value,
    /// Known to us, unknown in the plan.
    KnownToUsOnly,
    /// Not the same number of blocks, or unknown in one only.
    Blocks,
    /// Sensitive in one only.
    Sensitive,
    /// A reference to the wrong resource, or none.
    Reference,
    /// Unknown to us without a reason.
    NoReason,
    /// A plan that we read says something else than the configuration alone.
    ReadBack,
}

/// How often a path was written, and what was known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Written, and not null.
    pub written: usize,
    /// Known in the plan.
    pub known: usize,
    /// Known in the plan and to us.
    pub known_to_us: usize,
    /// Unknown in both.
    pub unknown: usize,
    /// Null in both: as if not written.
    pub null: usize,
}

/// Compares what was evaluated with a plan.
pub fn compare(evaluated: &Evaluated, plan: &Plan, cases: &[Case]) -> Compared {
    let by_name: BTreeMap<&str, &Case> = cases
        .iter()
        .map(|case| (case.name.as_str(), case))
        .collect();
    let mut comparison = Comparison {
        compared: Compared::default(),
        plan,
        cases: &by_name,
        at: At::default(),
    };
    comparison.problems(evaluated);
    comparison.instances(&evaluated.instances);
    comparison.compared
}

struct Comparison<'a> {
    compared: Compared,
    plan: &'a Plan,
    cases: &'a BTreeMap<&'a str, &'a Case>,
    at: At,
}

/// Where we are.
#[derive(Clone, Debug, Default)]
struct At {
    case: String,
    address: String,
    expression: String,
    older: bool,
}

/// The three trees of a plan at one place.
#[derive(Clone, Copy)]
struct Planned<'p> {
    after: &'p Json,
    unknown: &'p Json,
    sensitive: &'p Json,
}

const FALSE: &Json = &Json::Bool(false);
const NULL: &Json = &Json::Null;

impl<'p> Planned<'p> {
    fn of(object: &'p Object) -> Self {
        Self {
            after: &object.after,
            unknown: &object.unknown,
            sensitive: &object.sensitive,
        }
    }

    fn attribute(self, name: &str) -> Self {
        self.step(|tree| tree.get(name))
    }

    fn element(self, index: usize) -> Self {
        self.step(|tree| tree.get(index))
    }

    fn step(self, step: impl Fn(&'p Json) -> Option<&'p Json>) -> Self {
        let flag = |tree: &'p Json| {
            if tree.is_boolean() {
                tree
            } else {
                step(tree).unwrap_or(FALSE)
            }
        };
        Self {
            after: step(self.after).unwrap_or(NULL),
            unknown: flag(self.unknown),
            sensitive: flag(self.sensitive),
        }
    }

    fn is_unknown(self) -> bool {
        *self.unknown == Json::Bool(true)
    }

    fn is_sensitive(self) -> bool {
        *self.sensitive == Json::Bool(true)
    }

    /// True if nothing in it is unknown.
    fn is_wholly_known(self) -> bool {
        !any(self.unknown)
    }

    fn is_partly_sensitive(self) -> bool {
        any(self.sensitive)
    }
}

/// True if a tree of flags has a true one.
fn any(flags: &Json) -> bool {
    match flags {
        Json::Bool(flag) => *flag,
        Json::Array(items) => items.iter().any(any),
        Json::Object(entries) => entries.values().any(any),
        _ => false,
    }
}

impl Comparison<'_> {
    fn disagree(&mut self, path: &str, what: What, detail: impl Into<String>) {
        self.compared.disagreements.push(Disagreement {
            case: self.at.case.clone(),
            address: self.at.address.clone(),
            path: path.to_owned(),
            what,
            detail: detail.into(),
            expression: self.at.expression.clone(),
            older: self.at.older,
        });
    }

    fn problems(&mut self, evaluated: &Evaluated) {
        for problem in &evaluated.problems {
            if problem.kind == ProblemKind::Note {
                continue;
            }
            let file = problem
                .file
                .as_deref()
                .map(|file| file.display().to_string());
            let file = file.unwrap_or_default();
            let case = file
                .split_once("cases/")
                .and_then(|(_, rest)| rest.split('/').next());
            self.at = At {
                case: case.unwrap_or_default().to_owned(),
                address: file.rsplit('/').next().unwrap_or_default().to_owned(),
                expression: problem
                    .origin
                    .as_ref()
                    .map(|origin| origin.text().to_owned())
                    .unwrap_or_default(),
                ..At::default()
            };
            let message = problem.message.clone();
            self.disagree("", What::Problem, message);
        }
    }

    fn instances(&mut self, instances: &[Instance]) {
        let mut seen = BTreeSet::new();
        let mut open: Vec<String> = Vec::new();
        for instance in instances {
            let address = instance.address.to_string();
            let case = instance
                .address
                .module
                .first()
                .map(|step| step.name.to_string());
            self.at = At {
                case: case.unwrap_or_default(),
                address: address.clone(),
                ..At::default()
            };
            if let Some(why) = &instance.repetition {
                // It stands for any number of instances.
                self.compared.repetitions += 1;
                self.reason(&why.cause.clone(), "count or for_each");
                open.push(pattern(&address));
                continue;
            }
            match self.plan.objects.get(&address) {
                None => self.disagree("", What::Instances, "only we have it"),
                Some(object) => {
                    seen.insert(address.clone());
                    self.compared.instances += 1;
                    self.instance(instance, object);
                }
            }
        }
        let plan = self.plan;
        for address in plan.objects.keys() {
            if seen.contains(address) || open.iter().any(|open| *open == pattern(address)) {
                continue;
            }
            let case = address.strip_prefix("module.").unwrap_or_default();
            self.at = At {
                case: case
                    .chars()
                    .take_while(char::is_ascii_alphanumeric)
                    .collect(),
                address: address.clone(),
                ..At::default()
            };
            self.disagree("", What::Instances, "only the plan has it");
        }
    }

    fn instance(&mut self, instance: &Instance, object: &Object) {
        let kind = instance.address.type_name.as_ref();
        let vocabulary = vocabulary();
        let (schema, path) = match vocabulary.resources.get(kind) {
            Some(schema) if instance.address.mode == terraform_config::instance::Mode::Managed => {
                (schema, kind.to_owned())
            }
            _ => match vocabulary.data.get(kind) {
                Some(schema) => (schema, format!("data.{kind}")),
                None => return self.disagree("", What::Instances, "a type that is not served"),
            },
        };
        self.body(&instance.body, &schema.block, Planned::of(object), &path);
        self.configured_references(instance);
    }

    fn body(&mut self, body: &Body, schema: &Block, planned: Planned<'_>, path: &str) {
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
            self.disagree(path, What::Sensitive, detail);
        }
        self.links(&written.value, path);
    }

    fn enter(&mut self, written: &Written) {
        let text = written.origin.text().to_owned();
        self.at.older = self
            .cases
            .get(self.at.case.as_str())
            .and_then(|case| case.facts_of(&text))
            .is_some_and(|facts| {
                facts.forms.contains("logic") || facts.forms.contains("short-circuit")
            });
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

    fn reason(&mut self, cause: &str, at: &str) {
        let cause = value::without_names(cause);
        let counted = self
            .compared
            .reasons
            .entry(cause)
            .or_insert((0, at.to_owned()));
        counted.0 += 1;
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
        let marked = bodies.iter().any(|body| is_sensitive(body)) || has_sensitive(&schema.block);
        if marked != planned.is_partly_sensitive() && there > 0 {
            let detail = format!("ours {marked}, planned {}", planned.is_partly_sensitive());
            self.disagree(path, What::Sensitive, detail);
        }
        let outer = self.at.clone();
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

fn is_sensitive(body: &Body) -> bool {
    let attributes = body.attributes.values();
    let mut marked = attributes.map(|it| it.value.deep_marks().contains(&Mark::Sensitive));
    marked.any(|it| it)
        || body
            .blocks
            .iter()
            .any(|nested| is_sensitive(&nested.block().body))
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

/// An address without keys.
fn pattern(address: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for c in address.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth -= 1,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

impl Compared {
    /// Adds what another comparison found.
    pub fn take_in(&mut self, other: Self) {
        self.disagreements.extend(other.disagreements);
        for (path, counts) in other.paths {
            self.paths.entry(path).or_default().add(counts);
        }
        for (path, count) in other.blocks {
            *self.blocks.entry(path).or_default() += count;
        }
        for (reason, (count, at)) in other.reasons {
            self.reasons.entry(reason).or_insert((0, at)).0 += count;
        }
        self.instances += other.instances;
        self.references += other.references;
        self.links += other.links;
        self.repetitions += other.repetitions;
    }
}

impl Counts {
    /// Adds up.
    pub fn add(&mut self, other: Self) {
        self.written += other.written;
        self.known += other.known;
        self.known_to_us += other.known_to_us;
        self.unknown += other.unknown;
        self.null += other.null;
    }
}
