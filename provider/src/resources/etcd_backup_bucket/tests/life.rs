//! Create, read, update, import; what other hands change.

use holdfast_aws::fake::S3Method;
use holdfast_aws::s3::{
    Algorithm, Encryption, Logging, ObjectLock, Ownership, PublicAccessBlock, Versioning,
};

use super::*;
use crate::creation::TAG;

fn calls(world: &World) -> String {
    let methods = world.store().methods();
    let names: Vec<_> = methods.iter().map(|method| method.name()).collect();
    names.join("\n")
}

#[tokio::test]
async fn the_name_alone_gives_all_of_it() {
    let world = World::new();
    let stored = world.process().apply(None, &config()).await.expect("made");
    let bucket = world.bucket().expect("the bucket");
    assert_eq!(bucket.versioning, Some(Versioning::Enabled));
    assert_eq!(bucket.public_access, Some(PublicAccessBlock::ALL));
    assert_eq!(bucket.ownership, Some(Ownership::BucketOwnerEnforced));
    assert_eq!(
        bucket.encryption.as_ref().map(|found| &found.algorithm),
        Some(&Algorithm::Aes256)
    );
    assert!(
        bucket
            .policy
            .as_ref()
            .is_some_and(|policy| policy.contains("aws:SecureTransport")),
        "{bucket:#?}"
    );
    assert!(bucket.tags.is_empty() && bucket.object_lock.is_none());
    assert_eq!(stored.state.arn.as_str(), Some("arn:aws:s3:::backups"));
    assert_eq!(stored.state.unsupported, StringSet::of::<String>([]));
    settled(&world, &stored).await;
}

