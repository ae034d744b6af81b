//! What belongs together in a file that does not parse.
//!
//! A parser that meets an error must know where what is in error ends, or it loses what follows. So
//! a file with an error is looked at as a whole first: which bracket closes which, and which are
//! never closed. Where brackets do not match, indentation decides, since people and `terraform fmt`
//! indent: a `}` at the beginning of a line closes the innermost brace whose line is indented like it,
//! and a body that nothing closes ends before the next line that is indented no deeper than its header.

use super::lexer::{self, TokenKind as T};
use super::tokens::Tokens;

/// Brackets, quotes and heredocs of a text.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// In order of where they stand.
    openers: Vec<Opener>,
    /// Brackets that close nothing, in order.
    strays: Vec<u32>,
    /// No `*/` stands from here on.
    comments_end: usize,
}

#[derive(Debug)]
struct Opener {
    at: u32,
    /// Indentation of the line that it stands in.
    indent: u32,
    /// The closing bracket, or where what is inside seems to end.
    end: u32,
    /// Past the closing bracket.
    past: u32,
    kind: T,
    is_closed: bool,
}

/// Where what a bracket opens ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With the closing bracket at the first offset, past which the second points.
    Closed(usize, usize),
    /// Nowhere; what is inside seems to end here.
    Open(usize),
}

/// How far down the stack of open brackets one is looked for.
const REACH: usize = 64;

/// How many heredocs without an end are told from what follows them.
const OPEN_HEREDOCS: usize = 16;

struct Survey<'s> {
    text: &'s str,
    layout: Layout,
    /// Indexes of what is open.
    stack: Vec<u32>,
    /// Whether indentation says what a brace closes.
    by_indentation: bool,
    line: Line,
    open_heredocs: usize,
    /// A quote that its line did not close, if no line since begins a new item.
    open_quote: Option<u32>,
}

/// The line at hand.
#[derive(Clone, Copy, Default)]
struct Line {
    start: usize,
    indent: usize,
}

impl Layout {
    pub(super) fn of(text: &str) -> Self {
        let plain = Survey::of(text, false);
        let is_balanced = |opener: &Opener| opener.is_closed || opener.kind != T::OpenBrace;
        let mut layout = if plain.strays.is_empty() && plain.openers.iter().all(is_balanced) {
            plain
        } else {
            drop(plain);
            Survey::of(text, true)
        };
        layout.comments_end = memchr::memmem::rfind(text.as_bytes(), b"*/").unwrap_or(0);
        layout.end_open_braces(text);
        layout
    }

    /// Where what is opened at `at` ends.
    pub(super) fn end_of(&self, at: usize) -> Option<End> {
        let at = u32::try_from(at).ok()?;
        let index = self
            .openers
            .binary_search_by_key(&at, |opener| opener.at)
            .ok()?;
        self.openers.get(index).map(Opener::end)
    }

    /// The first bracket or quote in a range that nothing closes.
    pub(super) fn open_in(&self, range: std::ops::Range<usize>) -> Option<(T, usize)> {
        let first = self
            .openers
            .partition_point(|opener| (opener.at as usize) < range.start);
        let inside = self.openers[first..].iter();
        let mut inside = inside.take_while(|opener| (opener.at as usize) < range.end);
        let open = inside.find(|opener| !opener.is_closed);
        open.map(|opener| (opener.kind, opener.at as usize))
    }

    /// True for a bracket that closes nothing.
    pub(super) fn is_stray(&self, at: usize) -> bool {
        u32::try_from(at).is_ok_and(|at| self.strays.binary_search(&at).is_ok())
    }

