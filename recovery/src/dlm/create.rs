//! [`CreateRule`]: when snapshots are taken.

use jiff::{SignedDuration, Timestamp};

use super::{Fault, Given, Path, check_word};
use crate::schedule::{AwsCron, Gaps, Interval, Rhythm, Schedule, TimeOfDay};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// A year of the calendar, leap day included: once a year must be allowed.
const YEAR: SignedDuration = SignedDuration::from_hours(366 * 24);

/// When snapshots are taken: an interval or a cron expression.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreateRule {
    /// AWS's `cron(...)`.
    pub cron_expression: Given<String>,
    /// Hours: 1, 2, 3, 4, 6, 8, 12 or 24.
    pub interval: Given<i64>,
    /// `HOURS`, or absent.
    pub interval_unit: Given<String>,
    /// At most one `HH:MM`.
    pub times: Given<Vec<Given<String>>>,
    /// `CLOUD`, `OUTPOST_LOCAL`, `LOCAL_ZONE`, or absent.
    pub location: Given<String>,
}

impl CreateRule {
    /// Everything wrong with this block, which lies at `at`.
    pub fn check(&self, now: Timestamp, at: &Path, faults: &mut Vec<Fault>) {
        match (&self.cron_expression, &self.interval) {
            (Given::Known(_), Given::Known(_)) => faults.push(
                at.field("cron_expression")
                    .error("excludes interval: keep one of the two"),
            ),
            (Given::Absent, Given::Absent) => {
                faults.push(at.error("needs interval or cron_expression"));
            }
            _ => {}
        }
        if let Some(cron) = self.cron_expression.known() {
            check_cron(cron, now, &at.field("cron_expression"), faults);
            for (name, written) in [
                ("times", self.times.known().is_some()),
                ("interval_unit", self.interval_unit.known().is_some()),
            ] {
                if written && self.interval.is_absent() {
                    let problem = "goes with interval; a cron expression says its own times";
                    faults.push(at.field(name).error(problem));
                }
            }
        }
        if let Some(hours) = self.interval.known()
            && let Err(error) = Interval::new(*hours, TimeOfDay::default())
        {
            faults.push(at.field("interval").error(format!("is wrong: {error}")));
        }
        check_word(
            &self.interval_unit,
            &["HOURS"],
            &at.field("interval_unit"),
            faults,
        );
        self.check_times(&at.field("times"), faults);
        let places = ["CLOUD", "OUTPOST_LOCAL", "LOCAL_ZONE"];
        check_word(&self.location, &places, &at.field("location"), faults);
    }

    fn check_times(&self, at: &Path, faults: &mut Vec<Fault>) {
        let times = self.times.known().map(Vec::as_slice).unwrap_or_default();
        if times.len() > 1 {
            faults.push(at.error("must hold one time: the others follow from interval"));
        }
        for (index, time) in times.iter().enumerate() {
            match time {
                Given::Absent => faults.push(at.index(index).error("must not be null")),
                Given::Unknown => {}
                Given::Known(time) => {
                    if let Err(error) = time.parse::<TimeOfDay>() {
                        faults.push(at.index(index).error(format!("is wrong: {error}")));
                    }
                }
            }
        }
    }

    /// How far apart snapshots are, if that is known and there will be at least two.
    pub(super) fn gaps(&self, now: Timestamp) -> Option<Gaps> {
        let walk = match (self.cron_expression.known(), self.interval.known()) {
            (Some(cron), None) => Schedule::AwsCron(cron.parse().ok()?),
            (None, Some(hours)) => {
                Schedule::Interval(Interval::new(*hours, TimeOfDay::default()).ok()?)
            }
            _ => return None,
        };
        match walk.rhythm(now) {
            Rhythm::Recurring(gaps) => Some(gaps),
            Rhythm::Never | Rhythm::Once(_) => None,
        }
    }
}

/// Grammar, length, and a period between an hour and a year.
fn check_cron(text: &str, now: Timestamp, at: &Path, faults: &mut Vec<Fault>) {
    let cron: AwsCron = match text.parse() {
        Ok(cron) => cron,
        Err(error) => return faults.push(at.error(format!("is wrong: {error}"))),
    };
    // `cron\([^\n]{11,100}\)`
    if !(17..=106).contains(&text.chars().count()) || text.contains('\n') {
        return faults.push(at.error("must have 17 to 106 characters on one line"));
    }
    let schedule = Schedule::AwsCron(cron);
    match schedule.rhythm(now) {
        Rhythm::Recurring(gaps) => check_period(gaps, at, faults),
        Rhythm::Once(fire) => faults.push(at.warning(format!(
            "fires once more, at {fire}, and never again: DLM never deletes the last snapshot"
        ))),
        Rhythm::Never if schedule.next_after(Timestamp::UNIX_EPOCH).is_none() => {
            faults.push(at.error("names days that no calendar has, so it never fires"));
        }
        Rhythm::Never => faults.push(at.warning("names years that are over: it never fires again")),
    }
}

fn check_period(gaps: Gaps, at: &Path, faults: &mut Vec<Fault>) {
    if gaps.shortest < HOUR {
        let minutes = gaps.shortest.as_mins();
        faults.push(at.error(format!(
            "fires {minutes} minutes apart at the closest; DLM takes a snapshot at most every hour"
        )));
    }
    if gaps.longest > YEAR {
        let days = gaps.longest.as_hours() / 24;
        faults.push(at.error(format!(
            "leaves {days} days between two snapshots at the widest; DLM wants one at least once a year"
        )));
    }
}

