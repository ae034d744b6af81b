//! Quoted text, heredocs and templates on their own, cut as HashiCorp's parser cuts them.
//!
//! Text is cut at the end of each line (in quoted text: not at all) and at each sequence, and a strip
//! marker reaches no further than the piece next to it: `~}` at the end of a line of a heredoc takes
//! the newline and leaves the indentation of the next line. `<<-` then takes the common indentation
//! of all pieces that begin a line; a line that lost the newline before it begins none.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr3};
use unicode_segmentation::UnicodeSegmentation;

use super::lexer::{self, TokenKind as T};
use super::parser::{Parser, Read, Stop};
use super::tree::{Expr, ExprKind, ForPart, IfPart, Literal, Name, Part, Span, Word};

/// A template before its directives are nested.
#[derive(Debug)]
pub(super) enum Piece<'s> {
    Text(Cow<'s, str>, Range<usize>),
    Interpolation(Expr),
    If(Expr, Span),
    Else(Span),
    Endif(Span),
    For(Option<Word>, Word, Expr, Span),
    Endfor(Span),
}

impl Piece<'_> {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text, _) => Some(text),
            _ => None,
        }
    }
}

/// What may stand in a template's text, and what ends it.
#[derive(Clone, Copy)]
enum Kind<'m> {
    /// Backslashes escape; ends with `"` on the same line.
    Quoted,
    /// Ends with a line that holds the marker only.
    Heredoc { marker: &'m str },
    /// Ends with the text.
    Bare,
}

/// Bytes that end a run of plain text between quotes.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let bytes = *b"\"\\$%\n\r";
    let mut at = 0;
    while at < bytes.len() {
        special[bytes[at] as usize] = true;
        at += 1;
    }
    special
};

/// The first special byte from `at` on.
#[inline]
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| !SPECIAL[*byte as usize]) {
        at += 1;
    }
    at
}

