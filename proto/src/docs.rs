//! Registry pages: Markdown from a schema, in the form that `tfplugindocs` gives it.
//!
//! A page says of each attribute what its description, validators, default and plan modifiers say.
//! Commit the pages and compare them in a test, so that they never age.

use std::fmt::{self, Write};

use cty::{Data, Type, Value};

use crate::schema::{Attribute, Block, Mode, NestedBlock, Nesting, Schema, SchemaKind, Shape};

/// One page. Print it with `to_string()`.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// The provider, as in `provider "holdfast"`.
    pub provider: &'a str,
    /// The resource or data source; the provider's own page ignores it.
    pub name: &'a str,
    /// What the page is about.
    pub kind: SchemaKind,
    /// Its schema.
    pub schema: &'a Schema,
    /// A configuration to show.
    pub example: Option<&'a str>,
    /// Shell commands or configuration that import an object.
    pub import: Option<&'a str>,
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, kind) = match self.kind {
            SchemaKind::Provider => (self.provider, "Provider"),
            SchemaKind::Resource => (self.name, "Resource"),
            SchemaKind::DataSource => (self.name, "Data Source"),
        };
        let description = &self.schema.block.description;
        let provider = self.provider;
        writeln!(f, "---")?;
        match self.kind {
            SchemaKind::Provider => writeln!(f, "page_title: \"{name} Provider\"")?,
            _ => writeln!(f, "page_title: \"{name} {kind} - {provider}\"")?,
        }
        writeln!(f, "description: |-")?;
        let first = description.split("\n\n").next().unwrap_or_default();
        for line in first.lines() {
            writeln!(f, "  {line}")?;
        }
        writeln!(f, "---\n")?;
        writeln!(f, "# {name} {kind}\n")?;
        if !description.is_empty() {
            writeln!(f, "{description}\n")?;
        }
        if let Some(example) = self.example {
            writeln!(
                f,
                "## Example Usage\n\n```terraform\n{}\n```\n",
                example.trim()
            )?;
        }
        writeln!(f, "## Schema")?;
        let mut below = Vec::new();
        fields(f, &self.schema.block, "### ", "", &mut below)?;
        // In the order of a reader: what a block contains comes right after it.
        while !below.is_empty() {
            let section = below.remove(0);
            let mut inner = Vec::new();
            section.write(f, &mut inner)?;
            below.splice(0..0, inner);
        }
        if let Some(import) = self.import {
            writeln!(f, "\n## Import\n\n```shell\n{}\n```", import.trim())?;
        }
        Ok(())
    }
}

/// A nested schema, shown further down.
struct Section {
    path: String,
    block: Block,
}

impl Section {
    fn write(&self, f: &mut fmt::Formatter<'_>, below: &mut Vec<Self>) -> fmt::Result {
        let (anchor, path) = (anchor(&self.path), &self.path);
        writeln!(f, "\n<a id=\"{anchor}\"></a>")?;
        writeln!(f, "### Nested Schema for `{path}`")?;
        fields(f, &self.block, "", &self.path, below)
    }
}

fn anchor(path: &str) -> String {
    format!("nested--{}", path.replace('.', "--"))
}

/// Required, optional and read-only fields; blocks count as required if one must be there.
fn fields(
    f: &mut fmt::Formatter<'_>,
    block: &Block,
    heading: &str,
    path: &str,
    below: &mut Vec<Section>,
) -> fmt::Result {
    let colon = if heading.is_empty() { ":" } else { "" };
    for group in ["Required", "Optional", "Read-Only"] {
        let mut lines = Vec::new();
        for attribute in &block.attributes {
            if group_of(attribute) == group {
                lines.push(attribute_line(attribute, path, below));
            }
        }
        for nested in &block.blocks {
            let nested_group = if nested.min > 0 {
                "Required"
            } else {
                "Optional"
            };
            if nested_group == group {
                lines.push(block_line(nested, path, below));
            }
        }
        if !lines.is_empty() {
            writeln!(f, "\n{heading}{group}{colon}\n")?;
            for line in lines {
                writeln!(f, "- {line}")?;
            }
        }
    }
    Ok(())
}

fn group_of(attribute: &Attribute) -> &'static str {
    match attribute.mode {
        Mode::Required => "Required",
        Mode::Optional | Mode::OptionalComputed => "Optional",
        Mode::Computed => "Read-Only",
    }
}

fn attribute_line(attribute: &Attribute, path: &str, below: &mut Vec<Section>) -> String {
    let mut kind = match &attribute.shape {
        Shape::Type(ty) => type_name(ty),
        Shape::Nested(nested) => match nested.nesting {
            Nesting::Single => "Attributes".to_owned(),
            Nesting::List => "Attributes List".to_owned(),
            Nesting::Set => "Attributes Set".to_owned(),
            Nesting::Map => "Attributes Map".to_owned(),
        },
    };
    if attribute.sensitive {
        kind.push_str(", Sensitive");
    }
    if attribute.deprecated.is_some() {
        kind.push_str(", Deprecated");
    }
    let mut said = vec![attribute.description.clone()];
    said.extend(attribute.deprecated.clone());
    said.extend(attribute.validators.iter().map(|v| v.describe()));
    said.extend(attribute.default.as_ref().and_then(default_sentence));
    said.extend(attribute.modifiers.iter().map(|m| m.describe()));
    if let Shape::Nested(nested) = &attribute.shape {
        let inner = Block {
            attributes: nested.attributes.clone(),
            ..Block::default()
        };
        said.push(see_below(&attribute.name, path, inner, below));
    }
    line(&attribute.name, &kind, &said)
}

