//! How tasks print: numbered steps, commands, indented output.

use std::fmt::Display;

/// A step and what it is for.
pub(crate) fn step(number: usize, title: impl Display) {
    anstream::println!("\n\x1b[1;36m{number}  {title}\x1b[0m");
}

/// A command line, as somebody would type it.
pub(crate) fn command(line: impl Display) {
    anstream::println!("\n   \x1b[1m$ {line}\x1b[0m");
}

/// Output of a command, indented; blank lines around it go.
pub(crate) fn output(text: &str) {
    for line in text.trim_matches('\n').lines() {
        if line.trim().is_empty() {
            anstream::println!();
        } else {
            anstream::println!("   {line}");
        }
    }
}

/// A remark on what was just seen.
pub(crate) fn remark(text: impl Display) {
    anstream::println!("   \x1b[32m✓\x1b[0m {text}");
}

/// Something that could not be shown, and what to do about it.
pub(crate) fn missing(text: impl Display) {
    anstream::println!("   \x1b[33m!\x1b[0m {text}");
}
