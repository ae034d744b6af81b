//! The port [`S3`] over the buckets in memory.

use async_trait::async_trait;

use super::bucket::{FakeBucket, Hold};
use super::script::{Moment, S3Method};
use super::{FakeS3, Inner};
use crate::fake::Failure;
use crate::s3::lifecycle::MinimumSize;
use crate::s3::{
    BucketName, Creation, Deletion, Encryption, Gone, Governance, Head, LifecycleDocument, Logging,
    NewBucket, NotDeleted, ObjectLock, ObjectVersion, Ownership, PublicAccessBlock, Replication,
    S3, SendWhile, Sent, Setting, Tags, Upload, UploadPage, VersionMark, VersionPage, Versioning,
};
use crate::{AwsError, ErrorKind, Region};

impl FakeS3 {
    /// Writes the call down, waits for the hook, then refuses it, or does `work` and perhaps
    /// loses the answer.
    async fn call<T: Send>(
        &self,
        method: S3Method,
        name: &BucketName,
        work: impl FnOnce(&mut Inner) -> Result<T, AwsError> + Send,
    ) -> Result<T, AwsError> {
        let (call, failure, hook) = {
            let mut inner = self.store.lock();
            let (call, failure) = inner.script.arrived(method, name, &self.region);
            (call, failure, inner.hook.clone())
        };
        if let Some(hook) = &hook {
            hook.run(call.clone(), Moment::Before).await;
        }
        let answer = match failure {
            None => work(&mut self.store.lock()),
            Some(Failure::Refused(refusal)) => Err(refusal.error(&action(method))),
            Some(Failure::AnswerLost) => work(&mut self.store.lock()).and_then(|_| {
                let said = "the test asked for this answer to be lost";
                Err(AwsError::new(
                    ErrorKind::ConnectionLost,
                    action(method),
                    said,
                ))
            }),
        };
        if let Some(hook) = &hook {
            hook.run(call, Moment::After).await;
        }
        answer
    }

    /// A call about a bucket that must be there, in this region, and the account's.
    async fn of<T: Send>(
        &self,
        method: S3Method,
        name: &BucketName,
        work: impl FnOnce(&mut FakeBucket) -> Result<T, AwsError> + Send,
    ) -> Result<T, AwsError> {
        self.call(method, name, |inner| {
            work(inner.usable(method, name, &self.region)?)
        })
        .await
    }

    /// A look at a setting.
    async fn look<T: Send>(
        &self,
        method: S3Method,
        name: &BucketName,
        read: impl FnOnce(&mut FakeBucket) -> Option<T> + Send,
    ) -> Result<Setting<T>, AwsError> {
        let answer = self.of(method, name, |bucket| Ok(read(bucket))).await;
        match answer {
            Ok(found) => Ok(found.map_or(Setting::Absent, Setting::Present)),
            Err(error) if *error.kind() == ErrorKind::Unsupported => Ok(Setting::Unsupported),
            Err(error) => Err(error),
        }
    }

    /// A write of a setting.
    async fn write(
        &self,
        method: S3Method,
        name: &BucketName,
        write: impl FnOnce(&mut FakeBucket) + Send,
    ) -> Result<(), AwsError> {
        let write = |bucket: &mut FakeBucket| {
            write(bucket);
            Ok(())
        };
        self.of(method, name, write).await
    }
}

impl Inner {
    /// The bucket, if this call of a port of `region` can reach it.
    fn usable(
        &mut self,
        method: S3Method,
        name: &BucketName,
        region: &Region,
    ) -> Result<&mut FakeBucket, AwsError> {
        let refused = |kind, code, said| {
            let error = AwsError::new(kind, action(method), said);
            Err(error.with_code(code))
        };
        if self.unsupported.contains(&method) {
            let said = "A header you provided implies functionality that is not implemented";
            return refused(ErrorKind::Unsupported, "NotImplemented", said);
        }
        if self.foreign.contains(name) {
            return refused(ErrorKind::Denied, "AccessDenied", "Access Denied");
        }
        match self.buckets.get_mut(name) {
            None => {
                let said = "The specified bucket does not exist";
                refused(ErrorKind::NotFound, "NoSuchBucket", said)
            }
            Some(bucket) if bucket.region != *region => {
                let region = Some(bucket.region.clone());
                let said = "The bucket must be addressed by another endpoint";
                refused(ErrorKind::WrongRegion { region }, "PermanentRedirect", said)
            }
            Some(bucket) => Ok(bucket),
        }
    }
}

