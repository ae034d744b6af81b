//! The acceptance tests of hashicorp/aws's `aws_s3_bucket_lifecycle_configuration`, by name and
//! situation, with assertions of our own, for both resources.

use anyhow::{Context, Result, ensure};
use holdfast_e2e::{on_each_host, on_one_host};
use holdfast_sandbox::S3Settings;

use super::{actions, bucket, lifecycle, rule_xml};

/// One situation: its name, the body of the rule, what S3 must hold, and whether an import gives
/// the very same configuration (some spellings mean the same to S3).
struct Situation {
    name: &'static str,
    body: &'static str,
    holds: &'static [&'static str],
    imports: bool,
}

const fn situation(
    name: &'static str,
    body: &'static str,
    holds: &'static [&'static str],
    imports: bool,
) -> Situation {
    Situation {
        name,
        body,
        holds,
        imports,
    }
}

const SITUATIONS: &[Situation] = &[
    situation(
        "basic",
        "filter {\n prefix = \"\"\n}\nexpiration {\n days = 365\n}\nwhole_bucket = true",
        &[
            "<Filter><Prefix/></Filter>",
            "<Expiration><Days>365</Days></Expiration>",
        ],
        false,
    ),
    situation(
        "filter-with-prefix",
        "filter {\n prefix = \"logs/\"\n}\nexpiration {\n days = 180\n}",
        &["<Filter><Prefix>logs/</Prefix></Filter>"],
        true,
    ),
    situation(
        "filter-with-empty-prefix",
        "filter {\n prefix = \"\"\n}\nabort_incomplete_multipart_upload {\n days_after_initiation = 7\n}",
        &["<Filter><Prefix/></Filter>"],
        false,
    ),
    situation(
        "filter-object-size-greater-than",
        "filter {\n object_size_greater_than = 100\n}\nexpiration {\n days = 365\n}",
        &["<Filter><ObjectSizeGreaterThan>100</ObjectSizeGreaterThan></Filter>"],
        true,
    ),
    situation(
        "filter-object-size-greater-than-zero",
        "filter {\n object_size_greater_than = 0\n}\nexpiration {\n days = 365\n}",
        &["<ObjectSizeGreaterThan>0</ObjectSizeGreaterThan>"],
        true,
    ),
    situation(
        "filter-object-size-less-than",
        "filter {\n object_size_less_than = 500\n}\nexpiration {\n days = 365\n}",
        &["<Filter><ObjectSizeLessThan>500</ObjectSizeLessThan></Filter>"],
        true,
    ),
    situation(
        "filter-object-size-range",
        "filter {\n and {\n  object_size_greater_than = 500\n  object_size_less_than = 64000\n }\n}\nexpiration {\n days = 365\n}",
        &[
            "<And><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan><ObjectSizeLessThan>64000</ObjectSizeLessThan></And>",
        ],
        true,
    ),
    situation(
        "filter-object-size-range-and-prefix",
        "filter {\n and {\n  prefix = \"big/\"\n  object_size_greater_than = 500\n  object_size_less_than = 64000\n }\n}\nexpiration {\n days = 365\n}",
        &["<And><Prefix>big/</Prefix>"],
        true,
    ),
    situation(
        "filter-tag",
        "filter {\n tag {\n  key = \"key1\"\n  value = \"value1\"\n }\n}\nexpiration {\n days = 365\n}",
        &["<Filter><Tag><Key>key1</Key><Value>value1</Value></Tag></Filter>"],
        true,
    ),
    situation(
        "filter-and-tags",
        "filter {\n and {\n  prefix = \"p/\"\n  tags = { one = \"1\", two = \"2\" }\n }\n}\nexpiration {\n days = 365\n}",
        &["<And><Prefix>p/</Prefix><Tag>"],
        true,
    ),
    situation(
        "filter-and-of-one",
        "filter {\n and {\n  tags = { one = \"1\" }\n }\n}\nexpiration {\n days = 365\n}",
        &["<Filter><Tag><Key>one</Key><Value>1</Value></Tag></Filter>"],
        false,
    ),
    situation(
        "filter-and-of-none",
        "filter {\n and {}\n}\nabort_incomplete_multipart_upload {\n days_after_initiation = 7\n}",
        &["<Filter><Prefix/></Filter>"],
        false,
    ),
    situation(
        "disable-rule",
        "status = \"Disabled\"\nfilter {}\nexpiration {\n days = 365\n}",
        &["<Status>Disabled</Status>"],
        true,
    ),
    situation(
        "no-filter-or-prefix",
        "noncurrent_version_expiration {\n noncurrent_days = 365\n}",
        &["<Filter><Prefix/></Filter>"],
        false,
    ),
    situation(
        "noncurrent-version-expiration",
        "filter {}\nnoncurrent_version_expiration {\n noncurrent_days = 90\n newer_noncurrent_versions = 2\n}",
        &[
            "<NoncurrentDays>90</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions>",
        ],
        true,
    ),
    situation(
        "noncurrent-version-transition",
        "filter {\n prefix = \"\"\n}\nnoncurrent_version_transition {\n noncurrent_days = 30\n storage_class = \"STANDARD_IA\"\n}\nnoncurrent_version_transition {\n noncurrent_days = 60\n storage_class = \"INTELLIGENT_TIERING\"\n}",
        &[
            "<StorageClass>STANDARD_IA</StorageClass>",
            "<StorageClass>INTELLIGENT_TIERING</StorageClass>",
        ],
        false,
    ),
    situation(
        "legacy-prefix",
        "prefix = \"path1/\"\nexpiration {\n days = 365\n}",
        &["<Prefix>path1/</Prefix>"],
        true,
    ),
    situation(
        "expire-marker-only",
        "filter {}\nexpiration {\n expired_object_delete_marker = true\n}",
        &["<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>"],
        true,
    ),
    situation(
        "expiration-empty-block",
        "filter {}\nexpiration {}",
        &["<ExpiredObjectDeleteMarker>false</ExpiredObjectDeleteMarker>"],
        false,
    ),
    situation(
        "expiration-without-marker",
        "filter {\n prefix = \"a\"\n}\nexpiration {\n days = 1\n expired_object_delete_marker = false\n}",
        &["<Expiration><Days>1</Days></Expiration>"],
        false,
    ),
    situation(
        "expiration-date",
        "filter {\n prefix = \"a\"\n}\nexpiration {\n date = \"2033-10-11T00:00:00Z\"\n}",
        &["<Date>2033-10-11T00:00:00"],
        true,
    ),
    situation(
        "abort-incomplete-multipart-upload",
        "filter {}\nabort_incomplete_multipart_upload {\n days_after_initiation = 7\n}",
        &["<DaysAfterInitiation>7</DaysAfterInitiation>"],
        true,
    ),
    situation(
        "transition-date-standard-ia",
        "filter {}\ntransition {\n date = \"2033-10-11T00:00:00Z\"\n storage_class = \"STANDARD_IA\"\n}",
        &["<Date>2033-10-11T00:00:00"],
        true,
    ),
    situation(
        "transition-date-intelligent-tiering",
        "filter {}\ntransition {\n date = \"2033-10-11T00:00:00Z\"\n storage_class = \"INTELLIGENT_TIERING\"\n}",
        &["<StorageClass>INTELLIGENT_TIERING</StorageClass>"],
        true,
    ),
    situation(
        "transition-storage-class-only",
        "filter {}\ntransition {\n storage_class = \"INTELLIGENT_TIERING\"\n}",
        &["<Days>0</Days>"],
        false,
    ),
    situation(
        "transition-zero-days",
        "filter {}\ntransition {\n days = 0\n storage_class = \"INTELLIGENT_TIERING\"\n}",
        &["<Days>0</Days>"],
        true,
    ),
    situation(
        "transitions-down-to-deep-archive",
        "filter {\n prefix = \"a\"\n}\ntransition {\n days = 30\n storage_class = \"STANDARD_IA\"\n}\ntransition {\n days = 60\n storage_class = \"GLACIER\"\n}\ntransition {\n days = 180\n storage_class = \"DEEP_ARCHIVE\"\n}\nexpiration {\n days = 365\n}",
        &["<StorageClass>DEEP_ARCHIVE</StorageClass>"],
        true,
    ),
];

