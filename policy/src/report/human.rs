//! For people: rustc-like snippets, and one line that sums up.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    AnnotationKind, Group, Level, Message, Origin, Renderer, normalize_untrusted_str,
};
use terraform_config::{Problem, ProblemKind};

use super::excerpt::{Mark, snippets};
use super::{Colour, Looked, Report};
use crate::engine::{Finding, Input, Open};
use crate::estate::Unknown;
use crate::finding::{Severity, listed};
use crate::paths::Paths;
use crate::place::Place;

/// Findings, open questions and the closing line.
pub(super) fn findings(report: &Report, colour: Colour) -> String {
    let renderer = renderer(colour);
    let findings = report.findings.iter().map(|found| finding(found, report));
    let undecided = report.undecided.iter().map(|open| note(open, report));
    let mut text = String::new();
    for group in findings.chain(undecided) {
        text += &renderer.render(&[group]);
        text += "\n\n";
    }
    text + &hint(report) + &summary(report)
}

/// What went wrong on the way.
pub(super) fn problems(report: &Report, colour: Colour) -> String {
    let renderer = renderer(colour);
    let mut text = String::new();
    for problem in &report.problems {
        text += &renderer.render(&[trouble(problem, &report.paths)]);
        text += "\n\n";
    }
    text
}

fn renderer(colour: Colour) -> Renderer {
    let renderer = match colour {
        Colour::Off => Renderer::plain(),
        Colour::On => Renderer::styled(),
    };
    renderer.decor_style(DecorStyle::Ascii)
}

fn finding<'a>(found: &'a Finding, report: &Report) -> Group<'a> {
    let violation = &found.violation;
    let level = match found.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let related = violation.related.iter().map(|related| Mark {
        kind: AnnotationKind::Context,
        place: related.place.clone(),
        label: Some(related.message.clone()),
    });
    let mut marks = vec![primary(&violation.place, violation.label.clone())];
    marks.extend(related);
    level
        .primary_title(format!("{}: {}", found.address, violation.message))
        .id(found.rule.id)
        .elements(snippets(marks, &report.paths))
        .elements(called_from(&found.address, &found.inputs, report))
        .elements(planned_in(&violation.place, &found.inputs, report))
        .elements(found.when.as_ref().map(|when| {
            Level::NOTE.message(format!(
                "this is there only with {when}, which is not the default"
            ))
        }))
        .element(Level::NOTE.message(&violation.note))
        .element(Level::HELP.message(&violation.help))
}

fn note<'a>(open: &'a Open, report: &Report) -> Group<'a> {
    let undecided = &open.undecided;
    let mut marks = vec![primary(
        &undecided.unknown.place,
        reason(&undecided.unknown),
    )];
    marks.extend(undecided.also.iter().map(|unknown| Mark {
        kind: AnnotationKind::Context,
        place: unknown.place.clone(),
        label: Some(reason(unknown)),
    }));
    let mut unknowns = std::iter::once(&undecided.unknown).chain(&undecided.also);
    let value = unknowns
        .find_map(|unknown| unset_variable(unknown))
        .map(|name| {
            Level::HELP.message(format!(
                "give it a value: -var '{name}=...', or a -var-file"
            ))
        });
    Level::NOTE
        .primary_title(format!(
            "{}: cannot tell {}",
            open.address, undecided.question
        ))
        .id(open.rule.id)
        .elements(snippets(marks, &report.paths))
        .elements(called_from(&open.address, &open.inputs, report))
        .elements(planned_in(&undecided.unknown.place, &open.inputs, report))
        .elements(value)
}

/// The variable of the root module that only lacks a value, if that is the cause.
fn unset_variable(unknown: &Unknown) -> Option<&str> {
    unknown
        .because
        .strip_prefix("var.")?
        .strip_suffix(" has no value")
}

/// The root modules that call the module it is in, where there are several to choose from.
fn called_from<'a>(address: &str, inputs: &[Input], report: &Report) -> Option<Message<'a>> {
    let roots = inputs.iter().filter_map(|input| match input {
        Input::Root(root) => Some(report.paths.show(root)),
        Input::Plan(_) => None,
    });
    let roots: Vec<String> = roots.collect();
    let elsewhere = address.starts_with("module.") && report.looked.roots > 1 && !roots.is_empty();
    elsewhere.then(|| Level::NOTE.message(plain(&format!("called from {}", listed(&roots)))))
}

