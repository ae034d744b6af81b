//! Deleting a bucket: what protects it, what empties it.

use holdfast_aws::s3::{BucketName, Deletion, Governance, NotDeleted, ObjectVersion, S3, Setting};
use holdfast_aws::{AwsError, ErrorKind};
use tfplugin::prelude::*;
use tfplugin::{CancellationToken, PrivateKey};

use super::failed;
use super::found::own;
use super::model::EtcdBackupBucket;
use super::patience::Patience;
use crate::client::Client;
use crate::creation::{CreationId, Mark};
use crate::tags::known_tags;

/// In the plan of an update: the name of the bucket that the state holds, if it is protected. The
/// plan of its replacement is handed the private state of that plan, and nothing else of the old
/// bucket.
pub(super) const PROTECTED: PrivateKey = PrivateKey::new("protected");
/// How often a bucket is emptied before the delete gives up against those who fill it.
const ROUNDS: usize = 5;
/// How many keys a message names.
const NAMED: usize = 3;

/// The refusal to destroy or replace a bucket.
pub(super) fn protected(name: &str, doing: &str) -> Diagnostic {
    let detail = format!(
        "{doing} would delete {name}, whose deletion_protection is on. If that is meant, set \
         deletion_protection = false, apply, and then try again."
    );
    Diagnostic::error("The bucket is protected", detail).at(path!("deletion_protection"))
}

/// The refusal to replace a tainted bucket, of which no plan asks the provider. As long as it is
/// tainted no apply can set anything, so the protection cannot be taken off either.
pub(super) fn protected_and_tainted(name: &str) -> Diagnostic {
    let detail = format!(
        "Replacing the bucket would delete {name}, whose deletion_protection is on. It is tainted: \
         `terraform untaint` its address to keep it. If replacing it is meant, do so after that: set \
         deletion_protection = false, apply, and apply once more with -replace and its address."
    );
    Diagnostic::error("The bucket is protected", detail).at(path!("deletion_protection"))
}

/// One delete under way.
pub(super) struct Delete<'a> {
    pub(super) client: &'a Client,
    pub(super) s3: &'a dyn S3,
    pub(super) name: &'a BucketName,
    pub(super) state: &'a EtcdBackupBucket,
    pub(super) cancel: &'a CancellationToken,
    /// The creation id of a bucket that was not seen finished.
    pub(super) unfinished: Option<CreationId>,
}

