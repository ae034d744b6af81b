//! XML documents as trees: what is not known is kept.

use quick_xml::Reader;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesStart, Event};

use crate::service::{escape_attribute, escape_text};

/// The namespace of S3's documents.
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
/// Documents nested deeper are refused; S3's own reach seven.
const DEPTH: usize = 32;

/// An element: a name as written, attributes, and either children or text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    text: String,
}

impl Element {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// An element of text.
    pub(super) fn leaf(name: &str, text: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            text: text.into(),
            ..Self::default()
        }
    }

    #[must_use]
    pub(super) fn with(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// Adds `child` if there is one.
    #[must_use]
    pub(super) fn with_some(mut self, child: Option<Self>) -> Self {
        self.children.extend(child);
        self
    }

    /// The name without its prefix.
    pub(super) fn name(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or(&self.name)
    }

    /// The first child of that name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name() == name)
    }

    /// The children of that name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children
            .iter()
            .filter(move |child| child.name() == name)
    }

    /// The text, without surrounding white space.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The text as written.
    pub(super) fn raw_text(&self) -> &str {
        &self.text
    }

    /// The text of a child.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(Self::text)
    }

    /// As text, without a declaration.
    pub(super) fn write(&self) -> String {
        let mut text = String::new();
        self.write_to(&mut text);
        text
    }

    /// As an answer of S3: a declaration, and S3's namespace on the root.
    pub(super) fn document(&self) -> String {
        let mut root = self.clone();
        root.attributes.retain(|(name, _)| name != "xmlns");
        root.attributes
            .insert(0, ("xmlns".to_owned(), NAMESPACE.to_owned()));
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
            root.write()
        )
    }

    fn write_to(&self, text: &mut String) {
        text.push('<');
        text.push_str(&self.name);
        for (name, value) in &self.attributes {
            text.push_str(&format!(" {name}=\"{}\"", escape_attribute(value)));
        }
        if self.children.is_empty() && self.text.is_empty() {
            text.push_str("/>");
            return;
        }
        text.push('>');
        text.push_str(&escape_text(&self.text));
        for child in &self.children {
            child.write_to(text);
        }
        text.push_str(&format!("</{}>", self.name));
    }
}

/// Reads a document; none if it is not well-formed.
pub(super) fn parse(bytes: &[u8]) -> Option<Element> {
    let mut reader = Reader::from_reader(bytes);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                if root.is_some() || open.len() >= DEPTH {
                    return None;
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => close(element(&start)?, &mut open, &mut root)?,
            Event::End(_) => {
                let closed = open.pop()?;
                close(closed, &mut open, &mut root)?;
            }
            Event::Text(text) => write(open.last_mut(), &text.unescape().ok()?)?,
            Event::CData(text) => {
                write(
                    open.last_mut(),
                    std::str::from_utf8(&text.into_inner()).ok()?,
                )?;
            }
            Event::Eof => return open.is_empty().then_some(root).flatten(),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            // S3 refuses document types as well.
            Event::DocType(_) => return None,
        }
    }
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let name = std::str::from_utf8(start.name().into_inner()).ok()?;
    Some(Element {
        attributes: attributes(start.attributes())?,
        ..Element::new(name)
    })
}

fn attributes(found: Attributes<'_>) -> Option<Vec<(String, String)>> {
    found
        .map(|attribute| {
            let attribute = attribute.ok()?;
            let name = std::str::from_utf8(attribute.key.into_inner()).ok()?;
            Some((
                name.to_owned(),
                attribute.unescape_value().ok()?.into_owned(),
            ))
        })
        .collect()
}

fn close(mut closed: Element, open: &mut [Element], root: &mut Option<Element>) -> Option<()> {
    if !closed.children.is_empty() {
        // Layout between elements.
        closed.text.clear();
    }
    match open.last_mut() {
        Some(parent) => parent.children.push(closed),
        None if root.is_none() => *root = Some(closed),
        None => return None,
    }
    Some(())
}

fn write(element: Option<&mut Element>, text: &str) -> Option<()> {
    if !text.chars().all(is_char) {
        return None;
    }
    match element {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return None,
    }
    Some(())
}

/// Whether XML 1.0 has the character, escaped or not (its production 2).
fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        let text = r#"<A xmlns="x" xmlns:h="y"><h:B k="&lt;&quot;1">a &amp; 'b'</h:B><C/><D><E> </E></D></A>"#;
        assert_eq!(parse(text.as_bytes()).unwrap().write(), text);
    }

    #[test]
    fn layout_and_declarations_are_left_out() {
        let text = "<?xml version=\"1.0\"?>\n<A>\n  <!-- x --><B>1</B>\n</A>\n";
        assert_eq!(parse(text.as_bytes()).unwrap().write(), "<A><B>1</B></A>");
    }

    #[test]
    fn names_are_found_without_their_prefix() {
        let root = parse(b"<s3:A><s3:B>1</s3:B><s3:B>2</s3:B></s3:A>").unwrap();
        assert_eq!((root.name(), root.text_of("B")), ("A", Some("1")));
        assert_eq!(root.all("B").count(), 2);
    }

    #[test]
    fn what_is_not_well_formed_is_no_document() {
        let deep = format!("{}{}", "<A>".repeat(99), "</A>".repeat(99));
        for text in [
            "",
            "x",
            "<A>",
            "</A>",
            "<A></B>",
            "<A>\u{1}</A>",
            "<A>&#1;</A>",
            "<A/><B/>",
            "<A/>x",
            "<A b=1/>",
            "<A>&x;</A>",
            "<!DOCTYPE A><A/>",
            &deep,
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn answers_carry_the_namespace_once() {
        let root = parse(b"<A xmlns=\"old\"/>").unwrap();
        assert!(
            root.document()
                .ends_with("<A xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>")
        );
    }
}
