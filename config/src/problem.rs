//! What went wrong, or could not be looked at, while a configuration was read.

use std::path::PathBuf;

use crate::Origin;

/// How much a [`Problem`] weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// Worth saying, nothing more: a value for a variable that nobody declares.
    Note,
    /// Something could not be analysed (exit 3): the rest still was.
    Analysis,
    /// Wrong usage (exit 2): a path that does not exist, a `-var` that cannot be read.
    Usage,
}

/// One thing that went wrong. Never holds the value of a sensitive variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How much it weighs.
    pub kind: ProblemKind,
    /// What happened: one sentence without a final full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where, if it is about a place in a file.
    pub origin: Option<Origin>,
    /// The file or directory it is about, also where `origin` is unknown.
    pub file: Option<PathBuf>,
}

/// The longest sentence, in bytes. Names and values in it are as long as somebody wrote them.
const MAX_SENTENCE: usize = 4 << 10;

/// Without the middle, if nobody would read it all.
fn shortened(sentence: String) -> String {
    if sentence.len() <= MAX_SENTENCE {
        return sentence;
    }
    let start = sentence.floor_char_boundary(MAX_SENTENCE / 2);
    let end = sentence.ceil_char_boundary(sentence.len() - MAX_SENTENCE / 2);
    format!("{}...{}", &sentence[..start], &sentence[end..])
}

impl Problem {
    /// Something could not be analysed.
    pub fn analysis(message: impl Into<String>) -> Self {
        Self::new(ProblemKind::Analysis, message)
    }

    /// Wrong usage.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ProblemKind::Usage, message)
    }

    /// A note.
    pub fn note(message: impl Into<String>) -> Self {
        Self::new(ProblemKind::Note, message)
    }

    fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: shortened(message.into()),
            help: None,
            origin: None,
            file: None,
        }
    }

    /// With advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(shortened(help.into()));
        self
    }

    /// At a place.
    #[must_use]
    pub fn at(mut self, origin: Origin) -> Self {
        self.file = Some(origin.file.path.clone());
        self.origin = Some(origin);
        self
    }

    /// About a file or directory.
    #[must_use]
    pub fn about(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_with_a_name_of_a_megabyte_is_cut_in_its_middle() {
        let message = format!("no variable {} is declared", "é".repeat(1 << 20));
        let problem = Problem::note(message).with_help("x".repeat(MAX_SENTENCE));
        assert!(problem.message.len() < MAX_SENTENCE + 10);
        assert!(problem.message.starts_with("no variable éé"));
        assert!(problem.message.contains("é...é"));
        assert!(problem.message.ends_with("éé is declared"));
        assert_eq!(problem.help.unwrap_or_default().len(), MAX_SENTENCE);
    }
}
