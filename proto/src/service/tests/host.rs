//! A host small enough to read: it proposes new states for shelves and keeps what comes back.

use cty::Value;
use tonic::Request;

use super::shelf::{Board, Config, Shelf, Shelves};
use crate::generated::tfplugin6 as pb;
use crate::generated::tfplugin6::provider_server::Provider as _;
use crate::model::Model;
use crate::prelude::*;
use crate::service::Service;
use crate::wire;
use crate::work::Work;

pub(super) const SHELF: &str = "test_shelf";

pub(super) struct Host {
    pub(super) service: Service<Shelves>,
}

/// An object in the state.
#[derive(Clone, Debug, Default)]
pub(super) struct Object {
    pub(super) state: Option<Shelf>,
    pub(super) private: Vec<u8>,
}

/// A change to apply.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) prior: Option<Shelf>,
    pub(super) config: Option<Shelf>,
    pub(super) planned: Option<Shelf>,
    pub(super) private: Vec<u8>,
    pub(super) replace: Vec<String>,
    pub(super) said: Vec<String>,
}

/// What came of an apply.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) object: Object,
    pub(super) said: Vec<String>,
}

pub(super) fn shelf(name: &str) -> Shelf {
    Shelf {
        name: name.into(),
        ..Shelf::default()
    }
}

pub(super) fn dynamic(shelf: Option<&Shelf>) -> Option<pb::DynamicValue> {
    let null = Value::null(Shelf::ty().clone());
    let value = shelf.map_or(null, Shelf::encode);
    Some(wire::dynamic(&value, Shelf::ty()).unwrap())
}

pub(super) fn model<M: Model>(dynamic: Option<&pb::DynamicValue>) -> Option<M> {
    let value = wire::value(dynamic, M::ty()).unwrap();
    (!value.is_null()).then(|| M::from_value(&value).unwrap())
}

