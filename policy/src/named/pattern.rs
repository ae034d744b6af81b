//! A PATH with `*`, `?`, `[...]` or `{...}` that the shell has left as it is: quoted, or from a
//! workflow file.

use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use ignore::WalkBuilder;
use terraform_config::Problem;

const SPECIAL: [char; 4] = ['*', '?', '[', '{'];

/// True for what can be a pattern.
pub(super) fn is_one(path: &Path) -> bool {
    path.to_str().is_some_and(is_special)
}

fn is_special(text: &str) -> bool {
    text.contains(SPECIAL)
}

/// What the pattern matches, sorted. As in a shell, `*` matches no `/`, and nothing but a dot
/// matches the dot of a hidden name. Plans are often git-ignored, and found all the same.
pub(super) fn matches(path: &Path, cwd: &Path) -> Result<Vec<PathBuf>, Problem> {
    let (base, pattern) = split(path);
    let shown = path.display();
    let matcher = matcher(&pattern).map_err(|error| {
        Problem::usage(format!(
            "{shown} does not exist, and is no pattern: {error}"
        ))
    })?;
    let top = cwd.join(base);
    let mut found = Vec::new();
    let hidden = pattern.split('/').any(|part| part.starts_with('.'));
    let walk = WalkBuilder::new(&top)
        .standard_filters(false)
        .hidden(!hidden)
        .build();
    for entry in walk.flatten() {
        let Ok(within) = entry.path().strip_prefix(&top) else {
            continue;
        };
        if !within.as_os_str().is_empty() && matcher.is_match(within) {
            found.push(entry.into_path());
        }
    }
    found.sort();
    match found.is_empty() {
        true => Err(
            Problem::usage(format!("no file matches {shown}")).with_help(
                "a * stays within one directory, ** does not; hidden directories are skipped",
            ),
        ),
        false => Ok(found),
    }
}

fn matcher(pattern: &str) -> Result<GlobMatcher, globset::Error> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build()?;
    Ok(glob.compile_matcher())
}

/// The directory to walk, and the pattern of what is in it.
fn split(path: &Path) -> (PathBuf, String) {
    let is_plain = |part: &Component<'_>| !is_special(&part.as_os_str().to_string_lossy());
    let base: PathBuf = path.components().take_while(is_plain).collect();
    let rest = path.components().skip_while(is_plain);
    let pattern: Vec<_> = rest
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    (base, pattern.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(files: &[&str]) -> tempfile::TempDir {
        let scratch = tempfile::tempdir().unwrap();
        for file in files {
            let path = scratch.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        scratch
    }

    fn found(cwd: &Path, pattern: &str) -> Vec<String> {
        let found = matches(Path::new(pattern), cwd).unwrap_or_default();
        let within = |path: &PathBuf| path.strip_prefix(cwd).unwrap().display().to_string();
        found.iter().map(within).collect()
    }

    #[test]
    fn patterns_match_as_in_a_shell_with_globstar() {
        let scratch = scratch(&[
            "a.tfplan",
            "envs/prod/b.tfplan",
            "envs/stage/c.tfplan",
            "envs/stage/c.json",
            ".cache/d.tfplan",
        ]);
        // What is git-ignored counts.
        std::fs::write(scratch.path().join(".gitignore"), "*.tfplan\n").unwrap();
        let cwd = scratch.path();
        let all = ["a.tfplan", "envs/prod/b.tfplan", "envs/stage/c.tfplan"];
        assert_eq!(found(cwd, "**/*.tfplan"), all);
        assert_eq!(found(cwd, "*.tfplan"), all[..1]);
        assert_eq!(found(cwd, "envs/*/*.tfplan"), all[1..]);
        assert_eq!(found(cwd, "envs/{prod,test}/?.tfplan"), all[1..2]);
        assert_eq!(found(cwd, ".cache/*"), [".cache/d.tfplan"]);
        assert_eq!(found(cwd, ".*/*.tfplan"), [".cache/d.tfplan"]);
        let prod = cwd.join("envs/prod");
        assert_eq!(found(&prod, "../stage/*.json"), ["../stage/c.json"]);
        let absolute = cwd.join("envs/**/*.tfplan");
        assert_eq!(found(cwd, absolute.to_str().unwrap()), all[1..]);
    }

    #[test]
    fn what_matches_nothing_says_so() {
        let scratch = scratch(&["a.tfplan"]);
        let told = |pattern: &str| {
            let problem = matches(Path::new(pattern), scratch.path()).unwrap_err();
            problem.message
        };
        assert_eq!(told("**/*.plan"), "no file matches **/*.plan");
        assert!(told("[a").contains("is no pattern"), "{}", told("[a"));
    }
}
