//! A plan to resource instances.
//!
//! With the configuration that was planned at hand, from the plan itself or from `--source DIR`,
//! that is evaluated as always and the plan fills what it does not tell; else the plan's values
//! are all there is.

use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::disk::Files;
use crate::eval::{Evaluated, Planned, evaluate_planned};
use crate::paths::clean;
use crate::{Cache, Inputs, Problem, RootDir};

use super::place::is_beside;
use super::{Completeness, Plan, Sources, json};

/// Which plan, and where its configuration is.
#[derive(Clone, Debug, Default)]
pub struct PlanRequest {
    /// The plan file as it is shown: `-` for one from standard input.
    pub path: PathBuf,
    /// The root module's directory, if the user names it.
    pub source: Option<PathBuf>,
}

/// Evaluates what a plan leaves behind: every instance that is there after the apply, unchanged
/// ones included. Variables are the plan's, whatever `inputs` say, and there are no gates.
///
/// The configuration that a plan carries is read from memory; what `file` and its like read is not
/// in it and comes from the directory that the user names. Places are shown in that directory, else
/// beside the plan if the same files lie there, else in the plan's path as if that were a directory.
pub fn evaluate_plan(
    plan: &Arc<Plan>,
    request: &PlanRequest,
    inputs: &Inputs,
    cache: &Cache,
) -> Evaluated {
    let mut evaluated = match (&plan.sources, &request.source) {
        (Some(sources), _) => from_memory(plan, sources, request, inputs, cache),
        (None, Some(directory)) => from_directory(plan, directory, request, inputs, cache),
        (None, None) => alone(plan, request),
    };
    evaluated.problems.extend(incomplete(plan, &request.path));
    evaluated
}

fn from_memory(
    plan: &Plan,
    sources: &Sources,
    request: &PlanRequest,
    inputs: &Inputs,
    cache: &Cache,
) -> Evaluated {
    let root = root_of(sources, request);
    let (mut files, modules) = laid_out(sources, &root);
    if let Some(directory) = &request.source {
        files = files.with_data_in(cache.places.repository(directory));
    }
    let planned = Planned::new(plan, &request.path, Some(modules));
    let inputs = Inputs {
        // Nothing but what the plan was made with counts.
        environment: Vec::new(),
        workspace: workspace(plan).or_else(|| Some("default".to_owned())),
        ..of_plan(plan, inputs)
    };
    let root = RootDir {
        path: root,
        named: true,
    };
    evaluate_planned(&root, &inputs, &Cache::in_memory(files), &planned)
}

fn from_directory(
    plan: &Plan,
    directory: &Path,
    request: &PlanRequest,
    inputs: &Inputs,
    cache: &Cache,
) -> Evaluated {
    if !directory.is_dir() {
        let message = format!("--source {} is no directory", directory.display());
        let mut evaluated = Evaluated::default();
        let problem = Problem::usage(message).about(directory);
        evaluated.problems.push(problem);
        return evaluated;
    }
    let planned = Planned::new(plan, &request.path, None);
    let inputs = Inputs {
        workspace: workspace(plan).or_else(|| inputs.workspace.clone()),
        ..of_plan(plan, inputs)
    };
    let root = RootDir {
        path: directory.to_owned(),
        named: true,
    };
    evaluate_planned(&root, &inputs, cache, &planned)
}

fn alone(plan: &Plan, request: &PlanRequest) -> Evaluated {
    let mut evaluated = Evaluated::default();
    evaluated.instances = json::instances(plan, &request.path);
    evaluated
}

fn of_plan(plan: &Plan, inputs: &Inputs) -> Inputs {
    Inputs {
        variables: Vec::new(),
        dialect: Some(plan.dialect),
        ..inputs.clone()
    }
}

fn workspace(plan: &Plan) -> Option<String> {
    let workspace = plan.backend.as_ref().map(|it| it.workspace.to_string());
    workspace.filter(|name| !name.is_empty())
}

/// Where the root module's files are shown.
fn root_of(sources: &Sources, request: &PlanRequest) -> PathBuf {
    let path = &request.path;
    let beside = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    match &request.source {
        Some(directory) => directory.clone(),
        None if is_beside(sources, &beside) => beside,
        None => path.clone(),
    }
}

/// Files by the directories in which they are shown, and where each module lies, relative to the
/// root's directory.
fn laid_out(sources: &Sources, root: &Path) -> (Files, HashMap<String, PathBuf>) {
    let mut files = Files::default();
    let mut modules = HashMap::new();
    // The root first: nobody takes its place.
    let (roots, others): (Vec<_>, Vec<_>) =
        sources.modules.iter().partition(|it| it.key.is_empty());
    for module in roots.into_iter().chain(others) {
        let texts: BTreeMap<String, Arc<[u8]>> = module
            .files
            .iter()
            .map(|(name, bytes)| (name.to_string(), Arc::clone(bytes)))
            .collect();
        let directory = match module.key.is_empty() {
            true => PathBuf::from("."),
            false => directory_of(&module.directory),
        };
        let apart = || PathBuf::from(format!("m-{}", module.key));
        let relative = match directory {
            it if it.is_absolute() => apart(),
            it => it,
        };
        let relative = match files.add(&root.join(&relative), texts.clone()) {
            true => relative,
            // Two modules in one place that hold different files: each stays what it is.
            false => {
                files.add(&root.join(apart()), texts);
                apart()
            }
        };
        modules.insert(module.key.to_string(), relative);
    }
    (files, modules)
}

