//! [`check_folder`].

/// A text that cannot be the folder of snapshots.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{folder:?} cannot be a folder of snapshots: {why}.")]
pub struct InvalidFolder {
    folder: String,
    why: &'static str,
}

/// The longest key of an object is 1024 bytes; this much stays for the name of a snapshot.
const LONGEST: usize = 512;

/// Whether the text names a folder as K3s and RKE2 do (`etcd-s3-folder`): keys are joined as paths,
/// so that each folder has one spelling, and IAM must be able to name it without a pattern. Empty:
/// the root of the bucket.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_folder(folder: &str) -> Result<(), InvalidFolder> {
    let odd = |segment: &str| matches!(segment, "" | "." | "..");
    let why = if folder.is_empty() {
        return Ok(());
    } else if folder.starts_with('/') || folder.ends_with('/') {
        "it begins and ends without a slash, as in \"prod/cluster-1\""
    } else if folder.split('/').any(odd) {
        "each part between slashes is a name, neither empty nor \".\" nor \"..\""
    } else if folder.contains(['*', '?', '$', '{', '}']) {
        "IAM takes * and ? for patterns and ${...} for variables"
    } else if folder.chars().any(char::is_control) {
        "it has no control characters"
    } else if folder.len() > LONGEST {
        "it has at most 512 bytes, so that the names of snapshots fit behind it"
    } else {
        return Ok(());
    };
    Err(InvalidFolder {
        folder: folder.to_owned(),
        why,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_spelling() {
        for folder in ["", "etcd-snapshots", "prod/cluster 1", "a.b/c_d=e"] {
            assert_eq!(check_folder(folder), Ok(()), "{folder}");
        }
        let wrong = [
            "/a",
            "a/",
            "/",
            "a//b",
            "a/../b",
            "./a",
            "a*",
            "${aws:username}",
            "a\nb",
        ];
        let said: Vec<String> = wrong
            .iter()
            .map(|folder| check_folder(folder).unwrap_err().to_string())
            .collect();
        insta::assert_snapshot!(said.join("\n"), @r#"
        "/a" cannot be a folder of snapshots: it begins and ends without a slash, as in "prod/cluster-1".
        "a/" cannot be a folder of snapshots: it begins and ends without a slash, as in "prod/cluster-1".
        "/" cannot be a folder of snapshots: it begins and ends without a slash, as in "prod/cluster-1".
        "a//b" cannot be a folder of snapshots: each part between slashes is a name, neither empty nor "." nor "..".
        "a/../b" cannot be a folder of snapshots: each part between slashes is a name, neither empty nor "." nor "..".
        "./a" cannot be a folder of snapshots: each part between slashes is a name, neither empty nor "." nor "..".
        "a*" cannot be a folder of snapshots: IAM takes * and ? for patterns and ${...} for variables.
        "${aws:username}" cannot be a folder of snapshots: IAM takes * and ? for patterns and ${...} for variables.
        "a\nb" cannot be a folder of snapshots: it has no control characters.
        "#);
        assert!(check_folder(&"a".repeat(513)).is_err());
    }
}
