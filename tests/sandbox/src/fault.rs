//! Faults that tests inject: which call, how often, and what goes wrong.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// What goes wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fault {
    /// 400 ThrottlingException (STS: Throttling; S3: 503 SlowDown); nothing is done.
    Throttle,
    /// 429 TooManyRequestsException; nothing is done.
    TooManyRequests,
    /// 500 InternalServerException; nothing is done.
    InternalError,
    /// 503 ServiceUnavailableException; nothing is done.
    Unavailable,
    /// 403 AccessDeniedException, as if the policy of the caller lacked this action.
    AccessDenied,
    /// Any other error; nothing is done.
    Error {
        /// HTTP status.
        status: u16,
        /// Error code, such as `InvalidRequestException`.
        code: String,
        /// Message for the caller.
        message: String,
    },
    /// The connection is reset before anything is done.
    Reset,
    /// The work is done, then the connection is reset instead of the answer.
    DropAnswer,
    /// The work is done and answered after a pause, even if the caller has gone by then.
    Delay {
        /// Length of the pause before the work, in milliseconds.
        millis: u64,
    },
    /// The call waits, nothing done, until the rule is released; then it goes on as usual.
    Hang,
    /// The work is done at once; the answer waits until the rule is released.
    HoldAnswer,
    /// Nothing is done and no answer comes, which a client sees as a timeout: the call waits until
    /// the rule is released, and then the connection is reset.
    Silence,
}

impl Fault {
    /// A rule for the next call of `operation`: `CreateLifecyclePolicy`, or with the service
    /// `sts:AssumeRole`, or `*` for any call.
    pub fn on(self, operation: &str) -> FaultRule {
        let (service, operation) = match operation.split_once(':') {
            Some((service, operation)) => (Some(service), operation),
            None => (None, operation),
        };
        let named = |name: &str| (name != "*").then(|| name.to_owned());
        FaultRule {
            service: service.and_then(named),
            operation: named(operation),
            region: None,
            access_key: None,
            bucket: None,
            skip: 0,
            times: Some(1),
            fault: self,
        }
    }
}

/// When a fault strikes. Calls are counted from the moment the rule is injected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Signing name of the service, such as `dlm`; none: any.
    #[serde(default)]
    pub service: Option<String>,
    /// API operation, such as `CreateLifecyclePolicy`; none: any.
    #[serde(default)]
    pub operation: Option<String>,
    /// Region that the call is signed for; none: any.
    #[serde(default)]
    pub region: Option<String>,
    /// Access key that the call is signed with, which tells two clients apart; none: any.
    #[serde(default)]
    pub access_key: Option<String>,
    /// The first segment of the path, such as a bucket (path-style); none: any.
    #[serde(default)]
    pub bucket: Option<String>,
    /// Matching calls that pass unharmed first.
    #[serde(default)]
    pub skip: u64,
    /// Matching calls that are struck after those; none: all. Absent in JSON: 1.
    #[serde(default = "once")]
    pub times: Option<u64>,
    /// What happens to them.
    pub fault: Fault,
}

fn once() -> Option<u64> {
    Some(1)
}

impl FaultRule {
    /// Strikes the `n`-th matching call (from 1) only.
    #[must_use]
    pub fn nth(mut self, n: u64) -> Self {
        self.skip = n.saturating_sub(1);
        self
    }

    /// Strikes `times` calls.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Strikes every call.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// Strikes only calls that are signed for `region`.
    #[must_use]
    pub fn in_region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// Strikes only calls of the client with this access key.
    #[must_use]
    pub fn by_key(mut self, access_key: &str) -> Self {
        self.access_key = Some(access_key.to_owned());
        self
    }

    /// Strikes only calls for this bucket, addressed path-style.
    #[must_use]
    pub fn in_bucket(mut self, bucket: &str) -> Self {
        self.bucket = Some(bucket.to_owned());
        self
    }

    fn matches(&self, call: Call<'_>) -> bool {
        let fits =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|w| w == found);
        fits(&self.service, call.service)
            && fits(&self.operation, call.operation)
            && fits(&self.region, call.region)
            && fits(&self.access_key, call.access_key)
            && fits(&self.bucket, call.first_segment())
    }
}

/// The name of an injected rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(pub u64);

/// An injected rule and what it has done so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleStatus {
    /// Its name.
    pub id: RuleId,
    /// The rule.
    pub rule: FaultRule,
    /// Matching calls seen.
    pub seen: u64,
    /// Calls struck.
    pub struck: u64,
    /// Calls that hang in it now.
    pub held: u64,
}

