//! Cases of lifecycle rules.

use crate::case::Look::{Has, Header, Text};
use crate::case::{Case, Step, bucket, step};
use crate::rules::{self, Sample};

const PUT: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html";
const FILTER: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRuleFilter.html";
const RULE: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html";
const ELEMENTS: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html";
const TRANSITIONS: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html";

const SIZE: &str = "x-amz-transition-default-minimum-object-size";
const PATH: &str = "/{b}?lifecycle";

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![life(), digests()];
    for (name, page, samples) in [
        ("rules-envelope", RULE, rules::envelope()),
        ("rules-scopes", FILTER, rules::scopes()),
        ("rules-versions", RULE, rules::versions()),
        ("rules-expirations", ELEMENTS, rules::expirations()),
        ("rules-transitions", TRANSITIONS, rules::transitions()),
    ] {
        let steps = samples.iter().map(sample);
        cases.push(Case {
            name,
            page,
            steps: std::iter::once(bucket()).chain(steps).collect(),
        });
    }
    cases
}

fn sample(sample: &Sample) -> Step {
    step(sample.name, "PUT", PATH, sample.verdict).body(namespaced(&sample.document()))
}

fn namespaced(document: &str) -> String {
    document.replacen(
        "<LifecycleConfiguration>",
        "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
        1,
    )
}

fn document(ids: &[&str]) -> String {
    let rules: String = ids
        .iter()
        .map(|id| format!("<Rule><ID>{id}</ID><Filter><Prefix>{id}/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>7</Days></Expiration></Rule>"))
        .collect();
    namespaced(&format!(
        "<LifecycleConfiguration>{rules}</LifecycleConfiguration>"
    ))
}

fn life() -> Case {
    let empty_filter = document(&["a"]).replace("<Prefix>a/</Prefix>", "");
    Case {
        name: "lifecycle",
        page: PUT,
        steps: vec![
            bucket(),
            step("none", "GET", PATH, "404 NoSuchLifecycleConfiguration"),
            step("put", "PUT", PATH, "200 x-amz-transition-default-minimum-object-size=all_storage_classes_128K")
                .body(document(&["a", "b"]))
                .looks_at(Header(SIZE)),
            step("get", "GET", PATH, "200 ID=a,b Days=7,7 x-amz-transition-default-minimum-object-size=all_storage_classes_128K")
                .looks_at(Text("ID"))
                .looks_at(Text("Days"))
                .looks_at(Header(SIZE)),
            step("put-replaces", "PUT", PATH, "200").body(document(&["c"])),
            step("only-the-new", "GET", PATH, "200 ID=c").looks_at(Text("ID")),
            step("empty-filter", "PUT", PATH, "200").body(empty_filter),
            step("empty-filter-is-kept", "GET", PATH, "200 Filter=true Prefix=false")
                .looks_at(Has("Filter"))
                .looks_at(Has("Prefix")),
            step("size-varies", "PUT", PATH, "200 x-amz-transition-default-minimum-object-size=varies_by_storage_class")
                .body(document(&["a"]))
                .header(SIZE, "varies_by_storage_class")
                .looks_at(Header(SIZE)),
            step("size-varies-still", "GET", PATH, "200 x-amz-transition-default-minimum-object-size=varies_by_storage_class").looks_at(Header(SIZE)),
            step("no-such-size", "PUT", PATH, "400 InvalidRequest").body(document(&["a"])).header(SIZE, "1K"),
            step("delete", "DELETE", PATH, "204"),
            step("none-again", "GET", PATH, "404 NoSuchLifecycleConfiguration"),
            step("delete-nothing", "DELETE", PATH, "204"),
        ],
    }
}

fn digests() -> Case {
    let body = || document(&["a"]);
    Case {
        name: "digests",
        page: PUT,
        steps: vec![
            bucket(),
            step("no-digest", "PUT", PATH, "400 InvalidRequest")
                .body(body())
                .bare(),
            step("no-md5", "PUT", PATH, "400 InvalidDigest")
                .body(body())
                .bare()
                .header("content-md5", "nonsense"),
            step("other-md5", "PUT", PATH, "400 BadDigest")
                .body(body())
                .bare()
                .header("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="),
            step("other-crc32", "PUT", PATH, "400 BadDigest")
                .body(body())
                .bare()
                .header("x-amz-checksum-crc32", "AAAAAA=="),
        ],
    }
}
