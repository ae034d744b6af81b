//! Where inside a value something is.

use std::fmt;
use std::sync::Arc;

/// The way from a value to one of its parts, outermost step first.
///
/// Written as Terraform writes it: `rke_config.machine_pools[0].labels["zone"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<PathStep>);

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// An attribute of an object.
    Attribute(Arc<str>),
    /// An element of a map.
    Key(Arc<str>),
    /// An element of a list or tuple.
    Index(u64),
    /// An element of a set. Elements of sets have no address; the number is the element's place
    /// in the set's order, of use to people only.
    Element(u64),
}

impl Path {
    /// The value itself.
    pub const ROOT: Self = Self(Vec::new());

    /// The path of one attribute of the root.
    pub fn attribute(name: impl Into<Arc<str>>) -> Self {
        Self(vec![PathStep::Attribute(name.into())])
    }

    /// This path and one more step.
    pub fn join(&self, step: PathStep) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }

    /// This path followed by another.
    pub fn concat(&self, rest: &Self) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// Appends a step.
    pub fn push(&mut self, step: PathStep) {
        self.0.push(step);
    }

    /// Removes and returns the last step.
    pub fn pop(&mut self) -> Option<PathStep> {
        self.0.pop()
    }

    /// The steps, outermost first.
    pub fn steps(&self) -> &[PathStep] {
        &self.0
    }

    /// True for the value itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// True if `self` is `prefix` or lies within it.
    pub fn starts_with(&self, prefix: &Self) -> bool {
        self.0.starts_with(&prefix.0)
    }
}

impl From<Vec<PathStep>> for Path {
    fn from(steps: Vec<PathStep>) -> Self {
        Self(steps)
    }
}

impl FromIterator<PathStep> for Path {
    fn from_iter<I: IntoIterator<Item = PathStep>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Attribute(name) if i == 0 => f.write_str(name)?,
                PathStep::Attribute(name) => write!(f, ".{name}")?,
                PathStep::Key(key) => write!(f, "[{key:?}]")?,
                PathStep::Index(index) => write!(f, "[{index}]")?,
                PathStep::Element(_) => f.write_str("[...]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_like_terraform() {
        let mut path = Path::attribute("pools");
        path.push(PathStep::Index(0));
        path.push(PathStep::Attribute("labels".into()));
        path.push(PathStep::Key("zone \"a\"".into()));
        path.push(PathStep::Element(3));
        assert_eq!(path.to_string(), r#"pools[0].labels["zone \"a\""][...]"#);
        assert!(path.starts_with(&Path::attribute("pools")));
        assert!(!Path::ROOT.starts_with(&path));
        assert_eq!(path.pop(), Some(PathStep::Element(3)));
    }
}
