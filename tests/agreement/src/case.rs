//! A case: one module with all it needs, written by chance around an idiom.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::code::{Block, Item, json, native};
use crate::dues::Due;
use crate::expr::{Expr, Facts};
use crate::idioms;
use crate::random::Random;
use crate::scope::{Argument, Scope};
use crate::vocabulary::PROVIDERS;

/// One module directory, and those it calls.
#[derive(Clone, Debug)]
pub struct Case {
    /// `c0042`: its directory, and its label in the root.
    pub name: String,
    /// The idioms in it.
    pub(crate) idioms: Vec<char>,
    /// Files by path within its directory.
    pub(crate) files: BTreeMap<String, File>,
    /// Variables that the root sets.
    pub(crate) arguments: Vec<Argument>,
    /// What is in each expression, by its text.
    pub(crate) facts: BTreeMap<String, Facts>,
    /// The same by its text in `.tf.json`.
    json_facts: BTreeMap<String, Facts>,
}

/// A file of a case.
#[derive(Clone, Debug)]
pub(crate) enum File {
    /// Configuration.
    Code {
        /// What it holds.
        blocks: Vec<Block>,
        /// Which syntax, and how.
        style: Style,
    },
    /// Data, templates.
    Text(String),
}

/// How a configuration file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Native.
    Plain,
    /// Native, with comments in every place.
    Commented,
    /// Native, lines ending in CR LF after a byte order mark.
    Windows,
    /// `.tf.json`.
    Json,
}

impl Case {
    /// The case of a seed, around an idiom, with what it owes.
    pub(crate) fn generate(name: &str, seed: u64, idiom: char, due: &Due) -> Self {
        let mut scope = Scope::new(seed);
        let mut written = vec![idiom];
        idioms::write(&mut scope, idiom);
        if scope.random.chance(15) {
            let second = *scope.random.pick(idioms::ALL);
            idioms::write(&mut scope, second);
            written.push(second);
        }
        idioms::due(&mut scope, due);
        for _ in 0..scope.random.between(0, 3) {
            idioms::other(&mut scope);
        }
        let mut case = Self {
            name: name.to_owned(),
            idioms: written,
            files: BTreeMap::new(),
            arguments: scope.arguments.clone(),
            facts: BTreeMap::new(),
            json_facts: BTreeMap::new(),
        };
        case.finish(scope);
        case
    }

    /// Distributes what a scope holds over files.
    fn finish(&mut self, scope: Scope) {
        let Scope {
            mut random,
            directory,
            blocks,
            mut locals,
            texts,
            children,
            providers,
            ..
        } = scope;
        for child in children {
            self.finish(child);
        }
        for (name, text) in texts {
            self.files
                .insert(format!("{directory}{name}"), File::Text(text));
        }
        let (variables, mut main): (Vec<_>, Vec<_>) = blocks
            .into_iter()
            .partition(|block| block.kind == "variable");
        random.shuffle(&mut locals);
        for part in split(&mut random, locals) {
            let mut block = Block::new("locals", &[]);
            block.items = part
                .into_iter()
                .map(|(name, value)| Item::Attribute(name, value))
                .collect();
            main.push(block);
        }
        main.extend(beside(&mut random));
        random.shuffle(&mut main);
        if random.chance(25) {
            let over = overriding(&mut random, &mut main);
            if !over.is_empty() {
                let name = *random.pick(&["override", "z_override"]);
                self.add(&mut random, &format!("{directory}{name}"), over);
            }
        }
        let (main, more) = if random.chance(30) {
            let half = main.len() / 2;
            let more = main.split_off(half);
            (main, more)
        } else {
            (main, Vec::new())
        };
        self.add(&mut random, &format!("{directory}main"), main);
        self.add(&mut random, &format!("{directory}more"), more);
        if random.chance(10) && !variables.is_empty() {
            let file = File::Code {
                blocks: for_tofu(&mut random, &variables),
                style: Style::Plain,
            };
            self.files
                .insert(format!("{directory}variables.tofu"), file);
            let file = File::Code {
                blocks: variables,
                style: Style::Plain,
            };
            self.files.insert(format!("{directory}variables.tf"), file);
        } else {
            self.add(&mut random, &format!("{directory}variables"), variables);
        }
        let versions = versions(&providers);
        let file = File::Code {
            blocks: vec![versions],
            style: Style::Plain,
        };
        self.files.insert(format!("{directory}versions.tf"), file);
    }

