//! What was read and parsed, shared by all roots of a run.

/// One parse per file and one load per directory, however many roots use them. Share it between
/// threads.
#[derive(Debug, Default)]
pub struct Cache {}
