//! What a run over many root modules is made of, in milliseconds: finding and parsing, evaluating,
//! and all of it with verdicts and report.
//!
//! `cargo bench -p holdfast --bench check [-- TEAMS]`: two teams (200 root modules, 1,000 files)
//! without a number. The best time of some rounds counts, so that other work on the machine does
//! not. `RAYON_NUM_THREADS=1` shows one thread.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use holdfast::check::{Request, check};
use holdfast::named::Named;
use holdfast::paths::Paths;
use holdfast::report::{Colour, Format};
use holdfast_monorepo::Monorepo;
use mimalloc::MiMalloc;
use terraform_config::{Cache, DiscoverOptions, Inputs, RootDir, discover, evaluate, threads};

/// The program's own.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const ROUNDS: usize = 20;

fn main() -> std::io::Result<()> {
    let number = std::env::args().skip(1).find_map(|it| it.parse().ok());
    let monorepo = Monorepo {
        teams: number.unwrap_or(2),
    };
    let scratch = tempfile::tempdir()?;
    let written = monorepo.write(scratch.path())?;
    let top = scratch.path().canonicalize()?;
    println!("{} files, {} KiB", written.files, written.bytes >> 10);

    let paths = [top.clone()];
    show("walk and parse", || {
        let cache = Cache::default();
        let roots = roots(&paths, &cache);
        (cache, roots)
    });
    let cache = Cache::default();
    let roots = roots(&paths, &cache);
    show("evaluate", || {
        threads::map(&roots, |root| {
            let evaluated = evaluate(root, &Inputs::default(), &cache);
            evaluated.instances.len()
        })
    });
    let request = Request::of(Named::directory(&top), Inputs::default());
    show("whole check, human report", || {
        let report = check(&request, Paths::new(&top));
        report.render(Format::Human, Colour::Off)
    });
    Ok(())
}

fn roots(paths: &[PathBuf], cache: &Cache) -> Vec<RootDir> {
    discover(paths, &DiscoverOptions::default(), cache).roots
}

/// Prints the best time of a stage. What it makes is dropped outside of the time.
fn show<T>(stage: &str, work: impl Fn() -> T) {
    let time = || {
        let start = Instant::now();
        let made = black_box(work());
        let time = start.elapsed();
        drop(made);
        time
    };
    let best: Duration = (0..ROUNDS).map(|_| time()).min().unwrap_or_default();
    println!("{stage:<28} {:>8.2} ms", best.as_secs_f64() * 1000.0);
}
