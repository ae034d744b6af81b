//! What happens to resources and outputs.

use std::sync::Arc;

use cty::{Mark, PathStep, Type, Value};

use super::message::{Wired, each, msgpack};
use super::sensitive::Tree;
use super::values::Values;
use crate::instance::Address;
use crate::plan::{
    Action, Change, DeferredChange, DeferredReason, OutputChange, PlanError, ResourceChange,
};

/// `ResourceInstanceChange`.
pub(super) fn resource(
    message: &[u8],
    values: &mut Values<'_>,
) -> Result<ResourceChange, PlanError> {
    const PLACE: &str = "resource change";
    let (mut address, mut previous, mut deposed, mut provider) = ("", "", "", "");
    let mut change = None;
    let mut required_replace = Vec::new();
    each(PLACE, message, |field| {
        match field.number {
            13 => address = field.text().wired(PLACE)?,
            14 => previous = field.text().wired(PLACE)?,
            7 => deposed = field.text().wired(PLACE)?,
            8 => provider = field.text().wired(PLACE)?,
            9 => change = Some(field.bytes().wired(PLACE)?),
            11 => {
                let steps = path(PLACE, field.bytes().wired(PLACE)?, values)?;
                required_replace.push(steps.into());
            }
            _ => {}
        }
        Ok(())
    })?;
    let parse = |text: &str| -> Result<Address, PlanError> {
        text.parse()
            .map_err(|error| PlanError::malformed(PLACE, error))
    };
    let parsed = parse(address)?;
    let previous_address = match previous {
        "" => None,
        previous => Some(parse(previous)?).filter(|previous| *previous != parsed),
    };
    let change = RawChange::read(address, change, values)?;
    let value = |values: &mut Values<'_>, bytes: Option<&[u8]>, sensitive: &Tree| match bytes {
        None => Ok(Value::null(Type::Dynamic)),
        Some(bytes) => values.resource(&parsed, bytes, sensitive),
    };
    let before = value(values, change.before, &change.before_sensitive)?;
    let is_same =
        change.action == Action::NoOp && change.before_sensitive == change.after_sensitive;
    let after = match is_same {
        true => before.clone(),
        false => value(values, change.after, &change.after_sensitive)?,
    };
    Ok(ResourceChange {
        previous_address,
        deposed: Some(deposed.into()).filter(|_| !deposed.is_empty()),
        provider: provider_source(provider),
        change: change.with(before, after),
        required_replace,
        address: parsed,
    })
}

/// `OutputChange`.
pub(super) fn output(message: &[u8], values: &mut Values<'_>) -> Result<OutputChange, PlanError> {
    const PLACE: &str = "output change";
    let (mut name, mut change, mut is_sensitive) = ("", None, false);
    each(PLACE, message, |field| {
        match field.number {
            1 => name = field.text().wired(PLACE)?,
            2 => change = Some(field.bytes().wired(PLACE)?),
            3 => is_sensitive = field.is_true().wired(PLACE)?,
            _ => {}
        }
        Ok(())
    })?;
    let place = format!("output {name:?}");
    let change = RawChange::read(&place, change, values)?;
    let mut value = |bytes: Option<&[u8]>, sensitive: &Tree| {
        let value = match bytes {
            None => Value::null(Type::Dynamic),
            Some(bytes) => sensitive.mark(values.any(&place, bytes)?),
        };
        Ok(match is_sensitive {
            true => value.mark(Mark::Sensitive),
            false => value,
        })
    };
    let before = value(change.before, &change.before_sensitive)?;
    let after = value(change.after, &change.after_sensitive)?;
    Ok(OutputChange {
        name: name.into(),
        change: change.with(before, after),
        is_sensitive,
    })
}

/// `DeferredResourceInstanceChange`.
pub(super) fn deferred(
    message: &[u8],
    values: &mut Values<'_>,
) -> Result<DeferredChange, PlanError> {
    const PLACE: &str = "deferred change";
    let (mut reason, mut change) = (DeferredReason::Other, None);
    each(PLACE, message, |field| {
        match field.number {
            1 => reason = deferred_reason(field.bytes().wired(PLACE)?)?,
            2 => change = Some(resource(field.bytes().wired(PLACE)?, values)?),
            _ => {}
        }
        Ok(())
    })?;
    let change = change.ok_or_else(|| PlanError::malformed(PLACE, "it has no change"))?;
    Ok(DeferredChange { reason, change })
}

fn deferred_reason(message: &[u8]) -> Result<DeferredReason, PlanError> {
    let mut reason = 0;
    each("deferred change", message, |field| {
        if field.number == 1 {
            reason = field.varint().wired("deferred change")?;
        }
        Ok(())
    })?;
    Ok(match reason {
        1 => DeferredReason::InstanceCountUnknown,
        2 => DeferredReason::ResourceConfigUnknown,
        3 => DeferredReason::ProviderConfigUnknown,
        4 => DeferredReason::AbsentPrerequisite,
        5 => DeferredReason::DeferredPrerequisite,
        _ => DeferredReason::Other,
    })
}

