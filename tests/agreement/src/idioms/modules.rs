//! Pools across modules.

use serde_json::json;

use super::{POOLS, cluster, config, names, pool_over, repeated, route};
use crate::code::{Block, Dynamic, Item};
use crate::expr::Expr;
use crate::fill::Wish;
use crate::hoist::constraint;
use crate::kind::Kind;
use crate::scope::{Env, Scope};

/// g: whole pool objects, machine config included, as a typed module variable; h: kind and name
/// come as outputs of a module.
pub(super) fn pool_objects(scope: &mut Scope, configs_in_module: bool) {
    let mut pools = Expr::raw("{\n");
    for key in ["a", "b"].iter().take(scope.random.between(1, 2)) {
        let (kind, name) = if configs_in_module {
            machine_config_module(scope)
        } else {
            let label = scope.fresh("m");
            config(scope, &label, Vec::new(), &Env::default(), Wish::default());
            names(&label, "")
        };
        let (kind, name) = (route(scope, &kind), route(scope, &name));
        let mut pool = Expr::made(
            "{ machine_config = { kind = «», name = «» }",
            &[&kind, &name],
        )
        .linked(&name);
        for (field, of) in [
            ("etcd", Kind::Bool),
            ("quantity", Kind::Number),
            ("zone", Kind::Text),
        ] {
            if scope.random.chance(60) {
                pool.push_text(&format!(", {field} = "));
                let value = scope.express(&of, &Env::default().plain());
                pool.push(value);
            }
        }
        pool.push_text(" }");
        pools.push_text(&format!("    {key} = "));
        pools.facts.links.extend(pool.facts.links.iter().cloned());
        pools.push(pool);
        pools.push_text("\n");
    }
    pools.push_text("  }");
    let name = scope.fresh("cluster");
    let child = cluster_module(scope, &name, &pools);
    let mut call = scope.adopt(&name, child);
    call.set("pools", pools);
    match scope.random.below(4) {
        0 => call
            .items
            .extend(repeated("count", Expr::literal(json!(1)))),
        1 => {
            let set = Expr::raw("toset([\"blue\", \"green\"])");
            call.items.extend(repeated("for_each", set));
        }
        _ => {}
    }
    scope.blocks.push(call);
}

/// A module that holds a machine config and gives out its kind and name.
fn machine_config_module(scope: &mut Scope) -> (Expr, Expr) {
    let name = scope.fresh("config");
    let mut child = scope.child(&name);
    let label = child.fresh("m");
    config(
        &mut child,
        &label,
        Vec::new(),
        &Env::default(),
        Wish::default(),
    );
    let (kind, named) = names(&label, "");
    let outputs = [("kind", kind), ("name", named)].map(|(output, value)| {
        let value = route(&mut child, &value);
        child
            .blocks
            .push(Block::new("output", &[output]).with("value", value.clone()));
        Expr::instead(format!("module.{name}.{output}"), &value).form("module-output")
    });
    let call = scope.adopt(&name, child);
    scope.blocks.push(call);
    let [kind, name] = outputs;
    (kind, name)
}

/// A module that makes a cluster of `var.pools`.
fn cluster_module(scope: &mut Scope, name: &str, pools: &Expr) -> Scope {
    let mut child = scope.child(name);
    let mut variable = Block::new("variable", &["pools"]);
    if child.random.chance(80) {
        let ty = "map(object({ etcd = optional(bool, true), quantity = optional(number, 3), \
                  zone = optional(string), machine_config = object({ kind = string, name = string }) }))";
        variable.set("type", constraint(ty));
    }
    let typed = variable.has("type");
    child.blocks.push(variable);
    let env = Env::default().with("p", Kind::Any, &pools.facts).with(
        "p.key",
        Kind::Text,
        &Default::default(),
    );
    let value = |text: &str| Expr::raw(format!("p.value.{text}")).bound("p");
    let linked = |text: &str| {
        let mut value = value(text);
        value.facts.resources = pools.facts.resources.clone();
        value
    };
    let mut config = Block::new("machine_config", &[]);
    config.set("kind", linked("machine_config.kind"));
    config.set("name", linked("machine_config[\"name\"]"));
    let mut wish = Wish::default();
    if typed {
        wish = wish
            .with(&format!("{POOLS}.etcd_role"), value("etcd"))
            .with(&format!("{POOLS}.quantity"), value("quantity"));
    } else {
        let etcd = Expr::raw("lookup(p.value, \"etcd\", true)").bound("p");
        let quantity = Expr::raw("try(p.value.quantity, 3)").bound("p");
        wish = wish
            .with(&format!("{POOLS}.etcd_role"), etcd)
            .with(&format!("{POOLS}.quantity"), quantity);
    }
    let content = pool_over(&mut child, &env, vec![Item::Block(config)], wish);
    let dynamic = Dynamic {
        for_each: Expr::raw("var.pools").form("variable-optional"),
        iterator: Some("p".to_owned()),
        content,
    };
    let label = child.fresh("c");
    cluster(
        &mut child,
        &label,
        Vec::new(),
        &Env::default(),
        vec![Item::Dynamic(dynamic)],
    );
    child
}
