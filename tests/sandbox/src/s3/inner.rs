//! winterbaume's S3 behind ours: it keeps bytes, metadata, tags and parts, and the configuration
//! that nobody here looks at.
//!
//! Each of our buckets has one there under a name of its own, without versioning; each version
//! of an object is an object there, under a random key.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use winterbaume_core::{MockRequest, MockResponse, MockService};
use winterbaume_s3::S3Service;

use crate::service::escape_text;

/// winterbaume finds bucket and region in the URI; one region holds all.
const ENDPOINT: &str = "http://s3.us-east-1.amazonaws.com";

#[derive(Default)]
pub(super) struct Inner {
    service: S3Service,
    made: Mutex<HashSet<String>>,
}

/// Names as winterbaume has them, and as callers know them.
pub(super) struct Names<'a> {
    /// The bucket there.
    pub(super) inner: &'a str,
    pub(super) bucket: &'a str,
    /// The key there and here, if the call is for an object.
    pub(super) key: Option<(&'a str, &'a str)>,
}

impl Inner {
    /// Passes a call on and puts our names into its answer.
    pub(super) async fn call(
        &self,
        names: &Names<'_>,
        mut request: MockRequest,
        query: &str,
    ) -> MockResponse {
        self.ensure(names.inner).await;
        let path = match names.key {
            Some((stored, _)) => format!("/{}/{stored}", names.inner),
            None => format!("/{}", names.inner),
        };
        request.uri = format!("{ENDPOINT}{path}?{query}");
        // The region in the signature's scope would lead to another state.
        request.headers.remove(header::AUTHORIZATION);
        let mut answer = self.service.handle(request).await;
        relabel(&mut answer, names);
        answer
    }

    async fn ensure(&self, bucket: &str) {
        let known = self
            .made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(bucket);
        if known {
            return;
        }
        let make = MockRequest {
            method: "PUT".to_owned(),
            uri: format!("{ENDPOINT}/{bucket}"),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        // Two calls may come here together; the second finds the bucket of the first.
        self.service.handle(make).await;
        self.made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(bucket.to_owned());
    }
}

/// Inner names are random, so they stand nowhere by chance.
fn relabel(answer: &mut MockResponse, names: &Names<'_>) {
    let is_xml = answer
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().ends_with(b"xml"));
    // An object may be XML too, but has a length and an ETag of its own.
    if !is_xml || answer.headers.contains_key(header::ETAG) {
        return;
    }
    let Ok(text) = std::str::from_utf8(&answer.body) else {
        return;
    };
    let mut text = text.replace(names.inner, names.bucket);
    if let Some((stored, key)) = names.key {
        text = text.replace(stored, &escape_text(key));
    }
    if answer.headers.contains_key(header::CONTENT_LENGTH) {
        answer
            .headers
            .insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    }
    answer.body = text.into();
}
