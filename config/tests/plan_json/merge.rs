//! Known, unknown and sensitive in one value.

use std::sync::Arc;

use cty::{Data, Mark, Type, Value};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use terraform_config::instance::Mode;
use terraform_config::plan::Plan;
use terraform_config::schema::Schemas;
use terraform_config::why::Why;

use super::change;

/// The trees of a value, as hosts write them.
struct Trees {
    value: Option<Json>,
    unknown: Json,
    sensitive: Json,
}

/// As `omitUnknowns`, `unknownAsBool` and the marking of sensitive values do it in Terraform.
fn split(value: &Value) -> Trees {
    let is_sensitive = value.marks().contains(&Mark::Sensitive);
    let sensitive = |inner: Json| {
        if is_sensitive {
            Json::Bool(true)
        } else {
            inner
        }
    };
    let leaf = |value: Option<Json>| Trees {
        unknown: Json::Bool(value.is_none()),
        value,
        sensitive: sensitive(Json::Bool(false)),
    };
    match value.data() {
        Data::Unknown(..) => leaf(None),
        Data::Null(_) => leaf(Some(Json::Null)),
        Data::Bool(is) => leaf(Some(Json::Bool(*is))),
        Data::Number(number) => leaf(serde_json::from_str(&number.to_string()).ok()),
        Data::String(text) => leaf(Some(Json::String(text.to_string()))),
        Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => {
            let parts: Vec<Trees> = elements.iter().map(split).collect();
            let of = |tree: fn(&Trees) -> Json| Json::Array(parts.iter().map(tree).collect());
            Trees {
                value: Some(of(|part| part.value.clone().unwrap_or(Json::Null))),
                unknown: of(|part| part.unknown.clone()),
                sensitive: sensitive(of(|part| part.sensitive.clone())),
            }
        }
        Data::Map(_, entries) | Data::Object(entries) => {
            let (mut value, mut unknown, mut hidden) = (Map::new(), Map::new(), Map::new());
            for (name, entry) in entries.iter() {
                let part = split(entry);
                value.extend(part.value.map(|value| (name.to_string(), value)));
                // What is false is left out.
                let kept =
                    |tree: Json| (tree != Json::Bool(false)).then(|| (name.to_string(), tree));
                unknown.extend(kept(part.unknown));
                hidden.extend(kept(part.sensitive));
            }
            Trees {
                value: Some(Json::Object(value)),
                unknown: Json::Object(unknown),
                sensitive: sensitive(Json::Object(hidden)),
            }
        }
    }
}

fn read_after(trees: &Trees, schemas: &Schemas) -> Value {
    let value = trees.value.as_ref().unwrap_or(&Json::Null);
    let (unknown, sensitive) = (&trees.unknown, &trees.sensitive);
    let json = format!(
        r#"{{"actions":["create"],"before":null,"after":{value},"after_unknown":{unknown},
            "before_sensitive":false,"after_sensitive":{sensitive}}}"#
    );
    let text = change(&json).replace("terraform_data", "x_y");
    let plan = Plan::from_json(text.as_bytes(), schemas).expect("this is a plan");
    plan.resource_changes[0].change.after.get().clone()
}

fn after(value: &str, unknown: &str, sensitive: &str) -> Value {
    let json = |text: &str| serde_json::from_str(text).expect("this is JSON");
    let trees = Trees {
        value: Some(json(value)),
        unknown: json(unknown),
        sensitive: json(sensitive),
    };
    read_after(&trees, &Schemas::default())
}

/// A resource `x_y` with one attribute.
fn schema(ty: &Type) -> Schemas {
    let mut schemas = Schemas::default();
    let text =
        json!({"block": {"attributes": {"v": {"type": ty.to_json_value(), "optional": true}}}});
    let added = schemas.add_resource(Mode::Managed, "x_y", &text.to_string());
    added.expect("this is a schema");
    schemas
}

/// Every part of two values is the same, and so is what is sensitive, but for what is within
/// something sensitive.
fn is_same(a: &Value, b: &Value) -> bool {
    is_same_within(a, b, false)
}

fn is_same_within(a: &Value, b: &Value, hidden: bool) -> bool {
    let is_hidden = |value: &Value| value.marks().contains(&Mark::Sensitive);
    let (a_parts, b_parts): (Vec<_>, Vec<_>) = (a.children().collect(), b.children().collect());
    a == b
        && a.ty() == b.ty()
        && (hidden || is_hidden(a) == is_hidden(b))
        && a_parts.len() == b_parts.len()
        && a_parts
            .iter()
            .zip(&b_parts)
            .all(|(x, y)| is_same_within(x, y, hidden || is_hidden(a)))
}

#[test]
fn an_unknown_key_an_unknown_element_and_a_whole_unknown_are_unknown() {
    let value = after(
        r#"{"known":"a","null":null,"list":[null,null,"c"],"block":[{"a":1}]}"#,
        r#"{"gone":true,"list":[true,false,false],"whole":true,"block":[{"b":true}]}"#,
        r#"{"known":true,"list":[false,true,false]}"#,
    );
    let unknown = || Value::unknown(Type::Dynamic);
    let expected = Value::object([
        ("known", Value::string("a").mark(Mark::Sensitive)),
        ("null", Value::null(Type::Dynamic)),
        ("gone", unknown()),
        ("whole", unknown()),
        (
            "list",
            Value::tuple([
                unknown(),
                Value::null(Type::Dynamic).mark(Mark::Sensitive),
                Value::string("c"),
            ]),
        ),
        (
            "block",
            Value::tuple([Value::object([("a", Value::int(1)), ("b", unknown())])]),
        ),
    ]);
    assert!(is_same(&value, &expected), "{value:?}");
    assert!(!after("null", "true", "false").is_known());
    assert!(after("null", "{}", "{}").is_null());
    assert!(
        after("null", "false", "true")
            .marks()
            .contains(&Mark::Sensitive)
    );
}

