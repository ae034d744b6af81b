//! What stands beside resources: lifecycle, providers, backends; what schemas make of a body; what
//! a configuration checks itself; and where values were written.

mod support;

use std::sync::Arc;

use insta::assert_snapshot;
use support::{problems, run, tree, value};
use terraform_config::instance::{Attribute, Body, IgnoreChanges, Mode, Nested};
use terraform_config::schema::Schemas;
use terraform_config::why::Source;
use terraform_config::{Dialect, Inputs, VarInput};

fn attributes(body: &Body) -> String {
    let own = body.attributes.iter();
    let own = own.map(|(name, it)| format!("{name} = {}", value(&it.value)));
    let blocks = body.blocks.iter().map(|nested| {
        let block = nested.block();
        let any = match nested {
            Nested::Block(_) => "",
            Nested::Unknown { .. } => "*",
        };
        format!("{}{any} {{ {} }}", block.type_name, attributes(&block.body))
    });
    own.chain(blocks).collect::<Vec<_>>().join("; ")
}

const PROVIDERS: &[(&str, &str)] = &[
    (
        "main.tf",
        r#"
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws      = { source = "hashicorp/aws", version = "~> 6.0" }
    rancher2 = "1.2.3"
  }
  backend "s3" {
    bucket       = "state"
    key          = "prod.tfstate"
    use_lockfile = true
  }
}
variable "region" { default = "eu-central-1" }
provider "aws" {
  region = var.region
  default_tags {
    tags = { Backup = "Daily" }
  }
}
provider "aws" {
  alias  = "eu"
  region = "eu-west-1"
}
resource "aws_ebs_volume" "a" {
  lifecycle {
    prevent_destroy       = true
    create_before_destroy = false
    ignore_changes        = [tags["Owner"], size]
  }
}
resource "aws_ebs_volume" "b" {
  provider = aws.eu
  lifecycle { ignore_changes = all }
}
resource "terraform_data" "c" {}
module "given" {
  source    = "./m"
  providers = { aws = aws.eu, aws.other = aws }
}
module "inherits" { source = "./m" }
"#,
    ),
    (
        "m/main.tf",
        r#"
terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.other]
    }
  }
}
provider "random" {}
resource "aws_ebs_volume" "d" {}
resource "aws_ebs_volume" "e" { provider = aws.other }
resource "random_id" "f" {}
"#,
    ),
    (
        "b_override.tf",
        r#"
terraform {
  backend "local" {}
}
resource "aws_ebs_volume" "a" {
  lifecycle { create_before_destroy = true }
}
"#,
    ),
];

#[test]
fn lifecycle_is_told() {
    let directory = tree(PROVIDERS);
    let evaluated = run(directory.path(), &Inputs::default());
    assert_eq!(problems(&evaluated.problems, directory.path()), "");
    let flag = |it: &Option<Attribute>| match it {
        Some(it) => value(&it.value),
        None => "-".to_owned(),
    };
    let lines = evaluated.instances.iter().map(|it| {
        let lifecycle = &it.lifecycle;
        let ignored = match &lifecycle.ignore_changes {
            IgnoreChanges::None => "none".to_owned(),
            IgnoreChanges::All => "all".to_owned(),
            IgnoreChanges::Paths(paths) => paths.join(", "),
        };
        format!(
            "{} by {}: {} {} {ignored}",
            it.address,
            it.provider,
            flag(&lifecycle.prevent_destroy),
            flag(&lifecycle.create_before_destroy),
        )
    });
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    aws_ebs_volume.a by provider.aws: true true tags["Owner"], size
    aws_ebs_volume.b by provider.aws.eu: - - all
    terraform_data.c by provider.terraform: - - none
    module.given.aws_ebs_volume.d by provider.aws.eu: - - none
    module.given.aws_ebs_volume.e by provider.aws: - - none
    module.given.random_id.f by module.given.provider.random: - - none
    module.inherits.aws_ebs_volume.d by provider.aws: - - none
    module.inherits.aws_ebs_volume.e by provider.aws.other: - - none
    module.inherits.random_id.f by module.inherits.provider.random: - - none
    "#);
}

