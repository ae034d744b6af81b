//! What is configured on a bucket: what is taken, what comes back, what is refused.

use holdfast_sandbox::Sandbox;
use serde_json::json;

use crate::client::{Answer, Caller};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    Caller::new(&sandbox).bucket("backups");
    sandbox
}

/// What S3 says of each body, one line per body.
fn verdicts<B: AsRef<str>>(caller: &Caller<'_>, subresource: &str, bodies: &[B]) -> String {
    let lines: Vec<String> = bodies
        .iter()
        .map(|body| put(caller, subresource, body.as_ref()).s3_line())
        .collect();
    lines.join("\n")
}

fn put(caller: &Caller<'_>, subresource: &str, body: &str) -> Answer {
    caller.s3("PUT", &format!("/backups?{subresource}"), body)
}

fn get(caller: &Caller<'_>, subresource: &str) -> String {
    caller
        .s3("GET", &format!("/backups?{subresource}"), "")
        .s3_line()
}

fn versioning(status: &str) -> String {
    format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>")
}

const LOCK: &str = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";

#[test]
fn versioning_is_on_or_suspended() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let said = verdicts(
        &caller,
        "versioning",
        &[
            versioning("Enabled"),
            versioning("Off"),
            "<VersioningConfiguration/>".to_owned(),
            versioning("Suspended"),
        ],
    );
    insta::assert_snapshot!(said, @r#"
    200
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 IllegalVersioningConfigurationException: The Versioning element must be specified
    200
    "#);
    assert_eq!(
        get(&caller, "versioning"),
        format!("200 {}", versioning("Suspended"))
    );
}

#[test]
fn object_lock_needs_versioning_and_stays() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let lock = |mode: &str, length: &str| {
        LOCK.replace(
            "</ObjectLockEnabled>",
            &format!("</ObjectLockEnabled><Rule><DefaultRetention><Mode>{mode}</Mode>{length}</DefaultRetention></Rule>"),
        )
    };
    let before = put(&caller, "object-lock", LOCK).s3_line();
    put(&caller, "versioning", &versioning("Enabled"));
    let said = verdicts(
        &caller,
        "object-lock",
        &[
            LOCK.to_owned(),
            LOCK.replace("Enabled<", "Disabled<"),
            lock("GOVERNANCE", "<Days>30</Days>"),
            lock("COMPLIANCE", "<Years>1</Years>"),
            lock("NONE", "<Days>1</Days>"),
            lock("GOVERNANCE", ""),
            lock("GOVERNANCE", "<Days>1</Days><Years>1</Years>"),
            lock("GOVERNANCE", "<Days>0</Days>"),
            lock("GOVERNANCE", "<Years>101</Years>"),
        ],
    );
    let suspended = put(&caller, "versioning", &versioning("Suspended")).s3_line();
    insta::assert_snapshot!(format!("{before}\n{said}\n{suspended}"), @r#"
    409 InvalidBucketState: Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration
    200
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    200
    200
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 InvalidArgument: Default retention period must be a positive integer value.
    400 InvalidArgument: Default retention period too large
    409 InvalidBucketState: An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.
    "#);
    assert_eq!(
        get(&caller, "object-lock"),
        format!("200 {}", lock("COMPLIANCE", "<Years>1</Years>"))
    );
}

#[test]
fn encryption_cannot_be_off() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let rule = |with: &str| {
        format!(
            "<ServerSideEncryptionConfiguration><Rule>{with}</Rule></ServerSideEncryptionConfiguration>"
        )
    };
    let by_default = |with: &str| {
        rule(&format!(
            "<ApplyServerSideEncryptionByDefault>{with}</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled>"
        ))
    };
    let key = "<KMSMasterKeyID>arn:aws:kms:us-east-1:123456789012:key/k</KMSMasterKeyID>";
    let kms = by_default(&format!("<SSEAlgorithm>aws:kms</SSEAlgorithm>{key}"));
    let said = verdicts(
        &caller,
        "encryption",
        &[
            kms.clone(),
            by_default(&format!("<SSEAlgorithm>AES256</SSEAlgorithm>{key}")),
            by_default("<SSEAlgorithm>ROT13</SSEAlgorithm>"),
            rule(""),
            "<ServerSideEncryptionConfiguration/>".to_owned(),
        ],
    );
    insta::assert_snapshot!(said, @r#"
    200
    400 InvalidArgument: a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    "#);
    let blocked = "</BucketKeyEnabled><BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes>";
    assert_eq!(
        get(&caller, "encryption"),
        format!("200 {}", kms.replace("</BucketKeyEnabled>", blocked))
    );
    assert_eq!(caller.s3("DELETE", "/backups?encryption", "").status, 204);
    assert!(get(&caller, "encryption").contains("<SSEAlgorithm>AES256</SSEAlgorithm>"));
}

