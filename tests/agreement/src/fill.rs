//! Bodies of blocks that a schema allows.

use std::collections::{BTreeMap, BTreeSet};

use cty::Type;
use serde_json::json;
use tfplugin::schema::{Attribute, Block as Schema, Mode, NestedBlock, Nesting};

use crate::code::{Block, Dynamic, Item};
use crate::expr::Expr;
use crate::kind::Kind;
use crate::scope::{Env, Scope};
use crate::vocabulary::vocabulary;

/// What is decided before chance decides the rest. Paths as in `data/paths.txt`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    /// What stands at a path: attributes or blocks. Nothing at all leaves it out.
    pub(crate) given: BTreeMap<String, Vec<Item>>,
    /// Paths that are written whatever chance says.
    pub(crate) forced: BTreeSet<String>,
    /// Nothing but literals.
    pub(crate) literal: bool,
}

impl Wish {
    /// With an attribute.
    #[must_use]
    pub(crate) fn with(mut self, path: &str, value: Expr) -> Self {
        let name = path.rsplit('.').next().unwrap_or(path).to_owned();
        let item = Item::Attribute(name, value);
        self.given.insert(path.to_owned(), vec![item]);
        self
    }

    /// With these items at a path.
    #[must_use]
    pub(crate) fn holding(mut self, path: &str, items: Vec<Item>) -> Self {
        self.given.insert(path.to_owned(), items);
        self
    }

    /// With some of the listed paths of a type, by chance.
    #[must_use]
    pub(crate) fn forcing(mut self, kind: &str, scope: &mut Scope, count: usize) -> Self {
        let listed = vocabulary().listed_of(kind);
        for _ in 0..count.min(listed.len()) {
            self.forced.insert((*scope.random.pick(&listed)).to_owned());
        }
        self
    }

    /// With these blocks.
    #[must_use]
    pub(crate) fn with_blocks(mut self, paths: &[&str]) -> Self {
        self.forced
            .extend(paths.iter().map(|&path| path.to_owned()));
        self
    }

    /// True if a block is wanted itself, or something in it.
    fn wants(&self, path: &str) -> bool {
        let prefix = format!("{path}.");
        let below = |known: &String| known.starts_with(&prefix);
        self.forced.contains(path) || self.given.keys().any(below) || self.forced.iter().any(below)
    }
}

/// The content of a block.
pub(crate) fn fill(
    scope: &mut Scope,
    schema: &Schema,
    path: &str,
    env: &Env,
    wish: &Wish,
) -> Vec<Item> {
    let mut items = Vec::new();
    let few = schema.attributes.len() + schema.blocks.len() < 12;
    for attribute in &schema.attributes {
        let here = format!("{path}.{}", attribute.name);
        if let Some(given) = wish.given.get(&here) {
            items.extend(given.iter().cloned());
        } else if attribute_is_written(scope, attribute, &here, wish, few) {
            let value = value(scope, attribute, env, wish);
            items.push(Item::Attribute(attribute.name.to_string(), value));
        }
    }
    let mut blocks = Vec::new();
    for nested in &schema.blocks {
        let here = format!("{path}.{}", nested.name);
        if let Some(given) = wish.given.get(&here) {
            blocks.push(given.clone());
        } else {
            blocks.push(nested_blocks(scope, nested, &here, env, wish));
        }
    }
    scope.random.shuffle(&mut blocks);
    items.extend(blocks.into_iter().flatten());
    items
}

fn attribute_is_written(
    scope: &mut Scope,
    attribute: &Attribute,
    path: &str,
    wish: &Wish,
    few: bool,
) -> bool {
    match attribute.mode {
        Mode::Computed => false,
        Mode::Required => true,
        _ if &*attribute.name == "id" => false,
        _ if wish.forced.contains(path) => true,
        _ => {
            let listed = vocabulary().listed.contains(path);
            let percent = match (listed, few) {
                (true, true) => 50,
                (true, false) => 30,
                (false, true) => 15,
                (false, false) => 4,
            };
            scope.random.chance(percent)
        }
    }
}

