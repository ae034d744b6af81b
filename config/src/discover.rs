//! Finds root modules under the paths a user names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::WalkBuilder;

use crate::eval::is_local_source;
use crate::inputs::Dialect;
use crate::load::ModuleFiles;
use crate::{Cache, Problem, threads};

const GITIGNORE: &str = ".gitignore";

/// Longer ones are taken for an attack: their patterns take seconds and gigabytes.
const MAX_GITIGNORE: u64 = 256 << 10;

fn has_long_rules(directory: &Path) -> bool {
    let rules = fs::metadata(directory.join(GITIGNORE));
    rules.is_ok_and(|rules| rules.len() > MAX_GITIGNORE)
}

fn long_rules(directory: &Path) -> Problem {
    let rules = directory.join(GITIGNORE);
    let message = format!("{} is longer than 256 KiB, and not read", rules.display());
    Problem::analysis(message).about(rules)
}

/// What to walk and how to read it.
#[derive(Clone, Debug, Default)]
pub struct DiscoverOptions {
    /// The dialect; `None`: OpenTofu where a directory holds a `.tofu` file, else Terraform.
    pub dialect: Option<Dialect>,
}

/// A directory to evaluate as a root module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RootDir {
    /// The directory, joined to the path that the user gave.
    pub path: PathBuf,
    /// True if the user named it (or a file in it), false if it was found by walking.
    pub named: bool,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// Sorted by path.
    pub roots: Vec<RootDir>,
    /// Paths that are missing, hold nothing, or could not be read.
    pub problems: Vec<Problem>,
}

/// Module directories by their canonical path, so that each is there once.
type Found = BTreeMap<PathBuf, RootDir>;

/// Finds the root modules under `paths` (none: the working directory), walking each.
///
/// A file means its directory. Hidden and git-ignored directories are skipped unless named. A
/// directory that another one calls as a module is no root unless it was named: it is looked at
/// through its callers.
pub fn discover(paths: &[PathBuf], options: &DiscoverOptions, cache: &Cache) -> Discovery {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut found = Found::new();
    let mut problems = Vec::new();
    for path in paths {
        match directory_of(path) {
            Ok(directory) => {
                let directory = cache
                    .places
                    .simplest(&directory, &cache.places.canonical(&directory));
                let mut walk = Walk {
                    options,
                    cache,
                    found: &mut found,
                    problems: &mut problems,
                };
                walk.under(path, &directory);
            }
            Err(problem) => problems.push(*problem),
        }
    }
    let mut roots = roots(&found, options, cache);
    roots.sort();
    Discovery { roots, problems }
}

fn directory_of(path: &Path) -> Result<PathBuf, Box<Problem>> {
    let shown = path.display();
    let fail = |problem: Problem| Box::new(problem.about(path));
    let metadata = fs::metadata(path).map_err(|error| {
        let missing = error.kind() == std::io::ErrorKind::NotFound;
        fail(match fs::symlink_metadata(path) {
            Ok(_) if missing => {
                Problem::analysis(format!("{shown} is a link to a file that does not exist"))
            }
            _ if missing => Problem::usage(format!("{shown} does not exist")),
            _ => Problem::analysis(format!("{shown} cannot be read: {error}")),
        })
    })?;
    if metadata.is_dir() {
        return Ok(path.to_owned());
    }
    Ok(match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    })
}

/// Where a walk goes, and what it brings.
struct Walk<'w> {
    options: &'w DiscoverOptions,
    cache: &'w Cache,
    found: &'w mut Found,
    problems: &'w mut Vec<Problem>,
}

/// One directory on the way.
struct Visit {
    path: PathBuf,
    /// True where the walk begins.
    is_start: bool,
}

