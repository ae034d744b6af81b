//! Blocks to the product: attributes with values, nested blocks, `dynamic` blocks expanded.

use std::rc::Rc;
use std::sync::Arc;

use cty::{Data, Value};

use crate::instance::{Attribute, Block, Body, Instance, InstanceKey, Nested};
use crate::load::{Content, Located, ResourceName, origin};
use crate::syntax::tree::{self, Name};
use crate::why::Why;
use crate::{Problem, SourceFile};

use super::Evaluator;
use super::expr::{Bound, Env};
use super::fault::{Fault, Outcome};
use super::limits::{MAX_INSTANCES, MAX_REPETITION, OUT_OF_STEPS};
use super::marks;
use super::module::ModuleInstance;
use super::names::Names;
use super::planned::PlannedBody;
use super::repeat::{Expansion, Repetition, unknown_pair};
use super::resource::address;

/// What is no attribute or block of the resource itself.
const META_ATTRIBUTES: [&str; 4] = ["count", "for_each", "provider", "depends_on"];
const META_BLOCKS: [&str; 3] = ["lifecycle", "connection", "provisioner"];

impl Evaluator<'_> {
    /// All instances of a resource; false if the bound on instances is reached.
    pub(super) fn instances(
        &self,
        module: &Rc<ModuleInstance>,
        name: &ResourceName,
        content: &Content,
        into: &mut Vec<Instance>,
    ) -> bool {
        let expansion = self.resource_expansion(module, name);
        let why = match expansion.as_ref() {
            Expansion::Unknown(why, _) => Some(why),
            _ => module.repetition.as_ref(),
        };
        let provider = self.provider_of(module, name, content);
        for (key, repetition) in expansion.instances() {
            if into.len() >= MAX_INSTANCES {
                let message = format!("this root has more than {MAX_INSTANCES} instances");
                self.report(Problem::analysis(message).at(content.header.clone()));
                return false;
            }
            let env = Env {
                evaluator: self,
                names: Names::Module(module, &repetition),
                bound: None,
            };
            let address = address(module, name, key.clone());
            if !self.is_planned(&address) {
                continue;
            }
            let mut body = self.instance_body(module, name, content, key.as_ref(), &repetition);
            if let Some(schema) = self.schema_of(&address) {
                self.conform(&mut body, schema, &address);
            }
            self.check_conditions(&env, content, "precondition", &address.to_string());
            into.push(Instance {
                address,
                repetition: why.cloned(),
                body,
                lifecycle: self.lifecycle(&env, content),
                provider: provider.clone(),
                header: content.header.clone(),
            });
        }
        true
    }

    fn instance_body(
        &self,
        module: &Rc<ModuleInstance>,
        name: &ResourceName,
        content: &Content,
        key: Option<&InstanceKey>,
        repetition: &Repetition,
    ) -> Body {
        let env = Env {
            evaluator: self,
            names: Names::Module(module, repetition),
            bound: None,
        };
        let mut body = Body {
            is_incomplete: content.is_incomplete,
            ..Body::default()
        };
        let planned = self.planned_instance(module, name, key);
        for attribute in &content.attributes {
            if env.stops_at(attribute, &mut body) {
                break;
            }
            let attribute_name = &attribute.node().name;
            if META_ATTRIBUTES.contains(&attribute_name.as_str()) {
                continue;
            }
            let value = if attribute.node().maybe_block {
                let value = env.tolerant(attribute);
                value.map(|it| self.maybe_with_plan(it, attribute_name, planned.as_ref()))
            } else {
                self.resource_attribute(module, name, key, repetition, attribute_name)
            };
            body.put(attribute, value);
        }
        let blocks = content.blocks.iter();
        let blocks = blocks.filter(|it| !META_BLOCKS.contains(&it.node().type_name.as_str()));
        let blocks = blocks.map(|it| (it.node(), &it.source));
        env.all_nested(blocks, planned.as_ref(), &mut body.blocks);
        body
    }
}

