//! The link from a pool to its machine config: by reference, since kind and name are known only
//! after apply.

use std::collections::BTreeMap;
use std::sync::Arc;

use cty::Value;
use terraform_config::instance::{Address, Instance, Mode, ModuleStep};
use terraform_config::why::{Certainty, Reference};

use super::MACHINE_CONFIG;
use super::machine::is_kind;
use crate::estate::read::{Single, View};
use crate::estate::{Fact, MachineConfig, MachineLink, Unknown};
use crate::place::Place;

/// The `api_version` of Rancher's own machine configs, and of a pool that names none.
const OWN_API: &str = "rke-machine-config.cattle.io/v1";

/// All machine configs of a root module, to be found by reference.
#[derive(Default)]
pub(super) struct Configs {
    by_resource: BTreeMap<Resource, Vec<Entry>>,
}

/// What tells resources apart, instances aside: names of the modules and of the resource.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Resource {
    modules: Vec<Arc<str>>,
    name: Arc<str>,
}

struct Entry {
    address: Address,
    /// Stands for any number of instances.
    repeated: bool,
    config: Arc<MachineConfig>,
}

impl Configs {
    pub(super) fn add(&mut self, instance: &Instance, config: Arc<MachineConfig>) {
        let repeated = instance.repetition.is_some();
        self.insert(instance.address.clone(), repeated, config);
    }

    fn insert(&mut self, address: Address, repeated: bool, config: Arc<MachineConfig>) {
        let entries = self.by_resource.entry(resource(&address)).or_default();
        entries.push(Entry {
            address,
            repeated,
            config,
        });
    }

    /// The machine configs of a pool.
    pub(super) fn link(&self, pool: &View<'_>) -> MachineLink {
        match pool.block("machine_config") {
            Single::One(block) => self.named(&block),
            Single::Maybe(_, unknown) | Single::Refused(unknown) => MachineLink::Undecided(unknown),
            Single::None(pool) => not_told("the pool has no machine_config block", pool),
        }
    }

    fn named(&self, block: &View<'_>) -> MachineLink {
        if let Some(undecided) = other_vocabulary(block) {
            return MachineLink::Undecided(undecided);
        }
        let (name, place) = match block.expression("name") {
            Ok(expression) => expression,
            Err(Fact::Unknown(unknown)) => return MachineLink::Undecided(unknown),
            Err(_) => return not_told("machine_config.name is not set", block.header()),
        };
        let references = match references(&name) {
            Referred::Names(references) => references,
            Referred::Perhaps => return MachineLink::Undecided(Unknown::of(&name, place)),
            Referred::Nothing if name.is_null() => {
                return not_told("machine_config.name is null", place);
            }
            Referred::Nothing if name.is_known() => {
                return not_told(
                    "machine_config.name is plain text, no reference to a rancher2_machine_config_v2",
                    place,
                );
            }
            Referred::Nothing => return MachineLink::Undecided(Unknown::of(&name, place)),
        };
        let mut candidates = Vec::new();
        for reference in &references {
            let found = self.find(reference);
            if found.is_empty() {
                let because = format!("{} is not in this configuration", shown(reference));
                return not_told(because, place);
            }
            candidates.extend(found);
        }
        let choice = Unknown::of(&name, place.clone());
        MachineLink::Configs {
            candidates,
            place,
            choice,
        }
    }

    fn find(&self, reference: &Reference) -> Vec<Arc<MachineConfig>> {
        let wanted = &reference.address;
        let entries = self
            .by_resource
            .get(&resource(wanted))
            .map_or(&[][..], Vec::as_slice);
        let fits = |entry: &&Entry| {
            let there = &entry.address;
            let any_key = reference.any_key || entry.repeated || there.key == wanted.key;
            any_key
                && there
                    .module
                    .iter()
                    .zip(&wanted.module)
                    .all(|(a, b)| may_be(a, b))
        };
        entries
            .iter()
            .filter(fits)
            .map(|entry| entry.config.clone())
            .collect()
    }
}

/// Steps of one name are the same unless both have keys that differ: a key that is not known may
/// be any.
fn may_be(a: &ModuleStep, b: &ModuleStep) -> bool {
    a.key.is_none() || b.key.is_none() || a.key == b.key
}

fn resource(address: &Address) -> Resource {
    let modules = address.module.iter().map(|step| step.name.clone());
    Resource {
        modules: modules.collect(),
        name: address.name.clone(),
    }
}

/// What the name of a machine config refers to.
enum Referred {
    /// The names of these configs, one of them or all; never empty.
    Names(Vec<Reference>),
    /// The name of a config, or something else: nobody knows which.
    Perhaps,
    /// No config's name.
    Nothing,
}

/// Which machine configs a name comes from.
///
/// Only a config's `name`, or the `id` that ends in it, says which config is meant; its other
/// attributes may be part of the text too.
fn references(name: &Value) -> Referred {
    let is_name = |reference: &Reference| {
        let address = &reference.address;
        // `split("/", id)[1]` reads `id[1]`.
        let attribute = reference.path.split(['.', '[']).next();
        address.mode == Mode::Managed
            && address.type_name.as_ref() == MACHINE_CONFIG
            && matches!(attribute, Some("name" | "id"))
    };
    let (names, others): (Vec<_>, Vec<_>) = Reference::of(name).into_iter().partition(is_name);
    let one_of = |reference: &Reference| reference.certainty == Certainty::OneOf;
    if names.is_empty() {
        Referred::Nothing
    } else if names
        .iter()
        .any(|name| name.certainty == Certainty::Perhaps)
        || (names.iter().any(one_of) && others.iter().any(one_of))
    {
        Referred::Perhaps
    } else {
        Referred::Names(names)
    }
}

