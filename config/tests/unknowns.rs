//! What is unknown, why, and where known and unknown values came from.

mod support;

use cty::Mark;
use insta::assert_snapshot;
use support::{everything_of, outputs, run, tree};
use terraform_config::{Dialect, Inputs};

#[test]
fn an_unknown_says_why_and_through_what() {
    assert_snapshot!(
        outputs(
            r#"
variable "bucket" {}
variable "size" { type = number }
locals {
  name = var.bucket
  more = "x-${local.name}"
}
data "aws_vpc" "main" {}
data "terraform_remote_state" "net" { backend = "s3" }
resource "aws_instance" "a" { ami = "ami-1" }
output "a_var" { value = var.bucket }
output "b_chain" { value = local.more }
output "c_number" { value = var.size + 1 }
output "d_data" { value = data.aws_vpc.main.cidr_block }
output "e_state" { value = data.terraform_remote_state.net.outputs.subnets[0] }
output "f_computed" { value = aws_instance.a.id }
output "g_impure" { value = timestamp() }
output "h_provider" { value = provider::aws::arn_parse("x") }
output "i_unheard_of" { value = nonesuch(var.bucket) }
output "j_two" { value = "${var.bucket}-${aws_instance.a.id}" }
output "k_list" { value = [1, var.bucket] }
output "l_self" { value = "${path.module}/${terraform.workspace}" }
"#
        ),
        @r#"
        a_var = ?dynamic(output.a_var <- var.bucket has no value)
        b_chain = ?string(output.b_chain <- local.more <- local.name <- var.bucket has no value)
        c_number = ?number(output.c_number <- var.size has no value)
        d_data = ?dynamic(output.d_data <- data.aws_vpc.main is read during apply) @data.aws_vpc.main.cidr_block
        e_state = ?dynamic(output.e_state <- data.terraform_remote_state.net is read during apply) @data.terraform_remote_state.net.outputs.subnets[0]
        f_computed = ?dynamic(output.f_computed <- aws_instance.a.id is known after apply) @aws_instance.a.id
        g_impure = ?string(output.g_impure <- timestamp() is only known at apply)
        h_provider = ?dynamic(output.h_provider <- provider::aws::arn_parse() is a provider's function)
        i_unheard_of = ?dynamic(output.i_unheard_of <- output.i_unheard_of is in error)
        j_two = ?string(output.j_two <- aws_instance.a.id is known after apply; output.j_two <- var.bucket has no value) @aws_instance.a.id
        k_list = [1, ?dynamic(output.k_list <- var.bucket has no value)]
        l_self = "./default"
        Analysis main.tf:19:33: There is no function named "nonesuch"
        "#
    );
}

#[test]
fn what_is_known_does_not_mention_what_it_ignored() {
    assert_snapshot!(
        outputs(
            r#"
variable "on" { type = bool }
variable "x" { type = string }
output "and" { value = false && var.on }
output "or" { value = var.on || true }
output "open" { value = var.on && true }
output "length" { value = length([var.x, var.x]) }
output "index" { value = [var.x, "b"][1] }
output "attribute" { value = { a = var.x, b = 1 }.b }
output "for" { value = [for x in ["a", var.x] : "k" if x != "zz" || true] }
output "keys" { value = keys({ a = var.x }) }
output "null" { value = "p-${var.x}" == null }
output "prefix" { value = startswith("p-${var.x}", "p-") }
"#
        ),
        @r#"
        and = false
        attribute = 1
        for = ["k", "k"]
        index = "b"
        keys = ["a"]
        length = 2
        null = false
        open = ?bool(output.open <- var.on has no value)
        or = true
        prefix = true
        "#
    );
}

#[test]
fn unknown_choosers_leave_the_result_open() {
    assert_snapshot!(
        outputs(
            r#"
variable "on" { type = bool }
variable "key" { type = string }
variable "list" { type = list(string) }
locals { map = { a = 1, b = 2 } }
output "conditional" { value = var.on ? 1 : 2 }
output "index" { value = local.map[var.key] }
output "for_if" { value = [for k, v in local.map : v if k == var.key] }
output "for_key" { value = { for k, v in local.map : "${k}${var.key}" => v } }
output "for_over" { value = [for x in var.list : upper(x)] }
output "splat" { value = var.list[*] }
output "object" { value = { (var.key) = 1 } }
output "text_if" { value = "%{ if var.on }a%{ endif }" }
output "text_for" { value = "<%{ for x in var.list }${x}%{ endfor }" }
output "expanded" { value = max(var.list...) }
"#
        ),
        @r"
        conditional = ?number(output.conditional <- var.on has no value)
        expanded = ?dynamic(output.expanded <- var.list has no value)
        for_if = ?dynamic(output.for_if <- var.key has no value)
        for_key = ?dynamic(output.for_key <- var.key has no value)
        for_over = ?dynamic(output.for_over <- var.list has no value)
        index = ?dynamic(output.index <- var.key has no value)
        object = ?dynamic(output.object <- var.key has no value)
        splat = ?list of string(output.splat <- var.list has no value)
        text_for = ?string(output.text_for <- var.list has no value)
        text_if = ?string(output.text_if <- var.on has no value)
        "
    );
}

#[test]
fn try_and_can_do_not_take_unknown_for_failure() {
    assert_snapshot!(
        outputs(
            r#"
variable "x" {}
resource "aws_instance" "a" { count = 1 }
resource "aws_instance" "none" { count = 0 }
locals { pools = { a = { spot = true, name = var.x } } }
locals { made = { spot = true, name = aws_instance.a[0].id } }
output "known" { value = try(local.pools.a.spot, false) }
output "absent" { value = try(local.pools.a.size, 3) }
output "unknown" { value = try(var.x.attribute, "default") }
output "resource" { value = try(aws_instance.a[0].id, "default") }
output "no_instance" { value = try(aws_instance.none[0].id, "default") }
output "computed" { value = try(tonumber(var.x), 3) }
output "partly" { value = try(local.pools.a, null) }
output "waiting" { value = try(local.made, null).spot }
output "picked" { value = try(local.made.spot, null) }
output "can_known" { value = can(local.pools.a.spot) }
output "can_absent" { value = can(local.pools.b) }
output "can_unknown" { value = can(var.x.attribute) }
"#
        ),
        @r#"
        absent = 3
        can_absent = false
        can_known = true
        can_unknown = ?bool(output.can_unknown <- var.x has no value)
        computed = ?dynamic(output.computed <- var.x has no value)
        known = true
        no_instance = "default"
        partly = {name = ?dynamic(output.partly <- local.pools <- var.x has no value), spot = true}
        picked = true
        resource = ?dynamic(output.resource <- aws_instance.a[0].id is known after apply) @aws_instance.a[0].id
        unknown = ?dynamic(output.unknown <- var.x has no value)
        waiting = ?dynamic(output.waiting <- local.made <- aws_instance.a[0].id is known after apply) @one of aws_instance.a[0].id.spot
        "#
    );
}

#[test]
fn references_survive_what_values_go_through() {
    assert_snapshot!(
        outputs(
            r#"
variable "on" { type = bool }
variable "zone" { type = string }
resource "aws_s3_bucket" "b" {
  bucket = "logs"
  zone   = var.zone
  empty  = null
  tags   = { a = "x" }
}
resource "aws_s3_bucket" "c" {
  for_each = toset(["k", "l"])
  bucket   = "c-${each.key}"
}
resource "aws_s3_bucket" "n" {
  count  = 2
  bucket = "n-${count.index}"
}
locals {
  whole  = aws_s3_bucket.b
  all    = aws_s3_bucket.c
  object = { id = aws_s3_bucket.b.id, name = aws_s3_bucket.b.bucket }
}
output "a_written" { value = aws_s3_bucket.b.bucket }
output "b_written_unknown" { value = aws_s3_bucket.b.zone }
output "c_written_null" { value = aws_s3_bucket.b.empty }
output "d_not_written" { value = aws_s3_bucket.b.arn }
output "e_inside" { value = aws_s3_bucket.b.tags["a"] }
output "f_inside_unknown" { value = aws_s3_bucket.b.rule[0].id }
output "g_replace" { value = replace(aws_s3_bucket.b.id, "_", "-") }
output "h_template" { value = "arn:${aws_s3_bucket.b.bucket}/*" }
output "i_whole" { value = local.whole.bucket }
output "j_object" { value = local.object.id }
output "k_keyed" { value = local.all["k"].bucket }
output "l_values" { value = values(aws_s3_bucket.c)[1].bucket }
output "m_for" { value = { for k, b in aws_s3_bucket.c : k => b.id } }
output "n_splat" { value = aws_s3_bucket.n[*].bucket }
output "o_index" { value = aws_s3_bucket.n[1].id }
output "p_single_splat" { value = aws_s3_bucket.b[*].bucket }
output "q_choice" { value = var.on ? aws_s3_bucket.b.bucket : aws_s3_bucket.n[0].bucket }
output "r_choice_of_wholes" { value = (var.on ? aws_s3_bucket.b : aws_s3_bucket.n[0]).id }
output "s_perhaps" { value = var.on ? "other" : aws_s3_bucket.b.bucket }
output "t_chosen" { value = aws_s3_bucket.b.bucket == "logs" ? aws_s3_bucket.n[0].id : "x" }
output "u_any" { value = aws_s3_bucket.n[var.zone].bucket }
output "v_try" { value = try(aws_s3_bucket.b.id, "x") }
output "w_coalesce" { value = coalesce(aws_s3_bucket.b.id, "x") }
output "x_one" { value = one(aws_s3_bucket.b[*].id) }
output "y_json" { value = jsonencode({ b = aws_s3_bucket.b.bucket }) }
output "z_set" { value = toset([aws_s3_bucket.b.bucket, aws_s3_bucket.n[0].bucket]) }
output "zz_mixed" { value = jsondecode(jsonencode([aws_s3_bucket.b.id, aws_s3_bucket.n[0].id]))[1] }
"#
        ),
        @r#"
        a_written = "logs" @aws_s3_bucket.b.bucket
        b_written_unknown = ?string(output.b_written_unknown <- aws_s3_bucket.b.zone <- var.zone has no value) @aws_s3_bucket.b.zone
        c_written_null = ?dynamic(output.c_written_null <- aws_s3_bucket.b.empty is known after apply) @aws_s3_bucket.b.empty
        d_not_written = ?dynamic(output.d_not_written <- aws_s3_bucket.b.arn is known after apply) @aws_s3_bucket.b.arn
        e_inside = "x" @aws_s3_bucket.b.tags
        f_inside_unknown = ?dynamic(output.f_inside_unknown <- aws_s3_bucket.b.rule is known after apply) @aws_s3_bucket.b.rule[0].id
        g_replace = ?string(output.g_replace <- aws_s3_bucket.b.id is known after apply) @aws_s3_bucket.b.id
        h_template = "arn:logs/*" @aws_s3_bucket.b.bucket
        i_whole = "logs" @aws_s3_bucket.b.bucket
        j_object = ?dynamic(output.j_object <- local.object <- aws_s3_bucket.b.id is known after apply) @aws_s3_bucket.b.id
        k_keyed = "c-k" @aws_s3_bucket.c["k"].bucket
        l_values = "c-l" @aws_s3_bucket.c["l"].bucket
        m_for = {k = ?dynamic(output.m_for <- aws_s3_bucket.c["k"].id is known after apply) @aws_s3_bucket.c["k"].id, l = ?dynamic(output.m_for <- aws_s3_bucket.c["l"].id is known after apply) @aws_s3_bucket.c["l"].id}
        n_splat = ["n-0" @aws_s3_bucket.n[0].bucket, "n-1" @aws_s3_bucket.n[1].bucket]
        o_index = ?dynamic(output.o_index <- aws_s3_bucket.n[1].id is known after apply) @aws_s3_bucket.n[1].id
        p_single_splat = ["logs" @aws_s3_bucket.b.bucket]
        q_choice = ?string(output.q_choice <- var.on has no value) @one of aws_s3_bucket.b.bucket @one of aws_s3_bucket.n[0].bucket
        r_choice_of_wholes = ?dynamic(output.r_choice_of_wholes <- var.on has no value) @one of aws_s3_bucket.b.id @one of aws_s3_bucket.n[0].id
        s_perhaps = ?string(output.s_perhaps <- var.on has no value) @perhaps aws_s3_bucket.b.bucket
        t_chosen = ?dynamic(output.t_chosen <- aws_s3_bucket.n[0].id is known after apply) @aws_s3_bucket.n[0].id
        u_any = ?dynamic(output.u_any <- var.zone has no value) @one of aws_s3_bucket.n[0].bucket @one of aws_s3_bucket.n[1].bucket
        v_try = ?dynamic(output.v_try <- aws_s3_bucket.b.id is known after apply) @aws_s3_bucket.b.id
        w_coalesce = ?string(output.w_coalesce <- aws_s3_bucket.b.id is known after apply) @perhaps aws_s3_bucket.b.id
        x_one = ?dynamic(output.x_one <- aws_s3_bucket.b.id is known after apply) @aws_s3_bucket.b.id
        y_json = "{\"b\":\"logs\"}" @aws_s3_bucket.b.bucket
        z_set = set["logs", "n-0"] @aws_s3_bucket.b.bucket @aws_s3_bucket.n[0].bucket
        zz_mixed = ?dynamic(output.zz_mixed <- aws_s3_bucket.b.id is known after apply; output.zz_mixed <- aws_s3_bucket.n[0].id is known after apply) @one of aws_s3_bucket.b.id[1] @one of aws_s3_bucket.n[0].id[1]
        "#
    );
}

#[test]
fn an_unknown_number_of_instances_stands_for_any() {
    assert_snapshot!(
        everything_of(&[(
            "main.tf",
            r#"
variable "n" { type = number }
variable "pools" { type = map(object({ size = number })) }
resource "t" "counted" {
  count = var.n
  name  = "c-${count.index}"
  fixed = "f"
}
resource "t" "each" {
  for_each = var.pools
  name     = each.key
  size     = each.value.size
}
resource "t" "user" {
  a = t.counted[0].fixed
  b = t.counted[*].id
  c = t.each["x"].id
  d = t.each["x"].name
  e = [for k, v in t.each : v.id]
  dynamic "block" {
    for_each = t.each
    content {
      key = block.key
      id  = block.value.id
    }
  }
}
module "m" {
  source   = "./m"
  for_each = var.pools
  size     = each.value.size
}
resource "t" "through_module" {
  a = module.m["x"].out
  b = [for k, v in module.m : v.out]
}
"#,
        ), (
            "m/main.tf",
            r#"
variable "size" {}
resource "t" "inside" { size = var.size }
output "out" { value = t.inside.id }
"#,
        )]),
        @r#"
        t.counted at main.tf:4:1
          * any number: var.n has no value
          fixed = "f"
          name = ?string(var.n has no value)
        t.each at main.tf:9:1
          * any number: var.pools has no value
          name = ?string(var.pools has no value)
          size = ?number(var.pools has no value)
        t.through_module at main.tf:33:1
          a = ?dynamic(module.m.out <- module.m.t.inside.id is known after apply) @module.m.t.inside.id
          b = ?dynamic(var.pools has no value)
        t.user at main.tf:14:1
          a = "f" @t.counted[0].fixed
          b = ?dynamic(t.counted.id is known after apply; var.n has no value) @t.counted[any].id
          c = ?dynamic(t.each["x"].id is known after apply; var.pools has no value) @t.each["x"].id
          d = "x" @t.each["x"].name
          e = ?dynamic(t.each.id is known after apply; var.pools has no value) @t.each[any].id
          block * any number: var.pools has no value
            id = ?dynamic(t.each.id is known after apply; var.pools has no value) @t.each[any].id
            key = ?string(var.pools has no value)
        module.m.t.inside at m/main.tf:3:1
          * any number: var.pools has no value
          size = ?number(module.m.var.size <- var.pools has no value)
        "#
    );
}

#[test]
fn what_is_sensitive_stays_marked() {
    assert_snapshot!(
        outputs(
            r#"
variable "secret" {
  default   = "s3cr3t"
  sensitive = true
}
output "a" { value = var.secret }
output "b" { value = "x-${var.secret}" }
output "c" { value = upper(var.secret) }
output "d" { value = { a = var.secret } }
output "e" { value = sensitive("x") }
output "f" { value = nonsensitive(var.secret) }
output "g" {
  value     = "declared so"
  sensitive = true
}
output "h" { value = { for x in [var.secret, var.secret] : x => 1 } }
"#
        ),
        @r#"
        a = "s3cr3t" (sensitive)
        b = "x-s3cr3t" (sensitive)
        c = "S3CR3T" (sensitive)
        d = {a = "s3cr3t" (sensitive)}
        e = "x" (sensitive)
        f = "s3cr3t"
        g = "declared so" (sensitive)
        h = ?dynamic(output.h <- output.h is in error)
        Analysis main.tf:16:60: two elements make the same key, which is sensitive (write `...` after the value to gather the values of equal keys in a list)
        "#
    );
}

#[test]
fn opentofu_forgets_the_secrecy_of_what_it_waits_for() {
    let text = r#"
resource "t" "u" {}
locals { u = sensitive(t.u.id) }
output "a" { value = tobool(local.u) }
output "b" { value = lookup({ a = 1 }, local.u, 2) }
output "c" { value = tolist(sensitive([t.u.id])) }
output "d" { value = upper(local.u) }
output "e" { value = try(local.u, 1) }
output "f" { value = can(local.u) }
"#;
    let secret = |dialect| {
        let inputs = Inputs {
            dialect: Some(dialect),
            ..Inputs::default()
        };
        let directory = tree(&[("main.tf", text)]);
        let evaluated = run(directory.path(), &inputs);
        let outputs = evaluated.outputs.iter();
        let secret = outputs.filter(|(_, it)| it.value.marks().contains(&Mark::Sensitive));
        secret.map(|(name, _)| name.as_ref()).collect::<String>()
    };
    assert_eq!(secret(Dialect::Terraform), "abcd");
    assert_eq!(secret(Dialect::Tofu), "cd");
}
