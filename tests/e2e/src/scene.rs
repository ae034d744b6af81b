//! A sandbox and a scratch directory for one test on one host.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use holdfast_sandbox::{Fault, Sandbox};
use serde_json::Value;

use crate::hosts::{self, Host};
use crate::programs::{Programs, Progress};
use crate::workdir::Workdir;

/// The provider requirement that every test configuration begins with.
const HEAD: &str = r#"
terraform {
  required_providers {
    holdfast = {
      source = "holdfast/holdfast"
    }
  }
}
"#;

/// A guard against a hang; nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// One test on one host.
pub struct Scene {
    /// The AWS of this test alone.
    pub sandbox: Sandbox,
    /// Where the host runs.
    pub workdir: Workdir,
}

/// Our programs, built once however many tests ask.
///
/// # Errors
/// They do not build.
pub fn programs() -> Result<&'static Programs> {
    static BUILT: OnceLock<Result<Programs, String>> = OnceLock::new();
    BUILT
        .get_or_init(|| Programs::build(Progress::Quiet).map_err(|error| format!("{error:#}")))
        .as_ref()
        .map_err(|error| anyhow!("{error}"))
}

/// Runs a test on every host, each time with a sandbox and a directory of its own.
///
/// # Errors
/// The first host on which it fails, and why; or there is no host.
pub fn on_each_host(test: impl Fn(&mut Scene) -> Result<()>) -> Result<()> {
    for host in hosts::for_tests()? {
        let run = || -> Result<()> { test(&mut Scene::new(&host)?) };
        run().with_context(|| format!("on {host}"))?;
    }
    Ok(())
}

/// Runs a test on one of the hosts, for what no host has a part in: what the provider does when
/// calls fail or wait. Which host that is follows from the test's name, so that all get their share.
///
/// # Errors
/// It fails, and why; or there is no host.
pub fn on_one_host(test: impl Fn(&mut Scene) -> Result<()>) -> Result<()> {
    let hosts = hosts::for_tests()?;
    let thread = std::thread::current();
    let turn: usize = thread
        .name()
        .unwrap_or_default()
        .bytes()
        .map(usize::from)
        .sum();
    let Some(host) = hosts.get(turn % hosts.len().max(1)) else {
        return Ok(());
    };
    test(&mut Scene::new(host)?).with_context(|| format!("on {host}"))
}

impl Scene {
    fn new(host: &Host) -> Result<Self> {
        let sandbox = Sandbox::start()?;
        let workdir = Workdir::new(host, &programs()?.provider, &sandbox.url())?;
        Ok(Self { sandbox, workdir })
    }

    /// Writes the configuration, behind the provider requirement, and a provider block for
    /// `eu-central-1`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn configure(&self, text: &str) -> Result<()> {
        self.configure_provider(
            "provider \"holdfast\" {\n  region = \"eu-central-1\"\n}\n",
            text,
        )
    }

    /// The same with another provider block.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn configure_provider(&self, provider: &str, text: &str) -> Result<()> {
        self.workdir
            .write("main.tf", &format!("{HEAD}\n{provider}\n{text}"))
    }

    /// The one policy in the sandbox.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn only_policy(&self) -> Result<Value> {
        let mut policies = self.sandbox.policies();
        ensure!(
            policies.len() == 1,
            "one policy was expected: {policies:#?}"
        );
        policies.pop().context("one policy")
    }

    /// Starts an apply and kills host and provider after AWS has done `operation` (`dlm:TagResource`)
    /// and before anybody has heard of it. Nothing is locked, so nothing stays so.
    ///
    /// # Errors
    /// The operation is not called, or the processes cannot be killed.
    pub fn kill_during(&self, operation: &str) -> Result<()> {
        let rule = self.sandbox.inject(Fault::HoldAnswer.on(operation));
        let arguments = ["apply", "-auto-approve", "-no-color", "-lock=false"];
        let mut apply = self.workdir.command(&arguments);
        apply
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        let mut host = apply.spawn()?;
        let held = self.sandbox.wait_until_held(rule, PATIENCE);
        let killed = Command::new("kill")
            .args(["-9", "--", &format!("-{}", host.id())])
            .status()?;
        host.wait()?;
        held?;
        ensure!(killed.success(), "the process group was killed");
        self.sandbox.clear_faults();
        self.sandbox.wait_until_idle(PATIENCE)?;
        Ok(())
    }
}

/// The mark `holdfast:creating` of an object, as a create would have left it long ago.
///
/// # Errors
/// The object has no mark.
pub fn old_mark(object: &Value) -> Result<String> {
    let mark = object["Tags"]["holdfast:creating"].as_str();
    let (identity, _) = mark.context("a mark")?.rsplit_once('/').context("a time")?;
    Ok(format!("{identity}/2026-01-01T00:00:00Z"))
}

/// A daily policy named `daily`, with `body` inside.
pub fn daily(body: &str) -> String {
    policy("daily", body)
}

/// A daily policy with that label, with `body` inside.
pub fn policy(label: &str, body: &str) -> String {
    format!(
        r#"
resource "holdfast_dlm_policy" "{label}" {{
  description        = "Daily snapshots"
  execution_role_arn = "arn:aws:iam::123456789012:role/AWSDataLifecycleManagerDefaultRole"
  policy_details {{
    resource_types = ["VOLUME"]
    target_tags    = {{ Backup = "Daily" }}
    schedule {{
      name = "daily"
      create_rule {{
        interval = 24
        times    = ["03:00"]
      }}
      retain_rule {{
        count = 7
      }}
    }}
  }}
  {body}
}}
"#
    )
}
