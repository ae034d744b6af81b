//! [`LifecycleDocument`]: the text of a configuration, cut at its rules.

use roxmltree::Document;

use super::read::{self, Unreadable};
use super::rule::{Foreign, LifecycleRule, RuleId};
use super::write::{self, Style};
use crate::found::Found;
use crate::words::words;

words! {
    /// From which size on objects are moved to another class where a rule names none.
    MinimumSize {
        /// Archives take any size, other classes 128 KiB.
        VariesByStorageClass = "varies_by_storage_class",
        /// 128 KiB for every class.
        AllStorageClasses128K = "all_storage_classes_128K",
    }
}

/// What a merge did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged {
    /// No rule had the id; it is the last one now.
    Added,
    /// The rule of this id said something else; it says this now, where it stood.
    Changed,
    /// The rule of this id means the same; not a byte has changed.
    Unchanged,
}

/// What taking a rule out did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// It is out.
    Out,
    /// There was none of this id.
    NotThere,
}

/// A rule beside which another cannot stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InTheWay {
    /// Its id, if it has one.
    pub id: Option<String>,
    /// Whether it is the one with the older `Prefix` and the other has a `Filter`, or the
    /// reverse.
    pub legacy: bool,
}

/// The lifecycle configuration of a bucket, as text.
///
/// What is not changed is given out byte for byte as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecycleDocument {
    /// Sent as a header beside the text. `None`: the store named none, and none is sent.
    pub minimum_size: Option<MinimumSize>,
    /// What stands before the root's start tag.
    prolog: String,
    /// The root's start tag without its end (`>` or `/>`).
    root: String,
    /// Whether the root is one empty tag. Only without rules.
    empty_tag: bool,
    rules: Vec<Piece>,
    /// What follows the last rule, the root's end tag included if it has one.
    tail: String,
}

/// A rule and what stands between it and what is before it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    lead: String,
    id: Option<String>,
    xml: String,
    form: Form,
}

/// How a rule says what it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// By a `Prefix` of its own.
    Legacy,
    /// By a `Filter`.
    Filter,
    /// Not at all.
    Neither,
}

impl Form {
    fn of(rule: &LifecycleRule) -> Self {
        match (&rule.filter, &rule.prefix) {
            (Some(_), _) => Self::Filter,
            (None, Some(_)) => Self::Legacy,
            (None, None) => Self::Neither,
        }
    }
}

impl Default for LifecycleDocument {
    /// A configuration without rules.
    fn default() -> Self {
        Self {
            minimum_size: None,
            prolog: String::new(),
            root: r#"<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/""#
                .to_owned(),
            empty_tag: false,
            rules: Vec::new(),
            tail: "</LifecycleConfiguration>".to_owned(),
        }
    }
}

impl LifecycleDocument {
    /// The document that `xml` is. Its rules are found, not understood: that is for
    /// [`LifecycleDocument::rule`].
    ///
    /// # Errors
    /// It is no XML, or no lifecycle configuration.
    pub fn parse(xml: &str, minimum_size: Option<MinimumSize>) -> Result<Self, Unreadable> {
        let tree = Document::parse(xml).map_err(|error| Unreadable::document(error.to_string()))?;
        let root = tree.root_element();
        if root.tag_name().name() != "LifecycleConfiguration" {
            let name = root.tag_name().name();
            return Err(Unreadable::document(format!("it is a {name:?}")));
        }
        let range = root.range();
        let start_tag = start_tag(&xml[range.clone()]);
        let (open, empty_tag) = match start_tag.strip_suffix("/>") {
            Some(open) => (open, true),
            None => (start_tag.trim_end_matches('>'), false),
        };
        let mut end = range.start + start_tag.len();
        let mut rules = Vec::new();
        for node in root.children().filter(|node| {
            node.is_element()
                && node.tag_name().name() == "Rule"
                && node.tag_name().namespace() == root.tag_name().namespace()
        }) {
            let has = |name: &str| {
                let space = root.tag_name().namespace();
                node.children().any(|child| {
                    child.has_tag_name(match space {
                        Some(space) => roxmltree::ExpandedName::from((space, name)),
                        None => roxmltree::ExpandedName::from(name),
                    })
                })
            };
            rules.push(Piece {
                lead: xml[end..node.range().start].to_owned(),
                id: read::id(node),
                xml: xml[node.range()].to_owned(),
                form: match (has("Filter"), has("Prefix")) {
                    (true, _) => Form::Filter,
                    (false, true) => Form::Legacy,
                    (false, false) => Form::Neither,
                },
            });
            end = node.range().end;
        }
        Ok(Self {
            minimum_size,
            prolog: xml[..range.start].to_owned(),
            root: open.to_owned(),
            empty_tag,
            rules,
            tail: xml[end..].to_owned(),
        })
    }

