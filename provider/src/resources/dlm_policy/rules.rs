//! What AWS would reject, refused at plan time with the attribute named; and what a plan must say
//! before it is too late.
//!
//! The rules themselves are [`holdfast_recovery::dlm`]'s; here the model is described to them and
//! their faults become diagnostics.

use std::collections::BTreeSet;

use holdfast_aws::clock::{Clock, SystemClock};
use holdfast_recovery::dlm::{self as law, Fault, Given, Severity, Step};
use tfplugin::prelude::*;
use tfplugin::{Path, PathStep};

use super::model::{CreateRule, DlmPolicy, PolicyDetails, RetainRule, Schedule, TargetTag};
use super::wire;
use crate::creation::TAG;
use crate::tags::reserved;

/// Every rule over the configuration.
pub(super) fn check(config: &DlmPolicy, diagnostics: &mut Diagnostics) {
    if config
        .tags
        .known()
        .is_some_and(|tags| tags.contains_key(TAG))
    {
        diagnostics.push(reserved(path!("tags", Key(TAG))));
    }
    // Only the years of a cron expression depend on the time.
    for fault in describe(config).check(SystemClock.now()) {
        diagnostics.push(diagnose(&fault));
    }
}

fn diagnose(fault: &Fault) -> Diagnostic {
    let last = fault.path.steps().iter().rev().find_map(|step| match step {
        Step::Field(name) => Some(*name),
        Step::Index(_) | Step::Key(_) => None,
    });
    let name = last.unwrap_or("policy");
    let detail = format!("{fault}.");
    let diagnostic = match fault.severity {
        Severity::Error => Diagnostic::error(format!("Invalid {name}"), detail),
        Severity::Warning => Diagnostic::warning(format!("Questionable {name}"), detail),
    };
    diagnostic.at(attribute(&fault.path))
}

/// The same path in Terraform's eyes: a block that occurs once is the first of a list, and elements
/// of a set have no address.
fn attribute(path: &law::Path) -> Path {
    let mut steps = Vec::new();
    for step in path.steps() {
        match step {
            Step::Field("target_tag") => {
                steps.push(PathStep::Attribute("target_tag".into()));
                break;
            }
            Step::Field(name) => {
                steps.push(PathStep::Attribute((*name).into()));
                if ["policy_details", "create_rule", "retain_rule"].contains(name) {
                    steps.push(PathStep::Index(0));
                }
            }
            Step::Index(index) => steps.push(PathStep::Index(*index as u64)),
            Step::Key(key) => steps.push(PathStep::Key(key.as_str().into())),
        }
    }
    steps.into_iter().collect()
}

fn describe(config: &DlmPolicy) -> law::Policy {
    law::Policy {
        description: given(&config.description),
        execution_role_arn: given(&config.execution_role_arn),
        state: given(&config.state),
        tags: tags(&config.tags),
        policy_details: config
            .policy_details
            .present()
            .map(details)
            .unwrap_or_else(undecided),
    }
}

/// Of a block that is not known, or missing: Terraform says so itself.
fn undecided() -> law::Details {
    law::Details {
        resource_types: Given::Unknown,
        resource_locations: Given::Unknown,
        target_tags: Given::Unknown,
        target_tag: Given::Unknown,
        schedule: Given::Unknown,
    }
}

fn details(block: &PolicyDetails) -> law::Details {
    law::Details {
        resource_types: words(&block.resource_types),
        resource_locations: words(&block.resource_locations),
        target_tags: tags(&block.target_tags),
        target_tag: blocks(&block.target_tag, |tag: &TargetTag| law::Tag {
            key: given(&tag.key),
            value: given(&tag.value),
        }),
        schedule: blocks(&block.schedule, schedule),
    }
}

fn schedule(block: &Schedule) -> law::Schedule {
    law::Schedule {
        name: given(&block.name),
        tags_to_add: tags(&block.tags_to_add),
        variable_tags: tags(&block.variable_tags),
        create_rule: block
            .create_rule
            .present()
            .map_or(Given::Unknown, |rule| Given::Known(create_rule(rule))),
        retain_rule: block
            .retain_rule
            .present()
            .map_or(Given::Unknown, |rule| Given::Known(retain_rule(rule))),
        archived: false,
    }
}

fn create_rule(block: &CreateRule) -> law::CreateRule {
    law::CreateRule {
        cron_expression: given(&block.cron_expression),
        interval: given(&block.interval),
        interval_unit: given(&block.interval_unit),
        times: words(&block.times),
        location: given(&block.location),
    }
}

fn retain_rule(block: &RetainRule) -> law::RetainRule {
    law::RetainRule {
        count: given(&block.count),
        interval: given(&block.interval),
        interval_unit: given(&block.interval_unit),
    }
}

fn given<T: Clone>(attr: &Attr<T>) -> Given<T> {
    match attr {
        Attr::Known(value) => Given::Known(value.clone()),
        Attr::Null => Given::Absent,
        Attr::Unknown => Given::Unknown,
    }
}

fn words(list: &StringList) -> Given<Vec<Given<String>>> {
    given(&list.clone().map(|words| words.iter().map(given).collect()))
}

