//! Managed resources: validation, upgrade, read, import and move.

use cty::Value;
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::core::{Connection, Core, read, read_private, validated, write};
use crate::check::{report, unknown_faults, without_unknowns};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::erased::AnyProvider;
use crate::generated::tfplugin6 as pb;
use crate::resource::{Checkpoint, Cx, ReadBack};
use crate::state::{self, Extra};
use crate::wire;

const INVALID_OBJECT: &str = "Provider produced invalid object";

impl<P: AnyProvider> Core<P> {
    pub(super) fn validate_resource(
        &self,
        request: &pb::validate_resource_config::Request,
    ) -> Diagnostics {
        let kind = match self.resource(&request.type_name) {
            Ok(kind) => kind,
            Err(unknown) => return unknown,
        };
        let own = |config: &Value, to: &mut Diagnostics| kind.of.validate(config, to);
        validated(kind.of.schema(), &kind.ty, request.config.as_ref(), own)
    }

    pub(super) fn upgrade_state(
        &self,
        request: &pb::upgrade_resource_state::Request,
    ) -> pb::upgrade_resource_state::Response {
        match self.upgraded(request) {
            Ok(state) => pb::upgrade_resource_state::Response {
                upgraded_state: Some(state),
                diagnostics: Vec::new(),
            },
            Err(errors) => pb::upgrade_resource_state::Response {
                upgraded_state: None,
                diagnostics: wire::diagnostics(&errors),
            },
        }
    }

    fn upgraded(
        &self,
        request: &pb::upgrade_resource_state::Request,
    ) -> Result<pb::DynamicValue, Diagnostics> {
        let kind = self.resource(&request.type_name)?;
        let raw = request.raw_state.clone().unwrap_or_default();
        if raw.json.is_empty() {
            if raw.flatmap.is_empty() {
                return Ok(wire::null());
            }
            let detail = "It was written by Terraform 0.11 or older. Apply once with Terraform \
                          0.12 and a provider release of that time.";
            return Err(Diagnostic::error("The state is too old", detail).into());
        }
        let json: Json = serde_json::from_slice(&raw.json).map_err(|error| {
            let detail = format!(
                "The state of this {} is no JSON: {error}",
                request.type_name
            );
            Diagnostic::error("Cannot read the state", detail)
        })?;
        let current = kind.of.schema().version;
        let (json, extra) = match u32::try_from(request.version) {
            Ok(version) if version == current => (json, Extra::Drop),
            Ok(version) if version < current => (kind.of.upgrade(version, json)?, Extra::Refuse),
            _ => {
                let detail = format!(
                    "The state of this {} has version {}, newer than this release of the \
                     provider, which knows {current}. Use a newer release.",
                    request.type_name, request.version
                );
                return Err(Diagnostic::error("The state is too new", detail).into());
            }
        };
        let block = &kind.of.schema().block;
        let state = state::read(json, block, &kind.ty, extra).map_err(|error| {
            let at = error.path.clone();
            Diagnostic::error("Cannot read the state", error.to_string()).at(at)
        })?;
        write(&state, &kind.ty, "Invalid resource state upgrade")
    }

    pub(super) async fn read_resource(
        &self,
        request: pb::read_resource::Request,
        cancel: CancellationToken,
    ) -> pb::read_resource::Response {
        let mut diagnostics = Diagnostics::new();
        match self.read_back(&request, cancel, &mut diagnostics).await {
            Ok((new_state, private)) => pb::read_resource::Response {
                new_state: Some(new_state),
                private,
                diagnostics: wire::diagnostics(&diagnostics),
                ..pb::read_resource::Response::default()
            },
            Err(errors) => {
                diagnostics.extend(errors);
                pb::read_resource::Response {
                    new_state: request.current_state,
                    private: request.private,
                    diagnostics: wire::diagnostics(&diagnostics),
                    ..pb::read_resource::Response::default()
                }
            }
        }
    }

