//! The lifecycle configuration: what comes back of what was put.

use holdfast_sandbox::{S3Settings, Sandbox};

use crate::client::{Answer, Caller};

const SIZE: &str = "x-amz-transition-default-minimum-object-size";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    Caller::new(&sandbox).bucket("backups");
    sandbox
}

fn document(rules: &str) -> String {
    format!("<LifecycleConfiguration>{rules}</LifecycleConfiguration>")
}

/// A rule that expires after a day what its filter takes.
fn rule(id: &str, filter: &str) -> String {
    format!(
        "<Rule><ID>{id}</ID><Filter>{filter}</Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>"
    )
}

fn put(caller: &Caller<'_>, rules: &str) -> Answer {
    caller.s3("PUT", "/backups?lifecycle", &document(rules))
}

fn get(caller: &Caller<'_>) -> Answer {
    caller.s3("GET", "/backups?lifecycle", "")
}

#[test]
fn rules_come_back_as_they_were_put_elements_included_that_nobody_knows() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let strange = "<Rule><ID>new</ID><Filter><Prefix>a&amp;b/</Prefix><StorageAge>7</StorageAge></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration><Shred passes=\"3\"><Slowly/></Shred></Rule>";
    let rules = format!("{}{strange}", rule("old", ""));
    let spaced = format!("\n  {rules}\n");
    assert_eq!(put(&caller, &spaced).status, 200);
    let expected = document(&rules).replace("<Filter></Filter>", "<Filter/>");
    assert_eq!(get(&caller).s3_line(), format!("200 {expected}"));
    assert_eq!(
        sandbox.buckets()[0]["Lifecycle"]["Document"],
        serde_json::json!(expected)
    );
    assert_eq!(caller.s3("DELETE", "/backups?lifecycle", "").status, 204);
    assert_eq!(
        get(&caller).element("Code"),
        Some("NoSuchLifecycleConfiguration")
    );
}

#[test]
fn a_put_replaces_everything() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    put(&caller, &rule("one", "<Prefix>1/</Prefix>"));
    put(&caller, &rule("two", "<Prefix>2/</Prefix>"));
    assert_eq!(get(&caller).elements("ID"), ["two"]);
}

#[test]
fn rules_without_an_id_are_given_one_that_stays() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let bare = rule("", "").replace("<ID></ID>", "");
    assert_eq!(
        put(
            &caller,
            &format!("{bare}{}", rule("", "<Prefix>x</Prefix>"))
        )
        .status,
        200
    );
    let first = get(&caller);
    let ids = first.elements("ID");
    assert!(
        ids.len() == 2 && ids[0].len() == 36 && ids[0] != ids[1],
        "{ids:?}"
    );
    assert_eq!(get(&caller).elements("ID"), ids);
}

#[test]
fn the_minimum_size_is_assigned_or_kept_and_told() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let put_with = |headers: &[(&str, &str)]| {
        caller.s3_with(
            "PUT",
            "/backups?lifecycle",
            headers,
            &document(&rule("r", "")),
        )
    };
    assert_eq!(put_with(&[]).header(SIZE), Some("all_storage_classes_128K"));
    assert_eq!(get(&caller).header(SIZE), Some("all_storage_classes_128K"));
    let varies = put_with(&[(SIZE, "varies_by_storage_class")]);
    assert_eq!(varies.header(SIZE), Some("varies_by_storage_class"));
    assert_eq!(get(&caller).header(SIZE), Some("varies_by_storage_class"));
    assert_eq!(
        put_with(&[(SIZE, "1K")]).s3_line(),
        "400 InvalidRequest: Invalid TransitionDefaultMinimumObjectSize found"
    );
    // A PUT without the header goes back to what S3 assigns.
    put_with(&[]);
    assert_eq!(get(&caller).header(SIZE), Some("all_storage_classes_128K"));
}

