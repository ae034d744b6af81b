//! What was read and parsed, shared by all roots of a run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::Dialect;
use crate::load::{File, Module};

/// One parse per file and one load per directory, however many roots use them. Share it between
/// threads.
#[derive(Debug, Default)]
pub struct Cache {
    files: Shelf<PathBuf, File>,
    modules: Shelf<(PathBuf, Dialect), Module>,
}

impl Cache {
    /// The file at `path`, read and parsed at the first call.
    pub(crate) fn file(&self, path: &Path) -> Arc<File> {
        self.files.get(path.to_owned(), || File::read(path))
    }

    /// The module in `directory`, loaded at the first call.
    pub(crate) fn module(&self, directory: &Path, dialect: Dialect) -> Arc<Module> {
        let key = (directory.to_owned(), dialect);
        self.modules
            .get(key, || Module::load(directory, dialect, self))
    }
}

/// Values that are made once per key, while other keys are made by other threads.
#[derive(Debug)]
struct Shelf<K, V>(Mutex<HashMap<K, Slot<V>>>);

type Slot<V> = Arc<OnceLock<Arc<V>>>;

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: std::hash::Hash + Eq, V> Shelf<K, V> {
    fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        let slot = {
            // The map is whole between any two of its operations, so a panic elsewhere spoils
            // nothing in it.
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(key).or_default())
        };
        Arc::clone(slot.get_or_init(|| Arc::new(make())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once_however_many_ask() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("main.tf");
        std::fs::write(&path, "locals {}\n").unwrap();
        let cache = Cache::default();
        let files: Vec<Arc<File>> = std::thread::scope(|scope| {
            let ask = || scope.spawn(|| cache.file(&path));
            let threads: Vec<_> = (0..4).map(|_| ask()).collect();
            let join = |thread: std::thread::ScopedJoinHandle<'_, _>| thread.join().unwrap();
            threads.into_iter().map(join).collect()
        });
        assert!(files.iter().all(|file| Arc::ptr_eq(file, &files[0])));
        let module = || cache.module(directory.path(), Dialect::Terraform);
        assert!(Arc::ptr_eq(&module(), &module()));
        assert_eq!(module().problems, []);
    }
}
