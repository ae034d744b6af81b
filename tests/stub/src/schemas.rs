//! `terraform providers schema -json`, and what the protocol's crate makes of it.

use std::collections::BTreeMap;

use cty::{ParseTypeError, Path, PathStep, Type};
use serde::Deserialize;
use tfplugin::schema::{
    Attribute, Block, Mode, NestedBlock, NestedType, Nesting, Schema, SchemaFault, SchemaKind,
    Shape,
};

use crate::source::{Source, SourceError};

/// The schemas of one provider.
#[derive(Clone, Debug)]
pub struct Schemas {
    /// The `provider` block. What a real one calls computed is optional here: nobody computes it.
    pub provider: Schema,
    /// The managed resources.
    pub resources: BTreeMap<String, Schema>,
    /// The data sources.
    pub data_sources: BTreeMap<String, Schema>,
}

/// The text does not describe a provider that can be served.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// Not JSON, or not of that form.
    #[error("this is not the output of `terraform providers schema -json`: {0}")]
    Form(serde_json::Error),
    /// A key of `provider_schemas` is no address.
    #[error("in provider_schemas: {0}")]
    Source(SourceError),
    /// The provider is not in the file.
    #[error("no provider {wanted}; the file has {found}")]
    Absent {
        /// What was looked for.
        wanted: Source,
        /// What there is.
        found: String,
    },
    /// Not exactly one provider where one is expected.
    #[error("one provider is expected, and the file has {0}")]
    NotOne(usize),
    /// An attribute's type is none.
    #[error("{kind}, {at}: {error}")]
    Type {
        /// The provider, resource or data source.
        kind: String,
        /// The attribute.
        at: Path,
        /// What is wrong with it.
        error: ParseTypeError,
    },
    /// Something that cannot be served.
    #[error("{kind}, {at}: {problem}")]
    Unservable {
        /// The provider, resource or data source.
        kind: String,
        /// The attribute or block.
        at: Path,
        /// Why.
        problem: String,
    },
}

#[derive(Deserialize)]
struct Document {
    provider_schemas: BTreeMap<String, ProviderJson>,
}

#[derive(Deserialize)]
struct ProviderJson {
    #[serde(default)]
    provider: SchemaJson,
    #[serde(default)]
    resource_schemas: BTreeMap<String, SchemaJson>,
    #[serde(default)]
    data_source_schemas: BTreeMap<String, SchemaJson>,
}

