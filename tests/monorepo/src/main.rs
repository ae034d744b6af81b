//! Writes an input, to look at or to measure other programs with.
//!
//! - `cargo run -p holdfast-monorepo -- DIR [TEAMS]`: a monorepo; ten teams, if nobody says.
//! - `cargo run -p holdfast-monorepo -- FILE.json [RESOURCES]`: a plan; 1,400 resources, about 2 MB,
//!   if nobody says.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use holdfast_monorepo::{Monorepo, Plan, Written};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().map(PathBuf::from);
    let count = arguments.next().map(|count| count.parse()).transpose();
    let (Some(path), Ok(count)) = (path, count) else {
        eprintln!("usage: holdfast-monorepo DIR [TEAMS] | FILE.json [RESOURCES]");
        return ExitCode::from(2);
    };
    match write(&path, count) {
        Ok(written) => {
            println!("{} files, {} bytes", written.files, written.bytes);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}

fn write(path: &Path, count: Option<usize>) -> io::Result<Written> {
    if path.extension().is_none_or(|extension| extension != "json") {
        let teams = count.unwrap_or(10);
        return Monorepo { teams }.write(path);
    }
    let resources = count.unwrap_or(1_400);
    let bytes = Plan { resources }.write(path)?;
    Ok(Written {
        files: 1,
        bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
    })
}
