//! `holdfast_dlm_policy` under the host, with generated configurations, against the sandbox: each
//! policy is created (with part of its configuration unknown while it is planned), planned again
//! without a change, imported, turned into another one (in place or anew, in both orders) and
//! destroyed.
//!
//! 16 cases by default; the full run is
//!
//! ```text
//! HOLDFAST_CASES=200 cargo test -p holdfast-host --test dlm_policy
//! ```

mod shape;
#[path = "../support/mod.rs"]
mod support;

use anyhow::{Context, Result, ensure};
use cty::Value;
use holdfast_host::{Action, Core, Order, Processes, Program};
use holdfast_sandbox::Sandbox;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value as Json, json};

use shape::Policy;
use support::{HOME, cases, start, value, without};

const POLICY: &str = "holdfast_dlm_policy";

/// Everything of one case.
#[derive(Clone, Debug)]
struct Life {
    first: Policy,
    second: Policy,
    order: Order,
    /// What the configuration does not know when the create is planned.
    unknown: Option<&'static str>,
    default_tags: bool,
}

fn life() -> impl Strategy<Value = Life> {
    let attributes = ["description", "state", "tags", "region"].map(Some);
    (
        shape::policy(),
        shape::policy(),
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

fn policies(sandbox: &Sandbox) -> Vec<Json> {
    let mut policies = sandbox.policies();
    for policy in &mut policies {
        if let Some(members) = policy.as_object_mut() {
            members.remove("DateModified");
        }
    }
    policies
}

/// A state in one spelling: an import cannot know whether nothing was written as null or empty, nor
/// which target tags stood in blocks.
fn spelled_once(stored: &str) -> Result<Json> {
    let mut state: Json = serde_json::from_str(stored)?;
    let details = &mut state["policy_details"][0];
    let map = details["target_tags"].take();
    let mut pairs: Vec<Json> = map
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect();
    pairs.extend(
        details["target_tag"]
            .as_array()
            .cloned()
            .unwrap_or_default(),
    );
    pairs.sort_by_key(Json::to_string);
    details["target_tag"] = Json::Array(pairs);
    for schedule in details["schedule"].as_array_mut().into_iter().flatten() {
        for name in ["tags_to_add", "variable_tags"] {
            empty_is_null(&mut schedule[name]);
        }
    }
    empty_is_null(&mut state["tags"]);
    Ok(state)
}

fn empty_is_null(map: &mut Json) {
    if map == &json!({}) {
        *map = Json::Null;
    }
}

async fn live(core: &mut Core<Program>, sandbox: &Sandbox, life: &Life) -> Result<()> {
    sandbox.reset();
    core.state = Default::default();
    core.order = life.order;
    let first = value(&life.first.config)?;
    let plan = core
        .plan(POLICY, Some(&without(&first, life.unknown)))
        .await?;
    ensure!(plan.action == Action::Create, "{:?}", plan.action);
    core.apply_plan(&plan, Some(&first))
        .await
        .context("create")?;
    let again = core.apply(POLICY, Some(&first)).await.context("again")?;
    ensure!(
        again == Action::NoOp,
        "the second plan is not empty: {again:?}"
    );
    imported(core, sandbox, &first, life)
        .await
        .context("import")?;

    let region = state(core)?["region"].clone();
    let second = value(&life.second.config)?;
    let before = policies(sandbox);
    let done = core.apply(POLICY, Some(&second)).await.context("change")?;
    let anew = life.first.by_count != life.second.by_count
        || life.first.resource_types() != life.second.resource_types()
        || life.second.region().is_some_and(|wanted| region != wanted);
    let is_anew = done == Action::Replace(life.order);
    ensure!(is_anew == anew, "{done:?}, and anew should be {anew}");
    let after = policies(sandbox);
    ensure!(after.len() == 1, "one policy: {after:#?}");
    let same = before[0]["PolicyId"] == after[0]["PolicyId"];
    ensure!(
        same != anew,
        "the policy before and after: {before:#?} {after:#?}"
    );
    let again = core.apply(POLICY, Some(&second)).await.context("again")?;
    ensure!(
        again == Action::NoOp,
        "the change does not converge: {again:?}"
    );

    core.taint(POLICY);
    let replaced = core.apply(POLICY, Some(&second)).await.context("tainted")?;
    ensure!(replaced == Action::Replace(life.order), "{replaced:?}");
    let again = core.apply(POLICY, Some(&second)).await.context("again")?;
    ensure!(
        again == Action::NoOp,
        "the replacement does not converge: {again:?}"
    );

    let gone = core.apply(POLICY, None).await.context("destroy")?;
    ensure!(gone == Action::Delete, "{gone:?}");
    ensure!(sandbox.policies().is_empty(), "{:#?}", sandbox.policies());
    Ok(())
}

fn state(core: &Core<Program>) -> Result<Json> {
    let stored = core.state.objects.get(POLICY).context("a state")?;
    Ok(serde_json::from_str(&stored.json)?)
}

/// Imports what was just made: the state is the same, and applying the configuration changes
/// nothing in AWS.
async fn imported(
    core: &mut Core<Program>,
    sandbox: &Sandbox,
    config: &Value,
    life: &Life,
) -> Result<()> {
    let made = core.state.objects.remove(POLICY).context("a state")?;
    let state: Json = serde_json::from_str(&made.json)?;
    let (id, region) = (&state["id"], &state["region"]);
    let (id, region) = (
        id.as_str().context("an id")?,
        region.as_str().context("a region")?,
    );
    let id = if region == HOME {
        id.to_owned()
    } else {
        format!("{id}@{region}")
    };
    core.import(POLICY, &id).await?;
    let found = core.state.objects.get(POLICY).context("an import")?;
    let (made, found) = (spelled_once(&made.json)?, spelled_once(&found.json)?);
    let mut made = made;
    let mut found = found;
    if life.default_tags {
        // An import cannot know which of the defaults the configuration repeats.
        for state in [&mut made, &mut found] {
            if let Some(tags) = state["tags"].as_object_mut()
                && tags.get("Team") == Some(&json!("infra"))
            {
                tags.remove("Team");
            }
            empty_is_null(&mut state["tags"]);
        }
    }
    ensure!(made == found, "made: {made:#}\nimported: {found:#}");
    let before = policies(sandbox);
    let done = core.apply(POLICY, Some(config)).await?;
    ensure!(matches!(done, Action::NoOp | Action::Update), "{done:?}");
    ensure!(before == policies(sandbox), "an import changes AWS");
    let again = core.apply(POLICY, Some(config)).await?;
    ensure!(
        again == Action::NoOp,
        "the import does not converge: {again:?}"
    );
    Ok(())
}

#[test]
fn policies_of_all_shapes_live_from_create_to_destroy() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let sandbox = Sandbox::start()?;
    let one = Processes::One;
    let plain = runtime.block_on(start(&sandbox, one, json!({})))?;
    let tagging = runtime.block_on(start(&sandbox, one, default_tags()))?;
    let cores = std::cell::RefCell::new((plain, tagging));
    let mut runner = TestRunner::new(Config {
        cases: cases(16),
        failure_persistence: None,
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
