//! Plans: read, evaluated, judged. What nobody sees without a switch is not looked for, since a
//! plan knows what there will be.

use std::sync::Arc;

use terraform_config::plan::{Plan, PlanError, PlanRequest, evaluate_plan};
use terraform_config::{Cache, Inputs, Problem};

use super::{Judged, Request};
use crate::engine::{self, Input};
use crate::estate::Estate;
use crate::named::{PlanFile, advice};
use crate::report::Looked;

pub(super) fn judged(file: &PlanFile, request: &Request, cache: &Cache) -> Judged {
    let plan = match read(file, &request.inputs) {
        Ok(plan) => Arc::new(plan),
        Err(problem) => {
            return Judged {
                problems: vec![problem],
                ..Judged::default()
            };
        }
    };
    let asked = PlanRequest {
        path: file.path.clone(),
        source: request.source.clone(),
    };
    let evaluated = evaluate_plan(&plan, &asked, &inputs(&request.inputs), cache);
    let (estate, unread) = Estate::of(&evaluated.instances);
    let mut problems = evaluated.problems;
    problems.extend(unread);
    Judged {
        judgement: engine::judge(&estate, &Input::Plan(file.path.clone())),
        problems,
        looked: Looked { roots: 0, plans: 1 },
    }
}

fn read(file: &PlanFile, inputs: &Inputs) -> Result<Plan, Problem> {
    let bytes = file.read()?;
    Plan::from_bytes(&bytes, &inputs.schemas).map_err(|error| refused(file, &bytes, &error))
}

fn refused(file: &PlanFile, bytes: &[u8], error: &PlanError) -> Problem {
    let message = format!("{}: {error}", file.shown());
    let problem = Problem::analysis(message).about(&file.path);
    match (error, advice(bytes)) {
        (PlanError::NotAPlan, Some(advice)) => problem.with_help(advice),
        _ => problem,
    }
}

/// What a plan was made with is in it, and what this run is given changes nothing of it.
fn inputs(inputs: &Inputs) -> Inputs {
    let is_value = |name: &str| name.starts_with("TF_VAR_") || name == "TF_WORKSPACE";
    let environment = inputs.environment.iter();
    Inputs {
        variables: Vec::new(),
        workspace: None,
        environment: environment
            .filter(|(name, _)| !is_value(name))
            .cloned()
            .collect(),
        ..inputs.clone()
    }
}

/// Flags that change nothing of what was asked for.
pub(super) fn without_effect(request: &Request) -> Vec<Problem> {
    let has_plans = !request.named.plans.is_empty();
    let has_others = !request.named.configurations.is_empty();
    let mut notes = Vec::new();
    if has_plans && !has_others {
        let Inputs {
            variables,
            workspace,
            ..
        } = &request.inputs;
        let given = [
            ("-var and -var-file", !variables.is_empty()),
            ("--workspace", workspace.is_some()),
        ];
        notes.extend(given.iter().filter(|(_, given)| *given).map(|(flag, _)| {
            let message = format!("{flag} changed nothing: a plan holds what it was made with");
            Problem::note(message)
        }));
    }
    if request.source.is_some() && !has_plans && has_others {
        let message = "--source changed nothing: no PATH is a plan";
        notes.push(Problem::note(message));
    }
    notes
}