impl Body {
    pub(super) fn put(&mut self, attribute: &Located<tree::Attribute>, value: Option<Value>) {
        if let Some(value) = value {
            let origin = attribute.expr_origin();
            let name = attribute.node().name.clone();
            let attribute = Attribute {
                value,
                origin,
                maybe_block: attribute.node().maybe_block,
            };
            self.attributes.insert(name.into(), attribute);
        }
    }
}

impl<'a> Env<'a> {
    /// The value of a JSON property that may be a block: as a block it is evaluated and reported
    /// in any case, so as an attribute it may fail in silence.
    fn tolerant(&self, attribute: &Located<tree::Attribute>) -> Option<Value> {
        self.eval(&attribute.node().expr).ok()
    }

    /// True if no steps are left: what is written from here on is not looked at, as what is said of
    /// each attribute takes more memory than its value.
    fn stops_at(&self, attribute: &Located<tree::Attribute>, body: &mut Body) -> bool {
        if !self.evaluator.budget.is_spent() {
            return false;
        }
        body.is_incomplete = true;
        let fault = Fault::fatal(OUT_OF_STEPS, attribute.node().expr.span);
        self.evaluator.report(fault.into_problem(&attribute.source));
        true
    }

    /// The value of an attribute; what is wrong with it is reported.
    pub(super) fn value_or_reported(&self, attribute: &Located<tree::Attribute>) -> Value {
        let node = attribute.node();
        let value = self.eval(&node.expr).unwrap_or_else(|fault| {
            self.evaluator.report(fault.into_problem(&attribute.source));
            marks::unknown(Why::new(format!("{} is in error", node.name)))
        });
        let value = self.evaluator.sourced(value, || attribute.expr_origin());
        self.evaluator.bounded(value, attribute, &node.name)
    }

    /// A block and its overrides, without these attributes and blocks.
    pub(super) fn content_body(
        &self,
        content: &Content,
        attributes: &[&str],
        blocks: &[&str],
    ) -> Body {
        let mut body = Body {
            is_incomplete: content.is_incomplete,
            ..Body::default()
        };
        for attribute in &content.attributes {
            if self.stops_at(attribute, &mut body) {
                break;
            }
            let node = attribute.node();
            if attributes.contains(&node.name.as_str()) {
                continue;
            }
            let value = match node.maybe_block {
                true => self.tolerant(attribute),
                false => Some(self.value_or_reported(attribute)),
            };
            body.put(attribute, value);
        }
        for block in &content.blocks {
            if !blocks.contains(&block.node().type_name.as_str()) {
                self.nested(block.node(), &block.source, &mut body.blocks);
            }
        }
        body
    }

    pub(super) fn body(
        &self,
        body: &Arc<tree::Body>,
        source: &Arc<SourceFile>,
        planned: Option<&PlannedBody<'a>>,
    ) -> Body {
        let evaluator = self.evaluator;
        let mut made = Body {
            is_incomplete: body.is_incomplete,
            ..Body::default()
        };
        for attribute in Located::<tree::Attribute>::all(body, source) {
            if self.stops_at(&attribute, &mut made) {
                break;
            }
            let node = attribute.node();
            // That it does was said when the file was read; the first counts.
            if node.repeats {
                continue;
            }
            if node.maybe_block {
                let value = self.tolerant(&attribute);
                let value = value.map(|it| evaluator.maybe_with_plan(it, &node.name, planned));
                made.put(&attribute, value);
                continue;
            }
            let value = self.value_or_reported(&attribute);
            let value = evaluator.with_plan(value, &node.name, planned);
            made.put(&attribute, Some(value));
        }
        let blocks = body.blocks.iter().map(|block| (block, source));
        self.all_nested(blocks, planned, &mut made.blocks);
        made
    }

