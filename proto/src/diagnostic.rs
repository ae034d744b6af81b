//! What a provider has to say: errors and warnings, each with the attribute it concerns.

use std::fmt;

use cty::Path;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Stops the operation.
    Error,
    /// Shown; the operation goes on.
    Warning,
}

/// One message to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in a few words. Terraform prints it as the headline.
    pub summary: String,
    /// Why, and what to do next.
    pub detail: String,
    /// The attribute it concerns. [`Path::ROOT`]: the object as a whole.
    ///
    /// Elements of sets have no address on the wire: a path into one points at its set.
    pub attribute: Path,
}

impl Diagnostic {
    /// An error about the object as a whole; point it with [`Diagnostic::at`].
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            summary: summary.into(),
            detail: detail.into(),
            attribute: Path::ROOT,
        }
    }

    /// A warning about the object as a whole; point it with [`Diagnostic::at`].
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(summary, detail)
        }
    }

    /// The same, about one attribute. See [`path!`](crate::path!).
    pub fn at(mut self, attribute: Path) -> Self {
        self.attribute = attribute;
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{severity}: {}", self.summary)?;
        if !self.attribute.is_root() {
            write!(f, " (at {})", self.attribute)?;
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

/// Messages in the order they came, none of them twice.
///
/// As the error of a `Result` it collects what stopped an operation; `?` turns a single
/// [`Diagnostic`] into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No messages.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Appends a message, unless the same was said before.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// Appends an error about one attribute.
    pub fn error(&mut self, at: Path, summary: impl Into<String>, detail: impl Into<String>) {
        self.push(Diagnostic::error(summary, detail).at(at));
    }

    /// Appends a warning about one attribute.
    pub fn warn(&mut self, at: Path, summary: impl Into<String>, detail: impl Into<String>) {
        self.push(Diagnostic::warning(summary, detail).at(at));
    }

    /// True if one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The messages in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

/// A result whose error is what to tell the user.
pub type Result<T, E = Diagnostics> = std::result::Result<T, E>;

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        let mut all = Self::new();
        all.extend(diagnostics);
        all
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_drops_repeats() {
        let name = Path::attribute("name");
        let mut all = Diagnostics::new();
        all.warn(Path::ROOT, "Slow", "It may take an hour.");
        all.error(name.clone(), "Too long", "At most 8 characters.");
        all.warn(Path::ROOT, "Slow", "It may take an hour.");
        all.error(Path::ROOT, "Too long", "At most 8 characters.");
        assert!(all.has_errors());
        insta::assert_snapshot!(all, @r"
        warning: Slow: It may take an hour.
        error: Too long (at name): At most 8 characters.
        error: Too long: At most 8 characters.
        ");
    }

    #[test]
    fn one_diagnostic_stops_a_function() {
        fn refuse() -> Result<(), Diagnostics> {
            Err(Diagnostic::warning("Odd", ""))?;
            Ok(())
        }
        let all = refuse().unwrap_err();
        assert_eq!(all.len(), 1);
        assert!(!all.has_errors());
    }
}
