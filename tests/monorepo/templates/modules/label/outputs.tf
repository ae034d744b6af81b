output "id" {
  description = "Name for resources"
  value       = local.cleaned
}

output "tags" {
  description = "Tags for resources"
  value       = local.tags
}
