//! The adapters against the sandbox: the services as they behave, with their faults. DLM and
//! credentials are here, S3 in `s3.rs`, and other people's S3 in `stores.rs`.

mod s3;
mod stores;

use std::sync::Arc;

use holdfast_aws::clock::Timestamp;
use holdfast_aws::config::{AssumeRole, AssumeRoleWithWebIdentity, Endpoints};
use holdfast_aws::dlm::{
    AgeUnit, CreateRule, Cycle, Dlm, Found, Gone, NewPolicy, Policy, PolicyChange, PolicyDetails,
    PolicyFilter, PolicyId, ResourceType, RetainRule, Schedule, State, Tag, Tags,
};
use holdfast_aws::{Account, AwsError, ClientConfig, Clients, ErrorKind, Region, Services};
use holdfast_sandbox::{ACCOUNT, Fault, Sandbox, Timestamps};

fn config(sandbox: &Sandbox) -> ClientConfig {
    ClientConfig {
        region: Some("eu-central-1".into()),
        access_key: Some("AKIDEXAMPLE".into()),
        secret_key: Some("hidden-half".into()),
        endpoints: Endpoints {
            dlm: Some(sandbox.url()),
            sts: Some(sandbox.url()),
            s3: Some(sandbox.url()),
            ..Endpoints::default()
        },
        max_retries: Some(0),
        first_backoff: Some(std::time::Duration::from_millis(1)),
        ..ClientConfig::default()
    }
}

async fn clients(config: ClientConfig) -> Clients {
    Clients::new(config).await.expect("settings that work")
}

async fn dlm(sandbox: &Sandbox) -> Arc<dyn Dlm> {
    let clients = clients(config(sandbox)).await;
    clients.dlm(None).await.expect("a client")
}

fn start() -> Sandbox {
    Sandbox::start().expect("a sandbox")
}

fn schedule(name: &str, cycle: Cycle, keep: RetainRule) -> Schedule {
    Schedule {
        name: Some(name.into()),
        copy_tags: Some(false),
        tags_to_add: vec![],
        variable_tags: vec![],
        create_rule: Some(CreateRule {
            cycle,
            location: None,
        }),
        retain_rule: Some(keep),
    }
}

fn daily() -> Schedule {
    let cycle = Cycle::Every {
        hours: 24,
        times: vec!["03:00".into()],
    };
    schedule("daily", cycle, RetainRule::Count(7))
}

fn policy() -> NewPolicy {
    NewPolicy {
        description: "nightly".into(),
        execution_role_arn: format!("arn:aws:iam::{ACCOUNT}:role/dlm"),
        state: State::Enabled,
        details: PolicyDetails {
            policy_type: None,
            resource_types: vec![ResourceType::Volume],
            resource_locations: vec![],
            target_tags: vec![Tag::new("Backup", "Daily"), Tag::new("Backup", "Weekly")],
            schedules: vec![daily()],
            policy_language: None,
            parameters: None,
        },
        tags: Tags::from([("team".into(), "core".into())]),
    }
}

async fn read(dlm: &dyn Dlm, id: &PolicyId) -> Policy {
    match dlm.get(id).await.expect("an answer") {
        Found::Present(policy) => policy,
        Found::Absent => panic!("{id} is there"),
    }
}

