//! What the S3 adapter puts on the wire and makes of what comes back, answer by answer.

mod support;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_aws::s3::lifecycle::{LifecycleRule, MinimumSize, RuleStatus};
use holdfast_aws::s3::{
    Algorithm, BucketName, Creation, Deletion, Encryption, Gone, Governance, Head,
    LifecycleDocument, Logging, NewBucket, ObjectLock, ObjectVersion, Ownership, Period,
    PublicAccessBlock, Replication, ReplicationRule, ReplicationScope, Retention, RetentionMode,
    S3, SendWhile, Sent, Setting, Switch, Tags, Upload, VersionMark, Versioning,
};
use holdfast_aws::{AwsError, Clients, ErrorKind, Region, Services};
use md5::{Digest as _, Md5};
use sha2::Sha256;
use support::{Answer, Canned, Request};

const OK: Answer = Answer::S3(200, &[], "");
const THROTTLED: Answer = Answer::S3(
    503,
    &[],
    "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>",
);

fn bucket() -> BucketName {
    "etcd-backups".parse().expect("a name")
}

fn region(name: &str) -> Region {
    name.parse().expect("a region")
}

async fn s3(server: &Canned) -> Arc<dyn S3> {
    server.clients().await.s3(None).await.expect("a client")
}

async fn answering(answer: Answer) -> (Canned, Arc<dyn S3>) {
    let server = Canned::new(&[], answer).await;
    let port = s3(&server).await;
    (server, port)
}

/// S3's refusal with this status and code.
fn refused(status: u16, code: &'static str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>no</Message><RequestId>req-1</RequestId></Error>"
    );
    Answer::S3(status, &[], body.leak())
}

fn tags() -> Tags {
    Tags::from([("team".into(), "core & co".into())])
}

fn new_bucket() -> NewBucket {
    NewBucket {
        name: bucket(),
        object_lock: true,
        ownership: Some(Ownership::BucketOwnerEnforced),
        tags: tags(),
    }
}

/// The signature covers the body that is sent, `Content-MD5` is of it, and no other checksum is
/// there.
fn assert_signed_by_md5_alone(request: &Request) {
    let hash: String = Sha256::digest(&request.body)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(request.header("x-amz-content-sha256"), hash, "{request:?}");
    let digest = match request.body.is_empty() {
        true => String::new(),
        false => STANDARD.encode(Md5::digest(&request.body)),
    };
    assert_eq!(request.header("content-md5"), digest, "{request:?}");
    assert!(request.header("authorization").contains("/s3/aws4_request"));
    let newer = |name: &str| name.contains("checksum") || name.contains("trailer");
    let newer: Vec<_> = request
        .headers
        .iter()
        .filter(|(name, _)| newer(name))
        .collect();
    assert!(newer.is_empty(), "{newer:?}");
}

/// Lines and bodies of all requests, with the headers that say what is asked for.
fn shown(server: &Canned) -> String {
    let mut shown = String::new();
    for request in server.requests() {
        assert_signed_by_md5_alone(&request);
        shown += &format!("{}\n", request.line);
        for (name, value) in &request.headers {
            let transport = ["x-amz-date", "x-amz-content-sha256", "x-amz-user-agent"];
            if name.starts_with("x-amz-") && !transport.contains(&name.as_str()) {
                shown += &format!("  {name}: {value}\n");
            }
        }
        if !request.body.is_empty() {
            shown += &format!("  {}\n", request.body);
        }
    }
    shown
}

