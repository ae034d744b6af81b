//! `holdfast`: see the library.

use std::process::ExitCode;

use holdfast::cli::{World, run};
use mimalloc::MiMalloc;

/// Values are many, small and short-lived, and made on every thread at once.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    Ok(run(std::env::args_os(), &World::of_process()?).emit())
}
