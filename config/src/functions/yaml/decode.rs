//! Documents to values.

use std::collections::BTreeMap;

use cty::{Type, Value};
use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::scalar::{Scalar, Tag, resolve};
use crate::functions::FunctionError;
use crate::functions::signature::{Function, Outcome, Param, Returns};

pub(in crate::functions) const YAMLDECODE: Function = Function::new(
    &[Param::string("src")],
    // The value has its own type.
    Returns::Of(|_| Ok(Type::Dynamic)),
    |args| decode(args.str(0)),
)
.nullable();

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 128;

/// The most values that a document may stand for, aliases counted as often as they are used: a
/// few lines of aliases to aliases can stand for billions.
const MAX_VALUES: usize = 250_000;

/// One document to objects, tuples and primitives.
fn decode(text: &str) -> Outcome {
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
        values: 0,
        open_end: (!text.ends_with(['\n', '\r'])).then(|| text.chars().count()),
    };
    reader.document()
}

struct Reader<'a> {
    events: Parser<'a, StrInput<'a>>,
    /// `None` while the anchored value is being read.
    anchors: BTreeMap<usize, Option<(Value, usize)>>,
    values: usize,
    /// How many characters there are, if the last line has no line break.
    open_end: Option<usize>,
}

/// The key `<<`, whose value is merged into the mapping.
enum Key {
    Name(String),
    Merge,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Outcome {
        let mut value = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => {
                    return value.ok_or_else(|| {
                        FunctionError::new("on line 1, column 1: missing start of document")
                    });
                }
                Event::DocumentStart(_) if value.is_some() => {
                    return Err(at(&span, "only a single document is allowed"));
                }
                Event::DocumentStart(_) => {
                    let (event, span) = self.next()?;
                    value = Some(self.value(event, &span, 0)?);
                }
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), FunctionError> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(FunctionError::new(format!(
                "on line {}, column {}: {}",
                error.marker().line(),
                error.marker().col() + 1,
                error.info()
            ))),
            None => Err(FunctionError::new("unexpected end of stream")),
        }
    }

    fn value(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Outcome {
        if depth > MAX_DEPTH {
            return Err(at(
                span,
                &format!("nested more than {MAX_DEPTH} levels deep"),
            ));
        }
        self.count(1, span)?;
        let before = self.values;
        let anchor = match &event {
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _) => *anchor,
            _ => 0,
        };
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
        let value = match event {
            Event::Scalar(text, style, _, tag) => {
                let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let text = match text.strip_suffix('\n') {
                    // The parser gives a block that the text's end cuts off a line break.
                    Some(cut) if is_block && self.open_end == Some(span.end.index()) => cut,
                    _ => &text,
                };
                scalar(text, style, tag.as_deref(), span)?
            }
            Event::SequenceStart(_, tag) => self.sequence(tag.as_deref(), span, depth)?,
            Event::MappingStart(_, tag) => self.mapping(tag.as_deref(), span, depth)?,
            Event::Alias(anchor) => self.alias(anchor, span)?,
            _ => return Err(at(span, "expecting a value")),
        };
        if anchor != 0 {
            let size = self.values - before + 1;
            self.anchors.insert(anchor, Some((value.clone(), size)));
        }
        Ok(value)
    }

    fn count(&mut self, values: usize, span: &Span) -> Result<(), FunctionError> {
        self.values = self.values.saturating_add(values);
        if self.values > MAX_VALUES {
            return Err(at(
                span,
                &format!("the document stands for more than {MAX_VALUES} values"),
            ));
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: &Span) -> Outcome {
        match self.anchors.get(&anchor) {
            Some(Some((value, size))) => {
                let (value, size) = (value.clone(), *size);
                self.count(size, span)?;
                Ok(value)
            }
            _ => Err(at(
                span,
                "cannot refer to an anchor from inside its own definition",
            )),
        }
    }

    fn sequence(&mut self, tag: Option<&saphyr_parser::Tag>, span: &Span, depth: usize) -> Outcome {
        check_tag(tag, "seq", "sequence", span)?;
        let mut elements = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::tuple(elements)),
                (event, span) => elements.push(self.value(event, &span, depth + 1)?),
            }
        }
    }

    /// Later entries replace earlier ones, merged or not: the order in the text decides.
    fn mapping(&mut self, tag: Option<&saphyr_parser::Tag>, span: &Span, depth: usize) -> Outcome {
        check_tag(tag, "map", "mapping", span)?;
        let mut entries: BTreeMap<String, Value> = BTreeMap::new();
        loop {
            let (event, key_span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Value::object(entries));
            }
            let key = key(&event, &key_span)?;
            let (event, span) = self.next()?;
            let value = self.value(event, &span, depth + 1)?;
            match key {
                Key::Name(name) => {
                    entries.insert(name, value);
                }
                Key::Merge => {
                    let Some(merged) = value.entries() else {
                        let name = value.ty().friendly_name();
                        return Err(at(&key_span, &format!("cannot merge {name} into mapping")));
                    };
                    entries.extend(
                        merged
                            .iter()
                            .map(|(key, value)| (key.to_string(), value.clone())),
                    );
                }
            }
        }
    }
}

