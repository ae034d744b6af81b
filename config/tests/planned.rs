//! Plans with their configuration, from the plan file itself and from a directory, against the
//! same configuration evaluated alone: what that knows is the same, and so are references, reasons
//! to look at a line, and the lines.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cty::{Data, Mark, Value};
use terraform_config::instance::{Attribute, Body, Instance, Nested};
use terraform_config::plan::{Plan, PlanRequest, evaluate_plan};
use terraform_config::schema::Schemas;
use terraform_config::why::{Reference, Why};
use terraform_config::{Cache, Dialect, Evaluated, Inputs, Problem};

const FOLDERS: [&str; 9] = [
    "all-in-one-spot",
    "dynamic-etcd-unknown",
    "modules",
    "no-etcd-block",
    "pool-per-zone-mixed",
    "retention-null-gated",
    "rke1-spot",
    "split-one-zone",
    "yaml-driven",
];

const PLANS: [(&str, Dialect); 4] = [
    ("p.tfplan", Dialect::Terraform),
    ("tofu.tfplan", Dialect::Tofu),
    ("plan.json", Dialect::Terraform),
    ("tofu.json", Dialect::Tofu),
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans")
}

fn inputs(dialect: Dialect) -> Inputs {
    let mut schemas = Schemas::default();
    let text = fs::read_to_string(fixtures().join("schemas.json")).expect("schemas are readable");
    schemas.add(&text).expect("schemas are of the right shape");
    Inputs {
        schemas: Arc::new(schemas),
        dialect: Some(dialect),
        ..Inputs::default()
    }
}

fn plan(folder: &str, name: &str, inputs: &Inputs) -> Arc<Plan> {
    let bytes = fs::read(fixtures().join(folder).join(name)).expect("the plan is readable");
    let plan = Plan::from_bytes(&bytes, &inputs.schemas);
    Arc::new(plan.unwrap_or_else(|error| panic!("{folder}/{name}: {error}")))
}

/// A plan file alone, or a plan as JSON with its directory.
fn planned(folder: &str, name: &str, inputs: &Inputs) -> Evaluated {
    let directory = fixtures().join(folder);
    let request = PlanRequest {
        path: directory.join(name),
        source: name.ends_with(".json").then_some(directory),
    };
    evaluate_plan(
        &plan(folder, name, inputs),
        &request,
        inputs,
        &Cache::default(),
    )
}

/// What differs.
#[derive(Default)]
struct Tally {
    faults: Vec<String>,
    /// Values that are known to both.
    same: usize,
    /// Values that only the plan knows.
    filled: usize,
    references: usize,
}

fn references(value: &Value) -> BTreeSet<String> {
    let marks = value.deep_marks();
    let found = marks.iter().filter_map(Reference::from_mark);
    found
        .map(|it| {
            format!(
                "{}{}.{} {:?}",
                it.address, it.any_key, it.path, it.certainty
            )
        })
        .collect()
}

impl Tally {
    fn fault(&mut self, path: &str, what: impl std::fmt::Display) {
        self.faults.push(format!("{path}: {what}"));
    }

    fn instances(&mut self, alone: &[Instance], planned: &[Instance]) {
        let addresses = |all: &[Instance]| -> Vec<String> {
            all.iter().map(|it| it.address.to_string()).collect()
        };
        let (ours, theirs) = (addresses(alone), addresses(planned));
        if ours != theirs {
            return self.fault("instances", format!("{ours:?} alone, {theirs:?} planned"));
        }
        for (alone, planned) in alone.iter().zip(planned) {
            let path = alone.address.to_string();
            if alone.header.range != planned.header.range
                || alone.header.file.path != planned.header.file.path
                || alone.provider != planned.provider
            {
                self.fault(&path, "is somewhere else");
            }
            self.body(&alone.body, &planned.body, &path);
        }
    }

