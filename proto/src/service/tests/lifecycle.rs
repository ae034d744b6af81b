//! What goes well: plan, apply, read, change, replace, import, destroy.

use tonic::Request;

use super::host::{Host, Object, SHELF, model, said, shelf};
use super::shelf::{Board, Found, MADE_BY, PLANNED, Shelf};
use crate::generated::tfplugin6 as pb;
use crate::generated::tfplugin6::provider_server::Provider as _;
use crate::model::Model;
use crate::prelude::*;
use crate::private::Private;
use crate::wire;

const NOTHING: Vec<String> = Vec::new();

#[tokio::test]
async fn a_shelf_lives() {
    let host = Host::configured().await;
    let config = Shelf {
        tags: StringMap::of([("k", "v")]),
        board: Many::from_iter([Board::default()]),
        ..shelf("x")
    };
    assert_eq!(host.validate(&config).await, NOTHING);

    let plan = host.plan(&Object::default(), Some(&config)).await;
    assert_eq!(plan.said, NOTHING);
    let planned = plan.planned.clone().unwrap();
    assert_eq!(planned.size, 3.into());
    assert_eq!(
        (&planned.id, &planned.revision),
        (&Attr::Unknown, &Attr::Unknown)
    );
    assert_eq!(planned.tags_all, config.tags);
    assert_eq!(
        planned.board.known().unwrap(),
        [Board {
            wood: "pine".into(),
            weight: Attr::Unknown
        }]
    );

    let made = host.apply(&plan).await;
    assert_eq!(made.said, NOTHING);
    let state = made.object.state.clone().unwrap();
    assert_eq!((&state.id, &state.revision), (&"a-x".into(), &1.into()));

    // Read back as it was made: a decimal fraction did not become a float.
    let read = host.read(&made.object).await;
    assert_eq!(read.said, NOTHING);
    assert_eq!(read.object.state.as_ref(), Some(&state));
    let again = host.plan(&read.object, Some(&config)).await;
    assert_eq!(
        again.planned.as_ref(),
        Some(&state),
        "the second plan is empty"
    );

    let larger = Shelf {
        size: 5.into(),
        ..config.clone()
    };
    let plan = host.plan(&read.object, Some(&larger)).await;
    let planned = plan.planned.clone().unwrap();
    assert_eq!(
        (&planned.id, &planned.revision),
        (&"a-x".into(), &Attr::Unknown)
    );
    assert_eq!(plan.replace, NOTHING);
    let changed = host.apply(&plan).await;
    assert_eq!(changed.said, NOTHING);
    assert_eq!(changed.object.state.as_ref().unwrap().revision, 2.into());

    let plan = host.plan(&changed.object, None).await;
    assert_eq!((plan.planned.clone(), plan.said.clone()), (None, NOTHING));
    let gone = host.apply(&plan).await;
    assert_eq!((gone.object.state, gone.said), (None, NOTHING));
    assert_eq!(gone.object.private, b"");
    let read = host.read(&changed.object).await;
    assert_eq!((read.object.state, read.said), (None, NOTHING));
}

#[tokio::test]
async fn private_state_travels_by_itself() {
    let host = Host::configured().await;
    let plan = host.plan(&Object::default(), Some(&shelf("x"))).await;
    let planned = Private::from_bytes(&plan.private).unwrap();
    assert_eq!(planned.get(PLANNED), Some(&1.into()));
    let object = host.apply(&plan).await.object;
    let private = Private::from_bytes(&object.private).unwrap();
    assert_eq!(private.get(PLANNED), Some(&1.into()));
    assert!(private.get(MADE_BY).is_some());
    // Neither reading nor planning nor updating loses what it does not touch.
    let read = host.read(&object).await.object;
    assert_eq!(read.private, object.private);
    let larger = Shelf {
        size: 4.into(),
        ..shelf("x")
    };
    let updated = host.make(&read, &larger).await;
    assert_eq!(updated.private, object.private);
}

#[tokio::test]
async fn replacement_is_asked_for_by_schema_and_by_resource() {
    let host = Host::configured().await;
    let object = host.make(&Object::default(), &shelf("x")).await;
    let config = Shelf {
        size: 1.into(),
        ..shelf("y")
    };
    let plan = host.plan(&object, Some(&config)).await;
    assert_eq!(plan.said, NOTHING);
    assert_eq!(plan.replace, ["name", "size"]);
    // Core then plans once more, as a create with the first plan's private state.
    let second = Object {
        state: None,
        private: plan.private,
    };
    let plan = host.plan(&second, Some(&config)).await;
    assert_eq!(plan.replace, NOTHING);
    assert_eq!(plan.planned.unwrap().id, Attr::Unknown);
}