#[derive(Default, Deserialize)]
struct SchemaJson {
    #[serde(default)]
    version: u32,
    #[serde(default)]
    block: BlockJson,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct BlockJson {
    attributes: BTreeMap<String, AttributeJson>,
    block_types: BTreeMap<String, NestedBlockJson>,
    description: String,
    deprecated: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AttributeJson {
    #[serde(rename = "type")]
    ty: Option<serde_json::Value>,
    nested_type: Option<NestedTypeJson>,
    required: bool,
    optional: bool,
    computed: bool,
    sensitive: bool,
    description: String,
    deprecated: bool,
}

#[derive(Deserialize)]
struct NestedTypeJson {
    nesting_mode: String,
    #[serde(default)]
    attributes: BTreeMap<String, AttributeJson>,
}

#[derive(Deserialize)]
struct NestedBlockJson {
    nesting_mode: String,
    #[serde(default)]
    block: BlockJson,
    #[serde(default)]
    min_items: u32,
    #[serde(default)]
    max_items: u32,
}

impl Schemas {
    /// The schemas of one provider of the file.
    ///
    /// # Errors
    /// The text has another form, has no such provider, or has something that cannot be served.
    pub fn of(source: &Source, json: &str) -> Result<Self, SchemaError> {
        let document = Document::read(json)?;
        let found: Vec<&str> = document
            .provider_schemas
            .keys()
            .map(String::as_str)
            .collect();
        let found = found.join(", ");
        for (address, provider) in document.provider_schemas {
            let address: Source = address.parse().map_err(SchemaError::Source)?;
            if source.is(&address) {
                return Self::read(provider);
            }
        }
        let wanted = source.clone();
        Err(SchemaError::Absent { wanted, found })
    }

    /// The schemas of the only provider of the file.
    ///
    /// # Errors
    /// The text has another form, not one provider, or something that cannot be served.
    pub fn only(json: &str) -> Result<Self, SchemaError> {
        let providers = Document::read(json)?.provider_schemas;
        let count = providers.len();
        let mut providers = providers.into_values();
        match (providers.next(), providers.next()) {
            (Some(provider), None) => Self::read(provider),
            _ => Err(SchemaError::NotOne(count)),
        }
    }

    fn read(json: ProviderJson) -> Result<Self, SchemaError> {
        Ok(Self {
            provider: schema("provider", json.provider, SchemaKind::Provider)?,
            resources: schemas(json.resource_schemas, SchemaKind::Resource)?,
            data_sources: schemas(json.data_source_schemas, SchemaKind::DataSource)?,
        })
    }

    /// The same, as `terraform providers schema -json` prints it.
    pub fn to_json(&self, source: &Source) -> serde_json::Value {
        let all = |schemas: &BTreeMap<String, Schema>| -> serde_json::Map<_, _> {
            let printed = schemas
                .iter()
                .map(|(name, schema)| (name.clone(), schema.to_json()));
            printed.collect()
        };
        let provider = serde_json::json!({
            "provider": self.provider.to_json(),
            "resource_schemas": all(&self.resources),
            "data_source_schemas": all(&self.data_sources),
        });
        serde_json::json!({
            "format_version": "1.0",
            "provider_schemas": { source.to_string(): provider },
        })
    }
}

impl Document {
    fn read(json: &str) -> Result<Self, SchemaError> {
        serde_json::from_str(json).map_err(SchemaError::Form)
    }
}

fn schemas(
    json: BTreeMap<String, SchemaJson>,
    kind: SchemaKind,
) -> Result<BTreeMap<String, Schema>, SchemaError> {
    let read = |(name, json): (String, _)| {
        let schema = schema(&name, json, kind)?;
        Ok((name, schema))
    };
    json.into_iter().map(read).collect()
}

fn schema(name: &str, json: SchemaJson, kind: SchemaKind) -> Result<Schema, SchemaError> {
    let reader = Reader { name, kind };
    let schema = Schema {
        version: json.version,
        block: reader.block(json.block, &Path::ROOT)?,
    };
    match schema.faults(kind).into_iter().next() {
        None => Ok(schema),
        Some(SchemaFault { at, problem }) => Err(reader.unservable(&at, problem)),
    }
}

/// Reads one schema; knows whose, for errors.
struct Reader<'a> {
    name: &'a str,
    kind: SchemaKind,
}

impl Reader<'_> {
    fn unservable(&self, at: &Path, problem: impl Into<String>) -> SchemaError {
        SchemaError::Unservable {
            kind: self.name.to_owned(),
            at: at.clone(),
            problem: problem.into(),
        }
    }

    fn block(&self, json: BlockJson, at: &Path) -> Result<Block, SchemaError> {
        let blocks = json.block_types.into_iter().map(|(name, json)| {
            let at = at.join(PathStep::Attribute(name.as_str().into()));
            Ok(NestedBlock {
                nesting: self.nesting(&json.nesting_mode, &at)?,
                block: self.block(json.block, &at)?,
                name: name.into(),
                min: json.min_items,
                max: (json.max_items > 0).then_some(json.max_items),
                modifiers: Vec::new(),
            })
        });
        Ok(Block {
            description: json.description,
            deprecated: json.deprecated.then(String::new),
            attributes: self.attributes(json.attributes, at)?,
            blocks: blocks.collect::<Result<_, _>>()?,
        })
    }

    fn attributes(
        &self,
        json: BTreeMap<String, AttributeJson>,
        at: &Path,
    ) -> Result<Vec<Attribute>, SchemaError> {
        let read = |(name, json): (String, _)| {
            let at = at.join(PathStep::Attribute(name.as_str().into()));
            self.attribute(&name, json, &at)
        };
        json.into_iter().map(read).collect()
    }

    fn attribute(
        &self,
        name: &str,
        json: AttributeJson,
        at: &Path,
    ) -> Result<Attribute, SchemaError> {
        let computed = json.computed && self.kind != SchemaKind::Provider;
        let mode = match (json.required, json.optional, computed) {
            (true, ..) => Mode::Required,
            (false, true, true) => Mode::OptionalComputed,
            (false, true, false) => Mode::Optional,
            (false, false, true) => Mode::Computed,
            (false, false, false) => {
                return Err(self.unservable(at, "neither required, optional nor computed"));
            }
        };
        let shape = self.shape(json.ty, json.nested_type, at)?;
        Ok(Attribute {
            sensitive: json.sensitive,
            description: json.description,
            deprecated: json.deprecated.then(String::new),
            ..Attribute::new(name, shape, mode)
        })
    }

