//! [`SendWhile`].

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Whether a write may still go out, asked at the last moment before its request leaves: after
/// credentials were fetched and the request was signed.
///
/// For a write that rests on a read and has no condition of S3's own to say so.
#[derive(Clone)]
pub struct SendWhile(Arc<dyn Fn() -> bool + Send + Sync>);

impl SendWhile {
    /// It may, whenever it gets there.
    pub fn always() -> Self {
        Self::asking(|| true)
    }

    /// It may until `limit` has passed from now on.
    pub fn within(limit: Duration) -> Self {
        let began = Instant::now();
        Self::asking(move || began.elapsed() <= limit)
    }

    /// It may while `question` says so.
    pub fn asking(question: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(question))
    }

    /// Whether it may now.
    pub fn holds(&self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for SendWhile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SendWhile(..)")
    }
}
