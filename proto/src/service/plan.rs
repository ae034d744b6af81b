//! PlanResourceChange.

use cty::{Path, Value};
use tokio_util::sync::CancellationToken;

use super::core::{CHECKED, Connection, Core, read, read_private, write};
use crate::check::{Fault, plan_faults, report};
use crate::diagnostic::Diagnostics;
use crate::erased::AnyProvider;
use crate::generated::tfplugin6 as pb;
use crate::plan::{draft, tidy};
use crate::resource::PlanCx;
use crate::wire;

const INVALID_PLAN: &str = "Provider produced invalid plan";

/// A plan that can be sent.
struct Planned {
    state: pb::DynamicValue,
    replace: Vec<Path>,
    private: Vec<u8>,
}

impl<P: AnyProvider> Core<P> {
    pub(super) async fn plan_change(
        &self,
        request: &pb::plan_resource_change::Request,
        cancel: CancellationToken,
    ) -> pb::plan_resource_change::Response {
        let mut diagnostics = Diagnostics::new();
        match self.planned(request, cancel, &mut diagnostics).await {
            Ok(planned) => pb::plan_resource_change::Response {
                planned_state: Some(planned.state),
                requires_replace: planned.replace.iter().map(wire::path).collect(),
                planned_private: planned.private,
                diagnostics: wire::diagnostics(&diagnostics),
                ..pb::plan_resource_change::Response::default()
            },
            Err(errors) => {
                diagnostics.extend(errors);
                pb::plan_resource_change::Response {
                    planned_state: request.prior_state.clone(),
                    planned_private: request.prior_private.clone(),
                    diagnostics: wire::diagnostics(&diagnostics),
                    ..pb::plan_resource_change::Response::default()
                }
            }
        }
    }

    async fn planned(
        &self,
        request: &pb::plan_resource_change::Request,
        cancel: CancellationToken,
        diagnostics: &mut Diagnostics,
    ) -> Result<Planned, Diagnostics> {
        let kind = self.resource(&request.type_name)?;
        let ty = &kind.ty;
        let prior = read(request.prior_state.as_ref(), ty, "state")?;
        let config = read(request.config.as_ref(), ty, "configuration")?;
        let proposed = read(request.proposed_new_state.as_ref(), ty, "proposed state")?;
        let mut cx = PlanCx {
            client: match self.connection() {
                Connection::Ready(client) => Some(client),
                Connection::NotYet | Connection::Closed => None,
            },
            cancel,
            private: read_private(&request.prior_private)?,
            diagnostics: Diagnostics::new(),
            replace: Vec::new(),
        };
        let block = &kind.of.schema().block;
        let draft = draft(block, &prior, &config, &proposed);
        cx.replace = draft.replace;
        let planned = kind.of.plan(&mut cx, &prior, &config, draft.planned).await;
        diagnostics.extend(cx.diagnostics);
        // Neither a create nor a delete replaces anything.
        let replace = if prior.is_null() || planned.is_null() {
            Vec::new()
        } else {
            tidy(cx.replace)
        };
        if CHECKED && !diagnostics.has_errors() {
            let mut faults = plan_faults(block, &prior, &config, &planned);
            faults.extend(nowhere(&replace, &prior, &planned));
            report(INVALID_PLAN, faults, diagnostics);
        }
        Ok(Planned {
            state: write(&planned, ty, INVALID_PLAN)?,
            replace,
            private: cx.private.to_bytes(),
        })
    }
}

/// Core refuses paths that lead nowhere.
fn nowhere(replace: &[Path], prior: &Value, planned: &Value) -> Vec<Fault> {
    let lost = replace
        .iter()
        .filter(|path| prior.at(path).is_none() && planned.at(path).is_none());
    lost.map(|path| Fault {
        at: path.clone(),
        problem: "requires replacement, but there is no such attribute".to_owned(),
    })
    .collect()
}
