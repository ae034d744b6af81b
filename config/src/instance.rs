//! The product of this crate: resource instances whose attributes know their value, or why not,
//! and where they were written.

use std::collections::{BTreeMap, BTreeSet};
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
    /// What its `lifecycle` block says.
    pub lifecycle: Lifecycle,
    /// Which provider configuration it is made with.
    pub provider: ProviderRef,
    /// The block's header: `resource "type" "name"`.
    pub header: Origin,
}

/// What a resource's `lifecycle` block says. What it leaves out is `None`.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// Terraform refuses to destroy it while this is true.
    pub prevent_destroy: Option<Attribute>,
    /// A replacement is made before what it replaces is destroyed.
    pub create_before_destroy: Option<Attribute>,
    /// Changes that are not made.
    pub ignore_changes: IgnoreChanges,
}

/// `ignore_changes`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum IgnoreChanges {
    /// None are ignored.
    #[default]
    None,
    /// `all`.
    All,
    /// Those of these paths, as written: `tags["Owner"]`.
    Paths(Vec<Arc<str>>),
}

/// A provider configuration: the module that declares it, and its name there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderRef {
    /// The module; empty for the root. A configuration that nobody declares is the root's.
    pub module: Vec<ModuleStep>,
    /// Its local name: `aws`.
    pub name: Arc<str>,
    /// Its alias, if it has one.
    pub alias: Option<Arc<str>>,
}

/// A `provider` block, evaluated.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Where it is and what it is called.
    pub address: ProviderRef,
    /// Its arguments and blocks (`region`, `default_tags`), the meta-arguments `alias`, `version`
    /// and `for_each` left out.
    pub body: Body,
    /// The block's header.
    pub header: Origin,
}

/// What a module's `terraform` blocks say.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where the state is kept, if that is said: `backend "s3"`, or `cloud`. Only the root module's
    /// counts.
    pub backend: Option<Backend>,
    /// Providers by local name.
    pub required_providers: BTreeMap<Arc<str>, RequiredProvider>,
}

/// A `backend` or `cloud` block, evaluated.
#[derive(Clone, Debug)]
pub struct Backend {
    /// `s3`; `cloud` for a `cloud` block.
    pub kind: Arc<str>,
    /// Its arguments and blocks. What `terraform init -backend-config` adds is not among them.
    pub body: Body,
    /// The block's header.
    pub header: Origin,
}

/// One entry of `required_providers`.
#[derive(Clone, Debug)]
pub struct RequiredProvider {
    /// `hashicorp/aws`, if it is said.
    pub source: Option<Arc<str>>,
    /// Its version constraint, if it is said.
    pub version: Option<Arc<str>>,
    /// Where it stands.
    pub origin: Origin,
}

/// The content of a block, evaluated.
///
/// With a schema of its provider at hand values have the schema's types, and what the schema calls
/// an attribute or a block is that. Without one values are as written, and as in `.tf.json` only a
/// schema tells a nested block from an attribute that holds objects, such a property is among both
/// ([`Attribute::maybe_block`]).
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Attributes by name.
    pub attributes: BTreeMap<Arc<str>, Attribute>,
    /// Nested blocks in source order, `dynamic` blocks expanded in their place.
    pub blocks: Vec<Nested>,
    /// True if something in it does not parse, or was not looked at because evaluating the root takes
    /// too long: what seems absent may be there.
    pub is_incomplete: bool,
    /// Types of nested blocks that count as absent unless a `dynamic` block makes them: a plan as
    /// JSON does not tell the two apart, and its sources would.
    pub presumed_absent: BTreeSet<Arc<str>>,
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
            Self::Name(name) => {
                f.write_str("[")?;
                if is_plain(name) {
                    f.write_str("\"")?;
                    f.write_str(name)?;
                    f.write_str("\"")?;
                } else {
                    f.write_str(&quoted(name))?;
                }
                f.write_str("]")
            }
        }
    }
}

/// True for text that is written as it is, which most is.
fn is_plain(text: &str) -> bool {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'{');
    text.bytes().all(is_plain)
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

impl fmt::Display for ProviderRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_module(&self.module, f)?;
        write!(f, "provider.{}", self.name)?;
        match &self.alias {
            Some(alias) => write!(f, ".{alias}"),
            None => Ok(()),
        }
    }
}

/// `module.a.module.b["x"].`.
fn write_module(path: &[ModuleStep], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for step in path {
        // Addresses are written often, and this is faster than `write!`.
        f.write_str("module.")?;
        f.write_str(&step.name)?;
        if let Some(key) = &step.key {
            fmt::Display::fmt(key, f)?;
        }
        f.write_str(".")?;
    }
    Ok(())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_module(&self.module, f)?;
        if self.mode == Mode::Data {
            f.write_str("data.")?;
        }
        f.write_str(&self.type_name)?;
        f.write_str(".")?;
        f.write_str(&self.name)?;
        match &self.key {
            Some(key) => fmt::Display::fmt(key, f),
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