impl Walk<'_> {
    /// Finds the module directories under one path.
    fn under(&mut self, path: &Path, directory: &Path) {
        let visits = self.visits(directory);
        let (options, cache) = (self.options, self.cache);
        let listed = threads::map(&visits, |visit| {
            let files = cache.module_files(&visit.path, options.dialect);
            (files, cache.places.canonical(&visit.path))
        });
        let mut any = false;
        let mut terragrunt: Vec<PathBuf> = Vec::new();
        for (visit, (files, place)) in visits.into_iter().zip(listed) {
            let here = &visit.path;
            if files.as_ref().is_ok_and(|files| files.has_terragrunt) {
                terragrunt.push(here.join("terragrunt.hcl"));
            }
            any |= !files.as_ref().is_ok_and(ModuleFiles::is_empty);
            match files {
                Ok(files) if files.is_empty() => {}
                Ok(_) => {
                    let root = self.found.entry(place).or_insert_with(|| RootDir {
                        path: here.strip_prefix("./").unwrap_or(here).to_owned(),
                        named: visit.is_start,
                    });
                    root.named |= visit.is_start;
                }
                Err(error) => {
                    let shown = here.display();
                    let message = format!("the directory {shown} cannot be read: {error}");
                    self.problems.push(Problem::analysis(message).about(here));
                }
            }
        }
        self.problems.extend(not_read(&terragrunt));
        if !any {
            let message = format!("there is no Terraform file in or under {}", path.display());
            self.problems.push(Problem::analysis(message).about(path));
        }
    }

    /// A directory and all that it holds, sorted by path.
    fn visits(&mut self, directory: &Path) -> Vec<Visit> {
        let skipped: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
        let skip = Arc::clone(&skipped);
        let is_long = has_long_rules(directory);
        let walk = WalkBuilder::new(directory)
            // A `.gitignore` counts whether or not git knows the directory yet; other tools' ignore
            // files do not.
            .require_git(false)
            .ignore(false)
            .sort_by_file_path(Path::cmp)
            .git_ignore(!is_long)
            .filter_entry(move |entry| {
                let is_skipped = entry.depth() > 0 && has_long_rules(entry.path());
                if is_skipped {
                    let mut skipped = skip.lock().unwrap_or_else(PoisonError::into_inner);
                    skipped.push(entry.path().to_owned());
                }
                !is_skipped
            })
            .build();
        if is_long {
            self.problems.push(long_rules(directory));
        }
        let mut visits = Vec::new();
        for entry in walk {
            match entry {
                Ok(entry) => {
                    let is_start = entry.depth() == 0;
                    if is_start || entry.file_type().is_some_and(|kind| kind.is_dir()) {
                        let path = entry.into_path();
                        visits.push(Visit { path, is_start });
                    }
                }
                Err(error) => self
                    .problems
                    .push(Problem::analysis(error.to_string()).about(directory)),
            }
        }
        let skipped = skipped.lock().unwrap_or_else(PoisonError::into_inner);
        self.problems
            .extend(skipped.iter().map(|it| long_rules(it)));
        visits
    }
}

/// Terragrunt's files, which nobody reads here.
fn not_read(terragrunt: &[PathBuf]) -> Option<Problem> {
    let first = terragrunt.first()?;
    let shown = first.display();
    let message = match terragrunt.len() {
        1 => format!("{shown} is not read"),
        count => format!("{count} terragrunt.hcl are not read, such as {shown}"),
    };
    let help = "what Terragrunt generates and sets is not seen: name the directory in which it \
                runs Terraform, under .terragrunt-cache, to check that";
    Some(Problem::note(message).with_help(help).about(first))
}

/// Those found directories that nobody calls, those that were named, and one of each circle.
fn roots(found: &Found, options: &DiscoverOptions, cache: &Cache) -> Vec<RootDir> {
    let places: Vec<(&PathBuf, &RootDir)> = found.iter().collect();
    let calls = threads::map(&places, |(place, root)| {
        called_from(place, root, found, options, cache)
    });
    let calls: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> = found.keys().zip(calls).collect();
    let called: BTreeSet<&PathBuf> = calls.values().flatten().copied().collect();
    let is_root = |place: &PathBuf, root: &RootDir| root.named || !called.contains(place);
    let mut roots: Vec<&PathBuf> = found
        .iter()
        .filter(|(place, root)| is_root(place, root))
        .map(|(place, _)| place)
        .collect();
    // Modules that only call each other have no caller outside; one of them stands for all.
    let mut reached = BTreeSet::new();
    roots
        .iter()
        .for_each(|place| reach(place, &calls, &mut reached));
    for place in found.keys() {
        if !reached.contains(place) {
            reach(place, &calls, &mut reached);
            roots.push(place);
        }
    }
    roots
        .into_iter()
        .map(|place| found[place].clone())
        .collect()
}

