//! Paths as reports print them: relative to the repository, else to the working directory, with
//! forward slashes.

use std::path::{Component, Path, PathBuf};

/// Stands for standard input; a file of that name is `./-`.
pub const STDIN: &str = "-";

/// What paths are relative to.
#[derive(Clone, Debug)]
pub struct Paths {
    cwd: PathBuf,
    repository: Option<PathBuf>,
}

impl Paths {
    /// Seen from an absolute working directory.
    pub fn new(cwd: &Path) -> Self {
        let cwd = tidy(cwd);
        Self {
            repository: repository(&cwd),
            cwd,
        }
    }

    /// A path for machines: none for what came through standard input.
    pub fn file(&self, path: &Path) -> Option<String> {
        (path != Path::new(STDIN)).then(|| self.show(path))
    }

    /// A path for people and machines. A relative one is taken from the working directory; one
    /// outside its repository is relative to its own, if it has one.
    pub fn show(&self, path: &Path) -> String {
        if path == Path::new(STDIN) {
            return "standard input".to_owned();
        }
        let path = tidy(&self.cwd.join(path));
        let shown = match &self.repository {
            Some(root) if path.starts_with(root) => relative(&path, root),
            _ => match path.parent().and_then(repository) {
                Some(root) => relative(&path, &root),
                None => relative(&path, &self.cwd),
            },
        };
        match shown.is_empty() {
            true => ".".to_owned(),
            false => shown,
        }
    }
}

/// The nearest directory upwards that holds `.git` (a directory, or a file in worktrees).
fn repository(from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .find(|directory| directory.join(".git").exists())
        .map(Path::to_path_buf)
}

/// Without `.` and `..`, as far as text alone can tell.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if tidy.file_name().is_some() => {
                tidy.pop();
            }
            other => tidy.push(other),
        }
    }
    tidy
}

fn relative(path: &Path, base: &Path) -> String {
    let shared = path
        .components()
        .zip(base.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = base.components().skip(shared).map(|_| "..".into());
    let down = path
        .components()
        .skip(shared)
        .map(|c| c.as_os_str().to_string_lossy());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_repository_else_to_the_working_directory() {
        let scratch = tempfile::tempdir().unwrap();
        let top = scratch.path().canonicalize().unwrap();
        let cwd = top.join("repo/envs/prod");
        std::fs::create_dir_all(&cwd).unwrap();

        let outside = Paths::new(&cwd);
        assert_eq!(outside.show(Path::new("main.tf")), "main.tf");
        assert_eq!(
            outside.show(Path::new("../stage/./main.tf")),
            "../stage/main.tf"
        );
        assert_eq!(outside.show(&cwd), ".");

        std::fs::create_dir(top.join("repo/.git")).unwrap();
        let inside = Paths::new(&cwd);
        assert_eq!(inside.show(Path::new("main.tf")), "envs/prod/main.tf");
        assert_eq!(inside.show(Path::new("../../main.tf")), "main.tf");

        let elsewhere = top.join("other");
        std::fs::create_dir_all(elsewhere.join(".git")).unwrap();
        assert_eq!(inside.show(&elsewhere.join("a/b.tf")), "a/b.tf");
    }
}
