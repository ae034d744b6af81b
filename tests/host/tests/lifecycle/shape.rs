//! Valid rules of all shapes, as JSON of a configuration.

use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value as Json, json};

/// What one rule says, but for its id.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// Attributes and blocks.
    pub(crate) body: Map<String, Json>,
    /// With a prefix of the older form.
    pub(crate) legacy: bool,
}

impl Shape {
    /// The configuration of a rule as a resource.
    pub(crate) fn rule(&self, bucket: &str, id: &str) -> Json {
        let mut config = self.body.clone();
        config.insert("bucket".to_owned(), json!(bucket));
        config.insert("rule_id".to_owned(), json!(id));
        Json::Object(config)
    }

    /// The same as a block of a whole configuration.
    pub(crate) fn block(&self, id: &str) -> Json {
        let mut config = self.body.clone();
        config.insert("id".to_owned(), json!(id));
        Json::Object(config)
    }
}

fn object(entries: impl IntoIterator<Item = (&'static str, Option<Json>)>) -> Json {
    let there = entries
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Json::Object(there.collect())
}

/// Which objects: the attributes that say so, whether that is all of them, whether by tags or sizes.
#[derive(Clone, Debug)]
struct Scope {
    prefix: Option<Json>,
    filter: Option<Json>,
    all: bool,
    tags: bool,
    sizes: bool,
}

fn prefix() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        // None begins as the neighbour's does.
        "[a-mé&<>\"' /]{1,8}".prop_map(|text| text + "/")
    ]
}

fn scope(legacy: bool) -> BoxedStrategy<Scope> {
    if legacy {
        return prefix()
            .prop_map(|prefix| Scope {
                all: prefix.is_empty(),
                prefix: Some(json!(prefix)),
                filter: None,
                tags: false,
                sizes: false,
            })
            .boxed();
    }
    let plain = |filter: Option<Json>, all: bool, tags: bool, sizes: bool| Scope {
        prefix: None,
        filter,
        all,
        tags,
        sizes,
    };
    let by_prefix = prefix().prop_map(move |prefix| {
        let all = prefix.is_empty();
        plain(Some(json!([{ "prefix": prefix }])), all, false, false)
    });
    let by_tag = ("[A-Za-z]{1,5}", "[ -~]{0,5}").prop_map(move |(key, value)| {
        let tag = json!([{ "tag": [{ "key": key, "value": value }] }]);
        plain(Some(tag), false, true, false)
    });
    let by_size = (0_i64..5000).prop_map(move |size| {
        let size = json!([{ "object_size_greater_than": size }]);
        plain(Some(size), false, false, true)
    });
    let by_limit = (1_i64..5000).prop_map(move |size| {
        let size = json!([{ "object_size_less_than": size }]);
        plain(Some(size), false, false, true)
    });
    let and = (
        option::of(prefix()),
        option::of(btree_map("[A-Za-z]{1,5}", "[ -~]{0,5}", 0..3)),
        option::of(0_i64..5000),
        option::of(5001_i64..1_000_000),
    )
        .prop_map(move |(prefix, tags, greater, less)| {
            let tagged = tags.as_ref().is_some_and(|tags| !tags.is_empty());
            let sized = greater.is_some() || less.is_some();
            let all = prefix.as_ref().is_none_or(String::is_empty) && !tagged && !sized;
            let and = object([
                ("prefix", prefix.map(Json::from)),
                ("tags", tags.map(|tags| json!(tags))),
                ("object_size_greater_than", greater.map(Json::from)),
                ("object_size_less_than", less.map(Json::from)),
            ]);
            plain(Some(json!([{ "and": [and] }])), all, tagged, sized)
        });
    prop_oneof![
        Just(plain(None, true, false, false)),
        Just(plain(Some(json!([{}])), true, false, false)),
        by_prefix,
        by_tag,
        by_size,
        by_limit,
        and,
    ]
    .boxed()
}

