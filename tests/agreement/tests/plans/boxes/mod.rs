//! What hosts plan with a stub: values of every type, drift, imports, deposed objects.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};
use holdfast_agreement::plans::{Made, held, make};
use holdfast_e2e::hosts::Kind;
use holdfast_e2e::workdir::Workdir;
use holdfast_e2e::{Host, hosts, programs};
use holdfast_stub::Mirror;
use terraform_config::Dialect;
use terraform_config::plan::{Action, Completeness, Plan, PlanError, ResourceChange};
use terraform_config::schema::Schemas;

const SOURCE: &str = "example.com/test/boxes";
const SCHEMA: &str = include_str!("boxes.json");
const FIRST: &str = include_str!("first.tf");
const INNER: &str = include_str!("inner.tf");

/// One host, and what of its plans was compared.
struct Story {
    workdir: Workdir,
    schemas: Schemas,
    actions: BTreeSet<Action>,
    equal: usize,
    ambiguous: usize,
    with_schemas: usize,
}

impl Story {
    fn new(host: &Host, mirror: &Mirror) -> Result<Self> {
        let workdir = Workdir::with_cli_configuration(host, mirror.cli_configuration())?;
        let mut schemas = Schemas::default();
        schemas.add(SCHEMA)?;
        Ok(Self {
            workdir,
            schemas,
            actions: BTreeSet::new(),
            equal: 0,
            ambiguous: 0,
            with_schemas: 0,
        })
    }

    /// Plans, and holds what is read to what is shown.
    fn plan(&mut self, arguments: &[&str]) -> Result<Plan> {
        let made = make(&self.workdir, "plan", arguments)?;
        self.hold(&made)
            .with_context(|| format!("plan {arguments:?}"))
    }

    fn hold(&mut self, made: &Made) -> Result<Plan> {
        let found = held(made, &self.schemas)?;
        self.equal += found.equal;
        self.ambiguous += found.ambiguous;
        let plan = found.plan;
        let dialect = match self.workdir.host().kind {
            Kind::Terraform => Dialect::Terraform,
            Kind::OpenTofu => Dialect::Tofu,
        };
        ensure!(plan.dialect == dialect, "it is no plan of {dialect:?}");
        for changes in [&plan.resource_changes, &plan.resource_drift] {
            let actions = changes.iter().map(|change| change.change.action);
            self.actions.extend(actions);
        }
        let typed = |change: &&_| is_typed(change, &self.schemas);
        self.with_schemas += plan.resource_changes.iter().filter(typed).count();
        Ok(plan)
    }

    fn write(&self, text: &str) -> Result<()> {
        self.workdir.write("main.tf", text)
    }
}

fn is_typed(change: &ResourceChange, schemas: &Schemas) -> bool {
    let address = &change.address;
    let schema = schemas.resource(address.mode, &address.type_name);
    let value = match change.change.after.is_null() {
        true => &change.change.before,
        false => &change.change.after,
    };
    schema.is_some_and(|schema| value.get().ty() == schema.ty())
}

fn on_each_host(test: impl Fn(&mut Story) -> Result<()>) -> Result<()> {
    let hosts = hosts::for_tests()?;
    if hosts.is_empty() {
        return Ok(());
    }
    let directory = tempfile::tempdir()?;
    let mut mirror = Mirror::new(directory.path(), &programs::stub()?)?;
    mirror.add(SOURCE, "1.0.0", SCHEMA)?;
    for host in hosts {
        let mut story = Story::new(&host, &mirror)?;
        test(&mut story).with_context(|| format!("on {host}"))?;
    }
    Ok(())
}

/// The configuration without some blocks, each named by its first line.
fn without(text: &str, headers: &[&str]) -> String {
    let mut kept = String::new();
    let mut is_left_out = false;
    for line in text.lines() {
        is_left_out |= headers.contains(&line.trim_end_matches(" {"));
        if !is_left_out {
            kept.push_str(line);
            kept.push('\n');
        }
        is_left_out &= line != "}";
    }
    kept
}

