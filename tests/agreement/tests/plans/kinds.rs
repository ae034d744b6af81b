//! Every kind of change, with `terraform_data`, whose provider is in every host.

use std::fs;

use anyhow::{Context, Result, ensure};
use holdfast_agreement::plans::{make, schemas};
use holdfast_e2e::hosts::{self, Kind};
use holdfast_e2e::{Host, Workdir};
use serde_json::{Value as Json, json};
use tempfile::NamedTempFile;
use terraform_config::plan::{Action, Completeness};
use terraform_config::schema::Schemas;

use crate::holds;

const MODULE: &str = r#"
variable "given" {
  type = any
}
resource "terraform_data" "inner" {
  count = 2
  input = [var.given, count.index]
}
output "ids" {
  value = terraform_data.inner[*].id
}
"#;

/// Values of every type, and everything that an address can be.
const FIRST: &str = r#"
variable "secret" {
  type      = string
  sensitive = true
  default   = "hidden"
}
resource "terraform_data" "values" {
  input = {
    int        = 5
    text       = "5"
    tenth      = 0.1
    tenth_text = "0.1"
    large      = 123456789012345678901234567890
    small      = 1e-30
    negative   = -3
    bool       = true
    none       = null
    list       = ["a", null, "b"]
    tuple      = [1, "a", null, { b = [true] }]
    map        = tomap({ "a.b" = "c", "ü" = "\"\n\u2028<&>" })
    set        = toset([3, 1, 2])
    empty      = [[], {}, ""]
  }
}
resource "terraform_data" "unknown" {
  input = [terraform_data.values.id, { deep = terraform_data.values.output, known = 1 }]
}
resource "terraform_data" "secret" {
  input            = { inner = var.secret, list = [var.secret, "open"], open = sensitive(1) }
  triggers_replace = [var.secret]
}
resource "terraform_data" "counted" {
  count = 3
  input = count.index
}
resource "terraform_data" "keyed" {
  for_each = toset(["a", "b.c", "d\"]e", "ü", "f\\g", "$${h}", "%%{i}", ""])
  input    = each.key
}
resource "terraform_data" "replaced" {
  triggers_replace = { a = 1 }
}
resource "terraform_data" "replaced_late" {
  triggers_replace = 1
  lifecycle {
    create_before_destroy = true
  }
}
resource "terraform_data" "changed" {
  input = "one"
}
resource "terraform_data" "goes" {
  input = "away"
}
resource "terraform_data" "forgotten" {
  input = { kept = 0.5 }
}
resource "terraform_data" "old_name" {
  input = 1
}
resource "terraform_data" "still" {
  input = [0.1, "0.1"]
}
module "each" {
  source   = "./child"
  for_each = { "x.y" = [0.1, "a"], z = { a = null } }
  given    = each.value
}
module "old" {
  source = "./child"
  given  = terraform_data.values.id
}
output "known" {
  value = { a = [1, "1", 0.1, "0.1", null], b = toset(["x"]) }
}
output "unknown" {
  value = [terraform_data.values.id, 1]
}
output "secret" {
  value     = var.secret
  sensitive = true
}
output "goes" {
  value = 0.25
}
"#;

