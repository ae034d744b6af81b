//! The state that was planned upon: `tfstate`, a state file of version 4.

use std::borrow::Cow;

use cty::PathStep;
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::sensitive::Tree;
use super::values::Values;
use crate::instance::{Address, InstanceKey};
use crate::plan::{PlanError, PriorResource};

const PLACE: &str = "tfstate";
/// The version of all hosts since Terraform 0.12.
const VERSION: u64 = 4;
/// What each object of the file takes when it is read, in bytes.
const OBJECT: u64 = 150;

#[derive(Deserialize)]
struct State<'a> {
    version: u64,
    #[serde(borrow, default)]
    resources: Vec<Resource<'a>>,
}

#[derive(Deserialize)]
struct Resource<'a> {
    #[serde(borrow, default)]
    module: Cow<'a, str>,
    #[serde(borrow)]
    mode: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    type_name: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    provider: Cow<'a, str>,
    #[serde(borrow, default)]
    instances: Vec<Object<'a>>,
}

#[derive(Deserialize)]
struct Object<'a> {
    index_key: Option<Json>,
    #[serde(borrow, default)]
    deposed: Cow<'a, str>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
    #[serde(borrow)]
    sensitive_attributes: Option<&'a RawValue>,
}

/// A step of a path: `{"type": "get_attr", "value": "name"}`, or `index` with a key, which has a
/// type and a value itself.
#[derive(Deserialize)]
struct Step {
    value: Json,
}

/// Every object that is current; those that wait for their destruction are left out.
pub(super) fn read(
    tfstate: &[u8],
    values: &mut Values<'_>,
) -> Result<Vec<PriorResource>, PlanError> {
    let objects = memchr::memchr_iter(b'{', tfstate).count() as u64;
    values.charge(objects * OBJECT)?;
    let state: State<'_> =
        serde_json::from_slice(tfstate).map_err(|error| PlanError::malformed(PLACE, error))?;
    if state.version != VERSION {
        let problem = format!("it has version {}, and version 4 is known", state.version);
        return Err(PlanError::malformed(PLACE, problem));
    }
    let mut prior = Vec::new();
    for resource in &state.resources {
        let address = resource.address()?;
        for object in &resource.instances {
            if !object.deposed.is_empty() {
                continue;
            }
            let Some(attributes) = object.attributes else {
                continue;
            };
            let address = Address {
                key: object.key()?,
                ..address.clone()
            };
            let sensitive = object.sensitive(values)?;
            prior.push(PriorResource {
                value: values.state(&address, attributes.get(), &sensitive)?.into(),
                provider: super::changes::provider_source(&resource.provider),
                address,
            });
        }
    }
    prior.sort_by(|a, b| a.address.cmp(&b.address));
    Ok(prior)
}

impl Resource<'_> {
    fn address(&self) -> Result<Address, PlanError> {
        let data = if self.mode == "data" { "data." } else { "" };
        let dot = if self.module.is_empty() { "" } else { "." };
        let text = format!("{}{dot}{data}{}.{}", self.module, self.type_name, self.name);
        text.parse()
            .map_err(|error| PlanError::malformed(PLACE, error))
    }
}

impl Object<'_> {
    fn key(&self) -> Result<Option<InstanceKey>, PlanError> {
        match &self.index_key {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(name)) => Ok(Some(InstanceKey::Name(name.as_str().into()))),
            Some(key) => match key.as_u64() {
                Some(index) => Ok(Some(InstanceKey::Index(index))),
                None => Err(PlanError::malformed(PLACE, format!("{key} is no key"))),
            },
        }
    }

    fn sensitive(&self, values: &mut Values<'_>) -> Result<Tree, PlanError> {
        let mut tree = Tree::default();
        let Some(json) = self.sensitive_attributes else {
            return Ok(tree);
        };
        let parts = json
            .get()
            .bytes()
            .filter(|byte| matches!(byte, b'[' | b'{'));
        values.charge(parts.count() as u64 * OBJECT)?;
        let paths: Option<Vec<Vec<Step>>> = serde_json::from_str(json.get())
            .map_err(|error| PlanError::malformed("tfstate sensitive_attributes", error))?;
        for path in paths.into_iter().flatten() {
            let steps = path.iter().map_while(|step| path_step(&step.value));
            tree.add(&steps.collect::<Vec<_>>());
        }
        Ok(tree)
    }
}

/// `None` for an element of a set: all of the set is meant then.
fn path_step(value: &Json) -> Option<PathStep> {
    match value {
        Json::String(name) => Some(PathStep::Attribute(name.as_str().into())),
        Json::Object(key) => match key.get("value")? {
            Json::String(key) => Some(PathStep::Key(key.as_str().into())),
            index => index.as_u64().map(PathStep::Index),
        },
        _ => None,
    }
}
