//! The operations.

use async_trait::async_trait;
use cty::{Type, Value};
use serde_json::Value as Json;
use tfplugin::schema::{Attribute, Block, Nesting, Schema, Shape};
use tfplugin::{
    AnyDataSource, AnyProvider, AnyResource, Applied, ConfigureCx, Configured, Cx, DataCx, Deleted,
    Diagnostic, Diagnostics, PlanCx, ReadBack, modifiers,
};

use crate::schemas::Schemas;
use crate::values::{empty, fill, open};

/// `attribute=text`: on reading, objects that have this attribute have this text there, as if
/// somebody had changed them by hand.
const DRIFT: &str = "HOLDFAST_STUB_DRIFT";

/// If it is set, nothing can be deleted.
const STUCK: &str = "HOLDFAST_STUB_STUCK";

/// A provider for schemas given as data.
#[derive(Clone, Debug)]
pub struct Stub {
    schemas: Schemas,
}

impl Stub {
    /// A provider that serves these schemas.
    pub fn new(mut schemas: Schemas) -> Self {
        for schema in schemas.resources.values_mut() {
            keep(&mut schema.block);
        }
        Self { schemas }
    }
}

/// Has computed values stay as they are in the state. A null of the state was imported; the next
/// change fills it.
fn keep(block: &mut Block) {
    keep_attributes(&mut block.attributes);
    for nested in &mut block.blocks {
        keep(&mut nested.block);
    }
}

fn keep_attributes(attributes: &mut [Attribute]) {
    for attribute in attributes {
        if attribute.mode.is_computed() {
            let keep = modifiers::use_non_null_state_for_unknown();
            attribute.modifiers.push(keep);
        }
        if let Shape::Nested(nested) = &mut attribute.shape {
            keep_attributes(&mut nested.attributes);
        }
    }
}

#[async_trait]
impl AnyProvider for Stub {
    type Client = ();

    fn schema(&self) -> Schema {
        self.schemas.provider.clone()
    }

    fn validate(&self, _: &Value, _: &mut Diagnostics) {}

    /// Any configuration will do, known or not.
    async fn configure(
        &self,
        _: &mut ConfigureCx,
        _: Value,
    ) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<()>>> {
        let mut all: Vec<Box<dyn AnyResource<()>>> = Vec::new();
        for (name, schema) in &self.schemas.resources {
            all.push(Box::new(Kind::new(name, schema)));
        }
        all
    }

    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<()>>> {
        let mut all: Vec<Box<dyn AnyDataSource<()>>> = Vec::new();
        for (name, schema) in &self.schemas.data_sources {
            all.push(Box::new(Kind::new(name, schema)));
        }
        all
    }
}

/// One resource or data source.
struct Kind {
    name: String,
    schema: Schema,
}

impl Kind {
    fn new(name: &str, schema: &Schema) -> Self {
        Self {
            name: name.to_owned(),
            schema: schema.clone(),
        }
    }
}

#[async_trait]
impl AnyResource<()> for Kind {
    fn type_name(&self) -> &str {
        &self.name
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, _: &Value, _: &mut Diagnostics) {}

    /// The schema has said it all.
    async fn plan(&self, _: &mut PlanCx<()>, _: &Value, _: &Value, planned: Value) -> Value {
        planned
    }

    async fn create(&self, _: &mut Cx<()>, planned: Value) -> Applied<Value> {
        Applied::Done(fill(&self.name, planned))
    }

    async fn read(&self, _: &mut Cx<()>, state: Value) -> Result<ReadBack<Value>, Diagnostics> {
        Ok(ReadBack::Present(drifted(state, std::env::var(DRIFT).ok())))
    }

    async fn update(&self, _: &mut Cx<()>, _: Value, planned: Value) -> Applied<Value> {
        Applied::Done(fill(&self.name, planned))
    }

    async fn delete(&self, _: &mut Cx<()>, _: Value) -> Deleted {
        if std::env::var_os(STUCK).is_none() {
            return Deleted::Done;
        }
        let detail = format!("{STUCK} is set, so that nothing can be deleted.");
        let problem = Diagnostic::error("The object is stuck", detail);
        Deleted::Failed([problem].into_iter().collect())
    }

    async fn import(&self, _: &mut Cx<()>, id: &str) -> Result<Value, Diagnostics> {
        imported(&self.schema.block, id).ok_or_else(|| {
            let detail = format!("{} has no attribute \"id\" to hold {id:?}.", self.name);
            Diagnostic::error("Import is not supported", detail).into()
        })
    }

    /// Attributes that are gone are refused by the protocol's side; others fit.
    fn upgrade(&self, _: u32, state: Json) -> Result<Json, Diagnostics> {
        Ok(state)
    }
}

#[async_trait]
impl AnyDataSource<()> for Kind {
    fn type_name(&self) -> &str {
        &self.name
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, _: &Value, _: &mut Diagnostics) {}

    async fn read(&self, _: &mut DataCx<()>, config: Value) -> Result<Value, Diagnostics> {
        Ok(fill(&self.name, open(&self.schema.block, &config)))
    }
}