fn tags(map: &StringMap) -> law::TagMap {
    given(
        &map.clone()
            .map(|tags| tags.iter().map(|(k, v)| (k.clone(), given(v))).collect()),
    )
}

fn blocks<M, L>(many: &Many<M>, describe: impl Fn(&M) -> L) -> Given<Vec<L>> {
    match many {
        Many::Known(blocks) => Given::Known(blocks.iter().map(describe).collect()),
        Many::Unknown => Given::Unknown,
    }
}

/// What AWS or this provider gives where the configuration has nothing: known now if it can be.
pub(super) fn complete(prior: Option<&DlmPolicy>, config: &DlmPolicy, planned: &mut DlmPolicy) {
    let prior = prior.and_then(|prior| prior.policy_details.present());
    let prior = prior
        .and_then(|details| details.schedule.known())
        .unwrap_or_default();
    let config = config
        .policy_details
        .present()
        .and_then(|details| details.schedule.known());
    let details = planned.policy_details.present_mut();
    let Some(schedules) = details.and_then(|details| details.schedule.known_mut()) else {
        return;
    };
    let mut unmatched: Vec<&Schedule> = prior.iter().collect();
    for (schedule, config) in schedules.iter_mut().zip(config.unwrap_or_default()) {
        // A schedule is the same one if it has the same name, wherever it stands now; of several
        // with one name, the first is the first.
        let same = unmatched.iter().position(|p| p.name == schedule.name);
        let same = same.and_then(|at| unmatched.remove(at).create_rule.present());
        let (Some(rule), Some(config)) = (
            schedule.create_rule.present_mut(),
            config.create_rule.present(),
        ) else {
            continue;
        };
        complete_rule(same, config, rule);
    }
}

fn complete_rule(prior: Option<&CreateRule>, config: &CreateRule, planned: &mut CreateRule) {
    if config.interval_unit.is_null() {
        planned.interval_unit = planned.interval.clone().map(|_| "HOURS".to_owned());
    }
    if config.times.is_null() {
        // AWS chose a time when the schedule was made; sent back, it stays.
        planned.times = match (&planned.interval, prior.map(|rule| &rule.times)) {
            (Attr::Null, _) => Attr::Null,
            (Attr::Known(_), Some(Attr::Known(times))) => Attr::Known(times.clone()),
            _ => Attr::Unknown,
        };
    }
}

/// Changes that AWS does not allow in place: a policy cannot go from count to age or back.
pub(super) fn replacements(prior: &DlmPolicy, planned: &DlmPolicy) -> Vec<Path> {
    let kinds = |policy: &DlmPolicy| {
        let details = policy.policy_details.present().cloned().unwrap_or_default();
        let schedules = details.schedule.known().unwrap_or_default().to_vec();
        schedules
            .iter()
            .map(|s| s.retain_rule.present().and_then(kind))
            .collect::<Vec<_>>()
    };
    let before = kinds(prior).into_iter().flatten().next();
    let at =
        |i: usize, name: &str| path!("policy_details", 0, "schedule", i, "retain_rule", 0, name);
    let changed = kinds(planned).into_iter().enumerate();
    changed
        .filter(|(_, kind)| before.is_some() && kind.is_some() && *kind != before)
        .flat_map(|(i, _)| [at(i, "count"), at(i, "interval")])
        .collect()
}

/// What leaves snapshots that DLM no longer deletes (DLM page of the EC2 user guide).
pub(super) fn orphans(prior: &DlmPolicy, planned: &DlmPolicy) -> Vec<Diagnostic> {
    let (Some(before), Some(after)) = (
        prior.policy_details.present(),
        planned.policy_details.present(),
    ) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if let (Some(old), Some(new)) = (before.schedule.known(), after.schedule.known()) {
        let names: BTreeSet<_> = new.iter().map(|schedule| &schedule.name).collect();
        let unknown = new.iter().any(|schedule| schedule.name.is_unknown());
        for name in old
            .iter()
            .filter(|s| !unknown && !names.contains(&s.name))
            .map(|s| &s.name)
        {
            let detail = format!(
                "Snapshots that schedule {:?} has made stay, and nobody deletes them any more: DLM \
                 knows them by the schedule's name.",
                name.as_str().unwrap_or_default()
            );
            let at = path!("policy_details", 0, "schedule");
            found.push(Diagnostic::warning("A schedule goes, its snapshots stay", detail).at(at));
        }
    }
    if !after.target_tags.is_unknown() && !after.target_tag.is_unknown() {
        let new: BTreeSet<_> = wire::target_tags(after).into_iter().collect();
        for tag in wire::target_tags(before)
            .into_iter()
            .filter(|tag| !new.contains(tag))
        {
            let detail = format!(
                "Snapshots of what carries only {} = {} stay, and nobody deletes them any more.",
                tag.key, tag.value
            );
            let at = path!("policy_details", 0, "target_tags");
            found.push(Diagnostic::warning("A target goes, its snapshots stay", detail).at(at));
        }
    }
    found
}

/// How a rule keeps snapshots.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Count,
    Age,
}

fn kind(rule: &RetainRule) -> Option<Kind> {
    match (&rule.count, &rule.interval) {
        (Attr::Known(_), _) => Some(Kind::Count),
        (_, Attr::Known(_)) => Some(Kind::Age),
        _ => None,
    }
}
