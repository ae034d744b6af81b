//! What the PATHs of a command line name: configurations to walk, and plans.
//!
//! - `pattern`: a PATH such as `**/*.tfplan` that the shell has left as it is.
//! - `sniff`: whether a file is a plan.

mod pattern;
mod sniff;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use terraform_config::Problem;

use crate::paths::STDIN;

pub(crate) use sniff::advice;

/// A file of more bytes is no plan.
const MAX_BYTES: u64 = 2 << 30;

/// What the PATHs of a run name.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// Directories to walk, files that stand for theirs, and what does not exist; absolute.
    pub configurations: Vec<PathBuf>,
    /// Plans, each once.
    pub plans: Vec<PlanFile>,
    /// Patterns that match nothing.
    pub problems: Vec<Problem>,
}

/// A plan to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanFile {
    /// Absolute; [`STDIN`] for standard input.
    pub path: PathBuf,
    /// What standard input gave.
    pub(crate) text: Option<Arc<Vec<u8>>>,
}

impl Named {
    /// One directory.
    pub fn directory(path: impl Into<PathBuf>) -> Self {
        Self {
            configurations: vec![path.into()],
            ..Self::default()
        }
    }

    /// Tells plans from configurations, and resolves patterns. `stdin` is asked where a PATH is
    /// `-`. Without a PATH it is the working directory.
    pub fn of(paths: &[PathBuf], cwd: &Path, stdin: impl Fn() -> io::Result<Vec<u8>>) -> Self {
        if paths.is_empty() {
            return Self::directory(cwd);
        }
        let mut named = Self::default();
        for path in paths {
            if path == Path::new(STDIN) {
                named.add_stdin(&stdin);
                continue;
            }
            let full = joined(cwd, path);
            if full.symlink_metadata().is_err() && pattern::is_one(path) {
                match pattern::matches(path, cwd) {
                    Ok(found) => found.into_iter().for_each(|path| named.add(path)),
                    Err(problem) => named.problems.push(problem),
                }
                continue;
            }
            named.add(full);
        }
        named
    }

    fn add(&mut self, path: PathBuf) {
        match sniff::is_plan(&path) {
            true => self.add_plan(PlanFile { path, text: None }),
            false => self.configurations.push(path),
        }
    }

    fn add_stdin(&mut self, stdin: impl Fn() -> io::Result<Vec<u8>>) {
        let path = PathBuf::from(STDIN);
        if self.plans.iter().any(|plan| plan.path == path) {
            return;
        }
        match stdin() {
            Ok(text) => self.add_plan(PlanFile {
                path,
                text: Some(Arc::new(text)),
            }),
            Err(error) => {
                let message = format!("standard input cannot be read: {error}");
                self.problems.push(Problem::analysis(message));
            }
        }
    }

    fn add_plan(&mut self, plan: PlanFile) {
        if !self.plans.iter().any(|known| known.path == plan.path) {
            self.plans.push(plan);
        }
    }
}

impl PlanFile {
    /// As messages name it.
    pub(crate) fn shown(&self) -> String {
        match self.text {
            Some(_) => "standard input".to_owned(),
            None => self.path.display().to_string(),
        }
    }

    /// All of it, in memory once.
    pub(crate) fn read(&self) -> Result<Cow<'_, [u8]>, Problem> {
        let read = match &self.text {
            Some(text) => Ok(Cow::Borrowed(text.as_slice())),
            None => File::open(&self.path)
                .and_then(|file| {
                    let length = file.metadata()?.len();
                    limited(file, length)
                })
                .map(Cow::Owned),
        };
        read.map_err(|error| {
            let message = format!("{} cannot be read: {error}", self.shown());
            Problem::analysis(message).about(&self.path)
        })
    }
}

/// All that comes, unless it is more than any plan; of `length` bytes, if that is known.
pub(crate) fn limited(reader: impl Read, length: u64) -> io::Result<Vec<u8>> {
    // One more, so that the end is found without more room.
    let room = usize::try_from(length.min(MAX_BYTES) + 1).unwrap_or_default();
    let mut bytes = Vec::with_capacity(room);
    reader.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > MAX_BYTES {
        true => Err(io::Error::other(format!(
            "it is larger than {} GiB",
            MAX_BYTES >> 30
        ))),
        false => Ok(bytes),
    }
}

/// `.` is the directory itself, so that nothing shows a path that ends in a dot.
pub(crate) fn joined(cwd: &Path, path: &Path) -> PathBuf {
    match path == Path::new(".") {
        true => cwd.to_path_buf(),
        false => cwd.join(path),
    }
}
