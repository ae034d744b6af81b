//! Evaluates the case files with real hosts: Terraform and OpenTofu.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Map, Value as Json, json};

/// What a host says about each expression: `{type, value}` or `{error}`.
pub(crate) type Results = BTreeMap<String, Json>;

/// A program that plans.
pub(crate) struct Host {
    /// `terraform-1.15.9`, `opentofu-1.12.6`.
    pub(crate) name: String,
    program: PathBuf,
}

/// The hosts that `HOLDFAST_TERRAFORM_BINARIES` lists, else the `terraform` on PATH, if any.
pub(crate) fn all() -> Vec<Host> {
    let listed = std::env::var_os("HOLDFAST_TERRAFORM_BINARIES");
    let programs = match &listed {
        Some(listed) => std::env::split_paths(listed).collect(),
        None => vec![PathBuf::from("terraform")],
    };
    programs.into_iter().filter_map(host).collect()
}

fn host(program: PathBuf) -> Option<Host> {
    let answer = command(&program).args(["version", "-json"]).output().ok()?;
    let answer: Json = serde_json::from_slice(&answer.stdout).ok()?;
    // Both programs call it `terraform_version`.
    let version = answer["terraform_version"].as_str()?;
    let words = command(&program).arg("version").output().ok()?;
    let product = match words.stdout.starts_with(b"OpenTofu") {
        true => "opentofu",
        false => "terraform",
    };
    Some(Host {
        name: format!("{product}-{version}"),
        program,
    })
}

impl Host {
    /// Evaluates expressions of literals: first those that fail, all in one validation, then the
    /// others, all in one apply.
    pub(crate) fn known(
        &self,
        expressions: &[&str],
        locals: &str,
        files: &Path,
    ) -> io::Result<Results> {
        let directory = tempfile::tempdir()?;
        copy(files, directory.path())?;
        fs::write(directory.path().join("locals.tf"), locals)?;
        let mut results = self.refused(directory.path(), expressions)?;
        succeed(self.run(directory.path(), &["apply", "-auto-approve", "-no-color"])?)?;
        let answer = succeed(self.run(directory.path(), &["output", "-json"])?)?;
        let answer: Json = serde_json::from_slice(&answer.stdout)?;
        for (i, expression) in expressions.iter().enumerate() {
            let found = &answer[format!("c{i}")];
            let result = json!({ "type": found["type"][1][0], "value": found["value"][0] });
            results.entry((*expression).to_owned()).or_insert(result);
        }
        Ok(results)
    }

    /// Writes the expressions and takes out those that a validation refuses, until it refuses none.
    fn refused(&self, directory: &Path, expressions: &[&str]) -> io::Result<Results> {
        let mut results = Results::new();
        // A fault of syntax hides every other fault.
        loop {
            write(directory, expressions, &|expression| {
                !results.contains_key(expression)
            })?;
            let found = self.faults(directory, expressions)?;
            if found.is_empty() {
                return Ok(results);
            }
            results.extend(found);
        }
    }

    /// What a validation says about each expression.
    fn faults(&self, directory: &Path, expressions: &[&str]) -> io::Result<Results> {
        let answer = self.run(directory, &["validate", "-json"])?;
        let answer: Json = serde_json::from_slice(&answer.stdout)?;
        let diagnostics = answer["diagnostics"].as_array().cloned();
        faults(diagnostics.unwrap_or_default(), expressions)
    }

