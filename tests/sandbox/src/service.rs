//! What a service adds to winterbaume's `MockService`: its operations' names and its errors.

use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::json;
use winterbaume_core::{MockRequest, MockResponse, MockService};

/// The header in which REST-JSON services name their error.
pub(crate) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
/// The header in which every answer carries its request id.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// A service of this sandbox. Adding one: implement this and name it in `World::new`.
pub(crate) trait Served: MockService {
    /// How this service spells its errors.
    fn protocol(&self) -> Protocol;

    /// The API operation that a request means, if it means one.
    fn operation(&self, request: &MockRequest) -> Option<String>;
}

/// The AWS protocols in use here, as far as errors are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// REST-JSON 1.1: the code in a header, the message in a JSON body (DLM).
    RestJson,
    /// AWS Query: an XML document (STS).
    Query,
}

/// An error that any service may answer, whatever the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Common {
    /// No credentials in the request.
    MissingToken,
    /// Credentials that cannot be read.
    IncompleteSignature,
    /// A credential scope that names no region.
    NoRegion,
    /// A key that does not exist.
    InvalidKey,
    /// A session that has ended.
    ExpiredToken,
    /// A key without permission.
    AccessDenied,
    /// The rate limit, as most services answer it (400).
    Throttled,
    /// The rate limit, as HTTP has it (429).
    TooManyRequests,
    /// The service failed.
    Internal,
    /// The service cannot answer now (503).
    Unavailable,
    /// No such operation or path.
    UnknownOperation,
}

impl Protocol {
    /// The protocol of a request whose service is not known (yet): Query sends forms.
    pub(crate) fn guess(headers: &HeaderMap) -> Self {
        let content_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        match content_type {
            Some(kind) if kind.starts_with("application/x-www-form-urlencoded") => Self::Query,
            _ => Self::RestJson,
        }
    }

    /// The answer for `error`; `message` is shown to the caller.
    pub(crate) fn common(self, error: Common, message: &str) -> MockResponse {
        let (status, json, query) = match error {
            Common::MissingToken => (
                403,
                "MissingAuthenticationTokenException",
                "MissingAuthenticationToken",
            ),
            Common::IncompleteSignature => {
                (403, "IncompleteSignatureException", "IncompleteSignature")
            }
            Common::NoRegion => (403, "InvalidSignatureException", "SignatureDoesNotMatch"),
            Common::InvalidKey => (403, "UnrecognizedClientException", "InvalidClientTokenId"),
            Common::ExpiredToken => (403, "ExpiredTokenException", "ExpiredToken"),
            Common::AccessDenied => (403, "AccessDeniedException", "AccessDenied"),
            Common::Throttled => (400, "ThrottlingException", "Throttling"),
            Common::TooManyRequests => (429, "TooManyRequestsException", "Throttling"),
            Common::Internal => (500, "InternalServerException", "InternalFailure"),
            Common::Unavailable => (503, "ServiceUnavailableException", "ServiceUnavailable"),
            Common::UnknownOperation => (404, "UnknownOperationException", "InvalidAction"),
        };
        match self {
            Self::RestJson => self.error(status, json, message),
            Self::Query => self.error(status, query, message),
        }
    }

    /// An error answer of any code.
    pub(crate) fn error(self, status: u16, code: &str, message: &str) -> MockResponse {
        match self {
            Self::RestJson => {
                json_error(status, code, &json!({ "Message": message, "Code": code }))
            }
            Self::Query => xml_error(status, code, message),
        }
    }
}

/// A REST-JSON error whose body the caller has composed.
pub(crate) fn json_error(status: u16, code: &str, body: &serde_json::Value) -> MockResponse {
    let mut response = MockResponse::rest_json(status, body.to_string());
    if let Ok(code) = HeaderValue::from_str(code) {
        response.headers.insert(ERROR_TYPE, code);
    }
    response
}

fn xml_error(status: u16, code: &str, message: &str) -> MockResponse {
    let kind = if status >= 500 { "Receiver" } else { "Sender" };
    let body = format!(
        "<ErrorResponse><Error><Type>{kind}</Type><Code>{}</Code><Message>{}</Message></Error></ErrorResponse>",
        winterbaume_core::xml_escape(code),
        winterbaume_core::xml_escape(message),
    );
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    MockResponse {
        status,
        headers,
        body: body.into(),
    }
}

/// The error code that an answer carries, for the log.
pub(crate) fn error_code(response: &MockResponse) -> Option<String> {
    if response.status < 400 {
        return None;
    }
    if let Some(code) = response.headers.get(ERROR_TYPE) {
        return code.to_str().ok().map(str::to_owned);
    }
    let body = std::str::from_utf8(&response.body).ok()?;
    let (_, rest) = body.split_once("<Code>")?;
    rest.split_once("</Code>").map(|(code, _)| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_protocol_spells_the_same_error_its_way() {
        let json = Protocol::RestJson.common(Common::Throttled, "Rate exceeded");
        assert_eq!(
            (json.status, error_code(&json).as_deref()),
            (400, Some("ThrottlingException"))
        );
        assert_eq!(
            &json.body[..],
            br#"{"Message":"Rate exceeded","Code":"ThrottlingException"}"#
        );
        let query = Protocol::Query.common(Common::InvalidKey, "a < b");
        assert_eq!(
            (query.status, error_code(&query).as_deref()),
            (403, Some("InvalidClientTokenId"))
        );
        assert!(
            std::str::from_utf8(&query.body)
                .unwrap()
                .contains("a &lt; b")
        );
    }

    #[test]
    fn a_success_has_no_error_code() {
        assert_eq!(error_code(&MockResponse::rest_json(200, "{}")), None);
    }
}
