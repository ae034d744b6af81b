//! Modules: arguments, outputs, repetition, and modules that are not there.

mod support;

use insta::assert_snapshot;
use support::{everything, everything_of, outputs_of, run, tree, write};
use terraform_config::{Dialect, Inputs, MissingModules};

const MACHINE: &str = r#"
variable "spot" {
  type = bool
}
variable "zone" {
  default = "a"
}
resource "rancher2_machine_config_v2" "this" {
  generate_name = "m"
  amazonec2_config {
    request_spot_instance = var.spot
    zone                  = var.zone
  }
}
output "machine" {
  value = rancher2_machine_config_v2.this
}
output "name" {
  value = rancher2_machine_config_v2.this.name
}
"#;

#[test]
fn modules_repeat_and_nest() {
    assert_snapshot!(
        everything_of(&[
            (
                "main.tf",
                r#"
module "counted" {
  source = "./machine"
  count  = 2
  spot   = count.index == 0
}
module "each" {
  source   = "./machine"
  for_each = { x = "b", y = "c" }
  spot     = "false"
  zone     = each.value
}
module "none" {
  source = "./machine"
  count  = 0
  spot   = true
}
module "outer" {
  source = "./outer"
}
resource "t" "user" {
  a = module.counted[1].machine.name
  b = module.counted[*].name
  c = { for k, m in module.each : k => m.name }
  d = module.outer.inner.machine.name
  e = module.none
  f = module.each["x"].machine.generate_name
}
"#
            ),
            ("machine/main.tf", MACHINE),
            (
                "outer/main.tf",
                "module \"inner\" {\n  source = \"../machine\"\n  spot   = true\n}\noutput \"inner\" {\n  value = module.inner\n}\n"
            ),
        ]),
        @r#"
        t.user at main.tf:21:1
          a = ?dynamic(module.counted[1].machine <- module.counted[1].rancher2_machine_config_v2.this.name is known after apply) @module.counted[1].rancher2_machine_config_v2.this.name
          b = [?dynamic(module.counted[0].name <- module.counted[0].rancher2_machine_config_v2.this.name is known after apply) @module.counted[0].rancher2_machine_config_v2.this.name, ?dynamic(module.counted[1].name <- module.counted[1].rancher2_machine_config_v2.this.name is known after apply) @module.counted[1].rancher2_machine_config_v2.this.name]
          c = {x = ?dynamic(module.each["x"].name <- module.each["x"].rancher2_machine_config_v2.this.name is known after apply) @module.each["x"].rancher2_machine_config_v2.this.name, y = ?dynamic(module.each["y"].name <- module.each["y"].rancher2_machine_config_v2.this.name is known after apply) @module.each["y"].rancher2_machine_config_v2.this.name}
          d = ?dynamic(module.outer.inner <- module.outer.module.inner.machine <- module.outer.module.inner.rancher2_machine_config_v2.this.name is known after apply) @module.outer.module.inner.rancher2_machine_config_v2.this.name
          e = []
          f = "m" @module.each["x"].rancher2_machine_config_v2.this.generate_name
        module.counted[0].rancher2_machine_config_v2.this at machine/main.tf:8:1
          generate_name = "m"
          amazonec2_config
            request_spot_instance = true
            zone = "a"
        module.counted[1].rancher2_machine_config_v2.this at machine/main.tf:8:1
          generate_name = "m"
          amazonec2_config
            request_spot_instance = false
            zone = "a"
        module.each["x"].rancher2_machine_config_v2.this at machine/main.tf:8:1
          generate_name = "m"
          amazonec2_config
            request_spot_instance = false
            zone = "b"
        module.each["y"].rancher2_machine_config_v2.this at machine/main.tf:8:1
          generate_name = "m"
          amazonec2_config
            request_spot_instance = false
            zone = "c"
        module.outer.module.inner.rancher2_machine_config_v2.this at machine/main.tf:8:1
          generate_name = "m"
          amazonec2_config
            request_spot_instance = true
            zone = "a"
        "#
    );
}

