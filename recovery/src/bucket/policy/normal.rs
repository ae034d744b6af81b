//! One form for all policies that mean the same: nothing in it has an order, one value is a list of
//! one, and spellings that AWS takes for equal are equal.

use serde_json::{Map, Value as Json, json};

use super::list;

/// A policy in that form.
pub(super) fn policy(policy: &Json) -> Json {
    let Json::Object(members) = policy else {
        return policy.clone();
    };
    let mut normal = members.clone();
    let version = members.get("Version").cloned();
    // The language of a policy that names none (IAM user guide, "Version").
    normal.insert("Version".to_owned(), version.unwrap_or(json!("2008-10-17")));
    let statements = list(&members.get("Statement").cloned().unwrap_or(Json::Null))
        .iter()
        .map(statement)
        .collect();
    normal.insert("Statement".to_owned(), sorted(statements));
    by_key(normal)
}

/// One statement in that form.
pub(super) fn statement(statement: &Json) -> Json {
    let Json::Object(members) = statement else {
        return statement.clone();
    };
    let mut normal = Map::new();
    for (name, value) in members {
        let value = match name.as_str() {
            "Sid" if value == "" => continue,
            "Condition" if value.as_object().is_some_and(Map::is_empty) => continue,
            "Action" | "NotAction" => set(value, |text| text.to_ascii_lowercase()),
            "Resource" | "NotResource" => set(value, str::to_owned),
            "Principal" | "NotPrincipal" => principal(value),
            "Condition" => condition(value),
            _ => value.clone(),
        };
        normal.insert(name.clone(), value);
    }
    by_key(normal)
}

fn principal(value: &Json) -> Json {
    let Json::Object(kinds) = value else {
        // In a policy of a bucket "*" and {"AWS": "*"} are one.
        return json!({ "AWS": [value] });
    };
    let normal = kinds
        .iter()
        .map(|(kind, names)| (kind.clone(), set(names, account)));
    by_key(normal.collect())
}

/// An account is written by its number or as its root user.
fn account(name: &str) -> String {
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, "root"] => (*account).to_owned(),
        _ => name.to_owned(),
    }
}

/// Operators and keys know no case, and values are text however they are written.
fn condition(value: &Json) -> Json {
    let Json::Object(operators) = value else {
        return value.clone();
    };
    let normal = operators.iter().map(|(operator, keys)| {
        let keys = keys.as_object().cloned().unwrap_or_default();
        let keys = keys
            .iter()
            .map(|(key, values)| (key.to_ascii_lowercase(), set(values, str::to_owned)));
        (operator.to_ascii_lowercase(), by_key(keys.collect()))
    });
    by_key(normal.collect())
}

/// Values without order or repetition.
fn set(value: &Json, spelled: impl Fn(&str) -> String) -> Json {
    let text = |value: &Json| match value {
        Json::String(text) => json!(spelled(text)),
        Json::Bool(_) | Json::Number(_) => json!(value.to_string()),
        other => other.clone(),
    };
    let mut all: Vec<Json> = list(value).iter().map(text).collect();
    all.sort_by_key(Json::to_string);
    all.dedup();
    Json::Array(all)
}

fn sorted(mut values: Vec<Json>) -> Json {
    values.sort_by_key(Json::to_string);
    Json::Array(values)
}

/// Members in the order of their names, so that equal values are written alike.
fn by_key(members: Map<String, Json>) -> Json {
    let mut members: Vec<(String, Json)> = members.into_iter().collect();
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    Json::Object(members.into_iter().collect())
}
