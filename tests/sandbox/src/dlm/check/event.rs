//! Event-based policies: one event source, one action.

use super::keep::Span;
use super::rule::{
    Checked, account, key_arn, length, need, one_of, plain_text, refuse, some, target,
};
use crate::dlm::model::{Action, CrossRegionCopyAction, EventSource, PolicyDetails};

pub(super) fn event(details: &PolicyDetails) -> Checked {
    need(&[
        ("EventSource", details.event_source.is_some()),
        ("Actions", some(&details.actions)),
    ])?;
    refuse(
        "EVENT_BASED_POLICY policies",
        &[
            ("ResourceTypes", details.resource_types.is_some()),
            ("ResourceLocations", details.resource_locations.is_some()),
            ("TargetTags", details.target_tags.is_some()),
            ("Schedules", details.schedules.is_some()),
            ("Parameters", details.parameters.is_some()),
        ],
    )?;
    if let Some(given) = &details.event_source {
        source(given)?;
    }
    let actions = details.actions.as_deref().unwrap_or_default();
    length("PolicyDetails.Actions", actions.len(), 1..=1)?;
    actions.iter().try_for_each(action)
}

fn source(source: &EventSource) -> Checked {
    let at = "PolicyDetails.EventSource";
    need(&[("Type", source.r#type.is_some())])?;
    one_of(
        &format!("{at}.Type"),
        source.r#type.as_deref().unwrap_or_default(),
        &["MANAGED_CWE"],
    )?;
    let Some(parameters) = source.parameters.clone() else {
        return Ok(());
    };
    need(&[
        ("EventType", parameters.event_type.is_some()),
        ("SnapshotOwner", parameters.snapshot_owner.is_some()),
        ("DescriptionRegex", parameters.description_regex.is_some()),
    ])?;
    let at = format!("{at}.Parameters");
    let event_type = parameters.event_type.unwrap_or_default();
    one_of(&format!("{at}.EventType"), &event_type, &["shareSnapshot"])?;
    let regex = parameters.description_regex.unwrap_or_default();
    length(
        &format!("{at}.DescriptionRegex"),
        regex.chars().count(),
        0..=1000,
    )?;
    let owners = parameters.snapshot_owner.unwrap_or_default();
    length(&format!("{at}.SnapshotOwner"), owners.len(), 0..=50)?;
    owners
        .iter()
        .try_for_each(|owner| account(&format!("{at}.SnapshotOwner"), owner))
}

fn action(action: &Action) -> Checked {
    let at = "PolicyDetails.Actions[0]";
    need(&[
        ("Name", action.name.is_some()),
        ("CrossRegionCopy", action.cross_region_copy.is_some()),
    ])?;
    plain_text(
        &format!("{at}.Name"),
        action.name.as_deref().unwrap_or_default(),
        0..=120,
    )?;
    let copies = action.cross_region_copy.as_deref().unwrap_or_default();
    length(&format!("{at}.CrossRegionCopy"), copies.len(), 0..=3)?;
    copies
        .iter()
        .enumerate()
        .try_for_each(|(index, rule)| copy(&format!("{at}.CrossRegionCopy[{index}]"), rule))
}

fn copy(at: &str, rule: &CrossRegionCopyAction) -> Checked {
    need(&[
        ("Target", rule.target.is_some()),
        (
            "EncryptionConfiguration",
            rule.encryption_configuration.is_some(),
        ),
    ])?;
    target(
        &format!("{at}.Target"),
        rule.target.as_deref().unwrap_or_default(),
    )?;
    let encryption = rule.encryption_configuration.clone().unwrap_or_default();
    need(&[("Encrypted", encryption.encrypted.is_some())])?;
    if let Some(key) = &encryption.cmk_arn {
        key_arn(&format!("{at}.EncryptionConfiguration.CmkArn"), key)?;
    }
    match &rule.retain_rule {
        Some(age) => Span::of_age(&format!("{at}.RetainRule"), age, 100).map(drop),
        None => Ok(()),
    }
}
