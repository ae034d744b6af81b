//! Objects and their versions: written, listed, kept and deleted.

use holdfast_sandbox::Sandbox;

use crate::client::{Answer, Caller};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    Caller::new(&sandbox).bucket("backups");
    sandbox
}

fn version(caller: &Caller<'_>, status: &str) {
    let body =
        format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
    assert_eq!(caller.s3("PUT", "/backups?versioning", &body).status, 200);
}

/// Writes an object; answers its version.
fn write(caller: &Caller<'_>, key: &str, body: &str) -> String {
    let answer = caller.s3("PUT", &format!("/backups/{key}"), body);
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.header("x-amz-version-id").unwrap_or("-").to_owned()
}

fn versions(caller: &Caller<'_>, query: &str) -> Answer {
    caller.s3("GET", &format!("/backups?versions&{query}"), "")
}

#[test]
fn an_object_is_read_in_whole_in_part_and_by_head() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let headers = [
        ("content-type", "application/zip"),
        ("x-amz-meta-node", "one"),
    ];
    let put = caller.s3_with("PUT", "/backups/etcd/a%20b", &headers, "snapshot");
    let get = caller.s3("GET", "/backups/etcd/a%20b", "");
    assert_eq!((get.status, get.text.as_str()), (200, "snapshot"));
    assert_eq!(get.header("content-type"), Some("application/zip"));
    assert_eq!(get.header("x-amz-meta-node"), Some("one"));
    assert_eq!(get.header("x-amz-server-side-encryption"), Some("AES256"));
    let part = caller.s3_with("GET", "/backups/etcd/a%20b", &[("range", "bytes=2-4")], "");
    assert_eq!(
        (
            part.status,
            part.text.as_str(),
            part.header("content-range")
        ),
        (206, "aps", Some("bytes 2-4/8"))
    );
    let head = caller.s3("HEAD", "/backups/etcd/a%20b", "");
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, Some("8"))
    );
    assert_eq!(head.header("etag"), put.header("etag"));
    let none = caller.s3("GET", "/backups/etcd/none", "");
    assert_eq!(
        none.s3_line(),
        "404 NoSuchKey: The specified key does not exist."
    );
    let again = caller.s3_with("PUT", "/backups/etcd/a%20b", &[("if-none-match", "*")], "x");
    assert_eq!(again.element("Code"), Some("PreconditionFailed"));
}

#[test]
fn versions_pile_up_and_a_delete_only_hides_them() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    assert_eq!(write(&caller, "k", "before"), "-");
    version(&caller, "Enabled");
    let second = write(&caller, "k", "second");
    let deleted = caller.s3("DELETE", "/backups/k", "");
    let marker = deleted
        .header("x-amz-version-id")
        .expect("a marker has an id");
    assert_eq!(deleted.header("x-amz-delete-marker"), Some("true"));

    let hidden = caller.s3("GET", "/backups/k", "");
    assert_eq!(
        (hidden.status, hidden.header("x-amz-delete-marker")),
        (404, Some("true"))
    );
    let read = |id: &str| caller.s3("GET", &format!("/backups/k?versionId={id}"), "");
    assert_eq!(read(marker).status, 405);
    assert_eq!(read("null").text, "before");
    assert_eq!(read(&second).text, "second");
    assert_eq!(read("nonsense").element("Code"), Some("NoSuchVersion"));

    let list = versions(&caller, "");
    assert_eq!(list.elements("VersionId"), [marker, &second, "null"]);
    assert_eq!(list.elements("IsLatest"), ["true", "false", "false"]);
    assert!(list.text.contains("<DeleteMarker><Key>k</Key>"));
    assert_eq!(
        caller
            .s3("GET", "/backups?list-type=2", "")
            .element("KeyCount"),
        Some("0")
    );

    // Writing again keeps the marker; taking the new version away hides the key again.
    let third = write(&caller, "k", "third");
    assert_eq!(versions(&caller, "").elements("VersionId").len(), 4);
    caller.s3("DELETE", &format!("/backups/k?versionId={third}"), "");
    assert_eq!(caller.s3("GET", "/backups/k", "").status, 404);
    caller.s3("DELETE", &format!("/backups/k?versionId={marker}"), "");
    assert_eq!(caller.s3("GET", "/backups/k", "").text, "second");

    version(&caller, "Suspended");
    assert_eq!(write(&caller, "k", "suspended"), "null");
    assert_eq!(
        versions(&caller, "").elements("VersionId"),
        ["null", &second]
    );
}

