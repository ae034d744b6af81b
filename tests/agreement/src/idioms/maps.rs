//! One map drives machine configs and pools.

use serde_json::json;

use super::{CONFIG, POOLS, cluster, config, each, names, pool_over, repeated};
use crate::code::{Block, Dynamic, Item};
use crate::expr::Expr;
use crate::fill::Wish;
use crate::kind::Kind;
use crate::scope::{Env, Scope};

/// Keys that resources and pools are named by; some need quoting.
const KEYS: &[&str] = &[
    "cp",
    "wk",
    "master",
    "pool_1",
    "a.b",
    "with space",
    "\u{e9}",
];

fn keys(scope: &mut Scope) -> Vec<&'static str> {
    let count = scope.random.between(1, 3);
    let start = scope.random.below(KEYS.len());
    (0..count)
        .map(|at| KEYS[(start + at) % KEYS.len()])
        .collect()
}

/// A map of pools, known, with these keys.
fn map(scope: &mut Scope, keys: &[&str], element: impl Fn(&mut Scope, &str) -> Expr) -> Expr {
    let mut value = Expr::raw("{\n");
    for key in keys {
        value.push_text(&format!("    {} = ", crate::expr::quoted(key)));
        let element = element(scope, key);
        value.push(element);
        value.push_text("\n");
    }
    value.push_text("  }");
    scope.local("nodes", value)
}

/// Config and pools over one map; the inner `machine_config` over `toset([key])`.
fn over(scope: &mut Scope, nodes: &Expr, wish: impl Fn(&str) -> Wish) {
    let label = scope.fresh("m");
    let env = each(Kind::Pool, nodes);
    let spot = Expr::raw("each.value.on").bound("each");
    let configs = Wish::default()
        .with(
            &format!("{CONFIG}.generate_name"),
            Expr::raw("each.key").bound("each"),
        )
        .with(
            &format!("{CONFIG}.amazonec2_config.request_spot_instance"),
            spot,
        );
    config(
        scope,
        &label,
        repeated("for_each", nodes.clone()),
        &env,
        configs,
    );
    let renamed = scope.random.chance(50);
    let it = if renamed { "p" } else { "machine_pools" };
    let inside = Env::default()
        .with(it, Kind::Any, &nodes.facts)
        .with(&format!("{it}.key"), Kind::Text, &nodes.facts)
        .with(&format!("{it}.value"), Kind::Pool, &nodes.facts);
    let config = inner(scope, &label, it);
    let content = pool_over(scope, &inside, vec![config], wish(it));
    let dynamic = Dynamic {
        for_each: nodes.clone(),
        iterator: renamed.then(|| it.to_owned()),
        content,
    };
    let label = scope.fresh("c");
    cluster(
        scope,
        &label,
        Vec::new(),
        &Env::default(),
        vec![Item::Dynamic(dynamic)],
    );
}

/// `machine_config` of the config with the pool's key: written out, or dynamic over the key.
fn inner(scope: &mut Scope, label: &str, it: &str) -> Item {
    let mut content = Block::new("machine_config", &[]);
    if scope.random.chance(40) {
        let (kind, name) = names(label, &format!("[{it}.key]"));
        content.set("kind", kind.bound(it));
        content.set("name", name.bound(it));
        return Item::Block(content);
    }
    let (kind, name) = names(label, "[machine_config.key]");
    let replaced = Expr::made("replace(«», \"_\", \"-\")", &[&name]).linked(&name);
    content.set("kind", kind.bound("machine_config"));
    content.set("name", replaced.bound("machine_config"));
    Item::Dynamic(Dynamic {
        for_each: Expr::raw(format!("toset([{it}.key])"))
            .bound(it)
            .form("dynamic-nested"),
        iterator: None,
        content,
    })
}

/// c: config `for_each` over a local map, `dynamic "machine_pools"` over the same.
pub(super) fn map_drives_all(scope: &mut Scope) {
    let keys = keys(scope);
    let nodes = match scope.random.below(3) {
        0 => in_a_file(scope, &keys),
        _ => map(scope, &keys, |scope, _| {
            scope.express(&Kind::Pool, &Env::default().plain())
        }),
    };
    let nodes = filtered(scope, nodes);
    over(scope, &nodes, |it| {
        Wish::default()
            .with(
                &format!("{POOLS}.name"),
                Expr::raw(format!("{it}.key")).bound(it),
            )
            .with(
                &format!("{POOLS}.quantity"),
                Expr::raw(format!("{it}.value.n")).bound(it),
            )
            .with(
                &format!("{POOLS}.etcd_role"),
                Expr::raw(format!("{it}.value[\"on\"]")).bound(it),
            )
    });
}

