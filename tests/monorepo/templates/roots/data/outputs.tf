output "buckets" {
  description = "Buckets by name"
  value       = { for name, bucket in module.bucket : name => bucket.name }
}

output "tables" {
  description = "Tables by name"
  value       = { for name, table in aws_dynamodb_table.this : name => table.arn }
}

output "queues" {
  description = "URLs of the queues"
  value       = { for name, queue in aws_sqs_queue.this : name => queue.url }
}

output "replicated" {
  description = "Buckets that another region holds, too"
  value       = sort(local.suffixes)
}
