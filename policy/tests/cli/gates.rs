//! Clusters that a boolean variable switches off by default.

use crate::support::Repo;

const GATED: &str = r#"
variable "on" {
  type    = bool
  default = false
}
variable "also" { default = false }
resource "rancher2_cluster_v2" "c" {
  count              = var.on ? 1 : 0
  name               = "c"
  kubernetes_version = "v1.34.2+k3s1"
  rke_config {
    machine_pools {
      name                         = "all"
      etcd_role                    = true
      control_plane_role           = true
      quantity                     = 3
      machine_config {
        kind = "Amazonec2Config"
        name = "x"
      }
    }
  }
}
"#;

fn told(repo: &Repo, args: &[&str]) -> (Vec<(String, String, String)>, i32) {
    let mut all = vec!["check", "--format", "json"];
    all.extend(args);
    let output = repo.run(&all);
    let json: serde_json::Value = serde_json::from_str(&output.stdout).expect("the report is JSON");
    let text = |it: &serde_json::Value| it.as_str().unwrap_or("-").to_owned();
    let findings = json["findings"].as_array().expect("findings are listed");
    let retention = findings.iter().filter(|it| it["rule"] == "retention-unset");
    let told = retention.map(|it| {
        (
            text(&it["severity"]),
            text(&it["when"]),
            text(&it["address"]),
        )
    });
    (told.collect(), i32::from(output.code))
}

#[test]
fn what_is_behind_a_gate_is_a_warning_that_says_when() {
    let repo = Repo::with(GATED);
    let address = "rancher2_cluster_v2.c[0]".to_owned();
    let warning = (
        "warning".to_owned(),
        "var.on = true".to_owned(),
        address.clone(),
    );
    assert_eq!(told(&repo, &[]), (vec![warning], 0));
    let error = ("error".to_owned(), "-".to_owned(), address);
    assert_eq!(told(&repo, &["-var", "on=true"]), (vec![error], 1));
    assert_eq!(told(&repo, &["-var", "on=false"]).0, []);
    let shown = repo.run(&["check"]);
    assert!(
        shown
            .stdout
            .contains("this is there only with var.on = true, which is not the default"),
        "{}",
        shown.stdout
    );
}

#[test]
fn gates_are_never_combined() {
    let both = GATED.replace("var.on ? 1 : 0", "var.on && var.also ? 1 : 0");
    let repo = Repo::with(&both);
    assert_eq!(told(&repo, &[]).0, []);
    assert_eq!(told(&repo, &["-var", "also=true"]).0.len(), 1);
}

#[test]
fn a_variable_that_no_root_declares_is_refused() {
    let repo = Repo::with(GATED);
    let output = repo.run(&["check", "-var", "onn=true"]);
    assert_eq!(output.code, 2);
    assert!(
        output.stderr.contains("did you mean \"on\"?"),
        "{}",
        output.stderr
    );
    // One of several roots is enough.
    repo.write("other/main.tf", "resource \"t\" \"a\" {}\n");
    repo.write("first/main.tf", GATED);
    assert_eq!(
        repo.run(&["check", "-var", "on=true", "first", "other"])
            .code,
        1
    );
}
