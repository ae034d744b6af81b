//! What S3 would reject, refused at plan time with the attribute named: a body described to
//! [`holdfast_recovery::lifecycle`], and its faults as diagnostics.

use holdfast_recovery::lifecycle::{self as law, Fault, Given, Severity, Step};
use tfplugin::prelude::*;
use tfplugin::{Path, PathStep};

use super::blocks::{And, Body, Expiration, Filter, Tag};

/// The rule of that id and body.
pub(crate) fn describe(id: &Attr<String>, body: &Body) -> law::Rule {
    law::Rule {
        id: given(id),
        status: given(&body.status),
        prefix: given(&body.prefix),
        filter: block(&body.filter, filter),
        expiration: block(&body.expiration, expiration),
        transition: blocks(&body.transition, |t| law::Transition {
            date: given(&t.date),
            days: number(&t.days),
            storage_class: given(&t.storage_class),
        }),
        noncurrent_version_expiration: block(&body.noncurrent_version_expiration, |e| {
            law::NoncurrentExpiration {
                newer_noncurrent_versions: number(&e.newer_noncurrent_versions),
                noncurrent_days: number(&e.noncurrent_days),
            }
        }),
        noncurrent_version_transition: blocks(&body.noncurrent_version_transition, |t| {
            law::NoncurrentTransition {
                newer_noncurrent_versions: number(&t.newer_noncurrent_versions),
                noncurrent_days: number(&t.noncurrent_days),
                storage_class: given(&t.storage_class),
            }
        }),
        abort_incomplete_multipart_upload: block(&body.abort_incomplete_multipart_upload, |a| {
            law::AbortIncompleteMultipartUpload {
                days_after_initiation: number(&a.days_after_initiation),
            }
        }),
        whole_bucket: given(&body.whole_bucket),
    }
}

/// A fault as Terraform shows it.
pub(crate) fn diagnose(fault: &Fault) -> Diagnostic {
    let last = fault.path.steps().iter().rev().find_map(|step| match step {
        Step::Field(name) => Some(*name),
        Step::Index(_) | Step::Key(_) => None,
    });
    let name = last.unwrap_or("rule");
    let detail = if fault.path.steps().is_empty() {
        format!("The rule {}.", fault.problem)
    } else {
        format!("{fault}.")
    };
    let diagnostic = match fault.severity {
        Severity::Error => Diagnostic::error(format!("Invalid {name}"), detail),
        Severity::Warning => Diagnostic::warning(format!("Questionable {name}"), detail),
    };
    diagnostic.at(attribute(&fault.path))
}

/// The same path in Terraform's eyes: a block that occurs once is the first of a list, and elements
/// of a set have no address.
fn attribute(path: &law::Path) -> Path {
    const ONCE: [&str; 6] = [
        "filter",
        "tag",
        "and",
        "expiration",
        "noncurrent_version_expiration",
        "abort_incomplete_multipart_upload",
    ];
    let mut steps = Vec::new();
    for (place, step) in path.steps().iter().enumerate() {
        match step {
            Step::Field(name @ ("transition" | "noncurrent_version_transition")) => {
                steps.push(PathStep::Attribute((*name).into()));
                break;
            }
            Step::Field(name) => {
                steps.push(PathStep::Attribute((*name).into()));
                // A block that is blamed as a whole is the one written, not its list.
                if ONCE.contains(name) && place + 1 < path.steps().len() {
                    steps.push(PathStep::Index(0));
                }
            }
            Step::Index(index) => steps.push(PathStep::Index(*index as u64)),
            Step::Key(key) => steps.push(PathStep::Key(key.as_str().into())),
        }
    }
    steps.into_iter().collect()
}

fn filter(block_: &Filter) -> law::Filter {
    law::Filter {
        prefix: given(&block_.prefix),
        tag: block(&block_.tag, |tag: &Tag| law::Tag {
            key: given(&tag.key),
            value: given(&tag.value),
        }),
        object_size_greater_than: given(&block_.object_size_greater_than),
        object_size_less_than: given(&block_.object_size_less_than),
        and: block(&block_.and, and),
    }
}

fn and(block: &And) -> law::And {
    let tags = block.tags.clone();
    law::And {
        prefix: given(&block.prefix),
        tags: given(&tags.map(|tags| tags.iter().map(|(k, v)| (k.clone(), given(v))).collect())),
        object_size_greater_than: given(&block.object_size_greater_than),
        object_size_less_than: given(&block.object_size_less_than),
    }
}

fn expiration(block: &Expiration) -> law::Expiration {
    law::Expiration {
        date: given(&block.date),
        days: number(&block.days),
        expired_object_delete_marker: given(&block.expired_object_delete_marker),
    }
}

fn given<T: Clone>(attr: &Attr<T>) -> Given<T> {
    match attr {
        Attr::Known(value) => Given::Known(value.clone()),
        Attr::Null => Given::Absent,
        Attr::Unknown => Given::Unknown,
    }
}

fn number(attr: &Attr<i32>) -> Given<i64> {
    given(&attr.clone().map(i64::from))
}

fn block<M, L>(one: &One<M>, describe: impl FnOnce(&M) -> L) -> Given<L> {
    match one {
        One::Present(block) => Given::Known(describe(block)),
        One::Absent => Given::Absent,
        One::Unknown => Given::Unknown,
    }
}

/// Blocks of any number.
pub(crate) fn blocks<M, L>(many: &Many<M>, describe: impl Fn(&M) -> L) -> Given<Vec<L>> {
    match many {
        Many::Known(blocks) => Given::Known(blocks.iter().map(describe).collect()),
        Many::Unknown => Given::Unknown,
    }
}
