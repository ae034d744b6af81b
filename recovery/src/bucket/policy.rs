//! Bucket policies: read, compared by what they mean, joined with the statement that refuses plain
//! HTTP, and taken apart again.
//!
//! - here: [`Document`] and what is refused in one, [`merge`], [`split`];
//! - `normal`: the form in which two documents that mean the same are equal.

mod normal;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value as Json, json};

/// The id of the statement that refuses plain HTTP.
pub const TLS_ONLY: &str = "HoldfastTlsOnly";
/// The most that S3 takes, in bytes.
const LONGEST: usize = 20 * 1024;
const VERSIONS: [&str; 2] = ["2012-10-17", "2008-10-17"];

/// A bucket policy, well formed.
#[derive(Debug, Clone, PartialEq)]
pub struct Document(Map<String, Json>);

/// A text that is not a bucket policy, or not one for this bucket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPolicy {
    /// No JSON.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// JSON, and no policy.
    #[error("{0}")]
    Malformed(String),
    /// S3 would refuse it: all four public access blocks are on.
    #[error(
        "{0} lets everybody in, which the public access blocks of the bucket refuse; name the principals or add a condition"
    )]
    Public(String),
    /// It is about something else.
    #[error("{statement} is about {resource:?}, and this bucket is {bucket:?}")]
    OtherBucket {
        /// Which statement.
        statement: String,
        /// What it names.
        resource: String,
        /// ARN of the bucket.
        bucket: String,
    },
    /// Too long for S3.
    #[error(
        "it has {0} bytes with the statement that refuses plain HTTP, and S3 takes at most {LONGEST}"
    )]
    TooLong(usize),
}

impl FromStr for Document {
    type Err = InvalidPolicy;

    fn from_str(text: &str) -> Result<Self, InvalidPolicy> {
        let json: Json = serde_json::from_str(text)
            .map_err(|error| InvalidPolicy::NotJson(error.to_string()))?;
        let Json::Object(members) = json else {
            return Err(malformed("it is not a JSON object"));
        };
        let document = Self(members);
        document.check()?;
        Ok(document)
    }
}

impl fmt::Display for Document {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Json::Object(self.0.clone()).fmt(out)
    }
}

impl Document {
    /// Whether S3 would take it for this bucket, all public access blocks being on.
    ///
    /// # Errors
    /// The first statement that lets everybody in or is about another bucket; or it is too long.
    pub fn check_for(&self, bucket_arn: &str) -> Result<(), InvalidPolicy> {
        for (at, statement) in self.statements().iter().enumerate() {
            for resource in texts(&statement["Resource"])
                .into_iter()
                .chain(texts(&statement["NotResource"]))
            {
                if names_another(resource, bucket_arn) {
                    return Err(InvalidPolicy::OtherBucket {
                        statement: called(statement, at),
                        resource: resource.to_owned(),
                        bucket: bucket_arn.to_owned(),
                    });
                }
            }
        }
        let length = merge(Some(self), bucket_arn).len();
        if length > LONGEST {
            return Err(InvalidPolicy::TooLong(length));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), InvalidPolicy> {
        let known = ["Version", "Id", "Statement"];
        if let Some(strange) = self.0.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(malformed(format!(
                "it has {strange:?}; a policy has Version, Id and Statement"
            )));
        }
        match self.0.get("Version") {
            None => {}
            Some(Json::String(version)) if VERSIONS.contains(&version.as_str()) => {}
            Some(_) => {
                return Err(malformed(
                    "its Version is \"2012-10-17\" (or \"2008-10-17\")",
                ));
            }
        }
        let statements = self.statements();
        if statements.is_empty() {
            return Err(malformed("it has no Statement"));
        }
        let mut ids = BTreeSet::new();
        for (at, statement) in statements.iter().enumerate() {
            check_statement(statement, at)?;
            let Some(id) = statement["Sid"].as_str().filter(|id| !id.is_empty()) else {
                continue;
            };
            if id == TLS_ONLY {
                return Err(malformed(format!(
                    "{TLS_ONLY:?} is the id of the statement that refuses plain HTTP, which is \
                     always there: leave that statement out, or give yours another Sid"
                )));
            }
            if !ids.insert(id) {
                return Err(malformed(format!("two statements have the Sid {id:?}")));
            }
        }
        Ok(())
    }

    fn statements(&self) -> &[Json] {
        self.0.get("Statement").map_or(&[], list)
    }

    fn without_statements(&self) -> Map<String, Json> {
        let others = self.0.iter().filter(|(key, _)| *key != "Statement");
        others
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }
}

fn check_statement(statement: &Json, at: usize) -> Result<(), InvalidPolicy> {
    let name = called(statement, at);
    let wrong = |why: &str| Err(malformed(format!("{name} {why}")));
    let Json::Object(members) = statement else {
        return wrong("is not an object");
    };
    let known = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    if let Some(strange) = members.keys().find(|key| !known.contains(&key.as_str())) {
        return wrong(&format!("has {strange:?}, which no statement has"));
    }
    if members.get("Sid").is_some_and(|id| !id.is_string()) {
        return wrong("has a Sid that is no text");
    }
    if !matches!(
        members.get("Effect").and_then(Json::as_str),
        Some("Allow" | "Deny")
    ) {
        return wrong("needs Effect, \"Allow\" or \"Deny\"");
    }
    for [one, other] in [
        ["Principal", "NotPrincipal"],
        ["Action", "NotAction"],
        ["Resource", "NotResource"],
    ] {
        let given = match (members.get(one), members.get(other)) {
            (Some(given), None) | (None, Some(given)) => given,
            (None, None) => return wrong(&format!("needs {one}")),
            (Some(_), Some(_)) => return wrong(&format!("has {one} and {other}")),
        };
        let fits = if one == "Principal" {
            is_principal(given)
        } else {
            is_texts(given)
        };
        if !fits {
            return wrong(&format!("names nothing in its {one}"));
        }
    }
    if members
        .get("Condition")
        .is_some_and(|given| !is_condition(given))
    {
        return wrong("has a Condition that is not {operator = {key = values}}");
    }
    if lets_everybody_in(members) {
        return Err(InvalidPolicy::Public(name));
    }
    Ok(())
}

