//! Text to tree, in MB/s on one thread, hcl-edit beside it on the same files in the same run.
//!
//! `cargo bench -p terraform-config --bench syntax [-- DIR...]`: without a folder, the repository's
//! own files. The files are read a few at a time, by both parsers in turn, over and over, and the
//! best time of each few counts, so that other work on the machine does not. Trees are dropped
//! within the time. Only files that both accept are read.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use terraform_config::{SourceFile, syntax};

#[path = "../tests/syntax/files.rs"]
mod files;

/// Bytes that are read at a time, about.
const FEW: usize = 256 << 10;

const ROUNDS: usize = 40;

fn main() {
    let mut folders: Vec<PathBuf> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .map(PathBuf::from)
        .collect();
    if folders.is_empty() {
        folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    }
    let paths = folders.iter().flat_map(|folder| files::under(folder));
    let mut files: Vec<SourceFile> = paths
        .filter_map(|path| Some(SourceFile::new(&*path, fs::read_to_string(&path).ok()?)))
        .collect();
    let all = files.len();
    files.retain(|file| ours(file) && hcl_edit(file));
    let bytes: usize = files.iter().map(|file| file.text.len()).sum();
    if bytes == 0 {
        println!("no file that both parsers accept");
        return;
    }
    let kib = bytes >> 10;
    println!(
        "{} files, {kib} KiB; {} more that one of them rejects",
        files.len(),
        all - files.len()
    );
    let (mut our_time, mut their_time, mut read) = (Duration::ZERO, Duration::ZERO, 0);
    let mut rest = files.as_slice();
    while !rest.is_empty() {
        let mut size = 0;
        let is_few = |file: &SourceFile| {
            size += file.text.len();
            size <= FEW
        };
        let count = rest
            .iter()
            .map(is_few)
            .take_while(|few| *few)
            .count()
            .max(1);
        let (few, more) = rest.split_at(count);
        rest = more;
        let size: usize = few.iter().map(|file| file.text.len()).sum();
        // Little is read more often.
        let repeat = (FEW / size.max(1)).max(1);
        let best = |parse| (0..ROUNDS).map(|_| time(few, repeat, parse)).min();
        our_time += best(ours as Parse).unwrap_or_default();
        their_time += best(hcl_edit).unwrap_or_default();
        read += size * repeat;
    }
    let speed = |time: Duration| read as f64 / 1e6 / time.as_secs_f64();
    let (our_speed, their_speed) = (speed(our_time), speed(their_time));
    println!("terraform-config {our_speed:>7.1} MB/s");
    println!("hcl-edit         {their_speed:>7.1} MB/s");
    println!("{:.1} times as fast", our_speed / their_speed);
}

type Parse = fn(&SourceFile) -> bool;

fn time(files: &[SourceFile], repeat: usize, parse: Parse) -> Duration {
    let start = Instant::now();
    for _ in 0..repeat {
        for file in files {
            black_box(parse(black_box(file)));
        }
    }
    start.elapsed()
}

fn ours(file: &SourceFile) -> bool {
    black_box(syntax::parse(file)).errors.is_empty()
}

fn hcl_edit(file: &SourceFile) -> bool {
    black_box(hcl_edit::parser::parse_body(&file.text)).is_ok()
}
