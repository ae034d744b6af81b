//! What core proposes: the configuration, with the state's values for what is computed and not
//! configured.

use cty::{Data, Value};

use crate::schema::{Mode, Nesting};
use crate::walk::Fields;

/// The proposed new state of an object; `prior` is not null.
pub(super) fn proposed(fields: Fields<'_>, prior: Option<&Value>, config: &Value) -> Value {
    let attributes = fields.attributes.iter().map(|attribute| {
        let name = &attribute.name;
        let before = prior.and_then(|prior| prior.attribute(name));
        let given = config.attribute(name).unwrap();
        let new = match attribute.shape.nested() {
            _ if attribute.mode.is_computed() && given.is_null() => {
                before.cloned().unwrap_or_else(|| Value::null(given.ty()))
            }
            Some((nesting, fields)) => collection(nesting, fields, before, given),
            None => given.clone(),
        };
        (name.clone(), new)
    });
    let blocks = fields.blocks.iter().map(|nested| {
        let name = &nested.name;
        let before = prior.and_then(|prior| prior.attribute(name));
        let given = config.attribute(name).unwrap();
        let fields = nested.block.fields();
        (
            name.clone(),
            collection(nested.nesting, fields, before, given),
        )
    });
    Value::object(attributes.chain(blocks))
}

fn collection(
    nesting: Nesting,
    fields: Fields<'_>,
    prior: Option<&Value>,
    config: &Value,
) -> Value {
    if config.is_null() || !config.is_known() {
        return config.clone();
    }
    let prior = prior.filter(|prior| !prior.is_null());
    let one = |prior: Option<&Value>, config: &Value| {
        if config.is_null() || !config.is_known() {
            config.clone()
        } else {
            proposed(fields, prior.filter(|prior| !prior.is_null()), config)
        }
    };
    match (nesting, config.data()) {
        (Nesting::Single, _) => one(prior, config),
        (Nesting::List, Data::List(element, elements)) => {
            let before = prior.and_then(Value::elements).unwrap_or_default();
            let new = elements
                .iter()
                .enumerate()
                .map(|(i, config)| one(before.get(i), config));
            Value::list(element.clone(), new)
        }
        (Nesting::Map, Data::Map(element, entries)) => {
            let before = prior.and_then(Value::entries);
            let new = entries.iter().map(|(key, config)| {
                let prior = before.and_then(|before| before.get(key));
                (key.clone(), one(prior, config))
            });
            Value::map(element.clone(), new)
        }
        (Nesting::Set, Data::Set(element, elements)) => {
            let before = prior.and_then(Value::elements).unwrap_or_default();
            let mut unused: Vec<&Value> = before.iter().collect();
            let new = elements.iter().map(|config| {
                let same = unused
                    .iter()
                    .position(|prior| configured(fields, prior, config));
                let prior = same.map(|place| unused.remove(place));
                one(prior, config)
            });
            Value::set(element.clone(), new)
        }
        _ => panic!("{nesting:?} of {config:?}"),
    }
}

/// True if an element of a set says what the configuration says, computed values aside.
fn configured(fields: Fields<'_>, prior: &Value, config: &Value) -> bool {
    fields.attributes.iter().all(|attribute| {
        let prior = prior.attribute(&attribute.name).unwrap();
        let config = config.attribute(&attribute.name).unwrap();
        match attribute.mode {
            Mode::Computed => true,
            Mode::OptionalComputed => config.is_null() || prior == config,
            Mode::Required | Mode::Optional => prior == config,
        }
    })
}
