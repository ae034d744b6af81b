//! S3 that waits while it throttles, as [`crate::patient`] does for every port.
//!
//! Three calls pass through: a create, for its caller looks before it sends again, and the write
//! and the deletion of a lifecycle configuration, which must not go out long after what they rest
//! on was read.

use async_trait::async_trait;

use super::{
    BucketName, Creation, Deletion, Encryption, Gone, Governance, Head, LifecycleDocument, Logging,
    NewBucket, NotDeleted, ObjectLock, ObjectVersion, Ownership, PublicAccessBlock, Replication,
    S3, SendWhile, Sent, Setting, Tags, Upload, UploadPage, VersionMark, VersionPage, Versioning,
};
use crate::clock::Clock;
use crate::patient::Patient;
use crate::{AwsError, Region};

#[async_trait]
impl<P: S3, C: Clock> S3 for Patient<P, C> {
    fn region(&self) -> &Region {
        self.inner.region()
    }

    fn is_aws(&self) -> bool {
        self.inner.is_aws()
    }

    async fn create_bucket(&self, bucket: &NewBucket) -> Result<Creation, AwsError> {
        self.inner.create_bucket(bucket).await
    }

    async fn head_bucket(&self, bucket: &BucketName) -> Result<Head, AwsError> {
        self.ask(|| self.inner.head_bucket(bucket)).await
    }

    async fn delete_bucket(&self, bucket: &BucketName) -> Result<Deletion, AwsError> {
        self.ask(|| self.inner.delete_bucket(bucket)).await
    }

    async fn list_versions(
        &self,
        bucket: &BucketName,
        after: Option<&VersionMark>,
    ) -> Result<VersionPage, AwsError> {
        self.ask(|| self.inner.list_versions(bucket, after)).await
    }

    async fn delete_versions(
        &self,
        bucket: &BucketName,
        versions: &[ObjectVersion],
        governance: Governance,
    ) -> Result<Vec<NotDeleted>, AwsError> {
        self.ask(|| self.inner.delete_versions(bucket, versions, governance))
            .await
    }

    async fn lift_legal_hold(
        &self,
        bucket: &BucketName,
        version: &ObjectVersion,
    ) -> Result<(), AwsError> {
        self.ask(|| self.inner.lift_legal_hold(bucket, version))
            .await
    }

    async fn list_uploads(
        &self,
        bucket: &BucketName,
        after: Option<&Upload>,
    ) -> Result<UploadPage, AwsError> {
        self.ask(|| self.inner.list_uploads(bucket, after)).await
    }

    async fn abort_upload(&self, bucket: &BucketName, upload: &Upload) -> Result<Gone, AwsError> {
        self.ask(|| self.inner.abort_upload(bucket, upload)).await
    }

    async fn get_versioning(&self, bucket: &BucketName) -> Result<Setting<Versioning>, AwsError> {
        self.ask(|| self.inner.get_versioning(bucket)).await
    }

    async fn put_versioning(
        &self,
        bucket: &BucketName,
        versioning: &Versioning,
    ) -> Result<(), AwsError> {
        self.ask(|| self.inner.put_versioning(bucket, versioning))
            .await
    }

    async fn get_encryption(&self, bucket: &BucketName) -> Result<Setting<Encryption>, AwsError> {
        self.ask(|| self.inner.get_encryption(bucket)).await
    }

    async fn put_encryption(
        &self,
        bucket: &BucketName,
        encryption: &Encryption,
    ) -> Result<(), AwsError> {
        self.ask(|| self.inner.put_encryption(bucket, encryption))
            .await
    }

    async fn get_public_access_block(
        &self,
        bucket: &BucketName,
    ) -> Result<Setting<PublicAccessBlock>, AwsError> {
        self.ask(|| self.inner.get_public_access_block(bucket))
            .await
    }

    async fn put_public_access_block(
        &self,
        bucket: &BucketName,
        block: &PublicAccessBlock,
    ) -> Result<(), AwsError> {
        self.ask(|| self.inner.put_public_access_block(bucket, block))
            .await
    }

    async fn get_ownership(&self, bucket: &BucketName) -> Result<Setting<Ownership>, AwsError> {
        self.ask(|| self.inner.get_ownership(bucket)).await
    }

    async fn put_ownership(
        &self,
        bucket: &BucketName,
        ownership: &Ownership,
    ) -> Result<(), AwsError> {
        self.ask(|| self.inner.put_ownership(bucket, ownership))
            .await
    }

    async fn get_policy(&self, bucket: &BucketName) -> Result<Setting<String>, AwsError> {
        self.ask(|| self.inner.get_policy(bucket)).await
    }

    async fn put_policy(&self, bucket: &BucketName, policy: &str) -> Result<(), AwsError> {
        self.ask(|| self.inner.put_policy(bucket, policy)).await
    }