fn drifted(state: Value, drift: Option<String>) -> Value {
    let drift = drift.as_deref().and_then(|drift| drift.split_once('='));
    let (Some((name, text)), Some(attributes)) = (drift, state.entries()) else {
        return state;
    };
    let attributes = attributes.iter().map(|(known, value)| {
        let is_it = **known == *name && value.ty() == Type::String;
        let value = if is_it {
            Value::string(text)
        } else {
            value.clone()
        };
        (known.clone(), value)
    });
    Value::object(attributes.collect::<Vec<_>>())
}

/// An object of which only the id is known; `None` if the schema has no place for it.
fn imported(block: &Block, id: &str) -> Option<Value> {
    block.attribute("id").filter(|a| a.ty() == Type::String)?;
    let attributes = block.attributes.iter().map(|attribute| {
        let value = match &*attribute.name {
            "id" => Value::string(id),
            _ => Value::null(attribute.ty()),
        };
        (attribute.name.clone(), value)
    });
    // No blocks are an empty collection.
    let blocks = block.blocks.iter().map(|nested| {
        let ty = nested.ty();
        let none = match nested.nesting {
            Nesting::Single => None,
            Nesting::List | Nesting::Set | Nesting::Map => empty(&ty),
        };
        (nested.name.clone(), none.unwrap_or(Value::null(ty)))
    });
    Some(Value::object(attributes.chain(blocks)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Schemas;

    fn block(json: &str) -> Block {
        let document = format!(
            r#"{{"provider_schemas": {{"a/b": {{"provider": {{"version": 0, "block": {{}}}},
                "resource_schemas": {{"b_thing": {{"version": 0, "block": {json}}}}}}}}}}}"#
        );
        let mut schemas = Schemas::only(&document).unwrap();
        schemas.resources.remove("b_thing").unwrap().block
    }

    #[test]
    fn an_import_knows_the_id_and_nothing_else() {
        let block = block(
            r#"{"attributes": {"id": {"type": "string", "computed": true},
                               "size": {"type": "number", "optional": true}},
                "block_types": {"rule": {"nesting_mode": "set", "block": {}},
                                "owner": {"nesting_mode": "map", "block": {}},
                                "timeouts": {"nesting_mode": "single", "block": {}}}}"#,
        );
        let object = imported(&block, "i-1").unwrap();
        assert_eq!(object.ty(), block.ty());
        assert_eq!(object.attribute("id"), Some(&Value::string("i-1")));
        assert_eq!(object.attribute("size"), Some(&Value::null(Type::Number)));
        assert_eq!(object.attribute("rule").unwrap().elements(), Some(&[][..]));
        assert!(
            object
                .attribute("owner")
                .unwrap()
                .entries()
                .unwrap()
                .is_empty()
        );
        assert!(object.attribute("timeouts").unwrap().is_null());
    }

    #[test]
    fn a_test_may_have_objects_changed_by_hand() {
        let object =
            |note: &str| Value::object([("note", Value::string(note)), ("size", Value::int(1))]);
        let drifted = |drift: &str| drifted(object("a"), Some(drift.to_owned()));
        assert_eq!(drifted("note=b"), object("b"));
        assert_eq!(drifted("size=2"), object("a"));
        assert_eq!(drifted("other=b"), object("a"));
    }

    #[test]
    fn without_an_id_there_is_no_import() {
        assert_eq!(imported(&block("{}"), "i-1"), None);
        let number = r#"{"attributes": {"id": {"type": "number", "computed": true}}}"#;
        assert_eq!(imported(&block(number), "i-1"), None);
    }

    #[test]
    fn a_data_source_fills_what_is_computed_and_nothing_else() {
        let block = block(
            r#"{"attributes": {"name": {"type": "string", "optional": true, "computed": true},
                               "filter": {"type": "string", "optional": true},
                               "ids": {"type": ["list", "string"], "computed": true},
                               "nested": {"nested_type": {"nesting_mode": "list", "attributes": {
                                   "arn": {"type": "string", "computed": true}}},
                                   "optional": true}},
                "block_types": {"disk": {"nesting_mode": "list", "block": {"attributes": {
                    "serial": {"type": "string", "computed": true}}}}}}"#,
        );
        let inner = |name| Value::object([(name, Value::null(Type::String))]);
        let config = Value::object([
            ("name", Value::string("mine")),
            ("filter", Value::null(Type::String)),
            ("ids", Value::null(Type::list(Type::String))),
            ("nested", Value::list(inner("arn").ty(), [inner("arn")])),
            ("disk", Value::list(inner("serial").ty(), [inner("serial")])),
        ]);
        let found = fill("b_thing", open(&block, &config));
        assert_eq!(found.ty(), block.ty());
        assert_eq!(found.attribute("name"), Some(&Value::string("mine")));
        assert!(found.attribute("filter").unwrap().is_null());
        assert_eq!(found.attribute("ids").unwrap().elements(), Some(&[][..]));
        for (name, inside) in [("nested", "arn"), ("disk", "serial")] {
            let first = &found.attribute(name).unwrap().elements().unwrap()[0];
            let text = first.attribute(inside).unwrap().as_str().unwrap();
            assert!(text.starts_with("stub-"), "{name}: {text}");
        }
    }
}
