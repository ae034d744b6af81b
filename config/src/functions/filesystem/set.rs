//! `fileset`: the files below a directory that a pattern matches.
//!
//! Patterns are matched component by component: `**` is any number of directories, `*`, `?`,
//! `[a-z]` and `{a,b}` stay within a name. Names with a leading dot are like any other.

use std::fs;
use std::path::{Component, Path, PathBuf};

use cty::{Type, Value};
use globset::{GlobBuilder, GlobMatcher};

use super::fence::{Place, is_inside, locate, unknown};
use super::path::clean;
use super::read::PATH;
use crate::functions::FunctionError;
use crate::functions::limits::MAX_FILES;
use crate::functions::signature::{Args, Function, Outcome, Param, Returns, Shape};
use crate::functions::text::quoted_unless_sensitive;
use crate::why::Why;

pub(in crate::functions) const FILESET: Function = Function::new(
    &[PATH, Param::string("pattern").marked()],
    Returns::Shape(Shape::Set(&Shape::String)),
    fileset,
);

fn fileset(args: &Args<'_>) -> Outcome {
    let marks = args.values[0].marks().union(args.values[1].marks());
    let start = clean(Path::new(args.str(0)));
    let pattern = clean(&start.join(args.str(1)));
    let (base, parts) = split(&pattern)?;
    let shown = if base.as_os_str().is_empty() {
        Path::new(".")
    } else {
        &base
    };
    let name = quoted_unless_sensitive(&shown.to_string_lossy(), &marks);
    let directory = match locate(&base, &name, args.cx) {
        Place::Inside(directory) => directory,
        Place::Outside(why) => return Ok(unknown(args.returns.clone(), why).with_marks(&marks)),
    };
    let mut search = Search {
        fence: args.cx.fence,
        found: Vec::new(),
        visited: 0,
    };
    if search.descend(&directory, &base, &parts).is_err() {
        let why = Why::new(format!(
            "{name} holds more than {MAX_FILES} files to look at"
        ));
        return Ok(unknown(args.returns.clone(), why).with_marks(&marks));
    }
    let names = search
        .found
        .iter()
        .map(|found| Value::string(relative(found, &start)));
    Ok(Value::set(Type::String, names).with_marks(&marks))
}

/// A path as seen from a directory, with `/`. Both are clean, and both absolute or both not.
fn relative(path: &Path, from: &Path) -> String {
    let here = Path::new(".");
    let from: Vec<_> = from
        .components()
        .filter(|part| part.as_os_str() != here)
        .collect();
    let path: Vec<_> = path
        .components()
        .filter(|part| part.as_os_str() != here)
        .collect();
    let shared = from.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| "..".into());
    let down = path[shared..]
        .iter()
        .map(|part| part.as_os_str().to_string_lossy());
    up.chain(down)
        .collect::<Vec<std::borrow::Cow<'_, str>>>()
        .join("/")
}

/// The directory where a pattern begins to be one, and the rest of it.
fn split(pattern: &Path) -> Result<(PathBuf, Vec<Part>), FunctionError> {
    let components: Vec<Component<'_>> = pattern.components().collect();
    let is_pattern = |component: &Component<'_>| {
        component
            .as_os_str()
            .to_string_lossy()
            .contains(['*', '?', '[', '{', '\\'])
    };
    let last = components.len().saturating_sub(1);
    let at = components
        .iter()
        .position(is_pattern)
        .unwrap_or(last)
        .min(last);
    let parts: Result<Vec<Part>, FunctionError> = components[at..].iter().map(part).collect();
    Ok((components[..at].iter().collect(), parts?))
}

/// One component of a pattern.
enum Part {
    /// `**`.
    Any,
    Name(GlobMatcher),
}

fn part(component: &Component<'_>) -> Result<Part, FunctionError> {
    let text = component.as_os_str().to_string_lossy();
    if text == "**" {
        return Ok(Part::Any);
    }
    GlobBuilder::new(&text)
        .backslash_escape(true)
        .build()
        .map(|glob| Part::Name(glob.compile_matcher()))
        .map_err(|error| FunctionError::new(format!("failed to glob pattern: {error}")))
}

/// More than [`MAX_FILES`].
struct TooMany;

struct Search<'a> {
    fence: &'a Path,
    found: Vec<PathBuf>,
    visited: usize,
}

impl Search<'_> {
    /// Looks in `directory`, which the configuration calls `name`, for files that match the rest
    /// of the pattern.
    fn descend(&mut self, directory: &Path, name: &Path, pattern: &[Part]) -> Result<(), TooMany> {
        let Some((part, rest)) = pattern.split_first() else {
            return Ok(());
        };
        if let Part::Any = part
            && !rest.is_empty()
        {
            // No directory at all is any number too.
            self.descend(directory, name, rest)?;
        }
        // What cannot be read has no files, as Terraform sees it.
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        for entry in entries {
            self.visited += 1;
            if self.visited > MAX_FILES {
                return Err(TooMany);
            }
            let (path, name) = (entry.path(), name.join(entry.file_name()));
            let matches = match part {
                Part::Any => true,
                Part::Name(glob) => glob.is_match(entry.file_name()),
            };
            if !matches {
                continue;
            }
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            if is_link && !is_inside(&path, self.fence) {
                continue;
            }
            match fs::metadata(&path) {
                Ok(found) if found.is_file() && rest.is_empty() => {
                    self.found.push(name);
                }
                // A link to a directory could lead round in circles.
                Ok(found) if found.is_dir() && !is_link => match part {
                    Part::Any => self.descend(&path, &name, pattern)?,
                    Part::Name(_) => self.descend(&path, &name, rest)?,
                },
                _ => {}
            }
        }
        Ok(())
    }
}
