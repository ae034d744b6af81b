//! The product of this crate: resource instances whose attributes know their value, or why not,
//! and where they were written.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cty::Value;

use crate::Origin;
use crate::why::Why;

/// The key of an instance: `[0]` or `["blue"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// From `count`.
    Index(u64),
    /// From `for_each`.
    Name(Arc<str>),
}

/// One step of a module path: `module.name` or `module.name["key"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleStep {
    /// Label of the `module` block.
    pub name: Arc<str>,
    /// Which instance of it, if it has `count` or `for_each` (and that is known).
    pub key: Option<InstanceKey>,
}

/// Managed resource or data source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// `resource` blocks.
    Managed,
    /// `data` blocks.
    Data,
}

/// A full resource instance address, as Terraform prints it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Outermost module first; empty in the root module.
    pub module: Vec<ModuleStep>,
    /// Managed or data.
    pub mode: Mode,
    /// `rancher2_cluster_v2`.
    pub type_name: Arc<str>,
    /// Label of the block.
    pub name: Arc<str>,
    /// Which instance; `None` for a single one, and for one whose repetition is unknown. A
    /// [`crate::why::Reference`] may name a key of a resource whose repetition is unknown: look
    /// for the address with the key first, then without.
    pub key: Option<InstanceKey>,
}

/// One instance of a resource or data source, evaluated.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its address.
    pub address: Address,
    /// `Some` if `count` or `for_each` (its own or a calling module's) is unknown: then this one
    /// instance stands for any number of them, none included.
    pub repetition: Option<Why>,
    /// What the block holds. Meta-arguments (count, for_each, provider, depends_on, lifecycle,
    /// connection, provisioner) are left out.
    pub body: Body,
    /// The block's header: `resource "type" "name"`.
    pub header: Origin,
}

/// The content of a block, evaluated.
///
/// In `.tf.json` only a provider's schema tells a nested block from an attribute that holds
/// objects, so such a property is among both ([`Attribute::maybe_block`]): ask for what the schema
/// says it is.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Attributes by name, as written: not converted to a schema's type.
    pub attributes: BTreeMap<Arc<str>, Attribute>,
    /// Nested blocks in source order, `dynamic` blocks expanded in their place.
    pub blocks: Vec<Nested>,
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its value. An unknown carries [`Why`] marks, and any value that came through a resource
    /// carries [`crate::why::Reference`] marks: see [`crate::why`].
    pub value: Value,
    /// The expression.
    pub origin: Origin,
    /// True in `.tf.json` for what may as well stand for nested blocks: an object, an array of
    /// objects, and for none of them an empty array or null.
    pub maybe_block: bool,
}

/// A nested block, or a `dynamic` block about which nobody can say how often it repeats.
#[derive(Clone, Debug)]
pub enum Nested {
    /// A block that is there.
    Block(Block),
    /// A `dynamic` block whose `for_each` is unknown: none, one or many of `template`.
    Unknown {
        /// What is not known.
        why: Why,
        /// The content, evaluated with an unknown iterator.
        template: Block,
    },
}

/// One nested block.
#[derive(Clone, Debug)]
pub struct Block {
    /// `machine_pools`.
    pub type_name: Arc<str>,
    /// Its content.
    pub body: Body,
    /// Its header: the type and labels (of the `dynamic` block if it came from one).
    pub header: Origin,
}

impl Body {
    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.get(name)
    }

    /// Nested blocks of one type, in order, unknown repetitions included.
    pub fn nested<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = &'a Nested> + 'a {
        self.blocks
            .iter()
            .filter(move |nested| nested.block().type_name.as_ref() == type_name)
    }
}

impl Nested {
    /// The block, or the template of the unknown ones.
    pub fn block(&self) -> &Block {
        match self {
            Self::Block(block)
            | Self::Unknown {
                template: block, ..
            } => block,
        }
    }
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Name(name) => write!(f, "[{}]", quoted(name)),
        }
    }
}

/// Text as Terraform writes it into an address: what would begin a template is doubled.
fn quoted(text: &str) -> String {
    use fmt::Write as _;
    let mut out = String::from("\"");
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if letters.peek() == Some(&'{') => out.extend([letter, letter]),
            // What Rust would write as `\u{..}` is what cannot be printed.
            _ if letter.escape_debug().len() > 2 => {
                let code = u32::from(letter);
                let width = if code > 0xffff { 8 } else { 4 };
                let kind = if code > 0xffff { 'U' } else { 'u' };
                // Writing to a string does not fail.
                let written = write!(out, "\\{kind}{code:0width$x}");
                written.unwrap_or_default();
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.module {
            write!(f, "module.{}", step.name)?;
            if let Some(key) = &step.key {
                write!(f, "{key}")?;
            }
            f.write_str(".")?;
        }
        if self.mode == Mode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}", self.type_name, self.name)?;
        match &self.key {
            Some(key) => write!(f, "{key}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_as_terraform_writes_them() {
        let show = |text: &str| InstanceKey::Name(text.into()).to_string();
        assert_eq!(show("blue"), r#"["blue"]"#);
        assert_eq!(show("é'/"), r#"["é'/"]"#);
        assert_eq!(show("${a}%{b}"), r#"["$${a}%%{b}"]"#);
        assert_eq!(show("$a $$b 5%"), r#"["$a $$b 5%"]"#);
        assert_eq!(show("\"\\\n\t\r"), r#"["\"\\\n\t\r"]"#);
        assert_eq!(show("\u{1}\u{200b}"), r#"["\u0001\u200b"]"#);
        assert_eq!(InstanceKey::Index(2).to_string(), "[2]");
    }
}
