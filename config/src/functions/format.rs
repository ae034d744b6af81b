//! `format` and `formatlist`: verbs `%v %#v %s %q %t %d %b %o %x %X %e %E %f %g %G`, with flags,
//! width, precision and argument index, in this order: `%-10.3[2]s`.

use std::iter::Peekable;
use std::str::CharIndices;

use cty::{Data, Marks, Number, Type, Value};
use num_bigint::BigInt;

use super::FunctionError;
use super::decimal::Decimal;
use super::limits::check_text;
use super::signature::{Args, Function, Outcome, Param, Returns, STRINGS, Shape};
use super::string::unknown_with_prefix;
use super::text::graphemes;
use super::{json, limits};

const FORMAT_PARAM: Param = Param::string("format");

pub(super) const FORMAT: Function =
    Function::new(&[FORMAT_PARAM], Returns::Shape(Shape::String), |args| {
        let template = args.str(0);
        if args.from(1).iter().all(Value::is_wholly_known) {
            return format(template, args.from(1)).map(Value::string);
        }
        let prefix = template.split('%').next().unwrap_or_default();
        Ok(unknown_with_prefix(prefix))
    })
    .rest(Param::any("args").anything());

pub(super) const FORMATLIST: Function =
    Function::new(&[FORMAT_PARAM], Returns::Shape(STRINGS), formatlist)
        .rest(Param::any("args").anything().origins());

/// One list, set or tuple is gone through in step with the others; anything else is repeated.
fn formatlist(args: &Args<'_>) -> Outcome {
    let mut length: Option<(usize, usize)> = None;
    let mut open = false;
    let mut marks = Marks::NONE;
    for (i, arg) in args.from(1).iter().enumerate() {
        marks = marks.union(arg.marks());
        match sequence_length(arg) {
            Steps::Single => {}
            Steps::Unknown => open = true,
            Steps::Known(found) => {
                if let Some((by, expected)) = length.filter(|(_, expected)| *expected != found) {
                    return Err(FunctionError::at(
                        i + 1,
                        format!(
                            "argument {} has length {found}, which is inconsistent with argument \
                             {} of length {expected}",
                            i + 1,
                            by + 1
                        ),
                    ));
                }
                length.get_or_insert((i, found));
                open |= !arg.is_known();
            }
        }
    }
    if open {
        return Ok(Value::unknown(args.returns.clone()).with_marks(&marks));
    }
    let count = length.map_or(1, |(_, length)| length);
    let mut lines = Vec::with_capacity(count);
    // Of all lines.
    let mut bytes = 0;
    for i in 0..count {
        let row: Vec<Value> = args.from(1).iter().map(|arg| nth(arg, i)).collect();
        let made_from = row
            .iter()
            .fold(Marks::NONE, |marks, arg| marks.union(&arg.deep_marks()));
        let line = if row.iter().all(Value::is_wholly_known) {
            let text = format(args.str(0), &row).map_err(|error| match length {
                Some(_) => FunctionError::new(format!("error on format iteration {i}: {error}")),
                None => error,
            })?;
            bytes += text.len();
            check_text(bytes)?;
            Value::string(text)
        } else {
            not_null_string()
        };
        lines.push(line.with_marks(&made_from));
    }
    Ok(Value::list(Type::String, lines).with_marks(&marks))
}

fn not_null_string() -> Value {
    let refinement = cty::Refinement {
        not_null: true,
        ..cty::Refinement::default()
    };
    Value::refined(Type::String, refinement)
}

enum Steps {
    /// Not a sequence: repeated in every line.
    Single,
    Known(usize),
    Unknown,
}

fn sequence_length(arg: &Value) -> Steps {
    match arg.data() {
        Data::List(_, elements) | Data::Tuple(elements) => Steps::Known(elements.len()),
        Data::Set(_, elements) if elements.len() < 2 || arg.is_wholly_known() => {
            Steps::Known(elements.len())
        }
        Data::Unknown(Type::Tuple(types), _) => Steps::Known(types.len()),
        Data::Set(..) | Data::Unknown(Type::List(_) | Type::Set(_) | Type::Dynamic, _) => {
            Steps::Unknown
        }
        _ => Steps::Single,
    }
}

fn nth(arg: &Value, i: usize) -> Value {
    match arg.elements() {
        Some(elements) => elements.get(i).cloned().unwrap_or_else(|| arg.clone()),
        None => arg.clone(),
    }
}

/// One `%…` of a template.
struct Verb<'a> {
    /// As written.
    raw: &'a str,
    offset: usize,
    /// Counted from 1.
    argument: usize,
    mode: char,
    zero: bool,
    sharp: bool,
    plus: bool,
    minus: bool,
    space: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Fills a template in. All arguments must be wholly known.
