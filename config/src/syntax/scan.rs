//! Finds where heredocs and `${ }` sequences end, by the rules of HashiCorp's scanner.
//!
//! hcl-edit 0.10.0 ends heredocs by other rules: an empty one swallows the attributes after it
//! without an error, and a line such as `EOF"` is rejected. So heredocs are found here and
//! overwritten by `""` and spaces before hcl-edit sees the text; offsets stay as they were.

use std::ops::Range;

use super::SyntaxError;
use super::tree::Span;

/// A heredoc that is inside no other one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heredoc {
    /// From `<<` past the closing marker.
    pub(super) range: Range<usize>,
    /// Between the line of the opening and that of the closing marker.
    pub(super) content: Range<usize>,
    /// True for `<<-`.
    pub(super) flush: bool,
}

/// A text whose heredocs are overwritten.
pub(super) struct Blanked {
    pub(super) text: String,
    /// In order of their start.
    pub(super) heredocs: Vec<Heredoc>,
}

/// Overwrites the heredocs of `text`, and its byte order mark.
pub(super) fn blank_heredocs(text: &str) -> Result<Blanked, SyntaxError> {
    let mut scanner = Scanner::new(text, 0);
    scanner.run()?;
    let mut bytes = text.as_bytes().to_vec();
    if text.starts_with('\u{feff}') {
        bytes[..3].fill(b' ');
    }
    for heredoc in &scanner.heredocs {
        let range = heredoc.range.clone();
        bytes[range.clone()].fill(b' ');
        bytes[range.start..range.start + 2].fill(b'"');
    }
    Ok(Blanked {
        text: String::from_utf8_lossy(&bytes).into_owned(),
        heredocs: scanner.heredocs,
    })
}

/// The offset of the `}` that closes a sequence whose inside begins at `start`.
pub(super) fn sequence_end(text: &str, start: usize) -> Result<usize, SyntaxError> {
    match Scanner::new(text, start).run()? {
        Some(end) => Ok(end),
        None => Err(SyntaxError::new(
            "this template sequence is not closed by `}`",
            Span::new(start.saturating_sub(2)..start),
        )),
    }
}

enum Mode {
    Code { braces: usize },
    Quoted { start: usize },
    Heredoc(Open),
}

struct Open {
    start: usize,
    marker: Range<usize>,
    content: usize,
    flush: bool,
    line_start: bool,
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    stack: Vec<Mode>,
    heredocs: Vec<Heredoc>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, at: usize) -> Self {
        Self {
            text,
            at,
            stack: vec![Mode::Code { braces: 0 }],
            heredocs: Vec::new(),
        }
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Runs to the end of the text, or to the `}` that closes the outermost code.
    fn run(&mut self) -> Result<Option<usize>, SyntaxError> {
        loop {
            let Some(mode) = self.stack.last_mut() else {
                return Ok(Some(self.at - 1));
            };
            if self.at >= self.text.len() {
                return self.finish().map(|()| None);
            }
            match mode {
                Mode::Code { .. } => self.code()?,
                Mode::Quoted { start } => {
                    let start = *start;
                    self.quoted(start)?;
                }
                Mode::Heredoc(open) => {
                    if std::mem::take(&mut open.line_start) && self.closes_heredoc() {
                        continue;
                    }
                    self.heredoc_text();
                }
            }
        }
    }

    /// What is still open at the end of the text. Open code is hcl-edit's to report.
    fn finish(&self) -> Result<(), SyntaxError> {
        for mode in &self.stack {
            match mode {
                Mode::Code { .. } => {}
                Mode::Quoted { start } => return Err(open_quote(*start)),
                Mode::Heredoc(open) => {
                    let marker = &self.text[open.marker.clone()];
                    return Err(SyntaxError::new(
                        format!("no line that holds only `{marker}` ends this heredoc"),
                        Span::new(open.start..open.marker.end),
                    ));
                }
            }
        }
        Ok(())
    }

    fn code(&mut self) -> Result<(), SyntaxError> {
        let rest = self.rest();
        match rest[0] {
            b'#' => self.skip_line(),
            b'/' if rest.starts_with(b"//") => self.skip_line(),
            b'/' if rest.starts_with(b"/*") => {
                let end = self.text[self.at + 2..].find("*/").ok_or_else(|| {
                    let span = Span::new(self.at..self.at + 2);
                    SyntaxError::new("this comment is not closed by `*/`", span)
                })?;
                self.at += 2 + end + 2;
            }
            b'"' => {
                self.stack.push(Mode::Quoted { start: self.at });
                self.at += 1;
            }
            b'<' if rest.starts_with(b"<<") => self.open_heredoc(),
            byte => {
                self.at += 1;
                self.brace(byte);
            }
        }
        Ok(())
    }

    fn brace(&mut self, byte: u8) {
        if let Some(Mode::Code { braces }) = self.stack.last_mut() {
            match byte {
                b'{' => *braces += 1,
                b'}' if *braces > 0 => *braces -= 1,
                // In a whole file this one is stray: hcl-edit rejects it.
                b'}' => {
                    self.stack.pop();
                }
                _ => {}
            }
        }
    }

    fn skip_line(&mut self) {
        let end = self.text[self.at..].find('\n');
        self.at = end.map_or(self.text.len(), |end| self.at + end);
    }

    fn quoted(&mut self, start: usize) -> Result<(), SyntaxError> {
        match self.rest()[0] {
            b'\\' => self.at = (self.at + 2).min(self.text.len()),
            b'"' => {
                self.stack.pop();
                self.at += 1;
            }
            b'\n' => return Err(open_quote(start)),
            _ => self.template_byte(),
        }
        Ok(())
    }

    /// One byte of text, or the opening of a sequence in it.
    fn template_byte(&mut self) {
        let rest = self.rest();
        if rest.starts_with(b"$${") || rest.starts_with(b"%%{") {
            self.at += 3;
        } else if rest.starts_with(b"${") || rest.starts_with(b"%{") {
            self.stack.push(Mode::Code { braces: 0 });
            self.at += 2;
        } else {
            self.at += 1;
        }
    }

    fn open_heredoc(&mut self) {
        let start = self.at;
        let flush = self.rest().get(2) == Some(&b'-');
        let marker_start = start + if flush { 3 } else { 2 };
        let after = &self.text[marker_start..];
        let length = after
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
            .unwrap_or(after.len());
        let line_end = if after[length..].starts_with("\r\n") {
            2
        } else {
            usize::from(after[length..].starts_with('\n'))
        };
        if length == 0 || line_end == 0 {
            // Not a heredoc; hcl-edit rejects it.
            self.at += 2;
            return;
        }
        let marker = marker_start..marker_start + length;
        let content = marker.end + line_end;
        self.at = content;
        self.stack.push(Mode::Heredoc(Open {
            start,
            marker,
            content,
            flush,
            line_start: true,
        }));
    }

    /// Closes the innermost heredoc if this line holds nothing but its marker.
    fn closes_heredoc(&mut self) -> bool {
        let Some(Mode::Heredoc(open)) = self.stack.last() else {
            return false;
        };
        let text = self.text;
        let line = &text[self.at..];
        let line = &line[..line.find('\n').unwrap_or(line.len())];
        if line.trim() != &text[open.marker.clone()] {
            return false;
        }
        let end = self.at + line.trim_end().len();
        let heredoc = Heredoc {
            range: open.start..end,
            content: open.content..self.at,
            flush: open.flush,
        };
        self.stack.pop();
        let inside_another = self
            .stack
            .iter()
            .any(|mode| matches!(mode, Mode::Heredoc(_)));
        if !inside_another {
            self.heredocs.push(heredoc);
        }
        self.at = end;
        true
    }

    fn heredoc_text(&mut self) {
        if self.rest()[0] == b'\n' {
            self.at += 1;
            if let Some(Mode::Heredoc(open)) = self.stack.last_mut() {
                open.line_start = true;
            }
        } else {
            self.template_byte();
        }
    }
}

