//! What `proto/*.proto` compiles to; `tests/generated.rs` writes and checks it.
//!
//! Included rather than declared, so that rustfmt leaves the files as generated.

/// Package `tfplugin6`: the provider.
#[allow(missing_docs, unreachable_pub, dead_code, clippy::all)]
pub mod tfplugin6 {
    include!("generated/tfplugin6.rs");
}

/// Package `plugin`: go-plugin's own services.
#[allow(missing_docs, unreachable_pub, dead_code, clippy::all)]
pub mod plugin {
    include!("generated/plugin.rs");
}

/// Package `grpc.health.v1`.
#[allow(missing_docs, unreachable_pub, dead_code, clippy::all)]
pub mod health {
    include!("generated/grpc.health.v1.rs");
}
