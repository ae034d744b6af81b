//! [`Configuration`]: all rules of one bucket.

use std::collections::BTreeSet;

use super::{Fault, Given, Path, Rule};

/// The most rules that a bucket can have.
const RULES: usize = 1000;

/// All rules of one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// The rules, as ordered.
    pub rule: Given<Vec<Rule>>,
}

impl Configuration {
    /// Everything wrong with it.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let at = Path::root().field("rule");
        let rules = self.rule.known().map(Vec::as_slice).unwrap_or_default();
        if rules.len() > RULES {
            faults.push(at.error(format!(
                "occurs {} times: a bucket has at most {RULES} rules",
                rules.len()
            )));
        }
        let mut seen = BTreeSet::new();
        for (i, rule) in rules.iter().enumerate() {
            let at = at.index(i);
            rule.check_at(&at, "id", &mut faults);
            if let Some(id) = rule.id.known()
                && !seen.insert(id)
            {
                faults.push(at.field("id").error(format!(
                    "is {id:?} a second time: ids are unique in a bucket"
                )));
            }
        }
        faults.extend(mixed(rules, &at));
        faults
    }
}

/// S3 takes a configuration in the older form or in the newer one.
fn mixed(rules: &[Rule], at: &Path) -> Option<Fault> {
    let newer = rules.iter().find(|rule| rule.filter.known().is_some())?;
    let older = rules
        .iter()
        .position(|rule| rule.is_legacy() && rule.filter.is_absent())?;
    let name = match newer.id.known() {
        Some(id) => format!("rule {id:?}"),
        None => "another rule".to_owned(),
    };
    Some(at.index(older).field("prefix").error(format!(
        "cannot stand beside the filter of {name}: S3 takes prefixes of this form or filters in \
         one bucket, not both; write filter {{ prefix = ... }}"
    )))
}
