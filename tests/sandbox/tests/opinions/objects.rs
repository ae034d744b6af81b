//! Cases of objects, as a bucket is emptied by force.

use crate::case::Look::{Body, Header, Text};
use crate::case::{Case, Step, bucket, step};

const VERSIONS: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html";
const LOCK: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html";
const MANY: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html";
const LIST: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html";
const PARTS: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html";
const ID: &str = "x-amz-version-id";

pub(crate) fn cases() -> Vec<Case> {
    vec![plain(), versions(), many(), listings(), locked(), uploads()]
}

fn put(name: &'static str, path: &'static str, body: &str) -> Step {
    step(name, "PUT", path, "200").body(body)
}

fn versioned() -> Step {
    put(
        "enable-versioning",
        "/{b}?versioning",
        "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>",
    )
}

fn plain() -> Case {
    Case {
        name: "objects",
        page: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html",
        steps: vec![
            bucket(),
            put("put", "/{b}/etcd/one", "snapshot"),
            step("get", "GET", "/{b}/etcd/one", "200 body=snapshot").looks_at(Body),
            step(
                "range",
                "GET",
                "/{b}/etcd/one",
                "206 content-range=bytes 2-4/8 body=aps",
            )
            .header("range", "bytes=2-4")
            .looks_at(Header("content-range"))
            .looks_at(Body),
            step(
                "head",
                "HEAD",
                "/{b}/etcd/one",
                "200 content-length=8 x-amz-server-side-encryption=AES256",
            )
            .looks_at(Header("content-length"))
            .looks_at(Header("x-amz-server-side-encryption")),
            step("none", "GET", "/{b}/none", "404 NoSuchKey"),
            step(
                "only-if-new",
                "PUT",
                "/{b}/etcd/one",
                "412 PreconditionFailed",
            )
            .header("if-none-match", "*"),
            step("other-md5", "PUT", "/{b}/bad", "400 BadDigest")
                .bare()
                .body("x")
                .header("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="),
            step("delete-nothing", "DELETE", "/{b}/none", "204"),
        ],
    }
}

fn versions() -> Case {
    Case {
        name: "versions",
        page: VERSIONS,
        steps: vec![
            bucket(),
            put("before", "/{b}/k", "before"),
            versioned(),
            put("second", "/{b}/k", "second").keeps("second", Header(ID)),
            step("delete", "DELETE", "/{b}/k", "204 x-amz-delete-marker=true")
                .looks_at(Header("x-amz-delete-marker"))
                .keeps("marker", Header(ID)),
            step("hidden", "GET", "/{b}/k", "404 NoSuchKey"),
            step(
                "marker",
                "GET",
                "/{b}/k?versionId={marker}",
                "405 MethodNotAllowed",
            ),
            step("null", "GET", "/{b}/k?versionId=null", "200 body=before").looks_at(Body),
            step(
                "by-version",
                "GET",
                "/{b}/k?versionId={second}",
                "200 body=second",
            )
            .looks_at(Body),
            step(
                "list",
                "GET",
                "/{b}?versions",
                "200 IsLatest=true,false,false Size=6,6",
            )
            .looks_at(Text("IsLatest"))
            .looks_at(Text("Size")),
            put("third", "/{b}/k", "third").keeps("third", Header(ID)),
            step("third-goes", "DELETE", "/{b}/k?versionId={third}", "204"),
            step("hidden-again", "GET", "/{b}/k", "404 NoSuchKey"),
            step(
                "marker-goes",
                "DELETE",
                "/{b}/k?versionId={marker}",
                "204 x-amz-delete-marker=true",
            )
            .looks_at(Header("x-amz-delete-marker")),
            step("shown-again", "GET", "/{b}/k", "200 body=second").looks_at(Body),
            step("not-empty", "DELETE", "/{b}", "409 BucketNotEmpty"),
        ],
    }
}

fn many() -> Case {
    let delete = |objects: &str| {
        format!("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{objects}</Delete>")
    };
    Case {
        name: "delete-many",
        page: MANY,
        steps: vec![
            bucket(),
            versioned(),
            put("one", "/{b}/a", "1").keeps("a", Header(ID)),
            put("two", "/{b}/b", "2"),
            step("both", "POST", "/{b}?delete", "200 DeleteMarker=true Error=-")
                .body(delete("<Object><Key>a</Key><VersionId>{a}</VersionId></Object><Object><Key>b</Key></Object>"))
                .looks_at(Text("DeleteMarker"))
                .looks_at(Text("Error")),
            step("left", "GET", "/{b}?versions", "200 Key=b,b").looks_at(Text("Key")),
            step("nothing", "POST", "/{b}?delete", "400 MalformedXML").body(delete("")),
            step("without-digest", "POST", "/{b}?delete", "400 InvalidRequest").bare().body(delete("<Object><Key>b</Key></Object>")),
        ],
    }
}

