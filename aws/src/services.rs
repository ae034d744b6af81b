//! [`Services`]: one account of AWS as a provider sees it, a port per service and region.

use std::sync::Arc;

use async_trait::async_trait;

use crate::dlm::Dlm;
use crate::s3::S3;
use crate::{AwsError, InvalidRegion, Region};

/// Who the credentials belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// The twelve digits of the account.
    Id(String),
    /// The provider was told not to ask (`skip_requesting_account_id`).
    NotAsked,
}

/// One account of AWS: [`crate::Clients`] in earnest, `fake::FakeServices` in tests.
#[async_trait]
pub trait Services: Send + Sync {
    /// The region of resources that name none; [`crate::ErrorKind::Settings`] if there is none.
    async fn region(&self) -> Result<Region, AwsError>;

    /// The region that `name` is: one of AWS, or of the store that the settings name for S3, which
    /// has names of its own.
    ///
    /// # Errors
    /// No region is called so.
    fn region_named(&self, name: &str) -> Result<Region, InvalidRegion> {
        name.parse()
    }

    /// The account, asked once and remembered; an error if `allowed_account_ids` excludes it.
    async fn account(&self) -> Result<Account, AwsError>;

    /// DLM in `region`, or in [`Services::region`]. The same client every time.
    ///
    /// No call is made, except to check the account where `allowed_account_ids` is set.
    async fn dlm(&self, region: Option<&Region>) -> Result<Arc<dyn Dlm>, AwsError>;

    /// S3 in `region`, or in [`Services::region`]. The same client every time.
    ///
    /// No call is made, except to check the account where `allowed_account_ids` is set.
    async fn s3(&self, region: Option<&Region>) -> Result<Arc<dyn S3>, AwsError>;
}
