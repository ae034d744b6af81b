//! The provider, its registries and its client.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use cty::{Type, Value};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::erased::{AnyDataSource, AnyProvider, AnyResource};
use crate::generated::tfplugin6 as pb;
use crate::private::Private;
use crate::schema::{Schema, SchemaKind};
use crate::validate::validate;
use crate::wire;

/// What all requests share.
pub(crate) struct Core<P: AnyProvider> {
    pub(super) provider: P,
    pub(super) config: Schema,
    pub(super) config_ty: Type,
    pub(super) resources: BTreeMap<String, Kind<dyn AnyResource<P::Client>>>,
    pub(super) data_sources: BTreeMap<String, Kind<dyn AnyDataSource<P::Client>>>,
    /// What an author has to mend before anything can work; looked for in debug builds.
    pub(super) faults: Diagnostics,
    connection: RwLock<Connection<P::Client>>,
}

/// A resource or data source and the type of its values.
pub(super) struct Kind<T: ?Sized> {
    pub(super) of: Box<T>,
    pub(super) ty: Type,
}

/// What came of the provider's configuration.
pub(super) enum Connection<C> {
    /// Not configured: requests that need a client are a mistake of the host.
    Closed,
    /// Configured with values that are not known before apply.
    NotYet,
    /// Configured.
    Ready(Arc<C>),
}

impl<C> Clone for Connection<C> {
    fn clone(&self) -> Self {
        match self {
            Self::Closed => Self::Closed,
            Self::NotYet => Self::NotYet,
            Self::Ready(client) => Self::Ready(client.clone()),
        }
    }
}

/// True if answers are checked by core's rules before they are sent.
pub(super) const CHECKED: bool = cfg!(debug_assertions);

impl<P: AnyProvider> Core<P> {
    pub(super) fn new(provider: P) -> Self {
        let config = provider.schema();
        let mut faults = Faults::default();
        faults.look("provider", &config, SchemaKind::Provider);
        let mut resources = BTreeMap::new();
        for of in provider.resources() {
            let (name, ty) = (of.type_name().to_owned(), of.schema().ty());
            faults.look(&name, of.schema(), SchemaKind::Resource);
            faults.once(
                &name,
                resources.insert(name.clone(), Kind { of, ty }).is_some(),
            );
        }
        let mut data_sources = BTreeMap::new();
        for of in provider.data_sources() {
            let (name, ty) = (of.type_name().to_owned(), of.schema().ty());
            faults.look(&name, of.schema(), SchemaKind::DataSource);
            faults.once(
                &name,
                data_sources.insert(name.clone(), Kind { of, ty }).is_some(),
            );
        }
        Self {
            provider,
            config_ty: config.ty(),
            config,
            resources,
            data_sources,
            faults: faults.0,
            connection: RwLock::new(Connection::Closed),
        }
    }

    pub(super) fn resource(
        &self,
        name: &str,
    ) -> Result<&Kind<dyn AnyResource<P::Client>>, Diagnostics> {
        self.resources
            .get(name)
            .ok_or_else(|| unknown_kind("resource", name))
    }

    pub(super) fn data_source(
        &self,
        name: &str,
    ) -> Result<&Kind<dyn AnyDataSource<P::Client>>, Diagnostics> {
        self.data_sources
            .get(name)
            .ok_or_else(|| unknown_kind("data source", name))
    }

    pub(super) fn connection(&self) -> Connection<P::Client> {
        let connection = self.connection.read();
        connection.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn connect(&self, connection: Connection<P::Client>) {
        let held = self.connection.write();
        *held.unwrap_or_else(PoisonError::into_inner) = connection;
    }

    /// The client, for an operation that cannot do without.
    pub(super) fn client(&self) -> Result<Arc<P::Client>, Diagnostics> {
        let (summary, detail) = match self.connection() {
            Connection::Ready(client) => return Ok(client),
            Connection::NotYet => (
                "The provider's configuration is not known yet",
                "It depends on values that are known only after apply. Apply what it depends on \
                 first, for example with -target.",
            ),
            Connection::Closed => (
                "The provider is not configured",
                "The host asked for an operation before it configured the provider. This is a \
                 bug in the host.",
            ),
        };
        Err(Diagnostic::error(summary, detail).into())
    }
}

#[derive(Default)]
struct Faults(Diagnostics);

impl Faults {
    fn look(&mut self, name: &str, schema: &Schema, kind: SchemaKind) {
        if CHECKED {
            for fault in schema.faults(kind) {
                let summary = format!("Invalid schema of {name}");
                self.0.push(Diagnostic::error(summary, fault.to_string()));
            }
        }
    }

    fn once(&mut self, name: &str, twice: bool) {
        if twice {
            let detail = format!("The provider registers {name} twice.");
            self.0.push(Diagnostic::error("Invalid registry", detail));
        }
    }
}

fn unknown_kind(kind: &str, name: &str) -> Diagnostics {
    let summary = format!("Unknown {kind}");
    let detail = format!("This provider has no {kind} {name:?}.");
    Diagnostic::error(summary, detail).into()
}

/// Reads a value of a request. What a host sends conforms to the schema, so a failure is a bug of
/// one side.
pub(super) fn read(
    dynamic: Option<&pb::DynamicValue>,
    ty: &Type,
    what: &str,
) -> Result<Value, Diagnostics> {
    wire::value(dynamic, ty).map_err(|error| {
        let summary = format!("Cannot read the {what} that the host sent");
        let detail = "This is a bug in the provider or in the host";
        let at = error.path.clone();
        Diagnostic::error(summary, format!("{detail}: {error}"))
            .at(at)
            .into()
    })
}

/// What a configuration is told: by its schema, then by the author's `own` checks.
pub(super) fn validated(
    schema: &Schema,
    ty: &Type,
    config: Option<&pb::DynamicValue>,
    own: impl FnOnce(&Value, &mut Diagnostics),
) -> Diagnostics {
    let config = match read(config, ty, "configuration") {
        Ok(config) => config,
        Err(unreadable) => return unreadable,
    };
    let mut diagnostics = Diagnostics::new();
    validate(&schema.block, &config, &mut diagnostics);
    own(&config, &mut diagnostics);
    diagnostics
}

/// Writes a value of an answer.
pub(super) fn write(
    value: &Value,
    ty: &Type,
    title: &str,
) -> Result<pb::DynamicValue, Diagnostics> {
    wire::dynamic(value, ty).map_err(|error| {
        let detail = format!("{error}. This is a bug in the provider; please report it.");
        let at = error.path.clone();
        Diagnostic::error(title, detail).at(at).into()
    })
}

pub(super) fn read_private(bytes: &[u8]) -> Result<Private, Diagnostics> {
    Private::from_bytes(bytes).map_err(|error| {
        let detail = format!("{error}. Remove the object from the state and import it again.");
        Diagnostic::error("Cannot read the private state", detail).into()
    })
}