/// The other found directories that the modules in one directory call.
fn called_from<'f>(
    place: &PathBuf,
    root: &RootDir,
    found: &'f Found,
    options: &DiscoverOptions,
    cache: &Cache,
) -> BTreeSet<&'f PathBuf> {
    let dialect = options.dialect;
    let dialect = dialect.unwrap_or_else(|| cache.dialect(&root.path));
    let module = cache.module(&root.path, dialect);
    let written = module.calls.values();
    let written = written.filter_map(|call| call.attribute("source")?.node().expr.literal_text());
    let unread = match &module.incomplete {
        Some(_) => sources_in_broken_files(&root.path, dialect, cache),
        None => Vec::new(),
    };
    written
        .map(str::to_owned)
        .chain(unread)
        .filter(|source| is_local_source(source))
        .filter_map(|source| found.get_key_value(&cache.places.canonical(&root.path.join(source))))
        .map(|(called, _)| called)
        .filter(|called| *called != place)
        .collect()
}

/// What looks like the source of a local module in files that do not parse: a call may be among
/// what could not be read, and then its module is no root.
fn sources_in_broken_files(directory: &Path, dialect: Dialect, cache: &Cache) -> Vec<String> {
    let Ok(files) = cache.module_files(directory, Some(dialect)) else {
        return Vec::new();
    };
    let paths = files.primary.iter().chain(&files.overrides);
    let broken = paths
        .map(|path| cache.file(path))
        .filter(|file| !file.problems.is_empty());
    let mut sources = Vec::new();
    for file in broken {
        let quoted = file.source.text.split('"').skip(1);
        let local = quoted.filter(|text| is_local_source(text) && !text.contains('\n'));
        sources.extend(local.map(str::to_owned));
    }
    sources
}

