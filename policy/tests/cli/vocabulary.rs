//! What is read of Rancher's resources, by the schema: machine blocks, roles, quantities, links,
//! blocks of unknown length.

use crate::support::Repo;

pub(crate) const EC2: &str = r#"ami = "ami-0"
    region         = "us-east-1"
    zone           = "a"
    vpc_id         = "vpc-0"
    subnet_id      = "subnet-0"
    security_group = ["nodes"]"#;

/// A spot config `m`, and a cluster `c` with one pool of etcd members on it. `{...}` are filled in.
const ONE_POOL: &str = r#"
variable "unset" {}
resource "rancher2_machine_config_v2" "m" {
  {config_meta}
  generate_name = "m"
  {machine}
}
resource "rancher2_cluster_v2" "c" {
  {cluster_meta}
  name               = "c"
  kubernetes_version = "v1.34.6+k3s1"
  rke_config {
    {rke}
    machine_pools {
      name      = "p"
      etcd_role = {etcd}
      quantity  = {quantity}
      machine_config {
        {api}
        kind = {kind}
        name = {name}
      }
    }
    {etcd_block}
  }
}
"#;

const DEFAULTS: &[(&str, &str)] = &[
    ("config_meta", ""),
    (
        "machine",
        "amazonec2_config {\n    {ec2}\n    request_spot_instance = {spot}\n  }",
    ),
    ("ec2", EC2),
    ("spot", "true"),
    ("cluster_meta", ""),
    ("rke", ""),
    ("etcd", "true"),
    ("quantity", "3"),
    ("api", ""),
    ("kind", "rancher2_machine_config_v2.m.kind"),
    ("name", "rancher2_machine_config_v2.m.name"),
    (
        "etcd_block",
        "etcd {\n      snapshot_retention = {retention}\n    }",
    ),
    ("retention", "36"),
];

/// The one-pool cluster with some of it written otherwise.
pub(crate) fn one_pool(changes: &[(&str, &str)]) -> Repo {
    let mut hcl = ONE_POOL.to_owned();
    // In this order, since some defaults hold names that come after them.
    for (name, default) in DEFAULTS {
        let change = changes.iter().find(|(changed, _)| changed == name);
        hcl = hcl.replace(
            &format!("{{{name}}}"),
            change.map_or(default, |(_, text)| text),
        );
    }
    Repo::with(&hcl)
}

#[track_caller]
pub(crate) fn verdict(changes: &[(&str, &str)]) -> String {
    one_pool(changes).check(&[]).verdicts()
}

pub(crate) const SPOT: &str = "violated etcd-spot-only rancher2_cluster_v2.c";

#[test]
fn the_base_is_violated_and_its_flag_decides() {
    assert_eq!(verdict(&[]), SPOT);
    assert_eq!(verdict(&[("spot", "false")]), "clean");
    assert_eq!(verdict(&[("spot", "null")]), "clean");
}

#[test]
fn values_are_read_as_the_schema_converts_them() {
    assert_eq!(verdict(&[("spot", "\"true\"")]), SPOT);
    assert_eq!(verdict(&[("spot", "\"false\"")]), "clean");
    assert_eq!(
        verdict(&[("etcd", "\"true\""), ("quantity", "\"3\"")]),
        SPOT
    );
    assert_eq!(verdict(&[("quantity", "\"0\"")]), "clean");
    assert_eq!(
        verdict(&[("spot", "false"), ("retention", "\"36\"")]),
        "clean"
    );
    assert_eq!(
        verdict(&[("spot", "false"), ("retention", "\"0\"")]),
        "violated retention-unset rancher2_cluster_v2.c"
    );
}

#[test]
fn what_cannot_be_converted_is_an_error_of_the_configuration() {
    for change in [
        ("spot", "\"yes\""),
        ("etcd", "[true]"),
        ("quantity", "\"three\""),
        ("quantity", "1.5"),
        ("retention", "\"\""),
    ] {
        let checked = one_pool(&[change]).check(&[]);
        assert_eq!(checked.output.code, 3, "{change:?}: {}", checked.verdicts());
    }
    let checked = one_pool(&[("quantity", "\"three\"")]).check(&[]);
    insta::assert_snapshot!(checked.output.stderr);
    insta::assert_snapshot!(checked.output.stdout);
}

#[test]
fn other_rules_still_speak_when_one_value_cannot_be_read() {
    let checked = one_pool(&[("retention", "\"many\"")]).check(&[]);
    assert!(
        checked.verdicts().starts_with(SPOT),
        "{}",
        checked.verdicts()
    );
    assert_eq!(checked.output.code, 3, "3 wins over 1");
}

