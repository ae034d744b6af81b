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
    // One of several roots is enough, and what others say is said once.
    repo.write("other/main.tf", "resource \"t\" \"a\" {}\n");
    repo.write("third/main.tf", "resource \"t\" \"a\" {}\n");
    repo.write("first/main.tf", GATED);
    let output = repo.run(&["check", "-var", "on=true", "first", "other", "third"]);
    assert_eq!(output.code, 1);
    assert_eq!(
        output.stderr,
        "note: -var on: no variable of that name is declared in 2 of 3 root modules\n\n"
    );
    let output = repo.run(&["check", "-var", "x=true", "other", "third"]);
    assert_eq!(output.code, 2);
    assert_eq!(
        output.stderr,
        "error: -var x: no variable of that name is declared in any of 2 root modules\n\n"
    );
}

#[test]
fn what_one_root_switches_on_is_an_error_beside_what_another_leaves_off() {
    let repo = Repo::new();
    repo.write("modules/cluster/main.tf", GATED);
    let root = |on: &str| {
        format!(
            "variable \"on\" {{\n  type    = bool\n  default = {on}\n}}\nmodule \"c\" {{\n  source = \"../../modules/cluster\"\n  on     = var.on\n}}\n"
        )
    };
    // The one that leaves it off comes first, and stays so.
    repo.write("live/a/main.tf", root("false"));
    repo.write("live/b/main.tf", root("true"));
    let address = "module.c.rancher2_cluster_v2.c[0]".to_owned();
    let error = ("error".to_owned(), "-".to_owned(), address.clone());
    let warning = ("warning".to_owned(), "var.on = true".to_owned(), address);
    assert_eq!(told(&repo, &[]), (vec![error, warning], 1));
}
