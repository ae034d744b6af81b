//! The ways in which people write clusters (`fixtures/idioms`), each with etcd on spot and on
//! demand: static pools, counts, maps, lists of roles, modules, data files.

use crate::support::Repo;

/// Checks an idiom with `var.spot` true and false; `address` is the cluster's.
#[track_caller]
fn both(idiom: &str, address: &str) {
    let repo = Repo::copy_of(&format!("policy/tests/fixtures/idioms/{idiom}"));
    let spot = repo.check(&["-var", "spot=true"]);
    assert_eq!(
        spot.verdicts(),
        format!("violated etcd-spot-only {address}")
    );
    assert_eq!(repo.check(&["-var", "spot=false"]).verdicts(), "clean");
}

macro_rules! idioms {
    ($($name:ident: $folder:literal, $address:literal;)+) => {
        $(
            #[test]
            fn $name() {
                both($folder, $address);
            }
        )+

        #[test]
        fn every_idiom_is_checked() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/idioms");
            let entries = std::fs::read_dir(folder).unwrap();
            let mut there: Vec<String> =
                entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
            there.sort();
            assert_eq!(there, [$($folder),+]);
        }
    };
}

idioms! {
    static_pools: "a-static-pools", "rancher2_cluster_v2.c";
    counts_and_indexed_references: "b-counts", "rancher2_cluster_v2.c";
    one_map_of_profiles_drives_configs_and_pools: "c-d-one-map", "rancher2_cluster_v2.c";
    data_files_and_filters: "data-files", "rancher2_cluster_v2.c";
    roles_from_keys: "e-roles-from-keys", "rancher2_cluster_v2.c";
    own_or_existing_config: "f-existing-config", "rancher2_cluster_v2.c";
    pool_objects_across_modules: "g-h-pool-objects", "module.cluster.rancher2_cluster_v2.c";
    kind_and_name_as_two_strings: "i-two-strings", "module.cluster.rancher2_cluster_v2.c";
    one_config_and_pool_for_each_zone: "j-pool-per-zone", "rancher2_cluster_v2.c";
    one_config_shared_by_roles: "k-shared-config", "rancher2_cluster_v2.c";
    all_tunables_as_variables: "l-all-variables", "rancher2_cluster_v2.c";
    pools_gated_by_null: "m-null-gates", "rancher2_cluster_v2.c";
    pools_of_one_machine_by_a_range: "n-range", "rancher2_cluster_v2.c";
    a_whole_resource_as_an_output: "whole-resource", "rancher2_cluster_v2.c";
}

#[test]
fn an_existing_config_is_undecided() {
    let repo = Repo::copy_of("policy/tests/fixtures/idioms/f-existing-config");
    let checked = repo.check(&["-var", "use_existing=true", "-var", "spot=true"]);
    insta::assert_snapshot!(checked.verdicts(), @"undecided etcd-spot-only rancher2_cluster_v2.c: machine_config.name is plain text, no reference to a rancher2_machine_config_v2");
}
