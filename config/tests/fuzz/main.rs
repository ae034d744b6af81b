//! A sample of `cargo prove fuzz`: damaged files of every kind make nothing panic.

mod mutate;
#[path = "../support/planfile.rs"]
mod planfile;
mod plans;
#[path = "../support/random.rs"]
mod random;
mod targets;

use mutate::Corpus;
use plans::Plans;

#[test]
fn damaged_files_are_parsed() {
    let corpus = Corpus::read();
    assert!(corpus.len() > 500, "{}", corpus.len());
    for seed in 0..6_000 {
        let (kind, bytes) = corpus.damaged(seed);
        targets::parses(kind, &bytes);
    }
}

#[test]
fn damaged_files_are_evaluated() {
    let corpus = Corpus::read();
    let folder = tempfile::tempdir().expect("a scratch directory");
    for seed in 0..1_000 {
        let (kind, bytes) = corpus.damaged(1_000_000 + seed);
        targets::evaluates(kind, &bytes, folder.path());
    }
}

#[test]
fn damaged_plans_are_read() {
    let plans = Plans::read();
    assert!(plans.len() >= 54, "{}", plans.len());
    for seed in 0..3_000 {
        let (form, bytes) = plans.damaged(seed);
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            plans.reads_damaged(form, &bytes, seed);
        }));
        assert!(read.is_ok(), "seed {seed}: {}", form.name());
    }
}
