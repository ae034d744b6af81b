//! Places, as rules point at them and reports show them: in source files, or in a plan, which knows
//! no lines.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use terraform_config::{Origin, Position, SourceFile};

/// A range of text in a source file; in a plan without its sources the path of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    origin: Origin,
    /// Where there are no lines: `rancher2_cluster_v2.c.rke_config`.
    path: Option<Arc<str>>,
    /// What would have to be there for it to mean something else.
    unless: Option<&'static str>,
}

impl Place {
    /// Where something is that `path` names; the name is made where there are no lines to show.
    pub(crate) fn named(origin: &Origin, path: impl FnOnce() -> String) -> Self {
        Self {
            path: (!origin.file.has_lines()).then(|| path().into()),
            ..Self::from(origin)
        }
    }

    /// The same place, where something is taken for absent that a source might show.
    #[must_use]
    pub(crate) fn unless(self, unless: &'static str) -> Self {
        Self {
            unless: Some(unless),
            ..self
        }
    }

    /// What a proof that rests on this place does not exclude.
    pub fn doubt(&self) -> Option<&'static str> {
        self.unless
    }

    /// The file as it was found on disk.
    pub fn path(&self) -> &Path {
        &self.origin.file.path
    }

    /// What is here, if that is all that can be shown: the address and the path within it.
    pub fn name(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The whole text of the file.
    pub fn source(&self) -> &str {
        &self.origin.file.text
    }

    /// Byte offsets into [`Place::source`], within it and on character boundaries.
    pub fn range(&self) -> Range<usize> {
        let text = self.source();
        let end = text.floor_char_boundary(self.origin.range.end);
        let start = text.floor_char_boundary(self.origin.range.start).min(end);
        start..end
    }

    /// Line from 1, column in characters from 1; none where only the file is known.
    pub fn position(&self) -> Option<Position> {
        let has_lines = self.origin.file.has_lines();
        has_lines.then(|| self.origin.start())
    }

    /// The line, from 1, of another offset into the same file.
    pub(crate) fn line_of(&self, at: usize) -> usize {
        self.origin.file.position(at).line
    }

    /// The same place up to the end of its first line. For values that may run over many lines
    /// which nobody asked to see.
    #[must_use]
    pub fn first_line(&self) -> Self {
        let Range { start, end } = self.range();
        let text = &self.source()[start..end];
        let length = text.find(['\n', '\r']).unwrap_or(text.len());
        Self {
            origin: Origin {
                file: self.origin.file.clone(),
                range: start..start + length,
            },
            ..self.clone()
        }
    }

    /// True if both are in the same file.
    pub fn same_file(&self, other: &Self) -> bool {
        Arc::ptr_eq(self.file(), other.file()) || self.path() == other.path()
    }

    /// As the reader of configurations has it.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    fn file(&self) -> &Arc<SourceFile> {
        &self.origin.file
    }
}

impl From<&Origin> for Place {
    fn from(origin: &Origin) -> Self {
        Self {
            origin: origin.clone(),
            path: None,
            unless: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, range: Range<usize>) -> Place {
        Place::from(&Origin {
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
