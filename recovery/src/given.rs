//! What checks of a configuration work with: [`Given`] values, and [`Fault`]s that name the
//! attribute.

use std::fmt;

/// A value that a configuration may leave out or not know yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Given<T> {
    /// It is not written.
    #[default]
    Absent,
    /// It is written and not known yet; it may turn out to be absent.
    Unknown,
    /// It is this.
    Known(T),
}

impl<T> Given<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Unknown => None,
        }
    }

    /// Whether it is certain that nothing is written.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<T> From<Option<T>> for Given<T> {
    /// Of something that is known either way.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Known)
    }
}

/// Something that AWS would reject, or that is worth a word before it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The attribute or block to blame.
    pub path: Path,
    /// How badly.
    pub severity: Severity,
    /// What is wrong and what to do, as a predicate of the attribute.
    pub problem: String,
}

/// How bad a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// AWS rejects it.
    Error,
    /// AWS accepts it, and it does what few expect.
    Warning,
}

/// The way from a resource to one of its attributes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path(Vec<Step>);

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An attribute, or a block that occurs once.
    Field(&'static str),
    /// One of several blocks, or an element of a list; counts from 0.
    Index(usize),
    /// An element of a map.
    Key(String),
}

impl Path {
    /// The resource itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// Its steps, outermost first.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// This path and a field below it.
    #[must_use]
    pub fn field(&self, name: &'static str) -> Self {
        self.step(Step::Field(name))
    }

    /// This path and an element below it.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    /// This path and an element of a map below it.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.step(Step::Key(key.to_owned()))
    }

    fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    pub(crate) fn error(&self, problem: impl Into<String>) -> Fault {
        self.fault(Severity::Error, problem.into())
    }

    pub(crate) fn warning(&self, problem: impl Into<String>) -> Fault {
        self.fault(Severity::Warning, problem.into())
    }

    fn fault(&self, severity: Severity, problem: String) -> Fault {
        Fault {
            path: self.clone(),
            severity,
            problem,
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if index == 0 => out.write_str(name)?,
                Step::Field(name) => write!(out, ".{name}")?,
                Step::Index(number) => write!(out, "[{number}]")?,
                Step::Key(key) => write!(out, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.path, self.problem)
    }
}

/// One word of a few.
pub(crate) fn check_word(word: &Given<String>, words: &[&str], at: &Path, faults: &mut Vec<Fault>) {
    if let Some(word) = word.known()
        && !words.contains(&word.as_str())
    {
        faults.push(at.error(format!("must be {}, not {word:?}", choices(words))));
    }
}

/// `A, B or C`.
pub(crate) fn choices(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