fn value(scope: &mut Scope, attribute: &Attribute, env: &Env, wish: &Wish) -> Expr {
    let ty = attribute.ty();
    if wish.literal {
        return literal(scope, &ty);
    }
    let required = attribute.mode == Mode::Required;
    converted(scope, &ty, env, required)
}

/// An expression of the type, or of one that converts to it.
fn converted(scope: &mut Scope, ty: &Type, env: &Env, required: bool) -> Expr {
    let Some(kind) = Kind::of(ty) else {
        return structure(scope, ty, env);
    };
    let other = scope.random.chance(12);
    match (&kind, other) {
        (Kind::Text, true) => {
            let kind = if scope.random.chance(50) {
                Kind::Number
            } else {
                Kind::Bool
            };
            scope.express(&kind, env).form("to-string")
        }
        (Kind::Number, true) => {
            let number = scope.express(&Kind::Small { from: 0 }, env);
            Expr::made("\"${«»}\"", &[&number]).form("to-number")
        }
        (Kind::Bool, true) => {
            let flag = scope.express(&Kind::Bool, env);
            Expr::made("\"${«»}\"", &[&flag]).form("to-bool")
        }
        (Kind::List { of, .. }, true) if **of == Kind::Text => {
            scope.express(&Kind::Set, env).form("to-list")
        }
        (Kind::Set, _) if scope.random.chance(60) => {
            let list = Kind::list(Kind::Text, false);
            scope.express(&list, env).form("to-set")
        }
        (Kind::Map { of, .. }, true) if **of == Kind::Text => {
            let numbers = Kind::map(Kind::Number, false);
            scope.express(&numbers, env).form("to-map")
        }
        _ if required => scope.express(&kind, env),
        _ => scope.optional(&kind, env),
    }
}

/// Objects, and collections of them, part by part.
fn structure(scope: &mut Scope, ty: &Type, env: &Env) -> Expr {
    match ty {
        Type::Object(object) => {
            let mut value = Expr::raw("{ ");
            for (name, ty) in &object.attributes {
                value.push_text(&format!("{name} = "));
                let part = converted(scope, ty, env, false);
                value.push(part);
                value.push_text(", ");
            }
            value.push_text("}");
            value
        }
        Type::List(of) | Type::Set(of) => {
            let mut value = Expr::raw("[");
            for _ in 0..scope.random.between(0, 2) {
                let part = converted(scope, of, env, true);
                value.push(part);
                value.push_text(", ");
            }
            value.push_text("]");
            value
        }
        _ => Expr::raw("null"),
    }
}

fn literal(scope: &mut Scope, ty: &Type) -> Expr {
    match Kind::of(ty) {
        Some(Kind::Set) => Expr::literal(scope.constant(&Kind::list(Kind::Text, false))),
        Some(kind) => Expr::literal(scope.constant(&kind)),
        None => Expr::raw("null"),
    }
}

fn nested_blocks(
    scope: &mut Scope,
    nested: &NestedBlock,
    path: &str,
    env: &Env,
    wish: &Wish,
) -> Vec<Item> {
    let wanted = wish.wants(path);
    let percent = match (wanted || nested.min > 0, vocabulary().listed_below(path)) {
        (true, _) => 100,
        (_, true) => 35,
        _ => 4,
    };
    if !scope.random.chance(percent) {
        return Vec::new();
    }
    let given = wish
        .given
        .keys()
        .any(|known| known.starts_with(&format!("{path}.")));
    let max = match nested.nesting {
        Nesting::Single => 1,
        _ => nested.max.unwrap_or(3).min(3),
    };
    let plan = Repeat {
        nested,
        path,
        max: if nested.max.is_some() {
            1
        } else {
            max as usize
        },
        some: wanted || nested.min > 0,
    };
    if !given && !wish.literal && nested.min < 2 && scope.random.chance(25) {
        return vec![Item::Dynamic(dynamic(scope, &plan, env, wish))];
    }
    let least = nested.min.max(1) as usize;
    let count = if given || scope.random.chance(60) {
        least
    } else {
        scope.random.between(least, (max as usize).max(least))
    };
    let mut items: Vec<Item> = (0..count)
        .map(|_| {
            let mut block = Block::new(&nested.name, &[]);
            block.items = fill(scope, &nested.block, path, env, wish);
            Item::Block(block)
        })
        .collect();
    if !given && !wish.literal && count < max as usize && scope.random.chance(10) {
        let dynamic = dynamic(
            scope,
            &Repeat {
                max: 1,
                some: false,
                ..plan
            },
            env,
            wish,
        );
        let at = scope.random.below(items.len() + 1);
        items.insert(at, Item::Dynamic(dynamic));
    }
    items
}

