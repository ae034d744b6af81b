//! One bucket's coordinator against S3 in memory: what is sent, what survives, what is healed.

mod crossing;
mod healing;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use holdfast_aws::Region;
use holdfast_aws::clock::FixedClock;
use holdfast_aws::fake::{Failure, FakeBucket, FakeStore, Moment, Refusal as Refused, S3Method};
use holdfast_aws::s3::lifecycle::{Expiration, LifecycleRule, MinimumSize, RuleId, RuleStatus};
use holdfast_aws::s3::{BucketName, LifecycleDocument, S3, Setting};
use tfplugin::CancellationToken;

use super::Lifecycles;
use super::coordinator::Coordinator;
use super::job::{Edit, Refusal, Report, Why};

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

fn region() -> Region {
    "eu-central-1".parse().expect("a region")
}

fn name() -> BucketName {
    "backups".parse().expect("a name")
}

fn rule_id(text: &str) -> RuleId {
    text.parse().expect("an id")
}

/// A rule that expires what lies under its own name.
fn rule(id: &str, days: i32) -> LifecycleRule {
    let mut rule = LifecycleRule::new(rule_id(id), RuleStatus::Enabled);
    rule.filter = Some(holdfast_aws::s3::lifecycle::Filter {
        prefix: Some(format!("{id}/")),
        ..Default::default()
    });
    rule.expiration = Some(Expiration {
        days: Some(days),
        ..Expiration::default()
    });
    rule
}

fn create(id: &str) -> Edit {
    Edit::Create(rule(id, 30))
}

/// A process of its own that works on the bucket.
fn process(store: &Arc<FakeStore>, clock: &Arc<FixedClock>) -> Arc<Coordinator> {
    let s3: Arc<dyn S3> = Arc::new(store.region(&region()));
    Lifecycles::new(Arc::clone(clock) as _).bucket(&s3, &name())
}

struct Stage {
    store: Arc<FakeStore>,
    clock: Arc<FixedClock>,
    coordinator: Arc<Coordinator>,
}

/// An empty bucket and a process.
fn stage() -> Stage {
    let store = FakeStore::new();
    store.put(&name(), FakeBucket::new(&region()));
    let now = "2026-11-23T10:00:00Z".parse().expect("a time");
    let clock = Arc::new(FixedClock::at(now));
    let coordinator = process(&store, &clock);
    Stage {
        store,
        clock,
        coordinator,
    }
}

impl Stage {
    async fn apply(&self, edits: Vec<Edit>) -> Result<Report, Box<Refusal>> {
        apply(&self.coordinator, edits).await
    }

    async fn fails(&self, edits: Vec<Edit>) -> Refusal {
        *self.apply(edits).await.expect_err("a refusal")
    }

    fn calls(&self, method: S3Method) -> usize {
        let methods = self.store.methods();
        methods.iter().filter(|called| **called == method).count()
    }

    fn document(&self) -> Option<LifecycleDocument> {
        self.store
            .bucket(&name())
            .and_then(|bucket| bucket.lifecycle)
    }

    fn ids(&self) -> Vec<String> {
        let document = self.document().unwrap_or_default();
        document.ids().map(str::to_owned).collect()
    }

    fn plant(&self, rules: &str) {
        let xml = format!(
            "<LifecycleConfiguration xmlns=\"{NAMESPACE}\">{rules}</LifecycleConfiguration>"
        );
        let size = Some(MinimumSize::VariesByStorageClass);
        let document = LifecycleDocument::parse(&xml, size).expect("a document");
        self.store
            .edit(&name(), |bucket| bucket.lifecycle = Some(document));
    }
}

async fn apply(coordinator: &Coordinator, edits: Vec<Edit>) -> Result<Report, Box<Refusal>> {
    coordinator
        .apply(edits, None, &CancellationToken::new())
        .await
}

#[tokio::test]
async fn one_rule_is_read_written_seen_and_looked_at_once_more() {
    let stage = stage();
    let report = stage.apply(vec![create("a")]).await.expect("done");
    assert!(report.found.is_empty() && report.bent.is_empty() && report.repaired.is_empty());
    assert_eq!(stage.ids(), ["a"]);
    use S3Method::{GetLifecycle as Get, PutLifecycle as Put};
    assert_eq!(stage.store.methods(), [Get, Put, Get, Get]);
    let pauses = stage.clock.slept();
    assert_eq!(
        pauses,
        [Duration::from_millis(250)],
        "another writer's window"
    );
}

