//! Who am I, and who may I become.

use holdfast_sandbox::{ACCOUNT, Sandbox};
use serde_json::{Value, json};

use crate::client::{Caller, daily};

/// The text of an element.
fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    let (_, rest) = xml
        .split_once(&format!("<{name}>"))
        .unwrap_or_else(|| panic!("no {name} in {xml}"));
    rest.split('<').next().unwrap_or_default()
}

const ASSUME: &str = "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A999999999999%3Arole%2Fpath%2Fbackup&RoleSessionName=me";

#[test]
fn every_key_is_the_one_user() {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    let answer = Caller::new(&sandbox).sts("Action=GetCallerIdentity&Version=2011-06-15");
    assert_eq!(answer.status, 200);
    assert_eq!(element(&answer.text, "Account"), ACCOUNT);
    assert_eq!(
        element(&answer.text, "Arn"),
        format!("arn:aws:iam::{ACCOUNT}:user/sandbox")
    );
}

#[test]
fn an_assumed_role_works_in_its_own_account_and_in_every_region() {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    let user = Caller::new(&sandbox).in_region("eu-west-1");
    let answer = user.sts(ASSUME);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let key = element(&answer.text, "AccessKeyId").to_owned();
    let role = Caller::new(&sandbox).in_region("us-west-2").with_key(&key);
    let identity = role.sts("Action=GetCallerIdentity").text;
    assert_eq!(element(&identity, "Account"), "999999999999");
    assert_eq!(
        element(&identity, "Arn"),
        "arn:aws:sts::999999999999:assumed-role/backup/me"
    );

    let id = role.create(&daily());
    let arn = role.get(&id)["PolicyArn"].clone();
    assert_eq!(
        arn,
        json!(format!("arn:aws:dlm:us-west-2:999999999999:policy/{id}"))
    );
    let stranger = Caller::new(&sandbox).in_region("us-west-2");
    assert_eq!(
        stranger
            .dlm("GET", &format!("/policies/{id}"), &Value::Null)
            .status,
        404
    );
}

#[test]
fn web_identities_need_no_signature() {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    let form = "Action=AssumeRoleWithWebIdentity&RoleArn=arn:aws:iam::123456789012:role/r&RoleSessionName=s&WebIdentityToken=t0ken";
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let answer = Caller::new(&sandbox)
        .send("POST", "/", &headers, form)
        .unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(element(&answer.text, "AccessKeyId").starts_with("ASIA"));
    assert_eq!(sandbox.calls("sts:AssumeRoleWithWebIdentity"), 1);

    let unsigned = Caller::new(&sandbox)
        .send("POST", "/", &headers, "Action=GetCallerIdentity")
        .unwrap();
    assert_eq!(
        (unsigned.status, element(&unsigned.text, "Code")),
        (403, "MissingAuthenticationToken")
    );
}

#[test]
fn faulty_calls_are_refused() {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    let caller = Caller::new(&sandbox);
    let unknown = caller.sts("Action=Nothing");
    assert_eq!(
        (unknown.status, element(&unknown.text, "Code")),
        (400, "InvalidAction")
    );
    let short = caller.sts("Action=AssumeRole&RoleSessionName=me");
    assert_eq!(short.status, 400, "{}", short.text);
}
