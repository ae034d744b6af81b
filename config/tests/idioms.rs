//! How public code ties machine pools to machine configs: see `fixtures/idioms/README.md`.

mod support;

use std::path::Path;

use terraform_config::Inputs;

fn everything(name: &str) -> String {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/idioms");
    support::everything(&base.join(name), &Inputs::default())
}

macro_rules! idioms {
    ($($test:ident = $folder:literal,)*) => {
        $(#[test]
        fn $test() {
            insta::assert_snapshot!(everything($folder));
        })*
    };
}

idioms! {
    a_static = "a-static",
    b_count_gate = "b-count-gate",
    cd_map_drives_all = "cd-map-drives-all",
    e_roles_from_keys = "e-roles-from-keys",
    f_name_from_condition = "f-name-from-condition",
    gh_across_modules = "gh-across-modules",
    i_plain_strings = "i-plain-strings",
    j_config_per_zone = "j-config-per-zone",
    k_shared_config = "k-shared-config",
    l_all_variables = "l-all-variables",
    m_rke1_templates = "m-rke1-templates",
    n_rke1_count_on_pool = "n-rke1-count-on-pool",
    p_custom_cluster = "p-custom-cluster",
}
