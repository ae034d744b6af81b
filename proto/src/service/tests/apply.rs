//! What goes wrong while applying: nothing is lost, and every failure is a diagnostic.

use tonic::Request;

use super::host::{Host, Object, model, said, shelf};
use super::shelf::{MADE_BY, Shelf};
use crate::generated::tfplugin6 as pb;
use crate::generated::tfplugin6::provider_server::Provider as _;
use crate::prelude::*;
use crate::private::Private;

const BROKEN: &str = "error Shelf broken (): Call a carpenter.";

async fn create(name: &str) -> super::host::Outcome {
    let host = Host::configured().await;
    let plan = host.plan(&Object::default(), Some(&shelf(name))).await;
    assert_eq!(plan.said, Vec::<String>::new());
    host.apply(&plan).await
}

/// A shelf of size 3, and a plan to make it `size`.
async fn resize(host: &Host, size: i64) -> super::host::Plan {
    let object = host.make(&Object::default(), &shelf("x")).await;
    let config = Shelf {
        size: size.into(),
        ..shelf("x")
    };
    host.plan(&object, Some(&config)).await
}

#[tokio::test]
async fn a_failed_create_leaves_nothing() {
    let outcome = create("fail").await;
    assert_eq!(outcome.said, [BROKEN]);
    assert_eq!(outcome.object.state, None);
}

#[tokio::test]
async fn a_partial_create_is_kept() {
    let outcome = create("partial").await;
    assert_eq!(outcome.said, [BROKEN]);
    let state = outcome.object.state.unwrap();
    assert_eq!((state.id, state.revision), ("a-partial".into(), Attr::Null));
    let private = Private::from_bytes(&outcome.object.private).unwrap();
    assert!(private.get(MADE_BY).is_some());
}

#[tokio::test]
async fn a_failure_after_a_checkpoint_keeps_the_object() {
    let outcome = create("fail-later").await;
    assert_eq!(outcome.said, [BROKEN]);
    assert_eq!(outcome.object.state.unwrap().id, "a-fail-later".into());
}

#[tokio::test]
async fn a_panic_is_one_diagnostic() {
    let outcome = create("panic").await;
    assert_eq!(outcome.object.state, None);
    let [said] = &outcome.said[..] else {
        panic!("{:?}", outcome.said);
    };
    assert!(
        said.starts_with("error The provider failed unexpectedly (): out of panic"),
        "{said}"
    );
}

#[tokio::test]
async fn a_panic_after_a_checkpoint_keeps_the_object() {
    let outcome = create("panic-later").await;
    assert_eq!(outcome.said.len(), 1);
    assert!(outcome.said[0].contains("half way"));
    assert_eq!(outcome.object.state.unwrap().id, "a-panic-later".into());
    let private = Private::from_bytes(&outcome.object.private).unwrap();
    assert!(private.get(MADE_BY).is_some());
}

#[tokio::test]
async fn a_failed_update_leaves_the_object_as_it_was() {
    let host = Host::configured().await;
    for size in [8, 9] {
        let plan = resize(&host, size).await;
        let outcome = host.apply(&plan).await;
        assert_eq!(outcome.said.len(), 1, "{:?}", outcome.said);
        assert_eq!(outcome.object.state, plan.prior);
        assert_eq!(outcome.object.private, plan.private);
    }
}

#[tokio::test]
async fn a_failed_delete_leaves_the_object_as_it_was() {
    let host = Host::configured().await;
    let object = host.make(&Object::default(), &shelf("stuck")).await;
    let plan = host.plan(&object, None).await;
    let outcome = host.apply(&plan).await;
    assert_eq!(outcome.said, [BROKEN]);
    assert_eq!(outcome.object.state, object.state);
    assert_eq!(outcome.object.private, object.private);
}

