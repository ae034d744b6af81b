//! From a resource's `bucket` and `region` to the bucket's coordinator.

use std::sync::Arc;

use holdfast_aws::s3::lifecycle::Unreadable;
use holdfast_aws::s3::{BucketName, LifecycleDocument, Setting};
use holdfast_aws::{ErrorKind, Region};
use tfplugin::prelude::*;

use super::coordinator::Coordinator;
use super::is_region;
use super::words::About;
use crate::client::Client;
use crate::creation::CreationId;

/// A bucket that can be worked with.
pub(crate) struct Place {
    pub(crate) bucket: BucketName,
    pub(crate) region: Region,
    pub(crate) coordinator: Arc<Coordinator>,
    /// Whether it is in the provider's own region.
    home: bool,
}

impl Place {
    /// The bucket of that name, in that region or the provider's.
    ///
    /// # Errors
    /// A name or the provider's settings cannot work.
    pub(crate) async fn of(
        client: &Client,
        bucket: &Attr<String>,
        region: &Attr<String>,
        doing: &str,
    ) -> Result<Self, Diagnostics> {
        let name = bucket.as_str().unwrap_or_default();
        let bucket: BucketName = name
            .parse()
            .map_err(|error| Diagnostic::error(doing, format!("{error}.")).at(path!("bucket")))?;
        let failed = |error| Diagnostic::error(doing, format!("{error}"));
        let home = client.services.region().await;
        let region = match region.as_str() {
            Some(name) => client.services.region_named(name).map_err(|error| {
                Diagnostic::error(doing, format!("{error}.")).at(path!("region"))
            })?,
            None => home.clone().map_err(failed)?,
        };
        let s3 = client.services.s3(Some(&region)).await.map_err(failed)?;
        Ok(Self {
            coordinator: client.lifecycles.bucket(&s3, &bucket),
            home: home.is_ok_and(|home| home == region),
            bucket,
            region,
        })
    }

    /// The bucket as an import id names it.
    pub(crate) fn import(&self) -> String {
        match self.home {
            true => self.bucket.to_string(),
            false => format!("{}@{}", self.bucket, self.region),
        }
    }

    /// The rules, as a refresh sees them; `None`: the bucket is gone, and its rules with it.
    ///
    /// # Errors
    /// They cannot be read.
    pub(crate) async fn read(
        &self,
        doing: &str,
        about: &About<'_>,
    ) -> Result<Option<Arc<Setting<LifecycleDocument>>>, Diagnostics> {
        match self.coordinator.read().await {
            Ok(document) => Ok(Some(document)),
            Err(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(about.failed(doing, &error)),
        }
    }
}

/// The bucket and the region of `bucket` or `bucket@region`.
///
/// # Errors
/// That is no bucket.
pub(crate) fn imported_bucket(text: &str) -> Result<(&str, Attr<String>), Diagnostics> {
    let invalid = |why: String| Diagnostic::error("Invalid import id", why);
    let (bucket, region) = match text.split_once('@') {
        Some((_, region)) if !is_region(region) => {
            return Err(invalid(format!("{region:?} is not the name of a region.")).into());
        }
        Some((bucket, region)) => (bucket, region.into()),
        None => (text, Attr::Null),
    };
    match bucket.parse::<BucketName>() {
        Ok(_) => Ok((bucket, region)),
        Err(error) => Err(invalid(format!("{error}.")).into()),
    }
}

/// A new owner of rules.
///
/// # Errors
/// The system has no randomness to give.
pub(crate) fn new_owner(doing: &str) -> Result<CreationId, Diagnostics> {
    CreationId::random().map_err(|error| {
        Diagnostic::error(doing, format!("The system gave no random bits: {error}.")).into()
    })
}

/// A rule whose elements cannot be read.
pub(crate) fn unreadable(doing: &str, error: &Unreadable) -> Diagnostics {
    let detail = format!("S3's answer cannot be read: {error}.");
    Diagnostic::error(doing, detail).into()
}
