//! What S3 refuses of lifecycle rules, and in which words.

use holdfast_sandbox::Sandbox;

use crate::client::Caller;

/// What S3 says of each of these, one line per document.
fn verdicts(documents: &[String]) -> String {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    let caller = Caller::new(&sandbox);
    caller.bucket("backups");
    let lines: Vec<String> = documents
        .iter()
        .map(|rules| {
            let body = format!("<LifecycleConfiguration>{rules}</LifecycleConfiguration>");
            let answer = caller.s3("PUT", "/backups?lifecycle", &body);
            answer.s3_line().replace(&"x".repeat(256), "xxx..")
        })
        .collect();
    lines.join("\n")
}

const DAYS: &str = "<Expiration><Days>1</Days></Expiration>";

/// An enabled rule with this scope and these actions.
fn rule(scope: &str, actions: &str) -> String {
    format!("<Rule><ID>r</ID>{scope}<Status>Enabled</Status>{actions}</Rule>")
}

/// One with an empty filter.
fn whole(actions: &str) -> String {
    rule("<Filter/>", actions)
}

fn scoped(filter: &str) -> String {
    rule(&format!("<Filter>{filter}</Filter>"), DAYS)
}

#[test]
fn the_envelope() {
    let many = |count: usize| -> String {
        let one = whole(DAYS);
        (0..count)
            .map(|at| one.replace("<ID>r</ID>", &format!("<ID>{at}</ID>")))
            .collect()
    };
    let documents = [
        String::new(),
        many(1000),
        many(1001),
        whole(DAYS).replace(">r<", &format!(">{}<", "x".repeat(255))),
        whole(DAYS).replace(">r<", &format!(">{}<", "x".repeat(256))),
        format!("{}{}", whole(DAYS), whole(DAYS)),
        whole(DAYS).replace("Enabled", "enabled"),
        whole(DAYS).replace("<Status>Enabled</Status>", ""),
        whole(""),
        whole(&format!("{DAYS}{DAYS}")),
    ];
    insta::assert_snapshot!(verdicts(&documents), @r#"
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    200
    400 InvalidRequest: The number of lifecycle rules must not exceed the allowed limit of 1000 rules.
    200
    400 InvalidArgument: ID length should not exceed allowed limit of 255
    400 InvalidArgument: Rule ID must be unique. Found same ID for more than one rule
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 InvalidRequest: At least one action needs to be specified in a rule
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    "#);
}

#[test]
fn scopes() {
    let tag = |key: &str| format!("<Tag><Key>{key}</Key><Value>v</Value></Tag>");
    let (a, b) = (tag("a"), tag("b"));
    let documents = [
        rule("", DAYS),
        rule("<Prefix>a</Prefix><Filter/>", DAYS),
        scoped("<Prefix>a</Prefix>"),
        scoped(&a),
        scoped(&format!("<Prefix>a</Prefix>{a}")),
        scoped(&format!("{a}{b}")),
        scoped(&format!("<And><Prefix>a</Prefix>{a}</And>")),
        scoped(&format!("<And>{a}{b}</And>")),
        scoped(&format!("<And>{a}{a}</And>")),
        scoped("<And><Prefix>a</Prefix></And>"),
        scoped(&format!("<Prefix>a</Prefix><And>{a}{b}</And>")),
        scoped("<Tag><Key>a</Key></Tag>"),
        scoped(&tag("")),
        scoped(&format!("<Prefix>{}</Prefix>", "p".repeat(1025))),
        scoped("<ObjectSizeGreaterThan>0</ObjectSizeGreaterThan>"),
        scoped("<ObjectSizeGreaterThan>-1</ObjectSizeGreaterThan>"),
        scoped("<ObjectSizeLessThan>0</ObjectSizeLessThan>"),
        scoped("<ObjectSizeLessThan>1099511627776001</ObjectSizeLessThan>"),
        scoped("<ObjectSizeLessThan>many</ObjectSizeLessThan>"),
        scoped(
            "<And><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan><ObjectSizeLessThan>5</ObjectSizeLessThan></And>",
        ),
    ];
    insta::assert_snapshot!(verdicts(&documents), @r#"
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    200
    200
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    200
    200
    400 InvalidRequest: Duplicate Tag Keys are not allowed.
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 InvalidRequest: A Tag's Key must be a length between 1 and 128.
    400 InvalidRequest: The maximum size of a prefix is 1024
    200
    400 InvalidRequest: 'ObjectSizeGreaterThan' should be between 0 and 1099511627776000.
    400 InvalidRequest: 'ObjectSizeLessThan' should be between 1 and 1099511627776000.
    400 InvalidRequest: 'ObjectSizeLessThan' should be between 1 and 1099511627776000.
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 InvalidRequest: 'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.
    "#);
}

#[test]
fn versions_of_the_configuration_do_not_mix() {
    let v1 = |id: &str, prefix: &str, actions: &str| {
        format!(
            "<Rule><ID>{id}</ID><Prefix>{prefix}</Prefix><Status>Enabled</Status>{actions}</Rule>"
        )
    };
    let newer = "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>1</NewerNoncurrentVersions></NoncurrentVersionExpiration>";
    let abort = "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>";
    let documents = [
        format!("{}{}", v1("old", "a", DAYS), whole(DAYS)),
        format!("{}{}", whole(DAYS), v1("old", "a", DAYS)),
        v1("old", "a", newer),
        whole(newer),
        format!("{}{}", v1("one", "dir/", DAYS), v1("two", "di", DAYS)),
        format!("{}{}", v1("one", "dir/", DAYS), v1("two", "di", abort)),
        format!("{}{}", v1("one", "a/", DAYS), v1("two", "b/", DAYS)),
    ];
    insta::assert_snapshot!(verdicts(&documents), @r#"
    400 InvalidRequest: Filter element can only be used in Lifecycle V2.
    400 InvalidRequest: Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.
    400 InvalidRequest: NewerNoncurrentVersions element can only be used in Lifecycle V2.
    200
    400 InvalidRequest: Found overlapping prefixes 'dir/' and 'di' for same action type 'Expiration'
    200
    200
    "#);
}

#[test]
fn expirations() {
    let expires = |with: &str| whole(&format!("<Expiration>{with}</Expiration>"));
    let noncurrent = |with: &str| {
        whole(&format!(
            "<NoncurrentVersionExpiration>{with}</NoncurrentVersionExpiration>"
        ))
    };
    let marker =
        "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>";
    let abort = |days: &str| {
        format!("<AbortIncompleteMultipartUpload>{days}</AbortIncompleteMultipartUpload>")
    };
    let one = abort("<DaysAfterInitiation>1</DaysAfterInitiation>");
    let tagged = "<Filter><Tag><Key>a</Key><Value>v</Value></Tag></Filter>";
    let sized = "<Filter><ObjectSizeLessThan>9</ObjectSizeLessThan></Filter>";
    let days = "<NoncurrentDays>1</NoncurrentDays>";
    let documents = [
        expires(""),
        expires("<Days>0</Days>"),
        expires("<Days>1.5</Days>"),
        expires("<Date>2030-01-01T00:00:00.000Z</Date>"),
        expires("<Date>2030-01-01</Date>"),
        expires("<Date>2030-01-01T02:00:00+02:00</Date>"),
        expires("<Date>2030-01-01T12:00:00.000Z</Date>"),
        expires("<Date>20300101</Date>"),
        expires("<Days>1</Days><Date>2030-01-01T00:00:00Z</Date>"),
        expires("<Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>"),
        whole(marker),
        rule(tagged, marker),
        rule(sized, marker),
        whole(&one),
        rule(tagged, &one),
        rule(sized, &one),
        whole(&abort("")),
        whole(&abort("<DaysAfterInitiation>0</DaysAfterInitiation>")),
        noncurrent(""),
        noncurrent("<NoncurrentDays>0</NoncurrentDays>"),
        noncurrent(&format!(
            "{days}<NewerNoncurrentVersions>0</NewerNoncurrentVersions>"
        )),
        noncurrent(&format!(
            "{days}<NewerNoncurrentVersions>100</NewerNoncurrentVersions>"
        )),
        noncurrent(&format!(
            "{days}<NewerNoncurrentVersions>101</NewerNoncurrentVersions>"
        )),
    ];
    insta::assert_snapshot!(verdicts(&documents), @r#"
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 InvalidArgument: 'Days' for Expiration action must be a positive integer
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    200
    200
    200
    400 InvalidArgument: 'Date' must be at midnight GMT
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    200
    400 InvalidRequest: ExpiredObjectDeleteMarker cannot be specified with Tags.
    400 InvalidRequest: ExpiredObjectDeleteMarker cannot be specified with Object Size.
    200
    400 InvalidRequest: AbortIncompleteMultipartUpload cannot be specified with Tags.
    400 InvalidRequest: AbortIncompleteMultipartUpload cannot be specified with Object Size.
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 InvalidArgument: 'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 InvalidArgument: 'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer
    400 InvalidArgument: 'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be a positive integer
    200
    400 InvalidArgument: 'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be between 1 and 100
    "#);
}

#[test]
fn transitions() {
    let to = |class: &str, when: &str| {
        format!("<Transition>{when}<StorageClass>{class}</StorageClass></Transition>")
    };
    let days = |class: &str, days: i32| to(class, &format!("<Days>{days}</Days>"));
    let date = |class: &str, day: &str| to(class, &format!("<Date>{day}T00:00:00Z</Date>"));
    let old = |class: &str, days: i32| {
        format!(
            "<NoncurrentVersionTransition><NoncurrentDays>{days}</NoncurrentDays><StorageClass>{class}</StorageClass></NoncurrentVersionTransition>"
        )
    };
    let end = |days: i32| format!("<Expiration><Days>{days}</Days></Expiration>");
    let old_end = "<NoncurrentVersionExpiration><NoncurrentDays>60</NoncurrentDays></NoncurrentVersionExpiration>";
    let two = |one: String, two: String| whole(&format!("{one}{two}"));
    let documents = [
        whole(&days("GLACIER", 0)),
        whole(&days("INTELLIGENT_TIERING", 0)),
        whole(&days("GLACIER", -1)),
        whole(&days("STANDARD_IA", 29)),
        whole(&days("ONEZONE_IA", 30)),
        whole(&days("STANDARD", 30)),
        whole(&days("LUKEWARM", 30)),
        whole(&to("GLACIER", "")),
        whole(&to(
            "GLACIER",
            "<Days>1</Days><Date>2030-01-01T00:00:00Z</Date>",
        )),
        whole(&to("GLACIER", "<Date>2030-01-01T01:00:00Z</Date>")),
        two(days("STANDARD_IA", 30), days("GLACIER", 60)),
        two(days("GLACIER", 60), days("STANDARD_IA", 30)),
        two(days("STANDARD_IA", 30), days("GLACIER", 59)),
        two(days("GLACIER", 60), days("DEEP_ARCHIVE", 60)),
        two(days("GLACIER", 1), days("GLACIER", 2)),
        two(days("GLACIER", 1), date("DEEP_ARCHIVE", "2030-01-01")),
        two(date("GLACIER", "2030-01-01"), end(5)),
        two(days("GLACIER", 5), end(5)),
        two(days("GLACIER", 5), end(6)),
        rule(
            "<Filter><Prefix>logs/</Prefix></Filter>",
            &format!("{}{}", days("GLACIER", 5), end(1)),
        ),
        whole(&old("STANDARD_IA", 29)),
        two(old("STANDARD_IA", 30), old_end.to_owned()),
        two(old("GLACIER", 60), old_end.to_owned()),
        two(old("GLACIER", 1), old("GLACIER", 2)),
    ];
    insta::assert_snapshot!(verdicts(&documents), @r#"
    200
    200
    400 InvalidArgument: 'Days' in Transition action must be nonnegative
    400 InvalidArgument: 'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'
    200
    400 InvalidArgument: Invalid target Storage class for Transition action
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    400 InvalidArgument: 'Date' must be at midnight GMT
    200
    200
    400 InvalidArgument: 'Days' in the 'GLACIER' Transition action for filter '(prefix=)' must be 30 days more than 'Days' in the 'STANDARD_IA' Transition action
    400 InvalidArgument: 'Days' in the Transition action for StorageClass 'DEEP_ARCHIVE' for filter '(prefix=)' must be greater than 'Days' in the Transition action for StorageClass 'GLACIER' for filter '(prefix=)'
    400 InvalidRequest: 'StorageClass' must be different for 'Transition' actions in same 'Rule' with filter '(prefix=)'
    400 InvalidRequest: Found mixed 'Date' and 'Days' based Transition actions in lifecycle rule for filter '(prefix=)'
    400 InvalidRequest: Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for filter '(prefix=)'
    400 InvalidArgument: 'Days' in the Expiration action for filter '(prefix=)' must be greater than 'Days' in the Transition action
    200
    400 InvalidArgument: 'Days' in the Expiration action for filter '(prefix=logs/)' must be greater than 'Days' in the Transition action
    400 InvalidArgument: 'NoncurrentDays' in NoncurrentVersionTransition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'
    200
    400 InvalidArgument: 'NoncurrentDays' in the NoncurrentVersionExpiration action for filter '(prefix=)' must be greater than 'NoncurrentDays' in the NoncurrentVersionTransition action
    400 InvalidRequest: 'StorageClass' must be different for 'NoncurrentVersionTransition' actions in same 'Rule' with filter '(prefix=)'
    "#);
}
