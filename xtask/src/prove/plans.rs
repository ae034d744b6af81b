//! `cargo prove plans`: generated configurations, planned by every host; what is read of the plans,
//! and what the checker says of them.

use anyhow::{Result, ensure};
use holdfast_agreement::host::Stubs;
use holdfast_agreement::plans::generated::run as on_host;
use holdfast_agreement::proof::{Options as Size, cases};
use holdfast_e2e::{hosts, programs};

use super::agreement::Options;
use crate::screen::{missing, output, remark, step};

/// Runs the proof on every host, or on those with a text in their name.
///
/// # Errors
/// It does not hold, or a host cannot be driven.
pub(super) fn run(only: Option<&str>, options: &Options) -> Result<()> {
    let size: Size = options.size();
    let cases = cases(&size).split_off(options.skip().min(size.cases));
    let mut hosts = hosts::available()?;
    hosts.retain(|host| only.is_none_or(|only| host.to_string().contains(only)));
    if hosts.is_empty() {
        missing(format!("no host to make plans: {}", hosts::INSTALL));
        return Ok(());
    }
    step(1, format!("{} configurations are generated", cases.len()));
    let (stubs, checker) = (Stubs::new()?, programs::release_checker()?);
    let mut disagreeing = Vec::new();
    for (at, host) in hosts.iter().enumerate() {
        step(at + 2, format!("{host} plans them, and we read the plans"));
        let report = on_host(host, &stubs, &checker, &cases, &size, &|said| output(said))?;
        output(&report.table());
        match report.disagreements.len() {
            0 => remark(format!("{host}: they agree")),
            count => disagreeing.push(format!("{host}: {count} disagreements")),
        }
    }
    ensure!(disagreeing.is_empty(), "{}", disagreeing.join("; "));
    Ok(())
}
