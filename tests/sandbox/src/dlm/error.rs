//! DLM's four errors, and those of its protocol.

use serde_json::{Map, Value, json};
use winterbaume_core::MockResponse;

use crate::service::{Common, Protocol, json_error};

/// Why a DLM call fails. The documentation of each variant names status and code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DlmError {
    /// 400 InvalidRequestException: a value breaks a rule.
    Invalid { message: String },
    /// 400 InvalidRequestException: parameters are missing.
    Missing(Vec<&'static str>),
    /// 400 InvalidRequestException: parameters exclude each other.
    Exclusive(Vec<&'static str>),
    /// 404 ResourceNotFoundException.
    NotFound {
        resource_type: &'static str,
        ids: Vec<String>,
    },
    /// 429 LimitExceededException.
    Limit {
        resource_type: &'static str,
        message: String,
    },
    /// 400 SerializationException: the body is not the JSON that the operation takes.
    Serialization(String),
    /// 404 UnknownOperationException: no such method and path.
    UnknownOperation,
}

impl DlmError {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid {
            message: message.into(),
        }
    }

    pub(crate) fn no_policy(id: &str) -> Self {
        Self::NotFound {
            resource_type: "policy",
            ids: vec![id.to_owned()],
        }
    }

    /// What the caller is told.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Invalid { message }
            | Self::Limit { message, .. }
            | Self::Serialization(message) => message.clone(),
            // Live: hashicorp/terraform-provider-aws#43944, #38825.
            Self::Missing(names) => {
                format!(
                    "The following required parameter(s) are missing: {{{}}}",
                    names.join(", ")
                )
            }
            Self::Exclusive(names) => format!(
                "The following parameter(s) cannot be specified together: {{{}}}",
                names.join(", ")
            ),
            Self::NotFound { resource_type, ids } => {
                format!(
                    "The requested {resource_type} was not found: {}",
                    ids.join(", ")
                )
            }
            Self::UnknownOperation => "Unknown operation".to_owned(),
        }
    }

    /// The error as it goes over the wire.
    pub(crate) fn response(&self) -> MockResponse {
        let message = self.message();
        let (status, name, code) = match self {
            Self::Invalid { .. } => (400, "InvalidRequestException", "INVALID_PARAMETER"),
            Self::Missing(_) => (400, "InvalidRequestException", "MISSING_PARAMETER"),
            Self::Exclusive(_) => (400, "InvalidRequestException", "CONFLICTING_PARAMETERS"),
            Self::NotFound { .. } => (404, "ResourceNotFoundException", "RESOURCE_NOT_FOUND"),
            Self::Limit { .. } => (429, "LimitExceededException", "LIMIT_EXCEEDED"),
            Self::Serialization(_) => {
                return Protocol::RestJson.error(400, "SerializationException", &message);
            }
            Self::UnknownOperation => {
                return Protocol::RestJson.common(Common::UnknownOperation, &message);
            }
        };
        let mut body = Map::new();
        body.insert("Message".into(), json!(message));
        body.insert("Code".into(), json!(code));
        match self {
            Self::Missing(names) => insert(&mut body, "RequiredParameters", json!(names)),
            Self::Exclusive(names) => {
                insert(&mut body, "MutuallyExclusiveParameters", json!(names))
            }
            Self::NotFound { resource_type, ids } => {
                insert(&mut body, "ResourceType", json!(resource_type));
                insert(&mut body, "ResourceIds", json!(ids));
            }
            Self::Limit { resource_type, .. } => {
                insert(&mut body, "ResourceType", json!(resource_type))
            }
            _ => {}
        }
        json_error(status, name, &Value::Object(body))
    }
}

fn insert(body: &mut Map<String, Value>, key: &str, value: Value) {
    body.insert(key.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(error: DlmError) -> String {
        let response = error.response();
        let kind = response.headers["x-amzn-errortype"].to_str().unwrap();
        format!(
            "{} {kind} {}",
            response.status,
            std::str::from_utf8(&response.body).unwrap()
        )
    }

    #[test]
    fn errors_have_the_shapes_of_the_model() {
        insta::assert_snapshot!([
            DlmError::Missing(vec!["ResourceTypes", "TargetTags"]),
            DlmError::Exclusive(vec!["Count", "Interval"]),
            DlmError::invalid("no"),
            DlmError::no_policy("policy-0"),
            DlmError::Limit { resource_type: "policy", message: "full".into() },
            DlmError::Serialization("not JSON".into()),
            DlmError::UnknownOperation,
        ].map(shown).join("\n"), @r#"
        400 InvalidRequestException {"Message":"The following required parameter(s) are missing: {ResourceTypes, TargetTags}","Code":"MISSING_PARAMETER","RequiredParameters":["ResourceTypes","TargetTags"]}
        400 InvalidRequestException {"Message":"The following parameter(s) cannot be specified together: {Count, Interval}","Code":"CONFLICTING_PARAMETERS","MutuallyExclusiveParameters":["Count","Interval"]}
        400 InvalidRequestException {"Message":"no","Code":"INVALID_PARAMETER"}
        404 ResourceNotFoundException {"Message":"The requested policy was not found: policy-0","Code":"RESOURCE_NOT_FOUND","ResourceType":"policy","ResourceIds":["policy-0"]}
        429 LimitExceededException {"Message":"full","Code":"LIMIT_EXCEEDED","ResourceType":"policy"}
        400 SerializationException {"Message":"not JSON","Code":"SerializationException"}
        404 UnknownOperationException {"Message":"Unknown operation","Code":"UnknownOperationException"}
        "#);
    }
}
