use cty::{Mark, Type, Value};

use crate::functions::laws::context;
use crate::functions::{FunctionError, call};
use crate::instance::{Address, Mode};
use crate::why::{Reference, Why};

fn reference(name: &str) -> Mark {
    let address = Address {
        module: Vec::new(),
        mode: Mode::Managed,
        type_name: "thing".into(),
        name: name.into(),
        key: None,
    };
    Reference::new(address, false, "name").mark()
}

/// The unknown name of a resource, as the evaluator makes one.
fn name_of(resource: &str) -> Value {
    Value::unknown(Type::String)
        .mark(reference(resource))
        .mark(Why::new(format!("thing.{resource}.name is known after apply")).mark())
}

fn run(name: &str, args: &[Value]) -> Value {
    call(name, args, &context()).unwrap().unwrap()
}

fn references(value: &Value) -> Vec<String> {
    Reference::of(value)
        .iter()
        .map(|found| found.address.name.to_string())
        .collect()
}

#[test]
fn a_name_keeps_its_origin_through_text_functions() {
    let name = run("replace", &[name_of("a"), "_".into(), "-".into()]);
    assert_eq!(references(&name), ["a"]);
    assert_eq!(
        Why::of(&name).unwrap().to_string(),
        "thing.a.name is known after apply"
    );
    let joined = run(
        "join",
        &["-".into(), Value::tuple([name_of("a"), name_of("b")])],
    );
    assert_eq!(references(&joined), ["a", "b"]);
}

#[test]
fn picking_one_value_does_not_bring_the_others_along() {
    let pair = || Value::tuple([name_of("a"), name_of("b")]);
    let map = || Value::object([("x", name_of("a")), ("y", name_of("b"))]);
    assert_eq!(references(&run("element", &[pair(), 1.into()])), ["b"]);
    assert_eq!(
        references(&run("lookup", &[map(), "x".into(), "".into()])),
        ["a"]
    );
    assert_eq!(
        references(&run("one", &[Value::tuple([name_of("b")])])),
        ["b"]
    );
    let lists = [
        run("values", &[map()]),
        run("concat", &[pair(), Value::tuple([])]),
        run("flatten", &[Value::tuple([pair()])]),
        run("reverse", &[run("reverse", &[pair()])]),
        run("slice", &[pair(), 0.into(), 2.into()]),
        run("formatlist", &["x-%s".into(), pair()]),
    ];
    for list in lists {
        assert!(references(&list).is_empty(), "{list:?}");
        let elements: Vec<_> = list.elements().unwrap().iter().map(references).collect();
        assert_eq!(elements, [["a"], ["b"]]);
    }
}

#[test]
fn coalesce_comes_from_what_it_chose() {
    let given = Value::from("given");
    assert!(references(&run("coalesce", &[given, name_of("a")])).is_empty());
    let null = Value::null(Type::String).mark(reference("a"));
    let chosen = run("coalesce", &[null, Value::from("x").mark(reference("b"))]);
    assert_eq!(references(&chosen), ["b"]);
    // Either may be chosen, but it is unknown because of the first.
    let open = run("coalesce", &[name_of("b"), name_of("a")]);
    assert_eq!(references(&open), ["a", "b"]);
    assert_eq!(
        Why::of(&open).unwrap().to_string(),
        "thing.b.name is known after apply"
    );
}

#[test]
fn a_known_result_has_no_reason_but_its_origin() {
    let contained = run(
        "contains",
        &[Value::tuple([name_of("a"), "x".into()]), "x".into()],
    );
    assert_eq!(contained, Value::bool(true));
    assert!(Why::of(&contained).is_none());
    assert_eq!(references(&contained), ["a"]);
}

#[test]
fn errors_name_the_argument() {
    let error = |name: &str, args: &[Value]| call(name, args, &context()).unwrap().unwrap_err();
    let null = Value::null(Type::String);
    assert_eq!(
        error("upper", &[null]),
        FunctionError::at(0, "argument must not be null")
    );
    assert_eq!(error("join", &[",".into(), "x".into()]).argument, Some(1));
    assert_eq!(error("upper", &[]).argument, None);
    assert!(call("nope", &[], &context()).is_none());
    assert!(
        call("try", &[], &context()).is_none(),
        "the evaluator's own"
    );
}

#[test]
fn nothing_grows_without_bound() {
    let long = || Value::string("x".repeat(1 << 20));
    let many = || Value::tuple(vec![Value::from("x"); 2000]);
    let sets = [many(), many()];
    for (name, args) in [
        ("indent", vec![(1 << 30).into(), "a\nb".into()]),
        ("format", vec!["%1000000000d".into(), 1.into()]),
        ("format", vec!["%.1000000000f".into(), 1.into()]),
        ("replace", vec![long(), "x".into(), "y".repeat(100).into()]),
        (
            "replace",
            vec![long(), "/x/".into(), "y".repeat(100).into()],
        ),
        ("join", vec![long(), many()]),
        ("setproduct", sets.to_vec()),
        ("range", vec![1_000_000.into()]),
    ] {
        assert!(call(name, &args, &context()).unwrap().is_err(), "{name}");
    }
}

#[test]
fn later_versions_know_negative_indexes_and_print_nulls() {
    // Terraform 1.15 and OpenTofu 1.12; 1.11 fails or gives null.
    let letters = Value::tuple(["a".into(), "b".into(), "c".into()]);
    assert_eq!(run("element", &[letters.clone(), (-1).into()]), "c".into());
    assert_eq!(run("element", &[letters, (-4).into()]), "c".into());
    let null = || Value::null(Type::Dynamic);
    assert_eq!(run("format", &["%v".into(), null()]), "null".into());
    let list = run(
        "formatlist",
        &["%v-%v".into(), Value::tuple([1.into(), 2.into()]), null()],
    );
    assert_eq!(
        list,
        Value::list(Type::String, ["1-null".into(), "2-null".into()])
    );
}
