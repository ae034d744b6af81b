# Every construct of the language, for tests that damage it.
terraform {
  required_version = ">= 1.11" // why
}

/* several
   lines */
locals {
  numbers  = [1, -2.5, 1e3, 0]
  texts    = ["plain", "a ${var.b} c", "\u00e9 \"q\" $${x} %%{y}", "%{ if x }yes%{ else }no%{ endif }"]
  object   = { a = 1, "b c" = 2, (var.k) : 3, "${var.k}-x" = null }
  nested   = {
    list = [
      { deep = { deeper = [[true], [false]] } }, # comment
    ]
    condition = var.a ? "x" : var.b ? "y" : "z"
  }
  for_list = [for i, v in var.list : upper(v) if v != ""]
  for_map  = { for k, v in var.map : k => v... if can(v.x) }
  splats   = [a.b[*].c, a.b.*.c, a.b[0].c["k"], a.0.b]
  sums     = 1 + 2 * 3 % 4 - (5 / 6) >= 7 && !var.x || -var.y == 8
  called   = merge({}, local.a...)
  scoped   = provider::aws::arn_parse(var.arn)
  script   = <<-EOT
    %{ for name in var.names ~}
    echo ${name} $5 "${join(",", [for x in y : x])}"
    %{ endfor ~}
      EOT
  plain = <<EOF
EOF"
 EOF
}

resource "aws_instance" "é" {
  count = 2
  tags  = { Name = "n" }
  ebs { size = 8 }
  dynamic "x" {
    for_each = toset(var.xs)
    content {
      value = x.value
    }
  }
}
