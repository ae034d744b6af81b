//! Cases of buckets and what is configured on them.

use crate::case::Look::{Has, Header, Text};
use crate::case::{Case, Step, bucket, step};

const CREATE: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html";
const HEAD: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html";
const NAMES: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";
const DELETE: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html";
const ERRORS: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html";
const NEW: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-overview.html";
const VERSIONING: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html";
const ENCRYPTION: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html";
const ACCESS: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html";
const OWNERSHIP: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html";
const POLICY: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html";
const TAGGING: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html";
const LOCK: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html";
const LOGGING: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html";
const REPLICATION: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html";

pub(crate) fn cases() -> Vec<Case> {
    vec![
        creation(),
        names(),
        heads(),
        defaults(),
        removal(),
        versioning(),
        encryption(),
        access(),
        ownership(),
        policy(),
        tagging(),
        object_lock(),
        locked_from_the_start(),
        logging(),
        replication(),
    ]
}

fn put(name: &'static str, path: &'static str, says: &'static str, body: &str) -> Step {
    step(name, "PUT", path, says).body(body)
}

fn get(name: &'static str, path: &'static str, says: &'static str) -> Step {
    step(name, "GET", path, says)
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

fn versioning() -> Case {
    let status = |status: &str| {
        format!(
            "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>{status}</Status></VersioningConfiguration>"
        )
    };
    Case {
        name: "versioning",
        page: VERSIONING,
        steps: vec![
            bucket(),
            put("enable", "/{b}?versioning", "200", &status("Enabled")),
            get("enabled", "/{b}?versioning", "200 Status=Enabled").looks_at(Text("Status")),
            put(
                "nonsense",
                "/{b}?versioning",
                "400 MalformedXML",
                &status("Off"),
            ),
            put(
                "nothing",
                "/{b}?versioning",
                "400 IllegalVersioningConfigurationException",
                "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>",
            ),
            put("suspend", "/{b}?versioning", "200", &status("Suspended")),
            get("suspended", "/{b}?versioning", "200 Status=Suspended").looks_at(Text("Status")),
        ],
    }
}

fn encryption() -> Case {
    let rule = |with: &str| {
        format!(
            "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ApplyServerSideEncryptionByDefault>{with}</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"
        )
    };
    let key = "<KMSMasterKeyID>arn:aws:kms:us-east-1:123456789012:key/k</KMSMasterKeyID>";
    Case {
        name: "encryption",
        page: ENCRYPTION,
        steps: vec![
            bucket(),
            put(
                "kms",
                "/{b}?encryption",
                "200",
                &rule(&format!("<SSEAlgorithm>aws:kms</SSEAlgorithm>{key}")),
            ),
            get(
                "is-kms",
                "/{b}?encryption",
                "200 SSEAlgorithm=aws:kms BucketKeyEnabled=true",
            )
            .looks_at(Text("SSEAlgorithm"))
            .looks_at(Text("BucketKeyEnabled")),
            put(
                "aes-with-key",
                "/{b}?encryption",
                "400 InvalidArgument",
                &rule(&format!("<SSEAlgorithm>AES256</SSEAlgorithm>{key}")),
            ),
            put(
                "nonsense",
                "/{b}?encryption",
                "400 MalformedXML",
                &rule("<SSEAlgorithm>ROT13</SSEAlgorithm>"),
            ),
            step("delete", "DELETE", "/{b}?encryption", "204"),
            get("is-aes-again", "/{b}?encryption", "200 SSEAlgorithm=AES256")
                .looks_at(Text("SSEAlgorithm")),
        ],
    }
}

fn access() -> Case {
    let block = "<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>";
    Case {
        name: "access",
        page: ACCESS,
        steps: vec![
            bucket(),
            put("one-of-four", "/{b}?publicAccessBlock", "200", block),
            get(
                "others-are-off",
                "/{b}?publicAccessBlock",
                "200 BlockPublicAcls=true BlockPublicPolicy=false",
            )
            .looks_at(Text("BlockPublicAcls"))
            .looks_at(Text("BlockPublicPolicy")),
            step("delete", "DELETE", "/{b}?publicAccessBlock", "204"),
            get(
                "none",
                "/{b}?publicAccessBlock",
                "404 NoSuchPublicAccessBlockConfiguration",
            ),
        ],
    }
}

fn ownership() -> Case {
    let owner = |word: &str| {
        format!(
            "<OwnershipControls xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ObjectOwnership>{word}</ObjectOwnership></Rule></OwnershipControls>"
        )
    };
    Case {
        name: "ownership",
        page: OWNERSHIP,
        steps: vec![
            bucket(),
            put(
                "preferred",
                "/{b}?ownershipControls",
                "200",
                &owner("BucketOwnerPreferred"),
            ),
            get(
                "is-preferred",
                "/{b}?ownershipControls",
                "200 ObjectOwnership=BucketOwnerPreferred",
            )
            .looks_at(Text("ObjectOwnership")),
            put(
                "nonsense",
                "/{b}?ownershipControls",
                "400 MalformedXML",
                &owner("Nobody"),
            ),
            step("delete", "DELETE", "/{b}?ownershipControls", "204"),
            get(
                "none",
                "/{b}?ownershipControls",
                "404 OwnershipControlsNotFoundError",
            ),
            step("in-create", "PUT", "/{c}", "200")
                .header("x-amz-object-ownership", "ObjectWriter"),
            get(
                "is-writer",
                "/{c}?ownershipControls",
                "200 ObjectOwnership=ObjectWriter",
            )
            .looks_at(Text("ObjectOwnership")),
        ],
    }
}

fn policy() -> Case {
    let statement = |effect: &str, resource: &str, condition: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Principal":"*","Action":"s3:GetObject","Resource":"{resource}"{condition}}}]}}"#
        )
    };
    let tls = r#","Condition":{"Bool":{"aws:SecureTransport":"false"}}"#;
    Case {
        name: "policy",
        page: POLICY,
        steps: vec![
            bucket(),
            put(
                "tls-only",
                "/{b}?policy",
                "204",
                &statement("Deny", "arn:aws:s3:::{b}/*", tls),
            ),
            get("is-tls-only", "/{b}?policyStatus", "200 IsPublic=false")
                .looks_at(Text("IsPublic")),
            put("not-json", "/{b}?policy", "400 MalformedPolicy", "{"),
            put(
                "no-statement",
                "/{b}?policy",
                "400 MalformedPolicy",
                r#"{"Version":"2012-10-17"}"#,
            ),
            put(
                "other-bucket",
                "/{b}?policy",
                "400 MalformedPolicy",
                &statement("Deny", "arn:aws:s3:::other/*", tls),
            ),
            put(
                "public",
                "/{b}?policy",
                "403 AccessDenied",
                &statement("Allow", "arn:aws:s3:::{b}/*", ""),
            ),
            step("delete", "DELETE", "/{b}?policy", "204"),
            get("none", "/{b}?policy", "404 NoSuchBucketPolicy"),
        ],
    }
}

