//! A provider that keeps shelves in memory, and misbehaves on request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use tokio::sync::Notify;

use crate::prelude::*;
use crate::{AnyDataSource, PrivateKey};

/// What the remote side holds, by id.
pub(super) type Store = Arc<Mutex<BTreeMap<String, Shelf>>>;

#[derive(Default)]
pub(super) struct Shelves {
    pub(super) store: Store,
    /// Told when a waiting create has begun.
    pub(super) begun: Arc<Notify>,
}

pub(super) struct Client {
    store: Store,
    begun: Arc<Notify>,
    prefix: String,
}

model! {
    /// Where the shelves are.
    pub(super) struct Config {
        /// Begins each id.
        pub(super) prefix: Attr<String> = required().validate(length(1..)),
    }
}

model! {
    /// A shelf.
    pub(super) struct Shelf {
        /// Also tells how it behaves.
        pub(super) name: Attr<String> = required().requires_replace(),
        pub(super) size: Attr<i64> = optional().default(3).validate(between(1..=9)),
        pub(super) id: Attr<String> = computed().use_state_for_unknown(),
        pub(super) revision: Attr<i64> = computed(),
        pub(super) tags: StringMap = optional(),
        pub(super) tags_all: StringMap = computed(),
        pub(super) board: Many<Board> = list().max(2),
    }
}

model! {
    pub(super) struct Board {
        pub(super) wood: Attr<String> = optional().default("pine"),
        pub(super) weight: Attr<crate::Number> = optional_computed(),
    }
}

pub(super) const MADE_BY: PrivateKey = PrivateKey::new("made_by");
pub(super) const PLANNED: PrivateKey = PrivateKey::new("planned");

impl Provider for Shelves {
    type Config = Config;
    type Client = Client;

    async fn configure(
        &self,
        cx: &mut ConfigureCx,
        config: Config,
    ) -> Result<Configured<Client>, Diagnostics> {
        let Attr::Known(prefix) = config.prefix else {
            return Ok(Configured::NotYet);
        };
        if prefix == "denied" {
            let detail = "Ask for a key.";
            return Err(Diagnostic::error("Access denied", detail).at(path!("prefix")))?;
        }
        assert_eq!(cx.terraform_version, "1.11.4");
        Ok(Configured::Ready(Client {
            store: self.store.clone(),
            begun: self.begun.clone(),
            prefix,
        }))
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<Client>>> {
        vec![crate::resource(Handler)]
    }

    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<Client>>> {
        vec![crate::data_source(Finder)]
    }
}

struct Handler;

impl Resource for Handler {
    type Client = Client;
    type Model = Shelf;
    const TYPE_NAME: &'static str = "test_shelf";
    const VERSION: u32 = 2;

    fn validate(&self, config: &Shelf, diagnostics: &mut Diagnostics) {
        if config.name.as_str() == Some("tiny") && config.size.known() > Some(&1) {
            diagnostics.error(path!("size"), "Too large", "A tiny shelf has size 1.");
        }
    }

    async fn plan(&self, cx: &mut PlanCx<Client>, change: Change<'_, Shelf>) {
        match change {
            Change::Delete { prior } => {
                if prior.name.as_str() == Some("precious") {
                    let detail = "Its books will be lost.";
                    cx.diagnostics.warn(path!("name"), "Precious shelf", detail);
                }
            }
            Change::Create { planned, .. } => {
                cx.private.set(PLANNED, 1);
                self.plan_tags(cx, planned);
                if planned.name.as_str() == Some("invalid-plan") {
                    planned.size = 8.into();
                }
            }
            Change::Update { prior, planned, .. } => {
                self.plan_tags(cx, planned);
                if planned.size.known() < prior.size.known() {
                    cx.requires_replace(path!("size"));
                }
            }
        }
    }

    async fn create(&self, cx: &mut Cx<Client>, mut shelf: Shelf) -> Applied<Shelf> {
        let name = shelf.name.as_str().unwrap_or_default().to_owned();
        let id = format!("{}-{name}", cx.client.prefix);
        cx.private.set(MADE_BY, json!({ "test": true }));
        shelf.id.fill(id.as_str());
        shelf.revision.fill(1);
        let tags = shelf.tags.clone();
        shelf.tags_all.fill(tags);
        for board in shelf.board.known_mut().unwrap_or_default() {
            board.weight.fill("0.1".parse::<crate::Number>().unwrap());
        }
        match name.as_str() {
            "fail" => return Applied::Failed(broken()),
            "panic" => panic!("out of {name}"),
            "panic-later" => {
                cx.checkpoint(&shelf);
                cx.client.store.lock().unwrap().insert(id, shelf);
                panic!("half way");
            }
            "fail-later" => {
                shelf.revision = Attr::Unknown;
                cx.checkpoint(&shelf);
                return Applied::Failed(broken());
            }
            "partial" => {
                shelf.revision = Attr::Unknown;
                return Applied::Partial {
                    state: shelf,
                    errors: broken(),
                };
            }
            "forgetful" => shelf.revision = Attr::Unknown,
            "wayward" => shelf.size = 7.into(),
            "wait" => {
                cx.client.begun.notify_one();
                cx.cancel.cancelled().await;
                shelf.revision = Attr::Unknown;
                return Applied::Partial {
                    state: shelf,
                    errors: Diagnostic::error("Interrupted", "").into(),
                };
            }
            _ => {}
        }
        cx.client.store.lock().unwrap().insert(id, shelf.clone());
        Applied::Done(shelf)
    }

