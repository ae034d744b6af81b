output "roles" {
  description = "ARN of each service's role"
  value       = { for name, role in aws_iam_role.service : name => role.arn }
}

output "secrets" {
  description = "Names of all secrets"
  value       = keys(aws_secretsmanager_secret.service)
}
