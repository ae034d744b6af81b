# __NAME__: a cluster that is written out, with a bucket for its snapshots.

locals {
  name   = "__NAME__"
  region = "__REGION__"
  zones  = ["a", "b", "c"]

  pools = {
    etcd   = { quantity = 3, type = "m7i.large", spot = var.etcd_on_spot, disk = 60 }
    server = { quantity = 2, type = "m7i.xlarge", spot = false, disk = 80 }
    worker = { quantity = var.workers, type = var.worker_type, spot = true, disk = 120 }
  }

  bucket = join("-", compact([var.bucket_prefix, local.name, "etcd"]))

  tags = merge(module.label.tags, {
    Cluster = local.name
    Backup  = "Daily"
  })
}

module "label" {
  source = "../../../../modules/label"

  team        = "__TEAM__"
  environment = "__ENV__"
  name        = local.name
  tags        = var.tags
}

module "snapshots" {
  source = "../../../../modules/bucket"

  name       = local.bucket
  log_bucket = var.log_bucket
  tags       = local.tags

  lifecycle_rules = [
    { id = "snapshots", prefix = "etcd/", expire_after_days = 90, archive_after_days = 30 },
    { id = "scratch", prefix = "tmp/", expire_after_days = 7, enabled = var.environment != "prod" },
  ]
}

data "aws_vpc" "this" {
  tags = { Name = "__TEAM__-__ENV__" }
}

data "aws_subnets" "private" {
  for_each = toset(local.zones)

  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.this.id]
  }

  filter {
    name   = "availability-zone"
    values = ["${local.region}${each.key}"]
  }
}

resource "aws_iam_policy" "snapshots" {
  name        = "${local.name}-snapshots"
  description = "Lets etcd write its snapshots"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "List"
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:GetBucketLocation"]
        Resource = "arn:aws:s3:::${local.bucket}"
      },
      {
        Sid      = "Objects"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        Resource = "arn:aws:s3:::${local.bucket}/etcd/*"
      },
    ]
  })

  tags = local.tags
}

resource "rancher2_machine_config_v2" "pool" {
  for_each = local.pools

  generate_name = "${local.name}-${each.key}"

  amazonec2_config {
    ami                   = var.ami
    instance_type         = each.value.type
    region                = local.region
    zone                  = local.zones[index(keys(local.pools), each.key) % length(local.zones)]
    vpc_id                = data.aws_vpc.this.id
    subnet_id             = one(data.aws_subnets.private["a"].ids)
    security_group        = ["rancher-nodes"]
    root_size             = each.value.disk
    volume_type           = "gp3"
    encrypt_ebs_volume    = true
    iam_instance_profile  = "${local.name}-node"
    http_tokens           = "required"
    tags                  = join(",", flatten([for key, value in local.tags : [key, value]]))
    request_spot_instance = each.value.spot
  }
}

resource "rancher2_cluster_v2" "this" {
  name                  = local.name
  kubernetes_version    = var.kubernetes_version
  enable_network_policy = true
  labels                = { environment = var.environment, team = "__TEAM__" }

  rke_config {
    machine_global_config = <<-EOF
      cni: cilium
      disable-kube-proxy: true
      etcd-expose-metrics: true
      profile: ${var.environment == "prod" ? "cis" : ""}
      tls-san:
        - ${local.name}.${var.domain}
        - api.${local.name}.${var.domain}
    EOF

    machine_pools {
      name                         = "etcd"
      cloud_credential_secret_name = var.cloud_credential
      etcd_role                    = true
      control_plane_role           = false
      worker_role                  = false
      quantity                     = local.pools.etcd.quantity
      drain_before_delete          = true

      machine_config {
        kind = rancher2_machine_config_v2.pool["etcd"].kind
        name = rancher2_machine_config_v2.pool["etcd"].name
      }
    }

    machine_pools {
      name                         = "server"
      cloud_credential_secret_name = var.cloud_credential
      etcd_role                    = false
      control_plane_role           = true
      worker_role                  = false
      quantity                     = local.pools.server.quantity

      machine_config {
        kind = rancher2_machine_config_v2.pool["server"].kind
        name = rancher2_machine_config_v2.pool["server"].name
      }
    }

    machine_pools {
      name                         = "worker"
      cloud_credential_secret_name = var.cloud_credential
      etcd_role                    = false
      control_plane_role           = false
      worker_role                  = true
      quantity                     = local.pools.worker.quantity
      machine_labels               = { "node.example/lifecycle" = "spot" }

      machine_config {
        kind = rancher2_machine_config_v2.pool["worker"].kind
        name = rancher2_machine_config_v2.pool["worker"].name
      }

      dynamic "taints" {
        for_each = var.worker_taints

        content {
          key    = taints.key
          value  = taints.value
          effect = "NoSchedule"
        }
      }
    }

    etcd {
      snapshot_schedule_cron = var.snapshot_schedule
      snapshot_retention     = var.snapshot_retention

      s3_config {
        bucket                = module.snapshots.name
        endpoint              = "s3.${local.region}.amazonaws.com"
        region                = local.region
        folder                = "etcd/${local.name}"
        cloud_credential_name = var.cloud_credential
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "nodes" {
  for_each = local.pools

  alarm_name          = "${local.name}-${each.key}-status"
  alarm_description   = format("Status checks of pool %s in %s", each.key, upper(local.name))
  namespace           = "AWS/EC2"
  metric_name         = "StatusCheckFailed"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 5
  alarm_actions       = var.alarm_topics
  tags                = local.tags
}
