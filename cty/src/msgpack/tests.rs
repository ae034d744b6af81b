//! Golden bytes, as Terraform core (go-cty 1.20) writes them, and input that must be refused.

use super::{Count, MAX_BOUND, count, decode, decode_implied, encode};
use crate::{DecodeProblem, Mark, Marks, Number, Refinement, Type, Value};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// The value writes these bytes and the bytes read as the value.
fn golden(value: &Value, ty: &Type, bytes: &str) {
    let bytes = bytes.replace(' ', "");
    assert_eq!(hex(&encode(value, ty).unwrap()), bytes, "{value:?}");
    assert_eq!(decode(&unhex(&bytes), ty).as_ref(), Ok(value), "{bytes}");
}

fn number(text: &str) -> Value {
    Value::number(text.parse::<Number>().unwrap())
}

fn problem(bytes: &str, ty: &Type) -> DecodeProblem {
    decode(&unhex(bytes), ty).unwrap_err().problem
}

#[test]
fn scalars() {
    golden(&Value::null(Type::String), &Type::String, "c0");
    golden(&Value::bool(true), &Type::Bool, "c3");
    golden(&Value::bool(false), &Type::Bool, "c2");
    golden(&Value::string(""), &Type::String, "a0");
    golden(&Value::string("é"), &Type::String, "a2 c3a9");
}

#[test]
fn integers_take_the_least_room() {
    for (n, bytes) in [
        (0, "00"),
        (127, "7f"),
        (128, "cc80"),
        (65_535, "cdffff"),
        (65_536, "ce00010000"),
        (4_294_967_296, "cf0000000100000000"),
        (-1, "ff"),
        (-32, "e0"),
        (-33, "d0df"),
        (-129, "d1ff7f"),
        (-32_769, "d2ffff7fff"),
        (i64::MIN, "d38000000000000000"),
        (i64::MAX, "cf7fffffffffffffff"),
    ] {
        golden(&Value::int(n), &Type::Number, bytes);
    }
}

#[test]
fn numbers_lose_nothing() {
    golden(&number("1.5"), &Type::Number, "cb3ff8000000000000");
    golden(&number("0.1"), &Type::Number, "a3302e31");
    let nearest = Value::number(Number::try_from(0.1).unwrap());
    golden(&nearest, &Type::Number, "cb3fb999999999999a");
    // Whole numbers never travel as floats.
    golden(
        &Value::number(u64::MAX),
        &Type::Number,
        "b4 3138343436373434303733373039353531363135",
    );
    golden(
        &number("18446744073709551616"),
        &Type::Number,
        "b4 3138343436373434303733373039353531363136",
    );
    let large = "1606938044258990275541962092341162602522202993782792835301376";
    let digits = hex(large.as_bytes());
    golden(&number(large), &Type::Number, &format!("d93d{digits}"));
    let infinity = Value::number(Number::INFINITY);
    golden(&infinity, &Type::Number, "cb7ff0000000000000");
    let infinity = Value::number(Number::NEG_INFINITY);
    golden(&infinity, &Type::Number, "cbfff0000000000000");
}

#[test]
fn numbers_are_read_in_every_width() {
    for (bytes, n) in [
        ("cc01", "1"),
        ("cd0001", "1"),
        ("ce00000001", "1"),
        ("cf0000000000000001", "1"),
        ("cfffffffffffffffff", "18446744073709551615"),
        ("d001", "1"),
        ("d1ffff", "-1"),
        ("d2ffffffff", "-1"),
        ("d3ffffffffffffffff", "-1"),
        ("ca3fc00000", "1.5"),
        ("cb4000000000000000", "2"),
        ("a3316533", "1000"),
    ] {
        assert_eq!(
            decode(&unhex(bytes), &Type::Number),
            Ok(number(n)),
            "{bytes}"
        );
    }
    let nan = problem("cb7ff8000000000000", &Type::Number);
    assert_eq!(nan.to_string(), "a number is required");
    assert_eq!(
        problem("ab 3165393939393939393939", &Type::Number).to_string(),
        "the number is out of range: more than 16384 digits, or an exponent beyond 4096"
    );
}