/// The pools of a data file, by name.
fn in_a_file(scope: &mut Scope, keys: &[&str]) -> Expr {
    let pools: Vec<_> = keys
        .iter()
        .map(|key| {
            let mut pool = scope.constant(&Kind::Pool);
            pool["name"] = json!(key);
            pool
        })
        .collect();
    let document = json!({ "pools": pools });
    let name = scope.fresh("pools");
    let (file, read, text) = if scope.random.chance(50) {
        (
            format!("{name}.yaml"),
            "yamldecode",
            crate::yaml::block(&document),
        )
    } else {
        (format!("{name}.json"), "jsondecode", document.to_string())
    };
    scope.texts.insert(file.clone(), text);
    let text =
        format!("{{ for p in {read}(file(\"${{path.module}}/{file}\")).pools : p.name => p }}");
    let form = if read == "yamldecode" {
        "file-yaml"
    } else {
        "file-json"
    };
    scope.local("nodes", Expr::raw(text).form(form))
}

/// Without some of the keys.
fn filtered(scope: &mut Scope, nodes: Expr) -> Expr {
    if scope.random.chance(70) {
        return nodes;
    }
    let text = "{ for k, v in «» : k => v if !contains(keys({ wk = 1 }), k) || v.n > 100 }";
    let filter = Expr::made(text, &[&nodes]).form("for-if");
    scope.local("nodes", filter)
}

/// d: `merge({ quantity = 3 }, local.profiles.x)`, the profile chosen by name.
pub(super) fn merged_profiles(scope: &mut Scope) {
    let plain = Env::default().plain();
    let mut profiles = Expr::raw("{\n    small = ");
    for (at, text) in ["\n    large = ", "\n  }"].iter().enumerate() {
        let on = scope.express(&Kind::Bool, &plain);
        let zone = scope.express(&Kind::Text, &plain);
        let n = scope.constant(&Kind::Small { from: 0 });
        let profile = match at {
            0 => Expr::made("{ on = «», zone = «» }", &[&on, &zone]),
            _ => {
                let n = Expr::literal(n);
                Expr::made("{ on = «», zone = «», n = «» }", &[&on, &zone, &n])
            }
        };
        profiles.push(profile);
        profiles.push_text(text);
    }
    let profiles = scope.local("profiles", profiles);
    let chosen = *scope.random.pick(&["small", "large"]);
    let chosen = scope.local("profile", Expr::string(chosen));
    let keys = keys(scope);
    let nodes = map(scope, &keys, |scope, key| {
        let default = json!({"n": 3, "name": key, "tags": {}, "on": false, "zone": "z"});
        let default = Expr::literal(default);
        let profile = match scope.random.below(3) {
            0 => Expr::made("«».small", &[&profiles]),
            1 => Expr::made("«»[«»]", &[&profiles, &chosen]),
            _ => Expr::made("lookup(«», «», {})", &[&profiles, &chosen]),
        };
        Expr::made("merge(«», «»)", &[&default, &profile])
    });
    over(scope, &nodes, |it| {
        let n = Expr::raw(format!("{it}.value.n")).bound(it);
        Wish::default().with(&format!("{POOLS}.quantity"), n)
    });
}

/// e: roles from the keys, names through `replace`.
pub(super) fn roles_from_keys(scope: &mut Scope) {
    let nodes = map(scope, &["master", "worker_1", "etcd_only"], |scope, _| {
        scope.express(&Kind::Pool, &Env::default().plain())
    });
    over(scope, &nodes, |it| {
        let at = |path: &str, text: String| (format!("{POOLS}.{path}"), Expr::raw(text).bound(it));
        let (etcd, is_etcd) = at(
            "etcd_role",
            format!("{it}.key == \"master\" || startswith({it}.key, \"etcd\")"),
        );
        let (worker, is_worker) = at(
            "worker_role",
            format!("contains([\"worker_1\"], {it}.key) ? true : false"),
        );
        let (name, named) = at("name", format!("replace({it}.key, \"_\", \"-\")"));
        Wish::default()
            .with(&etcd, is_etcd)
            .with(&worker, is_worker)
            .with(&name, named)
    });
}
