//! Interceptors: what a request must carry beside what the SDK puts there, and what an answer
//! says beside what the SDK takes from it.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use super::super::fresh::SendWhile;

/// Signs a body with `Content-MD5` instead of the SDK's checksums: MinIO asks for it, R2 refuses
/// the others, AWS takes either (docs/aws-sdk: requestChecksumRequired).
#[derive(Debug, Default)]
pub(super) struct Md5Only {
    /// Sent instead of what the SDK serialized.
    body: Option<Vec<u8>>,
}

impl Md5Only {
    /// With `body` in place of the SDK's.
    pub(super) fn of(body: Vec<u8>) -> Self {
        Self { body: Some(body) }
    }
}

#[dyn_dispatch_hint]
impl Intercept for Md5Only {
    fn name(&self) -> &'static str {
        "Md5Only"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        if let Some(body) = &self.body {
            let length = body.len().to_string();
            request.headers_mut().insert("content-length", length);
            request
                .headers_mut()
                .insert("content-type", "application/xml");
            *request.body_mut() = SdkBody::from(body.clone());
        }
        drop_checksums(request);
        let digest = request
            .body()
            .bytes()
            .filter(|body| !body.is_empty())
            .map(|body| STANDARD.encode(Md5::digest(body)));
        if let Some(digest) = digest {
            request.headers_mut().insert("content-md5", digest);
        }
        Ok(())
    }
}

fn drop_checksums(request: &mut HttpRequest) {
    let ours =
        |name: &str| name.starts_with("x-amz-checksum-") || name == "x-amz-sdk-checksum-algorithm";
    let named: Vec<String> = request
        .headers()
        .iter()
        .map(|(name, _)| name.to_owned())
        .filter(|name| ours(name))
        .collect();
    for name in named {
        request.headers_mut().remove(name);
    }
}

/// Stops a request whose [`SendWhile`] has ended, right before it leaves.
#[derive(Debug)]
pub(super) struct InTime(pub(super) SendWhile);

#[dyn_dispatch_hint]
impl Intercept for InTime {
    fn name(&self) -> &'static str {
        "InTime"
    }

    fn modify_before_transmit(
        &self,
        _context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match self.0.holds() {
            true => Ok(()),
            false => Err(TooLate.into()),
        }
    }
}

/// In the chain of an error: the request was not sent, because it came too late.
#[derive(Debug)]
pub(super) struct TooLate;

impl fmt::Display for TooLate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("it was too late to send the request")
    }
}

impl Error for TooLate {}

/// The last answer to a call as it came, beside what the SDK makes of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Raw(Arc<Mutex<Option<Answer>>>);

/// One answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Where the bucket is, if the answer says so.
    pub(super) region: Option<String>,
    /// Of a lifecycle configuration.
    pub(super) minimum_size: Option<String>,
    pub(super) body: Vec<u8>,
    /// Whether the whole body has arrived.
    pub(super) whole: bool,
}

impl Raw {
    /// The answer, if one came.
    pub(super) fn take(&self) -> Option<Answer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[dyn_dispatch_hint]
impl Intercept for Raw {
    fn name(&self) -> &'static str {
        "Raw"
    }

    /// An answer to an earlier attempt says nothing about this one.
    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.take();
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let header = |name: &str| response.headers().get(name).map(str::to_owned);
        // The SDK has read the body to its end, or an error stopped it and left a stream.
        let body = response.body().bytes();
        let answer = Answer {
            status: response.status().as_u16(),
            region: header("x-amz-bucket-region"),
            minimum_size: header("x-amz-transition-default-minimum-object-size"),
            whole: body.is_some(),
            body: body.unwrap_or_default().to_vec(),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
        Ok(())
    }
}
