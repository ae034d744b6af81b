//! How many bytes are looked at, counted in tests: the law that reading takes linear time is about
//! these and not about seconds.

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Notes that so many bytes were looked at.
#[cfg(test)]
pub(super) fn count(bytes: usize) {
    STEPS.with(|steps| steps.set(steps.get() + bytes));
}

/// Notes nothing.
#[cfg(not(test))]
#[inline(always)]
pub(super) fn count(_bytes: usize) {}

/// How many bytes this thread looks at while something runs.
#[cfg(test)]
pub(super) fn counted<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = STEPS.with(std::cell::Cell::get);
    let result = run();
    (result, STEPS.with(std::cell::Cell::get) - before)
}
