//! Made-up plans at hand: what they tell of a configuration that cannot be told alone, and what
//! becomes of one that is not the one that was planned.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value as Json, json};
use terraform_config::plan::{Plan, PlanRequest, SourceModule, Sources, evaluate_plan};
use terraform_config::schema::Schemas;
use terraform_config::{Cache, Evaluated, Inputs, ProblemKind};

fn inputs() -> Inputs {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans/schemas.json");
    let text = fs::read_to_string(path).expect("schemas are readable");
    let mut schemas = Schemas::default();
    schemas.add(&text).expect("schemas are of the right shape");
    Inputs {
        schemas: Arc::new(schemas),
        ..Inputs::default()
    }
}

/// A change that makes an instance.
fn create(address: &str, after: Json, unknown: Json) -> Json {
    let end = address.rsplit("module.").next().unwrap_or(address);
    let end = if address.starts_with("module.") {
        end.split_once('.').map_or(end, |it| it.1)
    } else {
        end
    };
    let mut parts = end.split(['.', '[']);
    json!({
        "address": address, "mode": "managed", "type": parts.next(), "name": parts.next(),
        "provider_name": "registry.terraform.io/rancher/rancher2",
        "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown,
                   "before_sensitive": false, "after_sensitive": {}}
    })
}

fn document(changes: &[Json]) -> Json {
    json!({
        "format_version": "1.2", "terraform_version": "1.15.9", "complete": true,
        "resource_changes": changes,
    })
}

fn read(document: &Json, inputs: &Inputs) -> Plan {
    Plan::from_bytes(document.to_string().as_bytes(), &inputs.schemas).expect("it is a plan")
}

/// With a configuration that the plan carries.
fn carried(files: &[(&str, &str)], document: &Json) -> Evaluated {
    carried_beside(files, None, document)
}

/// The same, and the directory that the user names.
fn carried_beside(files: &[(&str, &str)], source: Option<&Path>, document: &Json) -> Evaluated {
    let inputs = inputs();
    let files = files.iter();
    let module = SourceModule {
        key: "".into(),
        directory: ".".into(),
        files: files
            .map(|(name, text)| ((*name).into(), text.as_bytes().into()))
            .collect(),
    };
    let mut plan = read(document, &inputs);
    plan.sources = Some(Sources {
        modules: vec![module],
    });
    let request = PlanRequest {
        path: "p.tfplan".into(),
        source: source.map(Path::to_owned),
    };
    evaluate_plan(&Arc::new(plan), &request, &inputs, &Cache::default())
}

/// With a configuration on disk.
fn beside(files: &[(&str, &str)], document: &Json) -> (Evaluated, PathBuf) {
    let inputs = inputs();
    let directory = support::tree(files);
    let request = PlanRequest {
        path: "plan.json".into(),
        source: Some(directory.path().to_owned()),
    };
    let plan = Arc::new(read(document, &inputs));
    let evaluated = evaluate_plan(&plan, &request, &inputs, &Cache::default());
    (evaluated, directory.path().to_owned())
}

fn shown(evaluated: &Evaluated, base: &Path) -> String {
    let instances = evaluated.instances.iter();
    let instances: String = instances.map(|it| support::instance(it, base)).collect();
    let problems = evaluated.problems.iter();
    let problems = problems.map(|it| format!("{:?}: {}\n", it.kind, it.message));
    let all = instances + &problems.collect::<String>();
    all.replace(&*base.to_string_lossy(), "$DIR")
}

fn pool(name: &str, etcd: bool, quantity: u64) -> Json {
    json!({"name": name, "etcd_role": etcd, "quantity": quantity, "labels": null})
}

