//! `cargo prove fuzz`: damaged files of every kind for so many seconds, on all cores. What makes
//! something panic is left in the working directory.
//!
//! `cargo run --release -p terraform-config --example fuzz -- [SECONDS [SEED]]`

#[path = "../tests/fuzz/mutate.rs"]
mod mutate;
#[path = "../tests/support/planfile.rs"]
mod planfile;
#[path = "../tests/fuzz/plans.rs"]
mod plans;
#[path = "../tests/support/random.rs"]
mod random;
#[path = "../tests/fuzz/targets.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mutate::Corpus;
use plans::Plans;

/// Every so many texts are evaluated, too, which takes longer.
const EVALUATED: u64 = 8;
/// Every so many inputs is a plan.
const PLANS: u64 = 3;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let mut next = |default| arguments.next().and_then(Result::ok).unwrap_or(default);
    let (seconds, seed) = (next(60), next(0));
    let end = Instant::now() + Duration::from_secs(seconds);
    let (corpus, plans) = (Corpus::read(), Plans::read());
    let (next_seed, panics, bytes) = (AtomicU64::new(seed), AtomicU64::new(0), AtomicU64::new(0));
    let work = || {
        let Ok(folder) = tempfile::tempdir() else {
            return;
        };
        while Instant::now() < end {
            let seed = next_seed.fetch_add(1, Ordering::Relaxed);
            let done = match seed % PLANS {
                0 => {
                    let (form, plan) = plans.damaged(seed);
                    bytes.fetch_add(plan.len() as u64, Ordering::Relaxed);
                    let done = catch_unwind(AssertUnwindSafe(|| {
                        plans.reads_damaged(form, &plan, seed);
                    }));
                    done.map_err(|_| (form.name(), plan))
                }
                _ => {
                    let (kind, text) = corpus.damaged(seed);
                    bytes.fetch_add(text.len() as u64, Ordering::Relaxed);
                    let done = catch_unwind(|| {
                        targets::parses(kind, &text);
                        if seed % EVALUATED == 0 {
                            targets::evaluates(kind, &text, folder.path());
                        }
                    });
                    done.map_err(|_| (kind.name(), text))
                }
            };
            if let Err((name, text)) = done {
                panics.fetch_add(1, Ordering::Relaxed);
                let name = format!("panic-{seed}-{name}");
                println!("seed {seed}: see {name}");
                if let Err(error) = std::fs::write(&name, &text) {
                    println!("{name} cannot be written: {error}");
                }
            }
        }
    };
    std::thread::scope(|scope| {
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..count {
            scope.spawn(work);
        }
    });
    let (texts, panics) = (next_seed.into_inner() - seed, panics.into_inner());
    println!(
        "{texts} inputs, {} MB, a third of them plans; {} to damage; {panics} panics",
        bytes.into_inner() / 1_000_000,
        corpus.len() + plans.len()
    );
    match panics {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
