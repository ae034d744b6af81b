//! The configuration that a plan carries: `tfconfig/m-<module>/<file>` and `tfconfig/modules.json`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::plan::archive::Members;
use crate::plan::{PlanError, SourceModule, Sources};

const MANIFEST: &str = "tfconfig/modules.json";
const MAX_MODULES: u64 = 100_000;
const MODULE: &str = "tfconfig/m-";

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "Key")]
    key: String,
    #[serde(rename = "Dir", default)]
    directory: String,
}

/// All modules, the root first.
pub(super) fn read(members: &Members) -> Result<Sources, PlanError> {
    let manifest = members.get(MANIFEST).ok_or(PlanError::Missing(MANIFEST))?;
    // Every module is an object.
    let modules = memchr::memchr_iter(b'{', manifest).count() as u64;
    if modules > MAX_MODULES {
        return Err(PlanError::too_large("modules", MAX_MODULES));
    }
    let records: Vec<Record> =
        serde_json::from_slice(manifest).map_err(|error| PlanError::malformed(MANIFEST, error))?;
    let mut modules = BTreeMap::new();
    for record in records {
        check_key(&record.key)?;
        let key: Arc<str> = record.key.into();
        let module = SourceModule {
            key: Arc::clone(&key),
            // As Windows writes it.
            directory: record.directory.replace('\\', "/").into(),
            files: BTreeMap::new(),
        };
        modules.insert(key, module);
    }
    for (name, bytes) in members {
        let Some(rest) = name.strip_prefix(MODULE) else {
            continue;
        };
        // Names with more separators are none that a host writes.
        let (key, file) = rest.split_once('/').unwrap_or((rest, ""));
        if file.is_empty() || file.contains('/') {
            return Err(PlanError::Name(name.to_string()));
        }
        let module = modules.get_mut(key).ok_or_else(|| {
            PlanError::malformed(MANIFEST, format!("module {key:?} is not in it"))
        })?;
        module.files.insert(file.into(), Arc::clone(bytes));
    }
    Ok(Sources {
        modules: modules.into_values().collect(),
    })
}

/// Names of calls, joined by dots.
fn check_key(key: &str) -> Result<(), PlanError> {
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|it| it == '-' || unicode_id_start::is_id_continue(it))
    };
    match key.is_empty() || key.split('.').all(is_name) {
        true => Ok(()),
        false => Err(PlanError::malformed(
            MANIFEST,
            format!("{key:?} is no module"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(members: &[(&str, &str)]) -> Members {
        let members = members.iter();
        members
            .map(|(name, text)| ((*name).into(), text.as_bytes().into()))
            .collect()
    }

    #[test]
    fn modules_are_read_with_their_files() {
        let sources = read(&members(&[
            (
                MANIFEST,
                r#"[{"Key":"a.b","Source":"./b","Dir":"a\\b"},{"Key":"","Dir":"."}]"#,
            ),
            ("tfconfig/m-/main.tf", "root"),
            ("tfconfig/m-a.b/x.tf", "inner"),
        ]));
        let modules = sources.unwrap().modules;
        let show = |module: &SourceModule| {
            let files: Vec<&str> = module.files.keys().map(AsRef::as_ref).collect();
            format!("{}|{}|{}", module.key, module.directory, files.join(","))
        };
        let modules: Vec<String> = modules.iter().map(show).collect();
        assert_eq!(modules, ["|.|main.tf", "a.b|a/b|x.tf"]);
    }

    #[test]
    fn what_no_host_writes_is_refused() {
        let manifest = (MANIFEST, r#"[{"Key":"","Dir":"."}]"#);
        assert!(read(&members(&[])).is_err());
        assert!(read(&members(&[(MANIFEST, r#"[{"Key":"../x","Dir":"."}]"#)])).is_err());
        for name in [
            "tfconfig/m-/a/b.tf",
            "tfconfig/m-",
            "tfconfig/m-/",
            "tfconfig/m-x/a.tf",
        ] {
            assert!(read(&members(&[manifest, (name, "")])).is_err(), "{name}");
        }
    }
}