    /// Where the attribute or block that begins at `start` ends: at the end of its line, or before a
    /// bracket that closes what is around it. With `comma` one on the same level ends it, too.
    pub(super) fn item_end(&self, text: &str, start: usize, comma: bool) -> usize {
        let bytes = text.as_bytes();
        let mut at = start;
        while at < bytes.len() {
            let is_comment = at < self.comments_end || !bytes[at..].starts_with(b"/*");
            if is_comment && let Some(end) = lexer::comment_end(bytes, at) {
                at = end;
                continue;
            }
            let (kind, end) = lexer::code(text, at);
            match kind {
                T::Newline => return at,
                T::Comma if comma => return at,
                T::CloseBrace | T::CloseBracket | T::CloseParen | T::CloseSequence
                    if !self.is_stray(at) =>
                {
                    return at;
                }
                _ => {}
            }
            at = match self.end_of(at) {
                Some(End::Closed(_, past)) => past.max(end),
                Some(End::Open(inside))
                    if matches!(kind, T::OpenBrace | T::OpenBracket | T::OpenParen) =>
                {
                    return inside.max(end);
                }
                Some(End::Open(inside)) if matches!(kind, T::OpenQuote | T::OpenHeredoc) => {
                    inside.max(end)
                }
                _ => end,
            };
        }
        text.len()
    }

    /// Tells where bodies end that nothing closes.
    fn end_open_braces(&mut self, text: &str) {
        // Each of many could be followed by the whole text.
        let mut budget = text.len().saturating_mul(4);
        let mut next = 0;
        while next < self.openers.len() {
            let opener = &self.openers[next];
            let kinds = [T::OpenBrace, T::OpenBracket, T::OpenParen];
            if kinds.contains(&opener.kind) && !opener.is_closed {
                let end = self.dedent(text, opener, &mut budget);
                self.openers[next].end = offset(end);
            }
            next += 1;
        }
    }

    /// The first line after an opener that is indented no deeper and begins with a name or a
    /// closing brace.
    fn dedent(&self, text: &str, opener: &Opener, budget: &mut usize) -> usize {
        let bytes = text.as_bytes();
        let mut at = opener.at as usize;
        while *budget > 0 {
            let end = lexer::line_end(bytes, at);
            *budget = budget.saturating_sub(end - at + 1);
            let Some(byte) = bytes.get(end) else { break };
            let start = end + if *byte == b'\r' { 2 } else { 1 };
            let line = Line::at(text, start);
            let first = start + line.indent;
            let (kind, _) = lexer::code(text, first);
            if line.indent <= opener.indent as usize && matches!(kind, T::Ident | T::CloseBrace) {
                return first;
            }
            at = start.min(bytes.len());
        }
        text.len()
    }
}

