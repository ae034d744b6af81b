//! What a host plans of a root.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};
use holdfast_e2e::hosts::Kind;
use holdfast_e2e::workdir::Workdir;
use holdfast_e2e::{Host, programs};
use holdfast_stub::Mirror;
use serde_json::Value as Json;
use terraform_config::Dialect;

use crate::root::Root;
use crate::vocabulary::PROVIDERS;

/// The providers, laid out for every host.
#[derive(Debug)]
pub struct Stubs {
    mirror: Mirror,
    // Removed when dropped.
    _directory: tempfile::TempDir,
}

impl Stubs {
    /// Builds the stub and lays it out under the address of each provider.
    ///
    /// # Errors
    /// It cannot be built, or a file not written.
    pub fn new() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let mut mirror = Mirror::new(directory.path(), &programs::stub()?)?;
        for provider in PROVIDERS {
            mirror.add(provider.source, provider.version, provider.json)?;
        }
        Ok(Self {
            mirror,
            _directory: directory,
        })
    }

    /// A directory in which a host finds them.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn workdir(&self, host: &Host) -> Result<Workdir> {
        Workdir::with_cli_configuration(host, self.mirror.cli_configuration())
    }
}

/// A directory in which a host plans roots.
pub struct Planner {
    workdir: Workdir,
    downloads: PathBuf,
    /// The modules of what was planned last are installed.
    is_installed: bool,
}

/// What a host says of a root.
#[derive(Debug)]
pub enum Outcome {
    /// A plan.
    Planned(Box<Plan>),
    /// It refuses these cases, for these reasons.
    Refused(BTreeMap<String, String>),
}

/// A plan, by address.
#[derive(Debug, Default)]
pub struct Plan {
    /// Managed resources to be created, and data sources to be read during apply.
    pub objects: BTreeMap<String, Object>,
    /// What modules say, by module path without keys: `plan.configuration`.
    pub configuration: Json,
    /// The plan file.
    pub file: Vec<u8>,
    /// What `show -json` prints of it.
    pub shown: String,
}

/// One instance as planned.
#[derive(Debug, Default)]
pub struct Object {
    /// Its values; what is unknown is absent or null.
    pub after: Json,
    /// True where a value is unknown.
    pub unknown: Json,
    /// True where a value is sensitive.
    pub sensitive: Json,
}

impl Planner {
    /// A directory for a host.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(host: &Host, stubs: &Stubs) -> Result<Self> {
        let workdir = stubs.workdir(host)?;
        let downloads = workdir.path().join(".terraform/modules");
        Ok(Self {
            workdir,
            downloads,
            is_installed: false,
        })
    }

    /// Where the configuration lies.
    pub fn path(&self) -> PathBuf {
        self.workdir.path()
    }

    /// Runs a program where the configuration lies, with the variables of the environment that the
    /// root is planned with.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn beside(&self, root: &Root, program: &Path, arguments: &[&str]) -> Result<Output> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.path());
        command.envs(root.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        let output = command.output();
        output.with_context(|| format!("cannot start {}", program.display()))
    }

    /// The language the host speaks.
    pub fn dialect(&self) -> Dialect {
        match self.workdir.host().kind {
            Kind::Terraform => Dialect::Terraform,
            Kind::OpenTofu => Dialect::Tofu,
        }
    }

    /// Plans a root.
    ///
    /// # Errors
    /// The host cannot be started, or refuses for a reason that names no case.
    pub fn plan(&mut self, root: &Root) -> Result<Outcome> {
        self.is_installed = false;
        self.plan_again(root)
    }

    /// Plans what was planned before, but with other values or without some of its cases.
    ///
    /// # Errors
    /// As [`Planner::plan`].
    pub fn plan_again(&mut self, root: &Root) -> Result<Outcome> {
        root.write(&self.path())?;
        // What an earlier root had installed is no longer there.
        if !self.is_installed && self.downloads.exists() {
            fs::remove_dir_all(&self.downloads)?;
        }
        for (name, value) in &root.environment {
            self.workdir.set(name, value);
        }
        let outcome = self.init_and_plan(root);
        for (name, _) in &root.environment {
            self.workdir.unset(name);
        }
        outcome
    }

    fn init_and_plan(&mut self, root: &Root) -> Result<Outcome> {
        if !self.is_installed {
            let init = self.workdir.run(&["init", "-no-color"])?;
            if !init.status.success() {
                return refused(&init.stderr);
            }
            self.is_installed = true;
        }
        let mut arguments = vec!["plan", "-json", "-out=plan.tfplan"];
        arguments.extend(root.arguments.iter().map(String::as_str));
        let run = self.workdir.run(&arguments)?;
        if !run.status.success() {
            return diagnostics(&run.stdout);
        }
        let shown = self.workdir.ok(&["show", "-json", "plan.tfplan"])?;
        let read: Json =
            serde_json::from_str(&shown.stdout).context("`show -json` printed no JSON")?;
        let plan = Plan {
            file: fs::read(self.path().join("plan.tfplan"))?,
            shown: shown.stdout,
            ..Plan::read(&read)
        };
        Ok(Outcome::Planned(Box::new(plan)))
    }
}