impl<'s> Parser<'s> {
    /// `"text ${expression} text"`.
    #[inline]
    pub(super) fn quoted(&mut self) -> Read<Expr> {
        let (open, start) = (self.token.start, self.token.end);
        let end = plain_end(self.text.as_bytes(), start);
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return self.quoted_template(open, start);
        }
        let kind = self.literal(&self.text[start..end])?;
        self.resume(end + 1);
        Ok(Expr {
            kind,
            span: self.span(open, end + 1),
        })
    }

    #[inline]
    fn literal(&mut self, text: &str) -> Read<ExprKind> {
        Ok(ExprKind::Literal(Literal::Text(self.stored(text)?)))
    }

    #[inline]
    fn stored(&mut self, text: &str) -> Read<Name> {
        if text.len() > Name::INLINE_CAP {
            self.spend(text.len() + 32)?;
        }
        Ok(Name::new(text))
    }

    fn quoted_template(&mut self, open: usize, start: usize) -> Read<Expr> {
        let first = self.pieces.len();
        let end = self.cut(Kind::Quoted, open, start, first)?;
        let kind = self.assemble(first)?;
        self.resume(end);
        Ok(Expr {
            kind,
            span: self.span(open, end),
        })
    }

    /// The text of a label, which holds no sequences.
    pub(super) fn quoted_label(&mut self) -> Read<(Name, Span)> {
        let (open, start) = (self.token.start, self.token.end);
        let text = self.text;
        let bytes = text.as_bytes();
        let mut end = plain_end(bytes, start);
        let mut decoded = None;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(mark @ (b'$' | b'%')) if bytes.get(end + 1) == Some(&b'{') => {
                    let mark = char::from(*mark);
                    let span = self.span(end, end + 2);
                    let detail = format!(
                        "Template sequences are not allowed in this string. To include a literal {mark:?}, double it (as \"{mark}{mark}\") to escape it."
                    );
                    return Err(self.fail("Invalid string literal", detail, span));
                }
                Some(_) => end = self.special(Kind::Quoted, open, start..end, &mut decoded)?,
                None => return Err(self.open_quote(open, end)),
            }
            let plain = end;
            end = plain_end(bytes, plain);
            push(&mut decoded, &self.text[plain..end]);
        }
        let decoded = decoded.map_or(Cow::Borrowed(&self.text[start..end]), Cow::Owned);
        let text = self.stored(&decoded)?;
        let span = self.span(open, end + 1);
        self.resume(end + 1);
        Ok((text, span))
    }

    /// From `<<EOT` past the line that ends it.
    pub(super) fn heredoc(&mut self) -> Read<Expr> {
        let (open, start) = (self.token.start, self.token.end);
        let marker = lexer::heredoc_marker(self.text, open).ok_or(Stop)?;
        let flush = marker.start - open == 3;
        let marker = &self.text[marker];
        let first = self.pieces.len();
        let end = self.cut(Kind::Heredoc { marker }, open, start, first)?;
        if flush {
            take_indentation(&mut self.pieces[first..]);
        }
        let kind = self.assemble(first)?;
        self.resume(end);
        Ok(Expr {
            kind,
            span: self.span(open, end),
        })
    }

    /// The whole text as a template.
    pub(super) fn bare(&mut self) -> Read<Expr> {
        let end = self.text.len();
        let mut start = self.token.end;
        if self.text[start..].starts_with('\u{feff}') {
            start += 3;
        }
        let text = &self.text[start..];
        let kind = if memchr::memchr2(b'$', b'%', text.as_bytes()).is_none() {
            self.literal(text)?
        } else {
            let first = self.pieces.len();
            self.cut(Kind::Bare, start, start, first)?;
            self.assemble(first)?
        };
        Ok(Expr {
            kind,
            span: self.span(start, end),
        })
    }

    /// Cuts a template into pieces; gives where it ends, its last mark included.
    fn cut(&mut self, kind: Kind<'_>, open: usize, start: usize, first: usize) -> Read<usize> {
        let mut at = start;
        let mut strip_next = false;
        let mut line_begins = true;
        loop {
            let bytes = self.text.as_bytes();
            match kind {
                Kind::Quoted if bytes.get(at) == Some(&b'"') => return Ok(at + 1),
                Kind::Heredoc { marker } if std::mem::take(&mut line_begins) => {
                    if let Some(end) = lexer::heredoc_closing(self.text, at, marker) {
                        return Ok(end);
                    }
                }
                Kind::Bare if at == bytes.len() => return Ok(at),
                _ => {}
            }
            if at >= bytes.len() {
                return Err(match kind {
                    Kind::Heredoc { marker } => self.open_heredoc(open, marker),
                    _ => self.open_quote(open, at),
                });
            }
            if matches!(bytes[at], b'$' | b'%') && bytes.get(at + 1) == Some(&b'{') {
                let before = self.pieces[first..].last_mut();
                if bytes.get(at + 2) == Some(&b'~')
                    && let Some(Piece::Text(before, _)) = before
                {
                    trim_end(before);
                }
                (at, strip_next) = self.sequence(at, open)?;
                continue;
            }
            let (mut text, end) = self.text_piece(kind, open, at)?;
            if std::mem::take(&mut strip_next) {
                let stripped = text.trim_start().len();
                text = cut_front(text, stripped);
            }
            line_begins = bytes[end - 1] == b'\n';
            self.spend(size_of::<Part>())?;
            self.pieces.push(Piece::Text(text, at..end));
            at = end;
        }
    }

    /// Text up to the next sequence, past the end of its line or up to the closing quote.
    fn text_piece(
        &mut self,
        kind: Kind<'_>,
        open: usize,
        start: usize,
    ) -> Read<(Cow<'s, str>, usize)> {
        let bytes = self.text.as_bytes();
        let special = |at: usize| match kind {
            Kind::Quoted => plain_end(bytes, at),
            Kind::Heredoc { .. } | Kind::Bare => {
                let line = &bytes[at..line_past(bytes, at)];
                // Carriage returns are looked at, too: they may end a line only.
                memchr3(b'$', b'%', b'\r', line).map_or(at + line.len(), |length| at + length)
            }
        };
        let mut end = special(start);
        let mut decoded = None;
        loop {
            let ends_line = end > start && bytes[end - 1] == b'\n';
            match bytes.get(end) {
                None => break,
                Some(b'"') if matches!(kind, Kind::Quoted) => break,
                Some(_) if ends_line && !matches!(kind, Kind::Quoted) => break,
                Some(b'$' | b'%') if bytes.get(end + 1) == Some(&b'{') => break,
                Some(_) => end = self.special(kind, open, start..end, &mut decoded)?,
            }
            if bytes[end - 1] != b'\n' {
                let plain = end;
                end = special(plain);
                push(&mut decoded, &self.text[plain..end]);
            }
        }
        let text = decoded.map_or(Cow::Borrowed(&self.text[start..end]), Cow::Owned);
        Ok((text, end))
    }

    /// Takes the special byte that follows `before`, which begins no sequence, and what belongs to it;
    /// gives where that ends. `decoded` is the text so far, where it is not as written.
    fn special(
        &mut self,
        kind: Kind<'_>,
        open: usize,
        before: Range<usize>,
        decoded: &mut Option<String>,
    ) -> Read<usize> {
        let (text, at) = (self.text, before.end);
        let so_far = || text[before].to_owned();
        let end = match (&text.as_bytes()[at..], kind) {
            ([b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..], _) => {
                let decoded = decoded.get_or_insert_with(so_far);
                decoded.push_str(&text[at + 1..at + 3]);
                return Ok(at + 3);
            }
            ([b'\\', ..], Kind::Quoted) => {
                let (c, length) = self.escape(at)?;
                decoded.get_or_insert_with(so_far).push(c);
                return Ok(at + length);
            }
            ([b'$' | b'%', ..], _) => at + 1,
            ([b'\n' | b'\r', ..], Kind::Quoted) => return Err(self.open_quote(open, at)),
            ([b'\r', b'\n', ..], _) => at + 2,
            ([b'\r', ..], Kind::Heredoc { .. }) => return Err(self.invalid_character(at)),
            // HashiCorp's scanner gives up at a stray carriage return: the rest is plain text.
            _ => text.len(),
        };
        push(decoded, &text[at..end]);
        Ok(end)
    }

    /// The character that a backslash sequence stands for and the length of the sequence.
    fn escape(&mut self, at: usize) -> Read<(char, usize)> {
        const MESSAGE: &str = "Invalid escape sequence";
        let rest = &self.text[at..];
        let simple = |c| Ok((c, 2));
        let Some(selector) = rest.chars().nth(1) else {
            let span = self.span(at, at + 1);
            let detail = "Backslash must be followed by an escape sequence selector character.";
            return Err(self.fail(MESSAGE, detail, span));
        };
        let digits = match selector {
            'n' => return simple('\n'),
            'r' => return simple('\r'),
            't' => return simple('\t'),
            '"' => return simple('"'),
            '\\' => return simple('\\'),
            'u' => 4,
            'U' => 8,
            '\n' | '\r' => {
                let span = self.span(at, at + 1);
                return Err(self.fail(
                    "Invalid character",
                    "A backslash does not continue quoted text in the next line. Use a heredoc for several lines.",
                    span,
                ));
            }
            _ => {
                let span = self.span(at, at + 1 + selector.len_utf8());
                let detail = format!(
                    "The symbol {selector:?} is not a valid escape sequence selector. To write a backslash, double it."
                );
                return Err(self.fail(MESSAGE, detail, span));
            }
        };
        let is_hex = |code: &&str| code.bytes().all(|byte| byte.is_ascii_hexdigit());
        let Some(code) = rest.get(2..2 + digits).filter(is_hex) else {
            let span = self.span(at, at + 2);
            let detail = format!(
                "The \\{selector} escape sequence must be followed by {digits} hexadecimal digits."
            );
            return Err(self.fail(MESSAGE, detail, span));
        };
        let code = u32::from_str_radix(code, 16).unwrap_or(u32::MAX);
        match char::from_u32(code) {
            Some(c) => Ok((c, 2 + digits)),
            None => {
                let span = self.span(at, at + 2 + digits);
                let detail = format!("There is no character U+{code:04x}.");
                Err(self.fail(MESSAGE, detail, span))
            }
        }
    }

    #[cold]
    fn open_quote(&mut self, open: usize, end: usize) -> Stop {
        let end = end.min(self.text.len());
        if self.text[end..].starts_with(['\n', '\r']) {
            let span = self.span(open, end);
            return self.fail(
                "Invalid multi-line string",
                "Quoted strings may not be split over multiple lines. For a text of several lines use the \\n escape sequence or a heredoc such as <<EOT.",
                span,
            );
        }
        let span = self.span(open, open + 1);
        self.fail(
            "Unterminated template string",
            "No closing quote was found for the string.",
            span,
        )
    }

    #[cold]
    fn open_heredoc(&mut self, open: usize, marker: &str) -> Stop {
        let span = self.span(
            open,
            open + lexer::line_end(&self.text.as_bytes()[open..], 0),
        );
        let detail = if self.text.ends_with(marker) {
            format!("The line that ends this heredoc, {marker}, must end with a newline.")
        } else {
            format!("No closing marker was found for the string: a line that holds only {marker}.")
        };
        self.fail("Unterminated template string", detail, span)
    }

    /// `${expression}` or `%{directive}` at `at`; gives where the text goes on and whether the blanks
    /// there are to be taken away.
    fn sequence(&mut self, at: usize, open: usize) -> Read<(usize, bool)> {
        let bytes = self.text.as_bytes();
        let strips = bytes.get(at + 2) == Some(&b'~');
        let newlines = std::mem::replace(&mut self.newlines, false);
        self.spend(size_of::<Part>())?;
        let is_directive = bytes[at] == b'%';
        self.nested(|parser| {
            parser.resume(at + if strips { 3 } else { 2 });
            let piece = if is_directive {
                parser.directive(at)?
            } else {
                Piece::Interpolation(parser.expression()?)
            };
            parser.pieces.push(piece);
            Ok(())
        })?;
        let next = match self.token.kind {
            T::CloseBrace => (self.token.end, false),
            T::CloseSequence => (self.token.end, true),
            _ => return Err(self.open_sequence(at, open, is_directive)),
        };
        self.newlines = newlines;
        Ok(next)
    }

    #[cold]
    fn open_sequence(&mut self, at: usize, open: usize, is_directive: bool) -> Stop {
        let span = self.span(at, at + 2);
        let quoted = self.text.as_bytes().get(open) == Some(&b'"');
        match self.token.kind {
            T::OpenQuote if quoted => self.fail(
                "Unclosed template interpolation sequence",
                "There is no closing brace for this sequence before the end of the quoted template. This might be caused by incorrect nesting inside the given expression.",
                span,
            ),
            T::End => self.fail(
                "Unclosed template interpolation sequence",
                "There is no closing brace for this sequence before the end of the file. This might be caused by incorrect nesting inside the given expression.",
                span,
            ),
            _ if is_directive => self.fail_here(
                "Extra characters in directive",
                "Expected a closing brace to end the sequence, but found extra characters.",
            ),
            T::Colon => self.fail_here(
                "Extra characters after interpolation expression",
                "Template interpolation doesn't expect a colon here. If this is meant for another language, such as a shell, escape it: begin with \"$${\" instead of \"${\".",
            ),
            _ => self.fail_here(
                "Extra characters after interpolation expression",
                "Expected a closing brace to end the interpolation expression. If this is meant for another language, such as a shell, escape it: begin with \"$${\" instead of \"${\".",
            ),
        }
    }

    /// What stands between `%{` and `}`.
    fn directive(&mut self, start: usize) -> Read<Piece<'s>> {
        if !self.at(T::Ident) {
            return Err(self.fail_here(
                "Invalid template directive",
                "A template directive keyword (\"if\", \"for\", etc) is expected at the beginning of a %{ sequence.",
            ));
        }
        let keyword = self.token_text();
        let keyword_span = self.token_span();
        self.advance();
        Ok(match keyword {
            "if" => {
                let condition = self.expression()?;
                Piece::If(condition, self.span(start, self.token.end))
            }
            "for" => {
                let (key, value) = self.for_names("For directive", "Invalid 'for' directive")?;
                let collection = self.expression()?;
                Piece::For(key, value, collection, self.span(start, self.token.end))
            }
            "else" => Piece::Else(self.span(start, self.token.end)),
            "endif" => Piece::Endif(self.span(start, self.token.end)),
            "endfor" => Piece::Endfor(self.span(start, self.token.end)),
            _ => {
                let detail = format!(
                    "{keyword:?} is not a valid template control keyword: those are \"if\", \"else\", \"endif\", \"for\" and \"endfor\"."
                );
                return Err(self.fail("Invalid template control keyword", detail, keyword_span));
            }
        })
    }

    /// Pieces from `first` on to an expression. Text without sequences is a literal; a single
    /// interpolation is its expression, whatever its type.
    fn assemble(&mut self, first: usize) -> Read<ExprKind> {
        let pieces = &mut self.pieces;
        if let [Piece::Interpolation(_)] = &pieces[first..]
            && let Some(Piece::Interpolation(expr)) = pieces.pop()
        {
            return Ok(expr.kind);
        }
        if pieces[first..].iter().all(|piece| piece.text().is_some()) {
            let text = match &pieces[first..] {
                [Piece::Text(only, _)] => Cow::Borrowed(only.as_ref()),
                all => Cow::Owned(all.iter().filter_map(Piece::text).collect::<String>()),
            };
            let text = Name::new(text);
            if text.is_heap_allocated() {
                self.spend(text.len() + 32)?;
            }
            self.pieces.truncate(first);
            return Ok(ExprKind::Literal(Literal::Text(text)));
        }
        let pieces: Vec<Piece<'s>> = pieces.drain(first..).collect();
        let mut assembler = Assembler {
            pieces: pieces.into_iter().peekable(),
            parser: self,
        };
        let (parts, end) = assembler.parts(1)?;
        let (name, span) = match end {
            Close::End => return Ok(ExprKind::Template(parts)),
            Close::Else(span) => ("else", span),
            Close::Endif(span) => ("endif", span),
            Close::Endfor(span) => ("endfor", span),
        };
        Err(self.fail(
            format!("Unexpected {name} directive"),
            "The control directives within this template are unbalanced.",
            span,
        ))
    }
}

