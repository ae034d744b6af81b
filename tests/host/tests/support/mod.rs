//! What the suites of all resources share: how many cases, our provider under the host, and
//! configurations as values.

use anyhow::Result;
use cty::{Type, Value};
use holdfast_e2e::programs::{Programs, Progress};
use holdfast_e2e::workdir::provider_environment;
use holdfast_host::{Core, Processes, Program};
use holdfast_sandbox::Sandbox;
use serde_json::Value as Json;

/// The region of resources that name none.
pub(crate) const HOME: &str = "eu-central-1";

/// How many cases to run: `HOLDFAST_CASES`, or so many.
pub(crate) fn cases(usual: u32) -> u32 {
    let wanted = std::env::var("HOLDFAST_CASES").ok();
    wanted.and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// Our provider, made for the sandbox and configured.
pub(crate) async fn start(
    sandbox: &Sandbox,
    processes: Processes,
    settings: Json,
) -> Result<Core<Program>> {
    let provider = Programs::build(Progress::Quiet)?.provider;
    let url = sandbox.url();
    let environment = provider_environment(&url).into_iter();
    let environment = environment.chain([("AWS_REGION", HOME)]);
    let mut core = Core::start(Program::new(provider, environment, processes)).await?;
    core.configure(value(&settings)?).await?;
    Ok(core)
}

/// What the language makes of a configuration.
pub(crate) fn value(config: &Json) -> Result<Value> {
    Ok(cty::json::decode_implied(&config.to_string())?)
}

/// The configuration with an argument that is not known yet.
pub(crate) fn without(config: &Value, unknown: Option<&str>) -> Value {
    let mut entries = config.entries().cloned().unwrap_or_default();
    if let Some(name) = unknown {
        entries.insert(name.into(), Value::unknown(Type::Dynamic));
    }
    Value::object(entries)
}
