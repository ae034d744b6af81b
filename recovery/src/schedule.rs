//! When backups are taken.
//!
//! | file | holds |
//! |---|---|
//! | `calendar.rs` | [`Calendar`]: sets of minutes, hours, days, months and years, and the walk over its fire times |
//! | `month.rs` | which days of one month are meant |
//! | `aws_cron.rs` | [`AwsCron`]: the six-field `cron(...)` of EventBridge and DLM |
//! | `interval.rs` | [`Interval`]: every so many hours, from a time of day |
//!
//! A dialect parses to a [`Calendar`]; what is said about a schedule comes from walking the fire
//! times, never from the step that was written: `0/7` hours has a gap of three hours every night.

mod aws_cron;
mod calendar;
mod interval;
mod month;

use jiff::{SignedDuration, Timestamp};

pub use aws_cron::{AwsCron, CronError, CronField};
pub use calendar::{Calendar, Fires};
pub use interval::{Interval, IntervalError, TimeOfDay};

/// A schedule in any of the dialects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// AWS's `cron(...)`.
    AwsCron(AwsCron),
    /// Every so many hours.
    Interval(Interval),
}

impl Schedule {
    /// The fire times after `after`, without end until the schedule's years run out.
    pub fn fires_after(&self, after: Timestamp) -> Fires<'_> {
        self.calendar().fires_after(after)
    }

    /// The first fire time after `after`; `None` if there is none any more.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        self.fires_after(after).next()
    }

    /// How far apart the fire times after `after` are.
    pub fn rhythm(&self, after: Timestamp) -> Rhythm {
        self.calendar().rhythm(after)
    }

    fn calendar(&self) -> &Calendar {
        match self {
            Self::AwsCron(cron) => cron.calendar(),
            Self::Interval(interval) => interval.calendar(),
        }
    }
}

/// How often a schedule fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rhythm {
    /// Not at all, any more.
    Never,
    /// Once, and not again.
    Once(Timestamp),
    /// At least twice.
    Recurring(Gaps),
}

