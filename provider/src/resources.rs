//! Every resource: one file and one word.

use crate::client::Client;

tfplugin::resources! { Client: bucket_lifecycle, dlm_policy, etcd_backup_bucket, lifecycle_rule }
