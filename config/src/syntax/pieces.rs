//! Pieces of a template, put together.

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

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

impl<'s> Parser<'s> {
    /// Pieces from `first` on to an expression. Text without sequences is a literal; a single
    /// interpolation is its expression, whatever its type.
    pub(super) fn assemble(&mut self, first: usize) -> Read<ExprKind> {
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

pub(super) fn trim_end(text: &mut Cow<'_, str>) {
    let length = text.trim_end().len();
    match text {
        Cow::Borrowed(text) => *text = &text[..length],
        Cow::Owned(text) => text.truncate(length),
    }
}

/// The last `keep` bytes.
pub(super) fn cut_front(text: Cow<'_, str>, keep: usize) -> Cow<'_, str> {
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
pub(super) fn take_indentation(pieces: &mut [Piece<'_>]) {
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
