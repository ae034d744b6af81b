use proptest::prelude::*;

use super::*;

const ARN: &str = "arn:aws:s3:::backups";

fn reader() -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": {
            "Sid": "Readers",
            "Effect": "Allow",
            "Principal": { "AWS": "arn:aws:iam::123456789012:root" },
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": [format!("{ARN}/*"), ARN],
            "Condition": { "Bool": { "aws:PrincipalIsAWSService": false } },
        },
    })
    .to_string()
}

/// The reader's policy with one member of its statement changed; null takes it away.
fn with(member: &str, value: Json) -> String {
    let mut policy: Json = serde_json::from_str(&reader()).unwrap();
    let statement = policy["Statement"].as_object_mut().unwrap();
    match value {
        Json::Null => drop(statement.remove(member)),
        value => drop(statement.insert(member.to_owned(), value)),
    }
    policy.to_string()
}

fn said(policy: &str) -> String {
    let checked = policy
        .parse::<Document>()
        .and_then(|document| document.check_for(ARN));
    checked.map_or_else(|error| error.to_string(), |()| "fine".to_owned())
}

#[test]
fn what_is_no_policy_is_refused_with_the_reason() {
    assert_eq!(said(&reader()), "fine");
    let twice = json!({ "Statement": [
        { "Sid": "A", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ARN },
        { "Sid": "A", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ARN },
    ]});
    let wrong = [
        "{".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        r#"{"Statement":[]}"#.to_owned(),
        r#"{"Version":"2012-10-18","Statement":{}}"#.to_owned(),
        r#"{"statement":[]}"#.to_owned(),
        r#"{"Statement":["Allow"]}"#.to_owned(),
        with("Effect", Json::Null),
        with("Effect", json!("allow")),
        with("Principal", Json::Null),
        with("Principal", json!({})),
        with("Principal", json!("arn:aws:iam::123456789012:root")),
        with("NotPrincipal", json!("*")),
        with("Action", json!([])),
        with("Resource", Json::Null),
        with("Resource", json!(7)),
        with("Condition", json!({ "Bool": "x" })),
        with("Sid", json!(1)),
        with("Prinzipal", json!("*")),
        twice.to_string(),
        merge(None, ARN),
    ];
    let said: Vec<String> = wrong.iter().map(|policy| said(policy)).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    it is not JSON: EOF while parsing an object at line 1 column 1
    it is not a JSON object
    it has no Statement
    it has no Statement
    its Version is "2012-10-17" (or "2008-10-17")
    it has "statement"; a policy has Version, Id and Statement
    statement 1 is not an object
    statement "Readers" needs Effect, "Allow" or "Deny"
    statement "Readers" needs Effect, "Allow" or "Deny"
    statement "Readers" needs Principal
    statement "Readers" names nothing in its Principal
    statement "Readers" names nothing in its Principal
    statement "Readers" has Principal and NotPrincipal
    statement "Readers" names nothing in its Action
    statement "Readers" needs Resource
    statement "Readers" names nothing in its Resource
    statement "Readers" has a Condition that is not {operator = {key = values}}
    statement 1 has a Sid that is no text
    statement "Readers" has "Prinzipal", which no statement has
    two statements have the Sid "A"
    "HoldfastTlsOnly" is the id of the statement that refuses plain HTTP, which is always there: leave that statement out, or give yours another Sid
    "#);
}

#[test]
fn what_s3_would_refuse_for_this_bucket_is_refused() {
    let public = with("Condition", Json::Null);
    let everybody = |principal: Json| {
        let mut policy: Json = serde_json::from_str(&public).unwrap();
        policy["Statement"]["Principal"] = principal;
        policy.to_string()
    };
    let lines = [
        said(&everybody(json!("*"))),
        said(&everybody(json!({ "AWS": ["123456789012", "*"] }))),
        said(&with("Principal", json!("*"))),
        said(&with("Resource", json!("arn:aws:s3:::other/*"))),
        said(&with("Resource", json!("arn:aws-cn:s3:::backups"))),
        said(&with("Resource", json!("arn:aws:s3:::back*/x"))),
        said(&with("Sid", json!("x".repeat(LONGEST)))),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    statement "Readers" lets everybody in, which the public access blocks of the bucket refuse; name the principals or add a condition
    statement "Readers" lets everybody in, which the public access blocks of the bucket refuse; name the principals or add a condition
    fine
    statement "Readers" is about "arn:aws:s3:::other/*", and this bucket is "arn:aws:s3:::backups"
    statement "Readers" is about "arn:aws-cn:s3:::backups", and this bucket is "arn:aws:s3:::backups"
    fine
    it has 20947 bytes with the statement that refuses plain HTTP, and S3 takes at most 20480
    "#);
}

