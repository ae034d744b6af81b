//! The document as text: examples, and the laws that hold of every one.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::super::rule::{
    AbortMultipart, And, Expiration, Filter, NoncurrentExpiration, NoncurrentTransition,
    RuleStatus, StorageClass, Transition, Within,
};
use super::*;
use crate::clock::Timestamp;
use crate::found::Tag;

/// A configuration as AWS writes it, with an element of tomorrow and a rule of the older form.
const THEIRS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>theirs</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>30</Days></Expiration><Tomorrow kind="x"><Deep>1</Deep></Tomorrow></Rule><Rule><ID>old form</ID><Prefix>tmp/</Prefix><Status>Disabled</Status><Expiration><Date>2026-01-01T00:00:00.000Z</Date></Expiration></Rule></LifecycleConfiguration>"#;

fn document(xml: &str) -> LifecycleDocument {
    LifecycleDocument::parse(xml, None).unwrap()
}

fn id(text: &str) -> RuleId {
    text.parse().unwrap()
}

fn rule(name: &str) -> LifecycleRule {
    let mut rule = LifecycleRule::new(id(name), RuleStatus::Enabled);
    rule.filter = Some(Filter::default());
    rule
}

fn days(days: i32) -> Option<Expiration> {
    Some(Expiration {
        days: Some(days),
        ..Expiration::default()
    })
}

fn present(document: &LifecycleDocument, name: &str) -> LifecycleRule {
    match document.rule(&id(name)).unwrap() {
        Found::Present(rule) => rule,
        Found::Absent => panic!("no rule {name}"),
    }
}

#[test]
fn a_rule_that_is_put_changes_nothing_else() {
    let mut mine = rule("mine");
    mine.expiration = days(7);
    let mut merged = document(THEIRS);
    assert_eq!(merged.upsert(&mine), Merged::Added);
    let added = merged.xml();
    let end = "</LifecycleConfiguration>";
    assert_eq!(
        added,
        THEIRS.replace(
            end,
            &format!(
                "<Rule><ID>mine</ID><Filter></Filter><Status>Enabled</Status><Expiration><Days>7</Days></Expiration></Rule>{end}"
            )
        )
    );
    assert_eq!(merged.upsert(&mine), Merged::Unchanged);
    mine.expiration = days(8);
    assert_eq!(merged.upsert(&mine), Merged::Changed);
    assert_eq!(
        merged.xml(),
        added.replace("<Days>7</Days>", "<Days>8</Days>")
    );
    assert_eq!(merged.remove(&mine.id), Cut::Out);
    assert_eq!(merged.xml(), THEIRS);
    assert_eq!(merged.remove(&mine.id), Cut::NotThere);
}