#[test]
fn outputs_are_asked_for_one_by_one() {
    // As a whole, a needs b and b needs a.
    let module = "variable \"in\" {}\noutput \"const\" {\n  value = 1\n}\noutput \"out\" {\n  value = var.in\n}\n";
    let main = r#"
module "a" {
  source = "./m"
  in     = module.b.const
}
module "b" {
  source = "./m"
  in     = module.a.const
}
output "a" { value = module.a.out }
output "b" { value = module.b.out }
"#;
    let files = [("main.tf", main), ("m/main.tf", module)];
    assert_snapshot!(outputs_of(&files, &Inputs::default()), @r"
    a = 1
    b = 1
    ");
}

#[test]
fn arguments_are_checked() {
    assert_snapshot!(
        everything_of(&[
            (
                "main.tf",
                "module \"m\" {\n  source = \"./machine\"\n  zoned  = 1\n}\nmodule \"n\" {\n  source = \"./machine\"\n  spot   = []\n}\n"
            ),
            ("machine/main.tf", MACHINE),
        ]),
        @r#"
        module.m.rancher2_machine_config_v2.this at machine/main.tf:8:1
          generate_name = "m"
          amazonec2_config
            request_spot_instance = ?bool(module.m.var.spot has no value)
            zone = "a"
        module.n.rancher2_machine_config_v2.this at machine/main.tf:8:1
          generate_name = "m"
          amazonec2_config
            request_spot_instance = ?bool(module.n.var.spot is in error)
            zone = "a"
        Analysis main.tf:3:3: module "m" declares no variable "zoned"
        Analysis main.tf:1:1: module "m" needs a value for its variable "spot"
        Analysis main.tf:7:12: this value does not suit module.n.var.spot: bool required, but have tuple
        "#
    );
}

const CALLS: &str = r#"
module "registry" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
}
module "git" {
  source = "git::https://user:s3cr3t@example.com/m.git?ref=v1"
  count  = 1
}
module "gone" {
  source = "./gone"
}
module "nowhere" {}
resource "t" "user" {
  a = module.registry.vpc_id
  b = module.git[0].id
  c = module.gone.id
  d = module.git
  e = module.nowhere.x
}
"#;

