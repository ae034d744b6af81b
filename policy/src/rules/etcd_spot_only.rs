//! `etcd-spot-only`.

use crate::estate::{
    Cluster, EtcdHost, Fact, MachinePool, Machines, Members, PoolPurchase, Presence, Unknown,
};
use crate::finding::{Related, Severity, Sightings, Undecided, Verdict, Violation, listed};
use crate::place::Place;
use crate::rule::rule;

rule! {
    /// ## What it does
    /// Rejects a cluster whose etcd members all sit on spot (preemptible) machines. One member that
    /// is proven to be on demand is enough to pass; a pool of quantity 0 does not count.
    ///
    /// ## Why
    /// The cloud takes spot machines back at two minutes' notice, and those of one kind and zone
    /// together. With the last member goes etcd, and with etcd every object of the cluster; Rancher's
    /// EC2 driver asks once and deletes the root disk with the machine, so nothing comes back by
    /// itself (rancher#39590). What remains is the newest snapshot in S3, if there is one.
    ///
    /// ## Bad
    /// ```hcl
    /// resource "rancher2_machine_config_v2" "node" {
    ///   generate_name = "node"
    ///   amazonec2_config {
    ///     ami                   = "ami-0123456789abcdef0"
    ///     region                = "us-east-1"
    ///     zone                  = "a"
    ///     vpc_id                = "vpc-0"
    ///     subnet_id             = "subnet-0a"
    ///     security_group        = ["nodes"]
    ///     request_spot_instance = true
    ///   }
    /// }
    ///
    /// resource "rancher2_cluster_v2" "k3s" {
    ///   name               = "k3s"
    ///   kubernetes_version = "v1.34.6+k3s1"
    ///   rke_config {
    ///     machine_pools {
    ///       name               = "all"
    ///       control_plane_role = true
    ///       etcd_role          = true
    ///       worker_role        = true
    ///       quantity           = 3
    ///       machine_config {
    ///         kind = rancher2_machine_config_v2.node.kind
    ///         name = rancher2_machine_config_v2.node.name
    ///       }
    ///     }
    ///     etcd {
    ///       snapshot_schedule_cron = "0 */6 * * *"
    ///       snapshot_retention     = 30
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Good
    /// One machine config is one zone, so etcd over three zones takes three pools:
    /// ```hcl
    /// locals {
    ///   subnets = { a = "subnet-0a", b = "subnet-0b", c = "subnet-0c" }
    /// }
    ///
    /// resource "rancher2_machine_config_v2" "server" {
    ///   for_each      = local.subnets
    ///   generate_name = "server-${each.key}"
    ///   amazonec2_config {
    ///     ami            = "ami-0123456789abcdef0"
    ///     region         = "us-east-1"
    ///     zone           = each.key
    ///     vpc_id         = "vpc-0"
    ///     subnet_id      = each.value
    ///     security_group = ["nodes"]
    ///   }
    /// }
    ///
    /// resource "rancher2_cluster_v2" "k3s" {
    ///   name               = "k3s"
    ///   kubernetes_version = "v1.34.6+k3s1"
    ///   rke_config {
    ///     dynamic "machine_pools" {
    ///       for_each = rancher2_machine_config_v2.server
    ///       content {
    ///         name               = "server-${machine_pools.key}"
    ///         control_plane_role = true
    ///         etcd_role          = true
    ///         quantity           = 1
    ///         machine_config {
    ///           kind = machine_pools.value.kind
    ///           name = machine_pools.value.name
    ///         }
    ///       }
    ///     }
    ///     etcd {
    ///       snapshot_schedule_cron = "0 */6 * * *"
    ///       snapshot_retention     = 30
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Fix
    /// Give etcd machine configs of its own, one for each zone, without the spot flag, and keep spot
    /// for pools that only work. Changing the flag of a config in use replaces its machines: add the
    /// new pools first and let their members join, then take the old pool away.
    ///
    /// ## Options
    /// None.
    "etcd-spot-only", Severity::Error, check
}