#[test]
fn a_put_must_carry_a_digest_of_its_body() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let body = document(&rule("r", ""));
    let line = |headers: &[(&str, &str)]| {
        let answer = caller.s3_bare("PUT", "/backups?lifecycle", headers, &body);
        answer.expect("the sandbox answers").s3_line()
    };
    let lines = [
        line(&[]),
        line(&[("content-md5", "nonsense")]),
        line(&[("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")]),
        line(&[("x-amz-checksum-crc32", "AAAAAA==")]),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    400 InvalidRequest: Missing required header for this request: Content-MD5 OR x-amz-checksum-*
    400 InvalidDigest: The Content-MD5 you specified was invalid.
    400 BadDigest: The Content-MD5 you specified did not match what we received.
    400 BadDigest: The CRC32 you specified did not match the calculated checksum.
    "#);
    assert_eq!(get(&caller).status, 404, "nothing was stored");
}

#[test]
fn the_first_version_and_a_planted_document_are_answered_as_they_are() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let old = "<Rule><ID>old</ID><Prefix>logs/</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>";
    assert_eq!(put(&caller, old).status, 200);
    assert_eq!(get(&caller).s3_line(), format!("200 {}", document(old)));
    let planted = document(&rule("by hand", "<Prefix/>"));
    sandbox
        .plant_lifecycle("backups", Some(&planted), Some("varies_by_storage_class"))
        .expect("it is a document");
    assert_eq!(get(&caller).header(SIZE), Some("varies_by_storage_class"));
    assert_eq!(get(&caller).elements("ID"), ["by hand"]);
    sandbox
        .plant_lifecycle("backups", None, None)
        .expect("there is a bucket");
    assert_eq!(get(&caller).status, 404);
    let error = sandbox
        .plant_lifecycle("backups", Some("<X/>"), None)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "this is not a LifecycleConfiguration document: <X/>"
    );
}

#[test]
fn old_rules_can_be_shown_for_a_while() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    put(&caller, &rule("first", ""));
    sandbox.set_s3_settings(S3Settings {
        stale_lifecycle_reads: 2,
        ..S3Settings::default()
    });
    put(&caller, &rule("second", ""));
    // What was not shown yet is not shown later either.
    put(&caller, &rule("third", ""));
    let seen = [(); 3].map(|()| get(&caller).elements("ID").concat());
    assert_eq!(seen, ["first", "first", "third"]);
    caller.s3("DELETE", "/backups?lifecycle", "");
    let codes = [(); 3].map(|()| get(&caller).status);
    assert_eq!(codes, [200, 200, 404]);
}

#[test]
fn somebody_else_can_add_rules_between_a_read_and_a_write() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    put(&caller, &rule("ours", ""));
    for id in ["theirs", "again"] {
        sandbox
            .meddle_lifecycle("backups", &rule(id, "<Prefix>x/</Prefix>"))
            .expect("it is a rule");
    }
    assert_eq!(get(&caller).elements("ID"), ["ours"]);
    assert_eq!(get(&caller).elements("ID"), ["ours", "theirs"]);
    put(&caller, &rule("ours", ""));
    assert_eq!(get(&caller).elements("ID"), ["ours"]);
    let error = sandbox
        .meddle_lifecycle("nobodys", &rule("x", ""))
        .unwrap_err();
    assert_eq!(error.to_string(), "the sandbox has no bucket nobodys");
}

#[test]
fn other_stores_drop_the_size_and_the_empty_filter() {
    let sandbox = sandbox();
    sandbox.set_s3_settings(S3Settings::ceph());
    let caller = Caller::new(&sandbox);
    let answer = caller.s3_with(
        "PUT",
        "/backups?lifecycle",
        &[(SIZE, "varies_by_storage_class")],
        &document(&rule("r", "")),
    );
    assert_eq!((answer.status, answer.header(SIZE)), (200, None));
    let read = get(&caller);
    assert_eq!(read.header(SIZE), None);
    assert!(
        read.text.contains("<ID>r</ID><Prefix/><Status>"),
        "{}",
        read.text
    );
}