#[test]
fn googles_flag_has_the_schemas_spelling() {
    let google = |flag: &str| {
        let machine = format!(
            "google_config {{\n disk_size = \"50\"\n disk_type = \"pd-ssd\"\n machine_image = \"i\"\n \
             machine_type = \"n2\"\n network = \"n\"\n project = \"p\"\n zone = \"z\"\n {flag}\n}}"
        );
        verdict(&[("machine", &machine)])
    };
    assert_eq!(google("preemptable = true"), SPOT);
    assert_eq!(google("preemptable = false"), "clean");
    assert_eq!(google(""), "clean");
}

#[test]
fn blocks_without_a_flag_are_on_demand() {
    for block in [
        "azure",
        "digitalocean",
        "harvester",
        "linode",
        "openstack",
        "vsphere",
        "nutanix",
    ] {
        let machine = format!("{block}_config {{\n}}");
        assert_eq!(verdict(&[("machine", &machine)]), "clean", "{block}");
    }
}

#[test]
fn what_the_schema_does_not_know_is_undecided() {
    let cases = [
        verdict(&[("machine", "hetzner_config {\n  server_type = \"cx22\"\n}")]),
        verdict(&[("machine", "")]),
        verdict(&[("kind", "\"HetznerConfig\"")]),
        verdict(&[(
            "api",
            "api_version = \"infrastructure.cluster.x-k8s.io/v1beta2\"",
        )]),
        verdict(&[("api", "api_version = var.unset")]),
        verdict(&[("name", "\"nc-c-p-x7k2v\"")]),
        verdict(&[("name", "var.unset")]),
        verdict(&[("name", "rancher2_machine_config_v2.gone[0].name")]),
        verdict(&[
            ("config_meta", "count = 0"),
            ("kind", "\"Amazonec2Config\""),
            ("name", "one(rancher2_machine_config_v2.m[*].name)"),
        ]),
        verdict(&[("spot", "var.unset")]),
        verdict(&[("etcd", "var.unset")]),
        verdict(&[("quantity", "var.unset")]),
    ];
    insta::assert_snapshot!(cases.join("\n\n"));
}

#[test]
fn ranchers_own_api_version_and_kind_may_be_written_out() {
    let written = [
        ("api", "api_version = \"rke-machine-config.cattle.io/v1\""),
        ("kind", "\"Amazonec2Config\""),
    ];
    assert_eq!(verdict(&written), SPOT);
    assert_eq!(verdict(&[("api", "api_version = \"\"")]), SPOT);
}

#[test]
fn a_name_may_be_read_by_key() {
    for name in [
        "rancher2_machine_config_v2.m[\"name\"]",
        "[for key in [\"name\"] : rancher2_machine_config_v2.m[key]][0]",
    ] {
        assert_eq!(verdict(&[("name", name)]), SPOT, "{name}");
    }
}

#[test]
fn an_empty_text_is_passed_over_for_the_name_of_a_config() {
    let name = "coalesce(\"\", rancher2_machine_config_v2.m.name)";
    assert_eq!(verdict(&[("name", name)]), SPOT);
}

#[test]
fn pools_without_machines_and_other_roles_do_not_count() {
    assert_eq!(verdict(&[("quantity", "0")]), "clean");
    assert_eq!(verdict(&[("etcd", "false")]), "clean");
    assert_eq!(verdict(&[("etcd", "null")]), "clean");
    assert_eq!(
        verdict(&[("quantity", "null")]),
        SPOT,
        "the provider's default is 1"
    );
}

#[test]
fn a_resource_that_is_switched_off_is_not_there() {
    let off = [("cluster_meta", "count = 0")];
    assert_eq!(verdict(&off), "clean");
}

