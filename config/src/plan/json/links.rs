//! Which resources a value came from, as far as the document tells.
//!
//! An expression lists what it refers to, not how: both sides of a conditional, the attributes of
//! an object in one list, no key where the key is computed. So what one expression names is a list
//! of candidates, and a value of which they are more than one came from one of them. Locals are not
//! in the document at all.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde_json::Value as Json;

use super::configuration::{Configuration, Module};
use super::document::Document;
use super::reference::{ResourceSubject, Subject, subjects};
use super::there::{Keys, There};
use crate::instance::{Address, InstanceKey, ModuleStep};
use crate::plan::Plan;
use crate::why::Why;

/// How far references are followed, through modules and `for_each`.
const MAX_DEPTH: usize = 48;
/// How many expressions are looked at for all values of a plan.
const MAX_EXPRESSIONS: usize = 2_000_000;
/// The most resources that one value is said to come from.
const MAX_CANDIDATES: usize = 256;

/// What sends people to where the rest is said.
pub(super) const PASS_SOURCE: &str = "pass --source DIR";

/// All that is needed to follow references.
pub(super) struct Links<'a> {
    pub(super) document: &'a Document,
    pub(super) configuration: &'a Configuration<'a>,
    plan: &'a Plan,
    there: OnceCell<There<'a>>,
    parsed: RefCell<Parsed>,
    left: Cell<usize>,
}

/// What expressions refer to, by where their text stands in the document, and how long it is.
type Parsed = HashMap<(usize, usize), Rc<[Subject]>>;

/// Where an expression stands: what its names mean.
#[derive(Clone)]
pub(super) struct Scope<'a> {
    /// The instance of the module.
    path: Vec<ModuleStep>,
    each: Option<Each<'a>>,
}

/// What `each` means.
#[derive(Clone)]
struct Each<'a> {
    key: Option<InstanceKey>,
    /// All keys that there are.
    keys: Keys,
    /// The expression, if it is not constant.
    for_each: Option<&'a str>,
}

/// Resources that a value may come from.
#[derive(Default)]
pub(super) struct Sources {
    pub(super) found: Vec<Candidate>,
    /// What it may come from beside them, of which the document says nothing.
    pub(super) lost: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) address: Address,
    /// True if it is not told which instance.
    pub(super) any_key: bool,
    /// Empty if it is not told.
    pub(super) path: String,
}