fn listings() -> Case {
    Case {
        name: "listings",
        page: LIST,
        steps: vec![
            bucket(),
            put("a1", "/{b}/a/1", "x"),
            put("a2", "/{b}/a/2", "x"),
            put("b1", "/{b}/b/1", "x"),
            put("c", "/{b}/c", "x"),
            step(
                "first-page",
                "GET",
                "/{b}?list-type=2&delimiter=/&max-keys=2",
                "200 Key=- KeyCount=2 IsTruncated=true",
            )
            .looks_at(Text("Key"))
            .looks_at(Text("KeyCount"))
            .looks_at(Text("IsTruncated"))
            .keeps("token", Text("NextContinuationToken")),
            step(
                "second-page",
                "GET",
                "/{b}?list-type=2&delimiter=/&continuation-token={token}",
                "200 Key=c IsTruncated=false",
            )
            .looks_at(Text("Key"))
            .looks_at(Text("IsTruncated")),
            step(
                "prefix",
                "GET",
                "/{b}?list-type=2&prefix=a/&start-after=a/1",
                "200 Key=a/2",
            )
            .looks_at(Text("Key")),
            step(
                "marker",
                "GET",
                "/{b}?marker=a/2&max-keys=1",
                "200 Key=b/1 IsTruncated=true",
            )
            .looks_at(Text("Key"))
            .looks_at(Text("IsTruncated")),
            step(
                "no-number",
                "GET",
                "/{b}?list-type=2&max-keys=x",
                "400 InvalidArgument",
            ),
        ],
    }
}

fn locked() -> Case {
    let retain = |mode: &str| {
        format!(
            "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>{mode}</Mode><RetainUntilDate>2100-01-01T00:00:00Z</RetainUntilDate></Retention>"
        )
    };
    let hold = |status: &str| {
        format!(
            "<LegalHold xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>{status}</Status></LegalHold>"
        )
    };
    let bypass = "x-amz-bypass-governance-retention";
    Case {
        name: "locked-objects",
        page: LOCK,
        steps: vec![
            bucket().header("x-amz-bucket-object-lock-enabled", "true"),
            put("put", "/{b}/k", "x").keeps("k", Header(ID)),
            put("govern", "/{b}/k?retention", &retain("GOVERNANCE")),
            step(
                "govern-holds",
                "DELETE",
                "/{b}/k?versionId={k}",
                "403 AccessDenied",
            ),
            step("marker-is-fine", "DELETE", "/{b}/k", "204"),
            put("legal-hold", "/{b}/k?legal-hold&versionId={k}", &hold("ON")),
            step(
                "legal-hold-holds",
                "DELETE",
                "/{b}/k?versionId={k}",
                "403 AccessDenied",
            )
            .header(bypass, "true"),
            put(
                "legal-hold-ends",
                "/{b}/k?legal-hold&versionId={k}",
                &hold("OFF"),
            ),
            step("bypass", "DELETE", "/{b}/k?versionId={k}", "204").header(bypass, "true"),
            put("another", "/{b}/c", "x").keeps("comply", Header(ID)),
            put("comply", "/{b}/c?retention", &retain("COMPLIANCE")),
            step(
                "comply-holds",
                "DELETE",
                "/{b}/c?versionId={comply}",
                "403 AccessDenied",
            )
            .header(bypass, "true"),
            step("hold-on-unlocked", "PUT", "/{c}", "200"),
            put("unlocked", "/{c}/k", "x"),
            step(
                "hold-refused",
                "PUT",
                "/{c}/k?legal-hold",
                "400 InvalidRequest",
            )
            .body(hold("ON")),
        ],
    }
}

fn uploads() -> Case {
    Case {
        name: "uploads",
        page: PARTS,
        steps: vec![
            bucket(),
            step("open", "POST", "/{b}/big?uploads", "200 Key=big")
                .looks_at(Text("Key"))
                .keeps("id", Text("UploadId")),
            put("part", "/{b}/big?partNumber=1&uploadId={id}", "part"),
            step("list", "GET", "/{b}?uploads", "200 Key=big").looks_at(Text("Key")),
            step(
                "unfinished-is-empty",
                "GET",
                "/{b}?list-type=2",
                "200 KeyCount=0",
            )
            .looks_at(Text("KeyCount")),
            step("abort", "DELETE", "/{b}/big?uploadId={id}", "204"),
            step(
                "abort-again",
                "DELETE",
                "/{b}/big?uploadId={id}",
                "404 NoSuchUpload",
            ),
            step("open-and-leave", "POST", "/{b}/big?uploads", "200"),
            step("bucket-goes", "DELETE", "/{b}", "204"),
        ],
    }
}
