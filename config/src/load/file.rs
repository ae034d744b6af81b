//! One file: read, checked and parsed.

use std::path::Path;
use std::sync::Arc;

use crate::disk::Disk;
use crate::syntax::tree::{Body, Span};
use crate::syntax::{self, Memory, SyntaxError};
use crate::{Origin, Problem, SourceFile};

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
    pub(crate) fn read(path: &Path, disk: &Disk, memory: &Memory) -> Self {
        match disk.text(path) {
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
