//! What was read and parsed, shared by all roots of a run.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::Dialect;
use crate::disk::{Disk, Files};
use crate::load::{File, FileNames, Module, ModuleFiles, file_names, has_tofu, module_files};
use crate::places::Places;
use crate::syntax::Memory;

/// One parse per file and one load per directory, however many roots use them. Share it between
/// threads.
#[derive(Debug, Default)]
pub struct Cache {
    pub(crate) disk: Disk,
    pub(crate) places: Places,
    names: Shelf<PathBuf, io::Result<FileNames>>,
    files: Shelf<PathBuf, File>,
    modules: Shelf<(PathBuf, Dialect), Module>,
    parsed: AtomicUsize,
    /// Of all trees.
    memory: Memory,
    /// Arguments and blocks that modules have listed.
    listed: AtomicUsize,
}

/// Arguments and blocks directly within the declarations of all modules that are read: each takes
/// some hundred bytes more than its text. Repositories of 10,000 roots have some 800,000.
const MAX_LISTED: usize = 1_250_000;

impl Cache {
    /// One that reads these files, and nothing else.
    pub(crate) fn in_memory(files: Files) -> Self {
        let disk = Disk::Memory(Arc::new(files));
        Self {
            places: Places::on(disk.clone()),
            disk,
            ..Self::default()
        }
    }

    /// How many files were read and parsed so far.
    pub fn parsed(&self) -> usize {
        self.parsed.load(Ordering::Relaxed)
    }

    /// Accounts for so many arguments and blocks of a module's declarations; false if all modules
    /// together hold too many.
    pub(crate) fn list(&self, count: usize) -> bool {
        self.listed.fetch_add(count, Ordering::Relaxed) + count <= MAX_LISTED
    }

    /// The file at `path`, read and parsed at the first call. One that several paths lead to is
    /// parsed once, too.
    pub(crate) fn file(&self, path: &Path) -> Arc<File> {
        self.files.get(path.to_owned(), || {
            let real = self.places.canonical(path);
            match real == path || !self.disk.is_file(&real) {
                true => {
                    self.parsed.fetch_add(1, Ordering::Relaxed);
                    File::read(path, &self.disk, &self.memory)
                }
                false => self.file(&real).under(path),
            }
        })
    }

    /// The module in `directory`, loaded at the first call.
    pub(crate) fn module(&self, directory: &Path, dialect: Dialect) -> Arc<Module> {
        let key = (directory.to_owned(), dialect);
        self.modules
            .get(key, || Module::load(directory, dialect, self))
    }

    /// The files of a directory that make up a module: see [`module_files`]. The error is a
    /// phrase.
    pub(crate) fn module_files(
        &self,
        directory: &Path,
        dialect: Option<Dialect>,
    ) -> Result<ModuleFiles, String> {
        match &*self.names(directory) {
            Ok(names) => Ok(module_files(directory, names, dialect)),
            Err(error) => Err(error.to_string()),
        }
    }

    /// What a directory is read as if nobody says.
    pub(crate) fn dialect(&self, directory: &Path) -> Dialect {
        let names = self.names(directory);
        Dialect::of(names.as_ref().as_ref().is_ok_and(has_tofu))
    }

    fn names(&self, directory: &Path) -> Arc<io::Result<FileNames>> {
        self.names
            .get(directory.to_owned(), || file_names(directory, &self.disk))
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
        let top = directory.path().canonicalize().unwrap();
        let path = top.join("main.tf");
        std::fs::write(&path, "locals {}\n").unwrap();
        let cache = Cache::default();
        let files: Vec<Arc<File>> = std::thread::scope(|scope| {
            let ask = || scope.spawn(|| cache.file(&path));
            let threads: Vec<_> = (0..4).map(|_| ask()).collect();
            let join = |thread: std::thread::ScopedJoinHandle<'_, _>| thread.join().unwrap();
            threads.into_iter().map(join).collect()
        });
        assert!(files.iter().all(|file| Arc::ptr_eq(file, &files[0])));
        let module = || cache.module(&top, Dialect::Terraform);
        assert!(Arc::ptr_eq(&module(), &module()));
        assert_eq!(module().problems, []);
        assert_eq!(cache.parsed(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_is_linked_to_is_parsed_once_and_shown_under_each_name() {
        let directory = tempfile::tempdir().unwrap();
        let top = directory.path();
        std::fs::write(top.join("common.tf"), "locals {\n  a = \n}\n").unwrap();
        std::os::unix::fs::symlink("common.tf", top.join("link.tf")).unwrap();
        let cache = Cache::default();
        for name in ["common.tf", "link.tf"] {
            let file = cache.file(&top.join(name));
            assert_eq!(file.source.path, top.join(name));
            let [problem] = file.problems.as_slice() else {
                panic!("{:?}", file.problems);
            };
            assert_eq!(problem.file.as_deref(), Some(&*top.join(name)));
            assert_eq!(problem.origin.as_ref().unwrap().file.path, top.join(name));
        }
        assert_eq!(cache.parsed(), 1);
    }

    #[test]
    fn an_evaluation_lets_go_of_what_it_used() {
        let directory = tempfile::tempdir().unwrap();
        let top = directory.path().canonicalize().unwrap();
        std::fs::create_dir(top.join("m")).unwrap();
        let call = "module \"m\" {\n  source = \"./m\"\n}\n";
        std::fs::write(top.join("main.tf"), call).unwrap();
        std::fs::write(top.join("m/main.tf"), "output \"o\" {\n  value = 1\n}\n").unwrap();
        let cache = Cache::default();
        let root = crate::RootDir {
            path: top.clone(),
            named: true,
        };
        let evaluated = crate::evaluate(&root, &crate::Inputs::default(), &cache);
        assert_eq!((evaluated.modules.len(), evaluated.problems), (2, vec![]));
        for path in [top.clone(), top.join("m")] {
            let module = cache.module(&path, Dialect::Terraform);
            assert_eq!(Arc::strong_count(&module), 2, "the cache's and this one");
        }
    }
}
