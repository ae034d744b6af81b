//! What a run found, and the formats it is told in: one file each.

mod excerpt;
mod human;
mod json;

use std::path::Path;

use terraform_config::{Problem, ProblemKind};

use crate::engine::{Finding, Judgement, Open};
use crate::finding::Severity;
use crate::paths::{Paths, STDIN};
use crate::place::Place;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Snippets for people.
    Human,
    /// JSON, version 1.
    Json,
}

/// Whether to write ANSI colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Off,
    /// ANSI escape codes.
    On,
}

/// What a run found: sorted by file, line, column, rule and address, without repetitions.
#[derive(Clone, Debug)]
pub struct Report {
    /// Violations.
    pub findings: Vec<Finding>,
    /// Open questions.
    pub undecided: Vec<Open>,
    /// What went wrong on the way.
    pub problems: Vec<Problem>,
    /// What was looked at.
    pub looked: Looked,
    /// Clusters looked at.
    pub clusters: usize,
    paths: Paths,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Root modules.
    pub roots: usize,
    /// Plans.
    pub plans: usize,
}

impl Report {
    /// Puts a run's results in order.
    ///
    /// A module that two roots call says the same thing twice, and is heard once, with both roots.
    pub fn new(judgement: Judgement, problems: Vec<Problem>, looked: Looked, paths: Paths) -> Self {
        let Judgement {
            clusters,
            findings,
            undecided,
        } = judgement;
        let findings = in_order(
            findings,
            |finding| {
                let spot = spot(&paths, &finding.violation.place);
                let (address, when) = (finding.address.clone(), finding.when.clone());
                let message = finding.violation.message.clone();
                (spot, finding.rule.id, address, when, message)
            },
            |first, again| first.inputs.extend(again.inputs),
        );
        let undecided = in_order(
            undecided,
            |open| {
                let unknown = &open.undecided.unknown;
                let spot = spot(&paths, &unknown.place);
                let because = unknown.because.clone();
                (spot, open.rule.id, open.address.clone(), because)
            },
            |first, again| first.inputs.extend(again.inputs),
        );
        let problems = problems.into_iter().map(|problem| shown(problem, &paths));
        let problems = in_order(
            problems.collect(),
            |problem| {
                let position = problem.origin.as_ref().map(|origin| origin.start());
                let file = problem.file.as_ref().map(|file| paths.show(file));
                (file, position, problem.kind, problem.message.clone())
            },
            |_, _| {},
        );
        Self {
            findings,
            undecided,
            problems,
            looked,
            clusters,
            paths,
        }
    }

    /// The whole report in one format.
    pub fn render(&self, format: Format, colour: Colour) -> String {
        match format {
            Format::Human => human::problems(self, colour) + &human::findings(self, colour),
            Format::Json => json::render(self),
        }
    }

    /// What standard output gets of it. The problems of the human format go to standard error.
    pub fn stdout(&self, format: Format, colour: Colour) -> String {
        match format {
            Format::Human => human::findings(self, colour),
            Format::Json => json::render(self),
        }
    }

    /// What standard error gets: the problems, for people, whatever the format.
    pub fn stderr(&self, colour: Colour) -> String {
        human::problems(self, colour)
    }

    /// True if a finding weighs as much as `severity`, or more.
    pub fn reaches(&self, severity: Severity) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity() >= severity)
    }

    /// True if there is a problem of that kind.
    pub fn has(&self, kind: ProblemKind) -> bool {
        self.problems.iter().any(|problem| problem.kind == kind)
    }
}

/// Messages name a file as it was found on disk; readers get it as all paths are shown.
fn shown(mut problem: Problem, paths: &Paths) -> Problem {
    // Standard input is called that from the beginning.
    let file = problem.file.as_ref();
    if let Some(file) = file.filter(|file| *file != Path::new(STDIN)) {
        let found = file.display().to_string();
        problem.message = problem.message.replace(&found, &paths.show(file));
    }
    problem
}

/// File, line and column as shown; what is not known is not made up.
type Spot = (Option<String>, Option<usize>, Option<usize>);

fn spot(paths: &Paths, place: &Place) -> Spot {
    let position = place.position();
    (
        paths.file(place.path()),
        position.map(|it| it.line),
        position.map(|it| it.column),
    )
}

/// Sorts by key; what has the key of something before it is merged into that.
fn in_order<T, K: Ord>(items: Vec<T>, key: impl Fn(&T) -> K, merge: impl Fn(&mut T, T)) -> Vec<T> {
    let mut keyed: Vec<(K, T)> = items.into_iter().map(|item| (key(&item), item)).collect();
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut merged: Vec<(K, T)> = Vec::with_capacity(keyed.len());
    for (key, item) in keyed {
        match merged.last_mut() {
            Some((last, first)) if *last == key => merge(first, item),
            _ => merged.push((key, item)),
        }
    }
    merged.into_iter().map(|(_, item)| item).collect()
}
