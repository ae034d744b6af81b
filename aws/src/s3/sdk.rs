//! [`SdkS3`]: the port [`S3`] on the AWS SDK.
//!
//! Signing, endpoints, retries and timeouts are the SDK's. Three interceptors (`wire.rs`) do what
//! it does not: sign bodies by `Content-MD5` alone, send and keep the lifecycle configuration as
//! text, and hold a write back that comes too late. `call.rs` sends, `refusal.rs` reads what stores
//! answer, `request.rs` and `response.rs` translate.

mod actions;
mod call;
mod refusal;
mod request;
mod response;
mod wire;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Config;
use aws_sdk_s3::types::{ObjectLockLegalHold, ObjectLockLegalHoldStatus};
use aws_smithy_types::retry::RetryConfig;

use super::lifecycle::{LifecycleDocument, MinimumSize};
use super::{
    BucketName, Creation, Deletion, Encryption, Gone, Governance, Head, Logging, NewBucket,
    NotDeleted, ObjectLock, ObjectVersion, Ownership, PublicAccessBlock, Replication, S3,
    SendWhile, Sent, Setting, Tags, Upload, UploadPage, VersionMark, VersionPage, Versioning,
};
use crate::http::find;
use crate::refusal::Place;
use crate::{AwsError, ErrorKind, Region};
use actions as iam;
use call::{Ended, call};
use wire::{Answer, InTime, Md5Only, Raw, TooLate};

/// S3 of one region through the SDK.
#[derive(Debug)]
pub(crate) struct SdkS3 {
    client: Client,
    region: Region,
    is_aws: bool,
    place: Place,
}

impl SdkS3 {
    /// `place` is where `client` calls, `region` what it signs for.
    pub(crate) fn new(client: Client, region: Region, is_aws: bool, place: Place) -> Self {
        Self {
            client,
            region,
            is_aws,
            place,
        }
    }

    /// The configuration in an answer, whatever the SDK made of it.
    fn document(&self, answer: &Answer) -> Result<LifecycleDocument, AwsError> {
        let unreadable = |why: String| self.unreadable(iam::GET_LIFECYCLE, why);
        let xml = std::str::from_utf8(&answer.body).map_err(|why| unreadable(why.to_string()))?;
        let minimum_size = answer.minimum_size.as_deref().map(MinimumSize::from);
        LifecycleDocument::parse(xml, minimum_size).map_err(|why| unreadable(why.to_string()))
    }
}

/// Never repeated by the SDK.
fn once() -> aws_sdk_s3::config::Builder {
    Config::builder().retry_config(RetryConfig::disabled())
}

#[async_trait]
impl S3 for SdkS3 {
    fn region(&self) -> &Region {
        &self.region
    }

    fn is_aws(&self) -> bool {
        self.is_aws
    }

    async fn create_bucket(&self, bucket: &NewBucket) -> Result<Creation, AwsError> {
        let configuration = request::create(bucket, &self.region);
        let configuration = configuration.map_err(|why| self.unbuilt(iam::CREATE, &why))?;
        let ownership = bucket.ownership.as_ref();
        let request = self
            .client
            .create_bucket()
            .bucket(bucket.name.as_str())
            .set_object_ownership(ownership.map(|owner| owner.as_str().into()))
            .set_object_lock_enabled_for_bucket(bucket.object_lock.then_some(true))
            .set_create_bucket_configuration(configuration);
        let ended = call!(
            self,
            iam::CREATE,
            request,
            Md5Only::default(),
            config_override(once())
        );
        let Err(failure) = self.done(ended) else {
            return Ok(Creation::Made);
        };
        match failure.code() {
            Some("BucketAlreadyOwnedByYou") => Ok(Creation::MineAlready),
            Some("BucketAlreadyExists") => Ok(Creation::Foreign),
            Some("OperationAborted") => Ok(Creation::Busy),
            _ => Err(failure),
        }
    }

    async fn head_bucket(&self, bucket: &BucketName) -> Result<Head, AwsError> {
        let request = self.client.head_bucket().bucket(bucket.as_str());
        let ended = call!(self, iam::HEAD, request);
        let answer = ended.answer.clone();
        let region = answer.as_ref().and_then(refusal::region);
        let status = answer.map_or(0, |answer| answer.status);
        let Err(failure) = self.done(ended) else {
            return Ok(Head::Present { region });
        };
        // The answer to a iam::HEAD has no body, hence no code: the status is all there is.
        match (failure.kind(), status) {
            (ErrorKind::WrongRegion { region }, _) => Ok(Head::Elsewhere {
                region: region.clone(),
            }),
            (_, 403) => Ok(Head::Foreign { region }),
            (_, 404) => Ok(Head::Absent),
            _ => Err(failure),
        }
    }

