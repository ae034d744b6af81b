//! How people tie pools to machine configs: the idioms a to p, and what else stands beside them.
//!
//! - `pools`: a, b, f, i, j, k, l, o: pools written out. - `maps`: c, d, e: maps drive both.
//! - `modules`: g, h: across modules. - `rke1`: m, n. - `custom`: p.
//! - `others`: any resource of the vocabulary, and what a case owes.

mod custom;
mod maps;
mod modules;
mod others;
mod pools;
mod rke1;

use serde_json::json;
use tfplugin::schema::{Block as Schema, Mode, Nesting};

use crate::code::{Block, Item};
use crate::expr::Expr;
use crate::fill::{Wish, fill};
use crate::kind::Kind;
use crate::scope::{Env, Scope};
use crate::vocabulary::vocabulary;

pub(crate) use others::{due, other};

/// All of them.
pub(crate) const ALL: &[char] = &[
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p',
];

/// Writes an idiom into a module.
pub(crate) fn write(scope: &mut Scope, idiom: char) {
    match idiom {
        'a' => pools::one_config_each(scope),
        'b' => pools::count_gate(scope),
        'c' => maps::map_drives_all(scope),
        'd' => maps::merged_profiles(scope),
        'e' => maps::roles_from_keys(scope),
        'f' => pools::name_from_condition(scope),
        'g' => modules::pool_objects(scope, false),
        'h' => modules::pool_objects(scope, true),
        'i' => pools::plain_strings(scope),
        'j' => pools::config_per_zone(scope),
        'k' => pools::shared_config(scope),
        'l' => pools::all_variables(scope),
        'm' => rke1::templates_by_role(scope),
        'n' => rke1::count_on_pool(scope),
        'o' => pools::written_by_a_program(scope),
        _ => custom::cluster_without_pools(scope),
    }
}

const CONFIG: &str = "rancher2_machine_config_v2";
const CLUSTER: &str = "rancher2_cluster_v2";
const POOLS: &str = "rancher2_cluster_v2.rke_config.machine_pools";

/// Adds a machine config; `header` holds count or for_each.
fn config(scope: &mut Scope, label: &str, header: Vec<Item>, env: &Env, wish: Wish) {
    let blocks = vocabulary().block(CONFIG, &[]).blocks.iter();
    let clouds: Vec<&str> = blocks
        .map(|block| &*block.name)
        .filter(|name| *name != "timeouts")
        .collect();
    let chosen = if scope.random.chance(65) {
        "amazonec2_config"
    } else {
        *scope.random.pick(&clouds)
    };
    let mut wish = wish.forcing(CONFIG, scope, 2);
    for cloud in clouds {
        let path = format!("{CONFIG}.{cloud}");
        let below = format!("{path}.");
        wish.forced
            .retain(|forced| !forced.starts_with(&below) || cloud == chosen);
        if cloud == chosen {
            wish.forced.insert(path.clone());
            let telling = match cloud {
                "amazonec2_config" => "request_spot_instance",
                "google_config" => "preemptable",
                "azure_config" | "openstack_config" => "availability_zone",
                "harvester_config" => "vm_affinity",
                _ => continue,
            };
            wish.forced.insert(format!("{path}.{telling}"));
        } else {
            wish = wish.holding(&path, Vec::new());
        }
    }
    resource(scope, CONFIG, label, header, env, &wish);
}

/// Adds a cluster with these pools.
fn cluster(scope: &mut Scope, label: &str, header: Vec<Item>, env: &Env, pools: Vec<Item>) {
    let wish = Wish::default().forcing(CLUSTER, scope, 6);
    let wish = without_pools(wish).holding(POOLS, pools);
    resource(scope, CLUSTER, label, header, env, &wish);
}

fn without_pools(mut wish: Wish) -> Wish {
    let below = format!("{POOLS}.");
    wish.forced.retain(|path| !path.starts_with(&below));
    wish
}

/// A pool over a machine config; the wish decides roles and the like.
fn pool(scope: &mut Scope, env: &Env, kind: &Expr, name: &Expr, wish: Wish) -> Block {
    let mut config = Block::new("machine_config", &[]);
    config.set("kind", kind.clone());
    config.set("name", name.clone());
    if scope.random.chance(15) {
        let version = *scope.random.pick(&["rke-machine-config.cattle.io/v1", ""]);
        config.set("api_version", Expr::string(version));
    }
    pool_over(scope, env, vec![Item::Block(config)], wish)
}

fn pool_over(scope: &mut Scope, env: &Env, config: Vec<Item>, wish: Wish) -> Block {
    let mut wish = wish.holding(&format!("{POOLS}.machine_config"), config);
    for name in ["etcd_role", "quantity"] {
        wish.forced.insert(format!("{POOLS}.{name}"));
    }
    let listed = vocabulary().listed_of(POOLS);
    for _ in 0..3 {
        wish.forced.insert((*scope.random.pick(&listed)).to_owned());
    }
    let below = format!("{POOLS}.machine_config.");
    wish.forced.retain(|path| !path.starts_with(&below));
    let schema = vocabulary().block(CLUSTER, &["rke_config", "machine_pools"]);
    let mut block = Block::new("machine_pools", &[]);
    block.items = fill(scope, schema, POOLS, env, &wish);
    block
}