    /// The text.
    pub fn xml(&self) -> String {
        let mut xml = format!("{}{}", self.prolog, self.root);
        xml.push_str(if self.empty_tag { "/>" } else { ">" });
        for piece in &self.rules {
            xml.push_str(&piece.lead);
            xml.push_str(&piece.xml);
        }
        xml.push_str(&self.tail);
        xml
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The ids of the rules, in their order. Rules without one are left out; S3 makes one up for
    /// each when it takes them.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(|piece| piece.id.as_deref())
    }

    /// The rule of this id, understood.
    ///
    /// # Errors
    /// It has a known element that cannot be read.
    pub fn rule(&self, id: &RuleId) -> Result<Found<LifecycleRule>, Unreadable> {
        match self.position(id) {
            Some(at) => self.read(id, &self.rules[at]).map(Found::Present),
            None => Ok(Found::Absent),
        }
    }

    /// Every rule that has an id, understood.
    ///
    /// # Errors
    /// The first that has a known element that cannot be read.
    pub fn rules(&self) -> Result<Vec<LifecycleRule>, Unreadable> {
        let named = |piece: &Piece| -> Option<RuleId> { piece.id.as_deref()?.parse().ok() };
        self.rules
            .iter()
            .filter_map(|piece| Some((named(piece)?, piece)))
            .map(|(id, piece)| self.read(&id, piece))
            .collect()
    }

    /// The first rule beside which S3 would not take `rule`: one with a `Prefix` of its own and
    /// one with a `Filter` cannot be in one configuration.
    pub fn in_the_way(&self, rule: &LifecycleRule) -> Option<InTheWay> {
        let other = match Form::of(rule) {
            Form::Legacy => Form::Filter,
            Form::Filter => Form::Legacy,
            Form::Neither => return None,
        };
        let mut others = self
            .rules
            .iter()
            .filter(|piece| piece.id.as_deref() != Some(rule.id.as_str()));
        let piece = others.find(|piece| piece.form == other)?;
        Some(InTheWay {
            id: piece.id.clone(),
            legacy: other == Form::Legacy,
        })
    }

    /// Puts `rule` where the rule of its id stands, or at the end. Every other rule keeps its
    /// bytes; of the rule itself elements that this version does not know are kept.
    pub fn upsert(&mut self, rule: &LifecycleRule) -> Merged {
        let Some(at) = self.position(&rule.id) else {
            let xml = self.write(rule, &rule.foreign, None);
            self.append(Piece {
                lead: self.gap(),
                id: Some(rule.id.to_string()),
                xml,
                form: Form::of(rule),
            });
            return Merged::Added;
        };
        // A rule that cannot be read is replaced, whatever it was.
        let there = self.read(&rule.id, &self.rules[at]).ok();
        if let Some(there) = &there
            && there.means_the_same_as(rule)
            && rule.foreign.iter().all(|one| there.foreign.contains(one))
        {
            return Merged::Unchanged;
        }
        let mut foreign: Vec<Foreign> = there.map(|there| there.foreign).unwrap_or_default();
        let more = rule.foreign.iter().filter(|one| !foreign.contains(one));
        let more: Vec<Foreign> = more.cloned().collect();
        foreign.extend(more);
        let start = start_tag(&self.rules[at].xml).to_owned();
        let mut xml = self.write(rule, &foreign, Some(&start));
        if Document::parse(&self.alone(&xml)).is_err() {
            // A foreign element leaned on a declaration of an element that is no more.
            xml = self.write(rule, &rule.foreign, Some(&start));
        }
        let piece = &mut self.rules[at];
        piece.xml = xml;
        piece.form = Form::of(rule);
        Merged::Changed
    }