#[tokio::test]
async fn a_policy_lives_from_create_to_delete() {
    let sandbox = start();
    let dlm = dlm(&sandbox).await;
    let id = dlm.create(&policy()).await.expect("an id");

    let made = read(&*dlm, &id).await;
    assert_eq!(made.details.target_tags, policy().details.target_tags);
    assert_eq!(
        made.details.schedules[0].retain_rule,
        Some(RetainRule::Count(7))
    );
    assert_eq!(made.tags, policy().tags);
    assert_eq!(
        (made.arn.region(), made.arn.account()),
        ("eu-central-1", ACCOUNT)
    );
    assert!(
        made.created
            .is_some_and(|created| created > Timestamp::UNIX_EPOCH)
    );
    assert!(made.not_managed.is_empty() && !made.is_default);

    let mut details = made.details.clone();
    details.schedules[0].retain_rule = Some(RetainRule::Age {
        interval: 1,
        unit: AgeUnit::Months,
    });
    let change = PolicyChange {
        description: Some("monthly".into()),
        state: Some(State::Disabled),
        details: Some(details.clone()),
        ..PolicyChange::default()
    };
    // From count to age is the one change of retention that AWS refuses.
    let refused = dlm.update(&id, &change).await.expect_err("count to age");
    assert!(
        matches!(refused.kind(), ErrorKind::Invalid { .. }),
        "{refused}"
    );
    details.schedules[0].retain_rule = Some(RetainRule::Count(14));
    let change = PolicyChange {
        details: Some(details),
        ..change
    };
    dlm.update(&id, &change).await.expect("an answer");
    let tags = Tags::from([("tier".into(), "gold".into())]);
    dlm.tag(&made.arn, &tags).await.expect("an answer");
    dlm.untag(&made.arn, &["team".into()])
        .await
        .expect("an answer");

    let changed = read(&*dlm, &id).await;
    assert_eq!(changed.description, "monthly");
    assert_eq!(changed.state, State::Disabled);
    assert_eq!(changed.execution_role_arn, made.execution_role_arn);
    assert_eq!(
        changed.details.schedules[0].retain_rule,
        Some(RetainRule::Count(14))
    );
    assert_eq!(changed.tags, tags);

    assert_eq!(dlm.delete(&id).await.expect("an answer"), Gone::Now);
    assert_eq!(dlm.delete(&id).await.expect("an answer"), Gone::Already);
    assert_eq!(dlm.get(&id).await.expect("an answer"), Found::Absent);
}

#[tokio::test]
async fn defaults_that_aws_fills_in_are_read_back() {
    let sandbox = start();
    let dlm = dlm(&sandbox).await;
    let mut plain = policy();
    plain.details.schedules = vec![
        schedule(
            "any time",
            Cycle::Every {
                hours: 12,
                times: vec![],
            },
            RetainRule::Age {
                interval: 2,
                unit: AgeUnit::Weeks,
            },
        ),
        schedule(
            "monthly",
            Cycle::Cron("cron(0 3 1 * ? *)".into()),
            RetainRule::Age {
                interval: 6,
                unit: AgeUnit::Months,
            },
        ),
    ];
    let id = dlm.create(&plain).await.expect("an id");
    for timestamps in [Timestamps::default(), Timestamps::Iso8601] {
        sandbox.set_timestamps(timestamps);
        let read = read(&*dlm, &id).await;
        let rule = read.details.schedules[0].create_rule.as_ref();
        let times = rule.map(|rule| &rule.cycle);
        assert!(
            matches!(times, Some(Cycle::Every { hours: 12, times }) if times.len() == 1),
            "AWS chooses a time: {times:?}"
        );
        let kept = |index: usize| read.details.schedules[index].retain_rule.clone();
        assert_eq!(kept(0), plain.details.schedules[0].retain_rule);
        assert_eq!(kept(1), plain.details.schedules[1].retain_rule);
        assert_eq!(read.details.resource_locations.len(), 1);
        assert!(read.details.policy_language.is_some());
        assert!(read.created.is_some() && read.modified.is_some());
    }
}

#[tokio::test]
async fn lists_are_filtered_by_the_service() {
    let sandbox = start();
    let dlm = dlm(&sandbox).await;
    let id = dlm.create(&policy()).await.expect("an id");
    let mut other = policy();
    other.state = State::Disabled;
    other.details.target_tags = vec![Tag::new("Backup", "Never")];
    let other = dlm.create(&other).await.expect("an id");

    let list = async |filter: PolicyFilter| {
        let found = dlm.list(&filter).await.expect("a list");
        let mut ids: Vec<PolicyId> = found.into_iter().map(|policy| policy.id).collect();
        ids.sort();
        ids
    };
    let mut both = vec![id.clone(), other.clone()];
    both.sort();
    assert_eq!(list(PolicyFilter::default()).await, both);
    let disabled = PolicyFilter {
        state: Some(State::Disabled),
        ..PolicyFilter::default()
    };
    assert_eq!(list(disabled).await, [other]);
    let weekly = PolicyFilter {
        target_tags: vec![Tag::new("Backup", "Weekly")],
        ..PolicyFilter::default()
    };
    assert_eq!(list(weekly).await, [id]);
    let absent = PolicyFilter {
        ids: vec!["policy-0000000000000dead".parse().expect("an id")],
        ..PolicyFilter::default()
    };
    assert_eq!(list(absent).await, []);
}

