//! Source files and places in them.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// One file as read: its path and its text.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// As found on disk, joined to the path that the user gave.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
}

/// A range of bytes in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Byte offsets into its text.
    pub range: Range<usize>,
}

/// A place for people: line and column from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Origin {
    /// Where the range begins.
    pub fn start(&self) -> Position {
        let text = &self.file.text;
        let before = &text[..text.floor_char_boundary(self.range.start)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        // A byte order mark is no column.
        let line = before[line_start..].trim_start_matches('\u{feff}');
        Position {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: line.chars().count() + 1,
        }
    }

    /// The text of the range.
    pub fn text(&self) -> &str {
        self.file.text.get(self.range.clone()).unwrap_or_default()
    }
}
