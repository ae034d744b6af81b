//! Plan files of the real Rancher provider (`fixtures/plans/README.md`): what is read equals what
//! the hosts' own `show -json` prints.
//!
//! - `made`: plans that no host at hand writes. - `hostile`: plans that are damaged, or do harm.

mod hostile;
mod made;
#[path = "../support/planfile.rs"]
mod planfile;
#[path = "../support/random.rs"]
mod random;

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_shown::compare;
use serde_json::Value as Json;
use terraform_config::Dialect;
use terraform_config::plan::{Completeness, Plan};
use terraform_config::schema::Schemas;

const FOLDERS: &[&str] = &[
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

const HOSTS: &[(&str, &str, Dialect)] = &[
    ("p.tfplan", "plan.json", Dialect::Terraform),
    ("tofu.tfplan", "tofu.json", Dialect::Tofu),
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans")
}

fn schemas() -> Schemas {
    let text = fs::read_to_string(fixtures().join("schemas.json")).expect("a fixture");
    let mut schemas = Schemas::default();
    schemas.add(&text).expect("schemas");
    schemas
}

#[test]
fn values_equal_what_the_hosts_show() {
    let known = schemas();
    for folder in FOLDERS {
        for (binary, json, dialect) in HOSTS {
            let place = fixtures().join(folder);
            let bytes = fs::read(place.join(binary)).unwrap();
            let text = fs::read(place.join(json)).unwrap();
            let json: Json = serde_json::from_slice(&text).unwrap();
            let from_json = Plan::from_bytes(&text, &known).unwrap();
            let shown = compare(&from_json, &json, &known);
            assert!(shown.faults.is_empty(), "{folder}: {:#?}", shown.faults);
            for schemas in [&known, &Schemas::default()] {
                let plan = Plan::from_bytes(&bytes, schemas).unwrap();
                let shown = compare(&plan, &json, schemas);
                assert!(shown.faults.is_empty(), "{folder}: {:#?}", shown.faults);
                assert!(shown.equal > 50, "{folder}: {}", shown.equal);
                if std::ptr::eq(schemas, &known) {
                    assert_eq!(shown.ambiguous, 0, "{folder}");
                }
                assert_eq!(plan.dialect, *dialect, "{folder}");
                assert_eq!(plan.completeness, Completeness::Complete, "{folder}");
            }
        }
    }
}

#[test]
fn sources_are_those_that_were_planned() {
    for folder in FOLDERS {
        for (binary, _, _) in HOSTS {
            let place = fixtures().join(folder);
            let bytes = fs::read(place.join(binary)).unwrap();
            let plan = Plan::from_binary(&bytes, &Schemas::default()).unwrap();
            let modules = plan.sources.unwrap().modules;
            assert_eq!(modules[0].key.as_ref(), "");
            for module in &modules {
                let directory = place.join(module.directory.as_ref());
                for (name, text) in &module.files {
                    let on_disk = fs::read(directory.join(name.as_ref())).unwrap();
                    assert_eq!(text.as_ref(), on_disk, "{folder}/{}/{name}", module.key);
                }
            }
        }
    }
}
