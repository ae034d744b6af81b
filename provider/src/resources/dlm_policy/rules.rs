//! What AWS would reject, refused at plan time with the attribute named; and what a plan must say
//! before it is too late.
//!
//! The limits are those of botocore's model `dlm/2018-01-12` and of the DLM pages of the EC2 user
//! guide. A value that is not known yet is no reason to complain.

use std::collections::BTreeSet;

use holdfast_aws::clock::Timestamp;
use holdfast_recovery::schedule::{AwsCron, Rhythm};
use jiff::SignedDuration;
use tfplugin::Path;
use tfplugin::prelude::*;

use super::model::{CreateRule, DlmPolicy, PolicyDetails, RetainRule, Schedule};
use super::wire;
use crate::tags;

/// Tags that DLM can add: it keeps 5 of a snapshot's 50 for itself.
const MOST_TAGS: usize = 45;
/// Interval units with the number of them in 100 years.
const MOST_AGE: [(&str, u32); 4] = [
    ("DAYS", 36500),
    ("WEEKS", 5200),
    ("MONTHS", 1200),
    ("YEARS", 100),
];

/// The beginning of 2026, in seconds.
const YEAR_2026: i64 = 1_767_225_600;

/// Every rule over the configuration.
pub(super) fn check(config: &DlmPolicy, diagnostics: &mut Diagnostics) {
    describe(
        "description",
        1..=500,
        &config.description,
        path!("description"),
        diagnostics,
    );
    role(&config.execution_role_arn, diagnostics);
    tags::check(&config.tags, "tags", diagnostics);
    if config
        .tags
        .known()
        .is_some_and(|tags| tags.len() > MOST_TAGS)
    {
        let detail = format!("A policy has at most {MOST_TAGS} tags.");
        diagnostics.error(path!("tags"), "Too many tags", detail);
    }
    if let Some(details) = config.policy_details.present() {
        check_details(details, diagnostics);
    }
}

fn check_details(details: &PolicyDetails, diagnostics: &mut Diagnostics) {
    let at = |name: &str| path!("policy_details", 0, name);
    exactly_one(
        &details.resource_types,
        &["VOLUME", "INSTANCE"],
        at("resource_types"),
        diagnostics,
    );
    if !details.resource_locations.is_null() {
        let words = ["CLOUD", "OUTPOST", "LOCAL_ZONE"];
        exactly_one(
            &details.resource_locations,
            &words,
            at("resource_locations"),
            diagnostics,
        );
    }
    check_targets(details, diagnostics);
    let Some(schedules) = details.schedule.known() else {
        return;
    };
    let mut names = BTreeSet::new();
    for (i, schedule) in schedules.iter().enumerate() {
        check_schedule(i, schedule, details, diagnostics);
        if let Some(name) = schedule.name.as_str()
            && !names.insert(name)
        {
            let detail =
                format!("Two schedules are named {name:?}; snapshots are told apart by it.");
            diagnostics.error(schedule_path(i, "name"), "Schedule named twice", detail);
        }
    }
    let kinds: Vec<_> = schedules
        .iter()
        .filter_map(|s| kind(s.retain_rule.present()?))
        .collect();
    if kinds.windows(2).any(|pair| pair[0] != pair[1]) {
        let detail =
            "All schedules of a policy keep snapshots the same way: by `count`, or by age.";
        diagnostics.error(at("schedule"), "Two kinds of retention", detail);
    }
}

