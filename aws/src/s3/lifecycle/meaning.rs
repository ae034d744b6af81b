//! When two rules mean the same, however they are written: the look after a write must not
//! stumble over a store that sorts tags, drops an empty filter or unwraps an `And`.

use std::collections::BTreeSet;

use super::rule::{And, LifecycleRule, NoncurrentTransition, RuleStatus, StorageClass, Transition};
use crate::clock::Timestamp;

/// Which objects a rule concerns, whatever form says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope<'a> {
    /// What their keys begin with; empty: any.
    pub prefix: &'a str,
    /// Tags they all carry: key and value.
    pub tags: BTreeSet<(&'a str, &'a str)>,
    /// They are larger, in bytes.
    pub size_greater_than: Option<i64>,
    /// They are smaller, in bytes.
    pub size_less_than: Option<i64>,
}

/// What a rule asks of S3.
#[derive(PartialEq)]
struct Meaning<'a> {
    status: &'a RuleStatus,
    scope: Scope<'a>,
    expiration: (Option<i32>, Option<Timestamp>, bool),
    transitions: Vec<Move<'a>>,
    noncurrent_expiration: Option<(Option<i32>, Option<i32>)>,
    noncurrent_transitions: Vec<Move<'a>>,
    abort_multipart: Option<i32>,
}

/// A transition of either kind.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Move<'a> {
    storage_class: &'a StorageClass,
    days: Option<i32>,
    date: Option<Timestamp>,
    newer_versions: Option<i32>,
}

impl<'a> From<&'a Transition> for Move<'a> {
    fn from(of: &'a Transition) -> Self {
        Self {
            storage_class: &of.storage_class,
            days: of.days,
            date: of.date,
            newer_versions: None,
        }
    }
}

impl<'a> From<&'a NoncurrentTransition> for Move<'a> {
    fn from(of: &'a NoncurrentTransition) -> Self {
        Self {
            storage_class: &of.storage_class,
            days: of.days,
            date: None,
            newer_versions: of.newer_versions,
        }
    }
}

impl LifecycleRule {
    /// Whether both ask the same of S3, however they are written: the form and order of the
    /// scope's conditions, the order of transitions, an empty filter or expiration that a store
    /// drops, and foreign elements make no difference.
    pub fn means_the_same_as(&self, other: &Self) -> bool {
        self.id == other.id && self.meaning() == other.meaning()
    }

    /// Which objects the rule concerns, whatever form says it.
    pub fn scope(&self) -> Scope<'_> {
        let mut scope = Scope {
            prefix: self.prefix.as_deref().unwrap_or_default(),
            ..Scope::default()
        };
        let Some(filter) = &self.filter else {
            return scope;
        };
        let one = filter.and.as_ref();
        let of_and = |part: fn(&And) -> Option<i64>| one.and_then(part);
        let prefix = filter.prefix.as_deref();
        if let Some(prefix) = prefix.or_else(|| one.and_then(|and| and.prefix.as_deref())) {
            scope.prefix = prefix;
        }
        let tags = one.into_iter().flat_map(|and| &and.tags);
        scope.tags = tags
            .chain(&filter.tag)
            .map(|tag| (tag.key.as_str(), tag.value.as_str()))
            .collect();
        scope.size_greater_than = filter
            .size_greater_than
            .or_else(|| of_and(|and| and.size_greater_than));
        scope.size_less_than = filter
            .size_less_than
            .or_else(|| of_and(|and| and.size_less_than));
        scope
    }

    fn meaning(&self) -> Meaning<'_> {
        let expiration = self.expiration.clone().unwrap_or_default();
        let noncurrent = self.noncurrent_expiration.as_ref();
        let abort = self.abort_multipart.as_ref();
        Meaning {
            status: &self.status,
            scope: self.scope(),
            expiration: (
                expiration.days,
                expiration.date,
                expiration.delete_marker.unwrap_or_default(),
            ),
            transitions: sorted(self.transitions.iter().map(Move::from)),
            noncurrent_expiration: noncurrent.map(|end| (end.days, end.newer_versions)),
            noncurrent_transitions: sorted(self.noncurrent_transitions.iter().map(Move::from)),
            abort_multipart: abort.and_then(|abort| abort.days),
        }
    }
}

