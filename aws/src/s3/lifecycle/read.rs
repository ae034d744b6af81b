//! One rule out of its XML element.

use roxmltree::Node;

use super::rule::{
    AbortMultipart, And, Expiration, Filter, Foreign, LifecycleRule, NoncurrentExpiration,
    NoncurrentTransition, RuleId, RuleStatus, StorageClass, Transition, Within,
};
use crate::clock::Timestamp;
use crate::found::Tag;

/// A lifecycle document, or a rule in it, that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} cannot be read: {why}")]
pub struct Unreadable {
    what: String,
    why: String,
}

impl Unreadable {
    pub(super) fn document(why: impl Into<String>) -> Self {
        Self {
            what: "the lifecycle configuration".to_owned(),
            why: why.into(),
        }
    }

    fn rule(id: &str, why: String) -> Self {
        Self {
            what: format!("the lifecycle rule {id:?}"),
            why,
        }
    }
}

type Read<T> = Result<T, String>;

/// The rule that `element` is, whose id is `id`.
pub(super) fn rule(id: &RuleId, element: Node<'_, '_>) -> Result<LifecycleRule, Unreadable> {
    parts(id, element).map_err(|why| Unreadable::rule(id.as_str(), why))
}

/// The id of a rule, if it has one.
pub(super) fn id(element: Node<'_, '_>) -> Option<String> {
    let namespace = element.tag_name().namespace();
    let named = |child: &Node<'_, '_>| {
        child.tag_name().name() == "ID" && child.tag_name().namespace() == namespace
    };
    element
        .children()
        .filter(Node::is_element)
        .find(named)
        .map(text)
        .filter(|id| !id.is_empty())
}

fn parts(id: &RuleId, element: Node<'_, '_>) -> Read<LifecycleRule> {
    let mut foreign = Vec::new();
    let mut inside = Children::of(element);
    inside.one("ID")?;
    let status = inside.text("Status")?.ok_or("it has no Status")?;
    let mut rule = LifecycleRule::new(id.clone(), RuleStatus::from(status.trim()));
    rule.prefix = inside.text("Prefix")?;
    rule.filter = optional(inside.one("Filter")?, |node| filter(node, &mut foreign))?;
    rule.expiration = optional(inside.one("Expiration")?, |node| {
        expiration(node, &mut foreign)
    })?;
    for node in inside.many("Transition") {
        rule.transitions.push(transition(node, &mut foreign)?);
    }
    let node = inside.one("NoncurrentVersionExpiration")?;
    rule.noncurrent_expiration = optional(node, |node| noncurrent_expiration(node, &mut foreign))?;
    for node in inside.many("NoncurrentVersionTransition") {
        let transition = noncurrent_transition(node, &mut foreign)?;
        rule.noncurrent_transitions.push(transition);
    }
    let node = inside.one("AbortIncompleteMultipartUpload")?;
    rule.abort_multipart = optional(node, |node| abort_multipart(node, &mut foreign))?;
    inside.rest(&Within::Rule, &mut foreign);
    rule.foreign = foreign;
    Ok(rule)
}

fn filter(node: Node<'_, '_>, foreign: &mut Vec<Foreign>) -> Read<Filter> {
    let mut inside = Children::of(node);
    let filter = Filter {
        prefix: inside.text("Prefix")?,
        tag: optional(inside.one("Tag")?, tag)?,
        size_greater_than: inside.number("ObjectSizeGreaterThan")?,
        size_less_than: inside.number("ObjectSizeLessThan")?,
        and: optional(inside.one("And")?, |node| and(node, foreign))?,
    };
    inside.rest(&Within::Filter, foreign);
    Ok(filter)
}

fn and(node: Node<'_, '_>, foreign: &mut Vec<Foreign>) -> Read<And> {
    let mut inside = Children::of(node);
    let and = And {
        prefix: inside.text("Prefix")?,
        tags: inside
            .many("Tag")
            .into_iter()
            .map(tag)
            .collect::<Read<_>>()?,
        size_greater_than: inside.number("ObjectSizeGreaterThan")?,
        size_less_than: inside.number("ObjectSizeLessThan")?,
    };
    inside.rest(&Within::And, foreign);
    Ok(and)
}

fn tag(node: Node<'_, '_>) -> Read<Tag> {
    let mut inside = Children::of(node);
    let key = inside.text("Key")?.ok_or("a Tag has no Key")?;
    Ok(Tag::new(key, inside.text("Value")?.unwrap_or_default()))
}

fn expiration(node: Node<'_, '_>, foreign: &mut Vec<Foreign>) -> Read<Expiration> {
    let mut inside = Children::of(node);
    let expiration = Expiration {
        days: inside.number("Days")?,
        date: inside.date("Date")?,
        delete_marker: inside.flag("ExpiredObjectDeleteMarker")?,
    };
    inside.rest(&Within::Expiration, foreign);
    Ok(expiration)
}

