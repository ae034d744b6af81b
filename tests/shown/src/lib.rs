//! A plan that was read, against what the host's own `show -json` prints of it, field by field.

use std::collections::{BTreeMap, BTreeSet};

use cty::{Data, Mark, Number, PathStep, Value};
use serde_json::Value as Json;
use terraform_config::instance::{Address, InstanceKey, Mode};
use terraform_config::plan::{Action, Change, NumberOrString, Plan, ResourceChange};
use terraform_config::schema::Schemas;

/// What comparing found.
#[derive(Debug, Default)]
pub struct Shown {
    /// Where the two differ.
    pub faults: Vec<String>,
    /// Leaves of values that are equal.
    pub equal: usize,
    /// Those of them of which nobody can say whether they are numbers or strings.
    pub ambiguous: usize,
}

/// Compares resource changes, drift and output changes.
pub fn compare(plan: &Plan, json: &Json, schemas: &Schemas) -> Shown {
    let mut shown = Shown::default();
    shown.is(
        "terraform_version",
        &plan.host_version.to_string().into(),
        &json["terraform_version"],
    );
    shown.resources("resource_changes", &plan.resource_changes, json, schemas);
    shown.resources("resource_drift", &plan.resource_drift, json, schemas);
    shown.outputs(plan, json);
    shown
}

type Steps = Vec<String>;

impl Shown {
    fn fault(&mut self, place: &str, problem: String) {
        self.faults.push(format!("{place}: {problem}"));
    }

    fn is(&mut self, place: &str, ours: &Json, theirs: &Json) {
        match ours == theirs {
            true => self.equal += 1,
            false => self.fault(place, format!("{ours} is shown as {theirs}")),
        }
    }

    fn resources(&mut self, list: &str, ours: &[ResourceChange], json: &Json, schemas: &Schemas) {
        let none = Vec::new();
        let theirs = json[list].as_array().unwrap_or(&none);
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        let key = |json: &Json| (text(&json["address"]), text(&json["deposed"]));
        let mut theirs: BTreeMap<_, _> = theirs.iter().map(|it| (key(it), it)).collect();
        for change in ours {
            let deposed = change.deposed.as_deref().unwrap_or_default().to_owned();
            let place = format!("{list} {} {deposed}", change.address);
            match theirs.remove(&(change.address.to_string(), deposed)) {
                Some(json) => self.resource(&place, change, json, schemas),
                None => self.fault(&place, "is not shown".to_owned()),
            }
        }
        for (address, _) in theirs.into_keys() {
            self.fault(list, format!("{address} is missing"));
        }
    }

    fn resource(&mut self, place: &str, ours: &ResourceChange, json: &Json, schemas: &Schemas) {
        for (name, value) in address_fields(&ours.address) {
            self.is(&format!("{place} {name}"), &value, &json[name]);
        }
        let previous = ours.previous_address.as_ref();
        let previous = previous.map_or(Json::Null, |it| it.to_string().into());
        self.is(place, &previous, &json["previous_address"]);
        self.is(
            place,
            &ours.provider.as_ref().into(),
            &json["provider_name"],
        );
        let paths = ours
            .required_replace
            .iter()
            .map(|path| path_json(path.steps()));
        let ours_replace: BTreeSet<String> = paths.collect();
        let theirs = json["change"]["replace_paths"].as_array();
        let theirs = theirs.into_iter().flatten().map(Json::to_string);
        let theirs: BTreeSet<String> = theirs.collect();
        if ours_replace != theirs {
            self.fault(place, format!("{ours_replace:?} is shown as {theirs:?}"));
        }
        let is_known = schemas
            .resource(ours.address.mode, &ours.address.type_name)
            .is_some();
        self.change(place, &ours.change, &json["change"], is_known);
    }

    fn outputs(&mut self, plan: &Plan, json: &Json) {
        let none = serde_json::Map::new();
        let mut theirs = json["output_changes"].as_object().unwrap_or(&none).clone();
        for output in &plan.output_changes {
            let place = format!("output {}", output.name);
            let Some(json) = theirs.remove(output.name.as_ref()) else {
                self.fault(&place, "is not shown".to_owned());
                continue;
            };
            self.is(
                &place,
                &output.is_sensitive.into(),
                &json["after_sensitive"],
            );
            self.values(&place, &output.change, &json);
        }
        for name in theirs.keys() {
            self.fault("outputs", format!("{name} is missing"));
        }
    }

    fn change(&mut self, place: &str, ours: &Change, json: &Json, is_known: bool) {
        self.values(place, ours, json);
        let importing = !json["importing"].is_null();
        self.is(place, &ours.is_import.into(), &importing.into());
        for (name, value) in [
            ("before_sensitive", ours.before.get()),
            ("after_sensitive", ours.after.get()),
        ] {
            let (mut wanted, mut found) = (BTreeSet::new(), BTreeSet::new());
            truths(&json[name], &mut Vec::new(), &mut wanted);
            sensitive(value, &mut Vec::new(), &mut found);
            // Without a schema nobody knows what the provider calls sensitive.
            let is_right = match is_known {
                true => found == wanted,
                false => found.is_subset(&wanted),
            };
            if !is_right {
                self.fault(place, format!("{name}: {found:?} is shown as {wanted:?}"));
            }
        }
    }

