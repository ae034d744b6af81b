//! The host itself.
//!
//! - here: what it keeps, and how a phase begins;
//! - `plan`: what shall be done;
//! - `apply`: doing it;
//! - `object`: upgrade, read, import.

mod apply;
mod object;
mod plan;

use std::collections::{BTreeMap, BTreeSet};

use cty::Value;
use tfplugin::client::{self, messages};

use crate::provider::{Begun, Provider};
use crate::rule::{Fault, Refusal, Rule, Violation};
use crate::schema::{InvalidConfig, Schema};
use crate::wire;

pub use plan::{Action, Order, Plan};

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The provider broke a rule.
    #[error(transparent)]
    Violation(#[from] Violation),
    /// The provider reported errors.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no session with the provider.
    #[error(transparent)]
    Session(#[from] client::Error),
    /// The configuration is none of this schema.
    #[error(transparent)]
    Config(#[from] InvalidConfig),
    /// Nothing was found to import.
    #[error("cannot import {id}: there is no such remote object")]
    Absent {
        /// The id that was asked for.
        id: String,
    },
    /// The provider has no such type.
    #[error("the provider has no type {0:?}")]
    NoSuchType(String),
    /// A value of ours is not of the schema's type: a fault of this host.
    #[error("cannot encode a value for the provider: {0}")]
    Encode(#[from] cty::EncodeError),
}

/// An object as a state holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its attributes, as JSON.
    pub json: String,
    /// The version of the schema they were written with.
    pub version: i64,
    /// What the provider keeps with it.
    pub private: Vec<u8>,
    /// Its create did not succeed: it is to be replaced.
    pub tainted: bool,
}

/// A state: one object of each type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Objects by type.
    pub objects: BTreeMap<String, Stored>,
    /// Objects whose replacement exists, by type; the next apply deletes them.
    pub deposed: Vec<(String, Stored)>,
}

/// A host with one provider.
#[derive(Debug)]
pub struct Core<P> {
    /// The provider.
    pub provider: P,
    /// What has been made.
    pub state: State,
    /// What comes first in a replacement.
    pub order: Order,
    config: Value,
    types: BTreeMap<String, Schema>,
    identities: BTreeSet<String>,
    plans_destroy: bool,
    configured: bool,
}

impl<P: Provider> Core<P> {
    /// Begins a first phase and reads the schemas.
    ///
    /// # Errors
    /// The provider does not start, or breaks a rule.
    pub async fn start(provider: P) -> Result<Self, Stop> {
        let mut core = Self {
            provider,
            state: State::default(),
            order: Order::DeleteFirst,
            config: Value::empty_object(),
            types: BTreeMap::new(),
            identities: BTreeSet::new(),
            plans_destroy: false,
            configured: false,
        };
        core.provider.begin().await?;
        core.read_schemas().await?;
        Ok(core)
    }

    /// Sets the configuration of the provider, and checks it in a phase of its own.
    ///
    /// # Errors
    /// The provider refuses it, or breaks a rule.
    pub async fn configure(&mut self, config: Value) -> Result<(), Stop> {
        self.config = config;
        self.configured = false;
        self.begin().await
    }

    /// Begins a phase: a process, its schemas, its configuration.
    async fn begin(&mut self) -> Result<(), Stop> {
        if self.provider.begin().await? == Begun::New {
            self.read_schemas().await?;
            self.configured = false;
        }
        if self.configured {
            return Ok(());
        }
        let schema = self.schema("")?;
        let config = schema.block.complete(&self.config)?;
        let ty = schema.block.ty();
        let config = wire::encode(&config, &ty)?;
        let validate = messages::validate_provider_config::Request {
            config: config.clone(),
        };
        let answer = self.provider.validate_provider_config(validate).await;
        let about = About::provider("validate_provider_config");
        self.heard(&about, &about.status(answer)?.diagnostics)?;
        let configure = messages::configure_provider::Request {
            terraform_version: "1.15.9".to_owned(),
            config,
            client_capabilities: capabilities(),
        };
        let answer = self.provider.configure_provider(configure).await;
        let about = About::provider("configure_provider");
        self.heard(&about, &about.status(answer)?.diagnostics)?;
        self.configured = true;
        Ok(())
    }

    async fn read_schemas(&mut self) -> Result<(), Stop> {
        let about = About::provider("get_provider_schema");
        let request = messages::get_provider_schema::Request {};
        let answer = about.status(self.provider.get_provider_schema(request).await)?;
        let mut types = BTreeMap::new();
        let provider = answer
            .provider
            .as_ref()
            .ok_or_else(|| about.broken(Rule::Schema, "the provider has no schema"))?;
        let all = answer
            .resource_schemas
            .iter()
            .map(|(name, schema)| (name.as_str(), schema));
        for (name, schema) in all.chain([("", provider)]) {
            let schema = Schema::try_from(schema)
                .map_err(|why| about.broken(Rule::Schema, format!("{name}: {why}")))?;
            types.insert(name.to_owned(), schema);
        }
        self.types = types;
        self.plans_destroy = answer
            .server_capabilities
            .is_some_and(|capabilities| capabilities.plan_destroy);
        self.heard(&about, &answer.diagnostics)?;
        let about = About::provider("get_resource_identity_schemas");
        let request = messages::get_resource_identity_schemas::Request {};
        let answer = self.provider.get_resource_identity_schemas(request).await;
        let answer = about.status(answer)?;
        self.heard(&about, &answer.diagnostics)?;
        self.identities = answer.identity_schemas.into_keys().collect();
        Ok(())
    }

    /// The schema of a type; of the provider itself under the empty name.
    fn schema(&self, type_name: &str) -> Result<Schema, Stop> {
        let schema = self.types.get(type_name).cloned();
        schema.ok_or_else(|| Stop::NoSuchType(type_name.to_owned()))
    }

    /// The value of a stored object; none if there is none.
    ///
    /// # Errors
    /// The object is not of the type's schema.
    pub fn value(&self, type_name: &str) -> Result<Option<Value>, Stop> {
        let schema = self.schema(type_name)?;
        let Some(stored) = self.state.objects.get(type_name) else {
            return Ok(None);
        };
        let value = cty::json::decode(&stored.json, &schema.block.ty());
        let wrong = |error: cty::DecodeError| {
            About::of("state", type_name).broken(Rule::WrongType, error.to_string())
        };
        Ok(Some(value.map_err(wrong)?))
    }

    /// Marks an object as broken: the next apply replaces it.
    pub fn taint(&mut self, type_name: &str) {
        if let Some(stored) = self.state.objects.get_mut(type_name) {
            stored.tainted = true;
        }
    }

    /// Judges diagnostics: malformed ones, then errors.
    fn heard(&self, about: &About<'_>, said: &[messages::Diagnostic]) -> Result<(), Stop> {
        let ty = match self.types.get(about.type_name) {
            Some(schema) => schema.block.ty(),
            None => cty::Type::Dynamic,
        };
        about.judge(wire::malformed(said, &ty))?;
        about.refused(wire::errors(said))
    }

    /// Judges what an answer says beside its object.
    fn beside(
        &self,
        about: &About<'_>,
        deferred: Option<&messages::Deferred>,
        identity: Option<&messages::ResourceIdentityData>,
    ) -> Result<(), Stop> {
        let mut faults = Vec::new();
        if deferred.is_some() {
            faults.push(Fault::new(
                Rule::Deferred,
                "deferred, which was not allowed",
            ));
        }
        if identity.is_some() && !self.identities.contains(about.type_name) {
            let detail = "an identity, and no schema for it";
            faults.push(Fault::new(Rule::Identity, detail));
        }
        about.judge(faults)
    }
}

/// What this host can take.
fn capabilities() -> Option<messages::ClientCapabilities> {
    Some(messages::ClientCapabilities {
        write_only_attributes_allowed: true,
        store_planned_private: true,
        ..messages::ClientCapabilities::default()
    })
}

/// The call that is being judged.
struct About<'a> {
    call: &'static str,
    type_name: &'a str,
}

impl<'a> About<'a> {
    fn provider(call: &'static str) -> Self {
        Self::of(call, "")
    }

    fn of(call: &'static str, type_name: &'a str) -> Self {
        Self { call, type_name }
    }

    fn status<T>(&self, answer: Result<T, String>) -> Result<T, Stop> {
        answer.map_err(|status| self.broken(Rule::Status, status))
    }

    fn broken(&self, rule: Rule, detail: impl Into<String>) -> Stop {
        self.violated(vec![Fault::new(rule, detail)])
    }

    fn violated(&self, faults: Vec<Fault>) -> Stop {
        Stop::Violation(Violation {
            call: self.call,
            type_name: self.type_name.to_owned(),
            faults,
        })
    }

    fn judge(&self, faults: Vec<Fault>) -> Result<(), Stop> {
        match faults.is_empty() {
            true => Ok(()),
            false => Err(self.violated(faults)),
        }
    }

    fn refused(&self, errors: Vec<messages::Diagnostic>) -> Result<(), Stop> {
        match errors.is_empty() {
            true => Ok(()),
            false => Err(Stop::Refused(Refusal {
                call: self.call,
                type_name: self.type_name.to_owned(),
                errors,
            })),
        }
    }
}
