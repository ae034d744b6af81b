//! `cargo run -p holdfast-monorepo -- DIR [TEAMS]`: writes it, to look at or to measure other
//! programs with; ten teams, if nobody says.

use std::path::PathBuf;
use std::process::ExitCode;

use holdfast_monorepo::Monorepo;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().map(PathBuf::from);
    let teams = arguments.next().map_or(Ok(10), |teams| teams.parse());
    let (Some(directory), Ok(teams)) = (directory, teams) else {
        eprintln!("usage: holdfast-monorepo DIR [TEAMS]");
        return ExitCode::from(2);
    };
    match (Monorepo { teams }).write(&directory) {
        Ok(written) => {
            println!("{} files, {} bytes", written.files, written.bytes);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {}: {error}", directory.display());
            ExitCode::FAILURE
        }
    }
}