    async fn delete_bucket(&self, bucket: &BucketName) -> Result<Deletion, AwsError> {
        let request = self.client.delete_bucket().bucket(bucket.as_str());
        match self.done(call!(self, iam::DELETE, request)) {
            Ok(_) => Ok(Deletion::Now),
            Err(failure) if *failure.kind() == ErrorKind::NotFound => Ok(Deletion::Already),
            Err(failure) if failure.code() == Some("BucketNotEmpty") => Ok(Deletion::NotEmpty),
            Err(failure) => Err(failure),
        }
    }

    async fn list_versions(
        &self,
        bucket: &BucketName,
        after: Option<&VersionMark>,
    ) -> Result<VersionPage, AwsError> {
        let request = self
            .client
            .list_object_versions()
            .bucket(bucket.as_str())
            .set_key_marker(after.map(|mark| mark.key.clone()))
            .set_version_id_marker(after.and_then(|mark| mark.version.clone()));
        let answer = self.done(call!(self, iam::LIST_VERSIONS, request))?;
        Ok(response::versions(&answer))
    }

    async fn delete_versions(
        &self,
        bucket: &BucketName,
        versions: &[ObjectVersion],
        governance: Governance,
    ) -> Result<Vec<NotDeleted>, AwsError> {
        if versions.is_empty() {
            return Ok(Vec::new());
        }
        let delete = request::delete(versions);
        let bypass = (governance == Governance::Bypass).then_some(true);
        let request = self
            .client
            .delete_objects()
            .bucket(bucket.as_str())
            .set_bypass_governance_retention(bypass)
            .delete(delete.map_err(|why| self.unbuilt(iam::DELETE_VERSIONS, &why))?);
        let answer = self.done(call!(self, iam::DELETE_VERSIONS, request))?;
        Ok(answer.errors().iter().map(response::not_deleted).collect())
    }

    async fn lift_legal_hold(
        &self,
        bucket: &BucketName,
        version: &ObjectVersion,
    ) -> Result<(), AwsError> {
        let off = ObjectLockLegalHold::builder()
            .status(ObjectLockLegalHoldStatus::Off)
            .build();
        let request = self
            .client
            .put_object_legal_hold()
            .bucket(bucket.as_str())
            .key(&version.key)
            .version_id(&version.version)
            .legal_hold(off);
        self.written(call!(self, iam::LEGAL_HOLD, request))
    }

    async fn list_uploads(
        &self,
        bucket: &BucketName,
        after: Option<&Upload>,
    ) -> Result<UploadPage, AwsError> {
        let request = self
            .client
            .list_multipart_uploads()
            .bucket(bucket.as_str())
            .set_key_marker(after.map(|last| last.key.clone()))
            .set_upload_id_marker(after.map(|last| last.id.clone()));
        let answer = self.done(call!(self, iam::LIST_UPLOADS, request))?;
        Ok(response::uploads(&answer))
    }

    async fn abort_upload(&self, bucket: &BucketName, upload: &Upload) -> Result<Gone, AwsError> {
        let request = self
            .client
            .abort_multipart_upload()
            .bucket(bucket.as_str())
            .key(&upload.key)
            .upload_id(&upload.id);
        match self.done(call!(self, iam::ABORT_UPLOAD, request)) {
            Ok(_) => Ok(Gone::Now),
            Err(failure) if failure.code() == Some("NoSuchUpload") => Ok(Gone::Already),
            Err(failure) => Err(failure),
        }
    }

    async fn get_versioning(&self, bucket: &BucketName) -> Result<Setting<Versioning>, AwsError> {
        let request = self.client.get_bucket_versioning().bucket(bucket.as_str());
        let ended = call!(self, iam::GET_VERSIONING, request);
        if let Some(found) = refusal::misnamed_versioning(ended.answer.as_ref()) {
            return Ok(found);
        }
        self.setting(ended, |answer| {
            answer.status().map(|status| status.as_str().into())
        })
    }

    async fn put_versioning(
        &self,
        bucket: &BucketName,
        versioning: &Versioning,
    ) -> Result<(), AwsError> {
        let request = self
            .client
            .put_bucket_versioning()
            .bucket(bucket.as_str())
            .versioning_configuration(request::versioning(versioning));
        self.written(call!(self, iam::PUT_VERSIONING, request))
    }

    async fn get_encryption(&self, bucket: &BucketName) -> Result<Setting<Encryption>, AwsError> {
        let request = self.client.get_bucket_encryption().bucket(bucket.as_str());
        self.setting(call!(self, iam::GET_ENCRYPTION, request), |answer| {
            let configuration = answer.server_side_encryption_configuration();
            configuration.and_then(response::encryption)
        })
    }