#[test]
fn collections_and_structures() {
    let strings = Type::list(Type::String);
    let list = Value::list(Type::String, ["b", "a"].map(Value::string));
    golden(&list, &strings, "92 a162 a161");
    let set = Value::set(Type::String, ["b", "a", "b"].map(Value::string));
    golden(&set, &Type::set(Type::String), "92 a161 a162");
    let map = Value::map(Type::Bool, [("k", Value::bool(true))]);
    golden(&map, &Type::map(Type::Bool), "81 a16b c3");
    let ty = Type::object([
        ("b", strings),
        ("a", Type::tuple([Type::Bool, Type::Number])),
    ]);
    let tuple = Value::tuple([Value::bool(false), Value::int(7)]);
    let object = Value::object([("b", list), ("a", tuple)]);
    golden(&object, &ty, "82 a161 92c207 a162 92a162a161");
    golden(&Value::empty_object(), &Type::object::<&str>([]), "80");
    // Duplicates and other orders are read.
    assert_eq!(
        decode(&unhex("93 a162 a161 a162"), &Type::set(Type::String)),
        Ok(set)
    );
    assert_eq!(
        decode(&unhex("82 a162 92a162a161 a161 92c207"), &ty),
        Ok(object)
    );
}

#[test]
fn dynamic_values_carry_their_type() {
    let dynamic = Type::Dynamic;
    golden(&Value::null(dynamic.clone()), &dynamic, "c0");
    golden(&Value::unknown(dynamic.clone()), &dynamic, "d40000");
    let string = "c408 22737472696e6722";
    golden(&Value::string("x"), &dynamic, &format!("92 {string} a178"));
    golden(
        &Value::null(Type::String),
        &dynamic,
        &format!("92 {string} c0"),
    );
    golden(
        &Value::unknown(Type::String),
        &dynamic,
        &format!("92 {string} d40000"),
    );
    let list = Value::list(
        Type::Dynamic,
        [Value::string("x"), Value::null(Type::String)],
    );
    assert_eq!(list.ty(), Type::list(Type::String));
    golden(
        &list,
        &Type::list(Type::Dynamic),
        &format!("92 92{string}a178 92{string}c0"),
    );
    // The type may also come as text, and Terraform's empty tuple has null for its types.
    assert_eq!(
        decode(&unhex("92 a8 22737472696e6722 a178"), &dynamic),
        Ok(Value::string("x"))
    );
    assert_eq!(
        decode(&unhex("92 ae 5b227475706c65222c6e756c6c5d 90"), &dynamic),
        Ok(Value::tuple([]))
    );
}

#[test]
fn unknown_values() {
    golden(&Value::unknown(Type::String), &Type::String, "d40000");
    let numbers = Type::list(Type::Number);
    let list = Value::list(Type::Number, [Value::unknown(Type::Number), Value::int(1)]);
    golden(&list, &numbers, "92 d40000 01");
    // Any extension is unknown.
    for bytes in [
        "d40500",
        "d5050000",
        "c70005",
        "c703ff010203",
        "c7000c",
        "d40cff",
    ] {
        let value = decode(&unhex(bytes), &numbers);
        assert_eq!(value, Ok(Value::unknown(numbers.clone())), "{bytes}");
    }
}

