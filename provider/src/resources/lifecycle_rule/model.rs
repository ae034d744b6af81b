//! The field list: the `rule` block of hashicorp/aws as a resource.

use tfplugin::prelude::*;

use crate::lifecycle::blocks::{
    AbortIncompleteMultipartUpload, Expiration, Filter, NoncurrentExpiration, NoncurrentTransition,
    Transition, bodied,
};
use crate::lifecycle::{is_bucket_name, is_region};

model! {
    /// One lifecycle rule of an S3 bucket: deletes or moves objects when they are old enough.
    ///
    /// S3 keeps the rules of a bucket in one document. This resource changes its own rule in it and
    /// leaves every other as it is, whoever wrote it; rules of one bucket that are applied together
    /// go out together. What S3 would reject is refused at plan time. Use `holdfast_bucket_lifecycle`
    /// instead where one configuration shall own all rules of a bucket.
    pub struct LifecycleRule {
        /// `bucket/rule_id`.
        pub id: Attr<String> = computed(),
        /// Name of the bucket.
        pub bucket: Attr<String> = required()
            .validate(satisfies(
                "The name of a bucket: letters, digits, `.`, `-` and `_`, at most 255.",
                |name: &String| is_bucket_name(name),
            ))
            .requires_replace(),
        /// Id of the rule, unique in its bucket: 1 to 255 characters.
        pub rule_id: Attr<String> = required().requires_replace(),
        /// Region of the bucket; if not set, the provider's when the rule is made.
        pub region: Attr<String> = optional_computed()
            .validate(satisfies(
                "The name of a region, such as `eu-central-1`.",
                |name: &String| is_region(name),
            ))
            .requires_replace()
            .use_state_for_unknown(),
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

bodied!(LifecycleRule);
