//! Clusters without pools.

use super::{CLUSTER, POOLS, computed, repeated, resource};
use crate::code::Item;
use crate::expr::Expr;
use crate::fill::Wish;
use crate::kind::Kind;
use crate::scope::{Env, Scope};

/// p: a custom cluster; the user data of an autoscaling group runs the registration command.
pub(super) fn cluster_without_pools(scope: &mut Scope) {
    let env = Env::default();
    let label = scope.fresh("c");
    let wish = Wish::default().forcing(CLUSTER, scope, 8);
    let wish = super::without_pools(wish).holding(POOLS, Vec::new());
    resource(scope, CLUSTER, &label, Vec::new(), &env, &wish);

    let command = computed(
        CLUSTER,
        &label,
        ".cluster_registration_token[0]",
        "node_command",
    );
    let file = format!("{}.sh.tftpl", scope.fresh("user_data"));
    let body = "#!/bin/sh\n${command} --etcd --controlplane %{ for l in labels }--label ${l} %{ endfor }\n";
    scope.texts.insert(file.clone(), body.to_owned());
    let labels = scope.express(&Kind::list(Kind::Text, false), &env);
    let known = scope.random.chance(50);
    let command = if known {
        Expr::string("k3s server --cluster-init")
    } else {
        command
    };
    let text = format!(
        "base64encode(templatefile(\"${{path.module}}/{file}\", {{ command = «», labels = «» }}))"
    );
    let user_data = Expr::made(&text, &[&command, &labels]).form("template-file");
    let template = scope.fresh("lt");
    let wish = Wish::default()
        .forcing("aws_launch_template", scope, 3)
        .with("aws_launch_template.user_data", user_data);
    resource(
        scope,
        "aws_launch_template",
        &template,
        Vec::new(),
        &env,
        &wish,
    );

    let mut launch = crate::code::Block::new("launch_template", &[]);
    launch.set("id", computed("aws_launch_template", &template, "", "id"));
    launch.set("version", Expr::string("$Latest"));
    let mut wish = Wish::default().forcing("aws_autoscaling_group", scope, 5);
    if scope.random.chance(50) {
        wish = wish.holding(
            "aws_autoscaling_group.launch_template",
            vec![Item::Block(launch)],
        );
        let below = "aws_autoscaling_group.launch_template.";
        wish.forced.retain(|path| !path.starts_with(below));
    }
    let group = scope.fresh("asg");
    let header = match scope.random.below(3) {
        0 => {
            let count = scope.express(&Kind::Small { from: 0 }, &env.plain());
            repeated("count", count)
        }
        _ => Vec::new(),
    };
    resource(scope, "aws_autoscaling_group", &group, header, &env, &wish);
}
