//! Where others say something else than AWS. A difference that is not here fails a test, and so
//! does one that is gone.

/// A store that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    Moto,
    Versitygw,
}

impl Store {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Moto => "moto",
            Self::Versitygw => "versitygw",
        }
    }
}

/// What a store says to a step, `case/step`, or to all of a case but `create`, `case/*`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Difference {
    pub(crate) store: Store,
    pub(crate) step: &'static str,
    pub(crate) says: &'static str,
}

impl Difference {
    /// Whether this is about a step of a case.
    pub(crate) fn is_about(&self, case: &str, step: &str) -> bool {
        let Some((its_case, its_step)) = self.step.split_once('/') else {
            return false;
        };
        its_case == case && (its_step == step || (its_step == "*" && step != "create"))
    }
}

const fn moto(step: &'static str, says: &'static str) -> Difference {
    Difference {
        store: Store::Moto,
        step,
        says,
    }
}

const fn versitygw(step: &'static str, says: &'static str) -> Difference {
    Difference {
        store: Store::Versitygw,
        step,
        says,
    }
}

pub(crate) const DIFFERENCES: &[Difference] = &[
    moto("creation/acl-with-owner-enforced", "200"),
    moto("creation/constraint-nowhere", "200"),
    moto("creation/not-xml", "500"),
    moto("creation/tags-are-there", "404 NoSuchTagSet"),
    moto("delete-many/without-digest", "200"),
    moto("digests/no-digest", "200"),
    moto("digests/no-md5", "200"),
    moto("digests/other-crc32", "200"),
    moto("digests/other-md5", "200"),
    moto("encryption/aes-with-key", "200"),
    moto(
        "encryption/is-aes-again",
        "404 ServerSideEncryptionConfigurationNotFoundError",
    ),
    moto("encryption/nonsense", "200"),
    moto("heads/elsewhere", "200"),
    moto("lifecycle/no-such-size", "200"),
    moto(
        "lifecycle/put",
        "200 x-amz-transition-default-minimum-object-size=-",
    ),
    moto(
        "lifecycle/size-varies",
        "200 x-amz-transition-default-minimum-object-size=-",
    ),
    moto(
        "lifecycle/size-varies-still",
        "200 x-amz-transition-default-minimum-object-size=all_storage_classes_128K",
    ),
    moto("listings/no-number", "500"),
    moto(
        "logging/without-prefix",
        "400 InvalidTargetBucketForLogging",
    ),
    moto("names/capitals", "200"),
    moto("names/ip-address", "200"),
    moto("names/reserved-prefix", "200"),
    moto("names/reserved-suffix", "200"),
    moto("names/two-dots", "200"),
    moto("names/underscore", "200"),
    moto(
        "new-bucket/access",
        "404 NoSuchPublicAccessBlockConfiguration",
    ),
    moto(
        "new-bucket/encryption",
        "404 ServerSideEncryptionConfigurationNotFoundError",
    ),
    moto("new-bucket/ownership", "404 OwnershipControlsNotFoundError"),
    moto("object-lock/no-days", "200"),
    moto("object-lock/no-such-mode", "200"),
    moto("object-lock/suspend-versioning", "200"),
    moto("object-lock/without-versioning", "400 InvalidBucketState"),
    moto(
        "objects/head",
        "200 content-length=8 x-amz-server-side-encryption=-",
    ),
    moto("objects/other-md5", "200"),
    moto("ownership/nonsense", "200"),
    moto("policy/no-statement", "200"),
    moto("policy/not-json", "200"),
    moto("policy/other-bucket", "200"),
    moto("policy/public", "200"),
    moto("policy/tls-only", "200"),
    moto("replication/to-unversioned", "200"),
    moto("rules-envelope/id-of-256", "200"),
    moto("rules-envelope/no-action", "200"),
    moto("rules-envelope/no-rule", "200"),
    moto("rules-envelope/no-status", "500"),
    moto("rules-envelope/same-id-twice", "200"),
    moto("rules-envelope/status-in-small-letters", "200"),
    moto("rules-envelope/thousand-and-one-rules", "200"),
    moto("rules-envelope/two-expirations", "500"),
    moto("rules-expirations/abort-after-0-days", "200"),
    moto("rules-expirations/abort-after-nothing", "200"),
    moto("rules-expirations/abort-with-size", "200"),
    moto("rules-expirations/abort-with-tag", "200"),
    moto("rules-expirations/date-without-dashes", "200"),
    moto("rules-expirations/days-0", "200"),
    moto("rules-expirations/days-and-a-half", "200"),
    moto("rules-expirations/days-and-date", "200"),
    moto("rules-expirations/expiration-of-nothing", "200"),
    moto("rules-expirations/marker-with-size", "200"),
    moto("rules-expirations/marker-with-tag", "200"),
    moto("rules-expirations/newer-versions-0", "200"),
    moto("rules-expirations/newer-versions-101", "200"),
    moto("rules-expirations/noncurrent-days-0", "200"),
    moto("rules-expirations/noncurrent-of-nothing", "200"),
    moto("rules-expirations/noon", "200"),
    moto("rules-scopes/above-and-below-the-same", "200"),
    moto("rules-scopes/above-minus-1-bytes", "200"),
    moto("rules-scopes/and-of-one", "200"),
    moto("rules-scopes/and-of-the-same-tag", "200"),
    moto("rules-scopes/below-0-bytes", "200"),
    moto("rules-scopes/below-many", "200"),
    moto("rules-scopes/below-too-much", "200"),
    moto("rules-scopes/filter-and-prefix", "200"),
    moto("rules-scopes/prefix-of-1025", "200"),
    moto("rules-scopes/tag-with-empty-key", "200"),
    moto("rules-scopes/tag-without-value", "200"),
    moto("rules-scopes/two-tags-without-and", "500"),
    moto("rules-transitions/date-against-days", "200"),
    moto("rules-transitions/days-and-date-in-two", "200"),
    moto("rules-transitions/expiration-before-transition", "200"),
    moto("rules-transitions/expiration-with-transition", "200"),
    moto("rules-transitions/infrequent-at-29", "200"),
    moto("rules-transitions/infrequent-then-glacier-too-soon", "200"),
    moto("rules-transitions/noncurrent-class-twice", "200"),
    moto(
        "rules-transitions/noncurrent-expiration-with-transition",
        "200",
    ),
    moto("rules-transitions/noncurrent-infrequent-at-29", "200"),
    moto("rules-transitions/one-class-twice", "200"),
    moto("rules-transitions/to-nowhere", "200"),
    moto("rules-transitions/to-standard", "200"),
    moto("rules-transitions/transition-at-one", "200"),
    moto("rules-transitions/transition-days-and-date", "200"),
    moto("rules-transitions/transition-days-negative", "200"),
    moto("rules-transitions/transition-without-time", "200"),
    moto("rules-transitions/two-classes-at-once", "200"),
    moto("rules-versions/newer-versions-in-v1", "200"),
    moto("rules-versions/v1-overlap", "200"),
    moto("rules-versions/v1-then-v2", "200"),
    moto("rules-versions/v2-then-v1", "200"),
    moto("tagging/empty-key", "500"),
    moto("versioning/nonsense", "200"),
    moto("versioning/nothing", "404"),
    moto("versions/list", "200 IsLatest=false,false,true Size=6,6"),
    moto("versions/marker", "404 NoSuchVersion"),
    moto("versions/marker-goes", "204 x-amz-delete-marker=-"),
    versitygw("access/*", "501 NotImplemented"),
    versitygw("creation/again-in-us-east-1", "409 BucketAlreadyOwnedByYou"),
    versitygw(
        "creation/no-constraint-elsewhere",
        "400 AuthorizationHeaderMalformed",
    ),
    versitygw(
        "creation/other-constraint-elsewhere",
        "400 AuthorizationHeaderMalformed",
    ),
    versitygw("delete-many/both", "200 DeleteMarker=false,true Error=-"),
    versitygw("delete-many/nothing", "200"),
    versitygw("digests/*", "501 NotImplemented"),
    versitygw("encryption/*", "501 NotImplemented"),
    versitygw("heads/elsewhere", "400"),
    versitygw("lifecycle/*", "501 NotImplemented"),
    versitygw("logging/is-off", "501 NotImplemented"),
    versitygw("logging/off", "501 NotImplemented"),
    versitygw("logging/to-nothing", "501 NotImplemented"),
    versitygw("logging/without-prefix", "501 NotImplemented"),
    versitygw("names/reserved-prefix", "200"),
    versitygw("names/reserved-suffix", "200"),
    versitygw("names/two-dots", "200"),
    versitygw("new-bucket/access", "501 NotImplemented"),
    versitygw("new-bucket/encryption", "501 NotImplemented"),
    versitygw("new-bucket/lifecycle", "501 NotImplemented"),
    versitygw("new-bucket/logging", "501 NotImplemented"),
    versitygw("new-bucket/replication", "501 NotImplemented"),
    versitygw("object-lock/suspend-versioning", "400 InvalidBucketState"),
    versitygw(
        "objects/head",
        "200 content-length=8 x-amz-server-side-encryption=-",
    ),
    versitygw("policy/is-tls-only", "200 IsPublic=true"),
    versitygw("policy/public", "204"),
    versitygw("replication/delete", "501 NotImplemented"),
    versitygw("replication/is-set", "501 NotImplemented"),
    versitygw("replication/none", "501 NotImplemented"),
    versitygw("replication/to-unversioned", "501 NotImplemented"),
    versitygw("replication/to-versioned", "501 NotImplemented"),
    versitygw("replication/without-versioning", "501 NotImplemented"),
    versitygw("rules-envelope/*", "501 NotImplemented"),
    versitygw("rules-expirations/*", "501 NotImplemented"),
    versitygw("rules-scopes/*", "501 NotImplemented"),
    versitygw("rules-transitions/*", "501 NotImplemented"),
    versitygw("rules-versions/*", "501 NotImplemented"),
    versitygw("tagging/system-tag", "204"),
    versitygw("versioning/nothing", "400 MalformedXML"),
    versitygw("versions/hidden-again", "200"),
    versitygw("versions/shown-again", "200 body=before"),
];