    async fn put_encryption(
        &self,
        bucket: &BucketName,
        encryption: &Encryption,
    ) -> Result<(), AwsError> {
        let configuration = request::encryption(encryption);
        let request = self
            .client
            .put_bucket_encryption()
            .bucket(bucket.as_str())
            .server_side_encryption_configuration(
                configuration.map_err(|why| self.unbuilt(iam::PUT_ENCRYPTION, &why))?,
            );
        self.written(call!(self, iam::PUT_ENCRYPTION, request))
    }

    async fn get_public_access_block(
        &self,
        bucket: &BucketName,
    ) -> Result<Setting<PublicAccessBlock>, AwsError> {
        let request = self.client.get_public_access_block();
        let request = request.bucket(bucket.as_str());
        self.setting(call!(self, iam::GET_PUBLIC_ACCESS, request), |answer| {
            let configuration = answer.public_access_block_configuration();
            configuration.map(response::public_access)
        })
    }

    async fn put_public_access_block(
        &self,
        bucket: &BucketName,
        block: &PublicAccessBlock,
    ) -> Result<(), AwsError> {
        let request = self
            .client
            .put_public_access_block()
            .bucket(bucket.as_str())
            .public_access_block_configuration(request::public_access(block));
        self.written(call!(self, iam::PUT_PUBLIC_ACCESS, request))
    }

    async fn get_ownership(&self, bucket: &BucketName) -> Result<Setting<Ownership>, AwsError> {
        let request = self.client.get_bucket_ownership_controls();
        let request = request.bucket(bucket.as_str());
        self.setting(call!(self, iam::GET_OWNERSHIP, request), |answer| {
            answer.ownership_controls().and_then(response::ownership)
        })
    }

    async fn put_ownership(
        &self,
        bucket: &BucketName,
        ownership: &Ownership,
    ) -> Result<(), AwsError> {
        let controls = request::ownership(ownership);
        let request = self
            .client
            .put_bucket_ownership_controls()
            .bucket(bucket.as_str())
            .ownership_controls(controls.map_err(|why| self.unbuilt(iam::PUT_OWNERSHIP, &why))?);
        self.written(call!(self, iam::PUT_OWNERSHIP, request))
    }

    async fn get_policy(&self, bucket: &BucketName) -> Result<Setting<String>, AwsError> {
        let request = self.client.get_bucket_policy().bucket(bucket.as_str());
        let ended = call!(self, iam::GET_POLICY, request);
        // A policy is text to the SDK, whatever it is.
        if refusal::lists_objects(ended.answer.as_ref()) {
            return Ok(Setting::Unsupported);
        }
        self.setting(ended, |answer| {
            answer.policy.filter(|policy| !policy.trim().is_empty())
        })
    }

    async fn put_policy(&self, bucket: &BucketName, policy: &str) -> Result<(), AwsError> {
        let request = self
            .client
            .put_bucket_policy()
            .bucket(bucket.as_str())
            .policy(policy);
        self.written(call!(self, iam::PUT_POLICY, request))
    }

    async fn delete_policy(&self, bucket: &BucketName) -> Result<(), AwsError> {
        let request = self.client.delete_bucket_policy().bucket(bucket.as_str());
        self.cleared(call!(self, iam::DELETE_POLICY, request))
    }

    async fn get_tags(&self, bucket: &BucketName) -> Result<Setting<Tags>, AwsError> {
        let request = self.client.get_bucket_tagging().bucket(bucket.as_str());
        self.setting(call!(self, iam::GET_TAGS, request), |answer| {
            response::tags(answer.tag_set())
        })
    }

    async fn put_tags(&self, bucket: &BucketName, tags: &Tags) -> Result<(), AwsError> {
        if tags.is_empty() {
            let request = self.client.delete_bucket_tagging().bucket(bucket.as_str());
            return self.cleared(call!(self, iam::PUT_TAGS, request));
        }
        let tagging = request::tagging(tags);
        let request = self
            .client
            .put_bucket_tagging()
            .bucket(bucket.as_str())
            .tagging(tagging.map_err(|why| self.unbuilt(iam::PUT_TAGS, &why))?);
        self.written(call!(self, iam::PUT_TAGS, request))
    }

    async fn get_object_lock(&self, bucket: &BucketName) -> Result<Setting<ObjectLock>, AwsError> {
        let request = self.client.get_object_lock_configuration();
        let request = request.bucket(bucket.as_str());
        self.setting(call!(self, iam::GET_OBJECT_LOCK, request), |answer| {
            let configuration = answer.object_lock_configuration();
            configuration.and_then(response::object_lock)
        })
    }

