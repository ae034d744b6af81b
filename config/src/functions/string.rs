//! Functions of strings. Positions and lengths count grapheme clusters; letters change case one
//! by one, without the special cases of whole words, as Go does it.

use cty::{Refinement, Type, Value};

use super::FunctionError;
use super::limits::{check_elements, check_text};
use super::pattern;
use super::signature::{Args, Function, Outcome, Param, Returns, STRINGS, Shape};
use super::text::graphemes;

const STR: Param = Param::string("str");
const STRING: Returns = Returns::Shape(Shape::String);
const BOOL: Returns = Returns::Shape(Shape::Bool);

fn text(text: impl Into<std::sync::Arc<str>>) -> Outcome {
    Ok(Value::string(text))
}

pub(super) const UPPER: Function = Function::new(&[STR.dynamic()], STRING, |args| {
    text(args.str(0).chars().map(upper).collect::<String>())
});

pub(super) const LOWER: Function = Function::new(&[STR.dynamic()], STRING, |args| {
    text(args.str(0).chars().map(lower).collect::<String>())
});

/// The upper-case letter of a letter; itself if there is no single one.
fn upper(letter: char) -> char {
    // Greek letters with iota below have a title-case letter, which Go takes for the upper case,
    // where Unicode's full mapping gives two letters.
    let below = |offset| char::from_u32(u32::from(letter) + offset).unwrap_or(letter);
    match letter {
        '\u{1F80}'..='\u{1F87}' | '\u{1F90}'..='\u{1F97}' | '\u{1FA0}'..='\u{1FA7}' => below(8),
        '\u{1FB3}' | '\u{1FC3}' | '\u{1FF3}' => below(9),
        _ => single(letter, letter.to_uppercase()),
    }
}

/// The lower-case letter of a letter; itself if there is no single one.
fn lower(letter: char) -> char {
    match letter {
        'İ' => 'i',
        _ => single(letter, letter.to_lowercase()),
    }
}

fn single(letter: char, mut mapped: impl ExactSizeIterator<Item = char>) -> char {
    match mapped.len() {
        1 => mapped.next().unwrap_or(letter),
        _ => letter,
    }
}

pub(super) const TITLE: Function = Function::new(&[STR], STRING, |args| {
    let mut inside = false;
    let titled: String = args
        .str(0)
        .chars()
        .map(|letter| {
            let starts = !inside;
            inside = !separates(letter);
            if starts { title(letter) } else { letter }
        })
        .collect();
    text(titled)
});

/// The letter as it begins a word: differs from upper case for digraphs and in Georgian.
fn title(letter: char) -> char {
    match letter {
        '\u{01C4}'..='\u{01C6}' => '\u{01C5}',
        '\u{01C7}'..='\u{01C9}' => '\u{01C8}',
        '\u{01CA}'..='\u{01CC}' => '\u{01CB}',
        '\u{01F1}'..='\u{01F3}' => '\u{01F2}',
        '\u{10D0}'..='\u{10FF}' => letter,
        _ => upper(letter),
    }
}

/// Whether a word may begin after this character.
fn separates(letter: char) -> bool {
    match letter {
        '_' => false,
        _ if letter.is_ascii() => !letter.is_ascii_alphanumeric(),
        _ => !letter.is_alphanumeric() && letter.is_whitespace(),
    }
}

pub(super) const STRREV: Function = Function::new(&[STR.dynamic()], STRING, |args| {
    text(graphemes(args.str(0)).rev().collect::<String>())
});

pub(super) const SUBSTR: Function = Function::new(
    &[
        STR.dynamic(),
        Param::number("offset").dynamic(),
        Param::number("length").dynamic(),
    ],
    STRING,
    |args| {
        let (offset, length) = (args.int(1)?, args.int(2)?);
        if offset >= 0 && length == 0 {
            return text("");
        }
        let total = graphemes(args.str(0)).count();
        let skip = match usize::try_from(offset) {
            Ok(skip) => skip,
            // Further back than the beginning is the beginning.
            Err(_) => total.saturating_sub(usize::try_from(offset.unsigned_abs()).unwrap_or(total)),
        };
        let rest = graphemes(args.str(0)).skip(skip);
        match usize::try_from(length) {
            // A length of 0 counted from the end means all of the rest: Terraform's quirk.
            Ok(0) | Err(_) => text(rest.collect::<String>()),
            Ok(length) => text(rest.take(length).collect::<String>()),
        }
    },
);

pub(super) const CHOMP: Function = Function::new(&[STR], STRING, |args| {
    text(args.str(0).trim_end_matches(['\r', '\n']))
});

pub(super) const INDENT: Function =
    Function::new(&[Param::number("spaces"), STR], STRING, |args| {
        let spaces = usize::try_from(args.int(0)?)
            .map_err(|_| FunctionError::at(0, "the number of spaces must not be negative"))?;
        let breaks = args.str(1).matches('\n').count();
        check_text(
            breaks
                .saturating_mul(spaces)
                .saturating_add(args.str(1).len()),
        )?;
        let pad = format!("\n{}", " ".repeat(if breaks > 0 { spaces } else { 0 }));
        text(args.str(1).replace('\n', &pad))
    });

pub(super) const TRIMSPACE: Function =
    Function::new(&[STR], STRING, |args| text(args.str(0).trim()));