/// How often a block is there.
struct Repeat<'a> {
    nested: &'a NestedBlock,
    path: &'a str,
    max: usize,
    /// At least once.
    some: bool,
}

fn dynamic(scope: &mut Scope, repeat: &Repeat<'_>, env: &Env, wish: &Wish) -> Dynamic {
    let name = repeat.nested.name.to_string();
    let iterator = scope
        .random
        .chance(30)
        .then(|| (*scope.random.pick(&["it", "pool", "x", "each_one"])).to_owned());
    let bound = iterator.clone().unwrap_or_else(|| name.clone());
    let plain = env.plain();
    let pools = Kind::list(Kind::Pool, true);
    let (for_each, key, value) = match (repeat.some, repeat.max, scope.random.below(8)) {
        (false, _, 0 | 1) => gate(scope, &plain),
        (false, _, 2) => {
            let text = scope.optional(&Kind::Text, &plain);
            let gate = Expr::made("[for x in [«»] : x if x != null]", &[&text]);
            (gate.form("dynamic-not-null"), Kind::Number, Kind::Text)
        }
        (false, _, 3) if !env.plain && scope.random.chance(60) => {
            let maybe = scope.maybe();
            let text = Expr::made("(«» ? [1] : [])", &[&maybe]);
            (text.form("dynamic-unknown"), Kind::Number, Kind::Number)
        }
        (_, 1, 4..) | (true, 1, _) => {
            let pool = scope.express(&Kind::Pool, &plain);
            let one = Expr::made("[«»]", &[&pool]).form("dynamic-tuple");
            (one, Kind::Number, Kind::Pool)
        }
        (_, 2.., 4) => {
            let pools = scope.express(&pools, &plain);
            (pools.form("dynamic-list"), Kind::Number, Kind::Pool)
        }
        (_, 2.., 5) => {
            let map = scope.express(&Kind::map(Kind::Pool, true), &plain);
            (map.form("dynamic-map"), Kind::Text, Kind::Pool)
        }
        (_, 2.., 6) => {
            let set = Expr::raw("toset([\"b\", \"a\"])").form("dynamic-set");
            (set, Kind::Text, Kind::Text)
        }
        (_, 2.., 7) => {
            let map = scope.express(&Kind::map(Kind::Text, true), &plain);
            (map.form("dynamic-map"), Kind::Text, Kind::Text)
        }
        _ => {
            let one = Expr::literal(json!(["only"])).form("dynamic-tuple");
            (one, Kind::Number, Kind::Text)
        }
    };
    let inside = env
        .clone()
        .with(&bound, Kind::Any, &for_each.facts)
        .with(&format!("{bound}.key"), key, &for_each.facts)
        .with(&format!("{bound}.value"), value, &for_each.facts);
    let mut content = Block::new(&name, &[]);
    content.items = fill(scope, &repeat.nested.block, repeat.path, &inside, wish);
    Dynamic {
        for_each,
        iterator,
        content,
    }
}

fn gate(scope: &mut Scope, plain: &Env) -> (Expr, Kind, Kind) {
    let on = scope.express(&Kind::Bool, plain);
    let text = *scope
        .random
        .pick(&["(«» ? [1] : [])", "«» ? [0] : []", "range(«» ? 1 : 0)"]);
    let gate = Expr::made(text, &[&on]).form("dynamic-gate");
    (gate, Kind::Number, Kind::Number)
}
