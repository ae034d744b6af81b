//! Configurations that the real Rancher provider planned: see `fixtures/plans/README.md`. What is
//! known here equals what the plan says, converted to the provider's types.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cty::{Data, Type, Value};
use serde_json::Value as Json;
use terraform_config::instance::{Body, Instance, Mode, Nested};
use terraform_config::schema::{Nesting, Schema, Schemas};
use terraform_config::why::Why;
use terraform_config::{Dialect, Inputs};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans")
}

fn everything(name: &str) -> String {
    support::everything(&fixtures().join(name), &Inputs::default())
}

macro_rules! plans {
    ($($test:ident = $folder:literal,)*) => {
        const FOLDERS: &[&str] = &[$($folder,)*];

        $(#[test]
        fn $test() {
            insta::assert_snapshot!(everything($folder));
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

/// What comparing found.
#[derive(Default)]
struct Tally {
    faults: Vec<String>,
    /// Written values that the plan knows.
    planned: usize,
    /// Those of them that are known here.
    known: usize,
    /// Why the others are not.
    reasons: BTreeSet<String>,
}

impl Tally {
    fn fault(&mut self, path: &str, what: impl std::fmt::Display) {
        self.faults.push(format!("{path}: {what}"));
    }

    fn body(&mut self, body: &Body, schema: &Schema, after: &Json, unknown: &Json, path: &str) {
        for (name, attribute) in &body.attributes {
            let path = format!("{path}.{name}");
            let Some(wanted) = schema.attributes.get(name) else {
                self.fault(&path, "is not in the schema");
                continue;
            };
            let (value, _) = attribute.value.clone().unmark_deep();
            let why = Why::of(&attribute.value);
            let after = after.get(&**name).unwrap_or(&Json::Null);
            let unknown = unknown.get(&**name).unwrap_or(&Json::Null);
            self.value(&value, &wanted.ty, after, unknown, why.as_ref(), &path);
        }
        let mut by_type: BTreeMap<&str, Vec<&Nested>> = BTreeMap::new();
        for nested in &body.blocks {
            by_type
                .entry(&nested.block().type_name)
                .or_default()
                .push(nested);
        }
        for (name, blocks) in by_type {
            let path = format!("{path}.{name}");
            let Some(wanted) = schema.blocks.get(name) else {
                self.fault(&path, "is not in the schema");
                continue;
            };
            assert_ne!(wanted.nesting, Nesting::Set, "{path}: sets have no order");
            if blocks.iter().any(|it| matches!(it, Nested::Unknown { .. })) {
                if unknown.get(name) != Some(&Json::Bool(true)) {
                    self.fault(&path, "its number is unknown here only");
                }
                continue;
            }
            let planned = after.get(name).and_then(Json::as_array);
            let planned = planned.map(Vec::as_slice).unwrap_or_default();
            if planned.len() != blocks.len() {
                let counts = format!("{} here, {} planned", blocks.len(), planned.len());
                self.fault(&path, counts);
                continue;
            }
            for (i, (nested, after)) in blocks.iter().zip(planned).enumerate() {
                let inner = unknown.get(name).and_then(|it| it.get(i));
                let inner = inner.unwrap_or(&Json::Null);
                let path = format!("{path}[{i}]");
                self.body(&nested.block().body, &wanted.schema, after, inner, &path);
            }
        }
    }

    fn value(
        &mut self,
        value: &Value,
        ty: &Type,
        after: &Json,
        unknown: &Json,
        why: Option<&Why>,
        path: &str,
    ) {
        // Null is as if nobody had written it, which is the provider's affair.
        if value.is_null() {
            return;
        }
        if value.is_wholly_known() {
            if unknown.as_bool() == Some(true) {
                self.fault(path, "is known here only");
                return;
            }
            self.planned += 1;
            // A plan shows a value of any type without saying of which.
            let own = value.ty();
            let ty = if *ty == Type::Dynamic { &own } else { ty };
            match cty::json::decode_value(after, ty) {
                Ok(planned) if planned == *value => self.known += 1,
                Ok(planned) => self.fault(path, format!("{value:?} here, {planned:?} planned")),
                Err(error) => self.fault(path, error),
            }
            return;
        }
        match (value.data(), ty) {
            (Data::List(_, elements), Type::List(element)) => {
                for (i, it) in elements.iter().enumerate() {
                    let after = after.get(i).unwrap_or(&Json::Null);
                    let unknown = unknown.get(i).unwrap_or(&Json::Null);
                    self.value(it, element, after, unknown, why, &format!("{path}[{i}]"));
                }
            }
            (Data::Map(_, entries), Type::Map(element)) => {
                for (key, it) in entries.iter() {
                    let after = after.get(&**key).unwrap_or(&Json::Null);
                    let unknown = unknown.get(&**key).unwrap_or(&Json::Null);
                    self.value(it, element, after, unknown, why, &format!("{path}.{key}"));
                }
            }
            _ if unknown.as_bool() == Some(true) => {}
            _ => {
                self.planned += 1;
                match why {
                    Some(why) => self.reasons.insert(format!("{path}: {why}")),
                    None => {
                        self.fault(path, "is unknown here without a reason");
                        false
                    }
                };
            }
        }
    }
}

fn compare(folder: &str, plan: &str, dialect: Dialect) -> Tally {
    let directory = fixtures().join(folder);
    let text = fs::read_to_string(directory.join(plan)).expect("the plan is readable");
    let plan: Json = serde_json::from_str(&text).expect("the plan is JSON");
    let mut schemas = Schemas::default();
    let text = fs::read_to_string(fixtures().join("schemas.json")).expect("schemas are readable");
    schemas.add(&text).expect("schemas are of the right shape");
    let inputs = Inputs {
        schemas: Arc::new(schemas),
        dialect: Some(dialect),
        ..Inputs::default()
    };
    let evaluated = support::run(&directory, &inputs);
    let mut tally = Tally::default();
    for problem in &evaluated.problems {
        tally.fault(folder, &problem.message);
    }
    let of_mode = |it: &&Instance| it.address.mode == Mode::Managed;
    let ours: BTreeMap<String, &Instance> = evaluated
        .instances
        .iter()
        .filter(of_mode)
        .map(|it| (it.address.to_string(), it))
        .collect();
    let changes = plan["resource_changes"]
        .as_array()
        .expect("changes are listed");
    let planned: BTreeMap<&str, &Json> = changes
        .iter()
        .filter(|it| it["mode"] == "managed")
        .filter_map(|it| Some((it["address"].as_str()?, &it["change"])))
        .collect();
    let addresses: Vec<&str> = ours.keys().map(String::as_str).collect();
    let theirs: Vec<&str> = planned.keys().copied().collect();
    assert_eq!(addresses, theirs, "{folder}");
    for (address, instance) in ours {
        let type_name = &instance.address.type_name;
        let schema = inputs.schemas.resource(Mode::Managed, type_name);
        let schema = schema.unwrap_or_else(|| panic!("{type_name} has a schema"));
        let change = planned[address.as_str()];
        let (after, unknown) = (&change["after"], &change["after_unknown"]);
        tally.body(&instance.body, schema, after, unknown, &address);
    }
    tally
}

#[test]
fn what_is_known_equals_the_plan() {
    let (mut planned, mut known) = (0, 0);
    let mut reasons = BTreeSet::new();
    for folder in FOLDERS {
        for (plan, dialect) in [
            ("terraform.plan.json", Dialect::Terraform),
            ("opentofu.plan.json", Dialect::Tofu),
        ] {
            let tally = compare(folder, plan, dialect);
            assert_eq!(tally.faults, Vec::<String>::new(), "{folder} {plan}");
            planned += tally.planned;
            known += tally.known;
            reasons.extend(tally.reasons);
        }
    }
    println!("{known} of {planned} written values that the plans know are known");
    assert!(known > 400, "{known} of {planned}");
    // Whatever a plan knows of what is written is known.
    assert_eq!(reasons, BTreeSet::new());
}
