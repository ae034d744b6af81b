//! The resource types of the providers that are served, and the paths that must be known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use holdfast_stub::Schemas;
use tfplugin::schema::{Block, Schema};

/// A provider that is served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Provider {
    /// Its local name, and the prefix of its types.
    pub(crate) name: &'static str,
    /// Its address without a host.
    pub(crate) source: &'static str,
    /// The version that it is served as.
    pub(crate) version: &'static str,
    /// What `terraform providers schema -json` prints of it.
    pub(crate) json: &'static str,
}

/// All of them; `schemas/README.md` tells where they are from.
pub(crate) const PROVIDERS: &[Provider] = &[
    Provider {
        name: "rancher2",
        source: "rancher/rancher2",
        version: "15.0.0",
        json: include_str!("../schemas/rancher2.json"),
    },
    Provider {
        name: "aws",
        source: "hashicorp/aws",
        version: "6.25.0",
        json: include_str!("../schemas/aws.json"),
    },
    Provider {
        name: "helm",
        source: "hashicorp/helm",
        version: "3.0.0",
        json: include_str!("../schemas/helm.json"),
    },
    Provider {
        name: "random",
        source: "hashicorp/random",
        version: "3.7.0",
        json: include_str!("../schemas/random.json"),
    },
    Provider {
        name: "null",
        source: "hashicorp/null",
        version: "3.2.0",
        json: include_str!("../schemas/null.json"),
    },
    Provider {
        name: "cloudinit",
        source: "hashicorp/cloudinit",
        version: "2.3.0",
        json: include_str!("../schemas/cloudinit.json"),
    },
    Provider {
        name: "local",
        source: "hashicorp/local",
        version: "2.5.0",
        json: include_str!("../schemas/local.json"),
    },
];

/// What can be written.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// Managed resources.
    pub(crate) resources: BTreeMap<String, Schema>,
    /// Data sources.
    pub(crate) data: BTreeMap<String, Schema>,
    /// The paths of `data/paths.txt`: `type.block.attribute`.
    pub(crate) listed: BTreeSet<String>,
    /// The paths of all blocks of each type; those of data sources begin with `data.`.
    pub(crate) block_kinds: BTreeMap<String, Vec<String>>,
    /// The same schemas, as our evaluator takes them.
    pub(crate) schemas: Arc<terraform_config::schema::Schemas>,
}

/// The one there is.
pub(crate) fn vocabulary() -> &'static Vocabulary {
    static ALL: LazyLock<Vocabulary> = LazyLock::new(|| {
        let mut all = Vocabulary {
            resources: BTreeMap::new(),
            data: BTreeMap::new(),
            listed: listed(),
            block_kinds: BTreeMap::new(),
            schemas: Arc::default(),
        };
        let mut evaluated = terraform_config::schema::Schemas::default();
        for provider in PROVIDERS {
            let schemas = match Schemas::only(provider.json) {
                Ok(schemas) => schemas,
                Err(error) => panic!("the schemas of {}: {error}", provider.name),
            };
            all.resources.extend(schemas.resources);
            all.data.extend(schemas.data_sources);
            if let Err(error) = evaluated.add(provider.json) {
                panic!("the schemas of {}: {error}", provider.name);
            }
        }
        all.schemas = Arc::new(evaluated);
        let resources = all.resources.iter();
        let resources = resources.map(|(kind, schema)| (kind.clone(), schema));
        let data = all.data.iter();
        let data = data.map(|(kind, schema)| (format!("data.{kind}"), schema));
        for (kind, schema) in resources.chain(data) {
            let mut paths = Vec::new();
            blocks_below(&schema.block, &kind, &mut paths);
            all.block_kinds.insert(kind, paths);
        }
        all
    });
    &ALL
}

fn listed() -> BTreeSet<String> {
    let lines = include_str!("../data/paths.txt").lines();
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

fn blocks_below(block: &Block, path: &str, paths: &mut Vec<String>) {
    for nested in &block.blocks {
        let here = format!("{path}.{}", nested.name);
        blocks_below(&nested.block, &here, paths);
        paths.push(here);
    }
}

impl Vocabulary {
    /// The listed paths of a type.
    pub(crate) fn listed_of(&self, kind: &str) -> Vec<&str> {
        let prefix = format!("{kind}.");
        let listed = self.listed.iter().map(String::as_str);
        listed.filter(|path| path.starts_with(&prefix)).collect()
    }

    /// True if a listed path leads into a block.
    pub(crate) fn listed_below(&self, path: &str) -> bool {
        let prefix = format!("{path}.");
        self.listed
            .range(prefix.clone()..)
            .next()
            .is_some_and(|first| first.starts_with(&prefix))
    }

    /// The block of a resource at a path: `rke_config.machine_pools`.
    ///
    /// # Panics
    /// There is no such block.
    pub(crate) fn block(&self, kind: &str, path: &[&str]) -> &Block {
        let mut block = match self.resources.get(kind).or_else(|| self.data.get(kind)) {
            Some(schema) => &schema.block,
            None => panic!("no type {kind}"),
        };
        for name in path {
            block = match block.nested(name) {
                Some(nested) => &nested.block,
                None => panic!("{kind} has no block {name}"),
            };
        }
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_path_can_be_written() {
        for path in &vocabulary().listed {
            let steps: Vec<&str> = path.split('.').collect();
            let (kind, rest) = steps.split_first().unwrap();
            let (name, blocks) = rest.split_last().unwrap();
            let block = vocabulary().block(kind, blocks);
            let attribute = block.attribute(name).unwrap_or_else(|| panic!("no {path}"));
            assert!(attribute.mode.is_configurable(), "{path}");
        }
    }
}
