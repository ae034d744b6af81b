//! Under construction.

pub(crate) mod generated;
