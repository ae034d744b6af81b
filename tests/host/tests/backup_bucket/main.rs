//! `holdfast_etcd_backup_bucket` under the host, with generated configurations, against the sandbox:
//! each bucket is created (with part of its configuration unknown while it is planned), planned
//! again without a change, imported, turned into another one (in place or anew, in both orders) and
//! destroyed; and every destroy or replacement is refused as long as it is protected.
//!
//! 12 cases by default; the full run is
//!
//! ```text
//! HOLDFAST_CASES=200 cargo test -p holdfast-host --test backup_bucket
//! ```

mod shape;
#[path = "../support/mod.rs"]
mod support;

use anyhow::{Context, Result, bail, ensure};
use cty::Value;
use holdfast_host::{Action, Core, Order, Processes, Program, Stop};
use holdfast_sandbox::{S3Request, Sandbox};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value as Json, json};

use shape::{AWAY, Bucket};
use support::{HOME, cases, start, value, without};

const TYPE: &str = "holdfast_etcd_backup_bucket";

/// Everything of one case.
#[derive(Clone, Debug)]
struct Life {
    first: Bucket,
    second: Bucket,
    order: Order,
    /// What the configuration does not know when the create is planned.
    unknown: Option<&'static str>,
    default_tags: bool,
}

fn life() -> impl Strategy<Value = Life> {
    let attributes = ["bucket", "region", "snapshot_folder", "policy", "tags"].map(Some);
    (
        shape::bucket(),
        shape::bucket(),
        any::<bool>(),
        prop_oneof![Just(None), proptest::sample::select(attributes.to_vec())],
        any::<bool>(),
    )
        .prop_map(
            |(first, second, create_first, unknown, default_tags)| Life {
                first,
                second,
                order: if create_first {
                    Order::CreateFirst
                } else {
                    Order::DeleteFirst
                },
                unknown,
                default_tags,
            },
        )
}

fn default_tags() -> Json {
    json!({ "default_tags": [{ "tags": { "Team": "infra", "Owner": "platform" } }] })
}

/// Makes the buckets that logs and copies go to.
fn prepare(sandbox: &Sandbox) -> Result<()> {
    sandbox.reset();
    let send = |request: S3Request| -> Result<()> {
        let answer = sandbox.s3(&request)?;
        ensure!(answer.status < 300, "{request:?}: {answer:?}");
        Ok(())
    };
    for (name, region) in [
        ("logs-eu-central-1", HOME),
        ("logs-eu-west-1", AWAY),
        ("replica", "eu-north-1"),
    ] {
        let body = format!(
            "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
        );
        let create = S3Request::new("PUT", &format!("/{name}")).in_region(region);
        let lock = if name == "replica" { "true" } else { "false" };
        let create = create.header("x-amz-bucket-object-lock-enabled", lock);
        send(create.body(&body))?;
    }
    let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    send(S3Request::new("PUT", "/replica?versioning").body(on))
}

/// The buckets that the resource may have made.
fn buckets(sandbox: &Sandbox) -> Vec<Json> {
    let all = sandbox.buckets().into_iter();
    all.filter(|bucket| {
        let name = bucket["Name"].as_str().unwrap_or_default();
        name.starts_with("etcd-")
    })
    .collect()
}

/// A state in one spelling: an import cannot know how a policy was written, nor what only the
/// configuration says.
fn spelled_once(stored: &str) -> Result<Json> {
    let mut state: Json = serde_json::from_str(stored)?;
    if let Some(policy) = state["policy"].as_str() {
        state["policy"] = unlisted(serde_json::from_str(policy)?);
    }
    if state["tags"] == json!({}) {
        state["tags"] = Json::Null;
    }
    let members = state.as_object_mut().context("an object")?;
    for own in [
        "deletion_protection",
        "force_destroy",
        "snapshot_folder",
        "writer_policy_json",
    ] {
        members.remove(own);
    }
    Ok(state)
}