/// Adds a resource; its attributes that are only known after apply become values to use, if it is
/// a single one.
fn resource(scope: &mut Scope, kind: &str, label: &str, header: Vec<Item>, env: &Env, wish: &Wish) {
    let provider = kind.split('_').next().unwrap_or(kind);
    scope.providers.insert(provider.to_owned());
    let single = header.is_empty();
    let mut block = Block::new("resource", &[kind, label]);
    block.items = header;
    block
        .items
        .extend(fill(scope, vocabulary().block(kind, &[]), kind, env, wish));
    if scope.random.chance(8) {
        let lifecycle = Block::new("lifecycle", &[])
            .with("create_before_destroy", Expr::literal(json!(true)))
            .with(
                "ignore_changes",
                Expr::keyword("[timeouts]", json!(["timeouts"])),
            );
        let has_timeouts = vocabulary().block(kind, &[]).nested("timeouts").is_some();
        if has_timeouts {
            block.items.push(Item::Block(lifecycle));
        }
    }
    if single {
        let id = computed(kind, label, "", "id");
        scope.computed.push(id);
        for value in written(
            &block,
            vocabulary().block(kind, &[]),
            &format!("{kind}.{label}"),
        ) {
            scope.remember(&value);
        }
    }
    scope.blocks.push(block);
}

/// What can be read back of what was written, in the schema's type: what nobody can leave out.
fn written(block: &Block, schema: &Schema, address: &str) -> Vec<Expr> {
    let mut values = Vec::new();
    for item in &block.items {
        match item {
            Item::Attribute(name, value) => {
                let attribute = schema.attribute(name);
                let required = attribute.filter(|it| it.mode == Mode::Required);
                let kind = required.and_then(|it| Kind::of(&it.ty()));
                let (Some(attribute), Some(kind)) = (required, kind) else {
                    continue;
                };
                let mut read = Expr::instead(format!("{address}.{name}"), value).of_kind(&kind);
                read.facts.bound.clear();
                read.facts.links.clear();
                read.facts.sensitive |= attribute.sensitive;
                let resource: Vec<&str> = address.split('.').take(2).collect();
                values.push(read.reading(&resource.join("."), false).form("read-back"));
            }
            Item::Block(inner) => {
                let nested = schema.nested(&inner.kind);
                let list = nested.filter(|it| it.nesting == Nesting::List);
                let only = block
                    .items
                    .iter()
                    .filter(|it| it.is_of(&inner.kind))
                    .count()
                    == 1;
                if let (Some(list), true) = (list, only) {
                    let address = format!("{address}.{}[0]", inner.kind);
                    values.extend(written(inner, &list.block, &address));
                }
            }
            Item::Dynamic(_) => {}
        }
    }
    values
}

/// An attribute that is only known after apply.
fn computed(kind: &str, label: &str, key: &str, attribute: &str) -> Expr {
    let mut value = Expr::raw(format!("{kind}.{label}{key}.{attribute}"))
        .of_kind(&Kind::Text)
        .reading(&format!("{kind}.{label}"), true);
    value.facts.unknown = true;
    value
}

/// The kind and the name of a machine config.
fn names(label: &str, key: &str) -> (Expr, Expr) {
    (
        computed(CONFIG, label, key, "kind"),
        computed(CONFIG, label, key, "name"),
    )
}

/// The same value by another way: what comes out still comes from the same resource.
fn route(scope: &mut Scope, value: &Expr) -> Expr {
    let mut value = value.clone();
    for _ in 0..scope.random.between(0, 3) {
        let text = *scope.random.pick(&[
            "local",
            "module",
            "{ a = «» }.a",
            "[\"x\", «»][1]",
            "replace(«», \"_\", \"-\")",
            "lookup({ a = «», b = \"x\" }, \"a\")",
            "lookup({ a = «» }, \"a\", \"none\")",
            "(1 == 1 ? «» : \"other\")",
            "\"${«»}\"",
            "try(«», \"none\")",
            "element([«»], 0)",
            "values({ a = «» })[0]",
            "one([«»])",
            "[for x in [«»] : x][0]",
            "[for k, v in { a = «» } : v if k == \"a\"][0]",
            "merge({ a = \"x\" }, { a = «» }).a",
            "coalesce(null, «»)",
            "zipmap([\"a\"], [«»])[\"a\"]",
            "([{ a = «» }][*].a)[0]",
            "concat([\"x\"], [«»])[1]",
            "flatten([[«»]])[0]",
            "trimspace(«»)",
        ]);
        value = match text {
            "local" => scope.local("link", value),
            "module" => crate::hoist::through_module(scope, &value, &Kind::Text),
            text => Expr::made(text, &[&value]).linked(&value),
        };
        value = value.of_kind(&Kind::Text);
    }
    value.form("link")
}

/// `count = ...` or `for_each = ...`.
fn repeated(name: &str, value: Expr) -> Vec<Item> {
    vec![Item::Attribute(name.to_owned(), value)]
}

/// `each` over a map or set.
fn each(value: Kind, over: &Expr) -> Env {
    Env::default()
        .with("each.key", Kind::Text, &over.facts)
        .with("each.value", value, &over.facts)
}
