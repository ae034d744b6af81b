//! The plan's message: its own fields, and in which of them the rest is. The numbers are those of
//! both hosts; no two of them use one number for different things that matter here.

use std::sync::Arc;

use cty::Value;

use super::changes;
use super::host::Hints;
use super::values::Values;
use crate::inputs::Dialect;
use crate::instance::Mode;
use crate::plan::protobuf::{Field, Fields, Wire, WireError};
use crate::plan::{Action, Backend, Completeness, Plan, PlanError};

/// The format version of both hosts.
const VERSION: u64 = 3;
/// `Mode.REFRESH_ONLY`.
const REFRESH_ONLY: u64 = 2;
/// What a plan takes in memory for each change, beside its values, in bytes.
const CHANGE: u64 = 800;

/// Reads a message whose fields `read` looks at.
pub(super) fn each<'a>(
    place: &str,
    message: &'a [u8],
    mut read: impl FnMut(Field<'a>) -> Result<(), PlanError>,
) -> Result<(), PlanError> {
    for field in Fields::of(message) {
        read(field.wired(place)?)?;
    }
    Ok(())
}

/// Says in which message something is wrong with the bytes.
pub(super) trait Wired<T> {
    fn wired(self, place: &str) -> Result<T, PlanError>;
}

impl<T> Wired<T> for Result<T, WireError> {
    fn wired(self, place: &str) -> Result<T, PlanError> {
        self.map_err(|error| PlanError::malformed(place, error))
    }
}

/// The plan, as far as its message tells; [`Hints`] for what the rest of the archive decides.
pub(super) fn read(message: &[u8], values: &mut Values<'_>) -> Result<(Plan, Hints), PlanError> {
    let (mut plan, hints, mode) = head(message)?;
    each("plan", message, |field| {
        match field.number {
            2 => {
                let (name, value) = variable(field.bytes().wired("plan variables")?, values)?;
                plan.variables.insert(name, value);
            }
            3 | 18 => {
                values.charge(CHANGE)?;
                let change = changes::resource(field.bytes().wired("plan")?, values)?;
                let (action, is_data) = (change.change.action, change.address.mode == Mode::Data);
                if field.number == 3 {
                    // That the state forgets what was read is no change, and not shown as one.
                    if !(is_data && action == Action::Delete) {
                        plan.resource_changes.push(change);
                    }
                } else if mode == REFRESH_ONLY || action != Action::NoOp {
                    // What only moved is among the planned changes.
                    plan.resource_drift.push(change);
                }
            }
            4 => {
                values.charge(CHANGE)?;
                let change = changes::output(field.bytes().wired("plan")?, values)?;
                plan.output_changes.push(change);
            }
            13 => plan.backend = Some(backend(field.bytes().wired("plan")?, values)?),
            27 => {
                values.charge(CHANGE)?;
                let change = changes::deferred(field.bytes().wired("plan")?, values)?;
                plan.deferred_changes.push(change);
            }
            _ => {}
        }
        Ok(())
    })?;
    for changes in [&mut plan.resource_changes, &mut plan.resource_drift] {
        changes.sort_by(|a, b| (&a.address, &a.deposed).cmp(&(&b.address, &b.deposed)));
    }
    plan.output_changes.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((plan, hints))
}

/// An empty plan and what is needed to read the rest: fields stand in any order.
fn head(message: &[u8]) -> Result<(Plan, Hints, u64), PlanError> {
    let mut hints = Hints::default();
    let mut host_version: Arc<str> = "".into();
    let (mut version, mut mode) = (0, 0);
    each("plan", message, |field| {
        match field.number {
            1 => version = field.varint().wired("plan version")?,
            5 => hints.is_narrowed = true,
            6 => (hints.is_narrowed, hints.has_tofu_fields) = (true, true),
            14 => host_version = field.text().wired("plan terraform_version")?.into(),
            17 => mode = field.varint().wired("plan ui_mode")?,
            20 => hints.is_errored = field.is_true().wired("plan errored")?,
            // Terraform has messages here, OpenTofu names.
            22 => match field.wire {
                Wire::Bytes([0x0a | 0x12, ..]) => hints.has_terraform_fields = true,
                _ => hints.has_tofu_fields = true,
            },
            26 => {
                hints.is_complete = field.is_true().wired("plan complete")?;
                hints.has_terraform_fields = true;
            }
            25 | 27..=32 => hints.has_terraform_fields = true,
            500_000_000 => hints.has_tofu_fields = true,
            _ => {}
        }
        Ok(())
    })?;
    if version != VERSION {
        return Err(PlanError::Version { found: version });
    }
    let plan = Plan {
        dialect: Dialect::default(),
        host_version,
        completeness: Completeness::Complete,
        resource_changes: Vec::new(),
        resource_drift: Vec::new(),
        deferred_changes: Vec::new(),
        output_changes: Vec::new(),
        variables: Default::default(),
        backend: None,
        prior: Vec::new(),
        sources: None,
        document: None,
    };
    Ok((plan, hints, mode))
}

/// An entry of a map: the key is field 1, the value field 2.
fn variable(message: &[u8], values: &mut Values<'_>) -> Result<(Arc<str>, Value), PlanError> {
    const PLACE: &str = "plan variables";
    let (mut name, mut value) = ("", None);
    each(PLACE, message, |field| {
        match field.number {
            1 => name = field.text().wired(PLACE)?,
            2 => value = Some(msgpack(PLACE, field.bytes().wired(PLACE)?)?),
            _ => {}
        }
        Ok(())
    })?;
    let place = format!("variable {name:?}");
    let value = value.ok_or_else(|| PlanError::malformed(&place, "it has no value"))?;
    Ok((name.into(), values.any(&place, value)?))
}

fn backend(message: &[u8], values: &mut Values<'_>) -> Result<Backend, PlanError> {
    const PLACE: &str = "plan backend";
    let (mut kind, mut workspace, mut config) = ("", "", None);
    each(PLACE, message, |field| {
        match field.number {
            1 => kind = field.text().wired(PLACE)?,
            2 => config = Some(msgpack(PLACE, field.bytes().wired(PLACE)?)?),
            3 => workspace = field.text().wired(PLACE)?,
            _ => {}
        }
        Ok(())
    })?;
    let config = match config {
        Some(config) => values.any(PLACE, config)?,
        None => Value::null(cty::Type::Dynamic),
    };
    Ok(Backend {
        kind: kind.into(),
        config,
        workspace: workspace.into(),
    })
}

/// The bytes of a `DynamicValue`.
pub(super) fn msgpack<'a>(place: &str, message: &'a [u8]) -> Result<&'a [u8], PlanError> {
    let mut bytes: &[u8] = &[];
    each(place, message, |field| {
        if field.number == 1 {
            bytes = field.bytes().wired(place)?;
        }
        Ok(())
    })?;
    match bytes {
        [] => Err(PlanError::malformed(place, "a value is empty")),
        bytes => Ok(bytes),
    }
}