fn check_targets(details: &PolicyDetails, diagnostics: &mut Diagnostics) {
    let at = path!("policy_details", 0, "target_tags");
    let map = details.target_tags.known();
    for (key, value) in map.into_iter().flatten() {
        if value.is_null() {
            let at = path!("policy_details", 0, "target_tags", Key(key));
            diagnostics.error(
                at,
                "Missing tag value",
                "A target tag needs a value; \"\" is one.",
            );
        }
    }
    let undecided = details.target_tags.is_unknown() || details.target_tag.is_unknown();
    let tags = wire::target_tags(details);
    let written = map.map_or(0, |map| map.len()) + details.target_tag.known().map_or(0, <[_]>::len);
    if written == 0 && !undecided {
        let detail = "Say which tags the targets carry, in `target_tags` or in `target_tag` blocks; \
                      a policy without any has no targets.";
        diagnostics.error(at.clone(), "No target tags", detail);
    }
    if written > 50 {
        diagnostics.error(
            at.clone(),
            "Too many target tags",
            "A policy has at most 50.",
        );
    }
    for tag in &tags {
        // `\` and `=` are refused in keys of target and added tags (EC2 user guide).
        let length = tag.key.chars().count();
        if length > 128 || tag.key.contains(['\\', '=']) || tag.value.chars().count() > 256 {
            let detail = format!(
                "Tag {:?}: a key has 1 to 128 characters without `\\` and `=`, a value at most 256.",
                tag.key
            );
            diagnostics.error(at.clone(), "Invalid target tag", detail);
        }
    }
    let mut seen = BTreeSet::new();
    if let Some(tag) = tags.iter().find(|tag| !seen.insert(*tag)) {
        let detail = format!("{} = {} is written twice.", tag.key, tag.value);
        diagnostics.error(
            path!("policy_details", 0, "target_tag"),
            "Target tag repeated",
            detail,
        );
    }
}

fn check_schedule(
    i: usize,
    schedule: &Schedule,
    details: &PolicyDetails,
    diagnostics: &mut Diagnostics,
) {
    describe(
        "schedule name",
        1..=120,
        &schedule.name,
        schedule_path(i, "name"),
        diagnostics,
    );
    for (name, tags) in [
        ("tags_to_add", &schedule.tags_to_add),
        ("variable_tags", &schedule.variable_tags),
    ] {
        if tags.known().is_some_and(|tags| tags.len() > MOST_TAGS) {
            let detail = format!("At most {MOST_TAGS} tags can be added to a snapshot.");
            diagnostics.error(schedule_path(i, name), "Too many tags", detail);
        }
        for (key, value) in tags.known().into_iter().flatten() {
            let at = path!("policy_details", 0, "schedule", i, name, Key(key));
            if value.is_null() {
                diagnostics.error(at, "Missing tag value", "A tag's value cannot be null.");
            } else if key.is_empty() || key.chars().count() > 128 || key.contains(['\\', '=']) {
                let detail = "A key has 1 to 128 characters without `\\` and `=`.";
                diagnostics.error(at, "Invalid tag key", detail);
            }
        }
    }
    check_variables(i, schedule, details, diagnostics);
    if let Some(rule) = schedule.create_rule.present() {
        check_create(i, rule, diagnostics);
    }
    if let Some(rule) = schedule.retain_rule.present() {
        check_retain(i, rule, diagnostics);
    }
}

fn check_variables(
    i: usize,
    schedule: &Schedule,
    details: &PolicyDetails,
    diagnostics: &mut Diagnostics,
) {
    let Some(tags) = schedule
        .variable_tags
        .known()
        .filter(|tags| !tags.is_empty())
    else {
        return;
    };
    let volumes = details.resource_types.elements();
    if volumes.is_some_and(|types| types.iter().any(|word| *word == "VOLUME")) {
        let detail = "Only snapshots of instances have variable tags: set resource_types = \
                      [\"INSTANCE\"], or use `tags_to_add`.";
        diagnostics.error(
            schedule_path(i, "variable_tags"),
            "Variable tags on volumes",
            detail,
        );
    }
    for (key, value) in tags {
        if value
            .as_str()
            .is_some_and(|v| !["$(instance-id)", "$(timestamp)"].contains(&v))
        {
            let at = path!(
                "policy_details",
                0,
                "schedule",
                i,
                "variable_tags",
                Key(key)
            );
            let detail = "The value is one of \"$(instance-id)\" and \"$(timestamp)\".";
            diagnostics.error(at, "Unknown variable", detail);
        }
    }
}

