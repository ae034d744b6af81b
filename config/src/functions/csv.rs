//! `csvdecode`: RFC 4180 as Go's `encoding/csv` reads it.

use cty::{Type, Value};

use super::FunctionError;
use super::limits::check_elements;
use super::signature::{Args, Function, Outcome, Param, Returns};

pub(super) const CSVDECODE: Function = Function::new(
    &[Param::string("str")],
    // The value has its own type.
    Returns::Of(|_| Ok(Type::Dynamic)),
    csvdecode,
);

/// A list of objects, one per row, named by the first row.
fn csvdecode(args: &Args<'_>) -> Outcome {
    let text = args.str(0).replace("\r\n", "\n");
    let mut reader = Reader {
        rest: text.strip_suffix('\r').unwrap_or(&text),
        line: 1,
    };
    let Some((_, headers)) = reader.record()? else {
        return Err(FunctionError::new("missing header line"));
    };
    for (i, name) in headers.iter().enumerate() {
        if headers[..i].contains(name) {
            return Err(FunctionError::new(format!(
                "duplicate column name {name:?}"
            )));
        }
    }
    let mut rows = Vec::new();
    while let Some((line, fields)) = reader.record()? {
        if fields.len() != headers.len() {
            return Err(error(line, "wrong number of fields"));
        }
        check_elements(rows.len().saturating_mul(headers.len()))?;
        let named = headers
            .iter()
            .cloned()
            .zip(fields.into_iter().map(Value::string));
        rows.push(Value::object(named));
    }
    let row = Type::object(headers.into_iter().map(|name| (name, Type::String)));
    Ok(Value::list(row, rows))
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Reader<'a> {
    /// The next record and the line it begins on; empty lines are skipped.
    fn record(&mut self) -> Result<Option<(usize, Vec<String>)>, FunctionError> {
        let mut line = loop {
            match self.line() {
                None => return Ok(None),
                Some("\n") => {}
                Some(line) => break line.to_owned(),
            }
        };
        let begin = self.line - 1;
        let mut fields = Vec::new();
        let mut at = 0;
        loop {
            let (field, end) = if line[at..].starts_with('"') {
                self.quoted(&mut line, at + 1)?
            } else {
                let end = line[at..]
                    .find([',', '\n'])
                    .map_or(line.len(), |found| at + found);
                (line[at..end].to_owned(), end)
            };
            if !line[at..].starts_with('"') && field.contains('"') {
                return Err(error(self.line - 1, "bare \" in non-quoted-field"));
            }
            fields.push(field);
            if !line[end..].starts_with(',') {
                return Ok(Some((begin, fields)));
            }
            at = end + 1;
        }
    }

    /// A line with its break, which is always `\n`.
    fn line(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(line)
    }

    /// A field in quotes that began before `at`; it may go over several lines.
    fn quoted(&mut self, line: &mut String, at: usize) -> Result<(String, usize), FunctionError> {
        let mut field = String::new();
        let mut at = at;
        loop {
            let Some(quote) = line[at..].find('"') else {
                field.push_str(&line[at..]);
                at = line.len();
                match self.line() {
                    Some(more) => line.push_str(more),
                    None => {
                        return Err(error(
                            self.line - 1,
                            "extraneous or missing \" in quoted-field",
                        ));
                    }
                }
                continue;
            };
            field.push_str(&line[at..at + quote]);
            at += quote + 1;
            match line[at..].chars().next() {
                Some('"') => {
                    field.push('"');
                    at += 1;
                }
                None | Some(',' | '\n') => return Ok((field, at)),
                Some(_) => {
                    return Err(error(
                        self.line - 1,
                        "extraneous or missing \" in quoted-field",
                    ));
                }
            }
        }
    }
}

fn error(line: usize, message: &str) -> FunctionError {
    FunctionError::new(format!("CSV parse error on line {line}: {message}"))
}
