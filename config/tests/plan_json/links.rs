//! Instances from a plan as JSON alone, and what they are linked to.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cty::{Mark, Value};
use terraform_config::instance::{Body, Instance, Mode, Nested};
use terraform_config::plan::{Plan, PlanRequest, evaluate_plan};
use terraform_config::schema::Schemas;
use terraform_config::why::{Certainty, Reference, Why};
use terraform_config::{Cache, Inputs};

fn folder(name: &str) -> PathBuf {
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans");
    plans.join(name)
}

/// The schemas of the Rancher provider that the rules read.
fn schemas() -> Arc<Schemas> {
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/schemas");
    let mut schemas = Schemas::default();
    for name in ["rancher2_cluster_v2", "rancher2_machine_config_v2"] {
        let text = fs::read_to_string(policy.join(format!("{name}.json"))).expect("a schema");
        let added = schemas.add_resource(Mode::Managed, name, &text);
        added.expect("this is a schema");
    }
    Arc::new(schemas)
}

/// The instances of a plan as JSON.
pub(crate) fn alone(text: &[u8], schemas: Arc<Schemas>) -> Vec<Instance> {
    let plan = Plan::from_json(text, &schemas).expect("this is a plan");
    let request = PlanRequest {
        path: "plan.json".into(),
        source: None,
    };
    let inputs = Inputs {
        schemas,
        ..Inputs::default()
    };
    evaluate_plan(&Arc::new(plan), &request, &inputs, &Cache::default()).instances
}

/// Instances as text: every value that is not null.
pub(crate) fn text(instances: &[Instance]) -> String {
    let mut out = String::new();
    for instance in instances {
        writeln!(out, "{}", instance.address).expect("text grows");
        if let Some(why) = &instance.repetition {
            writeln!(out, "  perhaps: {why}").expect("text grows");
        }
        assert!(!instance.header.file.has_lines());
        body(&instance.body, 1, &mut out);
    }
    out
}

fn body(body: &Body, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    if body.is_incomplete {
        writeln!(out, "{indent}...").expect("text grows");
    }
    for name in &body.presumed_absent {
        writeln!(out, "{indent}no {name}, unless a dynamic block makes it").expect("text grows");
    }
    for (name, attribute) in &body.attributes {
        writeln!(out, "{indent}{name} = {}", value(&attribute.value)).expect("text grows");
    }
    for nested in &body.blocks {
        let block = nested.block();
        writeln!(out, "{indent}{}", block.type_name).expect("text grows");
        if let Nested::Unknown { why, .. } = nested {
            writeln!(out, "{indent}  perhaps: {why}").expect("text grows");
        }
        self::body(&block.body, depth + 1, out);
    }
}

fn value(value: &Value) -> String {
    let references = Reference::of(value).into_iter().map(|it| {
        let any = if it.any_key { "[any]" } else { "" };
        let certainty = match it.certainty {
            Certainty::Sure => "",
            Certainty::OneOf => "one of ",
            Certainty::Perhaps => "perhaps ",
        };
        format!(" from {certainty}{}{any}.{}", it.address, it.path)
    });
    let why = Why::of(value).map(|why| format!(" ({why})"));
    let (plain, marks) = value.clone().unmark_deep();
    let plain = match marks.contains(&Mark::Sensitive) {
        true => "hidden".to_owned(),
        false if plain.is_known() => format!("{plain:?}"),
        false => "unknown".to_owned(),
    };
    plain + &why.unwrap_or_default() + &references.collect::<String>()
}

macro_rules! plans {
    ($($test:ident = $folder:literal,)*) => {
        $(#[test]
        fn $test() {
            let of = |name: &str| {
                let bytes = fs::read(folder($folder).join(name)).expect("a plan");
                text(&alone(&bytes, schemas()))
            };
            let terraform = of("plan.json");
            assert_eq!(terraform, of("tofu.json"));
            insta::assert_snapshot!(terraform);
        })*
    };
}

plans! {
    all_in_one_spot = "all-in-one-spot",
    dynamic_etcd_unknown = "dynamic-etcd-unknown",
    modules = "modules",
    no_etcd_block = "no-etcd-block",
    pool_per_zone_mixed = "pool-per-zone-mixed",
    retention_null_gated = "retention-null-gated",
    rke1_spot = "rke1-spot",
    split_one_zone = "split-one-zone",
    yaml_driven = "yaml-driven",
}