#[test]
fn many_are_deleted_in_one_call() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    version(&caller, "Enabled");
    let first = write(&caller, "a", "1");
    write(&caller, "b", "2");
    let delete = |objects: &str| {
        caller.s3(
            "POST",
            "/backups?delete",
            &format!("<Delete>{objects}</Delete>"),
        )
    };
    let answer = delete(&format!(
        "<Object><Key>a</Key><VersionId>{first}</VersionId></Object><Object><Key>b</Key></Object><Object><Key>none</Key><VersionId>null</VersionId></Object>"
    ));
    assert_eq!(answer.elements("Key"), ["a", "b", "none"]);
    assert_eq!(answer.elements("DeleteMarker"), ["true"]);
    assert_eq!(versions(&caller, "").elements("Key"), ["b", "b"]);
    assert_eq!(
        delete("<Quiet>true</Quiet><Object><Key>b</Key></Object>").s3_line(),
        "200 <DeleteResult/>"
    );
    assert_eq!(delete("").element("Code"), Some("MalformedXML"));
    let bare = caller.s3_bare("POST", "/backups?delete", &[], "<Delete/>");
    assert_eq!(
        bare.expect("the sandbox answers").s3_line(),
        "400 InvalidRequest: Missing required header for this request: Content-MD5 OR x-amz-checksum-*"
    );
}

#[test]
fn listings_have_pages_prefixes_and_folders() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    for key in ["a/1", "a/2", "b/1", "c", "d%20e"] {
        write(&caller, key, "x");
    }
    let list = |query: &str| caller.s3("GET", &format!("/backups?{query}"), "");
    let first = list("list-type=2&delimiter=/&max-keys=2");
    assert_eq!(
        first.elements("CommonPrefixes"),
        ["<Prefix>a/</Prefix>", "<Prefix>b/</Prefix>"]
    );
    assert_eq!(first.element("IsTruncated"), Some("true"));
    let token = first
        .element("NextContinuationToken")
        .expect("there is more");
    let second = list(&format!(
        "list-type=2&delimiter=/&continuation-token={token}&encoding-type=url"
    ));
    assert_eq!(second.elements("Key"), ["c", "d%20e"]);
    assert_eq!(second.elements("CommonPrefixes").len(), 0);
    assert_eq!(
        list("list-type=2&prefix=a/&start-after=a/1").elements("Key"),
        ["a/2"]
    );
    let old = list("max-keys=3");
    assert_eq!(old.elements("Key"), ["a/1", "a/2", "b/1"]);
    assert_eq!(list("marker=b/1").elements("Key"), ["c", "d e"]);
    assert_eq!(list("max-keys=x").element("Code"), Some("InvalidArgument"));
}

#[test]
fn versions_are_listed_in_pages_that_end_within_a_key() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    version(&caller, "Enabled");
    let mut written = Vec::new();
    for key in ["a", "a", "a", "b"] {
        written.push((key.to_owned(), write(&caller, key, "x")));
    }
    let (mut seen, mut query) = (Vec::new(), "max-keys=2".to_owned());
    loop {
        let page = versions(&caller, &query);
        let keys = page.elements("Key").into_iter().map(str::to_owned);
        let ids = page.elements("VersionId").into_iter().map(str::to_owned);
        seen.extend(keys.zip(ids));
        if page.element("IsTruncated") == Some("false") {
            break;
        }
        let marker = |name| {
            page.element(name)
                .expect("a page that is cut names its end")
        };
        query = format!(
            "max-keys=2&key-marker={}&version-id-marker={}",
            marker("NextKeyMarker"),
            marker("NextVersionIdMarker")
        );
    }
    written[..3].reverse();
    assert_eq!(seen, written);
}

