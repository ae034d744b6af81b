//! Making, asking and rebuilding values.

use std::convert::Infallible;

use crate::{Data, Mark, Marks, Path, PathStep, Refinement, Type, Value};

#[test]
fn text_is_normalised() {
    // An e with a combining accent, and the letter é.
    assert_eq!(Value::string("e\u{301}"), Value::string("\u{e9}"));
    let map = Value::map(Type::Bool, [("e\u{301}", Value::bool(true))]);
    assert!(map.entries().unwrap().contains_key("\u{e9}"));
    let ty = Type::object([("e\u{301}", Type::Bool)]);
    assert_eq!(ty, Type::from_json(r#"["object",{"é":"bool"}]"#).unwrap());
    assert_eq!(Value::object([("é", Value::bool(true))]).ty(), ty);
}

#[test]
fn sets_are_ordered_as_terraform_orders_them() {
    let order = |ty: Type, values: Vec<Value>| {
        let set = Value::set(ty, values);
        let shown: Vec<String> = set.elements().unwrap().iter().map(show).collect();
        shown.join(" ")
    };
    let null = Value::null(Type::String);
    let unknown = Value::unknown(Type::String);
    let texts = vec![
        null,
        unknown,
        "b".into(),
        "B".into(),
        "a".into(),
        "a".into(),
    ];
    assert_eq!(order(Type::String, texts), "B a b ? null");
    assert_eq!(
        order(Type::Number, [10, 9, -1].map(Value::int).to_vec()),
        "-1 9 10"
    );
    // Objects go by the text made of their values: here 10 comes before 9.
    let objects = [10, 9].map(|n| Value::object([("n", Value::int(n))]));
    let ty = objects[0].ty();
    assert_eq!(order(ty, objects.to_vec()), "(10) (9)");
}

fn show(value: &Value) -> String {
    match value.data() {
        Data::Null(_) => "null".to_owned(),
        Data::Unknown(..) => "?".to_owned(),
        Data::String(text) => text.to_string(),
        Data::Number(n) => n.to_string(),
        _ => {
            let parts: Vec<String> = value.children().map(show).collect();
            format!("({})", parts.join(" "))
        }
    }
}

#[test]
fn sets_merge_what_is_equal() {
    let pair = |a: &str| Value::tuple([Value::string(a), Value::int(1)]);
    let set = Value::set(pair("").ty(), [pair("x"), pair("y"), pair("x")]);
    assert_eq!(set.elements().unwrap().len(), 2);
    // Unknown elements may turn out different.
    let unknown = Value::unknown(Type::Bool);
    let set = Value::set(Type::Bool, [unknown.clone(), unknown]);
    assert_eq!(set.elements().unwrap().len(), 2);
}

#[test]
fn untyped_nulls_take_the_element_type() {
    let list = Value::list(
        Type::String,
        [Value::null(Type::Dynamic), Value::unknown(Type::Dynamic)],
    );
    assert!(list.children().all(|element| element.ty() == Type::String));
    let inferred = Value::list(Type::Dynamic, [Value::null(Type::Dynamic), Value::int(1)]);
    assert_eq!(inferred.ty(), Type::list(Type::Number));
    let mixed = Value::list(Type::Dynamic, [Value::string(""), Value::int(1)]);
    assert_eq!(mixed.ty(), Type::list(Type::Dynamic));
}

#[test]
fn values_have_no_optional_attributes() {
    let ty = Type::from_json(r#"["object",{"a":"string"},["a"]]"#).unwrap();
    assert_eq!(Value::null(ty.clone()).ty(), ty.without_optional());
    assert_eq!(Value::unknown(ty.clone()).ty(), ty.without_optional());
    let list = Value::list(ty.clone(), []);
    assert_eq!(list.ty(), Type::list(ty.without_optional()));
}

#[test]
fn refinements_that_leave_one_value_are_that_value() {
    let length = |n: u64| Refinement {
        not_null: true,
        min_length: (n > 0).then_some(n),
        max_length: Some(n),
        ..Refinement::default()
    };
    let number = Refinement {
        not_null: true,
        lower: Some((5.into(), true)),
        upper: Some((5.into(), true)),
        ..Refinement::default()
    };
    assert_eq!(Value::refined(Type::Number, number), Value::int(5));
    let map = Value::refined(Type::map(Type::Bool), length(0));
    assert_eq!(map, Value::map::<&str>(Type::Bool, []));
    assert!(!Value::refined(Type::map(Type::Bool), length(1)).is_known());
    let list = Value::refined(Type::list(Type::Bool), length(3));
    assert_eq!(list.elements().unwrap().len(), 3);
    assert!(!Value::refined(Type::list(Type::Bool), length(1 << 40)).is_known());
    assert!(Value::refined(Type::set(Type::Bool), length(1)).is_known());
    assert!(!Value::refined(Type::set(Type::Bool), length(2)).is_known());
    // It might still be null.
    let nullable = Refinement {
        not_null: false,
        ..length(0)
    };
    assert!(!Value::refined(Type::list(Type::Bool), nullable).is_known());
}

fn sample() -> Value {
    Value::object([
        ("name", Value::string("a").mark(Mark::Sensitive)),
        (
            "pools",
            Value::list(
                Type::map(Type::Bool),
                [Value::map(
                    Type::Bool,
                    [("k", Value::bool(true).mark(Mark::Ephemeral))],
                )],
            ),
        ),
    ])
}

#[test]
fn marks_are_found_and_taken_off_at_any_depth() {
    let value = sample();
    let both: Marks = [Mark::Sensitive, Mark::Ephemeral].into_iter().collect();
    assert!(value.marks().is_empty() && value.is_marked_deep());
    assert_eq!(value.deep_marks(), both);
    let (plain, marks) = value.clone().unmark_deep();
    assert_eq!(marks, both);
    assert_eq!(plain, value);
    assert!(!plain.is_marked_deep());
    let set = Value::set(Type::Bool, [Value::bool(true).mark(Mark::Sensitive)]);
    assert!(set.marks().contains(&Mark::Sensitive));
    assert!(!set.elements().unwrap()[0].is_marked_deep());
}

#[test]
fn hidden_data_is_not_shown() {
    let shown = format!("{:?}", sample());
    insta::assert_snapshot!(shown, @r#"Object({"name": (hidden) marked [Sensitive], "pools": List(Map(Bool), [Map(Bool, {"k": (hidden) marked [Ephemeral]})])})"#);
}

#[test]
fn paths_lead_to_parts() {
    let value = sample();
    let mut seen = Vec::new();
    value.walk(&mut |path, _| {
        seen.push(path.to_string());
        true
    });
    assert_eq!(seen, ["", "name", "pools", "pools[0]", "pools[0][\"k\"]"]);
    value.walk(&mut |path, part| {
        assert_eq!(value.at(path), Some(part));
        path.steps().len() < 2
    });
    let absent = Path::attribute("pools").join(PathStep::Index(1));
    assert_eq!(value.at(&absent), None);
}

#[test]
fn values_are_rebuilt_bottom_up() {
    let value = sample();
    let shouted = value.clone().map_leaves(&mut |leaf| match leaf.as_str() {
        Some(text) => Value::string(text.to_uppercase()).with_marks(leaf.marks()),
        None => leaf,
    });
    assert_eq!(shouted.attribute("name"), Some(&Value::string("A")));
    assert_eq!(shouted.deep_marks(), value.deep_marks());
    // Elements that change their type change the list's.
    let texts = Value::list(Type::Number, [1, 2].map(Value::int)).transform(&mut |_, part| {
        Ok::<_, Infallible>(match part.as_number() {
            Some(n) => Value::string(n.to_string()),
            None => part,
        })
    });
    let expected = Value::list(Type::String, ["1", "2"].map(Value::string));
    assert_eq!(texts, Ok(expected));
    let failed = value.transform(&mut |path, part| match part.as_bool() {
        Some(_) => Err(path.to_string()),
        None => Ok(part),
    });
    assert_eq!(failed.unwrap_err(), "pools[0][\"k\"]");
}