#[tokio::test]
async fn what_aws_blames_reaches_the_caller() {
    let sandbox = start();
    let dlm = dlm(&sandbox).await;
    let mut untargeted = policy();
    untargeted.details.target_tags = vec![];
    let error = dlm.create(&untargeted).await.expect_err("no target tags");
    let ErrorKind::Invalid { required, .. } = error.kind() else {
        panic!("{error}");
    };
    assert_eq!(required, &["TargetTags"]);
    assert!(
        error.request_id().is_some() && error.said().contains("TargetTags"),
        "{error}"
    );
    assert!(sandbox.policies().is_empty());
}

/// One call that went wrong as the sandbox was told: what the caller knows of it.
struct Case {
    fault: Fault,
    kind: ErrorKind,
    unknown: bool,
    done: bool,
}

fn cases() -> Vec<Case> {
    let case = |fault, kind, unknown, done| Case {
        fault,
        kind,
        unknown,
        done,
    };
    vec![
        case(Fault::Throttle, ErrorKind::Throttled, false, false),
        case(Fault::TooManyRequests, ErrorKind::Throttled, false, false),
        case(Fault::InternalError, ErrorKind::Server, true, false),
        case(Fault::Unavailable, ErrorKind::Server, true, false),
        case(Fault::AccessDenied, ErrorKind::Denied, false, false),
        case(Fault::Reset, ErrorKind::ConnectionLost, true, false),
        case(Fault::DropAnswer, ErrorKind::ConnectionLost, true, true),
    ]
}

#[tokio::test]
async fn a_create_that_fails_in_any_way_is_sent_once_and_says_whether_it_may_be_done() {
    for case in cases() {
        let sandbox = start();
        let mut config = config(&sandbox);
        config.max_retries = Some(4);
        let dlm = clients(config).await.dlm(None).await.expect("a client");
        sandbox.inject(case.fault.clone().on("dlm:CreateLifecyclePolicy"));
        let error = dlm.create(&policy()).await.expect_err("a fault");
        assert_eq!(*error.kind(), case.kind, "{:?}: {error}", case.fault);
        assert_eq!(error.is_outcome_unknown(), case.unknown, "{:?}", case.fault);
        assert_eq!(
            sandbox.calls("dlm:CreateLifecyclePolicy"),
            1,
            "{:?}",
            case.fault
        );
        assert_eq!(
            sandbox.policies().len(),
            usize::from(case.done),
            "{:?}",
            case.fault
        );
    }
}

#[tokio::test]
async fn every_other_call_survives_one_transient_fault() {
    let transient = |case: &Case| case.kind != ErrorKind::Denied;
    for case in cases().into_iter().filter(transient) {
        let sandbox = start();
        let mut config = config(&sandbox);
        config.max_retries = Some(1);
        let dlm = clients(config).await.dlm(None).await.expect("a client");
        let id = dlm.create(&policy()).await.expect("an id");
        let arn = read(&*dlm, &id).await.arn;
        for operation in [
            "dlm:GetLifecyclePolicy",
            "dlm:GetLifecyclePolicies",
            "dlm:UpdateLifecyclePolicy",
            "dlm:TagResource",
            "dlm:UntagResource",
            "dlm:DeleteLifecyclePolicy",
        ] {
            sandbox.inject(case.fault.clone().on(operation));
        }
        let all = async {
            read(&*dlm, &id).await;
            dlm.list(&PolicyFilter::default()).await?;
            let change = PolicyChange {
                description: Some("changed".into()),
                ..PolicyChange::default()
            };
            dlm.update(&id, &change).await?;
            let tags = Tags::from([("a".into(), "b".into())]);
            dlm.tag(&arn, &tags).await?;
            dlm.untag(&arn, &["a".into()]).await?;
            dlm.delete(&id).await
        };
        all.await
            .unwrap_or_else(|error: AwsError| panic!("{:?}: {error}", case.fault));
        assert!(sandbox.policies().is_empty(), "{:?}", case.fault);
    }
}

#[tokio::test]
async fn a_role_is_taken_on_with_a_token_alone() {
    let sandbox = start();
    let by_token = clients(ClientConfig {
        access_key: None,
        secret_key: None,
        assume_role_with_web_identity: Some(AssumeRoleWithWebIdentity {
            role_arn: "arn:aws:iam::333333333333:role/ci".into(),
            web_identity_token: Some("a.signed.token".into()),
            ..AssumeRoleWithWebIdentity::default()
        }),
        ..config(&sandbox)
    })
    .await;
    let account = by_token.account().await.expect("an account");
    assert_eq!(account, Account::Id("333333333333".into()));
    assert_eq!(sandbox.calls("sts:AssumeRoleWithWebIdentity"), 1);
}

