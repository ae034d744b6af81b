//! Values to documents, byte for byte as Terraform writes them: block style, strings always in
//! double quotes (in a literal block if they have line breaks and nothing that forbids it), long
//! ones folded at spaces after column 80.

use cty::{Data, Type, Value};

use crate::functions::FunctionError;
use crate::functions::limits::check_text;
use crate::functions::signature::{Function, Param, Returns, Shape};

pub(in crate::functions) const YAMLENCODE: Function = Function::new(
    &[Param::any("value").null().dynamic()],
    Returns::Shape(Shape::String),
    |args| {
        let value = &args.values[0];
        if !value.is_wholly_known() {
            return Ok(Value::unknown(Type::String));
        }
        let mut emitter = Emitter::default();
        emitter.node(value, Place::Root)?;
        emitter.finish();
        Ok(Value::string(emitter.out))
    },
)
.nullable();

/// Columns after which a long string is broken at its next space.
const WIDTH: usize = 80;
const INDENT: usize = 2;
/// Longer keys are written as `? key`.
const LONGEST_KEY: usize = 128;

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Element,
    Key,
    /// A key that is too long or has line breaks.
    ComplexKey,
    Value,
}

/// libyaml's emitter, as far as a value without tags and anchors needs it.
#[derive(Default)]
struct Emitter {
    out: String,
    column: usize,
    /// `None` outside all collections.
    indent: Option<usize>,
    /// Whether the line so far is indentation and indicators only.
    indention: bool,
    /// Whether a separator may be left out.
    whitespace: bool,
    /// Whether more text could change how the document ends.
    open_ended: bool,
}

impl Emitter {
    fn node(&mut self, value: &Value, place: Place) -> Result<(), FunctionError> {
        check_text(self.out.len())?;
        if self.out.is_empty() {
            (self.indention, self.whitespace) = (true, true);
        }
        match value.data() {
            Data::Null(_) => self.plain("null", place),
            Data::Unknown(..) => return Err(FunctionError::new("value is not known")),
            Data::Bool(value) => self.plain(if *value { "true" } else { "false" }, place),
            Data::Number(number) => self.plain(&number.to_string(), place),
            Data::String(text) => self.string(text, place),
            Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => {
                return self.sequence(elements, place);
            }
            Data::Map(_, entries) | Data::Object(entries) => {
                if entries.is_empty() {
                    self.indicator("{", Gap::Before);
                    self.indicator("}", Gap::None);
                    return Ok(());
                }
                let outer = self.indent;
                self.indent = Some(outer.map_or(0, |indent| indent + INDENT));
                for (key, value) in entries.iter() {
                    self.entry(key, value)?;
                }
                self.indent = outer;
            }
        }
        Ok(())
    }

    fn sequence(&mut self, elements: &[Value], place: Place) -> Result<(), FunctionError> {
        if elements.is_empty() {
            self.indicator("[", Gap::Before);
            self.indicator("]", Gap::None);
            return Ok(());
        }
        let outer = self.indent;
        // A sequence below a key is not indented.
        let indentless = place == Place::Value && !self.indention;
        self.indent = Some(match outer {
            None => 0,
            Some(indent) if indentless => indent,
            Some(indent) => indent + INDENT,
        });
        for element in elements {
            self.break_line();
            self.indicator("-", Gap::Indention);
            self.node(element, Place::Element)?;
        }
        self.indent = outer;
        Ok(())
    }

    fn entry(&mut self, key: &str, value: &Value) -> Result<(), FunctionError> {
        self.break_line();
        if is_simple_key(key) {
            self.string(key, Place::Key);
            self.indicator(":", Gap::None);
        } else {
            self.indicator("?", Gap::Indention);
            self.string(key, Place::ComplexKey);
            self.break_line();
            self.indicator(":", Gap::Indention);
        }
        self.node(value, Place::Value)
    }

    /// Ends the document.
    fn finish(&mut self) {
        self.break_line();
        if self.open_ended {
            self.put("...");
            self.put_break();
        }
    }

    fn plain(&mut self, text: &str, place: Place) {
        if !self.whitespace {
            self.put(" ");
        }
        self.put(text);
        (self.whitespace, self.indention) = (false, false);
        if place == Place::Root {
            self.open_ended = true;
        }
    }

