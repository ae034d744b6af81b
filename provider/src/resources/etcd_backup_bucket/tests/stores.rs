//! Stores that are not AWS.

use holdfast_aws::fake::{Failure, Refusal, S3Method};

use super::*;

/// The methods of a feature.
fn of(feature: &str) -> Vec<S3Method> {
    let about = |method: &&S3Method| {
        let name = method.name();
        ["get_", "put_", "delete_"]
            .iter()
            .any(|verb| name.strip_prefix(verb) == Some(feature))
    };
    S3Method::ALL.iter().filter(about).copied().collect()
}

#[tokio::test]
async fn what_a_store_lacks_is_left_out_and_said() {
    for (feature, needed) in [
        ("public_access_block", true),
        ("ownership", true),
        ("encryption", true),
        ("versioning", true),
        ("policy", true),
        ("object_lock", false),
        ("logging", false),
        ("replication", false),
        ("tags", false),
    ] {
        let world = World::new();
        world.store().lack(of(feature));
        let (stored, said) = world.process().create(&config()).await;
        let stored = stored.expect(feature);
        assert!(!stored.tainted, "{feature}: {said}");
        assert_eq!(stored.state.unsupported, StringSet::of([feature]));
        let warned = said
            .to_string()
            .contains(&format!("goes without: {feature}"));
        assert_eq!(warned, needed, "{feature}: {said}");
        stable(&world, &stored).await;
    }
}

#[tokio::test]
async fn a_store_that_has_next_to_nothing_will_do() {
    let world = World::new();
    let lacks = S3Method::ALL.iter().filter(|method| {
        let name = method.name();
        (name.starts_with("get_") || name.starts_with("put_")) && !name.ends_with("lifecycle")
    });
    world.store().lack(lacks.copied());
    let process = world.process();
    let stored = process.apply(None, &config()).await.expect("made");
    assert_eq!(
        stored.state.unsupported,
        StringSet::of(Feature::ALL.map(Feature::word))
    );
    stable(&world, &stored).await;
    let unprotected = EtcdBackupBucket {
        deletion_protection: Attr::Known(false),
        ..config()
    };
    let stored = process
        .apply(Some(stored), &unprotected)
        .await
        .expect("set");
    process
        .delete(&stored, stored.private.clone())
        .await
        .expect("deleted");
    assert!(world.bucket().is_none());
}

#[tokio::test]
async fn what_is_asked_for_must_be_there() {
    for (feature, attribute) in [
        ("encryption", "kms_key_arn"),
        ("policy", "policy"),
        ("logging", "logging"),
        ("replication", "replication"),
        ("tags", "tags"),
    ] {
        let world = World::new();
        world.store().lack(of(feature));
        let (stored, said) = world.process().create(&full()).await;
        let said = said.to_string();
        assert!(stored.is_none_or(|stored| stored.tainted), "{feature}");
        assert!(
            said.contains(&format!("(at {attribute})")),
            "{feature}: {said}"
        );
        assert!(
            said.contains(&format!("does not offer {feature}")),
            "{said}"
        );
    }
    let world = World::new();
    world.store().lack(of("object_lock"));
    let config = EtcdBackupBucket {
        object_lock: locked("GOVERNANCE", 1),
        ..config()
    };
    let (_, said) = world.process().create(&config).await;
    let said = said.to_string();
    assert!(said.contains("does not offer object_lock"), "{said}");
}

#[tokio::test]
async fn a_feature_asked_for_later_must_be_there_too() {
    let world = World::new();
    world.store().lack(of("logging"));
    let stored = world.process().apply(None, &config()).await.expect("made");
    let config = EtcdBackupBucket {
        logging: full().logging,
        ..config()
    };
    let refused = world.process().update(&stored, &config).await;
    insta::assert_snapshot!(refused.expect_err("refused"), @"error: The store does not offer what is asked for (at logging): The store does not offer logging, which `logging` asks for. Take that out of the configuration, or use a store that has it.");
}

#[tokio::test]
async fn a_store_that_refuses_only_the_write_is_remembered() {
    let world = World::new();
    world.store().lack([S3Method::PutVersioning]);
    let stored = world.process().apply(None, &config()).await.expect("made");
    assert_eq!(stored.state.unsupported, StringSet::of(["versioning"]));
    settled(&world, &stored).await;
}

#[tokio::test]
async fn a_store_may_know_policies_and_not_what_refuses_plain_http() {
    let invalid = Failure::Refused(Refusal::Invalid);
    let world = World::new();
    world.store().lack([S3Method::PutLifecycle]);
    world.store().fail(S3Method::PutPolicy, 1, invalid);
    let stored = world.process().apply(None, &config()).await.expect("made");
    assert_eq!(stored.state.unsupported, StringSet::of(["policy"]));
    stable(&world, &stored).await;

    // The user's own statements are refused in the store's words.
    let world = World::new();
    world.store().lack([S3Method::PutLifecycle]);
    world.store().fail(S3Method::PutPolicy, 1, invalid);
    let (_, said) = world.process().create(&full()).await;
    let said = said.to_string();
    assert!(
        said.contains("AWS rejected the request") && said.contains("(at policy)"),
        "{said}"
    );
}

#[tokio::test]
async fn the_mark_goes_onto_a_bucket_that_was_created_without_tags() {
    let world = World::new();
    // Any lack makes it another store; of CreateBucket the whole call is refused at first.
    world.store().lack([S3Method::PutLifecycle]);
    let stored = world.process().apply(None, &full()).await.expect("made");
    settled(&world, &stored).await;
}
