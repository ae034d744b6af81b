//! Operators case by case, with the words of HashiCorp's hcl (its `ops.go` and `hclsyntax`).

use super::{BinaryOp, OpError, UnaryOp, binary, equal, get_attr, has_index, index, length, unary};
use crate::{Mark, Refinement, Type, Value};

fn unknown(ty: Type) -> Value {
    Value::unknown(ty)
}

fn not_null(ty: Type) -> Value {
    let known = Refinement {
        not_null: true,
        ..Refinement::default()
    };
    Value::refined(ty, known)
}

fn secret(value: Value) -> Value {
    value.mark(Mark::Sensitive)
}

fn is_secret(value: &Value) -> bool {
    value.marks().contains(&Mark::Sensitive)
}

fn detail(result: Result<Value, OpError>) -> String {
    let error = result.unwrap_err();
    format!("{}: {error}", error.summary())
}

/// An unknown number within limits.
fn between(lower: i64, upper: i64) -> Value {
    let known = Refinement {
        lower: Some((lower.into(), true)),
        upper: Some((upper.into(), false)),
        ..Refinement::default()
    };
    Value::refined(Type::Number, known)
}

#[test]
fn logic() {
    let (t, f, u) = (Value::bool(true), Value::bool(false), unknown(Type::Bool));
    let undecided = not_null(Type::Bool);
    for (op, a, b, result) in [
        (BinaryOp::Or, &t, &u, &t),
        (BinaryOp::Or, &u, &t, &t),
        (BinaryOp::Or, &f, &u, &undecided),
        (BinaryOp::Or, &u, &u, &undecided),
        (BinaryOp::Or, &f, &f, &f),
        (BinaryOp::And, &f, &u, &f),
        (BinaryOp::And, &u, &f, &f),
        (BinaryOp::And, &t, &u, &undecided),
        (BinaryOp::And, &t, &t, &t),
    ] {
        assert_eq!(binary(op, a, b).as_ref(), Ok(result), "{a:?} {op:?} {b:?}");
    }
    // Text converts; a null is an error unless the other side decides.
    assert_eq!(
        binary(BinaryOp::And, &t, &Value::string("true")),
        Ok(t.clone())
    );
    let null = Value::null(Type::Bool);
    assert_eq!(binary(BinaryOp::Or, &t, &null), Ok(t.clone()));
    assert_eq!(unary(UnaryOp::Not, &t), Ok(f.clone()));
    assert_eq!(unary(UnaryOp::Not, &u), Ok(undecided));
    insta::assert_snapshot!(detail(binary(BinaryOp::Or, &f, &null)), @"Operation failed: Error during operation: argument must not be null.");
    insta::assert_snapshot!(detail(binary(BinaryOp::Or, &f, &Value::string("x"))), @"Invalid operand: Unsuitable value for right operand: a bool is required.");
    insta::assert_snapshot!(detail(unary(UnaryOp::Not, &Value::int(1))), @"Invalid operand: Unsuitable value for unary operand: bool required, but have number.");
}

#[test]
fn arithmetic() {
    let compute = |op, a: Value, b: Value| binary(op, &a, &b);
    let int = Value::int;
    assert_eq!(
        compute(BinaryOp::Add, Value::string("1"), int(1)),
        Ok(int(2))
    );
    assert_eq!(
        compute(BinaryOp::Divide, int(7), int(2)),
        Ok(Value::number("3.5".parse::<crate::Number>().unwrap()))
    );
    assert_eq!(compute(BinaryOp::Modulo, int(-7), int(2)), Ok(int(-1)));
    assert_eq!(unary(UnaryOp::Negate, &int(7)), Ok(int(-7)));
    let any = compute(BinaryOp::Multiply, int(2), unknown(Type::Dynamic));
    assert_eq!(any, Ok(not_null(Type::Number)));
    insta::assert_snapshot!(detail(compute(BinaryOp::Divide, int(0), int(0))), @"Operation failed: Error during operation: can't divide zero by zero or infinity by infinity.");
    insta::assert_snapshot!(detail(compute(BinaryOp::Add, int(0), Value::null(Type::Number))), @"Operation failed: Error during operation: argument must not be null.");
    insta::assert_snapshot!(detail(compute(BinaryOp::Subtract, Value::tuple([]), int(1))), @"Invalid operand: Unsuitable value for left operand: number required, but have tuple.");
}

