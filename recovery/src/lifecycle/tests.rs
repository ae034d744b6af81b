//! S3's rules, one by one.

use super::*;

fn known(text: &str) -> Given<String> {
    Given::Known(text.to_owned())
}

fn days(days: i64) -> Expiration {
    Expiration {
        days: Given::Known(days),
        ..Expiration::default()
    }
}

fn to(class: &str, days: i64) -> Transition {
    Transition {
        days: Given::Known(days),
        storage_class: known(class),
        ..Transition::default()
    }
}

fn filter(prefix: &str) -> Filter {
    Filter {
        prefix: known(prefix),
        ..Filter::default()
    }
}

fn tag() -> Tag {
    Tag {
        key: known("Tier"),
        value: known("cold"),
    }
}

/// A rule without a fault.
fn rule() -> Rule {
    Rule {
        id: known("expire"),
        status: known("Enabled"),
        filter: Given::Known(filter("logs/")),
        expiration: Given::Known(days(90)),
        ..Rule::default()
    }
}

fn changed(change: impl FnOnce(&mut Rule)) -> String {
    let mut rule = rule();
    change(&mut rule);
    said(&rule.check())
}

fn said(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| match fault.severity {
            Severity::Error => fault.to_string(),
            Severity::Warning => format!("warning: {fault}"),
        })
        .collect();
    lines.join("\n")
}

#[test]
fn a_plain_rule_is_fine_and_so_is_one_of_which_nothing_is_known() {
    assert_eq!(changed(|_| {}), "");
    let unknown = Rule {
        id: Given::Unknown,
        status: Given::Unknown,
        prefix: Given::Unknown,
        filter: Given::Unknown,
        expiration: Given::Unknown,
        transition: Given::Unknown,
        noncurrent_version_expiration: Given::Unknown,
        noncurrent_version_transition: Given::Unknown,
        abort_incomplete_multipart_upload: Given::Unknown,
        whole_bucket: Given::Unknown,
    };
    assert_eq!(unknown.check(), []);
    let inner = Rule {
        filter: Given::Known(Filter {
            prefix: Given::Unknown,
            tag: Given::Unknown,
            object_size_greater_than: Given::Unknown,
            object_size_less_than: Given::Unknown,
            and: Given::Unknown,
        }),
        expiration: Given::Known(Expiration {
            date: Given::Unknown,
            days: Given::Unknown,
            expired_object_delete_marker: Given::Unknown,
        }),
        transition: Given::Known(vec![
            Transition {
                date: Given::Unknown,
                days: Given::Unknown,
                storage_class: Given::Unknown,
            };
            2
        ]),
        noncurrent_version_expiration: Given::Known(NoncurrentExpiration {
            newer_noncurrent_versions: Given::Unknown,
            noncurrent_days: Given::Unknown,
        }),
        noncurrent_version_transition: Given::Known(vec![NoncurrentTransition {
            newer_noncurrent_versions: Given::Unknown,
            noncurrent_days: Given::Unknown,
            storage_class: Given::Unknown,
        }]),
        abort_incomplete_multipart_upload: Given::Known(AbortIncompleteMultipartUpload {
            days_after_initiation: Given::Unknown,
        }),
        ..unknown
    };
    assert_eq!(inner.check(), []);
}

