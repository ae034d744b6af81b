//! Whether the files that a plan carries lie beside it on disk.
//!
//! No path of the plan is opened: what is opened was found by listing directories from the plan's
//! own downwards, and is compared with the plan's files by name.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use crate::paths::clean;

use super::evaluate::is_inside;
use super::{SourceModule, Sources};

/// True if every file of the modules in and below the root module's directory is there and holds
/// the same.
pub(super) fn is_beside(sources: &Sources, directory: &Path) -> bool {
    // What lies beside a plan that is not its own is mostly told by the root alone.
    let (roots, others): (Vec<_>, Vec<_>) =
        sources.modules.iter().partition(|it| it.key.is_empty());
    let modules = roots.into_iter().chain(others);
    let below = modules.filter_map(|it| {
        let place = clean(Path::new(&*it.directory));
        let place = if it.key.is_empty() { ".".into() } else { place };
        is_inside(&place).then_some((place, it))
    });
    let mut has_root = false;
    for (place, module) in below {
        has_root |= module.key.is_empty();
        if !has_root {
            return false;
        }
        let mut here = directory.to_owned();
        for part in place.components().filter(|it| it.as_os_str() != ".") {
            match listed(&here, |name| name == part.as_os_str()) {
                Some(found) => here = found,
                None => return false,
            }
        }
        if !holds(&here, module) {
            return false;
        }
    }
    has_root
}

/// The directory of that name, links left aside.
fn listed(
    directory: &Path,
    is_it: impl Fn(&std::ffi::OsStr) -> bool,
) -> Option<std::path::PathBuf> {
    let mut entries = fs::read_dir(directory).ok()?.flatten();
    let found = entries.find(|entry| is_it(&entry.file_name()))?;
    found
        .file_type()
        .is_ok_and(|kind| kind.is_dir())
        .then(|| found.path())
}

fn holds(directory: &Path, module: &SourceModule) -> bool {
    let Ok(entries) = fs::read_dir(directory) else {
        return false;
    };
    let mut there: HashMap<String, fs::DirEntry> = HashMap::new();
    for entry in entries.flatten() {
        if let Ok(name) = entry.file_name().into_string() {
            there.insert(name, entry);
        }
    }
    module.files.iter().all(|(name, bytes)| {
        let Some(entry) = there.get(&**name) else {
            return false;
        };
        // Neither a pipe nor something larger is read.
        let same_size = entry
            .metadata()
            .is_ok_and(|it| it.is_file() && it.len() == bytes.len() as u64);
        same_size && fs::read(entry.path()).is_ok_and(|found| found == **bytes)
    })
}