#[test]
fn providers_and_backends_are_told() {
    let directory = tree(PROVIDERS);
    let evaluated = run(directory.path(), &Inputs::default());
    let providers = evaluated.providers.iter();
    let lines = providers.map(|it| format!("{}: {}", it.address, attributes(&it.body)));
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    provider.aws: region = "eu-central-1"; default_tags { tags = {Backup = "Daily"} }
    provider.aws.eu: region = "eu-west-1"
    module.given.provider.random: 
    module.inherits.provider.random: 
    "#);
    let root = &evaluated.modules[0].settings;
    let backend = root.backend.as_ref().expect("a backend is written");
    assert_eq!(&*backend.kind, "local", "the override wins");
    let required = root.required_providers.iter();
    let lines = required.map(|(name, it)| format!("{name} {:?} {:?}", it.source, it.version));
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    aws Some("hashicorp/aws") Some("~> 6.0")
    rancher2 None Some("1.2.3")
    "#);
    let plain = tree(&PROVIDERS[..2]);
    let evaluated = run(plain.path(), &Inputs::default());
    let backend = evaluated.modules[0].settings.backend.as_ref();
    let backend = backend.expect("a backend is written");
    assert_eq!(&*backend.kind, "s3");
    assert_snapshot!(attributes(&backend.body), @r#"bucket = "state"; key = "prod.tfstate"; use_lockfile = true"#);
}

const SCHEMA: &str = r#"{"version": 0, "block": {
  "attributes": {
    "id": {"type": "string", "computed": true},
    "name": {"type": "string", "required": true},
    "size": {"type": "number", "optional": true},
    "on": {"type": "bool", "optional": true},
    "zones": {"type": ["set", "string"], "optional": true},
    "rules": {"type": ["list", ["object", {"port": "number", "open": "bool"}]], "optional": true}},
  "block_types": {
    "net": {"nesting_mode": "list", "block": {"attributes": {"mtu": {"type": "number"}}}}}}}"#;

fn with_schema() -> Inputs {
    let mut schemas = Schemas::default();
    schemas
        .add_resource(Mode::Managed, "box", SCHEMA)
        .expect("the schema is of the right shape");
    Inputs {
        schemas: Arc::new(schemas),
        ..Inputs::default()
    }
}

fn conformed(name: &str, text: &str) -> String {
    let directory = tree(&[(name, text)]);
    let evaluated = run(directory.path(), &with_schema());
    let instances = evaluated.instances.iter();
    let lines = instances.map(|it| format!("{}: {}\n", it.address, attributes(&it.body)));
    let outputs = evaluated.outputs.iter();
    let outputs = outputs.map(|(name, it)| format!("{name} = {}\n", value(&it.value)));
    lines.chain(outputs).collect::<String>() + &problems(&evaluated.problems, directory.path())
}

