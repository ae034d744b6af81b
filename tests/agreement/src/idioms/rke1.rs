//! RKE1: node templates and node pools.

use serde_json::json;

use super::{computed, each, repeated, resource};
use crate::code::Item;
use crate::expr::Expr;
use crate::fill::Wish;
use crate::kind::Kind;
use crate::scope::{Env, Scope};

const TEMPLATE: &str = "rancher2_node_template";
const POOL: &str = "rancher2_node_pool";
const CLUSTER: &str = "rancher2_cluster";

/// A node template for EC2.
fn template(scope: &mut Scope, label: &str, header: Vec<Item>, env: &Env) {
    let mut wish = Wish::default().forcing(TEMPLATE, scope, 4);
    let spot = format!("{TEMPLATE}.amazonec2_config.request_spot_instance");
    wish.forced.insert(spot);
    resource(scope, TEMPLATE, label, header, env, &wish);
}

fn cluster(scope: &mut Scope) -> Expr {
    let label = scope.fresh("c");
    let wish = Wish::default().forcing(CLUSTER, scope, 4);
    resource(scope, CLUSTER, &label, Vec::new(), &Env::default(), &wish);
    if scope.random.chance(30) {
        let backup = scope.fresh("backup");
        let wish = Wish::default()
            .forcing("rancher2_etcd_backup", scope, 4)
            .with(
                "rancher2_etcd_backup.cluster_id",
                computed(CLUSTER, &label, "", "id"),
            );
        resource(
            scope,
            "rancher2_etcd_backup",
            &backup,
            Vec::new(),
            &Env::default(),
            &wish,
        );
    }
    computed(CLUSTER, &label, "", "id")
}

fn pool(scope: &mut Scope, header: Vec<Item>, env: &Env, cluster: &Expr, template: Expr) {
    let label = scope.fresh("p");
    let wish = Wish::default()
        .forcing(POOL, scope, 4)
        .with("rancher2_node_pool.cluster_id", cluster.clone())
        .with("rancher2_node_pool.node_template_id", template);
    resource(scope, POOL, &label, header, env, &wish);
}

/// m: templates over a map with one key per role, pools with `count = var.n != null ? 1 : 0`.
pub(super) fn templates_by_role(scope: &mut Scope) {
    let plain = Env::default().plain();
    let roles = ["control_plane", "etcd", "worker"];
    let mut map = Expr::raw("{ ");
    for role in roles {
        map.push_text(&format!("{role} = "));
        let value = scope.express(&Kind::Pool, &plain);
        map.push(value);
        map.push_text(", ");
    }
    map.push_text("}");
    let map = scope.local("templates", map);
    let label = scope.fresh("t");
    let env = each(Kind::Pool, &map);
    template(scope, &label, repeated("for_each", map), &env);
    let cluster = cluster(scope);
    for role in roles {
        let n = scope.optional(&Kind::Number, &plain);
        let n = scope.local("n", n);
        let count = Expr::made("«» != null ? 1 : 0", &[&n]);
        let id = computed(TEMPLATE, &label, &format!("[{role:?}]"), "id");
        let env = Env::default().with("count.index", Kind::Number, &count.facts);
        pool(scope, repeated("count", count), &env, &cluster, id);
    }
}

/// n: count on the node pool instead of `quantity`.
pub(super) fn count_on_pool(scope: &mut Scope) {
    let label = scope.fresh("t");
    template(scope, &label, Vec::new(), &Env::default());
    let cluster = cluster(scope);
    let count = match scope.random.below(3) {
        0 => Expr::literal(json!(3)),
        1 => scope.express(&Kind::Small { from: 0 }, &Env::default().plain()),
        _ => Expr::literal(json!("2")),
    };
    let env = Env::default().with("count.index", Kind::Number, &count.facts);
    let id = computed(TEMPLATE, &label, "", "id");
    pool(scope, repeated("count", count), &env, &cluster, id);
}
