//! JSON as Terraform writes and reads it.

use cty::{Refinement, Type, Value};

use super::FunctionError;
use super::limits::check_elements;
use super::signature::{Function, Outcome, Param, Returns, Shape};

pub(super) const JSONENCODE: Function = Function::new(
    &[Param::any("val").anything()],
    Returns::Shape(Shape::String),
    |args| {
        let value = &args.values[0];
        if !value.is_wholly_known() {
            return Ok(unknown_text(value));
        }
        encode(value).map(Value::string)
    },
);

/// Unknown, but for how a text of this type must begin.
fn unknown_text(value: &Value) -> Value {
    let begins = match value.ty() {
        Type::String => "\"",
        Type::Object(_) | Type::Map(_) => "{",
        Type::Tuple(_) | Type::List(_) | Type::Set(_) => "[",
        Type::Number | Type::Bool | Type::Dynamic => "",
    };
    let sure = value.is_definitely_not_null() && !begins.is_empty();
    Value::refined(
        Type::String,
        Refinement {
            prefix: sure.then(|| begins.into()),
            ..Refinement::default()
        },
    )
}

/// The JSON text of a wholly known value.
pub(super) fn encode(value: &Value) -> Result<String, FunctionError> {
    cty::json::encode_plain(value).map_err(|error| FunctionError::new(error.to_string()))
}

pub(super) const JSONDECODE: Function = Function::new(
    &[Param::string("str")],
    Returns::Of(|args| match args[0].as_str() {
        // The value has its own type.
        Some(_) => Ok(Type::Dynamic),
        None => {
            let known = args[0]
                .refinement()
                .and_then(|known| known.prefix.as_deref());
            type_from_beginning(known.unwrap_or_default())
        }
    }),
    |args| decode(args.str(0)),
)
.nullable();

/// The type of a document of which only the beginning is known.
fn type_from_beginning(text: &str) -> Result<Type, FunctionError> {
    match text.trim_start().chars().next() {
        Some('"') => Ok(Type::String),
        Some('t' | 'f') => Ok(Type::Bool),
        Some('-' | '0'..='9' | '.') => Ok(Type::Number),
        None | Some('{' | '[' | 'n') => Ok(Type::Dynamic),
        Some(other) => Err(FunctionError::at(
            0,
            format!("a JSON document cannot begin with the character {other:?}"),
        )),
    }
}

/// Objects and tuples; numbers keep every digit. The last of equal keys counts.
fn decode(text: &str) -> Outcome {
    // Every element but the last of its array or object has a comma behind it.
    check_elements(text.matches(',').count())?;
    cty::json::decode_implied(text).map_err(|error| FunctionError::new(error.to_string()))
}
