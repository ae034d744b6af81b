# With @region after the bucket if it is not the provider's.
terraform import holdfast_lifecycle_rule.snapshots example-etcd-backups/etcd-snapshots
terraform import holdfast_lifecycle_rule.snapshots example-etcd-backups@eu-west-3/etcd-snapshots