#[test]
fn changes_of_every_kind_are_read_as_hosts_show_them() -> Result<()> {
    on_each_host(|story| {
        story.write(FIRST)?;
        fs::create_dir(story.workdir.path().join("inner"))?;
        story.workdir.write("inner/main.tf", INNER)?;
        story.workdir.init()?;

        let plan = story.plan(&["-target=terraform_data.seed", "-var=size=2"])?;
        ensure!(plan.completeness == Completeness::Partial, "it is targeted");
        let object = "-var=set_from_outside={n=0.1,s=\"0.1\"}";
        let plan = story.plan(&[object])?;
        ensure!(
            plan.completeness == Completeness::Complete,
            "all is planned"
        );
        let given = plan.variables.get("set_from_outside");
        ensure!(given.is_some() && plan.variables.len() == 1, "{given:?}");
        let kind = plan.backend.as_ref().map(|it| it.kind.to_string());
        ensure!(kind.as_deref() == Some("local"), "{kind:?}");
        let modules = &plan.sources.as_ref().context("no sources")?.modules;
        let texts = modules.iter().map(|it| {
            (
                it.key.as_ref(),
                it.directory.as_ref(),
                it.files.get("main.tf"),
            )
        });
        let texts: Vec<_> = texts
            .map(|(key, dir, text)| (key, dir, text.map(|text| text.as_ref())))
            .collect();
        let wanted = [("", ".", FIRST), ("inner", "inner", INNER)];
        ensure!(
            texts == wanted.map(|(key, dir, text)| (key, dir, Some(text.as_bytes()))),
            "{texts:?}"
        );
        story.workdir.apply()?;

        // Nothing, and the state that this is known from.
        let plan = story.plan(&[])?;
        let noted = plan
            .prior
            .iter()
            .find(|it| it.address.to_string() == "boxes_box.full");
        let noted = noted.and_then(|it| it.value.attribute("size").cloned());
        ensure!(
            noted == Some(cty::Value::number("0.1".parse::<cty::Number>()?)),
            "{noted:?}"
        );

        // Somebody changed something by hand.
        story.workdir.set("HOLDFAST_STUB_DRIFT", "note=by hand");
        let plan = story.plan(&["-refresh-only"])?;
        ensure!(!plan.resource_drift.is_empty(), "nothing has drifted");
        let plan = story.plan(&["-var=size=3"])?;
        ensure!(!plan.resource_drift.is_empty(), "nothing has drifted");
        story.workdir.unset("HOLDFAST_STUB_DRIFT");

        second(story)?;
        story.plan(&["-destroy"])?;

        let wanted = [
            Action::NoOp,
            Action::Create,
            Action::Read,
            Action::Update,
            Action::Delete,
            Action::DeleteThenCreate,
            Action::CreateThenDelete,
            Action::Forget,
        ];
        ensure!(
            story.actions.is_superset(&wanted.into()),
            "{:?}",
            story.actions
        );
        ensure!(
            story.ambiguous > 20 && story.equal > 1000,
            "{} {}",
            story.ambiguous,
            story.equal
        );
        ensure!(story.with_schemas > 20, "{}", story.with_schemas);
        Ok(())
    })
}

