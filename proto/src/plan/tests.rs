mod laws;
mod proposed;

use super::*;
use crate::check::plan_faults;
use crate::model::Model;
use crate::prelude::*;

model! {
    struct Shelf {
        name: Attr<String> = required().requires_replace(),
        size: Attr<i64> = optional().default(3),
        label: Attr<String> = optional_computed(),
        id: Attr<String> = computed().use_state_for_unknown(),
        zone: Attr<String> = optional_computed().requires_replace().use_state_for_unknown(),
        revision: Attr<i64> = computed(),
        owner: Attr<Owner> = optional(),
        book: Many<Book> = list(),
        tag: Many<Tag> = set(),
        frame: One<Frame> = one().requires_replace(),
        by_room: Keyed<Book> = map(),
    }
}

model! {
    struct Owner {
        name: Attr<String> = required(),
        since: Attr<i64> = optional().default(2000),
        badge: Attr<String> = optional_computed(),
    }
}

model! {
    struct Book {
        title: Attr<String> = required(),
        language: Attr<String> = optional().default("en"),
        isbn: Attr<String> = computed().use_state_for_unknown(),
        note: Attr<String> = optional_computed(),
    }
}

model! {
    struct Tag {
        key: Attr<String> = required().requires_replace(),
        color: Attr<String> = optional().default("red"),
        stamp: Attr<String> = computed().use_state_for_unknown(),
    }
}

model! {
    struct Frame {
        wood: Attr<String> = optional().modify(crate::modifiers::requires_replace_if(
            "Only oak is forever.",
            |prior, _| prior.as_str() == Some("oak"),
        )),
        screws: Attr<i64> = computed(),
    }
}

fn shelf() -> Shelf {
    Shelf {
        name: "a".into(),
        ..Shelf::default()
    }
}

fn book(title: &str) -> Book {
    Book {
        title: title.into(),
        ..Book::default()
    }
}

fn tag(key: &str) -> Tag {
    Tag {
        key: key.into(),
        ..Tag::default()
    }
}

/// Plans, and holds the plan against core's rules.
fn plan(prior: Option<&Shelf>, config: &Shelf, proposed: &Shelf) -> (Shelf, Vec<String>) {
    let null = Value::null(Shelf::ty().clone());
    let prior = prior.map_or(null, Shelf::encode);
    let (config, proposed) = (config.encode(), proposed.encode());
    let planned = draft(Shelf::block(), &prior, &config, &proposed);
    let again = draft(Shelf::block(), &prior, &config, &proposed);
    assert_eq!(planned.planned, again.planned, "planning twice differs");
    let faults = plan_faults(Shelf::block(), &prior, &config, &planned.planned);
    assert_eq!(faults, []);
    let replace = tidy(planned.replace).iter().map(Path::to_string).collect();
    (Shelf::from_value(&planned.planned).unwrap(), replace)
}

fn create(config: &Shelf) -> Shelf {
    let (planned, replace) = plan(None, config, config);
    assert_eq!(replace, Vec::<String>::new(), "a create replaces nothing");
    planned
}

/// What a shelf is after apply: every unknown known.
fn stored(config: &Shelf) -> Shelf {
    let mut planned = create(config);
    planned.label.fill("auto");
    planned.id.fill("id-1");
    planned.zone.fill("z");
    planned.revision.fill(1);
    if let Attr::Known(owner) = &mut planned.owner {
        owner.badge.fill("badge");
    }
    for book in planned.book.known_mut().unwrap_or_default() {
        book.isbn.fill("isbn");
        book.note.fill("note");
    }
    for tag in planned.tag.known_mut().unwrap_or_default() {
        let stamp = format!("stamp {}", tag.key.as_str().unwrap());
        tag.stamp.fill(stamp);
    }
    if let Some(frame) = planned.frame.present_mut() {
        frame.screws.fill(8);
    }
    planned
}

#[test]
fn a_create_has_defaults_and_unknowns() {
    let config = Shelf {
        owner: Attr::Known(Owner {
            name: "o".into(),
            ..Owner::default()
        }),
        book: Many::from_iter([book("x")]),
        tag: Many::from_iter([tag("k"), tag("l")]),
        by_room: Keyed::Known([("hall".to_owned(), book("y"))].into()),
        ..shelf()
    };
    let planned = create(&config);
    let whole_book = |title: &str| Book {
        title: title.into(),
        language: "en".into(),
        isbn: Attr::Unknown,
        note: Attr::Unknown,
    };
    let whole_tag = |key: &str| Tag {
        key: key.into(),
        color: "red".into(),
        stamp: Attr::Unknown,
    };
    let expected = Shelf {
        size: 3.into(),
        label: Attr::Unknown,
        id: Attr::Unknown,
        zone: Attr::Unknown,
        revision: Attr::Unknown,
        owner: Attr::Known(Owner {
            name: "o".into(),
            since: 2000.into(),
            badge: Attr::Unknown,
        }),
        book: Many::from_iter([whole_book("x")]),
        tag: Many::from_iter([whole_tag("k"), whole_tag("l")]),
        by_room: Keyed::Known([("hall".to_owned(), whole_book("y"))].into()),
        ..shelf()
    };
    assert_eq!(planned, expected);
}

#[test]
fn no_change_keeps_everything() {
    let config = Shelf {
        book: Many::from_iter([book("x"), book("y")]),
        tag: Many::from_iter([tag("k"), tag("l")]),
        ..shelf()
    };
    let prior = stored(&config);
    // Core proposes the state for what is computed and not configured.
    let (planned, replace) = plan(Some(&prior), &config, &prior);
    assert_eq!(planned, prior);
    assert_eq!(replace, Vec::<String>::new());
}