fn action(method: S3Method) -> String {
    format!("s3:{method:?}")
}

/// 409: the bucket is not in a state in which this can be done.
fn invalid_state(method: S3Method, said: &str) -> AwsError {
    AwsError::new(ErrorKind::Other, action(method), said).with_code("InvalidBucketState")
}

#[async_trait]
impl S3 for FakeS3 {
    fn region(&self) -> &Region {
        &self.region
    }

    fn is_aws(&self) -> bool {
        self.store.lock().unsupported.is_empty()
    }

    async fn create_bucket(&self, bucket: &NewBucket) -> Result<Creation, AwsError> {
        self.call(S3Method::CreateBucket, &bucket.name, |inner| {
            let name = &bucket.name;
            if let Some(left) = inner.busy.get_mut(name).filter(|left| **left > 0) {
                *left -= 1;
                return Ok(Creation::Busy);
            }
            if inner.foreign.contains(name) {
                return Ok(Creation::Foreign);
            }
            if inner.buckets.contains_key(name) {
                // There an own bucket answers like a new one.
                return Ok(match self.region.as_str() {
                    "us-east-1" => Creation::Made,
                    _ => Creation::MineAlready,
                });
            }
            let made = FakeBucket::asked(bucket, &self.region);
            inner.buckets.insert(name.clone(), made);
            Ok(Creation::Made)
        })
        .await
    }

    async fn head_bucket(&self, name: &BucketName) -> Result<Head, AwsError> {
        self.call(S3Method::HeadBucket, name, |inner| {
            let region = inner.buckets.get(name).map(|bucket| bucket.region.clone());
            let here = region.as_ref().is_none_or(|region| *region == self.region);
            Ok(match region {
                // From another region nobody is told whose it is.
                region if !here => Head::Elsewhere { region },
                _ if inner.foreign.contains(name) => Head::Foreign { region: None },
                None => Head::Absent,
                region => Head::Present { region },
            })
        })
        .await
    }

    async fn delete_bucket(&self, name: &BucketName) -> Result<Deletion, AwsError> {
        self.call(S3Method::DeleteBucket, name, |inner| {
            match inner.usable(S3Method::DeleteBucket, name, &self.region) {
                Ok(bucket) if !bucket.versions.is_empty() => Ok(Deletion::NotEmpty),
                Ok(_) => {
                    inner.buckets.remove(name);
                    Ok(Deletion::Now)
                }
                Err(error) if *error.kind() == ErrorKind::NotFound => Ok(Deletion::Already),
                Err(error) => Err(error),
            }
        })
        .await
    }

    async fn list_versions(
        &self,
        name: &BucketName,
        after: Option<&VersionMark>,
    ) -> Result<VersionPage, AwsError> {
        let size = self.store.lock().page();
        self.of(S3Method::ListVersions, name, |bucket| {
            // Markers name a place, not a version: the one they name may be gone.
            let passed = |one: &ObjectVersion| {
                after.is_some_and(|mark| {
                    let version = mark.version.as_deref().unwrap_or_default();
                    (one.key.as_str(), one.version.as_str()) <= (mark.key.as_str(), version)
                })
            };
            let mut all: Vec<&ObjectVersion> =
                bucket.versions.iter().map(|one| &one.version).collect();
            all.sort();
            let mut rest = all.into_iter().filter(|one| !passed(one));
            let versions: Vec<ObjectVersion> = rest.by_ref().take(size).cloned().collect();
            let more = rest.next().is_some();
            let next = versions.last().filter(|_| more).map(|last| VersionMark {
                key: last.key.clone(),
                version: Some(last.version.clone()),
            });
            Ok(VersionPage { versions, next })
        })
        .await
    }

    async fn delete_versions(
        &self,
        name: &BucketName,
        versions: &[ObjectVersion],
        governance: Governance,
    ) -> Result<Vec<NotDeleted>, AwsError> {
        if versions.is_empty() {
            return Ok(Vec::new());
        }
        self.of(S3Method::DeleteVersions, name, |bucket| {
            let mut kept = Vec::new();
            bucket.versions.retain(|one| {
                if !versions.contains(&one.version) {
                    return true;
                }
                let free = match one.hold {
                    Hold::Free => true,
                    Hold::Governance => governance == Governance::Bypass,
                    Hold::Compliance | Hold::Legal => false,
                };
                if !free {
                    kept.push(NotDeleted {
                        key: one.version.key.clone(),
                        version: Some(one.version.version.clone()),
                        code: "AccessDenied".to_owned(),
                        said: "Access Denied because object protected by object lock.".to_owned(),
                    });
                }
                !free
            });
            Ok(kept)
        })
        .await
    }

