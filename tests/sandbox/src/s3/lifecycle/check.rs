//! What S3 refuses in a lifecycle configuration. First the number of rules and their ids, then
//! rule by rule, then what the rules do to each other.
//!
//! A configuration is of the first version (V1, prefix in the rule) or of the second (V2, with a
//! filter); its first rule decides, and S3 takes no rule of the other.

use std::collections::HashSet;

use super::super::error::S3Error;
use super::super::xml::Element;
use super::order;
use super::rule::{Scope, When, flag, integer, midnight};

const MOST_RULES: usize = 1000;
const LONGEST_ID: usize = 255;
const LONGEST_PREFIX: usize = 1024;
/// The largest size a filter may name.
const LARGEST: i64 = 1_099_511_627_776_000;

/// The actions of a rule.
const ACTIONS: [&str; 5] = [
    "Expiration",
    "Transition",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransition",
    "AbortIncompleteMultipartUpload",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V1,
    V2,
}

/// Refuses what S3 refuses.
pub(super) fn check(root: &Element) -> Result<(), S3Error> {
    let rules: Vec<&Element> = root.all("Rule").collect();
    let Some(first) = rules.first() else {
        return Err(S3Error::malformed());
    };
    if rules.len() > MOST_RULES {
        return Err(S3Error::request(
            "The number of lifecycle rules must not exceed the allowed limit of 1000 rules.",
        ));
    }
    ids(&rules)?;
    let version = match first.child("Filter") {
        Some(_) => Version::V2,
        None => Version::V1,
    };
    for rule in &rules {
        check_rule(rule, version)?;
    }
    match version {
        Version::V1 => no_overlap(&rules),
        Version::V2 => Ok(()),
    }
}

fn ids(rules: &[&Element]) -> Result<(), S3Error> {
    let mut seen = HashSet::new();
    for id in rules.iter().filter_map(|rule| rule.text_of("ID")) {
        if id.chars().count() > LONGEST_ID {
            return Err(S3Error::argument(
                "ID length should not exceed allowed limit of 255",
                "ID",
                id,
            ));
        }
        if !id.is_empty() && !seen.insert(id) {
            return Err(S3Error::argument(
                "Rule ID must be unique. Found same ID for more than one rule",
                "ID",
                id,
            ));
        }
    }
    Ok(())
}

fn check_rule(rule: &Element, version: Version) -> Result<(), S3Error> {
    // At most one of each, except transitions.
    for name in [
        "ID", "Status", "Prefix", "Filter", ACTIONS[0], ACTIONS[2], ACTIONS[4],
    ] {
        if rule.all(name).count() > 1 {
            return Err(S3Error::malformed());
        }
    }
    if !matches!(rule.text_of("Status"), Some("Enabled" | "Disabled")) {
        return Err(S3Error::malformed());
    }
    let scope = scope(rule, version)?;
    if ACTIONS.iter().all(|action| rule.child(action).is_none()) {
        return Err(S3Error::request(
            "At least one action needs to be specified in a rule",
        ));
    }
    let expiration = expiration(rule, &scope)?;
    abort(rule, &scope)?;
    let noncurrent = noncurrent_expiration(rule, version)?;
    order::transitions(rule, &scope, expiration.as_ref())?;
    order::noncurrent(rule, &scope, noncurrent, |transition| {
        newer(transition, version, "NoncurrentVersionTransition")
    })
}

fn scope(rule: &Element, version: Version) -> Result<Scope, S3Error> {
    let scope = match (rule.child("Prefix"), rule.child("Filter"), version) {
        (None, None, _) | (Some(_), Some(_), _) => return Err(S3Error::malformed()),
        (Some(_), None, Version::V2) => {
            return Err(S3Error::request(
                "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.",
            ));
        }
        (None, Some(_), Version::V1) => {
            return Err(S3Error::request(
                "Filter element can only be used in Lifecycle V2.",
            ));
        }
        (Some(prefix), None, Version::V1) => Scope {
            prefix: Some(prefix.raw_text().to_owned()),
            ..Scope::default()
        },
        (None, Some(filter), Version::V2) => filtered(filter)?,
    };
    if scope
        .prefix
        .as_ref()
        .is_some_and(|prefix| prefix.len() > LONGEST_PREFIX)
    {
        return Err(S3Error::request("The maximum size of a prefix is 1024"));
    }
    tags(&scope)?;
    sizes(&scope)?;
    Ok(scope)
}

fn filtered(filter: &Element) -> Result<Scope, S3Error> {
    let direct = Scope::read(filter)?;
    match filter.child("And") {
        // Exactly one predicate, or none: the whole bucket.
        None if direct.len() <= 1 => Ok(direct),
        Some(and) if direct.len() == 0 => {
            let all = Scope::read(and)?;
            (all.len() >= 2)
                .then_some(all)
                .ok_or_else(S3Error::malformed)
        }
        _ => Err(S3Error::malformed()),
    }
}