#[test]
fn ids_and_status() {
    assert_eq!(changed(|rule| rule.id = known("a/b c")), "");
    assert_eq!(changed(|rule| rule.id = known(&"é".repeat(255))), "");
    insta::assert_snapshot!(changed(|rule| rule.id = known("")), @"rule_id must have 1 to 255 characters, has 0");
    insta::assert_snapshot!(changed(|rule| rule.id = known(&"x".repeat(256))), @"rule_id must have 1 to 255 characters, has 256");
    insta::assert_snapshot!(changed(|rule| rule.id = known("a\u{1}")), @r"rule_id must not contain '\u{1}': XML cannot carry it");
    insta::assert_snapshot!(changed(|rule| rule.status = known("enabled")), @r#"status must be Enabled or Disabled, not "enabled""#);
    assert_eq!(changed(|rule| rule.status = Given::Absent), "");
}

#[test]
fn a_filter_has_one_condition_or_and() {
    insta::assert_snapshot!(changed(|rule| rule.prefix = known("logs/")), @"prefix excludes filter: write the prefix inside the filter");
    let two = Filter {
        tag: Given::Known(tag()),
        ..filter("logs/")
    };
    insta::assert_snapshot!(changed(|rule| rule.filter = Given::Known(two)), @"filter has prefix and tag: several conditions go into one and block");
    let and = Filter {
        and: Given::Known(And {
            prefix: known("logs/"),
            tags: Given::Known(vec![("Tier".to_owned(), known("cold"))]),
            object_size_greater_than: Given::Known(1),
            object_size_less_than: Given::Known(2),
        }),
        ..Filter::default()
    };
    assert_eq!(changed(|rule| rule.filter = Given::Known(and)), "");
}

#[test]
fn sizes_and_tags_have_limits() {
    let sizes = |greater, less| {
        let and = And {
            object_size_greater_than: Given::Known(greater),
            object_size_less_than: Given::Known(less),
            ..And::default()
        };
        let filter = Filter {
            and: Given::Known(and),
            ..Filter::default()
        };
        changed(|rule| rule.filter = Given::Known(filter))
    };
    assert_eq!(sizes(0, 5_497_558_138_880), "");
    insta::assert_snapshot!(sizes(-1, 10), @"filter.and.object_size_greater_than must be 0 to 5497558138880 bytes (5 TiB), not -1");
    insta::assert_snapshot!(sizes(0, 5_497_558_138_881), @"filter.and.object_size_less_than must be 1 to 5497558138880 bytes (5 TiB), not 5497558138881");
    insta::assert_snapshot!(sizes(10, 10), @"filter.and.object_size_less_than must be more than object_size_greater_than (10), not 10");
    let keyed = Filter {
        tag: Given::Known(Tag {
            key: known(""),
            value: known(&"v".repeat(257)),
        }),
        ..Filter::default()
    };
    insta::assert_snapshot!(changed(|rule| rule.filter = Given::Known(keyed)), @r"
    filter.tag.key must have a key of 1 to 128 characters, has 0
    filter.tag.value must have a value of at most 256 characters, has 257
    ");
}

#[test]
fn an_expiration_is_one_of_three() {
    let with = |expiration: Expiration| changed(|rule| rule.expiration = Given::Known(expiration));
    let date = |date: &str| Expiration {
        date: known(date),
        ..Expiration::default()
    };
    let marker = |marker| Given::Known(marker);
    assert_eq!(with(date("2027-01-01T00:00:00Z")), "");
    assert_eq!(with(date("2027-01-01T01:00:00+01:00")), "");
    insta::assert_snapshot!(with(date("2027-01-01")), @r#"expiration.date must be a time such as "2027-01-01T00:00:00Z", not "2027-01-01""#);
    insta::assert_snapshot!(with(date("2027-01-01T00:00:01Z")), @r#"expiration.date must be midnight UTC, not "2027-01-01T00:00:01Z""#);
    insta::assert_snapshot!(with(days(0)), @"expiration.days must be at least 1, not 0");
    let both = Expiration {
        days: Given::Known(1),
        ..date("2027-01-01T00:00:00Z")
    };
    insta::assert_snapshot!(with(both), @"expiration.date excludes days: keep one of the two");
    let three = Expiration {
        expired_object_delete_marker: marker(true),
        ..days(1)
    };
    insta::assert_snapshot!(with(three), @"expiration.expired_object_delete_marker excludes days and date: delete markers go by a rule of their own");
    let stay = Expiration {
        expired_object_delete_marker: marker(false),
        ..days(1)
    };
    assert_eq!(with(stay), "");
    insta::assert_snapshot!(with(Expiration::default()), @"warning: expiration does nothing: it has neither days, nor date, nor expired_object_delete_marker = true");
}

#[test]
fn delete_markers_and_uploads_have_neither_tags_nor_sizes() {
    let tagged = Filter {
        tag: Given::Known(tag()),
        ..Filter::default()
    };
    let sized = Filter {
        object_size_greater_than: Given::Known(1),
        ..Filter::default()
    };
    let markers = Expiration {
        expired_object_delete_marker: Given::Known(true),
        ..Expiration::default()
    };
    let abort = AbortIncompleteMultipartUpload {
        days_after_initiation: Given::Known(7),
    };
    insta::assert_snapshot!(changed(|rule| {
        rule.filter = Given::Known(tagged.clone());
        rule.expiration = Given::Known(markers.clone());
        rule.abort_incomplete_multipart_upload = Given::Known(abort.clone());
    }), @r"
    expiration.expired_object_delete_marker cannot be combined with a tag in the filter: delete markers have none
    abort_incomplete_multipart_upload cannot be combined with a tag in the filter: unfinished uploads have none
    ");
    insta::assert_snapshot!(changed(|rule| {
        rule.filter = Given::Known(sized);
        rule.expiration = Given::Known(markers);
        rule.abort_incomplete_multipart_upload = Given::Known(abort);
    }), @r"
    expiration.expired_object_delete_marker cannot be combined with an object size in the filter: delete markers have none
    abort_incomplete_multipart_upload cannot be combined with an object size in the filter: unfinished uploads have none
    ");
    insta::assert_snapshot!(changed(|rule| {
        rule.filter = Given::Known(tagged.clone());
        rule.expiration = Given::Known(Expiration::default());
    }), @r"
    warning: expiration does nothing: it has neither days, nor date, nor expired_object_delete_marker = true
     needs an action: expiration, transition, noncurrent_version_expiration, noncurrent_version_transition or abort_incomplete_multipart_upload
    ");
    let none = AbortIncompleteMultipartUpload::default();
    insta::assert_snapshot!(changed(|rule| rule.abort_incomplete_multipart_upload = Given::Known(none)), @"abort_incomplete_multipart_upload.days_after_initiation is missing: name the days after which uploads are given up");
    let never = AbortIncompleteMultipartUpload {
        days_after_initiation: Given::Known(0),
    };
    insta::assert_snapshot!(changed(|rule| rule.abort_incomplete_multipart_upload = Given::Known(never)), @"abort_incomplete_multipart_upload.days_after_initiation must be at least 1, not 0");
}

#[test]
fn transitions_go_downhill_in_time() {
    let with = |transitions: Vec<Transition>| {
        changed(|rule| {
            rule.expiration = Given::Absent;
            rule.transition = Given::Known(transitions);
        })
    };
    assert_eq!(
        with(vec![
            to("STANDARD_IA", 30),
            to("GLACIER", 60),
            to("DEEP_ARCHIVE", 180)
        ]),
        ""
    );
    assert_eq!(with(vec![to("INTELLIGENT_TIERING", 0)]), "");
    let only_class = Transition {
        storage_class: known("INTELLIGENT_TIERING"),
        ..Transition::default()
    };
    assert_eq!(with(vec![only_class]), "");
    let no_days = Transition {
        storage_class: known("STANDARD_IA"),
        ..Transition::default()
    };
    insta::assert_snapshot!(with(vec![to("STANDARD_IA", 29)]), @"transition[0].days must be at least 30 for STANDARD_IA, not 29");
    insta::assert_snapshot!(with(vec![to("ONEZONE_IA", 0)]), @"transition[0].days must be at least 30 for ONEZONE_IA, not 0");
    insta::assert_snapshot!(with(vec![to("GLACIER", -1)]), @"transition[0].days must be at least 0, not -1");
    insta::assert_snapshot!(with(vec![no_days]), @"transition[0].days is missing: objects move to STANDARD_IA after 30 days at the earliest");
    insta::assert_snapshot!(with(vec![to("STANDARD", 30)]), @r#"transition[0].storage_class must be STANDARD_IA, INTELLIGENT_TIERING, ONEZONE_IA, GLACIER_IR, GLACIER or DEEP_ARCHIVE, not "STANDARD""#);
    insta::assert_snapshot!(with(vec![to("GLACIER", 1), to("GLACIER", 2)]), @"transition[1].storage_class names GLACIER twice: a rule has one move to each class");
    insta::assert_snapshot!(with(vec![to("GLACIER", 89), to("STANDARD_IA", 60)]), @"transition[0].days must be at least 90, 30 days after the move to STANDARD_IA, not 89");
    insta::assert_snapshot!(with(vec![to("STANDARD_IA", 60), to("GLACIER", 30)]), @"transition[1].days must be more than 60, when objects move to STANDARD_IA, not 30: GLACIER is colder, and objects only move down");
    insta::assert_snapshot!(with(vec![to("STANDARD_IA", 30), to("ONEZONE_IA", 59)]), @"transition[1].days must be at least 60, 30 days after the move to STANDARD_IA, not 59");
    insta::assert_snapshot!(with(vec![to("GLACIER", 30), to("DEEP_ARCHIVE", 30)]), @"transition[1].days must be more than 30, when objects move to GLACIER, not 30: DEEP_ARCHIVE is colder, and objects only move down");
    let on = |class: &str, date: &str| Transition {
        date: known(date),
        storage_class: known(class),
        ..Transition::default()
    };
    insta::assert_snapshot!(with(vec![on("STANDARD_IA", "2027-01-01T00:00:00Z"), on("GLACIER", "2027-01-30T00:00:00Z")]), @"transition[1].date must be 30 days after the move to STANDARD_IA at the earliest");
    assert_eq!(
        with(vec![
            on("STANDARD_IA", "2027-01-01T00:00:00Z"),
            on("GLACIER", "2027-01-31T00:00:00Z")
        ]),
        ""
    );
}

#[test]
fn one_rule_counts_days_or_names_dates_and_ends_last() {
    let dated = |class: &str, date: &str| Transition {
        date: known(date),
        storage_class: known(class),
        ..Transition::default()
    };
    let with = |expiration: Expiration, transition: Transition| {
        changed(|rule| {
            rule.expiration = Given::Known(expiration);
            rule.transition = Given::Known(vec![transition]);
        })
    };
    assert_eq!(with(days(91), to("GLACIER", 90)), "");
    insta::assert_snapshot!(with(days(90), to("GLACIER", 90)), @"expiration.days must be more than 90, the days of the last transition, not 90");
    insta::assert_snapshot!(with(days(90), dated("GLACIER", "2027-01-01T00:00:00Z")), @"transition[0].date cannot stand beside days elsewhere in the rule: its expiration and transitions all use the same of the two");
    let end = |date: &str| Expiration {
        date: known(date),
        ..Expiration::default()
    };
    let new_year = "2027-01-01T00:00:00Z";
    insta::assert_snapshot!(with(end(new_year), to("GLACIER", 1)), @"transition[0].days cannot stand beside date elsewhere in the rule: its expiration and transitions all use the same of the two");
    insta::assert_snapshot!(with(end(new_year), dated("GLACIER", new_year)), @"expiration.date must be later than the last transition");
    let both = Transition {
        days: Given::Known(1),
        ..dated("GLACIER", new_year)
    };
    insta::assert_snapshot!(with(end("2028-01-01T00:00:00Z"), both), @"transition[0].date excludes days: keep one of the two");
}

#[test]
fn noncurrent_versions_have_rules_of_their_own() {
    let end = |days, newer: Given<i64>| NoncurrentExpiration {
        noncurrent_days: Given::Known(days),
        newer_noncurrent_versions: newer,
    };
    let to = |class: &str, days, newer: Given<i64>| NoncurrentTransition {
        noncurrent_days: Given::Known(days),
        storage_class: known(class),
        newer_noncurrent_versions: newer,
    };
    let none = Given::Absent;
    let with = |expiration, transitions: Vec<NoncurrentTransition>| {
        changed(|rule| {
            rule.noncurrent_version_expiration = Given::Known(expiration);
            rule.noncurrent_version_transition = Given::Known(transitions);
        })
    };
    assert_eq!(
        with(
            end(90, Given::Known(100)),
            vec![
                to("STANDARD_IA", 30, Given::Known(1)),
                to("GLACIER", 60, none)
            ]
        ),
        ""
    );
    insta::assert_snapshot!(with(end(0, none), vec![]), @"noncurrent_version_expiration.noncurrent_days must be at least 1, not 0");
    insta::assert_snapshot!(with(end(1, Given::Known(101)), vec![]), @"noncurrent_version_expiration.newer_noncurrent_versions must be 1 to 100, not 101");
    insta::assert_snapshot!(with(end(1, Given::Known(0)), vec![]), @"noncurrent_version_expiration.newer_noncurrent_versions must be 1 to 100, not 0");
    insta::assert_snapshot!(with(end(90, none), vec![to("STANDARD_IA", 1, none)]), @"noncurrent_version_transition[0].noncurrent_days must be at least 30 for STANDARD_IA, not 1");
    insta::assert_snapshot!(with(end(30, none), vec![to("GLACIER", 30, none)]), @"noncurrent_version_expiration.noncurrent_days must be more than 30, the days of the last noncurrent_version_transition, not 30");
    insta::assert_snapshot!(with(end(90, none), vec![to("GLACIER", -1, none)]), @"noncurrent_version_transition[0].noncurrent_days must be at least 0, not -1");
    insta::assert_snapshot!(changed(|rule| {
        rule.filter = Given::Absent;
        rule.prefix = known("logs/");
        rule.noncurrent_version_expiration = Given::Known(end(1, Given::Known(2)));
    }), @"noncurrent_version_expiration.newer_noncurrent_versions needs a filter in place of the rule's prefix");
}

#[test]
fn a_rule_acts() {
    insta::assert_snapshot!(changed(|rule| rule.expiration = Given::Absent), @" needs an action: expiration, transition, noncurrent_version_expiration, noncurrent_version_transition or abort_incomplete_multipart_upload");
    assert_eq!(
        changed(|rule| {
            rule.expiration = Given::Absent;
            rule.transition = Given::Unknown;
        }),
        ""
    );
}

#[test]
fn expiring_a_whole_bucket_is_asked_for_in_words() {
    let refused = "whole_bucket must be true for a rule that expires every object of the bucket: \
                   its filter is empty; name a prefix if that is not meant";
    let empty_and = Filter {
        and: Given::Known(And::default()),
        ..Filter::default()
    };
    for filter in [
        Given::Absent,
        Given::Known(Filter::default()),
        Given::Known(filter("")),
        Given::Known(empty_and),
    ] {
        assert_eq!(changed(|rule| rule.filter = filter.clone()), refused);
        assert_eq!(
            changed(|rule| {
                rule.filter = filter.clone();
                rule.whole_bucket = Given::Known(true);
            }),
            ""
        );
        assert_eq!(
            changed(|rule| {
                rule.filter = filter.clone();
                rule.status = known("Disabled");
            }),
            ""
        );
        assert_eq!(
            changed(|rule| {
                rule.filter = filter.clone();
                rule.expiration = Given::Known(Expiration {
                    expired_object_delete_marker: Given::Known(true),
                    ..Expiration::default()
                });
            }),
            ""
        );
    }
    assert_eq!(
        changed(|rule| {
            rule.filter = Given::Absent;
            rule.prefix = known("");
        }),
        refused
    );
}

#[test]
fn rules_of_one_bucket_have_ids_of_their_own_and_one_form() {
    let bucket = |rules: Vec<Rule>| {
        said(
            &Configuration {
                rule: Given::Known(rules),
            }
            .check(),
        )
    };
    let named = |id: &str| Rule {
        id: known(id),
        ..rule()
    };
    let legacy = |id: &str| Rule {
        filter: Given::Absent,
        prefix: known("old/"),
        ..named(id)
    };
    assert_eq!(bucket(vec![named("a"), named("b")]), "");
    assert_eq!(bucket(vec![legacy("a"), legacy("b")]), "");
    insta::assert_snapshot!(bucket(vec![named("a"), named("a")]), @r#"rule[1].id is "a" a second time: ids are unique in a bucket"#);
    insta::assert_snapshot!(bucket(vec![named("a"), legacy("b")]), @r#"rule[1].prefix cannot stand beside the filter of rule "a": S3 takes prefixes of this form or filters in one bucket, not both; write filter { prefix = ... }"#);
    let many: Vec<Rule> = (0..=1000).map(|i| named(&i.to_string())).collect();
    insta::assert_snapshot!(bucket(many), @"rule occurs 1001 times: a bucket has at most 1000 rules");
    assert_eq!(
        said(
            &Configuration {
                rule: Given::Unknown
            }
            .check()
        ),
        ""
    );
}

#[test]
fn texts_that_xml_cannot_carry_are_refused_wherever_they_stand() {
    let (bad, fine) = (known("a\u{1}b"), known("a\tb\r\n\u{7f}\u{85}"));
    let everywhere = |text: &Given<String>| Filter {
        prefix: text.clone(),
        tag: Given::Known(Tag {
            key: text.clone(),
            value: text.clone(),
        }),
        and: Given::Known(And {
            prefix: text.clone(),
            tags: Given::Known(vec![(
                text.known().cloned().unwrap_or_default(),
                text.clone(),
            )]),
            ..And::default()
        }),
        ..Filter::default()
    };
    insta::assert_snapshot!(changed(|rule| rule.filter = Given::Known(everywhere(&bad))), @r#"
    filter has prefix and tag and and: several conditions go into one and block
    filter.tag.key must have a key without '\u{1}', which XML cannot carry
    filter.tag.value must not contain '\u{1}', which XML cannot carry
    filter.prefix must not contain '\u{1}', which XML cannot carry
    filter.and.tags["a\u{1}b"] must have a key without '\u{1}', which XML cannot carry
    filter.and.tags["a\u{1}b"] must not contain '\u{1}', which XML cannot carry
    filter.and.prefix must not contain '\u{1}', which XML cannot carry
    "#);
    let said = changed(|rule| rule.filter = Given::Known(everywhere(&fine)));
    assert!(!said.contains("XML"), "{said}");
    insta::assert_snapshot!(changed(|rule| {
        rule.filter = Given::Absent;
        rule.prefix = bad.clone();
    }), @r"prefix must not contain '\u{1}', which XML cannot carry");
    assert!(changed(|rule| rule.id = known("\u{ffff}")).contains("XML cannot carry it"));
}
