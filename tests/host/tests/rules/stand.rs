//! A provider in this process that does everything right, but for one fault.

use std::sync::Arc;

use cty::{Type, Value};
use holdfast_host::schema::Schema;
use holdfast_host::{Begun, Provider};
use tfplugin::client::{self, messages};

use messages::schema::{Attribute, Block, NestedBlock, Object, nested_block, object};

/// The type that it serves.
pub(crate) const THING: &str = "test_thing";

/// What is wrong with the answers, by call.
#[derive(Clone, Copy, Default)]
pub(crate) struct Faults {
    pub(crate) status: bool,
    pub(crate) schema: Option<fn(&mut messages::get_provider_schema::Response)>,
    pub(crate) validate: Option<fn(&mut messages::validate_resource_config::Response)>,
    pub(crate) upgrade: Option<fn(&mut messages::upgrade_resource_state::Response)>,
    pub(crate) read: Option<fn(&mut messages::read_resource::Response)>,
    pub(crate) plan: Option<PlanFault>,
    pub(crate) apply: Option<ApplyFault>,
    pub(crate) import: Option<fn(&mut messages::import_resource_state::Response)>,
}

type PlanFault =
    fn(&messages::plan_resource_change::Request, &mut messages::plan_resource_change::Response);
type ApplyFault =
    fn(&messages::apply_resource_change::Request, &mut messages::apply_resource_change::Response);

/// The provider.
#[derive(Default)]
pub(crate) struct Stand {
    pub(crate) faults: Faults,
    /// Every call, in order.
    pub(crate) calls: Vec<&'static str>,
}

/// Rewrites an answered value, if there is an object.
pub(crate) fn edit(answer: &mut Option<messages::DynamicValue>, with: impl FnOnce(Value) -> Value) {
    let value = decode(answer.as_ref());
    if !value.is_null() {
        *answer = encode(&with(value));
    }
}

/// The object with another value under a name.
pub(crate) fn set(object: Value, name: &str, value: Value) -> Value {
    let mut entries = object.entries().cloned().unwrap_or_default();
    entries.insert(name.into(), value);
    Value::object(entries)
}

pub(crate) fn decode(answer: Option<&messages::DynamicValue>) -> Value {
    let bytes = answer.map_or(&[0xc0][..], |value| &value.msgpack);
    cty::msgpack::decode(bytes, &ty()).expect("an object of the type")
}

pub(crate) fn encode(value: &Value) -> Option<messages::DynamicValue> {
    Some(messages::DynamicValue {
        msgpack: cty::msgpack::encode(value, &ty()).expect("a value of the type"),
        json: Vec::new(),
    })
}

/// The type of its objects.
pub(crate) fn ty() -> Type {
    let schema = Schema::try_from(&thing()).expect("a schema");
    schema.block.ty()
}

fn attribute(name: &str, ty: Type) -> Attribute {
    Attribute {
        name: name.to_owned(),
        r#type: ty.to_json().into_bytes(),
        optional: true,
        ..Attribute::default()
    }
}

fn thing() -> messages::Schema {
    let port = Block {
        attributes: vec![Attribute {
            optional: false,
            required: true,
            ..attribute("port", Type::Number)
        }],
        ..Block::default()
    };
    let blocks = |name: &str, nesting: nested_block::NestingMode| NestedBlock {
        type_name: name.to_owned(),
        block: Some(port.clone()),
        nesting: nesting.into(),
        ..NestedBlock::default()
    };
    let parts = Attribute {
        r#type: Vec::new(),
        nested_type: Some(Object {
            attributes: vec![attribute("key", Type::String)],
            nesting: object::NestingMode::List.into(),
            ..Object::default()
        }),
        ..attribute("parts", Type::Dynamic)
    };
    let block = Block {
        attributes: vec![
            Attribute {
                optional: false,
                required: true,
                ..attribute("name", Type::String)
            },
            Attribute {
                optional: false,
                computed: true,
                ..attribute("id", Type::String)
            },
            Attribute {
                computed: true,
                ..attribute("chosen", Type::String)
            },
            Attribute {
                write_only: true,
                ..attribute("secret", Type::String)
            },
            attribute("note", Type::String),
            attribute("tags", Type::map(Type::String)),
            attribute("labels", Type::set(Type::String)),
            parts,
        ],
        block_types: vec![
            blocks("rule", nested_block::NestingMode::List),
            blocks("gate", nested_block::NestingMode::Set),
            blocks("only", nested_block::NestingMode::Group),
        ],
        ..Block::default()
    };
    messages::Schema {
        version: 0,
        block: Some(block),
    }
}

/// What a right plan makes of the proposal.
fn planned(proposed: Value) -> Value {
    let mut planned = set(proposed, "secret", Value::null(Type::String));
    for name in ["id", "chosen"] {
        if planned.attribute(name).is_some_and(Value::is_null) {
            planned = set(planned, name, Value::unknown(Type::String));
        }
    }
    planned
}

