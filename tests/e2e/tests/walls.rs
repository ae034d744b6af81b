//! The house's walls (docs/architecture.md): who may import whom, and under which licences.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use holdfast_e2e::programs::repository;

/// What each of our crates may import of ours in its shipped code. A crate that is not named here
/// fails the test: new crates get their walls in the same change.
const OURS: &[(&str, &[&str])] = &[
    ("cty", &[]),
    ("tfplugin", &["cty"]),
    ("terraform-config", &["cty"]),
    ("holdfast-recovery", &[]),
    ("holdfast-aws", &["holdfast-recovery"]),
    (
        "terraform-provider-holdfast",
        &["cty", "tfplugin", "holdfast-aws", "holdfast-recovery"],
    ),
    (
        "holdfast",
        &["cty", "terraform-config", "holdfast-recovery"],
    ),
    ("holdfast-sandbox", &[]),
    ("holdfast-stub", &["cty", "tfplugin"]),
    ("holdfast-host", &["cty", "tfplugin"]),
    ("holdfast-e2e", &["holdfast-sandbox"]),
    (
        "holdfast-faults",
        &[
            "cty",
            "tfplugin",
            "holdfast-aws",
            "terraform-provider-holdfast",
            "holdfast-e2e",
            "holdfast-host",
            "holdfast-sandbox",
        ],
    ),
    ("holdfast-benches", &["holdfast-e2e", "holdfast-sandbox"]),
    ("holdfast-monorepo", &[]),
    ("holdfast-shown", &["cty", "terraform-config"]),
    (
        "holdfast-agreement",
        &[
            "cty",
            "tfplugin",
            "terraform-config",
            "holdfast-stub",
            "holdfast-e2e",
            "holdfast-shown",
        ],
    ),
    (
        "xtask",
        &[
            "cty",
            "holdfast-agreement",
            "holdfast-benches",
            "holdfast-e2e",
            "holdfast-faults",
            "holdfast-monorepo",
            "holdfast-sandbox",
            "terraform-config",
        ],
    ),
];

/// Foreign crates and those of ours that may name them, tests included: a line for each.
const KEPT_INSIDE: &[(&str, &str)] = &[
    ("tonic", "tfplugin"),
    ("prost", "tfplugin"),
    ("aws-sdk-", "holdfast-aws"),
    ("aws-config", "holdfast-aws"),
    ("aws-smithy-", "holdfast-aws"),
    ("aws-types", "holdfast-aws"),
    ("aws-credential-types", "holdfast-aws"),
    ("hcl-edit", "terraform-config"),
    // An oracle of `cargo prove syntax`.
    ("hcl-edit", "xtask"),
    ("winterbaume-", "holdfast-sandbox"),
];

/// Licences that everything we link or test with may stand under.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

fn metadata() -> Metadata {
    let manifest = repository().join("Cargo.toml");
    MetadataCommand::new()
        .manifest_path(manifest)
        .exec()
        .expect("cargo metadata runs")
}

fn workspace(metadata: &Metadata) -> BTreeMap<String, Package> {
    let packages = metadata.workspace_packages().into_iter();
    packages
        .map(|package| (package.name.to_string(), package.clone()))
        .collect()
}

#[test]
fn our_crates_import_only_what_the_map_allows() {
    let metadata = metadata();
    let ours = workspace(&metadata);
    let named: BTreeSet<&str> = OURS.iter().map(|(name, _)| *name).collect();
    let there: BTreeSet<&str> = ours.keys().map(String::as_str).collect();
    assert_eq!(there, named, "every workspace crate has its walls here");
    for (name, allowed) in OURS {
        for dependency in &ours[*name].dependencies {
            let internal = ours.contains_key(&dependency.name);
            let shipped = dependency.kind == DependencyKind::Normal;
            assert!(
                !(internal && shipped) || allowed.contains(&dependency.name.as_str()),
                "{name} must not import {}: see docs/architecture.md",
                dependency.name
            );
        }
    }
}

#[test]
fn foreign_crates_stay_behind_their_wall() {
    for (name, package) in workspace(&metadata()) {
        for dependency in &package.dependencies {
            let keepers: Vec<&str> = KEPT_INSIDE
                .iter()
                .filter(|(prefix, _)| dependency.name.starts_with(prefix))
                .map(|(_, keeper)| *keeper)
                .collect();
            assert!(
                keepers.is_empty() || keepers.contains(&name.as_str()),
                "{name} names {}, which belongs behind {}",
                dependency.name,
                keepers.join(" and ")
            );
        }
    }
}

#[test]
fn licences_are_on_the_list() {
    for package in metadata().packages {
        let licence = package.license.clone().unwrap_or_default();
        assert!(
            permitted(&licence),
            "{} {} stands under {licence:?}: look at it before adding it to the list",
            package.name,
            package.version
        );
    }
}

/// An SPDX expression that can be met with licences of the list alone.
fn permitted(expression: &str) -> bool {
    // `AND` binds tighter than `OR`; parentheses in the graph only ever group an `OR` inside an
    // `AND`, so each parenthesised part is judged first and replaced by its verdict.
    let mut text = expression.replace('/', " OR ");
    while let Some(close) = text.find(')') {
        let Some(open) = text[..close].rfind('(') else {
            return false;
        };
        let verdict = if permitted(&text[open + 1..close]) {
            "MIT"
        } else {
            "none"
        };
        text.replace_range(open..=close, verdict);
    }
    text.split(" OR ").any(|all| {
        all.split(" AND ")
            .all(|licence| LICENCES.contains(&licence.trim()))
    })
}

#[test]
fn licence_expressions_are_read_as_spdx() {
    for (expression, expected) in [
        ("MIT", true),
        ("MIT/Apache-2.0", true),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("ISC AND (Apache-2.0 OR ISC)", true),
        ("ISC AND (GPL-2.0 OR GPL-3.0)", false),
        ("", false),
    ] {
        assert_eq!(permitted(expression), expected, "{expression}");
    }
}