fn format(template: &str, args: &[Value]) -> Result<String, FunctionError> {
    let mut out = String::new();
    let mut letters = template.char_indices().peekable();
    let mut next_argument = 1;
    let mut highest = 0;
    while let Some((offset, letter)) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        if letters.next_if(|(_, next)| *next == '%').is_some() {
            out.push('%');
            continue;
        }
        let verb = parse_verb(template, offset, &mut letters, next_argument)?;
        highest = highest.max(verb.argument);
        next_argument = verb.argument + 1;
        append(&verb, args, &mut out)?;
        check_text(out.len())?;
    }
    if highest < args.len() {
        let used = match highest {
            0 => "no verbs in format string".to_owned(),
            _ => format!("only {highest} used by format string"),
        };
        return Err(FunctionError::at(
            highest + 1,
            format!("too many arguments; {used}"),
        ));
    }
    Ok(out)
}

type Letters<'a> = Peekable<CharIndices<'a>>;

fn parse_verb<'a>(
    template: &'a str,
    offset: usize,
    letters: &mut Letters<'a>,
    argument: usize,
) -> Result<Verb<'a>, FunctionError> {
    let mut verb = Verb {
        raw: "",
        offset,
        argument,
        mode: 'v',
        zero: false,
        sharp: false,
        plus: false,
        minus: false,
        space: false,
        width: None,
        precision: None,
    };
    while let Some((_, flag)) = letters.next_if(|(_, next)| "0#-+ ".contains(*next)) {
        match flag {
            '0' => verb.zero = true,
            '#' => verb.sharp = true,
            '-' => verb.minus = true,
            '+' => verb.plus = true,
            _ => verb.space = true,
        }
    }
    verb.width = parse_digits(letters)?;
    if letters.next_if(|(_, next)| *next == '.').is_some() {
        verb.precision = Some(parse_digits(letters)?.unwrap_or(0));
    }
    if letters.next_if(|(_, next)| *next == '[').is_some() {
        if !letters
            .peek()
            .is_some_and(|(_, next)| matches!(next, '1'..='9'))
        {
            return Err(unexpected(template, letters));
        }
        verb.argument = parse_digits(letters)?.unwrap_or(1);
        if letters.next_if(|(_, next)| *next == ']').is_none() {
            return Err(unexpected(template, letters));
        }
    }
    match letters.next_if(|(_, next)| next.is_ascii_alphabetic()) {
        Some((end, mode)) => {
            verb.mode = mode;
            verb.raw = &template[offset..=end];
            Ok(verb)
        }
        None => Err(unexpected(template, letters)),
    }
}

fn parse_digits(letters: &mut Letters<'_>) -> Result<Option<usize>, FunctionError> {
    let mut number = None;
    while let Some((_, digit)) = letters.next_if(|(_, next)| next.is_ascii_digit()) {
        let digit = digit.to_digit(10).unwrap_or_default() as usize;
        let grown = number
            .unwrap_or(0usize)
            .saturating_mul(10)
            .saturating_add(digit);
        check_text(grown)?;
        number = Some(grown);
    }
    Ok(number)
}

fn unexpected(template: &str, letters: &mut Letters<'_>) -> FunctionError {
    FunctionError::new(match letters.peek() {
        Some((at, letter)) => format!("unrecognized format character {letter:?} at offset {at}"),
        None => format!(
            "invalid format string starting at offset {}",
            template.len()
        ),
    })
}

fn append(verb: &Verb<'_>, args: &[Value], out: &mut String) -> Result<(), FunctionError> {
    let Some(arg) = args.get(verb.argument - 1) else {
        return Err(FunctionError::new(format!(
            "not enough arguments for {:?} at {}: need index {} but have {} total",
            verb.raw,
            verb.offset,
            verb.argument,
            args.len()
        )));
    };
    if verb.mode != 'v' && arg.is_null() {
        return Err(verb.unsupported("null value cannot be formatted"));
    }
    match verb.mode {
        'v' => out.push_str(&verb.pad(&as_is(verb, arg)?)),
        't' => {
            let value = verb.convert(arg, &Type::Bool)?;
            out.push_str(if value.as_bool() == Some(true) {
                "true"
            } else {
                "false"
            });
        }
        'd' | 'b' | 'o' | 'x' | 'X' => out.push_str(&integer(verb, &verb.number(arg)?)?),
        'e' | 'E' | 'f' | 'g' | 'G' => out.push_str(&float(verb, &verb.number(arg)?)),
        's' | 'q' => {
            let value = verb.convert(arg, &Type::String)?;
            let whole = value.as_str().unwrap_or_default();
            let text: String = match verb.precision {
                None | Some(0) => whole.to_owned(),
                Some(most) => graphemes(whole).take(most).collect(),
            };
            let text = match verb.mode {
                'q' => json::encode(&Value::string(text))?,
                _ => text,
            };
            out.push_str(&verb.pad(&text));
        }
        other => {
            return Err(FunctionError::new(format!(
                "unsupported format verb {other:?} in {:?} at offset {}",
                verb.raw, verb.offset
            )));
        }
    }
    Ok(())
}