#[test]
fn locked_versions_stay() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    let lock = [("x-amz-bucket-object-lock-enabled", "true")];
    caller.s3_with("PUT", "/locked", &lock, "");
    let put = |key: &str, mode: &str| {
        let headers = [
            ("x-amz-object-lock-mode", mode),
            (
                "x-amz-object-lock-retain-until-date",
                "2100-01-01T00:00:00Z",
            ),
        ];
        let answer = caller.s3_with("PUT", &format!("/locked/{key}"), &headers, "x");
        answer.header("x-amz-version-id").unwrap_or("-").to_owned()
    };
    let delete = |key: &str, id: &str, bypass: &str| {
        let headers = [("x-amz-bypass-governance-retention", bypass)];
        let path = format!("/locked/{key}?versionId={id}");
        caller.s3_with("DELETE", &path, &headers, "").s3_line()
    };
    let (soft, hard) = (put("soft", "GOVERNANCE"), put("hard", "COMPLIANCE"));
    let refused = "403 AccessDenied: Access Denied because object protected by object lock.";
    assert_eq!(delete("soft", &soft, "false"), refused);
    assert_eq!(delete("hard", &hard, "true"), refused);
    assert_eq!(
        caller.s3("DELETE", "/locked/hard", "").status,
        204,
        "a marker is fine"
    );

    let many =
        format!("<Delete><Object><Key>hard</Key><VersionId>{hard}</VersionId></Object></Delete>");
    let bypass = [("x-amz-bypass-governance-retention", "true")];
    let answer = caller.s3_with("POST", "/locked?delete", &bypass, &many);
    assert_eq!(
        (answer.status, answer.element("Code")),
        (200, Some("AccessDenied"))
    );

    let hold = |status: &str| {
        let body = format!("<LegalHold><Status>{status}</Status></LegalHold>");
        caller.s3("PUT", "/locked/soft?legal-hold", &body).status
    };
    assert_eq!(hold("ON"), 200);
    assert_eq!(delete("soft", &soft, "true"), refused);
    assert_eq!(hold("OFF"), 200);
    assert_eq!(delete("soft", &soft, "true"), "204");
    let kept = caller.s3(
        "GET",
        &format!("/locked/hard?retention&versionId={hard}"),
        "",
    );
    assert_eq!(
        kept.s3_line(),
        "200 <Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2100-01-01T00:00:00Z</RetainUntilDate></Retention>"
    );
}

#[test]
fn retention_grows_and_shrinks_only_by_bypass() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    caller.s3_with(
        "PUT",
        "/locked",
        &[("x-amz-bucket-object-lock-enabled", "true")],
        "",
    );
    caller.s3("PUT", "/locked/k", "x");
    let retain = |mode: &str, year: &str, bypass: &str| {
        let body = format!(
            "<Retention><Mode>{mode}</Mode><RetainUntilDate>{year}-01-01T00:00:00Z</RetainUntilDate></Retention>"
        );
        let headers = [("x-amz-bypass-governance-retention", bypass)];
        caller
            .s3_with("PUT", "/locked/k?retention", &headers, &body)
            .status
    };
    let said = [
        retain("GOVERNANCE", "2000", "false"),
        retain("GOVERNANCE", "2100", "false"),
        retain("GOVERNANCE", "2101", "false"),
        retain("GOVERNANCE", "2099", "false"),
        retain("GOVERNANCE", "2099", "true"),
        retain("COMPLIANCE", "2099", "false"),
        retain("GOVERNANCE", "2100", "true"),
        retain("COMPLIANCE", "2098", "true"),
        retain("COMPLIANCE", "2100", "false"),
    ];
    assert_eq!(said, [400, 200, 200, 403, 200, 200, 403, 403, 200]);
    let plain = caller.s3("PUT", "/backups/k", "x");
    assert_eq!(plain.status, 200);
    let body = "<LegalHold><Status>ON</Status></LegalHold>";
    assert_eq!(
        caller.s3("PUT", "/backups/k?legal-hold", body).s3_line(),
        "400 InvalidRequest: Bucket is missing Object Lock Configuration"
    );
}

