//! The type that several types have in common.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::{ConvertError, Mode, convert, exists};
use crate::{Type, Value};

/// The most general of the types that all of them convert to, or a type made of theirs part by
/// part; `None` if there is none. Conversions that fail for some values count, as everywhere in
/// Terraform's language.
///
/// Objects with the same attributes give an object, others a map; tuples of the same length give
/// a tuple, others a list. Among collections and structures an unknown type
/// ([`Type::Dynamic`]) makes the result unknown.
pub fn unify(types: &[Type]) -> Option<Type> {
    unify_in(types.iter(), Mode::Unsafe)
}

/// The values converted to the type that theirs have in common; unchanged if that is
/// [`Type::Dynamic`]. `Ok(None)` if the types have none; an error if a value does not convert.
pub fn unify_values(values: &[Value]) -> Result<Option<Vec<Value>>, ConvertError> {
    let types: Vec<Type> = values.iter().map(Value::ty).collect();
    let Some(ty) = unify(&types) else {
        return Ok(None);
    };
    let values: Result<_, _> = values.iter().map(|value| convert(value, &ty)).collect();
    values.map(Some)
}

/// The element type of the collection that parts of several types make, where `want` is asked
/// for; `None` if they have nothing in common.
pub(super) fn element_type<'t>(
    parts: impl Iterator<Item = &'t Type>,
    want: &Type,
    mode: Mode,
) -> Option<Type> {
    match want {
        Type::Dynamic => unify_in(parts, mode),
        _ => Some(want.clone()),
    }
}

fn unify_in<'t>(types: impl Iterator<Item = &'t Type>, mode: Mode) -> Option<Type> {
    // Each type once, in order: many elements mostly share few types.
    let mut seen = BTreeSet::new();
    let types: Vec<&Type> = types.filter(|ty| seen.insert(*ty)).collect();
    if let [ty] = types[..] {
        return Some(ty.clone());
    }
    match by_kind(&types, mode) {
        Attempt::Done(ty) => ty,
        Attempt::NotOfOneKind => most_general(&types, mode),
    }
}

enum Attempt {
    /// This is the answer, even if it is none.
    Done(Option<Type>),
    /// The types are no business of this rule.
    NotOfOneKind,
}

/// How many types there are of each kind.
#[derive(Default)]
struct Kinds {
    all: usize,
    map: usize,
    list: usize,
    set: usize,
    object: usize,
    tuple: usize,
    dynamic: usize,
}

impl Kinds {
    fn of(types: &[&Type]) -> Self {
        let mut kinds = Self::default();
        for ty in types {
            kinds.all += 1;
            match ty {
                Type::Map(_) => kinds.map += 1,
                Type::List(_) => kinds.list += 1,
                Type::Set(_) => kinds.set += 1,
                Type::Object(_) => kinds.object += 1,
                Type::Tuple(_) => kinds.tuple += 1,
                Type::Dynamic => kinds.dynamic += 1,
                Type::String | Type::Number | Type::Bool => {}
            }
        }
        kinds
    }

    fn only(&self, count: usize) -> bool {
        count > 0 && count + self.dynamic == self.all
    }
}

fn by_kind(types: &[&Type], mode: Mode) -> Attempt {
    let kinds = Kinds::of(types);
    let unless_dynamic = |unified: &dyn Fn() -> Option<Type>| {
        Attempt::Done(match kinds.dynamic {
            0 => unified(),
            _ => Some(Type::Dynamic),
        })
    };
    if kinds.only(kinds.map) {
        unless_dynamic(&|| collection(types, Type::map, mode))
    } else if kinds.only(kinds.list) {
        unless_dynamic(&|| collection(types, Type::list, mode))
    } else if kinds.only(kinds.set) {
        unless_dynamic(&|| collection(types, Type::set, mode))
    } else if kinds.only(kinds.object) {
        unless_dynamic(&|| objects(types, mode))
    } else if kinds.only(kinds.tuple) {
        unless_dynamic(&|| tuples(types, mode))
    } else if kinds.map > 0 && kinds.only(kinds.map + kinds.object)
        || kinds.list > 0 && kinds.only(kinds.list + kinds.tuple)
    {
        structures_as_collection(types, mode)
    } else if kinds.object > 0 && kinds.tuple > 0 {
        Attempt::Done(None)
    } else {
        Attempt::NotOfOneKind
    }
}

fn collection(types: &[&Type], wrap: fn(Type) -> Type, mode: Mode) -> Option<Type> {
    unify_in(types.iter().filter_map(|ty| ty.element()), mode).map(wrap)
}

/// Objects among maps are taken for maps, tuples among lists for lists.
fn structures_as_collection(types: &[&Type], mode: Mode) -> Attempt {
    let is_structure = |ty: &&Type| matches!(ty, Type::Object(_) | Type::Tuple(_));
    let (structures, mut rest): (Vec<&Type>, Vec<&Type>) =
        types.iter().copied().partition(|ty| is_structure(ty));
    let Some(as_one) = parts_as_collection(&structures, mode) else {
        return Attempt::NotOfOneKind;
    };
    rest.push(&as_one);
    match unify_in(rest.into_iter(), mode) {
        Some(ty @ (Type::Map(_) | Type::List(_))) => {
            // A structure with dynamic parts can look convertible part by part and not be.
            Attempt::Done(all_convert(types, &ty, mode).then_some(ty))
        }
        _ => Attempt::NotOfOneKind,
    }
}