#[tokio::test]
async fn rules_that_wait_together_go_out_together() {
    let stage = stage();
    // The first read takes as long as the others need to queue up.
    stage.store.hook(|call, moment| async move {
        if (call.nth, moment) == (1, Moment::Before) {
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
        }
    });
    let ids: Vec<String> = (0..40).map(|i| format!("rule-{i:02}")).collect();
    let all = ids.iter().map(|id| stage.apply(vec![create(id)]));
    for done in join_all(all).await {
        done.expect("done");
    }
    assert_eq!(stage.ids(), ids);
    assert_eq!(
        stage.calls(S3Method::PutLifecycle),
        2,
        "one alone, 39 together"
    );
    assert_eq!(
        stage.calls(S3Method::GetLifecycle),
        5,
        "two each, and the last look"
    );
}

#[tokio::test]
async fn of_a_batch_that_s3_refuses_only_the_guilty_fails() {
    let stage = stage();
    stage.store.hook(|call, moment| async move {
        if (call.nth, moment) == (1, Moment::Before) {
            tokio::task::yield_now().await;
        }
    });
    // The second write holds b, c and d; then b goes alone, then c and d, then c, then d.
    for nth in [2, 4, 6] {
        let refused = Failure::Refused(Refused::Invalid);
        stage.store.fail(S3Method::PutLifecycle, nth, refused);
    }
    let all = ["a", "b", "c", "d"].map(|id| stage.apply(vec![create(id)]));
    let done = join_all(all).await;
    let outcome: Vec<bool> = done.iter().map(Result::is_ok).collect();
    assert_eq!(outcome, [true, true, true, false]);
    assert_eq!(stage.ids(), ["a", "b", "c"]);
    let refusal = done
        .into_iter()
        .nth(3)
        .and_then(Result::err)
        .expect("a refusal");
    assert!(matches!(refusal.why, Why::Aws(_)) && !refusal.may_be_done);
}

#[tokio::test]
async fn what_others_wrote_keeps_its_bytes_and_the_minimum_size_is_sent_back() {
    let stage = stage();
    let theirs = "<Rule><ID>legacy</ID><Prefix>old/</Prefix><Status>Enabled</Status>\
                  <Novelty xmlns:x=\"urn:x\" x:a='1'>\n <Deep/></Novelty>\
                  <Expiration><Days>7</Days></Expiration></Rule>";
    stage.plant(theirs);
    stage.apply(vec![create("a")]).await.expect("done");
    let document = stage.document().expect("a document");
    assert!(document.xml().contains(theirs), "{}", document.xml());
    assert_eq!(
        document.minimum_size,
        Some(MinimumSize::VariesByStorageClass)
    );
    stage
        .apply(vec![Edit::Remove(rule_id("a"))])
        .await
        .expect("done");
    assert!(stage.document().expect("a document").xml().contains(theirs));
}

#[tokio::test]
async fn the_last_rule_takes_the_configuration_with_it() {
    let stage = stage();
    stage.apply(vec![create("a")]).await.expect("done");
    stage
        .apply(vec![Edit::Remove(rule_id("a"))])
        .await
        .expect("done");
    assert_eq!(stage.document(), None);
    assert_eq!(stage.calls(S3Method::DeleteLifecycle), 1);
    // Nothing to do is done.
    stage
        .apply(vec![Edit::Remove(rule_id("a"))])
        .await
        .expect("done");
    assert_eq!(stage.calls(S3Method::DeleteLifecycle), 1);
    stage.store.remove(&name());
    stage
        .apply(vec![Edit::Remove(rule_id("a"))])
        .await
        .expect("the bucket is gone");
}

#[tokio::test]
async fn a_rule_of_another_meaning_is_never_taken_over_and_one_of_the_same_is_said() {
    let stage = stage();
    stage.apply(vec![create("a")]).await.expect("done");
    let other = process(&stage.store, &stage.clock);
    stage.store.forget_calls();

    let refusal = apply(&other, vec![Edit::Create(rule("a", 31))]).await;
    let refusal = refusal.expect_err("a refusal");
    assert!(matches!(&refusal.why, Why::Exists { id } if id.as_str() == "a"));
    assert!(!refusal.may_be_done);

    let report = apply(&other, vec![create("a")]).await.expect("done");
    assert_eq!(report.found, [rule_id("a")]);
    assert_eq!(
        stage.calls(S3Method::PutLifecycle),
        0,
        "nothing was changed"
    );

    // As planned, and more that this version cannot judge.
    let strange = stage_with_more();
    let refusal = strange.fails(vec![create("a")]).await;
    assert!(matches!(&refusal.why, Why::Exists { .. }), "{refusal}");
}

