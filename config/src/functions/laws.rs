//! Laws that every function keeps, tried with made-up arguments.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cty::{Data, Mark, Type, Value};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::registry::TABLE;
use super::signature::{Function, Shape};
use super::{FunctionContext, FunctionError};
use crate::why::Why;

/// A context of nothing: no directory, and templates that give their text.
pub(super) fn context() -> FunctionContext<'static> {
    FunctionContext {
        module_dir: Path::new("tests/data/functions/files"),
        root_dir: Path::new("tests/data/functions/files"),
        fence: Path::new("tests/data/functions/files"),
        disk: &crate::disk::Disk::Real,
        dialect: crate::Dialect::Terraform,
        render_template: &|text: &str, _: &Path, _: &BTreeMap<Arc<str>, Value>| {
            Ok::<_, FunctionError>(Value::string(text))
        },
    }
}

const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "1",
    "0",
    "2",
    "a,b",
    "%s",
    "%d-%v",
    "é☃",
    "true",
    "dns",
    "10.0.0.0/8",
    "1h",
    "a+",
    "(?P<x>a)|(b)",
    "2020-01-02T03:04:05Z",
    "YYYY-'x'",
    "[1, {\"a\": null}]",
    "a: [b, yes]\n",
    "a,b\n1,2",
    "UTF-16LE",
    "hello.txt",
    "sub",
    "*",
    "MA==",
    "/a(.)/",
    "\n x",
];

fn text() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => prop::sample::select(TEXTS).prop_map(Value::from),
        1 => "[ -~\\n]{0,8}".prop_map(Value::from),
    ]
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => (-3i64..12).prop_map(Value::int),
        1 => Just(Value::number("1.5".parse::<cty::Number>().unwrap())),
        1 => Just(Value::number("1e30".parse::<cty::Number>().unwrap())),
    ]
}

fn primitive() -> BoxedStrategy<Value> {
    prop_oneof![text(), number(), any::<bool>().prop_map(Value::bool)].boxed()
}

/// Any value, wholly known.
pub(super) fn anything() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![8 => primitive(), 1 => Just(Value::null(Type::Dynamic))];
    leaf.prop_recursive(2, 12, 3, |inner| {
        let same = |inner: BoxedStrategy<Value>| prop::collection::vec(inner, 0..4);
        let names = prop::sample::select(vec!["a", "b", "c"]);
        prop_oneof![
            same(inner.clone().boxed()).prop_map(Value::tuple),
            same(text().boxed()).prop_map(|texts| Value::list(Type::String, texts)),
            same(text().boxed()).prop_map(|texts| Value::set(Type::String, texts)),
            same(number().boxed()).prop_map(|numbers| Value::list(Type::Number, numbers)),
            prop::collection::vec((names.clone(), inner), 0..3).prop_map(Value::object),
            prop::collection::vec((names, text()), 0..3)
                .prop_map(|entries| Value::map(Type::String, entries)),
        ]
    })
    .boxed()
}

fn of_shape(shape: Shape) -> BoxedStrategy<Value> {
    match shape {
        Shape::Any => anything(),
        Shape::String => prop_oneof![9 => text().boxed(), 1 => primitive()].boxed(),
        Shape::Number => number().boxed(),
        Shape::Bool => any::<bool>().prop_map(Value::bool).boxed(),
        Shape::List(element) | Shape::Set(element) => {
            prop::collection::vec(of_shape(*element), 0..4)
                .prop_map(Value::tuple)
                .boxed()
        }
        Shape::Map(element) => {
            let names = prop::sample::select(vec!["a", "b", "c"]);
            prop::collection::vec((names, of_shape(*element)), 0..3)
                .prop_map(Value::object)
                .boxed()
        }
    }
}

fn arguments(function: &Function) -> BoxedStrategy<Vec<Value>> {
    let fixed: Vec<_> = function
        .params
        .iter()
        .map(|param| of_shape(param.shape))
        .collect();
    match function.rest {
        None => fixed.boxed(),
        Some(rest) => (fixed, prop::collection::vec(of_shape(rest.shape), 0..4))
            .prop_map(|(fixed, rest)| fixed.into_iter().chain(rest).collect())
            .boxed(),
    }
}