pub(super) const TRIM: Function = Function::new(&[STR, Param::string("cutset")], STRING, |args| {
    text(
        args.str(0)
            .trim_matches(|letter| args.str(1).contains(letter)),
    )
});

pub(super) const TRIMPREFIX: Function =
    Function::new(&[STR, Param::string("prefix")], STRING, |args| {
        let whole = args.str(0);
        text(whole.strip_prefix(args.str(1)).unwrap_or(whole))
    });

pub(super) const TRIMSUFFIX: Function =
    Function::new(&[STR, Param::string("suffix")], STRING, |args| {
        let whole = args.str(0);
        text(whole.strip_suffix(args.str(1)).unwrap_or(whole))
    });

pub(super) const STARTSWITH: Function =
    Function::new(&[STR.unknown(), Param::string("prefix")], BOOL, |args| {
        let prefix = args.str(1);
        let known = match args.values[0].refinement() {
            None if args.values[0].is_known() => {
                return Ok(Value::bool(args.str(0).starts_with(prefix)));
            }
            refinement => refinement
                .and_then(|known| known.prefix.as_deref())
                .unwrap_or(""),
        };
        // The beginning of an unknown string may be known, and decide.
        Ok(if known.starts_with(prefix) {
            Value::bool(true)
        } else if !prefix.starts_with(known) {
            Value::bool(false)
        } else {
            Value::unknown(Type::Bool)
        })
    });

pub(super) const ENDSWITH: Function =
    Function::new(&[STR, Param::string("suffix")], BOOL, |args| {
        Ok(Value::bool(args.str(0).ends_with(args.str(1))))
    });

pub(super) const STRCONTAINS: Function =
    Function::new(&[STR, Param::string("substr")], BOOL, |args| {
        Ok(Value::bool(args.str(0).contains(args.str(1))))
    });

pub(super) const SPLIT: Function = Function::new(
    &[Param::string("separator"), STR],
    Returns::Shape(STRINGS),
    |args| {
        let (separator, whole) = (args.str(0), args.str(1));
        check_elements(whole.matches(separator).count())?;
        let parts: Vec<Value> = if separator.is_empty() {
            // Go splits between code points here, not graphemes.
            whole
                .chars()
                .map(|letter| Value::string(letter.to_string()))
                .collect()
        } else {
            whole.split(separator).map(Value::string).collect()
        };
        Ok(Value::list(Type::String, parts))
    },
);

pub(super) const JOIN: Function =
    Function::new(&[Param::string("separator")], STRING, join).rest(Param::new("lists", STRINGS));

fn join(args: &Args<'_>) -> Outcome {
    let lists = args.from(1);
    if lists.is_empty() {
        return Err(FunctionError::new("at least one list is required"));
    }
    if !lists.iter().all(Value::is_wholly_known) {
        return Ok(Value::unknown(Type::String));
    }
    let mut joined = String::new();
    let mut separator = "";
    for (number, list) in lists.iter().enumerate() {
        for (i, element) in list.elements().unwrap_or_default().iter().enumerate() {
            let Some(part) = element.as_str() else {
                let which = match lists.len() {
                    1 => format!("element {i}"),
                    _ => format!("element {i} of list {}", number + 1),
                };
                return Err(FunctionError::at(
                    number + 1,
                    format!("{which} is null; cannot concatenate null values"),
                ));
            };
            check_text(joined.len() + separator.len() + part.len())?;
            joined.push_str(separator);
            joined.push_str(part);
            separator = args.str(0);
        }
    }
    text(joined)
}

pub(super) const REPLACE: Function = Function::new(
    &[STR, Param::string("substr"), Param::string("replace")],
    STRING,
    |args| {
        let (whole, wanted, new) = (args.str(0), args.str(1), args.str(2));
        let is_pattern = wanted.len() > 1 && wanted.starts_with('/') && wanted.ends_with('/');
        if is_pattern {
            let pattern = pattern::compile(&wanted[1..wanted.len() - 1])
                .map_err(|reason| FunctionError::new(format!("error parsing regexp: {reason}")))?;
            return text(pattern::replace_all(&pattern, whole, new)?);
        }
        let longest = whole.matches(wanted).count().saturating_mul(new.len());
        check_text(longest.saturating_add(whole.len()))?;
        text(whole.replace(wanted, new))
    },
);

/// An unknown string that begins so, if the beginning cannot change with what follows.
pub(crate) fn unknown_with_prefix(prefix: &str) -> Value {
    /// So many bytes Terraform remembers of a template.
    const MAX_PREFIX: usize = 128;
    /// What people end a beginning with; Terraform takes it that nothing will merge with these.
    const DELIMITERS: &[u8] = b"-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'";
    let mut end = prefix.len().min(MAX_PREFIX);
    while !prefix.is_char_boundary(end) {
        end -= 1;
    }
    let mut prefix = &prefix[..end];
    let is_delimited = prefix
        .as_bytes()
        .last()
        .is_some_and(|it| DELIMITERS.contains(it));
    if !is_delimited {
        // The last character may still merge with a combining one that follows.
        let last = graphemes(prefix).next_back().map_or(0, str::len);
        prefix = &prefix[..prefix.len() - last];
    }
    Value::refined(
        Type::String,
        Refinement {
            not_null: true,
            prefix: (!prefix.is_empty()).then(|| prefix.into()),
            ..Refinement::default()
        },
    )
}