fn sorted<'a>(moves: impl Iterator<Item = Move<'a>>) -> Vec<Move<'a>> {
    let mut moves: Vec<Move<'_>> = moves.collect();
    moves.sort();
    moves
}

#[cfg(test)]
mod tests {
    use super::super::rule::{Expiration, Filter};
    use super::*;
    use crate::found::Tag;

    fn rule(change: impl FnOnce(&mut LifecycleRule)) -> LifecycleRule {
        let mut rule = LifecycleRule::new("a".parse().unwrap(), RuleStatus::Enabled);
        change(&mut rule);
        rule
    }

    fn same(one: &LifecycleRule, other: &LifecycleRule) -> bool {
        assert_eq!(one.means_the_same_as(other), other.means_the_same_as(one));
        one.means_the_same_as(other)
    }

    #[test]
    fn the_form_of_a_scope_makes_no_difference_and_its_content_does() {
        let bare = rule(|_| {});
        let empty = rule(|rule| rule.filter = Some(Filter::default()));
        let prefixed = |prefix: &str| {
            let prefix = Some(prefix.to_owned());
            rule(|rule| {
                rule.filter = Some(Filter {
                    prefix,
                    ..Filter::default()
                });
            })
        };
        assert!(same(&bare, &empty) && same(&empty, &prefixed("")));
        assert!(!same(&empty, &prefixed("logs/")));
        let legacy = rule(|rule| rule.prefix = Some("logs/".into()));
        assert!(same(&legacy, &prefixed("logs/")));

        let tagged = |tags: &[&str], prefix: Option<&str>| {
            let and = And {
                prefix: prefix.map(str::to_owned),
                tags: tags.iter().map(|key| Tag::new(*key, "1")).collect(),
                ..And::default()
            };
            rule(|rule| {
                rule.filter = Some(Filter {
                    and: Some(and),
                    ..Filter::default()
                });
            })
        };
        assert!(same(&tagged(&["a", "b"], None), &tagged(&["b", "a"], None)));
        assert!(!same(&tagged(&["a"], None), &tagged(&["a", "b"], None)));
        assert!(same(&tagged(&[], Some("logs/")), &prefixed("logs/")));
        let alone = rule(|rule| {
            rule.filter = Some(Filter {
                tag: Some(Tag::new("a", "1")),
                ..Filter::default()
            });
        });
        assert!(same(&tagged(&["a"], None), &alone));
    }

    #[test]
    fn actions_differ_by_what_they_do_and_not_by_their_order() {
        let moves = |classes: &[StorageClass]| {
            let transition = |class: &StorageClass| Transition {
                days: Some(30),
                date: None,
                storage_class: class.clone(),
            };
            let transitions = classes.iter().map(transition).collect();
            rule(|rule| rule.transitions = transitions)
        };
        let both = [StorageClass::Glacier, StorageClass::StandardIa];
        let turned = [StorageClass::StandardIa, StorageClass::Glacier];
        assert!(same(&moves(&both), &moves(&turned)));
        assert!(!same(&moves(&both), &moves(&both[..1])));

        let expiring = |expiration: Expiration| rule(|rule| rule.expiration = Some(expiration));
        let off = Expiration {
            delete_marker: Some(false),
            ..Expiration::default()
        };
        assert!(same(&expiring(off), &rule(|_| {})));
        let tomorrow = Expiration {
            days: Some(1),
            ..Expiration::default()
        };
        assert!(!same(&expiring(tomorrow), &rule(|_| {})));
        let disabled = rule(|rule| rule.status = RuleStatus::Disabled);
        assert!(!same(&disabled, &rule(|_| {})));
    }
}