#[test]
fn a_cluster_of_unknown_count_is_undecided() {
    let repo = one_pool(&[("cluster_meta", "count = var.unset"), ("retention", "0")]);
    insta::assert_snapshot!(repo.check(&[]).verdicts(), @"
    undecided etcd-spot-only rancher2_cluster_v2.c: var.unset has no value
    undecided retention-unset rancher2_cluster_v2.c: var.unset has no value
    ");
}

#[test]
fn machine_configs_of_unknown_count_are_spot_if_all_would_be() {
    let each = [
        ("config_meta", "for_each = toset(var.unset)"),
        ("name", "rancher2_machine_config_v2.m[\"a\"].name"),
    ];
    assert_eq!(verdict(&each), SPOT);
}

#[test]
fn an_imported_cluster_is_left_alone() {
    let imported = r#"
resource "rancher2_cluster_v2" "c" {
  name               = "c"
  kubernetes_version = "v1.34.6+k3s1"
}
"#;
    assert_eq!(Repo::with(imported).check(&[]).verdicts(), "clean");
}

#[test]
fn a_custom_cluster_needs_retention_and_is_undecided_on_spot() {
    let custom = r#"
resource "rancher2_cluster_v2" "c" {
  name               = "c"
  kubernetes_version = "v1.34.6+k3s1"
  rke_config {
    machine_global_config = <<-EOT
      etcd-snapshot-retention: 30
    EOT
  }
}
"#;
    let repo = Repo::with(custom);
    insta::assert_snapshot!(repo.check(&[]).verdicts(), @"
    violated retention-unset rancher2_cluster_v2.c
    undecided etcd-spot-only rancher2_cluster_v2.c: no pool is written here: machines join by a registration command that is run elsewhere
    ");
    insta::assert_snapshot!(repo.run(&["check"]).stdout);
}

#[test]
fn one_pool_on_demand_is_enough() {
    let second = r#"
    machine_pools {
      name      = "q"
      etcd_role = true
      machine_config {
        kind = rancher2_machine_config_v2.od.kind
        name = rancher2_machine_config_v2.od.name
      }
    }"#;
    let repo = one_pool(&[("rke", second)]);
    let main = std::fs::read_to_string(repo.path().join("main.tf")).expect("it was written");
    let config = format!(
        "resource \"rancher2_machine_config_v2\" \"od\" {{\n  generate_name = \"od\"\n  \
         amazonec2_config {{\n    {EC2}\n  }}\n}}\n"
    );
    repo.write("main.tf", main.clone() + &config);
    assert_eq!(repo.check(&[]).verdicts(), "clean");
    repo.write(
        "main.tf",
        (main + &config).replacen("\"q\"", "\"q\"\n quantity = 0", 1),
    );
    assert_eq!(repo.check(&[]).verdicts(), SPOT);
}

#[test]
fn pools_of_unknown_number_are_undecided() {
    let pools = r#"
variable "pools" {
  type = map(object({ etcd = bool, size = number }))
}
resource "rancher2_machine_config_v2" "m" {
  for_each      = var.pools
  generate_name = each.key
  amazonec2_config {
    {ec2}
    request_spot_instance = true
  }
}
resource "rancher2_cluster_v2" "c" {
  name               = "c"
  kubernetes_version = "v1.34.6+k3s1"
  rke_config {
    dynamic "machine_pools" {
      for_each = var.pools
      content {
        name      = machine_pools.key
        etcd_role = machine_pools.value.etcd
        quantity  = machine_pools.value.size
        machine_config {
          kind = rancher2_machine_config_v2.m[machine_pools.key].kind
          name = rancher2_machine_config_v2.m[machine_pools.key].name
        }
      }
    }
    etcd {
      snapshot_retention = 36
    }
  }
}
"#;
    let repo = Repo::with(&pools.replace("{ec2}", EC2));
    insta::assert_snapshot!(repo.check(&[]).verdicts(), @"undecided etcd-spot-only rancher2_cluster_v2.c: var.pools has no value");
    let value = "pools={cp={etcd=true,size=3},wk={etcd=false,size=2}}";
    assert_eq!(repo.check(&["-var", value]).verdicts(), SPOT);
    let empty = repo.check(&["-var", "pools={}"]).verdicts();
    assert!(
        empty.starts_with("undecided etcd-spot-only"),
        "no pool: a custom cluster\n{empty}"
    );
}

/// Two configs, one chosen by a condition that nobody can tell.
fn either(a: &str, b: &str) -> String {
    let second = format!(
        "resource \"rancher2_machine_config_v2\" \"n\" {{\n  generate_name = \"n\"\n  \
         amazonec2_config {{\n    {EC2}\n    request_spot_instance = {b}\n  }}\n}}\n"
    );
    let name = "var.unset ? rancher2_machine_config_v2.m.name : rancher2_machine_config_v2.n.name";
    let repo = one_pool(&[("spot", a), ("name", name)]);
    let main = std::fs::read_to_string(repo.path().join("main.tf")).expect("it was written");
    repo.write("main.tf", main + &second);
    repo.check(&[]).verdicts()
}

#[test]
fn of_several_candidates_all_must_agree() {
    assert_eq!(either("true", "true"), SPOT);
    assert_eq!(either("false", "false"), "clean");
    insta::assert_snapshot!(either("true", "false"), @"undecided etcd-spot-only rancher2_cluster_v2.c: var.unset has no value");
}

#[test]
fn a_name_that_may_be_no_reference_is_undecided() {
    let name = "var.unset ? rancher2_machine_config_v2.m.name : \"nc-existing\"";
    insta::assert_snapshot!(verdict(&[("name", name)]), @"undecided etcd-spot-only rancher2_cluster_v2.c: var.unset has no value");
}

#[test]
fn a_dynamic_machine_block_is_known_if_its_condition_is() {
    let dynamic = |condition: &str| {
        let machine = format!(
            "dynamic \"amazonec2_config\" {{\n    for_each = {condition} ? [1] : []\n    content {{\n      \
             {EC2}\n      request_spot_instance = true\n    }}\n  }}\n  \
             dynamic \"vsphere_config\" {{\n    for_each = {condition} ? [] : [1]\n    content {{\n    }}\n  }}"
        );
        verdict(&[("machine", &machine)])
    };
    assert_eq!(dynamic("true"), SPOT);
    assert_eq!(dynamic("false"), "clean");
    insta::assert_snapshot!(dynamic("var.unset"), @"undecided etcd-spot-only rancher2_cluster_v2.c: var.unset has no value");
}

#[test]
fn blocks_that_stand_twice_or_as_arguments_are_errors_of_the_configuration() {
    let twice = "etcd {\n snapshot_retention = 3\n }\n etcd {\n snapshot_retention = 4\n }";
    let cases = [
        verdict(&[("spot", "false"), ("etcd_block", twice)]),
        verdict(&[
            ("spot", "false"),
            ("etcd_block", "etcd = { snapshot_retention = 3 }"),
        ]),
        verdict(&[("spot", "false"), ("rke", "machine_pools = []")]),
    ];
    insta::assert_snapshot!(cases.join("\n\n"), @"
    undecided retention-unset rancher2_cluster_v2.c: rke_config.etcd cannot be read
    error rancher2_cluster_v2.c: rke_config.etcd: the provider takes this block once

    undecided retention-unset rancher2_cluster_v2.c: rke_config.etcd cannot be read
    error rancher2_cluster_v2.c: rke_config.etcd: this is a block, not an argument

    error rancher2_cluster_v2.c: rke_config.machine_pools: this is a block, not an argument
    ");
}

#[test]
fn a_config_is_found_by_whatever_expression_names_it() {
    let kind = ("kind", "\"Amazonec2Config\"");
    let m = "rancher2_machine_config_v2.m";
    for (meta, name) in [
        ("", "{m}.name"),
        ("", "\"${{m}.name}\""),
        ("", "lower(trimspace({m}.name))"),
        ("", "split(\"/\", {m}.id)[1]"),
        ("", "coalesce(null, {m}.name)"),
        ("", "try({m}.name, \"none\")"),
        ("", "{ a = {m}.name }[\"a\"]"),
        ("", "lookup({ a = {m}.name }, \"a\", \"none\")"),
        ("", "[for c in [{m}] : c.name][0]"),
        ("count = 1", "{m}[0].name"),
        ("count = 1", "one({m}[*].name)"),
        ("count = 2", "element({m}[*].name, 3)"),
        ("count = 2", "{m}[length({m}) - 1].name"),
        ("for_each = { a = 1, b = 2 }", "{m}[\"a\"].name"),
        ("for_each = { a = 1, b = 2 }", "values({m})[0].name"),
        (
            "for_each = { a = 1, b = 2 }",
            "{ for k, c in {m} : k => c.name }[\"b\"]",
        ),
        (
            "for_each = { a = 1, b = 2 }",
            "merge({ for k, c in {m} : k => c }, {})[\"b\"].name",
        ),
        ("for_each = { a = 1, b = 2 }", "{m}[var.unset].name"),
        (
            "for_each = { a = 1, b = 2 }",
            "zipmap(keys({m}), values({m})[*].name)[\"a\"]",
        ),
    ] {
        let changes = [
            kind,
            ("config_meta", meta),
            ("name", &name.replace("{m}", m)),
        ];
        assert_eq!(verdict(&changes), SPOT, "{name}");
        let clean = [&changes[..], &[("spot", "false")]].concat();
        assert_eq!(verdict(&clean), "clean", "{name}");
    }
}

#[test]
fn several_causes_are_one_note_for_people_and_one_entry_each_in_json() {
    let second = r#"
    machine_pools {
      name      = "q"
      etcd_role = true
      machine_config {
        kind = "Amazonec2Config"
        name = "nc-c-q-x7k2v"
      }
    }"#;
    let repo = one_pool(&[("rke", second), ("spot", "var.unset")]);
    insta::assert_snapshot!(repo.run(&["check"]).stdout);
    insta::assert_snapshot!(repo.check(&[]).verdicts(), @r"
    undecided etcd-spot-only rancher2_cluster_v2.c: var.unset has no value
    undecided etcd-spot-only rancher2_cluster_v2.c: machine_config.name is plain text, no reference to a rancher2_machine_config_v2
    ");
}