#[tokio::test]
async fn regions_are_apart_and_clients_are_kept() {
    let sandbox = start();
    let clients = clients(config(&sandbox)).await;
    let paris: Region = "eu-west-3".parse().expect("a region");
    let here = clients.dlm(None).await.expect("a client");
    let there = clients.dlm(Some(&paris)).await.expect("a client");
    let id = there.create(&policy()).await.expect("an id");
    assert_eq!(here.get(&id).await.expect("an answer"), Found::Absent);
    assert_eq!(read(&*there, &id).await.arn.region(), "eu-west-3");
    let again = clients.dlm(Some(&paris)).await.expect("a client");
    assert!(Arc::ptr_eq(&there, &again));
}

#[tokio::test]
async fn the_account_is_asked_once_and_must_be_allowed() {
    let sandbox = start();
    let asked = clients(config(&sandbox)).await;
    for _ in 0..2 {
        let account = asked.account().await.expect("an account");
        assert_eq!(account, Account::Id(ACCOUNT.to_owned()));
    }
    assert_eq!(sandbox.calls("sts:GetCallerIdentity"), 1);

    let elsewhere = clients(ClientConfig {
        allowed_account_ids: vec!["999999999999".into()],
        ..config(&sandbox)
    })
    .await;
    let Err(error) = elsewhere.dlm(None).await else {
        panic!("the account is not allowed");
    };
    insta::assert_snapshot!(error, @"the provider's settings are wrong for account 123456789012: the credentials belong to account 123456789012, and allowed_account_ids names 999999999999.");
    assert_eq!(sandbox.calls("dlm:CreateLifecyclePolicy"), 0);

    let silent = clients(ClientConfig {
        skip_requesting_account_id: true,
        ..config(&sandbox)
    })
    .await;
    sandbox.clear_log();
    assert_eq!(
        silent.account().await.expect("no question"),
        Account::NotAsked
    );
    assert_eq!(sandbox.calls("sts:GetCallerIdentity"), 0);
}

#[tokio::test]
async fn refused_credentials_are_one_clear_error() {
    let sandbox = start();
    for (key, kind) in [
        ("DENIEDKEY", ErrorKind::Denied),
        ("INVALIDKEY", ErrorKind::CredentialsRejected),
        ("EXPIREDKEY", ErrorKind::CredentialsRejected),
    ] {
        let clients = clients(ClientConfig {
            access_key: Some(key.into()),
            // Many retries: what cannot get better is not repeated.
            max_retries: Some(8),
            ..config(&sandbox)
        })
        .await;
        sandbox.clear_log();
        let dlm = clients.dlm(None).await.expect("a client");
        let error = dlm
            .get(&"policy-0a".parse().expect("an id"))
            .await
            .expect_err("no entry");
        assert_eq!(*error.kind(), kind, "{key}: {error}");
        assert_eq!(sandbox.calls("dlm:GetLifecyclePolicy"), 1, "{key}");
        assert!(!error.to_string().contains(key), "{error}");
    }
}

#[tokio::test]
async fn roles_are_taken_on_one_after_the_other() {
    let sandbox = start();
    let role = |account: &str| AssumeRole {
        role_arn: format!("arn:aws:iam::{account}:role/backup"),
        session_name: Some("plan".into()),
        source_identity: Some("alice".into()),
        tags: vec![("team".into(), "core".into())],
        transitive_tag_keys: vec!["team".into()],
        ..AssumeRole::default()
    };
    let chained = clients(ClientConfig {
        assume_role: vec![role("111111111111"), role("222222222222")],
        ..config(&sandbox)
    })
    .await;
    let account = chained.account().await.expect("an account");
    assert_eq!(account, Account::Id("222222222222".into()));
    assert_eq!(sandbox.calls("sts:AssumeRole"), 2);

    // A role that may not be taken on is named, and not as a failure of DLM.
    sandbox.inject(Fault::AccessDenied.on("sts:AssumeRole").always());
    let refused = clients(ClientConfig {
        assume_role: vec![role("111111111111")],
        ..config(&sandbox)
    })
    .await;
    let dlm = refused.dlm(None).await.expect("a client");
    let error = dlm.create(&policy()).await.expect_err("no role");
    assert_eq!(error.action(), "sts:AssumeRole");
    assert_eq!(*error.kind(), ErrorKind::Denied, "{error}");
    assert!(!error.is_outcome_unknown());
}
