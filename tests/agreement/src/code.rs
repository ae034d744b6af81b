//! Blocks of a configuration, and how they are written in both syntaxes.

use serde_json::{Map, Value as Json};

use crate::expr::Expr;

/// A block.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    /// `resource`, `machine_pools`; of a `dynamic` block the type of what it makes.
    pub(crate) kind: String,
    /// Its labels.
    pub(crate) labels: Vec<String>,
    /// Attributes and blocks in order.
    pub(crate) items: Vec<Item>,
}

/// What a block holds.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// `name = value`.
    Attribute(String, Expr),
    /// A block in it.
    Block(Block),
    /// A `dynamic` block.
    Dynamic(Dynamic),
}

/// A `dynamic` block.
#[derive(Clone, Debug)]
pub(crate) struct Dynamic {
    /// What it repeats over.
    pub(crate) for_each: Expr,
    /// The name of its iterator, if it is not that of the block.
    pub(crate) iterator: Option<String>,
    /// The type of the blocks, and what they hold.
    pub(crate) content: Block,
}

impl Block {
    /// A block without content.
    pub(crate) fn new(kind: &str, labels: &[&str]) -> Self {
        Self {
            kind: kind.to_owned(),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            items: Vec::new(),
        }
    }

    /// With an attribute.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: Expr) -> Self {
        self.set(name, value);
        self
    }

    /// With a block.
    #[must_use]
    pub(crate) fn holding(mut self, block: Self) -> Self {
        self.items.push(Item::Block(block));
        self
    }

    /// Adds an attribute.
    pub(crate) fn set(&mut self, name: &str, value: Expr) {
        self.items.push(Item::Attribute(name.to_owned(), value));
    }

    /// True if there is an attribute of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        let named = |item: &Item| matches!(item, Item::Attribute(it, _) if it == name);
        self.items.iter().any(named)
    }

    /// In native syntax.
    pub(crate) fn hcl(&self) -> String {
        let mut out = String::new();
        self.write(&self.header(&self.kind, &self.labels), 0, &mut out);
        out
    }

    fn header(&self, kind: &str, labels: &[String]) -> String {
        let labels: String = labels.iter().map(|label| format!(" {label:?}")).collect();
        format!("{kind}{labels}")
    }

    fn write(&self, header: &str, depth: usize, out: &mut String) {
        let pad = "  ".repeat(depth);
        out.push_str(&format!("{pad}{header} {{\n"));
        for item in &self.items {
            item.write(depth + 1, out);
        }
        out.push_str(&format!("{pad}}}\n"));
    }

    /// The body as a JSON object. Blocks of one type become an array in their order.
    fn json(&self) -> Json {
        let mut body = Map::new();
        for item in &self.items {
            let (kind, json) = match item {
                Item::Attribute(name, value) => {
                    body.insert(name.clone(), value.json());
                    continue;
                }
                Item::Block(block) => (block.kind.as_str(), block.labelled(block.json())),
                Item::Dynamic(dynamic) => ("dynamic", dynamic.json()),
            };
            match body.entry(kind).or_insert_with(|| Json::Array(Vec::new())) {
                Json::Array(all) => all.push(json),
                _ => unreachable!("an attribute and a block of one name"),
            }
        }
        Json::Object(body)
    }

    fn labelled(&self, body: Json) -> Json {
        self.labels.iter().rev().fold(body, |body, label| {
            let mut one = Map::new();
            one.insert(label.clone(), body);
            Json::Object(one)
        })
    }
}

impl Item {
    /// True of blocks of that type, written out or dynamic.
    pub(crate) fn is_of(&self, kind: &str) -> bool {
        match self {
            Self::Attribute(..) => false,
            Self::Block(block) => block.kind == kind,
            Self::Dynamic(dynamic) => dynamic.content.kind == kind,
        }
    }

    fn write(&self, depth: usize, out: &mut String) {
        match self {
            Self::Attribute(name, value) => {
                let pad = "  ".repeat(depth);
                out.push_str(&format!("{pad}{name} = {}\n", value.text()));
            }
            Self::Block(block) => {
                block.write(&block.header(&block.kind, &block.labels), depth, out);
            }
            Self::Dynamic(dynamic) => {
                dynamic
                    .block()
                    .write(&format!("dynamic {:?}", dynamic.content.kind), depth, out)
            }
        }
    }
}

impl Dynamic {
    fn block(&self) -> Block {
        let mut block = Block::new("dynamic", &[]).with("for_each", self.for_each.clone());
        if let Some(iterator) = &self.iterator {
            block.set(
                "iterator",
                Expr::keyword(iterator, Json::from(iterator.as_str())),
            );
        }
        block.holding(Block {
            kind: "content".to_owned(),
            ..self.content.clone()
        })
    }

    fn json(&self) -> Json {
        let mut body = Map::new();
        body.insert("for_each".to_owned(), self.for_each.json());
        if let Some(iterator) = &self.iterator {
            body.insert("iterator".to_owned(), Json::from(iterator.as_str()));
        }
        body.insert("content".to_owned(), self.content.json());
        let mut one = Map::new();
        one.insert(self.content.kind.clone(), Json::Object(body));
        Json::Object(one)
    }
}

/// Blocks as a `.tf` file.
pub(crate) fn native(blocks: &[Block]) -> String {
    let blocks: Vec<String> = blocks.iter().map(Block::hcl).collect();
    blocks.join("\n")
}

/// Blocks as a `.tf.json` file.
pub(crate) fn json(blocks: &[Block]) -> String {
    let file = Block {
        items: blocks.iter().cloned().map(Item::Block).collect(),
        ..Block::default()
    };
    format!("{:#}\n", file.json())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_syntaxes_say_the_same() {
        let pool = Block::new("pool", &[]).with("n", Expr::raw("p.value"));
        let mut resource = Block::new("resource", &["t", "a"]).with("name", Expr::string("x"));
        resource.items.push(Item::Dynamic(Dynamic {
            for_each: Expr::raw("local.pools"),
            iterator: Some("p".to_owned()),
            content: pool,
        }));
        let blocks = [resource];
        assert_eq!(
            native(&blocks),
            "resource \"t\" \"a\" {\n  name = \"x\"\n  dynamic \"pool\" {\n    \
             for_each = local.pools\n    iterator = p\n    content {\n      n = p.value\n    \
             }\n  }\n}\n"
        );
        let parsed: Json = serde_json::from_str(&json(&blocks)).unwrap();
        assert_eq!(
            parsed,
            serde_json::json!({"resource": [{"t": {"a": {"name": "x", "dynamic": [{"pool": {
                "for_each": "${local.pools}", "iterator": "p",
                "content": {"n": "${p.value}"}}}]}}}]})
        );
    }
}