/// What ended a run of parts.
enum Close {
    End,
    Else(Span),
    Endif(Span),
    Endfor(Span),
}

/// Nests the parts of a template in its directives.
struct Assembler<'p, 's> {
    pieces: std::iter::Peekable<std::vec::IntoIter<Piece<'s>>>,
    parser: &'p mut Parser<'s>,
}

impl Assembler<'_, '_> {
    fn parts(&mut self, level: usize) -> Read<(Box<[Part]>, Close)> {
        let mut parts = Vec::new();
        while let Some(piece) = self.pieces.next() {
            parts.push(match piece {
                Piece::Text(text, range) => match self.melded(text, range)? {
                    Some(part) => part,
                    None => continue,
                },
                Piece::Interpolation(expr) => Part::Interpolation(expr),
                Piece::If(condition, span) => {
                    Part::If(Box::new(self.if_part(condition, span, level)?))
                }
                Piece::For(key_name, value_name, collection, span) => {
                    self.parser.check_depth(level, span)?;
                    let (body, close) = self.parts(level + 1)?;
                    if !matches!(close, Close::Endfor(_)) {
                        return Err(self.unbalanced(&close, "for", "endfor", span));
                    }
                    Part::For(Box::new(ForPart {
                        key_name,
                        value_name,
                        collection,
                        body,
                        span,
                    }))
                }
                Piece::Else(span) => return Ok((parts.into(), Close::Else(span))),
                Piece::Endif(span) => return Ok((parts.into(), Close::Endif(span))),
                Piece::Endfor(span) => return Ok((parts.into(), Close::Endfor(span))),
            });
        }
        Ok((parts.into(), Close::End))
    }

