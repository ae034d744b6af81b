//! When snapshots are made, and the scripts run around it.

use super::rule::{Checked, exclusive, length, matches, need, one_of, refuse, some, within};
use super::{PolicyType, Target};
use crate::dlm::cron::{Cron, Gaps, MINUTES_A_DAY};
use crate::dlm::error::DlmError;
use crate::dlm::model::{CreateRule, Script};

/// An interval in hours and a time, or a cron expression.
pub(super) fn create_rule(
    at: &str,
    rule: &CreateRule,
    target: Target<'_>,
) -> Result<Option<Cron>, DlmError> {
    exclusive(&[
        ("CronExpression", rule.cron_expression.is_some()),
        ("Interval", rule.interval.is_some()),
    ])?;
    if let Some(location) = &rule.location {
        let allowed: &[&str] = match target.location {
            "OUTPOST" => &["CLOUD", "OUTPOST_LOCAL"],
            "LOCAL_ZONE" => &["CLOUD", "LOCAL_ZONE"],
            _ => &["CLOUD"],
        };
        one_of(&format!("{at}.Location"), location, allowed)?;
    }
    scripts(at, rule.scripts.as_deref().unwrap_or_default(), target)?;
    match &rule.cron_expression {
        Some(expression) => {
            exclusive(&[
                ("CronExpression", true),
                ("IntervalUnit", rule.interval_unit.is_some()),
                ("Times", some(&rule.times)),
            ])?;
            cron(&format!("{at}.CronExpression"), expression).map(Some)
        }
        None => interval(at, rule).map(|()| None),
    }
}

fn interval(at: &str, rule: &CreateRule) -> Checked {
    need(&[
        ("Interval", rule.interval.is_some()),
        ("IntervalUnit", rule.interval_unit.is_some()),
    ])?;
    let hours = rule.interval.unwrap_or_default().to_string();
    one_of(
        &format!("{at}.Interval"),
        &hours,
        &["1", "2", "3", "4", "6", "8", "12", "24"],
    )?;
    let unit = rule.interval_unit.as_deref().unwrap_or_default();
    one_of(&format!("{at}.IntervalUnit"), unit, &["HOURS"])?;
    let times = rule.times.as_deref().unwrap_or_default();
    length(&format!("{at}.Times"), times.len(), 0..=1)?;
    times.iter().try_for_each(|time| {
        matches(
            &format!("{at}.Times"),
            time,
            "^(0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]$",
            is_time,
        )
    })
}

/// `HH:MM`, two digits each.
fn is_time(text: &str) -> bool {
    let number = |text: &str| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u8>().ok()).flatten()
    };
    let parts = text
        .split_once(':')
        .map(|(hour, minute)| (number(hour), number(minute)));
    matches!(parts, Some((Some(0..=23), Some(0..=59))))
}

fn cron(at: &str, expression: &str) -> Result<Cron, DlmError> {
    let cron = Cron::parse(expression).map_err(|fault| {
        DlmError::invalid(format!(
            "Value '{expression}' at '{at}' is not valid: {fault}"
        ))
    })?;
    // One that fires once, or never again, has no period to refuse.
    let allowed = |gaps: Gaps| gaps.shortest >= 60 && gaps.longest <= 366 * MINUTES_A_DAY;
    if cron.gaps().is_none_or(allowed) {
        return Ok(cron);
    }
    Err(DlmError::invalid(format!(
        "Value '{expression}' at '{at}' is not valid: the effective period must be between 1 hour and 1 year"
    )))
}

fn scripts(at: &str, scripts: &[Script], target: Target<'_>) -> Checked {
    if scripts.is_empty() {
        return Ok(());
    }
    if target.policy != PolicyType::Snapshot || !target.instances {
        return refuse(
            "policies that do not snapshot instances",
            &[("Scripts", true)],
        );
    }
    length(&format!("{at}.Scripts"), scripts.len(), 0..=1)?;
    scripts
        .iter()
        .try_for_each(|given| script(&format!("{at}.Scripts[0]"), given))
}

/// The model's pattern of a handler: a document's name or ARN, or a word of AWS's own.
const HANDLER: &str = r"^([a-zA-Z0-9_\-.]{3,128}|[a-zA-Z0-9_\-.:/]{3,200}|[A-Z0-9_]+)$";

fn is_handler(text: &str) -> bool {
    let named = |c: char| c.is_ascii_alphanumeric() || "_-.:/".contains(c);
    let word = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    ((3..=200).contains(&text.len()) && text.chars().all(named)) || text.chars().all(word)
}

fn script(at: &str, script: &Script) -> Checked {
    need(&[("ExecutionHandler", script.execution_handler.is_some())])?;
    let handler = script.execution_handler.as_deref().unwrap_or_default();
    length(&format!("{at}.ExecutionHandler"), handler.len(), 1..=200)?;
    matches(
        &format!("{at}.ExecutionHandler"),
        handler,
        HANDLER,
        is_handler,
    )?;
    if handler == "AWS_VSS_BACKUP" {
        refuse(
            "AWS_VSS_BACKUP",
            &[
                ("Stages", script.stages.is_some()),
                (
                    "ExecutionHandlerService",
                    script.execution_handler_service.is_some(),
                ),
                ("ExecutionTimeout", script.execution_timeout.is_some()),
            ],
        )?;
    }
    if let Some(stages) = &script.stages {
        length(&format!("{at}.Stages"), stages.len(), 1..=2)?;
        stages
            .iter()
            .try_for_each(|stage| one_of(&format!("{at}.Stages"), stage, &["PRE", "POST"]))?;
    }
    if let Some(service) = &script.execution_handler_service {
        one_of(
            &format!("{at}.ExecutionHandlerService"),
            service,
            &["AWS_SYSTEMS_MANAGER"],
        )?;
    }
    if let Some(seconds) = script.execution_timeout {
        within(&format!("{at}.ExecutionTimeout"), seconds, 10..=120)?;
    }
    match script.maximum_retry_count {
        Some(retries) => within(&format!("{at}.MaximumRetryCount"), retries, 0..=3),
        None => Ok(()),
    }
}
