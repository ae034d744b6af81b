//! A file for each resource.

mod bucket;
pub(crate) mod bucket_lifecycle;
pub(crate) mod dlm_policy;
pub(crate) mod etcd_backup_bucket;
pub(crate) mod lifecycle_rule;
