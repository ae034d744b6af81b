//! The text of a plan, and passages of it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cty::{Mark, Type, Value};
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::stream::without_place;
use super::value::{Parts, merge};
use crate::schema::{Schema, Schemas};
use crate::why::Why;

/// Values that may be made of a small document.
const SMALL: usize = 4_000_000;
/// Bytes of a larger document for which one more may be made.
const BYTES_PER_VALUE: usize = 16;
/// Values that may be made at a time.
const MAX_AT_A_TIME: usize = 2_000_000;

/// The text of a plan, as long as values of it may be asked for.
pub(crate) struct Document {
    text: String,
    /// What is known of the types in it.
    pub(super) schemas: Schemas,
    /// Where in the text the configuration stands.
    pub(super) configuration: Range,
    /// How many more values may be made of it: a value takes up to fifty times the room of its
    /// text.
    budget: AtomicUsize,
}

/// Where in a document a value stands: the value itself, what of it is unknown, what is sensitive.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Passage {
    pub(super) document: Arc<Document>,
    /// What the value is an instance of; without one it has the types that it shows.
    pub(super) schema: Option<Arc<Schema>>,
    pub(super) value: Range,
    pub(super) unknown: Range,
    pub(super) sensitive: Range,
}

/// Where something stands in a text of less than 4 GiB; empty for nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Range {
    start: u32,
    end: u32,
}

impl Document {
    /// Keeps these parts of a text, each of which is then found at its range. The configuration is
    /// among them, at that place.
    pub(super) fn of(
        parts: &[Option<&RawValue>],
        configuration: usize,
        schemas: &Schemas,
    ) -> (Self, Vec<Range>) {
        let length = parts.iter().flatten().map(|part| part.get().len()).sum();
        let mut text = String::with_capacity(length);
        let place = |at: usize| u32::try_from(at).unwrap_or_default();
        let mut ranges = Vec::with_capacity(parts.len());
        for part in parts {
            let start = place(text.len());
            text.push_str(part.map_or("", RawValue::get));
            let end = place(text.len());
            ranges.push(Range { start, end });
        }
        let document = Self {
            budget: AtomicUsize::new(SMALL + text.len() / BYTES_PER_VALUE),
            text,
            schemas: schemas.clone(),
            configuration: ranges.get(configuration).copied().unwrap_or_default(),
        };
        (document, ranges)
    }

    /// Where a part of the text stands that was borrowed from it.
    pub(super) fn range_of(&self, part: Option<&RawValue>) -> Range {
        let Some(part) = part.map(RawValue::get) else {
            return Range::default();
        };
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let place = |at: usize| u32::try_from(at).unwrap_or_default();
        Range {
            start: place(start),
            end: place(start + part.len()),
        }
    }

    /// The text of a range.
    pub(super) fn text(&self, range: Range) -> &str {
        let range = range.start as usize..range.end as usize;
        self.text.get(range).unwrap_or_default()
    }

    /// Parses a part of the text; why not, if it is too much or nested too deep.
    pub(super) fn parse<'t, T: Deserialize<'t>>(&self, text: &'t str) -> Result<T, Why> {
        self.spend(text)?;
        let unreadable = |error: serde_json::Error| {
            let error = without_place(&error);
            Why::new(format!(
                "the plan holds a value that cannot be read: {error}"
            ))
        };
        serde_json::from_str(text).map_err(unreadable)
    }

    /// Takes so many values from what may still be made; false if there are not so many.
    pub(super) fn afford(&self, values: usize) -> bool {
        let take = |left: usize| left.checked_sub(values);
        let (set, get) = (Ordering::Relaxed, Ordering::Relaxed);
        self.budget.fetch_update(set, get, take).is_ok()
    }

    /// Takes the values that a text holds at most from what may still be made.
    fn spend(&self, text: &str) -> Result<(), Why> {
        // Every value but the first follows one of these; many of them stand within strings.
        let values = 1 + memchr::memchr3_iter(b',', b'[', b'{', text.as_bytes()).count();
        let is_little = values <= MAX_AT_A_TIME;
        if is_little && self.afford(values) {
            return Ok(());
        }
        Err(Why::new("the plan holds more values than are ever read"))
    }
}

impl fmt::Debug for Document {
    /// The text may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a plan of {} bytes", self.text.len())
    }
}

impl Passage {
    /// The value: what is known, with what is unknown in its place, and what is sensitive marked.
    /// One that cannot be read is unknown, and says why.
    pub(in crate::plan) fn read(&self) -> Value {
        self.parse()
            .unwrap_or_else(|why| Value::unknown(Type::Dynamic).mark(why.mark()))
    }

    fn parse(&self) -> Result<Value, Why> {
        let text = self.document.text(self.value);
        // As most are where nothing was or will be.
        if matches!(text, "null" | "") && !self.document.text(self.unknown).contains("true") {
            let null = Value::null(Type::Dynamic);
            return Ok(match self.document.text(self.sensitive) {
                "true" => null.mark(Mark::Sensitive),
                _ => null,
            });
        }
        let [value, unknown, sensitive] = [self.value, self.unknown, self.sensitive];
        let [value, unknown, sensitive] = [
            self.part(value)?,
            self.part(unknown)?,
            self.part(sensitive)?,
        ];
        let parts = Parts {
            value: value.as_ref(),
            unknown: unknown.as_ref(),
            sensitive: sensitive.as_ref(),
        };
        Ok(merge(&parts, self.schema.as_deref()))
    }

    fn part(&self, range: Range) -> Result<Option<Json>, Why> {
        match self.document.text(range) {
            "" => Ok(None),
            text => self.document.parse(text).map(Some),
        }
    }
}