    fn body(&mut self, alone: &Body, planned: &Body, path: &str) {
        let names = |body: &Body| body.attributes.keys().cloned().collect::<Vec<_>>();
        if names(alone) != names(planned) {
            self.fault(path, format!("{:?}, {:?}", names(alone), names(planned)));
        }
        for (name, alone) in &alone.attributes {
            if let Some(planned) = planned.attribute(name) {
                self.attribute(alone, planned, &format!("{path}.{name}"));
            }
        }
        let (ours, theirs) = (&alone.blocks, &planned.blocks);
        if ours.len() != theirs.len() {
            self.fault(
                path,
                format!("{} blocks, {} planned", ours.len(), theirs.len()),
            );
        }
        for (at, (alone, planned)) in ours.iter().zip(theirs).enumerate() {
            let path = format!("{path}.{}[{at}]", alone.block().type_name);
            let is_unknown = |it: &Nested| matches!(it, Nested::Unknown { .. });
            if is_unknown(alone) != is_unknown(planned)
                || alone.block().type_name != planned.block().type_name
                || alone.block().header.range != planned.block().header.range
            {
                self.fault(&path, "is another block");
            }
            self.body(&alone.block().body, &planned.block().body, &path);
        }
    }

    fn attribute(&mut self, alone: &Attribute, planned: &Attribute, path: &str) {
        if alone.origin.range != planned.origin.range {
            self.fault(path, "is written somewhere else");
        }
        let (alone, planned) = (&alone.value, &planned.value);
        let (ours, theirs) = (references(alone), references(planned));
        if ours != theirs {
            self.fault(path, format!("{ours:?} alone, {theirs:?} planned"));
        }
        self.references += ours.len();
        let is_secret = |value: &Value| value.deep_marks().contains(&Mark::Sensitive);
        if is_secret(alone) && !is_secret(planned) {
            self.fault(path, "is no secret any more");
        }
        if !planned.is_wholly_known() && Why::of(planned).is_none() {
            self.fault(path, "is unknown without a reason");
        }
        self.value(alone, planned, path);
    }

    fn value(&mut self, alone: &Value, planned: &Value, path: &str) {
        if alone.is_wholly_known() {
            let plain = |value: &Value| value.clone().unmark_deep().0;
            match plain(alone) == plain(planned) {
                true => self.same += 1,
                false => self.fault(path, format!("{alone:?} alone, {planned:?} planned")),
            }
            return;
        }
        match (alone.data(), planned.data()) {
            (Data::Unknown(..), _) => self.filled += usize::from(planned.is_known()),
            _ => {
                for ((step, alone), (_, planned)) in alone.steps().zip(planned.steps()) {
                    self.value(alone, planned, &format!("{path}{step:?}"));
                }
            }
        }
    }
}

#[test]
fn with_a_plan_at_hand_the_rest_is_as_without() {
    let mut all = Tally::default();
    for folder in FOLDERS {
        for (name, dialect) in PLANS {
            let inputs = inputs(dialect);
            let alone = support::run(&fixtures().join(folder), &inputs);
            let planned = planned(folder, name, &inputs);
            let mut tally = Tally::default();
            tally.instances(&alone.instances, &planned.instances);
            assert_eq!(tally.faults, Vec::<String>::new(), "{folder}/{name}");
            assert_eq!(planned.problems, Vec::<Problem>::new(), "{folder}/{name}");
            assert!(planned.gates.is_empty());
            all.same += tally.same;
            all.filled += tally.filled;
            all.references += tally.references;
        }
    }
    println!(
        "{} values known alone and the same, {} filled by the plan, {} references",
        all.same, all.filled, all.references
    );
    assert!(all.same > 800 && all.references > 50, "the plans are there");
}

/// A binary plan carries no `clusters.yaml`: keys, blocks and links come from the plan, and the
/// configuration says what they are.
#[test]
fn what_a_plan_does_not_carry_is_told_by_what_it_planned() {
    let inputs = inputs(Dialect::Terraform);
    let evaluated = planned("yaml-driven", "p.tfplan", &inputs);
    let blue = &evaluated.instances.iter();
    let cluster = blue
        .clone()
        .find(|it| it.address.to_string() == r#"rancher2_cluster_v2.c["blue"]"#)
        .expect("blue is planned");
    insta::assert_snapshot!(support::instance(cluster, &fixtures()));
}
