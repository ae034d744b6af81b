//! Blocks: repetition, dynamic blocks, overrides, JSON, and what is wrong with them.

mod support;

use insta::assert_snapshot;
use support::{everything_of, outputs, outputs_of};
use terraform_config::Inputs;

#[test]
fn dynamic_blocks_expand_in_place() {
    assert_snapshot!(
        everything_of(&[(
            "main.tf",
            r#"
variable "on" { type = bool }
resource "t" "a" {
  first {}
  dynamic "pool" {
    for_each = { x = 1, y = 2 }
    content {
      key = pool.key
      n   = pool.value
      dynamic "inner" {
        for_each = [pool.value, "b"]
        iterator = it
        content {
          at    = "${pool.key}${it.key}"
          value = it.value
        }
      }
    }
  }
  dynamic "set" {
    for_each = toset(["b", "a"])
    content {
      key   = set.key
      value = set.value
    }
  }
  dynamic "none" {
    for_each = []
    content {}
  }
  dynamic "gate" {
    for_each = var.on ? [1] : []
    content {
      n     = gate.value
      fixed = true
    }
  }
  last {
    name = [for pool in ["shadow"] : pool][0]
  }
}
"#
        )]),
        @r#"
        t.a at main.tf:3:1
          first
          pool
            key = "x"
            n = 1
            inner
              at = "x0"
              value = 1
            inner
              at = "x1"
              value = "b"
          pool
            key = "y"
            n = 2
            inner
              at = "y0"
              value = 2
            inner
              at = "y1"
              value = "b"
          set
            key = "a"
            value = "a"
          set
            key = "b"
            value = "b"
          gate * any number: var.on has no value
            fixed = true
            n = ?number(var.on has no value)
          last
            name = "shadow"
        "#
    );
}

#[test]
fn meta_arguments_are_no_content() {
    assert_snapshot!(
        everything_of(&[(
            "main.tf",
            r#"
resource "t" "a" {
  for_each   = toset(["x"])
  provider   = t.other
  depends_on = [t.b]
  name       = each.value
  lifecycle {
    prevent_destroy = true
  }
  connection {
    host = self.ip
  }
  provisioner "local-exec" {
    command = self.id
  }
  nested {
    count    = 2
    provider = "kept"
  }
}
resource "t" "b" {}
"#
        )]),
        @r#"
        t.a["x"] at main.tf:2:1
          name = "x"
          nested
            count = 2
            provider = "kept"
        t.b at main.tf:21:1
        "#
    );
}

#[test]
fn overrides_replace_attributes_and_blocks_by_type() {
    assert_snapshot!(
        everything_of(&[
            (
                "main.tf",
                r#"
resource "t" "a" {
  name = "base"
  kept = true
  etcd {
    n = 1
  }
  pool {
    n = 1
  }
  dynamic "pool" {
    for_each = [2]
    content {
      n = pool.value
    }
  }
}
locals {
  l = "base"
  m = "base"
}
variable "v" {
  type    = string
  default = "base"
}
"#
            ),
            (
                "override.tf",
                "resource \"t\" \"a\" {\n  name = \"${local.l} ${local.m} ${var.v}\"\n  dynamic \"pool\" {\n    for_each = [9]\n    content {\n      n = pool.value\n    }\n  }\n}\nlocals {\n  l = \"over\"\n}\nresource \"t\" \"none\" {}\n"
            ),
            ("z_override.tf", "variable \"v\" {\n  default = 7\n}\n"),
        ]),
        @r#"
        t.a at main.tf:2:1
          kept = true
          name = "over base 7"
          etcd
            n = 1
          pool
            n = 9
        Analysis override.tf:13:1: there is no such resource to override
        "#
    );
}

