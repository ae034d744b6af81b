//! Transitions: their classes, their days, and what comes before what.

use super::super::error::S3Error;
use super::super::xml::Element;
use super::rule::{Scope, When, integer, midnight};

/// The classes, warm to cold: a transition leads downwards only.
const CLASSES: [&str; 6] = [
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "ONEZONE_IA",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
];
/// The classes that an object must be 30 days old for, and stays in for 30 days.
const INFREQUENT: [&str; 2] = ["STANDARD_IA", "ONEZONE_IA"];
const DAY: i64 = 86_400;

/// A transition that has passed its own checks.
struct Step<'a> {
    class: &'a str,
    when: When,
}

/// The transitions of a rule, and its expiration after them.
pub(super) fn transitions(
    rule: &Element,
    scope: &Scope,
    expiration: Option<&When>,
) -> Result<(), S3Error> {
    let mut steps = Vec::new();
    for transition in rule.all("Transition") {
        let class = class(transition)?;
        let when = match (midnight(transition)?, integer(transition, "Days")?) {
            (Some(date), None) => When::Date(date),
            (None, Some(days)) => When::Days(old_enough(days, class, "Transition", "Days")?),
            _ => return Err(S3Error::malformed()),
        };
        steps.push(Step { class, when });
    }
    mixed(&steps, scope, expiration)?;
    sequence(&mut steps, scope, "Transition", "Days")?;
    let Some(expiration) = expiration else {
        return Ok(());
    };
    for step in &steps {
        let (unit, early) = match (expiration, &step.when) {
            (When::Days(end), When::Days(days)) => ("Days", end <= days),
            (When::Date(end), When::Date(date)) => ("Date", end <= date),
            _ => continue,
        };
        if early {
            return Err(S3Error::argument(
                format!(
                    "'{unit}' in the Expiration action for filter '{}' must be greater than '{unit}' in the Transition action",
                    scope.words()
                ),
                unit,
                &text(expiration),
            ));
        }
    }
    Ok(())
}

/// The transitions of noncurrent versions, and their expiration after them. `newer` checks
/// NewerNoncurrentVersions.
pub(super) fn noncurrent(
    rule: &Element,
    scope: &Scope,
    expiration: Option<i64>,
    newer: impl Fn(&Element) -> Result<(), S3Error>,
) -> Result<(), S3Error> {
    const ACTION: &str = "NoncurrentVersionTransition";
    const UNIT: &str = "NoncurrentDays";
    let mut steps = Vec::new();
    for transition in rule.all(ACTION) {
        let class = class(transition)?;
        let days = integer(transition, UNIT)?.ok_or_else(S3Error::malformed)?;
        newer(transition)?;
        let days = old_enough(days, class, ACTION, UNIT)?;
        if expiration.is_some_and(|end| end <= days) {
            return Err(S3Error::argument(
                format!(
                    "'{UNIT}' in the NoncurrentVersionExpiration action for filter '{}' must be greater than '{UNIT}' in the {ACTION} action",
                    scope.words()
                ),
                UNIT,
                &expiration.unwrap_or_default().to_string(),
            ));
        }
        let when = When::Days(days);
        steps.push(Step { class, when });
    }
    sequence(&mut steps, scope, ACTION, UNIT)
}

fn class(transition: &Element) -> Result<&str, S3Error> {
    match transition.text_of("StorageClass") {
        Some(class @ ("STANDARD" | "REDUCED_REDUNDANCY")) => Err(S3Error::argument(
            "Invalid target Storage class for Transition action",
            "StorageClass",
            class,
        )),
        Some(class) if CLASSES.contains(&class) => Ok(class),
        _ => Err(S3Error::malformed()),
    }
}

fn old_enough(days: i64, class: &str, action: &str, unit: &str) -> Result<i64, S3Error> {
    let message = if days < 0 {
        format!("'{unit}' in {action} action must be nonnegative")
    } else if days < 30 && INFREQUENT.contains(&class) {
        format!(
            "'{unit}' in {action} action must be greater than or equal to 30 for storageClass '{class}'"
        )
    } else {
        return Ok(days);
    };
    Err(S3Error::argument(message, unit, &days.to_string()))
}

/// Days and dates do not go together in one rule.
fn mixed(steps: &[Step<'_>], scope: &Scope, expiration: Option<&When>) -> Result<(), S3Error> {
    let is_date = |when: &When| matches!(when, When::Date(_));
    let dates = steps.iter().filter(|step| is_date(&step.when)).count();
    let among = dates != 0 && dates != steps.len();
    let against =
        expiration.is_some_and(|end| steps.iter().any(|step| is_date(&step.when) != is_date(end)));
    let actions = match (among, against) {
        (true, _) => "Transition",
        (false, true) => "Expiration and Transition",
        (false, false) => return Ok(()),
    };
    Err(S3Error::request(format!(
        "Found mixed 'Date' and 'Days' based {actions} actions in lifecycle rule for filter '{}'",
        scope.words()
    )))
}

/// One transition to each class, the colder one later; 30 days later after an infrequent class.
fn sequence(
    steps: &mut [Step<'_>],
    scope: &Scope,
    action: &str,
    unit: &str,
) -> Result<(), S3Error> {
    steps.sort_by_key(|step| CLASSES.iter().position(|class| *class == step.class));
    let filter = scope.words();
    for pair in steps.windows(2) {
        let [warm, cold] = pair else { continue };
        if warm.class == cold.class {
            return Err(S3Error::request(format!(
                "'StorageClass' must be different for '{action}' actions in same 'Rule' with filter '{filter}'"
            )));
        }
        let (unit, gap) = match (&warm.when, &cold.when) {
            (When::Days(warm), When::Days(cold)) => (unit, cold - warm),
            (When::Date(warm), When::Date(cold)) => ("Date", (cold - warm) / DAY),
            _ => continue,
        };
        let (warm_class, cold_class) = (warm.class, cold.class);
        let refuse = |message| Err(S3Error::argument(message, unit, &text(&cold.when)));
        if gap <= 0 {
            return refuse(format!(
                "'{unit}' in the {action} action for StorageClass '{cold_class}' for filter '{filter}' must be greater than '{unit}' in the {action} action for StorageClass '{warm_class}' for filter '{filter}'"
            ));
        }
        if gap < 30 && INFREQUENT.contains(&warm_class) {
            return refuse(format!(
                "'{unit}' in the '{cold_class}' {action} action for filter '{filter}' must be 30 days more than '{unit}' in the '{warm_class}' {action} action"
            ));
        }
    }
    Ok(())
}

fn text(when: &When) -> String {
    match when {
        When::Days(days) => days.to_string(),
        When::Date(second) => jiff::Timestamp::from_second(*second)
            .map_or_else(|_| second.to_string(), |time| time.to_string()),
    }
}
