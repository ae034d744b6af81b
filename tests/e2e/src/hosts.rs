//! The hosts that tests and the demo drive.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Colon-separated paths of hosts, as PATH is; without it, `terraform` and else `tofu` on PATH.
pub const BINARIES: &str = "HOLDFAST_TERRAFORM_BINARIES";
/// Set to 1, tests that need a host pass without one.
pub const SKIP: &str = "HOLDFAST_SKIP_TERRAFORM";
/// What to say when there is no host.
pub const INSTALL: &str = "install Terraform (https://developer.hashicorp.com/terraform/install) \
    or OpenTofu (https://opentofu.org/docs/intro/install) 1.8 or newer, so that `terraform` or \
    `tofu` is on PATH";

/// Which of the two programs a host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// HashiCorp's.
    Terraform,
    /// OpenTofu.
    OpenTofu,
}

/// One `terraform` or `tofu` program.
#[derive(Clone, Debug)]
pub struct Host {
    /// The program.
    pub path: PathBuf,
    /// Which of the two it is.
    pub kind: Kind,
    /// `1.11.4`, `1.16.0-rc2`.
    pub version: String,
}

impl Host {
    /// Asks a program who it is.
    ///
    /// # Errors
    /// It cannot be started or does not answer `version -json` as a host does.
    pub fn at(path: &Path) -> Result<Self> {
        let mut command = Command::new(path);
        command.args(["version", "-json"]).stdin(Stdio::null());
        command
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", null_device());
        let output = command
            .output()
            .with_context(|| format!("cannot start {}", path.display()))?;
        let answer: Value = serde_json::from_slice(&output.stdout).with_context(|| {
            format!(
                "{} does not answer `version -json` as Terraform does",
                path.display()
            )
        })?;
        let version = answer["terraform_version"]
            .as_str()
            .with_context(|| format!("{} names no version", path.display()))?
            .to_owned();
        // OpenTofu keeps Terraform's field name, so the plain text tells the two apart.
        let text = Command::new(path)
            .arg("version")
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", null_device())
            .stdin(Stdio::null())
            .output()?;
        let kind = if text.stdout.starts_with(b"OpenTofu") {
            Kind::OpenTofu
        } else {
            Kind::Terraform
        };
        Ok(Self {
            path: path.to_owned(),
            kind,
            version,
        })
    }

    /// `major.minor` as numbers, for features that began with a version.
    pub fn minor(&self) -> (u32, u32) {
        let mut parts = self
            .version
            .split(['.', '-'])
            .map(|part| part.parse().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Terraform => write!(f, "Terraform {}", self.version),
            Kind::OpenTofu => write!(f, "OpenTofu {}", self.version),
        }
    }
}

/// Every host there is: those named by [`BINARIES`], else the first on PATH. May be empty.
///
/// # Errors
/// A named host does not answer.
pub fn available() -> Result<Vec<Host>> {
    let named = env::var_os(BINARIES).unwrap_or_default();
    let mut paths: Vec<PathBuf> = env::split_paths(&named)
        .filter(|p| !p.as_os_str().is_empty())
        .collect();
    if paths.is_empty() {
        paths.extend(
            ["terraform", "tofu"]
                .iter()
                .find_map(|name| on_path(OsStr::new(name))),
        );
    }
    paths.iter().map(|path| Host::at(path)).collect()
}

/// Every host, for a test: fails with what to install when there is none, unless [`SKIP`] is 1.
///
/// # Errors
/// No host and no leave to skip, or a named host does not answer.
pub fn for_tests() -> Result<Vec<Host>> {
    let hosts = available()?;
    if hosts.is_empty() {
        if env::var_os(SKIP).is_some_and(|value| value == "1") {
            eprintln!("skipped: no terraform or tofu, and {SKIP}=1");
        } else {
            bail!("this test drives a real host: {INSTALL}, or set {SKIP}=1 to go without");
        }
    }
    Ok(hosts)
}

/// The first executable of that name on PATH.
pub fn on_path(name: &OsStr) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|dir| dir.join(name))
        .find(|path| path.is_file())
}

pub(crate) fn null_device() -> &'static str {
    if cfg!(windows) { "NUL" } else { "/dev/null" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        let host = |version: &str| Host {
            path: PathBuf::new(),
            kind: Kind::Terraform,
            version: version.to_owned(),
        };
        assert_eq!(host("1.16.0-rc2").minor(), (1, 16));
        assert!(host("1.9.8").minor() < host("1.11.4").minor());
    }
}
