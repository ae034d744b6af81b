//! A rule as its checks see it.

use super::super::config::{boolean, number};
use super::super::error::S3Error;
use super::super::xml::Element;

/// When an action is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum When {
    Days(i64),
    /// Unix time; always a midnight.
    Date(i64),
}

/// Which objects a rule is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) prefix: Option<String>,
    pub(super) tags: Vec<(String, String)>,
    pub(super) above: Option<i64>,
    pub(super) below: Option<i64>,
}

impl Scope {
    /// Reads the predicates that stand directly in a `Filter` or in its `And`.
    pub(super) fn read(element: &Element) -> Result<Self, S3Error> {
        let size = |name| element.text_of(name).map(number).transpose();
        Ok(Self {
            prefix: element
                .child("Prefix")
                .map(|prefix| prefix.raw_text().to_owned()),
            tags: element
                .all("Tag")
                .map(|tag| {
                    let text = |name| tag.child(name).map(|part| part.raw_text().to_owned());
                    text("Key")
                        .zip(text("Value"))
                        .ok_or_else(S3Error::malformed)
                })
                .collect::<Result<_, _>>()?,
            above: size("ObjectSizeGreaterThan")?,
            below: size("ObjectSizeLessThan")?,
        })
    }

    /// How many predicates there are.
    pub(super) fn len(&self) -> usize {
        usize::from(self.prefix.is_some())
            + self.tags.len()
            + usize::from(self.above.is_some())
            + usize::from(self.below.is_some())
    }

    pub(super) fn has_sizes(&self) -> bool {
        self.above.is_some() || self.below.is_some()
    }

    /// As S3's messages name it: `(prefix=logs/)`.
    pub(super) fn words(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.prefix.iter().map(|prefix| format!("prefix={prefix}")));
        parts.extend(
            self.tags
                .iter()
                .map(|(key, value)| format!("tag: key={key}, value={value}")),
        );
        parts.extend(
            self.above
                .map(|size| format!("ObjectSizeGreaterThan={size}")),
        );
        parts.extend(self.below.map(|size| format!("ObjectSizeLessThan={size}")));
        if parts.is_empty() {
            parts.push("prefix=".to_owned());
        }
        format!("({})", parts.join(" and "))
    }
}

/// The integer in a child.
pub(super) fn integer(element: &Element, name: &str) -> Result<Option<i64>, S3Error> {
    element.text_of(name).map(number).transpose()
}

/// The boolean in a child.
pub(super) fn flag(element: &Element, name: &str) -> Result<Option<bool>, S3Error> {
    element.text_of(name).map(boolean).transpose()
}

/// The `Date` of an action: a midnight in UTC.
pub(super) fn midnight(element: &Element) -> Result<Option<i64>, S3Error> {
    let Some(text) = element.text_of("Date") else {
        return Ok(None);
    };
    if !text.contains('-') {
        // `20300101` is a date of ISO 8601, but none of XML Schema.
        return Err(S3Error::malformed());
    }
    let time: jiff::Timestamp = match text.parse() {
        Ok(time) => time,
        // A bare date is a midnight.
        Err(_) => format!("{text}T00:00:00Z")
            .parse()
            .map_err(|_| S3Error::malformed())?,
    };
    if time.as_nanosecond() % 86_400_000_000_000 == 0 {
        return Ok(Some(time.as_second()));
    }
    Err(S3Error::argument(
        "'Date' must be at midnight GMT",
        "Date",
        text,
    ))
}
