//! Each rule with an answer that breaks it; the plans and results of other tests pass them all.

use std::collections::BTreeSet;

use cty::Refinement;

use super::*;
use crate::model::Model;
use crate::prelude::*;

model! {
    struct Thing {
        name: Attr<String> = optional(),
        secret: Attr<String> = optional().sensitive(),
        made: Attr<String> = computed(),
        either: Attr<String> = optional_computed(),
        tags: StringMap = optional(),
        zones: StringSet = optional(),
        part: Attr<Part> = optional(),
        parts: Attr<Vec<Attr<Part>>> = optional(),
        pieces: Attr<BTreeSet<Attr<Part>>> = optional(),
        rule: Many<Part> = list(),
        tag: Many<Part> = set(),
        room: Keyed<Part> = map(),
        only: One<Part> = one().single(),
    }
}

model! {
    struct Part {
        key: Attr<String> = optional(),
        made: Attr<String> = computed(),
    }
}

fn thing(change: impl FnOnce(&mut Thing)) -> Value {
    let mut thing = Thing {
        name: "a".into(),
        ..Thing::default()
    };
    change(&mut thing);
    thing.encode()
}

fn part(key: &str) -> Part {
    Part {
        key: key.into(),
        made: Attr::Null,
    }
}

/// `value` with one attribute replaced by a value that no model would make.
fn with(value: &Value, name: &str, other: Value) -> Value {
    let mut attributes = value.entries().unwrap().clone();
    attributes.insert(name.into(), other);
    Value::object(attributes)
}

fn without(value: &Value, name: &str) -> Value {
    let mut attributes = value.entries().unwrap().clone();
    attributes.remove(name);
    Value::object(attributes)
}

fn plan(prior: &Value, config: &Value, planned: &Value) -> String {
    let faults = plan_faults(Thing::block(), prior, config, planned);
    lines(&faults)
}

fn result(planned: &Value, actual: &Value) -> String {
    lines(&result_faults(Thing::block(), planned, actual))
}

