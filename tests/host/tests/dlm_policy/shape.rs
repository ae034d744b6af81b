//! Valid policies of all shapes, as JSON of a configuration.
//!
//! Left out: an empty list of `times`. AWS takes it for none and chooses a time, which the next plan
//! would take away again.

use proptest::collection::{btree_map, btree_set};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value as Json, json};

/// One generated policy and what decides whether a change of it is a replacement.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// The configuration.
    pub(crate) config: Json,
    /// By count or by age.
    pub(crate) by_count: bool,
}

impl Policy {
    pub(crate) fn region(&self) -> Option<&str> {
        self.config["region"].as_str()
    }

    pub(crate) fn resource_types(&self) -> &Json {
        &self.config["policy_details"][0]["resource_types"]
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

fn word(words: &'static [&'static str]) -> impl Strategy<Value = Json> {
    select(words).prop_map(|word| json!(word))
}

fn plain_text() -> impl Strategy<Value = Json> {
    "[0-9A-Za-z_-][0-9A-Za-z _-]{0,20}".prop_map(Json::from)
}

/// Tags with `least` to three entries. One key is also among the default tags of some runs.
fn tags(least: usize) -> impl Strategy<Value = Json> {
    let key = prop_oneof![Just("Team".to_owned()), "[a-zA-Z][a-zA-Z0-9._:/-]{0,8}"];
    let key = key.prop_filter("AWS's own", |key| !key.starts_with("aws:"));
    let value = prop_oneof![Just("infra".to_owned()), "[ -~éß]{0,12}"];
    btree_map(key, value, least..=3).prop_map(|tags| json!(tags))
}

fn create_rule() -> impl Strategy<Value = Json> {
    let crons = &[
        "cron(0 3 * * ? *)",
        "cron(30 3,9 ? * MON-FRI *)",
        "cron(15 4 1 * ? *)",
        "cron(0 0/2 * * ? *)",
        "cron(0 12 L * ? *)",
    ];
    let cron = word(crons).prop_map(|cron| vec![("cron_expression", Some(cron))]);
    let time = (0..24, 0..60).prop_map(|(hour, minute)| json!([format!("{hour:02}:{minute:02}")]));
    let hours = select(&[1, 2, 3, 4, 6, 8, 12, 24][..]);
    let every = (hours, maybe(word(&["HOURS"])), maybe(time)).prop_map(|(hours, unit, times)| {
        vec![
            ("interval", Some(json!(hours))),
            ("interval_unit", unit),
            ("times", times),
        ]
    });
    let location = option::of(word(&["CLOUD"]));
    (prop_oneof![cron.boxed(), every.boxed()], location).prop_map(|(mut rule, location)| {
        rule.push(("location", location));
        object(rule)
    })
}

fn retain_rule(by_count: bool) -> BoxedStrategy<Json> {
    if by_count {
        return (1..=1000)
            .prop_map(|count| json!({ "count": count }))
            .boxed();
    }
    let units = [
        ("DAYS", 36500),
        ("WEEKS", 5200),
        ("MONTHS", 1200),
        ("YEARS", 100),
    ];
    select(units.to_vec())
        .prop_flat_map(|(unit, most)| (Just(unit), 1..=most))
        .prop_map(|(unit, interval)| json!({ "interval": interval, "interval_unit": unit }))
        .boxed()
}

fn schedule(by_count: bool, instances: bool) -> impl Strategy<Value = Json> {
    let variable = word(&["$(instance-id)", "$(timestamp)"]);
    let variable = btree_map("[A-Z][a-z]{0,5}", variable, 0..=usize::from(instances) * 2);
    (
        plain_text(),
        maybe(any::<bool>().prop_map(Json::from)),
        maybe(tags(0)),
        maybe(variable.prop_map(|tags| json!(tags))),
        create_rule(),
        retain_rule(by_count),
    )
        .prop_map(
            |(name, copy_tags, tags_to_add, variable_tags, create, retain)| {
                object(vec![
                    ("name", Some(name)),
                    ("copy_tags", copy_tags),
                    ("tags_to_add", tags_to_add),
                    ("variable_tags", variable_tags),
                    ("create_rule", Some(json!([create]))),
                    ("retain_rule", Some(json!([retain]))),
                ])
            },
        )
}

/// Target tags as a map and as blocks, at least one in all and none twice.
fn targets() -> impl Strategy<Value = (Option<Json>, Json)> {
    let pair = (
        select(&["Backup", "Role", "Stage"][..]),
        select(&["a", "b", "c"][..]),
    );
    (maybe(tags(0)), btree_set(pair, 0..=3)).prop_map(|(map, blocks)| {
        let mut map = map;
        let no_map = map
            .as_ref()
            .is_none_or(|map| map.as_object().is_none_or(Map::is_empty));
        if no_map && blocks.is_empty() {
            map = Some(json!({ "Backup": "Daily" }));
        }
        let blocks = blocks
            .iter()
            .filter(|(key, value)| map.as_ref().is_none_or(|map| map[*key] != *value))
            .map(|(key, value)| json!({ "key": key, "value": value }));
        let blocks = blocks.collect::<Vec<_>>();
        (map, Json::Array(blocks))
    })
}

fn details(by_count: bool) -> impl Strategy<Value = Json> {
    any::<bool>().prop_flat_map(move |instances| {
        let target = if instances { "INSTANCE" } else { "VOLUME" };
        (
            maybe(word(&["EBS_SNAPSHOT_MANAGEMENT"])),
            maybe(word(&["STANDARD"])),
            maybe(word(&["CLOUD", "OUTPOST", "LOCAL_ZONE"]).prop_map(|word| json!([word]))),
            targets(),
            proptest::collection::vec(schedule(by_count, instances), 1..=4),
        )
            .prop_map(
                move |(kind, language, locations, (map, blocks), schedules)| {
                    object(vec![
                        ("policy_type", kind),
                        ("policy_language", language),
                        ("resource_types", Some(json!([target]))),
                        ("resource_locations", locations),
                        ("target_tags", map),
                        ("target_tag", Some(blocks)),
                        ("schedule", Some(json!(schedules))),
                    ])
                },
            )
    })
}

/// A policy.
pub(crate) fn policy() -> impl Strategy<Value = Policy> {
    any::<bool>().prop_flat_map(|by_count| {
        let roles = &[
            "arn:aws:iam::123456789012:role/dlm",
            "arn:aws:iam::123456789012:role/service-role/AWSDataLifecycleManagerDefaultRole",
        ];
        (
            plain_text(),
            word(roles),
            maybe(word(&["ENABLED", "DISABLED"])),
            maybe(word(&["eu-central-1", "eu-west-1"])),
            maybe(tags(0)),
            details(by_count),
        )
            .prop_map(move |(description, role, state, region, tags, details)| {
                let config = object(vec![
                    ("description", Some(description)),
                    ("execution_role_arn", Some(role)),
                    ("state", state),
                    ("region", region),
                    ("tags", tags),
                    ("policy_details", Some(json!([details]))),
                ]);
                Policy { config, by_count }
            })
    })
}