#[test]
fn two_unknown_dynamic_blocks_are_told_apart_by_what_they_write() {
    let main = r#"
locals {
  pools = yamldecode(file("${path.module}/pools.yaml"))
}
resource "rancher2_machine_config_v2" "m" {
  for_each      = local.pools.machines
  generate_name = each.value.prefix
}
resource "rancher2_cluster_v2" "c" {
  name = local.pools.name
  rke_config {
    dynamic "machine_pools" {
      for_each = local.pools.servers
      content {
        name      = machine_pools.value.name
        etcd_role = true
        quantity  = machine_pools.value.size
        machine_config {
          name = rancher2_machine_config_v2.m[machine_pools.value.name].name
        }
      }
    }
    dynamic "machine_pools" {
      for_each = local.pools.agents
      iterator = it
      content {
        name      = "agent-${it.key}"
        etcd_role = false
        quantity  = it.value
        machine_config {
          name = rancher2_machine_config_v2.m["agent"].name
        }
      }
    }
  }
}
"#;
    let unknown = json!({"rke_config": [{"machine_pools": [
        {"machine_config": [{"name": true}]}, {"machine_config": [{"name": true}]},
    ]}]});
    let with_machine = |mut pool: Json| {
        pool["machine_config"] = json!([{"kind": null}]);
        pool
    };
    let after = json!({"name": "c", "rke_config": [{"machine_pools": [
        with_machine(pool("server", true, 3)), with_machine(pool("agent-0", false, 2)),
    ]}]});
    let machine = |key: &str| {
        let address = format!("rancher2_machine_config_v2.m[\"{key}\"]");
        create(
            &address,
            json!({"generate_name": format!("{key}-")}),
            json!({"name": true}),
        )
    };
    let changes = [
        machine("agent"),
        machine("server"),
        create("rancher2_cluster_v2.c", after, unknown),
    ];
    insta::assert_snapshot!(shown(
        &carried(&[("main.tf", main)], &document(&changes)),
        Path::new("p.tfplan")
    ));
}

const CLUSTER: &str = r#"
resource "rancher2_cluster_v2" "c" {
  name = "c"
  rke_config {
    machine_pools {
      name     = "a"
      quantity = 1
    }
    etcd {
      snapshot_retention = 5
    }
  }
}
"#;

fn cluster(pools: &[Json], retention: u64) -> Json {
    let etcd = json!([{"snapshot_retention": retention}]);
    let after = json!({"name": "c", "rke_config": [{"machine_pools": pools, "etcd": etcd}]});
    create("rancher2_cluster_v2.c", after, json!({}))
}

#[test]
fn a_directory_that_is_not_what_was_planned_is_told_and_the_plan_counts() {
    let same = document(&[cluster(&[pool("a", false, 1)], 5)]);
    let other = document(&[cluster(&[pool("a", false, 1)], 30)]);
    let more = document(&[cluster(&[pool("a", false, 1), pool("b", true, 3)], 5)]);
    let another = document(&[
        cluster(&[pool("a", false, 1)], 5),
        create(
            "rancher2_cluster_v2.d",
            json!({"name": "d"}),
            json!({"id": true}),
        ),
    ]);
    let none = document(&[]);
    let files = [("main.tf", CLUSTER)];
    let shown = |document: &Json| {
        let (evaluated, base) = beside(&files, document);
        assert!(
            evaluated
                .problems
                .iter()
                .all(|it| it.kind == ProblemKind::Note)
        );
        // Places of one that is nowhere in the directory are the plan's.
        let places = evaluated
            .instances
            .iter()
            .map(|it| it.header.file.has_lines());
        let places: Vec<bool> = places.collect();
        format!("{places:?}\n{}", self::shown(&evaluated, &base))
    };
    let all = [&same, &other, &more, &another, &none]
        .map(shown)
        .join("---\n");
    insta::assert_snapshot!(all);
}

#[test]
fn what_is_ignored_may_differ() {
    let ignoring = CLUSTER.replace(
        "name = \"c\"",
        "name = \"c\"\n  lifecycle {\n    ignore_changes = [rke_config]\n  }",
    );
    let document = document(&[cluster(&[pool("a", false, 1)], 30)]);
    let (evaluated, base) = beside(&[("main.tf", &ignoring)], &document);
    assert_eq!(evaluated.problems, vec![]);
    assert!(shown(&evaluated, &base).contains("snapshot_retention = 30"));
}

