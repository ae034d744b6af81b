//! `cargo prove agreement`: generated configurations, planned by every host and evaluated by us.

use std::sync::Mutex;

use anyhow::{Context, Result, ensure};
use holdfast_agreement::case::Case;
use holdfast_agreement::host::{Planner, Stubs};
use holdfast_agreement::proof::{LEAST, Options, Report, cases, run as on_host};
use holdfast_agreement::shrink::shrink;
use holdfast_e2e::{Host, hosts};

use crate::screen::{missing, output, remark, step};

/// A few more than 2,000: hosts refuse some.
const FULL: Options = Options {
    cases: 2_080,
    per_root: 52,
    seed: 20_260_818,
};

/// What every host must have planned.
const PLANNED: usize = 2_000;

/// Of the written paths that a plan knows, so many of a hundred are known to us.
const KNOWN: f64 = 97.0;

/// Runs the proof on every host, or on those with a text in their name.
///
/// # Errors
/// It does not hold, or a host cannot be driven.
pub(super) fn run(only: Option<&str>) -> Result<()> {
    let hosts: Vec<Host> = hosts::available()?
        .into_iter()
        .filter(|host| only.is_none_or(|only| host.to_string().contains(only)))
        .collect();
    if hosts.is_empty() {
        missing(format!("no host to agree with: {}", hosts::INSTALL));
        return Ok(());
    }
    step(1, format!("{} configurations are generated", FULL.cases));
    let cases = cases(&FULL);
    let stubs = Stubs::new()?;
    step(2, "each host plans them, and we evaluate the same files");
    let reports = on_each(&hosts, &stubs, &cases)?;
    for (at, (host, report)) in hosts.iter().zip(&reports).enumerate() {
        step(at + 3, host);
        output(&report.table());
        output(&report.counts());
        if let Some(first) = report.compared.disagreements.first() {
            let case = cases.iter().find(|case| case.name == first.case);
            output(&reduced(
                host,
                &stubs,
                case.context("a case of ours")?,
                first,
            )?);
        }
    }
    for report in &reports {
        judge(report)?;
        remark(format!("{}: they agree", report.host));
    }
    Ok(())
}

/// Two hosts at a time: each waits for its provider half of the time.
fn on_each(hosts: &[Host], stubs: &Stubs, cases: &[Case]) -> Result<Vec<Report>> {
    let next = Mutex::new(hosts.iter().enumerate());
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let host = next.lock().ok().and_then(|mut next| next.next());
                    let Some((at, host)) = host else { return };
                    let report = on_host(host, stubs, cases, &FULL, &|said| output(said));
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

fn judge(report: &Report) -> Result<()> {
    let host = &report.host;
    let found = report.disagreements();
    ensure!(found.is_empty(), "{host} does not agree:\n{found}");
    let planned = report.planned;
    ensure!(planned >= PLANNED, "{host} planned {planned} of {PLANNED}");
    let share = report.known_share();
    ensure!(share >= KNOWN, "on {host}, {share:.2} % are known to us");
    let listed = report.listed();
    ensure!(
        listed.known == listed.known_to_us,
        "on {host}, {} values of listed paths are unknown to us",
        listed.known - listed.known_to_us
    );
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
    let small = shrink(&mut planner, case, found)?;
    let files = small.texts();
    let files = files.map(|(name, text)| format!("--- {name}\n{text}"));
    let files: String = files.collect();
    Ok(format!("{found}\n{files}--- given\n{}", small.given()))
}
