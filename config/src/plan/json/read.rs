//! The document to a plan.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cty::{Mark, Path, PathStep, Value};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::configuration::Sensitive;
use super::document::{Document, Passage, Range};
use super::other;
use super::stream::{for_each_element, for_each_entry, told, without_place};
use crate::inputs::Dialect;
use crate::instance::{Address, ModuleStep};
use crate::plan::{
    Action, Change, Completeness, DeferredChange, DeferredReason, Later, OutputChange, Plan,
    PlanError, PriorResource, ResourceChange,
};
use crate::schema::Schemas;

impl Plan {
    /// Reads what `terraform show -json` or `tofu show -json` prints of a plan.
    ///
    /// Any format version 0 or 1 is read, and what a later host adds is left out. Values of types
    /// that `schemas` knows have the schema's types, if they can; others have the types that the
    /// text shows. A value that cannot be read is unknown, and says why.
    pub fn from_json(bytes: &[u8], schemas: &Schemas) -> Result<Self, PlanError> {
        let text = std::str::from_utf8(bytes);
        let text = text.map_err(|error| PlanError::Json(error.to_string()))?;
        // What marks the byte order is no JSON, but some shells write it.
        let text = text.trim_start_matches('\u{feff}');
        if !text.trim_start().starts_with('{') {
            return Err(PlanError::Json("it is no JSON object".to_owned()));
        }
        let json = match serde_json::from_str::<PlanJson<'_>>(text) {
            Ok(json) if json.is_plan() => json,
            Ok(_) => return Err(no_plan(text, "it has no format_version")),
            Err(error) => return Err(no_plan(text, &told(&error))),
        };
        if let Some(version) = &json.format_version {
            other::check_version(&version.0)?;
        }
        if u32::try_from(text.len()).is_err() {
            return Err(PlanError::Json("it is longer than 4 GiB".to_owned()));
        }
        let parts = [
            json.configuration,
            json.resource_changes,
            json.resource_drift,
            json.deferred_changes,
            json.output_changes,
            json.prior_state,
            json.variables,
        ];
        let (document, ranges) = Document::of(&parts, 0, schemas);
        Reader::new(Arc::new(document)).plan(&json, &ranges)
    }
}

fn no_plan(text: &str, problem: &str) -> PlanError {
    other::better_error(text).unwrap_or_else(|| PlanError::Json(problem.to_owned()))
}

/// The document, as far as it is read.
#[derive(Deserialize)]
struct PlanJson<'a> {
    #[serde(borrow)]
    format_version: Option<Text<'a>>,
    #[serde(borrow)]
    terraform_version: Option<Text<'a>>,
    #[serde(borrow)]
    variables: Option<&'a RawValue>,
    planned_values: Option<IgnoredAny>,
    #[serde(borrow)]
    resource_changes: Option<&'a RawValue>,
    #[serde(borrow)]
    resource_drift: Option<&'a RawValue>,
    #[serde(borrow)]
    deferred_changes: Option<&'a RawValue>,
    #[serde(borrow)]
    output_changes: Option<&'a RawValue>,
    #[serde(borrow)]
    prior_state: Option<&'a RawValue>,
    #[serde(borrow)]
    configuration: Option<&'a RawValue>,
    applyable: Option<bool>,
    complete: Option<bool>,
    errored: Option<bool>,
}

/// Text that stands in the document as it is, mostly.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

#[derive(Deserialize)]
struct VariableJson<'a> {
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ResourceChangeJson<'a> {
    #[serde(borrow)]
    address: Text<'a>,
    #[serde(borrow)]
    module_address: Option<Text<'a>>,
    #[serde(borrow)]
    previous_address: Option<Text<'a>>,
    #[serde(borrow)]
    mode: Option<Text<'a>>,
    #[serde(borrow)]
    deposed: Option<Text<'a>>,
    #[serde(borrow)]
    provider_name: Option<Text<'a>>,
    #[serde(borrow)]
    change: ChangeJson<'a>,
}

#[derive(Deserialize)]
struct ChangeJson<'a> {
    actions: Action,
    #[serde(borrow)]
    before: Option<&'a RawValue>,
    #[serde(borrow)]
    after: Option<&'a RawValue>,
    #[serde(borrow)]
    after_unknown: Option<&'a RawValue>,
    #[serde(borrow)]
    before_sensitive: Option<&'a RawValue>,
    #[serde(borrow)]
    after_sensitive: Option<&'a RawValue>,
    #[serde(borrow)]
    replace_paths: Option<&'a RawValue>,
    #[serde(borrow)]
    importing: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct DeferredJson<'a> {
    #[serde(borrow)]
    reason: Option<Text<'a>>,
    #[serde(borrow)]
    resource_change: ResourceChangeJson<'a>,
}

