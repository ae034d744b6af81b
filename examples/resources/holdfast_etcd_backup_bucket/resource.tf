# The name alone gives all of it: versions, encryption, no public access, TLS only.
resource "holdfast_etcd_backup_bucket" "cluster" {
  bucket          = "example-etcd-backups"
  snapshot_folder = "prod/cluster-1"
}

# What the servers of the cluster are allowed to do, and nothing else.
output "writer_policy" {
  value = holdfast_etcd_backup_bucket.cluster.writer_policy_json
}

# With a key of KMS, access logs, and a replica that nobody can empty: object lock belongs there,
# because K3s and RKE2 may not be able to write to a bucket with a default retention.
resource "holdfast_etcd_backup_bucket" "guarded" {
  bucket          = "example-etcd-backups-guarded"
  snapshot_folder = "prod/cluster-2"
  kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

  logging {
    target_bucket = "example-access-logs"
    target_prefix = "etcd-backups/"
  }

  replication {
    role_arn    = "arn:aws:iam::123456789012:role/etcd-backup-replication"
    bucket_arn  = holdfast_etcd_backup_bucket.replica.arn
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/9876dcba-12ab-34cd-56ef-1234567890ab"
  }

  tags = {
    Team = "platform"
  }
}

resource "holdfast_etcd_backup_bucket" "replica" {
  bucket = "example-etcd-backups-replica"
  region = "eu-west-1"

  object_lock {
    mode = "GOVERNANCE"
    days = 30
  }
}