/// The map that objects become, or the list that tuples become.
fn parts_as_collection(structures: &[&Type], mode: Mode) -> Option<Type> {
    let is_object = structures.iter().any(|ty| matches!(ty, Type::Object(_)));
    let element = unify_in(structures.iter().flat_map(|ty| parts(ty)), mode)?;
    let ty = match is_object {
        true => Type::map(element),
        false => Type::list(element),
    };
    all_convert(structures, &ty, mode).then_some(ty)
}

fn parts(ty: &Type) -> Vec<&Type> {
    match ty {
        Type::Object(object) => object.attributes.values().collect(),
        Type::Tuple(elements) => elements.iter().collect(),
        _ => Vec::new(),
    }
}

fn objects(types: &[&Type], mode: Mode) -> Option<Type> {
    let objects = types.iter().filter_map(|ty| match ty {
        Type::Object(object) => Some(&object.attributes),
        _ => None,
    });
    let first = objects.clone().next()?;
    if !objects.clone().all(|other| first.keys().eq(other.keys())) {
        return parts_as_collection(types, mode);
    }
    let attributes = first.keys().map(|name| {
        let across = objects.clone().filter_map(|object| object.get(name));
        unify_in(across, mode).map(|ty| (name.clone(), ty))
    });
    let ty = Type::object(attributes.collect::<Option<Vec<_>>>()?);
    match all_convert(types, &ty, mode) {
        true => Some(ty),
        false => parts_as_collection(types, mode),
    }
}

fn tuples(types: &[&Type], mode: Mode) -> Option<Type> {
    let tuples = types.iter().filter_map(|ty| match ty {
        Type::Tuple(elements) => Some(&**elements),
        _ => None,
    });
    let first = tuples.clone().next()?;
    if !tuples.clone().all(|other| other.len() == first.len()) {
        return parts_as_collection(types, mode);
    }
    let elements = (0..first.len()).map(|i| {
        let across = tuples.clone().filter_map(|tuple| tuple.get(i));
        unify_in(across, mode)
    });
    let ty = Type::tuple(elements.collect::<Option<Vec<_>>>()?);
    match all_convert(types, &ty, mode) {
        true => Some(ty),
        false => parts_as_collection(types, mode),
    }
}

fn all_convert(types: &[&Type], want: &Type, mode: Mode) -> bool {
    types.iter().all(|ty| exists(ty, want, mode))
}

/// The first type, in order of preference, that all the others convert to.
fn most_general(types: &[&Type], mode: Mode) -> Option<Type> {
    let order = preference(types);
    let found = order.into_iter().find(|ty| all_convert(types, ty, mode));
    found.cloned()
}

/// The types with the more general ones first (a topological order), otherwise as given.
fn preference<'t>(types: &[&'t Type]) -> Vec<&'t Type> {
    let mut left: Vec<&Type> = types.to_vec();
    let mut order = Vec::with_capacity(types.len());
    while !left.is_empty() {
        let is_top = |ty: &&&Type| !left.iter().any(|other| generality(other, ty).is_gt());
        let top: Vec<&Type> = left.iter().filter(is_top).copied().collect();
        if top.is_empty() {
            // A circle: none of these is the most general.
            break;
        }
        left.retain(|ty| !top.contains(ty));
        order.extend(top);
    }
    order
}

/// `Greater` if `a` is the more general type; `Equal` if neither is. Says nothing about whether
/// a conversion exists.
fn generality(a: &Type, b: &Type) -> Ordering {
    match (a, b) {
        (Type::Dynamic, Type::Dynamic) => Ordering::Equal,
        // A placeholder: expected to turn out like its neighbours.
        (_, Type::Dynamic) => Ordering::Greater,
        (Type::Dynamic, _) => Ordering::Less,
        (Type::String, Type::Number | Type::Bool) => Ordering::Greater,
        (Type::Number | Type::Bool, Type::String) => Ordering::Less,
        (Type::List(a), Type::List(b))
        | (Type::Set(a), Type::Set(b))
        | (Type::Map(a), Type::Map(b)) => generality(a, b),
        (Type::List(_), Type::Set(_) | Type::Tuple(_))
        | (Type::Tuple(_), Type::Set(_))
        | (Type::Map(_), Type::Object(_)) => Ordering::Greater,
        (Type::Set(_) | Type::Tuple(_), Type::List(_))
        | (Type::Set(_), Type::Tuple(_))
        | (Type::Object(_), Type::Map(_)) => Ordering::Less,
        (Type::Object(a), Type::Object(b)) if a.attributes.keys().eq(b.attributes.keys()) => {
            agreed(a.attributes.values().zip(b.attributes.values()))
        }
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => agreed(a.iter().zip(&**b)),
        _ => Ordering::Equal,
    }
}

/// The order that all parts agree on.
fn agreed<'t>(mut pairs: impl Iterator<Item = (&'t Type, &'t Type)>) -> Ordering {
    let joined = pairs.try_fold(Ordering::Equal, |sum, (a, b)| {
        match (sum, generality(a, b)) {
            (sum, Ordering::Equal) => Some(sum),
            (Ordering::Equal, part) => Some(part),
            (sum, part) => (sum == part).then_some(sum),
        }
    });
    joined.unwrap_or(Ordering::Equal)
}
