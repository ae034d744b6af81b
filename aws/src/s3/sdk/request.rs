//! From our plain types to the SDK's.

use aws_sdk_s3::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use super::super::{
    Encryption, Logging, NewBucket, ObjectLock, ObjectVersion, Ownership, Period,
    PublicAccessBlock, Replication, ReplicationRule, ReplicationScope, Tags, Versioning,
};
use crate::Region;

type Built<T> = Result<T, BuildError>;

/// The region that needs no naming, and may not be named.
const UNNAMED: &str = "us-east-1";

/// `None` where there is nothing to say: the request has no body then.
pub(super) fn create(
    bucket: &NewBucket,
    region: &Region,
) -> Built<Option<sdk::CreateBucketConfiguration>> {
    let location = (region.as_str() != UNNAMED).then(|| region.as_str().into());
    let tags = tag_set(&bucket.tags)?;
    if location.is_none() && tags.is_empty() {
        return Ok(None);
    }
    let tags = (!tags.is_empty()).then_some(tags);
    let configuration = sdk::CreateBucketConfiguration::builder()
        .set_location_constraint(location)
        .set_tags(tags);
    Ok(Some(configuration.build()))
}

pub(super) fn tagging(tags: &Tags) -> Built<sdk::Tagging> {
    sdk::Tagging::builder()
        .set_tag_set(Some(tag_set(tags)?))
        .build()
}

fn tag_set(tags: &Tags) -> Built<Vec<sdk::Tag>> {
    tags.iter()
        .map(|(key, value)| sdk::Tag::builder().key(key).value(value).build())
        .collect()
}

pub(super) fn delete(versions: &[ObjectVersion]) -> Built<sdk::Delete> {
    let one = |version: &ObjectVersion| {
        sdk::ObjectIdentifier::builder()
            .key(&version.key)
            .version_id(&version.version)
            .build()
    };
    let objects = versions.iter().map(one).collect::<Built<Vec<_>>>()?;
    sdk::Delete::builder()
        .set_objects(Some(objects))
        .quiet(true)
        .build()
}

pub(super) fn versioning(versioning: &Versioning) -> sdk::VersioningConfiguration {
    sdk::VersioningConfiguration::builder()
        .status(versioning.as_str().into())
        .build()
}

pub(super) fn encryption(encryption: &Encryption) -> Built<sdk::ServerSideEncryptionConfiguration> {
    let by_default = sdk::ServerSideEncryptionByDefault::builder()
        .sse_algorithm(encryption.algorithm.as_str().into())
        .set_kms_master_key_id(encryption.kms_key.clone())
        .build()?;
    let blocked = (!encryption.blocked.is_empty()).then(|| {
        let names = encryption.blocked.iter().map(|name| name.as_str().into());
        sdk::BlockedEncryptionTypes::builder()
            .set_encryption_type(Some(names.collect()))
            .build()
    });
    let rule = sdk::ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(by_default)
        .bucket_key_enabled(encryption.bucket_key)
        .set_blocked_encryption_types(blocked)
        .build();
    sdk::ServerSideEncryptionConfiguration::builder()
        .rules(rule)
        .build()
}

pub(super) fn public_access(block: &PublicAccessBlock) -> sdk::PublicAccessBlockConfiguration {
    sdk::PublicAccessBlockConfiguration::builder()
        .block_public_acls(block.block_public_acls)
        .ignore_public_acls(block.ignore_public_acls)
        .block_public_policy(block.block_public_policy)
        .restrict_public_buckets(block.restrict_public_buckets)
        .build()
}

pub(super) fn ownership(ownership: &Ownership) -> Built<sdk::OwnershipControls> {
    let rule = sdk::OwnershipControlsRule::builder()
        .object_ownership(ownership.as_str().into())
        .build()?;
    sdk::OwnershipControls::builder().rules(rule).build()
}

pub(super) fn object_lock(lock: &ObjectLock) -> sdk::ObjectLockConfiguration {
    let rule = lock.default_retention.as_ref().map(|retention| {
        let by_default = sdk::DefaultRetention::builder().mode(retention.mode.as_str().into());
        let by_default = match retention.period {
            Period::Days(days) => by_default.days(days),
            Period::Years(years) => by_default.years(years),
        };
        sdk::ObjectLockRule::builder()
            .default_retention(by_default.build())
            .build()
    });
    sdk::ObjectLockConfiguration::builder()
        .object_lock_enabled(sdk::ObjectLockEnabled::Enabled)
        .set_rule(rule)
        .build()
}

pub(super) fn logging(logging: Option<&Logging>) -> Built<sdk::BucketLoggingStatus> {
    let on = logging.map(|logging| {
        sdk::LoggingEnabled::builder()
            .target_bucket(&logging.target_bucket)
            .target_prefix(&logging.target_prefix)
            .build()
    });
    Ok(sdk::BucketLoggingStatus::builder()
        .set_logging_enabled(on.transpose()?)
        .build())
}

pub(super) fn replication(replication: &Replication) -> Built<sdk::ReplicationConfiguration> {
    let rules = replication.rules.iter().map(replication_rule);
    sdk::ReplicationConfiguration::builder()
        .role(&replication.role)
        .set_rules(Some(rules.collect::<Built<_>>()?))
        .build()
}

fn replication_rule(rule: &ReplicationRule) -> Built<sdk::ReplicationRule> {
    let encryption = rule.replica_kms_key.as_ref().map(|key| {
        sdk::EncryptionConfiguration::builder()
            .replica_kms_key_id(key)
            .build()
    });
    let destination = sdk::Destination::builder()
        .bucket(&rule.destination)
        .set_encryption_configuration(encryption)
        .build()?;
    let markers = rule.delete_markers.as_ref().map(|markers| {
        sdk::DeleteMarkerReplication::builder()
            .status(markers.as_str().into())
            .build()
    });
    let kms = rule.kms_objects.as_ref().map(|kms| {
        let objects = sdk::SseKmsEncryptedObjects::builder().status(kms.as_str().into());
        Ok::<_, BuildError>(
            sdk::SourceSelectionCriteria::builder()
                .sse_kms_encrypted_objects(objects.build()?)
                .build(),
        )
    });
    let (legacy, filter) = match &rule.scope {
        ReplicationScope::LegacyPrefix(prefix) => (Some(prefix.clone()), None),
        ReplicationScope::Prefix(prefix) => (None, Some(prefix.clone())),
        ReplicationScope::Other => {
            return Err(BuildError::other(
                "a replication rule that chooses objects by tags can be read and not written",
            ));
        }
    };
    let filter = filter.map(|prefix| sdk::ReplicationRuleFilter::builder().prefix(prefix).build());
    // The older form cannot be left out of the request by the SDK's own names only.
    #[allow(deprecated, reason = "rules of the older form exist")]
    let written = sdk::ReplicationRule::builder()
        .set_id(rule.id.clone())
        .set_priority(rule.priority)
        .set_prefix(legacy)
        .set_filter(filter)
        .status(rule.status.as_str().into())
        .destination(destination)
        .set_delete_marker_replication(markers)
        .set_source_selection_criteria(kms.transpose()?)
        .build();
    written
}