#[test]
fn both_halves_come_apart_as_they_were_joined() {
    let user: Document = reader().parse().unwrap();
    let joined = merge(Some(&user), ARN);
    let parts = split(&joined, ARN);
    assert_eq!(parts.tls_only, TlsOnly::Present);
    assert!(same(&parts.user.unwrap(), &reader()));
    let alone = Split {
        tls_only: TlsOnly::Present,
        user: None,
    };
    assert_eq!(split(&merge(None, ARN), ARN), alone);
    insta::assert_snapshot!(merge(None, ARN), @r#"{"Version":"2012-10-17","Statement":[{"Sid":"HoldfastTlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::backups","arn:aws:s3:::backups/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#);
}

#[test]
fn a_statement_that_refuses_less_is_altered() {
    let tampered = merge(None, ARN).replace("s3:*", "s3:GetObject");
    assert_eq!(split(&tampered, ARN).tls_only, TlsOnly::Altered);
    assert_eq!(split(&reader(), ARN).tls_only, TlsOnly::Missing);
    assert_eq!(split("no JSON", ARN).user.as_deref(), Some("no JSON"));
    let respelled = merge(None, ARN)
        .replace("\"s3:*\"", "[\"S3:*\"]")
        .replace("\"Principal\":\"*\"", "\"Principal\":{\"AWS\":\"*\"}")
        .replace("\"false\"", "false");
    assert_eq!(split(&respelled, ARN).tls_only, TlsOnly::Present);
}

#[test]
fn a_change_of_meaning_is_a_difference() {
    for other in [
        with("Sid", json!("Writers")),
        with("Effect", json!("Deny")),
        with("Action", json!("s3:GetObject")),
        with("Resource", json!(ARN)),
        with("Principal", json!({ "AWS": "210987654321" })),
        with("Condition", Json::Null),
        with(
            "Condition",
            json!({ "Bool": { "aws:PrincipalIsAWSService": true } }),
        ),
        reader().replace("2012", "2008"),
    ] {
        assert!(!same(&reader(), &other), "{other}");
    }
    assert!(same(
        &reader(),
        &with("Principal", json!({ "AWS": ["123456789012"] }))
    ));
}

/// The policy with everything turned around that means nothing.
fn respelled(policy: &Json, wrap: bool) -> Json {
    match policy {
        Json::Object(members) => {
            let members = members.iter().rev();
            Json::Object(
                members
                    .map(|(name, value)| {
                        let mut value = respelled(value, wrap);
                        let many = ["Action", "Resource", "Statement", "AWS"];
                        if wrap && many.contains(&name.as_str()) && !value.is_array() {
                            value = json!([value]);
                        }
                        (name.clone(), value)
                    })
                    .collect(),
            )
        }
        Json::Array(all) => all
            .iter()
            .rev()
            .map(|value| respelled(value, wrap))
            .collect(),
        other => other.clone(),
    }
}

fn policies() -> impl Strategy<Value = Json> {
    let action = || prop_oneof![Just("s3:GetObject"), Just("s3:PutObject"), Just("s3:*")];
    let principal = prop_oneof![Just("123456789012"), Just("210987654321")];
    let statement = (
        proptest::collection::vec(action(), 1..3),
        principal,
        any::<bool>(),
    );
    let statement = statement.prop_map(|(actions, principal, deny)| {
        json!({
            "Effect": if deny { "Deny" } else { "Allow" },
            "Principal": { "AWS": principal },
            "Action": actions,
            "Resource": ARN,
        })
    });
    proptest::collection::vec(statement, 1..4)
        .prop_map(|statements| json!({ "Version": "2012-10-17", "Statement": statements }))
}

proptest! {
    #[test]
    fn spelling_does_not_count(policy in policies(), wrap: bool) {
        let other = respelled(&policy, wrap);
        prop_assert!(same(&policy.to_string(), &other.to_string()));
        let document: Document = policy.to_string().parse().unwrap();
        let parts = split(&merge(Some(&document), ARN), ARN);
        prop_assert_eq!(parts.tls_only, TlsOnly::Present);
        prop_assert!(same(&parts.user.unwrap(), &policy.to_string()));
    }

    #[test]
    fn another_statement_counts(policy in policies(), more in policies()) {
        let statements = |policy: &Json| policy["Statement"].as_array().cloned().unwrap();
        let mut both = policy.clone();
        both["Statement"] = [statements(&policy), statements(&more)].concat().into();
        prop_assert!(!same(&policy.to_string(), &both.to_string()));
    }
}
