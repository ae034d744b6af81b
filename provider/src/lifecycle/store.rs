//! The lifecycle configuration of one bucket: the three calls that a coordinator makes.

use std::sync::Arc;

use holdfast_aws::AwsError;
use holdfast_aws::s3::{BucketName, Head, LifecycleDocument, S3, SendWhile, Sent, Setting};

/// The lifecycle configuration of one bucket.
pub(super) struct Store {
    s3: Arc<dyn S3>,
    bucket: BucketName,
}

impl Store {
    pub(super) fn new(s3: Arc<dyn S3>, bucket: BucketName) -> Self {
        Self { s3, bucket }
    }

    /// Reads it.
    pub(super) async fn get(&self) -> Result<Setting<LifecycleDocument>, AwsError> {
        self.s3.get_lifecycle(&self.bucket).await
    }

    /// Writes it, or deletes it if it has no rules, unless `fresh` ends before that.
    pub(super) async fn put(
        &self,
        document: &LifecycleDocument,
        fresh: &SendWhile,
    ) -> Result<Sent, AwsError> {
        match document.is_empty() {
            true => self.s3.delete_lifecycle(&self.bucket, fresh).await,
            false => self.s3.put_lifecycle(&self.bucket, document, fresh).await,
        }
    }

    /// Whether the bucket may be there, asked otherwise.
    pub(super) async fn exists(&self) -> bool {
        // Only a plain no is one.
        !matches!(self.s3.head_bucket(&self.bucket).await, Ok(Head::Absent))
    }
}
