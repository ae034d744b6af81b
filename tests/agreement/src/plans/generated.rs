//! Generated configurations, planned by hosts: what is read of their plans equals what the hosts
//! show, and the checker says of the plans what it says of the configurations.
//!
//! What is evaluated of plans with their configurations, `read_back` compares.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use holdfast_e2e::Host;
use holdfast_shown::compare as shown;
use terraform_config::instance::Body;
use terraform_config::plan::{Plan, PlanRequest, evaluate_plan};
use terraform_config::schema::Schemas;
use terraform_config::{Cache, Evaluated, Inputs};

use super::verdicts::Verdicts;
use crate::case::Case;
use crate::compare::{Counts, Disagreement, What, compare};
use crate::host::{Plan as Shown, Planner, Stubs};
use crate::proof::{Options, is_older, planned_root};
use crate::root::Root;
use crate::vocabulary::vocabulary;

/// The ways in which a plan comes, beside the configuration.
const WAYS: [&str; 3] = ["binary plan", "JSON with --source", "JSON alone"];

/// What one host's plans came to.
#[derive(Debug)]
pub struct Report {
    /// The host.
    pub host: String,
    /// Cases that it planned.
    pub cases: usize,
    /// Plans: each holds many cases.
    pub plans: usize,
    /// Leaves that are equal to what the host shows, in four readings of each plan.
    pub leaves: usize,
    /// Paths that the plans know, and how many of them JSON alone tells.
    pub alone: Counts,
    /// What the checker says, by way.
    pub ways: BTreeMap<&'static str, Way>,
    /// What the checker says of the configurations.
    pub written: usize,
    /// What is wrong.
    pub disagreements: Vec<String>,
}

/// One way in which a plan comes.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Findings and open questions of the configurations that the checker was held to.
    pub verdicts: usize,
    /// Questions that are open this way alone.
    pub open: usize,
}

/// Has a host plan all cases; `said` hears of each root.
///
/// # Errors
/// The host or the checker cannot be driven.
pub fn run(
    host: &Host,
    stubs: &Stubs,
    checker: &Path,
    cases: &[Case],
    options: &Options,
    said: &dyn Fn(&str),
) -> Result<Report> {
    let mut planner = Planner::new(host, stubs)?;
    let mut report = Report {
        host: host.to_string(),
        cases: 0,
        plans: 0,
        leaves: 0,
        alone: Counts::default(),
        ways: BTreeMap::new(),
        written: 0,
        disagreements: Vec::new(),
    };
    let mut refused = BTreeMap::new();
    for (number, chunk) in cases.chunks(options.per_root).enumerate() {
        let seed = options.seed ^ number as u64;
        let (root, shown) = planned_root(&mut planner, chunk, seed, &mut refused)?;
        let before = report.disagreements.len();
        report.root(&planner, checker, &root, &shown, is_older(host))?;
        report.cases += root.cases.len();
        report.plans += 1;
        for found in &report.disagreements[before..] {
            said(found);
        }
        said(&format!(
            "{host}: {} cases, {} disagreements",
            report.cases,
            report.disagreements.len()
        ));
    }
    Ok(report)
}

impl Report {
    fn root(
        &mut self,
        planner: &Planner,
        checker: &Path,
        root: &Root,
        shown: &Shown,
        older: bool,
    ) -> Result<()> {
        let json = self.read(shown)?;
        let request = PlanRequest {
            path: planner.path().join("plan.json"),
            source: None,
        };
        let inputs = Inputs {
            schemas: Arc::clone(&vocabulary().schemas),
            ..Inputs::default()
        };
        let alone = evaluate_plan(&Arc::new(json), &request, &inputs, &Cache::default());
        let compared = compare(&alone, shown, &root.cases);
        for counts in compared.paths.values() {
            self.alone.add(*counts);
        }
        let presumed = presumed_absent(&alone);
        let found = compared.disagreements.iter();
        let found = found.filter(|found| !(older && found.older));
        // JSON does not tell a block that nobody wrote from a `dynamic` one of unknown length.
        let is_presumed = |it: &&Disagreement| {
            it.what == What::Blocks && presumed.contains(&(it.address.clone(), it.path.clone()))
        };
        let found = found.filter(|it| !is_presumed(it));
        let found = found.map(|it| format!("JSON alone, beside the host's plan: {it}"));
        self.disagreements.extend(found);
        self.verdicts(planner, checker, root, shown)
    }

