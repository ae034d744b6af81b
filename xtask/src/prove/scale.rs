//! What apply, refresh and destroy cost, and how that grows.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use holdfast_benches::load::Load;
use holdfast_benches::{report, run};
use holdfast_e2e::programs::Progress;
use holdfast_e2e::{Programs, hosts};

use crate::screen::{output, remark, step};

const LATENCIES: [Duration; 2] = [Duration::ZERO, Duration::from_millis(50)];
/// One rule is applied in less, where hashicorp/aws needs 55 s by design.
const ONE_RULE: Duration = Duration::from_secs(1);

/// Measures every load, or those whose name contains `only`.
pub(super) fn run(only: Option<&str>) -> Result<()> {
    let host = hosts::available()?.into_iter().next();
    let host = host.context(hosts::INSTALL)?;
    step(1, "release builds of the provider and the sandbox");
    let programs = Programs::release(Progress::Shown)?;
    step(2, format!("{host}, provider and sandbox, -parallelism=10"));
    output(&report::heading());
    let mut all = Vec::new();
    for load in Load::ALL {
        let name = format!("{} {}", load.count(), load.of());
        if only.is_some_and(|only| !name.contains(only)) {
            continue;
        }
        for latency in LATENCIES {
            let measured = run::measure(&programs, &host, load, latency)
                .with_context(|| format!("{name}, {} ms", latency.as_millis()))?;
            output(&report::line(&measured));
            all.push(measured);
        }
    }
    step(
        3,
        "growth: times the seconds and times the calls of apply, refresh, destroy",
    );
    output(&report::growth(&all));
    let one = all
        .iter()
        .find(|one| one.load == Load::Rules(1) && one.latency.is_zero());
    if let Some(one) = one {
        let time = one.costs[0].time;
        ensure!(time < ONE_RULE, "one rule is applied in {time:?}");
        remark(format!(
            "one rule is applied in {:.2} s; hashicorp/aws needs at least 55 s by design",
            time.as_secs_f64()
        ));
    }
    Ok(())
}
