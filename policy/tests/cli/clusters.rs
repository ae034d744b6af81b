//! `examples/clusters`, as the demo shows them.

use crate::support::Repo;

fn human(folder: &str) -> (String, u8) {
    let output = Repo::copy_of(&format!("examples/clusters/{folder}")).run(&["check"]);
    assert_eq!(output.stderr, "");
    (output.stdout, output.code)
}

#[test]
fn all_in_one_spot_is_rejected() {
    let (text, code) = human("all-in-one-spot");
    assert_eq!(code, 1);
    insta::assert_snapshot!(text);
}

#[test]
fn retention_unset_is_rejected() {
    let (text, code) = human("retention-unset");
    assert_eq!(code, 1);
    insta::assert_snapshot!(text);
}

#[test]
fn three_zones_is_accepted() {
    let (text, code) = human("three-zones");
    assert_eq!(
        (text.as_str(), code),
        ("no findings; checked 1 cluster in 1 root module\n", 0)
    );
}
