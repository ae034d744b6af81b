//! `holdfast_lifecycle_rule` and `holdfast_bucket_lifecycle` under the host, with generated
//! configurations, against the sandbox: each is created (with part of its configuration unknown
//! while it is planned), planned again without a change, imported, turned into another one,
//! replaced in both orders and destroyed, beside a rule of somebody else that nothing may touch.
//!
//! 16 cases of each by default; the full run is
//!
//! ```text
//! HOLDFAST_CASES=200 cargo test -p holdfast-host --test lifecycle
//! ```

mod shape;
#[path = "../support/mod.rs"]
mod support;

use std::cell::RefCell;

use anyhow::{Context, Result, ensure};
use cty::Value;
use holdfast_host::{Action, Core, Order, Processes, Program};
use holdfast_sandbox::{S3Request, Sandbox};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value as Json, json};

use shape::Shape;
use support::{HOME, cases, start, value, without};

const RULE: &str = "holdfast_lifecycle_rule";
const WHOLE: &str = "holdfast_bucket_lifecycle";
const BUCKET: &str = "backups";

/// A bucket, and perhaps a rule of somebody else in it.
fn bucket(sandbox: &Sandbox, theirs: Option<&str>) -> Result<()> {
    sandbox.reset();
    let body = format!(
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <LocationConstraint>{HOME}</LocationConstraint></CreateBucketConfiguration>"
    );
    let request = S3Request::new("PUT", &format!("/{BUCKET}"));
    let answer = sandbox.s3(&request.in_region(HOME).body(&body))?;
    ensure!(answer.status == 200, "{answer:?}");
    if let Some(rule) = theirs {
        let document = format!(
            "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{rule}\
             </LifecycleConfiguration>"
        );
        sandbox.plant_lifecycle(BUCKET, Some(&document), Some("varies_by_storage_class"))?;
    }
    Ok(())
}

/// The lifecycle of the bucket: its document, or null.
fn lifecycle(sandbox: &Sandbox) -> Json {
    sandbox.buckets()[0]["Lifecycle"].clone()
}

/// A command of the user begins: the host configures the provider anew.
async fn command(core: &mut Core<Program>) -> Result<()> {
    Ok(core.configure(value(&json!({}))?).await?)
}

async fn apply(core: &mut Core<Program>, kind: &str, config: Option<&Value>) -> Result<Action> {
    command(core).await?;
    Ok(core.apply(kind, config).await?)
}

/// Everything of one case: two configurations of one resource and what happens to them.
#[derive(Clone, Debug)]
struct Life {
    kind: &'static str,
    first: Json,
    second: Json,
    import: String,
    order: Order,
    unknown: Option<&'static str>,
    /// Somebody else's rule.
    theirs: Option<&'static str>,
}

const NEWER: &str = "<Rule><ID>theirs</ID><Filter><Prefix>x/</Prefix><Shape kind=\"round\"/></Filter>\
    <Status>Enabled</Status><Compaction>3</Compaction><Expiration><Days>9</Days></Expiration></Rule>";
const OLDER: &str = "<Rule><ID>theirs</ID><Prefix>never-the-same-prefix/</Prefix>\
    <Status>Enabled</Status><Compaction>3</Compaction><Expiration><Days>9</Days></Expiration></Rule>";

fn order() -> impl Strategy<Value = Order> {
    any::<bool>().prop_map(|create_first| match create_first {
        true => Order::CreateFirst,
        false => Order::DeleteFirst,
    })
}

fn unknown(names: [&'static str; 3]) -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![
        Just(None),
        proptest::sample::select(names.map(Some).to_vec())
    ]
}

fn pair() -> impl Strategy<Value = (Shape, Shape)> {
    any::<bool>().prop_flat_map(|legacy| (shape::shape(legacy), shape::shape(legacy)))
}

fn rule_life() -> impl Strategy<Value = Life> {
    let id = "[a-zA-Z0-9/._ é&<@-]{1,12}".prop_filter("no blank ends", |id| id.trim() == id);
    let unknown = unknown(["status", "region", "rule_id"]);
    (pair(), id, order(), unknown).prop_map(|((first, second), id, order, unknown)| {
        // Older prefixes of one bucket must not overlap.
        let blank = |shape: &Shape| shape.body.get("prefix") == Some(&json!(""));
        let theirs = match (first.legacy, blank(&first) || blank(&second)) {
            (false, _) => Some(NEWER),
            (true, false) => Some(OLDER),
            (true, true) => None,
        };
        Life {
            kind: RULE,
            first: first.rule(BUCKET, &id),
            second: second.rule(BUCKET, &id),
            import: format!("{BUCKET}/{id}"),
            order,
            unknown,
            theirs,
        }
    })
}

fn whole_life() -> impl Strategy<Value = Life> {
    let size = proptest::option::of(proptest::sample::select(
        &["all_storage_classes_128K", "varies_by_storage_class"][..],
    ));
    let unknown = unknown(["transition_default_minimum_object_size", "region", "bucket"]);
    (pair(), pair(), size, order(), unknown).prop_map(|(one, two, size, order, unknown)| {
        // One form in one bucket, and no two older prefixes that overlap.
        let mates = |a: Shape, b: Shape| match a.legacy || b.legacy {
            true => vec![a.block("a")],
            false => vec![a.block("a"), b.block("b/b")],
        };
        let (first, second) = (mates(one.0, two.0), mates(two.1, one.1));
        let config = |rules: Vec<Json>| {
            let mut config = json!({ "bucket": BUCKET, "rule": rules });
            if let Some(size) = size {
                config["transition_default_minimum_object_size"] = json!(size);
            }
            config
        };
        Life {
            kind: WHOLE,
            first: config(first),
            second: config(second),
            import: BUCKET.to_owned(),
            order,
            unknown,
            theirs: None,
        }
    })
}