#[derive(Deserialize)]
struct StateJson<'a> {
    #[serde(borrow)]
    values: Option<StateValuesJson<'a>>,
}

#[derive(Deserialize)]
struct StateValuesJson<'a> {
    #[serde(borrow)]
    root_module: Option<StateModuleJson<'a>>,
}

#[derive(Deserialize)]
struct StateModuleJson<'a> {
    #[serde(borrow)]
    address: Option<Text<'a>>,
    #[serde(borrow)]
    resources: Option<&'a RawValue>,
    #[serde(borrow)]
    child_modules: Option<Vec<StateModuleJson<'a>>>,
}

#[derive(Deserialize)]
struct StateResourceJson<'a> {
    #[serde(borrow)]
    address: Text<'a>,
    #[serde(borrow)]
    deposed_key: Option<Text<'a>>,
    #[serde(borrow)]
    provider_name: Option<Text<'a>>,
    #[serde(borrow)]
    values: Option<&'a RawValue>,
    #[serde(borrow)]
    sensitive_values: Option<&'a RawValue>,
}

impl PlanJson<'_> {
    fn is_plan(&self) -> bool {
        let has_content = self.planned_values.is_some()
            || self.resource_changes.is_some()
            || self.configuration.is_some();
        has_content && self.format_version.is_some()
    }

    /// Terraform says since 1.8 whether a plan can be applied, and OpenTofu does not. Of what is
    /// older or holds nothing the registry tells.
    fn dialect(&self, changes: &[ResourceChange]) -> Dialect {
        if self.applyable.is_some() || self.complete.is_some() {
            return Dialect::Terraform;
        }
        let version = self.terraform_version.as_ref();
        let mut parts = version.map_or("", |version| &version.0).split('.');
        let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok());
        let is_silent = (number(), number()) >= (Some(1), Some(8));
        let from_tofu = |change: &ResourceChange| change.provider.starts_with("registry.opentofu.");
        match is_silent || changes.iter().any(from_tofu) {
            true => Dialect::Tofu,
            false => Dialect::Terraform,
        }
    }

    fn completeness(&self, has_deferred: bool) -> Completeness {
        if self.errored == Some(true) {
            Completeness::Errored
        } else if self.complete == Some(false) || has_deferred {
            Completeness::Partial
        } else {
            Completeness::Complete
        }
    }
}

impl<'de> Deserialize<'de> for Action {
    /// From a list: `["delete", "create"]`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Actions;

        impl<'de> Visitor<'de> for Actions {
            type Value = Action;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one or two actions")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Action, A::Error> {
                let first = seq.next_element::<Text<'_>>()?;
                let second = seq.next_element::<Text<'_>>()?;
                let third = seq.next_element::<Text<'_>>()?;
                let names = [&first, &second, &third].map(|name| match name {
                    Some(Text(name)) => name.as_ref(),
                    None => "",
                });
                action(names).ok_or_else(|| {
                    let names: Vec<&str> = names
                        .into_iter()
                        .take_while(|name| !name.is_empty())
                        .collect();
                    A::Error::custom(format!("{names:?} are no actions that a plan has"))
                })
            }
        }

        deserializer.deserialize_seq(Actions)
    }
}

fn action(names: [&str; 3]) -> Option<Action> {
    Some(match names {
        ["no-op", "", ""] => Action::NoOp,
        ["create", "", ""] => Action::Create,
        ["read", "", ""] => Action::Read,
        ["update", "", ""] => Action::Update,
        ["delete", "", ""] => Action::Delete,
        ["forget", "", ""] => Action::Forget,
        ["delete", "create", ""] => Action::DeleteThenCreate,
        ["create", "delete", ""] => Action::CreateThenDelete,
        ["create", "forget", ""] => Action::CreateThenForget,
        ["forget", "create", ""] => Action::ForgetThenCreate,
        _ => return None,
    })
}

struct Reader {
    document: Arc<Document>,
    /// The name of a provider, which most resources share.
    provider: Arc<str>,
    /// A module, as written and as read: resources of one stand together.
    module: (String, Vec<ModuleStep>),
    /// A type of resources.
    type_name: Arc<str>,
}

impl Reader {
    fn new(document: Arc<Document>) -> Self {
        Self {
            document,
            provider: "".into(),
            module: (String::new(), Vec::new()),
            type_name: "".into(),
        }
    }