impl<'a> Links<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        document: &'a Document,
        configuration: &'a Configuration<'a>,
    ) -> Self {
        Self {
            document,
            configuration,
            plan,
            there: OnceCell::new(),
            parsed: RefCell::default(),
            left: Cell::new(MAX_EXPRESSIONS),
        }
    }

    /// The instances that there are; sought out when first asked for.
    pub(super) fn there(&self) -> &There<'a> {
        self.there.get_or_init(|| There::of(self.plan))
    }

    /// Where the expressions of an instance stand.
    pub(super) fn scope(&self, address: &Address) -> Scope<'a> {
        let module = self.configuration.module(&address.module);
        let resource =
            module.and_then(|it| it.resource(address.mode, &address.type_name, &address.name));
        let each = address.key.is_some().then(|| Each {
            key: address.key.clone(),
            keys: self.there().keys(address),
            for_each: resource.and_then(|resource| resource.for_each),
        });
        Scope {
            path: address.module.clone(),
            each,
        }
    }

    /// What an expression of the document refers to. `attribute` is what it is written for.
    pub(super) fn sources(&self, scope: &Scope<'a>, expression: &Json, attribute: &str) -> Sources {
        let mut references = Vec::new();
        references_in(expression, &mut references);
        let mut sources = Sources::default();
        let subjects = subjects(references);
        self.follow(scope, &subjects, attribute, 0, &mut sources);
        sources
    }

    /// The same of an expression that is not parsed.
    fn follow_text(
        &self,
        scope: &Scope<'a>,
        text: &str,
        wanted: &str,
        depth: usize,
        into: &mut Sources,
    ) {
        match self.subjects_of(text) {
            Ok(subjects) => self.follow(scope, &subjects, wanted, depth + 1, into),
            Err(why) => into.lose(why.to_string()),
        }
    }

    fn subjects_of(&self, text: &str) -> Result<Rc<[Subject]>, Why> {
        let place = (text.as_ptr() as usize, text.len());
        if let Some(known) = self.parsed.borrow().get(&place) {
            return Ok(Rc::clone(known));
        }
        let json: Json = self.document.parse(text)?;
        let mut references = Vec::new();
        references_in(&json, &mut references);
        let made: Rc<[Subject]> = subjects(references).into();
        self.parsed.borrow_mut().insert(place, Rc::clone(&made));
        Ok(made)
    }

    fn follow(
        &self,
        scope: &Scope<'a>,
        subjects: &[Subject],
        wanted: &str,
        depth: usize,
        into: &mut Sources,
    ) {
        let left = self.left.get().saturating_sub(1 + subjects.len());
        self.left.set(left);
        if depth > MAX_DEPTH || left == 0 || into.found.len() > MAX_CANDIDATES {
            return into.lose(format!("it refers to more than is followed; {PASS_SOURCE}"));
        }
        for subject in subjects {
            match subject {
                Subject::Known | Subject::Each { is_key: true, .. } => {}
                Subject::Untold(name) => into.lose(format!(
                    "the plan as JSON does not say what {name} is; {PASS_SOURCE}"
                )),
                Subject::Resource(resource) => {
                    into.add(self.resource(scope, resource, subjects));
                }
                Subject::Each { path, .. } => {
                    let each = scope.each.as_ref().and_then(|each| each.for_each);
                    if let Some(text) = each {
                        let outside = Scope {
                            each: None,
                            ..scope.clone()
                        };
                        let wanted = last_name(path).unwrap_or(wanted);
                        self.follow_text(&outside, text, wanted, depth, into);
                    }
                }
                Subject::Variable { name, path } => {
                    let wanted = last_name(path).unwrap_or(wanted);
                    self.variable(scope, name, wanted, depth, into);
                }
                Subject::Module {
                    name,
                    key,
                    output,
                    path,
                } => {
                    let key = self.module_key(scope, name, key.as_ref(), subjects);
                    let wanted = last_name(path).or(output.as_deref()).unwrap_or(wanted);
                    let step = ModuleStep {
                        name: name.as_str().into(),
                        key,
                    };
                    self.module(scope, step, output.as_deref(), wanted, depth, into);
                }
            }
        }
    }

    /// What a call hands to its module. Variables of the root are known.
    fn variable(
        &self,
        scope: &Scope<'a>,
        name: &str,
        wanted: &str,
        depth: usize,
        into: &mut Sources,
    ) {
        let Some((step, outer)) = scope.path.split_last() else {
            return;
        };
        let module = self.configuration.module(outer);
        let Some(call) = module.and_then(|module| module.calls.get(step.name.as_ref())) else {
            return into.lose(format!(
                "the plan as JSON does not say what module.{} is given; {PASS_SOURCE}",
                step.name
            ));
        };
        let all = call
            .expressions
            .map(|text| self.document.parse::<BTreeMap<Cow<'_, str>, Json>>(text));
        let all = match all.transpose() {
            Ok(all) => all.unwrap_or_default(),
            Err(why) => return into.lose(why.to_string()),
        };
        // Without one it has its default, which is constant.
        let Some(expression) = all.get(name) else {
            return;
        };
        let each = step.key.is_some().then(|| Each {
            key: step.key.clone(),
            keys: self.there().calls(outer, &step.name),
            for_each: call.for_each,
        });
        let outer = Scope {
            path: outer.to_vec(),
            each,
        };
        let mut references = Vec::new();
        references_in(expression, &mut references);
        self.follow(&outer, &subjects(references), wanted, depth + 1, into);
    }

    /// What an output of a module refers to; of all outputs if it is not told which.
    fn module(
        &self,
        scope: &Scope<'a>,
        step: ModuleStep,
        output: Option<&str>,
        wanted: &str,
        depth: usize,
        into: &mut Sources,
    ) {
        let caller = self.configuration.module(&scope.path);
        let module: Option<&Module<'_>> = caller
            .and_then(|module| module.calls.get(step.name.as_ref()))
            .map(|call| &call.module);
        let Some(module) = module else {
            return into.lose(format!(
                "the plan as JSON does not say what module.{} holds; {PASS_SOURCE}",
                step.name
            ));
        };
        let mut path = scope.path.clone();
        path.push(step);
        let inner = Scope { path, each: None };
        let outputs = module.outputs.iter();
        let outputs = outputs.filter(|(name, _)| output.is_none_or(|output| *name == output));
        for (_, expression) in outputs {
            self.follow_text(&inner, expression, wanted, depth, into);
        }
    }

    /// The key of the instance of a module that is meant; none if it may be any.
    fn module_key(
        &self,
        scope: &Scope<'a>,
        name: &str,
        key: Option<&InstanceKey>,
        subjects: &[Subject],
    ) -> Option<InstanceKey> {
        if key.is_some() {
            return key.cloned();
        }
        let there = self.there().calls(&scope.path, name);
        if there.len() == 1 {
            return there.first().cloned().flatten();
        }
        let call = self.configuration.module(&scope.path)?.calls.get(name)?;
        let is_ours = |subject: &Subject| matches!(subject, Subject::Module { name: other, .. } if other == name);
        scope.same_key(&there, call.for_each, subjects, is_ours)
    }

    fn resource(
        &self,
        scope: &Scope<'a>,
        subject: &ResourceSubject,
        subjects: &[Subject],
    ) -> Candidate {
        let mut address = Address {
            module: scope.path.clone(),
            mode: subject.mode,
            type_name: subject.type_name.as_str().into(),
            name: subject.name.as_str().into(),
            key: subject.key.clone(),
        };
        let mut any_key = false;
        if address.key.is_none() {
            let there = self.there().keys(&address);
            if there.len() == 1 {
                address.key = there.first().cloned().flatten();
            } else {
                let module = self.configuration.module(&scope.path);
                let resource = module
                    .and_then(|it| it.resource(subject.mode, &subject.type_name, &subject.name));
                let for_each = resource.and_then(|resource| resource.for_each);
                let is_ours = |other: &Subject| matches!(other, Subject::Resource(other) if other.mode == subject.mode && other.type_name == subject.type_name && other.name == subject.name);
                address.key = scope.same_key(&there, for_each, subjects, is_ours);
                any_key = address.key.is_none();
            }
        }
        Candidate {
            address,
            any_key,
            path: subject.path.clone(),
        }
    }
}

