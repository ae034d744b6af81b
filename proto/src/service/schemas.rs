//! What the provider has to offer.

use super::core::Core;
use crate::erased::AnyProvider;
use crate::generated::tfplugin6 as pb;
use crate::wire;

/// Announced only for what works.
fn capabilities() -> pb::ServerCapabilities {
    pb::ServerCapabilities {
        plan_destroy: true,
        // Nothing is prepared in GetProviderSchema.
        get_provider_schema_optional: true,
        move_resource_state: false,
        generate_resource_config: false,
    }
}

impl<P: AnyProvider> Core<P> {
    pub(super) fn metadata(&self) -> pb::get_metadata::Response {
        use pb::get_metadata::{DataSourceMetadata, ResourceMetadata};
        let resources = self.resources.keys().cloned();
        let data_sources = self.data_sources.keys().cloned();
        pb::get_metadata::Response {
            server_capabilities: Some(capabilities()),
            diagnostics: wire::diagnostics(&self.faults),
            resources: resources
                .map(|type_name| ResourceMetadata { type_name })
                .collect(),
            data_sources: data_sources
                .map(|type_name| DataSourceMetadata { type_name })
                .collect(),
            ..pb::get_metadata::Response::default()
        }
    }

    pub(super) fn schemas(&self) -> pb::get_provider_schema::Response {
        let resources = self.resources.iter();
        let data_sources = self.data_sources.iter();
        pb::get_provider_schema::Response {
            provider: Some(wire::schema(&self.config)),
            resource_schemas: resources
                .map(|(name, kind)| (name.clone(), wire::schema(kind.of.schema())))
                .collect(),
            data_source_schemas: data_sources
                .map(|(name, kind)| (name.clone(), wire::schema(kind.of.schema())))
                .collect(),
            diagnostics: wire::diagnostics(&self.faults),
            server_capabilities: Some(capabilities()),
            ..pb::get_provider_schema::Response::default()
        }
    }
}