/// What becomes of it.
const SECOND: &str = r#"
variable "secret" {
  type      = string
  sensitive = true
  default   = "hidden too"
}
resource "terraform_data" "values" {
  input = { int = 6, text = "5", list = [], more = terraform_data.new.id }
}
resource "terraform_data" "unknown" {
  input = [terraform_data.values.id, { deep = terraform_data.values.output, known = 1 }]
}
resource "terraform_data" "secret" {
  input            = { inner = "open", list = [var.secret, "open"], open = 1 }
  triggers_replace = [var.secret]
}
resource "terraform_data" "counted" {
  count = 1
  input = count.index
}
resource "terraform_data" "keyed" {
  for_each = toset(["a", "b.c", "d\"]e", "new"])
  input    = each.key
}
resource "terraform_data" "replaced" {
  triggers_replace = { a = 2 }
}
resource "terraform_data" "replaced_late" {
  triggers_replace = 2
  lifecycle {
    create_before_destroy = true
  }
}
resource "terraform_data" "changed" {
  input = 2
}
removed {
  from = terraform_data.forgotten
  lifecycle {
    destroy = false
  }
}
moved {
  from = terraform_data.old_name
  to   = terraform_data.new_name["a"]
}
resource "terraform_data" "new_name" {
  for_each = { a = 1 }
  input    = each.value
}
resource "terraform_data" "still" {
  input = [0.1, "0.1"]
}
resource "terraform_data" "new" {
  input = 1
}
import {
  to = terraform_data.imported
  id = "imported-id"
}
resource "terraform_data" "imported" {
}
import {
  for_each = { a = "id-a", b = "id-b" }
  to       = terraform_data.imported_each[each.key]
  id       = each.value
}
resource "terraform_data" "imported_each" {
  for_each = toset(["a", "b"])
  input    = each.key
}
module "each" {
  source   = "./child"
  for_each = { z = { a = null } }
  given    = each.value
}
moved {
  from = module.old
  to   = module.new
}
module "new" {
  source = "./child"
  given  = [0.5]
}
output "known" {
  value = { a = [1, "1"], b = toset(["x", "y"]) }
}
output "unknown" {
  value = terraform_data.values.output
}
output "secret" {
  value     = [var.secret]
  sensitive = true
}
"#;

/// A scratch configuration on a host, and the schemas of its providers.
struct Scene {
    workdir: Workdir,
    schemas: Schemas,
    // Removed when dropped.
    _cli: NamedTempFile,
}

impl Scene {
    fn new(host: &Host) -> Result<Self> {
        // An empty one, so that the user's own is not read.
        let cli = tempfile::NamedTempFile::new()?;
        let workdir = Workdir::with_cli_configuration(host, cli.path())?;
        fs::create_dir(workdir.path().join("child"))?;
        workdir.write("child/main.tf", MODULE)?;
        workdir.write("main.tf", FIRST)?;
        workdir.init()?;
        let schemas = schemas(&workdir)?;
        Ok(Self {
            workdir,
            schemas,
            _cli: cli,
        })
    }

    fn plan(
        &self,
        name: &str,
        arguments: &[&str],
        wanted: &[(&str, Action)],
    ) -> Result<holdfast_agreement::plans::Held> {
        let made = make(&self.workdir, name, arguments)?;
        holds(name, &made, &self.schemas, wanted)
    }

    fn configure(&self, text: &str) -> Result<()> {
        self.workdir.write("main.tf", text)?;
        self.workdir.init().map(drop)
    }

    /// Changes the state file as a crash would leave it.
    fn edit_state(&self, edit: impl Fn(&mut Json) -> Result<()>) -> Result<()> {
        let path = self.workdir.path().join("terraform.tfstate");
        let mut state: Json = serde_json::from_str(&fs::read_to_string(&path)?)?;
        edit(&mut state)?;
        let serial = state["serial"].as_u64().unwrap_or_default() + 1;
        state["serial"] = serial.into();
        Ok(fs::write(&path, state.to_string())?)
    }
}

fn on_each_host(test: impl Fn(&Scene) -> Result<()>) -> Result<()> {
    for host in hosts::for_tests()? {
        let run = || test(&Scene::new(&host)?);
        run().with_context(|| format!("on {host}"))?;
    }
    Ok(())
}