#[tokio::test]
async fn unknown_configuration_is_no_error() {
    let host = Host::new();
    let config = Shelf {
        size: Attr::Unknown,
        tags: Attr::Unknown,
        board: Many::Unknown,
        ..shelf("x")
    };
    assert_eq!(host.validate(&config).await, NOTHING);
    assert_eq!(host.configure(Attr::Unknown).await, NOTHING);
    let plan = host.plan(&Object::default(), Some(&config)).await;
    assert_eq!(plan.said, NOTHING);
    let planned = plan.planned.unwrap();
    assert_eq!(
        (planned.size, planned.tags_all),
        (Attr::Unknown, Attr::Unknown)
    );
    assert!(planned.board.is_unknown());

    // What exists is not refreshed, and that is said.
    let object = Object {
        state: Some(Shelf {
            id: "a-x".into(),
            ..shelf("x")
        }),
        private: br#"{"made_by":1}"#.to_vec(),
    };
    let read = host.read(&object).await;
    assert_eq!(
        (&read.object.state, &read.object.private),
        (&object.state, &object.private)
    );
    assert_eq!(read.said.len(), 1);
    assert!(read.said[0].starts_with("warning Existing objects not refreshed"));

    // Apply configures anew, in this process or another.
    assert_eq!(host.configure("a".into()).await, NOTHING);
    assert_eq!(
        host.make(&Object::default(), &shelf("x"))
            .await
            .state
            .unwrap()
            .id,
        "a-x".into()
    );
}

#[tokio::test]
async fn an_import_finds_the_object() {
    let host = Host::configured().await;
    let made = host.make(&Object::default(), &shelf("x")).await;
    let import = |id: &str| {
        let request = pb::import_resource_state::Request {
            type_name: SHELF.to_owned(),
            id: id.to_owned(),
            ..pb::import_resource_state::Request::default()
        };
        host.service.import_resource_state(Request::new(request))
    };
    let answer = import("a-x").await.unwrap().into_inner();
    assert_eq!(said(&answer.diagnostics), NOTHING);
    let [imported] = &answer.imported_resources[..] else {
        panic!("{answer:?}");
    };
    assert_eq!(imported.type_name, SHELF);
    let object = Object {
        state: model(imported.state.as_ref()),
        private: imported.private.clone(),
    };
    let read = host.read(&object).await;
    assert_eq!(read.object.state, made.state);
    assert_eq!(read.object.private, br#"{"made_by":"import"}"#);

    // Import by identity only, which no resource has.
    let answer = import("").await.unwrap().into_inner();
    assert!(answer.imported_resources.is_empty());
    assert_eq!(
        said(&answer.diagnostics),
        ["error An import needs an id (): test_shelf is imported by its id."]
    );
}

#[tokio::test]
async fn a_data_source_reads() {
    let host = Host::configured().await;
    host.make(&Object::default(), &shelf("x")).await;
    host.make(&Object::default(), &shelf("forgotten")).await;
    let read = |id: &str| {
        let config = Found {
            id: id.into(),
            ..Found::default()
        };
        let request = pb::read_data_source::Request {
            type_name: SHELF.to_owned(),
            config: Some(wire::dynamic(&config.encode(), Found::ty()).unwrap()),
            ..pb::read_data_source::Request::default()
        };
        host.service.read_data_source(Request::new(request))
    };
    let answer = read("a-x").await.unwrap().into_inner();
    assert_eq!(said(&answer.diagnostics), NOTHING);
    let found: Found = model(answer.state.as_ref()).unwrap();
    assert_eq!((found.name, found.size), ("x".into(), 3.into()));
    let answer = read("a-y").await.unwrap().into_inner();
    assert_eq!(
        said(&answer.diagnostics),
        [r#"error No such shelf (.id): There is no "a-y"."#]
    );
    let answer = read("a-forgotten").await.unwrap().into_inner();
    let said = said(&answer.diagnostics);
    assert!(
        said[0].starts_with("error Provider produced invalid object (.size)"),
        "{said:?}"
    );
}

#[tokio::test]
async fn the_provider_says_what_it_has() {
    let host = Host::new();
    let request = Request::new(pb::get_provider_schema::Request {});
    let schema = host
        .service
        .get_provider_schema(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(said(&schema.diagnostics), NOTHING);
    assert!(schema.provider.unwrap().block.is_some());
    assert_eq!(schema.resource_schemas[SHELF].version, 2);
    assert_eq!(schema.data_source_schemas.len(), 1);
    let capabilities = schema.server_capabilities.unwrap();
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    assert!(!capabilities.move_resource_state && !capabilities.generate_resource_config);

    let request = Request::new(pb::get_metadata::Request {});
    let metadata = host
        .service
        .get_metadata(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(metadata.resources[0].type_name, SHELF);
    assert_eq!(metadata.data_sources[0].type_name, SHELF);
    assert_eq!(metadata.server_capabilities, Some(capabilities));

    let request = Request::new(pb::get_resource_identity_schemas::Request {});
    let identities = host.service.get_resource_identity_schemas(request).await;
    assert!(identities.unwrap().into_inner().identity_schemas.is_empty());
    let request = Request::new(pb::get_functions::Request {});
    let functions = host.service.get_functions(request).await;
    assert!(functions.unwrap().into_inner().functions.is_empty());
}