    fn plan(mut self, json: &PlanJson<'_>, ranges: &[Range]) -> Result<Plan, PlanError> {
        let document = Arc::clone(&self.document);
        let mut texts = ranges.iter().map(|range| document.text(*range));
        texts.next();
        let mut text = |empty| match texts.next() {
            None | Some("") => empty,
            Some(text) => text,
        };
        let resource_changes = self.resource_changes("resource_changes", text("[]"))?;
        let resource_drift = self.resource_changes("resource_drift", text("[]"))?;
        let deferred_changes = self.deferred_changes(text("[]"))?;
        let output_changes = self.output_changes(text("{}"))?;
        let prior = self.prior(text("{}"))?;
        let variables = self.variables(text("{}"))?;
        let version = json.terraform_version.as_ref();
        let host_version: Arc<str> = version.map_or("", |version| &version.0).into();
        Ok(Plan {
            dialect: json.dialect(&resource_changes),
            host_version,
            completeness: json.completeness(!deferred_changes.is_empty()),
            resource_changes,
            resource_drift,
            deferred_changes,
            output_changes,
            variables,
            backend: None,
            prior,
            sources: None,
            document: Some(self.document),
        })
    }

    fn resource_changes(
        &mut self,
        place: &str,
        text: &str,
    ) -> Result<Vec<ResourceChange>, PlanError> {
        let mut changes = Vec::new();
        for_each_element(place, text, |json| {
            changes.extend(self.resource_change(&json)?);
            Ok(())
        })?;
        Ok(changes)
    }