impl Opener {
    fn end(&self) -> End {
        if self.is_closed {
            End::Closed(self.end as usize, self.past as usize)
        } else {
            End::Open(self.end as usize)
        }
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Line {
    fn at(text: &str, start: usize) -> Self {
        let rest = text.get(start..).unwrap_or_default();
        let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        Self { start, indent }
    }
}

impl<'s> Survey<'s> {
    fn of(text: &'s str, by_indentation: bool) -> Layout {
        let mut survey = Self {
            text,
            layout: Layout::default(),
            stack: Vec::new(),
            by_indentation,
            line: Line::default(),
            open_heredocs: 0,
            open_quote: None,
        };
        survey.line_at(0);
        survey.run();
        survey.layout
    }

    fn opener(&self, index: u32) -> &Opener {
        &self.layout.openers[index as usize]
    }

    fn line_at(&mut self, start: usize) {
        self.line = Line::at(self.text, start);
    }

    fn run(&mut self) {
        let mut tokens = Tokens::new(self.text, 0);
        loop {
            while let Some(token) = tokens.next() {
                let range = token.span.range();
                if token.kind == T::Less
                    && let Some(end) = self.misspelt_heredoc(range.start)
                {
                    tokens.restart(end);
                    continue;
                }
                self.token(token.kind, range.start, range.end);
            }
            // What a heredoc without an end swallowed is looked at again.
            let mut open = self.stack.iter().copied();
            let Some(index) = open.find(|index| self.opener(*index).kind == T::OpenHeredoc) else {
                break;
            };
            self.open_heredocs += 1;
            if self.open_heredocs > OPEN_HEREDOCS {
                break;
            }
            let end = self.heredoc_end(index);
            self.forget_after(index);
            self.layout.openers[index as usize].end = offset(end);
            self.open_quote = None;
            self.line_at(self.text[..end].rfind('\n').map_or(0, |at| at + 1));
            tokens.restart(end);
        }
    }

    fn token(&mut self, kind: T, start: usize, end: usize) {
        match kind {
            T::Newline => {
                self.close_quotes(start);
                self.line_at(end);
                let (kind, end) = lexer::code(self.text, end + self.line.indent);
                if self.begins_item(kind, end) {
                    self.open_quote = None;
                }
            }
            T::Text | T::OpenHeredoc if self.text[..end].ends_with('\n') => {
                if kind == T::OpenHeredoc {
                    self.open(kind, start);
                }
                self.line_at(end);
            }
            T::Comment => {
                let comment = &self.text[start..end];
                if let Some(at) = comment.rfind('\n') {
                    self.line_at(start + at + 1);
                }
            }
            T::OpenQuote
            | T::OpenBrace
            | T::OpenBracket
            | T::OpenParen
            | T::OpenInterpolation
            | T::OpenDirective => self.open(kind, start),
            T::CloseQuote => self.close(&[T::OpenQuote], start, end),
            T::CloseHeredoc => self.close(&[T::OpenHeredoc], start, end),
            T::CloseSequence => {
                self.close(&[T::OpenInterpolation, T::OpenDirective], start, end);
            }
            T::CloseBrace => self.close_brace(start, end),
            T::CloseBracket => self.close(&[T::OpenBracket], start, end),
            T::CloseParen => self.close(&[T::OpenParen], start, end),
            _ => {}
        }
    }

    /// Drops what was found since this was opened: it is text.
    fn forget_after(&mut self, index: u32) {
        let at = self.opener(index).at;
        let strays = self.layout.strays.partition_point(|stray| *stray < at);
        self.layout.strays.truncate(strays);
        self.layout.openers.truncate(index as usize + 1);
        let open = self.stack.partition_point(|open| *open < index);
        self.stack.truncate(open);
    }

    fn open(&mut self, kind: T, at: usize) {
        self.stack.push(offset(self.layout.openers.len()));
        self.layout.openers.push(Opener {
            at: offset(at),
            indent: offset(self.line.indent),
            end: offset(at + 1),
            past: offset(at + 1),
            kind,
            is_closed: false,
        });
    }

    /// Closes the innermost of `kinds`. Brackets opened within it stay open for ever; one around which
    /// a brace of an earlier line stands is not meant.
    fn close(&mut self, kinds: &[T], start: usize, end: usize) {
        for (depth, index) in self.stack.iter().rev().take(REACH).enumerate() {
            let opener = self.opener(*index);
            if kinds.contains(&opener.kind) {
                return self.close_at(depth, start, end);
            }
            let is_earlier = (opener.at as usize) < self.line.start;
            if opener.kind == T::OpenHeredoc || (opener.kind == T::OpenBrace && is_earlier) {
                break;
            }
        }
        self.layout.strays.push(offset(start));
    }

    fn close_brace(&mut self, start: usize, end: usize) {
        let is_first = start == self.line.start + self.line.indent;
        let indent = offset(self.line.indent);
        let mut innermost = None;
        for (depth, index) in self.stack.iter().rev().take(REACH).enumerate() {
            let opener = self.opener(*index);
            if matches!(
                opener.kind,
                T::OpenHeredoc | T::OpenInterpolation | T::OpenDirective
            ) {
                break;
            }
            if opener.kind != T::OpenBrace {
                continue;
            }
            let innermost = *innermost.get_or_insert(depth);
            // One deeper than this line was left open.
            if !(self.by_indentation && is_first && opener.indent > indent) {
                let depth = if opener.indent == indent {
                    depth
                } else {
                    innermost
                };
                return self.close_at(depth, start, end);
            }
        }
        match innermost {
            Some(depth) => self.close_at(depth, start, end),
            None => self.layout.strays.push(offset(start)),
        }
    }

    /// Closes what stands `depth` below the top of the stack.
    fn close_at(&mut self, depth: usize, start: usize, end: usize) {
        let at = self.stack.len() - 1 - depth;
        let opener = &mut self.layout.openers[self.stack[at] as usize];
        opener.end = offset(start);
        opener.past = offset(end);
        opener.is_closed = true;
        self.stack.truncate(at);
    }

    /// At the end of a line no quote stays open, nor what was opened inside it.
    fn close_quotes(&mut self, line_end: usize) {
        let kinds = self.stack.iter().rev().take(REACH);
        let kinds = kinds.map(|index| self.opener(*index).kind);
        let mut outermost = None;
        for (depth, kind) in kinds.enumerate() {
            match kind {
                T::OpenQuote => outermost = Some(depth),
                T::OpenHeredoc => break,
                // Inside a sequence newlines are allowed.
                T::OpenInterpolation | T::OpenDirective if outermost.is_none() => break,
                _ => {}
            }
        }
        let Some(outermost) = outermost else { return };
        let quote = self.stack.len() - 1 - outermost;
        let index = self.stack[quote];
        if let Some(first) = self.open_quote.take().filter(|first| *first < index) {
            // Text over several lines: this quote was meant to end it.
            let end = self.opener(index).at + 1;
            self.forget_after(first);
            self.layout.openers[first as usize].end = end;
            return;
        }
        for index in self.stack.drain(quote..) {
            self.layout.openers[index as usize].end = offset(line_end);
        }
        self.open_quote = Some(index);
    }

    /// Past the end of what was meant as a heredoc though it does not open as one: with a quoted
    /// marker, or something after it.
    fn misspelt_heredoc(&mut self, start: usize) -> Option<usize> {
        let rest = self.text[start..].strip_prefix("<<")?;
        let bytes = self.text.as_bytes();
        let line_end = lexer::line_end(bytes, start);
        let line = rest.trim_start_matches(['-', ' ', '"', '\'']);
        let name = self.text.len() - line.len();
        let (kind, name_end) = lexer::code(self.text, name);
        if kind != T::Ident || name_end > line_end || self.open_heredocs >= OPEN_HEREDOCS {
            return None;
        }
        self.open_heredocs += 1;
        let marker = &self.text[name..name_end];
        let mut at = line_end;
        while let Some(byte) = bytes.get(at) {
            let begin = at + if *byte == b'\r' { 2 } else { 1 };
            if let Some(end) = lexer::heredoc_closing(self.text, begin.min(bytes.len()), marker) {
                self.open(T::OpenHeredoc, start);
                self.close_at(0, begin, end);
                return Some(end);
            }
            at = lexer::line_end(bytes, begin.min(bytes.len()));
        }
        None
    }

    /// Where a heredoc ends that no line ends: before a line that begins with its marker and goes on,
    /// past that; else before the next line that is indented no deeper and looks like a new item.
    fn heredoc_end(&self, index: u32) -> usize {
        let opener = self.opener(index);
        let bytes = self.text.as_bytes();
        let marker = lexer::heredoc_marker(self.text, opener.at as usize);
        let marker = marker.map_or("", |marker| &self.text[marker]);
        let mut dedent = None;
        let mut start = lexer::line_end(bytes, opener.at as usize);
        while start < bytes.len() {
            start += if bytes[start] == b'\r' { 2 } else { 1 };
            let line = Line::at(self.text, start);
            let first = start + line.indent;
            let (kind, end) = lexer::code(self.text, first);
            if kind == T::Ident && &self.text[first..end] == marker {
                return end;
            }
            if dedent.is_none()
                && line.indent <= opener.indent as usize
                && self.begins_item(kind, end)
            {
                dedent = Some(start);
            }
            start = lexer::line_end(bytes, start.min(bytes.len()));
        }
        dedent.unwrap_or(self.text.len())
    }

    /// True for `name =`, `name {` and `name "`, the name ending at `end`, and for a closing brace.
    fn begins_item(&self, kind: T, end: usize) -> bool {
        let rest = self.text[end..].trim_start_matches([' ', '\t']);
        match kind {
            T::CloseBrace => true,
            T::Ident => {
                rest.starts_with(['=', '{'])
                    || (rest.starts_with('"') && rest.len() < self.text.len() - end)
            }
            _ => false,
        }
    }
}
