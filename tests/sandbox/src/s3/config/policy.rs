//! Bucket policies: what is refused, whom they lock out, whether they are public.

use http::HeaderMap;
use serde_json::{Value, json};
use winterbaume_core::MockResponse;

use super::policy_match::{self, Context};
use crate::s3::bucket::Bucket;
use crate::s3::error::{S3Error, document, empty};
use crate::s3::xml::Element;

/// A policy as S3 gives it back.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::s3) struct Policy(Value);

/// Who calls what, for a policy to judge.
#[derive(Clone, Copy, Debug)]
pub(in crate::s3) struct Call<'a> {
    pub(in crate::s3) account: &'a str,
    pub(in crate::s3) arn: &'a str,
    /// `GetObject`, without the service.
    pub(in crate::s3) permission: &'a str,
    /// `arn:aws:s3:::bucket/key`.
    pub(in crate::s3) resource: &'a str,
    pub(in crate::s3) headers: &'a HeaderMap,
}

impl Policy {
    /// Reads a policy for `bucket` and brings it into the form in which S3 answers it: without
    /// layout, lists of one as their element, accounts as their root.
    pub(in crate::s3) fn read(body: &[u8], bucket: &str) -> Result<Self, S3Error> {
        let malformed = |message: &str| S3Error::new(400, "MalformedPolicy", message);
        let mut value: Value = serde_json::from_slice(body)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| {
                malformed("Policies must be valid JSON and the first byte must be '{'")
            })?;
        match value["Version"].as_str() {
            Some("2012-10-17" | "2008-10-17") => {}
            None if value["Version"].is_null() => {}
            _ => return Err(malformed("The policy must contain a valid version string")),
        }
        let statements = match &mut value["Statement"] {
            Value::Array(list) if !list.is_empty() => list,
            one @ Value::Object(_) => {
                *one = json!([one.take()]);
                one.as_array_mut()
                    .ok_or_else(|| malformed("no statement"))?
            }
            _ => return Err(malformed("Missing required field Statement")),
        };
        for statement in statements {
            check(statement, bucket).map_err(|message| malformed(&message))?;
            settle(statement);
        }
        Ok(Self(value))
    }

    pub(in crate::s3) fn value(&self) -> &Value {
        &self.0
    }

    fn statements(&self) -> impl Iterator<Item = &Value> {
        self.0["Statement"].as_array().into_iter().flatten()
    }

    /// Whether an Allow reaches everybody, with no condition that holds it to some (the list of
    /// conditions is that of "Blocking public access", The meaning of "public").
    pub(in crate::s3) fn is_public(&self) -> bool {
        self.statements().any(|statement| {
            statement["Effect"] == "Allow"
                && policy_match::is_everybody(&statement["Principal"])
                && !policy_match::narrows(&statement["Condition"])
        })
    }

    /// Whether a statement denies this call.
    pub(in crate::s3) fn denies(&self, call: Call<'_>) -> bool {
        let context = Context(call);
        self.statements()
            .any(|statement| statement["Effect"] == "Deny" && context.fits(statement))
    }
}

/// The words of S3 for a statement that it does not take.
fn check(statement: &Value, bucket: &str) -> Result<(), String> {
    let has = |name: &str| !statement[name].is_null();
    let either = |name: &str| has(name) || has(&format!("Not{name}"));
    if !matches!(statement["Effect"].as_str(), Some("Allow" | "Deny")) {
        return Err("Missing required field Effect".to_owned());
    }
    for name in ["Principal", "Action", "Resource"] {
        if !either(name) {
            return Err(format!("Missing required field {name}"));
        }
    }
    for action in policy_match::texts(&statement["Action"]) {
        let action = action.to_lowercase();
        if action != "*" && !action.starts_with("s3:") {
            return Err("Policy has invalid action".to_owned());
        }
    }
    let prefix = format!(":s3:::{bucket}");
    for resource in policy_match::texts(&statement["Resource"]) {
        let rest = resource
            .find(&prefix)
            .map(|at| &resource[at + prefix.len()..]);
        let ours = resource.starts_with("arn:")
            && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '*']));
        if !ours {
            return Err("Policy has invalid resource".to_owned());
        }
    }
    Ok(())
}

/// Brings a statement into the form of an answer.
fn settle(statement: &mut Value) {
    for name in ["Action", "NotAction", "Resource", "NotResource"] {
        unlist(&mut statement[name]);
    }
    for name in ["Principal", "NotPrincipal"] {
        if let Value::Object(kinds) = &mut statement[name] {
            for names in kinds.values_mut() {
                match names.as_array_mut() {
                    Some(list) => list.iter_mut().for_each(root_of_account),
                    None => root_of_account(names),
                }
                unlist(names);
            }
        }
    }
    // Indexing has made members of what was not there.
    if let Value::Object(members) = statement {
        members.retain(|_, value| !value.is_null());
    }
}

fn unlist(value: &mut Value) {
    if let Value::Array(list) = value
        && let [one] = &mut list[..]
    {
        *value = one.take();
    }
}

