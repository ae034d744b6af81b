//! A folder in which Terraform and OpenTofu find stubs instead of providers.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::schemas::{SchemaError, Schemas};
use crate::source::{Source, SourceError};

/// What the program reads beside itself.
pub const SCHEMA_FILE: &str = "schema.json";

/// A filesystem mirror of stubs, and the CLI configuration that has hosts use nothing else.
///
/// ```text
/// <dir>/cli.tfrc
/// <dir>/mirror/<host>/<namespace>/<name>/<version>/<platform>/terraform-provider-<name>
/// <dir>/mirror/<host>/<namespace>/<name>/<version>/<platform>/schema.json
/// ```
#[derive(Clone, Debug)]
pub struct Mirror {
    mirror: PathBuf,
    cli_configuration: PathBuf,
    program: PathBuf,
}

/// A stub cannot be laid out.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// The address is none.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The schemas cannot be served.
    #[error("the schemas of {0}: {1}")]
    Schema(Source, Box<SchemaError>),
    /// A file or folder cannot be written.
    #[error("cannot write {path}: {error}", path = .0.display(), error = .1)]
    Write(PathBuf, io::Error),
}

impl Mirror {
    /// An empty mirror in `dir`, which need not exist. `program` is the built `holdfast-stub`.
    ///
    /// # Errors
    /// The folder or the CLI configuration cannot be written.
    pub fn new(dir: &Path, program: &Path) -> Result<Self, MirrorError> {
        let mirror = dir.join("mirror");
        fs::create_dir_all(&mirror).map_err(|error| MirrorError::Write(mirror.clone(), error))?;
        let cli_configuration = dir.join("cli.tfrc");
        let path = mirror.display().to_string();
        let text = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {path:?}\n  }}\n}}\n"
        );
        write(&cli_configuration, &text)?;
        Ok(Self {
            mirror,
            cli_configuration,
            program: program.to_owned(),
        })
    }

    /// Adds a stub for `source` (`rancher/rancher2`), of that version, with the schemas that
    /// `json`, the output of `terraform providers schema -json`, has of it. Without a host in the
    /// address, Terraform and OpenTofu both find it.
    ///
    /// # Errors
    /// The address is none, the schemas cannot be served, or a file cannot be written.
    pub fn add(&mut self, source: &str, version: &str, json: &str) -> Result<(), MirrorError> {
        let source: Source = source.parse()?;
        let schemas = Schemas::of(&source, json)
            .map_err(|error| MirrorError::Schema(source.clone(), error.into()))?;
        let text = schemas.to_json(&source).to_string();
        for host in source.hosts() {
            let package = self.mirror.join(host).join(source.folder()).join(version);
            let package = package.join(platform());
            fs::create_dir_all(&package)
                .map_err(|error| MirrorError::Write(package.clone(), error))?;
            write(&package.join(SCHEMA_FILE), &text)?;
            let program = package.join(format!("terraform-provider-{}", source.name()));
            // A link saves a copy of a large debug build; it fails across file systems. Not a
            // symbolic one: the program looks beside itself.
            fs::hard_link(&self.program, &program)
                .or_else(|_| fs::copy(&self.program, &program).map(drop))
                .map_err(|error| MirrorError::Write(program, error))?;
        }
        Ok(())
    }

    /// What `TF_CLI_CONFIG_FILE` must say.
    pub fn cli_configuration(&self) -> &Path {
        &self.cli_configuration
    }
}

fn write(path: &Path, text: &str) -> Result<(), MirrorError> {
    fs::write(path, text).map_err(|error| MirrorError::Write(path.to_owned(), error))
}

/// `linux_amd64`: Go's names for what we run on.
fn platform() -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{os}_{arch}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"{"provider_schemas": {"registry.terraform.io/a/b": {}}}"#;

    #[test]
    fn both_programs_find_a_source_without_a_host() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("holdfast-stub");
        fs::write(&program, "").unwrap();
        let mut mirror = Mirror::new(dir.path(), &program).unwrap();
        mirror.add("a/b", "1.2.3", SCHEMA).unwrap();
        for host in ["registry.terraform.io", "registry.opentofu.org"] {
            let package = dir.path().join("mirror").join(host).join("a/b/1.2.3");
            let package = package.join(platform());
            assert!(package.join("terraform-provider-b").is_file());
            let schema = fs::read_to_string(package.join(SCHEMA_FILE)).unwrap();
            assert!(Schemas::only(&schema).is_ok());
        }
    }

    #[test]
    fn what_cannot_be_served_is_refused_before_a_host_sees_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut mirror = Mirror::new(dir.path(), &dir.path().join("holdfast-stub")).unwrap();
        let said = |result: Result<(), MirrorError>| result.unwrap_err().to_string();
        assert_eq!(
            said(mirror.add("a/c", "1.2.3", SCHEMA)),
            "the schemas of a/c: no provider a/c; the file has registry.terraform.io/a/b"
        );
        let missing = said(mirror.add("a/b", "1.2.3", SCHEMA));
        assert!(missing.starts_with("cannot write "), "{missing}");
    }
}