#[tokio::test]
async fn a_create_says_where_whose_and_with_which_tags() {
    let server = Canned::new(&[], OK).await;
    let clients = server.clients().await;
    for name in ["eu-central-1", "us-east-1"] {
        let port = clients.s3(Some(&region(name))).await.expect("a client");
        assert_eq!(port.create_bucket(&new_bucket()).await, Ok(Creation::Made));
    }
    let port = clients
        .s3(Some(&region("us-east-1")))
        .await
        .expect("a client");
    let plain = NewBucket {
        name: bucket(),
        object_lock: false,
        ownership: None,
        tags: Tags::new(),
    };
    assert_eq!(port.create_bucket(&plain).await, Ok(Creation::Made));
    insta::assert_snapshot!(shown(&server), @r#"
    PUT /etcd-backups/
      x-amz-bucket-object-lock-enabled: true
      x-amz-object-ownership: BucketOwnerEnforced
      <CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>eu-central-1</LocationConstraint><Tags><Tag><Key>team</Key><Value>core &amp; co</Value></Tag></Tags></CreateBucketConfiguration>
    PUT /etcd-backups/
      x-amz-bucket-object-lock-enabled: true
      x-amz-object-ownership: BucketOwnerEnforced
      <CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Tags><Tag><Key>team</Key><Value>core &amp; co</Value></Tag></Tags></CreateBucketConfiguration>
    PUT /etcd-backups/
    "#);
}

#[tokio::test]
async fn a_create_that_is_refused_is_one_of_three_things() {
    for (code, creation) in [
        ("BucketAlreadyOwnedByYou", Creation::MineAlready),
        ("BucketAlreadyExists", Creation::Foreign),
        ("OperationAborted", Creation::Busy),
    ] {
        let (server, port) = answering(refused(409, code)).await;
        assert_eq!(port.create_bucket(&new_bucket()).await, Ok(creation));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn neither_a_create_nor_a_lifecycle_write_is_ever_sent_twice() {
    let document = document(THEIRS);
    for answer in [THROTTLED, refused(500, "InternalError"), Answer::Hangup] {
        let server = Canned::new(&[], answer.clone()).await;
        let mut config = server.config();
        config.max_retries = Some(5);
        let clients = Clients::new(config).await.expect("settings that work");
        let port = clients.s3(None).await.expect("a client");
        let made = port
            .create_bucket(&new_bucket())
            .await
            .expect_err("a failure");
        let always = SendWhile::always();
        let put = port.put_lifecycle(&bucket(), &document, &always).await;
        let put = put.expect_err("a failure");
        let cut = port.delete_lifecycle(&bucket(), &always).await;
        assert!(cut.is_err());
        assert_eq!(server.requests().len(), 3);
        let throttled = *made.kind() == ErrorKind::Throttled;
        assert_eq!(made.is_outcome_unknown(), !throttled);
        assert_eq!(put.is_outcome_unknown(), !throttled);
    }
    let server = Canned::new(&[THROTTLED], OK).await;
    let mut config = server.config();
    config.max_retries = Some(1);
    let clients = Clients::new(config).await.expect("settings that work");
    let port = clients.s3(None).await.expect("a client");
    let put = port.put_versioning(&bucket(), &Versioning::Enabled).await;
    assert_eq!((put, server.requests().len()), (Ok(()), 2));
}

#[tokio::test]
async fn a_look_at_a_bucket_tells_own_foreign_elsewhere_and_absent_apart() {
    let elsewhere = ["x-amz-bucket-region: us-west-2"];
    let here = ["x-amz-bucket-region: eu-central-1"];
    let elsewhere: &'static [&'static str] = Vec::from(elsewhere).leak();
    let here: &'static [&'static str] = Vec::from(here).leak();
    let there = Some(region("us-west-2"));
    for (answer, head) in [
        (
            Answer::S3(200, here, ""),
            Head::Present {
                region: Some(region("eu-central-1")),
            },
        ),
        (OK, Head::Present { region: None }),
        (Answer::S3(404, &[], ""), Head::Absent),
        (Answer::S3(403, &[], ""), Head::Foreign { region: None }),
        (
            Answer::S3(301, elsewhere, ""),
            Head::Elsewhere {
                region: there.clone(),
            },
        ),
        (
            Answer::S3(400, elsewhere, ""),
            Head::Elsewhere { region: there },
        ),
    ] {
        let (server, port) = answering(answer).await;
        assert_eq!(port.head_bucket(&bucket()).await, Ok(head));
        assert_eq!(server.requests()[0].line, "HEAD /etcd-backups/");
    }
    let (_server, port) = answering(Answer::S3(400, &[], "")).await;
    assert!(port.head_bucket(&bucket()).await.is_err());
}

#[tokio::test]
async fn a_delete_says_what_it_found() {
    for (answer, deletion) in [
        (Answer::S3(204, &[], ""), Deletion::Now),
        (refused(404, "NoSuchBucket"), Deletion::Already),
        (refused(409, "BucketNotEmpty"), Deletion::NotEmpty),
    ] {
        let (_server, port) = answering(answer).await;
        assert_eq!(port.delete_bucket(&bucket()).await, Ok(deletion));
    }
}

#[tokio::test]
async fn the_wrong_region_is_an_error_that_names_the_right_one() {
    let redirect = "<Error><Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be addressed using the specified endpoint.</Message><Endpoint>etcd-backups.s3.eu-west-1.amazonaws.com</Endpoint></Error>";
    let malformed = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'eu-central-1' is wrong; expecting 'eu-west-1'</Message><Region>eu-west-1</Region></Error>";
    for answer in [
        Answer::S3(301, &["x-amz-bucket-region: eu-west-1"], redirect),
        Answer::S3(400, &[], malformed),
    ] {
        let (_server, port) = answering(answer).await;
        let error = port.get_tags(&bucket()).await.expect_err("elsewhere");
        let region = Some(region("eu-west-1"));
        assert_eq!(*error.kind(), ErrorKind::WrongRegion { region });
    }
    let (server, port) = answering(Answer::S3(400, &[], malformed)).await;
    let error = port
        .put_policy(&bucket(), "{}")
        .await
        .expect_err("elsewhere");
    let said = error.to_string().replace(&server.url, "ENDPOINT");
    insta::assert_snapshot!(said, @"the bucket of s3:PutBucketPolicy is in eu-west-1: The authorization header is malformed; the region 'eu-central-1' is wrong; expecting 'eu-west-1'. Asked: eu-central-1 at ENDPOINT. AWS's reference: AuthorizationHeaderMalformed, request req-1. Set `region` of the resource (or of the provider) to the one where the bucket is.");
}

fn replication() -> Replication {
    Replication {
        role: "arn:aws:iam::123456789012:role/replication".into(),
        rules: vec![ReplicationRule {
            id: Some("copy".into()),
            priority: Some(0),
            status: Switch::Enabled,
            scope: ReplicationScope::Prefix(String::new()),
            destination: "arn:aws:s3:::copies".into(),
            replica_kms_key: Some("arn:aws:kms:eu-west-1:123456789012:key/1".into()),
            kms_objects: Some(Switch::Enabled),
            delete_markers: Some(Switch::Disabled),
        }],
    }
}

fn kms() -> Encryption {
    Encryption {
        algorithm: Algorithm::Kms,
        kms_key: Some("arn:aws:kms:eu-central-1:123456789012:key/1".into()),
        bucket_key: true,
        blocked: vec!["SSE-C".into()],
    }
}

fn aes() -> Encryption {
    Encryption {
        algorithm: Algorithm::Aes256,
        kms_key: None,
        bucket_key: false,
        blocked: vec![],
    }
}

fn locked() -> ObjectLock {
    ObjectLock {
        default_retention: Some(Retention {
            mode: RetentionMode::Governance,
            period: Period::Days(30),
        }),
    }
}

fn logging() -> Logging {
    Logging {
        target_bucket: "access-logs".into(),
        target_prefix: "etcd/".into(),
    }
}

#[tokio::test]
async fn every_setting_is_written_with_an_md5_and_no_newer_checksum() {
    let (server, port) = answering(OK).await;
    let name = &bucket();
    let unlocked = ObjectLock {
        default_retention: None,
    };
    for written in [
        port.put_versioning(name, &Versioning::Enabled).await,
        port.put_encryption(name, &aes()).await,
        port.put_encryption(name, &kms()).await,
        port.put_public_access_block(name, &PublicAccessBlock::ALL)
            .await,
        port.put_ownership(name, &Ownership::BucketOwnerEnforced)
            .await,
        port.put_policy(name, r#"{"Version":"2012-10-17"}"#).await,
        port.delete_policy(name).await,
        port.put_tags(name, &tags()).await,
        port.put_tags(name, &Tags::new()).await,
        port.put_object_lock(name, &locked()).await,
        port.put_object_lock(name, &unlocked).await,
        port.put_logging(name, Some(&logging())).await,
        port.put_logging(name, None).await,
        port.put_replication(name, &replication()).await,
        port.delete_replication(name).await,
    ] {
        assert_eq!(written, Ok(()));
    }
    let cut = port.delete_lifecycle(name, &SendWhile::always()).await;
    assert_eq!(cut, Ok(Sent::Now));
    insta::assert_snapshot!(shown(&server), @r#"
    PUT /etcd-backups/?versioning
      <VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>
    PUT /etcd-backups/?encryption
      <ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>
    PUT /etcd-backups/?encryption
      <ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>arn:aws:kms:eu-central-1:123456789012:key/1</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled><BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>
    PUT /etcd-backups/?publicAccessBlock
      <PublicAccessBlockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>
    PUT /etcd-backups/?ownershipControls
      <OwnershipControls xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>
    PUT /etcd-backups/?policy
      {"Version":"2012-10-17"}
    DELETE /etcd-backups/?policy
    PUT /etcd-backups/?tagging
      <Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>team</Key><Value>core &amp; co</Value></Tag></TagSet></Tagging>
    DELETE /etcd-backups/?tagging
    PUT /etcd-backups/?object-lock
      <ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>30</Days></DefaultRetention></Rule></ObjectLockConfiguration>
    PUT /etcd-backups/?object-lock
      <ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>
    PUT /etcd-backups/?logging
      <BucketLoggingStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LoggingEnabled><TargetBucket>access-logs</TargetBucket><TargetPrefix>etcd/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>
    PUT /etcd-backups/?logging
      <BucketLoggingStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></BucketLoggingStatus>
    PUT /etcd-backups/?replication
      <ReplicationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Role>arn:aws:iam::123456789012:role/replication</Role><Rule><ID>copy</ID><Priority>0</Priority><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria><Destination><Bucket>arn:aws:s3:::copies</Bucket><EncryptionConfiguration><ReplicaKmsKeyID>arn:aws:kms:eu-west-1:123456789012:key/1</ReplicaKmsKeyID></EncryptionConfiguration></Destination><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication></Rule></ReplicationConfiguration>
    DELETE /etcd-backups/?replication
    DELETE /etcd-backups/?lifecycle
    "#);
}

/// What a look at every setting finds when each answer is `answer`.
async fn looks(answer: Answer) -> Vec<Result<Setting<()>, AwsError>> {
    let (_server, port) = answering(answer).await;
    let name = &bucket();
    fn bare<T>(found: Result<Setting<T>, AwsError>) -> Result<Setting<()>, AwsError> {
        found.map(|setting| setting.map(drop))
    }
    vec![
        bare(port.get_encryption(name).await),
        bare(port.get_public_access_block(name).await),
        bare(port.get_ownership(name).await),
        bare(port.get_policy(name).await),
        bare(port.get_tags(name).await),
        bare(port.get_object_lock(name).await),
        bare(port.get_logging(name).await),
        bare(port.get_replication(name).await),
        bare(port.get_lifecycle(name).await),
    ]
}

#[tokio::test]
async fn what_is_not_set_is_absent_by_whatever_word_a_store_has_for_it() {
    for code in [
        "NoSuchLifecycleConfiguration",
        "NoSuchBucketPolicy",
        "NoSuchTagSet",
        "NoSuchPublicAccessBlockConfiguration",
        "OwnershipControlsNotFoundError",
        "ServerSideEncryptionConfigurationNotFoundError",
        "ObjectLockConfigurationNotFoundError",
        "ReplicationConfigurationNotFoundError",
        "ERROR_NO_SUCH_BUCKET_TAGSET",
    ] {
        for found in looks(refused(404, code)).await {
            assert_eq!(found, Ok(Setting::Absent), "{code}");
        }
    }
}

#[tokio::test]
async fn what_a_store_does_not_offer_is_no_failure_to_look_at_and_one_to_write() {
    let list = "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>etcd-backups</Name><IsTruncated>false</IsTruncated></ListBucketResult>";
    for answer in [
        refused(501, "NotImplemented"),
        refused(400, "XNotImplemented"),
        refused(405, "MethodNotAllowed"),
        refused(400, "UnsupportedArgument"),
        Answer::S3(501, &[], ""),
        // It takes the question for a list of objects, or for an object.
        Answer::S3(200, &[], list),
        refused(404, "NoSuchKey"),
    ] {
        let found = looks(answer).await;
        // A missing LoggingEnabled is an answer too, whatever the element around it is called.
        for found in found {
            assert_eq!(found, Ok(Setting::Unsupported));
        }
    }
    for answer in [
        refused(501, "NotImplemented"),
        refused(409, "BucketAlreadyOwnedByYou"),
    ] {
        let (_server, port) = answering(answer).await;
        let error = port.put_logging(&bucket(), Some(&logging())).await;
        assert_eq!(*error.expect_err("refused").kind(), ErrorKind::Unsupported);
    }
    let (server, port) = answering(refused(501, "NotImplemented")).await;
    let error = port.put_encryption(&bucket(), &aes()).await;
    let said = error.expect_err("refused").to_string();
    insta::assert_snapshot!(said.replace(&server.url, "ENDPOINT"), @"the store does not offer s3:PutEncryptionConfiguration: no. Asked: eu-central-1 at ENDPOINT. AWS's reference: NotImplemented, request req-1.");
}

#[tokio::test]
async fn what_is_neither_absent_nor_unsupported_is_a_failure() {
    for (answer, kind) in [
        (refused(404, "NoSuchBucket"), ErrorKind::NotFound),
        (refused(403, "AccessDenied"), ErrorKind::Denied),
        (refused(409, "OperationAborted"), ErrorKind::Conflict),
        (THROTTLED, ErrorKind::Throttled),
        (refused(500, "InternalError"), ErrorKind::Server),
        (Answer::Hangup, ErrorKind::ConnectionLost),
        // A proxy.
        (
            Answer::S3(404, &[], "<html>not here</html>"),
            ErrorKind::Other,
        ),
    ] {
        for found in looks(answer).await {
            assert_eq!(*found.expect_err("a failure").kind(), kind);
        }
    }
    let (_server, port) = answering(Answer::Truncated).await;
    let error = port.get_lifecycle(&bucket()).await.expect_err("cut off");
    assert!(
        error.is_outcome_unknown() && error.is_retryable(),
        "{error:?}"
    );
}

#[tokio::test]
async fn settings_are_read_as_they_are_written() {
    let xml = |xml: &'static str| Answer::S3(200, &[], xml);
    let (_server, port) = answering(xml(
        "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>",
    ))
    .await;
    let found = port.get_versioning(&bucket()).await;
    assert_eq!(found, Ok(Setting::Absent));
    let (_server, port) = answering(xml(
        "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>",
    ))
    .await;
    let found = port.get_versioning(&bucket()).await;
    assert_eq!(found, Ok(Setting::Present(Versioning::Suspended)));

    let (_server, port) = answering(xml("<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>arn:aws:kms:eu-central-1:123456789012:key/1</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled><BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>")).await;
    let found = port.get_encryption(&bucket()).await;
    assert_eq!(found, Ok(Setting::Present(kms())));

    let (_server, port) = answering(xml("<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>")).await;
    let found = port.get_public_access_block(&bucket()).await;
    assert_eq!(found, Ok(Setting::Present(PublicAccessBlock::ALL)));

    let (_server, port) = answering(xml("<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>")).await;
    let found = port.get_ownership(&bucket()).await;
    assert_eq!(found, Ok(Setting::Present(Ownership::BucketOwnerEnforced)));

    let (_server, port) = answering(xml(r#"{"Version":"2012-10-17"}"#)).await;
    let found = port.get_policy(&bucket()).await;
    let policy = r#"{"Version":"2012-10-17"}"#.to_owned();
    assert_eq!(found, Ok(Setting::Present(policy)));

    let (_server, port) = answering(xml("<Tagging><TagSet><Tag><Key>team</Key><Value>core &amp; co</Value></Tag></TagSet></Tagging>")).await;
    assert_eq!(port.get_tags(&bucket()).await, Ok(Setting::Present(tags())));

    let (_server, port) = answering(xml("<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>30</Days></DefaultRetention></Rule></ObjectLockConfiguration>")).await;
    let found = port.get_object_lock(&bucket()).await;
    assert_eq!(found, Ok(Setting::Present(locked())));

    let (_server, port) = answering(xml("<BucketLoggingStatus xmlns=\"http://doc.s3.amazonaws.com/2006-03-01\"><LoggingEnabled><TargetBucket>access-logs</TargetBucket><TargetPrefix>etcd/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>")).await;
    let found = port.get_logging(&bucket()).await;
    assert_eq!(found, Ok(Setting::Present(logging())));
    let (_server, port) = answering(xml("<BucketLoggingStatus/>")).await;
    assert_eq!(port.get_logging(&bucket()).await, Ok(Setting::Absent));

    let (_server, port) = answering(xml("<ReplicationConfiguration><Role>arn:aws:iam::123456789012:role/replication</Role><Rule><ID>copy</ID><Priority>0</Priority><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria><Destination><Bucket>arn:aws:s3:::copies</Bucket><EncryptionConfiguration><ReplicaKmsKeyID>arn:aws:kms:eu-west-1:123456789012:key/1</ReplicaKmsKeyID></EncryptionConfiguration></Destination><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication></Rule></ReplicationConfiguration>")).await;
    let found = port.get_replication(&bucket()).await;
    assert_eq!(found, Ok(Setting::Present(replication())));
}

#[tokio::test]
async fn versions_come_in_pages_and_go_in_batches() {
    let page = "<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>b</NextKeyMarker><NextVersionIdMarker>v2</NextVersionIdMarker><Version><Key>a</Key><VersionId>v1</VersionId></Version><DeleteMarker><Key>b</Key><VersionId>v2</VersionId></DeleteMarker></ListVersionsResult>";
    let kept = "<DeleteResult><Error><Key>a</Key><VersionId>v1</VersionId><Code>AccessDenied</Code><Message>Access Denied because object protected by object lock.</Message></Error></DeleteResult>";
    let server = Canned::new(
        &[Answer::S3(200, &[], page), Answer::S3(200, &[], kept)],
        Answer::S3(
            200,
            &[],
            "<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>",
        ),
    )
    .await;
    let port = s3(&server).await;
    let first = port.list_versions(&bucket(), None).await.expect("a page");
    let version = |key: &str, version: &str, marker| ObjectVersion {
        key: key.into(),
        version: version.into(),
        marker,
    };
    let versions = [version("a", "v1", false), version("b", "v2", true)];
    assert_eq!(first.versions, versions);
    let mark = VersionMark {
        key: "b".into(),
        version: Some("v2".into()),
    };
    assert_eq!(first.next, Some(mark.clone()));
    let bypass = Governance::Bypass;
    let kept = port.delete_versions(&bucket(), &versions, bypass).await;
    let kept = kept.expect("an answer");
    assert_eq!(
        (kept[0].key.as_str(), kept[0].code.as_str()),
        ("a", "AccessDenied")
    );
    let last = port.list_versions(&bucket(), Some(&mark)).await;
    assert_eq!(last.expect("a page").next, None);
    let none = port
        .delete_versions(&bucket(), &[], Governance::Respect)
        .await;
    assert_eq!(none, Ok(vec![]));
    insta::assert_snapshot!(shown(&server), @r#"
    GET /etcd-backups/?versions
    POST /etcd-backups/?delete
      x-amz-bypass-governance-retention: true
      <Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a</Key><VersionId>v1</VersionId></Object><Object><Key>b</Key><VersionId>v2</VersionId></Object><Quiet>true</Quiet></Delete>
    GET /etcd-backups/?versions&key-marker=b&version-id-marker=v2
    "#);
}

#[tokio::test]
async fn uploads_come_in_pages_and_are_given_up_one_by_one() {
    let page = "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>a b</NextKeyMarker><NextUploadIdMarker>u1</NextUploadIdMarker><Upload><Key>a b</Key><UploadId>u1</UploadId></Upload></ListMultipartUploadsResult>";
    let server = Canned::new(
        &[
            Answer::S3(200, &[], page),
            Answer::S3(204, &[], ""),
            refused(404, "NoSuchUpload"),
        ],
        Answer::S3(200, &[], "<ListMultipartUploadsResult/>"),
    )
    .await;
    let port = s3(&server).await;
    let upload = Upload {
        key: "a b".into(),
        id: "u1".into(),
    };
    let first = port.list_uploads(&bucket(), None).await.expect("a page");
    assert_eq!(first.uploads, [upload.clone()]);
    assert_eq!(first.next, Some(upload.clone()));
    assert_eq!(port.abort_upload(&bucket(), &upload).await, Ok(Gone::Now));
    assert_eq!(
        port.abort_upload(&bucket(), &upload).await,
        Ok(Gone::Already)
    );
    let last = port.list_uploads(&bucket(), Some(&upload)).await;
    assert_eq!(last.expect("a page").next, None);
    let version = ObjectVersion {
        key: "a".into(),
        version: "v1".into(),
        marker: false,
    };
    // Any answer of status 200 will do here.
    assert_eq!(port.lift_legal_hold(&bucket(), &version).await, Ok(()));
    insta::assert_snapshot!(shown(&server), @r#"
    GET /etcd-backups/?uploads
    DELETE /etcd-backups/a%20b?x-id=AbortMultipartUpload&uploadId=u1
    DELETE /etcd-backups/a%20b?x-id=AbortMultipartUpload&uploadId=u1
    GET /etcd-backups/?uploads&key-marker=a%20b&upload-id-marker=u1
    PUT /etcd-backups/a?legal-hold&versionId=v1
      <LegalHold xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>OFF</Status></LegalHold>
    "#);
}

/// With white space, an attribute, an element and a date that no SDK knows.
const THEIRS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n  <Rule future='1'><ID>theirs</ID><Prefix/><Status>Enabled</Status>\n<Expiration><Date>2026-01-01</Date></Expiration><Tomorrow>&#x41;</Tomorrow></Rule>\n</LifecycleConfiguration>\n";

fn document(xml: &str) -> LifecycleDocument {
    LifecycleDocument::parse(xml, None).expect("a document")
}

#[tokio::test]
async fn a_lifecycle_configuration_travels_byte_for_byte_both_ways() {
    let size = "x-amz-transition-default-minimum-object-size";
    let (server, port) = answering(Answer::S3(
        200,
        &["x-amz-transition-default-minimum-object-size: varies_by_storage_class"],
        THEIRS,
    ))
    .await;
    let Ok(Setting::Present(mut read)) = port.get_lifecycle(&bucket()).await else {
        panic!("no document");
    };
    assert_eq!(read.xml(), THEIRS);
    assert_eq!(read.minimum_size, Some(MinimumSize::VariesByStorageClass));
    let always = SendWhile::always();
    let put = port.put_lifecycle(&bucket(), &read, &always).await;
    assert_eq!(put, Ok(Sent::Now));
    read.minimum_size = None;
    read.upsert(&LifecycleRule::new(
        "ours".parse().expect("an id"),
        RuleStatus::Enabled,
    ));
    let put = port.put_lifecycle(&bucket(), &read, &always).await;
    assert_eq!(put, Ok(Sent::Now));

    let [_, same, merged] = &server.requests()[..] else {
        panic!("three requests");
    };
    assert_eq!(same.line, "PUT /etcd-backups/?lifecycle");
    assert_eq!(same.body, THEIRS);
    assert_eq!(same.header(size), "varies_by_storage_class");
    assert_signed_by_md5_alone(same);
    assert_eq!(merged.body, read.xml());
    assert_eq!(merged.header(size), "");
    assert!(!merged.headers.iter().any(|(name, _)| name == size));
    assert_signed_by_md5_alone(merged);
}

#[tokio::test]
async fn a_store_that_names_no_minimum_size_has_none_and_an_unreadable_answer_is_said_to_be_one() {
    let (_server, port) = answering(Answer::S3(200, &[], THEIRS)).await;
    let Ok(Setting::Present(read)) = port.get_lifecycle(&bucket()).await else {
        panic!("no document");
    };
    assert_eq!(read.minimum_size, None);
    let (server, port) = answering(Answer::S3(200, &[], "<html/>")).await;
    let error = port
        .get_lifecycle(&bucket())
        .await
        .expect_err("no document");
    let said = error.to_string().replace(&server.url, "ENDPOINT");
    insta::assert_snapshot!(said, @r#"the answer to s3:GetLifecycleConfiguration cannot be read: the lifecycle configuration cannot be read: it is a "html". Asked: eu-central-1 at ENDPOINT. Nothing was changed; try again in a few minutes."#);
}

#[tokio::test]
async fn a_write_that_comes_too_late_is_not_sent() {
    let (server, port) = answering(OK).await;
    let late = SendWhile::asking(|| false);
    let put = port
        .put_lifecycle(&bucket(), &document(THEIRS), &late)
        .await;
    assert_eq!(put, Ok(Sent::TooLate));
    let cut = port.delete_lifecycle(&bucket(), &late).await;
    assert_eq!(cut, Ok(Sent::TooLate));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_bucket_stands_in_the_path_if_the_settings_say_so() {
    let (server, _) = answering(Answer::S3(404, &[], "")).await;
    let mut config = server.config();
    config.endpoints.s3 = Some(server.url.replace("127.0.0.1", "localhost"));
    config.s3_use_path_style = true;
    let clients = Clients::new(config).await.expect("settings that work");
    let port = clients.s3(None).await.expect("a client");
    assert!(!port.is_aws());
    assert_eq!(port.head_bucket(&bucket()).await, Ok(Head::Absent));
    assert_eq!(server.requests()[0].line, "HEAD /etcd-backups/");
}

#[tokio::test]
async fn other_stores_have_regions_of_their_own() {
    let server = Canned::new(&[], OK).await;
    let mut config = server.config();
    config.region = Some("fsn1".into());
    let clients = Clients::new(config).await.expect("settings that work");
    let port = clients.s3(None).await.expect("a client");
    port.create_bucket(&new_bucket()).await.expect("a bucket");
    let request = &server.requests()[0];
    assert!(
        request
            .header("authorization")
            .contains("/fsn1/s3/aws4_request")
    );
    assert!(
        request
            .body
            .contains("<LocationConstraint>fsn1</LocationConstraint>")
    );
}

#[tokio::test]
async fn without_an_endpoint_of_the_settings_aws_is_asked() {
    let server = Canned::new(&[], OK).await;
    let mut config = server.config();
    config.endpoints.s3 = None;
    let clients = Clients::new(config).await.expect("settings that work");
    let port = clients
        .s3(Some(&region("eu-west-1")))
        .await
        .expect("a client");
    assert!(port.is_aws());
    assert_eq!(port.region().as_str(), "eu-west-1");
}
