//! Making sequences from sequences.

use cty::{Data, Marks, Number, Type, Value};

use super::{elements, is_sequence, known_length, sequence, type_name};
use crate::functions::FunctionError;
use crate::functions::limits::check_elements;
use crate::functions::signature::{
    ANY_LIST, Args, Function, Outcome, Param, Returns, STRINGS, Shape, whole,
};
use crate::functions::text::graphemes;

const LIST: Param = Param::any("list");

pub(in crate::functions) const LENGTH: Function = Function::new(
    &[Param::any("value").dynamic().unknown().marked()],
    Returns::Of(|args| match args[0].ty() {
        Type::Number | Type::Bool => Err(FunctionError::new(
            "argument must be a string, a collection type, or a structural type",
        )),
        _ => Ok(Type::Number),
    }),
    |args| {
        let value = &args.values[0];
        match value.data() {
            Data::String(text) => {
                Ok(Value::number(graphemes(text).count()).with_marks(value.marks()))
            }
            Data::Unknown(Type::String, _) => Ok(Value::unknown(Type::Number)),
            _ => cty::ops::length(value).map_err(|error| FunctionError::new(error.to_string())),
        }
    },
);

pub(in crate::functions) const CONCAT: Function =
    Function::new(&[], Returns::Of(concat_type), |args| {
        let returns = args.returns;
        let mut marks = Marks::NONE;
        let mut all = Vec::new();
        for (i, list) in args.values.iter().enumerate() {
            let list = match returns {
                Type::List(_) => cty::convert::convert(list, returns)
                    .map_err(|error| FunctionError::at(i, error.to_string()))?,
                _ => list.clone(),
            };
            marks = marks.union(list.marks());
            check_elements(all.len() + elements(&list).len())?;
            all.extend_from_slice(elements(&list));
        }
        Ok(sequence(returns, all, &marks))
    })
    .rest(Param::any("seqs").marked());

fn concat_type(args: &[Value]) -> Result<Type, FunctionError> {
    if args.is_empty() {
        return Err(FunctionError::new("at least one argument is required"));
    }
    let types: Vec<Type> = args.iter().map(Value::ty).collect();
    if types.iter().all(|ty| matches!(ty, Type::List(_)))
        && let Some(common) = cty::convert::unify(&types)
    {
        return Ok(common);
    }
    let mut parts = Vec::new();
    for (i, (ty, arg)) in types.iter().zip(args).enumerate() {
        match ty {
            Type::Tuple(types) => parts.extend_from_slice(types),
            Type::List(_) if !arg.is_known() => return Ok(Type::Dynamic),
            Type::List(element) => {
                parts.extend(elements(arg).iter().map(|_| Type::clone(element)));
            }
            other => {
                return Err(FunctionError::at(
                    i,
                    format!(
                        "all arguments must be lists or tuples; got {}",
                        type_name(other)
                    ),
                ));
            }
        }
    }
    Ok(Type::tuple(parts))
}

pub(in crate::functions) const FLATTEN: Function = Function::new(
    &[LIST.marked()],
    Returns::Of(|args| {
        // The exact type shows in the value.
        if args[0].is_known() && !is_sequence(&args[0].ty()) {
            return Err(FunctionError::new(
                "can only flatten lists, sets and tuples",
            ));
        }
        Ok(Type::Dynamic)
    }),
    |args| {
        let mut flat = Flat::default();
        flat.add(&args.values[0])?;
        let result = if flat.open {
            Value::unknown(Type::Dynamic)
        } else {
            Value::tuple(flat.elements)
        };
        Ok(result.with_marks(&flat.marks))
    },
);

/// A flattened sequence in the making.
#[derive(Default)]
struct Flat {
    elements: Vec<Value>,
    /// Marks of the sequences that were taken apart.
    marks: Marks,
    /// A part may turn out to be a list of any length.
    open: bool,
}

impl Flat {
    fn add(&mut self, list: &Value) -> Result<(), FunctionError> {
        self.marks = self.marks.union(list.marks());
        if known_length(list).is_none() {
            self.open = true;
            return Ok(());
        }
        for value in elements(list) {
            if is_untyped(value) {
                self.open = true;
                self.marks = self.marks.union(value.marks());
            } else if !value.is_null() && is_sequence(&value.ty()) {
                if value.is_known() {
                    self.add(value)?;
                } else {
                    self.open = true;
                    self.marks = self.marks.union(value.marks());
                }
            } else {
                self.elements.push(value.clone());
            }
        }
        check_elements(self.elements.len())
    }
}

