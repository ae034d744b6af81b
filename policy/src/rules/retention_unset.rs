//! `retention-unset`.

use crate::estate::{Cluster, EtcdHost, Fact, Lack, Presence, Provisioned, Unknown};
use crate::finding::{Related, Severity, Undecided, Verdict, Violation};
use crate::place::Place;
use crate::rule::rule;

rule! {
    /// ## What it does
    /// Rejects a cluster that does not say how many etcd snapshots to keep. `snapshot_retention`
    /// counts as unset where it is absent, null or 0, and where the whole `etcd` block is left out;
    /// `etcd-snapshot-retention` in `machine_global_config` does not count.
    ///
    /// ## Why
    /// Rancher sends only what is above 0, so K3s and RKE2 fall back to 5 snapshots, and without an
    /// `etcd` block all of them lie on the disks of the very machines they are to save. In S3 the
    /// number is counted over the whole cluster: 5 objects of 3 members are one complete round and
    /// two files (rke2#5216, rancher#43872). Rancher drops `etcd-snapshot-*` keys from
    /// `machine_global_config`, so a number there changes nothing.
    ///
    /// ## Bad
    /// ```hcl
    /// resource "rancher2_cluster_v2" "k3s" {
    ///   name               = "k3s"
    ///   kubernetes_version = "v1.34.6+k3s1"
    ///   rke_config {
    ///     etcd {
    ///       snapshot_schedule_cron = "0 */6 * * *"
    ///     }
    ///   }
    /// }
    /// ```
    /// ```hcl
    /// resource "rancher2_cluster_v2" "k3s" {
    ///   name               = "k3s"
    ///   kubernetes_version = "v1.34.6+k3s1"
    ///   rke_config {
    ///     machine_global_config = yamlencode({ "etcd-snapshot-retention" = 30 })
    ///   }
    /// }
    /// ```
    ///
    /// ## Good
    /// Three members, a round every 6 hours, 3 days of history: 12 rounds of 3 objects.
    /// ```hcl
    /// resource "rancher2_machine_config_v2" "server" {
    ///   for_each      = { a = "subnet-0a", b = "subnet-0b", c = "subnet-0c" }
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
    ///       snapshot_retention     = 36
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Fix
    /// Set `snapshot_retention` in the `etcd` block of `rke_config`: etcd members times the rounds
    /// that must stay restorable.
    ///
    /// ## Options
    /// None.
    "retention-unset", Severity::Error, check
}

const SUBJECT: &str = "etcd";
const QUESTION: &str = "whether snapshot_retention is set";
const GLOBAL_KEY: &str = "etcd-snapshot-retention";

fn check(cluster: &Cluster) -> Verdict {
    let EtcdHost::Here(here) = &cluster.etcd else {
        return Verdict::Holds;
    };
    let (message, place, label) = match &here.snapshots.retention {
        Fact::Known(1.., _) => return Verdict::Holds,
        Fact::Unknown(unknown) => return undecided(unknown),
        Fact::Known(_, place) => (
            "snapshot_retention is not above 0, which counts as unset",
            place,
            "not above 0: the provider does not send it",
        ),
        Fact::Absent(Lack::Null(place)) => (
            "snapshot_retention is null, which counts as unset",
            place,
            "null: the provider does not send it",
        ),
        Fact::Absent(Lack::Attribute(place)) => (
            "snapshot_retention is not set",
            place,
            "has no snapshot_retention",
        ),
        Fact::Absent(Lack::Block(place)) => (
            "snapshot_retention is not set: there is no etcd block",
            place,
            "has no etcd block",
        ),
    };
    if let Presence::Unknown(unknown) = &here.presence {
        return undecided(unknown);
    }
    Verdict::Violated(Violation {
        subject: SUBJECT.to_owned(),
        message: message.to_owned(),
        place: place.clone(),
        label: label.to_owned(),
        related: misplaced(here).into_iter().collect(),
        note: "unset means 5 snapshots: one full round of three members in S3, or files on the nodes' \
               own disks"
            .to_owned(),
        help: "set snapshot_retention to members x rounds: 36 is 3 days for 3 members and a round every \
               6 hours"
            .to_owned(),
    })
}

