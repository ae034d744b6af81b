//! Walks a planned object together with its schema, its configuration and its state.
//!
//! List elements belong together by index, map elements by key. Elements of sets have neither:
//! each is paired with the first unused one that it could have come from.

use cty::{Data, Value};

use crate::path::Trail;
use crate::schema::{Attribute, Block, Mode, NestedBlock, Nesting, Shape};

/// What is rewritten at each stop of a walk, outer attributes before those inside them.
pub(crate) trait Rewrite {
    /// The new value of an attribute.
    fn attribute(&mut self, attribute: &Attribute, here: &Here<'_>, planned: Value) -> Value;

    /// Looks at all blocks of one name.
    fn block(&mut self, nested: &NestedBlock, here: &Here<'_>, planned: &Value) {
        let _ = (nested, here, planned);
    }
}

/// A stop of a walk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Here<'a> {
    /// The value in the state, if the object around it was there.
    pub(crate) prior: Option<&'a Value>,
    /// The value in the configuration.
    pub(crate) config: &'a Value,
    /// The way here.
    pub(crate) at: &'a Trail<'a>,
}

/// What is inside an object.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    pub(crate) attributes: &'a [Attribute],
    pub(crate) blocks: &'a [NestedBlock],
}

impl Block {
    pub(crate) fn fields(&self) -> Fields<'_> {
        Fields {
            attributes: &self.attributes,
            blocks: &self.blocks,
        }
    }
}

impl Shape {
    /// The nesting and the attributes of nested objects.
    pub(crate) fn nested(&self) -> Option<(Nesting, Fields<'_>)> {
        match self {
            Self::Type(_) => None,
            Self::Nested(nested) => {
                let fields = Fields {
                    attributes: &nested.attributes,
                    blocks: &[],
                };
                Some((nested.nesting, fields))
            }
        }
    }
}

/// Rewrites a planned object. What has no counterpart in the configuration stays as it is.
pub(crate) fn rewrite(
    fields: Fields<'_>,
    here: &Here<'_>,
    planned: &Value,
    pass: &mut dyn Rewrite,
) -> Value {
    let Data::Object(entries) = planned.data() else {
        return planned.clone();
    };
    let mut entries = entries.as_ref().clone();
    for attribute in fields.attributes {
        let at = here.at.attribute(&attribute.name);
        let (Some(value), Some(here)) = (
            entries.get_mut(&attribute.name),
            here.down(&attribute.name, &at),
        ) else {
            continue;
        };
        *value = pass.attribute(attribute, &here, value.clone());
        if let Some((nesting, fields)) = attribute.shape.nested() {
            *value = collection(nesting, fields, &here, value, pass);
        }
    }
    for nested in fields.blocks {
        let at = here.at.attribute(&nested.name);
        let (Some(value), Some(here)) =
            (entries.get_mut(&nested.name), here.down(&nested.name, &at))
        else {
            continue;
        };
        pass.block(nested, &here, value);
        *value = collection(nested.nesting, nested.block.fields(), &here, value, pass);
    }
    Value::from(Data::Object(entries.into()))
}

impl<'a> Here<'a> {
    fn down(&self, name: &str, at: &'a Trail<'a>) -> Option<Here<'a>> {
        Some(Here {
            prior: self.prior.and_then(|prior| prior.attribute(name)),
            config: self.config.attribute(name)?,
            at,
        })
    }
}

