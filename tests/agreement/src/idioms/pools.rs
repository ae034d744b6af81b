//! Pools written out one by one.

use serde_json::json;

use super::{
    CLUSTER, CONFIG, POOLS, cluster, computed, config, each, names, pool, repeated, resource, route,
};
use crate::code::{Block, Dynamic, Item};
use crate::expr::Expr;
use crate::fill::Wish;
use crate::hoist::constraint;
use crate::kind::Kind;
use crate::scope::{Argument, Env, Scope};

/// a: static pools, one config each; spot from a variable.
pub(super) fn one_config_each(scope: &mut Scope) {
    let label = scope.fresh("c");
    let mut pools = Vec::new();
    for _ in 0..scope.random.between(1, 3) {
        let config_label = scope.fresh("m");
        config(
            scope,
            &config_label,
            Vec::new(),
            &Env::default(),
            Wish::default(),
        );
        let (kind, name) = names(&config_label, "");
        let (kind, name) = (route(scope, &kind), route(scope, &name));
        let pool = pool(scope, &Env::default(), &kind, &name, Wish::default());
        pools.push(Item::Block(pool));
    }
    cluster(scope, &label, Vec::new(), &Env::default(), pools);
}

/// A bool that the caller sets.
fn switch(scope: &mut Scope, on: bool) -> Expr {
    let name = scope.fresh("on");
    let variable = Block::new("variable", &[&name])
        .with("type", constraint("bool"))
        .with("default", Expr::literal(json!(scope.random.chance(50))));
    scope.blocks.push(variable);
    if on || scope.random.chance(60) {
        scope.arguments.push(Argument {
            name: name.clone(),
            constraint: "bool".to_owned(),
            value: json!(on),
            gate: true,
        });
    }
    Expr::raw(format!("var.{name}"))
        .of_kind(&Kind::Bool)
        .form("gate")
}

/// b: `count = var.on ? 1 : 0` and `[0]`; `quantity = var.stopped ? 0 : var.n`.
pub(super) fn count_gate(scope: &mut Scope) {
    let on = scope.random.chance(60);
    let on = switch(scope, on);
    let count = Expr::made("«» ? 1 : 0", &[&on]);
    let label = scope.fresh("m");
    config(
        scope,
        &label,
        repeated("count", count.clone()),
        &Env::default(),
        Wish::default(),
    );
    let (kind, name) = if scope.random.chance(50) {
        names(&label, "[0]")
    } else {
        let one = |attribute: &str| {
            let all = computed(CONFIG, &label, "[*]", attribute);
            Expr::made("one(«»)", &[&all])
                .linked(&all)
                .of_kind(&Kind::Text)
        };
        (one("kind"), one("name"))
    };
    let stopped = scope.random.chance(50);
    let stopped = switch(scope, stopped);
    let n = scope.express(&Kind::Small { from: 0 }, &Env::default());
    let quantity = Expr::made("«» ? 0 : «»", &[&stopped, &n]);
    let wish = Wish::default().with(&format!("{POOLS}.quantity"), quantity);
    let pool = pool(scope, &Env::default(), &kind, &name, wish);
    let label = scope.fresh("c");
    cluster(
        scope,
        &label,
        repeated("count", count),
        &Env::default(),
        vec![Item::Block(pool)],
    );
}

/// f: the name of an existing config, or that of ours.
pub(super) fn name_from_condition(scope: &mut Scope) {
    let label = scope.fresh("m");
    let existing = scope.random.chance(40);
    let existing = switch(scope, existing);
    let count = Expr::made("«» ? 0 : 1", &[&existing]);
    config(
        scope,
        &label,
        repeated("count", count),
        &Env::default(),
        Wish::default(),
    );
    let given = scope.express(&Kind::Text, &Env::default().plain());
    let own = |attribute: &str| computed(CONFIG, &label, "[0]", attribute);
    let choose = |scope: &mut Scope, attribute: &str| {
        let value = Expr::made("«» ? «» : «»", &[&existing, &given, &own(attribute)]);
        scope.local("chosen", value).of_kind(&Kind::Text)
    };
    let (kind, name) = (choose(scope, "kind"), choose(scope, "name"));
    let pool = pool(scope, &Env::default(), &kind, &name, Wish::default());
    let label = scope.fresh("c");
    cluster(
        scope,
        &label,
        Vec::new(),
        &Env::default(),
        vec![Item::Block(pool)],
    );
}

/// i: kind and name as two plain strings from outside.
pub(super) fn plain_strings(scope: &mut Scope) {
    let mut text = |prefix: &str, value: &str| {
        let name = scope.fresh(prefix);
        let variable = Block::new("variable", &[&name]).with("type", constraint("string"));
        scope.blocks.push(variable);
        scope.arguments.push(Argument {
            name: name.clone(),
            constraint: "string".to_owned(),
            value: json!(value),
            gate: false,
        });
        Expr::raw(format!("var.{name}")).of_kind(&Kind::Text)
    };
    let kind = text("kind", "Amazonec2Config");
    let name = text("name", "nc-cp-x1");
    let pool = pool(scope, &Env::default(), &kind, &name, Wish::default());
    let label = scope.fresh("c");
    cluster(
        scope,
        &label,
        Vec::new(),
        &Env::default(),
        vec![Item::Block(pool)],
    );
}

