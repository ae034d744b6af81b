//! One life of a bucket, lived in the sandbox and in other people's S3: what the port writes is
//! read back the same, or the store says that it has no such setting.

use std::fmt::Debug;

use holdfast_aws::s3::lifecycle::{Filter, LifecycleRule, NoncurrentExpiration, RuleStatus};
use holdfast_aws::s3::{
    Algorithm, BucketName, Creation, Deletion, Encryption, Governance, Head, LifecycleDocument,
    Logging, NewBucket, ObjectLock, Ownership, Period, PublicAccessBlock, Retention, RetentionMode,
    S3, SendWhile, Sent, Setting, Tags, Versioning,
};
use holdfast_aws::{AwsError, Clients, ErrorKind, Services};
use holdfast_sandbox::{Other, OtherError, S3Feature, S3Settings, Sandbox};

use super::{config, start};

/// What a store does otherwise than AWS, a line each.
#[derive(Default)]
struct Remarks(String);

impl Remarks {
    fn note(&mut self, what: &str, said: impl Debug) {
        self.0 += &format!("{what}: {said:?}\n");
    }

    /// Compares what was written with what is read, unless the store refused to take it.
    fn compare<T: PartialEq + Debug>(
        &mut self,
        what: &str,
        put: Result<(), AwsError>,
        found: Result<Setting<T>, AwsError>,
        wanted: Setting<T>,
    ) {
        match put {
            Ok(()) if found.as_ref() == Ok(&wanted) => {}
            Ok(()) => self.note(what, found),
            Err(error) if *error.kind() == ErrorKind::Unsupported => {
                self.0 += &format!("{what}: not offered");
                // Who is told so by the write is told so by the look.
                match found {
                    Ok(Setting::Unsupported) => self.0 += "\n",
                    other => self.0 += &format!(", and the look finds {other:?}\n"),
                }
            }
            Err(error) => self.note(what, error.code()),
        }
    }
}

fn bucket(name: &str) -> BucketName {
    name.parse().expect("a name")
}

fn tags(key: &str) -> Tags {
    Tags::from([(key.into(), "core + co".into())])
}

fn document() -> LifecycleDocument {
    let mut rule = LifecycleRule::new("prune <old>".parse().expect("an id"), RuleStatus::Enabled);
    rule.filter = Some(Filter {
        prefix: Some("etcd/".into()),
        ..Filter::default()
    });
    rule.noncurrent_expiration = Some(NoncurrentExpiration {
        days: Some(7),
        newer_versions: None,
    });
    let mut document = LifecycleDocument::default();
    document.upsert(&rule);
    document
}

/// Makes a bucket, sets all there is, and deletes it.
async fn live(port: &dyn S3) -> String {
    let mut remarks = Remarks::default();
    let name = &bucket("etcd-backups");
    assert_eq!(port.head_bucket(name).await, Ok(Head::Absent));
    let asked = NewBucket {
        name: name.clone(),
        object_lock: true,
        ownership: Some(Ownership::BucketOwnerEnforced),
        tags: tags("mark"),
    };
    let creation = match port.create_bucket(&asked).await {
        Err(error) if *error.kind() == ErrorKind::Unsupported => {
            remarks.note("object lock by create", error.code());
            let plain = NewBucket {
                object_lock: false,
                ..asked.clone()
            };
            port.create_bucket(&plain).await
        }
        creation => creation,
    };
    assert_eq!(creation, Ok(Creation::Made));
    let head = port.head_bucket(name).await;
    assert!(matches!(head, Ok(Head::Present { .. })), "{head:?}");
    let again = port.create_bucket(&asked).await;
    if again != Ok(Creation::MineAlready) {
        remarks.note(
            "a second create",
            again.map_err(|error| error.kind().clone()),
        );
    }
    let found = port.get_tags(name).await;
    remarks.compare(
        "tags by create",
        Ok(()),
        found,
        Setting::Present(tags("mark")),
    );
    set_all(port, name, &mut remarks).await;
    keep_lifecycle(port, name, &mut remarks).await;
    let page = port.list_versions(name, None).await.expect("a page");
    assert_eq!((page.versions, page.next), (vec![], None));
    let page = port.list_uploads(name, None).await.expect("a page");
    assert_eq!((page.uploads, page.next), (vec![], None));
    let none = port.delete_versions(name, &[], Governance::Respect).await;
    assert_eq!(none, Ok(vec![]));
    assert_eq!(port.delete_bucket(name).await, Ok(Deletion::Now));
    assert_eq!(port.delete_bucket(name).await, Ok(Deletion::Already));
    let missing = port.get_versioning(name).await.expect_err("no bucket");
    assert_eq!(*missing.kind(), ErrorKind::NotFound, "{missing}");
    remarks.0
}