#[test]
fn a_schema_decides_types_and_what_is_a_block() {
    assert_snapshot!(
        conformed(
            "main.tf",
            r#"
resource "box" "a" {
  name  = 12
  size  = "3"
  on    = "true"
  zones = ["b", "a", "b"]
  rules {
    port = "80"
  }
  dynamic "rules" {
    for_each = [1]
    content {
      open = "true"
    }
  }
  net {
    mtu = "9000"
  }
}
resource "box" "b" {
  nmae = "x"
  size = "large"
  net  = { mtu = 1 }
  nett { mtu = 1 }
  net { mtus = 1 }
}
output "computed" { value = box.a.id }
output "converted" { value = box.a.size + 1 }
output "unset" { value = box.b.zones }
output "block" { value = box.a.net[0].mtu }
output "misspelt" { value = box.a.sise }
"#
        ),
        @r#"
    box.a: name = "12"; on = true; rules = list[{open = null, port = 80}, {open = true, port = null}]; size = 3; zones = set["a", "b"]; net { mtu = 9000 }
    box.b: net = {mtu = 1}; nmae = "x"; size = ?number(size cannot be read); nett { mtu = 1 }; net { mtus = 1 }
    block = 9000 @box.a.net
    computed = ?string(output.computed <- box.a.id is known after apply) @box.a.id
    converted = 4 @box.a.size
    misspelt = ?dynamic(output.misspelt <- output.misspelt is in error)
    unset = ?set of string(output.unset <- box.b.zones is known after apply) @box.b.zones
    Analysis main.tf:23:10: box.b: net: this is a block, not an argument
    Note main.tf:21:10: box has nothing named "nmae" that is known here (did you mean "name"?)
    Analysis main.tf:22:10: box.b: size: a number is required
    Note main.tf:24:3: box has nothing named "nett" that is known here (did you mean "net"?)
    Note main.tf:25:16: box has nothing named "net.mtus" that is known here (did you mean "mtu"?)
    Analysis main.tf:31:34: box has no attribute "sise" (did you mean "size"?)
    "#
    );
    // In JSON both look alike.
    assert_snapshot!(
        conformed(
            "main.tf.json",
            r#"{"resource": {"box": {"a": {
              "name": "x",
              "rules": [{"port": 1, "open": false}],
              "net": [{"mtu": "1"}, {"mtu": 2}]}}}}"#
        ),
        @r#"box.a: name = "x"; rules = list[{open = false, port = 1}]; net { mtu = 1 }; net { mtu = 2 }"#
    );
}

