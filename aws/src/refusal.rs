//! From the SDK's errors to [`AwsError`]: one reading of codes, statuses and broken connections
//! for every service.

use std::error::Error;
use std::fmt;

use aws_config::meta::{ProviderAttempt, ProviderChainError};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_types::request_id::RequestId;

use crate::http::{NeverSent, causes, find};
use crate::{AwsError, ErrorKind, Region};

/// Where a call went, for people.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    region: Region,
    endpoint: Option<String>,
}

impl Place {
    /// `endpoint` only where it is not AWS's own.
    pub(crate) fn new(region: Region, endpoint: Option<String>) -> Self {
        Self { region, endpoint }
    }

    /// A doubt about the region, when nothing answered under AWS's own name for it.
    fn doubt(&self) -> Option<String> {
        match self.endpoint {
            Some(_) => None,
            None => self.region.doubt(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.endpoint {
            Some(endpoint) => write!(out, "{} at {endpoint}", self.region),
            None => write!(out, "{}", self.region),
        }
    }
}

/// What can be told apart only by the service's own error type.
pub(crate) trait Blame {
    /// API names of members that were missing, and of members that exclude each other.
    fn members(&self) -> (Vec<String>, Vec<String>) {
        (Vec::new(), Vec::new())
    }
}

impl Blame for AssumeRoleError {}
impl Blame for AssumeRoleWithWebIdentityError {}
impl Blame for aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityError {}

/// Reads the failure of one call of `action` at `place`.
pub(crate) fn read<E>(action: &str, place: &Place, error: &SdkError<E, HttpResponse>) -> AwsError
where
    E: Error + ProvideErrorMetadata + Blame + Send + Sync + 'static,
{
    let read = plain(action, place, error);
    let (SdkError::ServiceError(refused), ErrorKind::Invalid { .. }) = (error, read.kind()) else {
        return read;
    };
    let (required, exclusive) = refused.err().members();
    read.with_kind(ErrorKind::Invalid {
        required,
        exclusive,
    })
}

/// The same for a service whose errors name no members.
pub(crate) fn plain<E>(action: &str, place: &Place, error: &SdkError<E, HttpResponse>) -> AwsError
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let read = match error {
        SdkError::ServiceError(refused) => {
            let status = refused.raw().status().as_u16();
            service(action, refused.err(), status, error.request_id())
        }
        // Credentials are fetched on the way to the first byte: their failure comes as a
        // construction or dispatch failure of the call that needed them.
        other => match find::<CredentialsError>(other) {
            Some(error) => credentials(action, place, error),
            None => transport(action, place, other),
        },
    };
    read.with_place(place.to_string())
}

/// AWS answered, and the answer is no.
fn service<E>(action: &str, error: &E, status: u16, id: Option<&str>) -> AwsError
where
    E: Error + ProvideErrorMetadata + 'static,
{
    let meta = error.meta();
    if (200..300).contains(&status) {
        // It was done, but what came back is not what the service answers: a truncated body, or
        // a proxy's page.
        return AwsError::new(ErrorKind::Unreadable, action, chain(error));
    }
    let code = meta.code().unwrap_or_default();
    let kind = classify(code, status);
    let mut read = AwsError::new(kind, action, words(meta, status));
    if !code.is_empty() {
        read = read.with_code(code);
    }
    match id {
        Some(id) => read.with_request_id(id),
        None => read,
    }
}

/// AWS's message. Of a refused signature only the first sentence: what follows quotes the signed
/// request, session token included.
fn words(meta: &ErrorMetadata, status: u16) -> String {
    let Some(message) = meta.message().filter(|message| !message.trim().is_empty()) else {
        let doubt = match meta.code() {
            Some(_) => "",
            None => ": perhaps a proxy answered, or a server that is not AWS",
        };
        return format!("HTTP status {status} without an explanation{doubt}");
    };
    let signature = meta.code().is_some_and(|code| code.contains("Signature"));
    if !signature {
        return message.to_owned();
    }
    let end = message.find(['\n', '\r']).unwrap_or(message.len());
    let first = &message[..end];
    let end = first.find("The Canonical String").unwrap_or(first.len());
    first[..end].trim().to_owned()
}

fn classify(code: &str, status: u16) -> ErrorKind {
    const THROTTLED: &[&str] = &[
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "SlowDown",
        "SlowDownRead",
        "SlowDownWrite",
        "PriorRequestNotComplete",
        "EC2ThrottledException",
    ];
    const DENIED: &[&str] = &[
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "UnauthorizedAccess",
        "NotAuthorized",
        "OptInRequired",
    ];
    const CREDENTIALS: &[&str] = &[
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IDPCommunicationError",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidIdentityToken",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    ];
    let invalid = || ErrorKind::Invalid {
        required: Vec::new(),
        exclusive: Vec::new(),
    };
    match code {
        _ if THROTTLED.contains(&code) => ErrorKind::Throttled,
        _ if DENIED.contains(&code) => ErrorKind::Denied,
        _ if CREDENTIALS.contains(&code) => ErrorKind::CredentialsRejected,
        // DLM's quota comes with status 429 and must not look like throttling.
        "LimitExceededException" | "TooManyBuckets" => ErrorKind::Limit,
        // The body did not arrive in time: S3 says so with status 400.
        "RequestTimeout" | "RequestTimeoutException" => ErrorKind::Timeout,
        "ResourceNotFoundException" => ErrorKind::NotFound,
        "InvalidRequestException" | "ValidationException" | "ValidationError" => invalid(),
        _ => match (status, code) {
            (500.., _) => ErrorKind::Server,
            (429, _) => ErrorKind::Throttled,
            // AWS always sends a code. Without one a proxy or another server has answered, and
            // its 404 must not pass for a policy that is gone.
            (_, "") => ErrorKind::Other,
            (404, _) => ErrorKind::NotFound,
            (403, _) => ErrorKind::Denied,
            (401, _) => ErrorKind::CredentialsRejected,
            (400, _) => invalid(),
            _ => ErrorKind::Other,
        },
    }
}

/// No credentials, or none that could be had.
fn credentials(action: &str, place: &Place, error: &CredentialsError) -> AwsError {
    if let CredentialsError::CredentialsNotLoaded(_) = error {
        let said = format!("no source has any: {}", attempts(error));
        return AwsError::new(ErrorKind::NoCredentials, action, said);
    }
    // A role that could not be taken on is a call of its own, with its own answer.
    if let Some(refused) = find::<SdkError<AssumeRoleError, HttpResponse>>(error) {
        return read("sts:AssumeRole", place, refused);
    }
    type WebIdentity = SdkError<AssumeRoleWithWebIdentityError, HttpResponse>;
    if let Some(refused) = find::<WebIdentity>(error) {
        return read("sts:AssumeRoleWithWebIdentity", place, refused);
    }
    let kind = match error {
        CredentialsError::InvalidConfiguration(_) => ErrorKind::Settings,
        CredentialsError::ProviderTimedOut(_) => ErrorKind::NoCredentials,
        _ => ErrorKind::CredentialsRejected,
    };
    AwsError::new(kind, action, format!("no credentials: {}", chain(error)))
}

/// What each source of credentials had to say, in the order they were asked.
fn attempts(error: &CredentialsError) -> String {
    let Some(chain) = find::<ProviderChainError<CredentialsError>>(error) else {
        return innermost(error);
    };
    let attempt = |attempt: &ProviderAttempt<CredentialsError>| {
        format!("{}: {}", attempt.name(), innermost(attempt.error()))
    };
    let attempts: Vec<String> = chain.attempts().iter().map(attempt).collect();
    attempts.join("; ")
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().unwrap_or(error).to_string()
}

/// No answer, or none that can be read.
fn transport<E>(action: &str, place: &Place, error: &SdkError<E, HttpResponse>) -> AwsError
where
    E: Error + Send + Sync + 'static,
{
    if let Some(rustls::Error::InvalidCertificate(why)) = find(error) {
        let said = format!("the server's certificate is not trusted ({why:?})");
        return AwsError::new(ErrorKind::Untrusted, action, said);
    }
    let kind = match error {
        _ if find::<NeverSent>(error).is_some() => ErrorKind::Unreachable,
        SdkError::ConstructionFailure(_) => ErrorKind::Settings,
        SdkError::TimeoutError(_) => ErrorKind::Timeout,
        SdkError::DispatchFailure(failure) if failure.is_user() => ErrorKind::Settings,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => ErrorKind::Timeout,
        SdkError::DispatchFailure(_) => ErrorKind::ConnectionLost,
        _ => ErrorKind::Unreadable,
    };
    let said = match (&kind, place.doubt()) {
        (ErrorKind::Unreachable, Some(doubt)) => format!("{}; {doubt}", chain(error)),
        _ => chain(error),
    };
    AwsError::new(kind, action, said)
}

/// The causes that say something, each once: wrappers of the SDK repeat or only name a class.
fn chain(error: &(dyn Error + 'static)) -> String {
    const EMPTY: &[&str] = &[
        "unhandled error",
        "dispatch failure",
        "failed to construct request",
        "io error",
        "no connection",
        "other",
        "response error",
        "timeout",
        "user error",
    ];
    let mut said: Vec<String> = Vec::new();
    for cause in causes(error) {
        let text = cause.to_string();
        // hyper's own wrapper says which phase failed; its cause says why.
        let wrapper = EMPTY.contains(&text.as_str()) || text.starts_with("client error (");
        if !wrapper && !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
    }
    if said.is_empty() {
        return error.to_string();
    }
    said.join(": ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityError;
    use aws_smithy_runtime_api::client::result::ConnectorError;

    use super::*;

    type Failure = SdkError<GetCallerIdentityError, HttpResponse>;

    fn understood(region: &str, failure: &Failure) -> AwsError {
        let place = Place::new(region.parse().unwrap(), None);
        read("sts:GetCallerIdentity", &place, failure)
    }

    fn unresolved() -> Failure {
        let dns = ConnectorError::io("Name or service not known".into());
        let never_sent = NeverSent::from(Arc::new(dns));
        Failure::dispatch_failure(ConnectorError::io(never_sent.into()))
    }

    #[test]
    fn a_region_that_does_not_answer_is_doubted_only_if_it_is_unheard_of() {
        let error = understood("eu-centrl-1", &unresolved());
        assert_eq!(*error.kind(), ErrorKind::Unreachable);
        insta::assert_snapshot!(error.said(), @r#"Name or service not known; no region "eu-centrl-1" is known to this version; did you mean "eu-central-1"?"#);
        insta::assert_snapshot!(understood("eu-central-1", &unresolved()).said(), @"Name or service not known");
    }

    #[test]
    fn a_timeout_leaves_the_outcome_open_and_a_request_never_built_does_not() {
        let late = understood("eu-west-1", &Failure::timeout_error("60 s are over"));
        assert_eq!(*late.kind(), ErrorKind::Timeout);
        assert!(late.is_outcome_unknown());
        let slow = Failure::dispatch_failure(ConnectorError::timeout("30 s are over".into()));
        assert!(understood("eu-west-1", &slow).is_outcome_unknown());
        let unbuilt = understood("eu-west-1", &Failure::construction_failure("no endpoint"));
        assert_eq!(*unbuilt.kind(), ErrorKind::Settings);
        assert!(!unbuilt.is_outcome_unknown());
    }

    #[test]
    fn credentials_that_cannot_be_had_are_told_apart() {
        let failed = |error: CredentialsError| {
            let error = understood("eu-west-1", &Failure::construction_failure(error));
            assert!(!error.is_outcome_unknown());
            error.kind().clone()
        };
        use CredentialsError as C;
        assert_eq!(failed(C::not_loaded_no_source()), ErrorKind::NoCredentials);
        assert_eq!(
            failed(C::invalid_configuration("a loop of roles")),
            ErrorKind::Settings
        );
        assert_eq!(
            failed(C::provider_error("SSO session ended")),
            ErrorKind::CredentialsRejected
        );
    }
}