/// `%v`: strings and numbers plainly unless `#` is given, all else as JSON.
fn as_is(verb: &Verb<'_>, arg: &Value) -> Result<String, FunctionError> {
    match arg.data() {
        Data::String(text) if !verb.sharp => Ok(text.to_string()),
        Data::Number(number) if !verb.sharp => Ok(match Decimal::new(number) {
            Some(decimal) => {
                let sign = if decimal.negative { "-" } else { "" };
                format!("{sign}{}", decimal.general(None, 'e'))
            }
            None => number.to_string(),
        }),
        _ => json::encode(arg).map_err(|error| verb.unsupported(&error.message)),
    }
}

/// `[left pad][sign][prefix][zeros][digits][right pad]`, as Go's `big.Int` prints.
fn integer(verb: &Verb<'_>, number: &Number) -> Result<String, FunctionError> {
    let whole = number
        .is_integer()
        .then(|| number.to_string().parse::<BigInt>().ok())
        .flatten();
    let Some(whole) = whole else {
        return Err(verb.unsupported("an integer is required"));
    };
    let (radix, prefix) = match verb.mode {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = whole.magnitude().to_str_radix(radix);
    if verb.mode == 'X' {
        digits.make_ascii_uppercase();
    }
    if digits == "0" && verb.precision == Some(0) {
        return Ok(String::new());
    }
    let sign = verb.sign(whole.sign() == num_bigint::Sign::Minus);
    let prefix = if verb.sharp { prefix } else { "" };
    let mut zeros = verb.precision.unwrap_or(0).saturating_sub(digits.len());
    let length = sign.len() + prefix.len() + zeros + digits.len();
    let missing = verb.width.unwrap_or(0).saturating_sub(length);
    let (mut left, mut right) = (0, 0);
    if verb.minus {
        right = missing;
    } else if verb.zero && verb.precision.is_none() {
        zeros = missing;
    } else {
        left = missing;
    }
    let (left, zeros, right) = (" ".repeat(left), "0".repeat(zeros), " ".repeat(right));
    Ok(format!("{left}{sign}{prefix}{zeros}{digits}{right}"))
}

/// As Go's `big.Float` prints.
fn float(verb: &Verb<'_>, number: &Number) -> String {
    let precision = verb.precision.unwrap_or(6).min(limits::MAX_TEXT);
    let (sign, digits, finite) = match Decimal::new(number) {
        None => {
            let negative = *number < Number::ZERO;
            let sign = match (negative, verb.space) {
                (true, _) => "-",
                (false, true) => " ",
                (false, false) => "+",
            };
            (sign, "Inf".to_owned(), false)
        }
        Some(decimal) => {
            let digits = match verb.mode {
                'f' => decimal.fixed(precision),
                'e' | 'E' => decimal.scientific(precision, verb.mode),
                'G' => decimal.general(verb.precision, 'E'),
                _ => decimal.general(verb.precision, 'e'),
            };
            (verb.sign(decimal.negative), digits, true)
        }
    };
    let missing = verb
        .width
        .unwrap_or(0)
        .saturating_sub(sign.len() + digits.len());
    if verb.minus {
        format!("{sign}{digits}{}", " ".repeat(missing))
    } else if verb.zero && finite {
        format!("{sign}{}{digits}", "0".repeat(missing))
    } else {
        format!("{}{sign}{digits}", " ".repeat(missing))
    }
}

impl Verb<'_> {
    fn unsupported(&self, reason: &str) -> FunctionError {
        FunctionError::new(format!(
            "unsupported value for {:?} at {}: {reason}",
            self.raw, self.offset
        ))
    }

    fn convert(&self, arg: &Value, ty: &Type) -> Outcome {
        cty::convert::convert(arg, ty).map_err(|error| self.unsupported(&error.to_string()))
    }

    fn number(&self, arg: &Value) -> Result<Number, FunctionError> {
        let value = self.convert(arg, &Type::Number)?;
        Ok(value.as_number().cloned().unwrap_or(Number::ZERO))
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        }
    }

    /// To the width, in grapheme clusters.
    fn pad(&self, text: &str) -> String {
        let missing = self
            .width
            .unwrap_or(0)
            .saturating_sub(graphemes(text).count());
        let pad = (if self.zero { "0" } else { " " }).repeat(missing);
        if self.minus {
            format!("{text}{pad}")
        } else {
            format!("{pad}{text}")
        }
    }
}
