//! `cargo prove agreement`: generated configurations, planned by every host and evaluated by us.

use std::collections::BTreeSet;
use std::sync::Mutex;

use anyhow::{Context, Result, ensure};
use holdfast_agreement::case::Case;
use holdfast_agreement::host::{Planner, Stubs};
use holdfast_agreement::proof::{LEAST, Options as Size, Report, cases, run as on_host};
use holdfast_agreement::shrink::shrink;
use holdfast_e2e::{Host, hosts};

use crate::screen::{missing, output, remark, step};

/// Options of `cargo prove agreement`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// With `agreement` and `plans`: so many cases; what occurs how often is judged only without this.
    #[arg(long, value_name = "N")]
    cases: Option<usize>,
    /// With `agreement` and `plans`: leaves the first cases out.
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip: usize,
    /// With `agreement` and `plans`: other cases than the proof's own.
    #[arg(long, value_name = "N")]
    cases_seed: Option<u64>,
    /// With `agreement`: also evaluates every plan that the host made, beside its configuration.
    #[arg(long)]
    read_back: bool,
    /// With `agreement`: only prints the files of this case, as `c0042`.
    #[arg(long, value_name = "CASE")]
    show: Option<String>,
    /// With `agreement`: so many disagreements of each host are cut down to what they need.
    #[arg(long, value_name = "N", default_value_t = 1)]
    reduce: usize,
}

/// A few more than 2,000: hosts refuse some.
const FULL: Size = Size {
    cases: 2_080,
    per_root: 52,
    seed: 20_260_818,
    read_back: false,
};

impl Options {
    pub(super) fn size(&self) -> Size {
        Size {
            cases: self.cases.unwrap_or(FULL.cases),
            seed: self.cases_seed.unwrap_or(FULL.seed),
            read_back: self.read_back,
            ..FULL
        }
    }

    /// How many cases are left out at the beginning.
    pub(super) fn skip(&self) -> usize {
        self.skip
    }
}

/// What every host must have planned.
const PLANNED: usize = 2_000;

/// Of the written paths that a plan knows, so many of a hundred are known to us.
const KNOWN: f64 = 97.0;

/// Runs the proof on every host, or on those with a text in their name.
///
/// # Errors
/// It does not hold, or a host cannot be driven.
pub(super) fn run(only: Option<&str>, options: &Options) -> Result<()> {
    let size = options.size();
    let cases = cases(&size).split_off(options.skip.min(size.cases));
    if let Some(name) = &options.show {
        let case = cases.iter().find(|case| case.name == *name);
        output(&listing(case.context("no case of this name")?));
        return Ok(());
    }
    let hosts: Vec<Host> = hosts::available()?
        .into_iter()
        .filter(|host| only.is_none_or(|only| host.to_string().contains(only)))
        .collect();
    if hosts.is_empty() {
        missing(format!("no host to agree with: {}", hosts::INSTALL));
        return Ok(());
    }
    step(1, format!("{} configurations are generated", cases.len()));
    let stubs = Stubs::new()?;
    step(2, "each host plans them, and we evaluate the same files");
    let reports = on_each(&hosts, &stubs, &cases, &size)?;
    for (at, (host, report)) in hosts.iter().zip(&reports).enumerate() {
        step(at + 3, host);
        output(&report.table());
        output(&report.counts());
        output(&report.disagreements());
        // One of each kind and case: the others have mostly the same cause.
        let mut seen = BTreeSet::new();
        let found = report.compared.disagreements.iter();
        let found = found.filter(|it| seen.insert((it.case.clone(), it.what)));
        for found in found.take(options.reduce) {
            let case = cases.iter().find(|case| case.name == found.case);
            let case = case.context("a case of ours")?;
            output(&reduced(host, &stubs, case, found)?);
        }
    }
    for report in &reports {
        judge(report, options.cases.is_none() && options.skip == 0)?;
        remark(format!("{}: they agree", report.host));
    }
    Ok(())
}

/// Two hosts at a time: each waits for its provider half of the time.
fn on_each(hosts: &[Host], stubs: &Stubs, cases: &[Case], size: &Size) -> Result<Vec<Report>> {
    let next = Mutex::new(hosts.iter().enumerate());
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let host = next.lock().ok().and_then(|mut next| next.next());
                    let Some((at, host)) = host else { return };
                    let report = on_host(host, stubs, cases, size, &|said| output(said));
                    if let Ok(mut done) = done.lock() {
                        done.push((at, report));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, report)| report).collect()
}

fn judge(report: &Report, in_full: bool) -> Result<()> {
    let host = &report.host;
    let found = report.disagreements();
    ensure!(found.is_empty(), "{host} does not agree:\n{found}");
    let share = report.known_share();
    ensure!(share >= KNOWN, "on {host}, {share:.2} % are known to us");
    let listed = report.listed();
    ensure!(
        listed.known == listed.known_to_us,
        "on {host}, {} values of listed paths are unknown to us",
        listed.known - listed.known_to_us
    );
    if !in_full {
        return Ok(());
    }
    let planned = report.planned;
    ensure!(planned >= PLANNED, "{host} planned {planned} of {PLANNED}");
    let seldom = report.seldom(LEAST);
    ensure!(
        seldom.is_empty(),
        "written too seldom: {}",
        seldom.join(", ")
    );
    Ok(())
}

/// The smallest configuration that still disagrees like this.
fn reduced(
    host: &Host,
    stubs: &Stubs,
    case: &Case,
    found: &holdfast_agreement::compare::Disagreement,
) -> Result<String> {
    let mut planner = Planner::new(host, stubs)?;
    let small = shrink(&mut planner, case, found, &|said| output(said))?;
    Ok(format!("{found}\n{}", listing(&small)))
}

fn listing(case: &Case) -> String {
    let files = case.texts();
    let files = files.map(|(name, text)| format!("--- {name}\n{text}\n"));
    let files: String = files.collect();
    format!("{files}--- given\n{}", case.given())
}
