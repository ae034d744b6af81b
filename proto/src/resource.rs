//! A managed resource, as its author writes it: one trait, and the outcome of each operation.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use cty::{Path, Value};
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::private::Private;

/// A kind of object that Terraform creates, reads, updates and deletes.
///
/// Methods may be written as `async fn`. The order below is the order of every resource file.
pub trait Resource: Send + Sync + Sized + 'static {
    /// What [`Provider::configure`](crate::Provider::configure) makes: the way to the remote API.
    type Client: Send + Sync + 'static;
    /// The attributes and blocks, declared with [`model!`](crate::model!).
    type Model: Model;
    /// The name in configurations, provider's prefix included: `holdfast_dlm_policy`.
    const TYPE_NAME: &'static str;
    /// The version of the state's shape; raise it together with an arm in [`Resource::upgrade`].
    const VERSION: u32 = 0;

    /// Checks what single validators cannot: rules over several attributes.
    ///
    /// Runs without a client, several times, with more and more values known. An unknown value is
    /// no reason to complain.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Has the last word on a plan: after defaults, unknowns and plan modifiers.
    ///
    /// Must give the same answer for the same input: Terraform plans again before it applies.
    /// Only computed attributes without a value in the configuration may be changed.
    fn plan(
        &self,
        cx: &mut PlanCx<Self::Client>,
        change: Change<'_, Self::Model>,
    ) -> impl Future<Output = ()> + Send {
        let _ = (cx, change);
        async {}
    }

    /// Makes the object. Every unknown in `planned` must have become known or null.
    fn create(
        &self,
        cx: &mut Cx<Self::Client>,
        planned: Self::Model,
    ) -> impl Future<Output = Applied<Self::Model>> + Send;

    /// Looks what the object is now. Right after an import `state` holds only what
    /// [`Resource::import`] gave.
    fn read(
        &self,
        cx: &mut Cx<Self::Client>,
        state: Self::Model,
    ) -> impl Future<Output = Result<ReadBack<Self::Model>, Diagnostics>> + Send;

    /// Changes the object. Every unknown in `planned` must have become known or null.
    fn update(
        &self,
        cx: &mut Cx<Self::Client>,
        prior: &Self::Model,
        planned: Self::Model,
    ) -> impl Future<Output = Applied<Self::Model>> + Send;

    /// Deletes the object. One that is already gone is [`Deleted::Done`].
    fn delete(
        &self,
        cx: &mut Cx<Self::Client>,
        state: Self::Model,
    ) -> impl Future<Output = Deleted> + Send;

    /// Turns the id of `terraform import` or of an import block into enough state for
    /// [`Resource::read`] to find the object.
    fn import(
        &self,
        cx: &mut Cx<Self::Client>,
        id: &str,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send {
        let _ = (cx, id);
        async {
            let summary = "Import is not supported";
            let detail = format!("{} cannot be imported.", Self::TYPE_NAME);
            Err(Diagnostic::error(summary, detail).into())
        }
    }

    /// Turns the JSON state of an older version into one of [`Resource::VERSION`], in one hop.
    /// Attributes left out become null.
    fn upgrade(&self, version: u32, state: Json) -> Result<Json, Diagnostics> {
        let _ = state;
        let summary = "Unknown version of the state";
        let detail = format!(
            "The state of this {} has version {version}, and this provider reads version {}. \
             Apply once with a provider release that knows both.",
            Self::TYPE_NAME,
            Self::VERSION
        );
        Err(Diagnostic::error(summary, detail).into())
    }
}

/// What an operation on an object is handed, and what it leaves behind.
#[derive(Debug)]
pub struct Cx<C> {
    /// What [`Provider::configure`](crate::Provider::configure) made.
    pub client: Arc<C>,
    /// Cancelled when the user stops Terraform: finish or give up soon, and report what was done.
    pub cancel: CancellationToken,
    /// Private state of the object: as it was stored (in an apply: as it was planned), to be
    /// changed in place. What it holds in the end is stored.
    pub private: Private,
    /// Warnings beside a good outcome.
    pub diagnostics: Diagnostics,
    pub(crate) checkpoint: Checkpoint,
}