/// A call as the rules see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) region: &'a str,
    pub(crate) access_key: &'a str,
    pub(crate) path: &'a str,
}

impl<'a> Call<'a> {
    fn first_segment(&self) -> &'a str {
        let path = self.path.trim_start_matches('/');
        path.split('/').next().unwrap_or_default()
    }
}

/// How many calls hang in a rule, and whether they may go on.
#[derive(Clone, Copy, Debug, Default)]
struct Gate {
    held: u64,
    released: bool,
}

#[derive(Debug)]
struct Armed {
    id: RuleId,
    rule: FaultRule,
    seen: u64,
    struck: u64,
    gate: watch::Sender<Gate>,
}

impl Armed {
    /// Counts a matching call; true if this rule may strike it.
    fn sees(&mut self, call: Call<'_>) -> bool {
        if !self.rule.matches(call) {
            return false;
        }
        self.seen += 1;
        self.seen > self.rule.skip && self.rule.times.is_none_or(|times| self.struck < times)
    }
}

/// A fault that strikes a call.
#[derive(Debug)]
pub(crate) struct Strike {
    pub(crate) fault: Fault,
    gate: watch::Sender<Gate>,
}

impl Strike {
    /// Waits until the rule is released, or gone.
    pub(crate) async fn held(&self) {
        let mut changes = self.gate.subscribe();
        self.gate.send_modify(|gate| gate.held += 1);
        let _ = changes.wait_for(|gate| gate.released).await;
        self.gate.send_modify(|gate| gate.held -= 1);
    }
}

/// The rules in force, in the order they were injected.
#[derive(Debug, Default)]
pub(crate) struct FaultBook {
    armed: Mutex<(u64, Vec<Armed>)>,
}

impl FaultBook {
    fn lock(&self) -> MutexGuard<'_, (u64, Vec<Armed>)> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn inject(&self, rule: FaultRule) -> RuleId {
        let mut guard = self.lock();
        guard.0 += 1;
        let id = RuleId(guard.0);
        let gate = watch::Sender::new(Gate::default());
        guard.1.push(Armed {
            id,
            rule,
            seen: 0,
            struck: 0,
            gate,
        });
        id
    }

    /// Counts the call in every rule that matches; the first rule that is due strikes.
    pub(crate) fn strike(&self, call: Call<'_>) -> Option<Strike> {
        let mut due = None;
        for armed in &mut self.lock().1 {
            if armed.sees(call) && due.is_none() {
                armed.struck += 1;
                due = Some(Strike {
                    fault: armed.rule.fault.clone(),
                    gate: armed.gate.clone(),
                });
            }
        }
        due
    }

    pub(crate) fn status(&self) -> Vec<RuleStatus> {
        self.lock()
            .1
            .iter()
            .map(|armed| RuleStatus {
                id: armed.id,
                rule: armed.rule.clone(),
                seen: armed.seen,
                struck: armed.struck,
                held: armed.gate.borrow().held,
            })
            .collect()
    }

    /// Lets the calls go that hang in a rule, and keeps the rule; false if there is no such rule.
    pub(crate) fn release(&self, id: RuleId) -> bool {
        self.lock()
            .1
            .iter()
            .find(|armed| armed.id == id)
            .map(|armed| open(&armed.gate))
            .is_some()
    }

    /// Removes a rule and lets its calls go; false if there is no such rule.
    pub(crate) fn remove(&self, id: RuleId) -> bool {
        let mut guard = self.lock();
        let Some(at) = guard.1.iter().position(|armed| armed.id == id) else {
            return false;
        };
        open(&guard.1.remove(at).gate);
        true
    }

    /// Removes every rule and lets all calls go.
    pub(crate) fn clear(&self) {
        for armed in self.lock().1.drain(..) {
            open(&armed.gate);
        }
    }

    /// Returns when a call hangs in the rule; false if there is no such rule.
    pub(crate) async fn until_held(&self, id: RuleId) -> bool {
        let gate = self
            .lock()
            .1
            .iter()
            .find(|armed| armed.id == id)
            .map(|armed| armed.gate.subscribe());
        match gate {
            Some(mut gate) => gate.wait_for(|gate| gate.held > 0).await.is_ok(),
            None => false,
        }
    }
}

