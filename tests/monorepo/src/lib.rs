//! A Terraform monorepo of any size, the same each time it is written.
//!
//! Teams of a hundred root modules each: clusters written out and through a shared module, buckets
//! and tables, networks, services read from YAML; four shared modules for each team; variables,
//! outputs, `.tfvars`, backends. Ten teams are 1,000 root modules and 5,000 files. What a checker
//! must say of it is known beforehand: [`Monorepo::faults`].
//!
//! [`Plan`] is a plan as JSON, of any size as well.
//!
//! - [`plan`]: plans. - [`root`]: which root module is of which kind, and what is wrong with it.
//! - `text`: `templates/`, and what stands in for their placeholders.

pub mod plan;
pub mod root;
mod text;

use std::fs;
use std::io;
use std::path::Path;

pub use plan::Plan;
pub use root::{Fault, Root};

/// A monorepo of some teams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Monorepo {
    /// Each has [`Monorepo::ROOTS`] root modules in [`Monorepo::FILES`] files, shared modules
    /// included.
    pub teams: usize,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files.
    pub files: usize,
    /// Bytes in them.
    pub bytes: usize,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// From the top of the repository, with `/`.
    pub path: String,
    /// All of it.
    pub text: String,
}

impl Monorepo {
    /// Root modules of one team.
    pub const ROOTS: usize = 100;
    /// Files of one team.
    pub const FILES: usize = 500;

    /// 1,000 root modules in 5,000 files, times `factor`.
    pub fn times(factor: usize) -> Self {
        Self { teams: 10 * factor }
    }

    /// Every root module, team by team.
    pub fn roots(self) -> impl Iterator<Item = Root> {
        (0..self.teams * Self::ROOTS).map(Root::new)
    }

    /// Every file: shared modules and root modules of one team after the other.
    pub fn files(self) -> impl Iterator<Item = File> {
        let shared = (0..self.teams).flat_map(text::shared_modules);
        shared.chain(self.roots().flat_map(|root| text::root_module(&root)))
    }

    /// What is wrong in it, in the order of [`Monorepo::roots`]; nothing else is.
    pub fn faults(self) -> impl Iterator<Item = (Root, Fault)> {
        self.roots()
            .filter_map(|root| root.fault().map(|fault| (root, fault)))
    }

    /// Writes it into a directory, as a repository that git would know.
    ///
    /// # Errors
    /// The directory cannot be written to.
    pub fn write(self, top: &Path) -> io::Result<Written> {
        fs::create_dir_all(top.join(".git"))?;
        let mut written = Written::default();
        for File { path, text } in self.files() {
            let path = top.join(path);
            fs::create_dir_all(path.parent().unwrap_or(top))?;
            fs::write(path, &text)?;
            written.files += 1;
            written.bytes += text.len();
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_team_is_a_hundred_root_modules_in_five_hundred_files() {
        let repository = Monorepo { teams: 2 };
        let files: Vec<File> = repository.files().collect();
        assert_eq!(repository.roots().count(), 2 * Monorepo::ROOTS);
        assert_eq!(files.len(), 2 * Monorepo::FILES);
        let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths.len(), files.len(), "no two files at one place");
        assert!(files.iter().eq(&repository.files().collect::<Vec<_>>()));
    }

    #[test]
    fn no_placeholder_is_left() {
        for file in (Monorepo { teams: 1 }).files() {
            assert!(!file.text.contains("__"), "{}:\n{}", file.path, file.text);
        }
    }

    #[test]
    fn each_team_has_each_fault() {
        let faults: BTreeSet<Fault> = (Monorepo { teams: 1 })
            .faults()
            .map(|(_, fault)| fault)
            .collect();
        assert_eq!(faults.len(), Fault::ALL.len());
    }
}
