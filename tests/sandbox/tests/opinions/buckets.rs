//! Cases of buckets that come, are found, and go.

use crate::case::Look::{Has, Header, Text};
use crate::case::{Case, bucket, get, put, step};

const CREATE: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html";
const HEAD: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html";
const NAMES: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";
const DELETE: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html";
const NEW: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-overview.html";

pub(crate) fn cases() -> Vec<Case> {
    vec![
        creation(),
        names(),
        heads(),
        defaults(),
        removal(),
        locked_from_the_start(),
    ]
}

fn constraint(region: &str) -> String {
    format!(
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
    )
}

fn creation() -> Case {
    let tagged = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Tags><Tag><Key>team</Key><Value>etcd</Value></Tag></Tags></CreateBucketConfiguration>";
    Case {
        name: "creation",
        page: CREATE,
        steps: vec![
            step("create", "PUT", "/{b}", "200 location=/case-creation")
                .looks_at(Header("location")),
            step("again-in-us-east-1", "PUT", "/{b}", "200"),
            put(
                "constraint-us-east-1",
                "/{c}",
                "400 InvalidLocationConstraint",
                &constraint("us-east-1"),
            ),
            put(
                "constraint-nowhere",
                "/{b}-mars",
                "400 InvalidLocationConstraint",
                &constraint("mars"),
            ),
            step(
                "no-constraint-elsewhere",
                "PUT",
                "/{c}",
                "400 IllegalLocationConstraintException",
            )
            .in_region("eu-west-1"),
            put(
                "other-constraint-elsewhere",
                "/{c}",
                "400 IllegalLocationConstraintException",
                &constraint("us-west-2"),
            )
            .in_region("eu-west-1"),
            put("not-xml", "/{c}", "400 MalformedXML", "<x"),
            put("with-tags", "/{c}", "200", tagged),
            get("tags-are-there", "/{c}?tagging", "200 Value=etcd").looks_at(Text("Value")),
            step(
                "acl-with-owner-enforced",
                "PUT",
                "/{c}-3",
                "400 InvalidBucketAclWithObjectOwnership",
            )
            .header("x-amz-acl", "public-read"),
        ],
    }
}

fn names() -> Case {
    let refused = "400 InvalidBucketName";
    Case {
        name: "names",
        page: NAMES,
        steps: vec![
            step("two-letters", "PUT", "/ab", refused),
            step("capitals", "PUT", "/Case-Names", refused),
            step("underscore", "PUT", "/case_names", refused),
            step("two-dots", "PUT", "/case..names", refused),
            step("ip-address", "PUT", "/192.168.5.4", refused),
            step("reserved-prefix", "PUT", "/xn--names", refused),
            step("reserved-suffix", "PUT", "/names-s3alias", refused),
        ],
    }
}

fn heads() -> Case {
    Case {
        name: "heads",
        page: HEAD,
        steps: vec![
            bucket(),
            step("there", "HEAD", "/{b}", "200 x-amz-bucket-region=us-east-1")
                .looks_at(Header("x-amz-bucket-region")),
            step("elsewhere", "HEAD", "/{b}", "301").in_region("eu-west-1"),
            step("nowhere", "HEAD", "/{c}", "404"),
            get("location", "/{b}?location", "200"),
            get(
                "subresource-of-nothing",
                "/{c}?versioning",
                "404 NoSuchBucket",
            ),
        ],
    }
}

fn defaults() -> Case {
    Case {
        name: "new-bucket",
        page: NEW,
        steps: vec![
            bucket(),
            get("access", "/{b}?publicAccessBlock", "200 BlockPublicAcls=true IgnorePublicAcls=true BlockPublicPolicy=true RestrictPublicBuckets=true")
                .looks_at(Text("BlockPublicAcls"))
                .looks_at(Text("IgnorePublicAcls"))
                .looks_at(Text("BlockPublicPolicy"))
                .looks_at(Text("RestrictPublicBuckets")),
            get("ownership", "/{b}?ownershipControls", "200 ObjectOwnership=BucketOwnerEnforced").looks_at(Text("ObjectOwnership")),
            get("encryption", "/{b}?encryption", "200 SSEAlgorithm=AES256 BucketKeyEnabled=false EncryptionType=SSE-C")
                .looks_at(Text("SSEAlgorithm"))
                .looks_at(Text("BucketKeyEnabled"))
                .looks_at(Text("EncryptionType")),
            get("versioning", "/{b}?versioning", "200 Status=-").looks_at(Text("Status")),
            get("logging", "/{b}?logging", "200 LoggingEnabled=false").looks_at(Has("LoggingEnabled")),
            get("tagging", "/{b}?tagging", "404 NoSuchTagSet"),
            get("policy", "/{b}?policy", "404 NoSuchBucketPolicy"),
            get("lifecycle", "/{b}?lifecycle", "404 NoSuchLifecycleConfiguration"),
            get("object-lock", "/{b}?object-lock", "404 ObjectLockConfigurationNotFoundError"),
            get("replication", "/{b}?replication", "404 ReplicationConfigurationNotFoundError"),
            get("cors", "/{b}?cors", "404 NoSuchCORSConfiguration"),
        ],
    }
}

fn removal() -> Case {
    Case {
        name: "removal",
        page: DELETE,
        steps: vec![
            bucket(),
            put("object", "/{b}/k", "200", "x"),
            step("of-a-full-bucket", "DELETE", "/{b}", "409 BucketNotEmpty"),
            step("of-the-object", "DELETE", "/{b}/k", "204"),
            step("of-the-bucket", "DELETE", "/{b}", "204"),
            step("of-nothing", "DELETE", "/{b}", "404 NoSuchBucket"),
        ],
    }
}

fn locked_from_the_start() -> Case {
    Case {
        name: "locked-creation",
        page: CREATE,
        steps: vec![
            bucket().header("x-amz-bucket-object-lock-enabled", "true"),
            get("lock", "/{b}?object-lock", "200 ObjectLockEnabled=Enabled")
                .looks_at(Text("ObjectLockEnabled")),
            get("versioning", "/{b}?versioning", "200 Status=Enabled").looks_at(Text("Status")),
        ],
    }
}
