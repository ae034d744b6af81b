//! What all parts of the parser share: the token at hand, spans, scratch space, bounds and errors.

use std::borrow::Cow;

use super::error::SyntaxError;
use super::layout::Layout;
use super::lexer::{self, TokenKind};
use super::memory::{self, Memory, Purse};
use super::pieces::Piece;
use super::tree::{Attribute, Block, Comment, CommentKind, Expr, Item, Name, Span, Word};
use super::{MAX_DEPTH, MAX_ERRORS};

/// Ends the reading of whatever is being read; why is in the list of errors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop;

/// What was read.
pub(super) type Read<T> = Result<T, Stop>;

/// The token at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Reads a text once, from left to right, one token ahead.
///
/// At first it knows nothing of what is to come and stops at the first error. A file in which there
/// is one is read again with its [`Layout`], which tells where what is in error ends.
pub(super) struct Parser<'s> {
    /// Up to where it is read.
    pub(super) text: &'s str,
    pub(super) token: Token,
    /// Where the token before that one ended.
    pub(super) previous_end: usize,
    /// Whether newlines are tokens here; inside parentheses and brackets they are not.
    pub(super) newlines: bool,
    pub(super) layout: Option<&'s Layout>,
    pub(super) errors: Vec<SyntaxError>,
    pub(super) comments: Vec<Comment>,
    /// Nodes of lists that are not complete yet, those of inner lists last.
    pub(super) exprs: Vec<Expr>,
    pub(super) items: Vec<Item>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) blocks: Vec<Block>,
    pub(super) pieces: Vec<Piece<'s>>,
    /// Where everything is said to stand, if the text is in the file in another form.
    place: Option<Span>,
    depth: usize,
    pub(super) purse: Purse<'s>,
    /// Nothing is read any more.
    pub(super) is_over: bool,
    /// No `*/` follows.
    is_comment_free: bool,
}

impl<'s> Parser<'s> {
    /// Reads `text` from `start` on; spans are offsets into it, or all `place`.
    pub(super) fn new(
        text: &'s str,
        start: usize,
        place: Option<Span>,
        memory: &'s Memory,
    ) -> Self {
        Self {
            text,
            token: Token {
                kind: TokenKind::Blank,
                start,
                end: start,
            },
            previous_end: start,
            newlines: true,
            layout: None,
            errors: Vec::new(),
            comments: Vec::new(),
            exprs: Vec::new(),
            items: Vec::new(),
            attributes: Vec::new(),
            blocks: Vec::new(),
            pieces: Vec::new(),
            place,
            depth: 0,
            purse: Purse::new(memory),
            is_over: false,
            is_comment_free: false,
        }
    }

    /// Takes the token at hand and reads the next.
    #[inline]
    pub(super) fn advance(&mut self) {
        self.previous_end = self.token.end;
        let bytes = self.text.as_bytes();
        let mut at = self.token.end;
        loop {
            match bytes.get(at) {
                Some(b' ' | b'\t') => at += 1,
                Some(b'\n') if !self.newlines => at += 1,
                Some(b'\r') if !self.newlines && bytes.get(at + 1) == Some(&b'\n') => at += 2,
                Some(b'#' | b'/') => match self.comment(at) {
                    Some(end) => at = end,
                    None => break,
                },
                _ => break,
            }
        }
        let (kind, end) = lexer::code(self.text, at);
        self.token = Token {
            kind,
            start: at,
            end,
        };
    }

    /// Goes on at `at`, with whatever token stands there.
    pub(super) fn resume(&mut self, at: usize) {
        self.token.end = at;
        self.advance();
    }

    fn comment(&mut self, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let is_block = bytes[at..].starts_with(b"/*");
        if is_block && self.is_comment_free {
            return None;
        }
        let Some(end) = lexer::comment_end(bytes, at) else {
            self.is_comment_free |= is_block;
            return None;
        };
        let kind = match (bytes[at], bytes.get(at + 1)) {
            (b'#', _) => CommentKind::Hash,
            (_, Some(b'/')) => CommentKind::Slashes,
            _ => CommentKind::Block,
        };
        let before = self.text[..at].trim_end_matches([' ', '\t']);
        let alone = before.is_empty() || before.ends_with('\n') || before == "\u{feff}";
        let span = self.span(at, end);
        self.spend(size_of::<Comment>()).ok()?;
        self.comments.push(Comment { span, kind, alone });
        Some(end)
    }

    #[inline]
    pub(super) fn at(&self, kind: TokenKind) -> bool {
        self.token.kind == kind
    }

    /// True for the name `word`.
    pub(super) fn at_word(&self, word: &str) -> bool {
        self.at(TokenKind::Ident) && self.token_text() == word
    }