fn root_of_account(name: &mut Value) {
    if let Some(account) = name.as_str()
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
    {
        *name = json!(format!("arn:aws:iam::{account}:root"));
    }
}

/// Stores a policy, unless it is public and public policies are blocked.
pub(in crate::s3) fn put(
    bucket: &mut Bucket,
    body: &[u8],
    caller: &str,
) -> Result<MockResponse, S3Error> {
    let policy = Policy::read(body, &bucket.name)?;
    if policy.is_public() && bucket.access_block.is_some_and(|block| block.policy) {
        return Err(S3Error::new(
            403,
            "AccessDenied",
            format!(
                "User: {caller} is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::{}\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
                bucket.name
            ),
        ));
    }
    bucket.policy = Some(policy);
    Ok(empty(204))
}

fn stored(bucket: &Bucket) -> Result<&Policy, S3Error> {
    bucket.policy.as_ref().ok_or_else(|| {
        S3Error::absent(
            "NoSuchBucketPolicy",
            "The bucket policy does not exist",
            &bucket.name,
        )
    })
}

pub(in crate::s3) fn get(bucket: &Bucket) -> Result<MockResponse, S3Error> {
    Ok(MockResponse::rest_json(
        200,
        stored(bucket)?.value().to_string(),
    ))
}

pub(in crate::s3) fn status(bucket: &Bucket) -> Result<MockResponse, S3Error> {
    let public = stored(bucket)?.is_public().to_string();
    Ok(document(
        &Element::new("PolicyStatus").with(Element::leaf("IsPublic", public)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(statement: Value) -> Result<Policy, S3Error> {
        let text = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        Policy::read(text.as_bytes(), "b")
    }

    fn denies(policy: &Policy, permission: &str, resource: &str) -> bool {
        policy.denies(Call {
            account: "123456789012",
            arn: "arn:aws:iam::123456789012:user/sandbox",
            permission,
            resource,
            headers: &HeaderMap::new(),
        })
    }

    #[test]
    fn answers_are_settled() {
        let found = policy(json!({
            "Effect": "Allow", "Principal": { "AWS": ["123456789012"] },
            "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::b"],
        }))
        .unwrap();
        assert_eq!(
            found.value().to_string(),
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"s3:GetObject","Resource":["arn:aws:s3:::b/*","arn:aws:s3:::b"]}]}"#
        );
    }

    #[test]
    fn faulty_statements_are_named() {
        let whole = json!({
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b",
        });
        let with = |name: &str, value: Value| {
            let mut statement = whole.clone();
            statement[name] = value;
            policy(json!([statement])).map_err(|error| error.message().to_owned())
        };
        assert!(with("Sid", json!("x")).is_ok());
        let refusals = [
            with("Effect", Value::Null),
            with("Principal", Value::Null),
            with("Action", json!("ec2:RunInstances")),
            with("Resource", json!("arn:aws:s3:::other/*")),
            with("Resource", json!("arn:aws:s3:::bb")),
        ];
        let refusals = refusals.map(Result::unwrap_err);
        insta::assert_snapshot!(refusals.join("\n"), @r"
        Missing required field Effect
        Missing required field Principal
        Policy has invalid action
        Policy has invalid resource
        Policy has invalid resource
        ");
    }

    #[test]
    fn the_deny_of_plain_http_does_not_meet_the_sandbox() {
        let tls = policy(json!({
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*",
            "Condition": { "Bool": { "aws:SecureTransport": "false" } },
        }))
        .unwrap();
        assert!(!denies(&tls, "GetObject", "arn:aws:s3:::b/k"));
        assert!(!tls.is_public());
    }

    #[test]
    fn a_deny_meets_those_that_it_names() {
        let deny = policy(json!({
            "Effect": "Deny", "Principal": { "AWS": "arn:aws:iam::123456789012:root" },
            "Action": ["s3:Delete*", "s3:GetObject"], "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/k?y"],
            "Condition": { "StringNotLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/*" } },
        }))
        .unwrap();
        assert!(denies(&deny, "DeleteBucket", "arn:aws:s3:::b"));
        assert!(denies(&deny, "GetObject", "arn:aws:s3:::b/key"));
        assert!(!denies(&deny, "GetObject", "arn:aws:s3:::b/other"));
        assert!(!denies(&deny, "PutBucketPolicy", "arn:aws:s3:::b"));
    }

    #[test]
    fn an_allow_to_everybody_is_public_unless_a_condition_narrows_it() {
        let allow = |principal: Value, condition: Value| {
            let mut statement = json!({
                "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*",
            });
            if !condition.is_null() {
                statement["Condition"] = condition;
            }
            policy(statement).unwrap().is_public()
        };
        let ours = json!({ "StringEquals": { "aws:SourceAccount": "123456789012" } });
        assert!(allow(json!("*"), Value::Null));
        assert!(allow(json!({ "AWS": "*" }), Value::Null));
        assert!(allow(
            json!("*"),
            json!({ "Bool": { "aws:SecureTransport": "true" } })
        ));
        assert!(!allow(json!("*"), ours));
        assert!(!allow(
            json!({ "Service": "logging.s3.amazonaws.com" }),
            Value::Null
        ));
    }
}