/// Tries a law on every function.
fn for_every_function(
    cases: u32,
    law: impl Fn(&str, &Function, Vec<Value>, u64) -> Result<(), TestCaseError>,
) {
    for (name, function) in TABLE {
        let config = ProptestConfig {
            cases,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        let strategy = (arguments(function), any::<u64>());
        TestRunner::new(config)
            .run(&strategy, |(args, choice)| {
                law(name, function, args, choice)
            })
            .unwrap_or_else(|failure| panic!("{name}: {failure}"));
    }
}

/// The same arguments with some of their parts unknown, as the bits of `choice` say.
fn forget(args: &[Value], choice: u64) -> Vec<Value> {
    let mut bits = choice;
    let mut next = || {
        bits = bits.rotate_right(3);
        bits & 7 == 0
    };
    let forget_one = |value: Value, chosen: bool| match chosen {
        true if value.is_null() => value,
        true => Value::unknown(value.ty()).mark(Why::new("made up").mark()),
        false => value,
    };
    args.iter()
        .map(|arg| {
            let forgotten = arg.clone().transform(&mut |_, part: Value| {
                Ok::<_, std::convert::Infallible>(forget_one(part, next()))
            });
            forgotten.unwrap_or_else(|never| match never {})
        })
        .collect()
}

/// True if what is only partly known may turn out to be this.
fn covers(general: &Value, specific: &Value) -> bool {
    match (general.data(), specific.data()) {
        (Data::Unknown(ty, refinement), _) => {
            let refinement = refinement.as_deref().cloned().unwrap_or_default();
            let length = specific.children().count() as u64;
            let prefix = refinement.prefix.as_deref().unwrap_or_default();
            fits(ty, &specific.ty())
                && !(refinement.not_null && specific.is_null())
                && refinement.min_length.is_none_or(|min| min <= length)
                && refinement.max_length.is_none_or(|max| length <= max)
                && specific
                    .as_str()
                    .is_none_or(|text| text.starts_with(prefix))
        }
        (Data::Set(_, general), Data::Set(_, specific)) => {
            let unknown = general
                .iter()
                .filter(|element| !element.is_wholly_known())
                .count();
            let known = general.iter().filter(|element| element.is_wholly_known());
            specific.len() <= general.len()
                && known.clone().all(|element| specific.contains(element))
                && specific.len() <= known.count() + unknown
        }
        (Data::List(a, general), Data::List(b, specific)) => {
            fits(a, b) && all_cover(general.iter(), specific.iter())
        }
        (Data::Tuple(general), Data::Tuple(specific)) => all_cover(general.iter(), specific.iter()),
        (Data::Map(a, general), Data::Map(b, specific)) => {
            fits(a, b)
                && general.keys().eq(specific.keys())
                && all_cover(general.values(), specific.values())
        }
        (Data::Object(general), Data::Object(specific)) => {
            general.keys().eq(specific.keys()) && all_cover(general.values(), specific.values())
        }
        (Data::Null(a), Data::Null(b)) => fits(a, b),
        _ => general == specific,
    }
}

fn all_cover<'a>(
    general: impl ExactSizeIterator<Item = &'a Value>,
    specific: impl ExactSizeIterator<Item = &'a Value>,
) -> bool {
    general.len() == specific.len() && general.zip(specific).all(|(a, b)| covers(a, b))
}

fn fits(general: &Type, specific: &Type) -> bool {
    general.accepts(specific) || *specific == Type::Dynamic
}

#[test]
fn what_is_said_of_unknown_arguments_holds_for_all_values() {
    for_every_function(96, |_, function, args, choice| {
        let forgotten = forget(&args, choice);
        let general = function.call(&forgotten, &context());
        let Ok(specific) = function.call(&args, &context()) else {
            return Ok(());
        };
        let shown = format!("{args:?}\nbecame {forgotten:?}");
        match general {
            Err(error) => prop_assert!(false, "{shown}\nfailed: {error}"),
            Ok(general) => {
                prop_assert!(
                    covers(&general, &specific),
                    "{shown}\n{general:?}\n{specific:?}"
                );
            }
        }
        Ok(())
    });
}

#[test]
fn what_is_unknown_says_why() {
    for_every_function(64, |_, function, args, choice| {
        let forgotten = forget(&args, choice);
        if let Ok(result) = function.call(&forgotten, &context()) {
            let says_why = Why::of(&result).is_some();
            prop_assert!(
                result.is_wholly_known() || says_why,
                "{forgotten:?}\n{result:?}"
            );
            let is_marked = result.marks().iter().any(super::signature::is_why);
            prop_assert!(
                !(is_marked && result.is_wholly_known()),
                "{forgotten:?}\n{result:?}"
            );
        }
        Ok(())
    });
}

#[test]
fn secrets_stay_secret() {
    // What depends on the shape of an argument alone, or is there to uncover.
    const OPEN: &[&str] = &["issensitive", "nonsensitive"];
    for_every_function(48, |name, function, args, _| {
        let secret: Vec<Value> = args
            .iter()
            .map(|arg| arg.clone().mark(Mark::Sensitive))
            .collect();
        let (plain, marked) = (
            function.call(&args, &context()),
            function.call(&secret, &context()),
        );
        prop_assert_eq!(plain.is_ok(), marked.is_ok());
        if let (Ok(plain), Ok(marked)) = (plain, marked)
            && !OPEN.contains(&name)
            && !args.is_empty()
        {
            prop_assert_eq!(&plain, &marked);
            prop_assert!(marked.marks().contains(&Mark::Sensitive), "{:?}", marked);
        }
        Ok(())
    });
}
