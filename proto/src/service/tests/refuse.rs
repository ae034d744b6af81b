//! What is refused, and where it points.

use tonic::{Code, Request};

use super::host::{Host, Object, said, shelf};
use super::shelf::{Board, Config, Shelf};
use crate::generated::tfplugin6 as pb;
use crate::generated::tfplugin6::provider_server::Provider as _;
use crate::model::Model;
use crate::prelude::*;
use crate::service::Service;
use crate::wire;
use crate::work::Work;

#[tokio::test]
async fn a_bad_configuration_is_refused_at_its_place() {
    let host = Host::new();
    let bad = Shelf {
        size: 12.into(),
        id: "mine".into(),
        board: Many::from_iter(vec![Board::default(); 3]),
        ..Shelf::default()
    };
    insta::assert_snapshot!(host.validate(&bad).await.join("\n"), @r#"
    error Missing required argument (.name): The argument "name" is required, but no value is given.
    error Invalid attribute value (.size): Attribute size: 12 found, at least 1 and at most 9 allowed.
    error Read-only attribute (.id): The provider decides on "id": remove it from the configuration.
    error Too many blocks (.board): At most 2 "board" block(s) allowed, 3 found.
    "#);
    let tiny = Shelf {
        size: 2.into(),
        ..shelf("tiny")
    };
    insta::assert_snapshot!(host.validate(&tiny).await.join("\n"), @"error Too large (.size): A tiny shelf has size 1.");
}

#[tokio::test]
async fn a_bad_provider_configuration_is_refused_at_its_place() {
    let host = Host::new();
    let config = Config { prefix: "".into() }.encode();
    let request = pb::validate_provider_config::Request {
        config: Some(wire::dynamic(&config, Config::ty()).unwrap()),
    };
    let answer = host.service.validate_provider_config(Request::new(request));
    let answer = answer.await.unwrap().into_inner();
    insta::assert_snapshot!(said(&answer.diagnostics).join("\n"), @r"
    error Invalid attribute value (.prefix): Attribute prefix: 0 characters found, at least 1 allowed.
    ");
    insta::assert_snapshot!(host.configure("denied".into()).await.join("\n"), @"error Access denied (.prefix): Ask for a key.");
}

#[tokio::test]
async fn a_plan_that_core_would_refuse_is_refused_here() {
    let host = Host::configured().await;
    let config = Shelf {
        size: 4.into(),
        ..shelf("invalid-plan")
    };
    let plan = host.plan(&Object::default(), Some(&config)).await;
    insta::assert_snapshot!(plan.said.join("\n"), @r"
    error Provider produced invalid plan (.size): size: planned 8, but the configuration has 4.

    Terraform accepts no such answer. This is a bug in the provider; please report it.
    ");
}

#[tokio::test]
async fn a_delete_can_be_warned_about() {
    let host = Host::configured().await;
    let object = host.make(&Object::default(), &shelf("precious")).await;
    let plan = host.plan(&object, None).await;
    assert_eq!(
        plan.said,
        ["warning Precious shelf (.name): Its books will be lost."]
    );
    assert_eq!(plan.planned, None);
}

#[tokio::test]
async fn a_failed_read_keeps_the_state() {
    let host = Host::configured().await;
    for (id, lines) in [("denied", 2), ("panic-read", 1)] {
        let object = Object {
            state: Some(Shelf {
                id: id.into(),
                ..shelf("x")
            }),
            private: br#"{"made_by":1}"#.to_vec(),
        };
        let read = host.read(&object).await;
        assert_eq!(read.said.len(), lines, "{:?}", read.said);
        assert_eq!(read.object.state, object.state);
        assert_eq!(read.object.private, object.private);
    }
}

#[tokio::test]
async fn a_move_is_answered_with_what_to_do() {
    let host = Host::new();
    let request = pb::move_resource_state::Request {
        source_provider_address: "registry.terraform.io/hashicorp/aws".into(),
        source_type_name: "aws_shelf".into(),
        target_type_name: "test_shelf".into(),
        ..pb::move_resource_state::Request::default()
    };
    let answer = host.service.move_resource_state(Request::new(request));
    let answer = answer.await.unwrap().into_inner();
    insta::assert_snapshot!(said(&answer.diagnostics).join("\n"), @r"
    error Moving between these types is not supported (): No moved block can turn aws_shelf of registry.terraform.io/hashicorp/aws into test_shelf. Remove the old object from the state and import it as test_shelf.
    ");
}

/// Kinds of objects that are not announced.
#[tokio::test]
async fn the_rest_is_unimplemented() {
    let service = Host::new().service;
    macro_rules! unimplemented_rpcs {
        ($($rpc:ident $message:ident),* $(,)?) => {$(
            let request = Request::new(pb::$message::Request::default());
            let code = service.$rpc(request).await.err().map(|status| status.code());
            assert_eq!(code, Some(Code::Unimplemented), stringify!($rpc));
        )*};
    }
    unimplemented_rpcs! {
        call_function call_function,
        upgrade_resource_identity upgrade_resource_identity,
        generate_resource_config generate_resource_config,
        validate_ephemeral_resource_config validate_ephemeral_resource_config,
        open_ephemeral_resource open_ephemeral_resource,
        renew_ephemeral_resource renew_ephemeral_resource,
        close_ephemeral_resource close_ephemeral_resource,
        validate_list_resource_config validate_list_resource_config,
        list_resource list_resource,
        validate_action_config validate_action_config,
        plan_action plan_action,
        invoke_action invoke_action,
        validate_state_store_config validate_state_store,
        configure_state_store configure_state_store,
        read_state_bytes read_state_bytes,
        lock_state lock_state,
        unlock_state unlock_state,
        get_states get_states,
        delete_state delete_state,
    }
}

model! {
    struct BadConfig {
        alias: Attr<String> = optional(),
    }
}

model! {
    struct BadModel {
        count: Attr<i64> = required().default(1),
    }
}

struct Bad;

impl Provider for Bad {
    type Config = BadConfig;
    type Client = ();

    async fn configure(
        &self,
        _: &mut ConfigureCx,
        _: BadConfig,
    ) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<()>>> {
        vec![crate::resource(Bad), crate::resource(Bad)]
    }
}

impl Resource for Bad {
    type Client = ();
    type Model = BadModel;
    const TYPE_NAME: &'static str = "bad_thing";

    async fn create(&self, _: &mut Cx<()>, thing: BadModel) -> Applied<BadModel> {
        Applied::Done(thing)
    }

    async fn read(
        &self,
        _: &mut Cx<()>,
        thing: BadModel,
    ) -> Result<ReadBack<BadModel>, Diagnostics> {
        Ok(ReadBack::Present(thing))
    }

    async fn update(&self, _: &mut Cx<()>, _: &BadModel, thing: BadModel) -> Applied<BadModel> {
        Applied::Done(thing)
    }

    async fn delete(&self, _: &mut Cx<()>, _: BadModel) -> Deleted {
        Deleted::Done
    }
}

#[tokio::test]
async fn faults_in_schemas_show_at_once() {
    let service = Service::new(Bad, Work::default());
    let request = Request::new(pb::get_provider_schema::Request {});
    let answer = service
        .get_provider_schema(request)
        .await
        .unwrap()
        .into_inner();
    insta::assert_snapshot!(said(&answer.diagnostics).join("\n"), @r"
    error Invalid schema of provider (): alias: Terraform reserves this name; users could never set it
    error Invalid schema of bad_thing (): count: Terraform reserves this name; users could never set it
    error Invalid schema of bad_thing (): count: only an optional and computed attribute can have a default
    error Invalid registry (): The provider registers bad_thing twice.
    ");
}
