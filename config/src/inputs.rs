//! What a run is given beside the configuration: variables, environment, workspace, dialect.

use std::path::PathBuf;
use std::sync::Arc;

use crate::schema::Schemas;

/// Which of the two languages a directory is read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// `.tf` and `.tf.json`.
    #[default]
    Terraform,
    /// Those, and `.tofu` and `.tofu.json`, which win over a `.tf` file of the same name.
    Tofu,
}

impl Dialect {
    /// What a directory is read as if nobody says: OpenTofu where there are `.tofu` files.
    pub(crate) fn of(has_tofu: bool) -> Self {
        if has_tofu {
            Self::Tofu
        } else {
            Self::Terraform
        }
    }
}

/// One `-var` or `-var-file`, in the order of the command line: later ones win.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VarInput {
    /// `-var name=text`.
    Value {
        /// The variable.
        name: String,
        /// As typed: parsed by the variable's type, as Terraform does.
        text: String,
    },
    /// `-var-file path`, relative to the working directory.
    File(PathBuf),
}

/// What a registry or git module that is not installed means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingModules {
    /// An [`crate::ProblemKind::Analysis`] problem.
    #[default]
    Fail,
    /// A note; its outputs are unknown.
    Note,
}

/// What an evaluation is given. The default is a bare run: no variables, an empty environment,
/// the workspace that the root's data directory names, the dialect that the files show.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// `-var` and `-var-file`, in order.
    pub variables: Vec<VarInput>,
    /// Environment variables; `TF_VAR_*`, `TF_DATA_DIR` and `TF_WORKSPACE` are read.
    pub environment: Vec<(String, String)>,
    /// `terraform.workspace`; `None`: what `TF_WORKSPACE` says, else what `terraform workspace
    /// select` left in the root's data directory, else `default`.
    pub workspace: Option<String>,
    /// The dialect; `None`: OpenTofu where a root holds a `.tofu` file, else Terraform.
    pub dialect: Option<Dialect>,
    /// What a module that is not installed means.
    pub missing_modules: MissingModules,
    /// What providers say of their resources.
    pub schemas: Arc<Schemas>,
    /// True if every value shall tell where it was written ([`crate::why::Source`]), which takes
    /// about twice the time.
    pub trace: bool,
}

impl Default for Inputs {
    fn default() -> Self {
        Self {
            variables: Vec::new(),
            environment: Vec::new(),
            workspace: None,
            dialect: None,
            missing_modules: MissingModules::Fail,
            schemas: Arc::default(),
            trace: false,
        }
    }
}

impl Inputs {
    /// The last value of an environment variable, unless it is empty.
    pub(crate) fn environment_variable(&self, name: &str) -> Option<&str> {
        let mut all = self.environment.iter().rev();
        let found = all.find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}
