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
            let merge = |prior: Option<&Value>, config: &Value| {
                if config.is_null() || !config.is_known() {
                    return config.clone();
                }
                Value::object(merged(inner, prior, config))
            };
            nested(*nesting, config, prior, merge, |prior, config| {
                attributes_alike(inner, prior, config)
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
    let merge = |prior: Option<&Value>, config: &Value| {
        proposed(&block.block, prior.unwrap_or(&nothing), config)
    };
    nested(block.nesting, config, prior, merge, |prior, config| {
        alike(&block.block, prior, config)
    })
}

/// Each object of a nesting merged with the prior one: by index, by key, by likeness.
fn nested(
    nesting: Nesting,
    config: &Value,
    prior: Option<&Value>,
    merge: impl Fn(Option<&Value>, &Value) -> Value,
    alike: impl Fn(&Value, &Value) -> bool,
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

/// Whether a prior object could be what this configuration became: everything is equal but what the
/// provider may choose and the configuration leaves open.
fn alike(block: &Block, prior: &Value, config: &Value) -> bool {
    let blocks = block.blocks.iter().all(|(name, nested)| {
        let (prior, config) = (prior.attribute(name), config.attribute(name));
        all_alike(nested.nesting, prior, config, &|prior, config| {
            alike(&nested.block, prior, config)
        })
    });
    blocks && attributes_alike(&block.attributes, prior, config)
}

fn attributes_alike(attributes: &Attributes, prior: &Value, config: &Value) -> bool {
    attributes.iter().all(|(name, attribute)| {
        let (prior, config) = (prior.attribute(name), config.attribute(name));
        if attribute.computed && config.is_some_and(Value::is_null) {
            return true;
        }
        match &attribute.shape {
            Shape::Type(_) => prior == config,
            Shape::Nested(nesting, inner) => {
                all_alike(*nesting, prior, config, &|prior, config| {
                    attributes_alike(inner, prior, config)
                })
            }
        }
    })
}

fn all_alike(
    nesting: Nesting,
    prior: Option<&Value>,
    config: Option<&Value>,
    alike: &impl Fn(&Value, &Value) -> bool,
) -> bool {
    let (Some(prior), Some(config)) = (prior, config) else {
        return false;
    };
    if prior == config {
        return true;
    }
    if prior.is_null() || config.is_null() || !config.is_known() {
        return false;
    }
    let same_count = prior.children().count() == config.children().count();
    match nesting {
        Nesting::Single | Nesting::Group => alike(prior, config),
        Nesting::List | Nesting::Map => {
            let mut pairs = prior.steps().zip(config.steps());
            same_count && pairs.all(|((a, prior), (b, config))| a == b && alike(prior, config))
        }
        Nesting::Set => {
            let mut each = config.children();
            same_count && each.all(|config| prior.children().any(|prior| alike(prior, config)))
        }
    }
}

#[cfg(test)]
mod tests {
    use cty::Type;

    use super::*;

    fn attribute(computed: bool) -> Attribute {
        Attribute {
            shape: Shape::Type(Type::String),
            required: false,
            optional: true,
            computed,
            sensitive: false,
            write_only: false,
        }
    }

    fn leaf() -> Block {
        let attributes = [
            ("key".into(), attribute(false)),
            ("made".into(), attribute(true)),
        ];
        Block {
            attributes: attributes.into(),
            ..Block::default()
        }
    }

    fn within(nesting: Nesting) -> Block {
        let nested = NestedBlock {
            nesting,
            block: leaf(),
            min_items: 0,
            max_items: 0,
        };
        Block {
            blocks: [("part".into(), nested)].into(),
            ..Block::default()
        }
    }

    fn whole(block: &Block, json: &str) -> Value {
        let value = cty::json::decode_implied(json).unwrap();
        block.complete(&value).unwrap()
    }

    /// What is proposed for `config` over `prior`.
    fn case(block: &Block, prior: &str, config: &str) -> String {
        let proposal = proposed(block, &whole(block, prior), &whole(block, config));
        cty::json::encode(&proposal, &block.ty()).unwrap()
    }

    #[test]
    fn only_what_the_provider_may_choose_outlives_its_configuration() {
        let prior = r#"{"key":"a","made":"m"}"#;
        assert_eq!(case(&leaf(), prior, "{}"), r#"{"key":null,"made":"m"}"#);
        let own = r#"{"key":"b","made":"n"}"#;
        assert_eq!(case(&leaf(), prior, own), own);
        assert_eq!(
            case(&leaf(), "null", r#"{"key":"b"}"#),
            r#"{"key":"b","made":null}"#
        );
        assert_eq!(case(&leaf(), prior, "null"), "null");
    }

    #[test]
    fn blocks_are_told_apart_by_index_or_by_key_or_by_likeness() {
        let list = within(Nesting::List);
        let prior = r#"{"part":[{"key":"a","made":"1"},{"key":"b","made":"2"}]}"#;
        let config = r#"{"part":[{"key":"b"}]}"#;
        assert_eq!(
            case(&list, prior, config),
            r#"{"part":[{"key":"b","made":"1"}]}"#
        );

        let map = within(Nesting::Map);
        let keyed = r#"{"part":{"x":{"key":"a","made":"1"},"y":{"key":"b","made":"2"}}}"#;
        let config = r#"{"part":{"y":{"key":"c"},"z":{"key":"a"}}}"#;
        let expected = r#"{"part":{"y":{"key":"c","made":"2"},"z":{"key":"a","made":null}}}"#;
        assert_eq!(case(&map, keyed, config), expected);

        // `made` is not configured, so it must not tell the elements apart.
        let set = within(Nesting::Set);
        let config = r#"{"part":[{"key":"b"},{"key":"c"}]}"#;
        let expected = r#"{"part":[{"key":"b","made":"2"},{"key":"c","made":null}]}"#;
        assert_eq!(case(&set, prior, config), expected);
    }
}
