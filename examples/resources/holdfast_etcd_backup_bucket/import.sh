# By the bucket's name; its region is found. An imported bucket is protected from deletion.
terraform import holdfast_etcd_backup_bucket.cluster example-etcd-backups
terraform import holdfast_etcd_backup_bucket.cluster example-etcd-backups@eu-west-1