#[test]
fn what_is_not_known_in_a_rule_of_ours_stays_where_it_was() {
    let xml = r#"<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/" xmlns:n="urn:n">
  <Rule n:owner="us">
    <ID>mine</ID>
    <Filter><And><Prefix>a</Prefix><n:Age>3</n:Age></And><Owner>x</Owner></Filter>
    <Status>Enabled</Status>
    <Transition><Days>30</Days><StorageClass>GLACIER</StorageClass><Pace>slow</Pace></Transition>
    <Expiration><Days>90</Days><Grace>1</Grace></Expiration>
    <NoncurrentVersionExpiration><NoncurrentDays>5</NoncurrentDays><Keep/></NoncurrentVersionExpiration>
    <Tomorrow>1</Tomorrow>
  </Rule>
</LifecycleConfiguration>"#;
    let mut document = document(xml);
    let mut mine = present(&document, "mine");
    assert_eq!(mine.foreign.len(), 6);
    // From a configuration, which knows nothing of them.
    mine.foreign.clear();
    assert_eq!(document.upsert(&mine), Merged::Unchanged);
    assert_eq!(document.xml(), xml);
    mine.expiration = days(91);
    assert_eq!(document.upsert(&mine), Merged::Changed);
    insta::assert_snapshot!(document.xml(), @r#"
    <LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/" xmlns:n="urn:n">
      <Rule n:owner="us"><ID>mine</ID><Filter><And><Prefix>a</Prefix><n:Age>3</n:Age></And><Owner>x</Owner></Filter><Status>Enabled</Status><Transition><Days>30</Days><StorageClass>GLACIER</StorageClass><Pace>slow</Pace></Transition><Expiration><Days>91</Days><Grace>1</Grace></Expiration><NoncurrentVersionExpiration><NoncurrentDays>5</NoncurrentDays><Keep/></NoncurrentVersionExpiration><Tomorrow>1</Tomorrow></Rule>
    </LifecycleConfiguration>
    "#);
    // What stood in a part that is no more goes with it.
    mine.transitions.clear();
    mine.expiration = None;
    document.upsert(&mine);
    let left = present(&document, "mine").foreign;
    let within: Vec<&Within> = left.iter().map(|one| &one.within).collect();
    assert_eq!(
        within,
        [
            &Within::And,
            &Within::Filter,
            &Within::NoncurrentExpiration,
            &Within::Rule
        ]
    );
}

#[test]
fn a_document_with_a_namespace_prefix_gets_rules_with_it() {
    let mut document = document(r#"<s3:LifecycleConfiguration xmlns:s3="urn:s3"/>"#);
    assert_eq!(
        document.xml(),
        r#"<s3:LifecycleConfiguration xmlns:s3="urn:s3"/>"#
    );
    document.upsert(&rule("mine"));
    insta::assert_snapshot!(document.xml(), @r#"<s3:LifecycleConfiguration xmlns:s3="urn:s3"><s3:Rule><s3:ID>mine</s3:ID><s3:Filter></s3:Filter><s3:Status>Enabled</s3:Status></s3:Rule></s3:LifecycleConfiguration>"#);
    assert_eq!(present(&document, "mine"), rule("mine"));
}

#[test]
fn a_rule_of_one_form_is_in_the_way_of_the_other() {
    let document = document(THEIRS);
    let old = InTheWay {
        id: Some("old form".into()),
        legacy: true,
    };
    assert_eq!(document.in_the_way(&rule("mine")), Some(old));
    let mut legacy = LifecycleRule::new(id("mine"), RuleStatus::Enabled);
    assert_eq!(document.in_the_way(&legacy), None);
    legacy.prefix = Some(String::new());
    let new = InTheWay {
        id: Some("theirs".into()),
        legacy: false,
    };
    assert_eq!(document.in_the_way(&legacy), Some(new));
    // A rule is not in its own way.
    legacy.id = id("theirs");
    assert_eq!(document.in_the_way(&legacy), None);
}

#[test]
fn what_stands_between_rules_outlives_them() {
    let xml = "<LifecycleConfiguration>\n  <!-- first --><Rule><ID>a</ID><Status>Enabled</Status></Rule>\n  <Rule><ID>b</ID><Status>Enabled</Status></Rule>\n  <Rule><Status>Enabled</Status></Rule>\n</LifecycleConfiguration>\n";
    let mut document = document(xml);
    assert_eq!(document.ids().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(document.len(), 3);
    document.retain(&[id("b")]);
    assert_eq!(
        document.xml(),
        "<LifecycleConfiguration>\n  <!-- first -->\n  <Rule><ID>b</ID><Status>Enabled</Status></Rule>\n</LifecycleConfiguration>\n"
    );
    document.retain(&[]);
    assert!(document.is_empty());
    assert_eq!(
        document.xml(),
        "<LifecycleConfiguration>\n  <!-- first -->\n</LifecycleConfiguration>\n"
    );
}

#[test]
fn absent_and_empty_are_told_apart() {
    let with = |inner: &str| {
        let xml = format!(
            "<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status>{inner}</Rule></LifecycleConfiguration>"
        );
        present(&document(&xml), "a")
    };
    assert_eq!(with("").filter, None);
    assert_eq!(with("<Filter/>").filter, Some(Filter::default()));
    let empty_prefix = with("<Filter><Prefix></Prefix></Filter>").filter.unwrap();
    assert_eq!(empty_prefix.prefix.as_deref(), Some(""));
    assert_eq!(
        with("<Expiration/>").expiration,
        Some(Expiration::default())
    );
    assert_eq!(with("<Prefix/>").prefix.as_deref(), Some(""));
    // As some stores write them.
    let spaced = with("<Expiration>\n <Days> 3 </Days><Date>2026-01-01</Date></Expiration>");
    let expiration = spaced.expiration.unwrap();
    assert_eq!(expiration.days, Some(3));
    assert_eq!(
        expiration.date,
        Some("2026-01-01T00:00:00Z".parse().unwrap())
    );
    let cdata = with("<Filter><Prefix><![CDATA[a<b]]>&amp;c</Prefix></Filter>");
    assert_eq!(cdata.filter.unwrap().prefix.as_deref(), Some("a<b&c"));
}

#[test]
fn what_cannot_be_read_says_where() {
    let said = |xml: &str| match LifecycleDocument::parse(xml, None) {
        Ok(document) => document.rules().unwrap_err().to_string(),
        Err(error) => error.to_string(),
    };
    let rule = |inner: &str| {
        said(&format!(
            "<LifecycleConfiguration><Rule><ID>a</ID>{inner}</Rule></LifecycleConfiguration>"
        ))
    };
    let said = [
        said("<html><body>"),
        said("<html/>"),
        rule(""),
        rule("<Status>Enabled</Status><Expiration><Days>soon</Days></Expiration>"),
        rule("<Status>Enabled</Status><Filter/><Filter/>"),
        rule("<Status>Enabled</Status><Transition><Days>3</Days></Transition>"),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    the lifecycle configuration cannot be read: the root node was opened but never closed
    the lifecycle configuration cannot be read: it is a "html"
    the lifecycle rule "a" cannot be read: it has no Status
    the lifecycle rule "a" cannot be read: Days cannot be "soon"
    the lifecycle rule "a" cannot be read: Filter occurs twice where it may occur once
    the lifecycle rule "a" cannot be read: a Transition has no StorageClass
    "#);
}

#[test]
fn a_rule_of_ours_that_cannot_be_read_is_replaced() {
    let mut document = document(
        "<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status><Expiration><Days>soon</Days></Expiration></Rule></LifecycleConfiguration>",
    );
    assert_eq!(document.upsert(&rule("a")), Merged::Changed);
    assert_eq!(present(&document, "a"), rule("a"));
}

/// Text as it may stand in a key or tag, with all that XML has to escape.
fn text() -> impl Strategy<Value = String> {
    "[ -~\u{e4}\u{4e2d}\r\n\t]{0,12}"
}

fn names() -> impl Strategy<Value = String> {
    "[a-z<&>\" ]{0,6}[a-z]"
}

fn size() -> impl Strategy<Value = Option<i64>> {
    option::of(0i64..5_000_000_000_000)
}

fn a_tag() -> impl Strategy<Value = Tag> {
    (text(), text()).prop_map(|(key, value)| Tag { key, value })
}

fn a_date() -> impl Strategy<Value = Timestamp> {
    (0i64..4_000_000_000).prop_map(|seconds| Timestamp::from_second(seconds).unwrap())
}

fn class() -> impl Strategy<Value = StorageClass> {
    proptest::sample::select(StorageClass::KNOWN).prop_map(StorageClass::from)
}

fn a_filter() -> impl Strategy<Value = Filter> {
    let and = (option::of(text()), vec(a_tag(), 0..3), size(), size()).prop_map(
        |(prefix, tags, size_greater_than, size_less_than)| And {
            prefix,
            tags,
            size_greater_than,
            size_less_than,
        },
    );
    (
        option::of(text()),
        option::of(a_tag()),
        size(),
        size(),
        option::of(and),
    )
        .prop_map(
            |(prefix, tag, size_greater_than, size_less_than, and)| Filter {
                prefix,
                tag,
                size_greater_than,
                size_less_than,
                and,
            },
        )
}

fn an_expiration() -> impl Strategy<Value = Expiration> {
    (
        option::of(1..5000),
        option::of(a_date()),
        option::of(any::<bool>()),
    )
        .prop_map(|(days, date, delete_marker)| Expiration {
            days,
            date,
            delete_marker,
        })
}

fn a_transition() -> impl Strategy<Value = Transition> {
    (option::of(0..5000), option::of(a_date()), class()).prop_map(|(days, date, storage_class)| {
        Transition {
            days,
            date,
            storage_class,
        }
    })
}

fn a_noncurrent_transition() -> impl Strategy<Value = NoncurrentTransition> {
    (option::of(0..5000), option::of(1..100), class()).prop_map(
        |(days, newer_versions, storage_class)| NoncurrentTransition {
            days,
            newer_versions,
            storage_class,
        },
    )
}

prop_compose! {
    fn a_rule()(
        name in names(),
        enabled in any::<bool>(),
        prefix in option::of(text()),
        filter in option::of(a_filter()),
        expiration in option::of(an_expiration()),
        transitions in vec(a_transition(), 0..3),
        noncurrent in option::of((option::of(1..5000), option::of(1..100))),
        noncurrent_transitions in vec(a_noncurrent_transition(), 0..3),
        abort in option::of(option::of(1..5000)),
    ) -> LifecycleRule {
        LifecycleRule {
            id: name.parse().unwrap(),
            status: if enabled { RuleStatus::Enabled } else { RuleStatus::Disabled },
            prefix,
            filter,
            expiration,
            transitions,
            noncurrent_expiration: noncurrent
                .map(|(days, newer_versions)| NoncurrentExpiration { days, newer_versions }),
            noncurrent_transitions,
            abort_multipart: abort.map(|days| AbortMultipart { days }),
            foreign: Vec::new(),
        }
    }
}

/// What may stand between rules.
fn between() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "",
        "\n",
        "\n  ",
        "<!-- a > b -->",
        "<Other x='1'>t</Other>",
    ])
    .prop_map(str::to_owned)
}

/// A document by somebody else, and how many rules it has.
fn their_document() -> impl Strategy<Value = (String, usize)> {
    let roots = proptest::sample::select(vec![
        ("<LifecycleConfiguration>", "</LifecycleConfiguration>"),
        (
            "<?xml version='1.0'?>\n<LifecycleConfiguration  xmlns=\"urn:x\" n='a>b' >",
            "</LifecycleConfiguration >\n<!-- end -->",
        ),
    ]);
    let piece = (between(), text(), names(), any::<bool>());
    (roots, vec(piece, 0..5), between()).prop_map(|((open, close), pieces, tail)| {
        let mut xml = open.to_owned();
        for (nth, (lead, prefix, name, odd)) in pieces.iter().enumerate() {
            let escape = |text: &str| {
                text.replace('&', "&#38;")
                    .replace('<', "&lt;")
                    .replace("]]>", "]]&gt;")
            };
            let (prefix, name) = (escape(prefix), escape(name));
            let extra = if *odd { "<New><Rule>no rule</Rule></New>" } else { "" };
            xml += &format!(
                "{lead}<Rule>\n<Status>Enabled</Status><Filter><Prefix>{prefix}</Prefix></Filter>{extra}<ID>{nth} {name}</ID></Rule >"
            );
        }
        (xml + &tail + close, pieces.len())
    })
}

proptest! {
    #[test]
    fn a_rule_survives_being_written_and_read(rule in a_rule()) {
        let mut document = LifecycleDocument::default();
        document.upsert(&rule);
        let again = LifecycleDocument::parse(&document.xml(), None).unwrap();
        prop_assert_eq!(&again, &document);
        prop_assert_eq!(again.rule(&rule.id).unwrap(), Found::Present(rule.clone()));
        prop_assert!(rule.means_the_same_as(&rule));
        prop_assert_eq!(document.upsert(&rule), Merged::Unchanged);
    }

    #[test]
    fn a_document_is_given_out_as_it_came_in((xml, rules) in their_document()) {
        let document = LifecycleDocument::parse(&xml, None).unwrap();
        prop_assert_eq!(document.len(), rules);
        prop_assert_eq!(document.xml(), xml);
    }

    #[test]
    fn a_change_of_one_rule_leaves_the_bytes_of_the_others(
        (xml, rules) in their_document(),
        mut ours in a_rule(),
        which in any::<proptest::sample::Index>(),
        existing in any::<bool>(),
    ) {
        let before = LifecycleDocument::parse(&xml, None).unwrap();
        let replaced = (existing && rules > 0).then(|| which.index(rules));
        if let Some(at) = replaced {
            ours.id = before.rules[at].id.clone().unwrap().parse().unwrap();
        }
        let mut after = before.clone();
        let merged = after.upsert(&ours);
        prop_assert_eq!(merged == Merged::Added, replaced.is_none());
        let others = |document: &LifecycleDocument| -> Vec<Piece> {
            let mut pieces = document.rules.clone();
            pieces.retain(|piece| piece.id.as_deref() != Some(ours.id.as_str()));
            pieces
        };
        prop_assert_eq!(others(&after), others(&before));
        prop_assert_eq!((&after.prolog, &after.root, &after.tail), (&before.prolog, &before.root, &before.tail));
        let read = LifecycleDocument::parse(&after.xml(), None).unwrap();
        prop_assert_eq!(&read, &after);
        let Found::Present(stored) = read.rule(&ours.id).unwrap() else {
            return Err(TestCaseError::fail("the rule is not there"));
        };
        prop_assert!(stored.means_the_same_as(&ours));
        prop_assert_eq!(after.remove(&ours.id), Cut::Out);
        prop_assert_eq!(others(&after).len(), others(&before).len());
        if replaced.is_none() {
            prop_assert_eq!(after.xml(), xml);
        }
    }
}