fn shown(reference: &Reference) -> String {
    let any = if reference.any_key { "[...]" } else { "" };
    format!("{}{any}", reference.address)
}

/// Why a pool's machines are not made by a `rancher2_machine_config_v2`, if they are not.
fn other_vocabulary(block: &View<'_>) -> Option<Unknown> {
    let not_ours = |because: &str, place: Place| Some(Unknown::new(because, place));
    match block.string("api_version") {
        // The provider sends no empty one.
        Fact::Known(version, place) if !matches!(version.as_ref(), "" | OWN_API) => {
            return not_ours(
                "machine_config.api_version is not that of Rancher's own configs",
                place,
            );
        }
        Fact::Unknown(unknown) => return Some(unknown),
        Fact::Known(..) | Fact::Absent(_) => {}
    }
    match block.string("kind") {
        Fact::Known(kind, place) if !is_kind(&kind) => not_ours(
            "machine_config.kind is not a kind of rancher2 14.1.1",
            place,
        ),
        // Unknown as a rule: the provider computes it.
        Fact::Known(..) | Fact::Unknown(_) | Fact::Absent(_) => None,
    }
}

fn not_told(because: impl Into<Arc<str>>, place: Place) -> MachineLink {
    MachineLink::Undecided(Unknown::new(because, place))
}

#[cfg(test)]
mod tests {
    use cty::Type;
    use terraform_config::instance::InstanceKey;

    use super::*;
    use crate::estate::Purchase;
    use crate::testing::{place, unknown};

    fn address(module: &[(&str, Option<&str>)], name: &str, key: Option<u64>) -> Address {
        let step = |(name, key): &(&str, Option<&str>)| ModuleStep {
            name: (*name).into(),
            key: key.map(|key| InstanceKey::Name(key.into())),
        };
        Address {
            module: module.iter().map(step).collect(),
            mode: Mode::Managed,
            type_name: MACHINE_CONFIG.into(),
            name: name.into(),
            key: key.map(InstanceKey::Index),
        }
    }

    fn configs(addresses: Vec<Address>) -> Configs {
        let mut configs = Configs::default();
        for address in addresses {
            let config = MachineConfig {
                address: address.to_string(),
                header: place(),
                purchase: Purchase::Undecided(unknown("not asked")),
            };
            configs.insert(address, false, config.into());
        }
        configs
    }

    fn found(configs: &Configs, wanted: Address, any_key: bool) -> Vec<String> {
        let found = configs.find(&Reference::new(wanted, any_key, "name"));
        found.iter().map(|config| config.address.clone()).collect()
    }

    #[test]
    fn a_reference_finds_its_instance_or_any_if_the_key_is_unknown() {
        let both = configs(vec![address(&[], "m", Some(0)), address(&[], "m", Some(1))]);
        let (zero, one) = (
            "rancher2_machine_config_v2.m[0]",
            "rancher2_machine_config_v2.m[1]",
        );
        assert_eq!(found(&both, address(&[], "m", Some(1)), false), [one]);
        assert_eq!(found(&both, address(&[], "m", None), true), [zero, one]);
        assert!(found(&both, address(&[], "m", Some(2)), false).is_empty());
        assert!(found(&both, address(&[], "n", Some(0)), false).is_empty());
    }

    #[test]
    fn modules_of_one_name_are_told_apart_by_path_and_key() {
        let keyed = |key| [("pools", Some(key))];
        let all = configs(vec![
            address(&keyed("a"), "m", None),
            address(&keyed("b"), "m", None),
            address(&[], "m", None),
        ]);
        let b = "module.pools[\"b\"].rancher2_machine_config_v2.m";
        assert_eq!(found(&all, address(&keyed("b"), "m", None), false), [b]);
        assert_eq!(
            found(&all, address(&[("pools", None)], "m", None), false).len(),
            2
        );
        assert_eq!(
            found(&all, address(&[], "m", None), false),
            ["rancher2_machine_config_v2.m"]
        );
    }

    fn name(references: &[(&str, &str, Certainty)]) -> Value {
        let unknown = Value::unknown(Type::String);
        references
            .iter()
            .fold(unknown, |value, (kind, path, certainty)| {
                let address = Address {
                    type_name: (*kind).into(),
                    ..address(&[], "m", None)
                };
                value.mark(
                    Reference::new(address, false, *path)
                        .at_most(*certainty)
                        .mark(),
                )
            })
    }

    #[test]
    fn only_names_and_ids_of_machine_configs_link() {
        use Certainty::{OneOf, Perhaps, Sure};
        let told =
            |references: &[(&str, &str, Certainty)]| match self::references(&name(references)) {
                Referred::Names(names) => format!("{} names", names.len()),
                Referred::Perhaps => "perhaps".to_owned(),
                Referred::Nothing => "nothing".to_owned(),
            };
        assert_eq!(told(&[]), "nothing");
        assert_eq!(told(&[(MACHINE_CONFIG, "kind", Sure)]), "nothing");
        assert_eq!(told(&[("random_pet", "id", Sure)]), "nothing");
        assert_eq!(told(&[(MACHINE_CONFIG, "name", Sure)]), "1 names");
        assert_eq!(
            told(&[
                (MACHINE_CONFIG, "name", Sure),
                (MACHINE_CONFIG, "kind", Sure)
            ]),
            "1 names"
        );
        assert_eq!(
            told(&[
                (MACHINE_CONFIG, "name", OneOf),
                (MACHINE_CONFIG, "id", OneOf)
            ]),
            "2 names"
        );
        assert_eq!(
            told(&[(MACHINE_CONFIG, "name", OneOf), ("random_pet", "id", OneOf)]),
            "perhaps"
        );
        assert_eq!(told(&[(MACHINE_CONFIG, "name", Perhaps)]), "perhaps");
    }
}