async fn set_all(port: &dyn S3, name: &BucketName, remarks: &mut Remarks) {
    let all = PublicAccessBlock::ALL;
    let put = port.put_public_access_block(name, &all).await;
    let found = port.get_public_access_block(name).await;
    remarks.compare("public access", put, found, Setting::Present(all));

    let owner = Ownership::BucketOwnerEnforced;
    let put = port.put_ownership(name, &owner).await;
    let found = port.get_ownership(name).await;
    remarks.compare("ownership", put, found, Setting::Present(owner));

    let encryption = Encryption {
        algorithm: Algorithm::Kms,
        kms_key: Some("arn:aws:kms:us-east-1:123456789012:key/1".into()),
        bucket_key: true,
        blocked: vec!["SSE-C".into()],
    };
    let put = port.put_encryption(name, &encryption).await;
    let found = port.get_encryption(name).await;
    remarks.compare("encryption", put, found, Setting::Present(encryption));

    let put = port.put_versioning(name, &Versioning::Enabled).await;
    let found = port.get_versioning(name).await;
    let enabled = Setting::Present(Versioning::Enabled);
    remarks.compare("versioning", put, found, enabled);

    for default_retention in [
        Some(Retention {
            mode: RetentionMode::Governance,
            period: Period::Days(3),
        }),
        None,
    ] {
        let lock = ObjectLock { default_retention };
        let put = port.put_object_lock(name, &lock).await;
        let found = port.get_object_lock(name).await;
        remarks.compare("object lock", put, found, Setting::Present(lock));
    }

    let policy = r#"{"Version":"2012-10-17","Statement":[{"Sid":"TlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::etcd-backups","arn:aws:s3:::etcd-backups/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#;
    // The sandbox's plain HTTP counts as TLS; elsewhere this policy would lock the test out.
    let policy = policy.replace(
        "Bool\":{\"aws:SecureTransport\":\"false\"",
        "StringEquals\":{\"aws:PrincipalArn\":\"arn:aws:iam::123456789012:role/nobody\"",
    );
    let put = port.put_policy(name, &policy).await;
    let found = port.get_policy(name).await;
    remarks.compare("policy", put, found, Setting::Present(policy));
    let cut = port.delete_policy(name).await;
    let found = port.get_policy(name).await;
    remarks.compare("policy deleted", cut, found, Setting::Absent);

    for tags in [tags("team"), Tags::new()] {
        let wanted = match tags.is_empty() {
            true => Setting::Absent,
            false => Setting::Present(tags.clone()),
        };
        let put = port.put_tags(name, &tags).await;
        remarks.compare("tags", put, port.get_tags(name).await, wanted);
    }

    let logging = Logging {
        target_bucket: name.to_string(),
        target_prefix: "log/".into(),
    };
    let put = port.put_logging(name, Some(&logging)).await;
    let found = port.get_logging(name).await;
    remarks.compare("logging", put, found, Setting::Present(logging));
    let put = port.put_logging(name, None).await;
    let found = port.get_logging(name).await;
    remarks.compare("logging ended", put, found, Setting::Absent);

    let found = port.get_replication(name).await;
    remarks.compare("no replication", Ok(()), found, Setting::Absent);
}