fn reach<'f>(
    from: &'f PathBuf,
    calls: &BTreeMap<&'f PathBuf, BTreeSet<&'f PathBuf>>,
    reached: &mut BTreeSet<&'f PathBuf>,
) {
    let mut open = vec![from];
    while let Some(place) = open.pop() {
        if reached.insert(place) {
            open.extend(calls.get(place).into_iter().flatten());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of files; directories come with them.
    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        directory
    }

    fn show(directory: &tempfile::TempDir, paths: &[&str]) -> String {
        let base = directory.path();
        let paths: Vec<PathBuf> = paths.iter().map(|path| base.join(path)).collect();
        let found = discover(&paths, &DiscoverOptions::default(), &Cache::default());
        let roots = found.roots.iter().map(|root| {
            let path = root.path.strip_prefix(base).unwrap();
            format!(
                "{}{}\n",
                path.display(),
                if root.named { " (named)" } else { "" }
            )
        });
        let problems = found.problems.iter().map(|problem| {
            let message = problem.message.replace(&*base.to_string_lossy(), "$DIR");
            format!("{:?}: {message}\n", problem.kind)
        });
        roots.chain(problems).collect()
    }

    const CALL: &str = "module \"m\" {\n  source = \"../../modules/m\"\n}\n";

    #[test]
    fn called_modules_are_no_roots_unless_named() {
        let directory = tree(&[
            ("live/prod/main.tf", CALL),
            ("live/test/main.tf.json", "{}"),
            ("modules/m/main.tf", ""),
            ("modules/unused/main.tf", ""),
            ("docs/readme.md", ""),
        ]);
        insta::assert_snapshot!(show(&directory, &[""]), @r"
        live/prod
        live/test
        modules/unused
        ");
        insta::assert_snapshot!(show(&directory, &["modules/m"]), @"modules/m (named)");
        insta::assert_snapshot!(show(&directory, &["", "modules/m/main.tf"]), @r"
        live/prod
        live/test
        modules/m (named)
        modules/unused
        ");
    }

    #[test]
    fn hidden_and_ignored_directories_are_skipped_unless_named() {
        let directory = tree(&[
            ("a/main.tf", ""),
            ("a/.terraform/modules/x/main.tf", ""),
            (".hidden/main.tf", ""),
            ("build/main.tf", ""),
            (".gitignore", "build/\n"),
        ]);
        insta::assert_snapshot!(show(&directory, &[""]), @"a");
        insta::assert_snapshot!(show(&directory, &["build", ".hidden"]), @r"
        .hidden (named)
        build (named)
        ");
    }

    #[test]
    fn rules_that_would_take_gigabytes_are_not_read() {
        let long = "a*b*c*d*\n".repeat(40_000);
        let directory = tree(&[
            ("a/main.tf", ""),
            ("a/.gitignore", &long),
            ("b/main.tf", ""),
            ("c/d/main.tf", ""),
            ("c/.gitignore", &long),
        ]);
        insta::assert_snapshot!(show(&directory, &[""]), @r"
        b
        Analysis: $DIR/a/.gitignore is longer than 256 KiB, and not read
        Analysis: $DIR/c/.gitignore is longer than 256 KiB, and not read
        ");
        insta::assert_snapshot!(show(&directory, &["c"]), @r"
        c/d
        Analysis: $DIR/c/.gitignore is longer than 256 KiB, and not read
        ");
    }

    #[test]
    fn a_root_that_does_not_parse_still_calls_its_modules() {
        let directory = tree(&[
            ("root/main.tf", &format!("x = = 1\n{CALL}")),
            (
                "lost/main.tf",
                "module \"m\" {\n  source = \"../modules/n\"\n  count = [\n",
            ),
            ("modules/m/main.tf", ""),
            ("modules/n/main.tf", ""),
        ]);
        let call = CALL.replace("../../", "../");
        fs::write(
            directory.path().join("root/main.tf"),
            format!("x = = 1\n{call}"),
        )
        .unwrap();
        insta::assert_snapshot!(show(&directory, &[""]), @r"
        lost
        root
        ");
    }

    #[test]
    fn terragrunt_is_named_as_not_read() {
        let directory = tree(&[
            ("live/a/terragrunt.hcl", ""),
            ("live/b/terragrunt.hcl", ""),
            ("live/b/main.tf", ""),
        ]);
        insta::assert_snapshot!(show(&directory, &["live/b"]), @r"
        live/b (named)
        Note: $DIR/live/b/terragrunt.hcl is not read
        ");
        insta::assert_snapshot!(show(&directory, &[""]), @r"
        live/b
        Note: 2 terragrunt.hcl are not read, such as $DIR/live/a/terragrunt.hcl
        ");
    }

    #[test]
    fn circles_are_entered_somewhere() {
        let call = |to: &str| format!("module \"m\" {{\n  source = \"../{to}\"\n}}\n");
        let directory = tree(&[
            ("a/main.tf", &call("b")),
            ("b/main.tf", &call("a")),
            ("self/main.tf", &call("self")),
        ]);
        insta::assert_snapshot!(show(&directory, &[""]), @r"
        a
        self
        ");
    }

    #[test]
    fn what_is_missing_or_empty_is_said_and_stops_nothing_else() {
        let directory = tree(&[("a/main.tf", ""), ("empty/readme.md", "")]);
        #[cfg(unix)]
        std::os::unix::fs::symlink("nowhere", directory.path().join("dangling")).unwrap();
        let paths = ["gone", "empty", "dangling", "a"];
        insta::assert_snapshot!(show(&directory, &paths), @r"
        a (named)
        Usage: $DIR/gone does not exist
        Analysis: there is no Terraform file in or under $DIR/empty
        Analysis: $DIR/dangling is a link to a file that does not exist
        ");
    }
}
