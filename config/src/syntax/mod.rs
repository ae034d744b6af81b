//! Text to syntax tree.
//!
//! [`parse`] is the only entry for files and [`parse_expression`] and [`parse_template`] those for
//! texts that are no file. Both notations, HCL and JSON, give the same [`tree`].
//!
//! - `scan`: heredocs and the ends of template sequences.
//! - `hcl`: hcl-edit's tree to ours; nothing else knows hcl-edit.
//! - `template`: interpolations, directives and strip markers, as HashiCorp's parser cuts them.
//! - `json`: Terraform's JSON notation.

mod hcl;
mod json;
mod scan;
mod template;
#[cfg(test)]
mod tests;
pub mod tree;

use std::sync::Arc;

use tree::{Body, Comment, Expr, Span};

use crate::SourceFile;

/// How deep expressions, templates and blocks may nest in each other.
const MAX_DEPTH: usize = 200;

/// What a file holds.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The content; empty if nothing could be read.
    pub body: Arc<Body>,
    /// In source order; JSON has none.
    pub comments: Box<[Comment]>,
    /// Why it is incomplete.
    pub errors: Vec<SyntaxError>,
}

/// A place that does not parse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
}

impl SyntaxError {
    fn new(message: impl Into<String>, span: Span) -> Self {
        Self {
            message: message.into(),
            span,
        }
    }
}

/// Reads a file by its name: `.json` is Terraform's JSON notation (in `.tfvars.json` all text is
/// literal), everything else HCL.
pub fn parse(file: &SourceFile) -> Parsed {
    let name = file.path.file_name().map(|name| name.to_string_lossy());
    let name = name.as_deref().unwrap_or_default();
    let result = if name.ends_with(".tfvars.json") {
        json::parse_values(&file.text)
    } else if name.ends_with(".json") {
        json::parse_config(&file.text)
    } else {
        hcl::parse_body(&file.text)
    };
    match result {
        Ok(body) => Parsed {
            body: Arc::new(body),
            comments: Box::default(),
            errors: Vec::new(),
        },
        Err(error) => Parsed {
            body: Arc::default(),
            comments: Box::default(),
            errors: vec![error],
        },
    }
}

/// Reads one expression, such as the text of `-var`. Newlines mean nothing in it.
pub fn parse_expression(text: &str) -> Result<Expr, SyntaxError> {
    hcl::parse_expression(text, Spans::from(0), 0)
}

/// Reads a template that stands alone, such as the file of `templatefile`.
pub fn parse_template(text: &str) -> Result<Expr, SyntaxError> {
    let spans = Spans::from(0);
    template::parse(
        text,
        template::Kind::Bare,
        spans,
        spans.of(0..text.len()),
        0,
    )
}

/// How offsets in the text at hand map to those of the file.
#[derive(Clone, Copy)]
enum Spans {
    /// The text is a part of the file that begins at this offset (which may be negative: text that
    /// was put in parentheses).
    Offset(i64),
    /// The text is not in the file as such (a JSON string without its escapes): all is here.
    Fixed(Span),
}

impl Spans {
    fn from(offset: usize) -> Self {
        Self::Offset(i64::try_from(offset).unwrap_or(i64::MAX))
    }

    /// For a part of the text that begins at `start`.
    fn within(self, start: i64) -> Self {
        match self {
            Self::Offset(offset) => Self::Offset(offset.saturating_add(start)),
            Self::Fixed(span) => Self::Fixed(span),
        }
    }

    fn of(self, range: std::ops::Range<usize>) -> Span {
        match self {
            Self::Offset(offset) => {
                let shift = |at: usize| {
                    let at = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(offset);
                    usize::try_from(at).unwrap_or(0)
                };
                Span::new(shift(range.start)..shift(range.end))
            }
            Self::Fixed(span) => span,
        }
    }
}

fn too_deep(span: Span) -> SyntaxError {
    SyntaxError::new(
        format!("this nests more than {MAX_DEPTH} levels deep"),
        span,
    )
}
