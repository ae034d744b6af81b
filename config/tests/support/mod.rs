//! Scratch configurations, and what was evaluated as text.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fmt::Write as _;
use std::path::Path;

use cty::{Data, Mark, Value};
use tempfile::TempDir;
use terraform_config::instance::{Body, Instance, Nested};
use terraform_config::why::{Certainty, Reference, Why};
use terraform_config::{
    Cache, Evaluated, Inputs, Module, ModuleSource, Origin, Problem, RootDir, evaluate,
};

/// A directory with these files.
pub(crate) fn tree(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a scratch directory");
    for (name, text) in files {
        write(directory.path(), name, text.as_bytes());
    }
    directory
}

/// A file and the directories it lies in.
pub(crate) fn write(base: &Path, name: &str, bytes: &[u8]) {
    let path = base.join(name);
    let parent = path.parent().expect("a file lies in a directory");
    std::fs::create_dir_all(parent).expect("directories can be made");
    std::fs::write(path, bytes).expect("files can be written");
}

/// Evaluates a directory.
pub(crate) fn run(directory: &Path, inputs: &Inputs) -> Evaluated {
    let root = RootDir {
        path: directory.to_owned(),
        named: true,
    };
    evaluate(&root, inputs, &Cache::default())
}

/// Problems and outputs of one file.
pub(crate) fn outputs(text: &str) -> String {
    outputs_of(&[("main.tf", text)], &Inputs::default())
}

/// Problems and outputs of a root module.
pub(crate) fn outputs_of(files: &[(&str, &str)], inputs: &Inputs) -> String {
    let directory = tree(files);
    let evaluated = run(directory.path(), inputs);
    let mut out = String::new();
    for (name, output) in &evaluated.outputs {
        writeln!(out, "{name} = {}", value(&output.value)).expect("text grows");
    }
    out + &problems(&evaluated.problems, directory.path())
}

/// Everything of a root module.
pub(crate) fn everything(directory: &Path, inputs: &Inputs) -> String {
    let evaluated = run(directory, inputs);
    let instances: String = evaluated
        .instances
        .iter()
        .map(|it| instance(it, directory))
        .collect();
    let missing = evaluated.modules.iter().filter_map(missing_module);
    let all = instances + &missing.collect::<String>();
    all.replace(&*directory.to_string_lossy(), "$DIR") + &problems(&evaluated.problems, directory)
}

/// Everything of these files.
pub(crate) fn everything_of(files: &[(&str, &str)]) -> String {
    let directory = tree(files);
    everything(directory.path(), &Inputs::default())
}

fn missing_module(module: &Module) -> Option<String> {
    match &module.source {
        ModuleSource::Directory(_) => None,
        ModuleSource::Missing(why) => {
            let names: Vec<&str> = module.path.iter().map(|step| step.name.as_ref()).collect();
            Some(format!("missing module {}: {why}\n", names.join(".")))
        }
    }
}

/// Problems, one a line.
pub(crate) fn problems(problems: &[Problem], base: &Path) -> String {
    problems
        .iter()
        .map(|problem| {
            let at = match (&problem.origin, &problem.file) {
                (Some(origin), _) => place(origin, base),
                (None, Some(file)) => relative(file, base),
                (None, None) => String::new(),
            };
            let help = problem.help.as_ref().map(|help| format!(" ({help})"));
            let (text, help) = (&problem.message, help.unwrap_or_default());
            format!("{:?} {at}: {text}{help}\n", problem.kind)
                .replace(&*base.to_string_lossy(), "$DIR")
        })
        .collect()
}

fn relative(path: &Path, base: &Path) -> String {
    let path = path.strip_prefix(base).unwrap_or(path);
    path.display().to_string()
}

fn place(origin: &Origin, base: &Path) -> String {
    let start = origin.start();
    let file = relative(&origin.file.path, base);
    format!("{file}:{}:{}", start.line, start.column)
}

/// An instance, indented.
pub(crate) fn instance(instance: &Instance, base: &Path) -> String {
    let header = place(&instance.header, base);
    let mut out = format!("{} at {header}\n", instance.address);
    if let Some(why) = &instance.repetition {
        writeln!(out, "  * any number: {why}").expect("text grows");
    }
    body(&instance.body, 1, &mut out);
    out
}

fn body(it: &Body, depth: usize, out: &mut String) {
    let pad = "  ".repeat(depth);
    for (name, attribute) in &it.attributes {
        writeln!(out, "{pad}{name} = {}", value(&attribute.value)).expect("text grows");
    }
    for nested in &it.blocks {
        let block = nested.block();
        match nested {
            Nested::Block(_) => writeln!(out, "{pad}{}", block.type_name),
            Nested::Unknown { why, .. } => {
                writeln!(out, "{pad}{} * any number: {why}", block.type_name)
            }
        }
        .expect("text grows");
        body(&block.body, depth + 1, out);
    }
}

/// A value: unknowns as `?` with their reasons, then `@` and the references it carries.
pub(crate) fn value(it: &Value) -> String {
    let list = |open: &str, items: &[Value], close: &str| {
        let items: Vec<String> = items.iter().map(value).collect();
        format!("{open}{}{close}", items.join(", "))
    };
    let mut out = match it.data() {
        Data::Null(_) => "null".to_owned(),
        Data::Unknown(ty, _) => {
            let whys = it.marks().iter().filter_map(Why::from_mark);
            let whys: Vec<String> = whys.map(ToString::to_string).collect();
            format!("?{}({})", ty.friendly_name(), whys.join("; "))
        }
        Data::Bool(value) => value.to_string(),
        Data::Number(number) => number.to_string(),
        Data::String(text) => format!("{text:?}"),
        Data::List(_, items) => list("list[", items, "]"),
        Data::Set(_, items) => list("set[", items, "]"),
        Data::Tuple(items) => list("[", items, "]"),
        Data::Map(_, entries) | Data::Object(entries) => {
            let kind = if matches!(it.data(), Data::Map(..)) {
                "map"
            } else {
                ""
            };
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, item)| format!("{key} = {}", value(item)))
                .collect();
            format!("{kind}{{{}}}", entries.join(", "))
        }
    };
    for reference in Reference::of(it) {
        let any = if reference.any_key { "[any]" } else { "" };
        let certainty = match reference.certainty {
            Certainty::Sure => "",
            Certainty::OneOf => "one of ",
            Certainty::Perhaps => "perhaps ",
        };
        write!(
            out,
            " @{certainty}{}{any}.{}",
            reference.address, reference.path
        )
        .expect("text grows");
    }
    if it.marks().contains(&Mark::Sensitive) {
        out.push_str(" (sensitive)");
    }
    out
}