fn is_untyped(value: &Value) -> bool {
    matches!(value.data(), Data::Unknown(Type::Dynamic, _))
}

pub(in crate::functions) const DISTINCT: Function = Function::new(
    &[Param::new("list", ANY_LIST).origins()],
    Returns::Of(|args| Ok(args[0].ty())),
    |args| {
        let list = &args.values[0];
        if !list.is_wholly_known() {
            return Ok(Value::unknown(args.returns.clone()));
        }
        let mut seen = std::collections::BTreeSet::new();
        let kept = elements(list)
            .iter()
            .filter(|element| seen.insert((*element).clone()))
            .cloned()
            .collect();
        Ok(sequence(args.returns, kept, list.marks()))
    },
);

pub(in crate::functions) const COMPACT: Function = Function::new(
    &[Param::new("list", STRINGS).origins()],
    Returns::Shape(STRINGS),
    |args| {
        let list = &args.values[0];
        if !list.is_wholly_known() {
            return Ok(Value::unknown(args.returns.clone()));
        }
        let kept = elements(list)
            .iter()
            .filter(|element| element.as_str().is_some_and(|text| !text.is_empty()))
            .cloned()
            .collect();
        Ok(sequence(args.returns, kept, list.marks()))
    },
);

pub(in crate::functions) const CHUNKLIST: Function = Function::new(
    &[
        Param::new("list", ANY_LIST).marked(),
        Param::number("size").marked(),
    ],
    Returns::Of(|args| Ok(Type::list(args[0].ty()))),
    |args| {
        let (list, size) = (&args.values[0], &args.values[1]);
        let marks = list.marks().union(size.marks());
        let size = whole(&args.number(1))
            .map_err(|message| FunctionError::new(format!("invalid size: {message}")))?;
        let size = usize::try_from(size)
            .map_err(|_| FunctionError::new("the size argument must be positive"))?;
        let items = elements(list);
        let size = if size == 0 { items.len().max(1) } else { size };
        let ty = list.ty();
        let chunks = items
            .chunks(size)
            .map(|chunk| sequence(&ty, chunk.to_vec(), &Marks::NONE));
        Ok(Value::list(ty.clone(), chunks).with_marks(&marks))
    },
);

pub(in crate::functions) const SLICE: Function = Function::new(
    &[
        LIST.marked(),
        Param::number("start_index"),
        Param::number("end_index"),
    ],
    Returns::Of(slice_type),
    |args| {
        let list = &args.values[0];
        let (start, end) = slice_bounds(args.values)?.unwrap_or_default();
        let part = elements(list)[start..end].to_vec();
        Ok(sequence(args.returns, part, list.marks()))
    },
);

fn slice_type(args: &[Value]) -> Result<Type, FunctionError> {
    let ty = args[0].ty();
    match &ty {
        Type::List(_) => slice_bounds(args).map(|_| ty),
        Type::Tuple(types) => Ok(match slice_bounds(args)? {
            Some((start, end)) => Type::tuple(types[start..end].to_vec()),
            None => Type::Dynamic,
        }),
        Type::Set(_) => Err(FunctionError::at(
            0,
            "cannot slice a set, because its elements do not have indices; explicitly convert to \
             a list if the ordering of the result is not important",
        )),
        _ => Err(FunctionError::at(0, "must be a list or tuple value")),
    }
}

/// Start and end, checked; `None` if one of them is unknown.
fn slice_bounds(args: &[Value]) -> Result<Option<(usize, usize)>, FunctionError> {
    let length = known_length(&args[0]);
    let bound = |i: usize, name: &str| -> Result<Option<usize>, FunctionError> {
        let Some(number) = args[i].as_number() else {
            return Ok(None);
        };
        let index = whole(number)
            .map_err(|message| FunctionError::at(i, format!("invalid {name} index: {message}")))?;
        let Ok(index) = usize::try_from(index) else {
            let message = format!("{name} index must not be less than zero");
            return Err(FunctionError::at(i, message));
        };
        if length.is_some_and(|length| index as u64 > length) {
            let message = format!("{name} index must not be greater than the length of the list");
            return Err(FunctionError::at(i, message));
        }
        Ok(Some(index))
    };
    let bounds = bound(1, "start")?.zip(bound(2, "end")?);
    if bounds.is_some_and(|(start, end)| start > end) {
        return Err(FunctionError::at(
            1,
            "start index must not be greater than end index",
        ));
    }
    Ok(bounds)
}

