//! Set algebra.

use std::collections::BTreeSet;

use cty::{Data, Marks, Refinement, Type, Value};

use super::{elements, known_length, sequence, unify};
use crate::functions::FunctionError;
use crate::functions::limits::check_elements;
use crate::functions::signature::{ANY_SET, Args, Function, Outcome, Param, Returns};

const FIRST: Param = Param::new("first_set", ANY_SET).dynamic();
const OTHERS: Param = Param::new("other_sets", ANY_SET).dynamic();

pub(in crate::functions) const SETUNION: Function =
    Function::new(&[FIRST], Returns::Of(common_set), |args| {
        let sets = convert_all(args)?;
        let all = sets.iter().flat_map(|set| elements(set).iter().cloned());
        set_of(args.returns, all)
    })
    .rest(OTHERS);

pub(in crate::functions) const SETINTERSECTION: Function =
    Function::new(&[FIRST], Returns::Of(common_set), |args| {
        let sets = convert_all(args)?;
        if !sets.iter().all(Value::is_wholly_known) {
            return Ok(Value::unknown(args.returns.clone()));
        }
        let (first, others) = split(&sets);
        let others: Vec<BTreeSet<&Value>> = others.iter().map(members).collect();
        let shared = first
            .iter()
            .filter(|value| others.iter().all(|other| other.contains(value)));
        set_of(args.returns, shared.cloned())
    })
    .rest(OTHERS);

pub(in crate::functions) const SETSUBTRACT: Function = Function::new(
    &[
        Param::new("a", ANY_SET).dynamic(),
        Param::new("b", ANY_SET).dynamic(),
    ],
    Returns::Of(common_set),
    |args| {
        let sets = convert_all(args)?;
        if !sets.iter().all(Value::is_wholly_known) {
            return Ok(Value::unknown(args.returns.clone()));
        }
        let (first, others) = split(&sets);
        let others: Vec<BTreeSet<&Value>> = others.iter().map(members).collect();
        let left = first
            .iter()
            .filter(|value| !others.iter().any(|other| other.contains(value)));
        set_of(args.returns, left.cloned())
    },
);

/// The set type that all arguments convert to. Empty sets of no type in particular fit any.
fn common_set(args: &[Value]) -> Result<Type, FunctionError> {
    let mut types = Vec::new();
    for arg in args {
        match arg.ty() {
            Type::Set(element) if *element == Type::Dynamic && known_length(arg) == Some(0) => {}
            Type::Set(element) => types.push(Type::clone(&element)),
            _ => types.push(Type::Dynamic),
        }
    }
    if types.is_empty() {
        return Ok(ANY_SET.ty());
    }
    unify(&types, "given sets must all have compatible element types").map(Type::set)
}

fn convert_all(args: &Args<'_>) -> Result<Vec<Value>, FunctionError> {
    let convert = |(i, set): (usize, &Value)| {
        cty::convert::convert(set, args.returns)
            .map_err(|error| FunctionError::at(i, error.to_string()))
    };
    args.values.iter().enumerate().map(convert).collect()
}

fn split(sets: &[Value]) -> (&[Value], &[Value]) {
    match sets.split_first() {
        Some((first, others)) => (elements(first), others),
        None => (&[], &[]),
    }
}

fn members(set: &Value) -> BTreeSet<&Value> {
    elements(set).iter().collect()
}

fn set_of(ty: &Type, members: impl IntoIterator<Item = Value>) -> Outcome {
    let element = match ty {
        Type::Set(element) => Type::clone(element),
        _ => Type::Dynamic,
    };
    Ok(Value::set(element, members))
}

pub(in crate::functions) const SETPRODUCT: Function =
    Function::new(&[], Returns::Of(setproduct_type), setproduct)
        .rest(Param::any("sets").unknown().marked());

fn setproduct_type(args: &[Value]) -> Result<Type, FunctionError> {
    if args.len() < 2 {
        return Err(FunctionError::new("at least two arguments are required"));
    }
    let mut ordered = true;
    let mut types = Vec::with_capacity(args.len());
    for (i, arg) in args.iter().enumerate() {
        types.push(match arg.ty() {
            Type::Set(element) => {
                ordered = false;
                Type::clone(&element)
            }
            Type::List(element) => Type::clone(&element),
            Type::Tuple(types) if types.is_empty() => Type::Dynamic,
            Type::Tuple(types) => cty::convert::unify(&types)
                .ok_or_else(|| FunctionError::at(i, "all elements must be of the same type"))?,
            _ => return Err(FunctionError::at(i, "a set or a list is required")),
        });
    }
    let row = Type::tuple(types);
    Ok(if ordered {
        Type::list(row)
    } else {
        Type::set(row)
    })
}

fn setproduct(args: &Args<'_>) -> Outcome {
    let marks = args
        .values
        .iter()
        .fold(Marks::NONE, |marks, set| marks.union(set.marks()));
    let (Type::List(row) | Type::Set(row)) = args.returns else {
        return Ok(Value::unknown(Type::Dynamic).with_marks(&marks));
    };
    let Type::Tuple(columns) = &**row else {
        return Ok(Value::unknown(Type::Dynamic).with_marks(&marks));
    };
    if args
        .values
        .iter()
        .any(|set| !set.is_known() || known_length(set).is_none())
    {
        return Ok(unknown_product(args).with_marks(&marks));
    }
    let total = args
        .values
        .iter()
        .map(|set| elements(set).len())
        .fold(1usize, usize::saturating_mul);
    check_elements(total.saturating_mul(columns.len()))?;
    let mut rows: Vec<Vec<Value>> = vec![Vec::with_capacity(columns.len())];
    for (set, column) in args.values.iter().zip(columns.iter()) {
        let mut longer = Vec::with_capacity(rows.len() * elements(set).len());
        for row in &rows {
            for value in elements(set) {
                let value = cty::convert::convert(value, column)
                    .map_err(|error| FunctionError::new(error.to_string()))?;
                longer.push(row.iter().cloned().chain([value]).collect());
            }
        }
        rows = longer;
    }
    let rows: Vec<Value> = rows.into_iter().map(Value::tuple).collect();
    let product = match args.returns {
        Type::Set(row) => Value::set(Type::clone(row), rows),
        ty => sequence(ty, rows, &Marks::NONE),
    };
    Ok(product.with_marks(&marks))
}

/// Nothing if one side is empty; else how many there can be at most, if that is little.
fn unknown_product(args: &Args<'_>) -> Value {
    const TRACKED: u64 = 2048;
    let most = |set: &Value| match set.data() {
        Data::Set(_, elements) => Some(elements.len() as u64),
        _ => known_length(set).or_else(|| set.refinement()?.max_length),
    };
    let bound = args
        .values
        .iter()
        .try_fold(1u64, |product, set| product.checked_mul(most(set)?));
    match (bound, args.returns) {
        (Some(0), Type::Set(row)) => Value::set(Type::clone(row), []),
        (Some(0), Type::List(row)) => Value::list(Type::clone(row), []),
        (Some(bound), ty) if bound <= TRACKED => Value::refined(
            ty.clone(),
            Refinement {
                max_length: Some(bound),
                ..Refinement::default()
            },
        ),
        (_, ty) => Value::unknown(ty.clone()),
    }
}
