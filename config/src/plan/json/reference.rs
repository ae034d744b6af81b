//! What an expression refers to, read from the text of its references.
//!
//! The document lists every reference longest first, then each shorter prefix of it:
//! `m["a"].name`, `m["a"], `m`. Of `m[each.key].name` it lists `m` and `each.key` alone.

use crate::instance::{InstanceKey, Mode};

/// What is referred to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// A resource or data source of the same module.
    Resource(ResourceSubject),
    /// A call of a module.
    Module {
        name: String,
        key: Option<InstanceKey>,
        output: Option<String>,
        path: String,
    },
    /// An input of the module.
    Variable { name: String, path: String },
    /// `each.key` or `each.value`.
    Each { is_key: bool, path: String },
    /// What the document does not hold: a local.
    Untold(String),
    /// What is known whenever a plan is made: `path`, `terraform`, `count`.
    Known,
}

/// A resource or data source, and what of it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResourceSubject {
    pub(super) mode: Mode,
    pub(super) type_name: String,
    pub(super) name: String,
    /// Which instance, if it is written as a literal.
    pub(super) key: Option<InstanceKey>,
    /// What of it, as written; empty if that is not told.
    pub(super) path: String,
}

/// The subjects of a list of references, shorter prefixes left out.
pub(super) fn subjects<'a>(references: impl IntoIterator<Item = &'a str>) -> Vec<Subject> {
    let mut longest: Vec<&str> = Vec::new();
    let mut last = "";
    for reference in references {
        if !is_prefix(reference, last) {
            longest.push(reference);
        }
        last = reference;
    }
    longest.into_iter().map(subject).collect()
}

/// True if one is the other without its last steps.
fn is_prefix(shorter: &str, longer: &str) -> bool {
    let rest = longer.strip_prefix(shorter);
    rest.is_some_and(|rest| rest.starts_with(['.', '[']))
}

fn subject(text: &str) -> Subject {
    read(text).unwrap_or_else(|| Subject::Untold(text.to_owned()))
}

/// Nothing for what is not understood.
fn read(text: &str) -> Option<Subject> {
    let mut rest = Rest(text);
    let first = rest.name()?;
    Some(match first {
        "path" | "terraform" | "tofu" | "count" => Subject::Known,
        "each" => Subject::Each {
            is_key: rest.name()? == "key",
            path: rest.path(),
        },
        "var" => Subject::Variable {
            name: rest.name()?.to_owned(),
            path: rest.path(),
        },
        "local" | "self" | "ephemeral" | "action" => return None,
        "module" => Subject::Module {
            name: rest.name()?.to_owned(),
            key: rest.key()?,
            output: rest.name().map(str::to_owned),
            path: rest.path(),
        },
        "data" => Subject::Resource(rest.resource(Mode::Data, None)?),
        "resource" => Subject::Resource(rest.resource(Mode::Managed, None)?),
        type_name => Subject::Resource(rest.resource(Mode::Managed, Some(type_name))?),
    })
}

/// What is not read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn name(&mut self) -> Option<&'a str> {
        let text = self.0.strip_prefix('.').unwrap_or(self.0);
        let end = text.find(['.', '[']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        if name.is_empty() {
            return None;
        }
        self.0 = rest;
        Some(name)
    }

    /// `[0]`, `["a"]` or nothing; `None` for anything else.
    #[expect(clippy::option_option, reason = "an outcome of an optional part")]
    fn key(&mut self) -> Option<Option<InstanceKey>> {
        let Some(text) = self.0.strip_prefix('[') else {
            return Some(None);
        };
        let mut numbers = serde_json::Deserializer::from_str(text).into_iter();
        let key = match numbers.next()?.ok()? {
            serde_json::Value::String(name) => {
                InstanceKey::Name(name.replace("$${", "${").replace("%%{", "%{").into())
            }
            number => InstanceKey::Index(number.as_u64()?),
        };
        self.0 = text.get(numbers.byte_offset()..)?.strip_prefix(']')?;
        Some(Some(key))
    }

    fn resource(&mut self, mode: Mode, type_name: Option<&str>) -> Option<ResourceSubject> {
        let type_name = match type_name {
            Some(name) => name,
            None => self.name()?,
        };
        Some(ResourceSubject {
            mode,
            type_name: type_name.to_owned(),
            name: self.name()?.to_owned(),
            key: self.key()?,
            path: self.path(),
        })
    }

    /// All that follows.
    fn path(&self) -> String {
        self.0.strip_prefix('.').unwrap_or(self.0).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(key: Option<InstanceKey>, path: &str) -> Subject {
        Subject::Resource(ResourceSubject {
            mode: Mode::Managed,
            type_name: "x".to_owned(),
            name: "mc".to_owned(),
            key,
            path: path.to_owned(),
        })
    }

    #[test]
    fn each_reference_is_read_once_and_as_long_as_it_is() {
        let name = |name: &str| Some(InstanceKey::Name(name.into()));
        let list = [
            r#"x.mc["c[p\"]"].id"#,
            r#"x.mc["c[p\"]"]"#,
            "x.mc",
            "x.mc",
            "each.key",
            "x.mc[2].a[0].b",
            "x.mc[2].a[0]",
            "x.mc[2].a",
            "x.mc[2]",
            "x.mc",
            r#"module.m["k"].o.n"#,
            r#"module.m["k"].o"#,
            r#"module.m["k"]"#,
            "module.m",
            "var.p.q",
            "var.p",
            "each.value.n",
            "each.value",
            "local.names",
            "path.module",
        ];
        let expected = [
            resource(name(r#"c[p"]"#), "id"),
            resource(None, ""),
            Subject::Each {
                is_key: true,
                path: String::new(),
            },
            resource(Some(InstanceKey::Index(2)), "a[0].b"),
            Subject::Module {
                name: "m".to_owned(),
                key: name("k"),
                output: Some("o".to_owned()),
                path: "n".to_owned(),
            },
            Subject::Variable {
                name: "p".to_owned(),
                path: "q".to_owned(),
            },
            Subject::Each {
                is_key: false,
                path: "n".to_owned(),
            },
            Subject::Untold("local.names".to_owned()),
            Subject::Known,
        ];
        assert_eq!(subjects(list), expected);
    }

    #[test]
    fn what_is_not_understood_is_untold() {
        for text in [
            "", ".", "x", "x.", "x.mc[", "x.mc[1", "x.mc[-1]", "data.x", "module.",
        ] {
            assert_eq!(
                subjects([text]),
                [Subject::Untold(text.to_owned())],
                "{text}"
            );
        }
    }
}