/// Diagnostics in one line each: `severity summary (path): detail`.
pub(super) fn said(diagnostics: &[pb::Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(line).collect()
}

fn line(d: &pb::Diagnostic) -> String {
    use pb::attribute_path::step::Selector;
    let mut path = String::new();
    for step in d.attribute.iter().flat_map(|a| &a.steps) {
        match step.selector.as_ref().unwrap() {
            Selector::AttributeName(name) => path.push_str(&format!(".{name}")),
            Selector::ElementKeyString(key) => path.push_str(&format!("[{key:?}]")),
            Selector::ElementKeyInt(index) => path.push_str(&format!("[{index}]")),
        }
    }
    let severity = d.severity().as_str_name().to_lowercase();
    format!("{severity} {} ({path}): {}", d.summary, d.detail)
}

/// What core proposes: the configuration, with the state's values for what is computed.
fn proposed(prior: Option<&Shelf>, config: &Shelf) -> Shelf {
    fn or<T: Clone>(config: &Attr<T>, prior: &Attr<T>) -> Attr<T> {
        if config.is_null() {
            prior.clone()
        } else {
            config.clone()
        }
    }
    let Some(prior) = prior else {
        return config.clone();
    };
    let boards = |c: &[Board]| {
        c.iter()
            .enumerate()
            .map(|(i, board)| {
                let before = prior.board.known().and_then(|p| p.get(i)).cloned();
                let before = before.unwrap_or_default();
                Board {
                    wood: or(&board.wood, &before.wood),
                    weight: or(&board.weight, &before.weight),
                }
            })
            .collect()
    };
    Shelf {
        name: config.name.clone(),
        size: or(&config.size, &prior.size),
        id: prior.id.clone(),
        revision: prior.revision.clone(),
        tags: config.tags.clone(),
        tags_all: prior.tags_all.clone(),
        board: config.board.known().map_or(Many::Unknown, boards),
    }
}

impl Host {
    pub(super) fn new() -> Self {
        Self {
            service: Service::new(Shelves::default(), Work::default()),
        }
    }

    /// A provider configured with a prefix.
    pub(super) async fn configured() -> Self {
        let host = Self::new();
        assert_eq!(host.configure("a".into()).await, Vec::<String>::new());
        host
    }

    pub(super) async fn configure(&self, prefix: Attr<String>) -> Vec<String> {
        let config = Config { prefix }.encode();
        let request = pb::configure_provider::Request {
            terraform_version: "1.11.4".to_owned(),
            config: Some(wire::dynamic(&config, Config::ty()).unwrap()),
            client_capabilities: None,
        };
        let answer = self.service.configure_provider(Request::new(request)).await;
        said(&answer.unwrap().into_inner().diagnostics)
    }

    pub(super) async fn validate(&self, config: &Shelf) -> Vec<String> {
        let request = pb::validate_resource_config::Request {
            type_name: SHELF.to_owned(),
            config: dynamic(Some(config)),
            client_capabilities: None,
        };
        let answer = self.service.validate_resource_config(Request::new(request));
        said(&answer.await.unwrap().into_inner().diagnostics)
    }

    /// Plans from an object to a configuration; `None` deletes.
    pub(super) async fn plan(&self, object: &Object, config: Option<&Shelf>) -> Plan {
        let prior = object.state.as_ref();
        let request = pb::plan_resource_change::Request {
            type_name: SHELF.to_owned(),
            prior_state: dynamic(prior),
            proposed_new_state: dynamic(config.map(|c| proposed(prior, c)).as_ref()),
            config: dynamic(config),
            prior_private: object.private.clone(),
            ..pb::plan_resource_change::Request::default()
        };
        let answer = self.service.plan_resource_change(Request::new(request));
        let answer = answer.await.unwrap().into_inner();
        assert!(!answer.legacy_type_system);
        let replace = answer.requires_replace.into_iter().map(|attribute| {
            let diagnostic = pb::Diagnostic {
                attribute: Some(attribute),
                ..pb::Diagnostic::default()
            };
            let line = line(&diagnostic);
            let path = line.split_once("(.").unwrap().1;
            path.trim_end_matches("): ").to_owned()
        });
        Plan {
            prior: object.state.clone(),
            config: config.cloned(),
            planned: model(answer.planned_state.as_ref()),
            replace: replace.collect(),
            private: answer.planned_private,
            said: said(&answer.diagnostics),
        }
    }

    pub(super) fn order(&self, plan: &Plan) -> pb::apply_resource_change::Request {
        pb::apply_resource_change::Request {
            type_name: SHELF.to_owned(),
            prior_state: dynamic(plan.prior.as_ref()),
            planned_state: dynamic(plan.planned.as_ref()),
            config: dynamic(plan.config.as_ref()),
            planned_private: plan.private.clone(),
            ..pb::apply_resource_change::Request::default()
        }
    }

    pub(super) async fn apply(&self, plan: &Plan) -> Outcome {
        let request = self.order(plan);
        let answer = self.service.apply_resource_change(Request::new(request));
        let answer = answer.await.unwrap().into_inner();
        assert!(!answer.legacy_type_system);
        Outcome {
            object: Object {
                state: model(answer.new_state.as_ref()),
                private: answer.private,
            },
            said: said(&answer.diagnostics),
        }
    }

    /// Plans and applies; both must be free of diagnostics.
    pub(super) async fn make(&self, object: &Object, config: &Shelf) -> Object {
        let plan = self.plan(object, Some(config)).await;
        assert_eq!(plan.said, Vec::<String>::new());
        let outcome = self.apply(&plan).await;
        assert_eq!(outcome.said, Vec::<String>::new());
        outcome.object
    }

    pub(super) async fn read(&self, object: &Object) -> Outcome {
        let request = pb::read_resource::Request {
            type_name: SHELF.to_owned(),
            current_state: dynamic(object.state.as_ref()),
            private: object.private.clone(),
            ..pb::read_resource::Request::default()
        };
        let answer = self.service.read_resource(Request::new(request)).await;
        let answer = answer.unwrap().into_inner();
        Outcome {
            object: Object {
                state: model(answer.new_state.as_ref()),
                private: answer.private,
            },
            said: said(&answer.diagnostics),
        }
    }

    /// State files are JSON.
    pub(super) async fn upgrade(&self, version: i64, json: &str) -> Result<Shelf, Vec<String>> {
        let request = pb::upgrade_resource_state::Request {
            type_name: SHELF.to_owned(),
            version,
            raw_state: Some(pb::RawState {
                json: json.as_bytes().to_vec(),
                flatmap: [].into(),
            }),
        };
        let answer = self.service.upgrade_resource_state(Request::new(request));
        let answer = answer.await.unwrap().into_inner();
        match model(answer.upgraded_state.as_ref()) {
            Some(state) if answer.diagnostics.is_empty() => Ok(state),
            _ => Err(said(&answer.diagnostics)),
        }
    }
}
