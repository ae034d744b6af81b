//! The pipeline: configurations and plans, instances, estate, verdicts, report.

mod plan;

use std::path::PathBuf;

use terraform_config::{
    Behind, Cache, DiscoverOptions, Discovery, Inputs, Problem, ProblemKind, RootDir, VarInput,
    behind_gates, discover, evaluate, threads,
};

use crate::engine::{self, Input, Judgement};
use crate::estate::{Estate, schemas};
use crate::named::{Named, PlanFile};
use crate::paths::Paths;
use crate::report::{Looked, Report};

/// What to check, and with what.
#[derive(Clone, Debug)]
pub struct Request {
    /// Configurations and plans.
    pub named: Named,
    /// Where the configuration is that the plans were made from; absolute.
    pub source: Option<PathBuf>,
    /// Variables, environment, workspace, dialect.
    pub inputs: Inputs,
}

/// One thing to judge.
enum Work {
    Root(RootDir),
    Plan(PlanFile),
}

/// What came of it.
#[derive(Default)]
struct Judged {
    judgement: Judgement,
    problems: Vec<Problem>,
    looked: Looked,
}

impl Request {
    /// Without a source of plans.
    pub fn of(named: Named, inputs: Inputs) -> Self {
        Self {
            named,
            source: None,
            inputs,
        }
    }
}

/// Checks every root module and every plan of a request.
pub fn check(request: &Request, paths: Paths) -> Report {
    check_with(request, paths, &Cache::default())
}

/// The same with a cache of the caller's, who may keep it.
pub fn check_with(request: &Request, paths: Paths, cache: &Cache) -> Report {
    let request = &Request {
        inputs: Inputs {
            schemas: schemas(),
            ..request.inputs.clone()
        },
        ..request.clone()
    };
    let Discovery {
        roots,
        mut problems,
    } = roots(request, cache);
    let count = roots.len();
    let plans = request.named.plans.iter().cloned().map(Work::Plan);
    let work: Vec<Work> = roots.into_iter().map(Work::Root).chain(plans).collect();
    let mut judgement = Judgement::default();
    let mut looked = Looked::default();
    for judged in threads::map(&work, |work| judged(work, request, cache)) {
        judgement.extend(judged.judgement);
        problems.extend(judged.problems);
        looked.roots += judged.looked.roots;
        looked.plans += judged.looked.plans;
    }
    told_once(&mut problems, &request.inputs, count);
    problems.extend(plan::without_effect(request));
    Report::new(judgement, problems, looked, paths)
}

/// The root modules under the paths of a request.
pub fn roots(request: &Request, cache: &Cache) -> Discovery {
    let Named {
        configurations,
        problems,
        ..
    } = &request.named;
    let mut discovery = match configurations.is_empty() {
        true => Discovery::default(),
        false => discover(
            configurations,
            &DiscoverOptions {
                dialect: request.inputs.dialect,
            },
            cache,
        ),
    };
    discovery.problems.extend(problems.iter().cloned());
    discovery
}

fn judged(work: &Work, request: &Request, cache: &Cache) -> Judged {
    match work {
        Work::Root(root) => configuration(root, request, cache),
        Work::Plan(file) => plan::judged(file, request, cache),
    }
}

fn configuration(root: &RootDir, request: &Request, cache: &Cache) -> Judged {
    let evaluated = evaluate(root, &request.inputs, cache);
    let input = Input::Root(root.path.clone());
    let (estate, unread) = Estate::of(&evaluated.instances);
    let mut judgement = engine::judge(&estate, &input);
    let (behind, too_many) = behind_gates(root, &request.inputs, cache, &evaluated);
    for Behind {
        gate,
        evaluated,
        added,
    } in behind
    {
        let (estate, _) = Estate::of(&evaluated.instances);
        let hidden = added.iter().map(ToString::to_string).collect();
        let judged = engine::judge(&estate, &input);
        judgement.extend_hidden(judged, &gate.to_string(), &hidden);
    }
    let mut problems = evaluated.problems;
    problems.extend(unread);
    problems.extend(too_many);
    Judged {
        judgement,
        problems,
        looked: Looked { roots: 1, plans: 0 },
    }
}

/// Terraform refuses a `-var` that the root module does not declare. Of several roots one is
/// enough; that others do not is worth one note, however many they are.
fn told_once(problems: &mut Vec<Problem>, inputs: &Inputs, roots: usize) {
    for input in &inputs.variables {
        let VarInput::Value { name, .. } = input else {
            continue;
        };
        let start = format!("-var {name}: no variable ");
        let is_about =
            |it: &mut Problem| it.kind == ProblemKind::Usage && it.message.starts_with(&start);
        let told: Vec<Problem> = problems.extract_if(.., is_about).collect();
        let without = told.len();
        let help = told.iter().find_map(|problem| problem.help.clone());
        let Some(mut first) = told.into_iter().next() else {
            continue;
        };
        first.help = help;
        if roots > 1 {
            let which = "no variable of that name is declared in";
            first.message = match without < roots {
                true => format!("-var {name}: {which} {without} of {roots} root modules"),
                false => format!("-var {name}: {which} any of {roots} root modules"),
            };
            first.file = None;
        }
        if without < roots {
            first.kind = ProblemKind::Note;
            first.help = None;
        }
        problems.push(first);
    }
}