async fn live(core: &mut Core<Program>, sandbox: &Sandbox, life: &Life) -> Result<()> {
    let kind = life.kind;
    bucket(sandbox, life.theirs)?;
    let planted = lifecycle(sandbox);
    core.state = Default::default();
    core.order = life.order;
    let (first, second) = (value(&life.first)?, value(&life.second)?);

    command(core).await?;
    let plan = core
        .plan(kind, Some(&without(&first, life.unknown)))
        .await?;
    ensure!(plan.action == Action::Create, "{:?}", plan.action);
    core.apply_plan(&plan, Some(&first))
        .await
        .context("create")?;
    let again = apply(core, kind, Some(&first)).await.context("again")?;
    ensure!(
        again == Action::NoOp,
        "the second plan is not empty: {again:?}"
    );

    // Some spellings mean the same to S3, so an import may change them, and nothing in S3.
    let made = lifecycle(sandbox);
    core.state.objects.remove(kind).context("a state")?;
    command(core).await?;
    core.import(kind, &life.import).await.context("import")?;
    let done = apply(core, kind, Some(&first)).await.context("imported")?;
    ensure!(matches!(done, Action::NoOp | Action::Update), "{done:?}");
    ensure!(lifecycle(sandbox) == made, "an import changes S3");
    let again = apply(core, kind, Some(&first)).await.context("again")?;
    ensure!(
        again == Action::NoOp,
        "the import does not converge: {again:?}"
    );

    let done = apply(core, kind, Some(&second)).await.context("change")?;
    ensure!(matches!(done, Action::NoOp | Action::Update), "{done:?}");
    let again = apply(core, kind, Some(&second)).await.context("again")?;
    ensure!(
        again == Action::NoOp,
        "the change does not converge: {again:?}"
    );

    core.taint(kind);
    let replaced = apply(core, kind, Some(&second)).await.context("tainted")?;
    ensure!(replaced == Action::Replace(life.order), "{replaced:?}");
    let again = apply(core, kind, Some(&second)).await.context("again")?;
    ensure!(
        again == Action::NoOp,
        "the replacement does not converge: {again:?}"
    );

    let gone = apply(core, kind, None).await.context("destroy")?;
    ensure!(gone == Action::Delete, "{gone:?}");
    ensure!(
        lifecycle(sandbox) == planted,
        "only ours has gone: {:#}",
        lifecycle(sandbox)
    );
    Ok(())
}

fn lives(life: impl Strategy<Value = Life>) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let sandbox = Sandbox::start()?;
    let core = RefCell::new(runtime.block_on(start(&sandbox, Processes::One, json!({})))?);
    let mut runner = TestRunner::new(Config {
        cases: cases(16),
        failure_persistence: None,
        ..Config::default()
    });
    let lived = runner.run(&life, |life| {
        let lived = runtime.block_on(live(&mut core.borrow_mut(), &sandbox, &life));
        lived.map_err(|error| TestCaseError::fail(format!("{error:#}")))
    });
    lived.map_err(|error| anyhow::anyhow!("{error}"))
}

#[test]
fn rules_of_all_shapes_live_from_create_to_destroy() -> Result<()> {
    lives(rule_life())
}

#[test]
fn configurations_of_all_shapes_live_from_create_to_destroy() -> Result<()> {
    lives(whole_life())
}

/// What a plan lets pass, S3 takes: of any rule, sound or not. The sandbox's reading of S3's rules
/// is another than the provider's, and not made from it.
#[test]
fn what_a_plan_lets_pass_s3_takes() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let sandbox = Sandbox::start()?;
    let core = RefCell::new(runtime.block_on(start(&sandbox, Processes::One, json!({})))?);
    let (refused, taken) = (RefCell::new(0_u32), RefCell::new(0_u32));
    let mut runner = TestRunner::new(Config {
        cases: cases(16) * 12,
        max_shrink_iters: 400,
        failure_persistence: None,
        ..Config::default()
    });
    let run = runner.run(&shape::any_rule(), |config| {
        let mut core = core.borrow_mut();
        let tried = runtime.block_on(async {
            bucket(&sandbox, None)?;
            core.state = Default::default();
            let config = value(&config)?;
            command(&mut core).await?;
            let Ok(plan) = core.plan(RULE, Some(&config)).await else {
                *refused.borrow_mut() += 1;
                return Ok(());
            };
            *taken.borrow_mut() += 1;
            core.apply_plan(&plan, Some(&config)).await.context("S3")?;
            let again = apply(&mut core, RULE, Some(&config)).await?;
            ensure!(again == Action::NoOp, "{again:?}");
            Ok(())
        });
        tried.map_err(|error: anyhow::Error| TestCaseError::fail(format!("{error:#}")))
    });
    run.map_err(|error| anyhow::anyhow!("{error}"))?;
    ensure!(
        *refused.borrow() > 0 && *taken.borrow() > 0,
        "both kinds come up"
    );
    Ok(())
}
