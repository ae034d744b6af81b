//! Configurations that somebody wrote to make a checker slow, large or fall over: small ones for
//! tests, and up to 100 MB of the same for `cargo prove hostile`.
//!
//! - `text`: one piece all over. - `numbered`: no piece like another. - `files`: many files, and
//!   directories. - `growth`: short ones that stand for very much.

#![allow(dead_code, reason = "the tests use a part of it")]

mod files;
mod growth;
mod numbered;
mod text;

use std::fs;
use std::io;
use std::path::Path;

/// Writes an input.
type Write = dyn Fn(&Folder<'_>) -> io::Result<()> + Send + Sync;

/// What is hostile, and who writes it.
pub(crate) struct Input {
    pub(crate) name: String,
    write: Box<Write>,
}

impl Input {
    /// Writes it into an empty folder, with about so many bytes where it is long.
    pub(crate) fn write(&self, path: &Path, bytes: usize) -> io::Result<()> {
        (self.write)(&Folder { path, bytes })
    }
}

/// Where an input is written, and how long the long ones are.
struct Folder<'p> {
    path: &'p Path,
    bytes: usize,
}

impl Folder<'_> {
    fn put(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.path.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)
    }

    fn link(&self, name: &str, to: &str) -> io::Result<()> {
        let path = self.path.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(to, path)?;
        #[cfg(not(unix))]
        let _ = (path, to);
        Ok(())
    }

    /// A piece as often as it fits.
    fn fill(&self, piece: &str) -> String {
        piece.repeat(self.bytes / piece.len())
    }

    /// Numbered pieces, as many as fit.
    fn numbered(&self, piece: impl Fn(usize, &mut String)) -> String {
        let mut text = String::with_capacity(self.bytes + 100);
        let mut number = 0;
        while text.len() < self.bytes {
            piece(number, &mut text);
            number += 1;
        }
        text
    }
}

/// Those that are as hostile as they are long.
pub(crate) fn sized() -> Vec<Input> {
    let mut all = text::long();
    all.extend(files::several());
    all.extend(numbered::repeated());
    all.extend(files::directories());
    all
}

/// Those that are short and stand for very much.
pub(crate) fn growing() -> Vec<Input> {
    let mut all = growth::products();
    all.extend(growth::calls());
    all
}

fn input(
    name: &str,
    write: impl Fn(&Folder<'_>) -> io::Result<()> + Send + Sync + 'static,
) -> Input {
    Input {
        name: name.to_owned(),
        write: Box::new(write),
    }
}