    async fn read(
        &self,
        cx: &mut Cx<Client>,
        state: Shelf,
    ) -> Result<ReadBack<Shelf>, Diagnostics> {
        let id = state.id.as_str().unwrap_or_default();
        if id.contains("panic-read") {
            panic!("cannot look");
        }
        if id.contains("denied") {
            cx.diagnostics.warn(path!("id"), "Slow", "");
            return Err(broken());
        }
        match cx.client.store.lock().unwrap().get(id) {
            Some(found) => Ok(ReadBack::Present(found.clone())),
            None => Ok(ReadBack::Gone),
        }
    }

    async fn update(&self, cx: &mut Cx<Client>, prior: &Shelf, mut shelf: Shelf) -> Applied<Shelf> {
        if shelf.size == 9.into() {
            return Applied::Failed(broken());
        }
        if shelf.size == 8.into() {
            panic!("too heavy");
        }
        shelf
            .revision
            .fill(prior.revision.known().map(|revision| revision + 1));
        let tags = shelf.tags.clone();
        shelf.tags_all.fill(tags);
        for board in shelf.board.known_mut().unwrap_or_default() {
            board.weight.fill(crate::Number::from(2));
        }
        let id = shelf.id.as_str().unwrap_or_default().to_owned();
        cx.client.store.lock().unwrap().insert(id, shelf.clone());
        Applied::Done(shelf)
    }

    async fn delete(&self, cx: &mut Cx<Client>, state: Shelf) -> Deleted {
        let id = state.id.as_str().unwrap_or_default();
        if id.ends_with("stuck") {
            return Deleted::Failed(broken());
        }
        cx.client.store.lock().unwrap().remove(id);
        Deleted::Done
    }

    async fn import(&self, cx: &mut Cx<Client>, id: &str) -> Result<Shelf, Diagnostics> {
        cx.private.set(MADE_BY, "import");
        Ok(Shelf {
            id: id.into(),
            ..Shelf::default()
        })
    }

    fn upgrade(&self, version: u32, mut state: Json) -> Result<Json, Diagnostics> {
        if version == 0 {
            return Err(broken());
        }
        // Version 1 called it `title`.
        if let Some(title) = state
            .as_object_mut()
            .and_then(|state| state.remove("title"))
        {
            state["name"] = title;
        }
        Ok(state)
    }
}

impl Handler {
    /// Tags of the provider come with a client; without one they are unknown.
    fn plan_tags(&self, cx: &PlanCx<Client>, planned: &mut Shelf) {
        if cx.client.is_none() {
            planned.tags_all = Attr::Unknown;
        } else if !planned.tags.is_unknown() {
            planned.tags_all = planned.tags.clone();
        }
    }
}

fn broken() -> Diagnostics {
    Diagnostic::error("Shelf broken", "Call a carpenter.").into()
}

model! {
    pub(super) struct Found {
        pub(super) id: Attr<String> = required(),
        pub(super) name: Attr<String> = computed(),
        pub(super) size: Attr<i64> = computed(),
    }
}

struct Finder;

impl DataSource for Finder {
    type Client = Client;
    type Model = Found;
    const TYPE_NAME: &'static str = "test_shelf";

    async fn read(&self, cx: &mut DataCx<Client>, mut found: Found) -> Result<Found, Diagnostics> {
        let id = found.id.as_str().unwrap_or_default();
        let store = cx.client.store.lock().unwrap();
        let Some(shelf) = store.get(id) else {
            let detail = format!("There is no {id:?}.");
            return Err(Diagnostic::error("No such shelf", detail).at(path!("id")))?;
        };
        found.name = shelf.name.clone();
        if id != "a-forgotten" {
            found.size = shelf.size.clone();
        } else {
            found.size = Attr::Unknown;
        }
        Ok(found)
    }
}
