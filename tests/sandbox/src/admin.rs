//! The control paths under `/_sandbox/`, for tests and people outside the process. JSON both ways.
//! Their table stands at [`crate::Remote::call`].

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use winterbaume_core::{MockRequest, MockResponse, extract_path, extract_query_string};

use crate::access::Denial;
use crate::dlm::DirectError;
use crate::fault::{FaultRule, RuleId};
use crate::query;
use crate::s3::{S3DirectError, S3Request, S3Settings};
use crate::world::World;

const ROOT: &str = "/_sandbox/";

/// Why a control request is refused.
#[derive(Debug, thiserror::Error)]
enum AdminError {
    #[error("no such control path: {0}")]
    NoPath(String),
    #[error("there is no fault rule {0}")]
    NoRule(String),
    #[error("this is not what {path} takes: {error}")]
    Body {
        path: String,
        error: serde_json::Error,
    },
    #[error(transparent)]
    Direct(#[from] DirectError),
    #[error(transparent)]
    S3(#[from] S3DirectError),
}

/// The body of `POST /_sandbox/denials`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DenialRequest {
    access_key: String,
    denial: Denial,
}

/// The body of `PUT /_sandbox/s3/foreign`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForeignBucket {
    bucket: String,
    #[serde(default = "first_region")]
    region: String,
}

fn first_region() -> String {
    "us-east-1".to_owned()
}

/// The body of `POST /_sandbox/s3/meddle`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Meddling {
    bucket: String,
    rule: String,
}

/// The body of `PUT /_sandbox/s3/lifecycle`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlantedLifecycle {
    bucket: String,
    #[serde(default)]
    document: Option<String>,
    #[serde(default)]
    minimum_size: Option<String>,
}

/// Whether a request is for us and not for AWS.
pub(crate) fn is_admin(request: &MockRequest) -> bool {
    extract_path(&request.uri).starts_with(ROOT)
}

/// Answers a control request.
pub(crate) async fn answer(world: &World, request: MockRequest) -> MockResponse {
    let (status, body) = match act(world, &request).await {
        Ok(body) => (200, body),
        Err(error) => {
            let status = match &error {
                AdminError::NoPath(_) | AdminError::NoRule(_) => 404,
                AdminError::Direct(DirectError::NoPolicy(_))
                | AdminError::S3(S3DirectError::NoBucket(_)) => 404,
                AdminError::Body { .. } | AdminError::Direct(_) | AdminError::S3(_) => 400,
            };
            (status, json!({ "error": error.to_string() }))
        }
    };
    let mut headers = HeaderMap::new();
    headers.insert(
        CONTENT_TYPE,
        http::HeaderValue::from_static("application/json"),
    );
    MockResponse {
        status,
        headers,
        body: body.to_string().into(),
    }
}

async fn act(world: &World, request: &MockRequest) -> Result<Value, AdminError> {
    let path = query::decode(&extract_path(&request.uri));
    let parts: Vec<&str> = path.trim_start_matches(ROOT).split('/').collect();
    match (request.method.as_str(), &parts[..]) {
        ("GET", ["state"]) => Ok(state(world)),
        ("GET", ["log"]) => Ok(json!({ "requests": world.log.entries() })),
        ("GET", ["counts"]) => Ok(json!(world.log.counts())),
        ("GET", ["faults"]) => Ok(json!({ "rules": world.faults.status() })),
        ("POST", ["faults"]) => {
            let rule: FaultRule = body(request, &path)?;
            Ok(json!({ "id": world.faults.inject(rule) }))
        }
        ("POST", ["dlm", "policies"]) => {
            let region = query::values(extract_query_string(&request.uri), "region").pop();
            let region = region.as_deref().unwrap_or("us-east-1");
            Ok(json!({ "PolicyId": world.dlm.create(region, body(request, &path)?)? }))
        }
        ("PUT", ["dlm", "policies"]) => {
            let policy: Value = body(request, &path)?;
            Ok(json!({ "PolicyId": world.dlm.plant(&policy)? }))
        }
        ("PATCH", ["dlm", "policies", id]) => {
            let patch: Value = body(request, &path)?;
            Ok(world.dlm.patch(id, &patch)?)
        }
        ("GET", ["s3", "settings"]) => Ok(json!(world.s3.settings())),
        ("POST", ["s3", "request"]) => {
            let call: S3Request = body(request, &path)?;
            Ok(json!(world.s3.call(&call).await?))
        }
        (method, parts) => {
            command(world, method, parts, request, &path).await?;
            Ok(json!({}))
        }
    }
}

/// The control requests that answer nothing but that they are done.
async fn command(
    world: &World,
    method: &str,
    parts: &[&str],
    request: &MockRequest,
    path: &str,
) -> Result<(), AdminError> {
    match (method, parts) {
        ("POST", ["reset"]) => world.reset(),
        ("GET", ["idle"]) => world.log.until_idle().await,
        ("DELETE", ["log"]) => world.log.clear(),
        ("DELETE", ["faults"]) => world.faults.clear(),
        ("DELETE", ["faults", id]) => {
            let id = rule(id)?;
            there(world.faults.remove(id), id)?;
        }
        ("POST", ["faults", id, "release"]) => {
            let id = rule(id)?;
            there(world.faults.release(id), id)?;
        }
        ("GET", ["faults", id, "held"]) => {
            let id = rule(id)?;
            there(world.faults.until_held(id).await, id)?;
        }
        ("POST", ["denials"]) => {
            let denial: DenialRequest = body(request, path)?;
            world.access.deny(&denial.access_key, denial.denial);
        }
        ("PUT", ["timestamps"]) => world.dlm.set_timestamps(body(request, path)?),
        ("DELETE", ["dlm", "policies", id]) => world.dlm.remove(id)?,
        ("PUT", ["s3", "settings"]) => {
            let settings: S3Settings = body(request, path)?;
            world.s3.set_settings(settings);
        }
        ("PUT", ["s3", "foreign"]) => {
            let foreign: ForeignBucket = body(request, path)?;
            world
                .s3
                .plant_foreign_bucket(&foreign.bucket, &foreign.region);
        }
        ("POST", ["s3", "meddle"]) => {
            let meddling: Meddling = body(request, path)?;
            world.s3.meddle(&meddling.bucket, &meddling.rule)?;
        }
        ("PUT", ["s3", "lifecycle"]) => {
            let planted: PlantedLifecycle = body(request, path)?;
            let (document, size) = (planted.document.as_deref(), planted.minimum_size.as_deref());
            world.s3.plant_lifecycle(&planted.bucket, document, size)?;
        }
        _ => return Err(AdminError::NoPath(format!("{method} {path}"))),
    }
    Ok(())
}

/// Everything that is stored, service by service.
pub(crate) fn state(world: &World) -> Value {
    json!({
        "dlm": { "policies": world.dlm.snapshot() },
        "s3": { "buckets": world.s3.snapshot() },
    })
}

fn rule(id: &str) -> Result<RuleId, AdminError> {
    id.parse()
        .map(RuleId)
        .map_err(|_| AdminError::NoRule(id.to_owned()))
}

fn there(found: bool, id: RuleId) -> Result<(), AdminError> {
    if found {
        Ok(())
    } else {
        Err(AdminError::NoRule(id.0.to_string()))
    }
}

fn body<T: DeserializeOwned>(request: &MockRequest, path: &str) -> Result<T, AdminError> {
    serde_json::from_slice(&request.body).map_err(|error| AdminError::Body {
        path: path.to_owned(),
        error,
    })
}
