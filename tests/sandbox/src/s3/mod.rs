//! S3, API version 2006-03-01, as REST-XML: buckets, what is configured on them, their objects.
//!
//! winterbaume-s3 checks next to nothing of what S3 checks and keeps versions apart only in part,
//! so it stands behind this service (`inner`) and keeps what has no rules here: bytes, metadata,
//! object tags, parts, and the subresources acl, cors, notification, accelerate, requestPayment
//! and website. The rest is ours: `target` and `operation` read a request, `body` its digests,
//! `store` lets it in, `life` makes and ends buckets, `config` has a module per subresource,
//! `lifecycle` the rules, `objects` the versions, `settings` the switches, `direct` the way in for
//! tests.
//!
//! # Mended where winterbaume-s3 1.0 differs from AWS
//! - Bucket names are of all regions and accounts; a bucket is served in its own region, elsewhere
//!   there is 301 with `x-amz-bucket-region`. (User guide, "Bucket overview"; API, HeadBucket.)
//! - CreateBucket: LocationConstraint, ownership and object lock headers, tags, the us-east-1 answer
//!   to an owner's second create. (API, CreateBucket, Errors.)
//! - New buckets have all public access blocked, no ACLs, AES256 and SSE-C blocked. (User guide,
//!   "Creating a bucket"; "Default SSE-C setting for new buckets FAQ".)
//! - Content-MD5 or a checksum is demanded where the model says `httpChecksumRequired`, and every
//!   one that is sent is checked. (API, "Common errors": BadDigest, InvalidDigest.)
//! - Versioning, object lock, logging, replication, policies, tags and lifecycle rules refuse what
//!   the pages of their Put operations name.
//! - A new version does not clear older delete markers, what was written before versioning stays
//!   as `null`, deletions honour retention and legal hold. (User guide, "How S3 Versioning works";
//!   "Locking objects with Object Lock".)
//! - Listings have pages, prefixes, delimiters and markers.
//! - Virtual-hosted addressing. (User guide, "Virtual hosting of general purpose buckets".)
//!
//! # Different from AWS, or not known of it
//! - Signatures are not checked, except that there is one; identity policies allow everything.
//! - One endpoint serves every region: a request's region is the one that it is signed for, so a
//!   wrong one is answered 301, never 400 AuthorizationHeaderMalformed.
//! - The sandbox's plain HTTP counts as TLS 1.3 for policies.
//! - Elements that S3 does not know are kept, where AWS answers MalformedXML: they stand for what
//!   a newer S3 than its client's knows.
//! - Messages come from answers of S3 that people have published. Not seen, and so ours: more than
//!   50 tags, NewerNoncurrentVersions above 100, `must be 30 days more than`, more than 1000 rules.
//! - More than 1000 rules are InvalidRequest, two infrequent access classes 30 days apart: guesses
//!   at the code, not at the refusal.
//! - GetBucketPolicyStatus answers `true` and `false`, as SDKs read booleans; AWS's page shows TRUE.
//! - Nothing runs: no lifecycle action, no replication, no log delivery. KMS keys and roles are not
//!   looked up; log targets need no permission.
//! - PutBucketEncryption without BlockedEncryptionTypes leaves them as they were: a guess.
//! - Answers 501 to CopyObject, object ACLs, SelectObjectContent, RestoreObject, directory buckets,
//!   S3 Control, and to inventory, analytics, metrics, tiering and metadata configurations.

mod body;
mod bucket;
mod config;
mod direct;
mod error;
mod inner;
mod life;
mod lifecycle;
mod objects;
mod operation;
mod settings;
mod store;
mod target;
mod xml;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use http::header::HOST;
use winterbaume_core::{
    MockRequest, MockResponse, MockService, extract_path, extract_query_string,
};

pub use direct::{S3Answer, S3DirectError, S3Request};
pub use settings::{S3Feature, S3Settings};

use crate::credential::Credential;
use crate::service::{Protocol, Served};
use crate::sts::Sts;
use body::Demand;
use config::{access, encryption, logging, object_lock, policy, replication, tagging, versioning};
use error::{S3Error, empty};
use inner::Inner;
use objects::{delete, list, lock, transfer};
use operation::Operation;
use store::{Caller, State};
use target::Target;

/// The S3 of the sandbox.
pub(crate) struct S3 {
    state: Mutex<State>,
    inner: Inner,
    sts: Arc<Sts>,
}