impl Delete<'_> {
    /// Deletes the bucket; answers a warning if it stays because it is not this state's any more.
    pub(super) async fn run(&self) -> Result<Option<Diagnostic>, Diagnostics> {
        if let Some(creation) = &self.unfinished {
            match self.s3.get_tags(self.name).await {
                Err(error) if *error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(self.failed(&error)),
                Ok(tags) if carries(&tags, creation) => {}
                Ok(_) => return Ok(Some(finished_elsewhere(self.name))),
            }
        }
        for _ in 0..ROUNDS {
            if self.delete().await? != Deletion::NotEmpty {
                return Ok(None);
            }
            self.empty().await?;
        }
        let detail = format!(
            "{} was emptied {ROUNDS} times and is not empty: somebody writes to it. Stop the \
             writers, then try again.",
            self.name
        );
        Err(Diagnostic::error("The bucket fills faster than it empties", detail).into())
    }

    async fn delete(&self) -> Result<Deletion, Diagnostics> {
        let mut patience = Patience::with_old(&*self.client.clock, self.cancel);
        loop {
            match self.s3.delete_bucket(self.name).await {
                Ok(deletion) => return Ok(deletion),
                Err(error) if patience.after(&error).await => {}
                Err(error) => return Err(self.failed(&error)),
            }
        }
    }

    /// Empties the bucket if that was allowed.
    async fn empty(&self) -> Result<(), Diagnostics> {
        // Nobody has agreed yet to lose what is in an unfinished bucket.
        if self.unfinished.is_some() || !self.state.force_destroy.is_true() {
            return Err(self.not_empty());
        }
        let governance = match self.state.object_lock.present() {
            Some(_) => Governance::Bypass,
            None => Governance::Respect,
        };
        // First what cannot be locked: the error about the rest says that all else is gone.
        self.abort_uploads().await?;
        self.delete_versions(governance).await
    }

    async fn delete_versions(&self, governance: Governance) -> Result<(), Diagnostics> {
        let mut kept = Vec::new();
        let mut mark = None;
        loop {
            self.go_on()?;
            let page = self.s3.list_versions(self.name, mark.as_ref()).await;
            let page = page.map_err(|error| self.failed(&error))?;
            kept.extend(self.delete_page(&page.versions, governance).await?);
            mark = page.next;
            if mark.is_none() {
                break;
            }
        }
        if kept.is_empty() {
            return Ok(());
        }
        Err(kept_by_s3(self.name, &kept, governance))
    }

    /// Deletes a page of versions; answers those that S3 keeps.
    async fn delete_page(
        &self,
        versions: &[ObjectVersion],
        governance: Governance,
    ) -> Result<Vec<NotDeleted>, Diagnostics> {
        let deleted = self
            .s3
            .delete_versions(self.name, versions, governance)
            .await;
        let kept = deleted.map_err(|error| self.failed(&error))?;
        if kept.is_empty() || governance == Governance::Respect {
            return Ok(kept);
        }
        // A legal hold looks like any lock until it is lifted.
        let held = |version: &&ObjectVersion| {
            kept.iter().any(|one| {
                one.key == version.key
                    && one.version.as_ref().is_none_or(|id| *id == version.version)
            })
        };
        let held: Vec<ObjectVersion> = versions.iter().filter(held).cloned().collect();
        for version in held.iter().filter(|version| !version.marker) {
            self.go_on()?;
            // What cannot be lifted shows in the second delete.
            let _ = self.s3.lift_legal_hold(self.name, version).await;
        }
        let deleted = self.s3.delete_versions(self.name, &held, governance).await;
        deleted.map_err(|error| self.failed(&error))
    }

    async fn abort_uploads(&self) -> Result<(), Diagnostics> {
        let mut after = None;
        loop {
            let page = self.s3.list_uploads(self.name, after.as_ref()).await;
            let page = match page {
                Ok(page) => page,
                // A store that cannot list them has none that matter.
                Err(error) if *error.kind() == ErrorKind::Unsupported => return Ok(()),
                Err(error) => return Err(self.failed(&error)),
            };
            for upload in &page.uploads {
                self.go_on()?;
                let aborted = self.s3.abort_upload(self.name, upload).await;
                aborted.map_err(|error| self.failed(&error))?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// The user may stop between two calls.
    fn go_on(&self) -> Result<(), Diagnostics> {
        if !self.cancel.is_cancelled() {
            return Ok(());
        }
        let detail = format!("{} is partly emptied; the next destroy goes on.", self.name);
        Err(Diagnostic::error("Interrupted", detail).into())
    }

    fn failed(&self, error: &AwsError) -> Diagnostics {
        failed(&format!("Cannot delete bucket {}", self.name), error, None)
    }

    fn not_empty(&self) -> Diagnostics {
        let name = self.name;
        let (summary, detail) = if self.unfinished.is_some() {
            (
                "An unfinished bucket is not empty",
                format!(
                    "The create of {name} did not finish, and since then somebody has put objects \
                     into it, which are not deleted. Empty it by hand and apply again; or keep it: \
                     `terraform untaint` its address, and the next apply finishes it in place."
                ),
            )
        } else {
            (
                "The bucket is not empty",
                format!(
                    "{name} holds objects, versions or delete markers. Empty it; or set \
                     force_destroy = true, apply, and destroy again, which deletes them all."
                ),
            )
        };
        Diagnostic::error(summary, detail)
            .at(path!("force_destroy"))
            .into()
    }
}

/// The creation id of a state whose bucket was not seen finished: in private state, or, where the
/// host does not hand that over, in the mark that the state shows.
pub(super) fn unfinished(
    private: Option<CreationId>,
    state: &EtcdBackupBucket,
) -> Option<CreationId> {
    let marked = || match Mark::among(&known_tags(&state.tags_all)) {
        Some(Ok(mark)) => Some(mark.id),
        _ => None,
    };
    private.or_else(marked)
}

/// Whether tags carry the mark of that create.
pub(super) fn carries(tags: &Setting<crate::tags::TagMap>, creation: &CreationId) -> bool {
    matches!(Mark::among(&own(tags)), Some(Ok(mark)) if mark.id == *creation)
}

/// Under `create_before_destroy` the replacement takes the unfinished bucket up and finishes it; the
/// state that held it as unfinished must not delete it then.
fn finished_elsewhere(name: &BucketName) -> Diagnostic {
    Diagnostic::warning(
        "The bucket stays: another create has finished it",
        format!(
            "This state held {name} as unfinished, and the bucket no longer carries its mark. If no \
             other state manages it, take it over with `terraform import ADDRESS {name}`, or delete \
             it with `aws s3 rb s3://{name}`."
        ),
    )
}

fn kept_by_s3(name: &BucketName, kept: &[NotDeleted], governance: Governance) -> Diagnostics {
    let keys: Vec<String> = kept
        .iter()
        .take(NAMED)
        .map(|one| format!("{:?} ({})", one.key, one.code))
        .collect();
    let more = match kept.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let said = kept
        .first()
        .map(|one| one.said.as_str())
        .unwrap_or_default();
    let way_out = match governance {
        Governance::Bypass => {
            "Compliance retention cannot be lifted by anybody: wait until it ends, then destroy \
             again. For all else the caller needs s3:DeleteObjectVersion, \
             s3:BypassGovernanceRetention and s3:PutObjectLegalHold."
        }
        Governance::Respect => {
            "The caller needs s3:DeleteObject and s3:DeleteObjectVersion, and no statement of the \
             bucket's policy may deny them. Mend that, then destroy again."
        }
    };
    let detail = format!(
        "S3 keeps {}{more} in {name}: {}. Everything else has been deleted. {way_out}",
        keys.join(", "),
        said.trim_end_matches('.'),
    );
    Diagnostic::error("The bucket holds objects that cannot be deleted", detail).into()
}
