//! What was planned, as far as a plan as JSON says it: modules, their resources, and what each
//! expression refers to. No locals, no `lifecycle`, no `dynamic` blocks, no places.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::document::Document;
use super::read::Text;
use super::stream::{for_each_element, for_each_entry, without_place};
use crate::instance::{Mode, ModuleStep};
use crate::plan::PlanError;

/// The depth of modules within modules that is looked at.
const MAX_DEPTH: usize = 16;

/// All that the document says of the configuration.
#[derive(Default)]
pub(super) struct Configuration<'a> {
    pub(super) root: Module<'a>,
    pub(super) providers: BTreeMap<Cow<'a, str>, Provider<'a>>,
}

/// One module.
#[derive(Default)]
pub(super) struct Module<'a> {
    /// By mode, type and name.
    resources: HashMap<String, Resource<'a>>,
    pub(super) calls: BTreeMap<Cow<'a, str>, Call<'a>>,
    /// The expression of each.
    pub(super) outputs: BTreeMap<Cow<'a, str>, &'a str>,
}

/// One resource or data source.
pub(super) struct Resource<'a> {
    /// A key of [`Configuration::providers`].
    pub(super) provider: Option<Cow<'a, str>>,
    /// An object: attributes and blocks.
    pub(super) expressions: Option<&'a str>,
    /// An expression; none for one that is constant.
    pub(super) for_each: Option<&'a str>,
}

/// One call of a module.
pub(super) struct Call<'a> {
    /// An object: inputs of the module.
    pub(super) expressions: Option<&'a str>,
    /// An expression; none for one that is constant.
    pub(super) for_each: Option<&'a str>,
    pub(super) module: Module<'a>,
}

/// One configuration of a provider.
#[derive(Deserialize)]
pub(super) struct Provider<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) alias: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) module_address: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct ConfigurationJson<'a> {
    #[serde(borrow)]
    provider_config: Option<&'a RawValue>,
    #[serde(borrow)]
    root_module: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ModuleJson<'a> {
    #[serde(borrow)]
    resources: Option<&'a RawValue>,
    #[serde(borrow)]
    module_calls: Option<&'a RawValue>,
    #[serde(borrow)]
    outputs: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ResourceJson<'a> {
    #[serde(borrow)]
    mode: Text<'a>,
    #[serde(borrow, rename = "type")]
    type_name: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    provider_config_key: Option<Text<'a>>,
    #[serde(borrow)]
    expressions: Option<&'a RawValue>,
    #[serde(borrow)]
    for_each_expression: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct CallJson<'a> {
    #[serde(borrow)]
    expressions: Option<&'a RawValue>,
    #[serde(borrow)]
    for_each_expression: Option<&'a RawValue>,
    #[serde(borrow)]
    module: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct OutputJson<'a> {
    #[serde(borrow)]
    expression: Option<&'a RawValue>,
}

impl<'a> Configuration<'a> {
    pub(super) fn of(document: &'a Document) -> Result<Self, PlanError> {
        let text = document.text(document.configuration);
        if text.is_empty() {
            return Ok(Self::default());
        }
        let json: ConfigurationJson<'_> = parse(text)?;
        let mut providers = BTreeMap::new();
        for_each_entry(
            "provider_config",
            text_of(json.provider_config),
            |key, provider| {
                providers.insert(key.0, provider);
                Ok(())
            },
        )?;
        Ok(Self {
            root: Module::of(text_of(json.root_module), 0)?,
            providers,
        })
    }

    /// The module that a path leads to.
    pub(super) fn module(&self, path: &[ModuleStep]) -> Option<&Module<'a>> {
        path.iter().try_fold(&self.root, |module, step| {
            let call = module.calls.get(step.name.as_ref())?;
            Some(&call.module)
        })
    }
}

impl<'a> Module<'a> {
    fn of(text: &'a str, depth: usize) -> Result<Self, PlanError> {
        if depth > MAX_DEPTH {
            return Err(fault("modules are nested too deep"));
        }
        let json: ModuleJson<'_> = parse(text)?;
        let mut module = Self::default();
        let resources = json.resources.map_or("[]", RawValue::get);
        for_each_element(
            "configuration.resources",
            resources,
            |json: ResourceJson<'a>| {
                let mode = match json.mode.0.as_ref() {
                    "managed" => Mode::Managed,
                    "data" => Mode::Data,
                    _ => return Ok(()),
                };
                let resource = Resource {
                    provider: json.provider_config_key.map(|key| key.0),
                    expressions: json.expressions.map(RawValue::get),
                    for_each: json.for_each_expression.map(RawValue::get),
                };
                let name = resource_key(mode, &json.type_name.0, &json.name.0);
                module.resources.insert(name, resource);
                Ok(())
            },
        )?;
        let calls = text_of(json.module_calls);
        for_each_entry(
            "configuration.module_calls",
            calls,
            |name, json: CallJson<'a>| {
                let call = Call {
                    expressions: json.expressions.map(RawValue::get),
                    for_each: json.for_each_expression.map(RawValue::get),
                    module: Self::of(text_of(json.module), depth + 1)?,
                };
                module.calls.insert(name.0, call);
                Ok(())
            },
        )?;
        for_each_entry(
            "outputs",
            text_of(json.outputs),
            |name, json: OutputJson<'a>| {
                let expression = json.expression.map_or("{}", RawValue::get);
                module.outputs.insert(name.0, expression);
                Ok(())
            },
        )?;
        Ok(module)
    }

    /// The resource or data source of a name.
    pub(super) fn resource(
        &self,
        mode: Mode,
        type_name: &str,
        name: &str,
    ) -> Option<&Resource<'a>> {
        self.resources.get(&resource_key(mode, type_name, name))
    }
}

/// What a resource is called within its module.
pub(super) fn resource_key(mode: Mode, type_name: &str, name: &str) -> String {
    let mode = match mode {
        Mode::Managed => "",
        Mode::Data => "data.",
    };
    format!("{mode}{type_name}.{name}")
}

fn text_of(json: Option<&RawValue>) -> &str {
    json.map_or("{}", RawValue::get)
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, PlanError> {
    serde_json::from_str(text).map_err(|error| fault(&without_place(&error)))
}

fn fault(problem: &str) -> PlanError {
    PlanError::malformed("configuration", problem)
}

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