#[tokio::test]
async fn calls_come_one_at_a_time_and_in_their_order() {
    let world = World::new();
    let config = EtcdBackupBucket {
        object_lock: locked("GOVERNANCE", 30),
        ..full()
    };
    world.process().apply(None, &config).await.expect("made");
    insta::assert_snapshot!(calls(&world), @"
    head_bucket
    create_bucket
    get_tags
    put_public_access_block
    put_ownership
    put_encryption
    put_versioning
    put_object_lock
    put_policy
    put_logging
    put_replication
    get_tags
    get_public_access_block
    get_ownership
    get_encryption
    get_versioning
    get_policy
    get_object_lock
    get_logging
    get_replication
    put_tags
    ");
}

#[tokio::test]
async fn a_refresh_takes_nine_calls_and_the_first_tells_whether_it_is_there() {
    let world = World::new();
    let stored = world.process().apply(None, &full()).await.expect("made");
    world.store().forget_calls();
    let process = world.process();
    process.read(&stored).await.expect("a read");
    assert_eq!(world.store().methods().len(), 9);
    assert_eq!(world.store().methods()[0], S3Method::GetTags);

    world.store().remove(&name());
    world.store().forget_calls();
    assert!(process.read(&stored).await.expect("a read").is_none());
    assert_eq!(world.store().methods(), [S3Method::GetTags]);
}

#[tokio::test]
async fn everything_that_is_asked_for_is_set_and_read_back() {
    let world = World::new();
    let config = EtcdBackupBucket {
        object_lock: One::Present(model::ObjectLock {
            mode: "COMPLIANCE".into(),
            days: Attr::Null,
            years: Attr::Known(1),
        }),
        ..full()
    };
    let stored = world.process().apply(None, &config).await.expect("made");
    settled(&world, &stored).await;

    // All of it goes again, but the lock.
    let plain = EtcdBackupBucket {
        object_lock: One::Present(model::ObjectLock::default()),
        ..super::config()
    };
    let stored = world
        .process()
        .update(&stored, &plain)
        .await
        .expect("changed");
    settled(&world, &stored).await;
    let bucket = world.bucket().expect("the bucket");
    assert!(bucket.logging.is_none() && bucket.replication.is_none());
    let unlocked = ObjectLock {
        default_retention: None,
    };
    assert_eq!(bucket.object_lock, Some(unlocked));
    assert!(!bucket.policy.unwrap_or_default().contains("Readers"));
}

#[tokio::test]
async fn what_other_hands_change_is_seen_and_put_right() {
    let world = World::new();
    let mut stored = world.process().apply(None, &full()).await.expect("made");
    let before = world.bucket().expect("the bucket");
    type Edit = fn(&mut FakeBucket);
    let shown: &[(&str, Edit)] = &[
        ("kms_key_arn", |b| {
            b.encryption = Some(Encryption {
                algorithm: Algorithm::Aes256,
                kms_key: None,
                bucket_key: false,
                blocked: Vec::new(),
            });
        }),
        ("policy", |b| {
            b.policy = b
                .policy
                .take()
                .map(|p| p.replace("s3:GetObject", "s3:PutObject"));
        }),
        ("logging", |b| b.logging = None),
        ("logging", |b| {
            b.logging = Some(Logging {
                target_bucket: "logs".to_owned(),
                target_prefix: "other/".to_owned(),
            });
        }),
        ("replication", |b| b.replication = None),
        ("replication", |b| {
            if let Some(replication) = &mut b.replication {
                replication.role = "arn:aws:iam::123456789012:role/other".to_owned();
            }
        }),
        ("tags", |b| drop(b.tags.insert("Extra".into(), "1".into()))),
        ("tags", |b| drop(b.tags.remove("Team"))),
    ];
    for (attribute, edit) in shown {
        world.store().edit(&name(), edit);
        let process = world.process();
        let found = process.read(&stored).await.expect("a read").expect("there");
        assert_ne!(found.state, stored.state, "{attribute}");
        let (planned, _, said) = process.plan_update(&found, &full()).await;
        assert_eq!(planned, stored.state, "{attribute}: {said}");
        stored = process.update(&found, &full()).await.expect(attribute);
        settled(&world, &stored).await;
    }
    assert_eq!(world.bucket().expect("the bucket"), before);
}

#[tokio::test]
async fn a_protection_that_no_attribute_shows_is_missed_and_put_right() {
    let world = World::new();
    let mut stored = world.process().apply(None, &full()).await.expect("made");
    let before = world.bucket().expect("the bucket");
    type Edit = fn(&mut FakeBucket);
    let hidden: &[(&str, Edit)] = &[
        ("versioning", |b| b.versioning = Some(Versioning::Suspended)),
        ("public_access_block", |b| b.public_access = None),
        ("public_access_block", |b| {
            b.public_access = Some(PublicAccessBlock {
                block_public_policy: false,
                ..PublicAccessBlock::ALL
            });
        }),
        ("ownership", |b| b.ownership = Some(Ownership::ObjectWriter)),
        ("encryption", |b| {
            if let Some(encryption) = &mut b.encryption {
                encryption.bucket_key = false;
            }
        }),
        ("policy", |b| {
            b.policy = b.policy.take().map(|p| p.replace("\"Deny\"", "\"Allow\""));
        }),
        ("policy", |b| b.policy = Some(policy("s3:GetObject"))),
        ("replication", |b| {
            if let Some(replication) = &mut b.replication {
                replication.rules[0].status = "Disabled".into();
            }
        }),
    ];
    for (word, edit) in hidden {
        world.store().edit(&name(), edit);
        let process = world.process();
        let found = process.read(&stored).await.expect("a read").expect("there");
        assert_eq!(found.state, stored.state, "{word}: no attribute shows it");
        let (planned, _, said) = process.plan_update(&found, &full()).await;
        assert!(planned.unsupported.is_unknown(), "{word}: a difference");
        assert!(said.to_string().contains(word), "{word}: {said}");
        stored = process.update(&found, &full()).await.expect(word);
        settled(&world, &stored).await;
    }
    assert_eq!(world.bucket().expect("the bucket"), before);
}

#[tokio::test]
async fn what_the_provider_alone_keeps_needs_no_call() {
    let world = World::new();
    let stored = world.process().apply(None, &full()).await.expect("made");
    world.store().forget_calls();
    let config = EtcdBackupBucket {
        deletion_protection: Attr::Known(false),
        force_destroy: Attr::Known(true),
        snapshot_folder: "elsewhere".into(),
        ..full()
    };
    let stored = world.process().update(&stored, &config).await.expect("set");
    assert_eq!(world.store().methods(), []);
    assert!(!stored.state.deletion_protection.is_true());
    let writer = stored.state.writer_policy_json.as_str().unwrap_or_default();
    assert!(writer.contains("backups/elsewhere/*"), "{writer}");
}

#[tokio::test]
async fn an_update_sends_what_differs_and_nothing_else() {
    let world = World::new();
    let stored = world.process().apply(None, &full()).await.expect("made");
    world.store().edit(&name(), |bucket| {
        bucket.tags.insert("aws:createdBy".into(), "me".into());
    });
    world.store().forget_calls();
    let config = EtcdBackupBucket {
        tags: StringMap::of([("Team", "platform")]),
        ..full()
    };
    let stored = world.process().update(&stored, &config).await.expect("set");
    let methods = world.store().methods();
    let writes = methods
        .iter()
        .filter(|method| method.name().starts_with("put"));
    assert_eq!(writes.collect::<Vec<_>>(), [&S3Method::PutTags]);
    let bucket = world.bucket().expect("the bucket");
    assert_eq!(bucket.tags.len(), 2, "AWS's own tags stay: {bucket:#?}");
    assert_eq!(stored.state.tags_all, StringMap::of([("Team", "platform")]));
    settled(&world, &stored).await;
}

#[tokio::test]
async fn default_tags_are_set_and_stay_out_of_tags() {
    let mut world = World::new();
    world.default_tags = TagMap::from([("Owner".into(), "platform".into())]);
    let stored = world.process().apply(None, &full()).await.expect("made");
    assert_eq!(stored.state.tags, StringMap::of([("Team", "infra")]));
    assert_eq!(world.bucket().expect("the bucket").tags.len(), 2);
    settled(&world, &stored).await;
}

#[tokio::test]
async fn an_import_finds_the_region_and_protects() {
    let world = World::new();
    let elsewhere = EtcdBackupBucket {
        region: "eu-west-1".into(),
        kms_key_arn: Attr::Null,
        ..full()
    };
    let made = world.process().apply(None, &elsewhere).await.expect("made");
    let process = world.process();
    for id in ["backups", "backups@eu-west-1"] {
        let mut cx = Cx::new(Arc::clone(&process.client));
        let state = Handler.import(&mut cx, id).await.expect("an import");
        let stored = Stored {
            state,
            private: cx.private,
            tainted: false,
        };
        let found = process.read(&stored).await.expect("a read").expect("there");
        assert_eq!(found.state, made.state, "{id}");
        assert!(found.state.deletion_protection.is_true());
    }
    world.store().foreign(&"theirs".parse().expect("a name"));
    let mut cx = Cx::new(Arc::clone(&process.client));
    let refused = Handler
        .import(&mut cx, "theirs")
        .await
        .expect_err("refused");
    assert!(refused.to_string().contains("Another account"), "{refused}");
    let refused = Handler.import(&mut cx, "backups@mars").await;
    insta::assert_snapshot!(refused.expect_err("refused"), @r#"error: Invalid import id: "backups@mars": "mars" is not the name of an AWS region; one looks like "eu-central-1" (with endpoints { s3 = ... } in the provider block, any name of that store will do)."#);
}

#[tokio::test]
async fn an_imported_policy_that_means_the_same_is_no_difference() {
    let world = World::new();
    let stored = world.process().apply(None, &full()).await.expect("made");
    let respelled = EtcdBackupBucket {
        policy: policy("s3:GetObject")
            .replace(r#""s3:GetObject""#, r#"["s3:getobject"]"#)
            .into(),
        ..full()
    };
    let (planned, ..) = world.process().plan_update(&stored, &respelled).await;
    assert_eq!(planned, stored.state);
}

#[tokio::test]
async fn a_bucket_of_other_hands_is_imported_and_made_secure() {
    let world = World::new();
    let mut open = FakeBucket::new(&HOME.parse().expect("a region"));
    open.public_access = None;
    open.tags.insert(TAG.to_owned(), "no mark".to_owned());
    world.store().put(&name(), open);
    let process = world.process();
    let mut cx = Cx::new(Arc::clone(&process.client));
    let state = Handler.import(&mut cx, "backups").await.expect("an import");
    let stored = Stored {
        state,
        private: cx.private,
        tainted: false,
    };
    let found = process.read(&stored).await.expect("a read").expect("there");
    let stored = process.update(&found, &config()).await.expect("mended");
    let bucket = world.bucket().expect("the bucket");
    assert_eq!(bucket.public_access, Some(PublicAccessBlock::ALL));
    assert_eq!(bucket.versioning, Some(Versioning::Enabled));
    settled(&world, &stored).await;
}
