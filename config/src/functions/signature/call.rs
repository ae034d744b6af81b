//! The rules of every call: conversion, nulls, unknowns, marks.
//!
//! They are go-cty's (`function.Function.Call`), with two differences that a checker needs. A
//! result that is wholly known drops the reasons ([`Why`]) of unknown arguments, since it did not
//! depend on them. And an unknown result always says why, if any argument did.

use cty::{Data, Mark, Marks, Refinement, Type, Value};

use super::{Args, Function, MarkRule, Outcome, Param, Returns, is_why, secrecy};
use crate::functions::{FunctionContext, FunctionError};
use crate::why::Why;

/// Arguments that a function can run on.
struct Prepared {
    values: Vec<Value>,
    /// Marks taken off them.
    lifted: Marks,
    /// An argument's type is unknown, and with it the result's.
    untyped: bool,
}

impl Function {
    pub(in crate::functions) fn call(&self, args: &[Value], cx: &FunctionContext<'_>) -> Outcome {
        self.check_count(args.len())?;
        let prepared = self.prepare(args)?;
        let returns = match self.returns {
            Returns::Shape(shape) => shape.ty(),
            Returns::Of(_) if prepared.untyped => Type::Dynamic,
            Returns::Of(decide) => decide(&prepared.values)?,
        };
        let result = if prepared.untyped || self.waits_for(&prepared.values) {
            let own = prepared
                .values
                .iter()
                .fold(Marks::NONE, |marks, value| marks.union(value.marks()));
            Value::unknown(returns).with_marks(&own)
        } else {
            (self.run)(&Args {
                values: &prepared.values,
                returns: &returns,
                cx,
            })?
        };
        Ok(self.finish(result, &prepared.lifted, args))
    }

    fn check_count(&self, given: usize) -> Result<(), FunctionError> {
        let required = self.params.len();
        let wrong = match self.rest {
            None => given != required,
            Some(_) => given < required,
        };
        if !wrong {
            return Ok(());
        }
        let at_least = if self.rest.is_some() { "at least " } else { "" };
        Err(FunctionError::new(format!(
            "wrong number of arguments ({at_least}{required} required; {given} given)"
        )))
    }

    /// Converts every argument, refuses nulls, takes off marks.
    fn prepare(&self, args: &[Value]) -> Result<Prepared, FunctionError> {
        let mut values = Vec::with_capacity(args.len());
        for (i, (arg, param)) in self.with_params(args).enumerate() {
            let value = cty::convert::convert(arg, &param.shape.ty())
                .map_err(|error| FunctionError::at(i, error.to_string()))?;
            values.push(value);
        }
        let mut untyped = false;
        for (i, (value, param)) in self.with_params(&values).enumerate() {
            if value.is_null() && !param.takes_null {
                return Err(FunctionError::at(i, "argument must not be null"));
            }
            if has_no_type(value) && !param.takes_dynamic {
                untyped = true;
                break;
            }
        }
        let mut lifted = Marks::NONE;
        for (i, value) in values.iter_mut().enumerate() {
            let rule = self
                .parameter(i)
                .map_or(MarkRule::Lift, |param| param.marks);
            let (plain, marks) = match rule {
                MarkRule::Keep => continue,
                MarkRule::Lift => value.clone().unmark_deep(),
                MarkRule::Split => lift_secrecy(value.clone()),
            };
            *value = plain;
            lifted = lifted.union(&marks);
        }
        Ok(Prepared {
            values,
            lifted,
            untyped,
        })
    }

    fn with_params<'a>(
        &'a self,
        values: &'a [Value],
    ) -> impl Iterator<Item = (&'a Value, &'a Param)> {
        let params = self.params.iter().chain(self.rest.iter().cycle());
        values.iter().zip(params)
    }

    /// True if an argument is unknown that must be known before the function can run.
    fn waits_for(&self, values: &[Value]) -> bool {
        self.with_params(values)
            .any(|(value, param)| !value.is_known() && !param.takes_unknown)
    }

    fn finish(&self, result: Value, lifted: &Marks, args: &[Value]) -> Value {
        if result.is_wholly_known() {
            let (value, marks) = result.unmark();
            return value.with_marks(&marks.union(lifted).retain(|mark| !is_why(mark)));
        }
        let mut result = result.with_marks(lifted);
        if !result.is_known() {
            if Why::of(&result).is_none() {
                for arg in args {
                    result = result.with_marks(&arg.deep_marks());
                }
            }
            if !self.may_be_null {
                result = not_null(result);
            }
        }
        result
    }
}

/// Takes secrecy off a value and its parts.
fn lift_secrecy(value: Value) -> (Value, Marks) {
    let found = secrecy(&value.deep_marks());
    if found.is_empty() {
        return (value, found);
    }
    let plain = value.transform(&mut |_, part: Value| {
        let (part, marks) = part.unmark();
        let origins = marks.retain(|mark| matches!(mark, Mark::Custom(_)));
        Ok::<_, std::convert::Infallible>(part.with_marks(&origins))
    });
    match plain {
        Ok(plain) => (plain, found),
        Err(never) => match never {},
    }
}

/// True if not even the value's type is known.
fn has_no_type(value: &Value) -> bool {
    matches!(
        value.data(),
        Data::Null(Type::Dynamic) | Data::Unknown(Type::Dynamic, _)
    )
}

/// Adds to an unknown value that it will not be null.
fn not_null(value: Value) -> Value {
    let (value, marks) = value.unmark();
    let refined = match value.data() {
        Data::Unknown(ty, refinement) => Value::refined(
            ty.clone(),
            Refinement {
                not_null: true,
                ..refinement.as_deref().cloned().unwrap_or_default()
            },
        ),
        _ => value,
    };
    refined.with_marks(&marks)
}