async fn keep_lifecycle(port: &dyn S3, name: &BucketName, remarks: &mut Remarks) {
    let (mine, always) = (document(), SendWhile::always());
    let put = port.put_lifecycle(name, &mine, &always).await;
    let put = put.map(|sent| assert_eq!(sent, Sent::Now));
    let rules = |document: LifecycleDocument| document.rules().expect("rules");
    let found = port.get_lifecycle(name).await;
    let wanted = Setting::Present(rules(mine));
    let found = found.map(|setting| setting.map(rules));
    remarks.compare("lifecycle", put, found, wanted);
    let cut = port.delete_lifecycle(name, &always).await.map(drop);
    let found = port.get_lifecycle(name).await;
    remarks.compare("lifecycle deleted", cut, found, Setting::Absent);
}

async fn in_sandbox(sandbox: &Sandbox) -> String {
    let clients = Clients::new(config(sandbox)).await.expect("settings");
    live(&*clients.s3(None).await.expect("a client")).await
}

/// The remarks on another store, or `None` with a sentence where it is not installed.
async fn elsewhere(other: Result<Other, OtherError>) -> Option<String> {
    let other = match other {
        Ok(other) => other,
        Err(missing @ OtherError::Missing { .. }) => {
            println!("skipped: {missing}");
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    let mut config = config(&start());
    config.region = Some(Other::REGION.into());
    config.access_key = Some(Other::ACCESS_KEY.into());
    config.secret_key = Some(Other::SECRET_KEY.into());
    config.endpoints.s3 = Some(other.url().to_owned());
    config.s3_use_path_style = true;
    let clients = Clients::new(config).await.expect("settings");
    Some(live(&*clients.s3(None).await.expect("a client")).await)
}

#[tokio::test]
async fn aws_as_the_sandbox_has_it_keeps_everything() {
    insta::assert_snapshot!(in_sandbox(&start()).await, @"");
}

#[tokio::test]
async fn a_plain_store_says_what_it_lacks() {
    let sandbox = start();
    sandbox.set_s3_settings(S3Settings::plain_store());
    insta::assert_snapshot!(in_sandbox(&sandbox).await, @r#"
    object lock by create: Some("NotImplemented")
    tags by create: Ok(Absent)
    public access: not offered
    ownership: not offered
    encryption: not offered
    object lock: not offered
    object lock: not offered
    policy: not offered
    policy deleted: not offered
    logging: not offered
    logging ended: not offered
    no replication: Ok(Unsupported)
    lifecycle: not offered
    lifecycle deleted: not offered
    "#);
    let sandbox = start();
    let mut settings = S3Settings::ceph();
    settings.lacks.insert(S3Feature::PublicAccessBlock);
    sandbox.set_s3_settings(settings);
    insta::assert_snapshot!(in_sandbox(&sandbox).await, @r#"
    tags by create: Ok(Absent)
    public access: not offered
    ownership: not offered
    logging: not offered
    logging ended: not offered
    "#);
}

/// Whatever version is installed may do better than this, and not worse.
fn assert_no_more_than(known: &[&str], remarks: Option<String>) {
    for remark in remarks.iter().flat_map(|remarks| remarks.lines()) {
        assert!(known.contains(&remark), "{remark}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn moto_has_its_own_opinion() {
    let known = [
        // In us-east-1, as AWS answers there.
        "a second create: Ok(Made)",
        // AWS keeps both (API, CreateBucketConfiguration; ServerSideEncryptionRule).
        "tags by create: Ok(Absent)",
        r#"encryption: Ok(Present(Encryption { algorithm: Kms, kms_key: Some("arn:aws:kms:us-east-1:123456789012:key/1"), bucket_key: true, blocked: [] }))"#,
        // It wants the log delivery group's grants, which AWS does not with ACLs off.
        r#"logging: Some("InvalidTargetBucketForLogging")"#,
    ];
    assert_no_more_than(&known, elsewhere(Other::moto()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn versitygw_says_what_it_lacks() {
    let known = [
        "public access: not offered",
        "encryption: not offered",
        "logging: not offered",
        "logging ended: not offered",
        "no replication: Ok(Unsupported)",
        "lifecycle: not offered",
        "lifecycle deleted: not offered",
    ];
    assert_no_more_than(&known, elsewhere(Other::versitygw()).await);
}
