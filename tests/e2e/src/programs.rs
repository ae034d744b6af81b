//! Our programs, built once per process with the cargo that runs us.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Where the built programs are.
#[derive(Clone, Debug)]
pub struct Programs {
    /// `terraform-provider-holdfast`.
    pub provider: PathBuf,
    /// `holdfast`.
    pub checker: PathBuf,
    /// `holdfast-sandbox`.
    pub sandbox: PathBuf,
}

/// What cargo shows while it builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Cargo's own progress on stderr.
    Shown,
    /// Only errors.
    Quiet,
}

const PACKAGES: [&str; 3] = [
    "terraform-provider-holdfast",
    "holdfast",
    "holdfast-sandbox",
];

impl Programs {
    /// Builds the three programs in the dev profile (a no-op when they are fresh).
    ///
    /// # Errors
    /// Cargo cannot be started, the build fails, or a program is missing from its report.
    pub fn build(progress: Progress) -> Result<Self> {
        Self::of(&build(&PACKAGES, progress)?)
    }

    /// The same in the release profile, for measurements.
    ///
    /// # Errors
    /// As [`Programs::build`].
    pub fn release(progress: Progress) -> Result<Self> {
        Self::of(&build_with(&["--release"], &PACKAGES, progress)?)
    }

    fn of(report: &str) -> Result<Self> {
        Ok(Self {
            provider: executable(report, "terraform-provider-holdfast")?,
            checker: executable(report, "holdfast")?,
            sandbox: executable(report, "holdfast-sandbox")?,
        })
    }
}

/// Builds `holdfast-stub`, the provider for any schema, and says where it is.
///
/// # Errors
/// As [`Programs::build`].
pub fn stub() -> Result<PathBuf> {
    executable(
        &build(&["holdfast-stub"], Progress::Quiet)?,
        "holdfast-stub",
    )
}

/// Builds `holdfast`, the checker, alone, and says where it is.
///
/// # Errors
/// As [`Programs::build`].
pub fn checker() -> Result<PathBuf> {
    executable(&build(&["holdfast"], Progress::Quiet)?, "holdfast")
}

/// The same in the release profile.
///
/// # Errors
/// As [`Programs::build`].
pub fn release_checker() -> Result<PathBuf> {
    let report = build_with(&["--release"], &["holdfast"], Progress::Quiet)?;
    executable(&report, "holdfast")
}

/// Builds `holdfast-hurried`, the provider at the pace of the fault matrix, and says where it is.
///
/// # Errors
/// As [`Programs::build`].
pub fn hurried() -> Result<PathBuf> {
    executable(
        &build(&["holdfast-faults"], Progress::Quiet)?,
        "holdfast-hurried",
    )
}

/// Builds the programs of these packages; cargo's report.
fn build(packages: &[&str], progress: Progress) -> Result<String> {
    build_with(&[], packages, progress)
}

fn build_with(flags: &[&str], packages: &[&str], progress: Progress) -> Result<String> {
    let mut cargo = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    cargo
        .current_dir(repository())
        .args(["build", "--message-format=json-render-diagnostics"])
        .args(flags)
        .args(packages.iter().flat_map(|package| ["-p", package]))
        .stderr(Stdio::inherit());
    if progress == Progress::Quiet {
        cargo.arg("--quiet");
    }
    let output = cargo
        .output()
        .context("cannot start cargo to build the programs")?;
    if !output.status.success() {
        bail!(
            "cargo build failed ({}); its messages are above",
            output.status
        );
    }
    String::from_utf8(output.stdout).context("cargo's report is not UTF-8")
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// The executable of a bin target, from cargo's JSON messages.
fn executable(report: &str, name: &str) -> Result<PathBuf> {
    report
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .with_context(|| format!("cargo built no program named {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_of_the_same_name_is_not_the_program() {
        let report = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"holdfast"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"holdfast"},"executable":"/t/holdfast"}"#,
        );
        assert_eq!(
            executable(report, "holdfast").unwrap(),
            PathBuf::from("/t/holdfast")
        );
        assert!(executable(report, "other").is_err());
    }

    #[test]
    fn the_repository_holds_the_workspace() {
        assert!(repository().join("Cargo.lock").is_file());
    }
}
