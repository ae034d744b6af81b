//! What the file of a resource needs, in one line: `use tfplugin::prelude::*;`.

pub use crate::model::spec::{
    computed, list, map, one, optional, optional_computed, required, set,
};
pub use crate::model::{Attr, Keyed, Many, Model, One, StringList, StringMap, StringSet};
pub use crate::validators::{between, length, one_of, satisfies, size};
pub use crate::{
    AnyResource, Applied, Change, ConfigureCx, Configured, Cx, DataCx, DataSource, Deleted,
    Diagnostic, Diagnostics, Key, PlanCx, Provider, ReadBack, Resource, model, path,
};
