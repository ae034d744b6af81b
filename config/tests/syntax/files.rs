//! The HCL files under a folder.

use std::fs;
use std::path::{Path, PathBuf};

/// All of them, sorted; hidden folders, links to folders and what is built are left out, and so is
/// what cannot be listed.
pub(crate) fn under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !path.is_symlink() && !name.starts_with('.') && name != "target" {
                collect(&path, files);
            }
        } else if [".tf", ".tofu", ".tfvars"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            files.push(path);
        }
    }
}