#[cfg(test)]
mod tests {
    use super::super::policy::tests::{faults_of, policy};
    use super::*;

    fn known(text: &str) -> Given<String> {
        Given::Known(text.to_owned())
    }

    fn create(rule: CreateRule) -> String {
        faults_of(&policy().with_schedule(|schedule| schedule.create_rule = Given::Known(rule)))
    }

    fn cron(text: &str) -> String {
        create(CreateRule {
            cron_expression: known(text),
            ..CreateRule::default()
        })
    }

    fn every(hours: i64) -> CreateRule {
        CreateRule {
            interval: Given::Known(hours),
            ..CreateRule::default()
        }
    }

    #[test]
    fn an_interval_or_a_cron_expression_and_not_both() {
        for hours in [1, 2, 3, 4, 6, 8, 12, 24] {
            assert_eq!(create(every(hours)), "");
        }
        assert_eq!(cron("cron(0 3 * * ? *)"), "");
        insta::assert_snapshot!(create(every(5)), @"policy_details.schedule[0].create_rule.interval is wrong: an interval must be 1, 2, 3, 4, 6, 8, 12 or 24 hours, not 5");
        insta::assert_snapshot!(create(CreateRule::default()), @"policy_details.schedule[0].create_rule needs interval or cron_expression");
        let both = CreateRule {
            cron_expression: known("cron(0 3 * * ? *)"),
            ..every(24)
        };
        insta::assert_snapshot!(create(both), @"policy_details.schedule[0].create_rule.cron_expression excludes interval: keep one of the two");
        // One of them may still turn out to be null.
        let open = CreateRule {
            cron_expression: Given::Unknown,
            ..every(24)
        };
        assert_eq!(create(open), "");
        let minutes = CreateRule {
            interval_unit: known("MINUTES"),
            ..every(24)
        };
        insta::assert_snapshot!(create(minutes), @r#"policy_details.schedule[0].create_rule.interval_unit must be HOURS, not "MINUTES""#);
    }

    #[test]
    fn one_time_of_day_and_only_beside_an_interval() {
        let at = |times: &[&str]| CreateRule {
            times: Given::Known(times.iter().map(|time| known(time)).collect()),
            ..every(12)
        };
        assert_eq!(create(at(&["00:00"])), "");
        assert_eq!(create(at(&[])), "");
        insta::assert_snapshot!(create(at(&["3:00"])), @r#"policy_details.schedule[0].create_rule.times[0] is wrong: "3:00" is not a time of day in UTC: write hours and minutes as in "03:00""#);
        insta::assert_snapshot!(create(at(&["03:00", "15:00"])), @"policy_details.schedule[0].create_rule.times must hold one time: the others follow from interval");
        let beside_cron = CreateRule {
            cron_expression: known("cron(0 3 * * ? *)"),
            interval: Given::Absent,
            ..at(&["03:00"])
        };
        insta::assert_snapshot!(create(beside_cron), @"policy_details.schedule[0].create_rule.times goes with interval; a cron expression says its own times");
        let nowhere = CreateRule {
            location: known("OUTPOST"),
            ..every(24)
        };
        insta::assert_snapshot!(create(nowhere), @r#"policy_details.schedule[0].create_rule.location must be CLOUD, OUTPOST_LOCAL or LOCAL_ZONE, not "OUTPOST""#);
    }

    #[test]
    fn a_cron_expression_fires_between_hourly_and_yearly() {
        for good in [
            "cron(0 * * * ? *)",
            "cron(15 10 ? * 6L *)",
            "cron(0 3 1 1 ? *)",
            "cron(0 3 ? * MON-FRI 2026-2030)",
        ] {
            assert_eq!(cron(good), "", "{good}");
        }
        insta::assert_snapshot!(cron("0 3 * * *"), @r#"policy_details.schedule[0].create_rule.cron_expression is wrong: "0 3 * * *" is not of the form cron(minutes hours day-of-month month day-of-week year)"#);
        insta::assert_snapshot!(cron("cron(0/15 3 * * ? *)"), @"policy_details.schedule[0].create_rule.cron_expression fires 15 minutes apart at the closest; DLM takes a snapshot at most every hour");
        insta::assert_snapshot!(cron("cron(0,59 0/6 * * ? *)"), @"policy_details.schedule[0].create_rule.cron_expression fires 59 minutes apart at the closest; DLM takes a snapshot at most every hour");
        insta::assert_snapshot!(cron("cron(0 3 29 2 ? *)"), @"policy_details.schedule[0].create_rule.cron_expression leaves 2921 days between two snapshots at the widest; DLM wants one at least once a year");
        insta::assert_snapshot!(cron("cron(0 3 30 2 ? *)"), @"policy_details.schedule[0].create_rule.cron_expression names days that no calendar has, so it never fires");
        insta::assert_snapshot!(cron("cron(0 3 1 1 ? 2027)"), @"warning: policy_details.schedule[0].create_rule.cron_expression fires once more, at 2027-01-01T03:00:00Z, and never again: DLM never deletes the last snapshot");
        insta::assert_snapshot!(cron("cron(0 3 1 1 ? 2020-2025)"), @"warning: policy_details.schedule[0].create_rule.cron_expression names years that are over: it never fires again");
        let long = format!("cron(0 {} * * ? *)", ["3"; 60].join(","));
        insta::assert_snapshot!(cron(&long), @"policy_details.schedule[0].create_rule.cron_expression must have 17 to 106 characters on one line");
    }
}