const QUESTION: &str = "whether every etcd member is on a spot machine";

fn check(cluster: &Cluster) -> Verdict {
    let EtcdHost::Here(here) = &cluster.etcd else {
        return Verdict::Holds;
    };
    let pools = match &here.machines {
        Machines::Pools(pools) => pools,
        Machines::Registered(place) => return registered(place),
    };
    match judge(pools) {
        Verdict::Violated(violation) => match &here.presence {
            Presence::Certain => Verdict::Violated(violation),
            Presence::Unknown(unknown) => Verdict::Undecided(Undecided {
                subject: violation.subject,
                question: QUESTION,
                unknown: unknown.clone(),
                also: Vec::new(),
            }),
        },
        verdict => verdict,
    }
}

fn registered(place: &Place) -> Verdict {
    let because =
        "no pool is written here: machines join by a registration command that is run elsewhere";
    Verdict::Undecided(Undecided {
        subject: "rke_config".to_owned(),
        question: QUESTION,
        unknown: Unknown::new(because, place.clone()),
        also: Vec::new(),
    })
}

/// A pool that has, or may have, etcd members.
struct Candidate<'a> {
    pool: &'a MachinePool,
    /// What is needed to tell whether it has any; `None`: it has.
    membership: Option<&'a Unknown>,
    purchase: PoolPurchase<'a>,
}

fn judge(pools: &[MachinePool]) -> Verdict {
    let mut candidates = Vec::new();
    for pool in pools {
        let membership = match pool.etcd_members() {
            Members::None => continue,
            Members::Some => None,
            Members::Unknown(unknown) => Some(unknown),
        };
        let purchase = pool.machine.purchase();
        if membership.is_none() && purchase == PoolPurchase::OnDemand {
            return Verdict::Holds;
        }
        candidates.push(Candidate {
            pool,
            membership,
            purchase,
        });
    }
    if candidates
        .iter()
        .all(|candidate| candidate.purchase == PoolPurchase::OnDemand)
    {
        // Whichever of them counts is on demand; if none does, there is no member at all.
        return Verdict::Holds;
    }
    let certain = candidates
        .iter()
        .any(|candidate| candidate.membership.is_none());
    let gaps: Vec<(&MachinePool, &Unknown)> = candidates
        .iter()
        .filter_map(|candidate| candidate.gap(certain))
        .collect();
    match gaps.split_first() {
        None => violated(&candidates),
        Some((&(pool, unknown), rest)) => {
            let mut also: Vec<Unknown> = Vec::new();
            for (_, other) in rest {
                let named = |known: &Unknown| known.because == other.because;
                if !named(unknown) && !also.iter().any(named) {
                    also.push((*other).clone());
                }
            }
            let (subject, unknown) = (pool.subject.clone(), unknown.clone());
            Verdict::Undecided(Undecided {
                subject,
                question: QUESTION,
                unknown,
                also,
            })
        }
    }
}

impl<'a> Candidate<'a> {
    /// What keeps this pool from proving that all members are on spot, given that another pool is
    /// certain (or not) to have members.
    fn gap(&self, certain: bool) -> Option<(&'a MachinePool, &'a Unknown)> {
        let unknown = match self.purchase {
            PoolPurchase::Undecided(unknown) => Some(unknown),
            PoolPurchase::OnDemand => self.membership,
            PoolPurchase::Spot { .. } if certain => None,
            PoolPurchase::Spot { .. } => self.membership,
        };
        unknown.map(|unknown| (self.pool, unknown))
    }
}