    fn string(&mut self, text: &str, place: Place) {
        let outer = self.indent;
        self.indent = Some(outer.map_or(INDENT, |indent| indent + INDENT));
        if place != Place::Key && text.contains('\n') && may_be_literal(text) {
            self.literal(text);
        } else {
            self.double_quoted(text, place != Place::Key);
        }
        self.indent = outer;
    }

    fn double_quoted(&mut self, text: &str, may_break: bool) {
        self.indicator("\"", Gap::Before);
        let mut after_space = false;
        for (at, letter) in text.char_indices() {
            let inner = at > 0 && at + 1 < text.len();
            if letter == ' ' && may_break && !after_space && self.column > WIDTH && inner {
                self.break_line();
                if text[at + 1..].starts_with(' ') {
                    self.put("\\");
                }
                after_space = true;
                continue;
            }
            match escaped(letter) {
                Some(escape) => self.put(&escape),
                None => self.put_char(letter),
            }
            after_space = letter == ' ';
        }
        self.indicator("\"", Gap::None);
        (self.whitespace, self.indention) = (false, false);
    }

    fn literal(&mut self, text: &str) {
        self.indicator("|", Gap::Before);
        if text.starts_with([' ', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            self.indicator(&INDENT.to_string(), Gap::None);
        }
        let breaks = text
            .chars()
            .rev()
            .take_while(|letter| is_break(*letter))
            .take(2)
            .count();
        let is_all_break = text.chars().count() == 1;
        match breaks {
            0 => self.indicator("-", Gap::None),
            1 if !is_all_break => {}
            _ => self.indicator("+", Gap::None),
        }
        self.put_break();
        (self.whitespace, self.indention) = (true, true);
        let mut at_start = true;
        for letter in text.chars() {
            if is_break(letter) {
                if letter == '\n' {
                    self.put_break();
                } else {
                    self.out.push(letter);
                    self.column = 0;
                }
                self.indention = true;
                at_start = true;
            } else {
                if at_start {
                    self.break_line();
                }
                self.put_char(letter);
                self.indention = false;
                at_start = false;
            }
        }
    }

    /// To the indentation of a line of its own, unless already there.
    fn break_line(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        while self.column < indent {
            self.put(" ");
        }
        (self.whitespace, self.indention) = (true, true);
    }

    fn indicator(&mut self, text: &str, gap: Gap) {
        if gap != Gap::None && !self.whitespace {
            self.put(" ");
        }
        self.put(text);
        // After `[` and `{` no separator is needed; nothing but their closing one follows here.
        self.whitespace = matches!(text, "[" | "{");
        self.indention = self.indention && gap == Gap::Indention;
        self.open_ended = false;
    }

    fn put(&mut self, text: &str) {
        text.chars().for_each(|letter| self.put_char(letter));
    }

    fn put_char(&mut self, letter: char) {
        self.out.push(letter);
        self.column += 1;
    }

    fn put_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }
}

/// What an indicator asks of what is before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    /// A space, unless there is one.
    Before,
    /// A space too; and the line stays one of indentation.
    Indention,
}

fn is_simple_key(key: &str) -> bool {
    key.len() <= LONGEST_KEY && !key.contains(is_break)
}

fn is_break(letter: char) -> bool {
    matches!(letter, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Printable to libyaml as ported to Go, which knows no characters beyond 16 bits.
fn is_printable(letter: char) -> bool {
    matches!(letter,
        '\n' | '\u{20}'..='\u{7E}' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}')
        && letter != '\u{FEFF}'
}

/// Whether a literal block gives the text back unchanged.
fn may_be_literal(text: &str) -> bool {
    let mut last = '\0';
    for letter in text.chars() {
        if !is_printable(letter) || (is_break(letter) && last == ' ') {
            return false;
        }
        last = letter;
    }
    last != ' '
}

fn escaped(letter: char) -> Option<String> {
    let short = match letter {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ if is_printable(letter) => return None,
        _ => {
            let code = u32::from(letter);
            return Some(match code {
                0..=0xFF => format!("\\x{code:02X}"),
                0x100..=0xFFFF => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            });
        }
    };
    Some(format!("\\{short}"))
}
