//! Explicit conversions, and functions that only look at or change marks.

use cty::{Data, Mark, Type, Value};

use super::FunctionError;
use super::signature::{ANY_LIST, ANY_SET, Args, Function, Outcome, Param, Returns, Shape};
use crate::Dialect;

const ANYTHING: &[Param] = &[Param::any("v").anything().marked()];

const ANY_MAP: Shape = Shape::Map(&Shape::Any);

const fn conversion(
    returns: fn(&[Value]) -> Result<Type, FunctionError>,
    run: fn(&Args<'_>) -> Outcome,
) -> Function {
    Function::new(ANYTHING, Returns::Of(returns), run).nullable()
}

pub(super) const TOSTRING: Function = conversion(
    |args| check(args, Shape::String),
    |args| to(args, Shape::String),
);
pub(super) const TONUMBER: Function = conversion(
    |args| check(args, Shape::Number),
    |args| to(args, Shape::Number),
);
pub(super) const TOBOOL: Function = conversion(
    |args| check(args, Shape::Bool),
    |args| to(args, Shape::Bool),
);
pub(super) const TOLIST: Function =
    conversion(|args| check(args, ANY_LIST), |args| to(args, ANY_LIST));
pub(super) const TOSET: Function =
    conversion(|args| check(args, ANY_SET), |args| to(args, ANY_SET));
pub(super) const TOMAP: Function =
    conversion(|args| check(args, ANY_MAP), |args| to(args, ANY_MAP));

/// Whether the argument's type converts at all.
fn check(args: &[Value], want: Shape) -> Result<Type, FunctionError> {
    let (got, want) = (args[0].ty(), want.ty());
    if cty::convert::conversion_exists(&got, &want) {
        return Ok(want);
    }
    Err(FunctionError::at(
        0,
        format!(
            "cannot convert {} to {}",
            got.friendly_name(),
            want.friendly_name_for_constraint()
        ),
    ))
}

fn to(args: &Args<'_>, want: Shape) -> Outcome {
    let (value, want) = (&args.values[0], want.ty());
    let converted = cty::convert::convert(value, &want);
    converted.map(|value| args.waited(value)).map_err(|_| {
        let got = value.ty().friendly_name();
        let name = want.friendly_name_for_constraint();
        let message = if value.deep_marks().contains(&Mark::Sensitive) {
            format!("cannot convert this sensitive {got} to {name}")
        } else {
            match (value.as_str(), &want) {
                (Some(text), Type::Bool) => format!(
                    "cannot convert {text:?} to bool; only the strings \"true\" or \"false\" are \
                     allowed"
                ),
                (Some(text), Type::Number) => format!(
                    "cannot convert {text:?} to number; given string must be a decimal \
                     representation of a number"
                ),
                _ => format!("cannot convert {got} to {name}"),
            }
        };
        FunctionError::at(0, message)
    })
}

const MARKED_VALUE: &[Param] = &[Param::any("value").anything().marked()];

/// The argument's own type.
const SAME: Returns = Returns::Of(|args| Ok(args[0].ty()));

pub(super) const SENSITIVE: Function = Function::new(MARKED_VALUE, SAME, |args| {
    Ok(args.values[0].clone().mark(Mark::Sensitive))
})
.nullable();

pub(super) const NONSENSITIVE: Function = Function::new(MARKED_VALUE, SAME, |args| {
    Ok(without(args.values[0].clone(), &Mark::Sensitive))
})
.nullable();

pub(super) const ISSENSITIVE: Function =
    Function::new(MARKED_VALUE, Returns::Shape(Shape::Bool), |args| {
        let value = &args.values[0];
        // OpenTofu does not look at the marks of what is unknown.
        let is_seen = value.is_known() || args.cx.dialect == Dialect::Terraform;
        Ok(if is_seen && value.marks().contains(&Mark::Sensitive) {
            Value::bool(true)
        } else if value.is_known() {
            Value::bool(false)
        } else {
            Value::unknown(Type::Bool).with_marks(value.marks())
        })
    })
    .nullable();

pub(super) const EPHEMERALASNULL: Function = Function::new(MARKED_VALUE, SAME, |args| {
    let replaced = args.values[0].clone().transform(&mut |_, part: Value| {
        if !part.marks().contains(&Mark::Ephemeral) {
            return Ok::<_, std::convert::Infallible>(part);
        }
        let part = without(part, &Mark::Ephemeral);
        let empty = match part.data() {
            // What is known of it will not hold for the null.
            Data::Unknown(ty, _) => Value::unknown(ty.clone()),
            _ => Value::null(part.ty()),
        };
        Ok(empty.with_marks(part.marks()))
    });
    match replaced {
        Ok(value) => Ok(value),
        Err(never) => match never {},
    }
})
.nullable();

fn without(value: Value, mark: &Mark) -> Value {
    let (value, marks) = value.unmark();
    value.with_marks(&marks.retain(|found| found != mark))
}
