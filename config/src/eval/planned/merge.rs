//! One value of two: what the configuration gives and what the plan says of the same thing.

use cty::{Data, Marks, Type, Value, convert};

use super::super::marks;

/// A value, and whether the plan contradicted what the configuration gave.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) value: Value,
    pub(super) is_contradicted: bool,
}

/// What is known of either. Where both are known the plan's word counts; but for null in the
/// configuration, which is as if nobody had written it and leaves it to the provider. References,
/// reasons and secrecy of what was written stay, and what the plan calls secret is.
pub(super) fn merge(own: Value, planned: &Value) -> Merged {
    let mut is_contradicted = false;
    let value = merged(own, planned, &mut is_contradicted);
    Merged {
        value,
        is_contradicted,
    }
}

fn merged(own: Value, planned: &Value, is_contradicted: &mut bool) -> Value {
    if !planned.is_known() || own.is_null() {
        return own.with_marks(planned.marks());
    }
    if !own.is_known() {
        return filled(planned, own.marks());
    }
    if own.is_wholly_known() && planned.is_wholly_known() && agrees(&own, planned) {
        return with_secrecy(own, planned);
    }
    // The elements of a set have no places that could be compared.
    if matches!(own.data(), Data::Set(..)) || matches!(planned.data(), Data::Set(..)) {
        match (own.is_wholly_known(), planned.is_wholly_known()) {
            (true, false) => return with_secrecy(own, planned),
            (false, _) => return filled(planned, &own.deep_marks()),
            (true, true) => {}
        }
    }
    match inside(&own, planned, is_contradicted) {
        Some(value) => value.with_marks(own.marks()).with_marks(planned.marks()),
        None => {
            *is_contradicted = true;
            filled(planned, &own.deep_marks())
        }
    }
}

/// What the plan says in place of something with these marks.
pub(super) fn filled(planned: &Value, own: &Marks) -> Value {
    if !planned.is_known() {
        return planned.clone().with_marks(own);
    }
    let value = match planned.is_wholly_known() {
        true => planned.clone(),
        false => planned
            .clone()
            .map_leaves(&mut |leaf| match leaf.is_known() {
                true => leaf,
                false => leaf.with_marks(own),
            }),
    };
    value.with_marks(&marks::without_whys(own))
}

/// True if two known values are the same, in one type or the other: what a plan shows without a
/// schema has no type that could be told, and a number may be text.
pub(super) fn agrees(own: &Value, planned: &Value) -> bool {
    let (own, _) = own.clone().unmark_deep();
    let (planned, _) = planned.clone().unmark_deep();
    let same = |a: &Value, b: &Value| convert::convert(a, &b.ty()).is_ok_and(|a| a == *b);
    own == planned || same(&own, &planned) || same(&planned, &own)
}

/// Collections of the same shape, part by part.
fn inside(own: &Value, planned: &Value, is_contradicted: &mut bool) -> Option<Value> {
    let typed = match planned.data() {
        Data::List(..) | Data::Map(..) | Data::Object(_) => {
            convert::convert(own, &planned.ty()).unwrap_or_else(|_| own.clone())
        }
        _ => own.clone(),
    };
    match (typed.data(), planned.data()) {
        (Data::List(_, ours) | Data::Tuple(ours), Data::List(_, theirs) | Data::Tuple(theirs))
            if ours.len() == theirs.len() =>
        {
            let parts = ours.iter().zip(theirs.iter());
            let parts: Vec<Value> = parts
                .map(|(own, planned)| merged(own.clone(), planned, is_contradicted))
                .collect();
            Some(match planned.data() {
                Data::List(element, _) if are_all(parts.iter(), element) => {
                    Value::list(element.clone(), parts)
                }
                _ => Value::tuple(parts),
            })
        }
        (Data::Map(_, ours) | Data::Object(ours), Data::Map(_, theirs) | Data::Object(theirs)) => {
            // What an object has beside what is written was filled in by the provider.
            let is_map = matches!(typed.data(), Data::Map(..));
            let is_same = match is_map {
                true => ours.keys().eq(theirs.keys()),
                false => ours.keys().all(|name| theirs.contains_key(name)),
            };
            if !is_same {
                return None;
            }
            let parts: Vec<_> = ours
                .iter()
                .filter_map(|(name, own)| {
                    let planned = theirs.get(name)?;
                    Some((name.clone(), merged(own.clone(), planned, is_contradicted)))
                })
                .collect();
            Some(match typed.data() {
                Data::Map(element, _) if are_all(parts.iter().map(|it| &it.1), element) => {
                    Value::map(element.clone(), parts)
                }
                _ => Value::object(parts),
            })
        }
        _ => None,
    }
}

