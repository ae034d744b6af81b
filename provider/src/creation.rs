//! A create that was cut short is found again, and never made twice
//! (docs/decisions/0004-creation-mark.md).
//!
//! - [`Mark`]: the tag `holdfast:creating` that a thing carries while it is being made.
//! - [`Creations`]: what this process is making, so that siblings leave it alone.
//! - [`Claim`]: the name of a thing that one operation of this process is at work on.
//! - [`judge`]: what to do about unfinished things that a create finds before it begins.
//! - [`once`]: the create call itself, with a lost answer looked for instead of repeated.

pub mod once;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use holdfast_aws::clock::Timestamp;
use sha2::{Digest, Sha256};

/// The tag's key.
pub const TAG: &str = "holdfast:creating";

/// A mark older than this belongs to a process that is gone.
pub const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Account, region, resource type and planned configuration in 32 hex digits: equal configurations
/// have equal fingerprints in any run on any machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint(String);

/// One create: 128 random bits, in hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreationId(String);

/// The value of the tag: who is being made, by which create, since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What is being made.
    pub fingerprint: Fingerprint,
    /// By which create.
    pub id: CreationId,
    /// When the create began, to the second.
    pub since: Timestamp,
}

/// The text is not the value of a creation mark.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a creation mark (fingerprint/id/time)")]
pub struct InvalidMark(String);

impl Fingerprint {
    /// Of a planned configuration; `account` is empty where the provider may not ask for it.
    pub fn new(account: &str, region: &str, type_name: &str, planned: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [account, region, type_name, planned] {
            // The length keeps ("a", "bc") and ("ab", "c") apart.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(hex(&hash.finalize()[..16]))
    }
}

impl CreationId {
    /// A new random one.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits)?;
        Ok(Self(hex(&bits)))
    }

    /// Its hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CreationId {
    type Err = InvalidMark;

    fn from_str(text: &str) -> Result<Self, InvalidMark> {
        if is_hex(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidMark(text.to_owned()))
        }
    }
}

impl Mark {
    /// A mark of a create that begins at `now`.
    pub fn new(fingerprint: Fingerprint, id: CreationId, now: Timestamp) -> Self {
        // The tag holds whole seconds; rounding here keeps a mark equal to what is read back.
        let since = Timestamp::from_second(now.as_second()).unwrap_or(now);
        Self {
            fingerprint,
            id,
            since,
        }
    }

    /// The same mark of a create that is over and has told Terraform of the thing: nobody needs to
    /// wait for its process any more.
    pub fn released(&self) -> Self {
        Self {
            since: Timestamp::UNIX_EPOCH,
            ..self.clone()
        }
    }

    /// The time up to which the process of its create may be alive.
    pub fn until(&self) -> Timestamp {
        self.since
            .saturating_add(PATIENCE)
            .unwrap_or(Timestamp::MAX)
    }

    /// The mark among a thing's tags: absent, readable or not.
    pub fn among<'a>(
        tags: impl IntoIterator<Item = (&'a String, &'a String)>,
    ) -> Option<Result<Self, InvalidMark>> {
        tags.into_iter()
            .find(|(key, _)| *key == TAG)
            .map(|(_, value)| value.parse())
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.fingerprint.0, self.id.0, self.since)
    }
}

impl FromStr for Mark {
    type Err = InvalidMark;

    fn from_str(text: &str) -> Result<Self, InvalidMark> {
        let invalid = || InvalidMark(text.to_owned());
        let mut parts = text.splitn(3, '/');
        let mut next = || parts.next().ok_or_else(invalid);
        let (fingerprint, id, since) = (next()?, next()?, next()?);
        if !is_hex(fingerprint) {
            return Err(invalid());
        }
        Ok(Self {
            fingerprint: Fingerprint(fingerprint.to_owned()),
            id: id.parse().map_err(|_| invalid())?,
            since: since.parse().map_err(|_| invalid())?,
        })
    }
}

/// What this process is making or has taken up. Lives as long as the process: a create that failed
/// half-way is its own state's to heal, never a sibling's to adopt.
#[derive(Debug, Default)]
pub struct Creations {
    noted: Mutex<BTreeSet<CreationId>>,
    reported: Mutex<BTreeSet<String>>,
    claimed: Mutex<BTreeSet<String>>,
}

impl Creations {
    /// Notes a create of this process; false if it was noted before. Noting the mark of something
    /// found claims it: of two siblings that find the same thing, one gets true.
    pub fn note(&self, id: &CreationId) -> bool {
        lock(&self.noted).insert(id.clone())
    }

    /// Whether a create of this process has that id.
    pub fn knows(&self, id: &CreationId) -> bool {
        lock(&self.noted).contains(id)
    }

    /// Whether an unfinished thing is reported for the first time: a hundred creates that all find
    /// it report it once.
    pub fn reports(&self, id: &str) -> bool {
        lock(&self.reported).insert(id.to_owned())
    }

    /// Claims a thing that has a name before it exists: of two siblings that make or delete things
    /// of one name at one time, one gets the claim. It ends when it is dropped.
    pub fn claim(self: &Arc<Self>, name: &str) -> Option<Claim> {
        lock(&self.claimed).insert(name.to_owned()).then(|| Claim {
            creations: Arc::clone(self),
            name: name.to_owned(),
        })
    }
}

/// A name that one operation of this process is at work on.
#[derive(Debug)]
pub struct Claim {
    creations: Arc<Creations>,
    name: String,
}

impl Drop for Claim {
    fn drop(&mut self) {
        lock(&self.creations.claimed).remove(&self.name);
    }
}