#[test]
fn a_default_retention_demands_a_digest_of_uploads_and_holds_them() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    caller.s3_with(
        "PUT",
        "/locked",
        &[("x-amz-bucket-object-lock-enabled", "true")],
        "",
    );
    let lock = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>";
    caller.s3("PUT", "/locked?object-lock", lock);
    let bare = caller
        .s3_bare("PUT", "/locked/k", &[], "x")
        .expect("the sandbox answers");
    assert_eq!(
        bare.s3_line(),
        "400 InvalidRequest: Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters"
    );
    assert_eq!(caller.s3("PUT", "/locked/k", "x").status, 200);
    assert_eq!(sandbox.buckets()[1]["Versions"][0]["Mode"], "COMPLIANCE");
    let head = caller.s3("HEAD", "/locked/k", "");
    assert_eq!(head.header("x-amz-object-lock-mode"), Some("COMPLIANCE"));
}

#[test]
fn uploads_in_parts_are_finished_or_aborted() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    version(&caller, "Enabled");
    let open = |key: &str| {
        let answer = caller.s3("POST", &format!("/backups/{key}?uploads"), "");
        assert_eq!(answer.element("Key"), Some(key), "{}", answer.text);
        assert_eq!(answer.element("Bucket"), Some("backups"));
        answer
            .element("UploadId")
            .expect("an upload has an id")
            .to_owned()
    };
    let (big, other) = (open("big/one"), open("other"));
    let part = caller.s3(
        "PUT",
        &format!("/backups/big/one?partNumber=1&uploadId={big}"),
        "part",
    );
    let etag = part.header("etag").expect("a part has an ETag");
    let parts = caller.s3("GET", &format!("/backups/big/one?uploadId={big}"), "");
    assert_eq!(
        (parts.element("Key"), parts.element("PartNumber")),
        (Some("big/one"), Some("1"))
    );

    let list = caller.s3("GET", "/backups?uploads", "");
    assert_eq!(list.elements("Key"), ["big/one", "other"]);
    let page = caller.s3("GET", "/backups?uploads&max-uploads=1", "");
    assert_eq!(page.element("NextUploadIdMarker"), Some(big.as_str()));
    assert_eq!(
        caller
            .s3("DELETE", &format!("/backups/other?uploadId={other}"), "")
            .status,
        204
    );
    let gone = caller.s3("DELETE", &format!("/backups/other?uploadId={other}"), "");
    assert_eq!(gone.element("Code"), Some("NoSuchUpload"));

    let body = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    );
    let done = caller.s3("POST", &format!("/backups/big/one?uploadId={big}"), &body);
    assert_eq!(
        (done.status, done.element("Key")),
        (200, Some("big/one")),
        "{}",
        done.text
    );
    let read = caller.s3("GET", "/backups/big/one", "");
    assert_eq!(read.text, "part");
    assert_eq!(
        read.header("x-amz-version-id"),
        done.header("x-amz-version-id")
    );
    let listed = versions(&caller, "");
    assert_eq!(
        (listed.element("Size"), listed.elements("Key")),
        (Some("4"), vec!["big/one"])
    );
    assert_eq!(
        caller
            .s3("GET", "/backups?uploads", "")
            .elements("Key")
            .len(),
        0
    );
}

#[test]
fn tags_belong_to_a_version() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox);
    version(&caller, "Enabled");
    let first = write(&caller, "k", "1");
    let tags = "<Tagging><TagSet><Tag><Key>node</Key><Value>one</Value></Tag></TagSet></Tagging>";
    assert_eq!(caller.s3("PUT", "/backups/k?tagging", tags).status, 200);
    write(&caller, "k", "2");
    let read = |query: &str| {
        let answer = caller.s3("GET", &format!("/backups/k?tagging{query}"), "");
        answer.elements("Value").concat()
    };
    assert_eq!(read(""), "");
    assert_eq!(read(&format!("&versionId={first}")), "one");
}
