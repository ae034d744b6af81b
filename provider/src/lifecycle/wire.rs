//! Between a [`Body`] and the rule as S3 has it.
//!
//! Several spellings mean the same to S3: no filter, an empty one, a blank prefix; `and` around one
//! condition; an expiration that says nothing. A read therefore keeps each part as it was written
//! as long as S3's answer means the same, and spells it in one way where it does not.

use std::collections::BTreeMap;

use holdfast_aws::clock::Timestamp;
use holdfast_aws::s3::lifecycle::{self as s3, LifecycleRule, RuleId, RuleStatus};
use tfplugin::prelude::*;

use super::blocks::{
    AbortIncompleteMultipartUpload, And, Body, Expiration, Filter, NoncurrentExpiration,
    NoncurrentTransition, Tag, Transition,
};
use crate::tags::known_tags;

/// What is sent. Every value must be known.
pub(crate) fn rule(id: &RuleId, body: &Body) -> LifecycleRule {
    let status = RuleStatus::from(body.status.as_str().unwrap_or("Enabled"));
    let mut rule = LifecycleRule::new(id.clone(), status);
    match body.prefix.as_str() {
        Some(prefix) => rule.prefix = Some(prefix.to_owned()),
        None => rule.filter = Some(filter(body.filter.present())),
    }
    let transitions = body.transition.known().unwrap_or_default();
    rule.transitions = transitions.iter().map(transition).collect();
    rule.noncurrent_expiration =
        body.noncurrent_version_expiration
            .present()
            .map(|end| s3::NoncurrentExpiration {
                days: end.noncurrent_days.known().copied(),
                newer_versions: end.newer_noncurrent_versions.known().copied(),
            });
    let transitions = body.noncurrent_version_transition.known();
    rule.noncurrent_transitions = transitions
        .unwrap_or_default()
        .iter()
        .map(|to| s3::NoncurrentTransition {
            days: to.noncurrent_days.known().copied(),
            newer_versions: to.newer_noncurrent_versions.known().copied(),
            storage_class: to.storage_class.as_str().unwrap_or_default().into(),
        })
        .collect();
    rule.abort_multipart = body
        .abort_incomplete_multipart_upload
        .present()
        .map(|abort| s3::AbortMultipart {
            days: abort.days_after_initiation.known().copied(),
        });
    let acts = !rule.transitions.is_empty()
        || rule.noncurrent_expiration.is_some()
        || !rule.noncurrent_transitions.is_empty()
        || rule.abort_multipart.is_some();
    rule.expiration = body
        .expiration
        .present()
        .map(expiration)
        // One that does nothing is sent only where S3 would miss an action.
        .filter(|end| !acts || end.delete_marker != Some(false));
    rule
}

/// One condition stands alone, several in `And`, none is a blank prefix: the forms that every
/// store takes.
fn filter(block: Option<&Filter>) -> s3::Filter {
    let absent = Filter::default();
    let block = block.unwrap_or(&absent);
    let mut all = match block.and.present() {
        Some(and) => s3::And {
            prefix: and.prefix.as_str().map(str::to_owned),
            tags: known_tags(&and.tags)
                .into_iter()
                .map(|(key, value)| s3::Tag::new(key, value))
                .collect(),
            size_greater_than: and.object_size_greater_than.known().copied(),
            size_less_than: and.object_size_less_than.known().copied(),
        },
        None => s3::And {
            prefix: block.prefix.as_str().map(str::to_owned),
            tags: block.tag.present().map(tag).into_iter().collect(),
            size_greater_than: block.object_size_greater_than.known().copied(),
            size_less_than: block.object_size_less_than.known().copied(),
        },
    };
    all.prefix = all.prefix.filter(|prefix| !prefix.is_empty());
    let sizes = [all.size_greater_than, all.size_less_than];
    let conditions = usize::from(all.prefix.is_some())
        + all.tags.len()
        + sizes.iter().filter(|size| size.is_some()).count();
    match conditions {
        0 => s3::Filter {
            prefix: Some(String::new()),
            ..s3::Filter::default()
        },
        1 => s3::Filter {
            prefix: all.prefix,
            tag: all.tags.pop(),
            size_greater_than: all.size_greater_than,
            size_less_than: all.size_less_than,
            and: None,
        },
        _ => s3::Filter {
            and: Some(all),
            ..s3::Filter::default()
        },
    }
}