impl S3 {
    /// An empty one; `sts` knows which account a key belongs to.
    pub(crate) fn new(sts: Arc<Sts>) -> Self {
        Self {
            state: Mutex::default(),
            inner: Inner::default(),
            sts,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The switches.
    pub(crate) fn settings(&self) -> S3Settings {
        self.lock().settings.clone()
    }

    /// Sets all switches.
    pub(crate) fn set_settings(&self, settings: S3Settings) {
        self.lock().settings = settings;
    }

    /// Takes all buckets away and sets all switches to AWS.
    pub(crate) fn clear(&self) {
        *self.lock() = State::default();
    }

    async fn caller(&self, request: &MockRequest) -> Caller {
        let credential = Credential::of(&request.headers, extract_query_string(&request.uri));
        // The door has turned requests without one away; this is for callers of the trait alone.
        let (key, region) = match credential {
            Ok(credential) => (credential.access_key, credential.region),
            Err(_) => (String::new(), "us-east-1".to_owned()),
        };
        let identity = self.sts.identity(&key).await;
        Caller {
            account: identity.account,
            arn: identity.arn,
            region,
        }
    }

    /// The answer to a caller who has been let in.
    async fn answer(&self, request: MockRequest, caller: &Caller) -> MockResponse {
        self.try_answer(request, caller)
            .await
            .unwrap_or_else(|error| error.response())
    }

    async fn try_answer(
        &self,
        mut request: MockRequest,
        caller: &Caller,
    ) -> Result<MockResponse, S3Error> {
        let target = target(&request)?;
        let operation = operation(&request, &target).ok_or_else(|| unserved(&request, &target))?;
        let settings = self.settings();
        if !settings.serves(operation) {
            return Err(S3Error::not_implemented());
        }
        let demand = match (operation.demands_checksum(), settings.md5_only) {
            (false, _) => Demand::Nothing,
            (true, false) => Demand::Checksum,
            (true, true) => Demand::Md5,
        };
        body::receive(&mut request, demand)?;
        if transfer::is_transfer(operation) {
            return transfer::run(self, operation, &target, caller, request).await;
        }
        self.configure(operation, &target, caller, &request)
    }

    /// What winterbaume has no part in.
    fn configure(
        &self,
        operation: Operation,
        target: &Target,
        caller: &Caller,
        request: &MockRequest,
    ) -> Result<MockResponse, S3Error> {
        use Operation as O;
        let state = &mut *self.lock();
        let (headers, body) = (&request.headers, &request.body[..]);
        let name = target.bucket.as_deref().unwrap_or_default();
        match operation {
            O::ListBuckets => return Ok(life::list(state, caller)),
            O::CreateBucket => return life::create(state, caller, name, headers, body),
            _ => {}
        }
        let settings = state.settings.clone();
        let bucket = state.admit(operation, target, caller, headers)?;
        match operation {
            O::HeadBucket => Ok(life::head(bucket)),
            O::GetBucketLocation => Ok(life::location(bucket)),
            O::DeleteBucket => life::delete(state, name),
            O::PutBucketVersioning => versioning::put(bucket, body),
            O::GetBucketVersioning => Ok(versioning::get(bucket)),
            O::PutBucketEncryption => encryption::put(bucket, body),
            O::GetBucketEncryption => Ok(encryption::get(bucket)),
            O::DeleteBucketEncryption => Ok(encryption::delete(bucket)),
            O::PutPublicAccessBlock => access::put_block(bucket, body),
            O::GetPublicAccessBlock => access::get_block(bucket),
            O::DeletePublicAccessBlock => {
                bucket.access_block = None;
                Ok(empty(204))
            }
            O::PutBucketOwnershipControls => access::put_ownership(bucket, body),
            O::GetBucketOwnershipControls => access::get_ownership(bucket),
            O::DeleteBucketOwnershipControls => {
                bucket.ownership = None;
                Ok(empty(204))
            }
            O::PutBucketPolicy => policy::put(bucket, body, &caller.arn),
            O::GetBucketPolicy => policy::get(bucket),
            O::GetBucketPolicyStatus => policy::status(bucket),
            O::DeleteBucketPolicy => {
                bucket.policy = None;
                Ok(empty(204))
            }
            O::PutBucketTagging => tagging::put(bucket, body),
            O::GetBucketTagging => tagging::get(bucket),
            O::DeleteBucketTagging => {
                bucket.tags.clear();
                Ok(empty(204))
            }
            O::PutBucketLifecycleConfiguration => bucket.lifecycle.put(headers, body, &settings),
            O::GetBucketLifecycleConfiguration => bucket.lifecycle.get(name, &settings),
            O::DeleteBucketLifecycle => Ok(bucket.lifecycle.delete(&settings)),
            O::PutObjectLockConfiguration => object_lock::put(bucket, body),
            O::GetObjectLockConfiguration => object_lock::get(bucket),
            O::GetBucketLogging => Ok(logging::get(bucket)),
            O::GetBucketReplication => replication::get(bucket),
            O::DeleteBucketReplication => {
                bucket.replication = None;
                Ok(empty(204))
            }
            O::PutBucketLogging | O::PutBucketReplication => towards(state, operation, name, body),
            O::ListObjects => list::objects(bucket, target),
            O::ListObjectsV2 => list::objects_v2(bucket, target),
            O::ListObjectVersions => list::versions(bucket, target),
            O::ListMultipartUploads => list::uploads(bucket, target),
            O::DeleteObject => delete::one(bucket, target, headers),
            O::DeleteObjects => delete::many(bucket, headers, body),
            O::PutObjectRetention => lock::put_retention(bucket, target, headers, body),
            O::GetObjectRetention => lock::get_retention(bucket, target),
            O::PutObjectLegalHold => lock::put_legal_hold(bucket, target, body),
            O::GetObjectLegalHold => lock::get_legal_hold(bucket, target),
            _ => Err(S3Error::not_implemented()),
        }
    }
}

/// Configurations that name another bucket.
fn towards(
    state: &mut State,
    operation: Operation,
    name: &str,
    body: &[u8],
) -> Result<MockResponse, S3Error> {
    let source = state.buckets.get(name);
    let source = source.ok_or_else(|| S3Error::no_bucket(name))?;
    if operation == Operation::PutBucketLogging {
        let checked = logging::check(&state.buckets, source, body)?;
        let bucket = state.buckets.get_mut(name);
        return Ok(bucket.map_or_else(|| empty(200), |bucket| logging::put(bucket, checked)));
    }
    let checked = replication::check(&state.buckets, source, body)?;
    let bucket = state.buckets.get_mut(name);
    Ok(bucket.map_or_else(|| empty(200), |bucket| replication::put(bucket, checked)))
}

fn target(request: &MockRequest) -> Result<Target, S3Error> {
    let host = request.headers.get(HOST);
    Target::of(
        host.and_then(|host| host.to_str().ok()).unwrap_or_default(),
        &extract_path(&request.uri),
        extract_query_string(&request.uri),
    )
}

fn operation(request: &MockRequest, target: &Target) -> Option<Operation> {
    Operation::of(&request.method, target, copies(&request.headers))
}

fn copies(headers: &HeaderMap) -> bool {
    headers.contains_key("x-amz-copy-source")
}

/// Why a request means no operation.
fn unserved(request: &MockRequest, target: &Target) -> S3Error {
    let subresource = !target.query.is_empty() || copies(&request.headers);
    if subresource {
        S3Error::not_implemented()
    } else {
        S3Error::method_not_allowed(&request.method)
    }
}

impl MockService for S3 {
    fn service_name(&self) -> &str {
        "s3"
    }

    fn url_patterns(&self) -> Vec<&str> {
        vec![r"https?://(.*\.)?s3[.-].*\.amazonaws\.com"]
    }

    fn handle(
        &self,
        request: MockRequest,
    ) -> Pin<Box<dyn Future<Output = MockResponse> + Send + '_>> {
        Box::pin(async move {
            let caller = self.caller(&request).await;
            self.answer(request, &caller).await
        })
    }
}

impl Served for S3 {
    fn protocol(&self) -> Protocol {
        Protocol::RestXml
    }

    fn operation(&self, request: &MockRequest) -> Option<String> {
        let target = target(request).ok()?;
        operation(request, &target).map(|found| found.name().to_owned())
    }

    fn permission(&self, request: &MockRequest) -> Option<&'static str> {
        let target = target(request).ok()?;
        let found = operation(request, &target)?;
        Some(found.permission(target.has("versionId")))
    }
}
