//! One cell: an operation in which one call goes wrong in one way.

use std::fmt;

use holdfast_sandbox::Fault;

use crate::scene::Scene;

/// What is done with a resource. Each begins with a plan, whose calls belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// An apply that makes it.
    Create,
    /// A plan of what is there unchanged: a refresh.
    Read,
    /// An apply that changes it in place.
    Update,
    /// An apply that takes it away.
    Delete,
}

impl Operation {
    /// In the order of a life.
    pub const ALL: [Self; 4] = [Self::Create, Self::Read, Self::Update, Self::Delete];
}

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blow {
    /// Refused for the rate; nothing is done.
    Throttle,
    /// 500; nothing is done.
    Error,
    /// The connection breaks; nothing is done.
    Reset,
    /// No answer comes in time; nothing is done.
    Timeout,
    /// It is done, and the connection breaks before the answer.
    LostAnswer,
    /// It is done, and the answer does not come in time.
    LateAnswer,
    /// It is done, and the provider is killed before it hears of it.
    Kill,
}

impl Blow {
    /// What can happen to a call of a provider that lives on.
    pub const FAULTS: [Self; 6] = [
        Self::Throttle,
        Self::Error,
        Self::Reset,
        Self::Timeout,
        Self::LostAnswer,
        Self::LateAnswer,
    ];

    /// What the sandbox does for it.
    pub fn fault(self) -> Fault {
        match self {
            Self::Throttle => Fault::Throttle,
            Self::Error => Fault::InternalError,
            Self::Reset => Fault::Reset,
            Self::Timeout => Fault::Silence,
            Self::LostAnswer => Fault::DropAnswer,
            Self::LateAnswer | Self::Kill => Fault::HoldAnswer,
        }
    }
}

/// How often the provider repeats a call by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Retries {
    /// As it does if nobody says anything.
    Shipped,
    /// Never (`max_retries = 0`), so that every fault reaches the resource.
    None,
}

impl Retries {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Shipped, Self::None];
}

/// One call of an operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// `service:Action`.
    pub action: String,
    /// The how-manieth of this action in the operation, from 1.
    pub nth: u64,
}

impl Call {
    /// Whether it may change something, by the verb of its action.
    pub fn changes(&self) -> bool {
        let (_, verb) = self.action.split_once(':').unwrap_or(("", &self.action));
        !["Get", "List", "Head", "Describe"]
            .iter()
            .any(|look| verb.starts_with(look))
    }
}

/// One cell of the matrix.
#[derive(Clone)]
pub struct Cell {
    /// Of which resource.
    pub scene: &'static dyn Scene,
    /// What the provider does by itself.
    pub retries: Retries,
    /// What is done.
    pub operation: Operation,
    /// Which call goes wrong.
    pub call: Call,
    /// Whether it is the last one.
    pub is_last: bool,
    /// How.
    pub blow: Blow,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        })
    }
}

impl fmt::Display for Blow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Throttle => "throttle",
            Self::Error => "500",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::LostAnswer => "lost-answer",
            Self::LateAnswer => "late-answer",
            Self::Kill => "kill",
        })
    }
}

impl fmt::Display for Retries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Shipped => "shipped",
            Self::None => "no-retries",
        })
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.action, self.nth)
    }
}

/// The cell's name, which `cargo prove faults --only` takes.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            retries,
            operation,
            call,
            blow,
            ..
        } = self;
        let type_name = self.scene.type_name();
        write!(f, "{type_name}/{operation}/{call}/{blow}/{retries}")
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