#[test]
fn keys_of_what_is_counted_by_what_is_not_at_hand_are_the_plans() {
    let main = r#"
locals {
  all = jsondecode(file("all.json"))
}
resource "terraform_data" "counted" {
  count = local.all.count
  input = count.index
}
resource "terraform_data" "each" {
  for_each = toset(local.all.names)
  input    = each.value
}
resource "terraform_data" "none" {
  for_each = local.all.nothing
  input    = each.value
}
resource "terraform_data" "last" {
  input = terraform_data.counted[1].output
}
output "names" {
  value = [for it in terraform_data.each : it.input]
}
"#;
    let data = |name: &str, input: Json| {
        let address = format!("terraform_data.{name}");
        create(
            &address,
            json!({"input": input}),
            json!({"id": true, "output": true}),
        )
    };
    let changes = [
        data("counted[0]", json!(0)),
        data("counted[1]", json!(1)),
        data("each[\"a\"]", json!("a")),
        data("each[\"b\"]", json!("b")),
        create(
            "terraform_data.last",
            json!({}),
            json!({"id": true, "input": true, "output": true}),
        ),
    ];
    let evaluated = carried(&[("main.tf", main)], &document(&changes));
    insta::assert_snapshot!(shown(&evaluated, Path::new("p.tfplan")), @r#"
    terraform_data.counted[0] at main.tf:5:1
      input = 0
    terraform_data.counted[1] at main.tf:5:1
      input = 1
    terraform_data.each["a"] at main.tf:9:1
      input = "a"
    terraform_data.each["b"] at main.tf:9:1
      input = "b"
    terraform_data.last at main.tf:17:1
      input = ?dynamic(terraform_data.counted[1].output is known after apply) @terraform_data.counted[1].output
    "#);
    let names = evaluated.outputs.iter();
    let names: Vec<String> = names.map(|(_, it)| support::value(&it.value)).collect();
    insta::assert_snapshot!(names.join("\n"), @r#"["a" @terraform_data.each["a"].input, "b" @terraform_data.each["b"].input]"#);
}

#[test]
fn nothing_is_read_from_disk_for_what_a_plan_carries() {
    let main = r#"
resource "terraform_data" "a" {
  input = {
    hosts  = file("/etc/hosts")
    exists = fileexists("Cargo.toml")
    set    = fileset(".", "*.toml")
    here   = abspath(".")
    own    = length(file("main.tf")) > 0
    cwd    = path.cwd
  }
}
"#;
    let change = create("terraform_data.a", json!({}), json!({"input": true}));
    let evaluated = carried(&[("main.tf", main)], &document(&[change]));
    insta::assert_snapshot!(shown(&evaluated, Path::new("p.tfplan")), @r#"
    terraform_data.a at main.tf:2:1
      input = {cwd = ?string(the directory of a plan is not in it), exists = ?bool("Cargo.toml" is not in the plan: --source DIR says where it is), here = ?string(the directory of a plan is not in it), hosts = ?string("/etc/hosts" is not in the plan: --source DIR says where it is), own = true, set = ?set of string("." is not in the plan: --source DIR says where it is)}
    "#);
}

#[test]
fn data_that_a_plan_does_not_carry_are_read_where_the_user_says() {
    let main = r#"
resource "terraform_data" "a" {
  input = {
    there   = file("pools.json")
    gone    = file("gone.json")
    outside = file("/etc/hosts")
    exists  = fileexists("pools.json")
    set     = fileset(".", "*.json")
    own     = length(file("main.tf")) > 0
  }
}
"#;
    let change = create("terraform_data.a", json!({}), json!({"input": true}));
    // What lies there and was not planned is not the configuration.
    let other = "resource \"terraform_data\" \"b\" {}\n";
    let directory = support::tree(&[("pools.json", "[1]"), ("main.tf", other)]);
    let base = directory.path();
    let plan = document(&[change]);
    let evaluated = carried_beside(&[("main.tf", main)], Some(base), &plan);
    insta::assert_snapshot!(shown(&evaluated, base), @r#"
    terraform_data.a at main.tf:2:1
      input = {exists = true, gone = ?string("gone.json" is neither in the plan nor where --source says), outside = ?string("/etc/hosts" lies outside the repository, where no file is read), own = true, set = set["pools.json"], there = "[1]"}
    "#);
}

/// Text alone may have been a number before: `"3"` is as well made of 3.
#[test]
fn text_around_an_iterator_tells_what_it_was() {
    let main = r#"
locals {
  pools = yamldecode(file("pools.yaml"))
}
resource "rancher2_cluster_v2" "c" {
  rke_config {
    dynamic "machine_pools" {
      for_each = local.pools
      content {
        name = "${machine_pools.key}-pool"
        machine_config {
          name = "is ${machine_pools.value.zone}, and ${machine_pools.key}"
          kind = "of ${machine_pools.value.size}"
        }
        cloud_credential_secret_name = "in ${machine_pools.value.zone}"
        machine_os                   = "${machine_pools.value.size}x"
      }
    }
  }
}
"#;
    let pool = |key: &str, zone: &str| {
        json!({"name": format!("{key}-pool"), "cloud_credential_secret_name": format!("in {zone}"),
               "machine_os": "3x", "machine_config": [{}]})
    };
    let pools = [pool("1", "a"), pool("b", "7")];
    let unknown = json!({"machine_config": [{"name": true, "kind": true}]});
    let change = create(
        "rancher2_cluster_v2.c",
        json!({"rke_config": [{"machine_pools": pools}]}),
        json!({"rke_config": [{"machine_pools": [unknown, unknown]}]}),
    );
    let evaluated = carried(&[("main.tf", main)], &document(&[change]));
    insta::assert_snapshot!(shown(&evaluated, Path::new("p.tfplan")), @r#"
    rancher2_cluster_v2.c at main.tf:5:1
      rke_config
        machine_pools
          cloud_credential_secret_name = "in a"
          machine_os = "3x"
          name = "1-pool"
          machine_config
            kind = ?string(local.pools <- "pools.yaml" is not in the plan: --source DIR says where it is)
            name = "is a, and 1"
        machine_pools
          cloud_credential_secret_name = "in 7"
          machine_os = "3x"
          name = "b-pool"
          machine_config
            kind = ?string(local.pools <- "pools.yaml" is not in the plan: --source DIR says where it is)
            name = ?string(local.pools <- "pools.yaml" is not in the plan: --source DIR says where it is)
    "#);
}

#[test]
fn what_no_change_names_stays_as_it_is() {
    let prior = json!({"values": {"root_module": {"resources": [{
        "address": "rancher2_cluster_v2.c", "mode": "managed", "type": "rancher2_cluster_v2", "name": "c",
        "provider_name": "registry.terraform.io/rancher/rancher2",
        "values": {"name": "c", "rke_config": [{"machine_pools": [pool("a", false, 1)], "etcd": [{"snapshot_retention": 7}]}]},
    }]}}});
    let mut document = document(&[]);
    document["prior_state"] = prior;
    let (evaluated, base) = beside(&[("main.tf", CLUSTER)], &document);
    assert_eq!(evaluated.problems, vec![]);
    assert!(shown(&evaluated, &base).contains("snapshot_retention = 7"));
}

#[test]
fn a_partial_plan_says_so() {
    for (key, value) in [("complete", false), ("errored", true)] {
        let mut document = document(&[cluster(&[pool("a", false, 1)], 5)]);
        document[key] = json!(value);
        let evaluated = carried(&[("main.tf", CLUSTER)], &document);
        let [problem] = evaluated.problems.as_slice() else {
            panic!("{:?}", evaluated.problems);
        };
        assert_eq!(problem.kind, ProblemKind::Analysis);
        assert!(problem.message.starts_with("p.tfplan is a partial plan"));
        assert_eq!(evaluated.instances.len(), 1);
    }
}