/// `Change`, its values not read yet.
struct RawChange<'a> {
    action: Action,
    before: Option<&'a [u8]>,
    after: Option<&'a [u8]>,
    before_sensitive: Tree,
    after_sensitive: Tree,
    is_import: bool,
}

impl<'a> RawChange<'a> {
    fn read(
        place: &str,
        message: Option<&'a [u8]>,
        values: &mut Values<'_>,
    ) -> Result<Self, PlanError> {
        let message = message.ok_or_else(|| PlanError::malformed(place, "it has no change"))?;
        let mut action = 0;
        // No change has more than two.
        let (mut first, mut second) = (None, None);
        let (mut before_sensitive, mut after_sensitive) = (Tree::default(), Tree::default());
        let mut is_import = false;
        each(place, message, |field| {
            match field.number {
                1 => action = field.varint().wired(place)?,
                2 => {
                    let value = Some(msgpack(place, field.bytes().wired(place)?)?);
                    match first {
                        None => first = value,
                        Some(_) => second = value,
                    }
                }
                3 | 4 => {
                    let steps = path(place, field.bytes().wired(place)?, values)?;
                    match field.number {
                        3 => before_sensitive.add(&steps),
                        _ => after_sensitive.add(&steps),
                    }
                }
                5 => is_import = true,
                _ => {}
            }
            Ok(())
        })?;
        let action = action_of(action).ok_or_else(|| {
            let problem = format!("action {action} is none that is known");
            PlanError::malformed(place, problem)
        })?;
        let missing = || PlanError::malformed(place, "a value is missing");
        let first = first.ok_or_else(missing)?;
        let (before, after) = match action {
            Action::NoOp => (Some(first), Some(first)),
            Action::Create => (None, Some(first)),
            Action::Delete | Action::Forget => (Some(first), None),
            _ => (Some(first), Some(second.ok_or_else(missing)?)),
        };
        Ok(Self {
            action,
            before,
            after,
            before_sensitive,
            after_sensitive,
            is_import,
        })
    }

    fn with(&self, before: Value, after: Value) -> Change {
        Change {
            action: self.action,
            before: before.into(),
            after: after.into(),
            is_import: self.is_import,
        }
    }
}

fn action_of(number: u64) -> Option<Action> {
    Some(match number {
        0 => Action::NoOp,
        1 => Action::Create,
        2 => Action::Read,
        3 => Action::Update,
        5 => Action::Delete,
        6 => Action::DeleteThenCreate,
        7 => Action::CreateThenDelete,
        8 => Action::Forget,
        9 => Action::CreateThenForget,
        10 => Action::ForgetThenCreate,
        _ => return None,
    })
}

/// `Path`. A step that leads to an element of a set ends it, as no such step is known here.
fn path(place: &str, message: &[u8], values: &mut Values<'_>) -> Result<Vec<PathStep>, PlanError> {
    const STEP: u64 = 100;
    let mut steps = Vec::new();
    let mut is_cut = false;
    values.charge(STEP)?;
    each(place, message, |field| {
        if field.number == 1 && !is_cut {
            values.charge(STEP)?;
            match step(place, field.bytes().wired(place)?, values)? {
                Some(step) => steps.push(step),
                None => is_cut = true,
            }
        }
        Ok(())
    })?;
    Ok(steps)
}

/// `Path.Step`: the name of an attribute, or the key of an element.
fn step(
    place: &str,
    message: &[u8],
    values: &mut Values<'_>,
) -> Result<Option<PathStep>, PlanError> {
    let mut step = None;
    each(place, message, |field| {
        match field.number {
            1 => {
                let name: Arc<str> = field.text().wired(place)?.into();
                step = Some(PathStep::Attribute(name));
            }
            2 => {
                let bytes = msgpack(place, field.bytes().wired(place)?)?;
                let key = values.any(place, bytes)?;
                let index = key.as_i64().and_then(|index| u64::try_from(index).ok());
                let index = index.map(PathStep::Index);
                step = index.or_else(|| key.as_str().map(|key| PathStep::Key(key.into())));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(step)
}

/// The source in `module.m.provider["registry.terraform.io/hashicorp/aws"].alias`.
pub(super) fn provider_source(text: &str) -> Arc<str> {
    let source = text.split_once("provider[\"");
    let source = source.and_then(|(_, rest)| rest.split_once("\"]"));
    source.map_or(text, |(source, _)| source).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_known_by_their_source() {
        let source = "registry.terraform.io/hashicorp/aws";
        let is = |text: &str| provider_source(text).as_ref() == source;
        assert!(is(r#"provider["registry.terraform.io/hashicorp/aws"]"#));
        let aliased = r#"module.m["provider"].provider["registry.terraform.io/hashicorp/aws"].x"#;
        assert!(is(aliased));
        assert_eq!(provider_source("odd").as_ref(), "odd");
    }
}