#[test]
fn a_default_comes_back_after_drift() {
    let prior = Shelf {
        size: 9.into(),
        ..stored(&shelf())
    };
    let (planned, _) = plan(Some(&prior), &shelf(), &prior);
    assert_eq!(planned.size, 3.into());
    assert_eq!(planned.id, "id-1".into());
    assert_eq!(planned.revision, Attr::Unknown);
}

#[test]
fn any_change_makes_computed_values_unknown_unless_kept() {
    let config = Shelf {
        book: Many::from_iter([book("x"), book("y")]),
        ..shelf()
    };
    let prior = stored(&config);
    let changed = Shelf {
        size: 4.into(),
        ..config
    };
    let proposed = Shelf {
        size: 4.into(),
        ..prior.clone()
    };
    let (planned, replace) = plan(Some(&prior), &changed, &proposed);
    assert_eq!(planned.size, 4.into());
    assert_eq!(planned.label, Attr::Unknown);
    assert_eq!(planned.revision, Attr::Unknown);
    assert_eq!(planned.id, "id-1".into());
    // Unknown for a moment, then put back: no reason to replace.
    assert_eq!(planned.zone, "z".into());
    let books = planned.book.known().unwrap();
    assert_eq!(books[1].isbn, "isbn".into());
    assert_eq!(books[1].note, Attr::Unknown);
    assert_eq!(replace, Vec::<String>::new());
}

#[test]
fn what_is_configured_stays_configured() {
    let config = Shelf {
        label: "mine".into(),
        ..shelf()
    };
    let planned = create(&config);
    assert_eq!(planned.label, "mine".into());
    let unknown = Shelf {
        label: Attr::Unknown,
        size: Attr::Unknown,
        ..shelf()
    };
    let planned = create(&unknown);
    assert_eq!(
        (planned.label, planned.size),
        (Attr::Unknown, Attr::Unknown)
    );
}

#[test]
fn a_new_list_element_has_no_state_to_keep() {
    let prior = stored(&Shelf {
        book: Many::from_iter([book("x")]),
        ..shelf()
    });
    let config = Shelf {
        book: Many::from_iter([book("x"), book("y")]),
        ..shelf()
    };
    let proposed = Shelf {
        book: Many::from_iter([prior.book.known().unwrap()[0].clone(), book("y")]),
        ..prior.clone()
    };
    let (planned, _) = plan(Some(&prior), &config, &proposed);
    let books = planned.book.known().unwrap();
    assert_eq!(books[0].isbn, "isbn".into());
    assert_eq!(books[1].isbn, Attr::Unknown);
    assert_eq!(books[1].language, "en".into());
}

#[test]
fn an_unknown_dynamic_block_is_left_alone() {
    let config = Shelf {
        book: Many::Unknown,
        by_room: Keyed::Unknown,
        ..shelf()
    };
    let planned = create(&config);
    assert!(planned.book.is_unknown());
    assert_eq!(planned.by_room, Keyed::Unknown);
}

#[test]
fn unknown_set_elements_stay_apart() {
    // tag { key = (unknown) } twice, and one that is known.
    let unknown = || Tag {
        key: Attr::Unknown,
        ..Tag::default()
    };
    let config = Shelf {
        tag: Many::from_iter([unknown(), unknown(), tag("k")]),
        ..shelf()
    };
    let planned = create(&config);
    let tags = planned.tag.known().unwrap();
    assert_eq!(tags.len(), 3);
    assert!(tags.iter().all(|tag| tag.color == "red".into()));
}

#[test]
fn set_elements_find_their_state_again() {
    let config = Shelf {
        tag: Many::from_iter([tag("k"), tag("l")]),
        ..shelf()
    };
    let prior = stored(&config);
    // `l` goes, `m` comes, and something else changes.
    let config = Shelf {
        size: 4.into(),
        tag: Many::from_iter([tag("k"), tag("m")]),
        ..shelf()
    };
    let kept = prior.tag.known().unwrap()[0].clone();
    assert_eq!(kept.key, "k".into());
    let proposed = Shelf {
        size: 4.into(),
        tag: Many::from_iter([kept, tag("m")]),
        ..prior.clone()
    };
    let (planned, replace) = plan(Some(&prior), &config, &proposed);
    let stamps: Vec<_> = planned
        .tag
        .known()
        .unwrap()
        .iter()
        .map(|t| &t.stamp)
        .collect();
    assert_eq!(stamps, [&"stamp k".into(), &Attr::Unknown]);
    // The new key asks for it; its path ends at the set, where the wire can still point.
    assert_eq!(replace, ["tag"]);
}

#[test]
fn replacements_name_their_reasons_once() {
    let frame = |wood: &str| {
        One::Present(Frame {
            wood: wood.into(),
            ..Frame::default()
        })
    };
    let with = |wood: &str| Shelf {
        frame: frame(wood),
        ..shelf()
    };
    let prior = stored(&with("oak"));
    let proposed = |name: &str, wood: &str| Shelf {
        name: name.into(),
        frame: One::Present(Frame {
            wood: wood.into(),
            screws: 8.into(),
        }),
        ..prior.clone()
    };
    let (_, replace) = plan(
        Some(&prior),
        &Shelf {
            name: "b".into(),
            ..with("pine")
        },
        &proposed("b", "pine"),
    );
    assert_eq!(replace, ["frame", "frame[0].wood", "name"]);
    // Gone as a whole.
    let (_, replace) = plan(
        Some(&prior),
        &shelf(),
        &Shelf {
            frame: One::Absent,
            ..prior.clone()
        },
    );
    assert_eq!(replace, ["frame"]);
    let name = Value::null(Shelf::ty().clone());
    let delete = draft(Shelf::block(), &prior.encode(), &name, &name);
    assert!(delete.planned.is_null() && delete.replace.is_empty());
}