fn are_all<'v>(mut values: impl Iterator<Item = &'v Value>, ty: &Type) -> bool {
    values.all(|value| value.ty() == *ty)
}

/// The secrecy of the plan's parts on ours, where they have the same places; else on the whole.
fn with_secrecy(own: Value, planned: &Value) -> Value {
    if !planned.is_marked_deep() {
        return own;
    }
    let own = own.with_marks(&marks::secrecy(planned.marks()));
    if !planned.children().any(Value::is_marked_deep) {
        return own;
    }
    let both = |(own, planned): (&Value, &Value)| with_secrecy(own.clone(), planned);
    let parts = match (own.data(), planned.data()) {
        (Data::List(_, ours) | Data::Tuple(ours), Data::List(_, theirs) | Data::Tuple(theirs))
            if ours.len() == theirs.len() =>
        {
            let parts = ours.iter().zip(theirs.iter()).map(both);
            Some(match own.data() {
                Data::List(element, _) => Value::list(element.clone(), parts),
                _ => Value::tuple(parts),
            })
        }
        (Data::Map(_, ours) | Data::Object(ours), Data::Map(_, theirs) | Data::Object(theirs))
            if ours.keys().all(|name| theirs.contains_key(name)) =>
        {
            let parts = ours.iter().filter_map(|(name, own)| {
                let planned = theirs.get(name)?;
                Some((name.clone(), both((own, planned))))
            });
            Some(match own.data() {
                Data::Map(element, _) => Value::map(element.clone(), parts),
                _ => Value::object(parts),
            })
        }
        _ => None,
    };
    match parts {
        Some(parts) => parts.with_marks(own.marks()),
        None => own.with_marks(&marks::secrecy(&planned.deep_marks())),
    }
}

#[cfg(test)]
mod tests {
    use cty::Mark;
    use proptest::prelude::*;

    use super::*;
    use crate::why::Why;