#[test]
fn refined_unknown_values() {
    let not_null = Refinement {
        not_null: true,
        ..Refinement::default()
    };
    let bool = Value::refined(Type::Bool, not_null.clone());
    golden(&bool, &Type::Bool, "c7030c 81 01c2");
    let prefix = Refinement {
        prefix: Some("ami-".into()),
        ..not_null.clone()
    };
    let string = Value::refined(Type::String, prefix);
    golden(&string, &Type::String, "c7090c 82 01c2 02a4616d692d");
    let bounds = Refinement {
        lower: Some((1.into(), true)),
        upper: Some(("0.1e2".parse().unwrap(), false)),
        ..Refinement::default()
    };
    let number = Value::refined(Type::Number, bounds);
    golden(&number, &Type::Number, "c7090c 82 03 9201c3 04 920ac2");
    let lengths = Refinement {
        min_length: Some(1),
        max_length: Some(300),
        ..not_null
    };
    let strings = Type::set(Type::String);
    let set = Value::refined(strings.clone(), lengths);
    golden(&set, &strings, "c7090c 83 01c2 0501 06cd012c");
}

#[test]
fn refinements_are_kept_within_what_terraform_reads() {
    let prefix = "é".repeat(1000);
    let long = Refinement {
        prefix: Some(prefix.as_str().into()),
        ..Refinement::default()
    };
    let bytes = encode(&Value::refined(Type::String, long), &Type::String).unwrap();
    let read = decode(&bytes, &Type::String).unwrap();
    let kept = read.refinement().unwrap().prefix.clone().unwrap();
    assert_eq!(kept.len(), 254);
    assert!(prefix.starts_with(&*kept));
    // Whatever does not fit, or says nothing, is left out.
    let mut far = Refinement {
        lower: Some((format!("1{}7", "0".repeat(2000)).parse().unwrap(), true)),
        upper: Some((Number::INFINITY, true)),
        ..Refinement::default()
    };
    golden_encoding(far.clone(), "d40000");
    // What fits stays: here that it is not null, and one bound.
    far.not_null = true;
    golden_encoding(far.clone(), "c7030c 81 01c2");
    far.upper = Some((Number::from(9), false));
    golden_encoding(far, "c7070c 82 01c2 0492 09c2");
    // Both at their longest, beside the rest.
    let digits = "7".repeat(MAX_BOUND - 5);
    let widest = Refinement {
        not_null: true,
        lower: Some((format!("-{}", &digits[1..]).parse().unwrap(), true)),
        upper: Some((digits.parse().unwrap(), true)),
        ..Refinement::default()
    };
    let value = Value::refined(Type::Number, widest);
    let bytes = encode(&value, &Type::Number).unwrap();
    assert_eq!(decode(&bytes, &Type::Number), Ok(value));
}

fn golden_encoding(refinement: Refinement, expected: &str) {
    let bytes = encode(&Value::refined(Type::Number, refinement), &Type::Number).unwrap();
    assert_eq!(hex(&bytes), expected.replace(' ', ""));
}

#[test]
fn refinements_are_read_with_care() {
    // A key from the future, with a list as its value, and bytes behind the description.
    let future = decode(&unhex("c7090c 82 64 92c0c0 01c2 ffff"), &Type::Bool).unwrap();
    assert!(future.is_definitely_not_null());
    // Known to be null.
    assert_eq!(
        decode(&unhex("c7030c 81 01c3"), &Type::Bool),
        Ok(Value::null(Type::Bool))
    );
    assert_eq!(
        decode(&unhex("c7030c 81 01c2"), &Type::Dynamic),
        Ok(Value::unknown(Type::Dynamic))
    );
    // A list of known length has unknown elements, but a claim alone makes no large one.
    let list = Type::list(Type::Bool);
    let two = decode(&unhex("c7070c 83 01c2 0502 0602"), &list).unwrap();
    assert_eq!(two.elements().map(<[_]>::len), Some(2));
    let bytes = "c70f0c 83 01c2 05ceffffffff 06ceffffffff";
    assert!(!decode(&unhex(bytes), &list).unwrap().is_known());
    for bad in [
        "c7040c 81 02 a161", // a prefix of a bool
        "c7030c 81 0101",    // nullness that is no bool
        "c7030c 81 a1c2",    // a key that is no number
        "c7030c 820101",     // too short
        "c7020c c0c0",       // no map
    ] {
        assert!(decode(&unhex(bad), &Type::Bool).is_err(), "{bad}");
    }
    let oversize = format!("c80401 0c {}", "00".repeat(1025));
    assert_eq!(
        problem(&oversize, &Type::Bool),
        DecodeProblem::Refinement("longer than 1024 bytes")
    );
}

