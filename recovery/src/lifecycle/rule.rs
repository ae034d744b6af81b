//! [`Rule`]: one rule, and what its parts demand of each other.

use super::filter::{check_text, is_blank};
use super::{
    Expiration, Fault, Filter, Given, NoncurrentExpiration, NoncurrentTransition, Path, Transition,
    check_least, check_word, current, noncurrent,
};

const ID: usize = 255;

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rule {
    /// Unique in its bucket.
    pub id: Given<String>,
    /// `Enabled`, which it also is if nothing is written, or `Disabled`.
    pub status: Given<String>,
    /// The older form of a filter.
    pub prefix: Given<String>,
    /// Which objects; none, or an empty one: all.
    pub filter: Given<Filter>,
    /// When current versions end.
    pub expiration: Given<Expiration>,
    /// When current versions move.
    pub transition: Given<Vec<Transition>>,
    /// When noncurrent versions end.
    pub noncurrent_version_expiration: Given<NoncurrentExpiration>,
    /// When noncurrent versions move.
    pub noncurrent_version_transition: Given<Vec<NoncurrentTransition>>,
    /// When unfinished uploads are given up.
    pub abort_incomplete_multipart_upload: Given<AbortIncompleteMultipartUpload>,
    /// That it may end every current object of the bucket.
    pub whole_bucket: Given<bool>,
}

/// When unfinished uploads are given up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AbortIncompleteMultipartUpload {
    /// So many days after they began.
    pub days_after_initiation: Given<i64>,
}

impl Rule {
    /// Everything wrong with a rule that is a resource of its own, whose id is written as
    /// `rule_id`.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.check_at(&Path::root(), "rule_id", &mut faults);
        faults
    }

    /// Everything wrong with the rule at `at`, whose id is the attribute `id`.
    pub(super) fn check_at(&self, at: &Path, id: &'static str, faults: &mut Vec<Fault>) {
        check_id(&self.id, &at.field(id), faults);
        let words = ["Enabled", "Disabled"];
        check_word(&self.status, &words, &at.field("status"), faults);
        if self.is_legacy() && self.filter.known().is_some() {
            faults.push(
                at.field("prefix")
                    .error("excludes filter: write the prefix inside the filter"),
            );
        }
        check_text(&self.prefix, &at.field("prefix"), faults);
        if let Some(filter) = self.filter.known() {
            filter.check(&at.field("filter"), faults);
        }
        current::check(&self.expiration, &self.transition, at, faults);
        let (end, moves) = (
            &self.noncurrent_version_expiration,
            &self.noncurrent_version_transition,
        );
        let legacy = self.is_legacy() && self.filter.is_absent();
        noncurrent::check(end, moves, legacy, at, faults);
        self.check_markers(at, faults);
        self.check_abort(at, faults);
        if self.has_no_action() {
            faults.push(at.error(
                "needs an action: expiration, transition, noncurrent_version_expiration, \
                 noncurrent_version_transition or abort_incomplete_multipart_upload",
            ));
        }
        self.check_whole_bucket(at, faults);
    }

    /// Whether the older form of a filter is written.
    pub(super) fn is_legacy(&self) -> bool {
        self.prefix.known().is_some()
    }

    fn check_markers(&self, at: &Path, faults: &mut Vec<Fault>) {
        let marker = self.expiration.known().is_some_and(|expiration| {
            expiration.expired_object_delete_marker.known() == Some(&true)
        });
        if marker && let Some(condition) = self.narrow() {
            faults.push(
                at.field("expiration")
                    .field("expired_object_delete_marker")
                    .error(format!(
                        "cannot be combined with {condition} in the filter: delete markers have none"
                    )),
            );
        }
    }

    /// A condition of the filter that only objects can meet.
    fn narrow(&self) -> Option<&'static str> {
        let filter = self.filter.known()?;
        match (filter.has_tag(), filter.has_size()) {
            (false, false) => None,
            (true, _) => Some("a tag"),
            (false, true) => Some("an object size"),
        }
    }

    fn check_abort(&self, at: &Path, faults: &mut Vec<Fault>) {
        let Some(abort) = self.abort_incomplete_multipart_upload.known() else {
            return;
        };
        let at = at.field("abort_incomplete_multipart_upload");
        let days = at.field("days_after_initiation");
        if abort.days_after_initiation.is_absent() {
            faults.push(days.error("is missing: name the days after which uploads are given up"));
        }
        check_least(&abort.days_after_initiation, 1, &days, faults);
        if let Some(condition) = self.narrow() {
            faults.push(at.error(format!(
                "cannot be combined with {condition} in the filter: unfinished uploads have none"
            )));
        }
    }

    fn has_no_action(&self) -> bool {
        fn none<T>(list: &Given<Vec<T>>) -> bool {
            match list {
                Given::Absent => true,
                Given::Known(list) => list.is_empty(),
                Given::Unknown => false,
            }
        }
        let idle = match &self.expiration {
            Given::Absent => true,
            // S3 takes it for an action all the same, one that a narrow filter does not go with.
            Given::Known(expiration) => expiration.is_idle() && self.narrow().is_some(),
            Given::Unknown => false,
        };
        idle && none(&self.transition)
            && self.noncurrent_version_expiration.is_absent()
            && none(&self.noncurrent_version_transition)
            && self.abort_incomplete_multipart_upload.is_absent()
    }

    /// Deleting every object of a bucket is asked for in words.
    fn check_whole_bucket(&self, at: &Path, faults: &mut Vec<Fault>) {
        let ends = self
            .expiration
            .known()
            .is_some_and(Expiration::ends_objects);
        let enabled = match &self.status {
            Given::Absent => true,
            Given::Known(status) => status != "Disabled",
            Given::Unknown => false,
        };
        let meant = !matches!(self.whole_bucket, Given::Absent | Given::Known(false));
        let everything = is_blank(&self.prefix)
            && match &self.filter {
                Given::Absent => true,
                Given::Known(filter) => filter.is_empty(),
                Given::Unknown => false,
            };
        if ends && enabled && everything && !meant {
            faults.push(at.field("whole_bucket").error(
                "must be true for a rule that expires every object of the bucket: its filter is \
                 empty; name a prefix if that is not meant",
            ));
        }
    }
}

fn check_id(id: &Given<String>, at: &Path, faults: &mut Vec<Fault>) {
    let Some(id) = id.known() else { return };
    let length = id.chars().count();
    if length == 0 || length > ID {
        faults.push(at.error(format!("must have 1 to {ID} characters, has {length}")));
    } else if let Some(wrong) = id
        .chars()
        .find(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
    {
        faults.push(at.error(format!("must not contain {wrong:?}: XML cannot carry it")));
    }
}
