//! The small rules that checks are made of. `at` is the path of a value: `Schedules[0].Name`.

use std::ops::RangeInclusive;

use crate::dlm::error::DlmError;
use crate::dlm::model::Tag;

/// The result of a check.
pub(crate) type Checked = Result<(), DlmError>;

/// All of `members` must be there; the error names every absent one, as the service does.
pub(crate) fn need(members: &[(&'static str, bool)]) -> Checked {
    let absent: Vec<_> = members
        .iter()
        .filter(|(_, there)| !there)
        .map(|(name, _)| *name)
        .collect();
    if absent.is_empty() {
        Ok(())
    } else {
        Err(DlmError::Missing(absent))
    }
}

/// None of `members` may be there; `what` says for whom.
pub(crate) fn refuse(what: &str, members: &[(&'static str, bool)]) -> Checked {
    let there: Vec<_> = members
        .iter()
        .filter(|(_, there)| *there)
        .map(|(name, _)| *name)
        .collect();
    if there.is_empty() {
        return Ok(());
    }
    Err(DlmError::invalid(format!(
        "The following parameter(s) are not supported for {what}: {{{}}}",
        there.join(", ")
    )))
}

/// At most one of `members` may be there.
pub(crate) fn exclusive(members: &[(&'static str, bool)]) -> Checked {
    let there: Vec<_> = members
        .iter()
        .filter(|(_, there)| *there)
        .map(|(name, _)| *name)
        .collect();
    if there.len() < 2 {
        Ok(())
    } else {
        Err(DlmError::Exclusive(there))
    }
}

/// Whether a list is there and has an element; the service treats an empty one as absent.
pub(crate) fn some<T>(list: &Option<Vec<T>>) -> bool {
    list.as_ref().is_some_and(|list| !list.is_empty())
}

/// `value` must be one of `set`.
pub(crate) fn one_of(at: &str, value: &str, set: &[&str]) -> Checked {
    if set.contains(&value) {
        return Ok(());
    }
    Err(broken(
        at,
        value,
        &format!("Member must satisfy enum value set: [{}]", set.join(", ")),
    ))
}

/// `value` must lie within `range`.
pub(crate) fn within(at: &str, value: i64, range: RangeInclusive<i64>) -> Checked {
    if value < *range.start() {
        let least = format!(
            "Member must have value greater than or equal to {}",
            range.start()
        );
        return Err(broken(at, &value.to_string(), &least));
    }
    if value > *range.end() {
        let most = format!(
            "Member must have value less than or equal to {}",
            range.end()
        );
        return Err(broken(at, &value.to_string(), &most));
    }
    Ok(())
}

/// A list, map or string (`what`) must have a length within `range`.
pub(crate) fn length(at: &str, length: usize, range: RangeInclusive<usize>) -> Checked {
    if range.contains(&length) {
        return Ok(());
    }
    Err(DlmError::invalid(format!(
        "Value at '{at}' failed to satisfy constraint: Member must have length between {} and {}, not {length}",
        range.start(),
        range.end()
    )))
}

/// `value` must satisfy a pattern, shown to the caller as `pattern`.
pub(crate) fn matches(
    at: &str,
    value: &str,
    pattern: &str,
    fits: impl FnOnce(&str) -> bool,
) -> Checked {
    if fits(value) {
        return Ok(());
    }
    Err(broken(
        at,
        value,
        &format!("Member must satisfy regular expression pattern: {pattern}"),
    ))
}

/// A name or description: `[0-9A-Za-z _-]` and a length.
pub(crate) fn plain_text(at: &str, value: &str, range: RangeInclusive<usize>) -> Checked {
    length(at, value.chars().count(), range)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-');
    matches(at, value, "[0-9A-Za-z _-]+", |value| {
        value.chars().all(plain)
    })
}

/// Tags of volumes, instances and snapshots: up to 500 characters by the model (EC2 itself takes
/// less), `\` and `=` not in a key.
pub(crate) fn tags(at: &str, tags: &[Tag], range: RangeInclusive<usize>) -> Checked {
    length(at, tags.len(), range)?;
    for (index, tag) in tags.iter().enumerate() {
        let (Some(key), Some(value)) = (&tag.key, &tag.value) else {
            return need(&[("Key", tag.key.is_some()), ("Value", tag.value.is_some())]);
        };
        let at = format!("{at}[{index}]");
        length(&format!("{at}.Key"), key.chars().count(), 1..=500)?;
        length(&format!("{at}.Value"), value.chars().count(), 0..=500)?;
        matches(&format!("{at}.Key"), key, r"[^\\=]+", |key| {
            !key.contains(['\\', '='])
        })?;
    }
    Ok(())
}

/// The name of a region: `eu-west-1`.
pub(crate) fn region(at: &str, value: &str) -> Checked {
    length(at, value.len(), 1..=16)?;
    matches(at, value, r"([a-z]+-){2,3}\d", is_region)
}

/// The name of an Availability Zone: `eu-west-1a`.
pub(crate) fn zone(at: &str, value: &str) -> Checked {
    length(at, value.len(), 1..=16)?;
    matches(at, value, r"([a-z]+-){2,3}\d[a-z]", |value| {
        let region = value.strip_suffix(|c: char| c.is_ascii_lowercase());
        region.is_some_and(is_region)
    })
}

fn is_region(name: &str) -> bool {
    let Some((places, number)) = name.rsplit_once('-') else {
        return false;
    };
    let lower = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    (2..=3).contains(&places.split('-').count())
        && places.split('-').all(lower)
        && number.len() == 1
        && is_digits(number)
}

/// Where a copy goes: a region or the ARN of an Outpost.
pub(crate) fn target(at: &str, value: &str) -> Checked {
    length(at, value.len(), 1..=2048)?;
    matches(at, value, r"^[\w:\-\/\*]+$", |value| {
        value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_:-/*".contains(c))
    })
}

/// Twelve digits.
pub(crate) fn account(at: &str, value: &str) -> Checked {
    matches(at, value, "^[0-9]{12}$", |value| {
        value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The ARN of a role.
pub(crate) fn role_arn(at: &str, value: &str) -> Checked {
    length(at, value.len(), 1..=2048)?;
    matches(
        at,
        value,
        r"arn:aws(-[a-z]{1,3}){0,2}:iam::\d+:role/.*",
        |value| {
            let parts: Vec<&str> = value.splitn(6, ':').collect();
            matches!(parts[..], ["arn", partition, "iam", "", account, resource]
            if is_partition(partition) && is_digits(account) && resource.starts_with("role/"))
        },
    )
}

/// The ARN of a KMS key; aliases are not taken.
pub(crate) fn key_arn(at: &str, value: &str) -> Checked {
    length(at, value.len(), 1..=2048)?;
    matches(
        at,
        value,
        r"arn:aws(-[a-z]{1,3}){0,2}:kms:([a-z]+-){2,3}\d:\d+:key/.*",
        |value| {
            let parts: Vec<&str> = value.splitn(6, ':').collect();
            matches!(parts[..], ["arn", partition, "kms", region, account, resource]
            if is_partition(partition) && !region.is_empty() && is_digits(account)
                && resource.starts_with("key/"))
        },
    )
}

fn is_partition(name: &str) -> bool {
    name == "aws" || name.starts_with("aws-")
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn broken(at: &str, value: &str, constraint: &str) -> DlmError {
    DlmError::invalid(format!(
        "Value '{value}' at '{at}' failed to satisfy constraint: {constraint}"
    ))
}
