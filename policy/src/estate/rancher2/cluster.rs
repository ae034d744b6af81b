//! `rancher2_cluster_v2`.

use terraform_config::instance::Instance;

use super::link::Configs;
use crate::estate::read::{Log, Single, View};
use crate::estate::{
    Cluster, EtcdHost, Fact, Lack, MachinePool, Machines, Presence, Provisioned, Snapshots,
    Unknown, schema,
};
use crate::place::Place;

pub(super) fn read(instance: &Instance, configs: &Configs, log: &Log) -> Cluster {
    let view = View::of(instance, schema::rancher2_cluster_v2(), log);
    let counted = match &instance.repetition {
        Some(why) => Presence::Unknown(Unknown::from_why(why, view.header())),
        None => Presence::Certain,
    };
    let etcd = match view.block("rke_config") {
        // Nothing can be told of what is refused; that it is, is reported.
        Single::None(_) | Single::Refused(_) => EtcdHost::Elsewhere,
        Single::One(rke) => EtcdHost::Here(Box::new(provisioned(&rke, counted, configs))),
        Single::Maybe(rke, unknown) => {
            let presence = counted.and(Presence::Unknown(unknown));
            EtcdHost::Here(Box::new(provisioned(&rke, presence, configs)))
        }
    };
    Cluster {
        address: instance.address.to_string(),
        header: view.header(),
        kubernetes_version: view.string("kubernetes_version"),
        etcd,
    }
}

fn provisioned(rke: &View<'_>, presence: Presence, configs: &Configs) -> Provisioned {
    let pools: Vec<MachinePool> = rke
        .blocks("machine_pools")
        .iter()
        .enumerate()
        .map(|(position, (view, presence))| pool(view, position, presence, configs))
        .collect();
    let machines = match pools.is_empty() {
        true => Machines::Registered(rke.header()),
        false => Machines::Pools(pools),
    };
    Provisioned {
        presence,
        machines,
        snapshots: snapshots(rke),
        global_config: rke.string("machine_global_config"),
    }
}

fn snapshots(rke: &View<'_>) -> Snapshots {
    fn without_block<T>(holder: &Place) -> Fact<T> {
        Fact::Absent(Lack::Block(holder.clone()))
    }
    match rke.block("etcd") {
        Single::One(etcd) => Snapshots {
            retention: etcd.whole_number("snapshot_retention"),
            schedule: etcd.string("snapshot_schedule_cron"),
            disabled: etcd.bool("disable_snapshots"),
        },
        Single::None(holder) => Snapshots {
            retention: without_block(&holder),
            schedule: without_block(&holder),
            disabled: without_block(&holder),
        },
        Single::Maybe(_, unknown) | Single::Refused(unknown) => Snapshots {
            retention: Fact::Unknown(unknown.clone()),
            schedule: Fact::Unknown(unknown.clone()),
            disabled: Fact::Unknown(unknown),
        },
    }
}

fn pool(view: &View<'_>, position: usize, presence: &Presence, configs: &Configs) -> MachinePool {
    let subject = match view.shown("name") {
        Some(name) => format!("machine_pools[{name:?}]"),
        None => format!("machine_pools[{position}]"),
    };
    MachinePool {
        subject,
        header: view.header(),
        presence: presence.clone(),
        etcd: view.bool("etcd_role"),
        control_plane: view.bool("control_plane_role"),
        worker: view.bool("worker_role"),
        quantity: view.whole_number("quantity"),
        machine: configs.link(view),
    }
}