    fn values(&mut self, place: &str, ours: &Change, json: &Json) {
        let actions = actions(ours.action).into_iter().map(Json::from);
        self.is(place, &actions.collect(), &json["actions"]);
        self.value(
            &format!("{place} before"),
            ours.before.get(),
            Some(&json["before"]),
        );
        // A deletion leaves nothing out of `after`; the whole value may be unknown.
        let after = ours.after.get();
        self.value(&format!("{place} after"), after, Some(&json["after"]));
        let (mut wanted, mut found) = (BTreeSet::new(), BTreeSet::new());
        truths(&json["after_unknown"], &mut Vec::new(), &mut wanted);
        unknowns(after, &mut Vec::new(), &mut found);
        match found == wanted {
            true => self.equal += wanted.len(),
            false => self.fault(place, format!("unknown {found:?} is shown as {wanted:?}")),
        }
    }

    /// `None`: left out, as unknown parts of objects are.
    fn value(&mut self, place: &str, ours: &Value, theirs: Option<&Json>) {
        if !ours.is_known() {
            if !theirs.is_none_or(Json::is_null) {
                self.fault(place, "is unknown, and shown".to_owned());
            }
            return;
        }
        let Some(theirs) = theirs else {
            return self.fault(place, "is known, and not shown".to_owned());
        };
        let is_equal = match (ours.data(), theirs) {
            (Data::Null(_), Json::Null) => true,
            (Data::Bool(ours), Json::Bool(theirs)) => ours == theirs,
            (Data::Number(ours), Json::Number(theirs)) => {
                theirs.as_str().parse::<Number>().as_ref() == Ok(ours)
            }
            (Data::String(text), theirs) if NumberOrString::is_on(ours) => {
                self.ambiguous += 1;
                match theirs {
                    Json::String(theirs) => **text == **theirs,
                    Json::Number(theirs) => {
                        theirs.as_str().parse::<Number>() == text.parse::<Number>()
                    }
                    _ => false,
                }
            }
            (Data::String(ours), Json::String(theirs)) => **ours == **theirs,
            (Data::List(_, ours) | Data::Set(_, ours) | Data::Tuple(ours), Json::Array(theirs)) => {
                for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                    self.value(&format!("{place}[{index}]"), ours, Some(theirs));
                }
                ours.len() == theirs.len()
            }
            (Data::Map(_, ours) | Data::Object(ours), Json::Object(theirs)) => {
                for (name, ours) in ours.iter() {
                    self.value(&format!("{place}.{name}"), ours, theirs.get(name.as_ref()));
                }
                theirs.keys().all(|name| ours.contains_key(name.as_str()))
            }
            _ => false,
        };
        match is_equal {
            true => self.equal += 1,
            // Not what it is: it may be a secret.
            false => self.fault(
                place,
                format!("{} is shown as {theirs}", ours.ty().to_json()),
            ),
        }
    }
}

fn address_fields(address: &Address) -> Vec<(&'static str, Json)> {
    let index = match &address.key {
        None => Json::Null,
        Some(InstanceKey::Index(index)) => (*index).into(),
        Some(InstanceKey::Name(name)) => name.as_ref().into(),
    };
    let mode = match address.mode {
        Mode::Managed => "managed",
        Mode::Data => "data",
    };
    let local = Address {
        module: Vec::new(),
        ..address.clone()
    };
    let whole = address.to_string();
    let module = whole.strip_suffix(&local.to_string()).unwrap_or_default();
    let module = match module.strip_suffix('.') {
        Some(module) => module.into(),
        None => Json::Null,
    };
    vec![
        ("address", whole.as_str().into()),
        ("module_address", module),
        ("mode", mode.into()),
        ("type", address.type_name.as_ref().into()),
        ("name", address.name.as_ref().into()),
        ("index", index),
    ]
}

fn actions(action: Action) -> Vec<&'static str> {
    match action {
        Action::NoOp => vec!["no-op"],
        Action::Create => vec!["create"],
        Action::Read => vec!["read"],
        Action::Update => vec!["update"],
        Action::Delete => vec!["delete"],
        Action::DeleteThenCreate => vec!["delete", "create"],
        Action::CreateThenDelete => vec!["create", "delete"],
        Action::Forget => vec!["forget"],
        Action::CreateThenForget => vec!["create", "forget"],
        Action::ForgetThenCreate => vec!["forget", "create"],
    }
}

fn path_json(steps: &[PathStep]) -> String {
    let steps = steps.iter().map(|step| match step {
        PathStep::Attribute(name) | PathStep::Key(name) => Json::from(name.as_ref()),
        PathStep::Index(index) | PathStep::Element(index) => (*index).into(),
    });
    steps.collect::<Json>().to_string()
}

/// Paths at which a structure of truth values says `true`.
fn truths(json: &Json, path: &mut Steps, found: &mut BTreeSet<Steps>) {
    match json {
        Json::Bool(true) => {
            found.insert(path.clone());
        }
        Json::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                path.push(index.to_string());
                truths(element, path, found);
                path.pop();
            }
        }
        Json::Object(entries) => {
            for (name, entry) in entries {
                path.push(name.clone());
                truths(entry, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn unknowns(value: &Value, path: &mut Steps, found: &mut BTreeSet<Steps>) {
    match value.is_known() {
        true => below(value, path, &mut |value, path| unknowns(value, path, found)),
        false => {
            found.insert(path.clone());
        }
    }
}

fn sensitive(value: &Value, path: &mut Steps, found: &mut BTreeSet<Steps>) {
    match value.marks().contains(&Mark::Sensitive) {
        false => below(value, path, &mut |value, path| {
            sensitive(value, path, found)
        }),
        true => {
            found.insert(path.clone());
        }
    }
}

fn below(value: &Value, path: &mut Steps, each: &mut dyn FnMut(&Value, &mut Steps)) {
    for (step, value) in value.steps() {
        path.push(match step {
            PathStep::Attribute(name) | PathStep::Key(name) => name.to_string(),
            PathStep::Index(index) | PathStep::Element(index) => index.to_string(),
        });
        each(value, path);
        path.pop();
    }
}