#[test]
fn what_a_configuration_checks_itself_is_checked() {
    let directory = tree(&[
        (
            "main.tf",
            r#"
variable "members" {
  default = 2
  validation {
    condition     = var.members % 2 == 1
    error_message = "The number of members must be odd, not ${var.members}."
  }
  validation {
    condition     = var.members > 0
    error_message = "Some."
  }
}
variable "token" {
  sensitive = true
  default   = "abc"
  validation {
    condition     = length(var.token) > 5
    error_message = "${var.token} is too short."
  }
}
variable "open" {
  type = string
  validation {
    condition     = var.open == "x"
    error_message = "x"
  }
}
variable "spelt" {
  type    = string
  default = "x"
  validation {
    condition     = tonumber(var.spelt) > 1
    error_message = "x"
  }
}
resource "t" "a" {
  lifecycle {
    precondition {
      condition     = var.members > 2
      error_message = "too few"
    }
    postcondition {
      condition     = self.id != ""
      error_message = "no id"
    }
  }
}
output "o" {
  value = 1
  precondition {
    condition     = var.members == 2
    error_message = "never"
  }
}
module "m" {
  source = "./m"
  zone   = "x1"
}
check "health" {
  assert {
    condition     = false
    error_message = "a check only warns"
  }
}
"#,
        ),
        (
            "m/main.tf",
            "variable \"zone\" {\n  validation {\n    condition = can(regex(\"^[a-z]$\", var.zone))\n    error_message = \"One letter.\"\n  }\n}\n",
        ),
    ]);
    let evaluated = run(directory.path(), &Inputs::default());
    assert_snapshot!(problems(&evaluated.problems, directory.path()), @r#"
    Analysis main.tf:3:13: the value of var.members is refused: The number of members must be odd, not 2 (Terraform refuses to plan it; the rule is at main.tf:4)
    Analysis main.tf:32:30: Invalid value for "v" parameter: cannot convert "x" to number; given string must be a decimal representation of a number
    Analysis main.tf:13:1: the value of var.token is refused: it does not pass its validation (Terraform refuses to plan it; the rule is at main.tf:16)
    Analysis main.tf:38:5: a precondition of t.a fails: too few (Terraform refuses to plan it)
    Analysis main.tf:57:12: the value of module.m.var.zone is refused: One letter (Terraform refuses to plan it; the rule is at main.tf:2)
    "#);
}

#[test]
fn values_tell_where_they_were_written() {
    let directory = tree(&[
        (
            "main.tf",
            r#"
variable "retention" { type = number }
variable "schedule" { default = "0 3 * * *" }
variable "name" { type = string }
locals {
  days = var.retention * 2
  cfg  = { keep = local.days, folder = "etcd" }
}
module "c" {
  source = "./c"
  keep   = local.cfg.keep
  cron   = var.schedule
  label  = "${var.name}-x"
}
resource "t" "x" {
  literal = 1
  folder  = local.cfg.folder
  out     = module.c.kept
}
"#,
        ),
        (
            "c/main.tf",
            "variable \"keep\" {}\nvariable \"cron\" {}\nvariable \"label\" {}\nresource \"t\" \"y\" {\n  keep = var.keep\n  block {\n    cron = var.cron\n    label = var.label\n  }\n}\noutput \"kept\" {\n  value = [var.keep]\n}\n",
        ),
        ("prod.tfvars", "\nretention = 0\n"),
    ]);
    let inputs = Inputs {
        trace: true,
        variables: vec![
            VarInput::File(directory.path().join("prod.tfvars")),
            VarInput::Value {
                name: "name".to_owned(),
                text: "n".to_owned(),
            },
        ],
        ..Inputs::default()
    };
    let evaluated = run(directory.path(), &inputs);
    assert_eq!(problems(&evaluated.problems, directory.path()), "");
    let tell = |name: &str, it: &Attribute| {
        let sources = Source::of(&it.value);
        let sources: Vec<String> = sources.iter().map(ToString::to_string).collect();
        format!("{name} = {} <- {}\n", value(&it.value), sources.join(" | "))
    };
    let mut out = String::new();
    for instance in &evaluated.instances {
        let attributes = instance.body.attributes.iter();
        out.extend(attributes.map(|(name, it)| tell(name, it)));
        for nested in &instance.body.blocks {
            let attributes = nested.block().body.attributes.iter();
            out.extend(attributes.map(|(name, it)| tell(name, it)));
        }
    }
    assert_snapshot!(out, @r#"
    folder = "etcd" <- local.cfg <- main.tf:7
    literal = 1 <- main.tf:16
    out = [0] <- module.c.kept <- module.c.var.keep <- local.cfg <- local.days <- var.retention <- prod.tfvars:2
    keep = 0 <- module.c.var.keep <- local.cfg <- local.days <- var.retention <- prod.tfvars:2
    cron = "0 3 * * *" <- module.c.var.cron <- var.schedule <- main.tf:3
    label = "n-x" <- module.c.var.label <- var.name <- -var name
    "#);
}

#[test]
fn opentofu_switches_by_enabled() {
    let directory = tree(&[(
        "main.tf",
        r#"
variable "on" { default = false }
variable "maybe" { type = bool }
resource "t" "off" {
  lifecycle { enabled = var.on }
}
resource "t" "on" {
  lifecycle { enabled = !var.on }
}
resource "t" "maybe" {
  lifecycle { enabled = var.maybe }
}
output "off" { value = t.off == null }
output "try" { value = try(t.off.id, "none") }
output "splat" { value = t.off[*].id }
"#,
    )]);
    let show = |dialect| {
        let inputs = Inputs {
            dialect: Some(dialect),
            ..Inputs::default()
        };
        let evaluated = run(directory.path(), &inputs);
        let instances = evaluated.instances.iter();
        let instances =
            instances.map(|it| format!("{} {:?}\n", it.address, it.repetition.is_some()));
        let outputs = evaluated.outputs.iter();
        let outputs = outputs.map(|(name, it)| format!("{name} = {}\n", value(&it.value)));
        let gates = evaluated.gates.iter().map(|it| format!("{it}\n"));
        let all = instances.chain(outputs).chain(gates).collect::<String>();
        all + &problems(&evaluated.problems, directory.path())
    };
    assert_snapshot!(show(Dialect::Tofu), @r#"
    t.maybe true
    t.on false
    off = true
    splat = []
    try = "none"
    var.on = true
    "#);
    assert!(show(Dialect::Terraform).starts_with("t.maybe false\nt.off false\nt.on false\n"));
}
