//! Methods and paths of the API.

use super::error::DlmError;
use crate::query;

/// An operation and the part of the path that it works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    CreateLifecyclePolicy,
    GetLifecyclePolicies,
    GetLifecyclePolicy(String),
    UpdateLifecyclePolicy(String),
    DeleteLifecyclePolicy(String),
    TagResource(String),
    UntagResource(String),
    ListTagsForResource(String),
}

impl Operation {
    /// Reads method and (still encoded) path.
    pub(super) fn of(method: &str, path: &str) -> Result<Self, DlmError> {
        let path = query::decode(path);
        let path = path.trim_start_matches('/').trim_end_matches('/');
        let (collection, rest) = path.split_once('/').unwrap_or((path, ""));
        let rest = rest.to_owned();
        Ok(match (method, collection, rest.is_empty()) {
            ("POST", "policies", true) => Self::CreateLifecyclePolicy,
            ("GET", "policies", true) => Self::GetLifecyclePolicies,
            ("GET", "policies", false) => Self::GetLifecyclePolicy(rest),
            ("PATCH", "policies", false) => Self::UpdateLifecyclePolicy(rest),
            ("DELETE", "policies", false) => Self::DeleteLifecyclePolicy(rest),
            ("POST", "tags", false) => Self::TagResource(rest),
            ("DELETE", "tags", false) => Self::UntagResource(rest),
            ("GET", "tags", false) => Self::ListTagsForResource(rest),
            _ => return Err(DlmError::UnknownOperation),
        })
    }

    /// The name of the operation, as IAM and the log have it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::CreateLifecyclePolicy => "CreateLifecyclePolicy",
            Self::GetLifecyclePolicies => "GetLifecyclePolicies",
            Self::GetLifecyclePolicy(_) => "GetLifecyclePolicy",
            Self::UpdateLifecyclePolicy(_) => "UpdateLifecyclePolicy",
            Self::DeleteLifecyclePolicy(_) => "DeleteLifecyclePolicy",
            Self::TagResource(_) => "TagResource",
            Self::UntagResource(_) => "UntagResource",
            Self::ListTagsForResource(_) => "ListTagsForResource",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_has_its_method_and_path() {
        let arn = "arn:aws:dlm:us-east-1:123456789012:policy/policy-0";
        let encoded = "/tags/arn%3Aaws%3Adlm%3Aus-east-1%3A123456789012%3Apolicy%2Fpolicy-0";
        let name = |method, path| Operation::of(method, path).map(|found| found.name());
        assert_eq!(name("POST", "/policies"), Ok("CreateLifecyclePolicy"));
        assert_eq!(name("GET", "/policies/"), Ok("GetLifecyclePolicies"));
        assert_eq!(
            name("PATCH", "/policies/policy-0"),
            Ok("UpdateLifecyclePolicy")
        );
        assert_eq!(
            name("DELETE", "/policies/policy-0"),
            Ok("DeleteLifecyclePolicy")
        );
        assert_eq!(
            Operation::of("GET", "/policies/policy-0"),
            Ok(Operation::GetLifecyclePolicy("policy-0".into()))
        );
        assert_eq!(
            Operation::of("GET", encoded),
            Ok(Operation::ListTagsForResource(arn.into()))
        );
        assert_eq!(
            Operation::of("POST", &format!("/tags/{arn}")),
            Ok(Operation::TagResource(arn.into()))
        );
        assert_eq!(
            Operation::of("DELETE", encoded),
            Ok(Operation::UntagResource(arn.into()))
        );
    }

    #[test]
    fn anything_else_is_unknown() {
        for (method, path) in [
            ("PUT", "/policies"),
            ("GET", "/"),
            ("GET", "/tags"),
            ("POST", "/policies/policy-0"),
        ] {
            assert_eq!(
                Operation::of(method, path),
                Err(DlmError::UnknownOperation),
                "{method} {path}"
            );
        }
    }
}
