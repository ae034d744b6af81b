//! Real hosts plan and apply with stubs.
//!
//! - `rancher2`: the configurations of `config/tests/fixtures/plans`;
//! - `others`: AWS, and several small providers in one configuration;
//! - `shapes`: every nesting mode, dynamic values, older states;
//! - `schemas`: what a host prints of a stub is what the stub was given.

mod others;
mod rancher2;
mod schemas;
mod shapes;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, ensure};
use holdfast_e2e::workdir::Workdir;
use holdfast_e2e::{Host, hosts, programs};
use holdfast_stub::Mirror;

const RANCHER2: &str = include_str!("../../schemas/rancher2_14.1.1.json");
const AWS: &str = include_str!("../../schemas/aws_6.25.0.json");
const SMALL: &str = include_str!("../../schemas/small_providers.json");

/// A provider to be served: address, version, schemas.
type Served<'a> = (&'a str, &'a str, &'a str);

/// Runs a test on every host, each time in a directory of its own in which it finds the stubs.
fn on_each_host(served: &[Served<'_>], test: impl Fn(&Workdir) -> Result<()>) -> Result<()> {
    for host in hosts::for_tests()? {
        on(&host, served, &test)?;
    }
    Ok(())
}

fn on(host: &Host, served: &[Served<'_>], test: impl Fn(&Workdir) -> Result<()>) -> Result<()> {
    let run = || -> Result<()> {
        let dir = tempfile::tempdir()?;
        let mut mirror = Mirror::new(dir.path(), program()?)?;
        for (source, version, json) in served {
            mirror.add(source, version, json)?;
        }
        let rc = mirror.cli_configuration();
        test(&Workdir::with_cli_configuration(host, rc)?)
    };
    run().with_context(|| format!("on {host}"))
}

/// The stub, built once however many tests ask.
fn program() -> Result<&'static Path> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| programs::stub().map_err(|error| format!("{error:#}")));
    match built {
        Ok(program) => Ok(program),
        Err(error) => Err(anyhow!("{error}")),
    }
}

/// Applies, finds nothing more to do, destroys.
fn whole_life(workdir: &Workdir) -> Result<()> {
    workdir.apply()?;
    workdir.plan_is_empty()?;
    workdir.ok(&["destroy", "-auto-approve", "-no-color"])?;
    let left = workdir.ok(&["state", "list"])?;
    ensure!(left.stdout.trim().is_empty(), "left: {}", left.stdout);
    Ok(())
}

/// What a plan says of one resource.
fn change<'a>(plan: &'a serde_json::Value, address: &str) -> Result<&'a serde_json::Value> {
    let changes = plan["resource_changes"].as_array();
    changes
        .into_iter()
        .flatten()
        .find(|change| change["address"] == address)
        .map(|change| &change["change"])
        .with_context(|| format!("{address} is not in the plan"))
}
