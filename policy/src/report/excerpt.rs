//! The lines around places in files, as much of them as people read: the renderer works through all
//! the text that it is given, and files may be large. Of a plan there are no lines: what is meant is
//! named instead.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Level, Origin, Snippet, normalize_untrusted_str,
};

use crate::paths::Paths;
use crate::place::Place;

/// Places of one file are shown in one snippet if they lie within so many bytes.
const MAX_BYTES: usize = 32 << 10;

/// A place to show, and how.
pub(super) struct Mark {
    pub(super) kind: AnnotationKind,
    pub(super) place: Place,
    /// What is said of it.
    pub(super) label: Option<String>,
}

/// Marks that are shown in one snippet, and the lines they stand on.
struct Group {
    marks: Vec<Mark>,
    lines: Range<usize>,
}

/// One snippet for each file, the first mark's file first; several for places that lie far apart.
pub(super) fn snippets<'a>(marks: Vec<Mark>, paths: &Paths) -> Vec<Element<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    for mark in marks {
        let mark = shortened(mark);
        let lines = lines(&mark.place);
        let joined = |group: &Group| {
            let all = group.lines.start.min(lines.start)..group.lines.end.max(lines.end);
            let is_near = group.marks[0].place.same_file(&mark.place) && all.len() <= MAX_BYTES;
            is_near.then_some(all)
        };
        let near = groups.iter_mut().find_map(|group| {
            let all = joined(group)?;
            Some((group, all))
        });
        match near {
            Some((group, all)) => {
                group.lines = all;
                group.marks.push(mark);
            }
            None => groups.push(Group {
                marks: vec![mark],
                lines,
            }),
        }
    }
    let shown = groups
        .into_iter()
        .flat_map(|group| match group.marks[0].place.position() {
            Some(_) => vec![shown(group, paths)],
            None => named(group, paths),
        });
    shown.collect()
}

/// What is meant where there are no lines to show.
fn named<'a>(group: Group, paths: &Paths) -> Vec<Element<'a>> {
    let path = paths.show(group.marks[0].place.path());
    let told = group.marks.into_iter().filter_map(|mark| {
        let text = match (mark.place.name(), mark.label) {
            (Some(name), Some(label)) => format!("{name}: {label}"),
            (Some(name), None) => name.to_owned(),
            (None, label) => label?,
        };
        let message = Level::NOTE.with_name("at");
        Some(message.message(normalize_untrusted_str(&text)).into())
    });
    let file = Origin::path(path).into();
    std::iter::once(file).chain(told).collect()
}

/// A place that runs over more lines than anybody reads is shown by its first.
fn shortened(mark: Mark) -> Mark {
    match mark.place.range().len() > MAX_BYTES {
        true => Mark {
            place: mark.place.first_line(),
            ..mark
        },
        false => mark,
    }
}

/// The lines of a place; more than [`MAX_BYTES`] if they are longer than that, however long.
fn lines(place: &Place) -> Range<usize> {
    let (text, range) = (place.source().as_bytes(), place.range());
    let line_start = |at: usize| {
        let near = at.saturating_sub(MAX_BYTES + 1);
        let newline = text[near..at].iter().rposition(|byte| *byte == b'\n');
        newline.map_or(near, |newline| near + newline + 1)
    };
    let line_end = |at: usize| {
        let near = text.len().min(at + MAX_BYTES + 1);
        let newline = text[at..near].iter().position(|byte| *byte == b'\n');
        newline.map_or(near, |newline| at + newline + 1)
    };
    line_start(range.start)..line_end(range.end)
}

fn shown<'a>(group: Group, paths: &Paths) -> Element<'a> {
    let Group { marks, lines } = group;
    let first = &marks[0].place;
    let path = paths.show(first.path());
    if lines.len() > MAX_BYTES {
        let position = first.origin().start();
        let at = Origin::path(path).line(position.line);
        return at.char_column(position.column).into();
    }
    let line = first.line_of(lines.start);
    let text = first.source()[lines.clone()].to_owned();
    let annotations = marks.into_iter().map(|mark| -> Annotation<'a> {
        let range = mark.place.range();
        let span = mark
            .kind
            .span(range.start - lines.start..range.end - lines.start);
        match mark.label {
            Some(label) => span.label(label),
            None => span,
        }
    });
    Snippet::source(text)
        .line_start(line)
        .path(path)
        .annotations(annotations)
        .into()
}

#[cfg(test)]
#[allow(
    clippy::single_range_in_vec_init,
    reason = "a list of one place is what is meant"
)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use annotate_snippets::{Level, Renderer};
    use insta::assert_snapshot;
    use terraform_config::SourceFile;

    use super::*;

    fn show(text: &str, ranges: &[Range<usize>]) -> String {
        let file = Arc::new(SourceFile::new("/r/main.tf", text));
        let marks = ranges.iter().map(|range| Mark {
            kind: AnnotationKind::Primary,
            place: Place::from(&terraform_config::Origin {
                file: Arc::clone(&file),
                range: range.clone(),
            }),
            label: Some("here".to_owned()),
        });
        let paths = Paths::new(Path::new("/r"));
        let snippets = snippets(marks.collect(), &paths);
        let group = Level::ERROR.primary_title("wrong").elements(snippets);
        Renderer::plain().render(&[group])
    }

    #[test]
    fn lines_keep_their_numbers_in_a_long_file() {
        let text = format!("{}a = 1\nb = 2\n{}", "#\n".repeat(100_000), "#\n".repeat(9));
        assert_snapshot!(show(&text, &[200_004..200_005]), @r"
        error: wrong
              --> main.tf:100001:5
               |
        100001 | a = 1
               |     ^ here
        ");
    }

    #[test]
    fn places_far_apart_have_snippets_of_their_own() {
        let text = format!("a = 1\n{}b = 2\nc = 3\n", "#\n".repeat(50_000));
        let b = 100_006;
        assert_snapshot!(show(&text, &[b..b + 1, 0..1, b + 6..b + 7]), @r"
        error: wrong
             --> main.tf:50002:1
              |
        50002 | b = 2
              | ^ here
        50003 | c = 3
              | ^ here
              |
             ::: main.tf:1:1
              |
            1 | a = 1
              | ^ here
        ");
    }

    #[test]
    fn what_is_too_long_to_read_is_shown_by_its_beginning() {
        let text = format!("x = 1\na = [\n{}]\n", "  1,\n".repeat(50_000));
        assert_snapshot!(show(&text, &[10..text.len() - 1]), @r"
        error: wrong
         --> main.tf:2:5
          |
        2 | a = [
          |     ^ here
        ");
        let text = format!("x = 1\na = [{}]\n", "1,".repeat(50_000));
        assert_snapshot!(show(&text, &[20..21]), @r"
        error: wrong
        --> main.tf:2:15
        ");
    }
}