#[test]
fn comparison() {
    let (five, t, f) = (Value::int(5), Value::bool(true), Value::bool(false));
    let test = |op, a: &Value, b: &Value| binary(op, a, b).unwrap();
    assert_eq!(test(BinaryOp::Less, &five, &Value::string("10")), t);
    assert_eq!(test(BinaryOp::GreaterOrEqual, &five, &five), t);
    assert_eq!(test(BinaryOp::Greater, &five, &five), f);
    // What is known of an unknown number can be enough: it is at least 1 and below 5.
    let few = between(1, 5);
    assert_eq!(test(BinaryOp::Less, &few, &Value::int(6)), t);
    assert_eq!(test(BinaryOp::GreaterOrEqual, &few, &Value::int(6)), f);
    assert_eq!(test(BinaryOp::Greater, &few, &Value::int(0)), t);
    assert_eq!(test(BinaryOp::GreaterOrEqual, &few, &Value::int(0)), t);
    assert_eq!(test(BinaryOp::Less, &few, &between(6, 9)), t);
    // Terraform does not look at the bound itself.
    for (op, limit) in [
        (BinaryOp::Less, &five),
        (BinaryOp::GreaterOrEqual, &five),
        (BinaryOp::GreaterOrEqual, &Value::int(1)),
        (BinaryOp::Less, &Value::int(1)),
    ] {
        assert_eq!(test(op, &few, limit), not_null(Type::Bool));
    }
    assert!(!test(BinaryOp::Less, &unknown(Type::Number), &five).is_known());
}

#[test]
fn equality() {
    let (t, f) = (Value::bool(true), Value::bool(false));
    let undecided = not_null(Type::Bool);
    let null = |ty: Type| Value::null(ty);
    let list = |values: &[Value]| Value::list(Type::String, values.iter().cloned());
    let (a, b, u) = (
        Value::string("a"),
        Value::string("b"),
        unknown(Type::String),
    );
    for (x, y, result) in [
        (a.clone(), a.clone(), &t),
        (a.clone(), b.clone(), &f),
        // No conversion, but null is null.
        (Value::string("1"), Value::int(1), &f),
        (null(Type::String), null(Type::Bool), &t),
        (null(Type::String), a.clone(), &f),
        (null(Type::String), u.clone(), &undecided),
        (null(Type::String), not_null(Type::String), &f),
        (a.clone(), u.clone(), &undecided),
        (Value::int(1), u.clone(), &f),
        (a.clone(), unknown(Type::Dynamic), &undecided),
        (u.clone(), u.clone(), &undecided),
        (
            list(&[a.clone(), u.clone()]),
            list(&[b.clone(), u.clone()]),
            &f,
        ),
        (
            list(&[a.clone(), u.clone()]),
            list(&[a.clone(), b.clone()]),
            &undecided,
        ),
        (list(std::slice::from_ref(&u)), list(&[]), &f),
        (
            list(std::slice::from_ref(&a)),
            Value::tuple([a.clone()]),
            &f,
        ),
        (between(1, 5), Value::int(5), &f),
        (between(1, 5), Value::int(1), &undecided),
    ] {
        assert_eq!(&equal(&x, &y), result, "{x:?} == {y:?}");
        assert_eq!(&equal(&y, &x), result, "{y:?} == {x:?}");
        let opposite = unary(UnaryOp::Not, result).unwrap();
        assert_eq!(binary(BinaryOp::NotEqual, &x, &y), Ok(opposite));
    }
}

#[test]
fn equality_of_sets() {
    let set = |values: &[Value]| Value::set(Type::String, values.iter().cloned());
    let (a, b, u) = (
        Value::string("a"),
        Value::string("b"),
        unknown(Type::String),
    );
    let is = |x: &Value, y: &Value| equal(x, y).as_bool();
    let ab = set(&[a.clone(), b.clone()]);
    assert_eq!(is(&set(&[b.clone(), a.clone()]), &ab), Some(true));
    assert_eq!(is(&set(std::slice::from_ref(&a)), &ab), Some(false));
    assert_eq!(is(&set(&[a.clone(), u.clone()]), &ab), None);
    // It could not be, but Terraform does not ask that much.
    assert_eq!(is(&set(&[Value::string("c"), u.clone()]), &ab), None);
    assert_eq!(is(&set(&[u]), &set(&[])), Some(false));
}

#[test]
fn unknown_text_can_be_known_to_differ() {
    let prefixed = Refinement {
        prefix: Some("ami-".into()),
        not_null: true,
        ..Refinement::default()
    };
    let image = Value::refined(Type::String, prefixed);
    assert_eq!(equal(&image, &Value::string("")).as_bool(), Some(false));
    assert_eq!(equal(&image, &Value::string("ami-1")).as_bool(), None);
}