/// The situation as both resources, each in a bucket of its own.
fn resources(situation: &Situation) -> String {
    let Situation { name, body, .. } = situation;
    format!(
        "resource \"holdfast_lifecycle_rule\" \"{name}\" {{\n bucket = \"rule-{name}\"\n \
         rule_id = \"the/rule {name}\"\n {body}\n}}\n\
         resource \"holdfast_bucket_lifecycle\" \"{name}\" {{\n bucket = \"whole-{name}\"\n \
         rule {{\n id = \"the/rule {name}\"\n {body}\n }}\n}}\n"
    )
}

fn all(chosen: impl Fn(&Situation) -> bool) -> String {
    SITUATIONS
        .iter()
        .filter(|one| chosen(one))
        .map(resources)
        .collect()
}

#[test]
fn every_situation_converges_reaches_s3_and_is_imported() -> Result<()> {
    on_each_host(|scene| {
        for situation in SITUATIONS {
            bucket(scene, &format!("rule-{}", situation.name))?;
            bucket(scene, &format!("whole-{}", situation.name))?;
        }
        scene.configure(&all(|_| true))?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()?;
        for situation in SITUATIONS {
            for bucket in ["rule", "whole"].map(|kind| format!("{kind}-{}", situation.name)) {
                let rule = rule_xml(scene, &bucket, &format!("the/rule {}", situation.name))?;
                for part in situation.holds {
                    ensure!(rule.contains(part), "{bucket}: {part} is not in {rule}");
                }
            }
        }

        let before = scene.sandbox.buckets();
        let mut imports = String::new();
        for Situation { name, .. } in SITUATIONS {
            imports += &format!(
                "import {{\n to = holdfast_lifecycle_rule.{name}\n id = \"rule-{name}/the/rule {name}\"\n}}\n\
                 import {{\n to = holdfast_bucket_lifecycle.{name}\n id = \"whole-{name}\"\n}}\n"
            );
        }
        std::fs::remove_file(scene.workdir.path().join("terraform.tfstate"))?;
        scene.workdir.write("import.tf", &imports)?;
        let plan = scene.workdir.plan_json(&[])?;
        for Situation { name, imports, .. } in SITUATIONS {
            for kind in ["lifecycle_rule", "bucket_lifecycle"] {
                let address = format!("holdfast_{kind}.{name}");
                let done = actions(&plan, &address);
                let wanted = if *imports { "no-op" } else { "update" };
                ensure!(done == serde_json::json!([wanted]), "{address}: {done}");
            }
        }
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()?;
        ensure!(
            scene.sandbox.buckets() == before,
            "an import changes nothing"
        );

        scene
            .workdir
            .ok(&["destroy", "-auto-approve", "-no-color"])?;
        for situation in SITUATIONS {
            for bucket in ["rule", "whole"].map(|kind| format!("{kind}-{}", situation.name)) {
                ensure!(
                    lifecycle(scene, &bucket)?.is_none(),
                    "{bucket} is empty again"
                );
            }
        }
        Ok(())
    })
}

