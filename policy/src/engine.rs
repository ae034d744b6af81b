//! Runs every rule over an estate.

use std::path::{Path, PathBuf};

use crate::estate::Estate;
use crate::finding::{Undecided, Verdict, Violation};
use crate::rule::Rule;
use crate::rules;

/// A rule that a cluster violates.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The cluster.
    pub address: String,
    /// The root modules in which it was found.
    pub roots: Vec<PathBuf>,
    /// What it says.
    pub violation: Violation,
}

/// A rule that cannot be decided for a cluster.
#[derive(Clone, Debug)]
pub struct Open {
    /// The rule.
    pub rule: &'static Rule,
    /// The cluster.
    pub address: String,
    /// The root modules in which it was found.
    pub roots: Vec<PathBuf>,
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

/// Asks every rule about every cluster of a root module.
pub fn judge(estate: &Estate, root: &Path) -> Judgement {
    let mut judgement = Judgement {
        clusters: estate.clusters.len(),
        ..Judgement::default()
    };
    for cluster in &estate.clusters {
        for rule in rules::ALL {
            let address = cluster.address.clone();
            let roots = vec![root.to_path_buf()];
            match (rule.check)(cluster) {
                Verdict::Holds => {}
                Verdict::Violated(violation) => {
                    judgement.findings.push(Finding {
                        rule,
                        address,
                        roots,
                        violation,
                    });
                }
                Verdict::Undecided(undecided) => {
                    judgement.undecided.push(Open {
                        rule,
                        address,
                        roots,
                        undecided,
                    });
                }
            }
        }
    }
    judgement
}

impl Judgement {
    /// Adds what the rules say of another estate.
    pub fn extend(&mut self, other: Self) {
        self.clusters += other.clusters;
        self.findings.extend(other.findings);
        self.undecided.extend(other.undecided);
    }
}
