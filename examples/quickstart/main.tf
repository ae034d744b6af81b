# Every EBS volume tagged Backup=Daily is snapshotted at 03:00 UTC; the last seven are kept.

terraform {
  required_providers {
    holdfast = {
      source = "holdfast/holdfast"
    }
  }
}

provider "holdfast" {
  region = var.region
}

variable "region" {
  description = "AWS region of the volumes."
  type        = string
  default     = "eu-central-1"
}

variable "execution_role_arn" {
  description = "Role that DLM assumes; `aws dlm create-default-role` makes this one."
  type        = string
  default     = "arn:aws:iam::123456789012:role/AWSDataLifecycleManagerDefaultRole"
}

resource "holdfast_dlm_policy" "daily" {
  description        = "Daily snapshots of volumes tagged Backup Daily"
  execution_role_arn = var.execution_role_arn
  state              = "ENABLED"

  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { Backup = "Daily" }

    schedule {
      name      = "daily"
      copy_tags = true

      create_rule {
        interval      = 24
        interval_unit = "HOURS"
        times         = ["03:00"]
      }

      retain_rule {
        count = 7
      }
    }
  }

  tags = {
    Purpose = "rancher-data"
  }
}

output "policy_id" {
  description = "Id of the DLM policy."
  value       = holdfast_dlm_policy.daily.id
}
