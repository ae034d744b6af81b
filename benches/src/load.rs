//! What is applied.

use anyhow::{Result, ensure};
use holdfast_sandbox::Remote;
use serde_json::{Value as Json, json};

/// The bucket of all rules; it is there before.
const BUCKET: &str = "holdfast-bench";

/// A number of resources of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// `holdfast_lifecycle_rule`, all in one bucket.
    Rules(usize),
    /// `holdfast_etcd_backup_bucket`.
    Buckets(usize),
    /// `holdfast_dlm_policy`.
    Policies(usize),
}

impl Load {
    /// Everything that is measured.
    pub const ALL: [Self; 7] = [
        Self::Rules(1),
        Self::Rules(10),
        Self::Rules(100),
        Self::Rules(1000),
        Self::Buckets(1),
        Self::Buckets(50),
        Self::Policies(50),
    ];

    /// How many.
    pub fn count(self) -> usize {
        match self {
            Self::Rules(count) | Self::Buckets(count) | Self::Policies(count) => count,
        }
    }

    /// Of what.
    pub fn of(self) -> &'static str {
        match self {
            Self::Rules(_) => "rules in one bucket",
            Self::Buckets(_) => "backup buckets",
            Self::Policies(_) => "DLM policies",
        }
    }

    /// Puts into the sandbox what is there before.
    ///
    /// # Errors
    /// The sandbox refuses.
    pub fn prepare(self, sandbox: &Remote) -> Result<()> {
        if let Self::Rules(_) = self {
            let create = json!({ "method": "PUT", "path": format!("/{BUCKET}") });
            let made = sandbox.call("POST", "/_sandbox/s3/request", Some(&create))?;
            ensure!(made["status"] == 200, "the bucket is not made: {made}");
        }
        Ok(())
    }

    /// The configuration, as `main.tf.json` has it.
    pub fn configuration(self) -> Json {
        let (type_name, mut body) = self.resource();
        body["count"] = json!(self.count());
        json!({
            "terraform": { "required_providers": { "holdfast": { "source": "holdfast/holdfast" } } },
            "provider": { "holdfast": { "region": "us-east-1", "s3_use_path_style": true } },
            "resource": { type_name: { "all": body } },
        })
    }

    fn resource(self) -> (&'static str, Json) {
        match self {
            Self::Rules(_) => (
                "holdfast_lifecycle_rule",
                json!({
                    "bucket": BUCKET,
                    "rule_id": "expire-${count.index}",
                    "filter": [{ "prefix": "cluster-${count.index}/" }],
                    "expiration": [{ "days": 30 }],
                }),
            ),
            Self::Buckets(_) => (
                "holdfast_etcd_backup_bucket",
                json!({
                    "bucket": "holdfast-bench-${count.index}",
                    "deletion_protection": false,
                    "tags": { "Team": "infra" },
                }),
            ),
            Self::Policies(_) => (
                "holdfast_dlm_policy",
                json!({
                    "description": "Daily snapshots ${count.index}",
                    "execution_role_arn": "arn:aws:iam::123456789012:role/dlm",
                    "policy_details": [{
                        "resource_types": ["VOLUME"],
                        "target_tags": { "Backup": "${count.index}" },
                        "schedule": [{
                            "name": "daily",
                            "create_rule": [{ "interval": 24, "times": ["03:00"] }],
                            "retain_rule": [{ "count": 7 }],
                        }],
                    }],
                }),
            ),
        }
    }
}
