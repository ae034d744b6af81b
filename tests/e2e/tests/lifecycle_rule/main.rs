//! `holdfast_lifecycle_rule` and `holdfast_bucket_lifecycle` through real hosts.
//!
//! - `situations`: the acceptance tests of hashicorp/aws's lifecycle configuration as situations of
//!   our own;
//! - `life`: create, drift, update, import, replacement, destroy;
//! - `neighbours`: rules that others wrote, and other stores;
//! - `crossing`: two runs at once, killed runs, calls that fail;
//! - `crowd`: many rules, many buckets.

mod crossing;
mod crowd;
mod life;
mod neighbours;
mod situations;

use anyhow::{Context, Result, bail, ensure};
use holdfast_e2e::Scene;
use holdfast_sandbox::S3Request;
use serde_json::Value;

const HOME: &str = "eu-central-1";

/// Makes a bucket as somebody else would.
fn bucket_in(scene: &Scene, name: &str, region: &str) -> Result<()> {
    let body = format!(
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
    );
    let request = S3Request::new("PUT", &format!("/{name}"));
    let answer = scene.sandbox.s3(&request.in_region(region).body(&body))?;
    ensure!(answer.status == 200, "{answer:?}");
    Ok(())
}

fn bucket(scene: &Scene, name: &str) -> Result<()> {
    bucket_in(scene, name, HOME)
}

/// The lifecycle document of a bucket and its minimum size, if it has one.
fn lifecycle(scene: &Scene, name: &str) -> Result<Option<(String, String)>> {
    let buckets = scene.sandbox.buckets();
    let found = buckets.iter().find(|bucket| bucket["Name"] == name);
    let lifecycle = &found.with_context(|| format!("no bucket {name}"))?["Lifecycle"];
    let text = |member: &str| lifecycle[member].as_str().map(str::to_owned);
    Ok(text("Document").zip(text("MinimumSize")))
}

/// The lifecycle document of a bucket that has one.
fn document(scene: &Scene, name: &str) -> Result<String> {
    let found = lifecycle(scene, name)?;
    Ok(found.with_context(|| format!("{name} has no rules"))?.0)
}

/// The ids of the rules of a bucket, sorted.
fn ids(scene: &Scene, name: &str) -> Result<Vec<String>> {
    let xml = lifecycle(scene, name)?
        .map(|(xml, _)| xml)
        .unwrap_or_default();
    let mut ids: Vec<String> = xml
        .split("<ID>")
        .skip(1)
        .filter_map(|rest| rest.split("</ID>").next())
        .map(str::to_owned)
        .collect();
    ids.sort();
    Ok(ids)
}

/// The rule of an id as S3 keeps it.
fn rule_xml(scene: &Scene, name: &str, id: &str) -> Result<String> {
    let xml = document(scene, name)?;
    for rule in xml.split("<Rule>").skip(1) {
        if rule.contains(&format!("<ID>{id}</ID>")) {
            let rule = rule.split("</Rule>").next().unwrap_or_default();
            return Ok(rule.to_owned());
        }
    }
    bail!("{name} has no rule {id}: {xml}")
}

/// A document of these rules.
fn configuration(rules: &str) -> String {
    format!(
        "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{rules}\
         </LifecycleConfiguration>"
    )
}

/// A rule that expires what lies under a prefix.
fn rule(label: &str, bucket: &str, id: &str, days: u32) -> String {
    format!(
        r#"
resource "holdfast_lifecycle_rule" "{label}" {{
  bucket  = "{bucket}"
  rule_id = "{id}"
  filter {{
    prefix = "{id}/"
  }}
  expiration {{
    days = {days}
  }}
}}
"#
    )
}

/// The one change of a plan.
fn actions(plan: &Value, address: &str) -> Value {
    let changes = plan["resource_changes"].as_array();
    let found = changes.and_then(|all| all.iter().find(|change| change["address"] == address));
    found.map_or(Value::Null, |change| change["change"]["actions"].clone())
}
