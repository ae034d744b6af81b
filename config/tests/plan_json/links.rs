//! Instances from a plan as JSON alone, and what they are linked to.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cty::{Mark, Value};
use terraform_config::instance::{Body, Instance, Mode, ModuleStep, Nested};
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

/// What each `input` of the configuration refers to, by address.
fn inputs(instances: &[Instance]) -> BTreeMap<String, Value> {
    let inputs = instances.iter().filter_map(|instance| {
        let input = instance.body.attribute("input")?;
        Some((instance.address.to_string(), input.value.clone()))
    });
    inputs.collect()
}

fn links() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/links")
}

/// Every idiom of `fixtures/links`, as each host plans it.
#[test]
fn a_link_is_told_as_far_as_the_document_tells_it() {
    let of = |name: &str| {
        let bytes = fs::read(links().join(name)).expect("a plan");
        let inputs = inputs(&alone(&bytes, Arc::default()));
        let lines = inputs.iter().map(|(address, value)| {
            let mut parts = vec![("", value)];
            parts.extend(
                value
                    .entries()
                    .into_iter()
                    .flatten()
                    .map(|(name, it)| (&**name, it)),
            );
            let parts = parts.into_iter().filter(|(_, it)| it.entries().is_none());
            let lines =
                parts.map(|(name, it)| format!("{address} {name}\n  {}\n", self::value(it)));
            lines.collect::<String>()
        });
        lines.collect::<String>()
    };
    let terraform = of("plan.json");
    assert_eq!(terraform, of("tofu.json"));
    insta::assert_snapshot!(terraform);
}

/// A link for sure is the one that the configuration has; one of several has it among them.
#[test]
fn no_link_is_another_than_that_of_the_configuration() {
    let evaluated = crate::support::run(&links(), &Inputs::default());
    let written = inputs(&evaluated.instances);
    let bytes = fs::read(links().join("plan.json")).expect("a plan");
    let alone = inputs(&alone(&bytes, Arc::default()));
    assert_eq!(written.len(), alone.len());
    for (address, value) in &alone {
        let (told, meant) = (all_references(value), all_references(&written[address]));
        let why = Why::of(value)
            .map(|why| why.to_string())
            .unwrap_or_default();
        let is_untold = told.is_empty() && why.contains("does not say what local.named");
        let is_doubtful = is_untold || told.iter().any(|it| it.certainty == Certainty::Perhaps);
        for reference in meant.iter().filter(|_| !is_doubtful) {
            let is_told = |it: &&Reference| {
                let (a, b) = (&it.address, &reference.address);
                let may_be = |(a, b): (&ModuleStep, &ModuleStep)| a.key.is_none() || a.key == b.key;
                a.module.iter().zip(&b.module).all(may_be)
                    && (&a.type_name, &a.name) == (&b.type_name, &b.name)
                    && (it.any_key || a.key == b.key)
                    && (it.path == reference.path || it.path.is_empty())
            };
            assert!(
                told.iter().any(|it| is_told(&it)),
                "{address}: {reference:?} {told:?}"
            );
        }
    }
}

fn all_references(value: &Value) -> Vec<Reference> {
    let marks = value.deep_marks();
    marks
        .iter()
        .filter_map(Reference::from_mark)
        .cloned()
        .collect()
}
