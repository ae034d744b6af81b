//! How much memory trees may take: so much in one file, so much in all files of a run.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::error::SyntaxError;
use super::tree::Span;

/// About how much memory the trees of all files that share a [`Memory`] may take, in bytes, beside
/// what small files bring with them.
const MAX_BYTES: usize = 256 << 20;

/// Files up to this size are small: those of a large repository are, each and all.
const SMALL: usize = 256 << 10;

/// What a small file brings with it for each byte of its text. Code that people write takes some
/// six bytes for each.
const BROUGHT: usize = 4;

/// What all small files together may bring.
const MAX_BROUGHT: usize = 224 << 20;

/// About how much one file may take while it is read.
pub(super) const MAX_FILE_BYTES: usize = 192 << 20;

/// What a file takes at a time, so that threads meet seldom.
const CHUNK: usize = 64 << 10;

/// Memory for the trees of several files.
#[derive(Debug)]
pub struct Memory {
    left: AtomicUsize,
    /// What small files may still bring.
    to_bring: AtomicUsize,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            left: AtomicUsize::new(MAX_BYTES),
            to_bring: AtomicUsize::new(MAX_BROUGHT),
        }
    }
}

impl Memory {
    /// Takes up what a file brings: many small ones may take more than a few large ones.
    pub(super) fn welcome(&self, length: usize) {
        if length > SMALL {
            return;
        }
        let wanted = length * BROUGHT;
        let order = Ordering::Relaxed;
        let take = |rest: usize| Some(rest.saturating_sub(wanted));
        let rest = self.to_bring.fetch_update(order, order, take);
        let brought = rest.map_or(0, |rest| rest.min(wanted));
        self.left.fetch_add(brought, order);
    }
}

/// What one file takes of a [`Memory`]. Dropped, it gives all of it back, but for what was kept.
#[derive(Debug)]
pub(super) struct Purse<'m> {
    memory: &'m Memory,
    /// Taken and not spent yet.
    left: usize,
    taken: usize,
}

impl<'m> Purse<'m> {
    pub(super) fn new(memory: &'m Memory) -> Self {
        Self {
            memory,
            left: 0,
            taken: 0,
        }
    }

    /// Another one of the same memory.
    pub(super) fn sibling(&self) -> Self {
        Self::new(self.memory)
    }

    /// Whose memory it is.
    pub(super) fn memory(&self) -> &'m Memory {
        self.memory
    }

    /// Accounts for so many bytes; false if there are none left.
    #[inline]
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                true
            }
            None => self.draw(bytes),
        }
    }

    #[cold]
    fn draw(&mut self, bytes: usize) -> bool {
        let more = (bytes - self.left).max(CHUNK);
        if self.taken + more > MAX_FILE_BYTES {
            return false;
        }
        let take = |all: usize| all.checked_sub(more);
        let order = Ordering::Relaxed;
        if self.memory.left.fetch_update(order, order, take).is_err() {
            return false;
        }
        self.taken += more;
        self.left = self.left + more - bytes;
        true
    }

    /// Leaves what was spent with the tree that it was spent on.
    pub(super) fn keep(&mut self) {
        self.taken = self.left;
    }
}

impl Drop for Purse<'_> {
    fn drop(&mut self) {
        self.memory.left.fetch_add(self.taken, Ordering::Relaxed);
    }
}

/// Says that there is no memory left, at a place.
#[cold]
pub(super) fn too_large(span: Span) -> SyntaxError {
    let detail = format!(
        "What is written here would take more than {} MiB of memory, or with all other files more than {} to {} MiB. Nothing from here on is read.",
        MAX_FILE_BYTES >> 20,
        MAX_BYTES >> 20,
        (MAX_BYTES + MAX_BROUGHT) >> 20
    );
    SyntaxError::new("Too large", detail, span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_is_given_back() {
        let memory = Memory {
            left: AtomicUsize::new(1 << 20),
            to_bring: AtomicUsize::new(0),
        };
        let left = || memory.left.load(Ordering::Relaxed);
        let mut purse = Purse::new(&memory);
        assert!(purse.spend(100) && purse.spend(CHUNK));
        assert!(!purse.spend(1 << 20));
        drop(purse);
        assert_eq!(left(), 1 << 20);
        let mut purse = Purse::new(&memory);
        assert!(purse.spend(1000));
        purse.keep();
        drop(purse);
        assert_eq!(left(), (1 << 20) - 1000);
    }

    #[test]
    fn small_files_bring_their_share_up_to_a_bound() {
        let memory = Memory::default();
        let left = || memory.left.load(Ordering::Relaxed);
        memory.welcome(SMALL + 1);
        assert_eq!(left(), MAX_BYTES);
        memory.welcome(SMALL);
        assert_eq!(left(), MAX_BYTES + SMALL * BROUGHT);
        for _ in 0..MAX_BROUGHT / SMALL {
            memory.welcome(SMALL);
        }
        assert_eq!(left(), MAX_BYTES + MAX_BROUGHT);
    }

    #[test]
    fn one_file_does_not_take_it_all() {
        let memory = Memory::default();
        let mut purse = Purse::new(&memory);
        assert!(purse.spend(MAX_FILE_BYTES));
        assert!(!purse.spend(1));
        assert!(purse.sibling().spend(1));
    }
}