    async fn delete_policy(&self, bucket: &BucketName) -> Result<(), AwsError> {
        self.ask(|| self.inner.delete_policy(bucket)).await
    }

    async fn get_tags(&self, bucket: &BucketName) -> Result<Setting<Tags>, AwsError> {
        self.ask(|| self.inner.get_tags(bucket)).await
    }

    async fn put_tags(&self, bucket: &BucketName, tags: &Tags) -> Result<(), AwsError> {
        self.ask(|| self.inner.put_tags(bucket, tags)).await
    }

    async fn get_object_lock(&self, bucket: &BucketName) -> Result<Setting<ObjectLock>, AwsError> {
        self.ask(|| self.inner.get_object_lock(bucket)).await
    }

    async fn put_object_lock(
        &self,
        bucket: &BucketName,
        lock: &ObjectLock,
    ) -> Result<(), AwsError> {
        self.ask(|| self.inner.put_object_lock(bucket, lock)).await
    }

    async fn get_logging(&self, bucket: &BucketName) -> Result<Setting<Logging>, AwsError> {
        self.ask(|| self.inner.get_logging(bucket)).await
    }

    async fn put_logging(
        &self,
        bucket: &BucketName,
        logging: Option<&Logging>,
    ) -> Result<(), AwsError> {
        self.ask(|| self.inner.put_logging(bucket, logging)).await
    }

    async fn get_replication(&self, bucket: &BucketName) -> Result<Setting<Replication>, AwsError> {
        self.ask(|| self.inner.get_replication(bucket)).await
    }

    async fn put_replication(
        &self,
        bucket: &BucketName,
        replication: &Replication,
    ) -> Result<(), AwsError> {
        self.ask(|| self.inner.put_replication(bucket, replication))
            .await
    }

    async fn delete_replication(&self, bucket: &BucketName) -> Result<(), AwsError> {
        self.ask(|| self.inner.delete_replication(bucket)).await
    }

    async fn get_lifecycle(
        &self,
        bucket: &BucketName,
    ) -> Result<Setting<LifecycleDocument>, AwsError> {
        self.ask(|| self.inner.get_lifecycle(bucket)).await
    }

    async fn put_lifecycle(
        &self,
        bucket: &BucketName,
        document: &LifecycleDocument,
        fresh: &SendWhile,
    ) -> Result<Sent, AwsError> {
        self.inner.put_lifecycle(bucket, document, fresh).await
    }

    async fn delete_lifecycle(
        &self,
        bucket: &BucketName,
        fresh: &SendWhile,
    ) -> Result<Sent, AwsError> {
        self.inner.delete_lifecycle(bucket, fresh).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::clock::FixedClock;
    use crate::fake::{Failure, FakeBucket, FakeS3, FakeStore, Refusal, S3Method};

    const REFUSED: Failure = Failure::Refused(Refusal::Throttled);

    fn patient() -> (
        Patient<FakeS3, FixedClock>,
        std::sync::Arc<FakeStore>,
        BucketName,
    ) {
        let store = FakeStore::new();
        let region: Region = "eu-central-1".parse().unwrap();
        let name: BucketName = "etcd-backups".parse().unwrap();
        store.put(&name, FakeBucket::new(&region));
        let clock = FixedClock::at("2026-09-01T03:00:00Z".parse().unwrap());
        (Patient::new(store.region(&region), clock), store, name)
    }

    #[tokio::test]
    async fn what_is_throttled_is_asked_again() {
        let (patient, store, name) = patient();
        for method in [S3Method::GetTags, S3Method::PutVersioning] {
            store.fail(method, 1, REFUSED);
        }
        patient.get_tags(&name).await.unwrap();
        patient
            .put_versioning(&name, &Versioning::Enabled)
            .await
            .unwrap();
        assert_eq!(store.methods().len(), 4);
        assert_eq!(patient.clock.slept().len(), 2);
    }

    #[tokio::test]
    async fn what_must_not_be_repeated_is_not() {
        let (patient, store, name) = patient();
        let once = [
            S3Method::CreateBucket,
            S3Method::PutLifecycle,
            S3Method::DeleteLifecycle,
        ];
        for method in once {
            store.fail(method, 1, REFUSED);
        }
        let new = NewBucket {
            name: name.clone(),
            object_lock: false,
            ownership: None,
            tags: Tags::new(),
        };
        let document = LifecycleDocument::default();
        let fresh = SendWhile::always();
        let errors = [
            patient.create_bucket(&new).await.unwrap_err(),
            patient
                .put_lifecycle(&name, &document, &fresh)
                .await
                .unwrap_err(),
            patient.delete_lifecycle(&name, &fresh).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(*error.kind(), ErrorKind::Throttled);
        }
        assert_eq!(store.methods(), once);
        assert!(patient.clock.slept().is_empty());
    }
}
