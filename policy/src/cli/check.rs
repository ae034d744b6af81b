//! `holdfast check`.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use terraform_config::{Cache, Dialect, Inputs, MissingModules, ProblemKind, VarInput};

use super::{Exit, Output, World, args};
use crate::check::{Request, check_with, roots};
use crate::engine::Judgement;
use crate::named::{Named, joined};
use crate::paths::Paths;
use crate::report::{Colour, Looked, Report};
use args::CheckArgs;

pub(super) fn run(args: &CheckArgs, matches: Option<&ArgMatches>, world: &World) -> Output {
    let variables = match variables(args, matches, &world.cwd) {
        Ok(variables) => variables,
        Err(message) => return usage(&message),
    };
    let source = match source(args, &world.cwd) {
        Ok(source) => source,
        Err(message) => return usage(&message),
    };
    let request = request(args, source, variables, world);
    let paths = Paths::new(&world.cwd);
    if args.show_roots {
        return show_roots(&request, paths, world);
    }
    // Taking it apart in a program that ends would only take time.
    let cache = ManuallyDrop::new(Cache::default());
    let report = check_with(&request, paths, &cache);
    let mut output = Output {
        stdout: report.stdout(args.format, world.stdout),
        stderr: report.stderr(world.stderr),
        code: exit(&report, args).code(),
    };
    for (format, path) in &args.outputs {
        let text = report.render(*format, Colour::Off);
        if let Err(error) = std::fs::write(world.cwd.join(path), text) {
            output.stderr += &format!("error: cannot write {}: {error}\n", path.display());
            output.code = Exit::Usage.code();
        }
    }
    output
}

fn exit(report: &Report, args: &CheckArgs) -> Exit {
    if report.has(ProblemKind::Usage) {
        Exit::Usage
    } else if report.has(ProblemKind::Analysis) {
        Exit::NotAnalysed
    } else if report.reaches(args.fail_on) || (args.strict && !report.undecided.is_empty()) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

fn request(
    args: &CheckArgs,
    source: Option<PathBuf>,
    variables: Vec<VarInput>,
    world: &World,
) -> Request {
    let named = Named::of(&args.paths, &world.cwd, || world.stdin.read());
    let inputs = Inputs {
        variables,
        environment: world.env.clone(),
        workspace: args.workspace.clone(),
        dialect: args.dialect.map(|dialect| match dialect {
            args::Dialect::Terraform => Dialect::Terraform,
            args::Dialect::Tofu => Dialect::Tofu,
        }),
        missing_modules: match args.missing_modules {
            args::MissingModules::Error => MissingModules::Fail,
            args::MissingModules::Note => MissingModules::Note,
        },
        ..Inputs::default()
    };
    Request {
        named,
        source,
        inputs,
    }
}

/// `-var` and `-var-file` in the order in which they were written: later ones win.
fn variables(
    args: &CheckArgs,
    matches: Option<&ArgMatches>,
    cwd: &Path,
) -> Result<Vec<VarInput>, String> {
    let places = |id: &str| -> Vec<usize> {
        matches
            .and_then(|matches| matches.indices_of(id))
            .into_iter()
            .flatten()
            .collect()
    };
    let mut inputs = Vec::new();
    for (at, text) in places("variables").into_iter().zip(&args.variables) {
        let (name, text) = text
            .split_once('=')
            .ok_or_else(|| format!("-var {text:?} has no =: write -var 'name=value'"))?;
        let (name, text) = (name.trim().to_owned(), text.to_owned());
        inputs.push((at, VarInput::Value { name, text }));
    }
    for (at, file) in places("variable_files")
        .into_iter()
        .zip(&args.variable_files)
    {
        inputs.push((at, VarInput::File(cwd.join(file))));
    }
    inputs.sort_by_key(|(at, _)| *at);
    Ok(inputs.into_iter().map(|(_, input)| input).collect())
}

/// Where the configuration of the plans is.
fn source(args: &CheckArgs, cwd: &Path) -> Result<Option<PathBuf>, String> {
    let Some(source) = &args.source else {
        return Ok(None);
    };
    let directory = joined(cwd, source);
    let shown = source.display();
    match directory.metadata() {
        Ok(found) if found.is_dir() => Ok(Some(directory)),
        Ok(_) => Err(format!("--source {shown} is no directory")),
        Err(error) => Err(format!("--source {shown} cannot be read: {error}")),
    }
}

fn show_roots(request: &Request, paths: Paths, world: &World) -> Output {
    let discovery = roots(request, &Cache::default());
    let roots = discovery.roots.iter().map(|root| root.path.as_path());
    let plans = request.named.plans.iter().map(|plan| plan.path.as_path());
    let shown = roots
        .chain(plans)
        .map(|path| paths.show(path) + "\n")
        .collect();
    let (judgement, looked) = (Judgement::default(), Looked::default());
    let report = Report::new(judgement, discovery.problems, looked, paths);
    let exit = match (
        report.has(ProblemKind::Usage),
        report.has(ProblemKind::Analysis),
    ) {
        (true, _) => Exit::Usage,
        (false, true) => Exit::NotAnalysed,
        (false, false) => Exit::Clean,
    };
    Output {
        stdout: shown,
        stderr: report.stderr(world.stderr),
        code: exit.code(),
    }
}

fn usage(message: &str) -> Output {
    Output {
        stderr: format!("error: {message}\n"),
        code: Exit::Usage.code(),
        ..Output::default()
    }
}