pub(in crate::functions) const REVERSE: Function = Function::new(
    &[LIST.marked()],
    Returns::Of(|args| match args[0].ty() {
        Type::Tuple(types) => Ok(Type::tuple(types.iter().rev().cloned().collect::<Vec<_>>())),
        Type::List(element) | Type::Set(element) => Ok(Type::List(element)),
        other => Err(FunctionError::at(
            0,
            format!(
                "can only reverse list or tuple values, not {}",
                type_name(&other)
            ),
        )),
    }),
    |args| {
        let list = &args.values[0];
        if matches!(list.data(), Data::Set(..)) && !list.is_wholly_known() {
            // Where an unknown element stands in a set is unknown too.
            return Ok(Value::unknown(args.returns.clone()).with_marks(list.marks()));
        }
        let reversed = elements(list).iter().rev().cloned().collect();
        Ok(sequence(args.returns, reversed, list.marks()))
    },
);

pub(in crate::functions) const SORT: Function = Function::new(
    &[Param::new("list", STRINGS).unknown().origins()],
    Returns::Shape(STRINGS),
    |args| {
        let list = &args.values[0];
        if !list.is_wholly_known() {
            // As many as before, but any may stand anywhere.
            let unknown = match list.is_known() {
                true => Value::list(
                    Type::String,
                    elements(list).iter().map(|_| Value::unknown(Type::String)),
                ),
                false => Value::unknown(args.returns.clone()),
            };
            return Ok(unknown.with_marks(&list.deep_marks()));
        }
        let mut sorted = elements(list).to_vec();
        if let Some(at) = sorted.iter().position(Value::is_null) {
            return Err(FunctionError::new(format!(
                "given list element {at} is null; a null string cannot be sorted"
            )));
        }
        sorted.sort();
        Ok(sequence(args.returns, sorted, list.marks()))
    },
);

pub(in crate::functions) const RANGE: Function =
    Function::new(&[], Returns::Shape(Shape::List(&Shape::Number)), range)
        .rest(Param::number("params"));

/// Terraform's own limit.
const MAX_RANGE: usize = 1024;

fn range(args: &Args<'_>) -> Outcome {
    let minus_one = || Number::from(-1);
    let one = || Number::from(1);
    let (start, end, step) = match args.values.len() {
        1 if args.number(0) < Number::ZERO => (Number::ZERO, args.number(0), minus_one()),
        1 => (Number::ZERO, args.number(0), one()),
        2 if args.number(1) < args.number(0) => (args.number(0), args.number(1), minus_one()),
        2 => (args.number(0), args.number(1), one()),
        3 => (args.number(0), args.number(1), args.number(2)),
        _ => return Err(FunctionError::new("must have one, two, or three arguments")),
    };
    let down = step < Number::ZERO;
    if step == Number::ZERO {
        return Err(FunctionError::at(2, "step must not be zero"));
    }
    if down && end > start {
        let message = "end must be less than start when step is negative";
        return Err(FunctionError::at(1, message));
    }
    if !down && end < start {
        let message = "end must be greater than start when step is positive";
        return Err(FunctionError::at(1, message));
    }
    let mut numbers = Vec::new();
    let mut next = start;
    while if down { next > end } else { next < end } {
        if numbers.len() >= MAX_RANGE {
            return Err(FunctionError::new(format!(
                "more than {MAX_RANGE} values were generated; either decrease the difference \
                 between start and end or use a smaller step"
            )));
        }
        let following = next
            .add(&step)
            .map_err(|error| FunctionError::new(error.to_string()))?;
        numbers.push(Value::number(std::mem::replace(&mut next, following)));
    }
    Ok(Value::list(Type::Number, numbers))
}
