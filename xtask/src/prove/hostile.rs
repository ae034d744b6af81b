//! What somebody wrote to break a checker, up to 100 MB of it: `holdfast check` ends in time and
//! within its memory, with a verdict or with an error.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use holdfast_benches::memory::{peak_of, worked};

use crate::screen::{output, remark, step};

// Those of the evaluator's own tests.
#[path = "../../../config/tests/hostile/inputs/mod.rs"]
mod inputs;
#[path = "../../../config/tests/support/planfile.rs"]
mod planfile;
#[path = "../../../config/tests/hostile/plans.rs"]
mod plans;

use inputs::Input;
use plans::PlanInput;

/// Options of `cargo prove hostile`.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Options {
    /// With `hostile`: the long inputs have so many MB; several sizes are parted by commas.
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = SIZES)]
    megabytes: Vec<usize>,
}

/// How long the long ones are: some are too large at the first look, and cost more if they are not.
const SIZES: [usize; 4] = [100, 50, 25, 12];
const MB: usize = 1_000_000;
const MAX_TIME: Duration = Duration::from_secs(10);
const MAX_KIB: u64 = 1 << 20;
/// What runs longer is ended.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at a process. Its peak is kept by the kernel: only its last moment is missed.
const PAUSE: Duration = Duration::from_millis(3);

/// How one run went.
struct Run {
    /// From start to end.
    time: Duration,
    /// Of a processor. Less than half of the time: others were at work on the machine.
    worked: Duration,
    kib: u64,
    /// None if it was ended from outside, or by a signal.
    code: Option<i32>,
    /// What it wrote to standard error.
    said: String,
}

/// Checks every input, or those with `only` in their name.
pub(super) fn run(only: Option<&str>, options: &Options) -> Result<()> {
    let checker = super::release_checker()?;
    let wanted = |input: &Input| only.is_none_or(|only| input.name.contains(only));
    let sizes = options.megabytes.iter();
    let long = sizes.map(|size| (format!("inputs of {size} MB"), *size, inputs::sized()));
    let short = "short inputs that stand for very much".to_owned();
    let groups = long.chain([(short, 0, inputs::growing())]);
    let mut tally = Tally::default();
    let mut at = 0;
    for (title, megabytes, group) in groups {
        at += 1;
        step(at, title);
        for input in group.iter().filter(|input| wanted(input)) {
            let write = |folder: &Path| input.write(folder, megabytes * MB);
            tally.add(&input.name, check(&checker, ".", write));
        }
    }
    step(at + 1, "plans of 100 MB");
    let wanted = |input: &PlanInput| only.is_none_or(|only| input.name.contains(only));
    for input in plans::inputs().iter().filter(|input| wanted(input)) {
        let write = |folder: &Path| fs::write(folder.join(input.file), (input.bytes)(100 * MB));
        let name = format!("{}: {}", input.file, input.name);
        tally.add(&name, check(&checker, input.file, write));
    }
    tally.told()
}

/// What all runs came to.
#[derive(Default)]
struct Tally {
    count: usize,
    bad: usize,
    slowest: Duration,
    hardest: Duration,
    /// In KiB.
    largest: u64,
}

impl Tally {
    fn add(&mut self, name: &str, run: Result<Run>) {
        self.count += 1;
        let wrong = match &run {
            Ok(run) => {
                self.slowest = self.slowest.max(run.time);
                self.hardest = self.hardest.max(run.worked);
                self.largest = self.largest.max(run.kib);
                output(&run.row(name, run.wrong()));
                run.wrong().is_some()
            }
            Err(error) => {
                output(&format!("{name}: {error:#}"));
                true
            }
        };
        self.bad += usize::from(wrong);
    }

    fn told(&self) -> Result<()> {
        let Self { count, bad, .. } = self;
        ensure!(*count > 0, "no input has that in its name");
        ensure!(
            *bad == 0,
            "{bad} of {count} inputs did not end as they must"
        );
        remark(format!(
            "{count} inputs: the slowest took {:.1} s, the hardest {:.1} s of work, the largest {} MiB",
            self.slowest.as_secs_f64(),
            self.hardest.as_secs_f64(),
            self.largest >> 10
        ));
        Ok(())
    }
}

/// Checks one argument in a folder with what is written into it.
fn check(
    checker: &Path,
    argument: &str,
    write: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<Run> {
    let folder = tempfile::tempdir()?;
    let inside = folder.path().join("configuration");
    fs::create_dir(&inside)?;
    write(&inside).context("cannot write the input")?;
    let errors = folder.path().join("errors");
    let start = Instant::now();
    let mut child = Command::new(checker)
        .args(["check", argument])
        .current_dir(&inside)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&errors)?)
        .spawn()
        .with_context(|| format!("cannot start {}", checker.display()))?;
    let (mut kib, mut busy) = (0, Duration::ZERO);
    let ended = loop {
        kib = kib.max(peak_of(child.id()).unwrap_or_default());
        busy = busy.max(worked(child.id()).unwrap_or_default());
        match child.try_wait()? {
            Some(status) => break Some(status),
            None if start.elapsed() > PATIENCE || kib > 4 * MAX_KIB => {
                child.kill()?;
                child.wait()?;
                break None;
            }
            None => std::thread::sleep(PAUSE),
        }
    };
    Ok(Run {
        time: start.elapsed(),
        worked: busy,
        kib,
        code: ended.and_then(|status| status.code()),
        said: String::from_utf8_lossy(&fs::read(&errors)?).into_owned(),
    })
}

impl Run {
    /// What is not as it must be.
    fn wrong(&self) -> Option<&'static str> {
        let is_error = |line: &&str| line.starts_with("error");
        let errors = self.said.lines().filter(is_error).count();
        match self.code {
            _ if self.said.contains("a fault in this program") => Some("a panic"),
            None => Some("did not end by itself"),
            Some(3) if errors == 0 => Some("no error is told"),
            Some(0 | 1 | 3) if self.is_slow() => Some("too slow"),
            Some(0 | 1 | 3) if self.kib > MAX_KIB => Some("too large"),
            Some(0 | 1 | 3) => None,
            Some(_) => Some("another exit code"),
        }
    }

    /// By the clock, unless others had most of the machine.
    fn is_slow(&self) -> bool {
        self.worked > MAX_TIME || self.time > MAX_TIME && self.worked * 2 > self.time
    }

    fn row(&self, name: &str, wrong: Option<&str>) -> String {
        let first = self.said.lines().next().unwrap_or_default();
        let first: String = first.chars().take(60).collect();
        let code = self.code.map_or("-".to_owned(), |code| code.to_string());
        format!(
            "{:<40.40} {:>6.2} s {:>6.2} s of work {:>5} MiB  exit {code:<2} {}{first}",
            name,
            self.time.as_secs_f64(),
            self.worked.as_secs_f64(),
            self.kib >> 10,
            wrong.map_or(String::new(), |wrong| format!("WRONG: {wrong}; "))
        )
    }
}
