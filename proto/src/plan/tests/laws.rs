//! Laws of planning, over generated configurations and states.

use proptest::prelude::*;

use super::proposed::proposed;
use super::*;
use crate::check::result_faults;

fn attr<T: Clone + std::fmt::Debug + 'static>(
    values: &'static [T],
) -> impl Strategy<Value = Attr<T>> {
    prop_oneof![
        2 => Just(Attr::Null),
        1 => Just(Attr::Unknown),
        4 => proptest::sample::select(values).prop_map(Attr::Known),
    ]
}

fn text() -> impl Strategy<Value = Attr<String>> {
    attr::<&str>(&["a", "b", "made"]).prop_map(|text| text.map(str::to_owned))
}

/// What a configuration must give.
fn given() -> impl Strategy<Value = Attr<String>> {
    text().prop_map(|text| if text.is_null() { "a".into() } else { text })
}

prop_compose! {
    fn owner()(name in given(), since in attr(&[1, 2000]), badge in text()) -> Owner {
        Owner { name, since, badge }
    }
}

prop_compose! {
    fn a_book()(title in given(), language in text(), note in text()) -> Book {
        Book { title, language, note, isbn: Attr::Null }
    }
}

prop_compose! {
    fn a_tag()(key in given(), color in text()) -> Tag {
        Tag { key, color, stamp: Attr::Null }
    }
}

prop_compose! {
    fn frame()(wood in attr::<&str>(&["oak", "pine"])) -> Frame {
        Frame { wood: wood.map(str::to_owned), screws: Attr::Null }
    }
}

fn many<M: Clone + std::fmt::Debug + 'static>(
    block: impl Strategy<Value = M> + 'static,
) -> impl Strategy<Value = Many<M>> {
    prop_oneof![
        1 => Just(Many::Unknown),
        6 => proptest::collection::vec(block, 0..4).prop_map(Many::Known),
    ]
}

prop_compose! {
    fn config()(
        (name, label, zone) in (given(), text(), text()),
        size in attr(&[1, 3, 9]),
        owner in prop_oneof![Just(Attr::Null), Just(Attr::Unknown), owner().prop_map(Attr::Known)],
        book in many(a_book()),
        tag in many(a_tag()),
        frame in prop_oneof![Just(One::Absent), Just(One::Unknown), frame().prop_map(One::Present)],
        rooms in proptest::collection::btree_map("[xy]", a_book(), 0..3),
    ) -> Shelf {
        Shelf {
            name, label, zone, size, owner, book, tag, frame,
            by_room: Keyed::Known(rooms),
            id: Attr::Null,
            revision: Attr::Null,
        }
    }
}

/// What apply makes of a plan, and reality of a configuration: the same for the same unknown.
fn known(value: &Value) -> Value {
    value.clone().map_leaves(&mut |leaf| match leaf.data() {
        cty::Data::Unknown(ty, _) => match ty {
            cty::Type::String => Value::string("made"),
            cty::Type::Number => Value::int(1),
            cty::Type::List(element) => Value::list(element.as_ref().clone(), []),
            cty::Type::Set(element) => Value::set(element.as_ref().clone(), []),
            ty => Value::null(ty.clone()),
        },
        _ => leaf,
    })
}

/// Proposes, plans and applies; each step passes core's rules. Answers the plan and the new state.
fn apply(prior: &Value, config: &Value) -> (Value, Value) {
    let block = Shelf::block();
    let before = (!prior.is_null()).then_some(prior);
    let proposed = proposed(block.fields(), before, config);
    let plan = draft(block, prior, config, &proposed);
    assert_eq!(plan_faults(block, prior, config, &plan.planned), []);
    let again = draft(block, prior, config, &proposed);
    assert_eq!(plan.planned, again.planned);
    assert_eq!(plan.replace, again.replace);
    for path in tidy(plan.replace) {
        let there = prior.at(&path).is_some() || plan.planned.at(&path).is_some();
        assert!(there, "{path} leads nowhere");
    }
    let state = known(&plan.planned);
    assert_eq!(result_faults(block, &plan.planned, &state), []);
    (plan.planned, state)
}

proptest! {
    #[test]
    fn plans_pass_and_settle(first in config(), second in config()) {
        let null = Value::null(Shelf::ty().clone());
        let (_, state) = apply(&null, &first.encode());
        let (_, state) = apply(&state, &second.encode());
        // With everything known, one apply settles it: the next plan is empty.
        let config = known(&second.encode());
        let (_, state) = apply(&state, &config);
        let (planned, _) = apply(&state, &config);
        prop_assert_eq!(planned, state);
    }
}