/// The plans it is in, where there are several to choose from and its place does not say it.
fn planned_in<'a>(place: &Place, inputs: &[Input], report: &Report) -> Option<Message<'a>> {
    let Looked { roots, plans } = report.looked;
    let planned = inputs.iter().filter_map(|input| match input {
        Input::Plan(plan) if place.path().starts_with(plan) => None,
        Input::Plan(plan) => Some(report.paths.show(plan)),
        Input::Root(_) => None,
    });
    let planned: Vec<String> = planned.collect();
    let told = roots + plans > 1 && !planned.is_empty();
    told.then(|| Level::NOTE.message(plain(&format!("planned in {}", listed(&planned)))))
}

fn primary(place: &Place, label: String) -> Mark {
    Mark {
        kind: AnnotationKind::Primary,
        place: place.clone(),
        label: Some(label),
    }
}

/// Through what it came, and the cause.
fn reason(unknown: &Unknown) -> String {
    let links = unknown.chain.iter().chain([&unknown.because]);
    links.map(AsRef::as_ref).collect::<Vec<&str>>().join(" <- ")
}

fn trouble<'a>(problem: &'a Problem, paths: &Paths) -> Group<'a> {
    let level = match problem.kind {
        ProblemKind::Note => Level::NOTE,
        ProblemKind::Analysis | ProblemKind::Usage => Level::ERROR,
    };
    let mut group = Group::with_title(level.primary_title(&problem.message));
    if let Some(origin) = &problem.origin {
        let mark = Mark {
            kind: AnnotationKind::Primary,
            place: Place::from(origin),
            label: None,
        };
        group = group.elements(snippets(vec![mark], paths));
    } else if let Some(file) = &problem.file {
        let file = paths.show(file);
        if !problem.message.contains(&file) {
            group = group.element(Origin::path(file));
        }
    }
    match &problem.help {
        Some(help) => group.element(Level::HELP.message(plain(help))),
        None => group,
    }
}

/// Text that may hold names of files, which may hold escape codes. Titles and labels are cleaned
/// by the renderer.
fn plain(text: &str) -> String {
    normalize_untrusted_str(text)
}

fn summary(report: &Report) -> String {
    let of = |severity| {
        report
            .findings
            .iter()
            .filter(|f| f.severity() == severity)
            .count()
    };
    let counts = [
        (of(Severity::Error), "error", "errors"),
        (of(Severity::Warning), "warning", "warnings"),
        (of(Severity::Info), "info", "infos"),
        (report.undecided.len(), "undecided", "undecided"),
    ];
    let told: Vec<String> = counts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| counted(count, one, many))
        .collect();
    let partly = report
        .problems
        .iter()
        .any(|problem| problem.kind != ProblemKind::Note);
    let Some(looked) = looked(report.looked) else {
        return "nothing was checked\n".to_owned();
    };
    let checked = match report.clusters {
        0 => format!("no cluster found in {looked}"),
        clusters => format!(
            "checked {} in {looked}",
            counted(clusters, "cluster", "clusters")
        ),
    };
    let told = match (told.is_empty(), report.clusters) {
        (true, 0) => checked,
        (true, _) if partly => format!("no findings in what could be read; {checked}"),
        (true, _) => format!("no findings; {checked}"),
        (false, _) => format!("{}; {checked}", told.join(", ")),
    };
    let rest = if partly {
        "; not all of it could be read, see above"
    } else {
        ""
    };
    format!("{told}{rest}\n")
}

/// `2 root modules and 1 plan`; nothing if nothing was looked at.
fn looked(Looked { roots, plans }: Looked) -> Option<String> {
    let roots = (roots > 0).then(|| counted(roots, "root module", "root modules"));
    let plans = (plans > 0).then(|| counted(plans, "plan", "plans"));
    match (roots, plans) {
        (Some(roots), Some(plans)) => Some(format!("{roots} and {plans}")),
        (roots, plans) => roots.or(plans),
    }
}

/// What to type for more: a command for each rule that spoke.
fn hint(report: &Report) -> String {
    let mut commands: Vec<String> = Vec::new();
    for finding in &report.findings {
        let command = format!("holdfast explain {}", finding.rule.id);
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
    if commands.is_empty() {
        return String::new();
    }
    format!("To see why and what to do: {}\n", commands.join(", "))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}
