//! [`RetainRule`]: how long snapshots are kept.

use super::{Fault, Given, Path, check_word, choices};
use crate::retention::{Age, AgeUnit};

/// How long snapshots are kept: a count, or an interval with its unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RetainRule {
    /// 1 to 1000.
    pub count: Given<i64>,
    /// 1 to a hundred years.
    pub interval: Given<i64>,
    /// `DAYS`, `WEEKS`, `MONTHS` or `YEARS`.
    pub interval_unit: Given<String>,
}

impl RetainRule {
    /// Everything wrong with this block, which lies at `at`. `archived`: none may be kept.
    pub fn check(&self, archived: bool, at: &Path, faults: &mut Vec<Fault>) {
        match (&self.count, &self.interval) {
            (Given::Known(_), Given::Known(_)) => {
                faults.push(
                    at.field("count")
                        .error("excludes interval: keep one of the two"),
                );
            }
            (Given::Absent, Given::Absent) => {
                faults.push(at.error("needs count, or interval and interval_unit"));
            }
            _ => {}
        }
        if let Some(count) = self.count.known() {
            check_range(*count, 1000, "", archived, &at.field("count"), faults);
            if self.interval.is_absent() && self.interval_unit.known().is_some() {
                faults.push(
                    at.field("interval_unit")
                        .error("goes with interval, not with count"),
                );
            }
        }
        let words = AgeUnit::WORDS.map(|(word, _)| word);
        check_word(
            &self.interval_unit,
            &words,
            &at.field("interval_unit"),
            faults,
        );
        let Some(interval) = self.interval.known() else {
            return;
        };
        if self.interval_unit.is_absent() {
            faults.push(
                at.field("interval_unit")
                    .error(format!("is missing: name {}", choices(&words))),
            );
        }
        let unit = self.unit();
        let most = unit.map_or(AgeUnit::Days.hundred_years(), AgeUnit::hundred_years);
        let word = self.interval_unit.known().map(|word| word.to_lowercase());
        let word = word.map(|word| format!(" {word}")).unwrap_or_default();
        check_range(
            *interval,
            most,
            &word,
            archived,
            &at.field("interval"),
            faults,
        );
    }

    fn unit(&self) -> Option<AgeUnit> {
        let word = self.interval_unit.known()?;
        let found = AgeUnit::WORDS.iter().find(|(known, _)| known == word);
        found.map(|(_, unit)| *unit)
    }

    pub(super) fn age(&self) -> Option<Age> {
        Some(Age {
            interval: u32::try_from(*self.interval.known()?).ok()?,
            unit: self.unit()?,
        })
    }
}

fn check_range(
    number: i64,
    most: u32,
    unit: &str,
    archived: bool,
    at: &Path,
    faults: &mut Vec<Fault>,
) {
    if number == 0 && !archived {
        faults.push(at.error("must not be 0: without an archive rule nothing would be kept"));
    } else if number < 0 || number > i64::from(most) {
        faults.push(at.error(format!("must be 1 to {most}{unit}, not {number}")));
    }
}

#[cfg(test)]
mod tests {
    use super::super::policy::tests::{faults_of, policy};
    use super::*;

    fn known(text: &str) -> Given<String> {
        Given::Known(text.to_owned())
    }

    fn retain(rule: RetainRule) -> String {
        faults_of(&policy().with_schedule(|schedule| schedule.retain_rule = Given::Known(rule)))
    }

    fn count(count: i64) -> RetainRule {
        RetainRule {
            count: Given::Known(count),
            ..RetainRule::default()
        }
    }

    fn age(interval: i64, unit: &str) -> RetainRule {
        RetainRule {
            interval: Given::Known(interval),
            interval_unit: known(unit),
            ..RetainRule::default()
        }
    }

    #[test]
    fn a_count_or_an_age_and_not_both() {
        assert_eq!(retain(count(1)), "");
        assert_eq!(retain(count(1000)), "");
        insta::assert_snapshot!(retain(RetainRule::default()), @"policy_details.schedule[0].retain_rule needs count, or interval and interval_unit");
        insta::assert_snapshot!(retain(count(0)), @"policy_details.schedule[0].retain_rule.count must not be 0: without an archive rule nothing would be kept");
        insta::assert_snapshot!(retain(count(1001)), @"policy_details.schedule[0].retain_rule.count must be 1 to 1000, not 1001");
        insta::assert_snapshot!(retain(count(-1)), @"policy_details.schedule[0].retain_rule.count must be 1 to 1000, not -1");
        let both = RetainRule {
            count: Given::Known(7),
            ..age(7, "DAYS")
        };
        insta::assert_snapshot!(retain(both), @"policy_details.schedule[0].retain_rule.count excludes interval: keep one of the two");
        let unit_alone = RetainRule {
            interval_unit: known("DAYS"),
            ..count(7)
        };
        insta::assert_snapshot!(retain(unit_alone), @"policy_details.schedule[0].retain_rule.interval_unit goes with interval, not with count");
    }

    #[test]
    fn an_age_has_a_unit_and_ends_at_a_hundred_years() {
        for (most, unit) in [
            (36_500, "DAYS"),
            (5_200, "WEEKS"),
            (1_200, "MONTHS"),
            (100, "YEARS"),
        ] {
            assert_eq!(retain(age(most, unit)), "");
            assert!(
                retain(age(most + 1, unit)).contains("must be 1 to"),
                "{unit}"
            );
        }
        insta::assert_snapshot!(retain(age(101, "YEARS")), @"policy_details.schedule[0].retain_rule.interval must be 1 to 100 years, not 101");
        insta::assert_snapshot!(retain(age(0, "DAYS")), @"policy_details.schedule[0].retain_rule.interval must not be 0: without an archive rule nothing would be kept");
        insta::assert_snapshot!(retain(age(7, "HOURS")), @r#"policy_details.schedule[0].retain_rule.interval_unit must be DAYS, WEEKS, MONTHS or YEARS, not "HOURS""#);
        let without_unit = RetainRule {
            interval_unit: Given::Absent,
            ..age(7, "")
        };
        insta::assert_snapshot!(retain(without_unit), @"policy_details.schedule[0].retain_rule.interval_unit is missing: name DAYS, WEEKS, MONTHS or YEARS");
    }
}
