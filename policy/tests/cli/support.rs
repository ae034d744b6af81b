//! A scratch repository, and runs in it; archives such as plan files are.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use holdfast::cli::{self, Output, Stdin, World};
use holdfast::report::Colour;
use serde_json::Value;
use tempfile::TempDir;

/// A directory that looks like a repository.
pub(crate) struct Repo(TempDir);

impl Repo {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a scratch directory");
        fs::create_dir(directory.path().join(".git")).expect("it is writable");
        Self(directory)
    }

    /// With one file, `main.tf`.
    pub(crate) fn with(hcl: &str) -> Self {
        let repo = Self::new();
        repo.write("main.tf", hcl);
        repo
    }

    /// With a copy of a directory of this checkout, given from the workspace's root.
    pub(crate) fn copy_of(folder: &str) -> Self {
        let repo = Self::new();
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("a workspace");
        copy(&workspace.join(folder), repo.path());
        repo
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a file has a parent")).expect("it is writable");
        fs::write(&path, content).expect("it is writable");
        path
    }

    /// Runs `holdfast` in it.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.run_with(args, &[])
    }

    pub(crate) fn run_with(&self, args: &[&str], env: &[(&str, &str)]) -> Output {
        self.run_in(args, env, Stdin::Bytes([].into()))
    }

    /// Runs `holdfast` with something on standard input.
    pub(crate) fn run_on(&self, args: &[&str], stdin: &[u8]) -> Output {
        self.run_in(args, &[], Stdin::Bytes(stdin.into()))
    }

    fn run_in(&self, args: &[&str], env: &[(&str, &str)], stdin: Stdin) -> Output {
        let world = World {
            cwd: self.path().to_path_buf(),
            env: env
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            stdin,
            stdout: Colour::Off,
            stderr: Colour::Off,
        };
        cli::run(
            std::iter::once("holdfast").chain(args.iter().copied()),
            &world,
        )
    }

    /// `holdfast check --format json`, read.
    pub(crate) fn check(&self, args: &[&str]) -> Checked {
        let mut all = vec!["check", "--format", "json"];
        all.extend(args);
        let output = self.run(&all);
        let json = serde_json::from_str(&output.stdout).unwrap_or_else(|error| {
            panic!(
                "{error}\nstdout:\n{}\nstderr:\n{}",
                output.stdout, output.stderr
            )
        });
        Checked { json, output }
    }
}

/// A JSON report.
pub(crate) struct Checked {
    pub(crate) json: Value,
    pub(crate) output: Output,
}

impl Checked {
    /// One line for each finding and open question: `violated rule address`, then the errors.
    pub(crate) fn verdicts(&self) -> String {
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let mut lines = Vec::new();
        for finding in self.entries("findings") {
            lines.push(format!(
                "violated {} {}",
                text(finding, "rule"),
                text(finding, "address")
            ));
        }
        for open in self.entries("undecided") {
            let (rule, address) = (text(open, "rule"), text(open, "address"));
            lines.push(format!(
                "undecided {rule} {address}: {}",
                text(open, "because")
            ));
        }
        for error in self.entries("errors") {
            lines.push(format!("error {}", text(error, "message")));
        }
        match lines.is_empty() {
            true => "clean".to_owned(),
            false => lines.join("\n"),
        }
    }

    pub(crate) fn entries(&self, key: &str) -> &[Value] {
        self.json[key]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("it can be listed");
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            // What `terraform init` may have left.
            if entry.file_name() != ".terraform" {
                fs::create_dir_all(&target).expect("it is writable");
                copy(&source, &target);
            }
        } else {
            fs::copy(&source, &target).expect("it is writable");
        }
    }
}

/// A binary plan whose member `tfplan` was edited.
pub(crate) fn with_plan(plan: &[u8], edit: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(plan)).expect("a plan is a zip archive");
    let members = (0..archive.len()).map(|index| {
        let mut member = archive.by_index(index).expect("its members can be read");
        let name = member.name().expect("their names are text").to_string();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("they can be read");
        if name == "tfplan" {
            edit(&mut bytes);
        }
        (name, bytes)
    });
    zip_of(members)
}

/// An archive of these members.
pub(crate) fn zip_of(members: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<u8> {
    let mut written = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = zip::write::SimpleFileOptions::default();
        written.start_file(name, options).expect("it can be added");
        written.write_all(&bytes).expect("it is written in memory");
    }
    written
        .finish()
        .expect("it is written in memory")
        .into_inner()
}
