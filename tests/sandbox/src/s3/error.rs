//! S3's errors. Messages are AWS's own where a source is known; `mod` says which are not.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use winterbaume_core::MockResponse;

use super::xml::Element;
use crate::service::Protocol;

/// The header that tells a bucket's region.
pub(super) const BUCKET_REGION: HeaderName = HeaderName::from_static("x-amz-bucket-region");

/// Why an S3 call fails: status, code, message, further elements, further headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct S3Error {
    status: u16,
    code: String,
    message: String,
    details: Vec<(&'static str, String)>,
    headers: Vec<(HeaderName, String)>,
}

impl S3Error {
    pub(super) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            details: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// Adds an element to the body.
    #[must_use]
    pub(super) fn detail(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.details.push((name, text.into()));
        self
    }

    /// Adds a header.
    #[must_use]
    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Tells the bucket's region in a header.
    #[must_use]
    pub(super) fn in_region(self, region: &str) -> Self {
        self.header(BUCKET_REGION, region)
    }

    pub(super) fn malformed() -> Self {
        Self::new(
            400,
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        )
    }

    pub(super) fn request(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidRequest", message)
    }

    pub(super) fn argument(message: impl Into<String>, name: &str, value: &str) -> Self {
        Self::new(400, "InvalidArgument", message)
            .detail("ArgumentName", name)
            .detail("ArgumentValue", value)
    }

    pub(super) fn no_bucket(name: &str) -> Self {
        Self::new(404, "NoSuchBucket", "The specified bucket does not exist")
            .detail("BucketName", name)
    }

    pub(super) fn no_key(key: &str) -> Self {
        Self::new(404, "NoSuchKey", "The specified key does not exist.").detail("Key", key)
    }

    pub(super) fn no_version(key: &str, version: &str) -> Self {
        Self::new(
            404,
            "NoSuchVersion",
            "The specified version does not exist.",
        )
        .detail("Key", key)
        .detail("VersionId", version)
    }

    /// A bucket without this configuration.
    pub(super) fn absent(code: &str, message: &str, bucket: &str) -> Self {
        Self::new(404, code, message).detail("BucketName", bucket)
    }

    pub(super) fn denied() -> Self {
        Self::new(403, "AccessDenied", "Access Denied")
    }

    pub(super) fn bucket_state(message: &str) -> Self {
        Self::new(409, "InvalidBucketState", message)
    }

    pub(super) fn method_not_allowed(method: &str) -> Self {
        Self::new(
            405,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
        )
        .detail("Method", method)
    }

    /// What a store answers to a feature that it lacks.
    pub(super) fn not_implemented() -> Self {
        Self::new(
            501,
            "NotImplemented",
            "A header you provided implies functionality that is not implemented",
        )
    }

    pub(super) fn aborted() -> Self {
        Self::new(
            409,
            "OperationAborted",
            "A conflicting conditional operation is currently in progress against this resource. Please try again.",
        )
    }

    pub(super) fn code(&self) -> &str {
        &self.code
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// The error as it goes over the wire, without the request id.
    pub(super) fn response(&self) -> MockResponse {
        let mut response = Protocol::RestXml.error_with(
            self.status,
            &self.code,
            &self.message,
            self.details
                .iter()
                .map(|(name, text)| Element::leaf(name, text).write())
                .collect::<String>()
                .as_str(),
        );
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers.insert(name, value);
            }
        }
        response
    }
}

/// An answer without a body.
pub(super) fn empty(status: u16) -> MockResponse {
    MockResponse {
        status,
        headers: HeaderMap::new(),
        body: bytes::Bytes::new(),
    }
}

/// An answer with a document.
pub(super) fn document(root: &Element) -> MockResponse {
    let mut headers = HeaderMap::new();
    headers.insert(
        http::header::CONTENT_TYPE,
        HeaderValue::from_static("application/xml"),
    );
    MockResponse {
        status: 200,
        headers,
        body: root.document().into(),
    }
}