#[test]
fn every_kind_of_change_is_read_as_its_host_shows_it() -> Result<()> {
    on_each_host(|scene| {
        let held = scene.plan(
            "create",
            &["-var=secret=given"],
            &[
                ("terraform_data.values", Action::Create),
                ("terraform_data.keyed[\"d\\\"]e\"]", Action::Create),
                ("terraform_data.keyed[\"$${h}\"]", Action::Create),
                (
                    "module.each[\"x.y\"].terraform_data.inner[1]",
                    Action::Create,
                ),
            ],
        )?;
        ensure!(held.plan.completeness == Completeness::Complete);

        let narrow = &["-target=module.old", "-target=terraform_data.counted[1]"];
        let held = scene.plan(
            "target",
            narrow,
            &[("terraform_data.counted[1]", Action::Create)],
        )?;
        ensure!(held.plan.completeness == Completeness::Partial);

        scene.workdir.apply()?;
        scene.plan("unchanged", &[], &[("terraform_data.values", Action::NoOp)])?;
        scene.plan(
            "destroy",
            &["-destroy"],
            &[("terraform_data.secret", Action::Delete)],
        )?;
        let held = scene.plan("refresh-only", &["-refresh-only"], &[])?;
        ensure!(held.plan.completeness == Completeness::Complete);
        scene.plan(
            "replace",
            &["-replace=terraform_data.still"],
            &[("terraform_data.still", Action::DeleteThenCreate)],
        )?;

        scene.configure(SECOND)?;
        let held = scene.plan(
            "second",
            &[],
            &[
                ("terraform_data.values", Action::Update),
                ("terraform_data.unknown", Action::Update),
                ("terraform_data.secret", Action::DeleteThenCreate),
                ("terraform_data.counted[2]", Action::Delete),
                ("terraform_data.keyed[\"ü\"]", Action::Delete),
                ("terraform_data.keyed[\"new\"]", Action::Create),
                ("terraform_data.replaced", Action::DeleteThenCreate),
                ("terraform_data.replaced_late", Action::CreateThenDelete),
                ("terraform_data.goes", Action::Delete),
                ("terraform_data.forgotten", Action::Forget),
                ("terraform_data.new_name[\"a\"]", Action::NoOp),
                ("terraform_data.still", Action::NoOp),
                ("terraform_data.imported", Action::NoOp),
                ("terraform_data.imported_each[\"a\"]", Action::Update),
                (
                    "module.each[\"x.y\"].terraform_data.inner[0]",
                    Action::Delete,
                ),
                ("module.new.terraform_data.inner[1]", Action::Update),
            ],
        )?;
        let changes = &held.plan.resource_changes;
        let moved = changes.iter().filter(|it| it.previous_address.is_some());
        ensure!(moved.count() == 3, "one resource and two of a module");
        let imported = changes.iter().filter(|it| it.change.is_import);
        ensure!(imported.count() == 3);
        if scene.workdir.host().kind == Kind::OpenTofu {
            let arguments = &["-exclude=terraform_data.changed"];
            let held = scene.plan("exclude", arguments, &[])?;
            ensure!(held.plan.completeness == Completeness::Partial);
        }
        Ok(())
    })
}

#[test]
fn what_a_crash_leaves_in_the_state_is_read_as_its_host_shows_it() -> Result<()> {
    on_each_host(|scene| {
        scene.workdir.apply()?;
        scene.edit_state(|state| {
            for resource in state["resources"].as_array_mut().into_iter().flatten() {
                let name = resource["name"].clone();
                let instances = resource["instances"].as_array_mut().context("instances")?;
                if name == "replaced_late" {
                    let mut deposed = instances[0].clone();
                    deposed["deposed"] = json!("0a1b2c3d");
                    deposed["attributes"]["id"] = json!("old-one");
                    instances.push(deposed);
                }
                if name == "changed" || name == "values" {
                    instances[0]["status"] = json!("tainted");
                }
            }
            Ok(())
        })?;
        let held = scene.plan(
            "crash",
            &[],
            &[
                ("terraform_data.replaced_late", Action::Delete),
                ("terraform_data.replaced_late", Action::NoOp),
                ("terraform_data.changed", Action::DeleteThenCreate),
            ],
        )?;
        let deposed = held.plan.resource_changes.iter();
        let deposed: Vec<_> = deposed.filter_map(|it| it.deposed.as_deref()).collect();
        ensure!(deposed == ["0a1b2c3d"], "{deposed:?}");
        scene.plan("destroy", &["-destroy"], &[])?;
        Ok(())
    })
}
