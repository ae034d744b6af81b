//! The pure parts: what is sent and what is read, and what a plan refuses.

use proptest::option;
use proptest::prelude::*;
use tfplugin::prelude::*;

use super::Handler;
use super::model::LifecycleRule;
use crate::lifecycle::blocks::{
    AbortIncompleteMultipartUpload, And, Body, Expiration, Filter, NoncurrentExpiration,
    NoncurrentTransition, Tag, Transition,
};
use crate::lifecycle::wire;
use holdfast_aws::s3::lifecycle::RuleId;

fn id() -> RuleId {
    "a/b".parse().expect("an id")
}

fn text() -> impl Strategy<Value = Attr<String>> {
    prop_oneof![
        Just(Attr::Null),
        Just("".into()),
        "[a-z/&<é]{1,6}".prop_map(Attr::Known)
    ]
}

fn size() -> impl Strategy<Value = Attr<i64>> {
    option::of(0_i64..5000).prop_map(Attr::from)
}

fn days() -> impl Strategy<Value = Attr<i32>> {
    option::of(0_i32..400).prop_map(Attr::from)
}

fn date() -> impl Strategy<Value = Attr<String>> {
    prop_oneof![
        Just(Attr::Null),
        Just("2033-10-11T00:00:00Z".into()),
        Just("2033-10-11T02:00:00+02:00".into())
    ]
}

fn maybe<M: std::fmt::Debug + Clone + 'static>(
    block: impl Strategy<Value = M> + 'static,
) -> impl Strategy<Value = One<M>> {
    option::of(block).prop_map(One::from)
}

fn filter() -> impl Strategy<Value = Filter> {
    let tags = option::of(proptest::collection::btree_map(
        "[a-z]{1,3}",
        "[a-z]{0,3}",
        0..3,
    ));
    let and = (text(), tags, size(), size()).prop_map(|(prefix, tags, greater, less)| And {
        prefix,
        tags: tags.map_or(Attr::Null, StringMap::of),
        object_size_greater_than: greater,
        object_size_less_than: less,
    });
    let tag = ("[a-z]{1,3}", "[a-z]{0,3}").prop_map(|(key, value)| Tag {
        key: key.into(),
        value: value.into(),
    });
    prop_oneof![
        Just(Filter::default()),
        text().prop_map(|prefix| Filter {
            prefix,
            ..Filter::default()
        }),
        tag.prop_map(|tag| Filter {
            tag: One::Present(tag),
            ..Filter::default()
        }),
        and.prop_map(|and| Filter {
            and: One::Present(and),
            ..Filter::default()
        }),
    ]
}

