//! What the checker says of one configuration, by the way it comes.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;
use terraform_config::instance::{Address, InstanceKey};

/// What a rule says of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is violated.
    Violated,
    /// It cannot be decided.
    Undecided,
}

/// One thing that a rule speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct About {
    /// The rule.
    pub rule: String,
    /// The cluster, bucket, volume. What is open is open of all of it, and names no pool.
    pub address: String,
}

/// What `holdfast check --format json` printed.
#[derive(Clone, Debug)]
pub struct Verdicts {
    /// Findings without a condition, and open questions.
    pub said: BTreeMap<About, Said>,
    /// Findings as they are printed.
    pub findings: Vec<Json>,
    /// Open questions as they are printed.
    pub undecided: Vec<Json>,
    /// What could not be analysed.
    pub errors: Vec<String>,
    /// How the program ended.
    pub code: Option<i32>,
}

impl Verdicts {
    /// Reads a report.
    ///
    /// # Errors
    /// It is none.
    pub fn read(stdout: &[u8], code: Option<i32>) -> Result<Self> {
        let report: Json = serde_json::from_slice(stdout)
            .with_context(|| format!("no report: {:?}", String::from_utf8_lossy(stdout)))?;
        ensure!(report["version"] == 1, "a report of version 1: {report}");
        let entries = |list: &str| report[list].as_array().cloned().unwrap_or_default();
        let mut findings = entries("findings");
        // What is there under a condition alone is not looked for in plans.
        findings.retain(|finding| finding["when"].is_null());
        let violated = findings.iter().map(|it| (about(it), Said::Violated));
        let undecided = entries("undecided");
        let undecided = undecided.iter().map(|it| (about(it), Said::Undecided));
        let errors = entries("errors");
        let errors = errors.iter().map(|it| text(it, "message")).collect();
        Ok(Self {
            said: undecided.chain(violated).collect(),
            findings,
            undecided: entries("undecided"),
            errors,
            code,
        })
    }

    /// What the other decides otherwise, or, with `may_be_open`, the opposite of. Nothing is said
    /// of what a rule holds for. What is open here may be decided there: a plan knows more.
    pub fn contradictions(&self, other: &Self, may_be_open: bool) -> Vec<String> {
        let mut found = Vec::new();
        for (about, said) in &self.said {
            let there = other.of(about);
            let agrees = match (said, there) {
                (Said::Undecided, _) | (Said::Violated, Some(Said::Violated)) => true,
                (Said::Violated, Some(Said::Undecided)) => may_be_open,
                (Said::Violated, None) => false,
            };
            if !agrees {
                found.push(format!("{about:?} is {said:?} here, there {there:?}"));
            }
        }
        for (about, said) in &other.said {
            let here = self.of(about);
            let agrees = here.is_some() || (*said == Said::Undecided && may_be_open);
            if !agrees {
                found.push(format!("{about:?} holds here, there it is {said:?}"));
            }
        }
        found
    }

    /// What is said of something, or of what stands for any number of it.
    fn of(&self, about: &About) -> Option<Said> {
        let exact = self.said.get(about).copied();
        exact.or_else(|| {
            let is_like = |other: &&About| {
                other.rule == about.rule
                    && (stands_for(&other.address, &about.address)
                        || stands_for(&about.address, &other.address))
            };
            let mut like = self.said.keys().filter(is_like);
            like.next().and_then(|other| self.said.get(other)).copied()
        })
    }

    /// How many questions are open here that are not open there.
    pub fn open_beside(&self, other: &Self) -> usize {
        let open = self.said.iter();
        let open = open.filter(|(_, said)| **said == Said::Undecided);
        open.filter(|(about, _)| other.of(about) != Some(Said::Undecided))
            .count()
    }
}

fn about(entry: &Json) -> About {
    About {
        rule: text(entry, "rule"),
        address: text(entry, "address"),
    }
}

fn text(entry: &Json, key: &str) -> String {
    entry[key].as_str().unwrap_or_default().to_owned()
}

/// True for a resource whose repetition is unknown, and one of its instances.
fn stands_for(any: &str, one: &str) -> bool {
    let (Ok(any), Ok(one)) = (any.parse::<Address>(), one.parse::<Address>()) else {
        return false;
    };
    let steps = |address: &Address| {
        let modules = address.module.iter();
        let mut steps: Vec<(String, Option<InstanceKey>)> = modules
            .map(|step| (step.name.to_string(), step.key.clone()))
            .collect();
        let own = format!("{:?} {}.{}", address.mode, address.type_name, address.name);
        steps.push((own, address.key.clone()));
        steps
    };
    let (any, one) = (steps(&any), steps(&one));
    let mut pairs = any.iter().zip(&one);
    any.len() == one.len()
        && any != one
        && pairs.all(|(any, one)| any.0 == one.0 && (any.1.is_none() || any.1 == one.1))
}
