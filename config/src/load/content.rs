//! The content of a block that may be written in several files: a block and its overrides.

use std::collections::{HashMap, HashSet};
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use crate::syntax::tree::{Attribute, Block, Body, Name, Span};
use crate::{Origin, SourceFile};

use super::file::origin;

/// An attribute or a block of a body and the file it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Located<T> {
    pub(crate) source: Arc<SourceFile>,
    body: Arc<Body>,
    at: usize,
    kind: PhantomData<T>,
}

/// What a body is made of.
pub(crate) trait Member: Sized {
    /// All of this kind.
    fn all(body: &Body) -> &[Self];
}

impl Member for Attribute {
    fn all(body: &Body) -> &[Self] {
        &body.attributes
    }
}

impl Member for Block {
    fn all(body: &Body) -> &[Self] {
        &body.blocks
    }
}

impl<T: Member> Located<T> {
    /// The attribute or block.
    pub(crate) fn node(&self) -> &T {
        &T::all(&self.body)[self.at]
    }

    /// All of a body.
    pub(crate) fn all<'b>(
        body: &'b Arc<Body>,
        source: &'b Arc<SourceFile>,
    ) -> impl Iterator<Item = Self> + 'b {
        (0..T::all(body).len()).map(|at| Self {
            source: Arc::clone(source),
            body: Arc::clone(body),
            at,
            kind: PhantomData,
        })
    }

    /// A place in the same file.
    pub(crate) fn origin(&self, span: Span) -> Origin {
        origin(&self.source, span)
    }
}

impl Located<Attribute> {
    /// Where the expression stands.
    pub(crate) fn expr_origin(&self) -> Origin {
        self.origin(self.node().expr.span)
    }
}

/// Fewer are looked through one by one.
const MANY: usize = 32;

/// A block's header and content.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    /// Where the block's header stands; that of the first, if it was overridden.
    pub(crate) header: Origin,
    /// Each name once.
    pub(crate) attributes: Vec<Located<Attribute>>,
    /// Where in that list each stands, if there are many.
    places: OnceLock<HashMap<Name, usize>>,
    /// In source order.
    pub(crate) blocks: Vec<Located<Block>>,
    /// True if something in it could not be read: what seems absent may be there.
    pub(crate) is_incomplete: bool,
}

impl Content {
    /// The content of a block.
    pub(crate) fn new(block: &Block, source: &Arc<SourceFile>) -> Self {
        Self {
            header: origin(source, block.header),
            attributes: unique_attributes(&block.body, source).collect(),
            places: OnceLock::new(),
            blocks: Located::all(&block.body, source).collect(),
            is_incomplete: block.body.is_incomplete,
        }
    }

    /// The attribute of that name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Located<Attribute>> {
        match self.attributes.len() {
            0..MANY => self
                .attributes
                .iter()
                .find(|attribute| attribute.node().name == name),
            _ => self.attributes.get(*self.places().get(name)?),
        }
    }

    fn places(&self) -> &HashMap<Name, usize> {
        self.places.get_or_init(|| {
            let places = self.attributes.iter().enumerate();
            places
                .map(|(at, attribute)| (attribute.node().name.clone(), at))
                .collect()
        })
    }

    /// Lays another block over this one: its attributes replace those of the same name, its
    /// blocks replace all of the same type, but for `lifecycle`, whose arguments count one by one:
    /// the last of them.
    pub(crate) fn override_with(&mut self, over: Self) {
        // Those of one body have names of their own.
        for attribute in over.attributes {
            match self.places().get(&attribute.node().name).copied() {
                Some(at) => self.attributes[at] = attribute,
                None => self.attributes.push(attribute),
            }
        }
        self.places = OnceLock::new();
        self.is_incomplete |= over.is_incomplete;
        let types = over.blocks.iter().map(block_type);
        let replaced: HashSet<Name> = types.filter(|name| name != "lifecycle").collect();
        self.blocks
            .retain(|block| !replaced.contains(&block_type(block)));
        self.blocks.extend(over.blocks);
    }
}

/// What a block is in the end: a `dynamic` block is of the type that it makes.
fn block_type(block: &Located<Block>) -> Name {
    let block = block.node();
    match block.labels.first() {
        Some(label) if block.type_name == "dynamic" => label.text.clone(),
        _ => block.type_name.clone(),
    }
}

/// The first attribute of each name. That others repeat one was said when the file was read.
pub(crate) fn unique_attributes<'b>(
    body: &'b Arc<Body>,
    source: &'b Arc<SourceFile>,
) -> impl Iterator<Item = Located<Attribute>> + 'b {
    Located::<Attribute>::all(body, source).filter(|attribute| !attribute.node().repeats)
}
