//! The way in for tests: other people's buckets, rules from nowhere, and calls that nobody logs.

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use winterbaume_core::MockRequest;

use super::S3;
use super::bucket::Bucket;
use super::lifecycle;
use super::store::Caller;
use crate::ACCOUNT;

/// The account of planted foreign buckets.
const STRANGER: &str = "999999999999";

/// A call as another client would make it, without signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Request {
    /// HTTP method.
    pub method: String,
    /// Path and query, path-style: `/bucket?lifecycle`.
    pub path: String,
    /// Region to sign for; none: that of the bucket, else us-east-1.
    #[serde(default)]
    pub region: Option<String>,
    /// Further headers.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body; its Content-MD5 is added.
    #[serde(default)]
    pub body: String,
}

impl S3Request {
    /// A call without body.
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            region: None,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// Adds a body.
    #[must_use]
    pub fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Signs for a region.
    #[must_use]
    pub fn in_region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }
}

/// What came of an [`S3Request`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct S3Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body; bytes that are no UTF-8 are replaced.
    pub body: String,
}

/// Why a direct change is not made.
#[derive(Debug, thiserror::Error)]
pub enum S3DirectError {
    /// There is no bucket of that name.
    #[error("the sandbox has no bucket {0}")]
    NoBucket(String),
    /// The text is not the document that it should be.
    #[error("this is not a {0} document: {1}")]
    NotADocument(&'static str, String),
    /// The call cannot be put into HTTP.
    #[error("this is no request: {0}")]
    NotARequest(String),
}

impl S3 {
    /// Makes a bucket of somebody else's, in a region.
    pub(crate) fn plant_foreign_bucket(&self, name: &str, region: &str) {
        let mut state = self.lock();
        let bucket = Bucket::new(name, STRANGER, region, &state.settings);
        state.buckets.insert(name.to_owned(), bucket);
    }

    /// Has somebody else add a rule, once, right after the next read of the bucket's lifecycle.
    pub(crate) fn meddle(&self, bucket: &str, rule: &str) -> Result<(), S3DirectError> {
        let rule = lifecycle::rule(rule)
            .ok_or_else(|| S3DirectError::NotADocument("Rule", rule.to_owned()))?;
        self.bucket(bucket, |bucket| bucket.lifecycle.meddle(rule))
    }

    /// Stores a lifecycle document as it is, unchecked; none takes it away.
    pub(crate) fn plant_lifecycle(
        &self,
        bucket: &str,
        document: Option<&str>,
        minimum_size: Option<&str>,
    ) -> Result<(), S3DirectError> {
        let done = self.bucket(bucket, |bucket| {
            bucket.lifecycle.plant(document, minimum_size)
        })?;
        done.ok_or_else(|| {
            let text = document.unwrap_or_default().to_owned();
            S3DirectError::NotADocument("LifecycleConfiguration", text)
        })
    }

    /// Makes a call as the sandbox's one user, past faults and log.
    pub(crate) async fn call(&self, call: &S3Request) -> Result<S3Answer, S3DirectError> {
        let bad = || S3DirectError::NotARequest(format!("{} {}", call.method, call.path));
        let mut headers = HeaderMap::new();
        for (name, value) in &call.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
            headers.insert(name, HeaderValue::from_str(value).map_err(|_| bad())?);
        }
        let md5 = super::body::md5(call.body.as_bytes());
        headers.insert(
            "content-md5",
            HeaderValue::from_str(&md5).map_err(|_| bad())?,
        );
        let name = call.path.trim_start_matches('/').split(['/', '?']).next();
        let region = call.region.clone().or_else(|| {
            let state = self.lock();
            let bucket = state.buckets.get(name.unwrap_or_default());
            bucket.map(|bucket| bucket.region.clone())
        });
        let caller = Caller {
            account: ACCOUNT.to_owned(),
            arn: format!("arn:aws:iam::{ACCOUNT}:user/somebody"),
            region: region.unwrap_or_else(|| "us-east-1".to_owned()),
        };
        let request = MockRequest {
            method: call.method.clone(),
            uri: format!("http://sandbox{}", call.path),
            headers,
            body: call.body.clone().into(),
        };
        let answer = self.answer(request, &caller).await;
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Ok(S3Answer {
            status: answer.status,
            headers: answer
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            body: String::from_utf8_lossy(&answer.body).into_owned(),
        })
    }

    /// All buckets by name, as JSON.
    pub(crate) fn snapshot(&self) -> Vec<Value> {
        self.lock().buckets.values().map(Bucket::snapshot).collect()
    }

    fn bucket<T>(
        &self,
        name: &str,
        change: impl FnOnce(&mut Bucket) -> T,
    ) -> Result<T, S3DirectError> {
        let mut state = self.lock();
        match state.buckets.get_mut(name) {
            Some(bucket) => Ok(change(bucket)),
            None => Err(S3DirectError::NoBucket(name.to_owned())),
        }
    }
}
