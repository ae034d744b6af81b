//! [`Filter`]: which objects a rule concerns.

use super::{Fault, Given, Path};

/// The largest size that a filter can name, 5 TiB.
const LARGEST: i64 = 5 * 1024 * 1024 * 1024 * 1024;
const KEY: usize = 128;
const VALUE: usize = 256;

/// Which objects a rule concerns: one condition, or several in `and`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// What their keys begin with.
    pub prefix: Given<String>,
    /// A tag that they carry.
    pub tag: Given<Tag>,
    /// They are larger than so many bytes.
    pub object_size_greater_than: Given<i64>,
    /// They are smaller than so many bytes.
    pub object_size_less_than: Given<i64>,
    /// Several of these.
    pub and: Given<And>,
}

/// One tag.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tag {
    /// The key.
    pub key: Given<String>,
    /// The value.
    pub value: Given<String>,
}

/// Several conditions, all of which must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct And {
    /// What their keys begin with.
    pub prefix: Given<String>,
    /// Tags that they all carry.
    pub tags: Given<Vec<(String, Given<String>)>>,
    /// They are larger than so many bytes.
    pub object_size_greater_than: Given<i64>,
    /// They are smaller than so many bytes.
    pub object_size_less_than: Given<i64>,
}

impl Filter {
    /// Everything wrong with this block, which lies at `at`.
    pub(super) fn check(&self, at: &Path, faults: &mut Vec<Fault>) {
        let written = [
            ("prefix", self.prefix.known().is_some()),
            ("tag", self.tag.known().is_some()),
            (
                "object_size_greater_than",
                self.object_size_greater_than.known().is_some(),
            ),
            (
                "object_size_less_than",
                self.object_size_less_than.known().is_some(),
            ),
            ("and", self.and.known().is_some()),
        ];
        let written: Vec<&str> = written
            .iter()
            .filter(|(_, written)| *written)
            .map(|(name, _)| *name)
            .collect();
        if written.len() > 1 {
            faults.push(at.error(format!(
                "has {}: several conditions go into one and block",
                written.join(" and ")
            )));
        }
        if let Some(tag) = self.tag.known() {
            let at = at.field("tag");
            if let Some(key) = tag.key.known() {
                check_key(key, &at.field("key"), faults);
            }
            check_value(&tag.value, &at.field("value"), faults);
        }
        check_text(&self.prefix, &at.field("prefix"), faults);
        let (greater, less) = (&self.object_size_greater_than, &self.object_size_less_than);
        check_sizes(greater, less, at, faults);
        if let Some(and) = self.and.known() {
            and.check(&at.field("and"), faults);
        }
    }

    /// Whether any condition is a tag, as far as that is known.
    pub(super) fn has_tag(&self) -> bool {
        let and = self.and.known().and_then(|and| and.tags.known());
        self.tag.known().is_some() || and.is_some_and(|tags| !tags.is_empty())
    }

    /// Whether any condition is a size, as far as that is known.
    pub(super) fn has_size(&self) -> bool {
        let known = |greater: &Given<i64>, less: &Given<i64>| {
            greater.known().is_some() || less.known().is_some()
        };
        let and = self.and.known();
        known(&self.object_size_greater_than, &self.object_size_less_than)
            || and
                .is_some_and(|and| known(&and.object_size_greater_than, &and.object_size_less_than))
    }

    /// Whether it is certain that there is no condition.
    pub(super) fn is_empty(&self) -> bool {
        is_blank(&self.prefix)
            && self.tag.is_absent()
            && self.object_size_greater_than.is_absent()
            && self.object_size_less_than.is_absent()
            && match &self.and {
                Given::Absent => true,
                Given::Known(and) => and.is_empty(),
                Given::Unknown => false,
            }
    }
}

impl And {
    fn check(&self, at: &Path, faults: &mut Vec<Fault>) {
        for (key, value) in self.tags.known().into_iter().flatten() {
            let at = at.field("tags").key(key);
            check_key(key, &at, faults);
            check_value(value, &at, faults);
        }
        check_text(&self.prefix, &at.field("prefix"), faults);
        let (greater, less) = (&self.object_size_greater_than, &self.object_size_less_than);
        check_sizes(greater, less, at, faults);
    }

    fn is_empty(&self) -> bool {
        let no_tags = match &self.tags {
            Given::Absent => true,
            Given::Known(tags) => tags.is_empty(),
            Given::Unknown => false,
        };
        is_blank(&self.prefix)
            && no_tags
            && self.object_size_greater_than.is_absent()
            && self.object_size_less_than.is_absent()
    }
}

/// Whether a prefix certainly leaves nothing out.
pub(super) fn is_blank(prefix: &Given<String>) -> bool {
    match prefix {
        Given::Absent => true,
        Given::Known(prefix) => prefix.is_empty(),
        Given::Unknown => false,
    }
}

fn check_key(key: &str, at: &Path, faults: &mut Vec<Fault>) {
    let length = key.chars().count();
    if length == 0 || length > KEY {
        faults.push(at.error(format!(
            "must have a key of 1 to {KEY} characters, has {length}"
        )));
    } else if let Some(wrong) = unwritable(key) {
        faults.push(at.error(format!("must have a key without {wrong}")));
    }
}

fn check_value(value: &Given<String>, at: &Path, faults: &mut Vec<Fault>) {
    let length = value.known().map_or(0, |value| value.chars().count());
    if length > VALUE {
        faults.push(at.error(format!(
            "must have a value of at most {VALUE} characters, has {length}"
        )));
    }
    check_text(value, at, faults);
}

/// A text that no configuration can hold is refused by S3 with the whole document.
pub(super) fn check_text(text: &Given<String>, at: &Path, faults: &mut Vec<Fault>) {
    if let Some(wrong) = text.known().and_then(|text| unwritable(text)) {
        faults.push(at.error(format!("must not contain {wrong}")));
    }
}

/// The first character that XML 1.0 has no way to write, and that it has none.
fn unwritable(text: &str) -> Option<String> {
    let allowed = |c: char| match c {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        c => c >= ' ',
    };
    let wrong = text.chars().find(|c| !allowed(*c))?;
    Some(format!("{wrong:?}, which XML cannot carry"))
}

fn check_sizes(greater: &Given<i64>, less: &Given<i64>, at: &Path, faults: &mut Vec<Fault>) {
    let before = faults.len();
    for (size, name, least) in [
        (greater, "object_size_greater_than", 0),
        (less, "object_size_less_than", 1),
    ] {
        if let Some(size) = size.known()
            && !(least..=LARGEST).contains(size)
        {
            faults.push(at.field(name).error(format!(
                "must be {least} to {LARGEST} bytes (5 TiB), not {size}"
            )));
        }
    }
    if let (Some(greater), Some(less)) = (greater.known(), less.known())
        && less <= greater
        && faults.len() == before
    {
        faults.push(at.field("object_size_less_than").error(format!(
            "must be more than object_size_greater_than ({greater}), not {less}"
        )));
    }
}
