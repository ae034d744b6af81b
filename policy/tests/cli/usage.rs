//! Bad input, flags, formats, exit codes.

use serde_json::{Value, json};

use crate::support::Repo;

const RETENTION_UNSET: &str = r#"
resource "rancher2_machine_config_v2" "m" {
  generate_name = "m"
  azure_config {
  }
}
resource "rancher2_cluster_v2" "c" {
  name               = "c"
  kubernetes_version = "v1.34.6+k3s1"
  rke_config {
    machine_pools {
      name      = "p"
      etcd_role = true
      machine_config {
        kind = rancher2_machine_config_v2.m.kind
        name = rancher2_machine_config_v2.m.name
      }
    }
    etcd {
      snapshot_retention = var.keep
    }
  }
}
variable "keep" {
  type    = number
  default = 0
}
"#;

/// The code, and what both streams say.
fn told(repo: &Repo, args: &[&str]) -> (u8, String) {
    let output = repo.run(args);
    (
        output.code,
        format!("{}---\n{}", output.stderr, output.stdout),
    )
}

#[test]
fn a_missing_path_is_wrong_usage() {
    let repo = Repo::with("");
    let (code, text) = told(&repo, &["check", "nowhere"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(text, @"
    error: nowhere does not exist

    ---
    nothing was checked
    ");
}

#[test]
fn a_missing_path_does_not_stop_the_others_and_wins_over_3_and_1() {
    let repo = Repo::with(RETENTION_UNSET);
    repo.write("broken/main.tf", "resource {{{");
    let checked = repo.check(&["nowhere", "broken", "main.tf"]);
    assert_eq!(checked.output.code, 2);
    assert!(
        checked.verdicts().contains("violated retention-unset"),
        "{}",
        checked.verdicts()
    );
    let errors = checked.verdicts();
    assert!(
        errors.contains("error nowhere does not exist") && errors.matches("error ").count() > 1,
        "{errors}"
    );
}

#[test]
fn an_empty_directory_is_not_analysed() {
    let repo = Repo::new();
    let (code, text) = told(&repo, &["check"]);
    assert_eq!(code, 3);
    insta::assert_snapshot!(text, @"
    error: there is no Terraform file in or under .

    ---
    nothing was checked
    ");
}

#[test]
fn a_file_that_is_not_utf_8_is_not_analysed() {
    let repo = Repo::new();
    repo.write("main.tf", b"locals {\n  a = \"\xff\xfe\"\n}\n");
    let (code, text) = told(&repo, &["check"]);
    assert_eq!(code, 3);
    insta::assert_snapshot!(text, @"
    error: main.tf is not UTF-8: see line 2

    ---
    no cluster found in 1 root module; not all of it could be read, see above
    ");
}

#[cfg(unix)]
#[test]
fn a_dangling_link_is_not_analysed() {
    let repo = Repo::with(RETENTION_UNSET);
    std::os::unix::fs::symlink("gone.tf", repo.path().join("link.tf")).unwrap();
    let checked = repo.check(&[]);
    assert_eq!(checked.output.code, 3);
    assert!(
        checked.verdicts().contains("violated retention-unset"),
        "{}",
        checked.verdicts()
    );
    insta::assert_snapshot!(checked.output.stderr, @"error: link.tf is a link to a file that does not exist");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_not_analysed() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::new();
    let file = repo.write("main.tf", RETENTION_UNSET);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&file).is_ok() {
        return; // Root reads everything.
    }
    assert_eq!(told(&repo, &["check"]).0, 3);
}

#[test]
fn malformed_hcl_is_not_analysed_and_the_rest_still_is() {
    let repo = Repo::with(RETENTION_UNSET);
    repo.write("other/main.tf", "resource \"a\" \"b\" {\n  x = [1,\n}\n");
    let checked = repo.check(&[]);
    assert_eq!(checked.output.code, 3);
    assert!(
        checked.verdicts().contains("violated retention-unset"),
        "{}",
        checked.verdicts()
    );
    let error = &checked.json["errors"][0];
    assert_eq!(error["file"], "other/main.tf");
    assert!(error["line"].as_u64().unwrap() >= 2, "{error}");
    insta::assert_snapshot!(checked.output.stderr);
}

#[test]
fn an_unknown_flag_or_command_is_wrong_usage() {
    let repo = Repo::with(RETENTION_UNSET);
    for args in [
        &["check", "--frobnicate"][..],
        &["frobnicate"],
        &[],
        &["check", "--format", "xml"],
        &["check", "--fail-on", "never"],
        &["check", "--output", "report.json"],
        &["check", "-var", "keep"],
        &["explain"],
        &["explain", "no-such-rule"],
    ] {
        let output = repo.run(args);
        assert_eq!(output.code, 2, "{args:?}");
        assert!(!output.stderr.is_empty(), "{args:?}");
        assert_eq!(output.stdout, "", "{args:?}");
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let repo = Repo::new();
    for args in [&["--help"][..], &["--version"], &["check", "--help"]] {
        let output = repo.run(args);
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{args:?}");
        assert!(output.stdout.contains("holdfast"), "{args:?}");
    }
}

#[test]
fn json_that_is_no_plan_means_its_directory() {
    let repo = Repo::with(RETENTION_UNSET);
    repo.write("iam-policy.json", "{\"Version\":\"2012-10-17\"}");
    repo.write("broken.json", "{");
    for file in ["iam-policy.json", "broken.json"] {
        assert_eq!(repo.run(&["check", file]).code, 1, "{file}");
    }
}

#[test]
fn secrets_in_sources_and_sensitive_values_are_not_shown() {
    let repo = Repo::with(concat!(
        "module \"a\" {\n  source = \"git::https://me:hush1@example.com/a.git?ref=v1\"\n}\n",
        "module \"b\" {\n  source = \"git::ssh://git@example.com/b.git?sshkey=hush2\"\n}\n",
        "variable \"c\" {\n  type      = number\n  sensitive = true\n}\n",
        "output \"c\" {\n  value     = var.c\n  sensitive = true\n}\n",
    ));
    repo.write("terraform.tfvars", "c = \"hush3\"\n");
    let output = repo.run(&["check"]);
    insta::assert_snapshot!(output.stderr);
    let json = repo.run(&["check", "--format", "json"]).stdout;
    assert!(!json.contains("hush"), "{json}");
}

#[test]
fn a_root_without_clusters_is_clean() {
    let repo = Repo::with("resource \"aws_s3_bucket\" \"b\" {}\n");
    let output = repo.run(&["check"]);
    assert_eq!((output.code, output.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(output.stdout, @"no cluster found in 1 root module");
}

#[test]
fn findings_fail_and_values_from_every_source_mend_them() {
    let repo = Repo::with(RETENTION_UNSET);
    assert_eq!(repo.run(&["check"]).code, 1);
    for args in [
        &["check", "-var", "keep=3"][..],
        &["check", "-var=keep=3"],
        &["check", "--var", "keep=3"],
        &["check", "--var=keep=3", "."],
    ] {
        assert_eq!(repo.run(args).code, 0, "{args:?}");
    }
    repo.write("prod.vars", "keep = 3\n");
    for args in [
        &["check", "-var-file", "prod.vars"][..],
        &["check", "-var-file=prod.vars"],
        &["check", "--var-file=prod.vars"],
    ] {
        assert_eq!(repo.run(args).code, 0, "{args:?}");
    }
    assert_eq!(repo.run_with(&["check"], &[("TF_VAR_keep", "3")]).code, 0);
    repo.write("terraform.tfvars", "keep = 3\n");
    assert_eq!(repo.run(&["check"]).code, 0);
}

#[test]
fn of_var_and_var_file_the_later_one_wins() {
    let repo = Repo::with(RETENTION_UNSET);
    repo.write("three.vars", "keep = 3\n");
    assert_eq!(
        repo.run(&["check", "-var", "keep=0", "-var-file", "three.vars"])
            .code,
        0
    );
    assert_eq!(
        repo.run(&["check", "-var-file", "three.vars", "-var", "keep=0"])
            .code,
        1
    );
}

#[test]
fn a_var_file_that_is_missing_is_wrong_usage() {
    let repo = Repo::with(RETENTION_UNSET);
    assert_eq!(repo.run(&["check", "-var-file", "gone.tfvars"]).code, 2);
}

#[test]
fn the_workspace_is_known() {
    let by_workspace =
        RETENTION_UNSET.replace("var.keep", "terraform.workspace == \"prod\" ? 36 : 0");
    let repo = Repo::with(&by_workspace);
    assert_eq!(repo.run(&["check"]).code, 1);
    assert_eq!(repo.run(&["check", "--workspace", "prod"]).code, 0);
    assert_eq!(
        repo.run_with(&["check"], &[("TF_WORKSPACE", "prod")]).code,
        0
    );
}

#[test]
fn undecided_alone_passes_unless_strict() {
    let repo = Repo::with(&RETENTION_UNSET.replace("default = 0", ""));
    assert_eq!(repo.run(&["check"]).code, 0);
    assert_eq!(repo.run(&["check", "--strict"]).code, 1);
    insta::assert_snapshot!(repo.run(&["check"]).stdout);
}

#[test]
fn a_file_stands_for_its_directory() {
    let repo = Repo::new();
    repo.write("envs/prod/main.tf", RETENTION_UNSET);
    repo.write("envs/stage/main.tf", RETENTION_UNSET);
    let findings = |args: &[&str]| repo.check(args).json["findings"].as_array().unwrap().len();
    assert_eq!(findings(&["envs/prod/main.tf"]), 1);
    assert_eq!(findings(&["envs/prod"]), 1);
    assert_eq!(findings(&[]), 2);
}

#[test]
fn roots_are_listed_without_being_checked() {
    let repo = Repo::new();
    repo.write(
        "envs/prod/main.tf",
        "module \"c\" {\n  source = \"../../modules/c\"\n}\n",
    );
    repo.write("modules/c/main.tf", RETENTION_UNSET);
    repo.write(".terraform/modules/x/main.tf", RETENTION_UNSET);
    let output = repo.run(&["check", "--show-roots"]);
    assert_eq!((output.stdout.as_str(), output.code), ("envs/prod\n", 0));
    let output = repo.run(&["check", "--show-roots", "modules/c", "nowhere"]);
    assert_eq!((output.stdout.as_str(), output.code), ("modules/c\n", 2));
}

#[test]
fn a_module_is_checked_through_its_callers_and_heard_once() {
    let repo = Repo::new();
    for root in ["envs/prod", "envs/stage"] {
        let main = "module \"c\" {\n  source = \"../../modules/c\"\n}\n";
        repo.write(&format!("{root}/main.tf"), main);
    }
    repo.write("modules/c/main.tf", RETENTION_UNSET);
    let checked = repo.check(&[]);
    assert_eq!(
        checked.verdicts(),
        "violated retention-unset module.c.rancher2_cluster_v2.c"
    );
    assert_eq!(checked.json["findings"][0]["file"], "modules/c/main.tf");
    let text = repo.run(&["check"]).stdout;
    assert!(
        text.contains("called from envs/prod and envs/stage"),
        "{text}"
    );
}

#[test]
fn a_module_that_is_missing_is_not_analysed() {
    let repo = Repo::with("module \"c\" {\n  source = \"./gone\"\n}\n");
    assert_eq!(repo.run(&["check"]).code, 3);
}

#[test]
fn a_module_that_is_not_installed_may_be_a_note() {
    let repo = Repo::with("module \"c\" {\n  source = \"acme/cluster/aws\"\n}\n");
    assert_eq!(repo.run(&["check"]).code, 3);
    let output = repo.run(&["check", "--missing-modules=note"]);
    assert_eq!(output.code, 0);
    assert!(output.stderr.contains("note"), "{}", output.stderr);
}

#[test]
fn tofu_files_are_read_where_they_are_or_where_asked_for() {
    let repo = Repo::with(RETENTION_UNSET);
    repo.write(
        "main.tofu",
        RETENTION_UNSET.replace("default = 0", "default = 3"),
    );
    assert_eq!(repo.run(&["check"]).code, 0);
    assert_eq!(repo.run(&["check", "--dialect", "tofu"]).code, 0);
    assert_eq!(repo.run(&["check", "--dialect", "terraform"]).code, 1);
}

#[test]
fn outputs_are_written_beside_the_report() {
    let repo = Repo::with(RETENTION_UNSET);
    let args = [
        "check",
        "--output",
        "json=report.json",
        "--output",
        "human=report.txt",
    ];
    let output = repo.run(&args);
    assert_eq!(output.code, 1);
    let read = |name: &str| std::fs::read_to_string(repo.path().join(name)).unwrap();
    assert_eq!(read("report.txt"), output.stdout);
    assert_eq!(read("report.json"), repo.check(&[]).output.stdout);

    let output = repo.run(&["check", "--output", "json=no/such/folder.json"]);
    assert_eq!(output.code, 2);
    assert!(
        output.stderr.contains("cannot write no/such/folder.json"),
        "{}",
        output.stderr
    );
}

#[test]
fn json_has_the_promised_shape() {
    let repo = Repo::with(RETENTION_UNSET);
    let report = repo.check(&[]).json;
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        keys(&report),
        ["version", "findings", "undecided", "errors"]
    );
    assert_eq!(report["version"], 1);
    let finding = &report["findings"][0];
    let promised = [
        "rule", "severity", "message", "address", "subject", "file", "line", "column", "related",
        "when",
    ];
    assert_eq!(keys(finding), promised);
    assert_eq!(finding["when"], Value::Null);
    assert_eq!(
        (&finding["line"], &finding["column"]),
        (&json!(20), &json!(28))
    );

    let unset = Repo::with(&RETENTION_UNSET.replace("default = 0", ""));
    let promised = [
        "rule", "address", "subject", "because", "chain", "file", "line", "column",
    ];
    assert_eq!(keys(&unset.check(&[]).json["undecided"][0]), promised);

    let empty = Repo::new();
    let promised = ["file", "line", "column", "message"];
    let error = &empty.check(&[]).json["errors"][0];
    assert_eq!(keys(error), promised);
    assert_eq!(error["line"], Value::Null);
}

#[test]
fn columns_count_characters() {
    let repo = Repo::with(&RETENTION_UNSET.replace(
        "snapshot_retention = var.keep",
        "/* größer */ snapshot_retention = var.keep",
    ));
    assert_eq!(repo.check(&[]).json["findings"][0]["column"], 41);
}

#[test]
fn reports_are_the_same_from_run_to_run() {
    let repo = Repo::new();
    for root in ["a", "b", "c", "d"] {
        repo.write(&format!("{root}/main.tf"), RETENTION_UNSET);
    }
    let first = repo.check(&[]);
    let files: Vec<&Value> = first.json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["file"])
        .collect();
    assert_eq!(files, ["a/main.tf", "b/main.tf", "c/main.tf", "d/main.tf"]);
    assert_eq!(first.output, repo.check(&[]).output);
}

#[test]
fn secrets_stay_out_of_reports() {
    let repo = Repo::with(
        &RETENTION_UNSET
            .replace("name      = \"p\"", "name      = var.token")
            .replace("type    = number", "type    = number\n sensitive = true"),
    );
    repo.write("secret.tf", "variable \"token\" {\n  sensitive = true\n}\n");
    repo.write("terraform.tfvars", "token = \"canary-4711\"\n");
    for format in ["human", "json"] {
        let output = repo.run(&["check", "--format", format]);
        assert_eq!(output.code, 1);
        assert!(
            !(output.stdout + &output.stderr).contains("canary"),
            "{format}"
        );
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let repo = Repo::new();
    insta::assert_snapshot!(repo.run(&["rules"]).stdout);
    insta::assert_snapshot!(repo.run(&["rules", "--format", "json"]).stdout);
    insta::assert_snapshot!(repo.run(&["explain", "etcd-spot-only"]).stdout);
}