/// What happens to objects: blocks by name, and whether it ends current ones.
#[derive(Clone, Debug, Default)]
struct Actions {
    blocks: Vec<(&'static str, Json)>,
    ends: bool,
}

fn current() -> impl Strategy<Value = Actions> {
    let classes = [("STANDARD_IA", 30), ("GLACIER", 70), ("DEEP_ARCHIVE", 170)];
    let moves = (0_usize..8, 0..20_i64, any::<bool>()).prop_map(move |(which, later, dated)| {
        let chosen = classes
            .iter()
            .enumerate()
            .filter(|(i, _)| which & (1 << i) != 0);
        let moves: Vec<Json> = chosen
            .map(|(i, (class, days))| match dated {
                true => {
                    json!({ "date": format!("203{i}-01-01T00:00:00Z"), "storage_class": class })
                }
                false => json!({ "days": days + later, "storage_class": class }),
            })
            .collect();
        (moves, dated)
    });
    let end = prop_oneof![Just(None), (300_i64..4000).prop_map(Some),];
    (moves, end, any::<bool>()).prop_map(|((moves, dated), end, silent)| {
        let mut actions = Actions::default();
        if let Some(days) = end {
            let mut block = match dated {
                true => json!({ "date": "2040-01-01T00:00:00Z" }),
                false => json!({ "days": days }),
            };
            if silent {
                block["expired_object_delete_marker"] = json!(false);
            }
            actions.blocks.push(("expiration", json!([block])));
            actions.ends = true;
        }
        if !moves.is_empty() {
            actions.blocks.push(("transition", json!(moves)));
        }
        actions
    })
}

fn noncurrent(legacy: bool) -> impl Strategy<Value = Vec<(&'static str, Json)>> {
    let newer = option::of(1_i64..=100).prop_map(move |newer| newer.filter(|_| !legacy));
    let end = option::of((100_i64..4000, newer.clone()));
    let step = option::of((30_i64..90, newer, select(&["STANDARD_IA", "GLACIER"][..])));
    (end, step).prop_map(|(end, step)| {
        let mut blocks = Vec::new();
        if let Some((days, newer)) = end {
            let block = object([
                ("noncurrent_days", Some(json!(days))),
                ("newer_noncurrent_versions", newer.map(Json::from)),
            ]);
            blocks.push(("noncurrent_version_expiration", json!([block])));
        }
        if let Some((days, newer, class)) = step {
            let block = object([
                ("noncurrent_days", Some(json!(days))),
                ("newer_noncurrent_versions", newer.map(Json::from)),
                ("storage_class", Some(json!(class))),
            ]);
            blocks.push(("noncurrent_version_transition", json!([block])));
        }
        blocks
    })
}

/// A rule in one of the two forms.
pub(crate) fn shape(legacy: bool) -> impl Strategy<Value = Shape> {
    let status = select(&[None, Some("Enabled"), Some("Disabled")][..]);
    (
        scope(legacy),
        status,
        current(),
        noncurrent(legacy),
        option::of(1_i64..30),
        any::<bool>(),
    )
        .prop_map(move |(scope, status, current, noncurrent, abort, marker)| {
            let mut body = Map::new();
            let mut put = |name: &str, value: Json| drop(body.insert(name.to_owned(), value));
            if let Some(prefix) = scope.prefix {
                put("prefix", prefix);
            }
            if let Some(filter) = scope.filter {
                put("filter", filter);
            }
            if let Some(status) = status {
                put("status", json!(status));
            }
            let idle = current.blocks.is_empty() && noncurrent.is_empty();
            let acts = current.blocks.iter().chain(&noncurrent);
            for (name, blocks) in acts {
                put(name, blocks.clone());
            }
            let mut acting = !idle;
            if let Some(days) = abort.filter(|_| !scope.tags && !scope.sizes) {
                let block = json!([{ "days_after_initiation": days }]);
                put("abort_incomplete_multipart_upload", block);
                acting = true;
            }
            if !acting || (marker && current.blocks.is_empty() && !scope.tags && !scope.sizes) {
                // An empty block does nothing, which S3 takes for an action all the same.
                let block = match scope.tags || scope.sizes {
                    true => json!([{ "days": 4000 }]),
                    false if marker => json!([{ "expired_object_delete_marker": true }]),
                    false => json!([{}]),
                };
                put("expiration", block);
            }
            if current.ends && scope.all {
                put("whole_bucket", json!(true));
            }
            Shape { body, legacy }
        })
}

/// A rule of any kind, sound or not.
pub(crate) fn any_rule() -> impl Strategy<Value = Json> {
    let conditions = || {
        (
            option::of(prefix()),
            option::of(0_i64..3),
            option::of(0_i64..3),
        )
    };
    let tag = option::weighted(0.3, Just(json!([{ "key": "a", "value": "b" }])));
    let and = option::weighted(0.4, (conditions(), any::<bool>()));
    let filter = (conditions(), tag, and).prop_map(|((prefix, greater, less), tag, and)| {
        let and = and.map(|((prefix, greater, less), tags)| {
            json!([object([
                ("prefix", prefix.map(Json::from)),
                ("tags", tags.then(|| json!({ "a": "b" }))),
                ("object_size_greater_than", greater.map(Json::from)),
                ("object_size_less_than", less.map(Json::from)),
            ])])
        });
        json!([object([
            ("prefix", prefix.map(Json::from)),
            ("object_size_greater_than", greater.map(Json::from)),
            ("object_size_less_than", less.map(Json::from)),
            ("tag", tag),
            ("and", and),
        ])])
    });
    let days = || option::of(select(&[-1_i64, 0, 1, 29, 30, 31, 59, 60, 61, 365][..]));
    let date = || {
        let dates = &[
            "2033-10-11T00:00:00Z",
            "2034-01-01T00:00:00Z",
            "2033-10-11T01:00:00Z",
        ];
        option::weighted(0.2, select(&dates[..]))
    };
    let class = || {
        select(
            &[
                "STANDARD_IA",
                "ONEZONE_IA",
                "INTELLIGENT_TIERING",
                "GLACIER_IR",
                "GLACIER",
                "DEEP_ARCHIVE",
                "STANDARD",
            ][..],
        )
    };
    let expiration =
        (days(), date(), option::weighted(0.3, any::<bool>())).prop_map(|(days, date, marker)| {
            json!([object([
                ("days", days.map(Json::from)),
                ("date", date.map(Json::from)),
                ("expired_object_delete_marker", marker.map(Json::from)),
            ])])
        });
    let transition = (days(), date(), class()).prop_map(|(days, date, class)| {
        object([
            ("days", days.map(Json::from)),
            ("date", date.map(Json::from)),
            ("storage_class", Some(json!(class))),
        ])
    });
    let newer = || option::weighted(0.3, select(&[0_i64, 1, 100, 101][..]));
    let required = || select(&[-1_i64, 0, 1, 29, 30, 31, 59, 60, 61, 365][..]);
    let end = (required(), newer()).prop_map(|(days, newer)| {
        json!([object([
            ("noncurrent_days", Some(json!(days))),
            ("newer_noncurrent_versions", newer.map(Json::from)),
        ])])
    });
    let step = (required(), newer(), class()).prop_map(|(days, newer, class)| {
        object([
            ("noncurrent_days", Some(json!(days))),
            ("newer_noncurrent_versions", newer.map(Json::from)),
            ("storage_class", Some(json!(class))),
        ])
    });
    let several =
        |one: BoxedStrategy<Json>| proptest::collection::vec(one, 0..3).prop_map(|all| json!(all));
    (
        option::weighted(0.8, filter),
        option::weighted(0.1, prefix()),
        option::of(expiration),
        several(transition.boxed()),
        option::weighted(0.3, end),
        several(step.boxed()),
        option::weighted(0.2, select(&[0_i64, 1][..])),
    )
        .prop_map(|(filter, prefix, expiration, moves, end, steps, abort)| {
            let abort = abort.map(|days| json!([{ "days_after_initiation": days }]));
            object([
                ("bucket", Some(json!("backups"))),
                ("rule_id", Some(json!("any"))),
                ("whole_bucket", Some(json!(true))),
                ("filter", filter),
                ("prefix", prefix.map(Json::from)),
                ("expiration", expiration),
                ("transition", Some(moves)),
                ("noncurrent_version_expiration", end),
                ("noncurrent_version_transition", Some(steps)),
                ("abort_incomplete_multipart_upload", abort),
            ])
        })
}
