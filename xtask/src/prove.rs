//! Proofs in full: each prints its table. CI runs samples of the same things as tests.

mod agreement;
mod faults;
mod fuzz;
mod hostile;
mod plans;
mod scale;
mod speed;
mod syntax;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};
use holdfast_e2e::programs::repository;

/// Options of `cargo prove`.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// Which proof.
    name: Name,
    /// With `agreement`, `faults`, `hostile`, `plans`, `scale` and `speed`: only what has this in its name.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// With `syntax`: folders whose files are read; without any, the repository.
    #[arg(value_name = "DIR")]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    fuzz: fuzz::Options,
    #[command(flatten)]
    agreement: agreement::Options,
    #[command(flatten)]
    hostile: hostile::Options,
    #[command(flatten)]
    speed: speed::Options,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Name {
    /// `holdfast check` as a whole process: one `module` beside `terraform fmt -check`, a
    /// `monorepo` of 1,000, its `growth` to 8,000, `peers` on PATH (tflint, checkov), and `plans`
    /// beside `terraform show -json`, conftest and checkov.
    Speed,
    /// Every AWS call of every resource fails once in each way, and the provider is killed after
    /// each: what survived and what was lost.
    Faults,
    /// Apply, refresh and destroy of up to 1,000 rules and 50 buckets, with and without latency:
    /// seconds, calls, memory, and how they grow.
    Scale,
    /// Generated configurations, planned by every host and evaluated by us: where they differ, and
    /// what was written how often.
    Agreement,
    /// Plans of the same configurations: what is read of them beside what the hosts show, and what
    /// the checker says of each, however it comes.
    Plans,
    /// Every HCL file of some folders, and generated ones: our tree beside hcl-edit's, our verdict
    /// beside that of `terraform fmt -check`.
    Syntax,
    /// `holdfast check` of what somebody wrote to break a checker, up to 100 MB of it: seconds,
    /// memory and exit code of each.
    Hostile,
    /// Real and generated files of every kind, damaged at random, parsed and evaluated: what
    /// panics.
    Fuzz,
}

/// Runs a proof.
///
/// # Errors
/// It does not hold, or cannot be run.
pub(crate) fn run(options: &Options) -> Result<()> {
    match options.name {
        Name::Speed => speed::run(options.only.as_deref(), &options.speed),
        Name::Faults => faults::run(options.only.as_deref()),
        Name::Scale => scale::run(options.only.as_deref()),
        Name::Agreement => agreement::run(options.only.as_deref(), &options.agreement),
        Name::Plans => plans::run(options.only.as_deref(), &options.agreement),
        Name::Syntax => syntax::run(&options.folders),
        Name::Hostile => hostile::run(options.only.as_deref(), &options.hostile),
        Name::Fuzz => fuzz::run(&options.fuzz),
    }
}

/// The checker as people run it.
fn release_checker() -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| repository().join("target"), PathBuf::from);
    let mut cargo = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    cargo
        .current_dir(repository())
        .args(["build", "--release", "--quiet", "-p", "holdfast"]);
    ensure!(
        cargo.status()?.success(),
        "cargo build --release -p holdfast failed"
    );
    Ok(target.join("release/holdfast"))
}