    /// Blocks and what the plan at hand says of them, if there is one.
    pub(super) fn all_nested<'b>(
        &self,
        blocks: impl Iterator<Item = (&'b tree::Block, &'b Arc<SourceFile>)>,
        planned: Option<&PlannedBody<'a>>,
        into: &mut Vec<Nested>,
    ) {
        match planned {
            None => blocks.for_each(|(block, source)| self.nested(block, source, into)),
            Some(planned) => self.planned_blocks(blocks, planned, into),
        }
    }

    pub(super) fn nested(
        &self,
        block: &tree::Block,
        source: &Arc<SourceFile>,
        into: &mut Vec<Nested>,
    ) {
        if let Err(message) = self.evaluator.budget.block() {
            let fault = Fault::fatal(message, block.header);
            return self.evaluator.report(fault.into_problem(source));
        }
        if block.type_name != "dynamic" {
            let made = self.block(&block.type_name, &block.body, block, source, None);
            into.push(Nested::Block(made));
            return;
        }
        if let Err(fault) = self.dynamic(block, source, into) {
            into.extend(self.failed(fault, block, source));
        }
    }

    /// What a `dynamic` block was meant to make is not known, and not known to be missing.
    pub(super) fn failed(
        &self,
        fault: Fault,
        block: &tree::Block,
        source: &Arc<SourceFile>,
    ) -> Option<Nested> {
        self.evaluator.report(fault.into_problem(source));
        let tree::Label { text, .. } = block.labels.first()?;
        let why = Why::new(format!("dynamic {text} is in error"));
        let template = self.block(text, &Arc::default(), block, source, None);
        Some(Nested::Unknown { why, template })
    }

    pub(super) fn block(
        &self,
        type_name: &Name,
        body: &Arc<tree::Body>,
        header: &tree::Block,
        source: &Arc<SourceFile>,
        planned: Option<&PlannedBody<'a>>,
    ) -> Block {
        Block {
            type_name: type_name.clone().into(),
            body: self.body(body, source, planned),
            header: origin(source, header.header),
        }
    }

    /// `dynamic "type" { for_each = ... content { ... } }`.
    fn dynamic(
        &self,
        block: &tree::Block,
        source: &Arc<SourceFile>,
        into: &mut Vec<Nested>,
    ) -> Outcome<()> {
        let dynamic = self.read_dynamic(block, source)?;
        match &dynamic.pairs {
            Some(pairs) => {
                for pair in pairs {
                    let bound = self.evaluator.budget.block();
                    bound.map_err(|message| Fault::fatal(message, block.header))?;
                    let made = self.round(&dynamic, pair, block, source, None);
                    into.push(Nested::Block(made));
                }
            }
            None => into.push(self.unknown_rounds(&dynamic, block, source)),
        }
        Ok(())
    }

    /// What a `dynamic` block says, and what it walks.
    pub(super) fn read_dynamic<'b>(
        &self,
        block: &'b tree::Block,
        source: &Arc<SourceFile>,
    ) -> Outcome<Dynamic<'b>> {
        let fail = |message: &str| Fault::new(message, block.header);
        let [
            tree::Label {
                text: type_name, ..
            },
        ] = block.labels.as_ref()
        else {
            return Err(fail(
                "a dynamic block has one label, the type of the blocks it makes",
            ));
        };
        let contents: Vec<_> = block.body.blocks_of("content").collect();
        let [content] = contents.as_slice() else {
            return Err(fail("a dynamic block holds one block named content"));
        };
        let for_each = block.body.attribute("for_each");
        let for_each = for_each.ok_or_else(|| fail("a dynamic block needs for_each"))?;
        let iterator = match block.body.attribute("iterator") {
            Some(attribute) => iterator_name(&attribute.expr)?,
            None => type_name.clone(),
        };
        let walked = self.eval(&for_each.expr).and_then(|collection| {
            let pairs = pairs(&collection, for_each.expr.span)?;
            Ok((collection, pairs))
        });
        // Without a collection that can be walked nobody knows whether there is a block.
        let (collection, pairs) = walked.unwrap_or_else(|fault| {
            self.evaluator.report(fault.into_problem(source));
            let why = Why::new(format!("the for_each of dynamic {type_name} is in error"));
            (marks::unknown(why), None)
        });
        Ok(Dynamic {
            type_name,
            iterator,
            content,
            collection,
            pairs,
        })
    }

    /// One block that a `dynamic` block makes.
    pub(super) fn round(
        &self,
        dynamic: &Dynamic<'_>,
        (key, value): &(Value, Value),
        block: &tree::Block,
        source: &Arc<SourceFile>,
        planned: Option<&PlannedBody<'a>>,
    ) -> Block {
        let value = Value::object([("key", key.clone()), ("value", value.clone())]);
        let bound = Bound {
            name: &dynamic.iterator,
            value: &value,
            outer: self.bound,
        };
        let env = Env {
            bound: Some(&bound),
            evaluator: self.evaluator,
            names: self.names,
        };
        env.block(
            dynamic.type_name,
            &dynamic.content.body,
            block,
            source,
            planned,
        )
    }

    /// None, one or many blocks of a `dynamic` block.
    pub(super) fn unknown_rounds(
        &self,
        dynamic: &Dynamic<'_>,
        block: &tree::Block,
        source: &Arc<SourceFile>,
    ) -> Nested {
        Nested::Unknown {
            why: marks::why(&dynamic.collection),
            template: self.round(dynamic, &dynamic.unknown_pair(), block, source, None),
        }
    }
}

