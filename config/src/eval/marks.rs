//! What marks do where the language chooses, picks or hands on.

use cty::{Mark, Marks, Type, Value};

use crate::why::{Certainty, Reference, Why};

/// Longer chains of reasons are not told in full.
const MAX_CHAIN: usize = 24;

/// An unknown value of unknown type.
pub(super) fn unknown(why: Why) -> Value {
    Value::unknown(Type::Dynamic).mark(why.mark())
}

/// Marks of something that chose (a condition, a key): the result did not come from there, so
/// references stay behind.
pub(super) fn of_chooser(marks: &Marks) -> Marks {
    marks.retain(|mark| Reference::from_mark(mark).is_none())
}

/// The same marks with references no surer than that.
pub(super) fn at_most(marks: &Marks, certainty: Certainty) -> Marks {
    marks
        .iter()
        .map(|mark| match Reference::from_mark(mark) {
            Some(reference) => reference.clone().at_most(certainty).mark(),
            None => mark.clone(),
        })
        .collect()
}

/// True if there is a reference among them.
pub(super) fn have_reference(marks: &Marks) -> bool {
    marks
        .iter()
        .any(|mark| Reference::from_mark(mark).is_some())
}

/// True if there is a reason among them.
pub(super) fn have_why(marks: &Marks) -> bool {
    marks.iter().any(|mark| Why::from_mark(mark).is_some())
}

/// Those that Terraform knows: sensitive and ephemeral.
pub(super) fn secrecy(marks: &Marks) -> Marks {
    marks.retain(|mark| !matches!(mark, Mark::Custom(_)))
}

/// Without secrecy: Terraform forgets it where it does not know whether something fails. There is
/// no value yet that anybody could see.
pub(super) fn open(marks: &Marks) -> Marks {
    marks.retain(|mark| matches!(mark, Mark::Custom(_)))
}

/// Without reasons: for what turned out known.
pub(super) fn without_whys(marks: &Marks) -> Marks {
    marks.retain(|mark| Why::from_mark(mark).is_none())
}

/// The marks of a value of which nobody knows which of several it is. The reasons are those of
/// the `chooser`, and references are as sure as all the candidates together allow.
pub(super) fn of_choice<'v>(
    chooser: &Marks,
    candidates: impl IntoIterator<Item = &'v Value>,
) -> Marks {
    let candidates: Vec<Marks> = candidates.into_iter().map(Value::deep_marks).collect();
    let certainty = if candidates.iter().all(have_reference) {
        Certainty::OneOf
    } else {
        Certainty::Perhaps
    };
    let chooser = of_chooser(chooser);
    candidates.iter().fold(chooser, |sum, marks| {
        sum.union(&at_most(&without_whys(marks), certainty))
    })
}

/// The marks that elements of a collection take over from it. Elements of a set carry none of
/// their own, so that one reference of a set belongs to any of them.
pub(super) fn of_container(container: &Value) -> Marks {
    let marks = container.marks();
    let is_set = matches!(container.data(), cty::Data::Set(..));
    let references = marks.iter().filter_map(Reference::from_mark).count();
    if is_set && references > 1 {
        at_most(marks, Certainty::OneOf)
    } else {
        marks.clone()
    }
}

/// A known value without reasons, an unknown one with at least one. Of what is known in part the
/// unknown parts have them, but for a set, whose elements carry no marks.
pub(super) fn explain(value: Value, why: impl FnOnce() -> Why) -> Value {
    if value.is_known() {
        if value.is_wholly_known() {
            let (value, marks) = value.unmark();
            return value.with_marks(&without_whys(&marks));
        }
        if matches!(value.data(), cty::Data::Set(..)) {
            return match have_why(value.marks()) {
                true => value,
                false => value.mark(why().mark()),
            };
        }
        if Why::of(&value).is_some() && !have_why(value.marks()) {
            return value;
        }
        let (value, marks) = value.unmark();
        let whys = marks.retain(|mark| Why::from_mark(mark).is_some());
        let whys = match whys.is_empty() {
            true => Marks::NONE.with(why().mark()),
            false => whys,
        };
        let value = value.map_leaves(
            &mut |leaf| match leaf.is_known() || have_why(leaf.marks()) {
                true => leaf,
                false => leaf.with_marks(&whys),
            },
        );
        return value.with_marks(&without_whys(&marks));
    }
    if have_why(value.marks()) {
        return value;
    }
    value.mark(why().mark())
}

/// The value as seen through something with a name: its reasons grow by one link.
pub(super) fn through(value: Value, link: &str) -> Value {
    if !value.is_marked_deep() {
        return value;
    }
    // Leaves beside each other mostly carry the same marks, and then share the new ones.
    let mut last: Option<(Marks, Marks)> = None;
    value.map_leaves(&mut |leaf| {
        if !have_why(leaf.marks()) {
            return leaf;
        }
        let (leaf, old) = leaf.unmark();
        let new = match last.take() {
            Some((before, after)) if is_same(&before, &old) => after,
            _ => old.iter().map(|mark| linked(mark, link)).collect(),
        };
        let leaf = leaf.with_marks(&new);
        last = Some((old, new));
        leaf
    })
}

/// Equal, chains of reasons included.
fn is_same(a: &Marks, b: &Marks) -> bool {
    let whys = |(a, b)| Why::from_mark(a) == Why::from_mark(b);
    a == b && a.iter().zip(b.iter()).all(whys)
}

fn linked(mark: &Mark, link: &str) -> Mark {
    match Why::from_mark(mark) {
        Some(why) if why.chain.len() < MAX_CHAIN => why.through(link).mark(),
        _ => mark.clone(),
    }
}

/// Why a value is unknown, whatever it was made for.
pub(super) fn why(value: &Value) -> Why {
    Why::of(value).unwrap_or_else(|| Why::new("its value is known after apply"))
}
