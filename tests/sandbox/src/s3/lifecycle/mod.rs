//! The lifecycle configuration of a bucket: kept as it was written, elements included that nobody
//! here knows.
//!
//! `check` refuses what S3 refuses, `rule` reads a rule for it.

mod check;
mod order;
mod rule;

use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use winterbaume_core::MockResponse;

use super::config::read;
use super::error::{S3Error, document, empty};
use super::settings::S3Settings;
use super::xml::{Element, parse};
use crate::random;

const ROOT: &str = "LifecycleConfiguration";
const MINIMUM_SIZE: &str = "x-amz-transition-default-minimum-object-size";
/// What S3 assigns since September 2024; older configurations read `varies_by_storage_class`.
const ALL_128K: &str = "all_storage_classes_128K";

/// A configuration and its minimum size.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stored {
    root: Element,
    minimum_size: String,
}

/// What is stored, what is still shown instead, and who else writes.
#[derive(Clone, Debug, Default)]
pub(super) struct Lifecycle {
    stored: Option<Stored>,
    /// An older state that so many reads still show.
    stale: Option<(u32, Option<Stored>)>,
    /// Rules that somebody else adds right after reads to come, the next one first.
    meddling: Vec<Element>,
}

impl Lifecycle {
    /// Replaces the configuration.
    pub(super) fn put(
        &mut self,
        headers: &HeaderMap,
        body: &[u8],
        settings: &S3Settings,
    ) -> Result<MockResponse, S3Error> {
        let mut root = read(body, ROOT)?;
        check::check(&root)?;
        let given = headers
            .get(MINIMUM_SIZE)
            .and_then(|size| size.to_str().ok());
        let minimum_size = match given.filter(|_| settings.minimum_size_header) {
            None => ALL_128K,
            Some(size @ (ALL_128K | "varies_by_storage_class")) => size,
            Some(_) => {
                return Err(S3Error::request(
                    "Invalid TransitionDefaultMinimumObjectSize found",
                ));
            }
        }
        .to_owned();
        for rule in rules(&mut root) {
            name(rule);
            if !settings.empty_filter {
                unfilter(rule);
            }
        }
        let mut answer = empty(200);
        say_minimum_size(&mut answer, &minimum_size, settings);
        self.replace(Some(Stored { root, minimum_size }), settings);
        Ok(answer)
    }

    /// What a reader sees; afterwards somebody else may write.
    pub(super) fn get(
        &mut self,
        bucket: &str,
        settings: &S3Settings,
    ) -> Result<MockResponse, S3Error> {
        let seen = match &mut self.stale {
            Some((left, old)) => {
                let seen = old.clone();
                *left -= 1;
                if *left == 0 {
                    self.stale = None;
                }
                seen
            }
            None => self.stored.clone(),
        };
        if !self.meddling.is_empty() {
            let rule = self.meddling.remove(0);
            self.add(rule);
        }
        let stored = seen.ok_or_else(|| {
            S3Error::absent(
                "NoSuchLifecycleConfiguration",
                "The lifecycle configuration does not exist",
                bucket,
            )
        })?;
        let mut answer = document(&stored.root);
        say_minimum_size(&mut answer, &stored.minimum_size, settings);
        Ok(answer)
    }

    pub(super) fn delete(&mut self, settings: &S3Settings) -> MockResponse {
        self.replace(None, settings);
        empty(204)
    }

    /// Somebody else adds `rule` after the next read that has no such addition yet.
    pub(super) fn meddle(&mut self, rule: Element) {
        self.meddling.push(rule);
    }

    /// Stores a document as it is, unchecked; none takes it away.
    pub(super) fn plant(&mut self, text: Option<&str>, minimum_size: Option<&str>) -> Option<()> {
        self.stored = match text {
            Some(text) => Some(Stored {
                root: parse(text.as_bytes()).filter(|root| root.name() == ROOT)?,
                minimum_size: minimum_size.unwrap_or(ALL_128K).to_owned(),
            }),
            None => None,
        };
        self.stale = None;
        Some(())
    }

    pub(super) fn snapshot(&self) -> Value {
        match &self.stored {
            None => Value::Null,
            Some(stored) => json!({
                "Document": stored.root.write(),
                "MinimumSize": stored.minimum_size,
            }),
        }
    }

    fn replace(&mut self, new: Option<Stored>, settings: &S3Settings) {
        let old = match self.stale.take() {
            Some((_, shown)) => shown,
            None => self.stored.take(),
        };
        self.stored = new;
        if settings.stale_lifecycle_reads > 0 {
            self.stale = Some((settings.stale_lifecycle_reads, old));
        }
    }

    fn add(&mut self, rule: Element) {
        let stored = self.stored.get_or_insert_with(|| Stored {
            root: Element::new(ROOT),
            minimum_size: ALL_128K.to_owned(),
        });
        stored.root.children.push(rule);
    }
}

fn rules(root: &mut Element) -> impl Iterator<Item = &mut Element> {
    root.children
        .iter_mut()
        .filter(|child| child.name() == "Rule")
}

/// Gives a rule without an ID one, as S3 does.
fn name(rule: &mut Element) {
    if rule.text_of("ID").is_none_or(str::is_empty) {
        rule.children.retain(|child| child.name() != "ID");
        rule.children
            .insert(0, Element::leaf("ID", random::request_id()));
    }
}

/// Turns an empty filter into an empty prefix, as some stores do.
fn unfilter(rule: &mut Element) {
    if let Some(filter) = rule
        .children
        .iter_mut()
        .find(|child| child.name() == "Filter" && child.children.is_empty())
    {
        *filter = Element::new("Prefix");
    }
}

fn say_minimum_size(answer: &mut MockResponse, size: &str, settings: &S3Settings) {
    if settings.minimum_size_header
        && let Ok(size) = HeaderValue::from_str(size)
    {
        answer.headers.insert(MINIMUM_SIZE, size);
    }
}

/// Reads one rule.
pub(super) fn rule(text: &str) -> Option<Element> {
    parse(text.as_bytes()).filter(|rule| rule.name() == "Rule")
}
