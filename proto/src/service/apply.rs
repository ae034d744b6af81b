//! ApplyResourceChange.
//!
//! Whatever happens, the answer holds the last object known to exist and the private state, and it
//! is never a gRPC error: core would store an empty private state, or lose a new object.

use cty::Value;
use tokio_util::sync::CancellationToken;

use super::core::{CHECKED, Core, Kind, read, read_private, write};
use crate::check::{report, result_faults, unknown_faults, without_unknowns};
use crate::diagnostic::Diagnostics;
use crate::erased::{AnyProvider, AnyResource};
use crate::generated::tfplugin6 as pb;
use crate::private::Private;
use crate::resource::{Applied, Checkpoint, Cx, Deleted};
use crate::wire;

type Request = pb::apply_resource_change::Request;
type Response = pb::apply_resource_change::Response;

const INCONSISTENT: &str = "Provider produced inconsistent result after apply";
const INVALID_RESULT: &str = "Provider returned invalid result object after apply";
const INVALID_OBJECT: &str = "Provider produced invalid object";

/// What to answer if nothing was made: the object as it was.
#[derive(Clone)]
pub(super) struct Unmade {
    type_name: String,
    prior: Option<pb::DynamicValue>,
    private: Vec<u8>,
}

impl Unmade {
    pub(super) fn of(request: &Request) -> Self {
        Self {
            type_name: request.type_name.clone(),
            prior: request.prior_state.clone(),
            private: request.planned_private.clone(),
        }
    }

    fn answer(self, diagnostics: &Diagnostics) -> Response {
        Response {
            new_state: Some(self.prior.unwrap_or_else(wire::null)),
            private: self.private,
            diagnostics: wire::diagnostics(diagnostics),
            ..Response::default()
        }
    }
}

/// What came of an operation; a null state: there is no object.
struct Outcome {
    state: Value,
    private: Private,
    diagnostics: Diagnostics,
}

/// What is to be done.
struct Order<'a, C> {
    kind: &'a Kind<dyn AnyResource<C>>,
    prior: Value,
    planned: Value,
    cx: Cx<C>,
}

impl<P: AnyProvider> Core<P> {
    pub(super) async fn apply_change(
        &self,
        request: Request,
        cancel: CancellationToken,
        checkpoint: Checkpoint,
    ) -> Response {
        let unmade = Unmade::of(&request);
        let order = match self.order(&request, cancel, checkpoint) {
            Ok(order) => order,
            Err(errors) => return unmade.answer(&errors),
        };
        let (kind, planned) = (order.kind, order.planned.clone());
        if order.prior.is_null() && planned.is_null() {
            return unmade.answer(&Diagnostics::new());
        }
        let outcome = carry_out(order).await;
        answer(kind, unmade, &planned, outcome)
    }

    fn order(
        &self,
        request: &Request,
        cancel: CancellationToken,
        checkpoint: Checkpoint,
    ) -> Result<Order<'_, P::Client>, Diagnostics> {
        let kind = self.resource(&request.type_name)?;
        Ok(Order {
            kind,
            prior: read(request.prior_state.as_ref(), &kind.ty, "state")?,
            planned: read(request.planned_state.as_ref(), &kind.ty, "plan")?,
            cx: Cx {
                client: self.client()?,
                cancel,
                private: read_private(&request.planned_private)?,
                diagnostics: Diagnostics::new(),
                checkpoint,
            },
        })
    }

    /// The answer after a panic: what was reached, else the object as it was.
    pub(super) fn answer_lost(
        &self,
        unmade: Unmade,
        reached: Option<(Value, Private)>,
        lost: Diagnostics,
    ) -> Response {
        match (reached, self.resource(&unmade.type_name)) {
            (Some((state, private)), Ok(kind)) => {
                let outcome = Outcome {
                    state,
                    private,
                    diagnostics: lost,
                };
                let planned = Value::null(kind.ty.clone());
                answer(kind, unmade, &planned, outcome)
            }
            _ => unmade.answer(&lost),
        }
    }
}

async fn carry_out<C>(order: Order<'_, C>) -> Outcome {
    let Order {
        kind,
        prior,
        planned,
        mut cx,
    } = order;
    let applied = if planned.is_null() {
        match kind.of.delete(&mut cx, prior.clone()).await {
            Deleted::Done => {
                // Nothing is left to be remembered.
                cx.private = Private::default();
                Applied::Done(planned)
            }
            Deleted::Failed(errors) => Applied::Failed(errors),
        }
    } else if prior.is_null() {
        kind.of.create(&mut cx, planned).await
    } else {
        kind.of.update(&mut cx, prior.clone(), planned).await
    };
    let mut diagnostics = cx.diagnostics;
    let state = match applied {
        Applied::Done(state) => state,
        Applied::Partial { state, errors } => {
            diagnostics.extend(errors);
            state
        }
        Applied::Failed(errors) => {
            diagnostics.extend(errors);
            cx.checkpoint.take().map_or(prior, |(state, _)| state)
        }
    };
    Outcome {
        state,
        private: cx.private,
        diagnostics,
    }
}

fn answer<C>(
    kind: &Kind<dyn AnyResource<C>>,
    unmade: Unmade,
    planned: &Value,
    outcome: Outcome,
) -> Response {
    let Outcome {
        mut state,
        private,
        mut diagnostics,
    } = outcome;
    let private = private.to_bytes();
    if !state.is_wholly_known() {
        // After an error it is no fault that something is not known.
        if !diagnostics.has_errors() {
            report(INVALID_RESULT, unknown_faults(&state), &mut diagnostics);
        }
        state = without_unknowns(state);
    }
    if CHECKED && !diagnostics.has_errors() {
        let faults = result_faults(&kind.of.schema().block, planned, &state);
        report(INCONSISTENT, faults, &mut diagnostics);
    }
    let new_state = match write(&state, &kind.ty, INVALID_OBJECT) {
        Ok(new_state) => new_state,
        Err(errors) => {
            diagnostics.extend(errors);
            fallback(kind, &unmade, planned)
        }
    };
    Response {
        new_state: Some(new_state),
        private,
        diagnostics: wire::diagnostics(&diagnostics),
        ..Response::default()
    }
}

/// The object if the state that an operation returned cannot be written: an existing one as it
/// was, a new one as it was planned. Better a doubtful object, reported, than a lost one.
fn fallback<C>(
    kind: &Kind<dyn AnyResource<C>>,
    unmade: &Unmade,
    planned: &Value,
) -> pb::DynamicValue {
    let existed = unmade
        .prior
        .as_ref()
        .filter(|prior| wire::value(Some(prior), &kind.ty).is_ok_and(|prior| !prior.is_null()));
    match existed {
        Some(prior) => prior.clone(),
        None => {
            let planned = without_unknowns(planned.clone());
            wire::dynamic(&planned, &kind.ty).unwrap_or_else(|_| wire::null())
        }
    }
}
