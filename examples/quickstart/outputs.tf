output "policy_id" {
  description = "Id of the DLM policy."
  value       = holdfast_dlm_policy.daily.id
}

output "writer_policy" {
  description = "IAM policy for the servers of the cluster: what saving, pruning and restoring snapshots needs, and no more."
  value       = holdfast_etcd_backup_bucket.snapshots.writer_policy_json
}
