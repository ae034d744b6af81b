output "cluster_id" {
  description = "Id of the cluster in Rancher"
  value       = rancher2_cluster_v2.this.cluster_v1_id
}

output "machine_configs" {
  description = "Machine configs by pool"
  value       = { for name, config in rancher2_machine_config_v2.pool : name => config.name }
}

output "snapshot_bucket" {
  description = "Where snapshots go"
  value       = module.snapshots.name
}

output "kube_config" {
  description = "Access for break-glass use"
  value       = rancher2_cluster_v2.this.kube_config
  sensitive   = true
}
