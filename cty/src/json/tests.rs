//! What Terraform writes and reads, case by case.

use super::{decode, decode_implied, encode, encode_plain};
use crate::{Mark, Number, Type, Value};

fn number(text: &str) -> Value {
    Value::number(text.parse::<Number>().unwrap())
}

fn golden(value: &Value, ty: &Type, json: &str) {
    assert_eq!(encode(value, ty).as_deref(), Ok(json));
    assert_eq!(decode(json, ty).as_ref(), Ok(value));
}

#[test]
fn natural_json() {
    golden(&Value::null(Type::Bool), &Type::Bool, "null");
    golden(&Value::bool(true), &Type::Bool, "true");
    golden(&Value::int(-1), &Type::Number, "-1");
    golden(&Value::string("é"), &Type::String, "\"é\"");
    let ty = Type::object([
        ("b", Type::list(Type::Number)),
        ("a", Type::map(Type::Bool)),
        ("c", Type::tuple([Type::String])),
        ("d", Type::set(Type::String)),
    ]);
    let value = Value::object([
        ("b", Value::list(Type::Number, [1, 2].map(Value::int))),
        ("a", Value::map(Type::Bool, [("k", Value::bool(false))])),
        ("c", Value::tuple([Value::string("x")])),
        ("d", Value::set(Type::String, ["z", "y"].map(Value::string))),
    ]);
    golden(
        &value,
        &ty,
        r#"{"a":{"k":false},"b":[1,2],"c":["x"],"d":["y","z"]}"#,
    );
}

#[test]
fn numbers_lose_nothing() {
    for text in [
        "0.1",
        "18446744073709551616",
        "0.1000000000000000055511151231257827021181583404541015625",
        "123456789012345678901234567890.123456789",
        "1606938044258990275541962092341162602522202993782792835301376",
    ] {
        golden(&number(text), &Type::Number, text);
    }
    assert_eq!(decode("1.50E+2", &Type::Number), Ok(Value::int(150)));
    let infinity = encode(&Value::number(Number::INFINITY), &Type::Number);
    insta::assert_snapshot!(infinity.unwrap_err(), @"cannot serialize infinity as JSON");
    let bomb = decode("1e1000000000", &Type::Number).unwrap_err();
    insta::assert_snapshot!(bomb, @"the number is out of range: more than 16384 digits, or an exponent beyond 4096");
}

#[test]
fn dynamic_values_carry_their_type() {
    let dynamic = Type::Dynamic;
    golden(&Value::null(dynamic.clone()), &dynamic, "null");
    golden(
        &Value::null(Type::String),
        &dynamic,
        r#"{"value":null,"type":"string"}"#,
    );
    let list = Value::list(Type::Bool, [Value::bool(true)]);
    golden(
        &list,
        &dynamic,
        r#"{"value":[true],"type":["list","bool"]}"#,
    );
    for bad in [
        "1",
        "{}",
        r#"{"value":1}"#,
        r#"{"value":1,"type":"number","x":2}"#,
    ] {
        let error = decode(bad, &dynamic).unwrap_err().to_string();
        assert_eq!(
            error,
            "a dynamic value must be a pair of its type and its value"
        );
    }
}

#[test]
fn state_files_are_read_as_terraform_reads_them() {
    let ty = Type::object([("a", Type::Bool), ("b", Type::String), ("c", Type::Number)]);
    let value = Value::object([
        ("a", Value::bool(true)),
        ("b", Value::string("1.50")),
        ("c", Value::null(Type::Number)),
    ]);
    // Text for a bool, a number as written for text, and an attribute left out.
    assert_eq!(decode(r#"{"a":"true","b":1.50}"#, &ty), Ok(value));
    let message = |json: &str| decode(json, &ty).unwrap_err().to_string();
    insta::assert_snapshot!(message(r#"{"d":1}"#), @r#"unsupported attribute "d""#);
    insta::assert_snapshot!(message(r#"{"a":1}"#), @"a: a bool is required, but the input has a number");
    insta::assert_snapshot!(message(r#"{"c":"x"}"#), @"c: a number is required");
    insta::assert_snapshot!(message("{"), @"invalid JSON: EOF while parsing an object at line 1 column 1");
    insta::assert_snapshot!(message("{} x"), @"invalid JSON: trailing characters at line 1 column 4");
}

#[test]
fn nothing_is_unknown_in_json() {
    let value = Value::object([("a", Value::tuple([Value::unknown(Type::Bool)]))]);
    let error = encode(&value, &value.ty()).unwrap_err();
    insta::assert_snapshot!(error, @"a[0]: value is not known");
}

/// Escapes as Go's encoder writes them, numbers as Terraform turns them into text.
#[test]
fn jsonencode() {
    let plain = |value: Value| encode_plain(&value).unwrap();
    assert_eq!(
        plain(Value::string("<&>\u{2028}\u{1}\u{7f}\t\u{8}\"\\/é")),
        "\"\\u003c\\u0026\\u003e\\u2028\\u0001\u{7f}\\t\\b\\\"\\\\/é\""
    );
    let third = Value::number(Number::from(1).div(&3.into()).unwrap());
    assert_eq!(plain(third), format!("0.{}5", "3".repeat(154)));
    let object = Value::object([
        ("b", Value::null(Type::Dynamic)),
        ("a", Value::tuple([number("1e30"), Value::bool(false)])),
    ]);
    assert_eq!(
        plain(object.mark(Mark::Sensitive)),
        r#"{"a":[1000000000000000000000000000000,false],"b":null}"#
    );
}

#[test]
fn jsondecode() {
    let value = decode_implied(r#"{"a":[1,"x",null],"b":{}}"#).unwrap();
    let tuple = [
        Value::int(1),
        Value::string("x"),
        Value::null(Type::Dynamic),
    ];
    assert_eq!(
        value,
        Value::object([("a", Value::tuple(tuple)), ("b", Value::empty_object())])
    );
    let deep = "[".repeat(100_000);
    assert!(decode_implied(&deep).is_err());
}
