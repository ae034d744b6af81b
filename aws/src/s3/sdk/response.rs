//! From the SDK's types to our plain ones. `None`: the setting is not set.

use aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsOutput;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types as sdk;

use super::super::{
    Encryption, Logging, NotDeleted, ObjectLock, ObjectVersion, Ownership, Period,
    PublicAccessBlock, Replication, ReplicationRule, ReplicationScope, Retention, Tags, Upload,
    UploadPage, VersionMark, VersionPage,
};

pub(super) fn tags(tags: &[sdk::Tag]) -> Option<Tags> {
    let tags: Tags = tags
        .iter()
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect();
    (!tags.is_empty()).then_some(tags)
}

pub(super) fn encryption(read: &sdk::ServerSideEncryptionConfiguration) -> Option<Encryption> {
    let rule = read.rules().first()?;
    let by_default = rule.apply_server_side_encryption_by_default()?;
    let blocked = rule.blocked_encryption_types();
    Some(Encryption {
        algorithm: by_default.sse_algorithm().as_str().into(),
        kms_key: by_default
            .kms_master_key_id()
            .filter(|key| !key.is_empty())
            .map(str::to_owned),
        bucket_key: rule.bucket_key_enabled().unwrap_or_default(),
        blocked: blocked
            .map(sdk::BlockedEncryptionTypes::encryption_type)
            .unwrap_or_default()
            .iter()
            .map(|name| name.as_str().to_owned())
            .collect(),
    })
}

pub(super) fn public_access(read: &sdk::PublicAccessBlockConfiguration) -> PublicAccessBlock {
    PublicAccessBlock {
        block_public_acls: read.block_public_acls().unwrap_or_default(),
        ignore_public_acls: read.ignore_public_acls().unwrap_or_default(),
        block_public_policy: read.block_public_policy().unwrap_or_default(),
        restrict_public_buckets: read.restrict_public_buckets().unwrap_or_default(),
    }
}

pub(super) fn ownership(read: &sdk::OwnershipControls) -> Option<Ownership> {
    let rule = read.rules().first()?;
    Some(rule.object_ownership().as_str().into())
}

pub(super) fn object_lock(read: &sdk::ObjectLockConfiguration) -> Option<ObjectLock> {
    read.object_lock_enabled()?;
    let retention = read.rule().and_then(sdk::ObjectLockRule::default_retention);
    Some(ObjectLock {
        default_retention: retention.and_then(default_retention),
    })
}

fn default_retention(read: &sdk::DefaultRetention) -> Option<Retention> {
    let period = match (read.days(), read.years()) {
        (Some(days), _) if days > 0 => Period::Days(days),
        (_, Some(years)) => Period::Years(years),
        (days, None) => Period::Days(days?),
    };
    Some(Retention {
        mode: read.mode()?.as_str().into(),
        period,
    })
}

pub(super) fn logging(read: &sdk::LoggingEnabled) -> Logging {
    Logging {
        target_bucket: read.target_bucket().to_owned(),
        target_prefix: read.target_prefix().to_owned(),
    }
}

pub(super) fn replication(read: &sdk::ReplicationConfiguration) -> Replication {
    Replication {
        role: read.role().to_owned(),
        rules: read.rules().iter().map(replication_rule).collect(),
    }
}

fn replication_rule(read: &sdk::ReplicationRule) -> ReplicationRule {
    let destination = read.destination();
    let encryption = destination.and_then(sdk::Destination::encryption_configuration);
    let source = read.source_selection_criteria();
    let markers = read.delete_marker_replication();
    ReplicationRule {
        id: read.id().map(str::to_owned),
        priority: read.priority(),
        status: read.status().as_str().into(),
        scope: scope(read),
        destination: destination
            .map(|destination| destination.bucket().to_owned())
            .unwrap_or_default(),
        replica_kms_key: encryption
            .and_then(sdk::EncryptionConfiguration::replica_kms_key_id)
            .map(str::to_owned),
        kms_objects: source
            .and_then(sdk::SourceSelectionCriteria::sse_kms_encrypted_objects)
            .map(|objects| objects.status().as_str().into()),
        delete_markers: markers
            .and_then(sdk::DeleteMarkerReplication::status)
            .map(|status| status.as_str().into()),
    }
}

#[allow(deprecated, reason = "rules of the older form exist")]
fn scope(read: &sdk::ReplicationRule) -> ReplicationScope {
    match (read.filter(), read.prefix()) {
        (None, prefix) => ReplicationScope::LegacyPrefix(prefix.unwrap_or_default().to_owned()),
        (Some(filter), _) if filter.tag().is_some() || filter.and().is_some() => {
            ReplicationScope::Other
        }
        (Some(filter), _) => {
            ReplicationScope::Prefix(filter.prefix().unwrap_or_default().to_owned())
        }
    }
}

pub(super) fn versions(read: &ListObjectVersionsOutput) -> VersionPage {
    let entry = |key: Option<&str>, version: Option<&str>, marker| ObjectVersion {
        key: key.unwrap_or_default().to_owned(),
        version: version.unwrap_or("null").to_owned(),
        marker,
    };
    let versions = read.versions().iter();
    let versions = versions.map(|one| entry(one.key(), one.version_id(), false));
    let markers = read.delete_markers().iter();
    let markers = markers.map(|one| entry(one.key(), one.version_id(), true));
    let next = read.is_truncated().unwrap_or_default();
    VersionPage {
        versions: versions.chain(markers).collect(),
        next: read
            .next_key_marker()
            .filter(|_| next)
            .map(|key| VersionMark {
                key: key.to_owned(),
                version: read.next_version_id_marker().map(str::to_owned),
            }),
    }
}

pub(super) fn not_deleted(read: &sdk::Error) -> NotDeleted {
    NotDeleted {
        key: read.key().unwrap_or_default().to_owned(),
        version: read.version_id().map(str::to_owned),
        code: read.code().unwrap_or_default().to_owned(),
        said: read.message().unwrap_or_default().to_owned(),
    }
}

pub(super) fn uploads(read: &ListMultipartUploadsOutput) -> UploadPage {
    let upload = |key: Option<&str>, id: Option<&str>| {
        Some(Upload {
            key: key?.to_owned(),
            id: id?.to_owned(),
        })
    };
    let next = upload(read.next_key_marker(), read.next_upload_id_marker());
    UploadPage {
        uploads: read
            .uploads()
            .iter()
            .filter_map(|one| upload(one.key(), one.upload_id()))
            .collect(),
        next: next.filter(|_| read.is_truncated().unwrap_or_default()),
    }
}
