//! Where an evaluation reads files: the disk, or files in memory.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::paths::clean;

/// Larger files are not read.
const MAX_FILE_BYTES: u64 = 128 << 20;

/// Where files are read.
#[derive(Clone, Debug, Default)]
pub(crate) enum Disk {
    /// The machine's own.
    #[default]
    Real,
    /// Nothing is there but these.
    Memory(Arc<Files>),
}

/// Files in memory, by directory and name.
#[derive(Debug, Default)]
pub(crate) struct Files {
    directories: BTreeMap<PathBuf, BTreeMap<String, Arc<[u8]>>>,
    data: Option<PathBuf>,
}

impl Files {
    /// Lets `file` and its like read what is not here on the machine's own disk, within a
    /// directory.
    pub(crate) fn with_data_in(mut self, fence: PathBuf) -> Self {
        self.data = Some(fence);
        self
    }

    /// The directory within which the machine's own files count too, for `file` and its like.
    pub(crate) fn data(&self) -> Option<&Path> {
        self.data.as_deref()
    }

    /// Adds a directory; false if one is there that holds something else.
    pub(crate) fn add(&mut self, directory: &Path, files: BTreeMap<String, Arc<[u8]>>) -> bool {
        let there = self.directories.entry(clean(directory));
        *there.or_insert_with(|| files.clone()) == files
    }

    /// The directory without `.` and `..`, if it is here.
    pub(crate) fn directory(&self, path: &Path) -> Option<PathBuf> {
        let path = clean(path);
        self.directories.contains_key(&path).then_some(path)
    }

    /// What a file holds, if it is here.
    pub(crate) fn file(&self, path: &Path) -> Option<&[u8]> {
        let path = clean(path);
        let directory = path.parent().map(clean)?;
        let name = path.file_name()?.to_str()?;
        self.directories
            .get(&directory)?
            .get(name)
            .map(AsRef::as_ref)
    }
}

impl Disk {
    /// The files, if they are in memory.
    pub(crate) fn memory(&self) -> Option<&Files> {
        match self {
            Self::Real => None,
            Self::Memory(files) => Some(files),
        }
    }

    /// True if a path leads to a file.
    pub(crate) fn is_file(&self, path: &Path) -> bool {
        match self {
            Self::Real => path.is_file(),
            Self::Memory(files) => files.file(path).is_some(),
        }
    }

    /// True if there is something at a path, be it a link to nothing.
    pub(crate) fn exists(&self, path: &Path) -> bool {
        match self {
            Self::Real => fs::symlink_metadata(path).is_ok(),
            Self::Memory(files) => files.file(path).is_some() || files.directory(path).is_some(),
        }
    }

    /// The names of those files of a directory that are wanted, in no order.
    pub(crate) fn names(
        &self,
        directory: &Path,
        is_wanted: impl Fn(&str) -> bool,
    ) -> io::Result<Vec<String>> {
        match self {
            Self::Real => names(directory, is_wanted),
            Self::Memory(files) => {
                let files = files
                    .directories
                    .get(&clean(directory))
                    .ok_or(io::ErrorKind::NotFound)?;
                let names = files.keys().filter(|name| is_wanted(name));
                Ok(names.cloned().collect())
            }
        }
    }

    /// The text of a regular file, or one sentence about why there is none.
    pub(crate) fn text(&self, path: &Path) -> Result<String, String> {
        match self {
            Self::Real => utf8(read(path)?, path),
            Self::Memory(files) => match files.file(path) {
                Some(bytes) => utf8(bytes.to_vec(), path),
                None => Err(format!("{} is not in the plan", path.display())),
            },
        }
    }
}

fn names(directory: &Path, is_wanted: impl Fn(&str) -> bool) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        // A name that is not UTF-8 has no ending that we know.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if !is_wanted(&name) {
            continue;
        }
        // A link to nothing stays in, so that reading it says what is wrong.
        let is_directory = entry.file_type().is_ok_and(|kind| {
            let linked = || fs::metadata(entry.path()).is_ok_and(|it| it.is_dir());
            kind.is_dir() || (kind.is_symlink() && linked())
        });
        if !is_directory {
            names.push(name);
        }
    }
    Ok(names)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let failed = |error: io::Error| {
        let link = fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink());
        match error.kind() {
            io::ErrorKind::NotFound if link => {
                format!("{shown} is a link to a file that does not exist")
            }
            io::ErrorKind::NotFound => format!("{shown} does not exist"),
            io::ErrorKind::PermissionDenied => {
                format!("{shown} cannot be read: permission denied")
            }
            _ => format!("{shown} cannot be read: {error}"),
        }
    };
    let metadata = fs::metadata(path).map_err(failed)?;
    // A pipe or a device could make the run wait for ever.
    if !metadata.is_file() {
        return Err(format!("{shown} is not a regular file"));
    }
    // One byte more than there should be: reading it tells that there is none.
    let mut bytes = Vec::with_capacity(metadata.len().min(MAX_FILE_BYTES) as usize + 1);
    fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let limit = MAX_FILE_BYTES >> 20;
        return Err(format!("{shown} is larger than {limit} MiB"));
    }
    Ok(bytes)
}

fn utf8(bytes: Vec<u8>, path: &Path) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("{} is not UTF-8: see line {line}", path.display())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_memory_is_found_by_every_path_that_leads_there_and_nothing_else_is() {
        let main = BTreeMap::from([("main.tf".to_owned(), Arc::from(*b"locals {}"))]);
        for root in [".", "p.tfplan", "/abs/p.tfplan", "../up"] {
            let root = Path::new(root);
            let mut files = Files::default();
            assert!(files.add(root, main.clone()));
            assert!(files.add(&root.join("../shared/m"), main.clone()));
            // A module that is called twice is there twice.
            assert!(files.add(&root.join("./x/.."), main.clone()));
            assert!(!files.add(root, BTreeMap::new()), "something else");
            let disk = Disk::Memory(Arc::new(files));
            for path in ["main.tf", "./a/../main.tf", "../shared/m/main.tf"] {
                let path = root.join(path);
                assert_eq!(disk.text(&path).as_deref(), Ok("locals {}"), "{path:?}");
                assert!(disk.is_file(&path) && disk.exists(&path));
            }
            let names = disk.names(&root.join("../shared/m/"), |_| true);
            assert_eq!(names.unwrap(), ["main.tf"]);
            for path in [
                "other.tf",
                "m/main.tf",
                "/etc/hostname",
                "../shared",
                "..",
                "/",
            ] {
                let path = root.join(path);
                assert!(!disk.is_file(&path) && !disk.exists(&path), "{path:?}");
                assert!(
                    disk.text(&path)
                        .unwrap_err()
                        .ends_with("is not in the plan")
                );
                assert!(disk.names(&path, |_| true).is_err());
            }
        }
    }
}