/// The pauses between fire times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gaps {
    /// The shortest pause between two neighbours.
    pub shortest: SignedDuration,
    /// The longest.
    pub longest: SignedDuration,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn cron(text: &str) -> Schedule {
        Schedule::AwsCron(text.parse().unwrap())
    }

    /// Shortest and longest gap in hours.
    fn hours(text: &str) -> (i64, i64) {
        match cron(text).rhythm(at("2026-09-01T12:00:00Z")) {
            Rhythm::Recurring(gaps) => (gaps.shortest.as_hours(), gaps.longest.as_hours()),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn gaps_come_from_fire_times_and_not_from_steps() {
        assert_eq!(hours("cron(0 3 * * ? *)"), (24, 24));
        assert_eq!(hours("cron(0 0/7 * * ? *)"), (3, 7));
        assert_eq!(hours("cron(0 3 */2 * ? *)"), (24, 48));
        assert_eq!(hours("cron(0 3 ? * MON-FRI *)"), (24, 72));
        assert_eq!(hours("cron(0 3 1 * ? *)"), (28 * 24, 31 * 24));
        assert_eq!(hours("cron(0 3 31 * ? *)"), (31 * 24, 61 * 24));
        assert_eq!(hours("cron(0 3 1 1 ? *)"), (365 * 24, 366 * 24));
        // 2100 is no leap year.
        assert_eq!(hours("cron(0 3 29 2 ? *)"), (1461 * 24, 2921 * 24));
        assert_eq!(hours("cron(0 9 ? * 2#1 *)"), (28 * 24, 35 * 24));
    }

    #[test]
    fn a_schedule_may_fire_once_or_never_again() {
        let after = at("2026-09-01T12:00:00Z");
        assert_eq!(cron("cron(0 3 1 1 ? 2026)").rhythm(after), Rhythm::Never);
        assert_eq!(cron("cron(0 3 31 2 ? *)").rhythm(after), Rhythm::Never);
        let new_year = at("2027-01-01T03:00:00Z");
        assert_eq!(
            cron("cron(0 3 1 1 ? 2027)").rhythm(after),
            Rhythm::Once(new_year)
        );
        // Three times on a single day: the pauses of that day and no other.
        assert_eq!(hours("cron(0 3,4,9 1 1 ? 2027)"), (1, 5));
        // The rest of the only day.
        assert_eq!(hours("cron(0 3,13,14,20 1 9 ? 2026)"), (1, 6));
    }

    #[test]
    fn an_interval_without_a_day_between_still_fires_every_day() {
        let nightly = Interval::new(24, "23:59".parse().unwrap()).unwrap();
        let next = Schedule::Interval(nightly).next_after(at("2026-12-31T23:59:00Z"));
        assert_eq!(next, Some(at("2027-01-01T23:59:00Z")));
    }

    fn field(low: u16, high: u16) -> impl Strategy<Value = String> {
        prop_oneof![
            Just("*".to_owned()),
            (low..=high).prop_map(|number| number.to_string()),
            (low..=high, low..=high).prop_map(|(from, to)| format!("{from}-{to}")),
            (low..=high, 1..=high).prop_map(|(from, step)| format!("{from}/{step}")),
            proptest::collection::vec(low..=high, 1..4).prop_map(|list| list
                .iter()
                .map(u16::to_string)
                .collect::<Vec<_>>()
                .join(",")),
        ]
    }

    fn days() -> impl Strategy<Value = (String, String)> {
        let of_month = prop_oneof![
            field(1, 31),
            Just("L".to_owned()),
            Just("LW".to_owned()),
            (1..=31).prop_map(|day| format!("{day}W")),
        ];
        let of_week = prop_oneof![
            field(1, 7),
            (1..=7).prop_map(|day| format!("{day}L")),
            (1..=7, 1..=5).prop_map(|(day, nth)| format!("{day}#{nth}")),
        ];
        prop_oneof![
            of_month.prop_map(|days| (days, "?".to_owned())),
            of_week.prop_map(|days| ("?".to_owned(), days)),
        ]
    }

    prop_compose! {
        fn crons()(
            minutes in field(0, 59),
            hours in field(0, 23),
            days in days(),
            months in field(1, 12),
            years in prop_oneof![Just("*".to_owned()), Just("2026-2029".to_owned())],
        ) -> String {
            format!("cron({minutes} {hours} {} {months} {} {years})", days.0, days.1)
        }
    }

    fn moments() -> impl Strategy<Value = Timestamp> {
        (0i64..3_000_000)
            .prop_map(|minutes| at("2025-01-01T00:00:30Z") + SignedDuration::from_mins(minutes))
    }

    proptest! {
        // Each case walks four years minute by minute.
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn both_ends_of_the_gaps_occur(text in crons(), after in moments()) {
            // Within four listed years every pause can be walked.
            let text = text.replace("*)", "2027-2030)").replace("2026-2029", "2027-2030");
            let schedule = cron(&text);
            if let Rhythm::Recurring(gaps) = schedule.rhythm(after) {
                let fires: Vec<Timestamp> = schedule.fires_after(after).take(40_000).collect();
                prop_assume!(fires.len() < 40_000);
                let pauses: Vec<SignedDuration> =
                    fires.windows(2).map(|pair| pair[1].duration_since(pair[0])).collect();
                prop_assert_eq!(pauses.iter().min(), Some(&gaps.shortest));
                prop_assert_eq!(pauses.iter().max(), Some(&gaps.longest));
            }
        }
    }

    proptest! {
        #[test]
        fn fire_times_ascend_and_lie_on_whole_minutes(text in crons(), after in moments()) {
            let mut before = after;
            for fire in cron(&text).fires_after(after).take(50) {
                prop_assert!(fire > before);
                prop_assert_eq!(fire.as_second() % 60, 0);
                before = fire;
            }
        }

        #[test]
        fn the_next_fire_is_the_first_of_the_walk(text in crons(), after in moments()) {
            let schedule = cron(&text);
            let mut walk = schedule.fires_after(after);
            let first = walk.next();
            prop_assert_eq!(schedule.next_after(after), first);
            if let Some(first) = first {
                prop_assert_eq!(schedule.next_after(first), walk.next());
            }
        }

        #[test]
        fn every_pause_lies_between_the_shortest_and_the_longest(text in crons(), after in moments()) {
            let schedule = cron(&text);
            let fires: Vec<Timestamp> = schedule.fires_after(after).take(200).collect();
            match schedule.rhythm(after) {
                Rhythm::Never => prop_assert!(fires.is_empty()),
                Rhythm::Once(fire) => prop_assert_eq!(fires, [fire]),
                Rhythm::Recurring(gaps) => {
                    prop_assert!(gaps.shortest <= gaps.longest);
                    for pair in fires.windows(2) {
                        let pause = pair[1].duration_since(pair[0]);
                        prop_assert!(gaps.shortest <= pause && pause <= gaps.longest);
                    }
                }
            }
        }

        #[test]
        fn an_interval_is_the_cron_that_lists_its_hours(
            hours in prop::sample::select(vec![1u8, 2, 3, 4, 6, 8, 12, 24]),
            hour in 0u8..24,
            minute in 0u8..60,
            after in moments(),
        ) {
            let from = format!("{hour:02}:{minute:02}").parse().unwrap();
            let interval = Schedule::Interval(Interval::new(i64::from(hours), from).unwrap());
            let list: Vec<String> =
                (0..24 / hours).map(|n| ((hour + n * hours) % 24).to_string()).collect();
            let cron = cron(&format!("cron({minute} {} * * ? *)", list.join(",")));
            prop_assert!(interval.fires_after(after).take(60).eq(cron.fires_after(after).take(60)));
            prop_assert_eq!(interval.rhythm(after), cron.rhythm(after));
            let Rhythm::Recurring(gaps) = interval.rhythm(after) else { panic!("never") };
            prop_assert_eq!(gaps.shortest.as_hours(), i64::from(hours));
            prop_assert_eq!(gaps.longest.as_hours(), i64::from(hours));
        }
    }
}
