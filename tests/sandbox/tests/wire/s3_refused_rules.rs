//! What S3 refuses of lifecycle rules, and in which words.

use holdfast_sandbox::Sandbox;

use crate::client::Caller;
use crate::rules::{self, Sample};

/// What S3 says of each of these, one line per document. The verdicts are held against the answers.
fn verdicts(samples: &[Sample]) -> String {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    let caller = Caller::new(&sandbox);
    caller.bucket("backups");
    let lines: Vec<String> = samples
        .iter()
        .map(|sample| {
            let answer = caller.s3("PUT", "/backups?lifecycle", &sample.document());
            let line = answer.s3_line();
            let verdict = line.split(':').next().unwrap_or_default();
            assert_eq!(verdict, sample.verdict, "{}", sample.name);
            format!("{}: {line}", sample.name)
        })
        .collect();
    lines.join("\n")
}

#[test]
fn the_envelope() {
    insta::assert_snapshot!(verdicts(&rules::envelope()), @r#"
    no-rule: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    thousand-rules: 200
    thousand-and-one-rules: 400 InvalidRequest: The number of lifecycle rules must not exceed the allowed limit of 1000 rules.
    id-of-255: 200
    id-of-256: 400 InvalidArgument: ID length should not exceed allowed limit of 255
    same-id-twice: 400 InvalidArgument: Rule ID must be unique. Found same ID for more than one rule
    status-in-small-letters: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    no-status: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    no-action: 400 InvalidRequest: At least one action needs to be specified in a rule
    two-expirations: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    "#);
}

#[test]
fn scopes() {
    insta::assert_snapshot!(verdicts(&rules::scopes()), @r#"
    neither-filter-nor-prefix: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    filter-and-prefix: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    prefix: 200
    tag: 200
    prefix-beside-tag: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    two-tags-without-and: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    and-of-prefix-and-tag: 200
    and-of-two-tags: 200
    and-of-the-same-tag: 400 InvalidRequest: Duplicate Tag Keys are not allowed.
    and-of-one: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    prefix-beside-and: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    tag-without-value: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    tag-with-empty-key: 400 InvalidRequest: A Tag's Key must be a length between 1 and 128.
    prefix-of-1025: 400 InvalidRequest: The maximum size of a prefix is 1024
    above-0-bytes: 200
    above-minus-1-bytes: 400 InvalidRequest: 'ObjectSizeGreaterThan' should be between 0 and 1099511627776000.
    below-0-bytes: 400 InvalidRequest: 'ObjectSizeLessThan' should be between 1 and 1099511627776000.
    below-too-much: 400 InvalidRequest: 'ObjectSizeLessThan' should be between 1 and 1099511627776000.
    below-many: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    above-and-below-the-same: 400 InvalidRequest: 'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.
    "#);
}

#[test]
fn versions_of_the_configuration_do_not_mix() {
    insta::assert_snapshot!(verdicts(&rules::versions()), @r#"
    v1-then-v2: 400 InvalidRequest: Filter element can only be used in Lifecycle V2.
    v2-then-v1: 400 InvalidRequest: Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.
    newer-versions-in-v1: 400 InvalidRequest: NewerNoncurrentVersions element can only be used in Lifecycle V2.
    newer-versions-in-v2: 200
    v1-overlap: 400 InvalidRequest: Found overlapping prefixes 'dir/' and 'di' for same action type 'Expiration'
    v1-overlap-of-other-actions: 200
    v1-side-by-side: 200
    "#);
}

#[test]
fn expirations() {
    insta::assert_snapshot!(verdicts(&rules::expirations()), @r#"
    expiration-of-nothing: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    days-0: 400 InvalidArgument: 'Days' for Expiration action must be a positive integer
    days-and-a-half: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    date: 200
    bare-date: 200
    midnight-elsewhere: 200
    noon: 400 InvalidArgument: 'Date' must be at midnight GMT
    date-without-dashes: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    days-and-date: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    days-and-marker: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    marker: 200
    marker-with-tag: 400 InvalidRequest: ExpiredObjectDeleteMarker cannot be specified with Tags.
    marker-with-size: 400 InvalidRequest: ExpiredObjectDeleteMarker cannot be specified with Object Size.
    abort: 200
    abort-with-tag: 400 InvalidRequest: AbortIncompleteMultipartUpload cannot be specified with Tags.
    abort-with-size: 400 InvalidRequest: AbortIncompleteMultipartUpload cannot be specified with Object Size.
    abort-after-nothing: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    abort-after-0-days: 400 InvalidArgument: 'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer
    noncurrent-of-nothing: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    noncurrent-days-0: 400 InvalidArgument: 'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer
    newer-versions-0: 400 InvalidArgument: 'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be a positive integer
    newer-versions-100: 200
    newer-versions-101: 400 InvalidArgument: 'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be between 1 and 100
    "#);
}

#[test]
fn transitions() {
    insta::assert_snapshot!(verdicts(&rules::transitions()), @r#"
    glacier-at-once: 200
    tiering-at-once: 200
    transition-days-negative: 400 InvalidArgument: 'Days' in Transition action must be nonnegative
    infrequent-at-29: 400 InvalidArgument: 'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'
    one-zone-at-30: 200
    to-standard: 400 InvalidArgument: Invalid target Storage class for Transition action
    to-nowhere: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    transition-without-time: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    transition-days-and-date: 400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema
    transition-at-one: 400 InvalidArgument: 'Date' must be at midnight GMT
    infrequent-then-glacier: 200
    glacier-then-infrequent-in-text: 200
    infrequent-then-glacier-too-soon: 400 InvalidArgument: 'Days' in the 'GLACIER' Transition action for filter '(prefix=)' must be 30 days more than 'Days' in the 'STANDARD_IA' Transition action
    two-classes-at-once: 400 InvalidArgument: 'Days' in the Transition action for StorageClass 'DEEP_ARCHIVE' for filter '(prefix=)' must be greater than 'Days' in the Transition action for StorageClass 'GLACIER' for filter '(prefix=)'
    one-class-twice: 400 InvalidRequest: 'StorageClass' must be different for 'Transition' actions in same 'Rule' with filter '(prefix=)'
    days-and-date-in-two: 400 InvalidRequest: Found mixed 'Date' and 'Days' based Transition actions in lifecycle rule for filter '(prefix=)'
    date-against-days: 400 InvalidRequest: Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for filter '(prefix=)'
    expiration-with-transition: 400 InvalidArgument: 'Days' in the Expiration action for filter '(prefix=)' must be greater than 'Days' in the Transition action
    expiration-after-transition: 200
    expiration-before-transition: 400 InvalidArgument: 'Days' in the Expiration action for filter '(prefix=logs/)' must be greater than 'Days' in the Transition action
    noncurrent-infrequent-at-29: 400 InvalidArgument: 'NoncurrentDays' in NoncurrentVersionTransition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'
    noncurrent-in-order: 200
    noncurrent-expiration-with-transition: 400 InvalidArgument: 'NoncurrentDays' in the NoncurrentVersionExpiration action for filter '(prefix=)' must be greater than 'NoncurrentDays' in the NoncurrentVersionTransition action
    noncurrent-class-twice: 400 InvalidRequest: 'StorageClass' must be different for 'NoncurrentVersionTransition' actions in same 'Rule' with filter '(prefix=)'
    "#);
}
