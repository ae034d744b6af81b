//! Schemas of providers, as `terraform providers schema -json` prints them: what a resource's
//! attributes and nested blocks are.
//!
//! The language itself does not need them; with them an evaluation converts what is written to the
//! provider's types, knows the type of what is unknown, and notices misspelt names.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use cty::Type;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::instance::Mode;

/// The attributes and nested blocks of a resource, a provider or a nested block.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// By name.
    pub attributes: BTreeMap<Arc<str>, Attribute>,
    /// By type.
    pub blocks: BTreeMap<Arc<str>, NestedBlock>,
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its type; of nested attributes the type of the whole.
    pub ty: Type,
    /// The provider may fill it in where nobody writes it.
    pub computed: bool,
    /// Somebody must write it.
    pub required: bool,
    /// Its value must not be printed.
    pub sensitive: bool,
}

/// One type of nested blocks.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    /// What is in it.
    pub schema: Schema,
    /// How the blocks become a value.
    pub nesting: Nesting,
    /// The least number of them.
    pub min_items: u64,
    /// The greatest number of them, if there is one.
    pub max_items: Option<u64>,
}

/// How nested blocks become a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// An object, or null without a block.
    Single,
    /// An object in any case.
    Group,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects by label.
    Map,
}

/// Schemas by type of resource. Terraform's own `terraform_data` is always among them.
#[derive(Clone, Debug)]
pub struct Schemas {
    managed: HashMap<Arc<str>, Arc<Schema>>,
    data: HashMap<Arc<str>, Arc<Schema>>,
    providers: HashMap<Arc<str>, Arc<Schema>>,
}

/// A text that holds no schemas.
#[derive(Debug, thiserror::Error)]
#[error("this is no output of `terraform providers schema -json`: {0}")]
pub struct SchemaError(String);

impl Default for Schemas {
    fn default() -> Self {
        static BUILT_IN: LazyLock<Arc<Schema>> = LazyLock::new(|| {
            let attribute = |ty: Type, computed| Attribute {
                ty,
                computed,
                required: false,
                sensitive: false,
            };
            let attributes = [
                ("id", attribute(Type::String, true)),
                ("input", attribute(Type::Dynamic, false)),
                ("output", attribute(Type::Dynamic, true)),
                ("triggers_replace", attribute(Type::Dynamic, false)),
            ];
            Arc::new(Schema {
                attributes: attributes.map(|(name, it)| (name.into(), it)).into(),
                blocks: BTreeMap::new(),
            })
        });
        Self {
            managed: HashMap::from([("terraform_data".into(), Arc::clone(&BUILT_IN))]),
            data: HashMap::new(),
            providers: HashMap::new(),
        }
    }
}

impl Schemas {
    /// Adds all schemas of a text that `terraform providers schema -json` printed. A type that is
    /// already there is replaced.
    pub fn add(&mut self, text: &str) -> Result<(), SchemaError> {
        let all: AllJson = read(text)?;
        for (address, provider) in all.provider_schemas {
            if let Some(own) = provider.provider {
                let name = address.rsplit('/').next().unwrap_or(&address);
                let schema = own.block.build().map_err(SchemaError)?;
                self.providers.insert(name.into(), Arc::new(schema));
            }
            let managed = provider.resource_schemas.into_iter();
            let managed = managed.map(|(name, it)| (Mode::Managed, name, it));
            let data = provider.data_source_schemas.into_iter();
            let data = data.map(|(name, it)| (Mode::Data, name, it));
            for (mode, name, it) in managed.chain(data) {
                let schema = it.block.build().map_err(SchemaError)?;
                self.insert(mode, name, schema);
            }
        }
        Ok(())
    }

    /// Adds one type of resource: its object in such a text, `{"version": ..., "block": ...}`.
    pub fn add_resource(&mut self, mode: Mode, name: &str, text: &str) -> Result<(), SchemaError> {
        let one: OneJson = read(text)?;
        let schema = one.block.build().map_err(SchemaError)?;
        self.insert(mode, name.to_owned(), schema);
        Ok(())
    }