    fn add(&mut self, random: &mut Random, stem: &str, blocks: Vec<Block>) {
        if blocks.is_empty() {
            return;
        }
        for block in &blocks {
            self.note(block);
        }
        let style = match random.below(20) {
            0..3 => Style::Json,
            3 => Style::Windows,
            4 | 5 => Style::Commented,
            _ => Style::Plain,
        };
        let ending = if style == Style::Json {
            "tf.json"
        } else {
            "tf"
        };
        let file = File::Code { blocks, style };
        self.files.insert(format!("{stem}.{ending}"), file);
    }

    fn note(&mut self, block: &Block) {
        for item in &block.items {
            match item {
                Item::Attribute(_, value) => {
                    let facts = self.facts.entry(value.text()).or_default();
                    facts.merge(&value.facts);
                    let json = value.json().to_string();
                    self.json_facts.entry(json).or_default().merge(&value.facts);
                }
                Item::Block(block) => self.note(block),
                Item::Dynamic(dynamic) => self.note(&dynamic.content),
            }
        }
    }

    /// What is in an expression, by its text in either syntax.
    pub(crate) fn facts_of(&self, text: &str) -> Option<&Facts> {
        // The evaluator leaves parentheses around the whole out.
        let whole = || self.facts.get(format!("({text})").as_str());
        let json = || self.json_facts.get(text);
        self.facts.get(text).or_else(whole).or_else(json)
    }

    /// Variables that the root sets, one a line.
    pub fn given(&self) -> String {
        let lines = self.arguments.iter();
        lines
            .map(|it| format!("{} = {}\n", it.name, it.value))
            .collect()
    }

    /// The text of each file.
    pub fn texts(&self) -> impl Iterator<Item = (&str, String)> {
        let files = self.files.iter();
        files.map(|(path, file)| (path.as_str(), file.text()))
    }
}

impl Facts {
    /// Takes in what another expression of the same text is made of.
    fn merge(&mut self, other: &Self) {
        self.add(other);
        let both = self.links.intersection(&other.links).cloned().collect();
        self.links = if self.links.is_empty() {
            other.links.clone()
        } else {
            both
        };
    }
}

impl File {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Code { blocks, style } => match style {
                Style::Plain => native(blocks),
                Style::Json => json(blocks),
                Style::Commented => commented(blocks),
                Style::Windows => format!("\u{feff}{}", native(blocks).replace('\n', "\r\n")),
            },
        }
    }
}

fn commented(blocks: &[Block]) -> String {
    let mut out = String::from("# A comment = \"with\" { braces\n// another\n");
    for block in blocks {
        out.push_str("/* over\n   lines */\n");
        let text = block.hcl();
        let header = text.find("{\n").map_or(0, |at| at + 1);
        out.push_str(&text[..header]);
        out.push_str(" # behind the header");
        out.push_str(&text[header..]);
    }
    out.push_str("# no line break at the end");
    out
}

fn split<T>(random: &mut Random, mut items: Vec<T>) -> Vec<Vec<T>> {
    let mut parts = Vec::new();
    while !items.is_empty() {
        let at = random.between(1, items.len());
        let rest = items.split_off(at);
        parts.push(std::mem::replace(&mut items, rest));
    }
    parts
}

