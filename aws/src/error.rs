//! What can go wrong between us and AWS, said once and in words.
//!
//! [`AwsError`] answers the three questions a caller has: may it try again
//! ([`AwsError::is_retryable`]), may AWS have done it although no answer came
//! ([`AwsError::is_outcome_unknown`]), and which argument is to blame ([`ErrorKind::Invalid`]).
//! For people there is a one-line [`AwsError::summary`] and a [`AwsError::detail`] that ends with
//! what to do next; `Display` is both. No credential ever reaches an error.

use std::fmt;

use crate::Region;

/// Why a call to AWS did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// AWS asked us to slow down. Nothing was done.
    Throttled,
    /// The caller is known but may not do this.
    Denied,
    /// The access key, token or signature was refused: expired, revoked, mistyped, wrong clock.
    CredentialsRejected,
    /// No source of credentials had any.
    NoCredentials,
    /// The request itself is wrong; a retry cannot help.
    Invalid {
        /// API names of members that were missing, as AWS lists them (`TargetTags`).
        required: Vec<String>,
        /// API names of members that exclude each other.
        exclusive: Vec<String>,
    },
    /// A quota is used up (policies per Region, for instance). Not throttling.
    Limit,
    /// The thing named does not exist.
    NotFound,
    /// The thing named is in another region than the one that was asked. Nothing was done.
    WrongRegion {
        /// Where it is, if the answer says so.
        region: Option<Region>,
    },
    /// Something else is being done to the same thing (409 `OperationAborted`). Nothing was done.
    Conflict,
    /// The store does not offer this: it is not AWS, or not all of it. Nothing was done.
    Unsupported,
    /// No connection could be made: nothing was sent.
    Unreachable,
    /// The server's certificate is not trusted: nothing was sent.
    Untrusted,
    /// The connection broke after the request may have been sent.
    ConnectionLost,
    /// No answer in time, after the request may have been sent.
    Timeout,
    /// AWS failed inside (5xx).
    Server,
    /// An answer came that could not be understood.
    Unreadable,
    /// The caller asked to stop before the answer came.
    Cancelled,
    /// The provider's own settings cannot work (an unknown region, a bad CA bundle).
    Settings,
    /// AWS refused with a code that this version does not know.
    Other,
}

/// One failed call to AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsError(Box<Parts>);

/// Boxed, so that a `Result` that is almost always `Ok` stays small.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parts {
    kind: ErrorKind,
    action: String,
    said: String,
    code: Option<String>,
    request_id: Option<String>,
    place: Option<String>,
}

impl AwsError {
    /// A failure of `action` (an IAM action such as `dlm:CreateLifecyclePolicy`, or a phrase for
    /// what no API call stands behind); `said` is the other side's own explanation.
    pub fn new(kind: ErrorKind, action: impl Into<String>, said: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            kind,
            action: action.into(),
            said: said.into(),
            code: None,
            request_id: None,
            place: None,
        }))
    }

    /// Adds the error code that AWS sent (`InvalidRequestException`).
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Adds the id under which AWS support finds the call.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Adds where the call went: a region, with the endpoint if it is not AWS's own.
    #[must_use]
    pub fn with_place(mut self, place: impl Into<String>) -> Self {
        self.0.place = Some(place.into());
        self
    }

    /// The same failure, understood better.
    #[must_use]
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// The class of failure.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The IAM action that was tried (`dlm:GetLifecyclePolicy`).
    pub fn action(&self) -> &str {
        &self.0.action
    }

    /// The other side's own words.
    pub fn said(&self) -> &str {
        &self.0.said
    }

    /// The error code AWS sent, if it sent one.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The id of the request at AWS, if an answer carried one.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether AWS may have done what was asked although we hold no answer that says so.
    ///
    /// After a create this means: look before creating again.
    pub fn is_outcome_unknown(&self) -> bool {
        use ErrorKind as K;
        matches!(
            self.0.kind,
            K::ConnectionLost | K::Timeout | K::Server | K::Unreadable | K::Cancelled
        )
    }

    /// Whether the same request may succeed a little later.
    pub fn is_retryable(&self) -> bool {
        use ErrorKind as K;
        matches!(
            self.0.kind,
            K::Throttled
                | K::Conflict
                | K::Unreachable
                | K::ConnectionLost
                | K::Timeout
                | K::Server
                | K::Unreadable
        )
    }

    /// Whether the action only looks.
    fn is_read(&self) -> bool {
        let verb = self.0.action.split_once(':').map_or("", |(_, verb)| verb);
        ["Get", "List", "Describe", "Head"]
            .iter()
            .any(|read| verb.starts_with(read))
    }

    /// One line: what happened to which action.
    pub fn summary(&self) -> String {
        use ErrorKind as K;
        let action = &self.0.action;
        match &self.0.kind {
            K::Throttled => format!("AWS throttled {action}"),
            K::Denied => format!("AWS denied {action}"),
            K::CredentialsRejected => format!("AWS refused the credentials for {action}"),
            K::NoCredentials => format!("no AWS credentials for {action}"),
            K::Invalid { .. } => format!("AWS rejected the request of {action}"),
            K::Limit => format!("an AWS quota stopped {action}"),
            K::NotFound => format!("{action} found nothing"),
            K::WrongRegion { region: None } => {
                format!("the bucket of {action} is in another region")
            }
            K::WrongRegion {
                region: Some(region),
            } => format!("the bucket of {action} is in {region}"),
            K::Conflict => format!("another operation was in the way of {action}"),
            K::Unsupported => format!("the store does not offer {action}"),
            K::Unreachable => format!("cannot reach AWS for {action}"),
            K::Untrusted => format!("AWS could not be trusted for {action}"),
            K::ConnectionLost => format!("the connection broke during {action}"),
            K::Timeout => format!("no answer in time to {action}"),
            K::Server => format!("AWS failed during {action}"),
            K::Unreadable => format!("the answer to {action} cannot be read"),
            K::Cancelled => format!("{action} was cancelled"),
            K::Settings => format!("the provider's settings are wrong for {action}"),
            K::Other => format!("{action} failed"),
        }
    }

    /// The other side's words, where and under which id they were said, and what to do next.
    pub fn detail(&self) -> String {
        let mut text = sentence(&self.0.said);
        if let Some(place) = &self.0.place {
            push(&mut text, &format!("Asked: {place}."));
        }
        let id = self
            .0
            .request_id
            .as_deref()
            .map(|id| format!("request {id}"));
        let known: Vec<&str> = self
            .0
            .code
            .as_deref()
            .into_iter()
            .chain(id.as_deref())
            .collect();
        if !known.is_empty() {
            push(
                &mut text,
                &format!("AWS's reference: {}.", known.join(", ")),
            );
        }
        if let Some(advice) = self.advice() {
            push(&mut text, advice);
        }
        text
    }

    fn advice(&self) -> Option<&'static str> {
        use ErrorKind as K;
        Some(match &self.0.kind {
            K::Throttled => "Wait a minute and try again, or lower -parallelism.",
            K::Denied => "Allow this action for the caller in IAM, then try again.",
            K::CredentialsRejected => {
                "Renew the session or correct the keys; `aws sts get-caller-identity` shows whether they work."
            }
            K::NoCredentials => {
                "Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the provider's `profile` or `access_key` and `secret_key`."
            }
            K::Invalid { .. } => "Correct the configuration, then try again.",
            K::Limit => {
                "Delete what is no longer needed or have the quota raised (Service Quotas), then try again."
            }
            K::WrongRegion { .. } => {
                "Set `region` of the resource (or of the provider) to the one where the bucket is."
            }
            K::Conflict => "Wait a minute and try again.",
            K::Unreachable => {
                "Check the network, the region and, if set, the endpoint, then try again."
            }
            K::Untrusted => {
                "If a proxy or a store of your own answers there, name its authority by `custom_ca_bundle` or AWS_CA_BUNDLE."
            }
            K::ConnectionLost | K::Timeout | K::Unreadable | K::Server if self.is_read() => {
                "Nothing was changed; try again in a few minutes."
            }
            K::ConnectionLost | K::Timeout | K::Unreadable | K::Server => {
                "It may have been done all the same; the next apply looks before it does it again."
            }
            K::NotFound | K::Unsupported | K::Cancelled | K::Settings | K::Other => return None,
        })
    }
}