#[test]
fn indexing() {
    let (a, b) = (Value::string("a"), Value::string("b"));
    let list = Value::list(Type::String, [a.clone(), b.clone()]);
    let tuple = Value::tuple([a.clone(), Value::int(1)]);
    let map = Value::map(Type::String, [("k", a.clone())]);
    let object = Value::object([("k", a.clone()), ("1", b.clone())]);
    let key = |k: &str| Value::string(k);
    assert_eq!(index(&list, &Value::int(1)), Ok(b.clone()));
    assert_eq!(index(&list, &key("1")), Ok(b.clone()));
    assert_eq!(index(&tuple, &Value::int(1)), Ok(Value::int(1)));
    assert_eq!(index(&map, &key("k")), Ok(a.clone()));
    assert_eq!(index(&object, &key("k")), Ok(a));
    assert_eq!(index(&object, &Value::int(1)), Ok(b));
    let error = |collection: &Value, key: &Value| detail(index(collection, key));
    insta::assert_snapshot!(error(&list, &Value::int(2)), @"Invalid index: The given key does not identify an element in this collection value: the given index is greater than or equal to the length of the collection.");
    insta::assert_snapshot!(error(&Value::tuple([]), &Value::int(0)), @"Invalid index: The given key does not identify an element in this collection value: the collection has no elements.");
    insta::assert_snapshot!(error(&list, &Value::int(-1)), @"Invalid index: The given key does not identify an element in this collection value: a negative number is not a valid index for a sequence.");
    insta::assert_snapshot!(error(&list, &key("0.5")), @"Invalid index: The given key does not identify an element in this collection value: indexing a sequence requires a whole number, but the given index has a fractional part.");
    insta::assert_snapshot!(error(&list, &key("x")), @"Invalid index: The given key does not identify an element in this collection value: a number is required.");
    insta::assert_snapshot!(error(&map, &key("x")), @"Invalid index: The given key does not identify an element in this collection value.");
    insta::assert_snapshot!(error(&object, &Value::int(2)), @"Invalid index: The given key does not identify an element in this collection value. An object only supports looking up attributes by name, not by numeric index.");
    insta::assert_snapshot!(error(&Value::null(Type::Dynamic), &key("x")), @"Attempt to index null value: This value is null, so it does not have any indices.");
    insta::assert_snapshot!(error(&list, &Value::null(Type::Number)), @"Invalid index: Can't use a null value as an indexing key.");
    insta::assert_snapshot!(error(&Value::string("x"), &Value::int(0)), @"Invalid index: This value does not have any indices.");
    let set = Value::set(Type::String, []);
    assert_eq!(index(&set, &key("x")), Err(OpError::IndexSet));
}

#[test]
fn indexing_what_is_unknown() {
    let list = unknown(Type::list(Type::String));
    assert_eq!(index(&list, &Value::int(7)), Ok(unknown(Type::String)));
    let known = Value::list(Type::String, [Value::string("a")]);
    let key = unknown(Type::Number);
    assert_eq!(index(&known, &key), Ok(unknown(Type::String)));
    let tuple = unknown(Type::tuple([Type::Bool, Type::String]));
    assert_eq!(index(&tuple, &Value::int(1)), Ok(unknown(Type::String)));
    assert!(index(&tuple, &Value::int(2)).is_err());
    assert_eq!(index(&tuple, &key), Ok(unknown(Type::Dynamic)));
    let object = unknown(Type::object([("k", Type::Bool)]));
    assert_eq!(index(&object, &Value::string("k")), Ok(unknown(Type::Bool)));
    assert!(index(&object, &Value::string("x")).is_err());
    let any = unknown(Type::Dynamic);
    assert_eq!(index(&any, &Value::int(0)), Ok(any.clone()));
    assert_eq!(index(&known, &any), Ok(unknown(Type::Dynamic)));
}