fn check_create(i: usize, rule: &CreateRule, diagnostics: &mut Diagnostics) {
    let at = |name: &str| path!("policy_details", 0, "schedule", i, "create_rule", 0, name);
    let cron = rule.cron_expression.as_str();
    match (cron, rule.interval.known()) {
        (Some(_), Some(_)) => {
            let detail = "Set `cron_expression` or `interval`, not both.";
            diagnostics.error(at("cron_expression"), "Two rhythms", detail);
        }
        (None, None) if rule.cron_expression.is_null() && rule.interval.is_null() => {
            let whole = path!("policy_details", 0, "schedule", i, "create_rule", 0);
            diagnostics.error(whole, "No rhythm", "Set `interval` or `cron_expression`.");
        }
        _ => {}
    }
    if let Some(hours) = rule.interval.known()
        && ![1, 2, 3, 4, 6, 8, 12, 24].contains(hours)
    {
        let detail = format!("{hours} is not one of 1, 2, 3, 4, 6, 8, 12 and 24 hours.");
        diagnostics.error(at("interval"), "Invalid interval", detail);
    }
    if let Some(text) = cron {
        if let Some(detail) = cron_problem(text) {
            diagnostics.error(at("cron_expression"), "Invalid cron expression", detail);
        }
        for (name, set) in [
            ("times", rule.times.known().is_some()),
            ("interval_unit", rule.interval_unit.known().is_some()),
        ] {
            if set && rule.interval.is_null() {
                let detail = format!("`{name}` goes with `interval`, not with `cron_expression`.");
                diagnostics.error(at(name), "Two rhythms", detail);
            }
        }
    }
    let times = rule.times.known().map(Vec::as_slice).unwrap_or_default();
    if times.len() > 1 {
        let detail = "At most one time: the others follow from `interval`.";
        diagnostics.error(at("times"), "Too many times", detail);
    }
    for time in times {
        if time.is_null() || time.as_str().is_some_and(|text| !is_time(text)) {
            let detail = "A time is written `hh:mm`, from 00:00 to 23:59, UTC.";
            diagnostics.error(at("times"), "Invalid time", detail);
        }
    }
}

/// What is wrong with a cron expression: its form, or that it fires too often or too seldom.
fn cron_problem(text: &str) -> Option<String> {
    let cron = match text.parse::<AwsCron>() {
        Ok(cron) => cron,
        Err(error) => return Some(format!("{error}.")),
    };
    let day = SignedDuration::from_hours(24);
    // From a fixed day on, so that a plan is judged the same whenever it is made.
    match cron.calendar().rhythm(Timestamp::constant(YEAR_2026, 0)) {
        Rhythm::Never => Some("It never fires.".to_owned()),
        Rhythm::Once(time) => Some(format!(
            "It fires once, at {time}, and DLM never deletes the snapshot of a schedule that does \
             not fire again."
        )),
        Rhythm::Recurring(gaps) if gaps.shortest < SignedDuration::from_hours(1) => Some(format!(
            "It fires {:#} apart at times; DLM takes snapshots at most once an hour.",
            gaps.shortest
        )),
        Rhythm::Recurring(gaps) if gaps.longest > day * 366 => Some(format!(
            "It fires up to {} days apart; DLM takes snapshots at least once a year.",
            gaps.longest.as_hours() / 24
        )),
        Rhythm::Recurring(_) => None,
    }
}

