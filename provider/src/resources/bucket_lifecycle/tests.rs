//! The pure parts: the form of what is sent, the order of what is read.

use holdfast_aws::s3::lifecycle::LifecycleRule;
use tfplugin::prelude::*;

use super::model::{BucketLifecycle, Rule};
use super::{Handler, read_rules, strangers, wanted};
use crate::lifecycle::blocks::{AbortIncompleteMultipartUpload, Filter};

fn rule(id: &str) -> Rule {
    Rule {
        id: id.into(),
        status: "Enabled".into(),
        abort_incomplete_multipart_upload: One::Present(AbortIncompleteMultipartUpload {
            days_after_initiation: Attr::Known(7),
        }),
        ..Rule::default()
    }
}

fn whole(rules: Vec<Rule>) -> BucketLifecycle {
    BucketLifecycle {
        rule: rules.into_iter().collect(),
        ..BucketLifecycle::default()
    }
}

fn sent(config: &BucketLifecycle) -> Vec<LifecycleRule> {
    wanted(config, "Cannot test").expect("rules")
}

#[test]
fn a_rule_that_says_nothing_takes_the_form_of_the_others() {
    let newer = sent(&whole(vec![rule("a"), rule("b")]));
    assert!(newer.iter().all(|rule| rule.filter.is_some()));
    let old = Rule {
        prefix: "old/".into(),
        ..rule("a")
    };
    let older = sent(&whole(vec![old, rule("b")]));
    assert!(older.iter().all(|rule| rule.filter.is_none()));
    assert_eq!(older[1].prefix.as_deref(), Some(""));
}

#[test]
fn rules_are_read_in_the_order_of_the_state_and_strangers_come_last() {
    let state = whole(vec![rule("b"), rule("a")]);
    let found = sent(&whole(vec![rule("x"), rule("a"), rule("b")]));
    let read = read_rules(&found, &state);
    let ids: Vec<_> = read
        .known()
        .expect("rules")
        .iter()
        .filter_map(|rule| rule.id.as_str())
        .collect();
    assert_eq!(ids, ["b", "a", "x"]);
    assert_eq!(read.known().map(|rules| &rules[..2]), state.rule.known());

    let mut document = holdfast_aws::s3::LifecycleDocument::default();
    for rule in &found {
        document.upsert(rule);
    }
    assert_eq!(strangers(&document, &state), ["x"]);
}

#[test]
fn faults_name_the_rule_and_the_attribute() {
    let mut diagnostics = Diagnostics::new();
    let filtered = Rule {
        filter: One::Present(Filter::default()),
        ..rule("a")
    };
    let old = Rule {
        prefix: "old/".into(),
        status: "on".into(),
        ..rule("a")
    };
    Handler.validate(&whole(vec![filtered, old]), &mut diagnostics);
    insta::assert_snapshot!(diagnostics, @r#"
    error: Invalid status (at rule[1].status): rule[1].status must be Enabled or Disabled, not "on".
    error: Invalid id (at rule[1].id): rule[1].id is "a" a second time: ids are unique in a bucket.
    error: Invalid prefix (at rule[1].prefix): rule[1].prefix cannot stand beside the filter of rule "a": S3 takes prefixes of this form or filters in one bucket, not both; write filter { prefix = ... }.
    "#);
}