/// A poisoned lock only says that another create panicked; the set is whole.
fn lock<T>(set: &Mutex<T>) -> MutexGuard<'_, T> {
    set.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What to do about one unfinished thing that a create finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leftover {
    /// Made by this process, or held by the state in hand: not this create's business.
    Ours,
    /// The same configuration, and its process is gone: finish it.
    Finish(Mark),
    /// The same configuration, and its process may be alive until then.
    MayBeAlive {
        /// When it can be finished.
        until: Timestamp,
    },
    /// Another configuration, or a mark that cannot be read: report it.
    Foreign,
}

/// Judges a mark that a create of `wanted` finds at `now`; `held` is the creation id in the state
/// in hand, if that is unfinished.
pub fn judge(
    mark: &Result<Mark, InvalidMark>,
    wanted: &Fingerprint,
    held: Option<&CreationId>,
    creations: &Creations,
    now: Timestamp,
) -> Leftover {
    match mark {
        Ok(mark) if creations.knows(&mark.id) || held == Some(&mark.id) => Leftover::Ours,
        Ok(mark) if mark.fingerprint == *wanted => {
            let until = mark.until();
            if now > until {
                Leftover::Finish(mark.clone())
            } else {
                Leftover::MayBeAlive { until }
            }
        }
        Ok(_) | Err(_) => Leftover::Foreign,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_hex(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn mark(planned: &str, since: &str) -> Mark {
        let fingerprint = Fingerprint::new("123456789012", "eu-west-1", "holdfast_x", planned);
        Mark::new(fingerprint, CreationId::random().unwrap(), at(since))
    }

    #[test]
    fn a_mark_survives_the_tag_and_fits_it() {
        let mark = mark("{}", "2026-11-23T10:00:00.25Z");
        let text = mark.to_string();
        assert_eq!(text.parse(), Ok(mark));
        assert!(text.len() <= 256, "a tag's value holds 256 characters");
        assert!(text.ends_with("/2026-11-23T10:00:00Z"), "{text}");
    }

    #[test]
    fn what_is_no_mark_is_refused() {
        let good = mark("{}", "2026-11-23T10:00:00Z").to_string();
        for wrong in ["", "a/b/c", &good[1..], &good[..60], &good.replace('Z', "")] {
            assert_eq!(wrong.parse::<Mark>(), Err(InvalidMark(wrong.to_owned())));
        }
    }

    #[test]
    fn fingerprints_tell_every_part_apart() {
        let all: BTreeSet<_> = [
            Fingerprint::new("1", "r", "t", "p"),
            Fingerprint::new("2", "r", "t", "p"),
            Fingerprint::new("1", "s", "t", "p"),
            Fingerprint::new("1", "r", "u", "p"),
            Fingerprint::new("1", "r", "t", "q"),
            Fingerprint::new("1r", "", "t", "p"),
        ]
        .into();
        assert_eq!(all.len(), 6);
        assert_eq!(
            Fingerprint::new("1", "r", "t", "p"),
            Fingerprint::new("1", "r", "t", "p")
        );
    }

    #[test]
    fn only_an_old_mark_of_the_same_configuration_is_finished() {
        let creations = Creations::default();
        let found = mark("same", "2026-11-23T10:00:00Z");
        let wanted = found.fingerprint.clone();
        let judged = |now| judge(&Ok(found.clone()), &wanted, None, &creations, at(now));
        assert_eq!(
            judged("2026-11-23T10:15:01Z"),
            Leftover::Finish(found.clone())
        );
        let until = at("2026-11-23T10:15:00Z");
        assert_eq!(
            judged("2026-11-23T10:15:00Z"),
            Leftover::MayBeAlive { until }
        );
        assert_eq!(
            judged("2026-11-23T09:00:00Z"),
            Leftover::MayBeAlive { until }
        );

        let other = mark("other", "2026-11-23T10:00:00Z").fingerprint;
        let late = at("2026-11-24T10:00:00Z");
        assert_eq!(
            judge(&Ok(found.clone()), &other, None, &creations, late),
            Leftover::Foreign
        );
        let unreadable = Err(InvalidMark("x".to_owned()));
        assert_eq!(
            judge(&unreadable, &wanted, None, &creations, late),
            Leftover::Foreign
        );
        assert_eq!(
            judge(
                &Ok(found.clone()),
                &wanted,
                Some(&found.id),
                &creations,
                late
            ),
            Leftover::Ours
        );
    }

    #[test]
    fn a_released_mark_is_finished_at_once() {
        let released = mark("same", "2026-11-23T10:00:00Z").released();
        let again: Mark = released.to_string().parse().unwrap();
        let wanted = again.fingerprint.clone();
        let now = at("2026-11-23T10:00:01Z");
        let judged = judge(&Ok(again), &wanted, None, &Creations::default(), now);
        assert_eq!(judged, Leftover::Finish(released));
    }

    #[test]
    fn a_name_is_claimed_by_one_sibling_at_a_time() {
        let creations = Arc::new(Creations::default());
        let first = creations.claim("backups");
        assert!(first.is_some() && creations.claim("backups").is_none());
        assert!(creations.claim("others").is_some());
        drop(first);
        assert!(creations.claim("backups").is_some());
    }

    #[test]
    fn of_two_siblings_one_claims_what_both_find() {
        let creations = Creations::default();
        let found = mark("same", "2026-11-23T10:00:00Z");
        assert!(creations.note(&found.id));
        assert!(!creations.note(&found.id));
        let late = at("2026-11-24T10:00:00Z");
        let wanted = found.fingerprint.clone();
        assert_eq!(
            judge(&Ok(found), &wanted, None, &creations, late),
            Leftover::Ours
        );
    }
}
