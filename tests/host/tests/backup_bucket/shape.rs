//! Valid backup buckets of all shapes, as JSON of a configuration.

use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value as Json, json};

use crate::support::HOME;

/// A region that is not the provider's.
pub(crate) const AWAY: &str = "eu-west-1";

/// One generated bucket.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    /// The configuration.
    pub(crate) config: Json,
}

impl Bucket {
    pub(crate) fn name(&self) -> &str {
        self.config["bucket"].as_str().unwrap_or_default()
    }

    pub(crate) fn region(&self) -> Option<&str> {
        self.config["region"].as_str()
    }

    pub(crate) fn is_protected(&self) -> bool {
        self.config["deletion_protection"] != json!(false)
    }

    /// The same with an attribute set.
    pub(crate) fn with(&self, attribute: &str, value: Json) -> Self {
        let mut config = self.config.clone();
        config[attribute] = value;
        Self { config }
    }
}

/// Absent, null or something.
fn maybe(some: impl Strategy<Value = Json> + 'static) -> BoxedStrategy<Option<Json>> {
    prop_oneof![Just(None), Just(Some(Json::Null)), some.prop_map(Some)].boxed()
}

fn object(entries: Vec<(&str, Option<Json>)>) -> Json {
    let entries = entries.into_iter();
    let there = entries.filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Json::Object(there.collect::<Map<_, _>>())
}

/// At most three tags. One key is also among the default tags of some runs.
fn tags() -> impl Strategy<Value = Json> {
    let key = prop_oneof![
        Just("Team".to_owned()),
        "[a-zA-Z][a-zA-Z0-9._:/ -]{0,8}[a-z]"
    ];
    let key = key.prop_filter("AWS's own", |key| !key.starts_with("aws:"));
    let value = prop_oneof![Just("infra".to_owned()), "[a-zA-Z0-9 +=._:/@éß-]{0,12}"];
    btree_map(key, value, 0..=3).prop_map(|tags| json!(tags))
}

/// Statements of one's own, one or two of them, one or many actions.
fn policy(name: &'static str) -> impl Strategy<Value = Json> {
    let actions = select(vec![
        json!("s3:GetObject"),
        json!(["s3:GetObject", "s3:PutObject"]),
        json!(["s3:*"]),
    ]);
    let statement = (actions, any::<bool>()).prop_map(move |(actions, list)| {
        let everything = format!("arn:aws:s3:::{name}/*");
        json!({
            "Effect": "Allow",
            "Principal": { "AWS": "arn:aws:iam::123456789012:root" },
            "Action": actions,
            "Resource": if list { json!([everything]) } else { json!(everything) },
        })
    });
    proptest::collection::vec(statement, 1..=2).prop_map(|statements| {
        Json::String(json!({ "Version": "2012-10-17", "Statement": statements }).to_string())
    })
}

fn lock() -> impl Strategy<Value = Json> {
    let mode = || select(vec!["GOVERNANCE", "COMPLIANCE"]);
    prop_oneof![
        Just(json!({})),
        (mode(), 1..400).prop_map(|(mode, days)| json!({ "mode": mode, "days": days })),
        (mode(), 1..9).prop_map(|(mode, years)| json!({ "mode": mode, "years": years })),
    ]
}

fn logging(region: &'static str) -> impl Strategy<Value = Json> {
    let prefix = maybe("[a-z]{0,5}/?".prop_map(Json::from));
    prefix.prop_map(move |prefix| {
        let bucket = json!(format!("logs-{region}"));
        object(vec![
            ("target_bucket", Some(bucket)),
            ("target_prefix", prefix),
        ])
    })
}

fn replication(encrypted: bool) -> impl Strategy<Value = Json> {
    let key = json!("arn:aws:kms:eu-north-1:123456789012:key/9876dcba");
    let key = if encrypted {
        Just(Some(key)).boxed()
    } else {
        prop_oneof![Just(None), Just(Some(key))].boxed()
    };
    key.prop_map(|key| {
        object(vec![
            (
                "role_arn",
                Some(json!("arn:aws:iam::123456789012:role/replication")),
            ),
            ("bucket_arn", Some(json!("arn:aws:s3:::replica"))),
            ("kms_key_arn", key),
        ])
    })
}

fn block(one: impl Strategy<Value = Json> + 'static) -> impl Strategy<Value = Json> {
    option::of(one).prop_map(|one| Json::Array(one.into_iter().collect()))
}

/// A bucket.
pub(crate) fn bucket() -> impl Strategy<Value = Bucket> {
    let names = select(vec!["etcd-one", "etcd-one", "etcd-one", "etcd-two"]);
    let regions = select(vec![
        None,
        None,
        Some(Json::Null),
        Some(json!(HOME)),
        Some(json!(AWAY)),
    ]);
    (names, regions, any::<bool>()).prop_flat_map(|(name, region, encrypted)| {
        let place = match &region {
            Some(Json::String(region)) if region == AWAY => AWAY,
            _ => HOME,
        };
        let key = format!("arn:aws:kms:{place}:123456789012:key/1234abcd");
        let folders = ["", "etcd-snapshots", "prod/one"].map(|folder| json!(folder));
        let truth = || maybe(any::<bool>().prop_map(Json::from));
        (
            maybe(select(folders.to_vec())),
            maybe(policy(name)),
            block(lock()),
            block(logging(place)),
            block(replication(encrypted)),
            maybe(tags()),
            (truth(), truth()),
        )
            .prop_map(
                move |(folder, policy, lock, logging, replication, tags, (force, protect))| {
                    let config = object(vec![
                        ("bucket", Some(json!(name))),
                        ("region", region.clone()),
                        ("snapshot_folder", folder),
                        ("kms_key_arn", encrypted.then(|| json!(key))),
                        ("policy", policy),
                        ("object_lock", Some(lock)),
                        ("logging", Some(logging)),
                        ("replication", Some(replication)),
                        ("tags", tags),
                        ("force_destroy", force),
                        ("deletion_protection", protect),
                    ]);
                    Bucket { config }
                },
            )
    })
}
