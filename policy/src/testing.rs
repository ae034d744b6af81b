//! Facts made by hand, and small configurations run through the whole pipeline.

use std::fmt;
use std::sync::Arc;

use terraform_config::{Inputs, Origin, SourceFile};

use crate::check::{Request, check as run};
use crate::estate::Unknown;
use crate::named::Named;
use crate::paths::Paths;
use crate::place::Place;
use crate::report::{Colour, Format, Report};

/// A place for facts made by hand.
pub(crate) fn place() -> Place {
    Place::from(&Origin {
        file: Arc::new(SourceFile::new("main.tf", "x = 1\n")),
        range: 4..5,
    })
}

/// Something unknown, at such a place.
pub(crate) fn unknown(because: &str) -> Unknown {
    Unknown::new(because, place())
}

/// What a check of some files found.
pub(crate) struct Found(pub(crate) Report);

/// Checks one `main.tf`.
pub(crate) fn check(hcl: &str) -> Found {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("main.tf"), hcl).unwrap();
    let request = Request::of(Named::directory(directory.path()), Inputs::default());
    Found(run(&request, Paths::new(directory.path())))
}

impl Found {
    /// True if the rule was violated.
    pub(crate) fn violated(&self, rule: &str) -> bool {
        self.0
            .findings
            .iter()
            .any(|finding| finding.rule.id == rule)
    }

    /// No finding, nothing undecided, and everything was read.
    pub(crate) fn is_clean(&self) -> bool {
        let Report {
            findings,
            undecided,
            problems,
            clusters,
            ..
        } = &self.0;
        findings.is_empty() && undecided.is_empty() && problems.is_empty() && *clusters > 0
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.render(Format::Human, Colour::Off))
    }
}
