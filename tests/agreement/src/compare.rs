//! Where the evaluator and a plan differ.
//!
//! - here: instances. - `body`: attributes and blocks. - `value`: values. - `planned`: the plan's
//!   side of both. - `references`: what a value comes from. - `found`: what comes out.

mod body;
mod found;
mod planned;
mod references;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use terraform_config::instance::Instance;
use terraform_config::{Evaluated, ProblemKind};

pub use found::{Compared, Counts, Disagreement, What};
use planned::Planned;

use crate::case::Case;
use crate::host::{Object, Plan};
use crate::vocabulary::vocabulary;

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
    /// Hosts may have lost that the expression is sensitive.
    may_leak: bool,
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
        *self.compared.types.entry(path.clone()).or_default() += 1;
        self.body(&instance.body, &schema.block, Planned::of(object), &path);
        self.configured_references(instance);
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
