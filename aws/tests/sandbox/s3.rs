//! S3 through the adapter as the sandbox has it: faults, regions, other people, slow days.

use std::sync::Arc;

use holdfast_aws::s3::lifecycle::{LifecycleRule, MinimumSize, RuleStatus};
use holdfast_aws::s3::{
    BucketName, Creation, Deletion, Governance, Head, LifecycleDocument, NewBucket, ObjectVersion,
    S3, SendWhile, Sent, Setting, Tags, Versioning,
};
use holdfast_aws::{AwsError, Clients, ErrorKind, Region, Services};
use holdfast_sandbox::{Fault, S3Request, S3Settings, Sandbox};

use super::{config, start};

async fn s3(sandbox: &Sandbox) -> Arc<dyn S3> {
    let clients = Clients::new(config(sandbox)).await.expect("settings");
    clients.s3(None).await.expect("a client")
}

fn name() -> BucketName {
    "etcd-backups".parse().expect("a name")
}

fn new() -> NewBucket {
    NewBucket {
        name: name(),
        object_lock: false,
        ownership: None,
        tags: Tags::new(),
    }
}

/// A bucket that is there.
async fn made(sandbox: &Sandbox) -> Arc<dyn S3> {
    let port = s3(sandbox).await;
    assert_eq!(port.create_bucket(&new()).await, Ok(Creation::Made));
    port
}

async fn read(port: &dyn S3) -> LifecycleDocument {
    match port.get_lifecycle(&name()).await {
        Ok(Setting::Present(document)) => document,
        other => panic!("no configuration: {other:?}"),
    }
}

fn kind(error: AwsError) -> ErrorKind {
    error.kind().clone()
}

#[tokio::test]
async fn a_name_is_foreign_busy_or_elsewhere() {
    let sandbox = start();
    sandbox.plant_foreign_bucket("etcd-backups", "us-west-2");
    let port = s3(&sandbox).await;
    assert_eq!(port.create_bucket(&new()).await, Ok(Creation::Foreign));
    let head = port.head_bucket(&name()).await;
    assert!(
        !matches!(head, Ok(Head::Present { .. } | Head::Absent)),
        "{head:?}"
    );

    let sandbox = start();
    sandbox.set_s3_settings(S3Settings {
        aborted_recreations: 1,
        ..S3Settings::default()
    });
    let port = made(&sandbox).await;
    assert_eq!(port.delete_bucket(&name()).await, Ok(Deletion::Now));
    assert_eq!(port.create_bucket(&new()).await, Ok(Creation::Busy));
    assert_eq!(port.create_bucket(&new()).await, Ok(Creation::Made));

    let clients = Clients::new(config(&sandbox)).await.expect("settings");
    let there: Region = "us-west-2".parse().expect("a region");
    let there = clients.s3(Some(&there)).await.expect("a client");
    let region = Some(port.region().clone());
    let head = there.head_bucket(&name()).await;
    assert_eq!(
        head,
        Ok(Head::Elsewhere {
            region: region.clone()
        })
    );
    let wrong = there.get_tags(&name()).await.map_err(kind);
    assert_eq!(
        wrong,
        Err(ErrorKind::WrongRegion {
            region: region.clone()
        })
    );
    let wrong = there.put_versioning(&name(), &Versioning::Enabled).await;
    assert_eq!(wrong.map_err(kind), Err(ErrorKind::WrongRegion { region }));
}