/// Moves parts of blocks into an override file, and leaves something else behind.
fn overriding(random: &mut Random, blocks: &mut [Block]) -> Vec<Block> {
    let mut over = Vec::new();
    for block in blocks {
        if !matches!(block.kind.as_str(), "resource" | "locals" | "output") || !random.chance(40) {
            continue;
        }
        let labels: Vec<&str> = block.labels.iter().map(String::as_str).collect();
        let mut above = Block::new(&block.kind, &labels);
        above.items.extend(overridden_attributes(random, block));
        if block.kind == "resource" {
            above.items.extend(overridden_blocks(random, block));
        }
        if !above.items.is_empty() {
            over.push(above);
        }
    }
    over
}

/// Attributes that an override file sets; now and then the value below is another one.
fn overridden_attributes(random: &mut Random, block: &mut Block) -> Vec<Item> {
    let mut above = Vec::new();
    for item in &mut block.items {
        if let Item::Attribute(name, value) = item
            && !matches!(name.as_str(), "count" | "for_each" | "depends_on")
            && value.facts.bound.is_empty()
            && random.chance(30)
        {
            above.push(Item::Attribute(name.clone(), value.clone()));
            if random.chance(50) {
                *value = Expr::raw("null").form("overridden");
            }
        }
    }
    above
}

/// Nested blocks of one type, which are replaced all together.
fn overridden_blocks(random: &mut Random, block: &Block) -> Vec<Item> {
    let kinds: BTreeSet<String> = block.items.iter().filter_map(Item::nested_kind).collect();
    let kinds: Vec<String> = kinds.into_iter().collect();
    if kinds.is_empty() || !random.chance(40) {
        return Vec::new();
    }
    let kind = random.pick(&kinds);
    let items = block.items.iter().filter(|item| item.is_of(kind));
    items.cloned().collect()
}

/// What a configuration may hold beside values: none of it changes them.
fn beside(random: &mut Random) -> Vec<Block> {
    let mut blocks = Vec::new();
    if random.chance(10) {
        let assert = Block::new("assert", &[])
            .with("condition", Expr::raw("terraform.workspace == \"default\""))
            .with("error_message", Expr::string("never"));
        blocks.push(Block::new("check", &["nothing"]).holding(assert));
    }
    if random.chance(10) {
        let moved = Block::new("moved", &[])
            .with(
                "from",
                Expr::keyword("null_resource.old", json!("null_resource.old")),
            )
            .with(
                "to",
                Expr::keyword("null_resource.older", json!("null_resource.older")),
            );
        blocks.push(moved);
    }
    if random.chance(10) {
        let kept = Block::new("lifecycle", &[]).with("destroy", Expr::literal(json!(false)));
        let removed = Block::new("removed", &[])
            .with(
                "from",
                Expr::keyword("null_resource.gone", json!("null_resource.gone")),
            )
            .holding(kept);
        blocks.push(removed);
    }
    blocks
}

/// The same variables for OpenTofu, some with another default: `variables.tofu` hides
/// `variables.tf` there, and is not read by Terraform.
fn for_tofu(random: &mut Random, variables: &[Block]) -> Vec<Block> {
    let mut variables = variables.to_vec();
    for item in variables.iter_mut().flat_map(|block| &mut block.items) {
        if let Item::Attribute(name, value) = item
            && name == "default"
            && matches!(value.literal, Some(serde_json::Value::String(_)))
            && random.chance(50)
        {
            *value = Expr::string("only OpenTofu").form("tofu-file");
        }
    }
    variables
}

impl Item {
    /// The type of a nested block that providers know.
    fn nested_kind(&self) -> Option<String> {
        match self {
            Self::Attribute(..) => None,
            Self::Block(block) if block.kind == "lifecycle" => None,
            Self::Block(block) => Some(block.kind.clone()),
            Self::Dynamic(dynamic) => Some(dynamic.content.kind.clone()),
        }
    }
}

/// `required_providers`.
pub(crate) fn versions(names: &BTreeSet<String>) -> Block {
    let mut required = Block::new("required_providers", &[]);
    for provider in PROVIDERS {
        if names.contains(provider.name) {
            required.set(
                provider.name,
                Expr::literal(json!({ "source": provider.source })),
            );
        }
    }
    Block::new("terraform", &[]).holding(required)
}
