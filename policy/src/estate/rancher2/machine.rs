//! `rancher2_machine_config_v2`.

use terraform_config::instance::Instance;

use crate::estate::read::{Log, Single, View};
use crate::estate::{Fact, MachineConfig, Purchase, Unknown, schema};

/// One block of the schema that says what machines are.
struct Driver {
    block: &'static str,
    /// The kind that the provider gives to a config with that block (constants of
    /// `machine_config_v2` in rancher2 14.1.1).
    kind: &'static str,
    /// The attribute that asks for machines which may be taken back.
    spot: Option<&'static str>,
}

/// Every such block of the schema; those without a spot flag make machines on demand.
const DRIVERS: &[Driver] = &[
    Driver {
        block: "amazonec2_config",
        kind: "Amazonec2Config",
        spot: Some("request_spot_instance"),
    },
    Driver {
        block: "azure_config",
        kind: "AzureConfig",
        spot: None,
    },
    Driver {
        block: "digitalocean_config",
        kind: "DigitaloceanConfig",
        spot: None,
    },
    // The schema's spelling.
    Driver {
        block: "google_config",
        kind: "GoogleConfig",
        spot: Some("preemptable"),
    },
    Driver {
        block: "harvester_config",
        kind: "HarvesterConfig",
        spot: None,
    },
    Driver {
        block: "linode_config",
        kind: "LinodeConfig",
        spot: None,
    },
    Driver {
        block: "nutanix_config",
        kind: "NutanixConfig",
        spot: None,
    },
    Driver {
        block: "openstack_config",
        kind: "OpenstackConfig",
        spot: None,
    },
    Driver {
        block: "vsphere_config",
        kind: "VmwarevsphereConfig",
        spot: None,
    },
];

/// True if Rancher's provider makes machine configs of that kind.
pub(super) fn is_kind(kind: &str) -> bool {
    DRIVERS.iter().any(|driver| driver.kind == kind)
}

pub(super) fn read(instance: &Instance, log: &Log) -> MachineConfig {
    let view = View::of(instance, schema::rancher2_machine_config_v2(), log);
    MachineConfig {
        address: instance.address.to_string(),
        header: view.header(),
        purchase: purchase(&view),
    }
}

fn purchase(view: &View<'_>) -> Purchase {
    let known = |name: &str| DRIVERS.iter().any(|driver| driver.block == name);
    let foreign = view
        .block_types()
        .find(|(name, _)| name.ends_with("_config") && !known(name));
    if let Some((name, place)) = foreign {
        let because = format!("{name} is not a block of rancher2 14.1.1");
        return Purchase::Undecided(Unknown::new(because, place));
    }
    let mut there = Vec::new();
    let mut perhaps = None;
    for driver in DRIVERS {
        match view.block(driver.block) {
            Single::None(_) => {}
            Single::One(block) => there.push((driver, block)),
            Single::Maybe(_, unknown) | Single::Refused(unknown) => {
                perhaps = perhaps.or(Some(unknown));
            }
        }
    }
    match (there.as_slice(), perhaps) {
        ([(driver, block)], _) => bought(driver, block),
        ([], Some(unknown)) => Purchase::Undecided(unknown),
        ([], None) => undecided(
            "the machine config has no block that says what its machines are",
            view,
        ),
        ([_, (_, second), ..], _) => undecided(
            "the machine config has two machine blocks, of which the provider takes one",
            second,
        ),
    }
}

fn undecided(because: &str, view: &View<'_>) -> Purchase {
    Purchase::Undecided(Unknown::new(because, view.header()))
}

fn bought(driver: &Driver, block: &View<'_>) -> Purchase {
    let Some(flag) = driver.spot else {
        return Purchase::OnDemand;
    };
    match block.bool(flag) {
        Fact::Known(true, place) => Purchase::Spot(place),
        Fact::Known(false, _) | Fact::Absent(_) => Purchase::OnDemand,
        Fact::Unknown(unknown) => Purchase::Undecided(unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_machine_block_of_the_schema_is_a_driver() {
        let schema = schema::rancher2_machine_config_v2();
        let blocks = schema
            .blocks
            .keys()
            .filter(|name| name.ends_with("_config"));
        let drivers: Vec<&str> = DRIVERS.iter().map(|driver| driver.block).collect();
        assert_eq!(blocks.collect::<Vec<_>>(), drivers);
    }

    #[test]
    fn drivers_with_a_spot_flag_are_those_whose_block_has_an_attribute_that_sounds_like_one() {
        let schema = schema::rancher2_machine_config_v2();
        for driver in DRIVERS {
            let attributes = schema.blocks[driver.block].schema.attributes.keys();
            let sounding: Vec<&String> = attributes
                .filter(|name| {
                    ["spot", "preempt", "interrupt"]
                        .iter()
                        .any(|s| name.contains(s))
                })
                .filter(|name| name.as_str() != "spot_price")
                .collect();
            assert_eq!(
                sounding,
                driver.spot.iter().collect::<Vec<_>>(),
                "{}",
                driver.block
            );
        }
    }
}
