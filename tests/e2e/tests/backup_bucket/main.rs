//! `holdfast_etcd_backup_bucket` through real hosts.
//!
//! - `life`: create, change, drift, import, destroy;
//! - `protection`: refused destroys and replacements, force_destroy;
//! - `cut_short`: killed after each call, lost answers, rivals, other people's buckets;
//! - `stores`: stores that are not AWS;
//! - `refusals`: what is refused before anybody is asked.

mod cut_short;
mod life;
mod protection;
mod refusals;
mod stores;

use anyhow::{Context, Result, ensure};
use holdfast_e2e::Scene;
use holdfast_sandbox::{S3Answer, S3Request};
use serde_json::Value;

/// The tag of a bucket in the making.
const MARK: &str = "holdfast:creating";
/// The address of [`backups`].
const ADDRESS: &str = "holdfast_etcd_backup_bucket.backups";
/// Its bucket.
const BUCKET: &str = "etcd-backups-one";

/// The bucket with nothing but its name, and `body`.
fn backups(body: &str) -> String {
    bucket("backups", BUCKET, body)
}

/// A bucket with that label and name.
fn bucket(label: &str, name: &str, body: &str) -> String {
    format!(
        "resource \"holdfast_etcd_backup_bucket\" \"{label}\" {{\n  bucket = \"{name}\"\n  {body}\n}}\n"
    )
}

/// A bucket as the sandbox has it.
fn found(scene: &Scene, name: &str) -> Option<Value> {
    let mut buckets = scene.sandbox.buckets().into_iter();
    buckets.find(|bucket| bucket["Name"] == name)
}

/// The only bucket, which is [`BUCKET`].
fn only(scene: &Scene) -> Result<Value> {
    let buckets = scene.sandbox.buckets();
    ensure!(buckets.len() == 1, "one bucket was expected: {buckets:#?}");
    found(scene, BUCKET).context("the bucket")
}

/// One finished bucket, and nothing left to do.
fn settled(scene: &Scene) -> Result<Value> {
    let bucket = only(scene)?;
    ensure!(
        bucket["Tags"].get(MARK).is_none(),
        "the mark is off: {bucket:#}"
    );
    scene.workdir.plan_is_empty()?;
    Ok(bucket)
}

/// Calls S3 as somebody else of the account would.
fn call(scene: &Scene, request: &S3Request) -> Result<S3Answer> {
    let answer = scene.sandbox.s3(request)?;
    ensure!(answer.status < 300, "{request:?}: {answer:?}");
    Ok(answer)
}

/// Writes a setting of [`BUCKET`].
fn put(scene: &Scene, setting: &str, body: &str) -> Result<()> {
    let path = format!("/{BUCKET}?{setting}");
    call(scene, &S3Request::new("PUT", &path).body(body)).map(drop)
}

/// Takes a setting of [`BUCKET`] away.
fn take_away(scene: &Scene, setting: &str) -> Result<()> {
    let path = format!("/{BUCKET}?{setting}");
    call(scene, &S3Request::new("DELETE", &path)).map(drop)
}

/// Writes an object into [`BUCKET`].
fn write_object(scene: &Scene, key: &str) -> Result<()> {
    let path = format!("/{BUCKET}/{key}");
    call(scene, &S3Request::new("PUT", &path).body("snapshot")).map(drop)
}

/// Replaces the tags of [`BUCKET`].
fn put_tags(scene: &Scene, tags: &[(&str, &str)]) -> Result<()> {
    let tags: String = tags
        .iter()
        .map(|(key, value)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>"))
        .collect();
    let body = format!("<Tagging><TagSet>{tags}</TagSet></Tagging>");
    put(scene, "tagging", &body)
}

/// Starts a configuration.
fn start(scene: &Scene, text: &str) -> Result<()> {
    scene.configure(text)?;
    scene.workdir.init().map(drop)
}

/// The actions of a plan for the only resource that changes.
fn actions(plan: &Value) -> &Value {
    &plan["resource_changes"][0]["change"]["actions"]
}
