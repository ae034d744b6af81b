//! Resources as values: how many there are, and what an attribute read from one is.

use std::rc::Rc;
use std::sync::Arc;

use cty::{Mark, Marks, Type, Value, convert};

use crate::instance::{Address, InstanceKey, Mode};
use crate::load::{Located, ResourceName};

use crate::schema::{NestedBlock, Schema};
use crate::syntax::tree;
use crate::syntax::tree::Name;
use crate::why::{Reference, Why};

use super::expr::Env;
use super::marks;
use super::memo::State;
use super::module::ModuleInstance;
use super::names::Names;
use super::repeat::{Expansion, Repetition};
use super::traverse::RefStep;
use super::{Evaluator, Node};

impl Evaluator<'_> {
    /// How often a declared resource is there.
    pub(super) fn resource_expansion(
        &self,
        module: &Rc<ModuleInstance>,
        name: &ResourceName,
    ) -> Rc<Expansion> {
        if let Some(expansion) = module.expansions.made(name) {
            return expansion;
        }
        let Some(content) = module.config.resources.get(name) else {
            return Rc::new(Expansion::Single);
        };
        let shown = format!("{}{name}", module.prefix());
        let cyclic = |why| Rc::new(Expansion::failed(why, content));
        let node = Node {
            shown: &shown,
            origin: &content.header,
        };
        self.once_or(&module.expansions, name.clone(), node, cyclic, || {
            let env = Env {
                evaluator: self,
                names: Names::Module(module, &Repetition::None),
                bound: None,
            };
            let expansion = env.expansion(content, &shown);
            let is_set = || env.walks_set(content);
            Rc::new(self.planned_resource_expansion(expansion, is_set, module, name, content))
        })
    }

    /// True if nobody knows whether there is an instance of that address: its `count` or `for_each`,
    /// or that of a module around it, is unknown.
    pub(super) fn may_be_absent(&self, address: &Address) -> bool {
        let Some(module) = self.module_at(&address.module) else {
            return true;
        };
        let name = ResourceName {
            mode: address.mode,
            type_name: address.type_name.clone().into(),
            name: address.name.clone().into(),
        };
        let expansion = self.resource_expansion(&module, &name);
        module.repetition.is_some() || matches!(expansion.as_ref(), Expansion::Unknown(..))
    }

    /// A resource as `type.name` gives it: one instance, or a tuple or object of them. An instance
    /// is an unknown value that carries a reference to it: what its attributes are is found out
    /// when they are read ([`Evaluator::read_reference`]).
    pub(super) fn resource_value(&self, module: &Rc<ModuleInstance>, name: &ResourceName) -> Value {
        let expansion = self.resource_expansion(module, name);
        if let State::Made(value) = module.resources.begin(name.clone()) {
            return value;
        }
        let instance =
            |key: Option<InstanceKey>| whole(Reference::new(address(module, name, key), false, ""));
        let value = match expansion.as_ref() {
            Expansion::Single => instance(None),
            Expansion::Off => Value::null(Type::Dynamic),
            Expansion::Count(count) => {
                Value::tuple((0..*count).map(|at| instance(Some(InstanceKey::Index(at)))))
            }
            Expansion::Each(entries) => Value::object(entries.iter().map(|(key, _)| {
                let value = instance(Some(InstanceKey::Name(key.clone())));
                (key.clone(), value)
            })),
            Expansion::Unknown(why, _) => {
                let reference = Reference::new(address(module, name, None), true, "");
                let value = marks::unknown(why.clone());
                value.mark(reference.mark())
            }
        };
        module.resources.end(name.clone(), value.clone());
        value
    }

    /// One step into something unknown that came from a resource. `rest` are the value's other
    /// marks.
    pub(super) fn read_reference(
        &self,
        reference: &Reference,
        step: &RefStep<'_>,
        rest: &Marks,
    ) -> Value {
        if !reference.path.is_empty() {
            let longer = reference.with_path(step.append_to(&reference.path));
            return Value::unknown(Type::Dynamic)
                .with_marks(rest)
                .mark(longer.mark());
        }
        if let (true, RefStep::Index(key)) = (reference.any_key, step) {
            return self.pick(reference, key, rest);
        }
        let path = step.append_to("");
        let longer = reference.with_path(path.as_str());
        // That the instance as a whole is unknown is no reason any more; others stay, and so does
        // what the instance was seen through.
        let whole = computed(&reference.address);
        let is_own = |why: &Why| why.cause == whole.cause;
        let own = rest
            .iter()
            .filter_map(Why::from_mark)
            .find(|why| is_own(why));
        let own = own.unwrap_or(&whole).clone();
        let rest = rest.retain(|mark| !Why::from_mark(mark).is_some_and(is_own));
        let name = step.attribute_name();
        let ty = name
            .as_ref()
            .and_then(|name| self.schema_of(&reference.address)?.type_of(name))
            .unwrap_or(Type::Dynamic);
        let written = name
            .filter(|_| reference.address.mode == Mode::Managed)
            .and_then(|name| self.written_attribute(&reference.address, &name))
            // One that the provider refuses is reported where it is written.
            .and_then(|value| convert::convert(&value, &ty).ok());
        let is_sensitive = step.attribute_name().is_some_and(|name| {
            let schema = self.schema_of(&reference.address);
            let attribute = schema.and_then(|schema| schema.attributes.get(name.as_str()));
            attribute.is_some_and(|attribute| attribute.sensitive)
        });
        let value = match written {
            // Null leaves it to the provider.
            Some(value) if !value.is_null() => value,
            _ => {
                let why = match reference.address.mode {
                    Mode::Data => own,
                    Mode::Managed => {
                        let address = &reference.address;
                        own.caused_by(format!("{address}.{path} is known after apply"))
                    }
                };
                let planned = step.attribute_name().and_then(|name| {
                    self.planned_attribute(&reference.address, &name, || why.clone().mark())
                });
                // Its provider is Terraform itself, which says as much.
                let is_sure =
                    reference.address.type_name.as_ref() == "terraform_data" && path == "id";
                match planned {
                    Some(value) => value,
                    None if is_sure => Value::unknown_not_null(ty).mark(why.mark()),
                    None => Value::unknown(ty).mark(why.mark()),
                }
            }
        };
        let rest = if value.is_known() {
            marks::without_whys(&rest)
        } else {
            rest
        };
        let value = value.with_marks(&rest).mark(longer.mark());
        match is_sensitive {
            true => value.mark(Mark::Sensitive),
            false => value,
        }
    }

    /// What the provider says of the resource at an address, if that is at hand.
    pub(super) fn schema_of(&self, address: &Address) -> Option<&Arc<Schema>> {
        let schemas = &self.inputs.schemas;
        schemas.resource(address.mode, &address.type_name)
    }

    /// The instance of a key, of a resource whose number of instances is unknown.
    fn pick(&self, reference: &Reference, key: &Value, rest: &Marks) -> Value {
        let why = rest.iter().find_map(Why::from_mark).cloned();
        self.doubt(why.unwrap_or_else(|| computed(&reference.address)));
        let mut address = reference.address.clone();
        address.key = match (key.as_str(), key.as_number().and_then(cty::Number::to_u64)) {
            (Some(name), _) => Some(InstanceKey::Name(name.into())),
            (_, Some(index)) => Some(InstanceKey::Index(index)),
            _ => None,
        };
        let any_key = address.key.is_none();
        let picked = Reference::new(address, any_key, "").at_most(reference.certainty);
        Value::unknown(Type::Dynamic)
            .with_marks(rest)
            .mark(picked.mark())
    }

    /// The attribute as the configuration writes it, if it does.
    fn written_attribute(&self, address: &Address, attribute: &Name) -> Option<Value> {
        let module = self.module_at(&address.module)?;
        let name = ResourceName {
            mode: address.mode,
            type_name: address.type_name.clone().into(),
            name: address.name.clone().into(),
        };
        let content = module.config.resources.get(&name)?;
        let is_attribute = content.attribute(attribute).is_some();
        let nested = self.schema_of(address);
        let nested = nested.and_then(|schema| schema.blocks.get(attribute.as_str()));
        if !is_attribute && nested.is_none() {
            return None;
        }
        let expansion = self.resource_expansion(&module, &name);
        let repetition = expansion.repetition(address.key.as_ref())?;
        let value = match nested {
            Some(nested) => {
                self.resource_blocks(&module, &name, address, &repetition, nested, attribute)?
            }
            None => self.resource_attribute(
                &module,
                &name,
                address.key.as_ref(),
                &repetition,
                attribute,
            )?,
        };
        Some(self.through(value, &format!("{address}.{attribute}")))
    }

    /// All blocks of a type of an instance, if any is written.
    fn resource_blocks(
        &self,
        module: &Rc<ModuleInstance>,
        name: &ResourceName,
        address: &Address,
        repetition: &Repetition,
        wanted: &NestedBlock,
        type_name: &tree::Name,
    ) -> Option<Value> {
        let content = module.config.resources.get(name)?;
        let made_type = |block: &tree::Block| match block.labels.first() {
            Some(label) if block.type_name == "dynamic" => label.text.clone(),
            _ => block.type_name.clone(),
        };
        let of_type = |block: &&Located<tree::Block>| made_type(block.node()) == *type_name;
        let blocks: Vec<_> = content.blocks.iter().filter(of_type).collect();
        if blocks.is_empty() {
            return None;
        }
        let memo_key = (name.clone(), address.key.clone(), type_name.clone());
        let shown = format!("{address}.{type_name}");
        let node = Node {
            shown: &shown,
            origin: &content.header,
        };
        Some(self.once(&module.attributes, memo_key, node, || {
            let env = Env {
                evaluator: self,
                names: Names::Module(module, repetition),
                bound: None,
            };
            let planned = self.planned_body(address);
            let mut nested = Vec::new();
            let blocks = blocks.into_iter().map(|it| (it.node(), &it.source));
            env.all_nested(blocks, planned.as_ref(), &mut nested);
            let value = self.blocks_value(nested, wanted, address, type_name);
            self.with_plan(value, type_name, planned.as_ref())
        }))
    }

    /// An attribute of an instance, if it is written.
    pub(super) fn resource_attribute(
        &self,
        module: &Rc<ModuleInstance>,
        name: &ResourceName,
        key: Option<&InstanceKey>,
        repetition: &Repetition,
        attribute: &Name,
    ) -> Option<Value> {
        let written = module.config.resources.get(name)?.attribute(attribute)?;
        let memo_key = (name.clone(), key.cloned(), attribute.clone());
        let shown = format!("{}.{attribute}", address(module, name, key.cloned()));
        let node = Node {
            shown: &shown,
            origin: &written.expr_origin(),
        };
        Some(self.once(&module.attributes, memo_key, node, || {
            let value = self.value_of(module, written, repetition, &shown);
            let value = self.sourced(value, || written.expr_origin());
            let planned = self.planned_instance(module, name, key);
            let value = self.with_plan(value, attribute, planned.as_ref());
            self.bounded(value, written, &shown)
        }))
    }
}

/// The address of an instance.
pub(super) fn address(
    module: &ModuleInstance,
    name: &ResourceName,
    key: Option<InstanceKey>,
) -> Address {
    Address {
        module: module.path.clone(),
        mode: name.mode,
        type_name: name.type_name.clone().into(),
        name: name.name.clone().into(),
        key,
    }
}

fn whole(reference: Reference) -> Value {
    let why = computed(&reference.address);
    Value::unknown(Type::Dynamic)
        .mark(why.mark())
        .mark(reference.mark())
}

/// Why an instance as a whole is unknown.
fn computed(address: &Address) -> Why {
    let when = match address.mode {
        Mode::Managed => "known after apply",
        Mode::Data => "read during apply",
    };
    Why::new(format!("{address} is {when}"))
}