    async fn lift_legal_hold(
        &self,
        name: &BucketName,
        version: &ObjectVersion,
    ) -> Result<(), AwsError> {
        self.write(S3Method::LiftLegalHold, name, |bucket| {
            let held = bucket.versions.iter_mut();
            for one in held.filter(|one| one.version == *version && one.hold == Hold::Legal) {
                one.hold = Hold::Free;
            }
        })
        .await
    }

    async fn list_uploads(
        &self,
        name: &BucketName,
        after: Option<&Upload>,
    ) -> Result<UploadPage, AwsError> {
        let size = self.store.lock().page();
        self.of(S3Method::ListUploads, name, |bucket| {
            let mut all = bucket.uploads.clone();
            all.sort();
            let mut rest = all
                .into_iter()
                .filter(|one| after.is_none_or(|mark| one > mark));
            let uploads: Vec<Upload> = rest.by_ref().take(size).collect();
            let more = rest.next().is_some();
            let next = uploads.last().filter(|_| more).cloned();
            Ok(UploadPage { uploads, next })
        })
        .await
    }

    async fn abort_upload(&self, name: &BucketName, upload: &Upload) -> Result<Gone, AwsError> {
        self.of(S3Method::AbortUpload, name, |bucket| {
            let before = bucket.uploads.len();
            bucket.uploads.retain(|one| one != upload);
            Ok(match bucket.uploads.len() < before {
                true => Gone::Now,
                false => Gone::Already,
            })
        })
        .await
    }

    async fn get_versioning(&self, name: &BucketName) -> Result<Setting<Versioning>, AwsError> {
        self.look(S3Method::GetVersioning, name, |bucket| {
            bucket.versioning.clone()
        })
        .await
    }

    async fn put_versioning(
        &self,
        name: &BucketName,
        versioning: &Versioning,
    ) -> Result<(), AwsError> {
        self.of(S3Method::PutVersioning, name, |bucket| {
            if bucket.object_lock.is_some() && *versioning != Versioning::Enabled {
                let said = "object lock is on, so versioning cannot be suspended";
                return Err(invalid_state(S3Method::PutVersioning, said));
            }
            bucket.versioning = Some(versioning.clone());
            Ok(())
        })
        .await
    }

    async fn get_encryption(&self, name: &BucketName) -> Result<Setting<Encryption>, AwsError> {
        self.look(S3Method::GetEncryption, name, |bucket| {
            bucket.encryption.clone()
        })
        .await
    }

    async fn put_encryption(
        &self,
        name: &BucketName,
        encryption: &Encryption,
    ) -> Result<(), AwsError> {
        self.write(S3Method::PutEncryption, name, |bucket| {
            bucket.encryption = Some(encryption.clone());
        })
        .await
    }

    async fn get_public_access_block(
        &self,
        name: &BucketName,
    ) -> Result<Setting<PublicAccessBlock>, AwsError> {
        self.look(S3Method::GetPublicAccessBlock, name, |bucket| {
            bucket.public_access
        })
        .await
    }

    async fn put_public_access_block(
        &self,
        name: &BucketName,
        block: &PublicAccessBlock,
    ) -> Result<(), AwsError> {
        self.write(S3Method::PutPublicAccessBlock, name, |bucket| {
            bucket.public_access = Some(*block);
        })
        .await
    }

    async fn get_ownership(&self, name: &BucketName) -> Result<Setting<Ownership>, AwsError> {
        self.look(S3Method::GetOwnership, name, |bucket| {
            bucket.ownership.clone()
        })
        .await
    }

    async fn put_ownership(
        &self,
        name: &BucketName,
        ownership: &Ownership,
    ) -> Result<(), AwsError> {
        self.write(S3Method::PutOwnership, name, |bucket| {
            bucket.ownership = Some(ownership.clone());
        })
        .await
    }

    async fn get_policy(&self, name: &BucketName) -> Result<Setting<String>, AwsError> {
        self.look(S3Method::GetPolicy, name, |bucket| bucket.policy.clone())
            .await
    }

    async fn put_policy(&self, name: &BucketName, policy: &str) -> Result<(), AwsError> {
        self.write(S3Method::PutPolicy, name, |bucket| {
            bucket.policy = Some(policy.to_owned());
        })
        .await
    }

