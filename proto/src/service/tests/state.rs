//! State files of this version, of older ones and of others.

use tonic::Request;

use super::host::{Host, SHELF, said};
use super::shelf::Board;
use crate::generated::tfplugin6 as pb;
use crate::generated::tfplugin6::provider_server::Provider as _;
use crate::prelude::*;
use crate::wire;

#[tokio::test]
async fn the_present_version_is_completed() {
    let host = Host::new();
    // Written before `tags_all` and `board` came; `color` went.
    let json = r#"{"name":"x","size":3,"id":"a-x","revision":1,"tags":{"k":"v"},"color":"red"}"#;
    let state = host.upgrade(2, json).await.unwrap();
    assert_eq!((&state.name, &state.tags_all), (&"x".into(), &Attr::Null));
    assert_eq!(state.tags, StringMap::of([("k", "v")]));
    assert_eq!(state.board.known(), Some(&[][..]));
}

#[tokio::test]
async fn numbers_lose_nothing() {
    let host = Host::new();
    let digits = "1234567890123456789.123456789123456789";
    let json = format!(r#"{{"name":"x","board":[{{"weight":{digits}}}]}}"#);
    let state = host.upgrade(2, &json).await.unwrap();
    let expected = Board {
        wood: Attr::Null,
        weight: Attr::Known(digits.parse().unwrap()),
    };
    assert_eq!(state.board.known().unwrap(), [expected]);
}

#[tokio::test]
async fn an_older_version_is_upgraded_in_one_hop() {
    let host = Host::new();
    let state = host.upgrade(1, r#"{"title":"x","size":3}"#).await.unwrap();
    assert_eq!((state.name, state.size), ("x".into(), 3.into()));
}

#[tokio::test]
async fn what_cannot_be_upgraded_is_said() {
    let host = Host::new();
    let refused = [
        // The resource refuses.
        host.upgrade(0, "{}").await,
        // The upgrade forgot an attribute.
        host.upgrade(1, r#"{"title":"x","color":"red"}"#).await,
        host.upgrade(3, "{}").await,
        host.upgrade(-1, "{}").await,
        host.upgrade(2, r#"{"size":"many"}"#).await,
        host.upgrade(2, "{").await,
    ];
    let said: Vec<String> = refused.map(|state| state.unwrap_err().join("\n")).into();
    insta::assert_snapshot!(said.join("\n"), @r#"
    error Shelf broken (): Call a carpenter.
    error Cannot read the state (): unsupported attribute "color"
    error The state is too new (): The state of this test_shelf has version 3, newer than this release of the provider, which knows 2. Use a newer release.
    error The state is too new (): The state of this test_shelf has version -1, newer than this release of the provider, which knows 2. Use a newer release.
    error Cannot read the state (.size): size: a number is required
    error Cannot read the state (): The state of this test_shelf is no JSON: EOF while parsing an object at line 1 column 1
    "#);
}

#[tokio::test]
async fn states_without_json_are_null_or_too_old() {
    let host = Host::new();
    let request = |flatmap: &[(&str, &str)]| {
        let flatmap = flatmap.iter();
        let request = pb::upgrade_resource_state::Request {
            type_name: SHELF.to_owned(),
            version: 2,
            raw_state: Some(pb::RawState {
                json: Vec::new(),
                flatmap: flatmap.map(|(k, v)| ((*k).into(), (*v).into())).collect(),
            }),
        };
        host.service.upgrade_resource_state(Request::new(request))
    };
    let answer = request(&[]).await.unwrap().into_inner();
    assert_eq!(answer.upgraded_state, Some(wire::null()));
    assert!(answer.diagnostics.is_empty());
    let answer = request(&[("name", "x")]).await.unwrap().into_inner();
    assert!(said(&answer.diagnostics)[0].starts_with("error The state is too old"));
}
