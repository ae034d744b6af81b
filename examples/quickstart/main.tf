# What keeps a cluster's data: every EBS volume tagged Backup=Daily is snapshotted at 03:00 UTC, the
# last seven kept; a bucket for etcd snapshots, and one rule that keeps it from growing for ever.

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

# Its name alone makes it versioned, encrypted, closed to the public and deaf to plain HTTP.
resource "holdfast_etcd_backup_bucket" "snapshots" {
  bucket              = var.bucket
  deletion_protection = var.deletion_protection
  # A bucket that may go goes with what is in it.
  force_destroy = !var.deletion_protection
}

# K3s and RKE2 delete old snapshots themselves; what they delete can be had back for a month.
resource "holdfast_lifecycle_rule" "deleted_snapshots" {
  bucket  = holdfast_etcd_backup_bucket.snapshots.bucket
  rule_id = "deleted-snapshots"

  filter {
    prefix = "etcd-snapshots/"
  }

  noncurrent_version_expiration {
    noncurrent_days = 30
  }

  abort_incomplete_multipart_upload {
    days_after_initiation = 7
  }
}
