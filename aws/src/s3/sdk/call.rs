//! One call: how it is sent, and what its end means.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;

use super::super::Setting;
use super::SdkS3;
use super::refusal::{self, Look};
use super::wire::Answer;
use crate::refusal::plain;
use crate::{AwsError, ErrorKind};

/// How a call ended, with the answer as it came.
pub(super) struct Ended<T, E> {
    pub(super) action: &'static str,
    pub(super) result: Result<T, SdkError<E, HttpResponse>>,
    pub(super) answer: Option<Answer>,
}

/// Sends `$request` of the SDK, with our interceptors, as a call of `$action`.
macro_rules! call {
    ($self:ident, $action:expr, $request:expr) => {
        call!($self, $action, $request, Md5Only::default())
    };
    ($self:ident, $action:expr, $request:expr, $body:expr $(, $with:ident($value:expr))*) => {{
        // For those who read the log: the SDK's own events do not name the IAM action.
        tracing::debug!(action = $action, place = %$self.place, "calling AWS");
        let raw = Raw::default();
        let request = $request.customize().interceptor($body).interceptor(raw.clone());
        $(let request = request.$with($value);)*
        let result = request.send().await;
        Ended { action: $action, result, answer: raw.take() }
    }};
}

impl SdkS3 {
    fn failed<T, E>(&self, ended: &Ended<T, E>) -> Option<AwsError>
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let error = ended.result.as_ref().err()?;
        let failure = plain(ended.action, &self.place, error);
        let failure = refusal::understood(failure, ended.answer.as_ref(), &self.region);
        tracing::debug!(action = ended.action, kind = ?failure.kind(), request = failure.request_id(), "AWS call failed");
        Some(failure)
    }

    /// The answer to a call that either succeeds or fails.
    pub(super) fn done<T, E>(&self, ended: Ended<T, E>) -> Result<T, AwsError>
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        match self.failed(&ended) {
            Some(failure) => Err(failure),
            None => ended
                .result
                .map_err(|error| plain(ended.action, &self.place, &error)),
        }
    }

    /// The answer to the write of a setting.
    pub(super) fn written<T, E>(&self, ended: Ended<T, E>) -> Result<(), AwsError>
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        match self.failed(&ended) {
            Some(failure) => Err(refusal::of_a_write(failure)),
            None => Ok(()),
        }
    }

    /// The answer to a look at a setting, of which `read` takes what is set.
    pub(super) fn setting<T, E, U>(
        &self,
        ended: Ended<T, E>,
        read: impl FnOnce(T) -> Option<U>,
    ) -> Result<Setting<U>, AwsError>
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let failure = self.failed(&ended);
        match (failure, ended.result) {
            (Some(failure), _) => match refusal::of_a_look(&failure, ended.answer.as_ref()) {
                Look::Absent => Ok(Setting::Absent),
                Look::Unsupported => Ok(Setting::Unsupported),
                Look::Failed => Err(failure),
            },
            (None, Ok(answer)) => Ok(read(answer).map_or(Setting::Absent, Setting::Present)),
            (None, Err(error)) => Err(plain(ended.action, &self.place, &error)),
        }
    }

    /// The answer to the delete of a setting: some stores say that it was not there.
    pub(super) fn cleared<T, E>(&self, ended: Ended<T, E>) -> Result<(), AwsError>
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        match self.failed(&ended) {
            None => Ok(()),
            Some(failure) => match refusal::of_a_look(&failure, ended.answer.as_ref()) {
                Look::Absent => Ok(()),
                Look::Unsupported | Look::Failed => Err(failure),
            },
        }
    }

    /// A request that cannot be built: nothing is sent.
    pub(super) fn unbuilt(&self, action: &'static str, why: &BuildError) -> AwsError {
        let why =
            std::error::Error::source(why).map_or_else(|| why.to_string(), |why| why.to_string());
        AwsError::new(ErrorKind::Settings, action, why).with_place(self.place.to_string())
    }

    pub(super) fn unreadable(&self, action: &'static str, why: impl ToString) -> AwsError {
        AwsError::new(ErrorKind::Unreadable, action, why.to_string())
            .with_place(self.place.to_string())
    }
}

pub(super) use call;