/// Opens a gate for good: calls that come later pass it too.
fn open(gate: &watch::Sender<Gate>) {
    gate.send_modify(|gate| gate.released = true);
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATE: Call<'_> = Call {
        service: "dlm",
        operation: "CreateLifecyclePolicy",
        region: "us-east-1",
        access_key: "AKIDONE",
        path: "/policies",
    };
    const GET: Call<'_> = Call {
        service: "dlm",
        operation: "GetLifecyclePolicy",
        region: "eu-west-1",
        access_key: "AKIDTWO",
        path: "/policies/policy-0",
    };

    fn struck(book: &FaultBook, call: Call<'_>) -> Option<Fault> {
        book.strike(call).map(|strike| strike.fault)
    }

    #[test]
    fn a_rule_strikes_the_next_matching_call_once() {
        let book = FaultBook::default();
        book.inject(Fault::Reset.on("CreateLifecyclePolicy"));
        assert_eq!(struck(&book, GET), None);
        assert_eq!(struck(&book, CREATE), Some(Fault::Reset));
        assert_eq!(struck(&book, CREATE), None);
    }

    #[test]
    fn nth_times_and_always_count_matching_calls() {
        let book = FaultBook::default();
        let id = book.inject(Fault::Throttle.on("dlm:*").nth(2).times(2));
        let hits: Vec<bool> = (0..5).map(|_| struck(&book, CREATE).is_some()).collect();
        assert_eq!(hits, [false, true, true, false, false]);
        let status = book.status();
        assert_eq!((status[0].id, status[0].seen, status[0].struck), (id, 5, 2));

        book.clear();
        book.inject(Fault::Throttle.on("*").always());
        assert!((0..5).all(|_| struck(&book, GET).is_some()));
    }

    #[test]
    fn service_and_region_narrow_a_rule() {
        let book = FaultBook::default();
        book.inject(Fault::Throttle.on("sts:GetLifecyclePolicy").always());
        book.inject(
            Fault::Reset
                .on("GetLifecyclePolicy")
                .in_region("us-east-1")
                .always(),
        );
        assert_eq!(struck(&book, GET), None);
        assert_eq!(
            struck(
                &book,
                Call {
                    region: "us-east-1",
                    ..GET
                }
            ),
            Some(Fault::Reset)
        );
    }

    #[test]
    fn key_and_bucket_narrow_a_rule() {
        let book = FaultBook::default();
        book.inject(Fault::Reset.on("*").by_key("AKIDTWO").always());
        assert_eq!(struck(&book, CREATE), None);
        assert_eq!(struck(&book, GET), Some(Fault::Reset));
        book.clear();
        book.inject(Fault::Throttle.on("*").in_bucket("policies").always());
        assert_eq!(struck(&book, GET), Some(Fault::Throttle));
        let other = Call {
            path: "/policies-2/x",
            ..GET
        };
        assert_eq!(struck(&book, other), None);
    }

    #[test]
    fn the_first_rule_that_is_due_strikes_and_the_others_count() {
        let book = FaultBook::default();
        book.inject(Fault::Throttle.on("CreateLifecyclePolicy"));
        book.inject(Fault::Reset.on("CreateLifecyclePolicy").nth(2));
        assert_eq!(struck(&book, CREATE), Some(Fault::Throttle));
        assert_eq!(struck(&book, CREATE), Some(Fault::Reset));
        assert_eq!(struck(&book, CREATE), None);
    }

    #[test]
    fn rules_read_from_json_strike_once_by_default() {
        let rule: FaultRule =
            serde_json::from_str(r#"{"operation":"X","fault":{"kind":"delay","millis":5}}"#)
                .unwrap();
        assert_eq!(rule, Fault::Delay { millis: 5 }.on("X"));
        let rule: FaultRule =
            serde_json::from_str(r#"{"times":null,"fault":{"kind":"drop-answer"}}"#).unwrap();
        assert_eq!(rule, Fault::DropAnswer.on("*").always());
        assert!(
            serde_json::from_str::<FaultRule>(r#"{"op":"X","fault":{"kind":"reset"}}"#).is_err()
        );
    }

    #[tokio::test]
    async fn a_held_call_goes_on_when_the_rule_is_released_or_removed() {
        for remove in [false, true] {
            let book = FaultBook::default();
            let id = book.inject(Fault::Hang.on("*"));
            let strike = book.strike(CREATE).unwrap();
            let call = tokio::spawn(async move { strike.held().await });
            assert!(book.until_held(id).await);
            assert!(!call.is_finished());
            assert!(if remove {
                book.remove(id)
            } else {
                book.release(id)
            });
            call.await.unwrap();
        }
    }

    #[tokio::test]
    async fn nothing_waits_for_a_rule_that_is_not_there() {
        let book = FaultBook::default();
        assert!(!book.until_held(RuleId(7)).await);
        assert!(!book.release(RuleId(7)) && !book.remove(RuleId(7)));
    }
}