fn tag(block: &Tag) -> s3::Tag {
    let text = |attr: &Attr<String>| attr.as_str().unwrap_or_default().to_owned();
    s3::Tag::new(text(&block.key), text(&block.value))
}

fn expiration(block: &Expiration) -> s3::Expiration {
    let days = block.days.known().copied();
    let date = date(&block.date);
    // S3 takes the marker beside nothing else, not even as false; alone it takes either.
    let alone = days.is_none() && date.is_none();
    let marker = block.expired_object_delete_marker.is_true();
    s3::Expiration {
        days,
        date,
        delete_marker: alone.then_some(marker),
    }
}

fn transition(block: &Transition) -> s3::Transition {
    let date = date(&block.date);
    let days = block.days.known().copied();
    s3::Transition {
        // None is at once.
        days: days.or_else(|| date.is_none().then_some(0)),
        date,
        storage_class: block.storage_class.as_str().unwrap_or_default().into(),
    }
}

/// A time that the plan has found to be one.
fn date(attr: &Attr<String>) -> Option<Timestamp> {
    attr.as_str().and_then(|text| text.parse().ok())
}

/// The body of a rule as S3 has it. `prior` decides between spellings of the same thing.
pub(crate) fn read(found: &LifecycleRule, prior: Option<&Body>) -> Body {
    let Some(prior) = prior else {
        return spelled(found);
    };
    let plain = spelled(found);
    let sent = rule(&found.id, prior);
    let keep = Sameness {
        found,
        prior: &sent,
    };
    Body {
        status: plain.status,
        whole_bucket: prior.whole_bucket.clone(),
        prefix: keep.scope(&prior.prefix, plain.prefix),
        filter: keep.scope(&prior.filter, plain.filter),
        expiration: keep.part(
            |r| {
                let end = r.expiration.clone().unwrap_or_default();
                (end.days, end.date, end.delete_marker.unwrap_or_default())
            },
            &prior.expiration,
            plain.expiration,
        ),
        transition: keep.part(
            |r| {
                let moves = r.transitions.iter();
                let timed = |m: &s3::Transition| m.days.or(m.date.is_none().then_some(0));
                sorted(moves.map(|m| (timed(m), m.date, m.storage_class.clone())))
            },
            &prior.transition,
            plain.transition,
        ),
        noncurrent_version_expiration: keep.part(
            |r| r.noncurrent_expiration.clone(),
            &prior.noncurrent_version_expiration,
            plain.noncurrent_version_expiration,
        ),
        noncurrent_version_transition: keep.part(
            |r| {
                let moves = r.noncurrent_transitions.iter();
                sorted(moves.map(|m| (m.days, m.newer_versions, m.storage_class.clone())))
            },
            &prior.noncurrent_version_transition,
            plain.noncurrent_version_transition,
        ),
        abort_incomplete_multipart_upload: keep.part(
            |r| r.abort_multipart.clone(),
            &prior.abort_incomplete_multipart_upload,
            plain.abort_incomplete_multipart_upload,
        ),
    }
}

/// Whether two rules agree, part by part.
struct Sameness<'a> {
    found: &'a LifecycleRule,
    prior: &'a LifecycleRule,
}

impl Sameness<'_> {
    /// `written` where the part that `of` names is the same, else `plain`.
    fn part<T: PartialEq, W: Clone>(
        &self,
        of: impl Fn(&LifecycleRule) -> T,
        written: &W,
        plain: W,
    ) -> W {
        if of(self.found) == of(self.prior) {
            written.clone()
        } else {
            plain
        }
    }

    /// The same for what the rule concerns. The older form counts, except where it says nothing:
    /// some stores return it for an empty filter.
    fn scope<W: Clone>(&self, written: &W, plain: W) -> W {
        let everything = self.found.scope() == s3::Scope::default();
        let same_form = self.found.prefix.is_some() == self.prior.prefix.is_some();
        if self.found.scope() == self.prior.scope() && (same_form || everything) {
            written.clone()
        } else {
            plain
        }
    }
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort();
    items
}

