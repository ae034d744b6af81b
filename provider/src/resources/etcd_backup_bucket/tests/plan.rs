//! What a plan refuses, warns of and computes.

use super::*;

fn checked(config: &EtcdBackupBucket) -> String {
    let mut said = Diagnostics::new();
    rules::check(config, &mut said);
    said.to_string()
}

async fn planned(config: &EtcdBackupBucket) -> String {
    let world = World::new();
    let (_, said) = world
        .process()
        .plan_create(config, Private::default())
        .await;
    said.to_string()
}

fn lock(mode: Option<&str>, days: Option<i64>, years: Option<i64>) -> EtcdBackupBucket {
    EtcdBackupBucket {
        object_lock: One::Present(model::ObjectLock {
            mode: mode.map(str::to_owned).into(),
            days: days.into(),
            years: years.into(),
        }),
        ..config()
    }
}

#[test]
fn a_retention_has_a_mode_and_one_length() {
    assert_eq!(checked(&lock(None, None, None)), "");
    insta::assert_snapshot!(checked(&lock(None, Some(1), None)), @"error: A retention without a mode (at object_lock[0].days): days needs mode: \"GOVERNANCE\" or \"COMPLIANCE\".");
    insta::assert_snapshot!(checked(&lock(Some("GOVERNANCE"), None, None)), @"error: A retention without an end (at object_lock[0].mode): A default retention needs days or years. Without one, leave mode out: `object_lock {}`.");
    insta::assert_snapshot!(checked(&lock(Some("GOVERNANCE"), Some(1), Some(1))), @"error: days and years (at object_lock[0].years): A default retention lasts so many days or so many years: take one out.");
    insta::assert_snapshot!(checked(&lock(Some("GOVERNANCE"), Some(1), None)), @"warning: A default retention may stop snapshots (at object_lock[0].mode): Under a default retention S3 refuses uploads that carry no checksum, and K3s and RKE2 send none: their snapshots may be refused. If they write here, lock the replica instead (replication, and a default retention on the bucket that it names). A bucket that only takes replicas is fine.");
    let mut unknown = lock(Some("GOVERNANCE"), None, None);
    if let Some(lock) = unknown.object_lock.present_mut() {
        lock.days = Attr::Unknown;
    }
    assert!(!checked(&unknown).contains("error"));
}

