//! A file for each resource.

pub(crate) mod dlm_policy;