/// hashicorp/aws waits three minutes and fails on such stores (#25939, #46021, #49547).
#[test]
fn a_store_that_answers_in_its_own_words_is_understood() -> Result<()> {
    on_one_host(|scene| {
        scene.sandbox.set_s3_settings(S3Settings {
            minimum_size_header: false,
            empty_filter: false,
            md5_only: true,
            ..S3Settings::default()
        });
        for situation in SITUATIONS {
            bucket(scene, &format!("rule-{}", situation.name))?;
            bucket(scene, &format!("whole-{}", situation.name))?;
        }
        scene.configure(&all(|_| true))?;
        scene.workdir.init()?;
        let run = scene.workdir.apply()?.prose();
        ensure!(!run.contains("changed the lifecycle rule"), "{run}");
        scene.workdir.plan_is_empty()
    })
}

/// Steps of one rule, each an apply in place, as hashicorp/aws's tests of updates.
#[test]
fn updates_go_in_place_and_lose_nothing() -> Result<()> {
    let steps: &[(&str, &[&str])] = &[
        // TransitionUpdateBetweenDaysAndDate
        (
            "filter {}\ntransition {\n days = 30\n storage_class = \"INTELLIGENT_TIERING\"\n}",
            &["<Days>30</Days>"],
        ),
        (
            "filter {}\ntransition {\n date = \"2033-10-11T00:00:00Z\"\n storage_class = \"INTELLIGENT_TIERING\"\n}",
            &["<Date>2033-10-11"],
        ),
        (
            "filter {}\ntransition {\n days = 0\n storage_class = \"INTELLIGENT_TIERING\"\n}",
            &["<Days>0</Days>"],
        ),
        // Update_filterWithAndToFilterWithPrefix
        (
            "filter {\n and {\n  prefix = \"prefix1\"\n  object_size_greater_than = 300\n }\n}\nexpiration {\n days = 90\n}",
            &["<And><Prefix>prefix1</Prefix>"],
        ),
        (
            "filter {\n prefix = \"prefix1\"\n}\nexpiration {\n days = 90\n}",
            &["<Filter><Prefix>prefix1</Prefix></Filter>"],
        ),
        // Rolling back to the older form drops the prefix in hashicorp/aws (#35656).
        (
            "prefix = \"prefix1\"\nexpiration {\n days = 90\n}",
            &["<Prefix>prefix1</Prefix>"],
        ),
        (
            "filter {\n prefix = \"prefix1\"\n}\nexpiration {\n days = 90\n}",
            &["<Filter><Prefix>prefix1</Prefix></Filter>"],
        ),
        // EmptyFilter_NonCurrentVersions, with an action more and one less
        (
            "filter {}\nnoncurrent_version_expiration {\n noncurrent_days = 1\n newer_noncurrent_versions = 2\n}\nabort_incomplete_multipart_upload {\n days_after_initiation = 1\n}",
            &[
                "<NewerNoncurrentVersions>2</NewerNoncurrentVersions>",
                "<DaysAfterInitiation>1</DaysAfterInitiation>",
            ],
        ),
        (
            "status = \"Disabled\"\nfilter {}\nabort_incomplete_multipart_upload {\n days_after_initiation = 1\n}",
            &["<Status>Disabled</Status>"],
        ),
    ];
    on_each_host(|scene| {
        bucket(scene, "rule")?;
        bucket(scene, "whole")?;
        scene.configure("")?;
        scene.workdir.init()?;
        for (step, (body, holds)) in steps.iter().enumerate() {
            scene.configure(&format!(
                "resource \"holdfast_lifecycle_rule\" \"one\" {{\n bucket = \"rule\"\n rule_id = \"one\"\n {body}\n}}\n\
                 resource \"holdfast_bucket_lifecycle\" \"all\" {{\n bucket = \"whole\"\n rule {{\n id = \"one\"\n {body}\n }}\n}}\n"
            ))?;
            let run = scene
                .workdir
                .apply()
                .with_context(|| format!("step {step}"))?;
            if step > 0 {
                ensure!(
                    run.stdout.contains("0 added, 2 changed, 0 destroyed"),
                    "{}",
                    run.stdout
                );
            }
            scene
                .workdir
                .plan_is_empty()
                .with_context(|| format!("step {step}"))?;
            for bucket in ["rule", "whole"] {
                let rule = rule_xml(scene, bucket, "one")?;
                for part in *holds {
                    ensure!(rule.contains(part), "step {step}: {part} is not in {rule}");
                }
            }
        }
        Ok(())
    })
}
