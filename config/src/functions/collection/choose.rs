//! Picking from sequences, and choosing between values.

use cty::ops::{Equality, equality};
use cty::{Type, Value};

use super::{elements, known_length, sequence, type_name, unify};
use crate::functions::FunctionError;
use crate::functions::signature::{
    ANY_LIST, Args, Function, Outcome, Param, Returns, is_why, whole,
};

const LIST: Param = Param::any("list");

pub(in crate::functions) const ELEMENT: Function = Function::new(
    &[LIST.marked(), Param::number("index")],
    Returns::Of(element_type),
    |args| {
        let list = &args.values[0];
        let items = elements(list);
        let at = wrap(args.int(1)?, items.len())?;
        Ok(items[at].clone().with_marks(list.marks()))
    },
)
.nullable();

fn element_type(args: &[Value]) -> Result<Type, FunctionError> {
    match args[0].ty() {
        Type::List(element) => Ok(Type::clone(&element)),
        Type::Tuple(types) => {
            let Some(index) = args[1].as_number() else {
                return Ok(Type::Dynamic);
            };
            let index = whole(index)
                .map_err(|message| FunctionError::new(format!("invalid index: {message}")))?;
            Ok(types[wrap(index, types.len())?].clone())
        }
        other => Err(FunctionError::new(format!(
            "cannot read elements from {}",
            type_name(&other)
        ))),
    }
}

/// An index counted around the list, from its end if negative.
fn wrap(index: i64, length: usize) -> Result<usize, FunctionError> {
    i64::try_from(length)
        .ok()
        .and_then(|length| index.checked_rem_euclid(length))
        .and_then(|index| usize::try_from(index).ok())
        .ok_or_else(|| FunctionError::new("cannot use element function with an empty list"))
}

pub(in crate::functions) const ONE: Function = Function::new(
    &[LIST.origins()],
    Returns::Of(|args| match args[0].ty() {
        Type::List(element) | Type::Set(element) => Ok(Type::clone(&element)),
        Type::Tuple(types) if types.len() < 2 => {
            Ok(types.first().cloned().unwrap_or(Type::Dynamic))
        }
        _ => Err(not_one()),
    }),
    |args| {
        let list = &args.values[0];
        let value = match (known_length(list), elements(list)) {
            (None, _) => Value::unknown(args.returns.clone()).with_marks(&list.deep_marks()),
            (_, []) => Value::null(args.returns.clone()),
            (_, [only]) => only.clone(),
            _ => return Err(not_one()),
        };
        Ok(value.with_marks(list.marks()))
    },
)
.nullable();

fn not_one() -> FunctionError {
    FunctionError::at(
        0,
        "must be a list, set, or tuple value with either zero or one elements",
    )
}

pub(in crate::functions) const MATCHKEYS: Function = Function::new(
    &[
        Param::new("values", ANY_LIST).origins(),
        Param::new("keys", ANY_LIST),
        Param::new("searchset", ANY_LIST),
    ],
    Returns::Of(|args| {
        let message = "keys and searchset must be of the same type";
        unify(&[args[1].ty(), args[2].ty()], message)?;
        Ok(args[0].ty())
    }),
    matchkeys,
);

/// Terraform waits for all values and keys, unless nothing is looked for.
fn matchkeys(args: &Args<'_>) -> Outcome {
    let [values, keys, wanted] = args.values else {
        return Err(FunctionError::new("three arguments are required"));
    };
    if elements(values).len() != elements(keys).len() {
        return Err(FunctionError::new(
            "length of keys and values should be equal",
        ));
    }
    let common = unify(&[keys.ty(), wanted.ty()], "keys and searchset differ")?;
    let convert = |list: &Value| {
        cty::convert::convert(list, &common).map_err(|error| FunctionError::new(error.to_string()))
    };
    let (keys, wanted) = (convert(keys)?, convert(wanted)?);
    let is_open = !values.is_wholly_known() || !keys.is_wholly_known();
    if is_open && known_length(&wanted) != Some(0) {
        return Ok(Value::unknown(args.returns.clone()).with_marks(values.marks()));
    }
    let mut picked = Vec::new();
    for (key, value) in elements(&keys).iter().zip(elements(values)) {
        let found = elements(&wanted)
            .iter()
            .map(|candidate| equality(key, candidate))
            .try_fold(Equality::Different, |sum, each| match each {
                Equality::Equal => Err(Equality::Equal),
                Equality::Different => Ok(sum),
                Equality::Undecided => Ok(Equality::Undecided),
            });
        match found.unwrap_or_else(|decided| decided) {
            Equality::Equal => picked.push(value.clone()),
            Equality::Different => {}
            Equality::Undecided => {
                return Ok(Value::unknown(args.returns.clone()).with_marks(values.marks()));
            }
        }
    }
    Ok(sequence(args.returns, picked, values.marks()))
}

pub(in crate::functions) const COALESCELIST: Function =
    Function::new(&[], Returns::Of(coalescelist_type), |args| {
        for (i, list) in args.values.iter().enumerate() {
            match known_length(list) {
                None if list.is_null() => {}
                Some(0) => {}
                _ if list.is_known() => return Ok(list.clone()),
                _ => return Ok(first_unknown(args.returns, &args.values[i..])),
            }
        }
        Err(FunctionError::new("no non-null arguments"))
    })
    .rest(Param::any("vals").anything().origins());

fn coalescelist_type(args: &[Value]) -> Result<Type, FunctionError> {
    let Some(first) = args.first() else {
        return Err(FunctionError::new("at least one argument is required"));
    };
    let mut same = true;
    for arg in args {
        if !arg.is_known() {
            return Ok(Type::Dynamic);
        }
        let ty = arg.ty();
        if !matches!(ty, Type::List(_) | Type::Tuple(_)) {
            return Err(FunctionError::new(
                "coalescelist arguments must be lists or tuples",
            ));
        }
        same &= ty == first.ty();
    }
    Ok(if same { first.ty() } else { Type::Dynamic })
}

pub(in crate::functions) const COALESCE: Function = Function::new(
    &[],
    Returns::Of(|args| {
        let types: Vec<Type> = args.iter().map(Value::ty).collect();
        unify(&types, "all arguments must have the same type")
    }),
    |args| {
        for (i, arg) in args.values.iter().enumerate() {
            let value = cty::convert::convert(arg, args.returns)
                .map_err(|error| FunctionError::at(i, error.to_string()))?;
            if !value.is_known() {
                return Ok(first_unknown(args.returns, &args.values[i..]));
            }
            if !value.is_null() && value.as_str() != Some("") {
                return Ok(value);
            }
        }
        Err(FunctionError::new(
            "no non-null, non-empty-string arguments",
        ))
    },
)
.rest(Param::any("vals").anything().origins());

/// The choice between an unknown value and those after it: it may come from any of them, but it
/// is unknown because of the first.
fn first_unknown(ty: &Type, candidates: &[Value]) -> Value {
    let Some((first, others)) = candidates.split_first() else {
        return Value::unknown(ty.clone());
    };
    let mut marks = first.deep_marks();
    for other in others {
        let found = other.deep_marks();
        marks = marks.union(&found.retain(|mark| !is_why(mark)));
    }
    Value::unknown(ty.clone()).with_marks(&marks)
}