    fn insert(&mut self, mode: Mode, name: String, schema: Schema) {
        let resources = match mode {
            Mode::Managed => &mut self.managed,
            Mode::Data => &mut self.data,
        };
        resources.insert(name.into(), Arc::new(schema));
    }

    /// The schema of a type of resource or data source, if it is here.
    pub fn resource(&self, mode: Mode, type_name: &str) -> Option<&Arc<Schema>> {
        match mode {
            Mode::Managed => self.managed.get(type_name),
            Mode::Data => self.data.get(type_name),
        }
    }

    /// The schema of a provider's configuration, by the provider's type: `aws`.
    pub fn provider(&self, name: &str) -> Option<&Arc<Schema>> {
        self.providers.get(name)
    }
}

impl Schema {
    /// The type of a value of all of it.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(name, it)| (name.clone(), it.ty.clone()));
        let blocks = self.blocks.iter();
        let blocks = blocks.map(|(name, it)| (name.clone(), it.ty()));
        Type::object(attributes.chain(blocks))
    }

    /// The type of an attribute, or of all blocks of a type.
    pub fn type_of(&self, name: &str) -> Option<Type> {
        let attribute = self.attributes.get(name).map(|it| it.ty.clone());
        attribute.or_else(|| self.blocks.get(name).map(NestedBlock::ty))
    }

    /// The names of all attributes and block types.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let attributes = self.attributes.keys().map(AsRef::as_ref);
        attributes.chain(self.blocks.keys().map(AsRef::as_ref))
    }
}

impl NestedBlock {
    /// The type of all of them together.
    pub fn ty(&self) -> Type {
        self.nesting.of(self.schema.ty())
    }

    /// True if there is at most one.
    pub fn is_single(&self) -> bool {
        self.max_items == Some(1) || matches!(self.nesting, Nesting::Single | Nesting::Group)
    }
}

impl Nesting {
    fn of(self, element: Type) -> Type {
        match self {
            Self::Single | Self::Group => element,
            Self::List => Type::list(element),
            Self::Set => Type::set(element),
            Self::Map => Type::map(element),
        }
    }
}

fn read<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, SchemaError> {
    serde_json::from_str(text).map_err(|error| SchemaError(error.to_string()))
}

#[derive(Deserialize)]
struct AllJson {
    #[serde(default)]
    provider_schemas: BTreeMap<String, ProviderJson>,
}

#[derive(Deserialize)]
struct ProviderJson {
    provider: Option<OneJson>,
    #[serde(default)]
    resource_schemas: BTreeMap<String, OneJson>,
    #[serde(default)]
    data_source_schemas: BTreeMap<String, OneJson>,
}

#[derive(Deserialize)]
struct OneJson {
    #[serde(default)]
    block: BlockJson,
}

#[derive(Default, Deserialize)]
struct BlockJson {
    #[serde(default)]
    attributes: BTreeMap<String, AttributeJson>,
    #[serde(default)]
    block_types: BTreeMap<String, NestedJson>,
}

#[derive(Deserialize)]
struct AttributeJson {
    #[serde(rename = "type")]
    ty: Option<Json>,
    nested_type: Option<NestedTypeJson>,
    #[serde(default)]
    computed: bool,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    sensitive: bool,
}

#[derive(Deserialize)]
struct NestedTypeJson {
    #[serde(default)]
    attributes: BTreeMap<String, AttributeJson>,
    nesting_mode: NestingJson,
}

