//! Text to syntax tree.
//!
//! [`parse`] is the only entry for files and [`parse_expression`] and [`parse_template`] those for
//! texts that are no file. Both notations, HCL and JSON, give the same [`tree`].
//!
//! - `lexer`: bytes to tokens. - [`tokens()`]: all tokens of a text, for whoever edits it.
//! - `parser`: what the parts of the parser share. - `body`: attributes and blocks.
//! - `expr`, `collections`: expressions. - `template`, `text`, `pieces`: quoted text, heredocs, directives.
//! - `recover`: how the reading goes on after an error. - `layout`: what belongs together in a file with
//!   errors. - `repeats`: names given twice. - `error`: [`SyntaxError`]. - `memory`: how large trees may get.
//! - `json`: Terraform's JSON notation. - `steps`: what tests count in place of seconds.

mod body;
mod collections;
mod error;
mod expr;
mod json;
mod layout;
mod lexer;
mod memory;
mod parser;
mod pieces;
mod recover;
mod repeats;
mod steps;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod tokens;
pub mod tree;

use std::sync::Arc;

pub use error::SyntaxError;
pub use lexer::TokenKind;
pub use memory::Memory;
pub use tokens::{Token, Tokens, tokens};

use layout::Layout;
use parser::{Parser, Read};
use tree::{Body, Comment, Expr, Span};

use crate::SourceFile;

/// How deep expressions, templates and blocks may nest in each other.
const MAX_DEPTH: usize = 200;

/// How many errors of one file are told.
const MAX_ERRORS: usize = 100;

/// In a larger text nothing is read after the first error.
const MAX_RECOVERY_BYTES: usize = 4 << 20;

/// What a file holds.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The content, as far as it could be read. What could not is [`tree::ExprKind::Invalid`], or
    /// missing from a body that says so.
    pub body: Arc<Body>,
    /// In source order; JSON has none.
    pub comments: Box<[Comment]>,
    /// Why it is incomplete.
    pub errors: Vec<SyntaxError>,
}

/// Reads a file by its name: `.json` is Terraform's JSON notation (in `.tfvars.json` all text is
/// literal), everything else HCL.
pub fn parse(file: &SourceFile) -> Parsed {
    parse_within(file, &Memory::default())
}

/// Like [`parse`], as one of several files whose trees are there at the same time.
pub fn parse_within(file: &SourceFile, memory: &Memory) -> Parsed {
    memory.welcome(file.text.len());
    let name = file.path.file_name().map(|name| name.to_string_lossy());
    let name = name.as_deref().unwrap_or_default();
    if name.ends_with(".tfvars.json") {
        json::parse_values(&file.text, memory)
    } else if name.ends_with(".json") {
        json::parse_config(&file.text, memory)
    } else {
        parse_hcl(&file.text, memory)
    }
}

fn parse_hcl(text: &str, memory: &Memory) -> Parsed {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut parser = Parser::new(text, start, None, memory);
    if let Ok(body) = parser.file() {
        return parsed(body, parser);
    }
    if parser.is_over || text.len() > MAX_RECOVERY_BYTES {
        return Parsed {
            body: Arc::new(unread(text)),
            errors: parser.errors,
            ..Parsed::default()
        };
    }
    drop(parser);
    let layout = Layout::of(text);
    let mut parser = Parser::new(text, start, None, memory);
    parser.layout = Some(&layout);
    let body = parser.file().unwrap_or_else(|_| unread(text));
    parsed(body, parser)
}

fn parsed(body: Body, mut parser: Parser<'_>) -> Parsed {
    parser.purse.keep();
    let mut errors = parser.errors;
    errors.sort_by_key(|error| error.span);
    Parsed {
        body: Arc::new(body),
        comments: parser.comments.into(),
        errors,
    }
}

fn unread(text: &str) -> Body {
    Body {
        span: Span::new(0..text.len()),
        is_incomplete: true,
        ..Body::default()
    }
}

/// Reads one expression, such as the text of `-var`. Newlines mean nothing in it.
pub fn parse_expression(text: &str) -> Result<Expr, SyntaxError> {
    let memory = Memory::default();
    read(Parser::new(text, 0, None, &memory), Parser::only_expression)
}

/// Reads a template that stands alone, such as the file of `templatefile`.
pub fn parse_template(text: &str) -> Result<Expr, SyntaxError> {
    let memory = Memory::default();
    read(Parser::new(text, 0, None, &memory), Parser::bare)
}

fn read<'s>(
    mut parser: Parser<'s>,
    read: impl FnOnce(&mut Parser<'s>) -> Read<Expr>,
) -> Result<Expr, SyntaxError> {
    let result = read(&mut parser);
    result.map_err(|_| {
        let error = parser.errors.into_iter().next();
        error.unwrap_or_else(|| SyntaxError::new("Invalid expression", "", Span::default()))
    })
}
