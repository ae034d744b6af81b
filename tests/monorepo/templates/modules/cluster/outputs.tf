output "id" {
  description = "Id of the cluster in Rancher"
  value       = rancher2_cluster_v2.this.cluster_v1_id
}

output "name" {
  description = "Name of the cluster"
  value       = rancher2_cluster_v2.this.name
}

output "pools" {
  description = "Machines of each pool"
  value       = { for name, pool in local.pools : name => pool.quantity }
}

output "kube_config" {
  description = "Access for break-glass use"
  value       = rancher2_cluster_v2.this.kube_config
  sensitive   = true
}