fn violated(candidates: &[Candidate<'_>]) -> Verdict {
    let mut links = Sightings::default();
    let mut roles = Sightings::default();
    let mut flags = Sightings::default();
    for Candidate { pool, purchase, .. } in candidates {
        let PoolPurchase::Spot { link, flags: spot } = purchase else {
            continue;
        };
        links.add(link, &pool.subject);
        if let Fact::Known(true, place) = &pool.etcd {
            roles.add(place, &pool.subject);
        }
        for (address, place) in spot {
            flags.add(place, address);
        }
    }
    let mut links = links.told(|pools| match pools {
        [pool] => format!("{pool} takes its machines from here"),
        pools => format!("{} take their machines from here", listed(pools)),
    });
    if links.is_empty() {
        return Verdict::Holds;
    }
    let Related {
        place,
        message: label,
    } = links.remove(0);
    let roles = roles.told(|_| "these machines are etcd members".to_owned());
    let flags = flags.told(|configs| match configs {
        [config] => format!("{config} asks for spot machines"),
        configs => format!("{} ask for spot machines", listed(configs)),
    });
    let subjects: Vec<&str> = candidates.iter().map(|c| c.pool.subject.as_str()).collect();
    Verdict::Violated(Violation {
        subject: subjects.join(", "),
        message: "every etcd member is on a spot machine".to_owned(),
        place,
        label,
        related: links.into_iter().chain(roles).chain(flags).collect(),
        note: "spot machines are taken back in waves, disks included: the cluster would be gone, \
               up to its last snapshot in S3"
            .to_owned(),
        help: "run etcd on demand, one machine config and one pool per zone; keep spot for workers"
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{MachineConfig, MachineLink, Provisioned, Purchase, Snapshots};
    use crate::testing::{place, unknown};

    /// Whether a pool has members, and how they are bought.
    #[derive(Clone, Copy, Debug)]
    enum Kind {
        None,
        Some(Bought),
        Maybe(Bought),
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Bought {
        OnDemand,
        Spot,
        Unknown,
    }

    use Bought::{OnDemand, Spot, Unknown as Either};
    use Kind::{Maybe, None as NoMembers, Some as Has};

    fn pool(name: &str, kind: Kind) -> MachinePool {
        let (etcd, bought) = match kind {
            NoMembers => (Fact::Known(false, place()), Spot),
            Has(bought) => (Fact::Known(true, place()), bought),
            Maybe(bought) => (Fact::Unknown(unknown("var.etcd has no value")), bought),
        };
        let purchase = match bought {
            OnDemand => Purchase::OnDemand,
            Spot => Purchase::Spot(place()),
            Either => Purchase::Undecided(unknown("var.spot has no value")),
        };
        let config = MachineConfig {
            address: "config".into(),
            header: place(),
            purchase,
        };
        MachinePool {
            subject: format!("machine_pools[{name:?}]"),
            header: place(),
            presence: Presence::Certain,
            etcd,
            control_plane: Fact::Known(true, place()),
            worker: Fact::Known(true, place()),
            quantity: Fact::Known(3, place()),
            machine: MachineLink::Configs {
                candidates: vec![config.into()],
                place: place(),
                choice: unknown("which config it is"),
            },
        }
    }

    fn cluster(machines: Machines) -> Cluster {
        let absent = || Fact::Unknown(unknown("not asked"));
        Cluster {
            address: "cluster".into(),
            header: place(),
            kubernetes_version: absent(),
            etcd: EtcdHost::Here(Box::new(Provisioned {
                presence: Presence::Certain,
                machines,
                snapshots: Snapshots {
                    retention: Fact::Unknown(unknown("not asked")),
                    schedule: absent(),
                    disabled: Fact::Unknown(unknown("not asked")),
                },
                global_config: absent(),
            })),
        }
    }

    fn of_pools(kinds: &[Kind]) -> Cluster {
        let pools = kinds
            .iter()
            .zip(["a", "b", "c"])
            .map(|(kind, name)| pool(name, *kind));
        cluster(Machines::Pools(pools.collect()))
    }

    fn name(verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::Holds => "holds",
            Verdict::Violated(_) => "violated",
            Verdict::Undecided(_) => "undecided",
        }
    }

    /// The members of every world that a pool may turn out to be in: `None` for no members.
    fn worlds(kind: Kind) -> Vec<Option<Bought>> {
        let bought = |bought| match bought {
            Either => vec![Some(OnDemand), Some(Spot)],
            known => vec![Some(known)],
        };
        match kind {
            NoMembers => vec![None],
            Has(how) => bought(how),
            Maybe(how) => [vec![None], bought(how)].concat(),
        }
    }

    #[test]
    fn a_verdict_is_given_if_and_only_if_every_possible_world_agrees() {
        let kinds = [
            NoMembers,
            Has(OnDemand),
            Has(Spot),
            Has(Either),
            Maybe(OnDemand),
            Maybe(Spot),
            Maybe(Either),
        ];
        for a in kinds {
            for b in kinds {
                for c in kinds {
                    let mut violated = Vec::new();
                    for a in worlds(a) {
                        for b in worlds(b) {
                            for c in worlds(c) {
                                let members: Vec<_> = [a, b, c].into_iter().flatten().collect();
                                let all = members.iter().all(|member| *member == Spot);
                                violated.push(all && !members.is_empty());
                            }
                        }
                    }
                    let expected = match (violated.contains(&true), violated.contains(&false)) {
                        (true, false) => "violated",
                        (false, _) => "holds",
                        (true, true) => "undecided",
                    };
                    let verdict = check(&of_pools(&[a, b, c]));
                    assert_eq!(name(&verdict), expected, "{a:?} {b:?} {c:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_missing_is_named_once_for_each_cause() {
        let pools = [Has(Either), Has(Either), Maybe(OnDemand)];
        let Verdict::Undecided(open) = check(&of_pools(&pools)) else {
            panic!("undecided")
        };
        assert_eq!(open.subject, "machine_pools[\"a\"]");
        assert_eq!(&*open.unknown.because, "var.spot has no value");
        let also: Vec<&str> = open.also.iter().map(|unknown| &*unknown.because).collect();
        assert_eq!(also, ["var.etcd has no value"]);
    }

    #[test]
    fn a_violation_names_every_pool() {
        let pools = [Has(Spot), NoMembers, Has(Spot)];
        let Verdict::Violated(found) = check(&of_pools(&pools)) else {
            panic!("violated")
        };
        assert_eq!(found.subject, "machine_pools[\"a\"], machine_pools[\"c\"]");
    }

    #[test]
    fn quantity_decides_whether_a_pool_counts() {
        let quantity = |quantity| {
            let mut pool = pool("a", Has(Spot));
            pool.quantity = quantity;
            name(&check(&cluster(Machines::Pools(vec![pool]))))
        };
        assert_eq!(quantity(Fact::Known(0, place())), "holds");
        assert_eq!(quantity(Fact::Known(1, place())), "violated");
        assert_eq!(
            quantity(Fact::Unknown(unknown("var.n has no value"))),
            "undecided"
        );
        let default = Fact::Absent(crate::estate::Lack::Attribute(place()));
        assert_eq!(quantity(default), "violated", "the provider's default is 1");
    }

    #[test]
    fn a_cluster_that_may_not_be_there_is_no_finding() {
        let mut gated = of_pools(&[Has(Spot)]);
        let EtcdHost::Here(here) = &mut gated.etcd else {
            panic!("provisioned here")
        };
        here.presence = Presence::Unknown(unknown("var.on has no value"));
        let Verdict::Undecided(open) = check(&gated) else {
            panic!("undecided")
        };
        assert_eq!(&*open.unknown.because, "var.on has no value");
    }

    #[test]
    fn who_registers_with_a_custom_cluster_is_not_written_down() {
        assert_eq!(
            name(&check(&cluster(Machines::Registered(place())))),
            "undecided"
        );
    }

    #[test]
    fn an_imported_cluster_keeps_its_etcd_elsewhere() {
        let imported = Cluster {
            etcd: EtcdHost::Elsewhere,
            ..of_pools(&[Has(Spot)])
        };
        assert_eq!(name(&check(&imported)), "holds");
    }
}