fn tags(scope: &Scope) -> Result<(), S3Error> {
    let mut keys = HashSet::new();
    for (key, value) in &scope.tags {
        if !(1..=128).contains(&key.chars().count()) {
            return Err(S3Error::request(
                "A Tag's Key must be a length between 1 and 128.",
            ));
        }
        if value.chars().count() > 256 {
            return Err(S3Error::request(
                "A Tag's Value must be a length between 0 and 256.",
            ));
        }
        if !keys.insert(key) {
            return Err(S3Error::request("Duplicate Tag Keys are not allowed."));
        }
    }
    Ok(())
}

fn sizes(scope: &Scope) -> Result<(), S3Error> {
    if scope
        .above
        .is_some_and(|size| !(0..=LARGEST).contains(&size))
    {
        return Err(S3Error::request(format!(
            "'ObjectSizeGreaterThan' should be between 0 and {LARGEST}."
        )));
    }
    if scope
        .below
        .is_some_and(|size| !(1..=LARGEST).contains(&size))
    {
        return Err(S3Error::request(format!(
            "'ObjectSizeLessThan' should be between 1 and {LARGEST}."
        )));
    }
    match (scope.above, scope.below) {
        (Some(above), Some(below)) if below <= above => Err(S3Error::request(
            "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.",
        )),
        _ => Ok(()),
    }
}

fn expiration(rule: &Element, scope: &Scope) -> Result<Option<When>, S3Error> {
    let Some(expiration) = rule.child("Expiration") else {
        return Ok(None);
    };
    let (date, days) = (midnight(expiration)?, integer(expiration, "Days")?);
    match (date, days, flag(expiration, "ExpiredObjectDeleteMarker")?) {
        (Some(date), None, None) => Ok(Some(When::Date(date))),
        (None, Some(days), None) => {
            positive(days, "Days", "Expiration").map(|days| Some(When::Days(days)))
        }
        (None, None, Some(_)) => unfiltered(scope, "ExpiredObjectDeleteMarker").map(|()| None),
        _ => Err(S3Error::malformed()),
    }
}

fn abort(rule: &Element, scope: &Scope) -> Result<(), S3Error> {
    const ACTION: &str = "AbortIncompleteMultipartUpload";
    let Some(abort) = rule.child(ACTION) else {
        return Ok(());
    };
    let days = integer(abort, "DaysAfterInitiation")?.ok_or_else(S3Error::malformed)?;
    positive(days, "DaysAfterInitiation", ACTION)?;
    unfiltered(scope, ACTION)
}

fn noncurrent_expiration(rule: &Element, version: Version) -> Result<Option<i64>, S3Error> {
    const ACTION: &str = "NoncurrentVersionExpiration";
    let Some(expiration) = rule.child(ACTION) else {
        return Ok(None);
    };
    let days = integer(expiration, "NoncurrentDays")?.ok_or_else(S3Error::malformed)?;
    positive(days, "NoncurrentDays", ACTION)?;
    newer(expiration, version, ACTION)?;
    Ok(Some(days))
}

/// `NewerNoncurrentVersions`: 1 to 100, with a filter only.
fn newer(action: &Element, version: Version, name: &str) -> Result<(), S3Error> {
    let Some(count) = integer(action, "NewerNoncurrentVersions")? else {
        return Ok(());
    };
    if version == Version::V1 {
        return Err(S3Error::request(
            "NewerNoncurrentVersions element can only be used in Lifecycle V2.",
        ));
    }
    positive(count, "NewerNoncurrentVersions", name)?;
    if count > 100 {
        return Err(S3Error::argument(
            format!("'NewerNoncurrentVersions' for {name} action must be between 1 and 100"),
            "NewerNoncurrentVersions",
            &count.to_string(),
        ));
    }
    Ok(())
}

fn positive(value: i64, name: &str, action: &str) -> Result<i64, S3Error> {
    if value > 0 {
        return Ok(value);
    }
    Err(S3Error::argument(
        format!("'{name}' for {action} action must be a positive integer"),
        name,
        &value.to_string(),
    ))
}

/// For actions that know neither tags nor sizes.
fn unfiltered(scope: &Scope, action: &str) -> Result<(), S3Error> {
    if !scope.tags.is_empty() {
        return Err(S3Error::request(format!(
            "{action} cannot be specified with Tags."
        )));
    }
    if scope.has_sizes() {
        return Err(S3Error::request(format!(
            "{action} cannot be specified with Object Size."
        )));
    }
    Ok(())
}

/// In V1 no two rules may do the same to prefixes of which one begins with the other.
fn no_overlap(rules: &[&Element]) -> Result<(), S3Error> {
    let prefix = |rule: &Element| {
        let prefix = rule.child("Prefix");
        prefix.map_or_else(String::new, |prefix| prefix.raw_text().to_owned())
    };
    for (at, rule) in rules.iter().enumerate() {
        for earlier in &rules[..at] {
            let (one, two) = (prefix(earlier), prefix(rule));
            if !one.starts_with(&two) && !two.starts_with(&one) {
                continue;
            }
            let both =
                |action: &&&str| rule.child(action).is_some() && earlier.child(action).is_some();
            if let Some(action) = ACTIONS.iter().find(both) {
                return Err(S3Error::request(format!(
                    "Found overlapping prefixes '{one}' and '{two}' for same action type '{action}'"
                )));
            }
        }
    }
    Ok(())
}
