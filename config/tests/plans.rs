//! Configurations that the real Rancher provider planned: see `fixtures/plans/README.md`.

mod support;

use std::path::Path;

use terraform_config::Inputs;

fn everything(name: &str) -> String {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans");
    support::everything(&base.join(name), &Inputs::default())
}

macro_rules! plans {
    ($($test:ident = $folder:literal,)*) => {
        $(#[test]
        fn $test() {
            insta::assert_snapshot!(everything($folder));
        })*
    };
}

plans! {
    all_in_one_spot = "all-in-one-spot",
    dynamic_etcd_unknown = "dynamic-etcd-unknown",
    modules = "modules",
    no_etcd_block = "no-etcd-block",
    pool_per_zone_mixed = "pool-per-zone-mixed",
    retention_null_gated = "retention-null-gated",
    rke1_spot = "rke1-spot",
    split_one_zone = "split-one-zone",
    yaml_driven = "yaml-driven",
}