/// A directory as it was written on the machine that planned.
fn directory_of(written: &str) -> PathBuf {
    let written = written.replace('\\', "/");
    // A drive is none on this machine.
    match written.split_once(":/") {
        Some((_, rest)) => Path::new("/").join(rest),
        None => clean(Path::new(&written)),
    }
}

/// True for a directory that lies in the root module's.
pub(super) fn is_inside(directory: &Path) -> bool {
    let mut parts = directory.components();
    parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// What there is to say of a plan that does not cover everything.
fn incomplete(plan: &Plan, path: &Path) -> Option<Problem> {
    let shown = path.display();
    let deferred = plan.deferred_changes.len();
    let why = match plan.completeness {
        Completeness::Complete => return None,
        Completeness::Errored => "planning it ended in errors".to_owned(),
        Completeness::Partial if deferred == 1 => "1 change is deferred".to_owned(),
        Completeness::Partial if deferred > 1 => format!("{deferred} changes are deferred"),
        Completeness::Partial => {
            "applying it leaves something to plan again, as with -target".to_owned()
        }
    };
    let message = format!("{shown} is a partial plan: {why}");
    let help = "what is not in it is not looked at; check a plan of everything";
    Some(Problem::analysis(message).with_help(help).about(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Disk;
    use crate::plan::SourceModule;

    fn module(key: &str, directory: &str, text: &str) -> SourceModule {
        SourceModule {
            key: key.into(),
            directory: directory.into(),
            files: BTreeMap::from([("main.tf".into(), text.as_bytes().into())]),
        }
    }

    #[test]
    fn modules_are_found_by_the_names_of_their_calls_wherever_they_say_they_are() {
        let sources = Sources {
            modules: vec![
                module("evil", ".", "# in the root's place"),
                module("", ".", "# root"),
                module("a", "modules/a", "# a"),
                module("b", "../shared/b", "# b"),
                module("b.c", "../shared/b", "# b"),
                module("absolute", "/etc", "# absolute"),
                module("windows", "C:/work/m", "# windows"),
                module("backslash", "modules\\d", "# d"),
            ],
        };
        let root = Path::new("infra/p.tfplan");
        let (files, modules) = laid_out(&sources, root);
        let disk = Disk::Memory(Arc::new(files));
        let mut lines: Vec<String> = sources
            .modules
            .iter()
            .map(|it| {
                let place = &modules[&*it.key];
                let text = disk.text(&root.join(place).join("main.tf")).unwrap();
                format!("{} {} {text}", it.key, place.display())
            })
            .collect();
        lines.sort();
        insta::assert_snapshot!(lines.join("\n"), @r"
         . # root
        a modules/a # a
        absolute m-absolute # absolute
        b ../shared/b # b
        b.c ../shared/b # b
        backslash modules/d # d
        evil m-evil # in the root's place
        windows m-windows # windows
        ");
    }

    #[test]
    fn places_are_those_on_disk_if_the_same_files_lie_beside_the_plan() {
        let scratch = tempfile::tempdir().unwrap();
        let top = scratch.path();
        std::fs::create_dir_all(top.join("modules/a")).unwrap();
        std::fs::write(top.join("main.tf"), "# root").unwrap();
        std::fs::write(top.join("modules/a/main.tf"), "# a").unwrap();
        std::fs::write(top.join("other.tf"), "# not planned").unwrap();
        let root = |modules: &[SourceModule], source: Option<&str>| {
            let sources = Sources {
                modules: modules.to_vec(),
            };
            let request = PlanRequest {
                path: top.join("p.tfplan"),
                source: source.map(PathBuf::from),
            };
            root_of(&sources, &request)
        };
        let here = module("", ".", "# root");
        let a = module("a", "modules/a", "# a");
        // What lies elsewhere is not looked for.
        let above = module("b", "../b", "# b");
        let same = [here.clone(), a.clone(), above];
        assert_eq!(root(&same, None), top);
        assert_eq!(root(&same, Some("src")), Path::new("src"));
        let own = top.join("p.tfplan");
        let changed = module("a", "modules/a", "# A");
        assert_eq!(root(&[here.clone(), changed], None), own);
        let missing = module("c", "modules/c", "# c");
        assert_eq!(root(&[here.clone(), missing], None), own);
        assert_eq!(root(&[a], None), own, "a plan without a root");
        let request = PlanRequest {
            path: "-".into(),
            source: None,
        };
        let sources = Sources {
            modules: vec![here],
        };
        assert_eq!(root_of(&sources, &request), Path::new("-"));
    }
}