impl fmt::Display for AwsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.summary(), self.detail())
    }
}

impl std::error::Error for AwsError {}

/// `text` with a full stop, unless it ends with a mark of its own.
fn sentence(text: &str) -> String {
    let text = text.trim();
    match text.chars().last() {
        None => String::new(),
        Some('.' | '!' | '?') => text.to_owned(),
        Some(_) => format!("{text}."),
    }
}

fn push(text: &mut String, next: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(next);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_was_tried_what_aws_said_and_what_to_do() {
        let error = AwsError::new(
            ErrorKind::Invalid {
                required: vec!["TargetTags".into()],
                exclusive: vec![],
            },
            "dlm:CreateLifecyclePolicy",
            "The following required parameter(s) are missing: {TargetTags}",
        )
        .with_code("InvalidRequestException")
        .with_request_id("1f9e")
        .with_place("eu-central-1");
        insta::assert_snapshot!(error, @"AWS rejected the request of dlm:CreateLifecyclePolicy: The following required parameter(s) are missing: {TargetTags}. Asked: eu-central-1. AWS's reference: InvalidRequestException, request 1f9e. Correct the configuration, then try again.");
    }

    #[test]
    fn a_bucket_elsewhere_is_said_to_be_there() {
        let region = Some("eu-west-1".parse().unwrap());
        let error = AwsError::new(ErrorKind::WrongRegion { region }, "s3:GetBucketPolicy", "");
        insta::assert_snapshot!(error, @"the bucket of s3:GetBucketPolicy is in eu-west-1: Set `region` of the resource (or of the provider) to the one where the bucket is.");
    }

    #[test]
    fn an_error_without_words_has_no_stray_marks() {
        let error = AwsError::new(ErrorKind::Server, "dlm:GetLifecyclePolicy", "");
        insta::assert_snapshot!(error, @"AWS failed during dlm:GetLifecyclePolicy: Nothing was changed; try again in a few minutes.");
    }

    #[test]
    fn only_a_request_that_may_have_arrived_leaves_the_outcome_open() {
        use ErrorKind as K;
        let unknown = |kind| AwsError::new(kind, "x", "").is_outcome_unknown();
        for kind in [
            K::ConnectionLost,
            K::Timeout,
            K::Server,
            K::Unreadable,
            K::Cancelled,
        ] {
            assert!(unknown(kind.clone()), "{kind:?}");
        }
        let refused = K::Invalid {
            required: vec![],
            exclusive: vec![],
        };
        for kind in [
            K::Throttled,
            K::Denied,
            K::Unreachable,
            K::Limit,
            K::NotFound,
            K::WrongRegion { region: None },
            K::Conflict,
            K::Unsupported,
            refused,
        ] {
            assert!(!unknown(kind.clone()), "{kind:?}");
        }
    }
}