    /// Text and all text that follows it, unless there is none.
    fn melded(&mut self, mut text: Cow<'_, str>, mut range: Range<usize>) -> Read<Option<Part>> {
        while let Some(Piece::Text(..)) = self.pieces.peek() {
            if let Some(Piece::Text(more, place)) = self.pieces.next() {
                text.to_mut().push_str(&more);
                range.end = place.end;
            }
        }
        if text.is_empty() {
            return Ok(None);
        }
        let text = self.parser.stored(&text)?;
        Ok(Some(Part::Literal(
            text,
            self.parser.span(range.start, range.end),
        )))
    }

    fn if_part(&mut self, condition: Expr, span: Span, level: usize) -> Read<IfPart> {
        self.parser.check_depth(level, span)?;
        let (yes, close) = self.parts(level + 1)?;
        let no = match close {
            Close::Endif(_) => Box::default(),
            Close::Else(_) => match self.parts(level + 1)? {
                (no, Close::Endif(_)) => no,
                (_, close) => return Err(self.unbalanced(&close, "if", "endif", span)),
            },
            close => return Err(self.unbalanced(&close, "if", "endif", span)),
        };
        Ok(IfPart {
            condition,
            yes,
            no,
            span,
        })
    }

    #[cold]
    fn unbalanced(&mut self, close: &Close, open: &str, wanted: &str, span: Span) -> Stop {
        let (name, place) = match close {
            Close::End => {
                let detail = format!(
                    "The {open} directive is missing its corresponding {wanted} directive."
                );
                return self.parser.fail("Unexpected end of template", detail, span);
            }
            Close::Else(place) => ("else", place),
            Close::Endif(place) => ("endif", place),
            Close::Endfor(place) => ("endfor", place),
        };
        let detail = format!("Expecting an {wanted} directive for the {open} that is open here.");
        self.parser
            .fail(format!("Unexpected {name} directive"), detail, *place)
    }
}

