//! Attribute paths: the [`path!`](crate::path!) macro for authors and the cheap trail of walks.

use std::sync::Arc;

use cty::{Path, PathStep};

/// A path into a resource: the first step names an attribute or block, text names attributes
/// further down, integers index lists, [`Key`] looks into a map.
///
/// ```
/// use tfplugin::{Key, path};
/// let at = path!("policy_details", 0, "target_tags", Key("Backup"));
/// assert_eq!(at.to_string(), r#"policy_details[0].target_tags["Backup"]"#);
/// ```
#[macro_export]
macro_rules! path {
    ($($step:expr),+ $(,)?) => {
        <$crate::Path as ::core::iter::FromIterator<$crate::PathStep>>::from_iter(
            [$($crate::__private::step($step)),+]
        )
    };
}

/// The key of a map element, in [`path!`](crate::path!).
#[derive(Clone, Copy, Debug)]
pub struct Key<'a>(pub &'a str);

/// What [`path!`](crate::path!) takes as a step.
pub trait IntoStep {
    /// The step.
    fn into_step(self) -> PathStep;
}

impl IntoStep for &str {
    fn into_step(self) -> PathStep {
        PathStep::Attribute(self.into())
    }
}

impl IntoStep for Key<'_> {
    fn into_step(self) -> PathStep {
        PathStep::Key(self.0.into())
    }
}

impl IntoStep for usize {
    fn into_step(self) -> PathStep {
        PathStep::Index(self as u64)
    }
}

impl IntoStep for i32 {
    /// Integer literals; a negative index is nonsense and reads as 0.
    fn into_step(self) -> PathStep {
        PathStep::Index(u64::try_from(self).unwrap_or(0))
    }
}

impl IntoStep for PathStep {
    fn into_step(self) -> PathStep {
        self
    }
}

/// Where a walk stands: a chain of stack frames, made into a [`Path`] only when one is needed.
#[derive(Clone, Copy, Debug)]
pub struct Trail<'a> {
    above: Option<&'a Trail<'a>>,
    step: TrailStep<'a>,
}

#[derive(Clone, Copy, Debug)]
enum TrailStep<'a> {
    Root,
    Attribute(&'a str),
    Key(&'a str),
    Index(u64),
    Element(u64),
}

impl Trail<'static> {
    /// The object itself.
    pub const ROOT: Self = Self {
        above: None,
        step: TrailStep::Root,
    };
}

impl<'a> Trail<'a> {
    /// An attribute or block of this object.
    pub fn attribute(&'a self, name: &'a str) -> Self {
        self.down(TrailStep::Attribute(name))
    }

    /// An element of this map.
    pub fn key(&'a self, key: &'a str) -> Self {
        self.down(TrailStep::Key(key))
    }

    /// An element of this list.
    pub fn index(&'a self, index: usize) -> Self {
        self.down(TrailStep::Index(index as u64))
    }

    /// An element of this set.
    pub fn element(&'a self, place: usize) -> Self {
        self.down(TrailStep::Element(place as u64))
    }

    fn down(&'a self, step: TrailStep<'a>) -> Self {
        Self {
            above: Some(self),
            step,
        }
    }

    /// The path from the root to here.
    pub fn to_path(&self) -> Path {
        let mut steps = Vec::new();
        let mut here = Some(self);
        while let Some(trail) = here {
            match trail.step {
                TrailStep::Root => {}
                TrailStep::Attribute(name) => steps.push(PathStep::Attribute(Arc::from(name))),
                TrailStep::Key(key) => steps.push(PathStep::Key(Arc::from(key))),
                TrailStep::Index(index) => steps.push(PathStep::Index(index)),
                TrailStep::Element(place) => steps.push(PathStep::Element(place)),
            }
            here = trail.above;
        }
        steps.reverse();
        Path::from(steps)
    }
}

/// The part of a path that the wire can say: it ends at the first set.
pub(crate) fn addressable(path: &Path) -> Path {
    path.steps()
        .iter()
        .take_while(|step| !matches!(step, PathStep::Element(_)))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_becomes_a_path() {
        let details = Trail::ROOT.attribute("policy_details");
        let first = details.index(0);
        let tags = first.attribute("target_tags");
        let backup = tags.key("Backup");
        assert_eq!(
            backup.to_path(),
            crate::path!("policy_details", 0, "target_tags", Key("Backup"))
        );
        assert_eq!(Trail::ROOT.to_path(), Path::ROOT);
    }

    #[test]
    fn the_wire_stops_at_sets() {
        let tag = Trail::ROOT.attribute("target_tag");
        let second = tag.element(1);
        let key = second.attribute("key").to_path();
        assert_eq!(key.to_string(), "target_tag[...].key");
        assert_eq!(addressable(&key), crate::path!("target_tag"));
    }
}
