//! A bucket that takes etcd snapshots: what it and its folder may be called, which ARNs go with it,
//! its policy, and the least that the writers of snapshots need.
//!
//! | file | holds |
//! |---|---|
//! | `name.rs` | [`check_name`]: what AWS and other stores agree on; [`check_reserved`]: what AWS keeps |
//! | `folder.rs` | [`check_folder`]: the folder as K3s and RKE2 write it |
//! | `arn.rs` | [`Partition`], and ARNs of keys, roles and buckets |
//! | `policy.rs` | [`Document`]: a bucket policy, compared by meaning; [`merge`] and [`split`] with the statement that refuses plain HTTP |
//! | `writer.rs` | [`Writer`]: the IAM policy of K3s and RKE2 |
//!
//! Sources: the S3 user guide (bucket naming rules, policy grammar), botocore `s3/2006-03-01`, and
//! K3s `pkg/etcd/s3` with minio-go 7 for what a writer really calls.

mod arn;
mod folder;
mod name;
mod policy;
mod writer;

pub use arn::{InvalidArn, Partition, bucket_arn, bucket_of, check_key, check_role, region_of};
pub use folder::{InvalidFolder, check_folder};
pub use name::{InvalidName, check_name, check_reserved};
pub use policy::{Document, InvalidPolicy, Split, TLS_ONLY, TlsOnly, merge, same, split};
pub use writer::Writer;
