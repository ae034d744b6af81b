//! The pipeline: paths, root modules, instances, estate, verdicts, report.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;
use terraform_config::{
    Behind, Cache, DiscoverOptions, Discovery, Inputs, Problem, ProblemKind, RootDir, VarInput,
    behind_gates, discover, evaluate, threads,
};

use crate::engine::{self, Judgement};
use crate::estate::{Estate, schemas};
use crate::paths::Paths;
use crate::report::Report;

/// What to check, and with what.
#[derive(Clone, Debug)]
pub struct Request {
    /// Directories, files in them; absolute.
    pub paths: Vec<PathBuf>,
    /// Variables, environment, workspace, dialect.
    pub inputs: Inputs,
}

/// Checks every root module under the paths of a request.
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
    let judged: Vec<(Judgement, Vec<Problem>)> =
        threads::map(&roots, |root| one(root, request, cache));
    let mut judgement = Judgement::default();
    for (judged, more) in judged {
        judgement.extend(judged);
        problems.extend(more);
    }
    told_once(&mut problems, &request.inputs, roots.len());
    Report::new(judgement, problems, roots.len(), paths)
}

/// The root modules under the paths of a request.
pub fn roots(request: &Request, cache: &Cache) -> Discovery {
    let (plans, rest): (Vec<_>, Vec<_>) = request.paths.iter().cloned().partition(|p| is_plan(p));
    let mut discovery = match rest.is_empty() {
        true => Discovery::default(),
        false => discover(
            &rest,
            &DiscoverOptions {
                dialect: request.inputs.dialect,
            },
            cache,
        ),
    };
    discovery.problems.extend(plans.into_iter().map(|plan| {
        Problem::usage("plan files cannot be checked yet")
            .with_help("name the directory of the configuration that it was made from")
            .about(plan)
    }));
    discovery
}

fn one(root: &RootDir, request: &Request, cache: &Cache) -> (Judgement, Vec<Problem>) {
    let evaluated = evaluate(root, &request.inputs, cache);
    let (estate, unread) = Estate::of(&evaluated.instances);
    let mut judgement = engine::judge(&estate, &root.path);
    let (behind, too_many) = behind_gates(root, &request.inputs, cache, &evaluated);
    for Behind {
        gate,
        evaluated,
        added,
    } in behind
    {
        let (estate, _) = Estate::of(&evaluated.instances);
        let hidden = added.iter().map(ToString::to_string).collect();
        let judged = engine::judge(&estate, &root.path);
        judgement.extend_hidden(judged, &gate.to_string(), &hidden);
    }
    let mut problems = evaluated.problems;
    problems.extend(unread);
    problems.extend(too_many);
    (judgement, problems)
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

/// What `terraform show -json` puts into every document, and no other file that lies about.
#[derive(Deserialize)]
struct PlanHead {
    #[serde(rename = "format_version")]
    _format_version: IgnoredAny,
}

/// A plan as JSON, a binary plan, or standard input.
fn is_plan(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let configuration = [".tf.json", ".tofu.json", ".tfvars.json"]
        .iter()
        .any(|end| name.ends_with(end));
    if name == "-" {
        return true;
    }
    if name.ends_with(".json") && !configuration {
        return fs::read(path).is_ok_and(|text| serde_json::from_slice::<PlanHead>(&text).is_ok());
    }
    let mut start = [0; 4];
    let zip = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    zip.is_ok() && start == *b"PK\x03\x04"
}
