//! Many rules, many buckets: all arrive, and few calls are made.

use anyhow::{Result, ensure};
use holdfast_e2e::on_each_host;

use super::{bucket, ids, lifecycle};

const GET: &str = "s3:GetBucketLifecycleConfiguration";
const PUT: &str = "s3:PutBucketLifecycleConfiguration";
const DELETE: &str = "s3:DeleteBucketLifecycle";

/// `rules` rules in each of `buckets` buckets.
fn crowd(buckets: usize, rules: usize) -> String {
    format!(
        r#"
locals {{
  rules = {{ for i in range({total}) : format("%04d", i) => floor(i / {rules}) }}
}}
resource "holdfast_lifecycle_rule" "crowd" {{
  for_each = local.rules
  bucket   = "bucket-${{each.value}}"
  rule_id  = "rule-${{each.key}}"
  filter {{
    prefix = "${{each.key}}/"
  }}
  expiration {{
    days = 30
  }}
}}
"#,
        total = buckets * rules
    )
}

/// All rules arrive, with so many writes at most; a refresh reads each bucket once.
fn all_arrive(buckets: usize, rules: usize, most_writes: usize) -> Result<()> {
    on_each_host(|scene| {
        for i in 0..buckets {
            bucket(scene, &format!("bucket-{i}"))?;
        }
        scene.configure(&crowd(buckets, rules))?;
        scene.workdir.init()?;
        scene.sandbox.clear_log();
        scene
            .workdir
            .ok(&["apply", "-auto-approve", "-no-color", "-parallelism=50"])?;
        for i in 0..buckets {
            let found = ids(scene, &format!("bucket-{i}"))?;
            ensure!(found.len() == rules, "bucket-{i}: {}", found.len());
        }
        let writes = scene.sandbox.calls(PUT);
        ensure!(writes <= most_writes, "{writes} writes");

        scene.sandbox.clear_log();
        scene.workdir.plan_is_empty()?;
        let counts = scene.sandbox.counts();
        ensure!(
            scene.sandbox.calls(GET) == buckets,
            "one read per bucket: {counts:?}"
        );
        ensure!(counts.len() == 1, "nothing else is asked: {counts:?}");

        scene.sandbox.clear_log();
        scene
            .workdir
            .ok(&["destroy", "-auto-approve", "-no-color", "-parallelism=50"])?;
        for i in 0..buckets {
            ensure!(
                lifecycle(scene, &format!("bucket-{i}"))?.is_none(),
                "bucket-{i}"
            );
        }
        ensure!(
            scene.sandbox.calls(DELETE) == buckets,
            "{:?}",
            scene.sandbox.counts()
        );
        Ok(())
    })
}

#[test]
fn two_hundred_rules_of_one_bucket() -> Result<()> {
    // Those that wait for the bucket go out together.
    all_arrive(1, 200, 50)
}

#[test]
fn fifty_buckets() -> Result<()> {
    all_arrive(50, 4, 200)
}
