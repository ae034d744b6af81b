//! Modules that `terraform init` installed: `.terraform/modules/modules.json`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::instance::ModuleStep;
use crate::load::read_text;
use crate::{Inputs, Problem};

/// Where each called module was installed.
#[derive(Debug, Default)]
pub(super) struct Installed(HashMap<String, PathBuf>);

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
    pub(super) fn read(root: &Path, inputs: &Inputs) -> Result<Self, Box<Problem>> {
        let data = inputs.environment_variable("TF_DATA_DIR");
        let data = data.unwrap_or(".terraform");
        let path = root.join(data).join("modules/modules.json");
        if std::fs::symlink_metadata(&path).is_err() {
            return Ok(Self::default());
        }
        let problem = |message: String| Box::new(Problem::analysis(message).about(&path));
        let text = read_text(&path).map_err(problem)?;
        let manifest: Manifest = serde_json::from_str(&text).map_err(|error| {
            problem(format!("{} is no module manifest: {error}", path.display()))
        })?;
        let entries = manifest.modules.into_iter();
        Ok(Self(
            entries.map(|entry| (entry.key, entry.directory)).collect(),
        ))
    }

    /// The directory of a call in a module, relative to the root module's.
    pub(super) fn directory(&self, module: &[ModuleStep], call: &str) -> Option<PathBuf> {
        let mut key = String::new();
        for step in module {
            key.push_str(&step.name);
            key.push('.');
        }
        key.push_str(call);
        self.0.get(&key).cloned()
    }
}