#[tokio::test]
async fn what_is_left_unknown_is_named_and_the_rest_kept() {
    let outcome = create("forgetful").await;
    assert_eq!(outcome.said.len(), 1);
    let said = &outcome.said[0];
    let title = "error Provider returned invalid result object after apply (.revision)";
    assert!(said.starts_with(title), "{said}");
    assert_eq!(outcome.object.state.unwrap().revision, Attr::Null);
}

#[tokio::test]
async fn a_result_unlike_the_plan_is_named_and_kept() {
    let outcome = create("wayward").await;
    assert_eq!(outcome.said.len(), 1);
    let said = &outcome.said[0];
    let title = "error Provider produced inconsistent result after apply (.size)";
    assert!(said.starts_with(title), "{said}");
    assert!(said.contains("size: was 3, but now 7"), "{said}");
    assert_eq!(outcome.object.state.unwrap().size, 7.into());
}

#[tokio::test]
async fn without_a_configured_provider_the_object_stays() {
    let host = Host::configured().await;
    let plan = resize(&host, 4).await;
    for (prefix, summary) in [
        (
            Attr::Unknown,
            "error The provider's configuration is not known yet",
        ),
        ("denied".into(), "error The provider is not configured"),
    ] {
        host.configure(prefix).await;
        let outcome = host.apply(&plan).await;
        assert!(outcome.said[0].starts_with(summary), "{:?}", outcome.said);
        assert_eq!(outcome.object.state, plan.prior);
        assert_eq!(outcome.object.private, plan.private);
    }
}

#[tokio::test]
async fn unreadable_requests_give_back_what_they_held() {
    let host = Host::configured().await;
    let plan = resize(&host, 4).await;
    let order = host.order(&plan);
    let garbage = || {
        Some(pb::DynamicValue {
            msgpack: vec![0xc1, 0xff],
            json: Vec::new(),
        })
    };
    for request in [
        pb::apply_resource_change::Request {
            planned_state: garbage(),
            ..order.clone()
        },
        pb::apply_resource_change::Request {
            type_name: "test_nothing".into(),
            ..order.clone()
        },
    ] {
        let answer = host.service.apply_resource_change(Request::new(request));
        let answer = answer.await.unwrap().into_inner();
        assert_eq!(said(&answer.diagnostics).len(), 1);
        assert_eq!(model::<Shelf>(answer.new_state.as_ref()), plan.prior);
        assert_eq!(answer.private, plan.private);
    }
    let request = pb::apply_resource_change::Request {
        planned_private: b"[1]".to_vec(),
        ..order
    };
    let answer = host.service.apply_resource_change(Request::new(request));
    let answer = answer.await.unwrap().into_inner();
    assert!(said(&answer.diagnostics)[0].starts_with("error Cannot read the private state"));
    assert_eq!(answer.private, b"[1]");
}

#[tokio::test]
async fn stopping_reaches_what_runs_and_not_the_next_command() {
    let host = Host::configured().await;
    let plan = host.plan(&Object::default(), Some(&shelf("wait"))).await;
    let begun = host.service.core.provider.begun.clone();
    let stop = async {
        begun.notified().await;
        let request = Request::new(pb::stop_provider::Request {});
        let answer = host.service.stop_provider(request).await.unwrap();
        assert_eq!(answer.into_inner().error, "");
    };
    let (outcome, ()) = tokio::join!(host.apply(&plan), stop);
    assert_eq!(outcome.said, ["error Interrupted (): "]);
    assert_eq!(outcome.object.state.unwrap().id, "a-wait".into());

    // A debugger's session goes on with the next command in the same process.
    host.configure("a".into()).await;
    let plan = host.plan(&Object::default(), Some(&shelf("wait"))).await;
    let apply = host.apply(&plan);
    tokio::pin!(apply);
    tokio::select! {
        outcome = &mut apply => panic!("not waited: {outcome:?}"),
        () = begun.notified() => {}
    }
    host.service.work.stop();
    assert_eq!(apply.await.said, ["error Interrupted (): "]);
}