#[test]
fn access_and_ownership_are_set_and_taken_away() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let block = "<PublicAccessBlockConfiguration><BlockPublicPolicy>true</BlockPublicPolicy></PublicAccessBlockConfiguration>";
    put(&caller, "publicAccessBlock", block);
    assert_eq!(
        sandbox.buckets()[0]["PublicAccessBlock"],
        json!({ "BlockPublicAcls": false, "IgnorePublicAcls": false, "BlockPublicPolicy": true, "RestrictPublicBuckets": false })
    );
    let owner = |word: &str| {
        format!(
            "<OwnershipControls><Rule><ObjectOwnership>{word}</ObjectOwnership></Rule></OwnershipControls>"
        )
    };
    let said = verdicts(
        &caller,
        "ownershipControls",
        &[
            owner("BucketOwnerPreferred"),
            owner("Nobody"),
            "<OwnershipControls/>".to_owned(),
        ],
    );
    let gone = ["publicAccessBlock", "ownershipControls"].map(|name| {
        let deleted = caller.s3("DELETE", &format!("/backups?{name}"), "").status;
        format!("{deleted}, then {}", get(&caller, name))
    });
    insta::assert_snapshot!(format!("{said}\n{}", gone.join("\n")), @r#"
    200
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    204, then 404 NoSuchPublicAccessBlockConfiguration: The public access block configuration was not found
    204, then 404 OwnershipControlsNotFoundError: The bucket ownership controls were not found
    "#);
}

