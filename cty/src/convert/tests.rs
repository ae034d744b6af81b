//! Conversions case by case, with the words of go-cty 1.20.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{conversion_exists, conversion_is_safe, convert, unify, unify_values};
use crate::{Mark, Number, ObjectType, Path, PathStep, Refinement, Type, Value};

fn ty(json: &str) -> Type {
    Type::from_json(json).unwrap()
}

fn strings(texts: &[&str]) -> Value {
    Value::list(Type::String, texts.iter().map(|text| Value::string(*text)))
}

fn tuple<const N: usize>(elements: [Value; N]) -> Value {
    Value::tuple(elements)
}

fn error(value: &Value, want: &str) -> String {
    convert(value, &ty(want)).unwrap_err().to_string()
}

#[test]
fn primitives() {
    let to = |value: Value, ty: Type| convert(&value, &ty);
    assert_eq!(to(Value::int(5), Type::String), Ok(Value::string("5")));
    assert_eq!(
        to(Value::bool(true), Type::String),
        Ok(Value::string("true"))
    );
    assert_eq!(to(Value::string("1e3"), Type::Number), Ok(Value::int(1000)));
    for (text, b) in [("true", true), ("1", true), ("false", false), ("0", false)] {
        assert_eq!(to(Value::string(text), Type::Bool), Ok(Value::bool(b)));
    }
    let big: Number = "0.1".parse().unwrap();
    assert_eq!(
        to(Value::number(big), Type::String),
        Ok(Value::string("0.1"))
    );
    assert_eq!(
        error(&Value::string("x"), r#""number""#),
        "a number is required"
    );
    assert_eq!(
        error(&Value::string("x"), r#""bool""#),
        "a bool is required"
    );
    assert_eq!(
        error(&Value::string("True"), r#""bool""#),
        r#"a bool is required; to convert from string, use lowercase "true""#
    );
    assert_eq!(
        error(&Value::string("FALSE"), r#""bool""#),
        r#"a bool is required; to convert from string, use lowercase "false""#
    );
    assert_eq!(
        error(&Value::int(1), r#""bool""#),
        "bool required, but have number"
    );
    assert_eq!(
        error(&strings(&[]), r#""string""#),
        "string required, but have list of string"
    );
}

#[test]
fn sequences() {
    let mixed = tuple([Value::int(2), Value::string("1"), Value::int(2)]);
    let to = |json: &str| convert(&mixed, &ty(json));
    assert_eq!(to(r#"["list","string"]"#), Ok(strings(&["2", "1", "2"])));
    assert_eq!(to(r#"["list","dynamic"]"#), Ok(strings(&["2", "1", "2"])));
    let set = Value::set(Type::String, ["1", "2"].map(Value::string));
    assert_eq!(to(r#"["set","string"]"#), Ok(set.clone()));
    assert_eq!(
        convert(&set, &ty(r#"["list","number"]"#))
            .unwrap()
            .elements()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        to(r#"["tuple",["string","number","dynamic"]]"#),
        Ok(tuple([Value::string("2"), Value::int(1), Value::int(2)]))
    );
    assert_eq!(
        convert(&Value::tuple([]), &ty(r#"["list","dynamic"]"#))
            .unwrap()
            .ty(),
        Type::list(Type::Dynamic)
    );
    let bad = tuple([Value::int(1), Value::string("a")]);
    let failed = convert(&bad, &ty(r#"["list","number"]"#)).unwrap_err();
    assert_eq!(failed.path, Path::from(vec![PathStep::Index(1)]));
    assert_eq!(failed.message, "a number is required");
    assert_eq!(failed.to_string(), "[1]: a number is required");
    let odd = tuple([Value::string("a"), Value::empty_object()]);
    assert_eq!(
        error(&odd, r#"["list","string"]"#),
        "element 1: string required, but have object"
    );
    assert_eq!(
        error(&odd, r#"["list","dynamic"]"#),
        "all list elements must have the same type"
    );
    assert_eq!(error(&odd, r#"["tuple",["string"]]"#), "tuple required");
}

#[test]
fn maps_and_objects() {
    let object = Value::object([("a", Value::int(1)), ("b", Value::bool(true))]);
    let map = convert(&object, &ty(r#"["map","string"]"#)).unwrap();
    let entries = [("a", Value::string("1")), ("b", Value::string("true"))];
    assert_eq!(map, Value::map(Type::String, entries));
    // Superfluous attributes fall away.
    assert_eq!(
        convert(&map, &ty(r#"["object",{"a":"number"}]"#)),
        Ok(Value::object([("a", Value::int(1))]))
    );
    assert_eq!(
        convert(&object, &ty(r#"["object",{"b":"string"}]"#)),
        Ok(Value::object([("b", Value::string("true"))]))
    );
    let message = |value: &Value, json: &str| error(value, json);
    insta::assert_snapshot!(message(&map, r#"["object",{"a":"number","c":"bool"}]"#), @r#"map has no element for required attribute "c""#);
    insta::assert_snapshot!(message(&object, r#"["object",{"c":"bool"}]"#), @r#"attribute "c" is required"#);
    insta::assert_snapshot!(message(&object, r#"["object",{"c":"bool","d":"bool"}]"#), @r#"attributes "c" and "d" are required"#);
    insta::assert_snapshot!(message(&object, r#"["object",{"c":"bool","d":"bool","e":"bool"}]"#), @r#"attributes "c", "d", and "e" are required"#);
    insta::assert_snapshot!(message(&object, r#"["object",{"a":["list","string"]}]"#), @r#"attribute "a": list of string required, but have number"#);
    insta::assert_snapshot!(message(&object, r#"["list","string"]"#), @"list of string required");
    let nested = Value::object([(
        "x",
        Value::object([("k", Value::object([("n", Value::string("q"))]))]),
    )]);
    insta::assert_snapshot!(message(&nested, r#"["object",{"x":["map",["object",{"n":"number"}]]}]"#), @r#"x["k"].n: a number is required"#);
    insta::assert_snapshot!(message(&nested, r#"["object",{"x":["map",["object",{"m":"number"}]]}]"#), @r#"attribute "x": element "k": attribute "m" is required"#);
}

#[test]
fn optional_attributes_become_null() {
    let want = ty(r#"["list",["object",{"a":"number","b":["list","string"]},["b"]]]"#);
    let given = tuple([Value::object([("a", Value::string("1"))])]);
    let converted = convert(&given, &want).unwrap();
    assert_eq!(converted.ty(), want.without_optional());
    let element = &converted.elements().unwrap()[0];
    assert_eq!(element.attribute("a"), Some(&Value::int(1)));
    assert_eq!(
        element.attribute("b"),
        Some(&Value::null(Type::list(Type::String)))
    );
    // A map may lack them too, and need not fit them.
    let object = ObjectType {
        attributes: [
            ("a".into(), Type::Number),
            ("b".into(), Type::list(Type::Bool)),
        ]
        .into(),
        optional: BTreeSet::from(["b".into()]),
    };
    let object = Type::Object(Arc::new(object));
    let map = Value::map(Type::Number, [("a", Value::int(1))]);
    assert!(
        convert(&map, &object)
            .unwrap()
            .attribute("b")
            .unwrap()
            .is_null()
    );
    let map = Value::map(Type::Number, [("a", Value::int(1)), ("b", Value::int(2))]);
    assert_eq!(
        convert(&map, &object).unwrap_err().to_string(),
        "map element type is incompatible with attribute \"b\": list of bool required, but have number"
    );
}

#[test]
fn nulls_and_unknowns_convert_as_their_types_do() {
    let numbers = Type::list(Type::Number);
    let null = Value::null(Type::tuple([Type::String]));
    assert_eq!(convert(&null, &numbers), Ok(Value::null(numbers.clone())));
    let bare = Value::null(Type::Dynamic);
    assert_eq!(convert(&bare, &numbers), Ok(Value::null(numbers.clone())));
    let unknown = Value::unknown(Type::Dynamic);
    assert_eq!(
        convert(&unknown, &numbers),
        Ok(Value::unknown(numbers.clone()))
    );
    assert!(convert(&Value::unknown(Type::Bool), &numbers).is_err());
    assert_eq!(convert(&null, &Type::Dynamic), Ok(null));
}

#[test]
fn what_is_known_of_an_unknown_carries_over_where_it_holds() {
    let known = Refinement {
        not_null: true,
        min_length: Some(3),
        max_length: Some(9),
        ..Refinement::default()
    };
    let list = Value::refined(Type::list(Type::Number), known.clone());
    let same = convert(&list, &Type::list(Type::String)).unwrap();
    assert_eq!(same.refinement(), Some(&known));
    let set = convert(&list, &Type::set(Type::String)).unwrap();
    let merged = Refinement {
        min_length: Some(1),
        ..known
    };
    assert_eq!(set.refinement(), Some(&merged));
    // Every value of a tuple type has one length.
    let tuple = Value::unknown(Type::tuple([Type::Bool, Type::Bool]));
    let list = convert(&tuple, &Type::list(Type::Bool)).unwrap();
    let length = (
        list.refinement().unwrap().min_length,
        list.refinement().unwrap().max_length,
    );
    assert_eq!(length, (Some(2), Some(2)));
    // A prefix of text says nothing of a number.
    let text = Refinement {
        prefix: Some("1".into()),
        ..Refinement::default()
    };
    let text = Value::refined(Type::String, text);
    assert_eq!(
        convert(&text, &Type::Number),
        Ok(Value::unknown(Type::Number))
    );
    assert_eq!(
        convert(&text, &Type::String).unwrap().refinement(),
        text.refinement()
    );
}

#[test]
fn a_set_with_unknown_elements_has_no_list_yet() {
    let unknown = Value::unknown(Type::String);
    let one = Value::set(Type::String, [unknown.clone()]);
    assert!(convert(&one, &Type::list(Type::String)).unwrap().is_known());
    let two = Value::set(Type::String, [unknown, Value::string("a")]);
    let list = convert(&two, &Type::list(Type::String)).unwrap();
    assert_eq!(list, Value::unknown(Type::list(Type::String)));
}

#[test]
fn marks_stay() {
    let secret = Value::string("1").mark(Mark::Sensitive);
    let number = convert(&secret, &Type::Number).unwrap();
    assert!(number.marks().contains(&Mark::Sensitive));
    let inner = tuple([secret.clone(), Value::string("2")]);
    let list = convert(&inner, &Type::list(Type::Number)).unwrap();
    assert!(list.marks().is_empty());
    assert!(
        list.elements().unwrap()[0]
            .marks()
            .contains(&Mark::Sensitive)
    );
    // Elements of a set cannot be told apart.
    let set = convert(&inner, &Type::set(Type::Number)).unwrap();
    assert!(set.marks().contains(&Mark::Sensitive));
    // The message does not show the value.
    let secret = Value::string("hunter2").mark(Mark::Sensitive);
    assert_eq!(error(&secret, r#""number""#), "a number is required");
}

#[test]
fn unification() {
    let unified = |types: &[&str]| {
        let types: Vec<Type> = types.iter().map(|json| ty(json)).collect();
        unify(&types).map(|ty| ty.to_json())
    };
    let same = |json: &str| Some(json.to_owned());
    assert_eq!(unified(&[]), None);
    assert_eq!(
        unified(&[r#""bool""#, r#""string""#, r#""number""#]),
        same(r#""string""#)
    );
    assert_eq!(unified(&[r#""bool""#, r#""number""#]), None);
    assert_eq!(
        unified(&[r#""dynamic""#, r#""number""#]),
        same(r#""number""#)
    );
    let (list, set) = (r#"["list","string"]"#, r#"["set","number"]"#);
    assert_eq!(unified(&[set, list]), same(list));
    assert_eq!(unified(&[list, r#""dynamic""#]), same(r#""dynamic""#));
    let (pair, one) = (r#"["tuple",["number","bool"]]"#, r#"["tuple",["string"]]"#);
    assert_eq!(
        unified(&[pair, r#"["tuple",["string","bool"]]"#]),
        same(r#"["tuple",["string","bool"]]"#)
    );
    assert_eq!(unified(&[pair, one]), same(list));
    assert_eq!(unified(&[list, pair]), same(list));
    let (a, ab) = (
        r#"["object",{"a":"number"}]"#,
        r#"["object",{"a":"string","b":"bool"}]"#,
    );
    assert_eq!(
        unified(&[a, r#"["object",{"a":"string"}]"#]),
        same(r#"["object",{"a":"string"}]"#)
    );
    assert_eq!(unified(&[a, ab]), same(r#"["map","string"]"#));
    assert_eq!(unified(&[a, r#"["map","bool"]"#]), None);
    assert_eq!(
        unified(&[a, r#"["map","string"]"#]),
        same(r#"["map","string"]"#)
    );
    assert_eq!(unified(&[a, pair]), None);
    assert_eq!(unified(&[a, r#""string""#]), None);
}

#[test]
fn unified_values_are_converted() {
    let values = unify_values(&[Value::int(1), Value::string("x")]).unwrap();
    assert_eq!(values, Some(vec![Value::string("1"), Value::string("x")]));
    assert_eq!(unify_values(&[Value::int(1), Value::bool(true)]), Ok(None));
}

#[test]
fn only_some_conversions_always_succeed() {
    let (text, number) = (Type::String, Type::Number);
    assert!(conversion_is_safe(&number, &text));
    assert!(conversion_exists(&text, &number) && !conversion_is_safe(&text, &number));
    let (list, set) = (Type::list(text.clone()), Type::set(text));
    assert!(conversion_is_safe(&set, &list) && !conversion_is_safe(&list, &set));
    assert!(!conversion_exists(&list, &number));
}

/// Thousands of elements of few types take no time: each type is looked at once.
#[test]
fn long_tuples_unify() {
    let elements = (0..20_000).map(|i| match i % 2 {
        0 => Value::int(i),
        _ => Value::string("x"),
    });
    let list = convert(&Value::tuple(elements), &Type::list(Type::Dynamic)).unwrap();
    assert_eq!(list.ty(), Type::list(Type::String));
}
