//! The fault matrix in full.

use anyhow::{Result, ensure};
use holdfast_e2e::programs;
use holdfast_faults::matrix::{self, Course, Outcome};
use holdfast_faults::{cell::Cell, report, scene};

use crate::screen::{missing, output, step};

/// Cells between two signs of life.
const PROGRESS: usize = 200;

/// Plays every cell, or those whose name contains `only`.
pub(super) fn run(only: Option<&str>) -> Result<()> {
    step(1, "every operation of every resource once without a fault");
    let program = programs::hurried()?;
    let courses = matrix::courses(scene::ALL, &program)?;
    for course in &courses {
        for (operation, faultless) in &course.operations {
            let calls: Vec<String> = faultless.calls.iter().map(ToString::to_string).collect();
            let (name, count) = (course.scene.type_name(), calls.len());
            output(&format!(
                "{name} {operation}: {count} calls: {}",
                calls.join(" ")
            ));
        }
    }
    let wanted = |cell: &Cell| only.is_none_or(|only| cell.to_string().contains(only));
    let mut cells: Vec<Cell> = courses.iter().flat_map(Course::faults).collect();
    cells.extend(courses.iter().flat_map(Course::kills));
    cells.retain(wanted);
    ensure!(!cells.is_empty(), "no cell has such a name");
    step(
        2,
        format!("{} cells: one call goes wrong in one way", cells.len()),
    );
    let (total, mut done) = (cells.len(), 0);
    let heard = |cell: &Cell, outcome: &Outcome| {
        if outcome.is_err() {
            missing(format!("lost: {cell}"));
        }
        done += 1;
        if done % PROGRESS == 0 {
            output(&format!("{done} of {total}"));
        }
    };
    let played = matrix::play(&courses, cells, &program, heard)?;
    output(&report::table(&played));
    let lost = played
        .iter()
        .filter(|(_, outcome)| outcome.is_err())
        .count();
    ensure!(lost == 0, "{lost} cells lost something");
    Ok(())
}