/// A `dynamic` block.
pub(super) struct Dynamic<'b> {
    pub(super) type_name: &'b Name,
    pub(super) iterator: Name,
    pub(super) content: &'b tree::Block,
    pub(super) collection: Value,
    /// Keys and values; `None` if they are not known.
    pub(super) pairs: Option<Vec<(Value, Value)>>,
}

impl Dynamic<'_> {
    /// Key and value where nobody knows what is walked.
    pub(super) fn unknown_pair(&self) -> (Value, Value) {
        let why = marks::why(&self.collection);
        let (key, value) = unknown_pair(&self.collection);
        let key = marks::explain(key, || why.clone());
        (key, marks::explain(value, || why.clone()))
    }
}

/// Keys and values that a `dynamic` block walks; `None` if that is unknown.
fn pairs(collection: &Value, span: tree::Span) -> Outcome<Option<Vec<(Value, Value)>>> {
    let marks = marks::of_container(collection);
    let marked = |value: &Value| value.clone().with_marks(&marks);
    let pairs: Vec<(Value, Value)> = match collection.data() {
        Data::Unknown(..) => return Ok(None),
        Data::Null(_) => {
            let message = "for_each of a dynamic block is null; it must be a collection";
            return Err(Fault::new(message, span));
        }
        Data::List(_, elements) | Data::Tuple(elements) => {
            let numbered = (0u64..).zip(elements.iter());
            numbered
                .map(|(at, value)| (Value::number(at), marked(value)))
                .collect()
        }
        Data::Set(_, elements) => elements
            .iter()
            .map(|value| (marked(value), marked(value)))
            .collect(),
        Data::Map(_, entries) | Data::Object(entries) => entries
            .iter()
            .map(|(key, value)| (Value::string(key.clone()), marked(value)))
            .collect(),
        Data::Bool(_) | Data::Number(_) | Data::String(_) => {
            let message = "for_each of a dynamic block must be a list, set, map or object";
            return Err(Fault::new(message, span));
        }
    };
    if pairs.len() as u64 > MAX_REPETITION {
        let message = format!("a dynamic block makes more than {MAX_REPETITION} blocks");
        return Err(Fault::fatal(message, span));
    }
    Ok(Some(pairs))
}

fn iterator_name(expr: &tree::Expr) -> Outcome<Name> {
    match &expr.kind {
        tree::ExprKind::Variable(name) => Ok(name.clone()),
        // JSON has no bare words.
        _ => match expr.literal_text() {
            Some(name) => Ok(name.into()),
            None => Err(Fault::new("iterator is a name, not a value", expr.span)),
        },
    }
}
