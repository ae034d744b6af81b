output "cluster" {
  description = "Name and id of the cluster"
  value       = try({ name = module.cluster.name, id = module.cluster.id }, null)
}

output "vpc_id" {
  description = "VPC of the cluster"
  value       = module.network.vpc_id
}

output "subnets" {
  description = "All subnets"
  value       = merge(module.network.private_subnets, { for zone, id in module.network.public_subnets : "public-${zone}" => id })
}