    fn deferred_changes(&mut self, text: &str) -> Result<Vec<DeferredChange>, PlanError> {
        let mut changes = Vec::new();
        for_each_element("deferred_changes", text, |json: DeferredJson<'_>| {
            let change = self.resource_change(&json.resource_change)?;
            let reason = json.reason.as_ref().map_or("", |reason| &reason.0);
            let reason = deferred_reason(reason);
            changes.extend(change.map(|change| DeferredChange { reason, change }));
            Ok(())
        })?;
        Ok(changes)
    }

    fn output_changes(&self, text: &str) -> Result<Vec<OutputChange>, PlanError> {
        let mut changes = Vec::new();
        for_each_entry("output_changes", text, |name, json| {
            changes.push(self.output(&name, &json)?);
            Ok(())
        })?;
        Ok(changes)
    }

    /// Only the configuration says which of them are sensitive; here they stand in clear text.
    fn variables(&self, text: &str) -> Result<BTreeMap<Arc<str>, Value>, PlanError> {
        let mut variables = BTreeMap::new();
        if text == "{}" {
            return Ok(variables);
        }
        let sensitive = Sensitive::of(&self.document);
        for_each_entry(
            "variables",
            text,
            |name: Text<'_>, json: VariableJson<'_>| {
                let value = self.passage([json.value, None, None], None).read();
                let value = match sensitive.contains(&name.0) {
                    true => value.mark(Mark::Sensitive),
                    false => value,
                };
                variables.insert(name.0.into(), value);
                Ok(())
            },
        )?;
        Ok(variables)
    }

    /// Nothing for an object that is no resource instance.
    fn resource_change(
        &mut self,
        json: &ResourceChangeJson<'_>,
    ) -> Result<Option<ResourceChange>, PlanError> {
        let mode = json.mode.as_ref().map(|mode| mode.0.as_ref());
        if !matches!(mode, None | Some("managed" | "data")) {
            return Ok(None);
        }
        let module = json.module_address.as_ref().map_or("", |module| &module.0);
        let address = self.address_in(module, &json.address.0)?;
        let previous = json.previous_address.as_ref();
        let previous = previous.map(|text| read_address(&text.0)).transpose()?;
        Ok(Some(ResourceChange {
            change: self.change(&json.change, Some(&address)),
            previous_address: previous.filter(|previous| *previous != address),
            deposed: json.deposed.as_ref().map(|key| key.0.as_ref().into()),
            provider: self.provider(json.provider_name.as_ref()),
            required_replace: self.paths(json.change.replace_paths)?,
            address,
        }))
    }

    fn paths(&self, json: Option<&RawValue>) -> Result<Vec<Path>, PlanError> {
        let Some(json) = json else {
            return Ok(Vec::new());
        };
        let paths = self.document.parse::<Vec<Vec<Json>>>(json.get());
        let paths = paths.map_err(|why| PlanError::malformed("replace_paths", why))?;
        Ok(paths.iter().map(|steps| path(steps)).collect())
    }

    fn change(&self, json: &ChangeJson<'_>, address: Option<&Address>) -> Change {
        let before = [json.before, None, json.before_sensitive];
        let after = [json.after, json.after_unknown, json.after_sensitive];
        Change {
            action: json.actions,
            before: Later::at(self.passage(before, address)),
            after: Later::at(self.passage(after, address)),
            is_import: json.importing.is_some_and(|it| it.get() != "null"),
        }
    }

    fn output(&self, name: &Text<'_>, json: &ChangeJson<'_>) -> Result<OutputChange, PlanError> {
        let is_true = |tree: Option<&RawValue>| tree.is_some_and(|tree| tree.get() == "true");
        Ok(OutputChange {
            name: name.0.as_ref().into(),
            change: self.change(json, None),
            is_sensitive: is_true(json.after_sensitive) || is_true(json.before_sensitive),
        })
    }

    fn prior(&mut self, text: &str) -> Result<Vec<PriorResource>, PlanError> {
        let json = serde_json::from_str::<StateJson<'_>>(text);
        let json =
            json.map_err(|error| PlanError::malformed("prior_state", without_place(&error)))?;
        let mut prior = Vec::new();
        if let Some(root) = json.values.and_then(|values| values.root_module) {
            self.prior_module(&root, &mut prior)?;
        }
        Ok(prior)
    }

    fn prior_module(
        &mut self,
        module: &StateModuleJson<'_>,
        into: &mut Vec<PriorResource>,
    ) -> Result<(), PlanError> {
        let text = module.resources.map_or("[]", RawValue::get);
        let own = module.address.as_ref().map_or("", |address| &address.0);
        for_each_element("prior_state", text, |json: StateResourceJson<'_>| {
            // What could not be destroyed has the address of what replaced it.
            if json.deposed_key.is_none() {
                let address = self.address_in(own, &json.address.0)?;
                let parts = [json.values, None, json.sensitive_values];
                into.push(PriorResource {
                    value: Later::at(self.passage(parts, Some(&address))),
                    provider: self.provider(json.provider_name.as_ref()),
                    address,
                });
            }
            Ok(())
        })?;
        let children = module.child_modules.iter().flatten();
        for child in children {
            self.prior_module(child, into)?;
        }
        Ok(())
    }

    /// The address of something in a module. What is the same as that of the last one is shared.
    fn address_in(&mut self, module: &str, text: &str) -> Result<Address, PlanError> {
        let rest = text
            .strip_prefix(module)
            .and_then(|rest| rest.strip_prefix('.'));
        let mut read = match rest {
            Some(rest) if self.module.0 == module && !rest.starts_with("module.") => {
                let steps = self.module.1.clone();
                let within = read_address(rest)?;
                Address {
                    module: steps,
                    ..within
                }
            }
            _ => {
                let whole = read_address(text)?;
                if rest.is_some() && !module.is_empty() {
                    self.module = (module.to_owned(), whole.module.clone());
                }
                whole
            }
        };
        if self.type_name != read.type_name {
            self.type_name = Arc::clone(&read.type_name);
        }
        read.type_name = Arc::clone(&self.type_name);
        Ok(read)
    }

    fn provider(&mut self, name: Option<&Text<'_>>) -> Arc<str> {
        let name = name.map_or("", |name| &name.0);
        if *self.provider != *name {
            self.provider = name.into();
        }
        Arc::clone(&self.provider)
    }

    fn passage(&self, parts: [Option<&RawValue>; 3], address: Option<&Address>) -> Passage {
        let schemas = &self.document.schemas;
        let schema = address.and_then(|it| schemas.resource(it.mode, &it.type_name));
        let [value, unknown, sensitive] = parts.map(|part| self.document.range_of(part));
        Passage {
            document: Arc::clone(&self.document),
            schema: schema.cloned(),
            value,
            unknown,
            sensitive,
        }
    }
}

fn deferred_reason(name: &str) -> DeferredReason {
    match name {
        "instance_count_unknown" => DeferredReason::InstanceCountUnknown,
        "resource_config_unknown" => DeferredReason::ResourceConfigUnknown,
        "provider_config_unknown" => DeferredReason::ProviderConfigUnknown,
        "absent_prereq" => DeferredReason::AbsentPrerequisite,
        "deferred_prereq" => DeferredReason::DeferredPrerequisite,
        _ => DeferredReason::Other,
    }
}

fn read_address(text: &str) -> Result<Address, PlanError> {
    let address = text.parse();
    address.map_err(|error| PlanError::malformed("an address", error))
}

/// Which step a text is, an attribute or a key, is not told.
fn path(steps: &[Json]) -> Path {
    let step = |step: &Json| match (step, step.as_u64()) {
        (_, Some(index)) => Some(PathStep::Index(index)),
        (Json::String(name), _) => Some(PathStep::Attribute(name.as_str().into())),
        _ => None,
    };
    steps.iter().map_while(step).collect()
}
