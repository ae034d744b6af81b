//! All tokens of a text, blanks and comments included: put together they are the text.

use super::lexer::{self, TokenKind};
use super::tree::Span;

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'s> {
    /// What it is.
    pub kind: TokenKind,
    /// As written.
    pub text: &'s str,
    /// Where.
    pub span: Span,
}

/// The tokens of a text, in order. Any text has some: what means nothing is
/// [`TokenKind::Invalid`], and quoted text that nothing closes ends with its line, as does every
/// quoted text around it.
#[derive(Debug)]
pub struct Tokens<'s> {
    text: &'s str,
    at: usize,
    modes: Vec<Mode>,
    /// No `*/` follows.
    is_comment_free: bool,
}

/// The tokens of `text`.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens::new(text, 0)
}

#[derive(Debug)]
enum Mode {
    Code {
        braces: usize,
    },
    Quoted,
    Heredoc {
        marker: (usize, usize),
        line_begins: bool,
    },
}

impl<'s> Tokens<'s> {
    /// From an offset on, at which code stands.
    pub(super) fn new(text: &'s str, at: usize) -> Self {
        Self {
            text,
            at,
            modes: vec![Mode::Code { braces: 0 }],
            is_comment_free: false,
        }
    }

    /// Goes on with code at `at`, whatever was open before.
    pub(super) fn restart(&mut self, at: usize) {
        self.at = at;
        self.modes.truncate(1);
        self.modes[0] = Mode::Code { braces: 0 };
    }

    fn step(&mut self) -> (TokenKind, usize) {
        let (text, at) = (self.text, self.at);
        match self.modes.last_mut() {
            Some(Mode::Quoted) => self.quoted(),
            Some(Mode::Heredoc {
                marker,
                line_begins,
            }) => {
                if std::mem::take(line_begins) {
                    let marker = &text[marker.0..marker.1];
                    if let Some(end) = lexer::heredoc_closing(text, at, marker) {
                        self.modes.pop();
                        return (TokenKind::CloseHeredoc, end);
                    }
                }
                self.heredoc()
            }
            _ => self.code(),
        }
    }

    fn code(&mut self) -> (TokenKind, usize) {
        let (text, at) = (self.text, self.at);
        let bytes = text.as_bytes();
        match bytes[at] {
            b' ' | b'\t' => {
                let blanks = bytes[at..]
                    .iter()
                    .take_while(|byte| matches!(byte, b' ' | b'\t'));
                return (TokenKind::Blank, at + blanks.count());
            }
            0xef if at == 0 && text.starts_with('\u{feff}') => return (TokenKind::Blank, 3),
            b'#' | b'/' if !(self.is_comment_free && bytes[at..].starts_with(b"/*")) => {
                if let Some(end) = lexer::comment_end(bytes, at) {
                    return (TokenKind::Comment, end);
                }
                self.is_comment_free |= bytes[at..].starts_with(b"/*");
            }
            _ => {}
        }
        let (kind, end) = lexer::code(text, at);
        (self.bracket(kind, end), end)
    }

    /// What a token of code opens or closes.
    fn bracket(&mut self, kind: TokenKind, end: usize) -> TokenKind {
        let is_inner = self.modes.len() > 1;
        match (kind, self.modes.last_mut()) {
            (TokenKind::OpenQuote, _) => self.modes.push(Mode::Quoted),
            (TokenKind::OpenHeredoc, _) => {
                let marker = lexer::heredoc_marker(self.text, self.at);
                let marker = marker.map_or((end, end), |marker| (marker.start, marker.end));
                self.modes.push(Mode::Heredoc {
                    marker,
                    line_begins: true,
                });
            }
            (TokenKind::OpenBrace, Some(Mode::Code { braces })) => *braces += 1,
            (TokenKind::CloseBrace, Some(Mode::Code { braces })) if *braces > 0 => *braces -= 1,
            (TokenKind::CloseBrace | TokenKind::CloseSequence, _) if is_inner => {
                self.modes.pop();
                return TokenKind::CloseSequence;
            }
            _ => {}
        }
        kind
    }

