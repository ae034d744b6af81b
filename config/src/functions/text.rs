//! What string functions share.

use cty::{Mark, Marks};
use unicode_segmentation::UnicodeSegmentation;

/// The characters people see: extended grapheme clusters. Terraform counts and cuts by these.
pub(super) fn graphemes(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.graphemes(true)
}

/// A text in quotes for a message, unless nobody may see it.
pub(super) fn quoted_unless_sensitive(text: &str, marks: &Marks) -> String {
    if marks.contains(&Mark::Sensitive) {
        "(sensitive value)".to_owned()
    } else {
        format!("{text:?}")
    }
}