/// A rule that nobody of us has written yet.
fn spelled(found: &LifecycleRule) -> Body {
    let expiration = found.expiration.as_ref().map(|end| Expiration {
        date: written_date(end.date),
        days: end.days.into(),
        expired_object_delete_marker: match end.delete_marker {
            Some(false) if end.days.is_some() || end.date.is_some() => Attr::Null,
            marker => marker.into(),
        },
    });
    let body = Body {
        status: found.status.as_str().into(),
        whole_bucket: Attr::Null,
        prefix: found.prefix.clone().into(),
        filter: spelled_filter(found).into(),
        expiration: expiration.into(),
        transition: found.transitions.iter().map(spelled_transition).collect(),
        noncurrent_version_expiration: found
            .noncurrent_expiration
            .as_ref()
            .map(|end| NoncurrentExpiration {
                newer_noncurrent_versions: end.newer_versions.into(),
                noncurrent_days: end.days.into(),
            })
            .into(),
        noncurrent_version_transition: found
            .noncurrent_transitions
            .iter()
            .map(|to| NoncurrentTransition {
                newer_noncurrent_versions: to.newer_versions.into(),
                noncurrent_days: to.days.into(),
                storage_class: to.storage_class.as_str().into(),
            })
            .collect(),
        abort_incomplete_multipart_upload: found
            .abort_multipart
            .as_ref()
            .map(|abort| AbortIncompleteMultipartUpload {
                days_after_initiation: abort.days.into(),
            })
            .into(),
    };
    let ends = |end: &Expiration| !(end.days.is_null() && end.date.is_null());
    let everything = found.scope() == s3::Scope::default();
    let enabled = found.status == RuleStatus::Enabled;
    let whole = enabled && everything && body.expiration.present().is_some_and(ends);
    Body {
        // What the configuration has to say, too.
        whole_bucket: if whole { Attr::Known(true) } else { Attr::Null },
        ..body
    }
}

fn spelled_filter(found: &LifecycleRule) -> Option<Filter> {
    if found.prefix.is_some() && found.filter.is_none() {
        return None;
    }
    let scope = found.scope();
    let prefix: Attr<String> = match scope.prefix {
        "" => Attr::Null,
        prefix => prefix.into(),
    };
    let conditions = [
        !prefix.is_null(),
        scope.size_greater_than.is_some(),
        scope.size_less_than.is_some(),
    ];
    let conditions = conditions.iter().filter(|there| **there).count() + scope.tags.len();
    if conditions > 1 {
        let tags: BTreeMap<_, _> = scope.tags.iter().copied().collect();
        let and = And {
            prefix,
            tags: if tags.is_empty() {
                Attr::Null
            } else {
                StringMap::of(tags)
            },
            object_size_greater_than: scope.size_greater_than.into(),
            object_size_less_than: scope.size_less_than.into(),
        };
        return Some(Filter {
            and: One::Present(and),
            ..Filter::default()
        });
    }
    let tag = scope.tags.first().map(|(key, value)| Tag {
        key: (*key).into(),
        value: (*value).into(),
    });
    Some(Filter {
        prefix,
        object_size_greater_than: scope.size_greater_than.into(),
        object_size_less_than: scope.size_less_than.into(),
        tag: tag.into(),
        and: One::Absent,
    })
}

fn spelled_transition(found: &s3::Transition) -> Transition {
    Transition {
        date: written_date(found.date),
        days: found.days.into(),
        storage_class: found.storage_class.as_str().into(),
    }
}

fn written_date(date: Option<Timestamp>) -> Attr<String> {
    date.map(|date| date.to_string()).into()
}