fn open_quote(start: usize) -> SyntaxError {
    SyntaxError::new(
        "this quoted text is not closed by `\"` on the same line",
        Span::new(start..start + 1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(text: &str) -> Vec<&str> {
        let blanked = blank_heredocs(text).unwrap();
        assert_eq!(blanked.text.len(), text.len());
        blanked
            .heredocs
            .into_iter()
            .map(|heredoc| &text[heredoc.content])
            .collect()
    }

    #[test]
    fn heredocs_end_at_the_line_that_holds_only_their_marker() {
        assert_eq!(
            contents("a = <<EOT\nEOT\nb = 1\nc = <<EOT\nx\n  EOT\n"),
            ["", "x\n"]
        );
        assert_eq!(
            contents("a = <<EOF\nEOF\"\nEOF y\n\tEOF \n"),
            ["EOF\"\nEOF y\n"]
        );
        assert_eq!(contents("a = <<A\r\nx\r\nA\r\n"), ["x\r\n"]);
        assert_eq!(contents("a = f(<<-A\n  x\n  A\n)\n"), ["  x\n"]);
    }

    #[test]
    fn markers_in_comments_strings_and_sequences_are_none() {
        assert_eq!(
            contents("# <<EOT\n/* <<EOT\n */ // <<EOT\na = \"<<EOT\"\n"),
            [""; 0]
        );
        assert_eq!(contents("a = \"$${\\\" <<X\"\n"), [""; 0]);
        assert_eq!(contents("a = <<A\n${ [\nA\n] }\nA\n"), ["${ [\nA\n] }\n"]);
        assert_eq!(
            contents("a = <<A\n${f(<<B\nA\nB\n)}\nA\n"),
            ["${f(<<B\nA\nB\n)}\n"]
        );
        assert_eq!(contents("a = <<A\n%%{ x $${ y\nA\n"), ["%%{ x $${ y\n"]);
    }

    #[test]
    fn what_stays_open_is_an_error() {
        let message = |text: &str| blank_heredocs(text).err().map(|error| error.message);
        insta::assert_compact_debug_snapshot!(
            [message("a = <<EOT\nx"), message("a = \"x\nb = 1"), message("/* x"), message("a = \"${x")],
            @r#"[Some("no line that holds only `EOT` ends this heredoc"), Some("this quoted text is not closed by `\"` on the same line"), Some("this comment is not closed by `*/`"), Some("this quoted text is not closed by `\"` on the same line")]"#
        );
    }

    #[test]
    fn sequences_nest() {
        assert_eq!(sequence_end("${a {\"}${\"x\"}\"} }b", 2).unwrap(), 16);
        assert!(sequence_end("${a", 2).is_err());
    }
}
