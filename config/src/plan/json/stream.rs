//! Going through lists and objects of a document one entry at a time, so that no more of it is held
//! than is kept.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer as _, Error, MapAccess, SeqAccess, Visitor};

use super::read::Text;
use crate::plan::PlanError;

/// Entries that a list may have, whatever its length.
const FREE: usize = 100_000;
/// The least bytes of an entry of a long list: no host writes a resource that is shorter, and what
/// is kept of one takes five times as much.
const LEAST: usize = 250;

/// Calls `visit` with every element of a JSON array.
pub(super) fn for_each_element<'a, T: Deserialize<'a>>(
    place: &str,
    text: &'a str,
    mut visit: impl FnMut(T) -> Result<(), PlanError>,
) -> Result<(), PlanError> {
    let through = Through::new("a list", place, text, |_, value| visit(value));
    through.run(text, |deserializer, through| {
        deserializer.deserialize_seq(through)
    })
}

/// Calls `visit` with every entry of a JSON object.
pub(super) fn for_each_entry<'a, T: Deserialize<'a>>(
    place: &str,
    text: &'a str,
    mut visit: impl FnMut(Text<'a>, T) -> Result<(), PlanError>,
) -> Result<(), PlanError> {
    let through = Through::new(
        "an object",
        place,
        text,
        |key: Option<Text<'a>>, value| match key {
            Some(key) => visit(key, value),
            None => Err(PlanError::malformed(place, "an object is required")),
        },
    );
    through.run(text, |deserializer, through| {
        deserializer.deserialize_map(through)
    })
}

/// What goes through a list or an object.
struct Through<'p, V, T> {
    expected: &'static str,
    place: &'p str,
    limit: usize,
    count: usize,
    visit: V,
    failed: Option<PlanError>,
    element: PhantomData<T>,
}

type Deserializer<'a> = serde_json::Deserializer<serde_json::de::StrRead<'a>>;

impl<'p, 'a, V, T> Through<'p, V, T>
where
    V: FnMut(Option<Text<'a>>, T) -> Result<(), PlanError>,
{
    fn new(expected: &'static str, place: &'p str, text: &str, visit: V) -> Self {
        Self {
            expected,
            place,
            limit: FREE + text.len() / LEAST,
            count: 0,
            visit,
            failed: None,
            element: PhantomData,
        }
    }

    fn run(
        mut self,
        text: &'a str,
        go: impl FnOnce(&mut Deserializer<'a>, &mut Self) -> Result<(), serde_json::Error>,
    ) -> Result<(), PlanError> {
        let mut deserializer = Deserializer::from_str(text);
        let done = go(&mut deserializer, &mut self);
        if let Some(error) = self.failed {
            return Err(error);
        }
        let place = format!("{}[{}]", self.place, self.count);
        done.map_err(|error| PlanError::malformed(place, without_place(&error)))
    }

    fn take<E: Error>(&mut self, key: Option<Text<'a>>, value: T) -> Result<(), E> {
        self.count += 1;
        let taken = match self.count > self.limit {
            true => Err(PlanError::malformed(
                self.place,
                "it holds more than its length allows",
            )),
            false => (self.visit)(key, value),
        };
        taken.map_err(|error| {
            self.failed = Some(error);
            E::custom("stopped")
        })
    }
}

/// What an error says, without the place, which is counted from where that part of
/// the document begins.
pub(super) fn without_place(error: &serde_json::Error) -> String {
    let mut text = told(error);
    if let Some(at) = text.rfind(" at line ") {
        text.truncate(at);
    }
    text
}

/// What an error says, without the value that it found, which may be a secret.
pub(super) fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let names_value = text.starts_with("invalid ") || text.starts_with("unknown ");
    let Some(value) = text.find(['"', '`']).filter(|_| names_value) else {
        return text;
    };
    let expected = text.rfind(", expected ").filter(|at| *at > value);
    let rest = expected.map_or("", |at| &text[at..]);
    format!("{}{rest}", text[..value].trim_end())
}

impl<'a, V, T> Visitor<'a> for &mut Through<'_, V, T>
where
    V: FnMut(Option<Text<'a>>, T) -> Result<(), PlanError>,
    T: Deserialize<'a>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(value) = seq.next_element()? {
            self.take(None, value)?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((key, value)) = map.next_entry()? {
            self.take(Some(key), value)?;
        }
        Ok(())
    }
}