impl<C> Cx<C> {
    /// Of an operation on an object without private state, for a unit test that calls a resource's
    /// methods itself.
    pub fn new(client: Arc<C>) -> Self {
        Self {
            client,
            cancel: CancellationToken::new(),
            private: Private::default(),
            diagnostics: Diagnostics::new(),
            checkpoint: Checkpoint::default(),
        }
    }

    /// Records that the object exists and what is known of it so far.
    ///
    /// From then on a panic, or [`Applied::Failed`], is answered like [`Applied::Partial`] with
    /// this state: what was made is never lost. What is unknown in it is stored as null.
    pub fn checkpoint<M: Model>(&self, state: &M) {
        let reached = (state.encode(), self.private.clone());
        *self.checkpoint.lock() = Some(reached);
    }
}

/// The last known state of an object in the making; outlives a panic.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checkpoint(Arc<Mutex<Option<(Value, Private)>>>);

impl Checkpoint {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Value, Private)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn take(&self) -> Option<(Value, Private)> {
        self.lock().take()
    }
}

/// What [`Resource::plan`] is handed, and what it leaves behind.
#[derive(Debug)]
pub struct PlanCx<C> {
    /// What [`Provider::configure`](crate::Provider::configure) made. `None`: the provider's
    /// configuration is not known before apply.
    pub client: Option<Arc<C>>,
    /// Cancelled when the user stops Terraform.
    pub cancel: CancellationToken,
    /// Private state, as it was stored, to be changed in place; the apply receives it.
    pub private: Private,
    /// Errors stop the plan; warnings are shown with it.
    pub diagnostics: Diagnostics,
    pub(crate) replace: Vec<Path>,
}

impl<C> PlanCx<C> {
    /// Of an object without private state, for a unit test that calls a resource's methods itself.
    pub fn new(client: Option<Arc<C>>) -> Self {
        Self {
            client,
            cancel: CancellationToken::new(),
            private: Private::default(),
            diagnostics: Diagnostics::new(),
            replace: Vec::new(),
        }
    }

    /// Has the object replaced because this attribute changes; see [`path!`](crate::path!).
    ///
    /// Terraform ignores paths whose value does not change, and all of them in a create.
    pub fn requires_replace(&mut self, attribute: Path) {
        self.replace.push(attribute);
    }
}

/// What is planned.
#[derive(Debug)]
pub enum Change<'a, M> {
    /// The object does not exist yet, or is to be replaced.
    Create {
        /// The configuration.
        config: &'a M,
        /// The object to come; may be changed.
        planned: &'a mut M,
    },
    /// The object exists. Also for one that stays as it is: then `planned` equals `prior`.
    Update {
        /// The state.
        prior: &'a M,
        /// The configuration.
        config: &'a M,
        /// The object to come; may be changed.
        planned: &'a mut M,
    },
    /// The object is to go.
    Delete {
        /// The state.
        prior: &'a M,
    },
}

/// The outcome of a create or update.
#[derive(Clone, Debug, PartialEq)]
pub enum Applied<M> {
    /// All of it happened. Each value known in the plan must be returned as planned.
    Done(M),
    /// Some of it happened: this is the object now, and why it went no further. A new object is
    /// stored as tainted.
    Partial {
        /// The object as far as it is known; what is unknown is stored as null.
        state: M,
        /// What went wrong.
        errors: Diagnostics,
    },
    /// Nothing happened: there is no new object, or the old one is as it was.
    Failed(Diagnostics),
}

/// For an operation that is one step: an error means that nothing happened.
impl<M> From<Result<M, Diagnostics>> for Applied<M> {
    fn from(outcome: Result<M, Diagnostics>) -> Self {
        outcome.map_or_else(Self::Failed, Self::Done)
    }
}

/// The outcome of a read.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadBack<M> {
    /// The object as it is.
    Present(M),
    /// There is no such object any more; Terraform will plan to create it.
    Gone,
}

/// The outcome of a delete.
#[derive(Clone, Debug, PartialEq)]
pub enum Deleted {
    /// There is no such object any more.
    Done,
    /// It still exists; the state stays.
    Failed(Diagnostics),
}

impl From<Result<(), Diagnostics>> for Deleted {
    fn from(outcome: Result<(), Diagnostics>) -> Self {
        outcome.map_or_else(Self::Failed, |()| Self::Done)
    }
}
