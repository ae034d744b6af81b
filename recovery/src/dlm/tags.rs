//! Limits of tags: on the policy, on its targets, on its snapshots.

use super::{Fault, Given, Path};

/// Tags that DLM can add to a snapshot, which carries 50: five are its own.
pub(super) const ADDED: usize = 45;
const TARGETS: usize = 50;
const KEY: usize = 128;
const VALUE: usize = 256;

/// A map of tags as it is written.
pub type TagMap = Given<Vec<(String, Given<String>)>>;

/// One tag block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tag {
    /// The key.
    pub key: Given<String>,
    /// The value.
    pub value: Given<String>,
}

/// Tags of the policy itself: AWS allows fewer characters in their keys than elsewhere.
pub(super) fn check_own(tags: &TagMap, at: &Path, faults: &mut Vec<Fault>) {
    check_count(tags, ADDED, at, faults);
    for (key, value) in tags.known().into_iter().flatten() {
        // `^(?!aws:)[a-zA-Z+-=._:/]+$`, where `+-=` is a range that holds the digits.
        let allowed = |c: char| c.is_ascii_alphabetic() || ('+'..='=').contains(&c) || c == '_';
        if let Some(wrong) = key.chars().find(|c| !allowed(*c)) {
            faults.push(at.key(key).error(format!(
                "has {wrong:?} in its key: letters, digits and + , - . / : ; < = _ are allowed"
            )));
        }
        check_reserved(key, &at.key(key), faults);
        check_lengths(key, value, &at.key(key), faults);
    }
}

/// Tags that DLM writes on snapshots.
pub(super) fn check_added(tags: &TagMap, at: &Path, faults: &mut Vec<Fault>) {
    check_count(tags, ADDED, at, faults);
    for (key, value) in tags.known().into_iter().flatten() {
        check_key(key, &at.key(key), faults);
        check_reserved(key, &at.key(key), faults);
        check_lengths(key, value, &at.key(key), faults);
    }
}

/// Tags that resources must carry to be targets: a map and blocks, together 1 to 50.
pub(super) fn check_targets(
    map: &TagMap,
    blocks: &Given<Vec<Tag>>,
    details: &Path,
    faults: &mut Vec<Fault>,
) {
    let at = details.field("target_tags");
    let count = |known: Option<usize>| known.unwrap_or_default();
    let written = count(map.known().map(Vec::len)) + count(blocks.known().map(Vec::len));
    let undecided = matches!(map, Given::Unknown) || matches!(blocks, Given::Unknown);
    if written == 0 && !undecided {
        faults.push(at.error("must name at least one tag, here or in target_tag blocks"));
    }
    if written > TARGETS {
        faults.push(at.error(format!("must name at most {TARGETS} tags, names {written}")));
    }
    for (key, value) in map.known().into_iter().flatten() {
        check_key(key, &at.key(key), faults);
        check_lengths(key, value, &at.key(key), faults);
    }
    let mut seen: Vec<(&String, &String)> = map
        .known()
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key, value.known()?)))
        .collect();
    for (index, tag) in blocks.known().into_iter().flatten().enumerate() {
        let at = details.field("target_tag").index(index);
        let Some(key) = tag.key.known() else { continue };
        check_key(key, &at.field("key"), faults);
        check_lengths(key, &tag.value, &at, faults);
        let Some(value) = tag.value.known() else {
            continue;
        };
        if seen.contains(&(key, value)) {
            faults.push(at.error(format!("repeats the tag {key} = {value}")));
        }
        seen.push((key, value));
    }
}

fn check_count(tags: &TagMap, most: usize, at: &Path, faults: &mut Vec<Fault>) {
    let count = tags.known().map_or(0, Vec::len);
    if count > most {
        faults.push(at.error(format!("must hold at most {most} tags, holds {count}")));
    }
}

fn check_key(key: &str, at: &Path, faults: &mut Vec<Fault>) {
    if key.contains(['\\', '=']) {
        faults.push(at.error("must have neither \"\\\" nor \"=\" in its key"));
    }
}

fn check_reserved(key: &str, at: &Path, faults: &mut Vec<Fault>) {
    if key.starts_with("aws:") {
        faults.push(
            at.error("must have a key that does not begin with \"aws:\", which is AWS's own"),
        );
    }
}

