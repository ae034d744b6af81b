# Three etcd members on demand, one in each zone, with the workers on spot: losing a zone, or every spot machine, leaves etcd its quorum.

terraform {
  required_providers {
    rancher2 = {
      source  = "rancher/rancher2"
      version = "~> 14.1"
    }
  }
}

# Address and token come from RANCHER_URL and RANCHER_TOKEN_KEY.
provider "rancher2" {}

variable "region" {
  description = "AWS region of the nodes and of the backup bucket"
  type        = string
  default     = "us-east-1"
}

variable "subnets" {
  description = "Subnet for the nodes of each zone, by zone letter; etcd wants an odd number of zones"
  type        = map(string)
  default = {
    a = "subnet-0a1b2c3d4e5f60718"
    b = "subnet-0b1b2c3d4e5f60718"
    c = "subnet-0c1b2c3d4e5f60718"
  }
}

variable "cloud_credential" {
  description = "Rancher cloud credential for AWS, as namespace:name"
  type        = string
  default     = "cattle-global-data:cc-aws"
}

locals {
  # S3 keeps this many objects over the whole cluster: 12 rounds of one snapshot per member, 3 days at one round every 6 hours.
  snapshot_retention = 12 * length(var.subnets)
}

# One machine config is one zone, so each zone has its own.
resource "rancher2_machine_config_v2" "server" {
  for_each      = var.subnets
  generate_name = "server-${each.key}"

  amazonec2_config {
    ami                = "ami-0123456789abcdef0"
    instance_type      = "t3a.medium"
    region             = var.region
    zone               = each.key
    vpc_id             = "vpc-0a1b2c3d4e5f60718"
    subnet_id          = each.value
    security_group     = ["k3s-nodes"]
    root_size          = "30"
    volume_type        = "gp3"
    encrypt_ebs_volume = true
  }
}

resource "rancher2_machine_config_v2" "worker" {
  for_each      = var.subnets
  generate_name = "worker-${each.key}"

  amazonec2_config {
    ami                   = "ami-0123456789abcdef0"
    instance_type         = "t3a.small"
    region                = var.region
    zone                  = each.key
    vpc_id                = "vpc-0a1b2c3d4e5f60718"
    subnet_id             = each.value
    security_group        = ["k3s-nodes"]
    root_size             = "30"
    volume_type           = "gp3"
    encrypt_ebs_volume    = true
    request_spot_instance = true
    spot_price            = "0.01"
  }
}

resource "rancher2_cluster_v2" "k3s" {
  name               = "k3s"
  kubernetes_version = "v1.34.6+k3s1"

  rke_config {
    dynamic "machine_pools" {
      for_each = rancher2_machine_config_v2.server
      iterator = server

      content {
        name                         = "server-${server.key}"
        cloud_credential_secret_name = var.cloud_credential
        control_plane_role           = true
        etcd_role                    = true
        quantity                     = 1

        machine_config {
          kind = server.value.kind
          name = server.value.name
        }
      }
    }

    dynamic "machine_pools" {
      for_each = rancher2_machine_config_v2.worker
      iterator = worker

      content {
        name                         = "worker-${worker.key}"
        cloud_credential_secret_name = var.cloud_credential
        worker_role                  = true
        quantity                     = 1

        machine_config {
          kind = worker.value.kind
          name = worker.value.name
        }
      }
    }

    etcd {
      snapshot_schedule_cron = "0 */6 * * *"
      snapshot_retention     = local.snapshot_retention

      s3_config {
        bucket                = "example-etcd-backups"
        endpoint              = "s3.${var.region}.amazonaws.com"
        region                = var.region
        folder                = "k3s"
        cloud_credential_name = var.cloud_credential
      }
    }
  }
}
