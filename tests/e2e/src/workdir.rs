//! A scratch directory in which a host finds our provider and the sandbox.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::hosts::{Host, null_device};

/// Both registries' names: a source without a host means another one in each program.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// A scratch directory with a CLI configuration of its own; removed on drop.
pub struct Workdir {
    dir: TempDir,
    host: Host,
    environment: BTreeMap<OsString, OsString>,
}

/// What one command of the host did.
#[derive(Debug)]
pub struct Run {
    /// The command line, for messages.
    pub command: String,
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: String,
    /// What it complained.
    pub stderr: String,
}

/// What a provider needs to find every AWS service at `endpoint`, and nothing of the user's.
pub fn provider_environment(endpoint: &str) -> [(&'static str, &str); 6] {
    [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", "sandbox"),
        ("AWS_SECRET_ACCESS_KEY", "sandbox"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", null_device()),
        ("AWS_SHARED_CREDENTIALS_FILE", null_device()),
    ]
}

impl Workdir {
    /// A directory in which `host` finds `provider` as `holdfast/holdfast` in a local mirror, and
    /// every AWS service at `endpoint`.
    ///
    /// # Errors
    /// The directory, the mirror or the CLI configuration cannot be written.
    pub fn new(host: &Host, provider: &Path, endpoint: &str) -> Result<Self> {
        let mut workdir = Self::bare(host)?;
        let mirror = workdir.dir.path().join("mirror");
        for registry in REGISTRIES {
            install(provider, &mirror.join(registry))?;
        }
        let rc = workdir.dir.path().join("cli.tfrc");
        fs::write(&rc, cli_configuration(&mirror))?;
        workdir.set("TF_CLI_CONFIG_FILE", rc);
        for (name, value) in provider_environment(endpoint) {
            workdir.set(name, value);
        }
        Ok(workdir)
    }

    /// A directory in which `host` obeys a CLI configuration that lies elsewhere, as that of a
    /// mirror of other providers.
    ///
    /// # Errors
    /// The directory cannot be made.
    pub fn with_cli_configuration(host: &Host, cli_configuration: &Path) -> Result<Self> {
        let mut workdir = Self::bare(host)?;
        workdir.set("TF_CLI_CONFIG_FILE", cli_configuration);
        Ok(workdir)
    }

    fn bare(host: &Host) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("holdfast-").tempdir()?;
        fs::create_dir(dir.path().join("work"))?;
        let mut workdir = Self {
            dir,
            host: host.clone(),
            environment: BTreeMap::new(),
        };
        workdir.set("TF_IN_AUTOMATION", "1");
        workdir.set("TF_INPUT", "0");
        workdir.set("CHECKPOINT_DISABLE", "1");
        Ok(workdir)
    }

    /// Where the configuration lies.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join("work")
    }

    /// The host in use.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Sets a variable for every later command.
    pub fn set(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> &mut Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Takes a variable away from every later command.
    pub fn unset(&mut self, name: &str) -> &mut Self {
        self.environment.remove(&OsString::from(name));
        self
    }

    /// The variables that every command gets.
    pub fn environment(&self) -> &BTreeMap<OsString, OsString> {
        &self.environment
    }

    /// Writes a file of the configuration.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        fs::write(self.path().join(name), text).with_context(|| format!("cannot write {name}"))
    }

    /// Copies the files of a folder (not its sub-folders) into the configuration.
    ///
    /// # Errors
    /// The folder cannot be read or a file cannot be copied.
    pub fn copy_from(&self, folder: &Path) -> Result<()> {
        for entry in
            fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
        {
            let path = entry?.path();
            if let (true, Some(name)) = (path.is_file(), path.file_name()) {
                fs::copy(&path, self.path().join(name))?;
            }
        }
        Ok(())
    }

    /// A command of the host, ready to run here: nothing of the caller's Terraform or AWS
    /// settings reaches it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.host.path);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("TF_") || text.starts_with("AWS_") {
                command.env_remove(&name);
            }
        }
        command
            .envs(&self.environment)
            .current_dir(self.path())
            .args(arguments);
        command.stdin(Stdio::null());
        command
    }

    /// Runs a command of the host and waits for it, whatever its outcome.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Result<Run> {
        let output = self
            .command(arguments)
            .output()
            .with_context(|| format!("cannot start {}", self.host.path.display()))?;
        Ok(Run {
            command: format!("{} {}", self.host, arguments.join(" ")),
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs a command that must succeed.
    ///
    /// # Errors
    /// It fails; the message holds all that it printed.
    pub fn ok(&self, arguments: &[&str]) -> Result<Run> {
        let run = self.run(arguments)?;
        if !run.status.success() {
            bail!(
                "{}: {}\n{}{}",
                run.command,
                run.status,
                run.stdout,
                run.stderr
            );
        }
        Ok(run)
    }

    /// Runs a command that must fail, and returns all that it printed, line breaks folded.
    ///
    /// # Errors
    /// It succeeds.
    pub fn fails(&self, arguments: &[&str]) -> Result<String> {
        let run = self.run(arguments)?;
        if run.status.success() {
            bail!(
                "{} should have failed:\n{}{}",
                run.command,
                run.stdout,
                run.stderr
            );
        }
        Ok(run.prose())
    }

    /// `init`, which must succeed.
    ///
    /// # Errors
    /// It fails.
    pub fn init(&self) -> Result<Run> {
        self.ok(&["init", "-no-color"])
    }

    /// `apply -auto-approve`, which must succeed.
    ///
    /// # Errors
    /// It fails.
    pub fn apply(&self) -> Result<Run> {
        self.ok(&["apply", "-auto-approve", "-no-color"])
    }

    /// Asserts that a plan finds nothing to do.
    ///
    /// # Errors
    /// The plan fails or is not empty.
    pub fn plan_is_empty(&self) -> Result<()> {
        let run = self.run(&["plan", "-no-color", "-detailed-exitcode"])?;
        match run.status.code() {
            Some(0) => Ok(()),
            Some(2) => bail!("{}: the plan is not empty\n{}", run.command, run.stdout),
            _ => bail!(
                "{}: {}\n{}{}",
                run.command,
                run.status,
                run.stdout,
                run.stderr
            ),
        }
    }

    /// The plan as `show -json` prints it.
    ///
    /// # Errors
    /// Planning or showing fails.
    pub fn plan_json(&self, arguments: &[&str]) -> Result<Value> {
        let mut all = vec!["plan", "-no-color", "-out=plan.tfplan"];
        all.extend(arguments);
        self.ok(&all)?;
        let run = self.ok(&["show", "-json", "plan.tfplan"])?;
        serde_json::from_str(&run.stdout).context("`show -json` printed no JSON")
    }

    /// The attributes of a resource in state; `None` if it is not there.
    ///
    /// # Errors
    /// The state cannot be shown.
    pub fn state(&self, address: &str) -> Result<Option<Value>> {
        let run = self.ok(&["show", "-json"])?;
        let shown: Value =
            serde_json::from_str(&run.stdout).context("`show -json` printed no JSON")?;
        let resources = shown["values"]["root_module"]["resources"].as_array();
        Ok(resources.and_then(|all| {
            all.iter()
                .find(|one| one["address"] == address)
                .map(|one| one["values"].clone())
        }))
    }

    /// Gives up the removal on drop and returns the directory.
    pub fn keep(self) -> PathBuf {
        self.dir.keep()
    }
}

impl Run {
    /// Everything printed, with the host's box drawing and line breaks folded into spaces, so that
    /// a sentence can be looked for however it was wrapped.
    pub fn prose(&self) -> String {
        let all = format!("{}\n{}", self.stdout, self.stderr);
        let words = all
            .split_whitespace()
            .filter(|word| !matches!(*word, "│" | "╷" | "╵"));
        words.collect::<Vec<_>>().join(" ")
    }
}

/// Lays the provider out as an unpacked mirror package.
fn install(provider: &Path, registry: &Path) -> Result<()> {
    let package = registry
        .join("holdfast/holdfast")
        .join(env!("CARGO_PKG_VERSION"))
        .join(platform());
    fs::create_dir_all(&package)?;
    let target = package.join("terraform-provider-holdfast");
    // A link saves a copy of a large debug build; it fails across file systems.
    fs::hard_link(provider, &target)
        .or_else(|_| fs::copy(provider, &target).map(drop))
        .with_context(|| format!("cannot install {} in the local mirror", provider.display()))
}

/// `linux_amd64`: Go's names for what we run on.
fn platform() -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{os}_{arch}")
}

fn cli_configuration(mirror: &Path) -> String {
    format!(
        "provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
        mirror.display().to_string()
    )
}
