//! Functions of the text of paths, as Go's `path/filepath` computes on Unix.

use std::path::{Component, Path, PathBuf};

use cty::{Type, Value};

use crate::functions::FunctionError;
use crate::functions::signature::{Function, Param, Returns, Shape};
use crate::why::Why;

const PATH: &[Param] = &[Param::string("path")];
const STRING: Returns = Returns::Shape(Shape::String);

pub(in crate::functions) const BASENAME: Function = Function::new(PATH, STRING, |args| {
    let path = args.str(0);
    let trimmed = path.trim_end_matches('/');
    Ok(Value::string(match trimmed.rsplit('/').next() {
        _ if path.is_empty() => ".",
        None | Some("") => "/",
        Some(last) => last,
    }))
});

pub(in crate::functions) const DIRNAME: Function = Function::new(PATH, STRING, |args| {
    let path = args.str(0);
    let directory = path.rfind('/').map_or("", |at| &path[..=at]);
    Ok(text(&clean(Path::new(directory))))
});

pub(in crate::functions) const ABSPATH: Function = Function::new(PATH, STRING, |args| {
    // Where a plan was made is nobody's business but its maker's.
    if args.cx.disk.memory().is_some() && !args.str(0).starts_with('/') {
        let why = Why::new("the directory of a plan is not in it");
        return Ok(Value::unknown(Type::String).mark(why.mark()));
    }
    let path = args.cx.root_dir.join(args.str(0));
    let absolute = std::path::absolute(&path)
        .map_err(|error| FunctionError::new(format!("no current directory: {error}")))?;
    Ok(text(&clean(&absolute)))
});

pub(in crate::functions) const PATHEXPAND: Function = Function::new(PATH, STRING, |args| {
    Ok(Value::string(expand_home(args.str(0))?))
});

fn text(path: &Path) -> Value {
    let text = path.to_string_lossy();
    Value::string(match std::path::MAIN_SEPARATOR {
        '/' => text.into_owned(),
        separator => text.replace(separator, "/"),
    })
}

/// Replaces a leading `~` by the home directory.
pub(super) fn expand_home(path: &str) -> Result<String, FunctionError> {
    let Some(rest) = path.strip_prefix('~') else {
        return Ok(path.to_owned());
    };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err(FunctionError::new("cannot expand user-specific home dir"));
    }
    let home = std::env::home_dir()
        .ok_or_else(|| FunctionError::new("there is no home directory to expand ~ to"))?;
    Ok(clean(&home.join(rest.trim_start_matches('/')))
        .to_string_lossy()
        .into_owned())
}

/// The shortest path that names the same by its text alone: without `.`, and with each `..`
/// resolved against what is before it. An empty path becomes `.`.
pub(super) fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match cleaned.components().next_back() {
                Some(Component::Normal(_)) => {
                    cleaned.pop();
                }
                // Above the root is the root.
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => cleaned.push(".."),
            },
            other => cleaned.push(other),
        }
    }
    if cleaned.as_os_str().is_empty() {
        cleaned.push(".");
    }
    cleaned
}
