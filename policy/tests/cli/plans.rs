//! Configurations that the real provider planned, with the verdicts that `fixtures/README.md` names.

use crate::support::Repo;

fn plan(folder: &str) -> Repo {
    Repo::copy_of(&format!("config/tests/fixtures/plans/{folder}"))
}

fn human(folder: &str) -> String {
    let output = plan(folder).run(&["check"]);
    assert_eq!(output.stderr, "");
    output.stdout
}

#[test]
fn all_in_one_spot() {
    let checked = plan("all-in-one-spot").check(&[]);
    assert_eq!(checked.output.code, 1);
    insta::assert_snapshot!(checked.output.stdout);
    insta::assert_snapshot!(human("all-in-one-spot"));
}

#[test]
fn split_one_zone() {
    let checked = plan("split-one-zone").check(&[]);
    assert_eq!(
        (checked.verdicts().as_str(), checked.output.code),
        ("clean", 0)
    );
}

#[test]
fn pool_per_zone_mixed() {
    let checked = plan("pool-per-zone-mixed").check(&[]);
    assert_eq!(
        (checked.verdicts().as_str(), checked.output.code),
        ("clean", 0)
    );
}

#[test]
fn modules() {
    let checked = plan("modules").check(&[]);
    assert_eq!(
        (checked.verdicts().as_str(), checked.output.code),
        ("clean", 0)
    );
    assert!(
        human("modules").contains("1 cluster in 1 root module"),
        "{}",
        human("modules")
    );
}

#[test]
fn modules_with_a_spot_control_plane() {
    let repo = plan("modules");
    let main = std::fs::read_to_string(repo.path().join("main.tf")).unwrap();
    repo.write("main.tf", main.replace("control = false", "control = true"));
    insta::assert_snapshot!(repo.run(&["check"]).stdout);
}

#[test]
fn retention_null_gated() {
    let checked = plan("retention-null-gated").check(&[]);
    assert_eq!(
        checked.verdicts(),
        "violated retention-unset rancher2_cluster_v2.c[0]"
    );
    assert_eq!(checked.output.code, 1);
    insta::assert_snapshot!(human("retention-null-gated"));
}

#[test]
fn retention_null_gated_with_a_value() {
    let checked = plan("retention-null-gated").check(&["-var", "retention=36"]);
    assert_eq!(
        (checked.verdicts().as_str(), checked.output.code),
        ("clean", 0)
    );
}

#[test]
fn retention_null_gated_and_switched_off() {
    let checked = plan("retention-null-gated").check(&["-var=enabled=false"]);
    assert_eq!(
        (checked.verdicts().as_str(), checked.output.code),
        ("clean", 0)
    );
}

#[test]
fn yaml_driven() {
    let checked = plan("yaml-driven").check(&[]);
    assert_eq!(
        checked.verdicts(),
        "violated etcd-spot-only rancher2_cluster_v2.c[\"green\"]"
    );
    assert_eq!(checked.output.code, 1);
    insta::assert_snapshot!(checked.output.stdout);
    insta::assert_snapshot!(human("yaml-driven"));
}

#[test]
fn no_etcd_block() {
    let checked = plan("no-etcd-block").check(&[]);
    assert_eq!(
        checked.verdicts(),
        "violated retention-unset rancher2_cluster_v2.c"
    );
    assert_eq!(checked.output.code, 1);
    insta::assert_snapshot!(human("no-etcd-block"));
}

#[test]
fn dynamic_etcd_unknown() {
    let repo = plan("dynamic-etcd-unknown");
    let checked = repo.check(&[]);
    assert_eq!(checked.output.code, 0);
    insta::assert_snapshot!(checked.output.stdout);
    insta::assert_snapshot!(human("dynamic-etcd-unknown"));
    assert_eq!(repo.check(&["--strict"]).output.code, 1);
}
