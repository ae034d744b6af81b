//! The blocks of a rule, named as in hashicorp/aws's `aws_s3_bucket_lifecycle_configuration`; and
//! [`Body`], all of a rule but its id.

use tfplugin::prelude::*;

model! {
    /// Which objects the rule concerns: one condition, or several in `and`. An empty filter means
    /// every object of the bucket.
    pub struct Filter {
        /// Their keys begin with this.
        pub prefix: Attr<String> = optional(),
        /// They are larger than so many bytes.
        pub object_size_greater_than: Attr<i64> = optional(),
        /// They are smaller than so many bytes.
        pub object_size_less_than: Attr<i64> = optional(),
        /// They carry this tag.
        pub tag: One<Tag> = one(),
        /// All of these hold.
        pub and: One<And> = one(),
    }
}

model! {
    /// They carry this tag.
    pub struct Tag {
        /// Key, case-sensitive.
        pub key: Attr<String> = required(),
        /// Value, case-sensitive.
        pub value: Attr<String> = required(),
    }
}

model! {
    /// All of these hold.
    pub struct And {
        /// Their keys begin with this.
        pub prefix: Attr<String> = optional(),
        /// They carry all these tags.
        pub tags: StringMap = optional(),
        /// They are larger than so many bytes.
        pub object_size_greater_than: Attr<i64> = optional(),
        /// They are smaller than so many bytes.
        pub object_size_less_than: Attr<i64> = optional(),
    }
}

model! {
    /// When current versions end: by exactly one of the three.
    pub struct Expiration {
        /// At this midnight, UTC: `2027-01-01T00:00:00Z`.
        pub date: Attr<String> = optional(),
        /// So many days after they were made, at least 1.
        pub days: Attr<i32> = optional(),
        /// Delete markers without a version behind them go. Excludes `days` and `date`.
        pub expired_object_delete_marker: Attr<bool> = optional(),
    }
}

model! {
    /// When current versions move to another storage class.
    pub struct Transition {
        /// At this midnight, UTC: `2027-01-01T00:00:00Z`.
        pub date: Attr<String> = optional(),
        /// So many days after they were made; at least 30 for `STANDARD_IA` and `ONEZONE_IA`.
        pub days: Attr<i32> = optional(),
        /// Where to: `STANDARD_IA`, `ONEZONE_IA`, `INTELLIGENT_TIERING`, `GLACIER_IR`, `GLACIER` or
        /// `DEEP_ARCHIVE`.
        pub storage_class: Attr<String> = required(),
    }
}

model! {
    /// When noncurrent versions end.
    pub struct NoncurrentExpiration {
        /// So many that are newer stay all the same, 1 to 100.
        pub newer_noncurrent_versions: Attr<i32> = optional(),
        /// So many days after they became noncurrent, at least 1.
        pub noncurrent_days: Attr<i32> = required(),
    }
}

model! {
    /// When noncurrent versions move to another storage class.
    pub struct NoncurrentTransition {
        /// So many that are newer stay all the same, 1 to 100.
        pub newer_noncurrent_versions: Attr<i32> = optional(),
        /// So many days after they became noncurrent; at least 30 for `STANDARD_IA` and `ONEZONE_IA`.
        pub noncurrent_days: Attr<i32> = required(),
        /// Where to, as in `transition`.
        pub storage_class: Attr<String> = required(),
    }
}

model! {
    /// When unfinished multipart uploads are given up.
    pub struct AbortIncompleteMultipartUpload {
        /// So many days after they began, at least 1.
        pub days_after_initiation: Attr<i32> = optional(),
    }
}

/// All of a rule but its id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// `Enabled` or `Disabled`.
    pub status: Attr<String>,
    /// That it may end every current object of the bucket.
    pub whole_bucket: Attr<bool>,
    /// The older form of a filter.
    pub prefix: Attr<String>,
    /// Which objects.
    pub filter: One<Filter>,
    /// When current versions end.
    pub expiration: One<Expiration>,
    /// When current versions move.
    pub transition: Many<Transition>,
    /// When noncurrent versions end.
    pub noncurrent_version_expiration: One<NoncurrentExpiration>,
    /// When noncurrent versions move.
    pub noncurrent_version_transition: Many<NoncurrentTransition>,
    /// When unfinished uploads are given up.
    pub abort_incomplete_multipart_upload: One<AbortIncompleteMultipartUpload>,
}

/// Between a model whose fields include those of a rule and a [`Body`].
macro_rules! bodied {
    ($Model:ty) => {
        impl $Model {
            /// All of the rule but its id.
            pub(crate) fn body(&self) -> $crate::lifecycle::blocks::Body {
                let this = self.clone();
                $crate::lifecycle::blocks::Body {
                    status: this.status,
                    whole_bucket: this.whole_bucket,
                    prefix: this.prefix,
                    filter: this.filter,
                    expiration: this.expiration,
                    transition: this.transition,
                    noncurrent_version_expiration: this.noncurrent_version_expiration,
                    noncurrent_version_transition: this.noncurrent_version_transition,
                    abort_incomplete_multipart_upload: this.abort_incomplete_multipart_upload,
                }
            }

            /// The same with another body.
            pub(crate) fn with_body(self, body: $crate::lifecycle::blocks::Body) -> Self {
                Self {
                    status: body.status,
                    whole_bucket: body.whole_bucket,
                    prefix: body.prefix,
                    filter: body.filter,
                    expiration: body.expiration,
                    transition: body.transition,
                    noncurrent_version_expiration: body.noncurrent_version_expiration,
                    noncurrent_version_transition: body.noncurrent_version_transition,
                    abort_incomplete_multipart_upload: body.abort_incomplete_multipart_upload,
                    ..self
                }
            }
        }
    };
}
pub(crate) use bodied;
