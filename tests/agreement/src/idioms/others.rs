//! Any resource of the vocabulary, once or repeated, and data sources.

use std::collections::BTreeSet;

use serde_json::json;

use super::{each, repeated, resource};
use crate::code::{Block, Item};
use crate::dues::Due;
use crate::expr::Expr;
use crate::fill::{Wish, fill};
use crate::kind::Kind;
use crate::scope::{Env, Scope};
use crate::vocabulary::vocabulary;

/// Adds a resource of some type: those of listed paths more often.
pub(crate) fn other(scope: &mut Scope) {
    let vocabulary = vocabulary();
    let listed: Vec<&str> = vocabulary.listed.iter().map(|path| kind_of(path)).collect();
    let kinds: BTreeSet<&str> = listed.iter().copied().collect();
    let kind = match scope.random.below(10) {
        0..4 => *scope.random.pick(&listed),
        4..9 => *scope.random.pick(&kinds.into_iter().collect::<Vec<_>>()),
        _ => {
            let all: Vec<&String> = vocabulary.resources.keys().collect();
            *scope.random.pick(&all)
        }
    };
    // Clusters come with the idioms.
    if kind == "rancher2_cluster_v2" || kind == "rancher2_machine_config_v2" {
        return data(scope);
    }
    let label = scope.fresh("r");
    let (header, env) = repetition(scope);
    let wish = Wish::default().forcing(kind, scope, 6);
    resource(scope, kind, &label, header, &env, &wish);
}

/// Adds what a case owes, once: a number of instances may be 0.
pub(crate) fn due(scope: &mut Scope, due: &Due) {
    let wish = Wish::default().with_blocks(&due.blocks);
    match due.kind.strip_prefix("data.") {
        Some(kind) => data_of(scope, kind, &wish),
        None => {
            let label = scope.fresh("r");
            let wish = wish.forcing(due.kind, scope, 2);
            let env = Env::default();
            resource(scope, due.kind, &label, Vec::new(), &env, &wish);
        }
    }
}

fn kind_of(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

fn repetition(scope: &mut Scope) -> (Vec<Item>, Env) {
    let plain = Env::default().plain();
    match scope.random.below(8) {
        0 => {
            let count = scope.express(&Kind::Small { from: 0 }, &plain);
            let env = Env::default().with("count.index", Kind::Number, &count.facts);
            (repeated("count", count.form("count")), env)
        }
        1 => {
            let on = scope.express(&Kind::Bool, &plain);
            let count = Expr::made("«» ? 1 : 0", &[&on]);
            let env = Env::default().with("count.index", Kind::Number, &count.facts);
            (repeated("count", count.form("count")), env)
        }
        2 => {
            let map = scope.express(&Kind::map(Kind::Pool, true), &plain);
            let env = each(Kind::Pool, &map);
            (repeated("for_each", map.form("for-each-map")), env)
        }
        3 => {
            let set = scope.express(&Kind::Set, &plain);
            let env = each(Kind::Text, &set);
            (repeated("for_each", set.form("for-each-set")), env)
        }
        _ => (Vec::new(), Env::default()),
    }
}

fn data(scope: &mut Scope) {
    let kinds: Vec<&String> = vocabulary().data.keys().collect();
    let kind = *scope.random.pick(&kinds);
    data_of(scope, kind, &Wish::default());
}

/// Adds a data source, and a resource that uses it where no rule reads.
fn data_of(scope: &mut Scope, kind: &str, wish: &Wish) {
    let provider = kind.split('_').next().unwrap_or(kind);
    scope.providers.insert(provider.to_owned());
    let label = scope.fresh("d");
    let mut block = Block::new("data", &[kind, &label]);
    let env = Env::default();
    block.items = fill(
        scope,
        &vocabulary().data[kind].block,
        &format!("data.{kind}"),
        &env,
        wish,
    );
    scope.blocks.push(block);
    let (provider, used) = ("null", scope.fresh("r"));
    scope.providers.insert(provider.to_owned());
    let mut id = Expr::raw(format!("data.{kind}.{label}.id"))
        .of_kind(&Kind::Text)
        .reading(&format!("data.{kind}.{label}"), false);
    id.facts.unknown = true;
    let triggers = Expr::made("{ id = «», fixed = \"«»\" }", &[&id, &Expr::raw("x")]);
    let resource = Block::new("resource", &["null_resource", &used])
        .with("triggers", triggers.form("data-source"))
        .with(
            "depends_on",
            Expr::keyword(
                &format!("[data.{kind}.{label}]"),
                json!([format!("data.{kind}.{label}")]),
            ),
        );
    scope.blocks.push(resource);
}