/// A bucket with the rule of `create("a")` and an element in it that nobody knows.
fn stage_with_more() -> Stage {
    let stage = stage();
    stage.plant(
        "<Rule><ID>a</ID><Filter><Prefix>a/</Prefix></Filter><Status>Enabled</Status>\
         <Expiration><Days>30</Days></Expiration><Newest>1</Newest></Rule>",
    );
    stage
}

#[tokio::test]
async fn a_refresh_reads_once_until_something_is_written() {
    let stage = stage();
    stage.apply(vec![create("a")]).await.expect("done");
    stage.store.forget_calls();
    let reads = (0..200).map(|_| stage.coordinator.read());
    for read in join_all(reads).await {
        assert!(matches!(
            read.expect("a document").as_ref(),
            Setting::Present(_)
        ));
    }
    assert_eq!(stage.calls(S3Method::GetLifecycle), 1);

    stage.apply(vec![create("b")]).await.expect("done");
    assert_eq!(
        stage.calls(S3Method::GetLifecycle),
        4,
        "a write never uses it"
    );
    let seen = stage.coordinator.read().await.expect("a document");
    let Setting::Present(seen) = seen.as_ref() else {
        panic!("a document");
    };
    assert_eq!(seen.len(), 2, "what was read before is dropped");
}

#[tokio::test]
async fn a_store_that_names_no_minimum_size_is_believed() {
    let stage = stage();
    stage.store.name_no_minimum_size();
    stage.apply(vec![create("a")]).await.expect("done");
    assert_eq!(
        stage.document().expect("a document").minimum_size,
        None,
        "none was sent"
    );
    let size = Some(MinimumSize::AllStorageClasses128K);
    let cancel = CancellationToken::new();
    let done = stage
        .coordinator
        .apply(vec![create("b")], size, &cancel)
        .await;
    done.expect("done");
    assert_eq!(stage.ids(), ["a", "b"]);
}

#[tokio::test]
async fn a_store_without_lifecycle_says_so() {
    let stage = stage();
    stage
        .store
        .lack([S3Method::GetLifecycle, S3Method::PutLifecycle]);
    let refusal = stage.fails(vec![create("a")]).await;
    assert!(matches!(refusal.why, Why::Unsupported));
}

#[tokio::test]
async fn a_bucket_holds_a_thousand_rules_and_no_more() {
    let stage = stage();
    let edits = (0..1000).map(|i| create(&i.to_string())).collect();
    stage.apply(edits).await.expect("done");
    let refusal = stage.fails(vec![create("one-more")]).await;
    assert!(matches!(refusal.why, Why::Full { rules: 1000 }));
    let swap = vec![Edit::Remove(rule_id("0")), create("one-more")];
    stage
        .apply(swap)
        .await
        .expect("one in the place of another");
}

#[tokio::test]
async fn a_rule_in_the_way_of_another_form_is_named() {
    let stage = stage();
    stage.plant("<Rule><ID>theirs</ID><Prefix>old/</Prefix><Status>Enabled</Status></Rule>");
    stage.store.fail(
        S3Method::PutLifecycle,
        1,
        Failure::Refused(Refused::Invalid),
    );
    let refusal = stage.fails(vec![create("a")]).await;
    let Why::Mixed { other, .. } = refusal.why else {
        panic!("{refusal}");
    };
    assert_eq!((other.id.as_deref(), other.legacy), (Some("theirs"), true));
}

#[tokio::test]
async fn a_rule_that_goes_from_one_resource_to_another_stays() {
    for new_first in [true, false] {
        let stage = stage();
        stage
            .apply(vec![create("a"), create("b")])
            .await
            .expect("done");
        stage.store.hook(|_, _| tokio::task::yield_now());
        let whole = vec![create("a"), create("b")];
        let old = vec![Edit::Remove(rule_id("a"))];
        let mut all = vec![vec![create("c")], whole, old];
        if !new_first {
            all.swap(1, 2);
        }
        let done = join_all(all.into_iter().map(|edits| stage.apply(edits))).await;
        assert!(done.iter().all(Result::is_ok));
        assert_eq!(stage.ids(), ["a", "b", "c"], "{new_first}");
    }
}

#[tokio::test]
async fn another_form_of_the_same_rule_is_written() {
    let stage = stage();
    stage.plant(
        "<Rule><ID>a</ID><Prefix>a/</Prefix><Status>Enabled</Status>\
                 <Expiration><Days>30</Days></Expiration><Novelty/></Rule>",
    );
    stage
        .apply(vec![Edit::Update(rule("a", 30))])
        .await
        .expect("done");
    let xml = stage.document().expect("a document").xml();
    assert!(
        xml.contains("<Filter><Prefix>a/</Prefix></Filter>"),
        "{xml}"
    );
    assert!(xml.contains("<Novelty/>"), "{xml}");
}
