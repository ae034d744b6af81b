//! All buckets, and the door in front of each.

use std::collections::{BTreeMap, HashMap};

use http::HeaderMap;

use super::bucket::Bucket;
use super::config::policy::Call;
use super::error::S3Error;
use super::operation::Operation;
use super::settings::S3Settings;
use super::target::Target;

/// Everything that S3 knows. Names are of the whole world, so accounts share one map.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) buckets: BTreeMap<String, Bucket>,
    /// Names whose creation is still aborted, and how often.
    pub(super) aborting: HashMap<String, u32>,
    pub(super) settings: S3Settings,
}

/// Who calls, and at which region's endpoint: the one that the request is signed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) account: String,
    pub(super) arn: String,
    pub(super) region: String,
}

impl State {
    /// Lets a call through to its bucket, or says why not.
    pub(super) fn admit(
        &mut self,
        operation: Operation,
        target: &Target,
        caller: &Caller,
        headers: &HeaderMap,
    ) -> Result<&mut Bucket, S3Error> {
        let name = target.bucket.as_deref().unwrap_or_default();
        let bucket = self
            .buckets
            .get_mut(name)
            .ok_or_else(|| S3Error::no_bucket(name))?;
        // us-east-1 tells the location of any bucket.
        let anywhere = operation == Operation::GetBucketLocation && caller.region == "us-east-1";
        if bucket.region != caller.region && !anywhere {
            return Err(elsewhere(bucket));
        }
        if bucket.account != caller.account {
            return Err(S3Error::denied().in_region(&bucket.region));
        }
        let expected = headers.get("x-amz-expected-bucket-owner");
        if expected.is_some_and(|owner| owner.as_bytes() != bucket.account.as_bytes()) {
            return Err(S3Error::denied());
        }
        let subresource = !matches!(operation, Operation::HeadBucket | Operation::DeleteBucket);
        if subresource && bucket.unseen_calls > 0 {
            bucket.unseen_calls -= 1;
            return Err(S3Error::no_bucket(name));
        }
        locked_out(bucket, operation, target, caller, headers)?;
        Ok(bucket)
    }
}

/// The answer of a region's endpoint to a call for a bucket of another.
fn elsewhere(bucket: &Bucket) -> S3Error {
    S3Error::new(
        301,
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
    )
    .detail(
        "Endpoint",
        format!("{}.s3.{}.amazonaws.com", bucket.name, bucket.region),
    )
    .detail("Bucket", &bucket.name)
    .in_region(&bucket.region)
}

/// Whether the bucket's policy denies this call.
fn locked_out(
    bucket: &Bucket,
    operation: Operation,
    target: &Target,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<(), S3Error> {
    let permission = operation.permission(target.has("versionId"));
    let resource = match &target.key {
        Some(key) => format!("arn:aws:s3:::{}/{key}", bucket.name),
        None => format!("arn:aws:s3:::{}", bucket.name),
    };
    let call = Call {
        account: &caller.account,
        arn: &caller.arn,
        permission,
        resource: &resource,
        headers,
    };
    if bucket
        .policy
        .as_ref()
        .is_none_or(|policy| !policy.denies(call))
    {
        return Ok(());
    }
    Err(S3Error::new(
        403,
        "AccessDenied",
        format!(
            "User: {} is not authorized to perform: s3:{permission} on resource: \"{resource}\" with an explicit deny in a resource-based policy",
            caller.arn
        ),
    ))
}
