//! Buckets come, are found, and go.

use holdfast_sandbox::{S3Settings, Sandbox};

use crate::client::{Answer, Caller};

fn sandbox() -> Sandbox {
    Sandbox::start().expect("the sandbox starts")
}

fn constraint(region: &str) -> String {
    format!(
        "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
    )
}

#[test]
fn a_new_bucket_is_private_encrypted_and_without_acls() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    caller.bucket("backups");
    let subresources = [
        "publicAccessBlock",
        "ownershipControls",
        "encryption",
        "versioning",
        "logging",
        "location",
        "tagging",
        "policy",
        "policyStatus",
        "lifecycle",
        "object-lock",
        "replication",
    ];
    let lines = subresources.map(|name| {
        let answer = caller.s3("GET", &format!("/backups?{name}"), "");
        format!("{name}: {}", answer.s3_line())
    });
    insta::assert_snapshot!(lines.join("\n"), @r#"
    publicAccessBlock: 200 <PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>
    ownershipControls: 200 <OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>
    encryption: 200 <ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled><BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>
    versioning: 200 <VersioningConfiguration/>
    logging: 200 <BucketLoggingStatus/>
    location: 200 <LocationConstraint/>
    tagging: 404 NoSuchTagSet: The TagSet does not exist
    policy: 404 NoSuchBucketPolicy: The bucket policy does not exist
    policyStatus: 404 NoSuchBucketPolicy: The bucket policy does not exist
    lifecycle: 404 NoSuchLifecycleConfiguration: The lifecycle configuration does not exist
    object-lock: 404 ObjectLockConfigurationNotFoundError: Object Lock configuration does not exist for this bucket
    replication: 404 ReplicationConfigurationNotFoundError: The replication configuration was not found
    "#);
}

#[test]
fn the_location_must_fit_the_endpoint() {
    let sandbox = sandbox();
    let create = |region: &str, name: &str, body: &str| {
        let caller = Caller::new(&sandbox).in_region("us-east-1");
        let caller = if region == "us-east-1" {
            caller
        } else {
            Caller::new(&sandbox).in_region("eu-west-1")
        };
        let answer = caller.s3("PUT", &format!("/{name}"), body);
        format!(
            "{} {}",
            answer.s3_line(),
            answer.header("location").unwrap_or("-")
        )
    };
    let lines = [
        create("us-east-1", "first", ""),
        create("us-east-1", "second", &constraint("eu-west-1")),
        create("us-east-1", "third", &constraint("us-east-1")),
        create("us-east-1", "third", &constraint("mars")),
        create("eu-west-1", "third", ""),
        create("eu-west-1", "third", &constraint("us-west-2")),
        create("eu-west-1", "third", &constraint("eu-west-1")),
        create("us-east-1", "Fourth_", ""),
        create("us-east-1", "fourth", "<x"),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    200 /first
    200 http://second.s3.amazonaws.com/
    400 InvalidLocationConstraint: The specified location-constraint is not valid -
    400 InvalidLocationConstraint: The specified location-constraint is not valid -
    400 IllegalLocationConstraintException: The unspecified location constraint is incompatible for the region specific endpoint this request was sent to. -
    400 IllegalLocationConstraintException: The us-west-2 location constraint is incompatible for the region specific endpoint this request was sent to. -
    200 http://third.s3.amazonaws.com/
    400 InvalidBucketName: The specified bucket is not valid. -
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema -
    "#);
}

#[test]
fn a_taken_name_is_answered_by_owner_and_region() {
    let sandbox = sandbox();
    sandbox.plant_foreign_bucket("theirs", "us-east-1");
    let (first, other) = (
        Caller::new(&sandbox),
        Caller::new(&sandbox).in_region("eu-west-1"),
    );
    first.bucket("ours");
    other.bucket("ours-there");
    let lines = [
        first.s3("PUT", "/ours", ""),
        first.s3("PUT", "/ours-there", &constraint("eu-west-1")),
        other.s3("PUT", "/ours-there", &constraint("eu-west-1")),
        other.s3("PUT", "/ours", &constraint("eu-west-1")),
        first.s3("PUT", "/theirs", ""),
        other.s3("PUT", "/theirs", &constraint("eu-west-1")),
    ]
    .map(|answer| answer.s3_line());
    insta::assert_snapshot!(lines.join("\n"), @r#"
    200
    409 BucketAlreadyOwnedByYou: Your previous request to create the named bucket succeeded and you already own it.
    409 BucketAlreadyOwnedByYou: Your previous request to create the named bucket succeeded and you already own it.
    409 BucketAlreadyOwnedByYou: Your previous request to create the named bucket succeeded and you already own it.
    409 BucketAlreadyExists: The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.
    409 BucketAlreadyExists: The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.
    "#);
}

#[test]
fn heads_tell_region_and_owner() {
    let sandbox = sandbox();
    sandbox.plant_foreign_bucket("theirs", "us-east-1");
    let caller = Caller::new(&sandbox);
    let there = Caller::new(&sandbox).in_region("eu-west-1");
    there.bucket("ours");
    let line = |answer: Answer| {
        assert_eq!(answer.text, "", "HEAD has no body");
        format!(
            "{} {}",
            answer.status,
            answer.header("x-amz-bucket-region").unwrap_or("-")
        )
    };
    let lines = [
        line(there.s3("HEAD", "/ours", "")),
        line(caller.s3("HEAD", "/ours", "")),
        line(caller.s3("HEAD", "/theirs", "")),
        line(caller.s3("HEAD", "/nobodys", "")),
    ];
    assert_eq!(
        lines,
        ["200 eu-west-1", "301 eu-west-1", "403 us-east-1", "404 -"]
    );
    let elsewhere = caller.s3("GET", "/ours?versioning", "");
    assert_eq!(
        (elsewhere.status, elsewhere.element("Endpoint")),
        (301, Some("ours.s3.eu-west-1.amazonaws.com"))
    );
    assert_eq!(
        caller.s3("GET", "/ours?location", "").s3_line(),
        "200 <LocationConstraint>eu-west-1</LocationConstraint>"
    );
}

#[test]
fn headers_and_tags_of_a_create_are_honoured() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let headers = [
        ("x-amz-object-ownership", "ObjectWriter"),
        ("x-amz-bucket-object-lock-enabled", "true"),
    ];
    let body = "<CreateBucketConfiguration><Tags><Tag><Key>team</Key><Value>etcd</Value></Tag></Tags></CreateBucketConfiguration>";
    assert_eq!(caller.s3_with("PUT", "/locked", &headers, body).status, 200);
    let bucket = &sandbox.buckets()[0];
    assert_eq!(bucket["ObjectOwnership"], "ObjectWriter");
    assert_eq!(bucket["Versioning"], "Enabled");
    assert_eq!(bucket["Tags"]["team"], "etcd");
    assert_eq!(
        bucket["ObjectLock"],
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>"
    );
    let acl = caller.s3_with("PUT", "/open", &[("x-amz-acl", "public-read")], "");
    assert_eq!(
        acl.element("Code"),
        Some("InvalidBucketAclWithObjectOwnership")
    );
}

#[test]
fn a_full_bucket_stays() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    caller.bucket("backups");
    caller.s3("PUT", "/backups/etcd", "snapshot");
    assert_eq!(
        caller.s3("DELETE", "/backups", "").s3_line(),
        "409 BucketNotEmpty: The bucket you tried to delete is not empty"
    );
    assert_eq!(caller.s3("DELETE", "/backups/etcd", "").status, 204);
    assert_eq!(caller.s3("DELETE", "/backups", "").status, 204);
    assert_eq!(
        caller.s3("DELETE", "/backups", "").s3_line(),
        "404 NoSuchBucket: The specified bucket does not exist"
    );
}

