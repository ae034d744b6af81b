//! `holdfast_lifecycle_rule` beside rules of somebody else, one of which has an element that nobody
//! knows.

use anyhow::Result;
use holdfast_sandbox::Sandbox;
use serde_json::{Value as Json, json};

use super::bucket;
use crate::scene::Scene;

pub(crate) struct LifecycleRule;

const BUCKET: &str = "holdfast-rules";
const RULE: &str = "expire-snapshots";
/// What others have configured.
const OTHERS: &str = r#"<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>logs</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>9</Days></Expiration><FromTheFuture>yes</FromTheFuture></Rule></LifecycleConfiguration>"#;

impl Scene for LifecycleRule {
    fn type_name(&self) -> &'static str {
        "holdfast_lifecycle_rule"
    }

    fn prepare(&self, sandbox: &Sandbox) -> Result<()> {
        bucket::make(sandbox, BUCKET)?;
        sandbox.plant_lifecycle(BUCKET, Some(OTHERS), Some("varies_by_storage_class"))?;
        Ok(())
    }

    fn first(&self) -> Json {
        rule(30, json!([{ "days": 30, "storage_class": "GLACIER" }]))
    }

    fn second(&self) -> Json {
        rule(60, json!([]))
    }

    fn volatile(&self) -> &'static [&'static str] {
        &[]
    }

    fn made(&self, stored: &Json) -> Vec<String> {
        let document = bucket::named(stored, BUCKET)
            .and_then(|bucket| bucket["Lifecycle"]["Document"].as_str())
            .unwrap_or_default();
        let id = format!("<ID>{RULE}</ID>");
        let ours = document.matches(&id);
        ours.map(|_| format!("{BUCKET}/{RULE}")).collect()
    }
}

fn rule(extra: u32, transition: Json) -> Json {
    json!({
        "bucket": BUCKET,
        "rule_id": RULE,
        "filter": [{ "prefix": "etcd-snapshots/" }],
        "expiration": [{ "days": 60 + extra }],
        "transition": transition,
        "noncurrent_version_expiration": [{ "noncurrent_days": extra }],
    })
}
