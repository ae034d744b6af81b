//! The field lists.

use holdfast_aws::Region;
use holdfast_recovery::bucket::{self, Document};
use tfplugin::prelude::*;
use tfplugin::validators::check;

/// The folder unless another is given. K3s and RKE2 themselves default to the root of the bucket.
pub(super) const FOLDER: &str = "etcd-snapshots";

model! {
    /// A bucket for etcd snapshots, secure by default: with nothing but its name it keeps old
    /// versions, encrypts, shuts the public out (all four public access blocks, ACLs off), and
    /// refuses plain HTTP. A change of any of this by other hands shows in the next plan and is put
    /// right by the next apply.
    ///
    /// `deletion_protection` is on until an apply has set it to `false`: a destroy is refused in the
    /// plan, and so is every change that would replace the bucket. What Terraform orders without
    /// asking the provider first (a replacement of a tainted bucket) is refused before anything is
    /// deleted. The protection begins when the bucket is finished: one whose create failed is
    /// replaced by the next apply if it is empty.
    ///
    /// `writer_policy_json` is the least that K3s and RKE2 need in order to save, list, prune and
    /// restore snapshots below `snapshot_folder`; attach it to the role or user of the servers.
    ///
    /// Other stores (MinIO, Ceph, R2) work too: what they do not offer is left out and listed in
    /// `unsupported`, unless the configuration asks for it, which is an error. A store that is
    /// reached by plain HTTP and obeys bucket policies locks everybody out: give it TLS first.
    ///
    /// An interrupted create is found again by its mark, the tag `holdfast:creating`, and never made
    /// twice. A bucket that somebody else made is never taken over, unless it is imported.
    pub struct EtcdBackupBucket {
        /// Name of the bucket: 3 to 63 lower-case letters, digits, hyphens and dots.
        pub bucket: Attr<String> = required()
            .validate(check(|name: &String| bucket::check_name(name).map_err(|why| why.to_string())))
            .requires_replace(),
        /// Region of the bucket; if not set, the provider's when the bucket is made. It stays there
        /// when the provider's changes.
        pub region: Attr<String> = optional_computed()
            .validate(satisfies("The name of a region, such as `eu-central-1`.", |name: &String| {
                Region::of_store(name).is_ok()
            }))
            .requires_replace()
            .use_state_for_unknown(),
        /// Folder of the snapshots, as `etcd-s3-folder` of K3s and RKE2 has it; empty for the root
        /// of the bucket. It is made by nobody: it is the scope of `writer_policy_json`.
        pub snapshot_folder: Attr<String> = optional()
            .default(FOLDER)
            .validate(check(|folder: &String| {
                bucket::check_folder(folder).map_err(|why| why.to_string())
            })),
        /// ARN of the KMS key that encrypts new objects, with a bucket key. Without it S3's own keys
        /// do (AES256).
        pub kms_key_arn: Attr<String> = optional()
            .validate(check(|arn: &String| bucket::check_key(arn).map_err(|why| why.to_string()))),
        /// Statements of your own for the bucket policy, as the JSON of a policy. The statement that
        /// refuses plain HTTP (`HoldfastTlsOnly`) is always added. Order and spelling do not count:
        /// only a change of meaning is a difference.
        pub policy: Attr<String> = optional()
            .validate(check(|policy: &String| {
                let document = policy.parse::<Document>();
                document.map(drop).map_err(|why| format!("not a bucket policy: {why}."))
            })),
        /// Turns object lock on, which nothing turns off again. `object_lock {}` sets no default
        /// retention.
        pub object_lock: One<ObjectLock> = one(),
        /// Where S3 writes its access logs.
        pub logging: One<Logging> = one(),
        /// Where S3 copies new objects. Deletions are not copied, so that the replica keeps what K3s
        /// prunes; give it a lifecycle of its own.
        pub replication: One<Replication> = one(),
        /// Tags of the bucket.
        pub tags: StringMap = optional(),
        /// Tags of the bucket, the provider's `default_tags` included.
        pub tags_all: StringMap = computed(),
        /// Whether a destroy deletes the objects, versions, delete markers and unfinished uploads in
        /// the bucket too, those under governance retention or a legal hold included. Compliance
        /// retention stands. Counts only once an apply has set it.
        pub force_destroy: Attr<bool> = optional().default(false),
        /// Whether destroying or replacing the bucket is refused. Counts until an apply has set it
        /// to `false`; an import sets it.
        pub deletion_protection: Attr<bool> = optional().default(true),
        /// ARN of the bucket.
        pub arn: Attr<String> = computed(),
        /// The least that K3s and RKE2 need to keep snapshots here, as the JSON of an IAM policy.
        pub writer_policy_json: Attr<String> = computed(),
        /// What the store does not offer, of `encryption`, `logging`, `object_lock`, `ownership`,
        /// `policy`, `public_access_block`, `replication`, `tags` and `versioning`. Empty on AWS.
        pub unsupported: StringSet = computed().use_state_for_unknown(),
    }
}

model! {
    /// Object lock.
    pub struct ObjectLock {
        /// Default retention of new versions: `GOVERNANCE` can be lifted with a permission of its
        /// own, `COMPLIANCE` by nobody. K3s sends no checksum with its uploads, which S3 demands
        /// under a default retention: lock the replica instead.
        pub mode: Attr<String> = optional().validate(one_of(["GOVERNANCE", "COMPLIANCE"])),
        /// How many days the default retention lasts. This or `years`.
        pub days: Attr<i64> = optional().validate(between(1..=36500)),
        /// How many years it lasts.
        pub years: Attr<i64> = optional().validate(between(1..=100)),
    }
}

model! {
    /// Access logs.
    pub struct Logging {
        /// Bucket that takes the logs, in the same region and account.
        pub target_bucket: Attr<String> = required()
            .validate(check(|name: &String| bucket::check_name(name).map_err(|why| why.to_string()))),
        /// What the keys of the logs begin with.
        pub target_prefix: Attr<String> = optional().default(""),
    }
}

model! {
    /// A replica.
    pub struct Replication {
        /// ARN of the role that S3 takes on.
        pub role_arn: Attr<String> = required()
            .validate(check(|arn: &String| bucket::check_role(arn).map_err(|why| why.to_string()))),
        /// ARN of the bucket that takes the copies, which must keep versions.
        pub bucket_arn: Attr<String> = required()
            .validate(check(|arn: &String| {
                bucket::bucket_of(arn).map(drop).map_err(|why| why.to_string())
            })),
        /// ARN of the KMS key that encrypts the copies, in the replica's region. Needed if
        /// `kms_key_arn` is set: S3 copies nothing that KMS encrypts without it.
        pub kms_key_arn: Attr<String> = optional()
            .validate(check(|arn: &String| bucket::check_key(arn).map_err(|why| why.to_string()))),
    }
}