#[test]
fn values_that_do_not_fit_their_schema_have_the_types_that_they_show() {
    let schemas = schema(&Type::list(Type::Number));
    let of = |value: Json| {
        let trees = Trees {
            value: Some(value),
            unknown: json!({}),
            sensitive: json!({}),
        };
        read_after(&trees, &schemas)
    };
    let list = Value::list(Type::Number, [Value::int(1), Value::int(2)]);
    assert_eq!(of(json!({"v": [1, "2"]})), Value::object([("v", list)]));
    let shown = Value::tuple([Value::int(1), Value::string("x")]);
    assert_eq!(of(json!({"v": [1, "x"]})), Value::object([("v", shown)]));
    let other = Value::object([
        ("v", Value::null(Type::list(Type::Number))),
        ("of_another_version", Value::bool(true)),
    ]);
    assert_eq!(of(json!({"of_another_version": true})), other);
}

#[test]
fn a_value_that_cannot_be_read_is_unknown_and_says_why() {
    let deep = format!(r#"{{"v":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
    let text = change(&format!(r#"{{"actions":["create"],"after":{deep}}}"#));
    let plan = Plan::from_json(text.as_bytes(), &Schemas::default()).expect("a plan");
    let why = Why::of(&plan.resource_changes[0].change.after);
    insta::assert_snapshot!(
        why.expect("it is unknown"),
        @"the plan holds a value that cannot be read: recursion limit exceeded"
    );

    let digits = "9".repeat(1_000_000);
    let text = change(&format!(
        r#"{{"actions":["create"],"after":{{"v":{digits}}}}}"#
    ));
    let plan = Plan::from_json(text.as_bytes(), &Schemas::default()).expect("a plan");
    let why = Why::of(&plan.resource_changes[0].change.after);
    insta::assert_snapshot!(
        why.expect("it is unknown"),
        @"the number is out of range: more than 16384 digits, or an exponent beyond 4096"
    );
}

fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::String), Just(Type::Number), Just(Type::Bool)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let attributes = prop::collection::btree_map("[a-c]", inner.clone(), 0..3);
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner, 0..3).prop_map(Type::tuple),
            attributes.prop_map(Type::object),
        ]
    })
}

fn values(ty: Type) -> BoxedStrategy<Value> {
    let whole = ty.clone();
    let inner = match ty {
        Type::Dynamic | Type::String => "[a-zé\"]{0,3}".prop_map(Value::string).boxed(),
        Type::Number => any::<i32>().prop_map(|n| Value::int(n.into())).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::bool).boxed(),
        Type::List(element) => {
            let elements = prop::collection::vec(values(Type::clone(&element)), 0..3);
            let list = move |elements| Value::list(Type::clone(&element), elements);
            elements.prop_map(list).boxed()
        }
        Type::Set(element) => {
            let elements = prop::collection::vec(values(Type::clone(&element)), 0..3);
            let set = move |elements| Value::set(Type::clone(&element), elements);
            elements.prop_map(set).boxed()
        }
        Type::Map(element) => {
            let entries = prop::collection::btree_map("[a-c]", values(Type::clone(&element)), 0..3);
            let map = move |entries| Value::map(Type::clone(&element), entries);
            entries.prop_map(map).boxed()
        }
        Type::Tuple(types) => {
            let elements: Vec<_> = types.iter().cloned().map(values).collect();
            elements.prop_map(Value::tuple).boxed()
        }
        Type::Object(object) => {
            let attributes = object.attributes.iter();
            let attributes: Vec<_> = attributes
                .map(|(name, ty)| (Just(Arc::clone(name)), values(ty.clone())))
                .collect();
            attributes.prop_map(Value::object).boxed()
        }
    };
    let unknown = Value::unknown(whole.clone());
    let any = prop_oneof![6 => inner, 1 => Just(Value::null(whole)), 1 => Just(unknown)];
    (any, prop::bool::weighted(0.1))
        .prop_map(|(value, is_hidden)| match is_hidden {
            true => value.mark(Mark::Sensitive),
            false => value,
        })
        .boxed()
}

proptest! {
    #[test]
    fn what_is_split_comes_together_again((ty, value) in types().prop_flat_map(|ty| {
        (Just(ty.clone()), values(ty))
    })) {
        let schemas = schema(&ty);
        let value = Value::object([("v", value)]);
        let read = read_after(&split(&value), &schemas);
        prop_assert!(is_same(&read, &value), "{read:?} {value:?}");
    }

    #[test]
    fn any_three_trees_are_read(
        value in trees(), unknown in trees(), sensitive in trees(), ty in types(),
    ) {
        let trees = Trees { value: Some(value), unknown, sensitive };
        // Whatever comes out: this is about what does not happen.
        let _ = read_after(&trees, &schema(&ty));
        let _ = read_after(&trees, &Schemas::default());
    }

    #[test]
    fn any_text_is_read_or_refused(text in r#"(\{|\}|\[|\]|:|,|"|\\|null|true|1|"(change|after|actions|address|resource_changes|format_version|configuration)":?|\PC){0,40}"#) {
        let _ = Plan::from_json(text.as_bytes(), &Schemas::default());
    }
}

fn trees() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i8>().prop_map(Json::from),
        "[a-c0-9]{0,2}".prop_map(Json::String),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let entries = prop::collection::btree_map("[a-cv]", inner.clone(), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Json::Array),
            entries.prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}
