//! One file: read, checked and parsed.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use crate::syntax::tree::{Body, Span};
use crate::syntax::{self, Memory, SyntaxError};
use crate::{Origin, Problem, SourceFile};

/// Larger files are not read.
const MAX_FILE_BYTES: u64 = 128 << 20;

/// A file of a configuration. One that cannot be read has no content and a problem.
#[derive(Debug)]
pub(crate) struct File {
    /// Path and text.
    pub(crate) source: Arc<SourceFile>,
    /// What it says, as far as it could be read.
    pub(crate) body: Arc<Body>,
    /// Why that is not all.
    pub(crate) problems: Vec<Problem>,
}

impl File {
    /// Reads and parses `path`.
    pub(crate) fn read(path: &Path, memory: &Memory) -> Self {
        match read_text(path) {
            Ok(text) => Self::parse(path, text, memory),
            Err(message) => Self {
                source: Arc::new(SourceFile::new(path, "")),
                body: Arc::default(),
                problems: vec![Problem::analysis(message).about(path)],
            },
        }
    }

    fn parse(path: &Path, text: String, memory: &Memory) -> Self {
        let source = Arc::new(SourceFile::new(path, text));
        let parsed = syntax::parse_within(&source, memory);
        let problems = parsed.errors.iter();
        Self {
            problems: problems
                .map(|error| syntax_problem(error, &source))
                .collect(),
            body: parsed.body,
            source,
        }
    }

    /// The same file, by another path that leads to it.
    pub(crate) fn under(&self, path: &Path) -> Self {
        let source = Arc::new(SourceFile::new(path, self.source.text.as_str()));
        let moved = |problem: &Problem| match problem.origin.clone() {
            Some(Origin { range, .. }) => problem.clone().at(Origin {
                file: Arc::clone(&source),
                range,
            }),
            // Its sentence names the file as it was read.
            None => problem.clone(),
        };
        Self {
            problems: self.problems.iter().map(moved).collect(),
            body: Arc::clone(&self.body),
            source,
        }
    }

    /// A place in this file.
    pub(crate) fn origin(&self, span: Span) -> Origin {
        origin(&self.source, span)
    }
}

/// A place in a file.
pub(crate) fn origin(source: &Arc<SourceFile>, span: Span) -> Origin {
    Origin {
        file: Arc::clone(source),
        range: span.range(),
    }
}

fn syntax_problem(error: &SyntaxError, source: &Arc<SourceFile>) -> Problem {
    Problem::analysis(error.message.as_ref())
        .with_help(error.detail.as_ref())
        .at(origin(source, error.span))
}

/// The text of a regular file, or one sentence about why there is none.
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let failed = |error: std::io::Error| {
        let link = fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink());
        match error.kind() {
            std::io::ErrorKind::NotFound if link => {
                format!("{shown} is a link to a file that does not exist")
            }
            std::io::ErrorKind::NotFound => format!("{shown} does not exist"),
            std::io::ErrorKind::PermissionDenied => {
                format!("{shown} cannot be read: permission denied")
            }
            _ => format!("{shown} cannot be read: {error}"),
        }
    };
    let metadata = fs::metadata(path).map_err(failed)?;
    // A pipe or a device could make the run wait for ever.
    if !metadata.is_file() {
        return Err(format!("{shown} is not a regular file"));
    }
    // One byte more than there should be: reading it tells that there is none.
    let mut bytes = Vec::with_capacity(metadata.len().min(MAX_FILE_BYTES) as usize + 1);
    fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let limit = MAX_FILE_BYTES >> 20;
        return Err(format!("{shown} is larger than {limit} MiB"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("{shown} is not UTF-8: see line {line}")
    })
}
