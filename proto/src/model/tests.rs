use std::collections::BTreeMap;

use cty::{Type, Value};

use crate::model::AttrType;
use crate::prelude::*;
use crate::schema::{Mode, Nesting, Schema, SchemaKind, Shape};

model! {
    /// Keeps snapshots.
    ///
    /// Of volumes.
    struct Policy {
        /// In words.
        description: Attr<String> = required(),
        /// How many.
        keep: Attr<u32> = optional().default(7u32),
        password: Attr<String> = optional().sensitive(),
        tags: StringMap = optional(),
        zones: StringSet = optional(),
        limits: Attr<Vec<Attr<Limit>>> = optional(),
        anything: Attr<Value> = optional(),
        r#type: Attr<bool> = computed(),
        details: One<Details> = one().required(),
        only: One<Rule> = one().single(),
        /// By name.
        named: Keyed<Rule> = map(),
    }
}

model! {
    /// The details.
    struct Details {
        schedule: Many<Schedule> = list().min(1).max(4),
        target_tag: Many<Rule> = set(),
    }
}

model! {
    struct Schedule {
        create_rule: One<Rule> = one().required(),
    }
}

model! {
    struct Rule {
        interval: Attr<i64> = optional(),
    }
}

model! {
    struct Limit {
        /// The most.
        max: Attr<i64> = required(),
    }
}

fn rule(interval: i64) -> Rule {
    Rule {
        interval: interval.into(),
    }
}

fn policy() -> Policy {
    Policy {
        description: "daily".into(),
        keep: 4.into(),
        password: "hunter2".into(),
        tags: StringMap::of([("Backup", "Daily")]),
        zones: StringSet::of(["b", "a"]),
        limits: Attr::Known(vec![Attr::Known(Limit { max: 3.into() }), Attr::Null]),
        anything: Attr::Known(Value::string("x")),
        r#type: Attr::Unknown,
        details: One::Present(Details {
            schedule: Many::from_iter([1, 2].map(|hours| Schedule {
                create_rule: One::Present(rule(hours)),
            })),
            target_tag: Many::from_iter([rule(1), rule(2)]),
        }),
        only: One::Present(rule(9)),
        named: Keyed::Known(BTreeMap::from([("a".to_owned(), rule(5))])),
    }
}

fn string_map(entries: &[(&str, &str)]) -> Value {
    let entries = entries.iter();
    Value::map(Type::String, entries.map(|(k, v)| (*k, Value::string(*v))))
}

#[test]
fn values_and_models_say_the_same() {
    let value = policy().encode();
    assert_eq!(value.ty(), with_dynamic(Policy::ty(), Type::String));
    assert_eq!(Policy::from_value(&value), Ok(policy()));
    assert_eq!(
        value.attribute("tags"),
        Some(&string_map(&[("Backup", "Daily")]))
    );
    let details = value.attribute("details").unwrap().elements().unwrap();
    let schedules = details[0].attribute("schedule").unwrap();
    assert_eq!(schedules.elements().unwrap().len(), 2);
    assert!(value.attribute("type").is_some_and(|v| !v.is_known()));
}

/// A value of a dynamic attribute has a type of its own.
fn with_dynamic(ty: &Type, actual: Type) -> Type {
    let Type::Object(object) = ty else {
        return ty.clone();
    };
    let attributes = object.attributes.iter().map(|(name, ty)| {
        let ty = if *ty == Type::Dynamic { &actual } else { ty };
        (name.clone(), ty.clone())
    });
    Type::object(attributes)
}

#[test]
fn nothing_set_is_null_and_no_blocks() {
    let value = Policy::default().encode();
    let attribute = |name: &str| value.attribute(name).unwrap();
    assert!(attribute("description").is_null());
    assert!(attribute("limits").is_null());
    assert_eq!(attribute("details").elements(), Some(&[][..]));
    assert!(attribute("only").is_null());
    assert!(attribute("named").entries().unwrap().is_empty());
    assert_eq!(Policy::from_value(&value), Ok(Policy::default()));
    // A null object, as for a deleted one, has nothing set either.
    let null = Value::null(Policy::ty().clone());
    assert_eq!(Policy::from_value(&null), Ok(Policy::default()));
}

#[test]
fn whole_unknown_blocks_stay_unknown() {
    let value = Policy::unknown().encode();
    assert!(value.entries().unwrap().values().all(|v| !v.is_known()));
    let policy = Policy::from_value(&value).unwrap();
    assert_eq!(policy, Policy::unknown());
    assert!(policy.details.is_unknown() && policy.details.present().is_none());
    assert!(policy.named.known().is_none());

    // dynamic "schedule" { for_each = (unknown) }
    let details = Details {
        schedule: Many::Unknown,
        target_tag: Many::default(),
    };
    let again = Details::from_value(&details.encode()).unwrap();
    assert!(again.schedule.is_unknown() && again.schedule.known().is_none());
    assert_eq!(again.target_tag.known(), Some(&[][..]));
}

