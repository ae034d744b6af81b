//! A sample of the proof on every host: `cargo prove agreement` runs all of it.

use anyhow::{Result, ensure};
use holdfast_agreement::host::Stubs;
use holdfast_agreement::proof::{Options, cases, run};
use holdfast_e2e::hosts;

const SAMPLE: Options = Options {
    cases: 24,
    per_root: 24,
    seed: 20_260_818,
    read_back: false,
};

#[test]
fn a_sample_of_cases_is_evaluated_as_hosts_plan_it() -> Result<()> {
    let hosts = hosts::for_tests()?;
    if hosts.is_empty() {
        return Ok(());
    }
    let stubs = Stubs::new()?;
    let cases = cases(&SAMPLE);
    for host in hosts {
        let report = run(&host, &stubs, &cases, &SAMPLE, &|said| eprintln!("{said}"))?;
        println!("{}", report.table());
        let found = report.disagreements();
        ensure!(found.is_empty(), "{host}:\n{found}");
        ensure!(report.planned > 20, "{:?}", report.refused);
        let listed = report.listed();
        ensure!(listed.known == listed.known_to_us, "{}", report.table());
    }
    Ok(())
}
