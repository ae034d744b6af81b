//! A sample of the matrix: in each operation of each resource every call fails at least once, and
//! every fault strikes at least once; the provider is killed after every call.

use std::path::Path;

use anyhow::{Result, ensure};
use holdfast_faults::{matrix, report, scene};

const PROGRAM: &str = env!("CARGO_BIN_EXE_holdfast-hurried");

#[test]
fn nothing_is_lost_whatever_fails_and_whenever_the_provider_dies() -> Result<()> {
    let program = Path::new(PROGRAM);
    let courses = matrix::courses(scene::ALL, program)?;
    let mut cells: Vec<_> = courses.iter().flat_map(matrix::Course::sample).collect();
    cells.extend(courses.iter().flat_map(matrix::Course::kills));
    let played = matrix::play(&courses, cells, program, |_, _| {})?;
    let table = report::table(&played);
    println!("{table}");
    ensure!(played.iter().all(|(_, outcome)| outcome.is_ok()), "{table}");
    Ok(())
}
