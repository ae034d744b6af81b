//! Places in source files, as rules point at them and reports show them.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use terraform_config::{Origin, SourceFile};

/// A range of text in a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(Origin);

impl Place {
    /// The file as it was found on disk.
    pub fn path(&self) -> &Path {
        &self.0.file.path
    }

    /// The whole text of the file.
    pub fn source(&self) -> &str {
        &self.0.file.text
    }

    /// Byte offsets into [`Place::source`], within it and on character boundaries.
    pub fn range(&self) -> Range<usize> {
        let text = self.source();
        let end = text.floor_char_boundary(self.0.range.end);
        let start = text.floor_char_boundary(self.0.range.start).min(end);
        start..end
    }

    /// Line from 1, column in characters from 1.
    pub fn line_and_column(&self) -> (usize, usize) {
        let start = self.0.start();
        (start.line, start.column)
    }

    /// The line, from 1, of another offset into the same file.
    pub(crate) fn line_of(&self, at: usize) -> usize {
        self.0.file.position(at).line
    }

    /// The same place up to the end of its first line. For values that may run over many lines
    /// which nobody asked to see.
    #[must_use]
    pub fn first_line(&self) -> Self {
        let Range { start, end } = self.range();
        let text = &self.source()[start..end];
        let length = text.find(['\n', '\r']).unwrap_or(text.len());
        Self(Origin {
            file: self.0.file.clone(),
            range: start..start + length,
        })
    }

    /// True if both are in the same file.
    pub fn same_file(&self, other: &Self) -> bool {
        Arc::ptr_eq(self.file(), other.file()) || self.path() == other.path()
    }

    /// As the reader of configurations has it.
    pub(crate) fn origin(&self) -> &Origin {
        &self.0
    }

    fn file(&self) -> &Arc<SourceFile> {
        &self.0.file
    }
}

impl From<&Origin> for Place {
    fn from(origin: &Origin) -> Self {
        Self(origin.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, range: Range<usize>) -> Place {
        Place(Origin {
            file: Arc::new(SourceFile::new("main.tf", text)),
            range,
        })
    }

    #[test]
    fn the_first_line_of_a_heredoc_ends_before_its_text() {
        let text = "a = <<E\r\ntoken: 1\r\nE\r\n";
        assert_eq!(place(text, 4..20).first_line().range(), 4..7);
    }

    #[test]
    fn a_range_beyond_the_text_is_cut_to_it() {
        assert_eq!(place("aé", 2..9).range(), 1..3);
    }
}
