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
#[path = "../../../config/tests/hostile/inputs.rs"]
mod inputs;
#[path = "../../../config/tests/support/planfile.rs"]
mod planfile;
#[path = "../../../config/tests/hostile/plans.rs"]
mod plans;

use inputs::Input;
use plans::PlanInput;

/// About as many bytes as the long ones have: some are too large at the first look, and cost more if
/// they are not.
const SIZES: [usize; 2] = [100_000_000, 20_000_000];
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
pub(super) fn run(only: Option<&str>) -> Result<()> {
    let checker = super::release_checker()?;
    let wanted = |input: &Input| only.is_none_or(|only| input.name.contains(only));
    let groups = [
        ("inputs of 100 MB", SIZES[0], inputs::sized()),
        ("inputs of 20 MB", SIZES[1], inputs::sized()),
        (
            "short inputs that stand for very much",
            0,
            inputs::growing(),
        ),
    ];
    let (mut count, mut bad) = (0, 0);
    let (mut slowest, mut hardest, mut largest) = (Duration::ZERO, Duration::ZERO, 0);
    for (at, (title, bytes, group)) in groups.into_iter().enumerate() {
        step(at + 1, title);
        for input in group.iter().filter(|input| wanted(input)) {
            let write = |folder: &Path| input.write(folder, bytes);
            let run = check(&checker, ".", write).context(input.name.clone())?;
            let wrong = run.wrong();
            slowest = slowest.max(run.time);
            hardest = hardest.max(run.worked);
            largest = largest.max(run.kib);
            count += 1;
            bad += usize::from(wrong.is_some());
            output(&run.row(&input.name, wrong));
        }
    }
    step(4, "plans of 100 MB");
    let wanted = |input: &PlanInput| only.is_none_or(|only| input.name.contains(only));
    for input in plans::inputs().iter().filter(|input| wanted(input)) {
        let write = |folder: &Path| fs::write(folder.join(input.file), (input.bytes)(SIZES[0]));
        let run = check(&checker, input.file, write).context(input.name)?;
        let wrong = run.wrong();
        slowest = slowest.max(run.time);
        hardest = hardest.max(run.worked);
        largest = largest.max(run.kib);
        count += 1;
        bad += usize::from(wrong.is_some());
        output(&run.row(&format!("{}: {}", input.file, input.name), wrong));
    }
    ensure!(count > 0, "no input has that in its name");
    ensure!(bad == 0, "{bad} of {count} inputs did not end as they must");
    remark(format!(
        "{count} inputs: the slowest took {:.1} s, the hardest {:.1} s of work, the largest {} MiB",
        slowest.as_secs_f64(),
        hardest.as_secs_f64(),
        largest >> 10
    ));
    Ok(())
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
