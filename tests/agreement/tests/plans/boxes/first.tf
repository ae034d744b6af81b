terraform {
  required_providers {
    boxes = {
      source = "example.com/test/boxes"
    }
  }
}

variable "size" {
  type    = number
  default = 1
}

variable "password" {
  type      = string
  sensitive = true
  default   = "hunter2"
}

variable "set_from_outside" {
  type    = object({ n = number, s = string })
  default = { n = 0, s = "" }
}

resource "boxes_box" "full" {
  note    = "0.1"
  secret  = var.password
  size    = 0.1
  is_open = true
  tags    = { a = "1", b = "0.3", c = null, d = terraform_data.seed.id }
  zones   = ["b", "a", "ä"]
  weights = [0.1, 0.5, -7, 1e100, 123456789012345678901234567890, 1.000000000000000000001]
  numbers = [3, 0.2, 100]
  any     = { n = 0.1, s = "0.1", list = [1, "x", null], none = null }
  rows    = [{ key = "k", value = 2.5 }, { key = terraform_data.seed.id, value = null }]

  lid {
    colour = "red"
  }
  disk {
    size = 9007199254740993
    key  = "disk-key"
  }
  disk {
    key = terraform_data.seed.id
  }
  net {
    address = "10.0.0.1"
    port    = 22
  }
  net {
    address = terraform_data.seed.id
  }
}

resource "boxes_box" "bare" {
  note = "bare"
}

resource "boxes_box" "gone" {
  note = "will be deleted"
}

resource "boxes_box" "forgotten" {
  note = "will be forgotten"
}

resource "boxes_box" "old_name" {
  note = "will be moved"
}

data "boxes_box" "now" {
  name = "read at once"
}

data "boxes_box" "later" {
  name = terraform_data.seed.id
}

resource "terraform_data" "seed" {
  input = { size = var.size, password = var.password, huge = 1e100 }
}

resource "terraform_data" "replaced" {
  triggers_replace = [var.size]
}

resource "terraform_data" "made_first" {
  triggers_replace = [var.size]
  lifecycle {
    create_before_destroy = true
  }
}

resource "terraform_data" "each" {
  for_each = toset(["plain", "a \"quoted\"\\ key", "$${x}%%{y}", "ünï\ncode", "dots.and[brackets]"])
  input    = each.key
}

resource "terraform_data" "counted" {
  count = 2
  input = count.index
}

module "inner" {
  source   = "./inner"
  for_each = { "k.1" = 0.1, k2 = 2 }
  n        = each.value
}

output "number" {
  value = 0.1
}

output "text" {
  value = "0.1"
}

output "list" {
  value = tolist([1, 2.5])
}

output "set" {
  value = toset(["b", "a"])
}

output "map" {
  value = tomap({ a = 1e100, b = 0.25 })
}

output "object" {
  value = { a = [true, null, "x"], b = { c = -0.1 }, password = terraform_data.seed.id }
}

output "tuple" {
  value = ["x", 1, terraform_data.seed.id]
}

output "nothing" {
  value = null
}

output "unknown" {
  value = terraform_data.seed.output
  sensitive = true
}

output "password" {
  value     = var.password
  sensitive = true
}

output "module" {
  value = module.inner["k2"].id
}