fn block_line(nested: &NestedBlock, path: &str, below: &mut Vec<Section>) -> String {
    let mut kind = match nested.nesting {
        Nesting::Single => "Block",
        Nesting::List => "Block List",
        Nesting::Set => "Block Set",
        Nesting::Map => "Block Map",
    }
    .to_owned();
    if nested.nesting != Nesting::Single {
        if nested.min > 0 {
            let _ = write!(kind, ", Min: {}", nested.min);
        }
        if let Some(max) = nested.max {
            let _ = write!(kind, ", Max: {max}");
        }
    }
    let mut said = vec![nested.block.description.clone()];
    said.extend(nested.modifiers.iter().map(|m| m.describe()));
    said.push(see_below(&nested.name, path, nested.block.clone(), below));
    line(&nested.name, &kind, &said)
}

fn see_below(name: &str, path: &str, block: Block, below: &mut Vec<Section>) -> String {
    let path = match path {
        "" => name.to_owned(),
        _ => format!("{path}.{name}"),
    };
    let link = format!("(see [below for nested schema](#{}))", anchor(&path));
    below.push(Section { path, block });
    link
}

fn line(name: &str, kind: &str, said: &[String]) -> String {
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    let said = said.join(" ");
    // A list item must not be broken by the line breaks of a doc comment.
    let said: Vec<&str> = said.split_whitespace().collect();
    format!("`{name}` ({kind}) {}", said.join(" "))
        .trim_end()
        .to_owned()
}

fn default_sentence(default: &Value) -> Option<String> {
    let shown = match default.data() {
        Data::Bool(b) => b.to_string(),
        Data::Number(n) => n.to_string(),
        // Nothing between two back quotes is nothing to read.
        Data::String(s) if s.is_empty() => "\"\"".to_owned(),
        Data::String(s) => s.to_string(),
        _ => cty::json::encode(default, &default.ty()).ok()?,
    };
    Some(format!("Defaults to `{shown}`."))
}

fn type_name(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", type_name(element)),
        Type::Set(element) => format!("Set of {}", type_name(element)),
        Type::Map(element) => format!("Map of {}", type_name(element)),
        Type::Object(_) => "Object".to_owned(),
        Type::Tuple(_) => "Tuple".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use crate::prelude::*;

    model! {
        /// Keeps snapshots of volumes.
        ///
        /// Old ones are *deleted*.
        struct Policy {
            /// In words,
            /// for people.
            description: Attr<String> = required().validate(length(1..=500)),
            /// Whether it runs.
            state: Attr<String> = optional().default("ENABLED").validate(one_of(["ENABLED", "DISABLED"])),
            password: Attr<String> = optional().sensitive().deprecated("Use `role`."),
            tags: StringMap = optional(),
            zones: StringList = optional().default(vec!["a".into()]),
            limits: Attr<Vec<Attr<Limit>>> = optional(),
            /// Its id.
            id: Attr<String> = computed().use_state_for_unknown(),
            /// What is kept.
            details: One<Details> = one().required(),
            /// By room.
            room: Keyed<Limit> = map(),
        }
    }

    model! {
        struct Details {
            /// What is looked at.
            kind: Attr<String> = optional().requires_replace(),
            /// When.
            schedule: Many<Limit> = list().min(1).max(4),
            tag: Many<Limit> = set().requires_replace(),
        }
    }

    model! {
        struct Limit {
            /// The most.
            max: Attr<i64> = required().validate(between(1..)),
        }
    }

    #[test]
    fn a_default_of_nothing_is_seen() {
        let sentence = default_sentence(&Value::string(""));
        assert_eq!(sentence.as_deref(), Some("Defaults to `\"\"`."));
    }

    #[test]
    fn a_page_says_it_all() {
        let schema = Schema {
            version: 0,
            block: Policy::block().clone(),
        };
        let page = Page {
            provider: "test",
            name: "test_policy",
            kind: SchemaKind::Resource,
            schema: &schema,
            example: Some("resource \"test_policy\" \"a\" {\n  description = \"a\"\n}\n"),
            import: Some("terraform import test_policy.a policy-1\n"),
        };
        insta::assert_snapshot!(page);
    }

    #[test]
    fn the_providers_page_has_its_own_title() {
        let schema = Schema {
            version: 0,
            block: Limit::block().clone(),
        };
        let page = Page {
            provider: "test",
            name: "",
            kind: SchemaKind::Provider,
            schema: &schema,
            example: None,
            import: None,
        };
        insta::assert_snapshot!(page, @r#"
        ---
        page_title: "test Provider"
        description: |-
        ---

        # test Provider

        ## Schema

        ### Required

        - `max` (Number) The most. At least 1.
        "#);
    }

    #[test]
    fn schemas_are_printed_as_terraform_prints_them() {
        let schema = Schema {
            version: 1,
            block: Details::block().clone(),
        };
        let json = serde_json::to_string_pretty(&schema.to_json()).unwrap();
        insta::assert_snapshot!(json, @r#"
        {
          "version": 1,
          "block": {
            "attributes": {
              "kind": {
                "type": "string",
                "description": "What is looked at.",
                "description_kind": "markdown",
                "optional": true
              }
            },
            "block_types": {
              "schedule": {
                "nesting_mode": "list",
                "block": {
                  "attributes": {
                    "max": {
                      "type": "number",
                      "description": "The most.",
                      "description_kind": "markdown",
                      "required": true
                    }
                  },
                  "description": "When.",
                  "description_kind": "markdown"
                },
                "min_items": 1,
                "max_items": 4
              },
              "tag": {
                "nesting_mode": "set",
                "block": {
                  "attributes": {
                    "max": {
                      "type": "number",
                      "description": "The most.",
                      "description_kind": "markdown",
                      "required": true
                    }
                  },
                  "description_kind": "markdown"
                }
              }
            },
            "description_kind": "markdown"
          }
        }
        "#);
    }
}
