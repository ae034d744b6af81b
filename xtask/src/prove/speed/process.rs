//! One run of a program, measured from start to end.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use wait4::Wait4;

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    pub(super) time: Duration,
    /// Peak memory in bytes: of the largest process, where a program starts several.
    pub(super) memory: u64,
}

/// Runs of one program.
pub(super) struct Runs {
    name: String,
    costs: Vec<Cost>,
}

/// Runs a program; its outcome is not the question.
pub(super) fn measure(mut command: Command) -> Result<Cost> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let start = Instant::now();
    let child = command
        .spawn()
        .with_context(|| format!("cannot start {command:?}"))?;
    let used = child
        .wait4()
        .with_context(|| format!("cannot wait for {command:?}"))?;
    Ok(Cost {
        time: start.elapsed(),
        memory: used.rusage.maxrss,
    })
}

impl Runs {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            costs: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, cost: Cost) {
        self.costs.push(cost);
        self.costs.sort_by_key(|cost| cost.time);
    }

    /// The middle one by time, with the memory of the largest.
    pub(super) fn median(&self) -> Cost {
        self.at(50)
    }

    /// The fastest, with the memory of the largest.
    pub(super) fn best(&self) -> Cost {
        self.at(0)
    }

    fn at(&self, share: usize) -> Cost {
        let last = self.costs.len().saturating_sub(1);
        let at = (self.costs.len() * share / 100).min(last);
        Cost {
            time: self.costs.get(at).map_or(Duration::ZERO, |it| it.time),
            memory: self.costs.iter().map(|it| it.memory).max().unwrap_or(0),
        }
    }

    /// Times and memory in one line.
    pub(super) fn row(&self) -> String {
        let [best, median, slow] = [0, 50, 90].map(|share| told(self.at(share).time));
        format!(
            "{:<32} median {median}   best {best}   p90 {slow}   {:>6.1} MiB   n={}",
            self.name,
            self.median().memory as f64 / f64::from(1 << 20),
            self.costs.len()
        )
    }

    /// The same, and how many times as much as ours it is.
    pub(super) fn row_beside(&self, ours: &Self) -> String {
        let (theirs, ours) = (self.median(), ours.median());
        format!(
            "{}\n{:<32} {:.1} x time, {:.1} x memory",
            self.row(),
            "",
            theirs.time.as_secs_f64() / ours.time.as_secs_f64(),
            theirs.memory as f64 / ours.memory as f64
        )
    }
}

fn told(time: Duration) -> String {
    match time < Duration::from_secs(1) {
        true => format!("{:>7.2} ms", time.as_secs_f64() * 1000.0),
        false => format!("{:>7.2} s ", time.as_secs_f64()),
    }
}
