//! Where values were written, for an evaluation that is asked to tell.

use std::sync::Arc;

use cty::{Marks, Value};

use crate::Origin;
use crate::why::Source;

use super::Evaluator;
use super::marks;

/// A value with more sources than this does not tell them all.
const MAX_SOURCES: usize = 12;

impl Evaluator<'_> {
    /// The value as seen through something with a name: reasons and sources grow by one link.
    pub(super) fn through(&self, value: Value, link: &str) -> Value {
        self.traced(marks::through(value, link), link)
    }

    /// Its sources, as seen through something with a name.
    pub(super) fn traced(&self, value: Value, link: &str) -> Value {
        if !self.inputs.trace {
            return value;
        }
        value.map_leaves(&mut |leaf| {
            if !leaf.is_known() || sources(leaf.marks()).next().is_none() {
                return leaf;
            }
            let (leaf, old) = leaf.unmark();
            let linked = old.iter().map(|mark| match Source::from_mark(mark) {
                Some(source) => source.through(link).mark(),
                None => mark.clone(),
            });
            leaf.with_marks(&linked.collect())
        })
    }

    /// The value, written here as far as it was not written elsewhere.
    pub(super) fn sourced(&self, value: Value, origin: impl Fn() -> Origin) -> Value {
        self.sourced_at(value, || self.place(&origin()))
    }

    /// The value, from this place as far as it is not from elsewhere.
    pub(super) fn sourced_at(&self, value: Value, place: impl Fn() -> Arc<str>) -> Value {
        if !self.inputs.trace {
            return value;
        }
        let mark = Marks::NONE.with(Source::new(place()).mark());
        // What is written on a collection is written on what it holds.
        let outer = value
            .marks()
            .retain(|mark| Source::from_mark(mark).is_some());
        value.map_leaves(&mut |leaf| {
            let own = leaf.marks().union(&outer);
            match sources(&own).count() {
                _ if !leaf.is_known() => leaf,
                0 => leaf.with_marks(&mark),
                1..=MAX_SOURCES => leaf.with_marks(&outer),
                _ => {
                    let (leaf, marks) = leaf.unmark();
                    let kept = sources(&own).take(MAX_SOURCES);
                    let kept: Marks = kept.cloned().map(Source::mark).collect();
                    let others = marks.retain(|mark| Source::from_mark(mark).is_none());
                    leaf.with_marks(&others.union(&kept))
                }
            }
        })
    }

    /// `modules/pool/main.tf:12`, from the repository's root.
    fn place(&self, origin: &Origin) -> Arc<str> {
        let path = self.cache.places.canonical(&origin.file.path);
        let path = path.strip_prefix(&self.fence).unwrap_or(&path);
        let path = path.display().to_string().replace('\\', "/");
        format!("{path}:{}", origin.start().line).into()
    }
}

fn sources(marks: &Marks) -> impl Iterator<Item = &Source> {
    marks.iter().filter_map(Source::from_mark)
}
