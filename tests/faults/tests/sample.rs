//! A sample of the matrix: in each operation of each resource every call that changes something fails
//! once, every fault strikes, and the provider is killed after each change.

use std::path::Path;

use anyhow::{Result, ensure};
use holdfast_faults::{matrix, report, scene};

const PROGRAM: &str = env!("CARGO_BIN_EXE_holdfast-hurried");

#[test]
fn nothing_is_lost_whatever_fails_and_whenever_the_provider_dies() -> Result<()> {
    let program = Path::new(PROGRAM);
    let courses = matrix::courses(scene::ALL, program)?;
    let cells = courses.iter().flat_map(matrix::Course::sample).collect();
    let played = matrix::play(&courses, cells, program, |_, _| {})?;
    let table = report::table(&played);
    println!("{table}");
    ensure!(played.iter().all(|(_, outcome)| outcome.is_ok()), "{table}");
    Ok(())
}