    pub(super) fn token_text(&self) -> &'s str {
        &self.text[self.token.start..self.token.end]
    }

    pub(super) fn token_span(&self) -> Span {
        self.span(self.token.start, self.token.end)
    }

    /// Takes the name at hand.
    #[inline]
    pub(super) fn word(&mut self) -> Word {
        let word = Word {
            text: Name::new(self.token_text()),
            span: self.token_span(),
        };
        self.advance();
        word
    }

    #[inline]
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        match self.place {
            None => Span::new(start..end),
            Some(place) => place,
        }
    }

    /// From `start` to the end of what was taken last.
    #[inline]
    pub(super) fn span_from(&self, start: usize) -> Span {
        self.span(start, self.previous_end)
    }

    /// Reads something one level deeper.
    #[inline]
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.too_deep(self.token_span()));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Fails if `levels` more would be too deep.
    pub(super) fn check_depth(&mut self, levels: usize, span: Span) -> Read<()> {
        if self.depth + levels > MAX_DEPTH {
            return Err(self.too_deep(span));
        }
        Ok(())
    }

    #[cold]
    fn too_deep(&mut self, span: Span) -> Stop {
        let detail = format!(
            "Expressions, templates and blocks may nest {MAX_DEPTH} levels deep, and this is deeper."
        );
        self.fail("Too deeply nested", detail, span)
    }

    /// Accounts for memory that the tree takes.
    #[inline]
    pub(super) fn spend(&mut self, bytes: usize) -> Read<()> {
        match self.purse.spend(bytes) {
            true => Ok(()),
            false => Err(self.too_large()),
        }
    }

    #[cold]
    fn too_large(&mut self) -> Stop {
        if !self.is_over && self.errors.len() < MAX_ERRORS {
            self.errors.push(memory::too_large(self.token_span()));
        }
        self.is_over = true;
        // Nothing follows.
        self.text = &self.text[..self.token.start.min(self.text.len())];
        Stop
    }

    /// Notes an error.
    #[cold]
    pub(super) fn fail(
        &mut self,
        message: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
        span: Span,
    ) -> Stop {
        if !self.is_over && self.errors.len() < MAX_ERRORS {
            self.errors.push(SyntaxError::new(message, detail, span));
        }
        Stop
    }

    /// Notes an error at the token at hand.
    #[cold]
    pub(super) fn fail_here(
        &mut self,
        message: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Stop {
        // Where a character means nothing, that is the whole trouble.
        if self.at(TokenKind::Invalid) {
            return self.invalid_character(self.token.start);
        }
        let span = self.token_span();
        self.fail(message, detail, span)
    }

    /// Notes an error that does not stop the reading of a file known to have some.
    #[cold]
    pub(super) fn note(
        &mut self,
        message: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
        span: Span,
    ) -> Read<()> {
        let stop = self.fail(message, detail, span);
        match self.layout {
            Some(_) => Ok(()),
            None => Err(stop),
        }
    }

    /// Notes that the character at `at` means nothing.
    #[cold]
    pub(super) fn invalid_character(&mut self, at: usize) -> Stop {
        let c = self.text[at..].chars().next().unwrap_or_default();
        let (message, detail) = match c {
            '&' => (
                "Unsupported operator",
                "There are no operators on bits. Did you mean the boolean `&&`?",
            ),
            '|' => (
                "Unsupported operator",
                "There are no operators on bits. Did you mean the boolean `||`?",
            ),
            '~' => (
                "Unsupported operator",
                "There are no operators on bits. Did you mean the boolean `!`?",
            ),
            '^' => (
                "Unsupported operator",
                "There are no operators on bits, and none for powers: pow(base, exponent) is a function.",
            ),
            '`' => (
                "Invalid character",
                "Text is not quoted with backticks. Use double quotes, or a heredoc such as `<<EOT` for several lines.",
            ),
            '\'' => (
                "Invalid character",
                "Text is not quoted with single quotes. Use double quotes.",
            ),
            ';' => (
                "Invalid character",
                "Semicolons separate nothing here. Put arguments and blocks on lines of their own, and commas between the elements of a list.",
            ),
            '“' | '”' | '„' => (
                "Invalid character",
                "Curly quotes do not enclose text; documents and chats put them in place of straight ones. Use \".",
            ),
            '\r' => (
                "Invalid character",
                "A carriage return stands here without the newline that follows it at the end of a line.",
            ),
            '\u{feff}' => (
                "Invalid character",
                "A byte order mark may stand at the very beginning of a file only.",
            ),
            _ => (
                "Invalid character",
                "This character is not used within the language.",
            ),
        };
        let span = self.span(at, at + c.len_utf8());
        self.fail(message, detail, span)
    }
}