#[derive(Deserialize)]
struct NestedJson {
    nesting_mode: NestingJson,
    #[serde(default)]
    block: BlockJson,
    #[serde(default)]
    min_items: u64,
    max_items: Option<u64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum NestingJson {
    Single,
    Group,
    List,
    Set,
    Map,
}

impl From<NestingJson> for Nesting {
    fn from(json: NestingJson) -> Self {
        match json {
            NestingJson::Single => Self::Single,
            NestingJson::Group => Self::Group,
            NestingJson::List => Self::List,
            NestingJson::Set => Self::Set,
            NestingJson::Map => Self::Map,
        }
    }
}

impl BlockJson {
    fn build(self) -> Result<Schema, String> {
        let attributes = self.attributes.into_iter().map(|(name, it)| {
            let attribute = Attribute {
                ty: it.ty()?,
                computed: it.computed,
                required: it.required,
                sensitive: it.sensitive,
            };
            Ok((name.into(), attribute))
        });
        let blocks = self.block_types.into_iter().map(|(name, it)| {
            let block = NestedBlock {
                schema: it.block.build()?,
                nesting: it.nesting_mode.into(),
                min_items: it.min_items,
                // 0 stands for no limit.
                max_items: it.max_items.filter(|max| *max > 0),
            };
            Ok((name.into(), block))
        });
        Ok(Schema {
            attributes: attributes.collect::<Result<_, String>>()?,
            blocks: blocks.collect::<Result<_, String>>()?,
        })
    }
}

impl AttributeJson {
    fn ty(&self) -> Result<Type, String> {
        match (&self.ty, &self.nested_type) {
            (Some(ty), _) => Type::from_json_value(ty).map_err(|error| error.to_string()),
            (None, Some(nested)) => {
                let attributes = nested.attributes.iter();
                let attributes = attributes.map(|(name, it)| Ok((name.as_str(), it.ty()?)));
                let attributes: Vec<_> = attributes.collect::<Result<_, String>>()?;
                Ok(Nesting::from(nested.nesting_mode).of(Type::object(attributes)))
            }
            (None, None) => Err("an attribute has no type".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"format_version": "1.0", "provider_schemas": {
      "registry.terraform.io/acme/acme": {
        "provider": {"version": 0, "block": {"attributes": {"region": {"type": "string", "optional": true}}}},
        "resource_schemas": {"acme_box": {"version": 1, "block": {
          "attributes": {
            "id": {"type": "string", "computed": true},
            "tags": {"type": ["map", "string"], "optional": true},
            "disk": {"nested_type": {"nesting_mode": "list", "attributes": {
              "size": {"type": "number", "required": true}}}, "optional": true}},
          "block_types": {
            "net": {"nesting_mode": "set", "block": {"attributes": {"ip": {"type": "string"}}}},
            "boot": {"nesting_mode": "list", "max_items": 1, "block": {}}}}}},
        "data_source_schemas": {"acme_box": {"version": 0, "block": {}}}}}}"#;

    #[test]
    fn schemas_are_read_as_terraform_prints_them() {
        let mut schemas = Schemas::default();
        schemas.add(TEXT).unwrap();
        let schema = schemas.resource(Mode::Managed, "acme_box").unwrap();
        assert!(schema.attributes["id"].computed);
        assert_eq!(
            schema.ty().to_json(),
            r#"["object",{"boot":["list",["object",{}]],"disk":["list",["object",{"size":"number"}]],"id":"string","net":["set",["object",{"ip":"string"}]],"tags":["map","string"]}]"#
        );
        assert!(schema.blocks["boot"].is_single() && !schema.blocks["net"].is_single());
        assert!(schemas.resource(Mode::Data, "acme_box").is_some());
        assert!(schemas.resource(Mode::Managed, "terraform_data").is_some());
        assert!(
            schemas
                .provider("acme")
                .unwrap()
                .type_of("region")
                .is_some()
        );
        assert!(schemas.add("3").is_err());
        assert!(schemas.add(r#"{"provider_schemas": {"x": {"resource_schemas": {"a": {"block": {"attributes": {"b": {}}}}}}}}"#).is_err());
    }
}