    fn quoted(&mut self) -> (TokenKind, usize) {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        if bytes[at] == b'"' {
            self.modes.pop();
            return (TokenKind::CloseQuote, at + 1);
        }
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' => break,
                b'\n' | b'\r' => {
                    self.end_line();
                    break;
                }
                b'\\' if !matches!(bytes.get(at + 1), None | Some(b'\n' | b'\r')) => {
                    let escaped = self.text[at + 1..].chars().next();
                    at += 1 + escaped.map_or(0, char::len_utf8);
                }
                _ => match self.text_or_sequence(at) {
                    Some(end) => at = end,
                    None => break,
                },
            }
        }
        if at > self.at {
            return (TokenKind::Text, at);
        }
        match bytes.get(at) {
            Some(b'\n' | b'\r') => self.step(),
            _ => self.sequence(),
        }
    }

    /// Closes the quoted text that nothing closed, and all around it.
    fn end_line(&mut self) {
        let outermost = self
            .modes
            .iter()
            .rposition(|mode| matches!(mode, Mode::Heredoc { .. }));
        let from = outermost.map_or(0, |at| at + 1);
        let first = self.modes[from..]
            .iter()
            .position(|mode| matches!(mode, Mode::Quoted));
        if let Some(first) = first {
            self.modes.truncate(from + first);
        }
    }

    fn heredoc(&mut self) -> (TokenKind, usize) {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        while let Some(&byte) = bytes.get(at) {
            if byte == b'\n' {
                at += 1;
                if let Some(Mode::Heredoc { line_begins, .. }) = self.modes.last_mut() {
                    *line_begins = true;
                }
                break;
            }
            match self.text_or_sequence(at) {
                Some(end) => at = end,
                None => break,
            }
        }
        if at > self.at {
            return (TokenKind::Text, at);
        }
        self.sequence()
    }

    /// Past the text at `at`; nothing if a sequence begins there.
    fn text_or_sequence(&self, at: usize) -> Option<usize> {
        match &self.text.as_bytes()[at..] {
            [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => Some(at + 3),
            [b'$' | b'%', b'{', ..] => None,
            _ => {
                let c = self.text[at..].chars().next().unwrap_or_default();
                Some(at + c.len_utf8())
            }
        }
    }

    fn sequence(&mut self) -> (TokenKind, usize) {
        let bytes = &self.text.as_bytes()[self.at..];
        self.modes.push(Mode::Code { braces: 0 });
        let kind = if bytes[0] == b'$' {
            TokenKind::OpenInterpolation
        } else {
            TokenKind::OpenDirective
        };
        let length = if bytes.get(2) == Some(&b'~') { 3 } else { 2 };
        (kind, self.at + length)
    }
}

impl<'s> Iterator for Tokens<'s> {
    type Item = Token<'s>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let (kind, end) = self.step();
        self.at = end;
        Some(Token {
            kind,
            text: &self.text[start..end],
            span: Span::new(start..end),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> String {
        let all: Vec<Token<'_>> = tokens(text).collect();
        let joined: String = all.iter().map(|token| token.text).collect();
        assert_eq!(joined, text);
        let shown = all.iter().filter(|token| token.kind != TokenKind::Blank);
        let shown = shown.map(|token| format!("{:?}", token.kind));
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn tokens_put_together_are_the_text() {
        insta::assert_snapshot!(kinds("a = \"x${~ b[0] ~}y\" # c\r\n"), @"Ident Equal OpenQuote Text OpenInterpolation Ident OpenBracket Number CloseBracket CloseSequence Text CloseQuote Comment Newline");
        insta::assert_snapshot!(kinds("a = <<-E\n  %{ if x }é$5%%{\n  E\nb {}"), @"Ident Equal OpenHeredoc Text OpenDirective Ident Ident CloseSequence Text CloseHeredoc Newline Ident OpenBrace CloseBrace");
        insta::assert_snapshot!(kinds("\u{feff}/* x */ a /* ; // b"), @"Comment Ident Slash Star Invalid Comment");
        insta::assert_snapshot!(kinds("\"${ { \"k\" = 1 } }\" }"), @"OpenQuote OpenInterpolation OpenBrace OpenQuote Text CloseQuote Equal Number CloseBrace CloseSequence CloseQuote CloseBrace");
    }

    #[test]
    fn open_quotes_end_with_their_line() {
        insta::assert_snapshot!(kinds("a = \"x ${f(\"y\nb = \"\\\nc"), @"Ident Equal OpenQuote Text OpenInterpolation Ident OpenParen OpenQuote Text Newline Ident Equal OpenQuote Text Newline Ident");
        insta::assert_snapshot!(kinds("<<A\n${\"\nA\n"), @"OpenHeredoc OpenInterpolation OpenQuote Newline Ident Newline");
    }
}