#[test]
fn an_unknown_element_is_all_unknown() {
    let element = Value::unknown(Rule::ty().clone());
    let value = Value::object([
        ("schedule", Value::list(Schedule::ty().clone(), [])),
        ("target_tag", Value::set(Rule::ty().clone(), [element])),
    ]);
    let details = Details::from_value(&value).unwrap();
    assert_eq!(details.target_tag.known(), Some(&[Rule::unknown()][..]));
}

#[test]
fn what_does_not_fit_is_said_with_its_path() {
    let half = Value::number("0.5".parse::<cty::Number>().unwrap());
    let mut bad = policy().encode();
    let object = |v: Value| Value::object([("interval", v)]);
    let mut attributes = bad.entries().unwrap().clone();
    attributes.insert("keep".into(), Value::int(-1));
    attributes.insert(
        "named".into(),
        Value::map(Rule::ty().clone(), [("a", object(half))]),
    );
    bad = Value::object(attributes);
    insta::assert_snapshot!(Policy::from_value(&bad).unwrap_err(), @r#"
    error: Invalid attribute value (at keep): Attribute keep: -1 is not between 0 and 4294967295.
    error: Invalid attribute value (at named["a"].interval): Attribute named["a"].interval: a whole number is needed.
    "#);
}

#[test]
fn debug_keeps_secrets() {
    let shown = format!("{:?}", policy());
    assert!(shown.contains("password: \"(sensitive)\""), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("type: Unknown"), "{shown}");
}

#[test]
fn the_schema_is_what_was_written() {
    let block = Policy::block();
    assert_eq!(block.description, "Keeps snapshots.\n\nOf volumes.");
    let names: Vec<&str> = block.attributes.iter().map(|a| &*a.name).collect();
    assert_eq!(
        names,
        [
            "description",
            "keep",
            "password",
            "tags",
            "zones",
            "limits",
            "anything",
            "type"
        ]
    );
    let keep = block.attribute("keep").unwrap();
    assert_eq!(keep.mode, Mode::OptionalComputed);
    assert_eq!(keep.default, Some(Value::int(7)));
    assert_eq!(keep.description, "How many.");
    let Shape::Nested(limits) = &block.attribute("limits").unwrap().shape else {
        panic!("a list of models has attributes of its own");
    };
    assert_eq!(limits.nesting, Nesting::List);
    assert_eq!(limits.attributes[0].description, "The most.");
    let details = block.nested("details").unwrap();
    assert_eq!((details.nesting, details.min), (Nesting::List, 1));
    assert_eq!(details.max, Some(1));
    assert_eq!(details.block.description, "The details.");
    assert_eq!(block.nested("named").unwrap().block.description, "By name.");
    assert_eq!(block.nested("only").unwrap().nesting, Nesting::Single);
    let schedule = details.block.nested("schedule").unwrap();
    assert_eq!((schedule.min, schedule.max), (1, Some(4)));
    let schema = Schema {
        version: 0,
        block: block.clone(),
    };
    assert_eq!(schema.faults(SchemaKind::Resource), []);
}

#[test]
#[should_panic(expected = "attributes only, no blocks")]
fn an_attribute_has_no_blocks_inside() {
    let _ = <Details as AttrType>::shape();
}

#[test]
fn fill_gives_only_what_is_unknown() {
    let mut unknown = Attr::<String>::Unknown;
    unknown.fill("a");
    assert_eq!(unknown.as_str(), Some("a"));
    unknown.fill("b");
    assert_eq!(unknown.as_str(), Some("a"));
    let mut null = Attr::<i64>::Null;
    null.fill(1);
    assert!(null.is_null());
}

#[test]
fn collections_are_whole_or_nothing() {
    let mut map = BTreeMap::from([("a".to_owned(), Attr::Known("b".to_owned()))]);
    let whole = StringMap::Known(map.clone());
    assert_eq!(whole.entries().unwrap()["a"], "b");
    map.insert("c".to_owned(), Attr::Unknown);
    assert_eq!(StringMap::Known(map).entries(), None);
    assert_eq!(StringMap::Null.entries(), None);
    assert_eq!(StringSet::of(["b", "a"]).elements().unwrap().len(), 2);
    assert_eq!(StringList::of(["b", "a"]).elements().unwrap(), ["b", "a"]);
}