    /// Plans expressions of unknown parts: the value with [`UNKNOWN`] where it is not known, or the
    /// error.
    pub(crate) fn unknown(
        &self,
        expressions: &[&str],
        locals: &str,
        files: &Path,
    ) -> io::Result<Results> {
        let directory = tempfile::tempdir()?;
        copy(files, directory.path())?;
        fs::write(directory.path().join("locals.tf"), locals)?;
        let mut results = self.refused(directory.path(), expressions)?;
        // Some faults show only when types of resources are known.
        loop {
            let answer = self.run(directory.path(), &["plan", "-out=plan", "-json"])?;
            let lines = answer.stdout.split(|byte| *byte == b'\n');
            let events = lines.filter_map(|line| serde_json::from_slice::<Json>(line).ok());
            let diagnostics = events.map(|event| event["diagnostic"].clone());
            let found = faults(diagnostics, expressions)?;
            if found.is_empty() {
                succeed(answer)?;
                break;
            }
            results.extend(found);
            write(directory.path(), expressions, &|expression| {
                !results.contains_key(expression)
            })?;
        }
        let answer = succeed(self.run(directory.path(), &["show", "-json", "plan"])?)?;
        let answer: Json = serde_json::from_slice(&answer.stdout)?;
        let changes = &answer["output_changes"];
        for (i, expression) in expressions.iter().enumerate() {
            let change = &changes[format!("c{i}")];
            let value = merge(&change["after"][0], &change["after_unknown"][0]);
            results.entry((*expression).to_owned()).or_insert(value);
        }
        Ok(results)
    }

    /// Its functions, as it tells them.
    pub(crate) fn functions(&self) -> io::Result<Json> {
        let answer = succeed(self.run(Path::new("."), &["metadata", "functions", "-json"])?)?;
        Ok(serde_json::from_slice(&answer.stdout)?)
    }

    fn run(&self, directory: &Path, args: &[&str]) -> io::Result<Output> {
        let mut command = command(&self.program);
        command.args(args).current_dir(directory).output()
    }
}

/// The expressions that diagnostics are about.
fn faults(
    diagnostics: impl IntoIterator<Item = Json>,
    expressions: &[&str],
) -> io::Result<Results> {
    let mut faults = Results::new();
    for diagnostic in diagnostics {
        if diagnostic["severity"] != "error" {
            continue;
        }
        let at = place(&diagnostic["range"]);
        let expression = at
            .and_then(|at| expressions.get(at))
            .ok_or_else(|| io::Error::other(format!("no expression is at fault: {diagnostic}")))?;
        // A panic inside the host is followed by its stack, which is never the same.
        let detail = diagnostic["detail"].as_str().unwrap_or_default();
        let error = json!({ "error": detail.lines().next() });
        faults.entry((*expression).to_owned()).or_insert(error);
    }
    Ok(faults)
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
pub(crate) const LINES: usize = 4;

/// An output of an expression, wrapped in a tuple so that a null is an output too.
pub(crate) fn output(i: usize, expression: &str) -> String {
    format!("output \"c{i}\" {{\n  sensitive = true\n  value = [{expression}]\n}}\n")
}

/// Outputs in one file: hosts need time for each fault as long as the file that it is in.
const PER_FILE: usize = 50;

/// Writes the outputs of the `wanted` expressions, each in its place.
fn write(directory: &Path, expressions: &[&str], wanted: &dyn Fn(&str) -> bool) -> io::Result<()> {
    for (file, part) in expressions.chunks(PER_FILE).enumerate() {
        let lines = part.iter().enumerate().map(|(i, expression)| {
            if wanted(expression) {
                output(file * PER_FILE + i, expression)
            } else {
                "\n".repeat(LINES)
            }
        });
        fs::write(
            directory.join(format!("m{file}.tf")),
            lines.collect::<String>(),
        )?;
    }
    Ok(())
}

/// Which expression a range is in.
fn place(range: &Json) -> Option<usize> {
    let name = range["filename"].as_str()?;
    let file: usize = name.strip_prefix('m')?.strip_suffix(".tf")?.parse().ok()?;
    let line = range["start"]["line"].as_u64()? as usize;
    Some(file * PER_FILE + line.checked_sub(1)? / LINES)
}

/// Copies a directory's content.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
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

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .env("TF_IN_AUTOMATION", "1")
        .env("CHECKPOINT_DISABLE", "1");
    command
}

fn succeed(output: Output) -> io::Result<Output> {
    if output.status.success() {
        return Ok(output);
    }
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(io::Error::other(message))
}