/// The first `c0042` in a text.
fn case_in(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let mut names = words.filter(|word| {
        word.len() == 5
            && word.starts_with('c')
            && word[1..].bytes().all(|byte| byte.is_ascii_digit())
    });
    names.next().map(str::to_owned)
}

/// Refusals of `init`, which only prints text, one box for each.
fn refused(complaints: &str) -> Result<Outcome> {
    let mut refused = BTreeMap::new();
    for said in complaints.split('\u{2577}') {
        if let Some(case) = case_in(said) {
            refused.entry(case).or_insert_with(|| said.to_owned());
        }
    }
    if refused.is_empty() {
        bail!("init fails: {complaints}");
    }
    Ok(Outcome::Refused(refused))
}

/// Refusals of `plan -json`: one object a line.
fn diagnostics(output: &str) -> Result<Outcome> {
    let mut refused = BTreeMap::new();
    let mut homeless = Vec::new();
    for line in output.lines() {
        let Ok(message) = serde_json::from_str::<Json>(line) else {
            continue;
        };
        let diagnostic = &message["diagnostic"];
        if diagnostic["severity"] != "error" {
            continue;
        }
        let said = format!(
            "{}: {} ({})",
            diagnostic["summary"].as_str().unwrap_or_default(),
            diagnostic["detail"].as_str().unwrap_or_default(),
            diagnostic["snippet"]["code"].as_str().unwrap_or_default(),
        );
        let text = |at: &str| {
            diagnostic
                .pointer(at)
                .and_then(Json::as_str)
                .unwrap_or_default()
        };
        let places = [
            text("/range/filename"),
            text("/address"),
            text("/snippet/context"),
            text("/snippet/code"),
            text("/detail"),
        ];
        match places.iter().find_map(|place| case_in(place)) {
            Some(case) => {
                refused.entry(case).or_insert(said);
            }
            None => homeless.push(format!("{said} {diagnostic}")),
        }
    }
    if refused.is_empty() {
        bail!("the plan fails: {} {output}", homeless.join("\n"));
    }
    Ok(Outcome::Refused(refused))
}

impl Plan {
    fn read(shown: &Json) -> Self {
        let mut plan = Self {
            configuration: shown["configuration"]["root_module"].clone(),
            ..Self::default()
        };
        for change in shown["resource_changes"].as_array().into_iter().flatten() {
            let address = change["address"].as_str().unwrap_or_default();
            let change = &change["change"];
            let object = Object {
                after: change["after"].clone(),
                unknown: change["after_unknown"].clone(),
                sensitive: change["after_sensitive"].clone(),
            };
            plan.objects.insert(address.to_owned(), object);
        }
        plan.read_data(&shown["prior_state"]["values"]["root_module"]);
        plan
    }

    /// Data sources that were read while planning are in the state before.
    fn read_data(&mut self, module: &Json) {
        for resource in module["resources"].as_array().into_iter().flatten() {
            let address = resource["address"].as_str().unwrap_or_default();
            let object = Object {
                after: resource["values"].clone(),
                unknown: Json::Bool(false),
                sensitive: resource["sensitive_values"].clone(),
            };
            self.objects.insert(address.to_owned(), object);
        }
        for child in module["child_modules"].as_array().into_iter().flatten() {
            self.read_data(child);
        }
    }

    /// The `expressions` of a resource, by the names of the modules it is in.
    pub fn expressions(&self, modules: &[&str], address: &str) -> Option<&Json> {
        let mut module = &self.configuration;
        for name in modules {
            module = &module["module_calls"][*name]["module"];
        }
        let resources = module["resources"].as_array()?.iter();
        let mut found = resources.filter(|resource| resource["address"] == address);
        found.next().map(|resource| &resource["expressions"])
    }
}
