# __NAME__: a cluster as the platform team wants them.

locals {
  name = "__NAME__"

  schedules = {
    dev  = "0 3 * * *"
    test = "0 */12 * * *"
    prod = "0 */4 * * *"
  }

  pools = merge(var.pools, {
    for group in var.worker_groups : "worker-${group.name}" => {
      roles         = ["worker"]
      quantity      = group.size
      instance_type = group.type
      spot          = group.spot
      labels        = { "node.example/group" = group.name }
      taints        = [for taint in group.taints : { key = taint, value = group.name }]
    }
  })
}

module "label" {
  source = "../../../../modules/label"

  team        = "__TEAM__"
  environment = var.environment
  name        = local.name
}

module "network" {
  source = "../../../../modules/network"

  name         = module.label.id
  region       = "__REGION__"
  cidr         = var.cidr
  nat_per_zone = var.environment == "prod"
  tags         = module.label.tags
}

module "snapshots" {
  source = "../../../../modules/bucket"

  name = "${module.label.id}-etcd"
  tags = module.label.tags

  lifecycle_rules = [
    { id = "snapshots", expire_after_days = 60 },
  ]
}

module "cluster" {
  source = "../../../../modules/cluster"
  /* __COUNT__ */

  name            = module.label.id
  environment     = var.environment
  vpc_id          = module.network.vpc_id
  subnets         = module.network.private_subnets
  security_groups = [module.network.node_security_group]
  pools           = local.pools
  tls_sans        = formatlist("%s.${var.domain}", [local.name, "api.${local.name}"])
  hardened        = var.environment != "dev"
  tags            = module.label.tags

  annotations = {
    owner = var.owner
    index = __INDEX__
  }

  snapshots = {
    bucket    = module.snapshots.name
    schedule  = local.schedules[var.environment]
    retention = var.snapshot_retention
  }
}

resource "aws_route53_record" "api" {
  count = var.zone_id == null ? 0 : 1

  zone_id = var.zone_id
  name    = "api.${local.name}.${var.domain}"
  type    = "CNAME"
  ttl     = 60
  records = ["rancher.${var.domain}"]
}

resource "aws_kms_key" "secrets" {
  description             = "Secrets of ${local.name}"
  deletion_window_in_days = 30
  enable_key_rotation     = true
  tags                    = module.label.tags

  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Administration",
          "Effect": "Allow",
          "Principal": { "AWS": "arn:aws:iam::__ACCOUNT__:root" },
          "Action": "kms:*",
          "Resource": "*"
        }
      ]
    }
  POLICY
}
