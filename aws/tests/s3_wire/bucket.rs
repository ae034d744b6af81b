//! Buckets themselves, and what is in them.

use holdfast_aws::Services;
use holdfast_aws::s3::{
    Creation, Deletion, Gone, Governance, Head, NewBucket, ObjectVersion, Tags, Upload, VersionMark,
};

use crate::support::{Answer, Canned};
use crate::{OK, answering, bucket, new_bucket, refused, region, s3, shown};

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
    assert_eq!(first.uploads, std::slice::from_ref(&upload));
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
