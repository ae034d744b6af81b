//! The adapter for Rancher's own vocabulary: `rancher2_cluster_v2` and
//! `rancher2_machine_config_v2`.
//!
//! Kind and name of a machine config are known only after apply, so a pool is tied to its config
//! by what its `name` refers to, never by value.

mod cluster;
mod link;
mod machine;

use std::sync::Arc;

use terraform_config::Problem;
use terraform_config::instance::{Instance, Mode};

use super::Estate;
use super::read::Log;
use link::Configs;

/// Resource type of clusters.
const CLUSTER: &str = "rancher2_cluster_v2";
/// Resource type of machine configs.
const MACHINE_CONFIG: &str = "rancher2_machine_config_v2";

/// Reads all clusters and machine configs among `instances`.
pub(super) fn read(instances: &[Instance]) -> (Estate, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut configs = Configs::default();
    let mut estate = Estate::default();
    for instance in managed(instances, MACHINE_CONFIG) {
        let log = Log::new(instance);
        let config = Arc::new(machine::read(instance, &log));
        configs.add(instance, config.clone());
        estate.machine_configs.push(config);
        problems.extend(log.into_problems());
    }
    for instance in managed(instances, CLUSTER) {
        let log = Log::new(instance);
        estate
            .clusters
            .push(cluster::read(instance, &configs, &log));
        problems.extend(log.into_problems());
    }
    (estate, problems)
}

fn managed<'a>(instances: &'a [Instance], kind: &'a str) -> impl Iterator<Item = &'a Instance> {
    instances.iter().filter(move |instance| {
        instance.address.mode == Mode::Managed && instance.address.type_name.as_ref() == kind
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use terraform_config::instance::{Address, Block, Body, Lifecycle, Nested, ProviderRef};
    use terraform_config::{Origin, SourceFile};

    use super::*;
    use crate::estate::schema::{self, Schema};

    fn origin() -> Origin {
        Origin {
            file: Arc::new(SourceFile::new("main.tf", "")),
            range: 0..0,
        }
    }

    /// A body with every block of the schema whose name passes, and no attribute.
    fn full(schema: &Schema, keep: &impl Fn(&str) -> bool) -> Body {
        let blocks = schema
            .blocks
            .iter()
            .filter(|(name, _)| keep(name))
            .map(|(name, nested)| {
                Nested::Block(Block {
                    type_name: name.as_str().into(),
                    body: full(&nested.schema, keep),
                    header: origin(),
                })
            });
        Body {
            blocks: blocks.collect(),
            ..Body::default()
        }
    }

    fn instance(type_name: &str, body: Body) -> Instance {
        let (type_name, name) = (type_name.into(), "x".into());
        let address = Address {
            module: vec![],
            mode: Mode::Managed,
            type_name,
            name,
            key: None,
        };
        Instance {
            address,
            repetition: None,
            body,
            lifecycle: Lifecycle::default(),
            provider: ProviderRef {
                module: vec![],
                name: "rancher2".into(),
                alias: None,
            },
            header: origin(),
        }
    }

    /// Every path in a schema: `rke_config.etcd.snapshot_retention`.
    fn paths(schema: &Schema, prefix: &str, all: &mut BTreeSet<String>) {
        all.extend(
            schema
                .attributes
                .keys()
                .map(|name| format!("{prefix}{name}")),
        );
        for (name, nested) in &schema.blocks {
            all.insert(format!("{prefix}{name}"));
            paths(&nested.schema, &format!("{prefix}{name}."), all);
        }
    }

    fn assert_in_schema(asked: &BTreeSet<String>, schema: &Schema) {
        let mut all = BTreeSet::new();
        paths(schema, "", &mut all);
        assert!(asked.is_subset(&all), "{:?}", asked.difference(&all));
    }

    fn listed(asked: &BTreeSet<String>) -> String {
        asked.iter().map(|path| format!("{path}\n")).collect()
    }

    #[test]
    fn every_path_that_is_read_of_a_cluster_is_in_the_schema() {
        let schema = schema::rancher2_cluster_v2();
        let cluster = instance(CLUSTER, full(schema, &|_| true));
        let log = Log::new(&cluster);
        cluster::read(&cluster, &Configs::default(), &log);
        let asked = log.asked.take();
        assert_in_schema(&asked, schema);
        insta::assert_snapshot!(listed(&asked), @r"
        kubernetes_version
        rke_config
        rke_config.etcd
        rke_config.etcd.disable_snapshots
        rke_config.etcd.snapshot_retention
        rke_config.etcd.snapshot_schedule_cron
        rke_config.machine_global_config
        rke_config.machine_pools
        rke_config.machine_pools.control_plane_role
        rke_config.machine_pools.etcd_role
        rke_config.machine_pools.machine_config
        rke_config.machine_pools.machine_config.api_version
        rke_config.machine_pools.machine_config.kind
        rke_config.machine_pools.machine_config.name
        rke_config.machine_pools.name
        rke_config.machine_pools.quantity
        rke_config.machine_pools.worker_role
        ");
    }

    #[test]
    fn every_path_that_is_read_of_a_machine_config_is_in_the_schema() {
        let schema = schema::rancher2_machine_config_v2();
        let mut asked = BTreeSet::new();
        for driver in schema.blocks.keys() {
            let config = instance(MACHINE_CONFIG, full(schema, &|name| name == driver));
            let log = Log::new(&config);
            machine::read(&config, &log);
            asked.extend(log.asked.take());
        }
        assert_in_schema(&asked, schema);
        insta::assert_snapshot!(listed(&asked), @r"
        amazonec2_config
        amazonec2_config.request_spot_instance
        azure_config
        digitalocean_config
        google_config
        google_config.preemptable
        harvester_config
        linode_config
        nutanix_config
        openstack_config
        vsphere_config
        ");
    }
}