/// j: one config per zone, one pool per config.
pub(super) fn config_per_zone(scope: &mut Scope) {
    let zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
    let count = scope.random.between(1, 3);
    let label = scope.fresh("m");
    let zone_path = format!("{CONFIG}.amazonec2_config.zone");
    let cluster_label = scope.fresh("c");
    if scope.random.chance(50) {
        let list = Expr::literal(json!(zones[..count]));
        let list = scope.local("zones", list);
        let over = Expr::made("toset(«»)", &[&list]);
        let env = each(Kind::Text, &over);
        let wish = Wish::default().with(&zone_path, Expr::raw("each.value").bound("each"));
        config(scope, &label, repeated("for_each", over), &env, wish);
        let pools = (0..count).map(|at| {
            let (kind, name) = names(&label, &format!("[{:?}]", zones[at]));
            let pool = pool(scope, &Env::default(), &kind, &name, Wish::default());
            Item::Block(pool)
        });
        let pools = pools.collect();
        return cluster(scope, &cluster_label, Vec::new(), &Env::default(), pools);
    }
    let list = scope.local("zones", Expr::literal(json!(zones[..count])));
    let counted = Expr::made("length(«»)", &[&list]);
    let env = Env::default().with("count.index", Kind::Number, &counted.facts);
    let zone = Expr::made("«»[count.index]", &[&list]).bound("count");
    let wish = Wish::default().with(&zone_path, zone);
    config(scope, &label, repeated("count", counted), &env, wish);
    let over = Expr::made("range(length(«»))", &[&list]);
    let inside = Env::default().with("az", Kind::Any, &over.facts).with(
        "az.value",
        Kind::Number,
        &over.facts,
    );
    let (kind, name) = names(&label, "[az.value]");
    let pool = pool(
        scope,
        &inside,
        &kind.bound("az"),
        &name.bound("az"),
        Wish::default(),
    );
    let dynamic = Dynamic {
        for_each: over,
        iterator: Some("az".to_owned()),
        content: pool,
    };
    cluster(
        scope,
        &cluster_label,
        Vec::new(),
        &Env::default(),
        vec![Item::Dynamic(dynamic)],
    );
}

/// k: one config for etcd and workers.
pub(super) fn shared_config(scope: &mut Scope) {
    let label = scope.fresh("m");
    config(scope, &label, Vec::new(), &Env::default(), Wish::default());
    let mut pools = Vec::new();
    for (etcd, worker) in [(true, false), (false, true)] {
        let (kind, name) = names(&label, "");
        let (kind, name) = (route(scope, &kind), route(scope, &name));
        let wish = Wish::default()
            .with(&format!("{POOLS}.etcd_role"), Expr::literal(json!(etcd)))
            .with(
                &format!("{POOLS}.worker_role"),
                Expr::literal(json!(worker)),
            );
        pools.push(Item::Block(pool(
            scope,
            &Env::default(),
            &kind,
            &name,
            wish,
        )));
    }
    let label = scope.fresh("c");
    cluster(scope, &label, Vec::new(), &Env::default(), pools);
}

/// l: all tunables as variables, `config = yamlencode({...})`.
pub(super) fn all_variables(scope: &mut Scope) {
    let label = scope.fresh("m");
    config(scope, &label, Vec::new(), &Env::default(), Wish::default());
    let (kind, name) = names(&label, "");
    let env = Env::default();
    let pool = pool(scope, &env, &kind, &name, Wish::default());
    let selector = "rancher2_cluster_v2.rke_config.machine_selector_config";
    let values: Vec<Expr> = [Kind::Bool, Kind::Text, Kind::list(Kind::Text, false)]
        .iter()
        .map(|kind| scope.express(kind, &env))
        .collect();
    let config = Expr::made(
        "yamlencode({ protect-kernel-defaults = «», \"cloud-provider-name\" = «», kubelet-arg = «» })",
        &values.iter().collect::<Vec<_>>(),
    );
    let mut block = Block::new("machine_selector_config", &[]);
    block.set("config", config);
    let wish = super::without_pools(Wish::default().forcing(CLUSTER, scope, 10));
    let mut wish = wish
        .holding(POOLS, vec![Item::Block(pool)])
        .holding(selector, vec![Item::Block(block)]);
    let below = format!("{selector}.");
    wish.forced.retain(|path| !path.starts_with(&below));
    let label = scope.fresh("c");
    resource(scope, CLUSTER, &label, Vec::new(), &env, &wish);
}

/// o: what a program writes: literals and references, nothing else.
pub(super) fn written_by_a_program(scope: &mut Scope) {
    let label = scope.fresh("m");
    let env = Env::default();
    let literal = Wish {
        literal: true,
        ..Wish::default()
    };
    config(scope, &label, Vec::new(), &env, literal.clone());
    let pools = (0..scope.random.between(1, 3)).map(|_| {
        let (kind, name) = names(&label, "");
        Item::Block(pool(scope, &env, &kind, &name, literal.clone()))
    });
    let pools = pools.collect();
    let wish = super::without_pools(literal.forcing(CLUSTER, scope, 6)).holding(POOLS, pools);
    let label = scope.fresh("c");
    resource(scope, CLUSTER, &label, Vec::new(), &env, &wish);
}
