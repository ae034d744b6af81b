//! Buckets that are there before, as another client of the account makes them.

use anyhow::{Result, ensure};
use holdfast_sandbox::{S3Request, Sandbox};
use serde_json::Value as Json;

use crate::life::HOME;

/// Makes a bucket.
pub(super) fn make(sandbox: &Sandbox, name: &str) -> Result<()> {
    let place = format!(
        "<CreateBucketConfiguration><LocationConstraint>{HOME}</LocationConstraint></CreateBucketConfiguration>"
    );
    call(
        sandbox,
        S3Request::new("PUT", &format!("/{name}")).body(&place),
    )
}

/// Has a bucket keep old versions.
pub(super) fn keep_versions(sandbox: &Sandbox, name: &str) -> Result<()> {
    let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let request = S3Request::new("PUT", &format!("/{name}?versioning"));
    call(sandbox, request.body(on))
}

/// Calls S3; anything but success is an error.
pub(super) fn call(sandbox: &Sandbox, request: S3Request) -> Result<()> {
    let answer = sandbox.s3(&request.clone().in_region(HOME))?;
    ensure!(
        (200..300).contains(&answer.status),
        "{} {}: {answer:?}",
        request.method,
        request.path
    );
    Ok(())
}

/// A bucket in the sandbox's state.
pub(super) fn named<'a>(stored: &'a Json, name: &str) -> Option<&'a Json> {
    let buckets = stored["s3"]["buckets"].as_array()?;
    buckets.iter().find(|bucket| bucket["Name"] == name)
}
