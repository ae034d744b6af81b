//! `examples/minimal.rs` under real hosts, from init to destroy.
//!
//! Hosts are those of `HOLDFAST_TERRAFORM_BINARIES` (colon-separated paths), else `terraform` or
//! `tofu` on PATH. Without any the test fails, unless `HOLDFAST_SKIP_TERRAFORM=1`.

#![cfg(unix)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const CONFIGURATION: &str = r#"
terraform {
  required_providers {
    notes = { source = "example/notes" }
  }
}

variable "directory" {}
variable "name" { default = "b" }

provider "notes" {
  directory = var.directory
}

resource "notes_note" "a" {
  name = "a"
}

resource "notes_note" "b" {
  name = var.name
  text = "see ${notes_note.a.path}"
}
"#;

/// A working directory, a mirror with the provider in it, and a host.
struct Scene {
    root: TempDir,
    host: PathBuf,
}

impl Scene {
    fn new(host: PathBuf) -> Self {
        let root = tempfile::tempdir().expect("a directory");
        let platform = format!("{}_{}", env::consts::OS, architecture());
        for registry in ["registry.terraform.io", "registry.opentofu.org"] {
            let package = format!("mirror/{registry}/example/notes/0.1.0/{platform}");
            let package = root.path().join(package);
            fs::create_dir_all(&package).expect("a mirror");
            let program = package.join("terraform-provider-notes_v0.1.0");
            std::os::unix::fs::symlink(example(), program).expect("a link");
        }
        fs::create_dir(root.path().join("notes")).expect("a directory");
        fs::write(root.path().join("main.tf"), CONFIGURATION).expect("a configuration");
        let mirror = root.path().join("mirror");
        let settings = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n"
        );
        fs::write(root.path().join("cli.tfrc"), settings).expect("settings");
        Self { root, host }
    }

    fn note(&self, name: &str) -> PathBuf {
        self.root.path().join("notes").join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(&self.host)
            .args(arguments)
            .current_dir(self.root.path())
            .env("TF_CLI_CONFIG_FILE", self.root.path().join("cli.tfrc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_VAR_directory", self.root.path().join("notes"))
            .env_remove("TF_LOG")
            .env_remove("TF_REATTACH_PROVIDERS")
            .output()
            .expect("the host runs")
    }

    /// Runs a command that must succeed; its output.
    fn ok(&self, arguments: &[&str]) -> String {
        self.code(arguments, 0)
    }

    fn code(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}:\n{text}");
        text
    }
}

fn architecture() -> &'static str {
    match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// Beside the test's own executable.
fn example() -> PathBuf {
    let test = env::current_exe().expect("a path");
    let built = test.parent().and_then(Path::parent).expect("a directory");
    let path = built.join("examples/minimal");
    assert!(
        path.exists(),
        "{} is missing: run `cargo build -p tfplugin --examples`, or all tests of the package",
        path.display()
    );
    path
}

fn hosts() -> Vec<PathBuf> {
    if let Some(named) = env::var_os("HOLDFAST_TERRAFORM_BINARIES") {
        return env::split_paths(&named).collect();
    }
    let runs = |name: &&str| Command::new(name).arg("version").output().is_ok();
    let found: Vec<_> = ["terraform", "tofu"]
        .into_iter()
        .filter(runs)
        .take(1)
        .collect();
    assert!(
        !found.is_empty() || env::var_os("HOLDFAST_SKIP_TERRAFORM").is_some(),
        "install Terraform or OpenTofu, or set HOLDFAST_SKIP_TERRAFORM=1 to pass without"
    );
    found.into_iter().map(PathBuf::from).collect()
}

#[test]
fn a_note_is_written_kept_replaced_and_removed() {
    for host in hosts() {
        let scene = Scene::new(host);
        scene.ok(&["init"]);
        scene.ok(&["validate"]);
        scene.ok(&["apply", "-auto-approve"]);
        let read = |name| fs::read_to_string(scene.note(name));
        assert_eq!(read("a").expect("a note"), "nothing yet");
        let path = scene.note("a");
        assert_eq!(
            read("b").expect("a note"),
            format!("see {}", path.display())
        );
        // Code 0: nothing to do.
        scene.ok(&["plan", "-detailed-exitcode"]);

        // Drift is shown and undone; what is gone is made again.
        fs::write(scene.note("a"), "scribble").expect("a note");
        fs::remove_file(scene.note("b")).expect("a note");
        let plan = scene.code(&["plan", "-detailed-exitcode", "-no-color"], 2);
        assert!(
            plan.contains("Plan: 1 to add, 1 to change, 0 to destroy."),
            "{plan}"
        );
        scene.ok(&["apply", "-auto-approve"]);
        scene.ok(&["plan", "-detailed-exitcode"]);

        let plan = scene.code(
            &["plan", "-detailed-exitcode", "-no-color", "-var=name=c"],
            2,
        );
        assert!(plan.contains("# forces replacement"), "{plan}");
        scene.ok(&["apply", "-auto-approve", "-var=name=c"]);
        assert!(!scene.note("b").exists() && scene.note("c").exists());

        let refused = scene.code(&["plan", "-no-color", "-var=name="], 1);
        assert!(
            refused.contains("at least 1 and at most 80 allowed"),
            "{refused}"
        );

        scene.ok(&["destroy", "-auto-approve", "-var=name=c"]);
        assert!(!scene.note("a").exists() && !scene.note("c").exists());
    }
}

#[test]
fn schemas_are_printed_as_terraform_prints_them() {
    for host in hosts() {
        let scene = Scene::new(host);
        scene.ok(&["init"]);
        let printed = scene.ok(&["providers", "schema", "-json"]);
        let printed: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
        let providers = printed["provider_schemas"].as_object().expect("providers");
        let notes = providers.values().next().expect("a provider");
        assert_eq!(notes["resource_schemas"]["notes_note"], twin().to_json());
    }
}

/// The schema of the example's note.
fn twin() -> tfplugin::schema::Schema {
    use tfplugin::prelude::*;
    model! {
        /// A note.
        struct Note {
            /// The name of its file.
            name: Attr<String> = required(),
            /// What it says.
            text: Attr<String> = optional().default("nothing yet"),
            /// Where it is.
            path: Attr<String> = computed(),
        }
    }
    tfplugin::schema::Schema {
        version: 0,
        block: Note::block().clone(),
    }
}
