//! Finding in sequences, and reducing them to one value.

use cty::ops::{Equality, equality};
use cty::{Number, Type, Value};

use super::{elements, is_sequence, type_name};
use crate::functions::FunctionError;
use crate::functions::signature::{Args, Function, Outcome, Param, Returns, Shape};

const LIST: Param = Param::any("list");
const BOOL: Returns = Returns::Shape(Shape::Bool);

pub(in crate::functions) const CONTAINS: Function =
    Function::new(&[LIST, Param::any("value")], BOOL, |args| {
        let [list, value] = args.values else {
            return Err(FunctionError::new("two arguments are required"));
        };
        if !is_sequence(&list.ty()) {
            return Err(FunctionError::new("argument must be list, tuple, or set"));
        }
        let mut sure = true;
        for element in elements(list) {
            match equality(value, element) {
                Equality::Equal => return Ok(Value::bool(true)),
                Equality::Different => {}
                Equality::Undecided => sure = false,
            }
        }
        Ok(if sure {
            Value::bool(false)
        } else {
            Value::unknown(Type::Bool)
        })
    });

pub(in crate::functions) const INDEX: Function = Function::new(
    &[LIST, Param::any("value")],
    Returns::Shape(Shape::Number),
    |args| {
        let [list, value] = args.values else {
            return Err(FunctionError::new("two arguments are required"));
        };
        if !matches!(list.ty(), Type::List(_) | Type::Tuple(_)) {
            return Err(FunctionError::new("argument must be a list or tuple"));
        }
        if elements(list).is_empty() {
            return Err(FunctionError::new("cannot search an empty list"));
        }
        for (i, element) in elements(list).iter().enumerate() {
            match equality(element, value) {
                Equality::Equal => return Ok(Value::number(i)),
                Equality::Different => {}
                Equality::Undecided => return Ok(Value::unknown(Type::Number)),
            }
        }
        Err(FunctionError::new("item not found"))
    },
);

const BOOLS: Param = Param::new("list", Shape::List(&Shape::Bool));

pub(in crate::functions) const ALLTRUE: Function = Function::new(&[BOOLS], BOOL, |args| {
    // Up to the first that decides; it gives up at one that is unknown, as Terraform does.
    let undecided = |value: &&Value| value.as_bool() != Some(true);
    let first = elements(&args.values[0]).iter().find(undecided);
    Ok(match first {
        None => Value::bool(true),
        Some(value) if value.is_known() => Value::bool(false),
        Some(_) => Value::unknown(Type::Bool),
    })
});

pub(in crate::functions) const ANYTRUE: Function = Function::new(&[BOOLS], BOOL, |args| {
    let list = elements(&args.values[0]);
    Ok(if list.iter().any(|value| value.as_bool() == Some(true)) {
        Value::bool(true)
    } else if list.iter().all(Value::is_known) {
        Value::bool(false)
    } else {
        Value::unknown(Type::Bool)
    })
});

pub(in crate::functions) const SUM: Function =
    Function::new(&[LIST], Returns::Shape(Shape::Number), sum);

fn sum(args: &Args<'_>) -> Outcome {
    let list = &args.values[0];
    if list.children().next().is_none() {
        let message = match list.ty() {
            ty if is_sequence(&ty) || matches!(ty, Type::Map(_) | Type::Object(_)) => {
                "cannot sum an empty list"
            }
            _ => "cannot sum noniterable",
        };
        return Err(FunctionError::at(0, message));
    }
    if !is_sequence(&list.ty()) {
        return Err(FunctionError::at(
            0,
            format!(
                "argument must be list, set, or tuple. Received {}",
                type_name(&list.ty())
            ),
        ));
    }
    if !list.is_wholly_known() {
        return Ok(Value::unknown(Type::Number));
    }
    let mut total: Option<Number> = None;
    for element in elements(list) {
        let number = cty::convert::convert(element, &Type::Number).ok();
        let Some(number) = number.as_ref().and_then(Value::as_number) else {
            return Err(FunctionError::at(
                0,
                "argument must be list, set, or tuple of number values",
            ));
        };
        total = Some(match total {
            None => number.clone(),
            Some(total) => total
                .add(number)
                .map_err(|_| FunctionError::new("can't compute sum of opposing infinities"))?,
        });
    }
    Ok(Value::number(total.unwrap_or(Number::ZERO)))
}