/// Past the newline of the line at `at`.
fn line_past(bytes: &[u8], at: usize) -> usize {
    memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length + 1)
}

/// Adds what follows to a text that is not as written.
fn push(decoded: &mut Option<String>, more: &str) {
    if let Some(decoded) = decoded {
        decoded.push_str(more);
    }
}

fn trim_end(text: &mut Cow<'_, str>) {
    let length = text.trim_end().len();
    match text {
        Cow::Borrowed(text) => *text = &text[..length],
        Cow::Owned(text) => text.truncate(length),
    }
}

/// The last `keep` bytes.
fn cut_front(text: Cow<'_, str>, keep: usize) -> Cow<'_, str> {
    let cut = text.len() - keep;
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[cut..]),
        Cow::Owned(mut text) => {
            text.drain(..cut);
            Cow::Owned(text)
        }
    }
}

/// Takes the common indentation from the pieces that begin a line.
fn take_indentation(pieces: &mut [Piece<'_>]) {
    let mut common = usize::MAX;
    for_each_line(pieces, |piece| match piece.text() {
        Some(text) => {
            if let Some(indent) = indentation(text) {
                common = common.min(indent.graphemes(true).count());
            }
        }
        None => common = 0,
    });
    if common == 0 {
        return;
    }
    for_each_line(pieces, |piece| {
        if let Piece::Text(text, range) = piece
            && indentation(text).is_some()
        {
            let cut = text.grapheme_indices(true).nth(common).map(|(at, _)| at);
            let cut = cut.unwrap_or(text.len());
            let keep = text.len() - cut;
            *text = cut_front(std::mem::take(text), keep);
            range.start += cut;
        }
    });
}

/// Goes through the pieces that begin a line.
fn for_each_line<'s>(pieces: &mut [Piece<'s>], mut each: impl FnMut(&mut Piece<'s>)) {
    let mut line_begins = true;
    for piece in pieces {
        // Before the indentation is taken: that leaves no newline alone.
        let ends_line = piece.text().is_some_and(|text| text.ends_with('\n'));
        if line_begins {
            each(piece);
        }
        line_begins = ends_line;
    }
}

/// The blanks at the beginning of a line; a blank line has none that count.
fn indentation(line: &str) -> Option<&str> {
    let text = line.trim_start();
    let is_blank = text.is_empty() && line.ends_with('\n');
    (!is_blank).then(|| &line[..line.len() - text.len()])
}
