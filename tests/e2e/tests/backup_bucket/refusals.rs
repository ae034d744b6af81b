//! What S3 would reject is refused before anybody is asked, with the attribute named.

use anyhow::{Context, Result, ensure};
use holdfast_e2e::on_each_host;
use serde_json::Value;

use crate::bucket;

/// What is in the body of a bucket, and what the refusal must say, the attribute first.
const REFUSED: &[(&str, &[&str])] = &[
    ("region = \"eu central\"", &["region", "eu-central-1"]),
    (
        "snapshot_folder = \"/prod\"",
        &["snapshot_folder", "without a slash"],
    ),
    (
        "snapshot_folder = \"a/../b\"",
        &["snapshot_folder", "neither empty nor"],
    ),
    ("snapshot_folder = \"a*\"", &["snapshot_folder", "patterns"]),
    (
        "kms_key_arn = \"alias/backups\"",
        &["kms_key_arn", "ARN of a key"],
    ),
    (
        "kms_key_arn = \"arn:aws:kms:eu-central-1:123456789012:alias/backups\"",
        &["kms_key_arn", "alias will not do"],
    ),
    (
        "region = \"eu-west-1\"\n kms_key_arn = \"arn:aws:kms:eu-central-1:123456789012:key/1\"",
        &["kms_key_arn", "S3 needs one in eu-west-1"],
    ),
    ("policy = \"{\"", &["policy", "not JSON"]),
    ("policy = \"\"", &["policy", "not JSON"]),
    ("policy = jsonencode({})", &["policy", "no Statement"]),
    (
        "policy = jsonencode({ Statement = [{ Effect = \"Deny\", Principal = \"*\", Action = \"s3:*\" }] })",
        &["policy", "needs Resource"],
    ),
    (
        "policy = jsonencode({ Statement = [{ Effect = \"Allow\", Principal = \"*\", Action = \"s3:GetObject\", Resource = \"arn:aws:s3:::x/*\" }] })",
        &["policy", "lets everybody in"],
    ),
    (
        "policy = jsonencode({ Statement = [{ Sid = \"HoldfastTlsOnly\", Effect = \"Deny\", Principal = \"*\", Action = \"s3:*\", Resource = \"arn:aws:s3:::x/*\" }] })",
        &["policy", "leave that statement out"],
    ),
    (
        "object_lock {\n mode = \"HARD\"\n days = 1\n }",
        &["mode", "GOVERNANCE"],
    ),
    ("object_lock {\n days = 1\n }", &["days", "needs mode"]),
    (
        "object_lock {\n mode = \"GOVERNANCE\"\n }",
        &["mode", "days or years"],
    ),
    (
        "object_lock {\n mode = \"GOVERNANCE\"\n days = 1\n years = 1\n }",
        &["years", "take one out"],
    ),
    (
        "object_lock {\n mode = \"GOVERNANCE\"\n days = 0\n }",
        &["days", "at least 1"],
    ),
    (
        "object_lock {\n mode = \"GOVERNANCE\"\n years = 101\n }",
        &["years", "at most 100"],
    ),
    (
        "logging {\n target_bucket = \"Logs\"\n }",
        &["target_bucket", "lower-case"],
    ),
    (
        "replication {\n role_arn = \"me\"\n bucket_arn = \"arn:aws:s3:::replica\"\n }",
        &["role_arn", "ARN of a role"],
    ),
    (
        "replication {\n role_arn = \"arn:aws:iam::123456789012:role/r\"\n bucket_arn = \"replica\"\n }",
        &["bucket_arn", "ARN of a bucket"],
    ),
    (
        "kms_key_arn = \"arn:aws:kms:eu-central-1:123456789012:key/1\"\n replication {\n role_arn = \"arn:aws:iam::123456789012:role/r\"\n bucket_arn = \"arn:aws:s3:::replica\"\n }",
        &["kms_key_arn", "S3 copies those only if"],
    ),
    (
        "tags = { \"holdfast:creating\" = \"x\" }",
        &["tags", "Reserved tag key"],
    ),
    ("tags = { \"aws:x\" = \"x\" }", &["tags", "AWS's own"]),
    ("tags = { a = \"b;c\" }", &["tags", "is not allowed"]),
];

/// Names that nobody takes, and why.
const NAMES: &[(&str, &str)] = &[
    ("ab", "3 to 63"),
    ("Backups", "lower-case"),
    ("my_bucket", "lower-case"),
    ("-backups", "begins and ends"),
    ("back..ups", "two dots"),
    ("back.-ups", "K3s refuses"),
    ("192.168.1.10", "IP address"),
];

#[test]
fn what_s3_would_reject_is_refused_at_plan_time() -> Result<()> {
    let mut text = String::new();
    let mut expected = Vec::new();
    for (i, (body, words)) in REFUSED.iter().enumerate() {
        text += &bucket(&format!("case_{i}"), &format!("etcd-case-{i}"), body);
        expected.push((format!("case_{i}"), words.to_vec()));
    }
    for (i, (name, why)) in NAMES.iter().enumerate() {
        text += &bucket(&format!("name_{i}"), name, "");
        expected.push((format!("name_{i}"), vec!["bucket", why]));
    }
    on_each_host(|scene| {
        scene.configure(&text)?;
        scene.workdir.init()?;
        let run = scene.workdir.run(&["validate", "-json"])?;
        let report: Value = serde_json::from_str(&run.stdout)?;
        let said = report["diagnostics"].as_array().context("diagnostics")?;
        let errors = said.iter().filter(|one| one["severity"] == "error");
        let errors: Vec<&Value> = errors.collect();
        for (label, words) in &expected {
            let header = format!("resource \"holdfast_etcd_backup_bucket\" \"{label}\"");
            let found = errors
                .iter()
                .filter(|error| error["snippet"]["context"] == *header);
            let found: Vec<String> = found.map(|error| error.to_string()).collect();
            ensure!(found.len() == 1, "{label} {words:?}: {found:#?}");
            for word in words {
                ensure!(found[0].contains(word), "{word:?} is not in {}", found[0]);
            }
        }
        ensure!(errors.len() == expected.len(), "{errors:#?}");
        ensure!(scene.sandbox.log().is_empty(), "{:?}", scene.sandbox.log());
        Ok(())
    })
}

#[test]
fn a_policy_for_another_bucket_is_refused_in_the_plan() -> Result<()> {
    on_each_host(|scene| {
        let policy = "policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Deny\", \
                      Principal = \"*\", Action = \"s3:*\", Resource = \"arn:aws:s3:::others/*\" }] })";
        scene.configure(&crate::backups(policy))?;
        scene.workdir.init()?;
        let refused = scene.workdir.fails(&["plan", "-no-color"])?;
        ensure!(refused.contains("arn:aws:s3:::others/*"), "{refused}");
        ensure!(
            refused.contains("policy = jsonencode"),
            "points there: {refused}"
        );
        Ok(())
    })
}