    async fn read_back(
        &self,
        request: &pb::read_resource::Request,
        cancel: CancellationToken,
        diagnostics: &mut Diagnostics,
    ) -> Result<(pb::DynamicValue, Vec<u8>), Diagnostics> {
        let kind = self.resource(&request.type_name)?;
        let state = read(request.current_state.as_ref(), &kind.ty, "state")?;
        if state.is_null() {
            return Ok((wire::null(), request.private.clone()));
        }
        if let Connection::NotYet = self.connection() {
            let detail = "The provider's configuration depends on values that are known only \
                          after apply; the plan is made from the last known state.";
            diagnostics.push(Diagnostic::warning(
                "Existing objects not refreshed",
                detail,
            ));
            let unchanged = request.current_state.clone();
            return Ok((
                unchanged.unwrap_or_else(wire::null),
                request.private.clone(),
            ));
        }
        let mut cx = Cx {
            client: self.client()?,
            cancel,
            private: read_private(&request.private)?,
            diagnostics: Diagnostics::new(),
            checkpoint: Checkpoint::default(),
        };
        let found = kind.of.read(&mut cx, state).await;
        diagnostics.extend(cx.diagnostics);
        match found? {
            ReadBack::Gone => Ok((wire::null(), cx.private.to_bytes())),
            ReadBack::Present(state) => {
                let state = known(state, diagnostics);
                let state = write(&state, &kind.ty, INVALID_OBJECT)?;
                Ok((state, cx.private.to_bytes()))
            }
        }
    }

    pub(super) async fn import_resource(
        &self,
        request: pb::import_resource_state::Request,
        cancel: CancellationToken,
    ) -> pb::import_resource_state::Response {
        let mut diagnostics = Diagnostics::new();
        let imported = match self.imported(&request, cancel, &mut diagnostics).await {
            Ok(imported) => vec![imported],
            Err(errors) => {
                diagnostics.extend(errors);
                Vec::new()
            }
        };
        pb::import_resource_state::Response {
            imported_resources: imported,
            diagnostics: wire::diagnostics(&diagnostics),
            ..pb::import_resource_state::Response::default()
        }
    }

    async fn imported(
        &self,
        request: &pb::import_resource_state::Request,
        cancel: CancellationToken,
        diagnostics: &mut Diagnostics,
    ) -> Result<pb::import_resource_state::ImportedResource, Diagnostics> {
        let kind = self.resource(&request.type_name)?;
        if request.id.is_empty() {
            let detail = format!("{} is imported by its id.", request.type_name);
            return Err(Diagnostic::error("An import needs an id", detail).into());
        }
        let mut cx = Cx {
            cancel,
            ..Cx::new(self.client()?)
        };
        let found = kind.of.import(&mut cx, &request.id).await;
        diagnostics.extend(cx.diagnostics);
        let state = known(found?, diagnostics);
        Ok(pb::import_resource_state::ImportedResource {
            type_name: request.type_name.clone(),
            state: Some(write(&state, &kind.ty, INVALID_OBJECT)?),
            private: cx.private.to_bytes(),
            identity: None,
        })
    }
}

/// A state must be wholly known; what is not is reported and becomes null.
fn known(state: Value, diagnostics: &mut Diagnostics) -> Value {
    if state.is_wholly_known() {
        return state;
    }
    report(INVALID_OBJECT, unknown_faults(&state), diagnostics);
    without_unknowns(state)
}

/// No resource takes over the state of another kind.
pub(super) fn no_move(
    request: &pb::move_resource_state::Request,
) -> pb::move_resource_state::Response {
    let (from, to) = (&request.source_type_name, &request.target_type_name);
    let detail = format!(
        "No moved block can turn {from} of {} into {to}. Remove the old object from the \
         state and import it as {to}.",
        request.source_provider_address
    );
    let error = Diagnostic::error("Moving between these types is not supported", detail);
    pb::move_resource_state::Response {
        diagnostics: wire::diagnostics(&error.into()),
        ..pb::move_resource_state::Response::default()
    }
}
