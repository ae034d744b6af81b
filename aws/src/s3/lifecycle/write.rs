//! One rule as an XML element.

use std::fmt::Write;

use super::rule::{Filter, Foreign, LifecycleRule, Within};
use crate::clock::Timestamp;
use crate::found::Tag;

/// How the elements of a document are named.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style<'a> {
    /// `ns:` where S3's namespace has a prefix, else empty.
    pub(super) prefix: &'a str,
    /// The start tag of the rule, where one is there already: it may declare namespaces.
    pub(super) start: Option<&'a str>,
}

/// `rule` with the elements of `foreign`.
pub(super) fn rule(rule: &LifecycleRule, foreign: &[Foreign], style: Style<'_>) -> String {
    let mut out = Writer {
        out: String::new(),
        prefix: style.prefix,
        foreign,
    };
    match style.start {
        Some(start) => out.out.push_str(start),
        None => out.start("Rule"),
    }
    out.leaf("ID", rule.id.as_str());
    out.some("Prefix", rule.prefix.as_ref());
    if let Some(filter) = &rule.filter {
        out.filter(filter);
    }
    out.leaf("Status", rule.status.as_str());
    out.actions(rule);
    out.foreign(&Within::Rule);
    out.end("Rule");
    out.out
}

struct Writer<'a> {
    out: String,
    prefix: &'a str,
    foreign: &'a [Foreign],
}

impl Writer<'_> {
    fn filter(&mut self, filter: &Filter) {
        self.start("Filter");
        self.some("Prefix", filter.prefix.as_ref());
        self.tags(filter.tag.as_slice());
        self.some("ObjectSizeGreaterThan", filter.size_greater_than);
        self.some("ObjectSizeLessThan", filter.size_less_than);
        if let Some(and) = &filter.and {
            self.start("And");
            self.some("Prefix", and.prefix.as_ref());
            self.tags(&and.tags);
            self.some("ObjectSizeGreaterThan", and.size_greater_than);
            self.some("ObjectSizeLessThan", and.size_less_than);
            self.foreign(&Within::And);
            self.end("And");
        }
        self.foreign(&Within::Filter);
        self.end("Filter");
    }

    fn tags(&mut self, tags: &[Tag]) {
        for tag in tags {
            self.start("Tag");
            self.leaf("Key", &tag.key);
            self.leaf("Value", &tag.value);
            self.end("Tag");
        }
    }

    fn actions(&mut self, rule: &LifecycleRule) {
        for transition in &rule.transitions {
            self.start("Transition");
            self.some("Days", transition.days);
            self.date("Date", transition.date);
            self.leaf("StorageClass", transition.storage_class.as_str());
            self.foreign(&Within::Transition(transition.storage_class.clone()));
            self.end("Transition");
        }
        if let Some(expiration) = &rule.expiration {
            self.start("Expiration");
            self.some("Days", expiration.days);
            self.date("Date", expiration.date);
            self.some("ExpiredObjectDeleteMarker", expiration.delete_marker);
            self.foreign(&Within::Expiration);
            self.end("Expiration");
        }
        for transition in &rule.noncurrent_transitions {
            self.start("NoncurrentVersionTransition");
            self.some("NoncurrentDays", transition.days);
            self.some("NewerNoncurrentVersions", transition.newer_versions);
            self.leaf("StorageClass", transition.storage_class.as_str());
            let class = transition.storage_class.clone();
            self.foreign(&Within::NoncurrentTransition(class));
            self.end("NoncurrentVersionTransition");
        }
        if let Some(expiration) = &rule.noncurrent_expiration {
            self.start("NoncurrentVersionExpiration");
            self.some("NoncurrentDays", expiration.days);
            self.some("NewerNoncurrentVersions", expiration.newer_versions);
            self.foreign(&Within::NoncurrentExpiration);
            self.end("NoncurrentVersionExpiration");
        }
        if let Some(abort) = &rule.abort_multipart {
            self.start("AbortIncompleteMultipartUpload");
            self.some("DaysAfterInitiation", abort.days);
            self.foreign(&Within::AbortMultipart);
            self.end("AbortIncompleteMultipartUpload");
        }
    }

    fn start(&mut self, name: &str) {
        // Writing to a String cannot fail, here and below.
        let _ = write!(self.out, "<{}{name}>", self.prefix);
    }

    fn end(&mut self, name: &str) {
        let _ = write!(self.out, "</{}{name}>", self.prefix);
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.start(name);
        escape(text, &mut self.out);
        self.end(name);
    }

    fn some(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.leaf(name, &value.to_string());
        }
    }

    fn date(&mut self, name: &str, date: Option<Timestamp>) {
        // S3 writes seconds; a fraction, which no date of a rule has, would be kept.
        self.some(name, date);
    }

    fn foreign(&mut self, within: &Within) {
        for foreign in self.foreign.iter().filter(|one| one.within == *within) {
            self.out.push_str(&foreign.xml);
        }
    }
}

/// Text between tags. A carriage return would be read back as a line feed.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            _ => out.push(c),
        }
    }
}
