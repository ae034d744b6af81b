//! `holdfast_bucket_lifecycle`: all rules of a bucket.

use anyhow::Result;
use holdfast_sandbox::Sandbox;
use serde_json::{Value as Json, json};

use super::bucket;
use crate::scene::Scene;

pub(crate) struct BucketLifecycle;

const BUCKET: &str = "holdfast-all-rules";

impl Scene for BucketLifecycle {
    fn type_name(&self) -> &'static str {
        "holdfast_bucket_lifecycle"
    }

    fn prepare(&self, sandbox: &Sandbox) -> Result<()> {
        bucket::make(sandbox, BUCKET)
    }

    fn first(&self) -> Json {
        configuration(
            "all_storage_classes_128K",
            json!([
                rule("expire-snapshots", "etcd-snapshots/", 30),
                rule("expire-logs", "logs/", 9),
            ]),
        )
    }

    fn second(&self) -> Json {
        configuration(
            "varies_by_storage_class",
            json!([
                rule("expire-snapshots", "etcd-snapshots/", 60),
                rule("expire-scratch", "scratch/", 1),
            ]),
        )
    }

    fn volatile(&self) -> &'static [&'static str] {
        &[]
    }

    fn made(&self, stored: &Json) -> Vec<String> {
        let bucket = bucket::named(stored, BUCKET);
        let has = bucket.is_some_and(|bucket| !bucket["Lifecycle"].is_null());
        has.then(|| BUCKET.to_owned()).into_iter().collect()
    }
}

fn configuration(minimum_size: &str, rules: Json) -> Json {
    json!({
        "bucket": BUCKET,
        "transition_default_minimum_object_size": minimum_size,
        "rule": rules,
    })
}

fn rule(id: &str, prefix: &str, days: u32) -> Json {
    json!({
        "id": id,
        "filter": [{ "prefix": prefix }],
        "expiration": [{ "days": days }],
        "abort_incomplete_multipart_upload": [{ "days_after_initiation": 7 }],
    })
}
