//! JSON, version 1: only additions within a version.

use serde::Serialize;
use terraform_config::{Problem, ProblemKind};

use super::{Report, spot};
use crate::engine::{Finding as Found, Open};
use crate::estate::Unknown;
use crate::paths::Paths;
use crate::place::Place;

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    findings: Vec<Finding<'a>>,
    undecided: Vec<Undecided<'a>>,
    errors: Vec<Error<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'static str,
    severity: &'static str,
    message: &'a str,
    address: &'a str,
    subject: &'a str,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    related: Vec<Related<'a>>,
    /// The value of a variable under which it holds. Configurations are read under the values
    /// they have, so there is none.
    when: Option<&'a str>,
}

#[derive(Serialize)]
struct Related<'a> {
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    message: &'a str,
}

#[derive(Serialize)]
struct Undecided<'a> {
    rule: &'static str,
    address: &'a str,
    subject: &'a str,
    because: &'a str,
    chain: Vec<&'a str>,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
}

#[derive(Serialize)]
struct Error<'a> {
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    message: &'a str,
}

/// The document, with a final newline.
pub(super) fn render(report: &Report) -> String {
    let paths = &report.paths;
    let document = Document {
        version: 1,
        findings: report
            .findings
            .iter()
            .map(|found| finding(found, paths))
            .collect(),
        undecided: undecided(report),
        errors: errors(report),
    };
    // Strings and numbers only: there is nothing that could fail.
    serde_json::to_string_pretty(&document).expect("the report is plain data") + "\n"
}

fn finding<'a>(found: &'a Found, paths: &Paths) -> Finding<'a> {
    let violation = &found.violation;
    let (file, line, column) = spot(paths, &violation.place);
    let related = violation.related.iter().map(|related| {
        let (file, line, column) = spot(paths, &related.place);
        Related {
            file,
            line,
            column,
            message: &related.message,
        }
    });
    let mut related: Vec<Related<'_>> = related.collect();
    related.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    Finding {
        rule: found.rule.id,
        severity: found.severity().name(),
        message: &violation.message,
        address: &found.address,
        subject: &violation.subject,
        file,
        line,
        column,
        related,
        when: found.when.as_deref(),
    }
}

/// One entry for each cause.
fn undecided(report: &Report) -> Vec<Undecided<'_>> {
    let mut entries = Vec::new();
    for open in &report.undecided {
        let unknowns = std::iter::once(&open.undecided.unknown).chain(&open.undecided.also);
        entries.extend(unknowns.map(|unknown| cause(open, unknown, &report.paths)));
    }
    entries.sort_by(|a, b| {
        let a = (&a.file, a.line, a.column, a.rule, a.address);
        a.cmp(&(&b.file, b.line, b.column, b.rule, b.address))
    });
    entries
}

fn cause<'a>(open: &'a Open, unknown: &'a Unknown, paths: &Paths) -> Undecided<'a> {
    let (file, line, column) = spot(paths, &unknown.place);
    Undecided {
        rule: open.rule.id,
        address: &open.address,
        subject: &open.undecided.subject,
        because: &unknown.because,
        chain: unknown.chain.iter().map(AsRef::as_ref).collect(),
        file,
        line,
        column,
    }
}

fn errors(report: &Report) -> Vec<Error<'_>> {
    let problems = report
        .problems
        .iter()
        .filter(|problem| problem.kind != ProblemKind::Note);
    problems
        .map(|problem| error(problem, &report.paths))
        .collect()
}

fn error<'a>(problem: &'a Problem, paths: &Paths) -> Error<'a> {
    let place = problem.origin.as_ref().map(Place::from);
    let position = place.and_then(|place| place.position());
    Error {
        file: problem.file.as_ref().and_then(|file| paths.file(file)),
        line: position.map(|it| it.line),
        column: position.map(|it| it.column),
        message: &problem.message,
    }
}
