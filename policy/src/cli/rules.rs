//! `holdfast rules` and `holdfast explain`.

use serde::Serialize;

use super::args::{ExplainArgs, RulesArgs};
use super::{Exit, Output};
use crate::report::Format;
use crate::rule::Rule;
use crate::rules;

#[derive(Serialize)]
struct Document {
    version: u8,
    rules: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    rule: &'static str,
    severity: &'static str,
    summary: String,
}

pub(super) fn list(args: &RulesArgs) -> Output {
    let stdout = match args.format {
        Format::Human => table(),
        Format::Json => json(),
    };
    Output {
        stdout,
        ..Output::default()
    }
}

fn table() -> String {
    let width = rules::ALL
        .iter()
        .map(|rule| rule.id.len())
        .max()
        .unwrap_or(0);
    let line = |rule: &&Rule| {
        format!(
            "{:width$}  {:7}  {}\n",
            rule.id,
            rule.severity.name(),
            rule.summary()
        )
    };
    rules::ALL.iter().map(line).collect()
}

fn json() -> String {
    let entry = |rule: &&Rule| Entry {
        rule: rule.id,
        severity: rule.severity.name(),
        summary: rule.summary(),
    };
    let document = Document {
        version: 1,
        rules: rules::ALL.iter().map(entry).collect(),
    };
    // Strings and numbers only: there is nothing that could fail.
    serde_json::to_string_pretty(&document).expect("the list is plain data") + "\n"
}

pub(super) fn explain(args: &ExplainArgs) -> Output {
    match rules::find(&args.rule) {
        Some(rule) => Output {
            stdout: rule.page(),
            ..Output::default()
        },
        None => Output {
            stderr: format!(
                "error: there is no rule {:?}: `holdfast rules` lists them\n",
                args.rule
            ),
            code: Exit::Usage.code(),
            ..Output::default()
        },
    }
}