    fn known() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::null(Type::String)),
            any::<bool>().prop_map(Value::bool),
            (-3i64..3).prop_map(Value::int),
            "[ab1]{0,2}".prop_map(Value::string),
        ];
        leaf.prop_recursive(3, 16, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::tuple),
                prop::collection::btree_map("[abc]", inner, 0..3).prop_map(Value::object),
                prop::collection::vec("[ab]", 0..3).prop_map(|texts| {
                    Value::set(Type::String, texts.into_iter().map(Value::string))
                }),
            ]
        })
    }

    /// The value with some of its parts unknown, by the bits of `holes`.
    fn pierced(value: &Value, holes: &mut u32) -> Value {
        let is_hole = *holes & 1 == 1;
        *holes >>= 1;
        if is_hole {
            let why = Why::new("a hole");
            return Value::unknown(Type::Dynamic).mark(why.mark());
        }
        match value.data() {
            Data::Tuple(parts) => Value::tuple(parts.iter().map(|it| pierced(it, holes))),
            Data::Object(parts) => {
                let parts = parts.iter();
                Value::object(parts.map(|(name, it)| (name.clone(), pierced(it, holes))))
            }
            _ => value.clone(),
        }
    }

    fn has_null(value: &Value) -> bool {
        value.is_null() || value.children().any(has_null)
    }

    proptest! {
        #[test]
        fn a_plan_that_agrees_changes_nothing_that_is_known(value in known()) {
            let merged = merge(value.clone(), &value);
            prop_assert_eq!(merged.value, value);
            prop_assert!(!merged.is_contradicted);
        }

        #[test]
        fn what_a_plan_does_not_know_stays_as_it_is(value in known(), mut holes in any::<u32>()) {
            let planned = pierced(&value, &mut holes);
            let merged = merge(value.clone(), &planned);
            let (plain, _) = merged.value.unmark_deep();
            prop_assert_eq!(plain, value);
            prop_assert!(!merged.is_contradicted);
        }

        #[test]
        fn what_the_plan_knows_fills_what_is_not_known(value in known(), mut holes in any::<u32>()) {
            let own = pierced(&value, &mut holes);
            let merged = merge(own, &value);
            prop_assert!(!merged.is_contradicted);
            let (plain, marks) = merged.value.clone().unmark_deep();
            prop_assert_eq!(plain, value);
            prop_assert!(merged.value.is_wholly_known());
            prop_assert!(!marks::have_why(&marks), "no reason stays");
        }

        #[test]
        fn the_plan_wins_and_that_is_said(own in known(), planned in known()) {
            prop_assume!(!has_null(&own) && !has_null(&planned) && !agrees(&own, &planned));
            let merged = merge(own.clone(), &planned);
            prop_assert!(merged.value.is_wholly_known());
            // An object that has more in the plan is none.
            if let (Data::Object(ours), Data::Object(_)) = (own.data(), planned.data()) {
                let all = ours.keys().all(|name| merged.value.attribute(name).is_some());
                prop_assert!(all || merged.is_contradicted);
            } else {
                prop_assert!(agrees(&merged.value, &planned) || !merged.is_contradicted);
            }
        }

        #[test]
        fn merging_twice_is_merging_once(own in known(), planned in known(), mut holes in any::<u32>()) {
            let planned = pierced(&planned, &mut holes);
            let once = merge(own, &planned).value;
            let twice = merge(once.clone(), &planned);
            prop_assert_eq!(&twice.value, &once);
        }
    }

    #[test]
    fn reasons_go_where_the_plan_knows_and_references_stay() {
        let why = Why::new("var.x has no value");
        let own = Value::unknown(Type::Dynamic).mark(why.clone().mark());
        let known = merge(own.clone(), &Value::string("a")).value;
        assert_eq!((Why::of(&known), known.as_str()), (None, Some("a")));
        let secret = Value::string("a").mark(Mark::Sensitive);
        let list = Value::list(Type::String, [secret, Value::unknown(Type::String)]);
        let merged = merge(own, &list).value;
        let parts = merged.elements().unwrap();
        assert!(parts[0].marks().iter().any(|it| *it == Mark::Sensitive));
        assert_eq!(Why::of(&parts[1]), Some(why));
    }

    #[test]
    fn what_the_plan_calls_secret_is_secret_there_and_nowhere_else() {
        let object = |b: Value| Value::object([("a", Value::int(1)), ("b", b)]);
        let planned = Value::tuple([object(Value::int(2).mark(Mark::Sensitive))]);
        let merged = merge(Value::tuple([object(Value::int(2))]), &planned).value;
        assert_eq!(merged, planned);
        let text = |text| Value::set(Type::String, [Value::string(text)]);
        let planned = text("a").mark(Mark::Sensitive);
        assert_eq!(merge(text("a"), &planned).value, planned);
    }

    #[test]
    fn a_number_that_a_plan_shows_as_text_is_the_same() {
        let own = Value::number("0.1".parse::<cty::Number>().unwrap());
        let merged = merge(own.clone(), &Value::string("0.1"));
        assert_eq!((merged.value, merged.is_contradicted), (own, false));
        let merged = merge(Value::int(5), &Value::int(6));
        assert_eq!(
            (merged.value, merged.is_contradicted),
            (Value::int(6), true)
        );
        let merged = merge(Value::string("x"), &Value::null(Type::String));
        assert!(merged.value.is_null() && merged.is_contradicted);
    }
}
