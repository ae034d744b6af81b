//! The zip around a plan: its members, within limits, in memory alone.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::Arc;

use super::PlanError;

/// How an archive begins.
const ZIP: &[u8] = b"PK\x03\x04";
/// How OpenTofu's encrypted plans begin: with a JSON object that names the method.
const ENCRYPTED: &[u8] = b"{\"meta\":";
/// Members. A plan has one for each file of the configuration.
const MAX_MEMBERS: u64 = 100_000;
/// Bytes of all members, unpacked.
const MAX_BYTES: u64 = 512 << 20;

/// The members by name. A name is a key and never a place on a disk.
pub(super) fn members(plan: &[u8]) -> Result<BTreeMap<Arc<str>, Arc<[u8]>>, PlanError> {
    if plan.starts_with(ENCRYPTED) {
        return Err(PlanError::Encrypted);
    }
    if !plan.starts_with(ZIP) {
        return Err(PlanError::NotAPlan);
    }
    let damaged = |error: &dyn std::fmt::Display| PlanError::Archive(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(plan)).map_err(|error| damaged(&error))?;
    if archive.len() as u64 > MAX_MEMBERS {
        return Err(PlanError::TooLarge {
            what: "members",
            limit: MAX_MEMBERS,
        });
    }
    let mut members = BTreeMap::new();
    let mut left = MAX_BYTES;
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(|error| damaged(&error))?;
        let name: Arc<str> = member.name().map_err(|error| damaged(&error))?.into();
        let mut bytes = Vec::new();
        // What the archive says of sizes may be a lie; what comes out is what counts.
        let mut limited = member.take(left + 1);
        limited
            .read_to_end(&mut bytes)
            .map_err(|error| damaged(&error))?;
        left = left
            .checked_sub(bytes.len() as u64)
            .ok_or(PlanError::TooLarge {
                what: "bytes",
                limit: MAX_BYTES,
            })?;
        members.insert(name, bytes.into());
    }
    Ok(members)
}