fn filled(planned: Value) -> Value {
    planned.map_leaves(&mut |leaf| match leaf.is_known() {
        true => leaf,
        false => Value::string("made"),
    })
}

fn spoil<T>(fault: Option<fn(&mut T)>, mut answer: T) -> Result<T, String> {
    if let Some(fault) = fault {
        fault(&mut answer);
    }
    Ok(answer)
}

impl Provider for Stand {
    async fn begin(&mut self) -> Result<Begun, client::Error> {
        self.calls.push("begin");
        Ok(Begun::New)
    }

    async fn get_provider_schema(
        &mut self,
        _: messages::get_provider_schema::Request,
    ) -> Result<messages::get_provider_schema::Response, String> {
        let answer = messages::get_provider_schema::Response {
            provider: Some(messages::Schema {
                version: 0,
                block: Some(Block::default()),
            }),
            resource_schemas: [(THING.to_owned(), thing())].into(),
            server_capabilities: Some(messages::ServerCapabilities {
                plan_destroy: true,
                ..Default::default()
            }),
            ..Default::default()
        };
        spoil(self.faults.schema, answer)
    }

    async fn get_resource_identity_schemas(
        &mut self,
        _: messages::get_resource_identity_schemas::Request,
    ) -> Result<messages::get_resource_identity_schemas::Response, String> {
        Ok(Default::default())
    }

    async fn validate_provider_config(
        &mut self,
        _: messages::validate_provider_config::Request,
    ) -> Result<messages::validate_provider_config::Response, String> {
        Ok(Default::default())
    }

    async fn configure_provider(
        &mut self,
        _: messages::configure_provider::Request,
    ) -> Result<messages::configure_provider::Response, String> {
        self.calls.push("configure");
        Ok(Default::default())
    }

    async fn validate_resource_config(
        &mut self,
        _: messages::validate_resource_config::Request,
    ) -> Result<messages::validate_resource_config::Response, String> {
        self.calls.push("validate");
        if self.faults.status {
            return Err("unknown: it broke".to_owned());
        }
        spoil(self.faults.validate, Default::default())
    }

    async fn upgrade_resource_state(
        &mut self,
        request: messages::upgrade_resource_state::Request,
    ) -> Result<messages::upgrade_resource_state::Response, String> {
        self.calls.push("upgrade");
        let raw = request.raw_state.unwrap_or_default().json;
        let state = cty::json::decode(&String::from_utf8_lossy(&raw), &ty());
        let answer = messages::upgrade_resource_state::Response {
            upgraded_state: encode(&state.map_err(|error| error.to_string())?),
            ..Default::default()
        };
        spoil(self.faults.upgrade, answer)
    }

    async fn read_resource(
        &mut self,
        request: messages::read_resource::Request,
    ) -> Result<messages::read_resource::Response, String> {
        self.calls.push("read");
        let answer = messages::read_resource::Response {
            new_state: request.current_state,
            private: request.private,
            ..Default::default()
        };
        spoil(self.faults.read, answer)
    }

    async fn plan_resource_change(
        &mut self,
        request: messages::plan_resource_change::Request,
    ) -> Result<messages::plan_resource_change::Response, String> {
        self.calls.push("plan");
        let proposed = decode(request.proposed_new_state.as_ref());
        let mut answer = messages::plan_resource_change::Response {
            planned_state: request.proposed_new_state.clone(),
            planned_private: b"planned".to_vec(),
            ..Default::default()
        };
        if !proposed.is_null() {
            answer.planned_state = encode(&planned(proposed));
        }
        if let Some(fault) = self.faults.plan {
            fault(&request, &mut answer);
        }
        Ok(answer)
    }

    async fn apply_resource_change(
        &mut self,
        request: messages::apply_resource_change::Request,
    ) -> Result<messages::apply_resource_change::Response, String> {
        self.calls.push("apply");
        let planned = decode(request.planned_state.as_ref());
        let mut answer = messages::apply_resource_change::Response {
            new_state: encode(&if planned.is_null() {
                planned
            } else {
                filled(planned)
            }),
            private: b"applied".to_vec(),
            ..Default::default()
        };
        if let Some(fault) = self.faults.apply {
            fault(&request, &mut answer);
        }
        Ok(answer)
    }

    async fn import_resource_state(
        &mut self,
        request: messages::import_resource_state::Request,
    ) -> Result<messages::import_resource_state::Response, String> {
        self.calls.push("import");
        let nothing = Schema::try_from(&thing())?
            .block
            .complete(&Value::empty_object());
        let nothing = nothing.map_err(|error| error.to_string())?;
        let stub = set(nothing, "id", Value::string(Arc::<str>::from(request.id)));
        let answer = messages::import_resource_state::Response {
            imported_resources: vec![messages::import_resource_state::ImportedResource {
                type_name: request.type_name,
                state: encode(&stub),
                ..Default::default()
            }],
            ..Default::default()
        };
        spoil(self.faults.import, answer)
    }
}