impl Scope<'_> {
    /// The key that both have, if something with these keys is asked for `each.key` and nothing
    /// else: both repeat over the same.
    fn same_key(
        &self,
        there: &Keys,
        for_each: Option<&str>,
        subjects: &[Subject],
        is_ours: impl Fn(&Subject) -> bool,
    ) -> Option<InstanceKey> {
        let each = self.each.as_ref()?;
        let is_key = |subject: &Subject| matches!(subject, Subject::Each { is_key: true, .. });
        let is_plain = subjects
            .iter()
            .all(|subject| is_key(subject) || is_ours(subject));
        let is_same = is_plain
            && subjects.iter().any(is_key)
            && Rc::ptr_eq(&each.keys, there)
            && each.for_each == for_each;
        is_same.then(|| each.key.clone()).flatten()
    }
}

impl Sources {
    /// What nobody can tell, for this reason.
    pub(super) fn lost(why: String) -> Self {
        Self {
            found: Vec::new(),
            lost: Some(why),
        }
    }

    fn lose(&mut self, why: String) {
        self.lost.get_or_insert(why);
    }

    fn add(&mut self, candidate: Candidate) {
        if !self.found.contains(&candidate) {
            self.found.push(candidate);
        }
    }
}

/// The last name of a path: of `pools["a"].machine.name` it is `name`.
fn last_name(path: &str) -> Option<&str> {
    let name = path.rsplit('.').next()?;
    (!name.is_empty() && !name.contains(['[', ']'])).then_some(name)
}

/// The references of an expression, and of all in it if it is a block.
fn references_in<'j>(expression: &'j Json, into: &mut Vec<&'j str>) {
    match expression {
        Json::Object(entries) => match entries.get("references") {
            Some(Json::Array(references)) => {
                into.extend(references.iter().filter_map(Json::as_str))
            }
            _ => {
                let blocks = entries.iter().filter(|(name, _)| *name != "constant_value");
                blocks.for_each(|(_, inner)| references_in(inner, into));
            }
        },
        Json::Array(blocks) => blocks.iter().for_each(|inner| references_in(inner, into)),
        _ => {}
    }
}
