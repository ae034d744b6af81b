//! Evaluates the case files with the `terraform` on PATH.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Map, Value as Json, json};

/// What Terraform says about each expression: `{type, value}` or `{error}`.
pub(crate) type Results = BTreeMap<String, Json>;

/// The version of the `terraform` on PATH; `None` if there is none.
pub(crate) fn version() -> Option<String> {
    let output = Command::new("terraform")
        .args(["version", "-json"])
        .output()
        .ok()?;
    let answer: Json = serde_json::from_slice(&output.stdout).ok()?;
    answer["terraform_version"].as_str().map(str::to_owned)
}

/// Evaluates expressions of literals: first those that fail, all in one validation, then the
/// others, all in one apply.
pub(crate) fn known(expressions: &[&str], files: &Path) -> io::Result<Results> {
    let directory = tempfile::tempdir()?;
    copy(files, directory.path())?;
    let outputs = |wanted: &dyn Fn(usize) -> bool| {
        let lines = expressions.iter().enumerate().map(|(i, expression)| {
            if wanted(i) {
                output(i, expression)
            } else {
                "\n".repeat(LINES)
            }
        });
        lines.collect::<String>()
    };
    write(directory.path(), &outputs(&|_| true))?;
    let answer = run(directory.path(), &["validate", "-json"])?;
    let answer: Json = serde_json::from_slice(&answer.stdout)?;
    let mut results = Results::new();
    for diagnostic in answer["diagnostics"].as_array().into_iter().flatten() {
        let line = diagnostic["range"]["start"]["line"]
            .as_u64()
            .unwrap_or_default() as usize;
        let at = line.wrapping_sub(1) / LINES;
        let expression = expressions.get(at).copied().unwrap_or_default();
        // A panic inside Terraform is followed by its stack, which is never the same.
        let detail = diagnostic["detail"].as_str().unwrap_or_default();
        let error = json!({ "error": detail.lines().next() });
        results.entry(expression.to_owned()).or_insert(error);
    }
    write(
        directory.path(),
        &outputs(&|i| !results.contains_key(expressions[i])),
    )?;
    succeed(run(
        directory.path(),
        &["apply", "-auto-approve", "-no-color"],
    )?)?;
    let answer = succeed(run(directory.path(), &["output", "-json"])?)?;
    let answer: Json = serde_json::from_slice(&answer.stdout)?;
    for (i, expression) in expressions.iter().enumerate() {
        let found = &answer[format!("c{i}")];
        let result = json!({ "type": found["type"][1][0], "value": found["value"][0] });
        results.entry((*expression).to_owned()).or_insert(result);
    }
    Ok(results)
}

/// Plans expressions of unknown parts: the value with [`UNKNOWN`] where it is not known.
pub(crate) fn unknown(expressions: &[&str], locals: &str, files: &Path) -> io::Result<Results> {
    let directory = tempfile::tempdir()?;
    copy(files, directory.path())?;
    let outputs = expressions
        .iter()
        .enumerate()
        .map(|(i, expression)| output(i, expression));
    write(directory.path(), &(outputs.collect::<String>() + locals))?;
    succeed(run(directory.path(), &["plan", "-out=plan", "-no-color"])?)?;
    let answer = succeed(run(directory.path(), &["show", "-json", "plan"])?)?;
    let answer: Json = serde_json::from_slice(&answer.stdout)?;
    let changes = &answer["output_changes"];
    let result = |(i, expression): (usize, &&str)| {
        let change = &changes[format!("c{i}")];
        let value = merge(&change["after"][0], &change["after_unknown"][0]);
        ((*expression).to_owned(), value)
    };
    Ok(expressions.iter().enumerate().map(result).collect())
}

/// Stands where a value is unknown.
pub(crate) const UNKNOWN: &str = "<unknown>";

/// A plan says in two trees what is known and what is not.
fn merge(after: &Json, unknown: &Json) -> Json {
    match unknown {
        Json::Bool(true) => json!(UNKNOWN),
        Json::Array(parts) => {
            let count = parts.len().max(after.as_array().map_or(0, Vec::len));
            (0..count)
                .map(|i| merge(&after[i], parts.get(i).unwrap_or(&Json::Null)))
                .collect()
        }
        Json::Object(parts) => {
            let mut merged = after.as_object().cloned().unwrap_or_default();
            for (key, part) in parts {
                merged.insert(key.clone(), merge(&after[key], part));
            }
            Json::Object(merged.into_iter().collect::<Map<_, _>>())
        }
        _ => after.clone(),
    }
}

/// Lines that one output takes up.
const LINES: usize = 4;

/// An output of an expression, wrapped in a tuple so that a null is an output too.
fn output(i: usize, expression: &str) -> String {
    format!("output \"c{i}\" {{\n  sensitive = true\n  value = [{expression}]\n}}\n")
}

fn write(directory: &Path, text: &str) -> io::Result<()> {
    fs::write(directory.join("main.tf"), text)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn run(directory: &Path, args: &[&str]) -> io::Result<Output> {
    Command::new("terraform")
        .args(args)
        .current_dir(directory)
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .env("TF_IN_AUTOMATION", "1")
        .env("CHECKPOINT_DISABLE", "1")
        .output()
}

fn succeed(output: Output) -> io::Result<Output> {
    if output.status.success() {
        return Ok(output);
    }
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(io::Error::other(message))
}