fn collection(
    nesting: Nesting,
    fields: Fields<'_>,
    here: &Here<'_>,
    planned: &Value,
    pass: &mut dyn Rewrite,
) -> Value {
    if planned.is_null() || here.config.is_null() || !here.config.is_known() {
        return planned.clone();
    }
    match (nesting, planned.data()) {
        (Nesting::Single, _) => rewrite(fields, here, planned, pass),
        (Nesting::List, Data::List(element, elements)) => {
            let rewritten = elements.iter().enumerate().map(|(i, value)| {
                let at = here.at.index(i);
                match nth(here.config, i) {
                    Some(config) => {
                        let prior = here.prior.and_then(|prior| nth(prior, i));
                        let at = &at;
                        rewrite(fields, &Here { prior, config, at }, value, pass)
                    }
                    None => value.clone(),
                }
            });
            Value::list(element.clone(), rewritten)
        }
        (Nesting::Map, Data::Map(element, entries)) => {
            let rewritten = entries.iter().map(|(key, value)| {
                let at = here.at.key(key);
                let value = match by_key(here.config, key) {
                    Some(config) => {
                        let prior = here.prior.and_then(|prior| by_key(prior, key));
                        let at = &at;
                        rewrite(fields, &Here { prior, config, at }, value, pass)
                    }
                    None => value.clone(),
                };
                (key.clone(), value)
            });
            Value::map(element.clone(), rewritten)
        }
        (Nesting::Set, Data::Set(element, elements)) => {
            let configs = correlate(fields, elements, here.config.elements());
            let priors = correlate(fields, elements, here.prior.and_then(Value::elements));
            let pairs = elements.iter().zip(configs.into_iter().zip(priors));
            let rewritten = pairs.enumerate().map(|(i, (value, (config, prior)))| {
                let at = &here.at.element(i);
                match config {
                    Some(config) => rewrite(fields, &Here { prior, config, at }, value, pass),
                    None => value.clone(),
                }
            });
            Value::set(element.clone(), rewritten)
        }
        _ => planned.clone(),
    }
}

fn nth(list: &Value, index: usize) -> Option<&Value> {
    list.elements()?.get(index)
}

fn by_key<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    map.entries()?.get(key)
}

/// For each element of a set the candidate it came from, no candidate twice.
fn correlate<'a>(
    fields: Fields<'_>,
    elements: &[Value],
    candidates: Option<&'a [Value]>,
) -> Vec<Option<&'a Value>> {
    let mut unused: Vec<&Value> = candidates.unwrap_or_default().iter().collect();
    elements
        .iter()
        .map(|element| {
            let exact = unused.iter().position(|candidate| *candidate == element);
            let place = exact.or_else(|| {
                unused
                    .iter()
                    .position(|candidate| akin(fields, element, candidate))
            })?;
            Some(unused.remove(place))
        })
        .collect()
}

/// True if the two objects may be one: they differ at most in what the provider gives.
fn akin(fields: Fields<'_>, planned: &Value, candidate: &Value) -> bool {
    let attributes = fields.attributes.iter().all(|attribute| {
        let pair = (
            planned.attribute(&attribute.name),
            candidate.attribute(&attribute.name),
        );
        let (Some(planned), Some(candidate)) = pair else {
            return false;
        };
        match attribute.mode {
            Mode::Computed => true,
            Mode::OptionalComputed => {
                planned == candidate || candidate.is_null() || !planned.is_known()
            }
            Mode::Required | Mode::Optional => match attribute.shape.nested() {
                Some((nesting, fields)) => akin_all(nesting, fields, planned, candidate),
                None => planned == candidate,
            },
        }
    });
    attributes
        && fields.blocks.iter().all(|nested| {
            let pair = (
                planned.attribute(&nested.name),
                candidate.attribute(&nested.name),
            );
            match pair {
                (Some(planned), Some(candidate)) => {
                    akin_all(nested.nesting, nested.block.fields(), planned, candidate)
                }
                _ => false,
            }
        })
}

fn akin_all(nesting: Nesting, fields: Fields<'_>, planned: &Value, candidate: &Value) -> bool {
    if planned == candidate {
        return true;
    }
    match (nesting, planned.elements(), candidate.elements()) {
        (Nesting::Single, ..) => akin(fields, planned, candidate),
        (Nesting::List, Some(planned), Some(candidates)) => {
            planned.len() == candidates.len()
                && planned
                    .iter()
                    .zip(candidates)
                    .all(|(planned, candidate)| akin(fields, planned, candidate))
        }
        (Nesting::Set, Some(planned), Some(candidates)) => {
            planned.len() == candidates.len()
                && correlate(fields, planned, Some(candidates))
                    .iter()
                    .all(Option::is_some)
        }
        (Nesting::Map, ..) => match (planned.entries(), candidate.entries()) {
            (Some(planned), Some(candidates)) => {
                planned.len() == candidates.len()
                    && planned.iter().all(|(key, planned)| {
                        let candidate = candidates.get(key);
                        candidate.is_some_and(|candidate| akin(fields, planned, candidate))
                    })
            }
            _ => false,
        },
        _ => false,
    }
}
