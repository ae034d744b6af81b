//! Rancher clusters as people write them, planned without Rancher.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use holdfast_e2e::programs::repository;
use holdfast_e2e::workdir::Workdir;
use serde_json::json;

use crate::{RANCHER2, Served, change, on_each_host, whole_life};

const SERVED: [Served<'static>; 1] = [("rancher/rancher2", "14.1.1", RANCHER2)];

/// Written for a release of the provider that still had RKE1.
const RKE1: &str = "rke1-spot";

/// Each configuration becomes a module of one root: a host's start is what takes time.
fn modules(workdir: &Workdir) -> Result<usize> {
    let plans = repository().join("config/tests/fixtures/plans");
    let mut root = String::new();
    let mut count = 0;
    for entry in fs::read_dir(&plans).context("the configurations are in config's fixtures")? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !entry.file_type()?.is_dir() || name == RKE1 {
            continue;
        }
        copy(&entry.path(), &workdir.path().join(&name))?;
        let label = name.replace('-', "_");
        root.push_str(&format!(
            "module {label:?} {{\n  source = \"./{name}\"\n}}\n"
        ));
        count += 1;
    }
    workdir.write("main.tf", &root)?;
    Ok(count)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[test]
fn every_idiom_lives_its_whole_life() -> Result<()> {
    on_each_host(&SERVED, |workdir| {
        ensure!(modules(workdir)? >= 8, "the fixtures have shrunk");
        workdir.init()?;

        let plan = workdir.plan_json(&[])?;
        let cluster = change(&plan, "module.all_in_one_spot.rancher2_cluster_v2.k3s")?;
        let config = &cluster["after"]["rke_config"][0];
        let unknown = &cluster["after_unknown"]["rke_config"][0];
        ensure!(
            config["etcd"][0]["snapshot_retention"] == json!(10),
            "{config}"
        );
        let pool = &unknown["machine_pools"][0];
        ensure!(
            pool["cloud_credential_secret_name"] == json!(true),
            "{unknown}"
        );
        ensure!(
            pool["machine_config"][0]["name"] == json!(true),
            "{unknown}"
        );
        ensure!(cluster["after_unknown"]["id"] == json!(true), "{cluster}");

        let cluster = change(&plan, "module.dynamic_etcd_unknown.rancher2_cluster_v2.c")?;
        let unknown = &cluster["after_unknown"]["rke_config"][0];
        ensure!(unknown["etcd"] == json!(true), "{unknown}");

        whole_life(workdir)
    })
}

const CREDENTIAL: &str = r#"
terraform {
  required_providers {
    rancher2 = {
      source  = "rancher/rancher2"
      version = "~> 14.1"
    }
  }
}

resource "rancher2_cloud_credential" "aws" {
  name        = "aws"
  description = "DESCRIPTION"
  amazonec2_credential_config {
    access_key = "AKIAIOSFODNN7EXAMPLE"
    secret_key = "example"
  }
}
"#;

#[test]
fn a_change_keeps_what_was_computed() -> Result<()> {
    on_each_host(&SERVED, |workdir| {
        let address = "rancher2_cloud_credential.aws";
        workdir.write("main.tf", &CREDENTIAL.replace("DESCRIPTION", "one"))?;
        workdir.init()?;
        workdir.apply()?;
        let before = workdir.state(address)?.context("it is in state")?;
        let id = before["id"].as_str().unwrap_or_default();
        ensure!(id.starts_with("stub-"), "{before}");

        workdir.write("main.tf", &CREDENTIAL.replace("DESCRIPTION", "two"))?;
        let plan = workdir.plan_json(&[])?;
        let change = change(&plan, address)?;
        ensure!(change["actions"] == json!(["update"]), "{change}");
        workdir.ok(&["apply", "-no-color", "plan.tfplan"])?;
        let after = workdir.state(address)?.context("it is in state")?;
        let mut expected = before.clone();
        expected["description"] = json!("two");
        ensure!(after == expected, "{before}\n{after}");
        Ok(())
    })
}

#[test]
fn an_import_sets_the_id_and_the_next_apply_the_rest() -> Result<()> {
    on_each_host(&SERVED, |workdir| {
        let address = "rancher2_cloud_credential.aws";
        workdir.write("main.tf", CREDENTIAL)?;
        workdir.init()?;
        workdir.ok(&["import", "-no-color", address, "cattle-global-data:cc-1"])?;
        let imported = workdir.state(address)?.context("it is in state")?;
        ensure!(
            imported["id"] == json!("cattle-global-data:cc-1"),
            "{imported}"
        );
        ensure!(imported["name"].is_null(), "{imported}");

        workdir.apply()?;
        let applied = workdir.state(address)?.context("it is in state")?;
        ensure!(applied["id"] == imported["id"], "{applied}");
        ensure!(applied["name"] == json!("aws"), "{applied}");
        ensure!(
            !applied["labels"].is_null(),
            "computed, so filled: {applied}"
        );
        workdir.plan_is_empty()
    })
}
