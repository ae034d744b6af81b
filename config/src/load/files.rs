//! Which files of a directory make up a module.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::Dialect;
use crate::disk::Disk;

/// The files of a directory that Terraform reads, each list sorted by name.
#[derive(Debug, Default)]
pub(crate) struct ModuleFiles {
    /// Read in order.
    pub(crate) primary: Vec<PathBuf>,
    /// Merged over the others, in order.
    pub(crate) overrides: Vec<PathBuf>,
    /// `terraform.tfvars`, `terraform.tfvars.json`, then `*.auto.tfvars` and
    /// `*.auto.tfvars.json`: later ones win. Only a root module's count.
    pub(crate) variables: Vec<PathBuf>,
    /// True if there are `.tofu` files.
    pub(crate) has_tofu: bool,
    /// True if there is a `terragrunt.hcl`, which is not read.
    pub(crate) has_terragrunt: bool,
}

impl ModuleFiles {
    /// True if nothing here makes the directory a module.
    pub(crate) fn is_empty(&self) -> bool {
        self.primary.is_empty() && self.overrides.is_empty()
    }
}

const TERRAFORM: [&str; 2] = [".tf.json", ".tf"];
const TOFU: [&str; 2] = [".tofu.json", ".tofu"];

/// Names of files in a directory, but for those that nobody reads.
pub(crate) type FileNames = BTreeSet<String>;

/// True if there are `.tofu` files.
pub(crate) fn has_tofu(names: &FileNames) -> bool {
    names.iter().any(|name| stem(name, &TOFU).is_some())
}

/// Chooses among the files of a directory. Without a dialect it is OpenTofu's if there are
/// `.tofu` files.
pub(crate) fn module_files(
    directory: &Path,
    names: &FileNames,
    dialect: Option<Dialect>,
) -> ModuleFiles {
    let has_tofu = has_tofu(names);
    let dialect = dialect.unwrap_or_else(|| Dialect::of(has_tofu));
    let mut files = ModuleFiles {
        has_tofu,
        has_terragrunt: names.contains("terragrunt.hcl"),
        ..ModuleFiles::default()
    };
    for name in names {
        let stem = match dialect {
            Dialect::Terraform => stem(name, &TERRAFORM),
            Dialect::Tofu => {
                let tofu = stem(name, &TOFU);
                tofu.or_else(|| stem(name, &TERRAFORM).filter(|_| !has_tofu_twin(name, names)))
            }
        };
        let Some(stem) = stem else { continue };
        let path = directory.join(name);
        if stem == "override" || stem.ends_with("_override") {
            files.overrides.push(path);
        } else {
            files.primary.push(path);
        }
    }
    for name in ["terraform.tfvars", "terraform.tfvars.json"] {
        files
            .variables
            .extend(names.contains(name).then(|| directory.join(name)));
    }
    let automatic =
        |name: &&String| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json");
    let automatic = names.iter().filter(automatic);
    files
        .variables
        .extend(automatic.map(|name| directory.join(name)));
    files
}

/// Lists a directory.
pub(crate) fn file_names(directory: &Path, disk: &Disk) -> io::Result<FileNames> {
    let names = disk.names(directory, |name| {
        // Hidden files and those that editors leave behind, as Terraform skips them.
        let left_behind = name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
        !name.starts_with('.') && !left_behind
    })?;
    Ok(names.into_iter().collect())
}

fn stem<'n>(name: &'n str, endings: &[&str]) -> Option<&'n str> {
    endings.iter().find_map(|ending| name.strip_suffix(ending))
}

/// True for `a.tf` where `a.tofu` stands beside it, and for `a.tf.json` beside `a.tofu.json`.
fn has_tofu_twin(name: &str, names: &FileNames) -> bool {
    TERRAFORM.iter().zip(TOFU).any(|(terraform, tofu)| {
        name.strip_suffix(terraform)
            .is_some_and(|stem| names.contains(&format!("{stem}{tofu}")))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn list(names: &[&str], dialect: Option<Dialect>) -> String {
        let directory = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(directory.path().join(name), "").unwrap();
        }
        let names = file_names(directory.path(), &Disk::Real).unwrap();
        let files = module_files(directory.path(), &names, dialect);
        let show = |paths: &[PathBuf]| {
            let names = paths.iter().filter_map(|path| path.file_name()?.to_str());
            names.collect::<Vec<_>>().join(" ")
        };
        let (primary, overrides) = (show(&files.primary), show(&files.overrides));
        format!("{primary} | {overrides} | {}", show(&files.variables))
    }

    #[test]
    fn terraform_reads_these_in_this_order() {
        let names = [
            "z.tf",
            "a.tf.json",
            "override.tf",
            "b_override.tf.json",
            ".h.tf",
            "x.tf~",
            "#x.tf#",
            "b.auto.tfvars",
            "a.auto.tfvars.json",
            "terraform.tfvars.json",
            "terraform.tfvars",
            "prod.tfvars",
            "notes.md",
            "x.tofu",
        ];
        insta::assert_snapshot!(list(&names, Some(Dialect::Terraform)), @"a.tf.json z.tf | b_override.tf.json override.tf | terraform.tfvars terraform.tfvars.json a.auto.tfvars.json b.auto.tfvars");
    }

    #[test]
    fn tofu_files_hide_their_twins() {
        let names = [
            "a.tf",
            "a.tofu",
            "b.tf",
            "c.tf.json",
            "c.tofu.json",
            "d.tofu",
            "d.tf.json",
        ];
        insta::assert_snapshot!(list(&names, None), @"a.tofu b.tf c.tofu.json d.tf.json d.tofu |  |");
        insta::assert_snapshot!(list(&names, Some(Dialect::Terraform)), @"a.tf b.tf c.tf.json d.tf.json |  |");
        insta::assert_snapshot!(list(&["a.tf"], None), @"a.tf |  |");
    }
}