#[test]
fn policies_are_checked_settled_and_obeyed() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let policy = |effect: &str, principal: &str, action: &str, more: &str| {
        format!(
            r#"{{ "Version": "2012-10-17", "Statement": [ {{ "Effect": "{effect}", "Principal": {principal}, "Action": ["{action}"], "Resource": ["arn:aws:s3:::backups", "arn:aws:s3:::backups/*"] {more} }} ] }}"#
        )
    };
    let tls = policy(
        "Deny",
        "\"*\"",
        "s3:*",
        r#", "Condition": { "Bool": { "aws:SecureTransport": "false" } }"#,
    );
    let public = policy("Allow", "\"*\"", "s3:GetObject", "");
    let said = verdicts(&caller, "policy", &[tls.as_str(), "{", "[]", "{}", &public]);
    let status = get(&caller, "policyStatus");
    insta::assert_snapshot!(format!("{said}\n{status}"), @r#"
    204
    400 MalformedPolicy: Policies must be valid JSON and the first byte must be '{'
    400 MalformedPolicy: Policies must be valid JSON and the first byte must be '{'
    400 MalformedPolicy: Missing required field Statement
    403 AccessDenied: User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::backups" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.
    200 <PolicyStatus><IsPublic>false</IsPublic></PolicyStatus>
    "#);
    assert_eq!(
        caller.s3("GET", "/backups?policy", "").text,
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::backups","arn:aws:s3:::backups/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#
    );

    caller.s3("DELETE", "/backups?publicAccessBlock", "");
    assert_eq!(put(&caller, "policy", &public).status, 204);
    assert_eq!(
        get(&caller, "policyStatus"),
        "200 <PolicyStatus><IsPublic>true</IsPublic></PolicyStatus>"
    );

    put(
        &caller,
        "policy",
        &policy("Deny", "\"*\"", "s3:*Lifecycle*", ""),
    );
    insta::assert_snapshot!(get(&caller, "lifecycle"), @r#"403 AccessDenied: User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: s3:GetLifecycleConfiguration on resource: "arn:aws:s3:::backups" with an explicit deny in a resource-based policy"#);
    assert_eq!(caller.s3("DELETE", "/backups?policy", "").status, 204);
    assert!(get(&caller, "lifecycle").contains("NoSuchLifecycleConfiguration"));
}

#[test]
fn tags_are_held_to_their_rules() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let tags = |pairs: &[(&str, &str)]| {
        let tags: String = pairs
            .iter()
            .map(|(key, value)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>"))
            .collect();
        format!("<Tagging><TagSet>{tags}</TagSet></Tagging>")
    };
    let many: Vec<String> = (0..51).map(|at| at.to_string()).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|key| (key.as_str(), "")).collect();
    let long = "k".repeat(129);
    let said = verdicts(
        &caller,
        "tagging",
        &[
            tags(&[("team", "etcd"), ("Name", " a b ")]),
            tags(&[("a", "1"), ("a", "2")]),
            tags(&[("aws:x", "1")]),
            tags(&[("", "1")]),
            tags(&[(&long, "1")]),
            tags(&[("a", &"v".repeat(257))]),
            tags(&many),
            "<Tagging/>".to_owned(),
        ],
    );
    insta::assert_snapshot!(said, @r#"
    204
    400 InvalidTag: Cannot provide multiple Tags with the same key
    400 InvalidTag: System tags cannot be added/updated by requester
    400 InvalidTag: The TagKey you have provided is invalid
    400 InvalidTag: The TagKey you have provided is invalid
    400 InvalidTag: The TagValue you have provided is invalid
    400 BadRequest: Bucket tag count cannot be greater than 50
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    "#);
    assert_eq!(
        get(&caller, "tagging"),
        format!("200 {}", tags(&[("team", "etcd"), ("Name", " a b ")]))
    );
    assert_eq!(caller.s3("DELETE", "/backups?tagging", "").status, 204);
    assert!(get(&caller, "tagging").contains("NoSuchTagSet"));
}

#[test]
fn logs_go_to_a_bucket_of_the_same_owner_and_region() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    caller.bucket("logs");
    Caller::new(&sandbox).in_region("eu-west-1").bucket("far");
    sandbox.plant_foreign_bucket("theirs", "us-east-1");
    let to = |target: &str, prefix: &str| {
        format!(
            "<BucketLoggingStatus><LoggingEnabled><TargetBucket>{target}</TargetBucket>{prefix}</LoggingEnabled></BucketLoggingStatus>"
        )
    };
    let prefix = "<TargetPrefix>s3/</TargetPrefix>";
    let said = verdicts(
        &caller,
        "logging",
        &[
            to("logs", prefix),
            to("logs", ""),
            to("nobodys", prefix),
            to("theirs", prefix),
            to("far", prefix),
        ],
    );
    insta::assert_snapshot!(said, @r#"
    200
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 InvalidTargetBucketForLogging: The target bucket for logging does not exist
    400 InvalidTargetBucketForLogging: The owner for the bucket to be logged and the target bucket must be the same.
    403 CrossLocationLoggingProhibited: Cross S3 location logging not allowed.
    "#);
    assert_eq!(
        get(&caller, "logging"),
        format!("200 {}", to("logs", prefix))
    );
    put(&caller, "logging", "<BucketLoggingStatus/>");
    assert_eq!(get(&caller, "logging"), "200 <BucketLoggingStatus/>");
}

#[test]
fn replication_needs_versions_on_both_sides() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    caller.bucket("replica");
    let to = |target: &str| {
        format!(
            "<ReplicationConfiguration><Role>arn:aws:iam::123456789012:role/r</Role><Rule><Status>Enabled</Status><Priority>1</Priority><Filter/><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication><Destination><Bucket>arn:aws:s3:::{target}</Bucket></Destination></Rule></ReplicationConfiguration>"
        )
    };
    let mut said = vec![put(&caller, "replication", &to("replica")).s3_line()];
    put(&caller, "versioning", &versioning("Enabled"));
    said.push(put(&caller, "replication", &to("replica")).s3_line());
    said.push(put(&caller, "replication", &to("nobodys")).s3_line());
    caller.s3("PUT", "/replica?versioning", &versioning("Enabled"));
    said.push(put(&caller, "replication", &to("replica")).s3_line());
    said.push(put(&caller, "versioning", &versioning("Suspended")).s3_line());
    insta::assert_snapshot!(said.join("\n"), @r#"
    400 InvalidRequest: Versioning must be 'Enabled' on the bucket to apply a replication configuration
    400 InvalidRequest: Destination bucket must have versioning enabled.
    400 InvalidRequest: Destination bucket must exist.
    200
    409 InvalidBucketState: A replication configuration is present on this bucket, so you cannot change the versioning state. To change the versioning state, first delete the replication configuration.
    "#);
    let stored = get(&caller, "replication");
    let id = stored
        .split("<ID>")
        .nth(1)
        .and_then(|rest| rest.split('<').next());
    assert!(id.is_some_and(|id| id.len() == 36), "{stored}");
    assert_eq!(caller.s3("DELETE", "/backups?replication", "").status, 204);
}

#[test]
fn acls_are_off_and_what_is_not_served_says_so() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let lines = [
        put(&caller, "acl", "<AccessControlPolicy/>"),
        put(&caller, "analytics&id=x", "<AnalyticsConfiguration/>"),
        caller.s3("POST", "/backups", ""),
        caller.s3_with("PUT", "/backups/k", &[("x-amz-copy-source", "/a/b")], ""),
        caller.s3("GET", "/v20180820/tags/arn", ""),
    ]
    .map(|answer| answer.s3_line());
    insta::assert_snapshot!(lines.join("\n"), @r#"
    400 AccessControlListNotSupported: The bucket does not allow ACLs
    501 NotImplemented: A header you provided implies functionality that is not implemented
    405 MethodNotAllowed: The specified method is not allowed against this resource.
    501 NotImplemented: A header you provided implies functionality that is not implemented
    501 NotImplemented: A header you provided implies functionality that is not implemented
    "#);
    let cors = "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>";
    assert_eq!(put(&caller, "cors", cors).status, 200);
    let read = caller.s3("GET", "/backups?cors", "");
    assert!(read.text.contains("<AllowedMethod>GET</AllowedMethod>"));
    // A bucket of the same name later is another bucket.
    caller.s3("DELETE", "/backups", "");
    caller.bucket("backups");
    assert!(get(&caller, "cors").contains("NoSuchCORSConfiguration"));
}
