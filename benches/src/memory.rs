//! The peak memory of the processes that run a program, read from `/proc`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Between two looks. A peak is kept by the kernel, so only the last moment of a process is missed.
const PAUSE: Duration = Duration::from_millis(5);

/// Watches for processes whose program lies under a folder.
pub struct Watch {
    over: Arc<AtomicBool>,
    watcher: JoinHandle<BTreeMap<u32, u64>>,
}

impl Watch {
    /// Begins; `folder` holds the program.
    pub fn begin(folder: PathBuf) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        let watcher = std::thread::spawn(move || {
            let mut peaks = BTreeMap::new();
            while !ends.load(Ordering::Relaxed) {
                look(&folder, &mut peaks);
                std::thread::sleep(PAUSE);
            }
            peaks
        });
        Self { over, watcher }
    }

    /// The peak of the largest process so far, in KiB; none where there is no `/proc`.
    pub fn end(self) -> Option<u64> {
        self.over.store(true, Ordering::Relaxed);
        self.watcher.join().ok()?.into_values().max()
    }
}

fn look(folder: &Path, peaks: &mut BTreeMap<u32, u64>) {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    for process in processes {
        let path = process.path();
        let name = process.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let ours = fs::read_link(path.join("exe")).is_ok_and(|exe| exe.starts_with(folder));
        // A process that has just ended has no status any more.
        let status = || fs::read_to_string(path.join("status")).ok();
        if let Some(peak) = ours.then(status).flatten().as_deref().and_then(peak) {
            peaks.insert(id, peak);
        }
    }
}

/// The peak so far of one process that runs, in KiB; none where there is no `/proc`.
pub fn peak_of(process: u32) -> Option<u64> {
    peak(&fs::read_to_string(format!("/proc/{process}/status")).ok()?)
}

/// How long one process that runs has kept processors busy so far, to a hundredth of a second; none
/// where there is no `/proc`.
pub fn worked(process: u32) -> Option<Duration> {
    ticks(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

/// `utime` and `stime` of a stat file, which Linux counts in hundredths of a second.
fn ticks(stat: &str) -> Option<Duration> {
    // The name of the program before them is in parentheses, and may hold blanks.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((next()? + next()?) * 10))
}

/// `VmHWM` of a status file, in KiB.
fn peak(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_that_of_the_program_and_of_the_kernel_for_it() {
        let stat = "42 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 120 34 0 0 20";
        assert_eq!(ticks(stat), Some(Duration::from_millis(1540)));
        assert_eq!(ticks("42"), None);
    }

    #[test]
    fn the_peak_is_the_high_water_mark() {
        let status = "Name:\tx\nVmPeak:\t  9000 kB\nVmHWM:\t   4242 kB\nVmRSS:\t 17 kB\n";
        assert_eq!(peak(status), Some(4242));
        assert_eq!(peak("Name:\tx\n"), None);
    }
}
