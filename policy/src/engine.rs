//! Runs every rule over an estate.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::estate::Estate;
use crate::finding::{Severity, Undecided, Verdict, Violation};
use crate::rule::Rule;
use crate::rules;

/// What was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A root module: its directory.
    Root(PathBuf),
    /// A plan: its file.
    Plan(PathBuf),
}

/// A rule that a cluster violates.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The cluster.
    pub address: String,
    /// In what it was found.
    pub inputs: Vec<Input>,
    /// What it says.
    pub violation: Violation,
    /// Without it there is no such cluster: `var.on = true`, where the default is false.
    pub when: Option<String>,
}

impl Finding {
    /// The rule's severity; of what is not there by default no more than a warning.
    pub fn severity(&self) -> Severity {
        match self.when {
            Some(_) => self.rule.severity.min(Severity::Warning),
            None => self.rule.severity,
        }
    }
}

/// A rule that cannot be decided for a cluster.
#[derive(Clone, Debug)]
pub struct Open {
    /// The rule.
    pub rule: &'static Rule,
    /// The cluster.
    pub address: String,
    /// In what it was found.
    pub inputs: Vec<Input>,
    /// What is missing.
    pub undecided: Undecided,
}

/// What the rules say of one estate or of several.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// Clusters looked at.
    pub clusters: usize,
    /// Violations.
    pub findings: Vec<Finding>,
    /// Open questions.
    pub undecided: Vec<Open>,
}

/// Asks every rule about every cluster of a root module or a plan.
pub fn judge(estate: &Estate, input: &Input) -> Judgement {
    let mut judgement = Judgement {
        clusters: estate.clusters.len(),
        ..Judgement::default()
    };
    for cluster in &estate.clusters {
        for rule in rules::ALL {
            let address = cluster.address.clone();
            let inputs = vec![input.clone()];
            match (rule.check)(cluster) {
                Verdict::Holds => {}
                Verdict::Violated(violation) => {
                    judgement.findings.push(Finding {
                        rule,
                        address,
                        inputs,
                        violation: violation.with_doubt(),
                        when: None,
                    });
                }
                Verdict::Undecided(undecided) => {
                    judgement.undecided.push(Open {
                        rule,
                        address,
                        inputs,
                        undecided,
                    });
                }
            }
        }
    }
    judgement
}

impl Judgement {
    /// Adds what the rules say of what is there only under a condition: findings about clusters
    /// that are `hidden` otherwise. Open questions about them are none of today's.
    pub fn extend_hidden(&mut self, other: Self, when: &str, hidden: &BTreeSet<String>) {
        let findings = other.findings.into_iter();
        for finding in findings.filter(|it| hidden.contains(&it.address)) {
            let is_same =
                |it: &Finding| it.rule.id == finding.rule.id && it.address == finding.address;
            // Behind two gates it is the same.
            if !self.findings.iter().any(is_same) {
                let when = Some(when.to_owned());
                self.findings.push(Finding { when, ..finding });
            }
        }
    }

    /// Adds what the rules say of another estate.
    pub fn extend(&mut self, other: Self) {
        self.clusters += other.clusters;
        self.findings.extend(other.findings);
        self.undecided.extend(other.undecided);
    }
}