#[test]
fn errors_name_the_place() {
    let ty = Type::object([("pools", Type::list(Type::object([("name", Type::String)])))]);
    let error = |bytes: &str| decode(&unhex(bytes), &ty).unwrap_err().to_string();
    let pools = "81 a5 706f6f6c73";
    let name = "a4 6e616d65";
    insta::assert_snapshot!(error(&format!("{pools} 91 81 {name} 01")), @"pools[0].name: a string is required, but the input has a number");
    insta::assert_snapshot!(error(&format!("{pools} 91 80")), @r#"pools[0]: attribute "name" is missing"#);
    insta::assert_snapshot!(error(&format!("{pools} 91 82 {name} a0 a178 c0")), @r#"pools[0]: unsupported attribute "x""#);
    insta::assert_snapshot!(error(&format!("{pools} 91 81 01 a0")), @"pools[0]: all keys must be strings");
    insta::assert_snapshot!(error(&format!("{pools} 91 81 {name} a1ff")), @"pools[0].name: text is not valid UTF-8");
    insta::assert_snapshot!(error(&format!("{pools} 92 81 {name} a0")), @"pools[1]: the input ends in the middle of the value");
    insta::assert_snapshot!(error(&format!("{pools} 90 c0")), @"extra bytes after the value: 1");
    insta::assert_snapshot!(error("c1"), @"an object is required, but the input has a byte that MessagePack does not use");
}

#[test]
fn lengths_are_not_believed() {
    // Four thousand million elements, keys or bytes.
    assert_eq!(
        problem("ddffffffff c0", &Type::list(Type::Bool)),
        DecodeProblem::Truncated
    );
    assert_eq!(
        problem("dfffffffff a0c0", &Type::map(Type::Bool)),
        DecodeProblem::Truncated
    );
    assert_eq!(
        problem("dbffffffff", &Type::String),
        DecodeProblem::Truncated
    );
    assert_eq!(
        problem("c9ffffffff0c", &Type::String),
        DecodeProblem::Truncated
    );
}

#[test]
fn depth_is_limited() {
    let dynamic = "92 c409 2264796e616d696322".repeat(200_000);
    assert_eq!(problem(&dynamic, &Type::Dynamic), DecodeProblem::TooDeep);
    let (mut ty, mut value) = (Type::Bool, Value::bool(true));
    for _ in 0..crate::codec::MAX_DEPTH - 1 {
        value = Value::list(ty.clone(), [value]);
        ty = Type::list(ty);
    }
    let bytes = encode(&value, &ty).unwrap();
    assert_eq!(decode(&bytes, &ty), Ok(value.clone()));
    let deeper = Value::list(ty.clone(), [value]);
    let message = encode(&deeper, &Type::list(ty))
        .unwrap_err()
        .problem
        .to_string();
    assert_eq!(message, "the value is nested deeper than 128 levels");
}

#[test]
fn a_value_must_have_the_type() {
    let error = |value: &Value, ty: &Type| encode(value, ty).unwrap_err().to_string();
    let ty = Type::object([("a", Type::list(Type::Number)), ("b", Type::Bool)]);
    let good = Value::list(Type::Number, [Value::int(1)]);
    insta::assert_snapshot!(error(&Value::object([("a", good.clone())]), &ty), @r#"attribute "b" is required"#);
    let extra = Value::object([
        ("a", good.clone()),
        ("b", Value::bool(true)),
        ("c", good.clone()),
    ]);
    insta::assert_snapshot!(error(&extra, &ty), @r#"unsupported attribute "c""#);
    let bad = Value::list(Type::String, [Value::string("x")]);
    let object = Value::object([("a", bad), ("b", Value::bool(true))]);
    insta::assert_snapshot!(error(&object, &ty), @"a[0]: number required, but have string");
    insta::assert_snapshot!(error(&Value::tuple([Value::int(1)]), &Type::list(Type::Number)), @"list of number required, but have tuple");
    insta::assert_snapshot!(error(&Value::null(Type::Bool), &Type::Number), @"number required, but have bool");
    let mixed = Value::list(Type::Dynamic, [Value::int(1), Value::string("x")]);
    insta::assert_snapshot!(error(&mixed, &Type::list(Type::Dynamic)), @"all elements must have the same type");
    // A bare null has every type.
    assert_eq!(encode(&Value::null(Type::Dynamic), &ty), Ok(vec![0xc0]));
}

#[test]
fn mixed_elements_are_refused() {
    // ["list","dynamic"] of a string and a number: Terraform panics on it.
    let bytes = "92 92c408 22737472696e6722 a178 92c408 226e756d62657222 01";
    assert_eq!(
        problem(bytes, &Type::list(Type::Dynamic)),
        DecodeProblem::MixedElements
    );
}

#[test]
fn text_that_a_number_would_have_been_written_as_is_told() {
    let marks: Marks = [Mark::Ephemeral].into_iter().collect();
    let is_marked = |value: &Value, ty: &Type| {
        let bytes = encode(value, ty).unwrap();
        let read = decode_implied(&bytes, &marks).unwrap();
        read.is_marked_deep()
    };
    let number = |text: &str| Value::number(text.parse::<Number>().unwrap());
    // These bytes are the same for a number and for text.
    for text in [
        "0.1",
        "-0.1",
        "100000000000000000000",
        "1.00000000000000000001",
        "0.15",
        "9223372036854775808",
    ] {
        assert!(is_marked(&number(text), &Type::Number), "{text}");
        assert!(is_marked(&Value::string(text), &Type::String), "{text}");
    }
    // These differ, so that text is text.
    for text in [
        "5",
        "0.5",
        "-5",
        "1e100",
        "0.10",
        "+0.1",
        ".1",
        "00.1",
        "",
        "-",
        "inf",
        "1.",
        "0.1 ",
        "-0",
        "-0.0",
        "9223372036854775807",
        "0.375",
    ] {
        assert!(!is_marked(&Value::string(text), &Type::String), "{text}");
    }
    assert!(!is_marked(&number("5"), &Type::Number));
    // A dynamic value says which of the two it is.
    assert!(!is_marked(&Value::string("0.1"), &Type::Dynamic));
    assert!(!is_marked(&number("0.1"), &Type::Dynamic));
}

#[test]
fn values_are_counted_without_being_read() {
    let value = Value::object([
        ("a", Value::tuple([Value::int(1), Value::string("x")])),
        ("b", Value::object([("c", Value::bool(true))])),
    ]);
    let bytes = encode(&value, &value.ty()).unwrap();
    let counted = Count {
        values: 6,
        maps: 2,
        entries: 3,
    };
    assert_eq!(count(&bytes), Ok(counted));
    // Text that is shorter than it says.
    assert!(count(&[0xa5, b'x']).is_err());
}

proptest::proptest! {
    #[test]
    fn what_may_be_a_number_has_the_same_bytes_as_one(text in "-?[0-9]{1,21}(\\.[0-9]{0,4}[05]?)?") {
        let marks: Marks = [Mark::Ephemeral].into_iter().collect();
        let bytes = encode(&Value::string(text.as_str()), &Type::String).unwrap();
        let number = text.parse::<Number>().map(Value::number);
        let is_same = number.is_ok_and(|it| encode(&it, &Type::Number).as_ref() == Ok(&bytes));
        let read = decode_implied(&bytes, &marks).unwrap();
        proptest::prop_assert_eq!(read.is_marked_deep(), is_same);
    }
}
