//! Boolean variables that switch resources: what is behind each.

mod support;

use insta::assert_snapshot;
use support::{problems, tree};
use tempfile::TempDir;
use terraform_config::{Cache, Inputs, RootDir, VarInput, behind_gates, evaluate};

fn show(directory: &TempDir, inputs: &Inputs) -> String {
    let root = RootDir {
        path: directory.path().to_owned(),
        named: true,
    };
    let cache = Cache::default();
    let base = evaluate(&root, inputs, &cache);
    let (behind, problem) = behind_gates(&root, inputs, &cache, &base);
    assert_eq!(problem, None);
    let mut out: String = base
        .instances
        .iter()
        .map(|it| format!("{} ", it.address))
        .collect();
    out.push('\n');
    for it in &behind {
        let added: Vec<String> = it.added.iter().map(ToString::to_string).collect();
        out += &format!("{}: {}\n", it.gate, added.join(" "));
    }
    out + &problems(&base.problems, directory.path())
}

const GATED: &[(&str, &str)] = &[
    (
        "main.tf",
        r#"
variable "cluster" { default = false }
variable "backup" {
  type    = bool
  default = false
}
variable "existing" { default = true }
variable "text" { default = "false" }
variable "spot" { default = false }
variable "number" { default = 0 }
variable "module" { default = false }
locals {
  wanted = var.cluster && length(keys(local.pools)) > 0
  pools  = { a = 1 }
}
resource "t" "cluster" { count = local.wanted ? 1 : 0 }
resource "t" "pools" { for_each = var.cluster ? local.pools : {} }
resource "t" "both" { count = var.cluster && var.backup ? 1 : 0 }
resource "t" "backup" { for_each = toset(var.backup ? ["x"] : []) }
resource "t" "vpc" { count = var.existing ? 0 : 1 }
resource "t" "text" { count = var.text == "true" ? 1 : 0 }
resource "t" "number" { count = var.number }
resource "t" "always" { spot = var.spot }
module "m" {
  count  = var.module ? 1 : 0
  source = "./m"
}
module "n" {
  source = "./m"
}
"#,
    ),
    (
        "m/main.tf",
        "variable \"inner\" { default = false }\nresource \"t\" \"inner\" { count = var.inner ? 1 : 0 }\nresource \"t\" \"here\" {}\n",
    ),
];

#[test]
fn one_gate_is_opened_at_a_time() {
    assert_snapshot!(show(&tree(GATED), &Inputs::default()), @r#"
    t.always module.n.t.here 
    var.backup = true: t.backup["x"]
    var.cluster = true: t.cluster[0] t.pools["a"]
    var.existing = false: t.vpc[0]
    var.module = true: module.m[0].t.here
    "#);
}

#[test]
fn what_somebody_sets_is_no_gate() {
    let set = |name: &str, text: &str| VarInput::Value {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    let inputs = Inputs {
        variables: vec![
            set("cluster", "true"),
            set("backup", "false"),
            set("module", "false"),
        ],
        ..Inputs::default()
    };
    let mut files = GATED.to_vec();
    files.push(("terraform.tfvars", "existing = true\n"));
    assert_snapshot!(show(&tree(&files), &inputs), @r#"t.always t.cluster[0] t.pools["a"] module.n.t.here"#);
}
