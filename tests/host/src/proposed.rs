//! `ProposedNewState`: the configuration merged over the prior state, as core sends it with every
//! plan (plugin protocol, section 4).

use cty::{Path, Value};

use crate::schema::{Attribute, Attributes, Block, NestedBlock, Nesting, Shape};

/// The proposal; null where the configuration is.
pub fn proposed(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() || !config.is_known() {
        return config.clone();
    }
    let attributes = merged(&block.attributes, Some(prior), config);
    let blocks = block.blocks.iter().filter_map(|(name, nested)| {
        let config = config.attribute(name)?;
        let value = nested_block(nested, prior.attribute(name), config);
        Some((name.clone(), value))
    });
    Value::object(attributes.into_iter().chain(blocks))
}

fn merged(
    attributes: &Attributes,
    prior: Option<&Value>,
    config: &Value,
) -> Vec<(std::sync::Arc<str>, Value)> {
    let merge = |(name, attribute): (&std::sync::Arc<str>, &Attribute)| {
        let config = config.attribute(name)?;
        let prior = prior.and_then(|prior| prior.attribute(name));
        Some((name.clone(), self::attribute(attribute, prior, config)))
    };
    attributes.iter().filter_map(merge).collect()
}

fn attribute(attribute: &Attribute, prior: Option<&Value>, config: &Value) -> Value {
    if config.is_null() {
        // Only what the provider may choose lives on without being configured.
        let kept = prior.filter(|_| attribute.computed);
        return kept.unwrap_or(config).clone();
    }
    match &attribute.shape {
        Shape::Nested(nesting, inner) if config.is_known() => {
            nested(*nesting, config, prior, |prior, config| {
                if config.is_null() || !config.is_known() {
                    return config.clone();
                }
                Value::object(merged(inner, prior, config))
            })
        }
        _ => config.clone(),
    }
}

fn nested_block(block: &NestedBlock, prior: Option<&Value>, config: &Value) -> Value {
    if config.is_null() || !config.is_known() {
        return config.clone();
    }
    let nothing = Value::null(block.block.ty());
    nested(block.nesting, config, prior, |prior, config| {
        proposed(&block.block, prior.unwrap_or(&nothing), config)
    })
}

/// Each object of a nesting merged with the prior one: by index, by key, by likeness.
fn nested(
    nesting: Nesting,
    config: &Value,
    prior: Option<&Value>,
    merge: impl Fn(Option<&Value>, &Value) -> Value,
) -> Value {
    let element = config.ty().element().cloned().unwrap_or(cty::Type::Dynamic);
    let by_step =
        |step: &cty::PathStep| prior.and_then(|prior| prior.at(&Path::from(vec![step.clone()])));
    match nesting {
        Nesting::Single | Nesting::Group => merge(prior.filter(|p| !p.is_null()), config),
        Nesting::List => Value::list(
            element,
            config
                .steps()
                .map(|(step, value)| merge(by_step(&step), value)),
        ),
        Nesting::Map => {
            let entries = config.entries().into_iter().flatten();
            Value::map(
                element,
                entries.map(|(key, value)| {
                    let step = cty::PathStep::Key(key.clone());
                    (key.clone(), merge(by_step(&step), value))
                }),
            )
        }
        Nesting::Set => {
            let mut free: Vec<&Value> = prior.into_iter().flat_map(Value::children).collect();
            Value::set(
                element,
                config.children().map(|value| {
                    let like = free.iter().position(|prior| alike(prior, value));
                    let prior = like.map(|index| free.remove(index));
                    merge(prior, value)
                }),
            )
        }
    }
}

/// Whether a prior element could be what this configuration became: everything that is configured
/// is equal.
fn alike(prior: &Value, config: &Value) -> bool {
    if config.is_null() || prior == config {
        return true;
    }
    let (Some(was), Some(is)) = (prior.entries(), config.entries()) else {
        return false;
    };
    is.iter()
        .all(|(name, value)| was.get(name).is_some_and(|was| alike(was, value)))
}
