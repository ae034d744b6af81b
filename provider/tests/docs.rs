//! The Registry pages are what the schemas say; `HOLDFAST_UPDATE=1` rewrites them.

use std::fs;
use std::path::{Path, PathBuf};

use terraform_provider_holdfast::{Holdfast, resources, settings::Settings};
use tfplugin::docs::Page;
use tfplugin::schema::{Schema, SchemaKind};
use tfplugin::{Model, Provider};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every page: where it lies and what it says.
fn pages() -> Vec<(PathBuf, String)> {
    let example = |path: &str| fs::read_to_string(root().join("examples").join(path)).ok();
    let provider = Schema {
        version: 0,
        block: Settings::block().clone(),
    };
    let usage = example("provider/provider.tf");
    let page = Page {
        provider: "holdfast",
        name: "holdfast",
        kind: SchemaKind::Provider,
        schema: &provider,
        example: usage.as_deref(),
        import: None,
    };
    let mut pages = vec![(PathBuf::from("docs/index.md"), page.to_string())];
    for resource in resources::all() {
        let name = resource.type_name();
        let folder = format!("resources/{name}");
        let usage = example(&format!("{folder}/resource.tf"));
        let import = example(&format!("{folder}/import.sh"));
        assert!(
            usage.is_some(),
            "examples/{folder}/resource.tf shows how it is used"
        );
        assert!(
            import.is_some(),
            "examples/{folder}/import.sh shows how it is imported"
        );
        let page = Page {
            provider: "holdfast",
            name,
            kind: SchemaKind::Resource,
            schema: resource.schema(),
            example: usage.as_deref(),
            import: import.as_deref(),
        };
        let short = name.trim_start_matches("holdfast_");
        pages.push((
            format!("docs/resources/{short}.md").into(),
            page.to_string(),
        ));
    }
    pages
}

#[test]
fn the_pages_are_fresh() {
    let update = std::env::var_os("HOLDFAST_UPDATE").is_some_and(|value| value == "1");
    for (path, text) in pages() {
        let file = root().join(&path);
        if update {
            fs::create_dir_all(file.parent().expect("a folder")).expect("the folder is made");
            fs::write(&file, &text).expect("the page is written");
        }
        let found = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            found == text,
            "{} is stale: HOLDFAST_UPDATE=1 cargo test -p terraform-provider-holdfast --test docs",
            path.display()
        );
    }
}

#[test]
fn schemas_have_no_faults() {
    let provider = Schema {
        version: 0,
        block: Settings::block().clone(),
    };
    assert_eq!(provider.faults(SchemaKind::Provider), []);
    for resource in Holdfast::default().resources() {
        assert_eq!(
            resource.schema().faults(SchemaKind::Resource),
            [],
            "{}",
            resource.type_name()
        );
    }
}
