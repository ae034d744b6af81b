//! Tags of a resource: its own, the provider's default ones, and the creation mark.
//!
//! `tags` is what the configuration says, `tags_all` what the thing shall carry: the two differ by
//! the provider's `default_tags`. The mark of an unfinished create shows in `tags_all` alone, so
//! that a plan which finds one takes it off.

use std::collections::BTreeMap;

use tfplugin::Path;
use tfplugin::prelude::*;

use crate::creation::TAG;

/// Tags as AWS has them.
pub type TagMap = BTreeMap<String, String>;

/// The entries of a map that are known and not null.
pub fn known_tags(tags: &StringMap) -> TagMap {
    let entries = tags.known().into_iter().flatten();
    entries
        .filter_map(|(key, value)| Some((key.clone(), value.known()?.clone())))
        .collect()
}

/// What the thing shall carry. Unknown if the defaults are (`None`) or the tags are. A tag that is
/// null counts as not written.
pub fn planned_all(defaults: Option<&TagMap>, own: &StringMap) -> StringMap {
    let Some(defaults) = defaults else {
        return Attr::Unknown;
    };
    let own = match own {
        Attr::Unknown => return Attr::Unknown,
        Attr::Null => BTreeMap::new(),
        Attr::Known(own) => own.clone(),
    };
    let mut all: BTreeMap<_, _> = defaults
        .iter()
        .map(|(key, value)| (key.clone(), Attr::Known(value.clone())))
        .collect();
    all.extend(own.into_iter().filter(|(_, value)| !value.is_null()));
    Attr::Known(all)
}

/// The resource's own among the tags that a thing carries: all but the mark and but the provider's
/// defaults, unless the configuration repeats one. None is null, unless it was written as `{}`; a tag
/// that was written as null stays so where the thing carries none.
pub fn read_own(carried: &TagMap, defaults: &TagMap, prior: &StringMap) -> StringMap {
    let prior_tags = prior.known().into_iter().flatten();
    let (nulls, written): (Vec<_>, Vec<_>) = prior_tags.partition(|(_, value)| value.is_null());
    let repeated = |key: &String| written.iter().any(|(other, _)| *other == key);
    let mut own: BTreeMap<String, Attr<String>> = nulls
        .into_iter()
        .map(|(key, _)| (key.clone(), Attr::Null))
        .collect();
    own.extend(
        carried
            .iter()
            .filter(|(key, value)| {
                *key != TAG && (defaults.get(*key) != Some(value) || repeated(key))
            })
            .map(|(key, value)| (key.clone(), Attr::Known(value.clone()))),
    );
    if own.is_empty() && prior.is_null() {
        Attr::Null
    } else {
        Attr::Known(own)
    }
}

/// A tag key that only the mark may have.
pub fn reserved(at: Path) -> Diagnostic {
    let detail = format!("{TAG:?} is the mark of a create under way; choose another key.");
    Diagnostic::error("Reserved tag key", detail).at(at)
}

/// What to set and which keys to remove so that `from` becomes `to`.
pub fn difference(from: &TagMap, to: &TagMap) -> (TagMap, Vec<String>) {
    let set = to
        .iter()
        .filter(|(key, value)| from.get(*key) != Some(value));
    let removed = from.keys().filter(|key| !to.contains_key(*key));
    (
        set.map(|(k, v)| (k.clone(), v.clone())).collect(),
        removed.cloned().collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(entries: &[(&str, &str)]) -> TagMap {
        entries
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    fn map(entries: &[(&str, &str)]) -> StringMap {
        StringMap::of(entries.iter().copied())
    }

    #[test]
    fn a_resources_own_tag_wins_over_a_default() {
        let defaults = tags(&[("team", "infra"), ("env", "prod")]);
        let all = planned_all(Some(&defaults), &map(&[("env", "lab")]));
        assert_eq!(all, map(&[("env", "lab"), ("team", "infra")]));
        assert_eq!(planned_all(None, &Attr::Null), Attr::Unknown);
        assert_eq!(planned_all(Some(&defaults), &Attr::Unknown), Attr::Unknown);
    }

    #[test]
    fn a_tag_that_is_null_is_not_written_and_stays_null() {
        let written = Attr::Known(BTreeMap::from([
            ("env".to_owned(), Attr::Null),
            ("a".to_owned(), Attr::from("1")),
        ]));
        let defaults = tags(&[("env", "prod")]);
        let all = planned_all(Some(&defaults), &written);
        assert_eq!(all, map(&[("a", "1"), ("env", "prod")]));
        let carried = tags(&[("a", "1"), ("env", "prod")]);
        assert_eq!(read_own(&carried, &defaults, &written), written);
        let drifted = tags(&[("a", "1"), ("env", "lab")]);
        assert_eq!(
            read_own(&drifted, &defaults, &written),
            map(&[("a", "1"), ("env", "lab")])
        );
    }

    #[test]
    fn defaults_and_the_mark_are_hidden_from_tags() {
        let defaults = tags(&[("team", "infra")]);
        let carried = tags(&[("team", "infra"), (TAG, "x"), ("a", "1")]);
        assert_eq!(
            read_own(&carried, &defaults, &Attr::Null),
            map(&[("a", "1")])
        );
        let repeated = map(&[("team", "infra")]);
        assert_eq!(
            read_own(&carried, &defaults, &repeated),
            map(&[("a", "1"), ("team", "infra")])
        );
    }

    #[test]
    fn none_stays_as_it_was_written() {
        let none = TagMap::new();
        assert_eq!(read_own(&none, &none, &Attr::Null), Attr::Null);
        assert_eq!(read_own(&none, &none, &map(&[])), map(&[]));
        assert_eq!(read_own(&none, &none, &map(&[("gone", "1")])), map(&[]));
    }

    #[test]
    fn a_difference_sets_and_removes() {
        let (set, removed) = difference(
            &tags(&[("same", "1"), ("other", "1"), ("gone", "1")]),
            &tags(&[("same", "1"), ("other", "2"), ("new", "1")]),
        );
        assert_eq!(set, tags(&[("new", "1"), ("other", "2")]));
        assert_eq!(removed, ["gone"]);
    }
}
