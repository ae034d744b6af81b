//! [`Writer`]: the IAM policy of those who write snapshots.
//!
//! What K3s and RKE2 call (K3s `pkg/etcd/s3`, minio-go 7), and the action each call needs:
//!
//! | call | when | action |
//! |---|---|---|
//! | HeadBucket | before anything else | `s3:ListBucket`, without a prefix |
//! | ListObjectsV2, prefix the folder or a name in it | listing and pruning | `s3:ListBucket` |
//! | HeadObject | listing and deleting; of metadata that need not exist | `s3:GetObject`, and `s3:ListBucket` so that S3 answers 404 |
//! | GetObject | restore | `s3:GetObject` |
//! | PutObject, multipart from 16 MiB on | upload | `s3:PutObject` |
//! | AbortMultipartUpload | an upload failed | `s3:AbortMultipartUpload` |
//! | DeleteObject | pruning | `s3:DeleteObject` |
//!
//! With a key of KMS: `kms:GenerateDataKey` to write, `kms:Decrypt` to read and to finish multipart
//! uploads. GetBucketLocation is never called, since K3s always names a region.
//!
//! HeadBucket and HeadObject name no prefix, and IAM sees no difference between such a call and a
//! list without a prefix. So the condition on `s3:prefix` holds *if there is one*: names outside of
//! the folder can be listed by a request without a prefix, never read.

use serde_json::{Value as Json, json};

/// Who writes snapshots where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer<'a> {
    /// ARN of the bucket.
    pub bucket: &'a str,
    /// The folder; empty: the whole bucket.
    pub folder: &'a str,
    /// ARN of the key that encrypts the bucket, if it is one of KMS.
    pub key: Option<&'a str>,
}

impl Writer<'_> {
    /// The least that K3s and RKE2 need, as the JSON of an IAM policy.
    pub fn policy(&self) -> String {
        let Self { bucket, folder, .. } = self;
        let mut list = json!({
            "Sid": "FindSnapshots",
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket,
        });
        let mut objects = format!("{bucket}/*");
        if !folder.is_empty() {
            let within = json!({ "s3:prefix": [folder, format!("{folder}/*")] });
            list["Condition"] = json!({ "StringLikeIfExists": within });
            objects = format!("{bucket}/{folder}/*");
        }
        let keep = json!({
            "Sid": "KeepSnapshots",
            "Effect": "Allow",
            "Action": [
                "s3:GetObject",
                "s3:PutObject",
                "s3:DeleteObject",
                "s3:AbortMultipartUpload",
            ],
            "Resource": objects,
        });
        let mut statements = vec![list, keep];
        if let Some(key) = self.key {
            statements.push(json!({
                "Sid": "UseTheKey",
                "Effect": "Allow",
                "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
                "Resource": key,
            }));
        }
        json!({ "Version": "2012-10-17", "Statement": Json::Array(statements) }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pretty(writer: &Writer<'_>) -> String {
        let policy: Json = serde_json::from_str(&writer.policy()).unwrap();
        serde_json::to_string_pretty(&policy).unwrap()
    }

    #[test]
    fn a_writer_gets_its_folder_and_the_key() {
        let writer = Writer {
            bucket: "arn:aws:s3:::backups",
            folder: "prod/one",
            key: Some("arn:aws:kms:eu-central-1:123456789012:key/1"),
        };
        insta::assert_snapshot!(pretty(&writer), @r#"
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "FindSnapshots",
              "Effect": "Allow",
              "Action": "s3:ListBucket",
              "Resource": "arn:aws:s3:::backups",
              "Condition": {
                "StringLikeIfExists": {
                  "s3:prefix": [
                    "prod/one",
                    "prod/one/*"
                  ]
                }
              }
            },
            {
              "Sid": "KeepSnapshots",
              "Effect": "Allow",
              "Action": [
                "s3:GetObject",
                "s3:PutObject",
                "s3:DeleteObject",
                "s3:AbortMultipartUpload"
              ],
              "Resource": "arn:aws:s3:::backups/prod/one/*"
            },
            {
              "Sid": "UseTheKey",
              "Effect": "Allow",
              "Action": [
                "kms:GenerateDataKey",
                "kms:Decrypt"
              ],
              "Resource": "arn:aws:kms:eu-central-1:123456789012:key/1"
            }
          ]
        }
        "#);
    }

    #[test]
    fn without_a_folder_the_bucket_is_the_scope_and_without_a_key_none_is_named() {
        let writer = Writer {
            bucket: "arn:aws-cn:s3:::backups",
            folder: "",
            key: None,
        };
        insta::assert_snapshot!(writer.policy(), @r#"{"Version":"2012-10-17","Statement":[{"Sid":"FindSnapshots","Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws-cn:s3:::backups"},{"Sid":"KeepSnapshots","Effect":"Allow","Action":["s3:GetObject","s3:PutObject","s3:DeleteObject","s3:AbortMultipartUpload"],"Resource":"arn:aws-cn:s3:::backups/*"}]}"#);
    }
}
