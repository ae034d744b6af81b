//! Arbitrary types, and values that have them.

use std::collections::BTreeMap;

use cty::{Number, Refinement, Type, Value};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

/// What may be in a value.
#[derive(Clone, Copy)]
pub(crate) struct Allow {
    /// Unknown values and infinities.
    pub(crate) unknown: bool,
    /// Dynamic parts of types.
    pub(crate) dynamic: bool,
}

/// Types a few levels deep. Under a collection either the element type is dynamic as a whole or
/// nothing in it is: values of anything between lose type information on the wire.
pub(crate) fn types(allow: Allow) -> BoxedStrategy<Type> {
    let fixed = fixed_types();
    if !allow.dynamic {
        return fixed;
    }
    let leaf = prop_oneof![4 => fixed, 1 => Just(Type::Dynamic)];
    let collections = leaf.prop_flat_map(|ty| {
        prop_oneof![
            Just(ty.clone()),
            Just(Type::list(ty.clone())),
            Just(Type::set(ty.clone())),
            Just(Type::map(ty)),
        ]
    });
    collections
        .prop_recursive(2, 8, 3, |inner| structures(inner.boxed()))
        .boxed()
}

fn fixed_types() -> BoxedStrategy<Type> {
    let leaf = prop_oneof![Just(Type::String), Just(Type::Number), Just(Type::Bool)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            structures(inner.boxed()),
        ]
    })
    .boxed()
}

fn structures(inner: BoxedStrategy<Type>) -> BoxedStrategy<Type> {
    prop_oneof![
        vec(inner.clone(), 0..3).prop_map(Type::tuple),
        btree_map("[a-c]", inner, 0..3).prop_map(Type::object),
    ]
    .boxed()
}

/// Values of a type.
pub(crate) fn values(ty: &Type, allow: Allow) -> BoxedStrategy<Value> {
    let null = Just(Value::null(ty.clone())).boxed();
    let unknown = match allow.unknown {
        true => unknowns(ty),
        false => null.clone(),
    };
    prop_oneof![8 => known(ty, allow), 1 => null, 1 => unknown].boxed()
}

/// A type and a value of it.
pub(crate) fn typed_values(allow: Allow) -> BoxedStrategy<(Type, Value)> {
    types(allow)
        .prop_flat_map(move |ty| {
            let value = values(&ty, allow);
            (Just(ty), value)
        })
        .boxed()
}

fn known(ty: &Type, allow: Allow) -> BoxedStrategy<Value> {
    match ty {
        Type::Dynamic => fixed_types()
            .prop_flat_map(move |ty| values(&ty, allow))
            .boxed(),
        Type::Bool => any::<bool>().prop_map(Value::bool).boxed(),
        Type::Number => numbers(allow.unknown).prop_map(Value::number).boxed(),
        Type::String => texts().prop_map(Value::string).boxed(),
        Type::List(element) => elements(element, allow, Value::list),
        Type::Set(element) => elements(element, allow, Value::set),
        Type::Map(element) => {
            let map = |ty: Type, values: Vec<Value>| {
                let keys = ["", "a", "b c", "é"].into_iter();
                Value::map(ty, keys.zip(values))
            };
            elements(element, allow, map)
        }
        Type::Tuple(types) => {
            let values: Vec<_> = types.iter().map(|ty| values(ty, allow)).collect();
            values.prop_map(Value::tuple).boxed()
        }
        Type::Object(object) => object
            .attributes
            .iter()
            .fold(
                Just(BTreeMap::new()).boxed(),
                |attributes: BoxedStrategy<BTreeMap<_, _>>, (name, ty)| {
                    let name = name.clone();
                    (attributes, values(ty, allow))
                        .prop_map(move |(mut attributes, value)| {
                            attributes.insert(name.clone(), value);
                            attributes
                        })
                        .boxed()
                },
            )
            .prop_map(Value::object)
            .boxed(),
    }
}

/// Elements of one type; under a dynamic element type they agree on one.
fn elements<F>(element: &Type, allow: Allow, make: F) -> BoxedStrategy<Value>
where
    F: Fn(Type, Vec<Value>) -> Value + Copy + 'static,
{
    let dynamic = *element == Type::Dynamic;
    let ty = match dynamic {
        true => fixed_types(),
        false => Just(element.clone()).boxed(),
    };
    ty.prop_flat_map(move |ty| {
        vec(values(&ty, allow), 0..4).prop_map(move |values| {
            // No element says what the type of an empty collection was.
            let ty = match dynamic && values.is_empty() {
                true => Type::Dynamic,
                false => ty.clone(),
            };
            make(ty, values)
        })
    })
    .boxed()
}

/// Unknown values with whatever refinements their type allows.
fn unknowns(ty: &Type) -> BoxedStrategy<Value> {
    // Longer ones are left out on the wire: that is a unit test's.
    let short = |number: &Number| number.to_string().len() <= 450;
    let number = move || numbers(false).prop_filter("a long bound", short);
    let bound = move || option::of((number(), any::<bool>()));
    let length = || option::of(1..1000u64);
    let parts = (any::<bool>(), option::of("[a-zé]{1,9}"), bound(), bound());
    let ty = ty.clone();
    (parts, length(), length())
        .prop_map(move |((not_null, prefix, lower, upper), min, max)| {
            let (number, text) = (ty == Type::Number, ty == Type::String);
            let refinement = Refinement {
                not_null,
                prefix: prefix.filter(|_| text).map(Into::into),
                lower: lower.filter(|_| number),
                upper: upper.filter(|_| number),
                min_length: min.filter(|_| ty.is_collection()),
                max_length: max.filter(|_| ty.is_collection()),
            };
            Value::refined(ty.clone(), refinement)
        })
        .boxed()
}

/// Text that is no single normal form, with what JSON escapes.
pub(crate) fn texts() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-z]{0,6}",
        "\\PC{0,8}",
        "[e\u{301}\u{e9}a\u{327}\u{300}]{0,6}",
        "[\"\\\\<>&\u{0}-\u{1f}\u{2028}\u{1f600}]{0,6}",
        Just("true".to_owned()),
        "-?[0-9]{1,4}",
    ]
    .boxed()
}

/// Numbers of every kind that the codecs tell apart.
pub(crate) fn numbers(infinities: bool) -> BoxedStrategy<Number> {
    let parsed = |text: String| text.parse().unwrap_or(Number::ZERO);
    let finite = prop_oneof![
        (-3..300i64).prop_map(Number::from),
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        any::<f64>().prop_map(|f| Number::try_from(f).unwrap_or(Number::ZERO)),
        any::<f64>().prop_map(|f| Number::shortest(f).unwrap_or(Number::ZERO)),
        "-?[0-9]{1,3}\\.[0-9]{1,4}".prop_map(parsed),
        "-?[0-9]{1,200}(\\.[0-9]{1,200})?".prop_map(parsed),
        "-?[0-9]{1,20}e-?[0-9]{1,3}".prop_map(parsed),
    ]
    .prop_map(|n| if n.is_finite() { n } else { Number::ZERO });
    match infinities {
        true => {
            prop_oneof![20 => finite, 1 => Just(Number::INFINITY), 1 => Just(Number::NEG_INFINITY)]
                .boxed()
        }
        false => finite.boxed(),
    }
}
