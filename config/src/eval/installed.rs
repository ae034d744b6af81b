//! Modules that `terraform init` installed: `.terraform/modules/modules.json`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::disk::Disk;
use crate::instance::ModuleStep;
use crate::{Inputs, Problem};

/// Where called modules are, by the names of the calls joined by dots.
#[derive(Debug)]
pub(super) enum Installed {
    /// Those that are not local.
    OnDisk(HashMap<String, PathBuf>),
    /// All of them.
    InPlan(HashMap<String, PathBuf>),
}

impl Default for Installed {
    fn default() -> Self {
        Self::OnDisk(HashMap::new())
    }
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(rename = "Modules", default)]
    modules: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    /// Names of calls, outermost first, joined by dots; empty for the root.
    #[serde(rename = "Key")]
    key: String,
    /// Relative to the root module's directory.
    #[serde(rename = "Dir")]
    directory: PathBuf,
}

impl Installed {
    /// Reads the manifest of a root module, if there is one.
    pub(super) fn read(root: &Path, inputs: &Inputs, disk: &Disk) -> Result<Self, Box<Problem>> {
        let data = inputs.environment_variable("TF_DATA_DIR");
        let data = data.unwrap_or(".terraform");
        let path = root.join(data).join("modules/modules.json");
        if !disk.exists(&path) {
            return Ok(Self::default());
        }
        let problem = |message: String| Box::new(Problem::analysis(message).about(&path));
        let text = disk.text(&path).map_err(problem)?;
        let manifest: Manifest = serde_json::from_str(&text).map_err(|error| {
            problem(format!("{} is no module manifest: {error}", path.display()))
        })?;
        let entries = manifest.modules.into_iter();
        let entries = entries.map(|entry| (entry.key, entry.directory));
        Ok(Self::OnDisk(entries.collect()))
    }

    /// The directory of a call in a module, relative to the root module's.
    pub(super) fn directory(&self, module: &[ModuleStep], call: &str) -> Option<PathBuf> {
        let mut key = String::new();
        for step in module {
            key.push_str(&step.name);
            key.push('.');
        }
        key.push_str(call);
        let (Self::OnDisk(known) | Self::InPlan(known)) = self;
        known.get(&key).cloned()
    }
}
