//! What a service adds to winterbaume's `MockService`: its operations' names and its errors.

use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::json;
use winterbaume_core::{MockRequest, MockResponse, MockService};

/// The header in which REST-JSON services name their error.
pub(crate) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
/// The header in which most services' answers carry their request id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
/// The same in S3.
const S3_REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
/// S3's second id: the host that answered.
const S3_HOST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");
/// There is one host.
const HOST_ID: &str = "sandbox";

/// A service of this sandbox. Adding one: implement this and name it in `World::new`.
pub(crate) trait Served: MockService {
    /// How this service spells its errors.
    fn protocol(&self) -> Protocol;

    /// The API operation that a request means, if it means one.
    fn operation(&self, request: &MockRequest) -> Option<String>;

    /// The IAM action that the request needs, without the service, where it is called otherwise.
    fn permission(&self, _request: &MockRequest) -> Option<&'static str> {
        None
    }
}

/// The AWS protocols in use here, as far as errors are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// REST-JSON 1.1: the code in a header, the message in a JSON body (DLM).
    RestJson,
    /// AWS Query: an XML document (STS).
    Query,
    /// REST-XML: an XML document of another form, and words of its own (S3).
    RestXml,
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
    /// The protocol of a request whose service is not known (yet): Query sends forms, and S3's
    /// clients send hashes.
    pub(crate) fn guess(headers: &HeaderMap) -> Self {
        if headers.contains_key("x-amz-content-sha256") {
            return Self::RestXml;
        }
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
            Self::RestXml => {
                let (status, code, words) = s3_words(error);
                self.error(status, code, words.unwrap_or(message))
            }
        }
    }

    /// An error answer of any code.
    pub(crate) fn error(self, status: u16, code: &str, message: &str) -> MockResponse {
        match self {
            Self::RestJson => {
                json_error(status, code, &json!({ "Message": message, "Code": code }))
            }
            Self::Query => xml_error(status, code, message),
            Self::RestXml => self.error_with(status, code, message, ""),
        }
    }

    /// An S3 error with further elements, given as XML.
    pub(crate) fn error_with(
        self,
        status: u16,
        code: &str,
        message: &str,
        elements: &str,
    ) -> MockResponse {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>{elements}</Error>",
            escape_text(code),
            escape_text(message),
        );
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        MockResponse {
            status,
            headers,
            body: body.into(),
        }
    }

    /// Puts the request id into an answer, where this protocol has it.
    pub(crate) fn stamp(self, answer: &mut MockResponse, id: &str) {
        let Ok(value) = HeaderValue::from_str(id) else {
            return;
        };
        if self != Self::RestXml {
            answer.headers.insert(REQUEST_ID, value);
            return;
        }
        answer.headers.insert(S3_REQUEST_ID, value);
        answer
            .headers
            .insert(S3_HOST_ID, HeaderValue::from_static(HOST_ID));
        if answer.status >= 300
            && let Some(open) = answer.body.strip_suffix(b"</Error>")
        {
            let ids = format!("<RequestId>{id}</RequestId><HostId>{HOST_ID}</HostId></Error>");
            answer.body = [open, ids.as_bytes()].concat().into();
            answer.headers.remove(CONTENT_LENGTH);
        }
    }
}

/// Text between tags. S3 leaves quotes and apostrophes as they are.
pub(crate) fn escape_text(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\r', "&#13;")
}

/// The text of an attribute in double quotes.
pub(crate) fn escape_attribute(text: &str) -> String {
    escape_text(text).replace('"', "&quot;")
}

/// S3's status, code and words; without words the caller's are right.
fn s3_words(error: Common) -> (u16, &'static str, Option<&'static str>) {
    match error {
        Common::MissingToken => (403, "AccessDenied", Some("Access Denied")),
        Common::IncompleteSignature => (400, "AuthorizationHeaderMalformed", None),
        Common::NoRegion => (400, "AuthorizationHeaderMalformed", None),
        Common::InvalidKey => (
            403,
            "InvalidAccessKeyId",
            Some("The AWS Access Key Id you provided does not exist in our records."),
        ),
        Common::ExpiredToken => (400, "ExpiredToken", Some("The provided token has expired.")),
        Common::AccessDenied => (403, "AccessDenied", None),
        Common::Throttled => (503, "SlowDown", Some("Please reduce your request rate.")),
        Common::TooManyRequests => (429, "TooManyRequests", None),
        Common::Internal => (
            500,
            "InternalError",
            Some("We encountered an internal error. Please try again."),
        ),
        Common::Unavailable => (
            503,
            "ServiceUnavailable",
            Some("Service is unable to handle request."),
        ),
        Common::UnknownOperation => (404, "UnknownOperation", None),
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
    if response.status < 300 {
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
    fn s3_has_words_and_ids_of_its_own() {
        let mut answer = Protocol::RestXml.common(Common::Throttled, "Rate exceeded");
        Protocol::RestXml.stamp(&mut answer, "ID");
        assert_eq!(
            (answer.status, error_code(&answer).as_deref()),
            (503, Some("SlowDown"))
        );
        assert_eq!(answer.headers["x-amz-request-id"], "ID");
        assert!(answer.body.ends_with(
            b"<Message>Please reduce your request rate.</Message><RequestId>ID</RequestId><HostId>sandbox</HostId></Error>"
        ));
    }

    #[test]
    fn a_success_has_no_error_code() {
        assert_eq!(error_code(&MockResponse::rest_json(200, "{}")), None);
    }
}