fn key(event: &Event<'_>, span: &Span) -> Result<Key, FunctionError> {
    let not_text = || at(span, "only strings are allowed as mapping keys");
    let Event::Scalar(text, style, _, tag) = event else {
        return Err(not_text());
    };
    if text == "<<" && tag.is_none() {
        return Ok(Key::Merge);
    }
    let value = scalar(text, *style, tag.as_deref(), span)?;
    if value.is_null() {
        return Err(at(span, "mapping key cannot be null"));
    }
    let name = cty::convert::convert(&value, &Type::String).map_err(|_| not_text())?;
    Ok(Key::Name(name.as_str().unwrap_or_default().to_owned()))
}

fn scalar(
    text: &str,
    style: ScalarStyle,
    tag: Option<&saphyr_parser::Tag>,
    span: &Span,
) -> Outcome {
    let other = tag
        .filter(|tag| !tag.is_yaml_core_schema())
        .map(ToString::to_string);
    let tag = tag.map(|tag| match &other {
        Some(other) => Tag::Other(other),
        None => Tag::Core(&tag.suffix),
    });
    resolve(&Scalar { text, style, tag }).map_err(|message| at(span, &message))
}

fn check_tag(
    tag: Option<&saphyr_parser::Tag>,
    wanted: &str,
    what: &str,
    span: &Span,
) -> Result<(), FunctionError> {
    match tag {
        Some(tag) if !(tag.is_yaml_core_schema() && tag.suffix == wanted) => {
            let name = if tag.is_yaml_core_schema() {
                format!("!!{}", tag.suffix)
            } else {
                tag.to_string()
            };
            Err(at(span, &format!("can't interpret {what} as {name}")))
        }
        _ => Ok(()),
    }
}

fn at(span: &Span, message: &str) -> FunctionError {
    FunctionError::new(format!(
        "on line {}, column {}: {message}",
        span.start.line(),
        span.start.col() + 1
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::functions::laws::{anything, context};

    #[test]
    fn aliases_cannot_stand_for_billions() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..12 {
            let before = format!("*a{}", i - 1);
            bomb += &format!("a{i}: &a{i} [{}]\n", vec![before; 10].join(", "));
        }
        let error = decode(&bomb).unwrap_err();
        insta::assert_snapshot!(error, @"on line 6, column 10: the document stands for more than 250000 values");
        let mut merges = String::from("a0: &a0 {k: [x, x]}\n");
        for i in 1..30 {
            merges += &format!("a{i}: &a{i} {{l: *a{0}, m: *a{0}}}\n", i - 1);
        }
        assert!(decode(&merges).is_err());
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(decode(&nested(100)).is_ok());
        assert!(decode(&nested(100_000)).is_err());
        assert!(decode(&"- ".repeat(100_000)).is_err());
        assert!(decode(&"a: {".repeat(100_000)).is_err());
    }

    #[test]
    fn quoted_and_plain_words_differ() {
        let value = decode("[yes, 'yes', no, \"no\", 1, '1']").unwrap();
        let expected = [
            true.into(),
            "yes".into(),
            false.into(),
            "no".into(),
            1.into(),
            "1".into(),
        ];
        assert_eq!(value, Value::tuple(expected));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[ -~\\n\\t&*!|>%@`é☃]{0,40}") {
            let _ = decode(&text);
        }

        #[test]
        fn what_is_encoded_reads_back(value in anything()) {
            let call = |name: &str, arg: Value| {
                crate::functions::call(name, &[arg], &context()).unwrap().unwrap()
            };
            for (encode, decode) in [("yamlencode", "yamldecode"), ("jsonencode", "jsondecode")] {
                let text = call(encode, value.clone());
                let again = call(encode, call(decode, text.clone()));
                prop_assert_eq!(text, again);
            }
        }
    }
}
