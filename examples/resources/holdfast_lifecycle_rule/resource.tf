# Old versions of etcd snapshots go after a month, unfinished uploads after a week.
resource "holdfast_lifecycle_rule" "snapshots" {
  bucket  = "example-etcd-backups"
  rule_id = "etcd-snapshots"

  filter {
    prefix = "etcd-snapshots/"
  }
  noncurrent_version_expiration {
    noncurrent_days           = 30
    newer_noncurrent_versions = 5
  }
  abort_incomplete_multipart_upload {
    days_after_initiation = 7
  }
}

# Large archives of one team become cheaper, and end after two years.
resource "holdfast_lifecycle_rule" "archives" {
  bucket  = "example-etcd-backups"
  rule_id = "archives/team-a"

  filter {
    and {
      prefix                   = "archives/"
      tags                     = { Team = "a" }
      object_size_greater_than = 131072
    }
  }
  transition {
    days          = 30
    storage_class = "STANDARD_IA"
  }
  transition {
    days          = 90
    storage_class = "GLACIER"
  }
  expiration {
    days = 730
  }
}
