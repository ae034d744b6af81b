# One pool of three spot machines carries every role: a single wave of spot reclaims takes all etcd members at once.

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

variable "cloud_credential" {
  description = "Rancher cloud credential for AWS, as namespace:name"
  type        = string
  default     = "cattle-global-data:cc-aws"
}

variable "node_count" {
  description = "Machines in the pool"
  type        = number
  default     = 3
}

resource "rancher2_machine_config_v2" "node" {
  generate_name = "k3s-node"

  amazonec2_config {
    ami                   = "ami-0123456789abcdef0"
    instance_type         = "t3a.small"
    region                = var.region
    zone                  = "a"
    vpc_id                = "vpc-0a1b2c3d4e5f60718"
    subnet_id             = "subnet-0a1b2c3d4e5f60718"
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
    machine_pools {
      name                         = "all"
      cloud_credential_secret_name = var.cloud_credential
      control_plane_role           = true
      etcd_role                    = true
      worker_role                  = true
      quantity                     = var.node_count

      machine_config {
        kind = rancher2_machine_config_v2.node.kind
        name = rancher2_machine_config_v2.node.name
      }
    }

    etcd {
      snapshot_schedule_cron = "0 */6 * * *"
      snapshot_retention     = 10

      s3_config {
        bucket                = "example-etcd-backups"
        endpoint              = "s3.${var.region}.amazonaws.com"
        region                = var.region
        folder                = "etcd-snapshots"
        cloud_credential_name = var.cloud_credential
      }
    }
  }
}
