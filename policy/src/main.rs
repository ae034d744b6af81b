//! `holdfast`: see the library.

use std::process::ExitCode;

use holdfast::cli::{World, run};

fn main() -> anyhow::Result<ExitCode> {
    Ok(run(std::env::args_os(), &World::of_process()?).emit())
}
