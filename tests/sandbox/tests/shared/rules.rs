//! Lifecycle rules that S3 takes or refuses, with what it answers: status, and code of a refusal.
//!
//! Shared by the wire tests, which hold the sandbox to S3's words as well, and by the opinions of
//! others.

/// A lifecycle document's rules and S3's answer to them.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) rules: String,
    /// `200`, or `400 InvalidRequest`.
    pub(crate) verdict: &'static str,
}

const OK: &str = "200";
const XML: &str = "400 MalformedXML";
const ARGUMENT: &str = "400 InvalidArgument";
const REQUEST: &str = "400 InvalidRequest";

fn sample(name: &'static str, verdict: &'static str, rules: String) -> Sample {
    Sample {
        name,
        rules,
        verdict,
    }
}

impl Sample {
    /// The body of PutBucketLifecycleConfiguration.
    pub(crate) fn document(&self) -> String {
        format!(
            "<LifecycleConfiguration>{}</LifecycleConfiguration>",
            self.rules
        )
    }
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

/// The number of rules, their ids, their status.
pub(crate) fn envelope() -> Vec<Sample> {
    let many = |count: usize| -> String {
        let one = whole(DAYS);
        (0..count)
            .map(|at| one.replace("<ID>r</ID>", &format!("<ID>{at}</ID>")))
            .collect()
    };
    vec![
        sample("no-rule", XML, String::new()),
        sample("thousand-rules", OK, many(1000)),
        sample("thousand-and-one-rules", REQUEST, many(1001)),
        sample(
            "id-of-255",
            OK,
            whole(DAYS).replace(">r<", &format!(">{}<", "x".repeat(255))),
        ),
        sample(
            "id-of-256",
            ARGUMENT,
            whole(DAYS).replace(">r<", &format!(">{}<", "x".repeat(256))),
        ),
        sample(
            "same-id-twice",
            ARGUMENT,
            format!("{}{}", whole(DAYS), whole(DAYS)),
        ),
        sample(
            "status-in-small-letters",
            XML,
            whole(DAYS).replace("Enabled", "enabled"),
        ),
        sample(
            "no-status",
            XML,
            whole(DAYS).replace("<Status>Enabled</Status>", ""),
        ),
        sample("no-action", REQUEST, whole("")),
        sample("two-expirations", XML, whole(&format!("{DAYS}{DAYS}"))),
    ]
}

/// Filters and prefixes.
pub(crate) fn scopes() -> Vec<Sample> {
    let tag = |key: &str| format!("<Tag><Key>{key}</Key><Value>v</Value></Tag>");
    let (a, b) = (tag("a"), tag("b"));
    vec![
        sample("neither-filter-nor-prefix", XML, rule("", DAYS)),
        sample(
            "filter-and-prefix",
            XML,
            rule("<Prefix>a</Prefix><Filter/>", DAYS),
        ),
        sample("prefix", OK, scoped("<Prefix>a</Prefix>")),
        sample("tag", OK, scoped(&a)),
        sample(
            "prefix-beside-tag",
            XML,
            scoped(&format!("<Prefix>a</Prefix>{a}")),
        ),
        sample("two-tags-without-and", XML, scoped(&format!("{a}{b}"))),
        sample(
            "and-of-prefix-and-tag",
            OK,
            scoped(&format!("<And><Prefix>a</Prefix>{a}</And>")),
        ),
        sample("and-of-two-tags", OK, scoped(&format!("<And>{a}{b}</And>"))),
        sample(
            "and-of-the-same-tag",
            REQUEST,
            scoped(&format!("<And>{a}{a}</And>")),
        ),
        sample("and-of-one", XML, scoped("<And><Prefix>a</Prefix></And>")),
        sample(
            "prefix-beside-and",
            XML,
            scoped(&format!("<Prefix>a</Prefix><And>{a}{b}</And>")),
        ),
        sample("tag-without-value", XML, scoped("<Tag><Key>a</Key></Tag>")),
        sample("tag-with-empty-key", REQUEST, scoped(&tag(""))),
        sample(
            "prefix-of-1025",
            REQUEST,
            scoped(&format!("<Prefix>{}</Prefix>", "p".repeat(1025))),
        ),
        sample(
            "above-0-bytes",
            OK,
            scoped("<ObjectSizeGreaterThan>0</ObjectSizeGreaterThan>"),
        ),
        sample(
            "above-minus-1-bytes",
            REQUEST,
            scoped("<ObjectSizeGreaterThan>-1</ObjectSizeGreaterThan>"),
        ),
        sample(
            "below-0-bytes",
            REQUEST,
            scoped("<ObjectSizeLessThan>0</ObjectSizeLessThan>"),
        ),
        sample(
            "below-too-much",
            REQUEST,
            scoped("<ObjectSizeLessThan>1099511627776001</ObjectSizeLessThan>"),
        ),
        sample(
            "below-many",
            XML,
            scoped("<ObjectSizeLessThan>many</ObjectSizeLessThan>"),
        ),
        sample(
            "above-and-below-the-same",
            REQUEST,
            scoped(
                "<And><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan><ObjectSizeLessThan>5</ObjectSizeLessThan></And>",
            ),
        ),
    ]
}

/// Rules with a prefix of their own (V1) and with a filter (V2).
pub(crate) fn versions() -> Vec<Sample> {
    let v1 = |id: &str, prefix: &str, actions: &str| {
        format!(
            "<Rule><ID>{id}</ID><Prefix>{prefix}</Prefix><Status>Enabled</Status>{actions}</Rule>"
        )
    };
    let newer = "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>1</NewerNoncurrentVersions></NoncurrentVersionExpiration>";
    let abort = "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>";
    vec![
        sample(
            "v1-then-v2",
            REQUEST,
            format!("{}{}", v1("old", "a", DAYS), whole(DAYS)),
        ),
        sample(
            "v2-then-v1",
            REQUEST,
            format!("{}{}", whole(DAYS), v1("old", "a", DAYS)),
        ),
        sample("newer-versions-in-v1", REQUEST, v1("old", "a", newer)),
        sample("newer-versions-in-v2", OK, whole(newer)),
        sample(
            "v1-overlap",
            REQUEST,
            format!("{}{}", v1("one", "dir/", DAYS), v1("two", "di", DAYS)),
        ),
        sample(
            "v1-overlap-of-other-actions",
            OK,
            format!("{}{}", v1("one", "dir/", DAYS), v1("two", "di", abort)),
        ),
        sample(
            "v1-side-by-side",
            OK,
            format!("{}{}", v1("one", "a/", DAYS), v1("two", "b/", DAYS)),
        ),
    ]
}

/// Expirations, and what ends uploads.
pub(crate) fn expirations() -> Vec<Sample> {
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
    vec![
        sample("expiration-of-nothing", XML, expires("")),
        sample("days-0", ARGUMENT, expires("<Days>0</Days>")),
        sample("days-and-a-half", XML, expires("<Days>1.5</Days>")),
        sample("date", OK, expires("<Date>2030-01-01T00:00:00.000Z</Date>")),
        sample("bare-date", OK, expires("<Date>2030-01-01</Date>")),
        sample(
            "midnight-elsewhere",
            OK,
            expires("<Date>2030-01-01T02:00:00+02:00</Date>"),
        ),
        sample(
            "noon",
            ARGUMENT,
            expires("<Date>2030-01-01T12:00:00.000Z</Date>"),
        ),
        sample("date-without-dashes", XML, expires("<Date>20300101</Date>")),
        sample(
            "days-and-date",
            XML,
            expires("<Days>1</Days><Date>2030-01-01T00:00:00Z</Date>"),
        ),
        sample(
            "days-and-marker",
            XML,
            expires("<Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>"),
        ),
        sample("marker", OK, whole(marker)),
        sample("marker-with-tag", REQUEST, rule(tagged, marker)),
        sample("marker-with-size", REQUEST, rule(sized, marker)),
        sample("abort", OK, whole(&one)),
        sample("abort-with-tag", REQUEST, rule(tagged, &one)),
        sample("abort-with-size", REQUEST, rule(sized, &one)),
        sample("abort-after-nothing", XML, whole(&abort(""))),
        sample(
            "abort-after-0-days",
            ARGUMENT,
            whole(&abort("<DaysAfterInitiation>0</DaysAfterInitiation>")),
        ),
        sample("noncurrent-of-nothing", XML, noncurrent("")),
        sample(
            "noncurrent-days-0",
            ARGUMENT,
            noncurrent("<NoncurrentDays>0</NoncurrentDays>"),
        ),
        sample(
            "newer-versions-0",
            ARGUMENT,
            noncurrent(&format!(
                "{days}<NewerNoncurrentVersions>0</NewerNoncurrentVersions>"
            )),
        ),
        sample(
            "newer-versions-100",
            OK,
            noncurrent(&format!(
                "{days}<NewerNoncurrentVersions>100</NewerNoncurrentVersions>"
            )),
        ),
        sample(
            "newer-versions-101",
            ARGUMENT,
            noncurrent(&format!(
                "{days}<NewerNoncurrentVersions>101</NewerNoncurrentVersions>"
            )),
        ),
    ]
}

/// Transitions.
pub(crate) fn transitions() -> Vec<Sample> {
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
    vec![
        sample("glacier-at-once", OK, whole(&days("GLACIER", 0))),
        sample(
            "tiering-at-once",
            OK,
            whole(&days("INTELLIGENT_TIERING", 0)),
        ),
        sample(
            "transition-days-negative",
            ARGUMENT,
            whole(&days("GLACIER", -1)),
        ),
        sample(
            "infrequent-at-29",
            ARGUMENT,
            whole(&days("STANDARD_IA", 29)),
        ),
        sample("one-zone-at-30", OK, whole(&days("ONEZONE_IA", 30))),
        sample("to-standard", ARGUMENT, whole(&days("STANDARD", 30))),
        sample("to-nowhere", XML, whole(&days("LUKEWARM", 30))),
        sample("transition-without-time", XML, whole(&to("GLACIER", ""))),
        sample(
            "transition-days-and-date",
            XML,
            whole(&to(
                "GLACIER",
                "<Days>1</Days><Date>2030-01-01T00:00:00Z</Date>",
            )),
        ),
        sample(
            "transition-at-one",
            ARGUMENT,
            whole(&to("GLACIER", "<Date>2030-01-01T01:00:00Z</Date>")),
        ),
        sample(
            "infrequent-then-glacier",
            OK,
            two(days("STANDARD_IA", 30), days("GLACIER", 60)),
        ),
        sample(
            "glacier-then-infrequent-in-text",
            OK,
            two(days("GLACIER", 60), days("STANDARD_IA", 30)),
        ),
        sample(
            "infrequent-then-glacier-too-soon",
            ARGUMENT,
            two(days("STANDARD_IA", 30), days("GLACIER", 59)),
        ),
        sample(
            "two-classes-at-once",
            ARGUMENT,
            two(days("GLACIER", 60), days("DEEP_ARCHIVE", 60)),
        ),
        sample(
            "one-class-twice",
            REQUEST,
            two(days("GLACIER", 1), days("GLACIER", 2)),
        ),
        sample(
            "days-and-date-in-two",
            REQUEST,
            two(days("GLACIER", 1), date("DEEP_ARCHIVE", "2030-01-01")),
        ),
        sample(
            "date-against-days",
            REQUEST,
            two(date("GLACIER", "2030-01-01"), end(5)),
        ),
        sample(
            "expiration-with-transition",
            ARGUMENT,
            two(days("GLACIER", 5), end(5)),
        ),
        sample(
            "expiration-after-transition",
            OK,
            two(days("GLACIER", 5), end(6)),
        ),
        sample(
            "expiration-before-transition",
            ARGUMENT,
            rule(
                "<Filter><Prefix>logs/</Prefix></Filter>",
                &format!("{}{}", days("GLACIER", 5), end(1)),
            ),
        ),
        sample(
            "noncurrent-infrequent-at-29",
            ARGUMENT,
            whole(&old("STANDARD_IA", 29)),
        ),
        sample(
            "noncurrent-in-order",
            OK,
            two(old("STANDARD_IA", 30), old_end.to_owned()),
        ),
        sample(
            "noncurrent-expiration-with-transition",
            ARGUMENT,
            two(old("GLACIER", 60), old_end.to_owned()),
        ),
        sample(
            "noncurrent-class-twice",
            REQUEST,
            two(old("GLACIER", 1), old("GLACIER", 2)),
        ),
    ]
}
