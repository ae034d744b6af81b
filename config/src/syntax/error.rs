//! What is wrong with a text.

use std::borrow::Cow;

use super::tree::Span;

/// A place that does not parse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong, in a few words; Terraform's where it reports the same.
    pub message: Cow<'static, str>,
    /// What the language expects here, or what to do about it: whole sentences.
    pub detail: Cow<'static, str>,
    /// Where.
    pub span: Span,
}

impl SyntaxError {
    pub(super) fn new(
        message: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
        span: Span,
    ) -> Self {
        Self {
            message: message.into(),
            detail: detail.into(),
            span,
        }
    }
}