#[test]
fn modules_that_are_not_there_are_problems() {
    assert_snapshot!(everything_of(&[("main.tf", CALLS)]), @r#"
    t.user at main.tf:14:1
      a = ?dynamic(module.registry is not installed)
      b = ?dynamic(module.git is not installed)
      c = ?dynamic(the directory of module.gone does not exist)
      d = ?dynamic(module.git is not installed)
      e = ?dynamic(module.nowhere has no source)
    missing module git: module.git is not installed
    missing module gone: the directory of module.gone does not exist
    missing module nowhere: module.nowhere has no source
    missing module registry: module.registry is not installed
    Analysis main.tf:3:13: module "registry" comes from "terraform-aws-modules/vpc/aws" and is not installed (`terraform init` installs modules; --missing-modules=note goes on without them)
    Analysis main.tf:6:1: module "git" comes from "git::https://example.com/m.git?ref=v1" and is not installed (`terraform init` installs modules; --missing-modules=note goes on without them)
    Analysis main.tf:11:12: module "gone": the directory ./gone does not exist
    Analysis main.tf:13:1: module "nowhere" has no source
    "#);
}

#[test]
fn modules_that_are_not_installed_may_be_notes() {
    let directory = tree(&[("main.tf", CALLS)]);
    let inputs = Inputs {
        missing_modules: MissingModules::Note,
        ..Inputs::default()
    };
    assert_snapshot!(everything(directory.path(), &inputs), @r#"
    t.user at main.tf:14:1
      a = ?dynamic(module.registry is not installed)
      b = ?dynamic(module.git is not installed)
      c = ?dynamic(the directory of module.gone does not exist)
      d = ?dynamic(module.git is not installed)
      e = ?dynamic(module.nowhere has no source)
    missing module git: module.git is not installed
    missing module gone: the directory of module.gone does not exist
    missing module nowhere: module.nowhere has no source
    missing module registry: module.registry is not installed
    Note main.tf:3:13: module "registry" comes from "terraform-aws-modules/vpc/aws" and is not installed
    Note main.tf:6:1: module "git" comes from "git::https://example.com/m.git?ref=v1" and is not installed
    Analysis main.tf:11:12: module "gone": the directory ./gone does not exist
    Analysis main.tf:13:1: module "nowhere" has no source
    "#);
}

#[test]
fn installed_modules_are_read() {
    let directory = tree(&[
        (
            "main.tf",
            "module \"r\" {\n  source = \"x/machine/y\"\n  spot   = true\n}\noutput \"n\" {\n  value = module.r.path\n}\n",
        ),
        (".terraform/modules/r/main.tf", MACHINE),
        (
            ".terraform/modules/r/path.tf",
            "module \"deep\" {\n  source = \"x/deep/y\"\n}\noutput \"path\" {\n  value = \"${path.module} ${module.deep.path}\"\n}\n",
        ),
        (
            ".terraform/modules/r.deep/sub/main.tf",
            "output \"path\" {\n  value = path.module\n}\n",
        ),
        (
            ".terraform/modules/modules.json",
            r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"r","Source":"x","Version":"1","Dir":".terraform/modules/r"},{"Key":"r.deep","Source":"x","Dir":".terraform/modules/r.deep/sub"}]}"#,
        ),
    ]);
    assert_snapshot!(everything(directory.path(), &Inputs::default()), @r#"
    module.r.rancher2_machine_config_v2.this at .terraform/modules/r/main.tf:8:1
      generate_name = "m"
      amazonec2_config
        request_spot_instance = true
        zone = "a"
    "#);
    write(directory.path(), ".terraform/modules/modules.json", b"{");
    assert_snapshot!(everything(directory.path(), &Inputs::default()), @r#"
    missing module r: module.r is not installed
    Analysis .terraform/modules/modules.json: $DIR/.terraform/modules/modules.json is no module manifest: EOF while parsing an object at line 1 column 1
    Analysis main.tf:2:12: module "r" comes from "x/machine/y" and is not installed (`terraform init` installs modules; --missing-modules=note goes on without them)
    "#);
}

#[test]
fn circles_and_depth_end() {
    let call = |to: &str| format!("module \"m\" {{\n  source = {to:?}\n}}\n");
    assert_snapshot!(
        everything_of(&[("main.tf", &call("./a")), ("a/main.tf", &call("../b")), ("b/main.tf", &call("../a"))]),
        @r#"
        missing module m.m.m: module.m.module.m.module.m calls itself
        Analysis b/main.tf:2:12: module "m" calls itself, directly or through others
        "#
    );
    assert_snapshot!(everything_of(&[("main.tf", &call("./."))]), @r#"
    missing module m: module.m calls itself
    Analysis main.tf:2:12: module "m" calls itself, directly or through others
    "#);
    let files: Vec<(String, String)> = (0..40)
        .map(|depth| (format!("{}main.tf", "a/".repeat(depth)), call("./a")))
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_snapshot!(everything_of(&files), @r"
    missing module m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m: module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m.module.m calls itself
    Analysis a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/main.tf:2:12: modules call each other more than 32 levels deep
    ");
}

#[test]
fn a_file_that_cannot_be_read_hides_nothing_else() {
    assert_snapshot!(
        everything_of(&[
            ("good.tf", "resource \"t\" \"a\" {\n  a = local.lost\n  b = 1\n  c = module.m.lost\n}\nmodule \"m\" {\n  source = \"./m\"\n  x      = 1\n}\n"),
            ("bad.tf", "locals {\n  lost = \n}\n"),
            ("m/main.tf", "output \"o\" {\n"),
        ]),
        @r#"
        t.a at good.tf:1:1
          a = ?dynamic(local.lost <- this expression does not parse)
          b = 1
          c = ?dynamic($DIR/m/main.tf could not be read)
        Analysis bad.tf:2:10: Invalid expression (Expected the start of an expression, but found the end of the line. An expression may go on in the next line inside parentheses and brackets only.)
        Analysis m/main.tf:1:12: Unclosed configuration block (There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.)
        "#
    );
}

/// As OpenTofu 1.12.6 and Terraform 1.15.9 plan it.
#[test]
fn zero_loses_its_sign_where_opentofu_hands_it_on() {
    let directory = tree(&[
        (
            "main.tf",
            r#"
locals { zero = -index(["a"], "a") }
module "m" {
  source = "./m"
  in     = local.zero
}
output "it" { value = "${local.zero} ${module.m.seen} ${module.m.out[0]}" }
"#,
        ),
        (
            "m/main.tf",
            r#"
variable "in" {}
output "seen" { value = "${var.in}!" }
output "out" { value = [var.in, "x"] }
"#,
        ),
    ]);
    let shown = |dialect| {
        let inputs = Inputs {
            dialect: Some(dialect),
            ..Inputs::default()
        };
        let evaluated = run(directory.path(), &inputs);
        evaluated.outputs[0].1.value.as_str().map(str::to_owned)
    };
    assert_eq!(shown(Dialect::Terraform).as_deref(), Some("-0 -0! -0"));
    assert_eq!(shown(Dialect::Tofu).as_deref(), Some("-0 -0! 0"));
}