    async fn put_object_lock(
        &self,
        bucket: &BucketName,
        lock: &ObjectLock,
    ) -> Result<(), AwsError> {
        let request = self
            .client
            .put_object_lock_configuration()
            .bucket(bucket.as_str())
            .object_lock_configuration(request::object_lock(lock));
        self.written(call!(self, iam::PUT_OBJECT_LOCK, request))
    }

    async fn get_logging(&self, bucket: &BucketName) -> Result<Setting<Logging>, AwsError> {
        let request = self.client.get_bucket_logging().bucket(bucket.as_str());
        self.setting(call!(self, iam::GET_LOGGING, request), |answer| {
            answer.logging_enabled().map(response::logging)
        })
    }

    async fn put_logging(
        &self,
        bucket: &BucketName,
        logging: Option<&Logging>,
    ) -> Result<(), AwsError> {
        let status = request::logging(logging);
        let request = self
            .client
            .put_bucket_logging()
            .bucket(bucket.as_str())
            .bucket_logging_status(status.map_err(|why| self.unbuilt(iam::PUT_LOGGING, &why))?);
        self.written(call!(self, iam::PUT_LOGGING, request))
    }

    async fn get_replication(&self, bucket: &BucketName) -> Result<Setting<Replication>, AwsError> {
        let request = self.client.get_bucket_replication().bucket(bucket.as_str());
        self.setting(call!(self, iam::GET_REPLICATION, request), |answer| {
            let configuration = answer.replication_configuration();
            configuration.map(response::replication)
        })
    }

    async fn put_replication(
        &self,
        bucket: &BucketName,
        replication: &Replication,
    ) -> Result<(), AwsError> {
        let configuration = request::replication(replication);
        let request = self
            .client
            .put_bucket_replication()
            .bucket(bucket.as_str())
            .replication_configuration(
                configuration.map_err(|why| self.unbuilt(iam::PUT_REPLICATION, &why))?,
            );
        self.written(call!(self, iam::PUT_REPLICATION, request))
    }

    async fn delete_replication(&self, bucket: &BucketName) -> Result<(), AwsError> {
        let request = self.client.delete_bucket_replication();
        let request = request.bucket(bucket.as_str());
        self.cleared(call!(self, iam::PUT_REPLICATION, request))
    }

    async fn get_lifecycle(
        &self,
        bucket: &BucketName,
    ) -> Result<Setting<LifecycleDocument>, AwsError> {
        let request = self.client.get_bucket_lifecycle_configuration();
        let ended = call!(self, iam::GET_LIFECYCLE, request.bucket(bucket.as_str()));
        let answer = ended.answer.clone();
        match answer.filter(|answer| answer.status == 200 && answer.whole) {
            Some(answer) if answer.body.is_empty() => Ok(Setting::Absent),
            Some(answer) if refusal::lists_objects(Some(&answer)) => Ok(Setting::Unsupported),
            Some(answer) => self.document(&answer).map(Setting::Present),
            None => self.setting(ended, |_| None),
        }
    }

    async fn put_lifecycle(
        &self,
        bucket: &BucketName,
        document: &LifecycleDocument,
        fresh: &SendWhile,
    ) -> Result<Sent, AwsError> {
        let size = document.minimum_size.as_ref();
        let request = self
            .client
            .put_bucket_lifecycle_configuration()
            .bucket(bucket.as_str())
            .set_transition_default_minimum_object_size(size.map(|size| size.as_str().into()));
        let ended = call!(
            self,
            iam::PUT_LIFECYCLE,
            request,
            Md5Only::of(document.xml().into_bytes()),
            interceptor(InTime(fresh.clone())),
            config_override(once())
        );
        match &ended.result {
            Err(error) if find::<TooLate>(error).is_some() => Ok(Sent::TooLate),
            _ => self.written(ended).map(|()| Sent::Now),
        }
    }

    async fn delete_lifecycle(
        &self,
        bucket: &BucketName,
        fresh: &SendWhile,
    ) -> Result<Sent, AwsError> {
        let request = self.client.delete_bucket_lifecycle();
        let ended = call!(
            self,
            iam::PUT_LIFECYCLE,
            request.bucket(bucket.as_str()),
            Md5Only::default(),
            interceptor(InTime(fresh.clone())),
            config_override(once())
        );
        match &ended.result {
            Err(error) if find::<TooLate>(error).is_some() => Ok(Sent::TooLate),
            _ => self.cleared(ended).map(|()| Sent::Now),
        }
    }
}