/// S3 writes a list of one as its element.
fn unlisted(policy: Json) -> Json {
    match policy {
        Json::Array(mut all) if all.len() == 1 => unlisted(all.remove(0)),
        Json::Array(all) => all.into_iter().map(unlisted).collect(),
        Json::Object(members) => {
            let members = members.into_iter();
            Json::Object(
                members
                    .map(|(name, value)| (name, unlisted(value)))
                    .collect(),
            )
        }
        other => other,
    }
}

/// That an operation is refused because of the protection, and nothing has happened.
fn refused<T>(sandbox: &Sandbox, before: &[Json], outcome: Result<T, Stop>) -> Result<()> {
    match outcome {
        Ok(_) => bail!("a protected bucket was not protected"),
        Err(Stop::Refused(refusal)) => {
            let said = refusal.to_string();
            ensure!(said.contains("deletion_protection"), "{said}");
        }
        Err(other) => return Err(other.into()),
    }
    ensure!(buckets(sandbox) == before, "{:#?}", buckets(sandbox));
    Ok(())
}

async fn live(core: &mut Core<Program>, sandbox: &Sandbox, life: &Life) -> Result<()> {
    prepare(sandbox)?;
    core.state = Default::default();
    core.order = life.order;
    let first = value(&life.first.config)?;
    let plan = core
        .plan(TYPE, Some(&without(&first, life.unknown)))
        .await?;
    ensure!(plan.action == Action::Create, "{:?}", plan.action);
    core.apply_plan(&plan, Some(&first))
        .await
        .context("create")?;
    still(core, &first).await.context("create")?;
    imported(core, sandbox, &first, life)
        .await
        .context("import")?;

    let second = changed(core, sandbox, life).await.context("change")?;
    let config = value(&second.config)?;
    let before = buckets(sandbox);
    core.taint(TYPE);
    if second.is_protected() && life.order == Order::DeleteFirst {
        refused(sandbox, &before, core.apply(TYPE, Some(&config)).await)?;
    }
    if let Some(stored) = core.state.objects.get_mut(TYPE) {
        stored.tainted = false;
    }

    if second.is_protected() {
        refused(sandbox, &before, core.apply(TYPE, None).await)?;
        let open = value(&second.with("deletion_protection", json!(false)).config)?;
        let done = core.apply(TYPE, Some(&open)).await?;
        ensure!(done == Action::Update, "{done:?}");
    }
    let gone = core.apply(TYPE, None).await.context("destroy")?;
    ensure!(gone == Action::Delete, "{gone:?}");
    ensure!(buckets(sandbox).is_empty(), "{:#?}", buckets(sandbox));
    Ok(())
}

/// That a second plan is empty.
async fn still(core: &mut Core<Program>, config: &Value) -> Result<()> {
    let again = core.apply(TYPE, Some(config)).await.context("again")?;
    ensure!(again == Action::NoOp, "does not converge: {again:?}");
    Ok(())
}

/// Turns the first bucket into the second, whatever that takes; answers what it is now.
async fn changed(core: &mut Core<Program>, sandbox: &Sandbox, life: &Life) -> Result<Bucket> {
    let (first, mut second) = (&life.first, life.second.clone());
    let region = state(core)?["region"].clone();
    let moves = second.region().is_some_and(|wanted| region != wanted);
    let anew = first.name() != second.name() || moves;
    if !anew && second.config["object_lock"] == json!([]) {
        // Nothing turns it off.
        second = second.with("object_lock", first.config["object_lock"].clone());
    }
    // Logs stay in the bucket's region, and keys too.
    let place = second
        .region()
        .map_or(region.clone(), |wanted| json!(wanted));
    if !anew && place == AWAY {
        second = second
            .with("logging", json!([]))
            .with("kms_key_arn", Json::Null);
    }
    let before = buckets(sandbox);
    if anew && first.is_protected() {
        let config = value(&second.config)?;
        refused(sandbox, &before, core.apply(TYPE, Some(&config)).await)?;
        let open = value(&first.with("deletion_protection", json!(false)).config)?;
        core.apply(TYPE, Some(&open)).await?;
    }
    let before = buckets(sandbox);
    let config = value(&second.config)?;
    if anew && life.order == Order::CreateFirst && first.name() == second.name() {
        // One name cannot have two buckets: the create that comes first is refused.
        let Err(Stop::Refused(refusal)) = core.apply(TYPE, Some(&config)).await else {
            bail!("two buckets of one name");
        };
        ensure!(refusal.to_string().contains("exists"), "{refusal}");
        ensure!(buckets(sandbox) == before);
        core.order = Order::DeleteFirst;
    }
    let done = core.apply(TYPE, Some(&config)).await?;
    core.order = life.order;
    let is_anew = matches!(done, Action::Replace(_));
    ensure!(is_anew == anew, "{done:?}, and anew should be {anew}");
    let after = buckets(sandbox);
    ensure!(after.len() == 1, "one bucket: {after:#?}");
    still(core, &config).await?;
    Ok(second)
}

