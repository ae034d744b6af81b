//! What may be deleted, and when.

use holdfast_aws::fake::{Failure, Hold, Refusal, S3Method, Stored as Version};
use holdfast_aws::s3::{ObjectVersion, Upload};

use super::*;

fn version(key: &str, hold: Hold) -> Version {
    Version {
        version: ObjectVersion {
            key: key.to_owned(),
            version: "1".to_owned(),
            marker: false,
        },
        hold,
    }
}

fn unprotected() -> EtcdBackupBucket {
    EtcdBackupBucket {
        deletion_protection: Attr::Known(false),
        ..config()
    }
}

fn emptied() -> EtcdBackupBucket {
    EtcdBackupBucket {
        force_destroy: Attr::Known(true),
        object_lock: One::Present(model::ObjectLock::default()),
        ..unprotected()
    }
}

#[tokio::test]
async fn a_destroy_is_refused_in_the_plan_until_an_apply_has_allowed_it() {
    let world = World::new();
    let process = world.process();
    let stored = process.apply(None, &config()).await.expect("made");
    let said = process.plan_destroy(&stored).await;
    insta::assert_snapshot!(said, @"error: The bucket is protected (at deletion_protection): Destroying the bucket would delete backups, whose deletion_protection is on. If that is meant, set deletion_protection = false, apply, and then try again.");

    let stored = process
        .apply(Some(stored), &unprotected())
        .await
        .expect("set");
    assert!(process.plan_destroy(&stored).await.is_empty());
    process
        .delete(&stored, stored.private.clone())
        .await
        .expect("deleted");
    assert!(world.bucket().is_none());
}

#[tokio::test]
async fn a_replacement_is_refused_before_its_first_call() {
    let world = World::new();
    let process = world.process();
    let stored = process.apply(None, &config()).await.expect("made");

    // Seen in the plan: another name, another region; also if protection goes at the same time.
    for other in [
        EtcdBackupBucket {
            bucket: "others".into(),
            ..unprotected()
        },
        EtcdBackupBucket {
            region: "eu-west-1".into(),
            ..config()
        },
        EtcdBackupBucket {
            bucket: Attr::Unknown,
            ..config()
        },
    ] {
        let (_, _, said) = process.plan_update(&stored, &other).await;
        assert!(said.to_string().contains("Replacing the bucket"), "{said}");
    }

    // `-replace`: the second plan is handed the private state of the first.
    let (_, private, said) = process.plan_update(&stored, &config()).await;
    assert!(said.is_empty(), "{said}");
    let (_, said) = process.plan_create(&config(), private).await;
    assert!(said.to_string().contains("Replacing the bucket"), "{said}");

    // `taint`: no plan sees it.
    world.store().forget_calls();
    let refused = process.delete(&stored, Private::default()).await;
    let refused = refused.expect_err("refused").to_string();
    insta::assert_snapshot!(refused, @"error: The bucket is protected (at deletion_protection): Replacing the bucket would delete backups, whose deletion_protection is on. It is tainted: `terraform untaint` its address to keep it. If replacing it is meant, do so after that: set deletion_protection = false, apply, and apply once more with -replace and its address.");
    assert_eq!(world.store().methods(), []);

    let stored = process
        .apply(Some(stored), &unprotected())
        .await
        .expect("set");
    let (_, private, _) = process.plan_update(&stored, &unprotected()).await;
    let (_, said) = process.plan_create(&unprotected(), private).await;
    assert!(said.is_empty(), "{said}");
}

#[tokio::test]
async fn a_partial_bucket_is_replaced_if_it_is_empty_and_never_emptied() {
    let world = World::new();
    let config = EtcdBackupBucket {
        force_destroy: Attr::Known(true),
        ..config()
    };
    world.store().fail(
        S3Method::PutVersioning,
        1,
        Failure::Refused(Refusal::Denied),
    );
    let (partial, said) = world.process().create(&config).await;
    let partial = partial.expect("partial state");
    assert!(
        partial.tainted && said.to_string().contains("versioning"),
        "{said}"
    );
    assert!(!partial.state.deletion_protection.is_true());

    world.store().edit(&name(), |bucket| {
        bucket.versions.push(version("snapshot", Hold::Free));
    });
    let refused = world.process().apply(Some(partial.clone()), &config).await;
    let (kept, said) = refused.expect_err("an error");
    assert!(said.to_string().contains("terraform untaint"), "{said}");
    assert_eq!(world.bucket().expect("the bucket").versions.len(), 1);

    // Untainted, it is finished in place.
    let mut kept = kept.expect("the state");
    kept.tainted = false;
    let finished = world
        .process()
        .apply(Some(kept), &config)
        .await
        .expect("finished");
    assert!(finished.state.deletion_protection.is_true());
    settled(&world, &finished).await;

    world.store().remove(&name());
    world.store().fail(
        S3Method::PutVersioning,
        1,
        Failure::Refused(Refusal::Denied),
    );
    let (partial, _) = world.process().create(&config).await;
    let replaced = world
        .process()
        .apply(partial, &config)
        .await
        .expect("replaced");
    settled(&world, &replaced).await;
}

