//! Which files may be read: those of the repository.
//!
//! With sources in memory nothing but them is read unless the user names their directory: a plan
//! carries no other file, so that what such a function gives is unknown.
//!
//! A path that leaves it makes the result unknown instead of an error: `file("~/.ssh/id.pub")` is
//! a sound configuration, only not one that can be told from the repository.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use cty::{Marks, Type, Value};

use super::path::{clean, expand_home};
use crate::functions::limits::MAX_FILE;
use crate::functions::text::quoted_unless_sensitive;
use crate::functions::{FunctionContext, FunctionError};
use crate::why::Why;

/// What became of a path.
pub(super) enum Place {
    /// In the repository, if there is anything.
    Inside(PathBuf),
    /// Not to be looked at; why.
    Outside(Why),
}

/// What a file holds.
pub(super) enum Contents {
    Bytes(Vec<u8>),
    /// Not to be read; why.
    Unread(Why),
}

/// An unknown value of a type, for a reason.
pub(super) fn unknown(ty: Type, why: Why) -> Value {
    Value::unknown(ty).mark(why.mark())
}

/// Finds a path as Terraform does: relative ones start in the root module. `name` is how it is
/// called in messages.
pub(super) fn locate(path: &Path, name: &str, cx: &FunctionContext<'_>) -> Place {
    let path = clean(&cx.root_dir.join(path));
    if let Some(files) = cx.disk.memory() {
        let not_there = match files.data() {
            _ if files.file(&path).is_some() => return Place::Inside(path),
            None => Some("is not in the plan: --source DIR says where it is"),
            Some(_) if !path.exists() => Some("is neither in the plan nor where --source says"),
            Some(_) => None,
        };
        if let Some(not_there) = not_there {
            return Place::Outside(Why::new(format!("{name} {not_there}")));
        }
    }
    if is_inside(&path, cx.fence) {
        return Place::Inside(path);
    }
    Place::Outside(Why::new(format!(
        "{name} lies outside the repository, where no file is read"
    )))
}

/// True if the path, all symbolic links followed, does not leave the fence.
pub(super) fn is_inside(path: &Path, fence: &Path) -> bool {
    let Ok(fence) = fs::canonicalize(fence) else {
        return false;
    };
    // What does not exist lies where its nearest existing ancestor does.
    path.ancestors()
        .find_map(|ancestor| {
            let ancestor = if ancestor == Path::new("") {
                Path::new(".")
            } else {
                ancestor
            };
            fs::canonicalize(ancestor).ok()
        })
        .is_some_and(|found| found.starts_with(&fence))
}

/// Reads a regular file of the repository.
pub(super) fn read(
    path: &str,
    marks: &Marks,
    cx: &FunctionContext<'_>,
) -> Result<Contents, FunctionError> {
    let name = quoted_unless_sensitive(path, marks);
    let file = match locate(Path::new(&expand_home(path)?), &name, cx) {
        Place::Inside(file) => file,
        Place::Outside(why) => return Ok(Contents::Unread(why)),
    };
    if let Some(bytes) = cx.disk.memory().and_then(|files| files.file(&file)) {
        return Ok(Contents::Bytes(bytes.to_vec()));
    }
    let metadata = fs::metadata(&file).map_err(|error| missing(&error, path, &name, cx))?;
    if !metadata.is_file() {
        // A pipe would never end.
        return Err(not_a_file(&name, &metadata));
    }
    if metadata.len() > MAX_FILE {
        let why = format!("{name} is larger than {} MiB", MAX_FILE >> 20);
        return Ok(Contents::Unread(Why::new(why)));
    }
    let mut bytes = Vec::new();
    fs::File::open(&file)
        .and_then(|opened| opened.take(MAX_FILE + 1).read_to_end(&mut bytes))
        .map_err(|error| FunctionError::at(0, format!("failed to read {name}: {error}")))?;
    Ok(Contents::Bytes(bytes))
}

/// The error about a path that is a directory, a pipe, a device.
pub(super) fn not_a_file(name: &str, found: &fs::Metadata) -> FunctionError {
    let what = if found.is_dir() {
        "a directory, not a file"
    } else {
        "not a regular file"
    };
    FunctionError::at(0, format!("{name} is {what}"))
}

fn missing(error: &io::Error, path: &str, name: &str, cx: &FunctionContext<'_>) -> FunctionError {
    if error.kind() != io::ErrorKind::NotFound {
        return FunctionError::at(0, format!("failed to read {name}: {error}"));
    }
    let beside = cx.module_dir.join(path);
    let advice = if is_inside(&beside, cx.fence) && beside.is_file() {
        "paths start in the root module's directory; it is found in this module's own, which \
         \"${path.module}/\" names"
    } else {
        "this function works only with files that are distributed as part of the configuration \
         source code, so if this file will be created by a resource in this configuration you \
         must instead obtain this result from an attribute of that resource"
    };
    FunctionError::at(0, format!("no file exists at {name}; {advice}"))
}