    async fn delete_policy(&self, name: &BucketName) -> Result<(), AwsError> {
        self.write(S3Method::DeletePolicy, name, |bucket| bucket.policy = None)
            .await
    }

    async fn get_tags(&self, name: &BucketName) -> Result<Setting<Tags>, AwsError> {
        self.look(S3Method::GetTags, name, |bucket| {
            (!bucket.tags.is_empty()).then(|| bucket.tags.clone())
        })
        .await
    }

    async fn put_tags(&self, name: &BucketName, tags: &Tags) -> Result<(), AwsError> {
        self.write(S3Method::PutTags, name, |bucket| {
            bucket.tags = tags.clone();
        })
        .await
    }

    async fn get_object_lock(&self, name: &BucketName) -> Result<Setting<ObjectLock>, AwsError> {
        self.look(S3Method::GetObjectLock, name, |bucket| {
            bucket.object_lock.clone()
        })
        .await
    }

    async fn put_object_lock(&self, name: &BucketName, lock: &ObjectLock) -> Result<(), AwsError> {
        self.of(S3Method::PutObjectLock, name, |bucket| {
            if bucket.versioning != Some(Versioning::Enabled) {
                let said = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
                return Err(invalid_state(S3Method::PutObjectLock, said));
            }
            bucket.object_lock = Some(lock.clone());
            Ok(())
        })
        .await
    }

    async fn get_logging(&self, name: &BucketName) -> Result<Setting<Logging>, AwsError> {
        self.look(S3Method::GetLogging, name, |bucket| bucket.logging.clone())
            .await
    }

    async fn put_logging(
        &self,
        name: &BucketName,
        logging: Option<&Logging>,
    ) -> Result<(), AwsError> {
        self.write(S3Method::PutLogging, name, |bucket| {
            bucket.logging = logging.cloned();
        })
        .await
    }

    async fn get_replication(&self, name: &BucketName) -> Result<Setting<Replication>, AwsError> {
        self.look(S3Method::GetReplication, name, |bucket| {
            bucket.replication.clone()
        })
        .await
    }

    async fn put_replication(
        &self,
        name: &BucketName,
        replication: &Replication,
    ) -> Result<(), AwsError> {
        self.of(S3Method::PutReplication, name, |bucket| {
            if bucket.versioning != Some(Versioning::Enabled) {
                let said = "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
                return Err(invalid_state(S3Method::PutReplication, said));
            }
            bucket.replication = Some(replication.clone());
            Ok(())
        })
        .await
    }

    async fn delete_replication(&self, name: &BucketName) -> Result<(), AwsError> {
        self.write(S3Method::DeleteReplication, name, |bucket| {
            bucket.replication = None;
        })
        .await
    }

    async fn get_lifecycle(
        &self,
        name: &BucketName,
    ) -> Result<Setting<LifecycleDocument>, AwsError> {
        self.look(S3Method::GetLifecycle, name, |bucket| {
            match bucket.lifecycle_seen.is_empty() {
                true => bucket.lifecycle.clone(),
                false => bucket.lifecycle_seen.remove(0),
            }
        })
        .await
    }

    async fn put_lifecycle(
        &self,
        name: &BucketName,
        document: &LifecycleDocument,
        fresh: &SendWhile,
    ) -> Result<Sent, AwsError> {
        let adds_size = !self.store.lock().names_no_minimum_size;
        self.of(S3Method::PutLifecycle, name, |bucket| {
            if !fresh.holds() {
                return Ok(Sent::TooLate);
            }
            if document.is_empty() {
                let invalid = ErrorKind::Invalid {
                    required: Vec::new(),
                    exclusive: Vec::new(),
                };
                let said = "The XML you provided was not well-formed or did not validate";
                let refused = AwsError::new(invalid, action(S3Method::PutLifecycle), said);
                return Err(refused.with_code("MalformedXML"));
            }
            let mut document = document.clone();
            if adds_size && document.minimum_size.is_none() {
                document.minimum_size = Some(MinimumSize::AllStorageClasses128K);
            }
            bucket.lifecycle = Some(document);
            Ok(Sent::Now)
        })
        .await
    }

    async fn delete_lifecycle(
        &self,
        name: &BucketName,
        fresh: &SendWhile,
    ) -> Result<Sent, AwsError> {
        self.of(S3Method::DeleteLifecycle, name, |bucket| {
            if !fresh.holds() {
                return Ok(Sent::TooLate);
            }
            bucket.lifecycle = None;
            Ok(Sent::Now)
        })
        .await
    }
}