fn tagging() -> Case {
    let tags = |pairs: &[(&str, &str)]| {
        let tags: String = pairs
            .iter()
            .map(|(key, value)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>"))
            .collect();
        format!(
            "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>{tags}</TagSet></Tagging>"
        )
    };
    Case {
        name: "tagging",
        page: TAGGING,
        steps: vec![
            bucket(),
            put("one", "/{b}?tagging", "204", &tags(&[("team", "etcd")])),
            get("is-one", "/{b}?tagging", "200 Key=team Value=etcd")
                .looks_at(Text("Key"))
                .looks_at(Text("Value")),
            put(
                "same-key-twice",
                "/{b}?tagging",
                "400 InvalidTag",
                &tags(&[("a", "1"), ("a", "2")]),
            ),
            put(
                "system-tag",
                "/{b}?tagging",
                "400 InvalidTag",
                &tags(&[("aws:x", "1")]),
            ),
            put(
                "empty-key",
                "/{b}?tagging",
                "400 InvalidTag",
                &tags(&[("", "1")]),
            ),
            step("delete", "DELETE", "/{b}?tagging", "204"),
            get("none", "/{b}?tagging", "404 NoSuchTagSet"),
        ],
    }
}

const LOCKED: &str = "<ObjectLockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";

fn object_lock() -> Case {
    let enable = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>";
    let retention = |with: &str| {
        LOCKED.replace(
            "</ObjectLockEnabled>",
            &format!(
                "</ObjectLockEnabled><Rule><DefaultRetention>{with}</DefaultRetention></Rule>"
            ),
        )
    };
    Case {
        name: "object-lock",
        page: LOCK,
        steps: vec![
            bucket(),
            put(
                "without-versioning",
                "/{b}?object-lock",
                "409 InvalidBucketState",
                LOCKED,
            )
            .on_page(ERRORS),
            put("enable-versioning", "/{b}?versioning", "200", enable),
            put("on-an-old-bucket", "/{b}?object-lock", "200", LOCKED),
            put(
                "governance",
                "/{b}?object-lock",
                "200",
                &retention("<Mode>GOVERNANCE</Mode><Days>30</Days>"),
            ),
            get(
                "is-governance",
                "/{b}?object-lock",
                "200 ObjectLockEnabled=Enabled Mode=GOVERNANCE Days=30",
            )
            .looks_at(Text("ObjectLockEnabled"))
            .looks_at(Text("Mode"))
            .looks_at(Text("Days")),
            put(
                "days-and-years",
                "/{b}?object-lock",
                "400 MalformedXML",
                &retention("<Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years>"),
            ),
            put(
                "no-days",
                "/{b}?object-lock",
                "400 InvalidArgument",
                &retention("<Mode>GOVERNANCE</Mode><Days>0</Days>"),
            ),
            put(
                "no-such-mode",
                "/{b}?object-lock",
                "400 MalformedXML",
                &retention("<Mode>NONE</Mode><Days>1</Days>"),
            ),
            put(
                "suspend-versioning",
                "/{b}?versioning",
                "409 InvalidBucketState",
                &enable.replace("Enabled", "Suspended"),
            )
            .on_page(ERRORS),
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

fn logging() -> Case {
    let to = |target: &str, prefix: &str| {
        format!(
            "<BucketLoggingStatus xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LoggingEnabled><TargetBucket>{target}</TargetBucket>{prefix}</LoggingEnabled></BucketLoggingStatus>"
        )
    };
    let prefix = "<TargetPrefix>s3/</TargetPrefix>";
    Case {
        name: "logging",
        page: LOGGING,
        steps: vec![
            bucket(),
            put(
                "to-nothing",
                "/{b}?logging",
                "400 InvalidTargetBucketForLogging",
                &to("{c}", prefix),
            ),
            step("create-target", "PUT", "/{c}", "200"),
            put(
                "without-prefix",
                "/{b}?logging",
                "400 MalformedXML",
                &to("{c}", ""),
            ),
            put(
                "off",
                "/{b}?logging",
                "200",
                "<BucketLoggingStatus xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>",
            ),
            get("is-off", "/{b}?logging", "200 LoggingEnabled=false")
                .looks_at(Has("LoggingEnabled")),
        ],
    }
}

fn replication() -> Case {
    let to = |target: &str| {
        format!(
            "<ReplicationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Role>arn:aws:iam::123456789012:role/r</Role><Rule><ID>r</ID><Status>Enabled</Status><Priority>1</Priority><Filter/><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication><Destination><Bucket>arn:aws:s3:::{target}</Bucket></Destination></Rule></ReplicationConfiguration>"
        )
    };
    let enable = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>";
    Case {
        name: "replication",
        page: REPLICATION,
        steps: vec![
            bucket(),
            step("create-target", "PUT", "/{c}", "200"),
            put(
                "without-versioning",
                "/{b}?replication",
                "400 InvalidRequest",
                &to("{c}"),
            ),
            put("enable", "/{b}?versioning", "200", enable),
            put(
                "to-unversioned",
                "/{b}?replication",
                "400 InvalidRequest",
                &to("{c}"),
            ),
            put("enable-target", "/{c}?versioning", "200", enable),
            put("to-versioned", "/{b}?replication", "200", &to("{c}")),
            get("is-set", "/{b}?replication", "200 ID=r").looks_at(Text("ID")),
            step("delete", "DELETE", "/{b}?replication", "204"),
            get(
                "none",
                "/{b}?replication",
                "404 ReplicationConfigurationNotFoundError",
            ),
        ],
    }
}
