//! Plans as JSON to instances, in MB/s on one thread, with the memory at its highest beside the
//! size of the file; `serde_json::Value` beside it on the same text in the same run.
//!
//! `cargo bench -p terraform-config --bench plan_json [-- RESOURCES | FILE]`: a plan of so many
//! resources (100,000 unless said), an eighth, a quarter and half of it; or a file. Each is read in a
//! process of its own, a few times, and the best time counts: that of the processor where Linux
//! tells it, so that other work on the machine does not.

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
    if let ["--one", how, what] = arguments.as_slice() {
        one(how, what);
        return ExitCode::SUCCESS;
    }
    let mut arguments = arguments.into_iter().filter(|it| !it.starts_with("--"));
    let given = arguments.next().unwrap_or("100000");
    let plans = match given.parse::<usize>() {
        Ok(resources) => [8, 4, 2, 1]
            .map(|part| (resources / part).to_string())
            .to_vec(),
        Err(_) => vec![given.to_owned()],
    };
    for plan in &plans {
        for how in ["ours", "serde_json::Value"] {
            if let Err(error) = child(how, plan) {
                println!("{how}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// Reads in a process of its own, whose memory is nobody else's.
fn child(how: &str, plan: &str) -> std::io::Result<()> {
    let program = std::env::current_exe()?;
    let done = Command::new(program).args(["--one", how, plan]).status()?;
    match done.success() {
        true => Ok(()),
        false => Err(std::io::Error::other("it ended with an error")),
    }
}

fn one(how: &str, plan: &str) {
    let text = match plan.parse::<usize>() {
        Ok(resources) => generated::plan(resources),
        Err(_) => std::fs::read_to_string(plan).unwrap_or_default(),
    };
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
        "{how:<18}{plan:>8} {:>6.0} MB {:>7.0} ms {speed:>6.0} MB/s, {:.2} times the file in memory",
        bytes / 1e6,
        best.as_secs_f64() * 1e3,
        1.0 + more / bytes,
    );
}

fn time(read: impl FnOnce()) -> Duration {
    let (start, worked) = (Instant::now(), worked());
    read();
    let elapsed = start.elapsed();
    match (worked, self::worked()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => elapsed,
    }
}

/// How long a processor has worked on this thread.
fn worked() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = stat.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

fn ours(text: &str) {
    let schemas = Arc::new(Schemas::default());
    let plan = match Plan::from_bytes(text.as_bytes(), &schemas) {
        Ok(plan) => plan,
        Err(error) => return println!("{error}"),
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
