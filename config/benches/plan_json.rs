//! Plans as JSON to instances, in MB/s on one thread, with the memory at its highest beside the
//! size of the file; `serde_json::Value` beside it on the same text in the same run.
//!
//! `cargo bench -p terraform-config --bench plan_json [-- RESOURCES]`: a plan of so many resources
//! (100,000 unless said), an eighth, a quarter and half of it. Each is read in a process of its own,
//! a few times, and the best time counts.

use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use terraform_config::plan::{Plan, PlanRequest, evaluate_plan};
use terraform_config::schema::Schemas;
use terraform_config::{Cache, Inputs};

#[path = "../tests/plan_json/generated.rs"]
mod generated;

const ROUNDS: usize = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["--one", how, resources] = arguments.as_slice() {
        one(how, resources.parse().unwrap_or(0));
        return ExitCode::SUCCESS;
    }
    let resources = arguments.iter().find_map(|it| it.parse::<usize>().ok());
    let resources = resources.unwrap_or(100_000);
    for part in [8, 4, 2, 1] {
        for how in ["ours", "serde_json::Value"] {
            if let Err(error) = child(how, resources / part) {
                println!("{how}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// Reads in a process of its own, whose memory is nobody else's.
fn child(how: &str, resources: usize) -> std::io::Result<()> {
    let program = std::env::current_exe()?;
    let resources = resources.to_string();
    let done = Command::new(program)
        .args(["--one", how, &resources])
        .status()?;
    match done.success() {
        true => Ok(()),
        false => Err(std::io::Error::other("it ended with an error")),
    }
}

fn one(how: &str, resources: usize) {
    let text = generated::plan(resources);
    let before = highest_memory();
    let read = match how {
        "ours" => ours,
        _ => value,
    };
    let times = (0..ROUNDS).map(|_| time(|| read(&text)));
    let best = times.min().unwrap_or_default();
    let bytes = text.len() as f64;
    let speed = bytes / 1e6 / best.as_secs_f64();
    // The text itself was there before.
    let more = highest_memory().saturating_sub(before) as f64;
    println!(
        "{how:<18}{resources:>8} resources {:>6.0} MB {:>7.0} ms {speed:>6.0} MB/s, {:.2} times the file in memory",
        bytes / 1e6,
        best.as_secs_f64() * 1e3,
        1.0 + more / bytes,
    );
}

fn time(read: impl FnOnce()) -> Duration {
    let start = Instant::now();
    read();
    start.elapsed()
}

fn ours(text: &str) {
    let schemas = Arc::new(Schemas::default());
    let Ok(plan) = Plan::from_bytes(text.as_bytes(), &schemas) else {
        return println!("this is no plan");
    };
    let request = PlanRequest {
        path: "plan.json".into(),
        source: None,
    };
    let inputs = Inputs {
        schemas,
        ..Inputs::default()
    };
    black_box(evaluate_plan(
        &Arc::new(plan),
        &request,
        &inputs,
        &Cache::default(),
    ));
}

fn value(text: &str) {
    black_box(serde_json::from_str::<serde_json::Value>(text)).ok();
}

/// The most memory that the process has held so far, in bytes; 0 where nobody tells.
fn highest_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    kib.unwrap_or(0) << 10
}