fn is_texts(value: &Json) -> bool {
    let all = list(value);
    !all.is_empty() && all.iter().all(Json::is_string)
}

fn is_principal(value: &Json) -> bool {
    match value {
        Json::String(all) => all == "*",
        Json::Object(kinds) => !kinds.is_empty() && kinds.values().all(is_texts),
        _ => false,
    }
}

fn is_condition(value: &Json) -> bool {
    let scalar = |value: &Json| value.is_string() || value.is_number() || value.is_boolean();
    let values = |value: &Json| list(value).iter().all(scalar);
    let keys = |value: &Json| {
        value
            .as_object()
            .is_some_and(|keys| keys.values().all(values))
    };
    value
        .as_object()
        .is_some_and(|operators| operators.values().all(keys))
}

fn lets_everybody_in(statement: &Map<String, Json>) -> bool {
    let everybody = |principal: &Json| match principal {
        Json::String(_) => true,
        other => texts(&other["AWS"]).contains(&"*"),
    };
    let unconditional = |condition: &Json| condition.as_object().is_none_or(Map::is_empty);
    statement
        .get("Effect")
        .is_some_and(|effect| effect == "Allow")
        && statement.get("Principal").is_some_and(everybody)
        && statement.get("Condition").is_none_or(unconditional)
}

/// Whether a resource is certainly of another bucket: patterns and variables may be of any.
fn names_another(resource: &str, bucket_arn: &str) -> bool {
    let bucket = resource
        .split_once('/')
        .map_or(resource, |(bucket, _)| bucket);
    bucket != bucket_arn && !bucket.contains(['*', '?', '$'])
}

/// How a message calls a statement.
fn called(statement: &Json, at: usize) -> String {
    match statement["Sid"].as_str() {
        Some(id) if !id.is_empty() => format!("statement {id:?}"),
        _ => format!("statement {}", at + 1),
    }
}

fn malformed(why: impl Into<String>) -> InvalidPolicy {
    InvalidPolicy::Malformed(why.into())
}

/// One or many, as AWS writes both.
fn list(value: &Json) -> &[Json] {
    match value {
        Json::Array(all) => all,
        Json::Null => &[],
        one => std::slice::from_ref(one),
    }
}

fn texts(value: &Json) -> Vec<&str> {
    list(value).iter().filter_map(Json::as_str).collect()
}

/// The statement that refuses plain HTTP.
fn tls_only(bucket_arn: &str) -> Json {
    json!({
        "Sid": TLS_ONLY,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, format!("{bucket_arn}/*")],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    })
}

/// The policy of a bucket: the user's statements, and the one that refuses plain HTTP.
pub fn merge(user: Option<&Document>, bucket_arn: &str) -> String {
    let mut members = match user {
        // Without a version AWS reads variables as text; that stays as the user has it.
        Some(document) => document.without_statements(),
        None => Map::from_iter([("Version".to_owned(), json!(VERSIONS[0]))]),
    };
    let mut statements = user.map_or_else(Vec::new, |user| user.statements().to_vec());
    statements.push(tls_only(bucket_arn));
    members.insert("Statement".to_owned(), Json::Array(statements));
    Json::Object(members).to_string()
}

/// What became of the statement that refuses plain HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsOnly {
    /// It is there.
    Present,
    /// It is gone.
    Missing,
    /// It says something else now.
    Altered,
}

/// A bucket's policy, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The half that is always there.
    pub tls_only: TlsOnly,
    /// The user's half, if there is one.
    pub user: Option<String>,
}

/// Takes a policy that was read from a bucket apart.
pub fn split(found: &str, bucket_arn: &str) -> Split {
    let Ok(Json::Object(members)) = serde_json::from_str(found) else {
        return Split {
            tls_only: TlsOnly::Missing,
            user: Some(found.to_owned()),
        };
    };
    let document = Document(members);
    let (ours, others): (Vec<_>, Vec<_>) = document
        .statements()
        .iter()
        .cloned()
        .partition(|statement| statement["Sid"] == TLS_ONLY);
    let intact =
        |statement: &Json| normal::statement(statement) == normal::statement(&tls_only(bucket_arn));
    let tls_only = match ours.as_slice() {
        [] => TlsOnly::Missing,
        [one] if intact(one) => TlsOnly::Present,
        _ => TlsOnly::Altered,
    };
    let user = (!others.is_empty()).then(|| {
        let mut members = document.without_statements();
        members.insert("Statement".to_owned(), Json::Array(others));
        Json::Object(members).to_string()
    });
    Split { tls_only, user }
}

/// Whether two policies mean the same. Texts that are no JSON are the same only if they are equal.
pub fn same(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    match (serde_json::from_str(one), serde_json::from_str(other)) {
        (Ok(one), Ok(other)) => normal::policy(&one) == normal::policy(&other),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
