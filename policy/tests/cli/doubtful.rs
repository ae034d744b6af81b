//! What may or may not be there (instances of unknown number, blocks in error), and JSON, where a
//! block looks like an argument.

use crate::support::Repo;
use crate::vocabulary::{EC2, SPOT, one_pool, verdict};

#[test]
fn a_config_that_may_not_be_there_may_be_another() {
    let gated = [
        ("config_meta", "count = var.unset ? 1 : 0"),
        ("kind", "\"Amazonec2Config\""),
    ];
    let fallback = format!(
        "resource \"rancher2_machine_config_v2\" \"other\" {{\n  generate_name = \"other\"\n  \
         amazonec2_config {{\n    {EC2}\n  }}\n}}\n"
    );
    for name in [
        "try(rancher2_machine_config_v2.m[0].name, rancher2_machine_config_v2.other.name)",
        "try(one(rancher2_machine_config_v2.m[*].name), rancher2_machine_config_v2.other.name)",
    ] {
        let told = |set: &[&str]| {
            let mut changes = gated.to_vec();
            changes.push(("name", name));
            let repo = one_pool(&changes);
            repo.write("other.tf", &fallback);
            repo.check(set).verdicts()
        };
        assert!(
            told(&[]).starts_with("undecided etcd-spot-only"),
            "{name}: {}",
            told(&[])
        );
        assert_eq!(told(&["-var", "unset=true"]), SPOT, "{name}");
    }
    let off = (
        "name",
        "try(rancher2_machine_config_v2.m[0].name, rancher2_machine_config_v2.other.name)",
    );
    let repo = one_pool(&[gated[0], gated[1], off]);
    repo.write("other.tf", &fallback);
    assert_eq!(repo.check(&["-var", "unset=false"]).verdicts(), "clean");
}

#[test]
fn what_is_read_of_an_instance_that_may_not_be_there_is_undecided() {
    let gate =
        "resource \"terraform_data\" \"t\" {\n  count = var.unset ? 1 : 0\n  input = true\n}\n";
    for spot in [
        "try(terraform_data.t[0].input, false)",
        "can(terraform_data.t[0].input)",
        "try(module.m[0].spot, false)",
        "can(module.m[0].spot)",
    ] {
        let repo = one_pool(&[("spot", spot)]);
        repo.write("gate.tf", gate);
        repo.write(
            "call.tf",
            "module \"m\" {\n  count  = var.unset ? 1 : 0\n  source = \"./m\"\n}\n",
        );
        repo.write("m/main.tf", "output \"spot\" {\n  value = true\n}\n");
        let told = repo.check(&[]).verdicts();
        assert!(
            told.starts_with("undecided") && told.contains("var.unset has no value"),
            "{spot}: {told}"
        );
        assert_eq!(
            repo.check(&["-var", "unset=true"]).verdicts(),
            SPOT,
            "{spot}"
        );
        assert_eq!(
            repo.check(&["-var", "unset=false"]).verdicts(),
            "clean",
            "{spot}"
        );
    }
}

#[test]
fn a_dynamic_block_in_error_proves_nothing() {
    for collection in ["null", "\"a\"", "var.nowhere"] {
        let block = format!(
            "dynamic \"etcd\" {{\n for_each = {collection}\n content {{\n snapshot_retention = 36\n }}\n }}"
        );
        let told = verdict(&[("spot", "false"), ("etcd_block", &block)]);
        assert!(
            told.contains("undecided retention-unset rancher2_cluster_v2.c: the for_each of dynamic etcd is in error"),
            "{collection}: {told}"
        );
        assert!(!told.contains("violated"), "{collection}: {told}");
    }
}

#[test]
fn json_writes_the_same_blocks() {
    let cluster = |etcd: &str| {
        let text = r#"{"resource": {
          "rancher2_machine_config_v2": {"m": {"generate_name": "m", "amazonec2_config": {"request_spot_instance": true}}},
          "rancher2_cluster_v2": {"c": {"name": "c", "kubernetes_version": "v1.34.6+k3s1", "rke_config": [{
            "machine_pools": [{"name": "p", "etcd_role": true, "machine_config": {
              "kind": "${rancher2_machine_config_v2.m.kind}",
              "name": "${rancher2_machine_config_v2.m.name}"
            }}],
            "etcd": ETCD
          }]}}
        }}"#;
        let repo = Repo::new();
        repo.write("main.tf.json", text.replace("ETCD", etcd));
        repo.check(&[]).verdicts()
    };
    assert_eq!(cluster(r#"{"snapshot_retention": 36}"#), SPOT);
    assert_eq!(cluster(r#"[{"snapshot_retention": "36"}]"#), SPOT);
    for none in ["[]", "null", "{}", r#"[{"snapshot_retention": null}]"#] {
        let both = format!("violated retention-unset rancher2_cluster_v2.c\n{SPOT}");
        let mut told: Vec<_> = cluster(none).lines().map(str::to_owned).collect();
        told.sort_by(|a, b| b.cmp(a));
        assert_eq!(told.join("\n"), both, "{none}");
    }
    assert!(cluster("3").contains("this is a block, not an argument"));
}