fn transition(node: Node<'_, '_>, foreign: &mut Vec<Foreign>) -> Read<Transition> {
    let mut inside = Children::of(node);
    let transition = Transition {
        days: inside.number("Days")?,
        date: inside.date("Date")?,
        storage_class: inside.class("Transition")?,
    };
    let within = Within::Transition(transition.storage_class.clone());
    inside.rest(&within, foreign);
    Ok(transition)
}

fn noncurrent_expiration(
    node: Node<'_, '_>,
    foreign: &mut Vec<Foreign>,
) -> Read<NoncurrentExpiration> {
    let mut inside = Children::of(node);
    let expiration = NoncurrentExpiration {
        days: inside.number("NoncurrentDays")?,
        newer_versions: inside.number("NewerNoncurrentVersions")?,
    };
    inside.rest(&Within::NoncurrentExpiration, foreign);
    Ok(expiration)
}

fn noncurrent_transition(
    node: Node<'_, '_>,
    foreign: &mut Vec<Foreign>,
) -> Read<NoncurrentTransition> {
    let mut inside = Children::of(node);
    let transition = NoncurrentTransition {
        days: inside.number("NoncurrentDays")?,
        newer_versions: inside.number("NewerNoncurrentVersions")?,
        storage_class: inside.class("NoncurrentVersionTransition")?,
    };
    let within = Within::NoncurrentTransition(transition.storage_class.clone());
    inside.rest(&within, foreign);
    Ok(transition)
}

fn abort_multipart(node: Node<'_, '_>, foreign: &mut Vec<Foreign>) -> Read<AbortMultipart> {
    let mut inside = Children::of(node);
    let abort = AbortMultipart {
        days: inside.number("DaysAfterInitiation")?,
    };
    inside.rest(&Within::AbortMultipart, foreign);
    Ok(abort)
}

fn optional<'a, 'i, T>(
    node: Option<Node<'a, 'i>>,
    read: impl FnOnce(Node<'a, 'i>) -> Read<T>,
) -> Read<Option<T>> {
    node.map(read).transpose()
}

/// The child elements of one element, each taken at most once; what is left over is foreign.
struct Children<'a, 'i> {
    left: Vec<Node<'a, 'i>>,
    namespace: Option<&'a str>,
}

impl<'a, 'i> Children<'a, 'i> {
    fn of(node: Node<'a, 'i>) -> Self {
        Self {
            left: node.children().filter(Node::is_element).collect(),
            namespace: node.tag_name().namespace(),
        }
    }

    fn many(&mut self, name: &str) -> Vec<Node<'a, 'i>> {
        let namespace = self.namespace;
        self.left
            .extract_if(.., |node| {
                node.tag_name().name() == name && node.tag_name().namespace() == namespace
            })
            .collect()
    }

    fn one(&mut self, name: &str) -> Read<Option<Node<'a, 'i>>> {
        match self.many(name).as_slice() {
            [] => Ok(None),
            [node] => Ok(Some(*node)),
            _ => Err(format!("{name} occurs twice where it may occur once")),
        }
    }

    fn text(&mut self, name: &str) -> Read<Option<String>> {
        Ok(self.one(name)?.map(text))
    }

    fn word<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Read<Option<T>> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match read(text.trim()) {
            Some(value) => Ok(Some(value)),
            None => Err(format!("{name} cannot be {text:?}")),
        }
    }

    fn number<N: std::str::FromStr>(&mut self, name: &str) -> Read<Option<N>> {
        self.word(name, |text| text.parse().ok())
    }

    fn flag(&mut self, name: &str) -> Read<Option<bool>> {
        self.word(name, |text| match text {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        })
    }

    fn date(&mut self, name: &str) -> Read<Option<Timestamp>> {
        self.word(name, date)
    }

    fn class(&mut self, of: &str) -> Read<StorageClass> {
        let word = self.text("StorageClass")?;
        let word = word.ok_or_else(|| format!("a {of} has no StorageClass"))?;
        Ok(StorageClass::from(word.trim()))
    }

    /// Keeps the text of what has not been taken.
    fn rest(self, within: &Within, foreign: &mut Vec<Foreign>) {
        foreign.extend(self.left.into_iter().map(|node| Foreign {
            within: within.clone(),
            xml: node.document().input_text()[node.range()].to_owned(),
        }));
    }
}

/// A date with its time, or, as some stores write it, without.
fn date(text: &str) -> Option<Timestamp> {
    let with_time = || text.parse().ok();
    let day = || {
        let day: jiff::civil::Date = text.parse().ok()?;
        jiff::tz::Offset::UTC
            .to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
            .ok()
    };
    with_time().or_else(day)
}

/// All text of an element, whatever comments or CDATA marks split it.
fn text(node: Node<'_, '_>) -> String {
    let texts = node.children().filter(Node::is_text);
    texts.filter_map(|node| node.text()).collect()
}