fn lines(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn null() -> Value {
    Value::null(Thing::ty().clone())
}

fn unknown(name: &str) -> Value {
    let Type::Object(object) = Thing::ty() else {
        return absent();
    };
    Value::unknown(object.attributes[name].clone())
}

#[test]
fn plans_that_core_accepts() {
    let config = thing(|t| {
        t.rule = Many::from_iter([part("x")]);
        t.parts = Attr::Known(vec![Attr::Known(part("y"))]);
    });
    let prior = thing(|t| t.name = "A".into());
    for planned in [
        config.clone(),
        with(&config, "made", unknown("made")),
        with(&config, "made", Value::string("z")),
        with(&config, "either", unknown("either")),
        // Equal in meaning: the state's spelling is kept.
        with(&config, "name", Value::string("A")),
        with(
            &config,
            "rule",
            Value::list(
                Part::ty().clone(),
                [Part {
                    made: Attr::Unknown,
                    ..part("x")
                }
                .encode()],
            ),
        ),
    ] {
        assert_eq!(plan(&prior, &config, &planned), "");
    }
    assert_eq!(plan(&prior, &null(), &null()), "");
    let prefix = Refinement {
        prefix: Some("a".into()),
        ..Refinement::default()
    };
    let refined = with(&config, "name", Value::refined(Type::String, prefix));
    let plain = with(&config, "name", unknown("name"));
    assert_eq!(plan(&null(), &plain, &refined), "");
}

#[test]
fn a_plan_exists_as_the_configuration_does() {
    let thing = thing(|_| {});
    insta::assert_snapshot!(plan(&null(), &thing, &null()), @"planned for absence but config wants existence");
    insta::assert_snapshot!(plan(&thing, &null(), &thing), @"planned for existence but config wants absence");
}

#[test]
fn a_planned_value_comes_from_somewhere() {
    let config = thing(|t| t.secret = "s".into());
    let prior = thing(|t| t.name = "b".into());
    insta::assert_snapshot!(plan(&null(), &config, &with(&config, "name", Value::string("c"))), @r#"name: planned "c", but the configuration has "a""#);
    insta::assert_snapshot!(plan(&prior, &config, &with(&config, "name", Value::string("c"))), @r#"
    name: planned "c", but the configuration has "a" and the state has "b"
    "#);
    insta::assert_snapshot!(plan(&null(), &config, &with(&config, "secret", Value::string("t"))), @r"
    secret: planned another sensitive value than the configuration has
    ");
    insta::assert_snapshot!(plan(&null(), &config, &with(&config, "name", unknown("name"))), @"name: planned unknown for configured value");
    insta::assert_snapshot!(plan(&null(), &config, &with(&config, "tags", unknown("tags"))), @r"
    tags: planned an unknown value for a value not in the configuration
    ");
    let either = with(&config, "either", Value::string("mine"));
    insta::assert_snapshot!(plan(&null(), &either, &with(&either, "either", unknown("either"))), @"either: planned unknown for configured value");
    insta::assert_snapshot!(plan(&null(), &config, &without(&config, "name")), @"name: missing from the planned object");
}

#[test]
fn nested_attributes_are_looked_into() {
    let config = thing(|t| t.parts = Attr::Known(vec![Attr::Known(part("x"))]));
    let planned = |parts: Vec<Attr<Part>>| thing(|t| t.parts = Attr::Known(parts));
    insta::assert_snapshot!(plan(&null(), &config, &planned(vec![Attr::Known(part("y"))])), @r#"parts[0].key: planned "y", but the configuration has "x""#);
    insta::assert_snapshot!(plan(&null(), &config, &planned(vec![])), @"parts: 0 planned, but the configuration has 1");
    insta::assert_snapshot!(plan(&null(), &config, &planned(vec![Attr::Unknown])), @r"
    parts[0]: unknown as a whole; only attributes inside it may be unknown
    ");
    let pieces = |pieces: &[Part]| {
        let pieces = pieces.iter().cloned().map(Attr::Known);
        thing(|t| t.pieces = Attr::Known(pieces.collect()))
    };
    let two = pieces(&[part("x"), part("y")]);
    insta::assert_snapshot!(plan(&null(), &pieces(&[part("x")]), &two), @"pieces: 2 planned, but the configuration has 1");
    // What is unknown may turn out to be equal.
    let made = Part {
        made: Attr::Unknown,
        ..part("y")
    };
    assert_eq!(
        plan(&null(), &pieces(&[part("x")]), &pieces(&[part("x"), made])),
        ""
    );
    insta::assert_snapshot!(plan(&null(), &config, &thing(|_| {})), @"parts: planned for absence but config wants existence");
}

#[test]
fn blocks_come_from_the_configuration() {
    let config = thing(|t| {
        t.rule = Many::from_iter([part("x")]);
        t.room = Keyed::Known([("hall".to_owned(), part("x"))].into());
    });
    let two = thing(|t| t.rule = Many::from_iter([part("x"), part("y")]));
    let two = two.attribute("rule").unwrap();
    insta::assert_snapshot!(plan(&null(), &config, &with(&config, "rule", two.clone())), @"rule: 2 planned, but the configuration has 1");
    insta::assert_snapshot!(plan(&null(), &config, &with(&config, "rule", unknown("rule"))), @r"
    rule: planned unknown blocks; only attributes inside them may be unknown
    ");
    let null_rule = Value::null(unknown("rule").ty());
    insta::assert_snapshot!(plan(&null(), &config, &with(&config, "rule", null_rule)), @"rule: planned null; no blocks are an empty collection");
    let unknown_element = Value::list(Part::ty().clone(), [Value::unknown(Part::ty().clone())]);
    insta::assert_snapshot!(plan(&null(), &config, &with(&config, "rule", unknown_element)), @r"
    rule[0]: unknown as a whole; only attributes inside it may be unknown
    ");
    let kitchen = thing(|t| t.room = Keyed::Known([("kitchen".to_owned(), part("x"))].into()));
    let kitchen = kitchen.attribute("room").unwrap();
    insta::assert_snapshot!(plan(&null(), &config, &with(&config, "room", kitchen.clone())), @r#"room["kitchen"]: planned, but not in the configuration"#);
    let dynamic = with(&config, "rule", unknown("rule"));
    insta::assert_snapshot!(plan(&null(), &dynamic, &config), @"rule: planned a value for an unknown dynamic block");
    let only = thing(|t| t.only = One::Present(part("x")));
    insta::assert_snapshot!(plan(&null(), &thing(|_| {}), &only), @"only: planned for existence but config wants absence");
    let tags = |keys: &[&str]| thing(|t| t.tag = keys.iter().map(|key| part(key)).collect());
    // Elements of sets are trusted.
    assert_eq!(plan(&null(), &tags(&["x"]), &tags(&["y"])), "");
    assert_eq!(plan(&null(), &tags(&["x"]), &tags(&["x", "y"])), "");
    let unknown_tag = Value::set(Part::ty().clone(), [Value::unknown(Part::ty().clone())]);
    insta::assert_snapshot!(plan(&null(), &tags(&["x"]), &with(&tags(&["x"]), "tag", unknown_tag)), @r"
    tag[...]: unknown as a whole; only attributes inside it may be unknown
    ");
}

#[test]
fn results_that_core_accepts() {
    let planned = thing(|t| {
        t.made = Attr::Unknown;
        t.zones = StringSet::of(["a", "b"]);
        t.tag = Many::from_iter(["x", "y"].map(|key| Part {
            key: key.into(),
            made: Attr::Unknown,
        }));
    });
    let actual = |made: Attr<String>| {
        thing(|t| {
            t.made = made;
            t.zones = StringSet::of(["a", "b"]);
            t.tag = Many::from_iter(["x", "y"].map(|key| Part {
                key: key.into(),
                made: format!("made {key}").into(),
            }));
        })
    };
    assert_eq!(result(&planned, &actual("m".into())), "");
    assert_eq!(result(&planned, &actual(Attr::Null)), "");
    assert_eq!(result(&null(), &null()), "");
    let dynamic = with(&planned, "rule", unknown("rule"));
    let rules = thing(|t| t.rule = Many::from_iter([part("x")]));
    let made = with(
        &actual("m".into()),
        "rule",
        rules.attribute("rule").unwrap().clone(),
    );
    assert_eq!(result(&dynamic, &made), "");
}

#[test]
fn a_known_plan_is_kept() {
    let planned = thing(|t| {
        t.secret = "s".into();
        t.tags = StringMap::of([("k", "v")]);
        t.zones = StringSet::of(["a"]);
        t.rule = Many::from_iter([part("x")]);
        t.tag = Many::from_iter([part("x")]);
        t.room = Keyed::Known([("hall".to_owned(), part("x"))].into());
        t.part = Attr::Known(part("x"));
    });
    let change = |name: &str, value: Value| result(&planned, &with(&planned, name, value));
    let of = |name: &str, thing: Value| change(name, thing.attribute(name).unwrap().clone());
    insta::assert_snapshot!(result(&planned, &null()), @"was present, but now absent");
    insta::assert_snapshot!(result(&null(), &planned), @"was absent, but now present");
    insta::assert_snapshot!(change("name", Value::string("b")), @r#"name: was "a", but now "b""#);
    insta::assert_snapshot!(change("name", Value::null(Type::String)), @r#"name: was "a", but now null"#);
    insta::assert_snapshot!(change("secret", Value::string("t")), @"secret: the sensitive value is not the planned one");
    insta::assert_snapshot!(of("tags", thing(|t| t.tags = StringMap::of([("k", "w")]))), @r#"tags["k"]: was "v", but now "w""#);
    insta::assert_snapshot!(of("tags", thing(|t| t.tags = StringMap::of([("l", "v")]))), @r#"tags["k"]: vanished"#);
    insta::assert_snapshot!(of("tags", thing(|t| t.tags = StringMap::of::<&str, &str>([]))), @"tags: was a map of 1, but now a map of 0");
    insta::assert_snapshot!(of("zones", thing(|t| t.zones = StringSet::of(["a", "b"]))), @r"
    zones: the set has an element that was not planned
    zones: the set grew from 1 to 2
    ");
    insta::assert_snapshot!(of("zones", thing(|t| t.zones = StringSet::of(["b"]))), @r"
    zones: a planned element is missing from the set
    zones: the set has an element that was not planned
    ");
    insta::assert_snapshot!(of("rule", thing(|t| t.rule = Many::from_iter([part("y")]))), @r#"rule[0].key: was "x", but now "y""#);
    insta::assert_snapshot!(of("rule", thing(|_| {})), @"rule: count changed from 1 to 0");
    insta::assert_snapshot!(of("tag", thing(|t| t.tag = Many::from_iter([part("y")]))), @r"
    tag: a planned element is missing from the set
    tag: the set has an element that was not planned
    ");
    let kitchen = [("kitchen".to_owned(), part("x"))];
    insta::assert_snapshot!(of("room", thing(|t| t.room = Keyed::Known(kitchen.into()))), @r#"room["hall"]: vanished"#);
    insta::assert_snapshot!(of("part", thing(|t| t.part = Attr::Known(part("y")))), @r#"part.key: was "x", but now "y""#);
    insta::assert_snapshot!(of("only", thing(|t| t.only = One::Present(part("x")))), @"only: was absent, but now present");
}

#[test]
fn a_refined_unknown_keeps_its_promise() {
    let promise = |refinement, ty, actual| {
        let planned = with(&thing(|_| {}), "made", Value::refined(ty, refinement));
        result(&planned, &with(&planned, "made", actual))
    };
    let not_null = || Refinement {
        not_null: true,
        ..Refinement::default()
    };
    let prefix = || Refinement {
        prefix: Some("arn:".into()),
        ..Refinement::default()
    };
    let range = || Refinement {
        lower: Some((1.into(), true)),
        upper: Some((3.into(), false)),
        ..Refinement::default()
    };
    let list = || Type::list(Type::Bool);
    let size = || Refinement {
        min_length: Some(1),
        max_length: Some(2),
        ..Refinement::default()
    };
    let bools = |n: usize| Value::list(Type::Bool, (0..n).map(|_| Value::bool(true)));
    for (refinement, ty, actual, kept) in [
        (not_null(), Type::String, Value::string("x"), true),
        (not_null(), Type::String, Value::null(Type::String), false),
        (prefix(), Type::String, Value::string("arn:x"), true),
        (prefix(), Type::String, Value::string("x"), false),
        (range(), Type::Number, Value::int(1), true),
        (range(), Type::Number, Value::int(3), false),
        (range(), Type::Number, Value::int(0), false),
        (size(), list(), bools(2), true),
        (size(), list(), bools(0), false),
        (size(), list(), bools(3), false),
    ] {
        let said = promise(refinement, ty, actual.clone());
        assert_eq!(said.is_empty(), kept, "{actual:?}: {said}");
    }
}

#[test]
fn what_is_unknown_is_named_and_nulled() {
    let value = thing(|t| {
        t.made = Attr::Unknown;
        t.rule = Many::from_iter([Part {
            made: Attr::Unknown,
            ..part("x")
        }]);
    });
    insta::assert_snapshot!(lines(&unknown_faults(&value)), @r"
    made: still unknown where every value must be known
    rule[0].made: still unknown where every value must be known
    ");
    let nulled = without_unknowns(value);
    let expected = thing(|t| t.rule = Many::from_iter([part("x")]));
    assert_eq!(nulled, expected);
}