#[test]
fn attributes() {
    let object = Value::object([("k", Value::bool(true))]);
    assert_eq!(get_attr(&object, "k"), Ok(Value::bool(true)));
    let map = Value::map(Type::Bool, [("k", Value::bool(true))]);
    assert_eq!(get_attr(&map, "k"), Ok(Value::bool(true)));
    let any = unknown(Type::Dynamic);
    assert_eq!(get_attr(&any, "k"), Ok(any.clone()));
    let error = |value: &Value, name: &str| detail(get_attr(value, name));
    insta::assert_snapshot!(error(&object, "x"), @r#"Unsupported attribute: This object does not have an attribute named "x"."#);
    insta::assert_snapshot!(error(&map, "x"), @r#"Missing map element: This map does not have an element with the key "x"."#);
    let list = Value::list(object.ty(), [object.clone()]);
    insta::assert_snapshot!(error(&list, "k"), @r#"Unsupported attribute: Can't access attributes on a list of objects. Did you mean to access attribute "k" for a specific element of the list, or across all elements of the list?"#);
    insta::assert_snapshot!(error(&list, "x"), @"Unsupported attribute: Can't access attributes on a list of objects. Did you mean to access an attribute for a specific element of the list, or across all elements of the list?");
    insta::assert_snapshot!(error(&Value::set(object.ty(), [object]), "k"), @"Unsupported attribute: Can't access attributes on a set of objects. Did you mean to access an attribute across all elements of the set?");
    insta::assert_snapshot!(error(&Value::int(1), "k"), @"Unsupported attribute: Can't access attributes on a primitive-typed value (number).");
    insta::assert_snapshot!(error(&Value::tuple([]), "k"), @"Unsupported attribute: This value does not have any attributes.");
    insta::assert_snapshot!(error(&Value::null(Type::Dynamic), "k"), @"Attempt to get attribute from null value: This value is null, so it does not have any attributes.");
}

#[test]
fn whether_there_is_an_index() {
    let list = Value::list(Type::Bool, [Value::bool(true)]);
    let has = |collection: &Value, key: Value| has_index(collection, &key).as_bool();
    assert_eq!(has(&list, Value::int(0)), Some(true));
    assert_eq!(has(&list, Value::int(1)), Some(false));
    assert_eq!(has(&list, Value::string("x")), Some(false));
    assert_eq!(has(&list, unknown(Type::Number)), None);
    assert_eq!(
        has(&unknown(Type::map(Type::Bool)), Value::string("k")),
        None
    );
    let pair = unknown(Type::tuple([Type::Bool, Type::Bool]));
    assert_eq!(has(&pair, Value::int(1)), Some(true));
    assert_eq!(has(&pair, Value::int(2)), Some(false));
    assert_eq!(has(&unknown(Type::Dynamic), Value::int(0)), None);
}

#[test]
fn lengths() {
    let list = Value::list(Type::Bool, [unknown(Type::Bool), unknown(Type::Bool)]);
    assert_eq!(length(&list), Ok(Value::int(2)));
    let pair = unknown(Type::tuple([Type::Bool, Type::Bool]));
    assert_eq!(length(&pair), Ok(Value::int(2)));
    // Two unknown elements of a set may turn out to be one.
    let set = Value::set(Type::Bool, [unknown(Type::Bool), unknown(Type::Bool)]);
    let n = length(&set).unwrap();
    let positive = binary(BinaryOp::Greater, &n, &Value::int(0)).unwrap();
    assert_eq!(positive, Value::bool(true));
    let at_most_two = binary(BinaryOp::Less, &n, &Value::int(3)).unwrap();
    assert_eq!(at_most_two, Value::bool(true));
    assert!(!equal(&n, &Value::int(2)).is_known());
    let any = length(&unknown(Type::list(Type::Bool))).unwrap();
    assert!(any.is_definitely_not_null() && !any.is_known());
    assert_eq!(length(&Value::int(1)), Err(OpError::NoLength));
    assert_eq!(
        length(&Value::null(Type::list(Type::Bool))),
        Err(OpError::NullOperand)
    );
}

#[test]
fn results_carry_the_marks_of_all_operands() {
    let (one, two) = (secret(Value::int(1)), Value::int(2));
    for op in [
        BinaryOp::Add,
        BinaryOp::Less,
        BinaryOp::Equal,
        BinaryOp::NotEqual,
        BinaryOp::Modulo,
    ] {
        assert!(is_secret(&binary(op, &one, &two).unwrap()), "{op:?}");
        assert!(is_secret(&binary(op, &two, &one).unwrap()), "{op:?}");
    }
    let (t, hidden) = (Value::bool(true), secret(unknown(Type::Bool)));
    assert!(is_secret(&binary(BinaryOp::Or, &t, &hidden).unwrap()));
    assert!(is_secret(&unary(UnaryOp::Negate, &one).unwrap()));
    let list = Value::list(Type::Number, [one.clone(), two.clone()]);
    assert!(is_secret(&index(&list, &Value::int(0)).unwrap()));
    assert!(!is_secret(&index(&list, &Value::int(1)).unwrap()));
    assert!(is_secret(&index(&list, &secret(Value::int(1))).unwrap()));
    assert!(is_secret(
        &index(&secret(list.clone()), &Value::int(1)).unwrap()
    ));
    assert!(is_secret(
        &index(&list, &secret(unknown(Type::Number))).unwrap()
    ));
    assert!(!is_secret(&length(&list).unwrap()));
    assert!(is_secret(&length(&secret(list.clone())).unwrap()));
    let object = secret(Value::object([("k", two)]));
    assert!(is_secret(&get_attr(&object, "k").unwrap()));
    // Comparing with null looks at the outside alone.
    assert!(!is_secret(&equal(&list, &Value::null(Type::Dynamic))));
    assert!(is_secret(&equal(&list, &list)));
}
