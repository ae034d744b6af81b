//! The provider schemas by which adapters read, embedded from `policy/schemas/`.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use cty::Type;
use serde::Deserialize;
use serde_json::Value as Json;
use terraform_config::instance::Mode;
use terraform_config::schema::Schemas;

/// The attributes and nested blocks of a resource or block.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    pub(crate) attributes: BTreeMap<String, Type>,
    pub(crate) blocks: BTreeMap<String, Nested>,
}

/// One nested block type.
#[derive(Debug)]
pub(crate) struct Nested {
    pub(crate) schema: Schema,
    /// The provider takes at most one.
    pub(crate) single: bool,
}

/// `rancher2_cluster_v2`. Parsed when first asked for.
pub(crate) fn rancher2_cluster_v2() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> =
        LazyLock::new(|| parse(include_str!("../../schemas/rancher2_cluster_v2.json")));
    &SCHEMA
}

/// `rancher2_machine_config_v2`. Parsed when first asked for.
pub(crate) fn rancher2_machine_config_v2() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        parse(include_str!(
            "../../schemas/rancher2_machine_config_v2.json"
        ))
    });
    &SCHEMA
}

/// All of them, for the evaluation. Parsed when first asked for.
pub(crate) fn schemas() -> Arc<Schemas> {
    static SCHEMAS: LazyLock<Arc<Schemas>> = LazyLock::new(|| {
        let mut schemas = Schemas::default();
        for (name, text) in [
            (
                "rancher2_cluster_v2",
                include_str!("../../schemas/rancher2_cluster_v2.json"),
            ),
            (
                "rancher2_machine_config_v2",
                include_str!("../../schemas/rancher2_machine_config_v2.json"),
            ),
        ] {
            let added = schemas.add_resource(Mode::Managed, name, text);
            added.expect("an embedded schema is JSON of the right shape");
        }
        Arc::new(schemas)
    });
    Arc::clone(&SCHEMAS)
}

fn parse(text: &str) -> Schema {
    let resource: Resource =
        serde_json::from_str(text).expect("an embedded schema is JSON of the right shape");
    build(resource.block)
}

fn build(block: Block) -> Schema {
    let attributes = block.attributes.into_iter().map(|(name, attribute)| {
        let ty = Type::from_json_value(&attribute.ty).expect("an embedded schema's types parse");
        (name, ty)
    });
    let blocks = block.block_types.into_iter().map(|(name, nested)| {
        let single = nested.max_items == Some(1) || nested.nesting_mode == "single";
        (
            name,
            Nested {
                schema: build(nested.block),
                single,
            },
        )
    });
    Schema {
        attributes: attributes.collect(),
        blocks: blocks.collect(),
    }
}

#[derive(Deserialize)]
struct Resource {
    block: Block,
}

#[derive(Deserialize)]
struct Block {
    #[serde(default)]
    attributes: BTreeMap<String, Attribute>,
    #[serde(default)]
    block_types: BTreeMap<String, NestedBlock>,
}

#[derive(Deserialize)]
struct Attribute {
    #[serde(rename = "type")]
    ty: Json,
}

#[derive(Deserialize)]
struct NestedBlock {
    nesting_mode: String,
    max_items: Option<u64>,
    block: Block,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_schemas_parse_and_know_what_is_single() {
        let cluster = rancher2_cluster_v2();
        assert_eq!(cluster.attributes["kubernetes_version"], Type::String);
        let rke = &cluster.blocks["rke_config"];
        assert!(rke.single);
        assert!(!rke.schema.blocks["machine_pools"].single);
        assert_eq!(
            rke.schema.blocks["etcd"].schema.attributes["snapshot_retention"],
            Type::Number
        );

        let config = rancher2_machine_config_v2();
        assert_eq!(config.attributes["annotations"], Type::map(Type::String));
        assert!(config.blocks["amazonec2_config"].single);
    }
}