    /// Takes the rule of this id out. Every other rule keeps its bytes.
    pub fn remove(&mut self, id: &RuleId) -> Cut {
        match self.position(id) {
            Some(at) => {
                self.cut(at);
                Cut::Out
            }
            None => Cut::NotThere,
        }
    }

    /// Takes out every rule whose id is not among `ids`, those without one included.
    pub fn retain(&mut self, ids: &[RuleId]) {
        for at in (0..self.rules.len()).rev() {
            let id = self.rules[at].id.as_deref();
            if !ids.iter().any(|kept| Some(kept.as_str()) == id) {
                self.cut(at);
            }
        }
    }

    fn position(&self, id: &RuleId) -> Option<usize> {
        self.rules
            .iter()
            .position(|piece| piece.id.as_deref() == Some(id.as_str()))
    }

    fn cut(&mut self, at: usize) {
        let Piece { lead, .. } = self.rules.remove(at);
        if !lead.trim().is_empty() {
            // A comment, or an element that is no rule, stays.
            let next = self.rules.get_mut(at).map(|piece| &mut piece.lead);
            next.unwrap_or(&mut self.tail)
                .insert_str(0, lead.trim_end());
        }
    }

    fn append(&mut self, piece: Piece) {
        if self.empty_tag {
            self.empty_tag = false;
            self.tail.insert_str(0, &format!("</{}>", self.name()));
        }
        self.rules.push(piece);
    }

    /// The white space before a new rule: as before the last one.
    fn gap(&self) -> String {
        let lead = self.rules.last().map_or("", |piece| &piece.lead);
        if lead.trim().is_empty() {
            lead.to_owned()
        } else {
            String::new()
        }
    }

    /// The root's name with its prefix.
    fn name(&self) -> &str {
        let name = self.root.trim_start_matches('<');
        name.split_whitespace().next().unwrap_or(name)
    }

    /// A document with this rule only: its namespaces are those of the root.
    fn alone(&self, rule: &str) -> String {
        format!("{}>{rule}</{}>", self.root, self.name())
    }

    fn read(&self, id: &RuleId, piece: &Piece) -> Result<LifecycleRule, Unreadable> {
        let text = self.alone(&piece.xml);
        let tree =
            Document::parse(&text).map_err(|error| Unreadable::document(error.to_string()))?;
        let element = tree.root_element().first_element_child();
        let element = element.ok_or_else(|| Unreadable::document("a rule is no element"))?;
        read::rule(id, element)
    }

    fn write(&self, rule: &LifecycleRule, foreign: &[Foreign], start: Option<&str>) -> String {
        let prefix = match self.name().split_once(':') {
            Some((prefix, _)) => format!("{prefix}:"),
            None => String::new(),
        };
        let style = Style {
            prefix: &prefix,
            start,
        };
        write::rule(rule, foreign, style)
    }
}

/// The start tag that `element` begins with. A `>` within an attribute does not end it.
fn start_tag(element: &str) -> &str {
    let mut quote = None;
    for (at, c) in element.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '>') => return &element[..=at],
            _ => {}
        }
    }
    element
}

#[cfg(test)]
mod tests;