/// Replacements, a deletion, an import, a move, and an object that is forgotten.
fn second(story: &mut Story) -> Result<()> {
    let mut text = without(
        FIRST,
        &[
            "resource \"boxes_box\" \"gone\"",
            "resource \"boxes_box\" \"forgotten\"",
            "data \"boxes_box\" \"now\"",
            "output \"map\"",
        ],
    );
    text = text
        .replace("\"old_name\"", "\"new_name\"")
        .replace("0.25", "0.2");
    text.push_str(
        r#"
moved {
  from = boxes_box.old_name
  to   = boxes_box.new_name
}

moved {
  from = terraform_data.counted[1]
  to   = terraform_data.counted["one"]
}

removed {
  from = boxes_box.forgotten
  lifecycle {
    destroy = false
  }
}

import {
  to = boxes_box.bare_import
  id = "i-0.1"
}

resource "boxes_box" "bare_import" {
  note = "imported"
}
"#,
    );
    let text = text.replace(
        "  count = 2\n  input = count.index",
        "  for_each = toset([\"one\"])\n  input    = each.key",
    );
    story.write(&text)?;
    let plan = story.plan(&["-var=size=3", "-var=password=correct horse"])?;
    ensure!(
        plan.resource_changes.iter().any(|it| it.change.is_import),
        "nothing is imported"
    );
    let moved = plan
        .resource_changes
        .iter()
        .filter(|it| it.previous_address.is_some());
    ensure!(moved.count() == 2, "not two objects are moved");
    story.plan(&["-refresh-only"])?;
    story.plan(&["-replace=boxes_box.bare"])?;
    Ok(())
}

#[test]
fn an_object_that_could_not_be_destroyed_is_deposed() -> Result<()> {
    on_each_host(|story| {
        story.write(
            r#"
terraform {
  required_providers {
    boxes = {
      source = "example.com/test/boxes"
    }
  }
}

resource "boxes_box" "a" {
  size = 0.1
  lifecycle {
    create_before_destroy = true
  }
}
"#,
        )?;
        story.workdir.init()?;
        story.workdir.apply()?;
        story.workdir.set("HOLDFAST_STUB_STUCK", "1");
        let replace = [
            "apply",
            "-auto-approve",
            "-no-color",
            "-replace=boxes_box.a",
        ];
        story.workdir.fails(&replace)?;
        story.workdir.unset("HOLDFAST_STUB_STUCK");
        let plan = story.plan(&[])?;
        let deposed = plan
            .resource_changes
            .iter()
            .filter(|it| it.deposed.is_some());
        ensure!(deposed.count() == 1, "nothing is deposed");
        ensure!(plan.prior.len() == 1, "{:?}", plan.prior);
        Ok(())
    })
}

#[test]
fn a_plan_that_ended_in_errors_says_so() -> Result<()> {
    on_each_host(|story| {
        story.write(
            r#"
resource "terraform_data" "first" {
  input = 0.1
}

resource "terraform_data" "refused" {
  lifecycle {
    precondition {
      condition     = terraform_data.first.input > 1
      error_message = "It never is."
    }
  }
}
"#,
        )?;
        story.workdir.init()?;
        let made = make(&story.workdir, "plan", &[])?;
        ensure!(!made.succeeded, "the precondition does not hold");
        let plan = story.hold(&made)?;
        ensure!(
            plan.completeness == Completeness::Errored,
            "{:?}",
            plan.completeness
        );
        Ok(())
    })
}

#[test]
fn an_encrypted_plan_says_so() -> Result<()> {
    const ENCRYPTION: &str = r#"
terraform {
  encryption {
    key_provider "pbkdf2" "key" {
      passphrase = "correct-horse-battery-staple"
    }
    method "aes_gcm" "method" {
      keys = key_provider.pbkdf2.key
    }
    plan {
      method = method.aes_gcm.method
    }
  }
}
"#;
    on_each_host(|story| {
        if story.workdir.host().kind != Kind::OpenTofu {
            return Ok(());
        }
        story.write(ENCRYPTION)?;
        story.workdir.init()?;
        story
            .workdir
            .ok(&["plan", "-no-color", "-out=plan.tfplan"])?;
        let bytes = fs::read(story.workdir.path().join("plan.tfplan"))?;
        let error = Plan::from_bytes(&bytes, &story.schemas).err();
        ensure!(error == Some(PlanError::Encrypted), "{error:?}");
        Ok(())
    })
}
