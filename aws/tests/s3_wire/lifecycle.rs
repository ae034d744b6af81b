//! The lifecycle configuration, byte for byte.

use holdfast_aws::s3::lifecycle::{LifecycleRule, MinimumSize, RuleStatus};
use holdfast_aws::s3::{SendWhile, Sent, Setting};

use crate::support::Answer;
use crate::{OK, THEIRS, answering, assert_signed_by_md5_alone, bucket, document};

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
