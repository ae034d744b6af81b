# With @region after the bucket if it is not the provider's.
terraform import holdfast_bucket_lifecycle.logs example-access-logs
terraform import holdfast_bucket_lifecycle.logs example-access-logs@eu-west-3
