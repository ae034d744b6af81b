//! The field lists, named as in hashicorp/aws's `aws_s3_bucket_lifecycle_configuration`.

use tfplugin::prelude::*;

use crate::lifecycle::blocks::{
    AbortIncompleteMultipartUpload, Expiration, Filter, NoncurrentExpiration, NoncurrentTransition,
    Transition, bodied,
};
use crate::lifecycle::{is_bucket_name, is_region};

model! {
    /// All lifecycle rules of an S3 bucket: a rule that somebody else adds shows as a difference,
    /// and the next apply removes it.
    ///
    /// What S3 would reject is refused at plan time. Use `holdfast_lifecycle_rule` instead where
    /// others write rules of the same bucket; the two fight over one bucket.
    pub struct BucketLifecycle {
        /// Name of the bucket.
        pub id: Attr<String> = computed(),
        /// Name of the bucket.
        pub bucket: Attr<String> = required()
            .validate(satisfies(
                "The name of a bucket: letters, digits, `.`, `-` and `_`, at most 255.",
                |name: &String| is_bucket_name(name),
            ))
            .requires_replace(),
        /// Region of the bucket; if not set, the provider's when the configuration is made.
        pub region: Attr<String> = optional_computed()
            .validate(satisfies(
                "The name of a region, such as `eu-central-1`.",
                |name: &String| is_region(name),
            ))
            .requires_replace()
            .use_state_for_unknown(),
        /// From which size on objects move where a rule's filter names none: `all_storage_classes_128K`
        /// or `varies_by_storage_class` (archives take any size). If not set, it stays as S3 has it.
        pub transition_default_minimum_object_size: Attr<String> = optional_computed()
            .validate(one_of(["all_storage_classes_128K", "varies_by_storage_class"]))
            .use_state_for_unknown(),
        /// The rules, at most 1000.
        pub rule: Many<Rule> = list().min(1),
    }
}

model! {
    /// One rule.
    pub struct Rule {
        /// Id of the rule, unique in its bucket: 1 to 255 characters.
        pub id: Attr<String> = required(),
        /// Whether the rule is at work, `Enabled` or `Disabled`.
        pub status: Attr<String> = optional().default("Enabled"),
        /// Must be true for an enabled rule that expires every current object of the bucket, which one
        /// with an empty filter does.
        pub whole_bucket: Attr<bool> = optional(),
        /// The older form of a filter: keys begin with this. Cannot stand beside rules with a filter
        /// in one bucket.
        pub prefix: Attr<String> = optional().deprecated("Use filter { prefix = ... }."),
        /// Which objects the rule concerns. An empty filter, or none, means every object.
        pub filter: One<Filter> = one(),
        /// When current versions end.
        pub expiration: One<Expiration> = one(),
        /// When current versions move to another storage class.
        pub transition: Many<Transition> = set(),
        /// When noncurrent versions end.
        pub noncurrent_version_expiration: One<NoncurrentExpiration> = one(),
        /// When noncurrent versions move to another storage class.
        pub noncurrent_version_transition: Many<NoncurrentTransition> = set(),
        /// When unfinished multipart uploads are given up.
        pub abort_incomplete_multipart_upload: One<AbortIncompleteMultipartUpload> = one(),
    }
}

bodied!(Rule);