fn check_lengths(key: &str, value: &Given<String>, at: &Path, faults: &mut Vec<Fault>) {
    let length = key.chars().count();
    if length == 0 || length > KEY {
        faults.push(at.error(format!("must have a key of 1 to {KEY} characters")));
    }
    if value.is_absent() {
        faults.push(at.error("needs a value; \"\" is one"));
    }
    if value
        .known()
        .is_some_and(|value| value.chars().count() > VALUE)
    {
        faults.push(at.error(format!("must have a value of at most {VALUE} characters")));
    }
}

#[cfg(test)]
mod tests {
    use super::super::policy::tests::{faults_of, policy};
    use super::*;

    fn map<const N: usize>(tags: [(&str, &str); N]) -> TagMap {
        let tag = |(key, value): (&str, &str)| (key.to_owned(), Given::Known(value.to_owned()));
        Given::Known(tags.into_iter().map(tag).collect())
    }

    fn many(count: usize) -> TagMap {
        let tag = |n| (format!("key-{n}"), Given::Known(String::new()));
        Given::Known((0..count).map(tag).collect())
    }

    fn block(key: &str, value: &str) -> Tag {
        Tag {
            key: Given::Known(key.to_owned()),
            value: Given::Known(value.to_owned()),
        }
    }

    #[test]
    fn a_policys_own_tags_have_the_narrowest_keys() {
        let own = |tags| faults_of(&policy().with(|policy| policy.tags = tags));
        assert_eq!(own(map([("team-1", "core"), ("a/b:c", "")])), "");
        assert_eq!(own(many(45)), "");
        insta::assert_snapshot!(own(many(46)), @"tags must hold at most 45 tags, holds 46");
        insta::assert_snapshot!(own(map([("my team", ""), ("aws:x", "")])), @r#"
        tags["my team"] has ' ' in its key: letters, digits and + , - . / : ; < = _ are allowed
        tags["aws:x"] must have a key that does not begin with "aws:", which is AWS's own
        "#);
        insta::assert_snapshot!(own(map([("", "")])), @r#"tags[""] must have a key of 1 to 128 characters"#);
        insta::assert_snapshot!(own(Given::Known(vec![("a".into(), Given::Absent)])), @r#"tags["a"] needs a value; "" is one"#);
        assert_eq!(own(Given::Known(vec![("a".into(), Given::Unknown)])), "");
    }

    #[test]
    fn targets_are_one_to_fifty_and_one_key_may_have_two_values() {
        let targets = |tags, blocks| {
            faults_of(&policy().with_details(|details| {
                details.target_tags = tags;
                details.target_tag = blocks;
            }))
        };
        let two = Given::Known(vec![block("Backup", "Daily"), block("Backup", "Weekly")]);
        assert_eq!(targets(Given::Absent, two), "");
        assert_eq!(targets(Given::Unknown, Given::Absent), "");
        assert_eq!(targets(many(50), Given::Absent), "");
        insta::assert_snapshot!(targets(Given::Absent, Given::Absent), @"policy_details.target_tags must name at least one tag, here or in target_tag blocks");
        insta::assert_snapshot!(targets(many(49), Given::Known(vec![block("a", ""), block("b", "")])), @"policy_details.target_tags must name at most 50 tags, names 51");
        insta::assert_snapshot!(targets(map([("a=b", "c\\d")]), Given::Absent), @r#"policy_details.target_tags["a=b"] must have neither "\" nor "=" in its key"#);
        let again = Given::Known(vec![block("a", "1")]);
        insta::assert_snapshot!(targets(map([("a", "1")]), again), @"policy_details.target_tag[0] repeats the tag a = 1");
    }

    #[test]
    fn added_tags_are_at_most_forty_five() {
        let added =
            |tags| faults_of(&policy().with_schedule(|schedule| schedule.tags_to_add = tags));
        assert_eq!(added(many(45)), "");
        insta::assert_snapshot!(added(many(46)), @"policy_details.schedule[0].tags_to_add must hold at most 45 tags, holds 46");
        insta::assert_snapshot!(added(map([("aws:x", "1")])), @r#"policy_details.schedule[0].tags_to_add["aws:x"] must have a key that does not begin with "aws:", which is AWS's own"#);
        let long = "v".repeat(257);
        insta::assert_snapshot!(added(map([("k", &long)])), @r#"policy_details.schedule[0].tags_to_add["k"] must have a value of at most 256 characters"#);
    }
}
