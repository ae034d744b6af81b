//! What stops the evaluation of one expression.

use std::fmt;
use std::sync::Arc;

use cty::ops::OpError;

use crate::load::origin;
use crate::syntax::tree::Span;
use crate::{Problem, SourceFile};

/// An expression that Terraform would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// One sentence without a full stop.
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// In the file of the expression that was being evaluated.
    pub(super) span: Span,
    /// True if `try` does not catch it: a name that nobody declares, a bound that is broken.
    pub(super) is_fatal: bool,
}

/// The value of an expression, or why it has none.
pub(super) type Outcome<T = cty::Value> = Result<T, Fault>;

impl Fault {
    pub(super) fn new(message: impl Into<String>, span: Span) -> Self {
        let message = message.into();
        Self {
            message: message.trim_end_matches('.').to_owned(),
            help: None,
            span,
            is_fatal: false,
        }
    }

    pub(super) fn fatal(message: impl Into<String>, span: Span) -> Self {
        Self {
            is_fatal: true,
            ..Self::new(message, span)
        }
    }

    pub(super) fn of(error: &OpError, span: Span) -> Self {
        Self::new(format!("{}: {error}", error.summary()), span)
    }

    #[must_use]
    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// As a problem in a file.
    pub(super) fn into_problem(self, source: &Arc<SourceFile>) -> Problem {
        let problem = Problem::analysis(self.message).at(origin(source, self.span));
        match self.help {
            Some(help) => problem.with_help(help),
            None => problem,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