#[test]
fn a_replica_is_another_bucket_and_needs_a_key_if_the_bucket_has_one() {
    let mut own = full();
    if let Some(replication) = own.replication.present_mut() {
        replication.bucket_arn = "arn:aws:s3:::backups".into();
        replication.kms_key_arn = Attr::Null;
    }
    insta::assert_snapshot!(checked(&own), @r"
    error: A replica of itself (at replication[0].bucket_arn): A bucket cannot be its own replica.
    error: A replica that would stay empty (at replication[0].kms_key_arn): The bucket's objects are encrypted by KMS (kms_key_arn), and S3 copies those only if the replica has a key too: name one of the replica's region.
    ");
}

#[test]
fn tags_logs_and_keys_are_checked() {
    let tags = |key: &str, value: &str| EtcdBackupBucket {
        tags: StringMap::of([(key, value)]),
        ..config()
    };
    insta::assert_snapshot!(checked(&tags("holdfast:creating", "x")), @r#"error: Reserved tag key (at tags["holdfast:creating"]): "holdfast:creating" is the mark of a create under way; choose another key."#);
    insta::assert_snapshot!(checked(&tags("aws:x", "x")), @r#"error: Invalid tag (at tags["aws:x"]): A key that begins with "aws:" is AWS's own."#);
    insta::assert_snapshot!(checked(&tags("a", "b;c")), @r#"error: Invalid tag (at tags["a"]): ';' is not allowed: letters, digits, spaces and + - = . _ : / @ are."#);
    assert_eq!(checked(&tags("Kostenstelle ä", "a+b=c/d@e")), "");
    let many = EtcdBackupBucket {
        tags: StringMap::of((0..51).map(|n| (format!("k{n}"), "v"))),
        ..config()
    };
    insta::assert_snapshot!(checked(&many), @"error: Too many tags (at tags): A bucket carries at most 50 tags, and these are 51.");
    let mut own_logs = full();
    if let Some(logging) = own_logs.logging.present_mut() {
        logging.target_bucket = name().as_str().into();
    }
    insta::assert_snapshot!(checked(&own_logs), @"error: A bucket that logs into itself (at logging[0].target_bucket): backups would log the writing of its own logs, for ever.");
    let far_key = EtcdBackupBucket {
        region: "eu-west-1".into(),
        kms_key_arn: KEY.into(),
        ..config()
    };
    insta::assert_snapshot!(checked(&far_key), @"error: A key of another region (at kms_key_arn): The key is in eu-central-1 and the bucket in eu-west-1: S3 needs one in eu-west-1.");
}

#[tokio::test]
async fn what_aws_keeps_for_itself_is_refused_on_aws_only() {
    let reserved = EtcdBackupBucket {
        bucket: "xn--backups".into(),
        ..config()
    };
    insta::assert_snapshot!(planned(&reserved).await, @r#"error: Invalid bucket name (at bucket): "xn--backups" cannot be the name of a bucket: AWS keeps names that begin with xn--, sthree- or amzn-s3-demo-."#);
    let world = World::new();
    world
        .store()
        .lack([holdfast_aws::fake::S3Method::PutLogging]);
    let (_, said) = world
        .process()
        .plan_create(&reserved, Private::default())
        .await;
    assert!(said.is_empty(), "{said}");
}

#[tokio::test]
async fn a_policy_for_another_bucket_is_refused_in_the_plan() {
    let other = EtcdBackupBucket {
        policy: policy("s3:GetObject").replace("backups", "others").into(),
        ..config()
    };
    insta::assert_snapshot!(planned(&other).await, @r#"error: Invalid policy (at policy): Not a policy for this bucket: statement "Readers" is about "arn:aws:s3:::others/*", and this bucket is "arn:aws:s3:::backups"."#);
}

#[tokio::test]
async fn what_follows_from_the_rest_is_known_as_soon_as_it_can_be() {
    let world = World::new();
    let process = world.process();
    let (known, _) = process.plan_create(&config(), Private::default()).await;
    assert_eq!(known.region.as_str(), Some(HOME));
    assert_eq!(known.arn.as_str(), Some("arn:aws:s3:::backups"));
    assert!(known.writer_policy_json.as_str().is_some());
    assert_eq!(known.tags_all, StringMap::of::<String, String>([]));

    let later = EtcdBackupBucket {
        kms_key_arn: Attr::Unknown,
        ..config()
    };
    let (later, _) = process.plan_create(&later, Private::default()).await;
    assert!(later.writer_policy_json.is_unknown() && !later.arn.is_unknown());

    let china = EtcdBackupBucket {
        region: "cn-north-1".into(),
        ..config()
    };
    let (china, _) = process.plan_create(&china, Private::default()).await;
    assert_eq!(china.arn.as_str(), Some("arn:aws-cn:s3:::backups"));
}

#[tokio::test]
async fn a_replacement_in_the_providers_region_is_not_judged_by_the_old_one() {
    let world = World::new();
    let process = world.process();
    let far = EtcdBackupBucket {
        region: "eu-west-1".into(),
        deletion_protection: Attr::Known(false),
        ..config()
    };
    let stored = process.apply(None, &far).await.expect("made");
    let next = EtcdBackupBucket {
        bucket: "others".into(),
        kms_key_arn: super::KEY.into(),
        ..config()
    };
    let (_, _, said) = process.plan_update(&stored, &next).await;
    assert!(said.is_empty(), "{said}");
    let (_, said) = process.plan_create(&next, Private::default()).await;
    assert!(said.is_empty(), "{said}");
}

#[tokio::test]
async fn object_lock_is_not_taken_out() {
    let world = World::new();
    let process = world.process();
    let stored = process
        .apply(None, &lock(None, None, None))
        .await
        .expect("made");
    let (_, _, said) = process.plan_update(&stored, &config()).await;
    insta::assert_snapshot!(said, @"error: Object lock cannot be turned off (at object_lock): S3 never turns object lock off again. Write `object_lock {}` to have no default retention. A bucket without object lock has to be another one.");
}

#[tokio::test]
async fn tags_with_those_of_the_provider_are_counted() {
    let mut world = World::new();
    world.default_tags = (0..26).map(|n| (format!("d{n}"), String::new())).collect();
    let many = EtcdBackupBucket {
        tags: StringMap::of((0..25).map(|n| (format!("k{n}"), "v"))),
        ..config()
    };
    let (_, said) = world.process().plan_create(&many, Private::default()).await;
    assert!(said.to_string().contains("these are 51"), "{said}");
}