#[test]
fn a_just_deleted_name_can_be_held_back() {
    let sandbox = sandbox();
    sandbox.set_s3_settings(S3Settings {
        aborted_recreations: 2,
        ..S3Settings::default()
    });
    let caller = Caller::new(&sandbox);
    caller.bucket("backups");
    caller.s3("DELETE", "/backups", "");
    let codes = [(); 3].map(|()| caller.s3("PUT", "/backups", "").status);
    assert_eq!(codes, [409, 409, 200]);
}

#[test]
fn a_new_bucket_can_take_its_time() {
    let sandbox = sandbox();
    sandbox.set_s3_settings(S3Settings {
        unseen_bucket_calls: 2,
        ..S3Settings::default()
    });
    let caller = Caller::new(&sandbox);
    caller.bucket("backups");
    assert_eq!(caller.s3("HEAD", "/backups", "").status, 200);
    let codes = [(); 3].map(|()| caller.s3("GET", "/backups?versioning", "").status);
    assert_eq!(codes, [404, 404, 200]);
}

#[test]
fn buckets_are_addressed_by_host_as_well() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    caller.bucket("back.ups");
    let answer = caller.s3_at("back.ups.localhost:4566", "GET", "/?versioning");
    assert_eq!(answer.s3_line(), "200 <VersioningConfiguration/>");
    assert_eq!(sandbox.calls("s3:GetBucketVersioning"), 1);
}

#[test]
fn accounts_see_their_own_buckets() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    caller.bucket("ours");
    sandbox.plant_foreign_bucket("theirs", "us-east-1");
    let list = caller.s3("GET", "/", "");
    assert_eq!(list.elements("Name"), ["ours"]);
    assert_eq!(list.element("BucketRegion"), Some("us-east-1"));
    let expected = [("x-amz-expected-bucket-owner", "999999999999")];
    let refused = caller.s3_with("GET", "/ours?versioning", &expected, "");
    assert_eq!(refused.s3_line(), "403 AccessDenied: Access Denied");
}
