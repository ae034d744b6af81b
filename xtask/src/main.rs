//! `cargo demo` and `cargo prove NAME`.
//!
//! - [`demo`]: the main job from end to end, on one command.
//! - [`picture`]: the picture in the README.
//! - [`prove`]: proofs in full, with their tables.
//! - [`screen`]: how both print.

mod demo;
mod picture;
mod prove;
mod screen;

use clap::{Parser, Subcommand};

/// Tasks of this repository.
#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Applies an example through our provider and checks three clusters.
    Demo(demo::Options),
    /// Draws the demo's output into docs/demo.svg.
    Picture,
    /// Runs a proof in full and prints its table.
    Prove(prove::Options),
}

fn main() -> std::process::ExitCode {
    let Arguments { task } = Arguments::parse();
    let done = match task {
        Task::Demo(options) => demo::run(&options),
        Task::Picture => picture::run(),
        Task::Prove(options) => prove::run(&options),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn options_of_all_proofs_differ() {
        Arguments::command().debug_assert();
    }
}
