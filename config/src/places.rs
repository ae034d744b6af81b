//! Where paths lead to, and which repository they lie in; the disk is asked once for each part of
//! a path.

use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::disk::Disk;
use crate::paths::clean;

/// Longer paths lead nowhere on any system.
const MAX_PATH: usize = 4096;

/// What is known of paths so far. A change on disk is not seen.
#[derive(Debug, Default)]
pub(crate) struct Places {
    disk: Disk,
    known: Known<Option<Place>>,
    repositories: Known<Option<PathBuf>>,
}

/// Where a path leads to.
#[derive(Clone, Debug)]
struct Place {
    /// Without links.
    path: PathBuf,
    is_directory: bool,
}

impl Places {
    /// Those of a disk.
    pub(crate) fn on(disk: Disk) -> Self {
        Self {
            disk,
            ..Self::default()
        }
    }

    /// The path without links, or as it is if it leads nowhere.
    pub(crate) fn canonical(&self, path: &Path) -> PathBuf {
        let found = self.find(path).map(|place| place.path);
        found.unwrap_or_else(|| path.to_owned())
    }

    /// The path of a directory without links; `None` if it leads to none.
    pub(crate) fn directory(&self, path: &Path) -> Option<PathBuf> {
        let found = self.find(path).filter(|place| place.is_directory);
        found.map(|place| place.path)
    }

    /// The path without `.` and `..` if it leads to the same place then.
    pub(crate) fn simplest(&self, path: &Path, canonical: &Path) -> PathBuf {
        let cleaned = clean(path);
        match self.find(&cleaned) {
            Some(found) if found.path == canonical => cleaned,
            _ => path.to_owned(),
        }
    }

    /// The nearest directory upwards that git knows, else the directory itself. What is in memory
    /// lies in that of its data, or in none: then the path is empty.
    pub(crate) fn repository(&self, directory: &Path) -> PathBuf {
        if let Some(files) = self.disk.memory() {
            return files.data().unwrap_or(Path::new("")).to_owned();
        }
        let directory = self.canonical(directory);
        let mut asked = Vec::new();
        let mut found = None;
        for ancestor in directory.ancestors() {
            if let Some(known) = self.repositories.get(ancestor) {
                found = known;
                break;
            }
            asked.push(ancestor);
            if ancestor.join(".git").exists() {
                found = Some(ancestor.to_owned());
                break;
            }
        }
        for ancestor in asked {
            self.repositories.put(ancestor, found.clone());
        }
        found.unwrap_or(directory)
    }

    fn find(&self, path: &Path) -> Option<Place> {
        if let Some(known) = self.known.get(path) {
            return known;
        }
        let found = match self.disk.memory() {
            None => self.look(path),
            Some(files) => files.directory(path).map(|path| Place {
                path,
                is_directory: true,
            }),
        };
        self.known.put(path, found.clone());
        found
    }

    fn look(&self, path: &Path) -> Option<Place> {
        let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
        let is_long = path.as_os_str().len() > MAX_PATH;
        match (path.components().next_back(), parent) {
            (Some(Component::Normal(name)), Some(parent)) if !is_long => {
                let real = self.find(parent)?.path.join(name);
                let metadata = fs::symlink_metadata(&real).ok()?;
                if metadata.is_symlink() {
                    return followed(&real);
                }
                let is_directory = metadata.is_dir();
                Some(Place {
                    path: real,
                    is_directory,
                })
            }
            (Some(Component::ParentDir), Some(parent)) if !is_long => {
                let mut place = self.find(parent).filter(|place| place.is_directory)?;
                // Above the root is the root.
                place.path.pop();
                Some(place)
            }
            _ => followed(path),
        }
    }
}

/// As the system has it.
fn followed(path: &Path) -> Option<Place> {
    let path = path.canonicalize().ok()?;
    let is_directory = path.is_dir();
    Some(Place { path, is_directory })
}

/// Answers by path.
#[derive(Debug)]
struct Known<V>(Mutex<HashMap<PathBuf, V>>);

impl<V> Default for Known<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V: Clone> Known<V> {
    fn get(&self, path: &Path) -> Option<V> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(path).cloned()
    }

    fn put(&self, path: &Path, value: V) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(path.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paths to ask about, under a directory with files, links, circles and holes.
    const ASKED: &[&str] = &[
        "",
        ".",
        "a",
        "a/b",
        "a/b/file",
        "a/./b/../b/file",
        "a/b/../../a",
        "link",
        "link/file",
        "link/../b",
        "link/..",
        "a/up",
        "a/up/a/up/a",
        "circle",
        "circle/x",
        "hole",
        "missing",
        "missing/..",
        "a/missing/file",
        "to-file",
        "to-file/..",
        "a/b/file/..",
    ];

    #[test]
    #[cfg(unix)]
    fn paths_lead_where_the_system_says() {
        use std::os::unix::fs::symlink;

        let scratch = tempfile::tempdir().unwrap();
        let top = scratch.path();
        fs::create_dir_all(top.join("a/b")).unwrap();
        fs::write(top.join("a/b/file"), "").unwrap();
        symlink("a/b", top.join("link")).unwrap();
        symlink("..", top.join("a/up")).unwrap();
        symlink("circle", top.join("circle")).unwrap();
        symlink("nothing", top.join("hole")).unwrap();
        symlink("a/b/file", top.join("to-file")).unwrap();
        let places = Places::default();
        // A second time from memory.
        for asked in ASKED.iter().chain(ASKED) {
            let path = top.join(asked);
            let expected = path.canonicalize();
            let found = places.find(&path).map(|place| place.path);
            assert_eq!(found, expected.ok(), "{asked}");
            let directory = places.directory(&path).is_some();
            assert_eq!(directory, path.is_dir(), "{asked}");
        }
        assert_eq!(places.canonical(Path::new("/..")), Path::new("/"));
        let long = top.join("a/".repeat(1 << 20));
        assert_eq!(places.canonical(&long), long);
    }

    #[test]
    fn a_repository_is_the_nearest_that_git_knows() {
        let scratch = tempfile::tempdir().unwrap();
        let top = scratch.path().canonicalize().unwrap();
        fs::create_dir_all(top.join("r/.git")).unwrap();
        fs::create_dir_all(top.join("r/a/b")).unwrap();
        fs::create_dir_all(top.join("s/a")).unwrap();
        fs::write(top.join("s/a/.git"), "gitdir: elsewhere").unwrap();
        let places = Places::default();
        for (directory, repository) in [
            ("r/a/b", "r"),
            ("r/a", "r"),
            ("r", "r"),
            ("s", "s"),
            ("s/a", "s/a"),
        ] {
            assert_eq!(
                places.repository(&top.join(directory)),
                top.join(repository)
            );
        }
    }
}
