//! The targets of `fuzz/` on a stable toolchain: `config/examples/fuzz.rs`, as a release build.

use std::process::Command;

use anyhow::{Result, ensure};
use holdfast_e2e::programs::repository;

use crate::screen::step;

/// How long and from where.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Options {
    /// With `fuzz`: how long.
    #[arg(long, default_value_t = 300)]
    seconds: u64,
    /// With `fuzz`: the first seed. The same seed is the same damage.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let Options { seconds, seed } = options;
    step(1, format!("{seconds} seconds of damaged files"));
    let mut cargo = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    cargo
        .current_dir(repository())
        .args(["run", "--release", "--quiet"]);
    cargo.args(["-p", "terraform-config", "--example", "fuzz", "--"]);
    let status = cargo.args([seconds, seed].map(u64::to_string)).status()?;
    ensure!(status.success(), "something panicked");
    Ok(())
}