fn check_retain(i: usize, rule: &RetainRule, diagnostics: &mut Diagnostics) {
    let whole = || path!("policy_details", 0, "schedule", i, "retain_rule", 0);
    let at = |name: &str| path!("policy_details", 0, "schedule", i, "retain_rule", 0, name);
    let unit = rule.interval_unit.as_str();
    match (rule.count.known(), rule.interval.known()) {
        (Some(_), Some(_)) => {
            diagnostics.error(
                at("count"),
                "Two kinds of retention",
                "Set `count` or `interval`.",
            );
        }
        (Some(0), None) => {
            let detail = "A count of 0 keeps nothing; without an archive rule AWS refuses it.";
            diagnostics.error(at("count"), "Nothing is kept", detail);
        }
        (Some(count), None) if *count > 1000 => {
            diagnostics.error(
                at("count"),
                "Too many snapshots",
                "At most 1000 are kept by count.",
            );
        }
        (Some(_), None) if unit.is_some() => {
            let detail = "`interval_unit` goes with `interval`, not with `count`.";
            diagnostics.error(at("interval_unit"), "Two kinds of retention", detail);
        }
        (None, Some(0)) => {
            let detail = "An interval of 0 keeps nothing; without an archive rule AWS refuses it.";
            diagnostics.error(at("interval"), "Nothing is kept", detail);
        }
        (None, Some(_)) if rule.interval_unit.is_null() => {
            let detail = "`interval` needs `interval_unit`: DAYS, WEEKS, MONTHS or YEARS.";
            diagnostics.error(at("interval"), "Interval without a unit", detail);
        }
        (None, Some(interval)) => {
            let most = MOST_AGE.iter().find(|(name, _)| Some(*name) == unit);
            if let Some((unit, most)) = most
                && interval > most
            {
                let detail = format!("At most 100 years: {most} {unit}.");
                diagnostics.error(at("interval"), "Kept too long", detail);
            }
        }
        (None, None) if rule.count.is_null() && rule.interval.is_null() => {
            diagnostics.error(
                whole(),
                "No retention",
                "Set `count`, or `interval` and its unit.",
            );
        }
        _ => {}
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
    for (schedule, config) in schedules.iter_mut().zip(config.unwrap_or_default()) {
        // A schedule is the same one if it has the same name, wherever it stands now.
        let same = prior.iter().find(|prior| prior.name == schedule.name);
        let same = same.and_then(|prior| prior.create_rule.present());
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

fn schedule_path(i: usize, name: &str) -> Path {
    path!("policy_details", 0, "schedule", i, name)
}

/// Text in DLM's alphabet for descriptions and names.
fn describe(
    what: &str,
    length: std::ops::RangeInclusive<usize>,
    attr: &Attr<String>,
    at: Path,
    diagnostics: &mut Diagnostics,
) {
    let Some(text) = attr.as_str() else { return };
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-');
    let (min, max) = (length.start(), length.end());
    if !length.contains(&text.chars().count()) {
        let detail = format!("A {what} has {min} to {max} characters.");
        diagnostics.error(at, format!("Invalid {what}"), detail);
    } else if let Some(bad) = text.chars().find(|c| !good(*c)) {
        let detail = format!("{bad:?} is not allowed: letters, digits, spaces, `_` and `-` are.");
        diagnostics.error(at, format!("Invalid {what}"), detail);
    }
}

fn role(attr: &Attr<String>, diagnostics: &mut Diagnostics) {
    let Some(arn) = attr.as_str() else { return };
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let good = matches!(parts.as_slice(), ["arn", partition, "iam", "", account, role]
        if partition.starts_with("aws")
            && !account.is_empty() && account.bytes().all(|b| b.is_ascii_digit())
            && role.strip_prefix("role/").is_some_and(|name| !name.is_empty()));
    if !good || arn.len() > 2048 {
        let detail = format!(
            "{arn:?} is not the ARN of a role; one looks like \
             \"arn:aws:iam::123456789012:role/AWSDataLifecycleManagerDefaultRole\"."
        );
        diagnostics.error(path!("execution_role_arn"), "Invalid role", detail);
    }
}

fn exactly_one(list: &StringList, words: &[&str], at: Path, diagnostics: &mut Diagnostics) {
    let choices = words.join(", ");
    let elements = match list {
        Attr::Unknown => return,
        Attr::Null => &[][..],
        Attr::Known(elements) => elements,
    };
    if elements.len() != 1 {
        let detail = format!("Name exactly one of {choices}.");
        diagnostics.error(at, "Exactly one is needed", detail);
    } else if elements
        .iter()
        .any(|e| e.as_str().is_some_and(|word| !words.contains(&word)))
    {
        diagnostics.error(
            at,
            "Unknown word",
            format!("Name exactly one of {choices}."),
        );
    }
}

fn is_time(text: &str) -> bool {
    let digits = |text: &str, most: u8| {
        text.len() == 2
            && text.bytes().all(|b| b.is_ascii_digit())
            && text.parse::<u8>().is_ok_and(|n| n <= most)
    };
    text.split_once(':')
        .is_some_and(|(hours, minutes)| digits(hours, 23) && digits(minutes, 59))
}
