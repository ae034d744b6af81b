//! Every setting: written, read, not there and not offered.

use holdfast_aws::s3::{
    Algorithm, Encryption, Logging, ObjectLock, Ownership, Period, PublicAccessBlock, Replication,
    ReplicationRule, ReplicationScope, Retention, RetentionMode, SendWhile, Sent, Setting, Switch,
    Tags, Versioning,
};
use holdfast_aws::{AwsError, ErrorKind};

use crate::support::Answer;
use crate::{OK, THROTTLED, answering, bucket, refused, shown, tags};

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
    // moto, which no SDK but Python's understands.
    let (_server, port) = answering(xml(
        "<GetBucketVersioningResponse><Status>Enabled</Status></GetBucketVersioningResponse>",
    ))
    .await;
    let found = port.get_versioning(&bucket()).await;
    assert_eq!(found, Ok(Setting::Present(Versioning::Enabled)));

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
