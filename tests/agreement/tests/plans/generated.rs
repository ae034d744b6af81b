//! A sample of `cargo prove plans`.

use anyhow::{Result, ensure};
use holdfast_agreement::host::Stubs;
use holdfast_agreement::plans::generated::run;
use holdfast_agreement::proof::{Options, cases};
use holdfast_e2e::{hosts, programs};

const SAMPLE: Options = Options {
    cases: 24,
    per_root: 24,
    seed: 20_260_818,
    read_back: false,
};

#[test]
fn plans_of_generated_configurations_say_what_the_configurations_say() -> Result<()> {
    let hosts = hosts::for_tests()?;
    if hosts.is_empty() {
        return Ok(());
    }
    let (stubs, checker) = (Stubs::new()?, programs::checker()?);
    let cases = cases(&SAMPLE);
    for host in hosts {
        let report = run(&host, &stubs, &checker, &cases, &SAMPLE, &|_| ())?;
        println!("{}", report.table());
        let found = report.disagreements.join("\n");
        ensure!(found.is_empty(), "{host}:\n{found}");
        ensure!(report.cases > 20, "{} cases", report.cases);
        for (name, way) in &report.ways {
            ensure!(way.verdicts > 0, "{name}: no verdicts were compared");
        }
    }
    Ok(())
}
