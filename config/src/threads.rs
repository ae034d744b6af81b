//! Threads on which root modules are looked at: as many as the machine has processors
//! (`RAYON_NUM_THREADS` says otherwise), with stacks that are deep enough for any evaluation.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::thread;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Stack that an evaluation runs on: room for all levels that it may nest, in a debug build.
const STACK_BYTES: usize = 64 << 20;

thread_local! {
    static IS_DEEP: Cell<bool> = const { Cell::new(false) };
}

/// Started when it is first needed; none if the machine gives no threads.
static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    ThreadPoolBuilder::new()
        .stack_size(STACK_BYTES)
        .start_handler(|_| IS_DEEP.set(true))
        .build()
        .ok()
});

/// Does some work on each item, on several threads, and gives what came of it in the order of the
/// items. Not to be called from within such work: a thread that waits takes up other work, on top
/// of the stack of its own.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let pool = match items {
        // Starting threads would cost more than they save.
        [] | [_] => &None,
        _ => &*POOL,
    };
    match pool {
        Some(pool) => pool.install(|| items.par_iter().map(&work).collect()),
        None => items.iter().map(work).collect(),
    }
}

/// Works on a deep stack: on this thread, if it has one. The error says why nothing came of it.
pub(crate) fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    let fault = |_| "a fault in this program".to_owned();
    if IS_DEEP.get() {
        // What a fault leaves behind is dropped with the work, and shared things are whole
        // between any two of their operations.
        return catch_unwind(AssertUnwindSafe(work)).map_err(fault);
    }
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES);
        let work = || {
            IS_DEEP.set(true);
            work()
        };
        match thread.spawn_scoped(scope, work) {
            Ok(thread) => thread.join().map_err(fault),
            Err(error) => Err(format!("no memory for its stack: {error}")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1_000).collect();
        assert_eq!(
            map(&items, |item| item * 2),
            (0..2_000).step_by(2).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_fault_ends_one_piece_of_work() {
        let work = |item: &usize| on_deep_stack(|| assert_ne!(*item, 1)).is_ok();
        assert_eq!(map(&[0, 1, 2], work), [true, false, true]);
        assert_eq!(map(&[1], work), [false]);
    }

    #[test]
    fn stacks_are_deep_on_every_thread() {
        fn deep(levels: u64) -> u64 {
            let room = std::hint::black_box([levels; 128]);
            match levels {
                0 => 0,
                _ => deep(levels - 1) + room[0] - levels + 1,
            }
        }
        // More than the main thread has, and in a debug build several times as much.
        let levels = (10 << 20) / size_of::<[u64; 128]>() as u64;
        let down = |_: &usize| on_deep_stack(|| deep(levels));
        assert_eq!(map(&[0], down), [Ok(levels)]);
        assert_eq!(map(&[0, 1, 2], down), [Ok(levels), Ok(levels), Ok(levels)]);
    }
}