#[test]
fn json_gives_blocks_and_attributes() {
    assert_snapshot!(
        everything_of(&[(
            "main.tf.json",
            r#"{
  "variable": { "spot": { "type": "bool", "default": "true" } },
  "locals": { "pools": { "a": 3, "b": 1 } },
  "resource": {
    "rancher2_machine_config_v2": { "m": { "generate_name": "m-${local.pools.a}", "amazonec2_config": { "request_spot_instance": "${var.spot}" } } },
    "rancher2_cluster_v2": { "c": {
      "//": "comment",
      "name": "c",
      "rke_config": [{
        "dynamic": { "machine_pools": { "for_each": "${local.pools}", "iterator": "p", "content": {
          "name": "${p.key}", "quantity": "${p.value}",
          "machine_config": { "name": "${rancher2_machine_config_v2.m.name}" }
        } } },
        "etcd": { "snapshot_retention": 5, "s3_config": [{ "bucket": "b" }] }
      }],
      "lifecycle": { "prevent_destroy": true }
    } }
  },
  "output": { "o": { "value": ["${var.spot}", "$${literal}"] } }
}"#
        )]),
        @r#"
        rancher2_cluster_v2.c at main.tf.json:6:30
          name = "c"
          rke_config
            etcd = {s3_config = [{bucket = "b"}], snapshot_retention = 5}
            machine_pools
              machine_config = {name = ?dynamic(rancher2_machine_config_v2.m.name is known after apply) @rancher2_machine_config_v2.m.name}
              name = "a"
              quantity = 3
              machine_config
                name = ?dynamic(rancher2_machine_config_v2.m.name is known after apply) @rancher2_machine_config_v2.m.name
            machine_pools
              machine_config = {name = ?dynamic(rancher2_machine_config_v2.m.name is known after apply) @rancher2_machine_config_v2.m.name}
              name = "b"
              quantity = 1
              machine_config
                name = ?dynamic(rancher2_machine_config_v2.m.name is known after apply) @rancher2_machine_config_v2.m.name
            etcd
              s3_config = [{bucket = "b"}]
              snapshot_retention = 5
              s3_config
                bucket = "b"
        rancher2_machine_config_v2.m at main.tf.json:5:37
          amazonec2_config = {request_spot_instance = true}
          generate_name = "m-3"
          amazonec2_config
            request_spot_instance = true
        "#
    );
}

#[test]
fn names_of_blocks_may_name_arguments_in_json() {
    assert_snapshot!(
        everything_of(&[(
            "main.tf.json",
            r#"{
  "resource": {
    "cloudinit_config": { "u": {
      "dynamic": [{ "part": { "for_each": ["a"], "content": {
        "content": "${jsonencode({ a = part.value })}", "filename": "x"
      } } }]
    } },
    "rancher2_cluster_v2": { "c": {
      "name": "c",
      "rke_config": { "items": { "dynamic": "${1 == 1}", "content": "x", "connection": true, "lifecycle": ["a"] } }
    } }
  }
}"#
        )]),
        @r#"
        cloudinit_config.u at main.tf.json:3:27
          part
            content = "{\"a\":\"a\"}"
            filename = "x"
        rancher2_cluster_v2.c at main.tf.json:8:30
          name = "c"
          rke_config = {items = {connection = true, content = "x", dynamic = true, lifecycle = ["a"]}}
          rke_config
            items = {connection = true, content = "x", dynamic = true, lifecycle = ["a"]}
            items
              connection = true
              content = "x"
              dynamic = true
              lifecycle = ["a"]
        "#
    );
}

#[test]
fn text_that_json_never_evaluates_may_be_anything() {
    let text = r#"{
  "variable": { "v": { "description": "${no template", "default": "${literal}" } },
  "output": { "o": { "description": "%{ if", "value": "${var.v}" } }
}"#;
    let inputs = Inputs::default();
    let outputs = outputs_of(&[("main.tf.json", text)], &inputs);
    assert_eq!(outputs, "o = \"${literal}\"\n");
}

#[test]
fn repetition_is_checked() {
    assert_snapshot!(
        everything_of(&[(
            "main.tf",
            r#"
resource "t" "negative" { count = -1 }
resource "t" "fraction" { count = 1.5 }
resource "t" "null_count" { count = null }
resource "t" "text" { count = "2" }
resource "t" "list" { for_each = ["a"] }
resource "t" "numbers" { for_each = toset([1]) }
resource "t" "null_each" { for_each = null }
resource "t" "both" {
  count    = 1
  for_each = {}
}
resource "t" "many" { count = 1000000000 }
resource "t" "user" {
  a = t.many[3].id
  b = t.text[5].id
  c = t.list["a"].id
}
"#
        )]),
        @r#"
        t.both at main.tf:9:1
          * any number: the for_each of t.both is in error
        t.fraction at main.tf:3:1
          * any number: the count of t.fraction is in error
        t.list at main.tf:6:1
          * any number: the for_each of t.list is in error
        t.many at main.tf:13:1
          * any number: the count of t.many is in error
        t.negative at main.tf:2:1
          * any number: the count of t.negative is in error
        t.null_count at main.tf:4:1
          * any number: the count of t.null_count is in error
        t.null_each at main.tf:8:1
          * any number: the for_each of t.null_each is in error
        t.numbers at main.tf:7:1
          * any number: the for_each of t.numbers is in error
        t.text[0] at main.tf:5:1
        t.text[1] at main.tf:5:1
        t.user at main.tf:14:1
          a = ?dynamic(t.many[3].id is known after apply; the count of t.many is in error) @t.many[3].id
          b = ?dynamic(t.user.b is in error)
          c = ?dynamic(t.list["a"].id is known after apply; the for_each of t.list is in error) @t.list["a"].id
        Analysis main.tf:11:3: count and for_each cannot both be set
        Analysis main.tf:3:35: count must be a whole number, 0 or greater
        Analysis main.tf:6:34: for_each must be a map or a set of strings (toset(...) makes a set of a list of strings)
        Analysis main.tf:13:31: t.many has more than 10000 instances, too many to look at
        Analysis main.tf:2:35: count must be a whole number, 0 or greater
        Analysis main.tf:4:37: count is null; it must be a whole number
        Analysis main.tf:8:39: for_each is null; it must be a map or a set of strings
        Analysis main.tf:7:37: the set of for_each must hold strings only, and no null
        Analysis main.tf:16:13: Invalid index: The given key does not identify an element in this collection value: the given index is greater than or equal to the length of the collection
        "#
    );
}

