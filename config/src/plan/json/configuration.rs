//! What was planned, as far as a plan as JSON says it: modules, their resources, and what each
//! expression refers to. No locals, no `lifecycle`, no `dynamic` blocks, no places.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::document::Document;
use super::stream::for_each_entry;

/// The variables of the root module that are declared sensitive.
pub(super) enum Sensitive {
    /// These.
    These(BTreeSet<String>),
    /// The document does not say, so that all count as such.
    Untold,
}

#[derive(Deserialize)]
struct RootJson<'a> {
    #[serde(borrow)]
    root_module: Option<VariablesJson<'a>>,
}

#[derive(Deserialize)]
struct VariablesJson<'a> {
    #[serde(borrow)]
    variables: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct VariableJson {
    #[serde(default)]
    sensitive: bool,
}

impl Sensitive {
    pub(super) fn of(document: &Document) -> Self {
        let text = document.text(document.configuration);
        let Ok(root) = serde_json::from_str::<RootJson<'_>>(text) else {
            return Self::Untold;
        };
        let variables = root.root_module.and_then(|root| root.variables);
        let Some(variables) = variables.map(RawValue::get) else {
            return Self::Untold;
        };
        let mut names = BTreeSet::new();
        let read = for_each_entry("variables", variables, |name, variable: VariableJson| {
            if variable.sensitive {
                names.insert(name.0.into_owned());
            }
            Ok(())
        });
        match read {
            Ok(()) => Self::These(names),
            Err(_) => Self::Untold,
        }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        match self {
            Self::These(names) => names.contains(name),
            Self::Untold => true,
        }
    }
}