    /// Both forms of a plan, each held to what the host shows; the one as JSON.
    fn read(&mut self, plan: &Shown) -> Result<Plan> {
        let json = serde_json::from_str(&plan.shown)?;
        let schemas = &vocabulary().schemas;
        for bytes in [&plan.file[..], plan.shown.as_bytes()] {
            for schemas in [&Schemas::default(), schemas] {
                let read = Plan::from_bytes(bytes, schemas)?;
                let shown = shown(&read, &json, schemas);
                self.leaves += shown.equal;
                self.disagreements.extend(shown.faults);
            }
        }
        Ok(Plan::from_bytes(plan.shown.as_bytes(), schemas)?)
    }

    fn verdicts(
        &mut self,
        planner: &Planner,
        checker: &Path,
        root: &Root,
        shown: &Shown,
    ) -> Result<()> {
        let json = planner.path().join("plan.json");
        fs::write(&json, &shown.shown)?;
        let mut arguments = vec![".".to_owned()];
        arguments.extend(root.arguments.iter().cloned());
        let written = checked(planner, checker, root, &arguments)?;
        self.written += written.said.len();
        let ways = [
            vec!["plan.tfplan"],
            vec!["plan.json", "--source", "."],
            vec!["plan.json"],
        ];
        for (name, arguments) in WAYS.into_iter().zip(ways) {
            let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
            let planned =
                checked(planner, checker, root, &arguments).with_context(|| name.to_owned())?;
            let may_be_open = name == "JSON alone";
            let found = written.contradictions(&planned, may_be_open);
            let found = found.iter().map(|it| format!("{name}, verdict: {it}"));
            self.disagreements.extend(found);
            // What is wrong with the configuration is wrong with the plan.
            let errors = planned.errors.iter();
            let errors = errors.filter(|error| !written.errors.contains(error));
            let errors = errors.map(|it| format!("{name}, an error: {it}"));
            self.disagreements.extend(errors);
            let way = self.ways.entry(name).or_default();
            way.verdicts += written.said.len();
            way.open += planned.open_beside(&written);
        }
        fs::remove_file(&json)?;
        Ok(())
    }

    /// The table.
    pub fn table(&self) -> String {
        let mut out = format!("{}\n", self.host);
        let mut line = |what: &str, count: usize| {
            let _ = writeln!(out, "  {what:<48} {count}");
        };
        line("cases planned", self.cases);
        line("plans", self.plans);
        line("leaves equal to what the host shows", self.leaves);
        line("JSON alone: paths known in the plans", self.alone.known);
        line("  of which known to us", self.alone.known_to_us);
        line("verdicts on the configurations", self.written);
        for (name, way) in &self.ways {
            line(&format!("{name}: verdicts compared"), way.verdicts);
            line("  open this way alone", way.open);
        }
        line("disagreements", self.disagreements.len());
        out
    }
}

/// Blocks that were taken for absent, by the address and the path of the type.
fn presumed_absent(evaluated: &Evaluated) -> BTreeSet<(String, String)> {
    fn note(body: &Body, address: &str, path: &str, into: &mut BTreeSet<(String, String)>) {
        for name in &body.presumed_absent {
            into.insert((address.to_owned(), format!("{path}.{name}")));
        }
        for nested in &body.blocks {
            let block = nested.block();
            note(
                &block.body,
                address,
                &format!("{path}.{}", block.type_name),
                into,
            );
        }
    }
    let mut all = BTreeSet::new();
    for instance in &evaluated.instances {
        let address = &instance.address;
        note(
            &instance.body,
            &address.to_string(),
            &address.type_name,
            &mut all,
        );
    }
    all
}

fn checked(
    planner: &Planner,
    checker: &Path,
    root: &Root,
    arguments: &[String],
) -> Result<Verdicts> {
    let mut all = vec!["check", "--format", "json"];
    all.extend(arguments.iter().map(String::as_str));
    let output = planner.beside(root, checker, &all)?;
    Verdicts::read(&output.stdout, output.status.code())
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())
}