#[tokio::test]
async fn a_new_bucket_is_not_known_everywhere_at_once() {
    let sandbox = start();
    sandbox.set_s3_settings(S3Settings {
        unseen_bucket_calls: 1,
        ..S3Settings::default()
    });
    let port = made(&sandbox).await;
    let early = port.put_versioning(&name(), &Versioning::Enabled).await;
    assert_eq!(early.map_err(kind), Err(ErrorKind::NotFound));
    let later = port.put_versioning(&name(), &Versioning::Enabled).await;
    assert_eq!(later, Ok(()));
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_was_sent_once_and_is_found() {
    let sandbox = start();
    sandbox.inject(Fault::DropAnswer.on("s3:CreateBucket"));
    let mut config = config(&sandbox);
    config.max_retries = Some(5);
    let clients = Clients::new(config).await.expect("settings");
    let port = clients.s3(None).await.expect("a client");
    let lost = port.create_bucket(&new()).await.expect_err("no answer");
    assert!(lost.is_outcome_unknown());
    assert_eq!(sandbox.calls("s3:CreateBucket"), 1);
    let head = port.head_bucket(&name()).await;
    assert!(matches!(head, Ok(Head::Present { .. })), "{head:?}");
    sandbox.inject(Fault::Throttle.on("s3:PutBucketVersioning").times(2));
    let put = port.put_versioning(&name(), &Versioning::Enabled).await;
    assert_eq!(put, Ok(()));
}

#[tokio::test]
async fn other_peoples_rules_survive_a_change_of_ours() {
    let sandbox = start();
    let port = made(&sandbox).await;
    let theirs = "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>theirs</ID><Filter><Prefix>a</Prefix></Filter><Status>Enabled</Status><Expiration><Days>3</Days></Expiration><Tomorrow kind=\"x\">1</Tomorrow></Rule></LifecycleConfiguration>";
    sandbox
        .plant_lifecycle(
            "etcd-backups",
            Some(theirs),
            Some("varies_by_storage_class"),
        )
        .expect("a document");
    let mut document = read(&*port).await;
    let size = Some(MinimumSize::VariesByStorageClass);
    assert_eq!(document.minimum_size, size);
    let mut ours = LifecycleRule::new("ours".parse().expect("an id"), RuleStatus::Disabled);
    ours.filter = Some(Default::default());
    ours.abort_multipart = Some(holdfast_aws::s3::lifecycle::AbortMultipart { days: Some(3) });
    document.upsert(&ours);
    let sent = port
        .put_lifecycle(&name(), &document, &SendWhile::always())
        .await;
    assert_eq!(sent, Ok(Sent::Now));
    let now = read(&*port).await;
    assert_eq!(now.minimum_size, size);
    let their_rule =
        &theirs[theirs.find("<Rule>").expect("one")..theirs.find("</Lifecycle").expect("the end")];
    assert!(now.xml().contains(their_rule), "{}", now.xml());
    let rules = now.rules().expect("rules");
    assert!(rules.iter().any(|rule| rule.means_the_same_as(&ours)));
    // Neither a repetition of its own, nor one that comes too late.
    sandbox.inject(Fault::Throttle.on("s3:PutBucketLifecycleConfiguration"));
    let refused = port
        .put_lifecycle(&name(), &document, &SendWhile::always())
        .await;
    assert_eq!(refused.map_err(kind), Err(ErrorKind::Throttled));
    let calls = sandbox.calls("s3:PutBucketLifecycleConfiguration");
    let late = SendWhile::asking(|| false);
    let late = port.put_lifecycle(&name(), &document, &late).await;
    assert_eq!(late, Ok(Sent::TooLate));
    assert_eq!(sandbox.calls("s3:PutBucketLifecycleConfiguration"), calls);
}

#[tokio::test]
async fn a_bucket_that_is_not_empty_stays_until_its_versions_have_left() {
    let sandbox = start();
    let port = made(&sandbox).await;
    let versioned = port.put_versioning(&name(), &Versioning::Enabled).await;
    assert_eq!(versioned, Ok(()));
    for (method, key) in [
        ("PUT", "a b"),
        ("PUT", "a b"),
        ("DELETE", "a b"),
        ("PUT", "c"),
    ] {
        let path = format!("/etcd-backups/{}", key.replace(' ', "%20"));
        let answer = sandbox
            .s3(&S3Request::new(method, &path))
            .expect("a request");
        assert!((200..300).contains(&answer.status), "{answer:?}");
    }
    assert_eq!(port.delete_bucket(&name()).await, Ok(Deletion::NotEmpty));
    let page = port.list_versions(&name(), None).await.expect("a page");
    let markers: Vec<&ObjectVersion> = page.versions.iter().filter(|one| one.marker).collect();
    assert_eq!((page.versions.len(), markers.len()), (4, 1));
    let kept = port
        .delete_versions(&name(), &page.versions, Governance::Respect)
        .await;
    assert_eq!(kept, Ok(vec![]));
    assert_eq!(port.delete_bucket(&name()).await, Ok(Deletion::Now));
}
