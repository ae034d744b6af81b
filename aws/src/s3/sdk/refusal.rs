//! What S3 and its likes mean by a refusal.

use roxmltree::Document;

use super::super::{Setting, Versioning};
use super::wire::Answer;
use crate::{AwsError, ErrorKind, Region};

/// Codes by which a store says that it does not have what was asked for.
const UNSUPPORTED: &[&str] = &[
    "NotImplemented",
    "XNotImplemented",
    "MethodNotAllowed",
    "UnsupportedArgument",
    "UnsupportedOperation",
];

/// Codes by which the wrong region answers.
const MISDIRECTED: &[&str] = &[
    "PermanentRedirect",
    "TemporaryRedirect",
    "IllegalLocationConstraintException",
];

/// Codes of a `CreateBucket`. A store that does not know a sub-resource takes the write of one
/// for that.
const OF_A_CREATE: &[&str] = &["BucketAlreadyOwnedByYou", "BucketAlreadyExists"];

/// `error`, which says no more than status and code, with what `answer` says beside them.
pub(super) fn understood(error: AwsError, answer: Option<&Answer>, asked: &Region) -> AwsError {
    let Some(answer) = answer.filter(|answer| !(200..300).contains(&answer.status)) else {
        return error;
    };
    let code = error.code().unwrap_or_default();
    let kind = match (answer.status, code) {
        _ if UNSUPPORTED.contains(&code) => ErrorKind::Unsupported,
        (501, _) | (405, _) => ErrorKind::Unsupported,
        (_, "OperationAborted" | "ConditionalRequestConflict") => ErrorKind::Conflict,
        // Between a bucket's create and its being known everywhere.
        (_, "NoSuchBucket") => ErrorKind::NotFound,
        // Anything else that is missing is not the bucket.
        (404, _) => ErrorKind::Other,
        (301 | 307 | 308, _) => elsewhere(answer),
        _ if MISDIRECTED.contains(&code) => elsewhere(answer),
        (400 | 403, _) if is_elsewhere(code, answer, asked) => elsewhere(answer),
        _ => return error,
    };
    error.with_kind(kind)
}

/// The same for the write of a setting.
pub(super) fn of_a_write(error: AwsError) -> AwsError {
    match error.code() {
        Some(code) if OF_A_CREATE.contains(&code) => error.with_kind(ErrorKind::Unsupported),
        _ => error,
    }
}

/// What a refused look at a setting means.
pub(super) enum Look {
    /// The setting is not set.
    Absent,
    /// The store has none.
    Unsupported,
    /// It is a failure.
    Failed,
}

/// What `error` of a look at a setting means.
pub(super) fn of_a_look(error: &AwsError, answer: Option<&Answer>) -> Look {
    let status = answer.map_or(0, |answer| answer.status);
    match (status, error.code().unwrap_or_default()) {
        _ if *error.kind() == ErrorKind::Unsupported => Look::Unsupported,
        // A store that does not know the sub-resource answers with the list of objects, or looks
        // for an object.
        (200, _) if lists_objects(answer) => Look::Unsupported,
        (404, "NoSuchKey") => Look::Unsupported,
        // Object lock where it was not asked for at the create, replication without versioning.
        (_, "InvalidBucketState") => Look::Absent,
        // Every store has its own word for it (NoSuchTagSet, ERROR_NO_SUCH_BUCKET_TAGSET), but a
        // proxy has none, and a bucket that is gone is no setting.
        (404, "" | "NoSuchBucket") => Look::Failed,
        (404, _) => Look::Absent,
        _ => Look::Failed,
    }
}

/// Whether the answer is a list of objects.
pub(super) fn lists_objects(answer: Option<&Answer>) -> bool {
    answer.is_some_and(|answer| root(&answer.body).as_deref() == Some("ListBucketResult"))
}

/// The versioning in an answer that only calls it by the wrong name, at which the SDK stops
/// (moto). `None`: it is no such answer.
pub(super) fn misnamed_versioning(answer: Option<&Answer>) -> Option<Setting<Versioning>> {
    let body = &answer.filter(|answer| answer.status == 200)?.body;
    (root(body).as_deref() == Some("GetBucketVersioningResponse")).then(|| {
        element(body, "Status").map_or(Setting::Absent, |status| {
            Setting::Present(status.as_str().into())
        })
    })
}

/// Where the answer says that the bucket is.
pub(super) fn region(answer: &Answer) -> Option<Region> {
    let header = answer.region.as_deref();
    let body = || element(&answer.body, "Region");
    let name = header.map(str::to_owned).or_else(body)?;
    Region::of_store(name.trim()).ok()
}

fn elsewhere(answer: &Answer) -> ErrorKind {
    ErrorKind::WrongRegion {
        region: region(answer),
    }
}

/// A refused signature, or a HEAD without a body, that names another region.
fn is_elsewhere(code: &str, answer: &Answer, asked: &Region) -> bool {
    matches!(code, "" | "AuthorizationHeaderMalformed" | "InvalidRegion")
        && region(answer).is_some_and(|region| region != *asked)
}

/// The name of the root of an XML body.
fn root(body: &[u8]) -> Option<String> {
    let tree = Document::parse(std::str::from_utf8(body).ok()?).ok()?;
    Some(tree.root_element().tag_name().name().to_owned())
}

/// The text of a child of the root.
fn element(body: &[u8], name: &str) -> Option<String> {
    let tree = Document::parse(std::str::from_utf8(body).ok()?).ok()?;
    let found = tree
        .root_element()
        .children()
        .find(|node| node.tag_name().name() == name)?;
    found.text().map(str::to_owned)
}