/// Any body, sound or not: what is written must come back in any case.
fn body() -> impl Strategy<Value = Body> {
    let classes = ["STANDARD_IA", "GLACIER", "DEEP_ARCHIVE"];
    let class = proptest::sample::select(classes.to_vec()).prop_map(Attr::<String>::from);
    let marker = option::of(any::<bool>()).prop_map(Attr::from);
    let expiration = (date(), days(), marker).prop_map(|(date, days, marker)| Expiration {
        date: if days.is_null() { date } else { Attr::Null },
        days,
        expired_object_delete_marker: marker,
    });
    let transition = (date(), days(), class.clone()).prop_map(|(date, days, class)| Transition {
        date: if days.is_null() { date } else { Attr::Null },
        days,
        storage_class: class,
    });
    let noncurrent = (days(), days()).prop_map(|(newer, days)| NoncurrentExpiration {
        newer_noncurrent_versions: newer,
        noncurrent_days: days,
    });
    let moves = (days(), days(), class).prop_map(|(newer, days, class)| NoncurrentTransition {
        newer_noncurrent_versions: newer,
        noncurrent_days: days,
        storage_class: class,
    });
    let abort = days().prop_map(|days| AbortIncompleteMultipartUpload {
        days_after_initiation: days,
    });
    let scope = prop_oneof![
        text().prop_map(|prefix| (prefix, One::Absent)),
        filter().prop_map(|filter| (Attr::Null, One::Present(filter))),
    ];
    (
        any::<bool>(),
        scope,
        maybe(expiration),
        proptest::collection::vec(transition, 0..3),
        maybe(noncurrent),
        proptest::collection::vec(moves, 0..3),
        maybe(abort),
    )
        .prop_map(
            |(enabled, (prefix, filter), end, moves, old_end, old_moves, abort)| Body {
                status: if enabled { "Enabled" } else { "Disabled" }.into(),
                whole_bucket: Attr::Null,
                prefix,
                filter,
                expiration: end,
                transition: moves.into_iter().collect(),
                noncurrent_version_expiration: old_end,
                noncurrent_version_transition: old_moves.into_iter().collect(),
                abort_incomplete_multipart_upload: abort,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// However it is spelled, a refresh gives back what was written.
    #[test]
    fn what_is_sent_is_read_back_as_it_was_written(body in body()) {
        let sent = wire::rule(&id(), &body);
        prop_assert_eq!(wire::read(&sent, Some(&body)), body);
    }

    /// What an import spells means what S3 has, and the next refresh leaves it alone.
    #[test]
    fn an_import_means_what_s3_has(body in body()) {
        let sent = wire::rule(&id(), &body);
        let imported = wire::read(&sent, None);
        let again = wire::rule(&id(), &imported);
        prop_assert!(again.means_the_same_as(&sent), "{:#?}", imported);
        prop_assert_eq!(again.prefix.is_some(), sent.prefix.is_some());
        prop_assert_eq!(wire::read(&sent, Some(&imported)), imported);
    }

    /// Drift from anything to anything shows as what S3 has.
    #[test]
    fn drift_is_read_as_what_s3_has(prior in body(), now in body()) {
        let found = wire::rule(&id(), &now);
        let read = wire::read(&found, Some(&prior));
        let again = wire::rule(&id(), &read);
        prop_assert!(again.means_the_same_as(&found), "{:#?}", read);
    }
}

#[test]
fn an_import_of_a_rule_that_expires_everything_says_so() {
    let everything = Body {
        status: "Enabled".into(),
        expiration: One::Present(Expiration {
            days: Attr::Known(30),
            ..Expiration::default()
        }),
        ..Body::default()
    };
    let imported = wire::read(&wire::rule(&id(), &everything), None);
    assert!(imported.whole_bucket.is_true());
    let disabled = Body {
        status: "Disabled".into(),
        ..everything
    };
    let imported = wire::read(&wire::rule(&id(), &disabled), None);
    assert!(imported.whole_bucket.is_null());
}

#[test]
fn faults_point_at_what_was_written() {
    let said = |rule: LifecycleRule| {
        let mut diagnostics = Diagnostics::new();
        Handler.validate(&rule, &mut diagnostics);
        diagnostics.to_string()
    };
    let sized = Filter {
        and: One::Present(And {
            object_size_less_than: Attr::Known(0),
            ..And::default()
        }),
        ..Filter::default()
    };
    let rule = LifecycleRule {
        rule_id: "a".into(),
        filter: One::Present(sized),
        transition: [Transition {
            days: Attr::Known(1),
            storage_class: "STANDARD_IA".into(),
            ..Transition::default()
        }]
        .into_iter()
        .collect(),
        ..LifecycleRule::default()
    };
    insta::assert_snapshot!(said(rule), @r"
    error: Invalid object_size_less_than (at filter[0].and[0].object_size_less_than): filter.and.object_size_less_than must be 1 to 5497558138880 bytes (5 TiB), not 0.
    error: Invalid days (at transition): transition[0].days must be at least 30 for STANDARD_IA, not 1.
    ");
    let idle = LifecycleRule {
        rule_id: "a".into(),
        ..LifecycleRule::default()
    };
    insta::assert_snapshot!(said(idle), @"error: Invalid rule: The rule needs an action: expiration, transition, noncurrent_version_expiration, noncurrent_version_transition or abort_incomplete_multipart_upload.");
    let everything = LifecycleRule {
        rule_id: "a".into(),
        expiration: One::Present(Expiration {
            days: Attr::Known(1),
            ..Expiration::default()
        }),
        ..LifecycleRule::default()
    };
    insta::assert_snapshot!(said(everything), @"error: Invalid whole_bucket (at whole_bucket): whole_bucket must be true for a rule that expires every object of the bucket: its filter is empty; name a prefix if that is not meant.");
}
