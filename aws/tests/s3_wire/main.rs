//! What the S3 adapter puts on the wire and makes of what comes back, answer by answer.
//!
//! | file | holds |
//! |---|---|
//! | `bucket.rs` | buckets themselves and what is in them |
//! | `settings.rs` | every setting, written, read, not there and not offered |
//! | `lifecycle.rs` | the lifecycle configuration, byte for byte |
//! | `reach.rs` | regions, addresses, repetitions |

mod bucket;
mod lifecycle;
mod reach;
mod settings;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_aws::s3::{BucketName, LifecycleDocument, NewBucket, Ownership, S3, Tags};
use holdfast_aws::{Region, Services};
use md5::{Digest as _, Md5};
use sha2::Sha256;
use support::{Answer, Canned, Request};

const OK: Answer = Answer::S3(200, &[], "");
const THROTTLED: Answer = Answer::S3(
    503,
    &[],
    "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>",
);

fn bucket() -> BucketName {
    "etcd-backups".parse().expect("a name")
}

fn region(name: &str) -> Region {
    name.parse().expect("a region")
}

async fn s3(server: &Canned) -> Arc<dyn S3> {
    server.clients().await.s3(None).await.expect("a client")
}

async fn answering(answer: Answer) -> (Canned, Arc<dyn S3>) {
    let server = Canned::new(&[], answer).await;
    let port = s3(&server).await;
    (server, port)
}

/// S3's refusal with this status and code.
fn refused(status: u16, code: &'static str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>no</Message><RequestId>req-1</RequestId></Error>"
    );
    Answer::S3(status, &[], body.leak())
}

fn tags() -> Tags {
    Tags::from([("team".into(), "core & co".into())])
}

fn new_bucket() -> NewBucket {
    NewBucket {
        name: bucket(),
        object_lock: true,
        ownership: Some(Ownership::BucketOwnerEnforced),
        tags: tags(),
    }
}

/// The signature covers the body that is sent, `Content-MD5` is of it, and no other checksum is
/// there.
fn assert_signed_by_md5_alone(request: &Request) {
    let hash: String = Sha256::digest(&request.body)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(request.header("x-amz-content-sha256"), hash, "{request:?}");
    let digest = match request.body.is_empty() {
        true => String::new(),
        false => STANDARD.encode(Md5::digest(&request.body)),
    };
    assert_eq!(request.header("content-md5"), digest, "{request:?}");
    assert!(request.header("authorization").contains("/s3/aws4_request"));
    let newer = |name: &str| name.contains("checksum") || name.contains("trailer");
    let newer: Vec<_> = request
        .headers
        .iter()
        .filter(|(name, _)| newer(name))
        .collect();
    assert!(newer.is_empty(), "{newer:?}");
}

/// Lines and bodies of all requests, with the headers that say what is asked for.
fn shown(server: &Canned) -> String {
    let mut shown = String::new();
    for request in server.requests() {
        assert_signed_by_md5_alone(&request);
        shown += &format!("{}\n", request.line);
        for (name, value) in &request.headers {
            let transport = ["x-amz-date", "x-amz-content-sha256", "x-amz-user-agent"];
            if name.starts_with("x-amz-") && !transport.contains(&name.as_str()) {
                shown += &format!("  {name}: {value}\n");
            }
        }
        if !request.body.is_empty() {
            shown += &format!("  {}\n", request.body);
        }
    }
    shown
}

/// With white space, an attribute, an element and a date that no SDK knows.
const THEIRS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n  <Rule future='1'><ID>theirs</ID><Prefix/><Status>Enabled</Status>\n<Expiration><Date>2026-01-01</Date></Expiration><Tomorrow>&#x41;</Tomorrow></Rule>\n</LifecycleConfiguration>\n";

fn document(xml: &str) -> LifecycleDocument {
    LifecycleDocument::parse(xml, None).expect("a document")
}
