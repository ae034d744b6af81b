use std::sync::Arc;

use tokio::sync::Notify;

use super::*;
use crate::ErrorKind;
use crate::fake::Refusal;
use crate::s3::lifecycle::{LifecycleRule, MinimumSize, RuleStatus};
use crate::s3::{
    Creation, Deletion, Governance, Head, LifecycleDocument, NewBucket, ObjectVersion, S3,
    SendWhile, Sent, Setting, Tags, Versioning,
};

fn region(name: &str) -> Region {
    name.parse().unwrap()
}

fn name() -> BucketName {
    "etcd-backups".parse().unwrap()
}

fn new(tags: Tags) -> NewBucket {
    NewBucket {
        name: name(),
        object_lock: false,
        ownership: None,
        tags,
    }
}

fn with_rule(document: &LifecycleDocument, id: &str) -> LifecycleDocument {
    let mut document = document.clone();
    document.upsert(&LifecycleRule::new(
        id.parse().unwrap(),
        RuleStatus::Enabled,
    ));
    document
}

#[tokio::test]
async fn a_bucket_lives_once_in_one_region() {
    let store = FakeStore::new();
    let (here, there) = (
        store.region(&region("eu-central-1")),
        store.region(&region("us-east-1")),
    );
    assert_eq!(here.head_bucket(&name()).await, Ok(Head::Absent));
    store.busy(&name(), 1);
    let made = here.create_bucket(&new(Tags::new())).await;
    assert_eq!(made, Ok(Creation::Busy));
    store.fail(S3Method::CreateBucket, 1, Failure::AnswerLost);
    let lost = here.create_bucket(&new(Tags::new())).await.unwrap_err();
    assert!(lost.is_outcome_unknown());
    let made = here.create_bucket(&new(Tags::new())).await;
    assert_eq!(made, Ok(Creation::MineAlready));
    // There an own bucket answers like a new one.
    let made = there.create_bucket(&new(Tags::new())).await;
    assert_eq!(made, Ok(Creation::Made));

    let elsewhere = Some(region("eu-central-1"));
    let head = there.head_bucket(&name()).await;
    assert_eq!(
        head,
        Ok(Head::Elsewhere {
            region: elsewhere.clone()
        })
    );
    let wrong = there.get_tags(&name()).await.unwrap_err();
    assert_eq!(*wrong.kind(), ErrorKind::WrongRegion { region: elsewhere });

    let version = ObjectVersion {
        key: "a".into(),
        version: "1".into(),
        marker: false,
    };
    store.edit(&name(), |bucket| {
        bucket.versions.push(Stored {
            version: version.clone(),
            hold: Hold::Governance,
        });
    });
    assert_eq!(here.delete_bucket(&name()).await, Ok(Deletion::NotEmpty));
    for (governance, kept) in [(Governance::Respect, 1), (Governance::Bypass, 0)] {
        let versions = std::slice::from_ref(&version);
        let left = here.delete_versions(&name(), versions, governance).await;
        assert_eq!(left.unwrap().len(), kept);
    }
    store.fail(S3Method::DeleteBucket, 1, Failure::AnswerLost);
    here.delete_bucket(&name()).await.unwrap_err();
    assert_eq!(here.delete_bucket(&name()).await, Ok(Deletion::Already));
    assert!(store.names().is_empty());
}

#[tokio::test]
async fn a_store_lacks_what_it_is_told_to_lack() {
    let store = FakeStore::new();
    let here = region("eu-central-1");
    store.put(&name(), FakeBucket::new(&here));
    store.lack([S3Method::GetEncryption, S3Method::PutEncryption]);
    let port = store.region(&here);
    assert!(!port.is_aws());
    let found = port.get_encryption(&name()).await;
    assert_eq!(found, Ok(Setting::Unsupported));
    let encryption = FakeBucket::new(&here).encryption.unwrap();
    let refused = port.put_encryption(&name(), &encryption).await;
    assert_eq!(*refused.unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(port.get_versioning(&name()).await, Ok(Setting::Absent));
    store.fail(
        S3Method::PutVersioning,
        1,
        Failure::Refused(Refusal::NoSuchBucket),
    );
    let early = port.put_versioning(&name(), &Versioning::Enabled).await;
    assert_eq!(*early.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn pages_go_on_after_what_was_deleted() {
    let store = FakeStore::new();
    let here = region("eu-central-1");
    store.put(&name(), FakeBucket::new(&here));
    store.page(2);
    store.edit(&name(), |bucket| {
        bucket.versions = ["c", "a", "b"]
            .map(|key| Stored {
                version: ObjectVersion {
                    key: key.into(),
                    version: "1".into(),
                    marker: false,
                },
                hold: Hold::Free,
            })
            .into();
    });
    let port = store.region(&here);
    let first = port.list_versions(&name(), None).await.unwrap();
    let keys: Vec<&str> = first.versions.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(keys, ["a", "b"]);
    port.delete_versions(&name(), &first.versions, Governance::Respect)
        .await
        .unwrap();
    let last = port
        .list_versions(&name(), first.next.as_ref())
        .await
        .unwrap();
    assert_eq!((last.versions[0].key.as_str(), last.next), ("c", None));
}

#[tokio::test]
async fn two_writers_can_be_made_to_cross() {
    let store = FakeStore::new();
    let here = region("eu-central-1");
    store.put(&name(), FakeBucket::new(&here));
    let crossed = Arc::new(Notify::new());
    let gate = Arc::clone(&crossed);
    // The first write waits until the second is done.
    store.hook(move |call, moment| {
        let gate = Arc::clone(&gate);
        async move {
            match (call.method, call.nth, moment) {
                (S3Method::PutLifecycle, 1, Moment::Before) => gate.notified().await,
                (S3Method::PutLifecycle, 2, Moment::After) => gate.notify_one(),
                _ => {}
            }
        }
    });
    let port = store.region(&here);
    let empty = LifecycleDocument::default();
    let (first, second) = (with_rule(&empty, "first"), with_rule(&empty, "second"));
    let (name, fresh) = (name(), SendWhile::always());
    let written = tokio::join!(
        port.put_lifecycle(&name, &first, &fresh),
        port.put_lifecycle(&name, &second, &fresh),
    );
    assert_eq!(written, (Ok(Sent::Now), Ok(Sent::Now)));
    let Ok(Setting::Present(left)) = port.get_lifecycle(&name).await else {
        panic!("no configuration");
    };
    assert_eq!(left.ids().collect::<Vec<_>>(), ["first"]);
    // As AWS does, and Ceph does not.
    let said = Some(MinimumSize::AllStorageClasses128K);
    assert_eq!(left.minimum_size, said);

    let late = SendWhile::asking(|| false);
    let put = port.put_lifecycle(&name, &second, &late).await;
    assert_eq!(put, Ok(Sent::TooLate));
    let put = port.put_lifecycle(&name, &empty, &fresh).await;
    assert_eq!(put.unwrap_err().code(), Some("MalformedXML"));
    store.edit(&name, |bucket| bucket.lifecycle_seen = vec![None]);
    assert_eq!(port.get_lifecycle(&name).await, Ok(Setting::Absent));
    assert!(matches!(
        port.get_lifecycle(&name).await,
        Ok(Setting::Present(_))
    ));
}
