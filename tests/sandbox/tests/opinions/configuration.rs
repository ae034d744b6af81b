//! Cases of what is configured on a bucket.

use crate::case::Look::{Has, Text};
use crate::case::{Case, bucket, get, put, step};

const ERRORS: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html";
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
const LOCKED: &str = "<ObjectLockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";

pub(crate) fn cases() -> Vec<Case> {
    vec![
        versioning(),
        encryption(),
        access(),
        ownership(),
        policy(),
        tagging(),
        object_lock(),
        logging(),
        replication(),
    ]
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
