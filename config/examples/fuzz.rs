//! `cargo prove fuzz`: damaged files of every kind for so many seconds, on all cores. What makes
//! something panic is left in the working directory.
//!
//! `cargo run --release -p terraform-config --example fuzz -- [SECONDS [SEED]]`

#[path = "../tests/fuzz/mutate.rs"]
mod mutate;
#[path = "../tests/support/random.rs"]
mod random;
#[path = "../tests/fuzz/targets.rs"]
mod targets;

use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mutate::Corpus;

/// Every so many texts are evaluated, too, which takes longer.
const EVALUATED: u64 = 8;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let mut next = |default| arguments.next().and_then(Result::ok).unwrap_or(default);
    let (seconds, seed) = (next(60), next(0));
    let end = Instant::now() + Duration::from_secs(seconds);
    let corpus = Corpus::read();
    let (next_seed, panics, bytes) = (AtomicU64::new(seed), AtomicU64::new(0), AtomicU64::new(0));
    let work = || {
        let Ok(folder) = tempfile::tempdir() else {
            return;
        };
        while Instant::now() < end {
            let seed = next_seed.fetch_add(1, Ordering::Relaxed);
            let (kind, text) = corpus.damaged(seed);
            bytes.fetch_add(text.len() as u64, Ordering::Relaxed);
            let done = catch_unwind(|| {
                targets::parses(kind, &text);
                if seed % EVALUATED == 0 {
                    targets::evaluates(kind, &text, folder.path());
                }
            });
            if done.is_err() {
                panics.fetch_add(1, Ordering::Relaxed);
                let name = format!("panic-{seed}-{}", kind.name());
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
        "{texts} texts, {} MB, of which {} were evaluated; {} to damage; {panics} panics",
        bytes.into_inner() / 1_000_000,
        texts / EVALUATED,
        corpus.len()
    );
    match panics {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
