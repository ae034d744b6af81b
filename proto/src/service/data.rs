//! Data sources.

use cty::Value;
use tokio_util::sync::CancellationToken;

use super::core::{Core, read, validated, write};
use crate::check::{report, unknown_faults};
use crate::data_source::DataCx;
use crate::diagnostic::Diagnostics;
use crate::erased::AnyProvider;
use crate::generated::tfplugin6 as pb;
use crate::wire;

const INVALID_OBJECT: &str = "Provider produced invalid object";

impl<P: AnyProvider> Core<P> {
    pub(super) fn validate_data_source(
        &self,
        request: &pb::validate_data_resource_config::Request,
    ) -> Diagnostics {
        let kind = match self.data_source(&request.type_name) {
            Ok(kind) => kind,
            Err(unknown) => return unknown,
        };
        let own = |config: &Value, to: &mut Diagnostics| kind.of.validate(config, to);
        validated(kind.of.schema(), &kind.ty, request.config.as_ref(), own)
    }

    pub(super) async fn read_data_source(
        &self,
        request: pb::read_data_source::Request,
        cancel: CancellationToken,
    ) -> pb::read_data_source::Response {
        let mut diagnostics = Diagnostics::new();
        let state = match self.data(&request, cancel, &mut diagnostics).await {
            Ok(state) => Some(state),
            Err(errors) => {
                diagnostics.extend(errors);
                None
            }
        };
        pb::read_data_source::Response {
            state,
            diagnostics: wire::diagnostics(&diagnostics),
            ..pb::read_data_source::Response::default()
        }
    }

    async fn data(
        &self,
        request: &pb::read_data_source::Request,
        cancel: CancellationToken,
        diagnostics: &mut Diagnostics,
    ) -> Result<pb::DynamicValue, Diagnostics> {
        let kind = self.data_source(&request.type_name)?;
        let config = read(request.config.as_ref(), &kind.ty, "configuration")?;
        let mut cx = DataCx {
            client: self.client()?,
            cancel,
            diagnostics: Diagnostics::new(),
        };
        let found = kind.of.read(&mut cx, config).await;
        diagnostics.extend(cx.diagnostics);
        let found = found?;
        report(INVALID_OBJECT, unknown_faults(&found), diagnostics);
        write(&found, &kind.ty, INVALID_OBJECT)
    }
}
