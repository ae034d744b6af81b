//! Retention: how many, or for how long.

use super::rule::{Checked, need, one_of, within};
use crate::dlm::error::DlmError;
use crate::dlm::model::{Age, PolicyDetails, RetainRule};

/// What a rule keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// The newest so many.
    Count(i64),
    /// All that are younger.
    Age(Span),
}

/// A length of time in the unit it was given in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    interval: i64,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Days,
    Weeks,
    Months,
    Years,
}

impl Unit {
    fn parse(at: &str, text: &str) -> Result<Self, DlmError> {
        Ok(match text {
            "DAYS" => Self::Days,
            "WEEKS" => Self::Weeks,
            "MONTHS" => Self::Months,
            "YEARS" => Self::Years,
            _ => {
                one_of(at, text, &["DAYS", "WEEKS", "MONTHS", "YEARS"])?;
                Self::Days
            }
        })
    }

    /// How many make a year, as the service counts: 100 years are 1200 months, 5200 weeks,
    /// 36500 days.
    fn per_year(self) -> i64 {
        match self {
            Self::Days => 365,
            Self::Weeks => 52,
            Self::Months => 12,
            Self::Years => 1,
        }
    }

    fn days(self) -> i64 {
        match self {
            Self::Days => 1,
            Self::Weeks => 7,
            Self::Months => 30,
            Self::Years => 365,
        }
    }
}

impl Span {
    /// In days, a month being 30.
    pub(crate) fn days(self) -> i64 {
        self.interval * self.unit.days()
    }

    fn new(at: &str, interval: i64, unit: &str, least: i64, years: i64) -> Result<Self, DlmError> {
        let unit = Unit::parse(&format!("{at}.IntervalUnit"), unit)?;
        within(
            &format!("{at}.Interval"),
            interval,
            least..=years * unit.per_year(),
        )?;
        Ok(Self { interval, unit })
    }

    /// Of a copy's RetainRule or DeprecateRule: at least 1, at most `years`.
    pub(crate) fn of_age(at: &str, age: &Age, years: i64) -> Result<Self, DlmError> {
        match (age.interval, &age.interval_unit) {
            (Some(interval), Some(unit)) => Self::new(at, interval, unit, 1, years),
            _ => Err(both_of(age.interval.is_some(), age.interval_unit.is_some())),
        }
    }
}

impl Keep {
    /// Reads a rule that has `Count`, or `Interval` and `IntervalUnit`: from `least`, at most 1000
    /// or `years`.
    ///
    /// `Interval: 0` beside a count is taken for none: the service answers count rules so, and
    /// takes its own answer back.
    pub(crate) fn of(
        at: &str,
        rule: &RetainRule,
        least: i64,
        years: i64,
    ) -> Result<Self, DlmError> {
        let echoed =
            rule.count.is_some() && rule.interval == Some(0) && rule.interval_unit.is_none();
        let interval = if echoed { None } else { rule.interval };
        match (rule.count, interval, &rule.interval_unit) {
            (Some(count), None, None) => {
                within(&format!("{at}.Count"), count, least..=1000)?;
                Ok(Self::Count(count))
            }
            (None, Some(interval), Some(unit)) => {
                Span::new(at, interval, unit, least, years).map(Self::Age)
            }
            (None, None, None) => Err(DlmError::Missing(vec!["Count"])),
            (Some(_), Some(_), _) => Err(DlmError::Exclusive(vec!["Count", "Interval"])),
            (Some(_), None, Some(_)) => Err(DlmError::Exclusive(vec!["Count", "IntervalUnit"])),
            (None, interval, unit) => Err(both_of(interval.is_some(), unit.is_some())),
        }
    }

    /// Whether nothing is kept: snapshots are archived at once.
    pub(crate) fn is_nothing(self) -> bool {
        match self {
            Self::Count(count) => count == 0,
            Self::Age(span) => span.interval == 0,
        }
    }

    /// Whether both keep by count, or both by age.
    pub(crate) fn same_kind(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Count(_), Self::Count(_)) | (Self::Age(_), Self::Age(_))
        )
    }
}

/// Whether an update would turn a policy that keeps by count into one that keeps by age, which the
/// service does not do; the other way is allowed.
pub(crate) fn goes_from_count_to_age(old: &PolicyDetails, new: &PolicyDetails) -> bool {
    let rules = |details: &PolicyDetails| -> Vec<RetainRule> {
        details
            .schedules
            .iter()
            .flatten()
            .filter_map(|schedule| schedule.retain_rule.clone())
            .collect()
    };
    rules(old).iter().any(|rule| rule.count.is_some())
        && rules(new)
            .iter()
            .any(|rule| rule.count.is_none() && rule.interval.is_some())
}

/// The error for an interval without its unit, or a unit without its interval.
fn both_of(interval: bool, unit: bool) -> DlmError {
    let checked: Checked = need(&[("Interval", interval), ("IntervalUnit", unit)]);
    checked.err().unwrap_or(DlmError::Missing(vec!["Interval"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(
        count: Option<i64>,
        interval: Option<i64>,
        unit: Option<&str>,
    ) -> Result<Keep, DlmError> {
        let rule = RetainRule {
            count,
            interval,
            interval_unit: unit.map(str::to_owned),
        };
        Keep::of("RetainRule", &rule, 1, 100)
    }

    #[test]
    fn a_count_or_an_age_never_both() {
        assert_eq!(keep(Some(7), None, None), Ok(Keep::Count(7)));
        assert!(
            matches!(keep(None, Some(2), Some("WEEKS")), Ok(Keep::Age(span)) if span.days() == 14)
        );
        assert_eq!(
            keep(None, None, None),
            Err(DlmError::Missing(vec!["Count"]))
        );
        assert_eq!(
            keep(Some(7), Some(2), Some("DAYS")),
            Err(DlmError::Exclusive(vec!["Count", "Interval"]))
        );
        assert_eq!(
            keep(None, Some(2), None),
            Err(DlmError::Missing(vec!["IntervalUnit"]))
        );
        assert_eq!(
            keep(None, None, Some("DAYS")),
            Err(DlmError::Missing(vec!["Interval"]))
        );
        assert_eq!(
            keep(Some(7), None, Some("DAYS")),
            Err(DlmError::Exclusive(vec!["Count", "IntervalUnit"]))
        );
    }

    #[test]
    fn the_service_takes_its_own_answer_back() {
        assert_eq!(keep(Some(7), Some(0), None), Ok(Keep::Count(7)));
    }

    #[test]
    fn limits_are_a_thousand_and_a_hundred_years() {
        for (count, good) in [(0, false), (1, true), (1000, true), (1001, false)] {
            assert_eq!(keep(Some(count), None, None).is_ok(), good, "{count}");
        }
        for (unit, most) in [
            ("DAYS", 36500),
            ("WEEKS", 5200),
            ("MONTHS", 1200),
            ("YEARS", 100),
        ] {
            assert!(keep(None, Some(most), Some(unit)).is_ok(), "{unit}");
            assert!(keep(None, Some(most + 1), Some(unit)).is_err(), "{unit}");
            assert!(keep(None, Some(0), Some(unit)).is_err(), "{unit}");
        }
        assert!(keep(None, Some(1), Some("HOURS")).is_err());
    }
}
