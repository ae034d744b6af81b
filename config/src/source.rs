//! Source files and places in them.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// One file as read: its path and its text.
#[derive(Debug)]
pub struct SourceFile {
    /// As found on disk, joined to the path that the user gave.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
    has_lines: bool,
    steps: OnceLock<Box<[Position]>>,
}

impl PartialEq for SourceFile {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.text == other.text
    }
}

impl Eq for SourceFile {}

/// Bytes between two places whose line and column are kept.
const STEP: usize = 16 << 10;

impl SourceFile {
    /// A file of that text.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
            has_lines: true,
            steps: OnceLock::new(),
        }
    }

    /// A file of which only the path is known: a plan as JSON says where nothing was written.
    pub fn without_text(path: impl Into<PathBuf>) -> Self {
        Self {
            has_lines: false,
            ..Self::new(path, "")
        }
    }

    /// True if places in it have a line and a column.
    pub fn has_lines(&self) -> bool {
        self.has_lines
    }

    /// Where the byte at an offset stands. Looks at a few KiB only, but for the first time.
    pub fn position(&self, at: usize) -> Position {
        let at = at.min(self.text.len());
        let before = match at / STEP {
            0 => Position { line: 1, column: 1 },
            step => self.steps()[step - 1],
        };
        before.after(&self.text.as_bytes()[at - at % STEP..at])
    }

    /// The positions of the bytes at 1, 2, 3... [`STEP`]s.
    fn steps(&self) -> &[Position] {
        self.steps.get_or_init(|| {
            let steps = self.text.as_bytes().chunks_exact(STEP);
            let mut at = Position { line: 1, column: 1 };
            let after = steps.map(|bytes| {
                at = at.after(bytes);
                at
            });
            after.collect()
        })
    }
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

impl Position {
    /// The position after some bytes that stand here.
    fn after(self, bytes: &[u8]) -> Self {
        let newlines = memchr::memchr_iter(b'\n', bytes).count();
        let (column, line) = match memchr::memrchr(b'\n', bytes) {
            Some(last) => (1, &bytes[last + 1..]),
            None => (self.column, bytes),
        };
        // All but the bytes that continue a character.
        let characters = line.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        Self {
            line: self.line + newlines,
            column: column + characters,
        }
    }
}

impl Origin {
    /// Where the range begins.
    pub fn start(&self) -> Position {
        let text = &self.file.text;
        let at = text.floor_char_boundary(self.range.start);
        let Position { line, column } = self.file.position(at);
        // A byte order mark is no column.
        let is_marked = line == 1 && at > 0 && text.starts_with('\u{feff}');
        Position {
            line,
            column: column - usize::from(is_marked),
        }
    }

    /// The text of the range.
    pub fn text(&self) -> &str {
        self.file.text.get(self.range.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_those_of_the_characters_before() {
        let text = format!(
            "\u{feff}é = 1\n{}\r\n{}x\n\n",
            "名 ".repeat(STEP),
            "ab\n".repeat(STEP)
        );
        let file = Arc::new(SourceFile::new("x.tf", text.clone()));
        for at in (0..=text.len()).step_by(61).chain([text.len(), 3, 5]) {
            let at = text.floor_char_boundary(at);
            let lines: Vec<&str> = text[..at].split('\n').collect();
            let line = lines[lines.len() - 1].trim_start_matches('\u{feff}');
            let origin = Origin {
                file: Arc::clone(&file),
                range: at..at,
            };
            let expected = (lines.len(), line.chars().count() + 1);
            let Position { line, column } = origin.start();
            assert_eq!((line, column), expected, "{at}");
        }
    }
}
