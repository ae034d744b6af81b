//! The request log: what was asked and what came of it, in the order of arrival.
//!
//! No header, query or body is kept, so no secret is.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::fault::Fault;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Signing name of the service; `unknown` if the request names none.
    pub service: String,
    /// API operation; `UnknownOperation` if the service has no such path.
    pub operation: String,
    /// Region that the request is signed for; empty if it is not signed.
    pub region: String,
    /// HTTP method.
    pub method: String,
    /// Path without the query (a presigned query holds a signature).
    pub path: String,
    /// The id in the answer's `x-amzn-requestid`.
    pub request_id: String,
    /// The fault that struck, if one did.
    pub fault: Option<Fault>,
    /// What came of it.
    pub outcome: Outcome,
}

impl Entry {
    /// `service:Operation`, the key of [`crate::Sandbox::counts`].
    pub fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// Still at work, or held by a fault.
    Pending,
    /// Answered.
    Answered {
        /// HTTP status.
        status: u16,
        /// Error code, if it is an error.
        error: Option<String>,
    },
    /// The connection was reset and nothing done.
    Reset,
    /// The work was done with this status, and the connection reset.
    AnswerDropped {
        /// HTTP status of the answer that nobody saw.
        status: u16,
    },
}

/// The place of a request in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    at: usize,
    generation: u64,
}

#[derive(Debug, Default)]
struct Entries {
    list: Vec<Entry>,
    /// Raised by `clear`, so that a request from before it does not write into the new list.
    generation: u64,
}

#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: Mutex<Entries>,
    /// How many requests are still at work.
    pending: watch::Sender<usize>,
}

impl RequestLog {
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn begin(&self, entry: Entry) -> Ticket {
        self.pending.send_modify(|pending| *pending += 1);
        let mut entries = self.lock();
        entries.list.push(entry);
        Ticket {
            at: entries.list.len() - 1,
            generation: entries.generation,
        }
    }

    pub(crate) fn struck(&self, ticket: Ticket, fault: &Fault) {
        self.change(ticket, |entry| entry.fault = Some(fault.clone()));
    }

    /// Says what came of a request; once for each.
    pub(crate) fn end(&self, ticket: Ticket, outcome: Outcome) {
        self.change(ticket, |entry| entry.outcome = outcome);
        self.pending.send_modify(|pending| *pending -= 1);
    }

    /// How many requests are at work.
    pub(crate) fn pending(&self) -> usize {
        *self.pending.borrow()
    }

    /// Returns when no request is at work.
    pub(crate) async fn until_idle(&self) {
        let mut changes = self.pending.subscribe();
        // The sender lives as long as `self`, so this cannot fail.
        let _ = changes.wait_for(|pending| *pending == 0).await;
    }

    fn change(&self, ticket: Ticket, change: impl FnOnce(&mut Entry)) {
        let mut entries = self.lock();
        if entries.generation == ticket.generation
            && let Some(entry) = entries.list.get_mut(ticket.at)
        {
            change(entry);
        }
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.lock().list.clone()
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.lock().list {
            *counts.entry(entry.name()).or_insert(0) += 1;
        }
        counts
    }

    pub(crate) fn clear(&self) {
        let mut entries = self.lock();
        entries.list.clear();
        entries.generation += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(operation: &str) -> Entry {
        Entry {
            service: "dlm".into(),
            operation: operation.into(),
            region: "us-east-1".into(),
            method: "GET".into(),
            path: "/policies".into(),
            request_id: "id".into(),
            fault: None,
            outcome: Outcome::Pending,
        }
    }

    #[test]
    fn entries_keep_the_order_of_arrival_whatever_ends_first() {
        let log = RequestLog::default();
        let first = log.begin(entry("A"));
        let second = log.begin(entry("B"));
        log.end(
            second,
            Outcome::Answered {
                status: 200,
                error: None,
            },
        );
        log.end(first, Outcome::Reset);
        let entries = log.entries();
        assert_eq!(
            (entries[0].operation.as_str(), &entries[0].outcome),
            ("A", &Outcome::Reset)
        );
        assert_eq!(
            entries[1].outcome,
            Outcome::Answered {
                status: 200,
                error: None
            }
        );
    }

    #[tokio::test]
    async fn idle_is_when_every_request_has_ended_even_those_from_before_a_clear() {
        let log = RequestLog::default();
        log.until_idle().await;
        let ticket = log.begin(entry("A"));
        log.clear();
        assert_eq!(log.pending(), 1);
        log.end(ticket, Outcome::Reset);
        log.until_idle().await;
    }

    #[test]
    fn a_request_from_before_a_clear_leaves_the_new_list_alone() {
        let log = RequestLog::default();
        let old = log.begin(entry("A"));
        log.clear();
        log.begin(entry("B"));
        log.end(old, Outcome::Reset);
        assert_eq!(log.entries()[0].outcome, Outcome::Pending);
        assert_eq!(
            log.counts().into_iter().collect::<Vec<_>>(),
            [("dlm:B".to_owned(), 1)]
        );
    }
}
