//! Regions, addresses, repetitions.

use holdfast_aws::s3::{Head, SendWhile, Versioning};
use holdfast_aws::{Clients, ErrorKind, Services};

use crate::support::{Answer, Canned};
use crate::{OK, THEIRS, THROTTLED, answering, bucket, document, new_bucket, refused, region};

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
    assert!(clients.region_named("hel1").is_ok());
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
