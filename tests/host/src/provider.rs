//! What a host calls: a provider's program, or whatever else answers like one.

use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tfplugin::client::{self, messages};

macro_rules! calls {
    ($($name:ident),* $(,)?) => {
        /// Answers a host's calls. Errors are gRPC statuses, as text.
        pub trait Provider {
            /// Begins a phase: plan and apply are processes of their own in Terraform.
            fn begin(&mut self) -> impl Future<Output = Result<Begun, client::Error>>;
            $(
                /// The RPC of this name.
                fn $name(
                    &mut self,
                    request: messages::$name::Request,
                ) -> impl Future<Output = Result<messages::$name::Response, String>>;
            )*
        }

        impl Provider for Program {
            async fn begin(&mut self) -> Result<Begun, client::Error> {
                self.start().await
            }
            $(
                async fn $name(
                    &mut self,
                    request: messages::$name::Request,
                ) -> Result<messages::$name::Response, String> {
                    let client = self.client.as_mut().ok_or("no phase has begun")?;
                    let answer = client.$name(request).await;
                    answer.map(client::Response::into_inner).map_err(|status| status.to_string())
                }
            )*
        }
    };
}

calls![
    get_provider_schema,
    get_resource_identity_schemas,
    validate_provider_config,
    configure_provider,
    validate_resource_config,
    upgrade_resource_state,
    read_resource,
    plan_resource_change,
    apply_resource_change,
    import_resource_state,
];

/// Whether a phase has a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Yes: nothing is known of the provider and it is not configured.
    New,
    /// No: the one before goes on.
    Same,
}

/// How many processes a run takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Processes {
    /// A new one for each phase, as Terraform does.
    OnePerPhase,
    /// One for everything: faster.
    One,
}

/// The process of a provider's program, for who wants to watch or kill it while it is at work.
#[derive(Clone, Debug, Default)]
pub struct Process(Arc<Mutex<Option<u32>>>);

impl Process {
    /// Its id; none as long as no phase has begun. Of a process that has ended, the id it had.
    pub fn id(&self) -> Option<u32> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is(&self, id: Option<u32>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = id;
    }
}

/// A provider's program.
#[derive(Debug)]
pub struct Program {
    path: PathBuf,
    environment: Vec<(String, String)>,
    processes: Processes,
    process: Process,
    host: Option<client::Host>,
    client: Option<client::Provider>,
}

impl Program {
    /// The program and variables on top of what hosts set.
    pub fn new<'a>(
        path: impl Into<PathBuf>,
        environment: impl IntoIterator<Item = (&'a str, &'a str)>,
        processes: Processes,
    ) -> Self {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            path: path.into(),
            environment: environment.into_iter().map(owned).collect(),
            processes,
            process: Process::default(),
            host: None,
            client: None,
        }
    }

    /// The process that serves the phase under way, whichever that is.
    pub fn process(&self) -> Process {
        self.process.clone()
    }

    async fn start(&mut self) -> Result<Begun, client::Error> {
        if self.host.is_some() && self.processes == Processes::One {
            return Ok(Begun::Same);
        }
        self.stop().await?;
        let launch = client::Launch::new(&self.path);
        let launch = self
            .environment
            .iter()
            .fold(launch, |launch, (name, value)| launch.variable(name, value));
        let host = launch.start().await?;
        self.process.is(host.process_id());
        self.client = Some(host.provider());
        self.host = Some(host);
        Ok(Begun::New)
    }

    /// Ends the program as a host does.
    ///
    /// # Errors
    /// It does not end.
    pub async fn stop(&mut self) -> Result<(), client::Error> {
        self.client = None;
        match self.host.take() {
            Some(host) => host.shut_down().await.map(drop),
            None => Ok(()),
        }
    }
}
