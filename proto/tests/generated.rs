//! `src/generated` is what `proto/*.proto` compiles to. `HOLDFAST_UPDATE=1` rewrites it.

use std::path::Path;
use std::{env, fs};

const SOURCES: [&str; 5] = [
    "tfplugin6.proto",
    "go_plugin_broker.proto",
    "go_plugin_controller.proto",
    "go_plugin_stdio.proto",
    "grpc_health.proto",
];

/// One file per protobuf package, named as the generator names it.
const GENERATED: [&str; 3] = ["grpc.health.v1.rs", "plugin.rs", "tfplugin6.rs"];

#[test]
fn generated_code_is_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scratch = tempfile::tempdir().unwrap();
    generate(&root.join("proto"), scratch.path());

    let mut names: Vec<_> = fs::read_dir(scratch.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, GENERATED, "packages of {SOURCES:?}");

    for name in GENERATED {
        let fresh = fs::read_to_string(scratch.path().join(name)).unwrap();
        let committed = root.join("src/generated").join(name);
        if env::var_os("HOLDFAST_UPDATE").is_some() {
            fs::write(&committed, &fresh).unwrap();
        }
        assert!(
            fs::read_to_string(&committed).is_ok_and(|text| text == fresh),
            "src/generated/{name} is stale: HOLDFAST_UPDATE=1 cargo test -p tfplugin --test generated"
        );
    }
}

fn generate(sources: &Path, out: &Path) {
    let descriptors = protox::Compiler::new([sources])
        .and_then(|mut compiler| {
            compiler
                .include_imports(true)
                .include_source_info(true)
                .open_files(SOURCES)?;
            Ok(compiler.file_descriptor_set())
        })
        .unwrap_or_else(|error| panic!("{error:?}"));

    let mut builder = tonic_prost_build::configure()
        .out_dir(out)
        // Connections are made by `client`, over the plugin's own socket.
        .build_transport(false)
        // An RPC that is not served answers UNIMPLEMENTED.
        .generate_default_stubs(true)
        // The same answer is the same bytes.
        .btree_map(".");
    for package in ["tfplugin6", "plugin", "grpc.health.v1"] {
        builder = builder.client_mod_attribute(package, "#[cfg(feature = \"client\")]");
    }
    builder
        .compile_fds(descriptors)
        .expect("the definitions compile to Rust");
}