#[tokio::test]
async fn a_bucket_that_is_not_empty_stays_unless_that_was_agreed() {
    let world = World::new();
    let stored = world
        .process()
        .apply(None, &unprotected())
        .await
        .expect("made");
    world.store().edit(&name(), |bucket| {
        bucket.versions.push(version("snapshot", Hold::Free));
    });
    world.store().forget_calls();
    let process = world.process();
    let refused = process.delete(&stored, stored.private.clone()).await;
    insta::assert_snapshot!(refused.expect_err("refused"), @"error: The bucket is not empty (at force_destroy): backups holds objects, versions or delete markers. Empty it; or set force_destroy = true, apply, and destroy again, which deletes them all.");
    assert_eq!(world.store().methods(), [S3Method::DeleteBucket]);
}

#[tokio::test]
async fn force_destroy_deletes_versions_markers_and_uploads_page_by_page() {
    let world = World::new();
    let stored = world.process().apply(None, &emptied()).await.expect("made");
    world.store().page(2);
    world.store().edit(&name(), |bucket| {
        for key in ["a", "b", "c", "d", "e"] {
            bucket.versions.push(version(key, Hold::Free));
        }
        bucket.versions.push(version("governed", Hold::Governance));
        bucket.versions.push(version("held", Hold::Legal));
        let mut marker = version("z", Hold::Free);
        marker.version.marker = true;
        bucket.versions.push(marker);
        for key in ["u", "v", "w"] {
            let key = key.to_owned();
            bucket.uploads.push(Upload {
                id: format!("{key}-1"),
                key,
            });
        }
    });
    world.store().forget_calls();
    let process = world.process();
    process
        .delete(&stored, stored.private.clone())
        .await
        .expect("deleted");
    assert!(world.bucket().is_none());
    let methods = world.store().methods();
    assert_eq!(
        methods[0],
        S3Method::DeleteBucket,
        "empty buckets need no list"
    );
    let aborted = methods
        .iter()
        .filter(|m| **m == S3Method::AbortUpload)
        .count();
    assert_eq!(aborted, 3);
}

#[tokio::test]
async fn what_compliance_keeps_is_named() {
    let world = World::new();
    let stored = world.process().apply(None, &emptied()).await.expect("made");
    world.store().edit(&name(), |bucket| {
        bucket.versions.push(version("free", Hold::Free));
        for key in ["k1", "k2", "k3", "k4"] {
            bucket.versions.push(version(key, Hold::Compliance));
        }
        bucket.uploads.push(Upload {
            id: "u-1".to_owned(),
            key: "u".to_owned(),
        });
    });
    let process = world.process();
    let refused = process.delete(&stored, stored.private.clone()).await;
    insta::assert_snapshot!(refused.expect_err("refused"), @r#"error: The bucket holds objects that cannot be deleted: S3 keeps "k1" (AccessDenied), "k2" (AccessDenied), "k3" (AccessDenied) and 1 more in backups: Access Denied because object protected by object lock. Everything else has been deleted. Compliance retention cannot be lifted by anybody: wait until it ends, then destroy again. For all else the caller needs s3:DeleteObjectVersion, s3:BypassGovernanceRetention and s3:PutObjectLegalHold."#);
    let bucket = world.bucket().expect("the bucket");
    assert_eq!((bucket.versions.len(), bucket.uploads.len()), (4, 0));
}

#[tokio::test]
async fn what_is_kept_without_a_lock_is_a_matter_of_permissions() {
    let world = World::new();
    let emptied = EtcdBackupBucket {
        object_lock: One::Absent,
        ..emptied()
    };
    let stored = world.process().apply(None, &emptied).await.expect("made");
    world.store().edit(&name(), |bucket| {
        bucket.versions.push(version("k", Hold::Governance));
    });
    let process = world.process();
    let refused = process.delete(&stored, stored.private.clone()).await;
    insta::assert_snapshot!(refused.expect_err("refused"), @r#"error: The bucket holds objects that cannot be deleted: S3 keeps "k" (AccessDenied) in backups: Access Denied because object protected by object lock. Everything else has been deleted. The caller needs s3:DeleteObject and s3:DeleteObjectVersion, and no statement of the bucket's policy may deny them. Mend that, then destroy again."#);
}

#[tokio::test]
async fn a_delete_waits_for_what_is_in_the_way_and_takes_gone_for_done() {
    let world = World::new();
    let stored = world
        .process()
        .apply(None, &unprotected())
        .await
        .expect("made");
    for nth in 1..=3 {
        let conflict = Failure::Refused(Refusal::Conflict);
        world.store().fail(S3Method::DeleteBucket, nth, conflict);
    }
    let process = world.process();
    process
        .delete(&stored, stored.private.clone())
        .await
        .expect("deleted");
    assert!(world.bucket().is_none());
    process
        .delete(&stored, stored.private.clone())
        .await
        .expect("gone");
}
