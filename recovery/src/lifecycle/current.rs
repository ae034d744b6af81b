//! [`Expiration`] and [`Transition`]: what happens to current versions.

use jiff::Timestamp;

use super::class::{self, Move, When};
use super::{Fault, Given, Path, check_least};

const DAY: i64 = 24 * 60 * 60;

/// When current versions end: one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expiration {
    /// At that midnight, UTC.
    pub date: Given<String>,
    /// So many days after they were made.
    pub days: Given<i64>,
    /// Delete markers without versions behind them go.
    pub expired_object_delete_marker: Given<bool>,
}

/// When current versions move to another class.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transition {
    /// At that midnight, UTC.
    pub date: Given<String>,
    /// So many days after they were made.
    pub days: Given<i64>,
    /// Where to.
    pub storage_class: Given<String>,
}

impl Expiration {
    fn check(&self, at: &Path, faults: &mut Vec<Fault>) {
        let dated = self.date.known().is_some();
        let counted = self.days.known().is_some();
        let marker = self.expired_object_delete_marker.known() == Some(&true);
        if marker && (dated || counted) {
            faults.push(
                at.field("expired_object_delete_marker")
                    .error("excludes days and date: delete markers go by a rule of their own"),
            );
        } else if dated && counted {
            faults.push(at.field("date").error("excludes days: keep one of the two"));
        } else if self.is_idle() {
            faults.push(at.warning(
                "does nothing: it has neither days, nor date, nor expired_object_delete_marker = true",
            ));
        }
        check_least(&self.days, 1, &at.field("days"), faults);
        check_date(&self.date, &at.field("date"), faults);
    }

    /// Whether it certainly does nothing.
    pub(super) fn is_idle(&self) -> bool {
        let marker = &self.expired_object_delete_marker;
        self.date.is_absent()
            && self.days.is_absent()
            && matches!(marker, Given::Absent | Given::Known(false))
    }

    /// Whether current versions certainly end by this.
    pub(super) fn ends_objects(&self) -> bool {
        self.days.known().is_some() || self.date.known().is_some()
    }

    fn when(&self) -> When {
        when(&self.days, &self.date)
    }
}

impl Transition {
    fn check(&self, at: &Path, faults: &mut Vec<Fault>) {
        if self.date.known().is_some() && self.days.known().is_some() {
            faults.push(at.field("date").error("excludes days: keep one of the two"));
        } else if let Some(class) = self.lacks_time() {
            faults.push(at.field("days").error(format!(
                "is missing: objects move to {class} after 30 days at the earliest"
            )));
        }
        check_least(&self.days, 0, &at.field("days"), faults);
        check_date(&self.date, &at.field("date"), faults);
    }

    fn is_timeless(&self) -> bool {
        self.days.is_absent() && self.date.is_absent()
    }

    /// The class of a move that needs a time and certainly has none.
    fn lacks_time(&self) -> Option<&str> {
        let class = self.storage_class.known()?;
        (self.is_timeless() && class::is_infrequent(class)).then_some(class)
    }

    fn when(&self) -> When {
        match self.is_timeless() {
            true if self.lacks_time().is_some() => When::Unknown,
            // S3 takes none for at once.
            true => When::Days(0),
            false => when(&self.days, &self.date),
        }
    }
}

/// Everything wrong with what happens to current versions by the rule at `at`.
pub(super) fn check(
    expiration: &Given<Expiration>,
    transitions: &Given<Vec<Transition>>,
    at: &Path,
    faults: &mut Vec<Fault>,
) {
    let end = at.field("expiration");
    if let Some(expiration) = expiration.known() {
        expiration.check(&end, faults);
    }
    let transitions = transitions.known().map(Vec::as_slice).unwrap_or_default();
    let place = |i: usize| at.field("transition").index(i);
    for (i, transition) in transitions.iter().enumerate() {
        transition.check(&place(i), faults);
    }
    let times = expiration
        .known()
        .map(|expiration| (expiration.when(), end.clone()))
        .into_iter()
        .chain(
            transitions
                .iter()
                .enumerate()
                .map(|(i, transition)| (transition.when(), place(i))),
        );
    if let Some(fault) = mixed(times) {
        faults.push(fault);
        return;
    }
    let moves: Vec<Move<'_>> = transitions
        .iter()
        .enumerate()
        .map(|(i, transition)| Move {
            class: &transition.storage_class,
            at: place(i),
            days: "days",
            when: transition.when(),
        })
        .collect();
    class::check(&moves, faults);
    let last = moves
        .iter()
        .map(|one| one.when)
        .filter(|when| *when != When::Unknown)
        .max();
    let (Some(expiration), Some(last)) = (expiration.known(), last) else {
        return;
    };
    match (expiration.when(), last) {
        (When::Days(days), When::Days(last)) if days <= last && days > 0 => {
            faults.push(end.field("days").error(format!(
                "must be more than {last}, the days of the last transition, not {days}"
            )));
        }
        (When::Date(date), When::Date(last)) if date <= last => {
            faults.push(
                end.field("date")
                    .error("must be later than the last transition"),
            );
        }
        _ => {}
    }
}

/// One rule counts days or names dates.
fn mixed(times: impl Iterator<Item = (When, Path)>) -> Option<Fault> {
    let mut first = None;
    for (when, at) in times {
        let dated = match when {
            When::Days(_) => false,
            When::Date(_) => true,
            When::Unknown => continue,
        };
        match first {
            None => first = Some(dated),
            Some(before) if before == dated => {}
            Some(_) => {
                let (name, other) = if dated {
                    ("date", "days")
                } else {
                    ("days", "date")
                };
                return Some(at.field(name).error(format!(
                    "cannot stand beside {other} elsewhere in the rule: its expiration and \
                     transitions all use the same of the two"
                )));
            }
        }
    }
    None
}

fn when(days: &Given<i64>, date: &Given<String>) -> When {
    match (days, date) {
        (Given::Known(days), Given::Absent | Given::Unknown) => When::Days(*days),
        (Given::Absent | Given::Unknown, Given::Known(date)) => match midnight(date) {
            Ok(seconds) => When::Date(seconds),
            Err(_) => When::Unknown,
        },
        _ => When::Unknown,
    }
}

fn check_date(date: &Given<String>, at: &Path, faults: &mut Vec<Fault>) {
    if let Some(date) = date.known()
        && let Err(problem) = midnight(date)
    {
        faults.push(at.error(problem));
    }
}

fn midnight(date: &str) -> Result<i64, String> {
    let time: Timestamp = date
        .parse()
        .map_err(|_| format!("must be a time such as \"2027-01-01T00:00:00Z\", not {date:?}"))?;
    let seconds = time.as_second();
    if seconds.rem_euclid(DAY) == 0 && time.subsec_nanosecond() == 0 {
        Ok(seconds)
    } else {
        Err(format!("must be midnight UTC, not {date:?}"))
    }
}