    fn shape(
        &self,
        ty: Option<serde_json::Value>,
        nested: Option<NestedTypeJson>,
        at: &Path,
    ) -> Result<Shape, SchemaError> {
        match (ty, nested) {
            (Some(ty), None) => {
                let ty = Type::from_json_value(&ty).map_err(|error| SchemaError::Type {
                    kind: self.name.to_owned(),
                    at: at.clone(),
                    error,
                })?;
                Ok(Shape::Type(ty))
            }
            (None, Some(nested)) => Ok(Shape::Nested(NestedType {
                nesting: self.nesting(&nested.nesting_mode, at)?,
                attributes: self.attributes(nested.attributes, at)?,
            })),
            _ => Err(self.unservable(at, "either a type or a nested type is expected")),
        }
    }

    fn nesting(&self, mode: &str, at: &Path) -> Result<Nesting, SchemaError> {
        match mode {
            "single" => Ok(Nesting::Single),
            "list" => Ok(Nesting::List),
            "set" => Ok(Nesting::Set),
            "map" => Ok(Nesting::Map),
            _ => Err(self.unservable(at, format!("nesting mode {mode:?} is not served"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(block: &str) -> String {
        let json = format!(
            r#"{{"provider_schemas": {{"a/b": {{"resource_schemas": {{"b_thing": {{"block": {block}}}}}}}}}}}"#
        );
        Schemas::only(&json).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_served_is_named() {
        for (block, expected) in [
            (
                r#"{"block_types": {"rule": {"nesting_mode": "group", "block": {}}}}"#,
                r#"b_thing, rule: nesting mode "group" is not served"#,
            ),
            (
                r#"{"attributes": {"size": {"type": "integer", "optional": true}}}"#,
                r#"b_thing, size: "integer" is not a type"#,
            ),
            (
                r#"{"attributes": {"size": {"type": "number"}}}"#,
                "b_thing, size: neither required, optional nor computed",
            ),
            (
                r#"{"attributes": {"size": {"optional": true}}}"#,
                "b_thing, size: either a type or a nested type is expected",
            ),
            (
                r#"{"block_types": {"rule": {"nesting_mode": "list", "block": {"attributes": {
                    "value": {"type": "dynamic", "optional": true}}}}}}"#,
                "b_thing, rule: repeated blocks must not contain a dynamic attribute",
            ),
        ] {
            assert_eq!(refusal(block), expected);
        }
    }

    #[test]
    fn a_dynamic_attribute_outside_repeated_blocks_is_served() {
        let json = r#"{"provider_schemas": {"a/b": {"resource_schemas": {"b_thing": {"block": {
            "attributes": {"manifest": {"type": "dynamic", "required": true}},
            "block_types": {"wait": {"nesting_mode": "single", "block": {"attributes": {
                "value": {"type": "dynamic", "optional": true}}}}}}}}}}}"#;
        let schemas = Schemas::only(json).unwrap();
        assert!(schemas.resources["b_thing"].ty().has_dynamic());
    }

    #[test]
    fn a_file_of_several_providers_is_asked_by_address() {
        let json = r#"{"provider_schemas": {
            "registry.terraform.io/hashicorp/random": {"resource_schemas": {"random_id": {}}},
            "registry.terraform.io/hashicorp/tls": {}}}"#;
        let of = |source: &str| Schemas::of(&source.parse().unwrap(), json);
        assert!(of("random").unwrap().resources.contains_key("random_id"));
        assert!(of("hashicorp/tls").unwrap().resources.is_empty());
        assert_eq!(
            of("hashicorp/aws").unwrap_err().to_string(),
            "no provider hashicorp/aws; the file has registry.terraform.io/hashicorp/random, \
             registry.terraform.io/hashicorp/tls"
        );
        assert_eq!(
            Schemas::only(json).unwrap_err().to_string(),
            "one provider is expected, and the file has 2"
        );
    }
}