fn state(core: &Core<Program>) -> Result<Json> {
    let stored = core.state.objects.get(TYPE).context("a state")?;
    Ok(serde_json::from_str(&stored.json)?)
}

/// Imports what was just made: the state is the same, and applying the configuration changes
/// nothing in S3.
async fn imported(
    core: &mut Core<Program>,
    sandbox: &Sandbox,
    config: &Value,
    life: &Life,
) -> Result<()> {
    let made = core.state.objects.remove(TYPE).context("a state")?;
    core.import(TYPE, life.first.name()).await?;
    let found = core.state.objects.get(TYPE).context("an import")?;
    let (mut made, mut found) = (spelled_once(&made.json)?, spelled_once(&found.json)?);
    if life.default_tags {
        // An import cannot know which of the defaults the configuration repeats.
        for state in [&mut made, &mut found] {
            if let Some(tags) = state["tags"].as_object_mut()
                && tags.get("Team") == Some(&json!("infra"))
            {
                tags.remove("Team");
            }
            if state["tags"] == json!({}) {
                state["tags"] = Json::Null;
            }
        }
    }
    ensure!(made == found, "made: {made:#}\nimported: {found:#}");
    let before = buckets(sandbox);
    let done = core.apply(TYPE, Some(config)).await?;
    ensure!(matches!(done, Action::NoOp | Action::Update), "{done:?}");
    ensure!(before == buckets(sandbox), "an import changes S3");
    still(core, config).await
}

#[test]
fn buckets_of_all_shapes_live_from_create_to_destroy() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let sandbox = Sandbox::start()?;
    let one = Processes::One;
    let plain = runtime.block_on(start(&sandbox, one, json!({})))?;
    let tagging = runtime.block_on(start(&sandbox, one, default_tags()))?;
    let cores = std::cell::RefCell::new((plain, tagging));
    let mut runner = TestRunner::new(Config {
        cases: cases(12),
        failure_persistence: None,
        max_shrink_iters: 64,
        ..Config::default()
    });
    let lived = runner.run(&life(), |life| {
        let mut cores = cores.borrow_mut();
        let core = if life.default_tags {
            &mut cores.1
        } else {
            &mut cores.0
        };
        let lived = runtime.block_on(live(core, &sandbox, &life));
        lived.map_err(|error| TestCaseError::fail(format!("{error:#}")))
    });
    lived.map_err(|error| anyhow::anyhow!("{error}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_and_apply_are_processes_of_their_own() -> Result<()> {
    let sandbox = Sandbox::start()?;
    let mut core = start(&sandbox, Processes::OnePerPhase, json!({})).await?;
    let mut runner = TestRunner::deterministic();
    let tree = life().new_tree(&mut runner);
    let life = tree.map_err(|why| anyhow::anyhow!("{why}"))?.current();
    let life = Life {
        default_tags: false,
        ..life
    };
    live(&mut core, &sandbox, &life).await?;
    Ok(core.provider.stop().await?)
}
