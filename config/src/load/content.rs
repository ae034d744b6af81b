//! The content of a block that may be written in several files: a block and its overrides.

use std::collections::HashSet;
use std::sync::Arc;

use crate::syntax::tree::{Attribute, Block, Body, Span};
use crate::{Origin, SourceFile};

use super::file::origin;

/// A node of a syntax tree and the file it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Located<T> {
    pub(crate) source: Arc<SourceFile>,
    pub(crate) node: Arc<T>,
}

impl<T> Located<T> {
    /// A place in the same file.
    pub(crate) fn origin(&self, span: Span) -> Origin {
        origin(&self.source, span)
    }
}

impl Located<Attribute> {
    /// Where the expression stands.
    pub(crate) fn expr_origin(&self) -> Origin {
        self.origin(self.node.expr.span)
    }
}

/// A block's header and content.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    /// Where the block's header stands; that of the first, if it was overridden.
    pub(crate) header: Origin,
    /// Each name once.
    pub(crate) attributes: Vec<Located<Attribute>>,
    /// In source order.
    pub(crate) blocks: Vec<Located<Block>>,
}

impl Content {
    /// The content of a block, and attributes that repeat one before them.
    pub(crate) fn new(block: &Block, source: &Arc<SourceFile>) -> (Self, Vec<Located<Attribute>>) {
        let mut content = Self {
            header: origin(source, block.header),
            attributes: Vec::new(),
            blocks: locate(&block.body.blocks, source),
        };
        let repeated;
        (content.attributes, repeated) = unique_attributes(&block.body, source);
        (content, repeated)
    }

    /// The attribute of that name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Located<Attribute>> {
        self.attributes
            .iter()
            .find(|attribute| attribute.node.name.as_ref() == name)
    }

    /// Lays another block over this one: its attributes replace those of the same name, its
    /// blocks replace all of the same type.
    pub(crate) fn override_with(&mut self, over: Self) {
        for attribute in over.attributes {
            let name = &attribute.node.name;
            match self.attributes.iter_mut().find(|it| it.node.name == *name) {
                Some(base) => *base = attribute,
                None => self.attributes.push(attribute),
            }
        }
        let replaced: HashSet<Arc<str>> = over.blocks.iter().map(block_type).collect();
        self.blocks
            .retain(|block| !replaced.contains(&block_type(block)));
        self.blocks.extend(over.blocks);
    }
}

/// What a block is in the end: a `dynamic` block is of the type that it makes.
fn block_type(block: &Located<Block>) -> Arc<str> {
    let block = &block.node;
    match block.labels.first() {
        Some(label) if block.type_name.as_ref() == "dynamic" => label.clone(),
        _ => block.type_name.clone(),
    }
}

/// The blocks of a body with their file.
pub(crate) fn locate(blocks: &[Arc<Block>], source: &Arc<SourceFile>) -> Vec<Located<Block>> {
    blocks
        .iter()
        .map(|node| Located {
            source: Arc::clone(source),
            node: Arc::clone(node),
        })
        .collect()
}

/// The first attribute of each name, and those that repeat one.
pub(crate) fn unique_attributes(
    body: &Body,
    source: &Arc<SourceFile>,
) -> (Vec<Located<Attribute>>, Vec<Located<Attribute>>) {
    let mut seen = HashSet::new();
    body.attributes
        .iter()
        .map(|node| Located {
            source: Arc::clone(source),
            node: Arc::clone(node),
        })
        .partition(|attribute| seen.insert(attribute.node.name.clone()))
}
