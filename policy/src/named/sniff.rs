//! Whether a file is a plan: by what it holds, and where that is nothing, by its name.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use terraform_config::plan::looks_like_plan;

/// As much as is looked at.
const START: u64 = 64 << 10;

/// How the log of `terraform plan -json` begins. It is no plan, which shall be said: its directory
/// is not what was meant.
const LOG: &[u8] = br#"{"@level":"#;

/// How text begins that some shells of Windows write.
const UTF_16: &[u8] = b"\xff\xfe";

/// Configuration, whatever it holds.
const CONFIGURATION: [&str; 4] = [".tf.json", ".tofu.json", ".tfvars.json", ".tftest.json"];

/// True for what is to be read as a plan. A file that is named like one and holds none is taken for
/// one too, to be refused.
pub(super) fn is_plan(path: &Path) -> bool {
    if is_pipe(path) {
        return true;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if CONFIGURATION.iter().any(|end| name.ends_with(end)) || !path.is_file() {
        return false;
    }
    if name.ends_with(".tfplan") || name == "tfplan" {
        return true;
    }
    let Some(start) = start(path) else {
        return false;
    };
    // Nothing at all is what a command leaves that failed: `terraform show -json > plan.json`.
    let is_spoilt = is_empty(&start) || start.starts_with(UTF_16);
    looks_like_plan(&start) || start.starts_with(LOG) || (is_spoilt && name.ends_with(".json"))
}

/// What a shell makes of `<(terraform show -json p.tfplan)`: it can be read once.
#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    path.metadata()
        .is_ok_and(|found| found.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

fn start(path: &Path) -> Option<Vec<u8>> {
    let mut start = Vec::new();
    let file = File::open(path).ok()?;
    file.take(START).read_to_end(&mut start).ok()?;
    Some(start)
}

fn is_empty(bytes: &[u8]) -> bool {
    bytes.trim_ascii().is_empty()
}

/// What to do about what is no plan, as far as its beginning tells what it is.
pub(crate) fn advice(bytes: &[u8]) -> Option<&'static str> {
    let start = &bytes[..bytes.len().min(START as usize)];
    let names_host = |name: &[u8]| start.windows(name.len()).any(|part| part == name);
    if is_empty(start) {
        Some("it is empty: look at the command that should have written it")
    } else if start.starts_with(UTF_16) {
        Some("it is UTF-16: write it as UTF-8, or check the plan file itself")
    } else if names_host(b"Terraform") || names_host(b"OpenTofu") {
        Some("it looks like what was printed for people: save the plan with -out, and check that")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn plans_are_told_by_what_they_hold_and_by_their_name() {
        let scratch = tempfile::tempdir().unwrap();
        let told = |name: &str, content: &[u8]| {
            let path = scratch.path().join(name);
            fs::write(&path, content).unwrap();
            is_plan(&path)
        };
        for (name, content) in [
            ("plan.json", &br#"{"format_version":"1.2","trunc"#[..]),
            (
                "plan.json",
                b"\xef\xbb\xbf{\n  \"format_version\": \"1.2\"}",
            ),
            (
                "plan.json",
                br#"{"complete":true,"configuration":{"root_module":{}},"format_version":"1.2"}"#,
            ),
            ("plan.json", b" \n"),
            ("plan.json", b"\xff\xfe{\0"),
            ("plan.json", br#"{"@level":"info"}"#),
            ("out", br#"{"format_version":"1.2"}"#),
            ("out", b"PK\x03\x04rest"),
            ("p.tfplan", b""),
            ("tfplan", b"\x00damaged"),
            (
                "encrypted",
                br#"{"meta":{},"encrypted_data":"x","encryption_version":"v0"}"#,
            ),
        ] {
            assert!(
                told(name, content),
                "{name}: {}",
                String::from_utf8_lossy(content)
            );
        }
        for (name, content) in [
            ("main.tf", &b""[..]),
            ("main.tf.json", br#"{"format_version":"1.2"}"#),
            ("iam-policy.json", br#"{"Version":"2012-10-17"}"#),
            ("broken.json", b"{"),
            (
                "schemas.json",
                br#"{"format_version":"1.0","provider_schemas":{}}"#,
            ),
            ("README.md", b""),
        ] {
            assert!(
                !told(name, content),
                "{name}: {}",
                String::from_utf8_lossy(content)
            );
        }
        assert!(!is_plan(scratch.path()));
        fs::create_dir(scratch.path().join("folder.tfplan")).unwrap();
        assert!(!is_plan(&scratch.path().join("folder.tfplan")));
    }
}
