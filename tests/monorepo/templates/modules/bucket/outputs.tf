output "name" {
  description = "Name of the bucket"
  value       = aws_s3_bucket.this.bucket
}

output "arn" {
  description = "ARN of the bucket"
  value       = aws_s3_bucket.this.arn
}

output "rules" {
  description = "Ids of the lifecycle rules"
  value       = local.rules[*].id
}
