//! `templates/`, and what stands in for their placeholders.

use crate::File;
use crate::root::{Fault, Kind, Root, team};

/// Files of a kind of root module: their names and their texts.
macro_rules! templates {
    ($folder:literal: $($name:literal),+) => {
        &[$(($name, include_str!(concat!("../templates/", $folder, "/", $name)))),+]
    };
}

type Templates = &'static [(&'static str, &'static str)];

const VERSIONS: &str = include_str!("../templates/versions.tf");
const MODULE_VERSIONS: &str = include_str!("../templates/modules/versions.tf");

const MODULES: [(&str, Templates); 4] = [
    (
        "bucket",
        templates!("modules/bucket": "main.tf", "outputs.tf", "variables.tf"),
    ),
    (
        "cluster",
        templates!("modules/cluster": "main.tf", "outputs.tf", "variables.tf"),
    ),
    (
        "label",
        templates!("modules/label": "main.tf", "outputs.tf", "variables.tf"),
    ),
    (
        "network",
        templates!("modules/network": "main.tf", "outputs.tf", "variables.tf"),
    ),
];

fn templates(kind: Kind) -> Templates {
    match kind {
        Kind::Cluster => {
            templates!("roots/cluster": "main.tf", "outputs.tf", "terraform.tfvars", "variables.tf")
        }
        Kind::Platform => {
            templates!("roots/platform": "main.tf", "outputs.tf", "terraform.tfvars", "variables.tf")
        }
        Kind::Data => {
            templates!("roots/data": "main.tf", "outputs.tf", "terraform.tfvars", "variables.tf")
        }
        Kind::Network => templates!("roots/network": "main.tf", "transit.tf", "variables.tf"),
        Kind::Service => {
            templates!("roots/service": "main.tf", "outputs.tf", "services.yaml", "variables.tf")
        }
    }
}

/// The shared modules of one team.
pub(crate) fn shared_modules(number: usize) -> Vec<File> {
    let team = team(number);
    let words = [
        ("__TEAM__", team.clone()),
        ("__REGION__", "eu-central-1".to_owned()),
    ];
    let mut files = Vec::new();
    for (module, templates) in MODULES {
        let versions = [("versions.tf", MODULE_VERSIONS)];
        for (name, template) in templates.iter().chain(&versions) {
            files.push(File {
                path: format!("teams/{team}/modules/{module}/{name}"),
                text: filled(template, &words),
            });
        }
    }
    files
}

/// The files of one root module.
pub(crate) fn root_module(root: &Root) -> Vec<File> {
    let words = words(root);
    let directory = root.directory();
    let templates = templates(root.kind()).iter();
    let there = templates.filter(|(name, _)| *name != "outputs.tf" || root.has_outputs());
    there
        .chain(&[("versions.tf", VERSIONS)])
        .map(|(name, template)| File {
            path: format!("{directory}/{name}"),
            text: filled(template, &words),
        })
        .collect()
}

fn words(root: &Root) -> Vec<(&'static str, String)> {
    let index = root.index();
    let fault = root.fault();
    let count = match fault {
        Some(Fault::SpotBehindGate) => "count = var.enabled ? 1 : 0",
        _ => "# Always there.",
    };
    let retention = match (root.kind(), fault) {
        (Kind::Cluster, Some(Fault::NoRetention)) => "snapshot_retention = null".to_owned(),
        (Kind::Cluster, Some(Fault::UnknownRetention)) => "# Set by the pipeline.".to_owned(),
        (Kind::Cluster, _) => format!("snapshot_retention = {}", 10 + index % 40),
        _ => (10 + index % 40).to_string(),
    };
    let is_spot = matches!(
        fault,
        Some(Fault::Spot | Fault::SpotInModule | Fault::SpotBehindGate)
    );
    let pick = |from: &[&str]| from[index / 7 % from.len()].to_owned();
    vec![
        ("/* __COUNT__ */", count.to_owned()),
        ("/* __RETENTION__ */", retention.clone()),
        ("__RETENTION__", retention),
        ("__SPOT__", is_spot.to_string()),
        ("__WORKERS__", (3 + index % 12).to_string()),
        (
            "__TYPE__",
            pick(&["m7i.xlarge", "c7i.2xlarge", "r7i.large"]),
        ),
        (
            "__COMPLIANCE__",
            pick(&["public", "internal", "confidential"]),
        ),
        ("__OCTET__", (index % 250).to_string()),
        ("__ACCOUNT__", format!("{:012}", 100_000_000 + index % 90)),
        ("__INDEX__", index.to_string()),
        ("__NAME__", root.name()),
        ("__TEAM__", root.team()),
        ("__ENV__", root.environment().to_owned()),
        ("__REGION__", root.region().to_owned()),
    ]
}

fn filled(template: &str, words: &[(&str, String)]) -> String {
    let fill = |text: String, (placeholder, word): &(&str, String)| text.replace(placeholder, word);
    words.iter().fold(template.to_owned(), fill)
}