#[test]
fn declarations_that_repeat_or_are_odd_are_said() {
    assert_snapshot!(
        everything_of(&[
            ("a.tf", "variable \"x\" {}\nlocals {\n  l = 1\n}\nresource \"t\" \"a\" {}\nstray = 1\nresource \"t\" {}\nnonesuch \"b\" {}\n"),
            ("b.tf", "variable \"x\" {}\nlocals {\n  l = 2\n  block {}\n}\nresource \"t\" \"a\" {}\nmoved {\n  from = t.b\n  to   = t.a\n}\ncheck \"c\" {}\nimport {\n  to = t.a\n  id = \"x\"\n}\nremoved {\n  from = t.c\n}\nephemeral \"e\" \"f\" {}\naction \"g\" \"h\" {}\nterraform {}\nprovider \"p\" {}\n"),
            ("c.tf.json", r#"{"resource":{"t":{"j":{"a":1,"a":2}}}}"#),
        ]),
        @r#"
        t.a at a.tf:5:1
        t.j at c.tf.json:1:19
          a = 1
        Analysis a.tf:7:1: a resource block has 2 labels, not 1
        Note a.tf:8:1: blocks of type "nonesuch" are not known
        Analysis a.tf:6:1: an argument named "stray" is not expected here
        Analysis b.tf:1:1: this variable is declared twice (the first is at a.tf:1)
        Analysis b.tf:4:3: a locals block holds no blocks
        Analysis b.tf:3:3: local.l is defined twice (the first is at a.tf:3)
        Analysis b.tf:6:1: this resource is declared twice (the first is at a.tf:5)
        Analysis c.tf.json:1:30: Duplicate argument (The argument "a" was already set. Each argument may be set only once.)
        "#
    );
}

#[test]
fn dynamic_blocks_are_checked() {
    assert_snapshot!(
        everything_of(&[(
            "main.tf",
            r#"
resource "t" "a" {
  dynamic "no_content" {
    for_each = []
  }
  dynamic "no_for_each" {
    content {}
  }
  dynamic "null" {
    for_each = null
    content {}
  }
  dynamic "text" {
    for_each = "x"
    content {}
  }
  dynamic "fault" {
    for_each = local.nope
    content {
      a = fault.value
    }
  }
  dynamic {
    for_each = []
    content {}
  }
  ok {
    a = 1
  }
}
"#
        )]),
        @r#"
        t.a at main.tf:2:1
          no_content * any number: dynamic no_content is in error
          no_for_each * any number: dynamic no_for_each is in error
          null * any number: the for_each of dynamic null is in error
          text * any number: the for_each of dynamic text is in error
          fault * any number: the for_each of dynamic fault is in error
            a = ?dynamic(the for_each of dynamic fault is in error)
          ok
            a = 1
        Analysis main.tf:3:3: a dynamic block holds one block named content
        Analysis main.tf:6:3: a dynamic block needs for_each
        Analysis main.tf:10:16: for_each of a dynamic block is null; it must be a collection
        Analysis main.tf:14:16: for_each of a dynamic block must be a list, set, map or object
        Analysis main.tf:18:16: no local value "nope" is declared in the root module
        Analysis main.tf:23:3: a dynamic block has one label, the type of the blocks it makes
        "#
    );
}

#[test]
fn cycles_are_told_and_nothing_else_is_lost() {
    assert_snapshot!(
        outputs(
            r#"
locals {
  a = local.b
  b = "${local.c}x"
  c = local.a
  self = local.self
  fine = 1
}
resource "t" "r" {
  name = t.r.name
  n    = t.r.id
}
output "a" { value = local.a }
output "self" { value = local.self }
output "fine" { value = local.fine }
output "name" { value = t.r.name }
"#
        ),
        @r"
        a = ?string(output.a <- local.a <- local.b <- local.c <- local.a depends on itself)
        fine = 1
        name = ?dynamic(output.name <- t.r.name <- t.r.name <- t.r.name depends on itself) @t.r.name
        self = ?dynamic(output.self <- local.self <- local.self depends on itself)
        Analysis main.tf:10:10: these depend on each other: t.r.name -> t.r.name
        Analysis main.tf:3:7: these depend on each other: local.a -> local.b -> local.c -> local.a
        Analysis main.tf:6:10: these depend on each other: local.self -> local.self
        "
    );
}