/// Where somebody set the number in a text that Rancher filters it from.
fn misplaced(here: &Provisioned) -> Option<Related> {
    match &here.global_config {
        Fact::Known(text, place) if text.contains(GLOBAL_KEY) => Some(Related {
            place: Place::first_line(place),
            message: format!("Rancher drops {GLOBAL_KEY} from here"),
        }),
        _ => None,
    }
}

fn undecided(unknown: &Unknown) -> Verdict {
    Verdict::Undecided(Undecided {
        subject: SUBJECT.to_owned(),
        question: QUESTION,
        unknown: unknown.clone(),
        also: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Machines, Snapshots};
    use crate::testing::{place, unknown};

    fn cluster(retention: Fact<i64>) -> Cluster {
        let absent = || Fact::Absent(Lack::Attribute(place()));
        Cluster {
            address: "cluster".into(),
            header: place(),
            kubernetes_version: absent(),
            etcd: EtcdHost::Here(Box::new(Provisioned {
                presence: Presence::Certain,
                machines: Machines::Registered(place()),
                snapshots: Snapshots {
                    retention,
                    schedule: absent(),
                    disabled: Fact::Absent(Lack::Attribute(place())),
                },
                global_config: absent(),
            })),
        }
    }

    fn here(cluster: &mut Cluster) -> &mut Provisioned {
        match &mut cluster.etcd {
            EtcdHost::Here(here) => here,
            EtcdHost::Elsewhere => panic!("provisioned here"),
        }
    }

    fn message(cluster: &Cluster) -> String {
        match check(cluster) {
            Verdict::Holds => "holds".to_owned(),
            Verdict::Violated(violation) => violation.message,
            Verdict::Undecided(undecided) => format!("undecided: {}", undecided.unknown.because),
        }
    }

    #[test]
    fn every_way_to_leave_it_unset_is_told_apart() {
        let told = [
            Fact::Absent(Lack::Block(place())),
            Fact::Absent(Lack::Attribute(place())),
            Fact::Absent(Lack::Null(place())),
            Fact::Known(0, place()),
            Fact::Known(-1, place()),
            Fact::Known(1, place()),
            Fact::Unknown(unknown("var.keep has no value")),
        ]
        .map(|retention| message(&cluster(retention)));
        insta::assert_snapshot!(told.join("\n"), @r"
        snapshot_retention is not set: there is no etcd block
        snapshot_retention is not set
        snapshot_retention is null, which counts as unset
        snapshot_retention is not above 0, which counts as unset
        snapshot_retention is not above 0, which counts as unset
        holds
        undecided: var.keep has no value
        ");
    }

    #[test]
    fn the_global_config_does_not_set_it_and_the_finding_says_so() {
        let mut misled = cluster(Fact::Absent(Lack::Block(place())));
        let text = "etcd-snapshot-retention: 30\n";
        here(&mut misled).global_config = Fact::Known(text.into(), place());
        let Verdict::Violated(violation) = check(&misled) else {
            panic!("violated")
        };
        let related: Vec<&str> = violation
            .related
            .iter()
            .map(|r| r.message.as_str())
            .collect();
        assert_eq!(related, ["Rancher drops etcd-snapshot-retention from here"]);
    }

    #[test]
    fn a_cluster_that_may_not_be_there_is_no_finding() {
        let mut gated = cluster(Fact::Known(0, place()));
        here(&mut gated).presence = Presence::Unknown(unknown("var.on has no value"));
        assert_eq!(message(&gated), "undecided: var.on has no value");
        here(&mut gated).snapshots.retention = Fact::Known(5, place());
        assert_eq!(message(&gated), "holds");
    }

    #[test]
    fn an_imported_cluster_keeps_its_etcd_elsewhere() {
        let mut imported = cluster(Fact::Absent(Lack::Block(place())));
        imported.etcd = EtcdHost::Elsewhere;
        assert_eq!(message(&imported), "holds");
    }
}
