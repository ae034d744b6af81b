//! The zip around a plan: the members that a plan has, within limits, in memory alone.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::Arc;

use super::PlanError;

/// How an archive begins.
pub(super) const ZIP: &[u8] = b"PK\x03\x04";
/// How the entry of a member begins in the archive's directory.
const ENTRY: &[u8] = b"PK\x01\x02";
/// Members. A plan has one for each file of the configuration.
const MAX_MEMBERS: u64 = 100_000;
/// Bytes of all members, unpacked.
const MAX_BYTES: u64 = 192 << 20;

/// Members by name. A name is a key and never a place on a disk.
pub(super) type Members = BTreeMap<Arc<str>, Arc<[u8]>>;

/// The members that a plan has. Others are left packed.
pub(super) fn members(plan: &[u8]) -> Result<Members, PlanError> {
    members_within(plan, MAX_MEMBERS, MAX_BYTES)
}

fn members_within(plan: &[u8], max_members: u64, max_bytes: u64) -> Result<Members, PlanError> {
    if !plan.starts_with(ZIP) {
        return Err(PlanError::NotAPlan);
    }
    // Counted first, as the directory takes several times its size to read.
    let entries = memchr::memmem::find_iter(plan, ENTRY).count() as u64;
    if entries > max_members {
        return Err(PlanError::too_large("members", max_members));
    }
    let damaged = |error: &dyn std::fmt::Display| PlanError::Archive(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(plan)).map_err(|error| damaged(&error))?;
    if archive.has_duplicate_names() {
        // Programs differ in which of them they take.
        return Err(damaged(&"two members have one name"));
    }
    let mut members = Members::new();
    let mut left = max_bytes;
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(|error| damaged(&error))?;
        let name: Arc<str> = member.name().map_err(|error| damaged(&error))?.into();
        check_name(&name)?;
        if !is_wanted(&name) {
            continue;
        }
        // What the archive says of sizes may be a lie; what comes out is what counts.
        let claimed = usize::try_from(member.size().min(left)).unwrap_or(0);
        let mut bytes = Vec::with_capacity(claimed.min(plan.len().saturating_mul(4)));
        let mut limited = member.take(left + 1);
        limited
            .read_to_end(&mut bytes)
            .map_err(|error| damaged(&format!("{name:?}: {error}")))?;
        left = left
            .checked_sub(bytes.len() as u64)
            .ok_or(PlanError::too_large("bytes", max_bytes))?;
        members.insert(name, bytes.into());
    }
    Ok(members)
}

fn is_wanted(name: &str) -> bool {
    matches!(name, "tfplan" | "tfstate" | ".terraform.lock.hcl") || name.starts_with("tfconfig/")
}

/// No host writes a name that leads out of a directory, so that whoever did wants something else.
fn check_name(name: &str) -> Result<(), PlanError> {
    let is_odd = |part: &str| matches!(part, "." | "..");
    let is_bad =
        name.starts_with('/') || name.contains(['\\', ':', '\0']) || name.split('/').any(is_odd);
    match is_bad {
        true => Err(PlanError::Name(name.chars().take(200).collect())),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            let options = zip::write::SimpleFileOptions::default();
            writer.start_file(*name, options).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn members_are_those_of_a_plan() {
        let zip = archive(&[
            ("tfplan", b"plan"),
            ("tfstate-prev", b"left out"),
            ("tfconfig/m-/main.tf", b"# text"),
            ("readme", b"left out"),
        ]);
        let members = members(&zip).unwrap();
        let names: Vec<&str> = members.keys().map(AsRef::as_ref).collect();
        assert_eq!(names, ["tfconfig/m-/main.tf", "tfplan"]);
        assert_eq!(members["tfplan"].as_ref(), b"plan");
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in [
            "../tfplan",
            "tfconfig/m-/../../x",
            "/etc/passwd",
            "tfconfig\\m-\\main.tf",
            "C:/x",
            "tfconfig/./x",
        ] {
            let zip = archive(&[("tfplan", b""), (name, b"")]);
            let error = members(&zip).unwrap_err();
            assert_eq!(error, PlanError::Name(name.to_owned()));
        }
    }

    #[test]
    fn two_members_of_one_name_are_refused() {
        // The writer refuses them, so one is renamed afterwards.
        let mut zip = archive(&[("tfplan", b"one"), ("tfplaN", b"two")]);
        let places: Vec<usize> = memchr::memmem::find_iter(&zip, b"tfplaN").collect();
        assert_eq!(places.len(), 2);
        for place in places {
            zip[place + 5] = b'n';
        }
        let error = members(&zip).unwrap_err().to_string();
        assert!(error.contains("two members have one name"), "{error}");
    }

    #[test]
    fn what_would_take_too_much_is_refused() {
        let zeros = vec![0; 100_000];
        let zip = archive(&[("tfplan", &zeros), ("tfstate", &zeros)]);
        assert!(zip.len() < 1000, "{}", zip.len());
        assert_eq!(members_within(&zip, 2, 200_000).unwrap().len(), 2);
        let refused = |members, bytes| members_within(&zip, members, bytes).unwrap_err();
        let error = PlanError::too_large("bytes", 199_999);
        assert_eq!(refused(2, 199_999), error);
        assert_eq!(refused(1, 200_000), PlanError::too_large("members", 1));
    }
}
