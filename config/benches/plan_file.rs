//! A plan file read into values, from bytes in memory.
//!
//! `cargo bench -p terraform-config --bench plan_file [-- FILE...]`: without a file, a plan of at
//! least ten resources put together from the plans of the tests, with the schemas of their types
//! and without any. The best of many runs counts, so that other work on the machine does not.

use std::fs;
use std::hint::black_box;
use std::io::{Cursor, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use terraform_config::plan::Plan;
use terraform_config::schema::Schemas;

#[path = "../tests/support/planfile.rs"]
mod planfile;

const FOLDERS: [&str; 4] = [
    "yaml-driven",
    "modules",
    "pool-per-zone-mixed",
    "all-in-one-spot",
];
const RESOURCES: usize = 10;
const LONG: Duration = Duration::from_millis(500);

fn main() {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans");
    let mut known = Schemas::default();
    let text = fs::read_to_string(base.join("schemas.json")).expect("schemas of the fixtures");
    known.add(&text).expect("schemas of the fixtures");
    let files: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    for file in &files {
        let bytes = fs::read(file).expect("a file that can be read");
        show(file, &bytes, &known);
    }
    if files.is_empty() {
        let bytes = together(&base);
        show("with schemas", &bytes, &known);
        show("without schemas", &bytes, &Schemas::default());
    }
}

fn show(name: &str, bytes: &[u8], schemas: &Schemas) {
    let start = Instant::now();
    let read = Plan::from_binary(bytes, schemas);
    let mut best = start.elapsed();
    let what = match &read {
        Ok(plan) => format!("{} resource changes", plan.resource_changes.len()),
        Err(error) => error.to_string(),
    };
    drop(read);
    let start = Instant::now();
    while start.elapsed() < LONG {
        let one = Instant::now();
        let read = black_box(Plan::from_binary(black_box(bytes), schemas));
        best = best.min(one.elapsed());
        drop(read);
    }
    println!("{name}: {} bytes, {what}: {best:?}", bytes.len());
}

/// One plan of several: of two messages one behind the other, repeated fields are those of both.
fn together(base: &Path) -> Vec<u8> {
    let mut message = Vec::new();
    for folder in FOLDERS {
        let bytes = fs::read(base.join(folder).join("p.tfplan")).expect("a fixture");
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a fixture");
        let mut member = archive.by_name("tfplan").expect("a fixture");
        member.read_to_end(&mut message).expect("a fixture");
    }
    let bytes = planfile::file(&message);
    let plan = Plan::from_binary(&bytes, &Schemas::default()).expect("a plan");
    assert!(plan.resource_changes.len() >= RESOURCES);
    bytes
}
