//! `holdfast_etcd_backup_bucket` with all that can be configured, beside the buckets that it names.
//! Before it is deleted, somebody has put objects into it and begun an upload.

use anyhow::Result;
use holdfast_sandbox::{S3Request, Sandbox};
use serde_json::{Value as Json, json};

use super::bucket;
use crate::cell::Operation;
use crate::scene::Scene;

pub(crate) struct EtcdBackupBucket;

const NAME: &str = "holdfast-backups";
const LOGS: &str = "holdfast-logs";
const REPLICA: &str = "holdfast-replica";

impl Scene for EtcdBackupBucket {
    fn type_name(&self) -> &'static str {
        "holdfast_etcd_backup_bucket"
    }

    fn prepare(&self, sandbox: &Sandbox) -> Result<()> {
        bucket::make(sandbox, LOGS)?;
        bucket::make(sandbox, REPLICA)?;
        bucket::keep_versions(sandbox, REPLICA)
    }

    fn first(&self) -> Json {
        let mut config = configuration("first/", json!({ "Team": "infra", "Old": "1" }));
        config["kms_key_arn"] = json!("arn:aws:kms:eu-central-1:123456789012:key/backups");
        config["policy"] = json!(policy("arn:aws:iam::123456789012:role/reader"));
        config["replication"] = json!([{
            "role_arn": "arn:aws:iam::123456789012:role/replication",
            "bucket_arn": format!("arn:aws:s3:::{REPLICA}"),
            "kms_key_arn": "arn:aws:kms:eu-central-1:123456789012:key/replica",
        }]);
        config
    }

    fn second(&self) -> Json {
        let mut config = configuration("second/", json!({ "Team": "platform", "New": "1" }));
        config["policy"] = json!(policy("arn:aws:iam::123456789012:role/auditor"));
        config["object_lock"] = json!([{}]);
        config
    }

    fn meanwhile(&self, operation: Operation, sandbox: &Sandbox) -> Result<()> {
        if operation != Operation::Delete {
            return Ok(());
        }
        let object = format!("/{NAME}/etcd-snapshots/one");
        for text in ["first", "second"] {
            bucket::call(sandbox, S3Request::new("PUT", &object).body(text))?;
        }
        bucket::call(sandbox, S3Request::new("DELETE", &object))?;
        let upload = format!("/{NAME}/etcd-snapshots/two?uploads");
        bucket::call(sandbox, S3Request::new("POST", &upload))
    }

    fn volatile(&self) -> &'static [&'static str] {
        &[]
    }

    fn made(&self, stored: &Json) -> Vec<String> {
        let found = bucket::named(stored, NAME);
        found.map(|_| NAME.to_owned()).into_iter().collect()
    }

    fn held(&self, state: &Json) -> Option<String> {
        state["bucket"].as_str().map(str::to_owned)
    }
}

fn configuration(log_prefix: &str, tags: Json) -> Json {
    json!({
        "bucket": NAME,
        "deletion_protection": false,
        "force_destroy": true,
        "logging": [{ "target_bucket": LOGS, "target_prefix": log_prefix }],
        "tags": tags,
    })
}

fn policy(reader: &str) -> String {
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "Readers",
            "Effect": "Allow",
            "Principal": { "AWS": reader },
            "Action": "s3:GetObject",
            "Resource": format!("arn:aws:s3:::{NAME}/*"),
        }],
    });
    policy.to_string()
}
