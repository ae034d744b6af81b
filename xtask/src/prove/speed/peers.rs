//! Programs that others wrote and that read the same files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A peer: how it is asked for its version, and how it looks at all that lies under the working
/// directory.
pub(super) struct Peer {
    pub(super) name: &'static str,
    arguments: &'static [&'static str],
}

/// A peer on this machine.
pub(super) struct Found {
    path: PathBuf,
    pub(super) version: String,
}

/// All that are looked for.
pub(super) const ALL: &[Peer] = &[
    Peer {
        name: "tflint",
        arguments: &["--recursive", "--format=compact"],
    },
    Peer {
        name: "checkov",
        arguments: &[
            "--directory=.",
            "--framework=terraform",
            "--quiet",
            "--compact",
            // The default asks a server for what checks are called.
            "--skip-download",
        ],
    },
];

/// All that are looked for and read `plan.json`.
pub(super) const OF_PLANS: &[Peer] = &[
    Peer {
        name: "conftest",
        arguments: &["test", "--policy=policy", "plan.json"],
    },
    Peer {
        name: "checkov",
        arguments: &[
            "--file=plan.json",
            "--framework=terraform_plan",
            "--quiet",
            "--compact",
            "--skip-download",
        ],
    },
];

/// The question that conftest is asked: which machine configs are on spot.
const POLICY: &str = r#"package main

deny contains message if {
	some change in input.resource_changes
	change.type == "rancher2_machine_config_v2"
	some machine in change.change.after.amazonec2_config
	machine.request_spot_instance
	message := sprintf("%s is on spot", [change.address])
}
"#;

/// Writes conftest's policy into a folder.
pub(super) fn write_policy(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder.join("policy"))?;
    fs::write(folder.join("policy/main.rego"), POLICY)
}

impl Peer {
    /// The first on PATH that says its version.
    pub(super) fn find(&self) -> Option<Found> {
        let path = std::env::var_os("PATH")?;
        let path = std::env::split_paths(&path)
            .map(|folder| folder.join(self.name))
            .find(|path| path.is_file())?;
        let said = Command::new(&path)
            .arg("--version")
            .stdin(Stdio::null())
            .output();
        let said = said.ok().filter(|said| said.status.success())?;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let is_version = |word: &&str| word.starts_with(|letter: char| letter.is_ascii_digit());
        let version = said.split_whitespace().find(is_version)?.to_owned();
        Some(Found { path, version })
    }

    /// A run over a folder.
    pub(super) fn command(&self, found: &Found, folder: &Path) -> Command {
        let mut command = Command::new(&found.path);
        command.args(self.arguments).current_dir(folder);
        // Neither says more for being told of a newer version.
        command.env("TFLINT_DISABLE_VERSION_CHECK", "1");
        command
    }
}
