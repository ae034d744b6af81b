//! What Terraform core would refuse in a schema, and what this crate refuses beyond it.

use std::collections::BTreeSet;

use cty::{Path, PathStep, Type};

use super::{Attribute, Block, Mode, NestedBlock, Nesting, Schema, Shape};

/// What a schema is for: reserved names and allowed modes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaKind {
    /// The `provider` block.
    Provider,
    /// A managed resource.
    Resource,
    /// A data source.
    DataSource,
}

/// Names that Terraform takes for itself at the root of a resource or data source.
const RESERVED_IN_RESOURCES: [&str; 9] = [
    "connection",
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "provider",
    "provisioner",
    "locals",
    "_",
];

/// Names that Terraform takes for itself in the provider block.
const RESERVED_IN_PROVIDERS: [&str; 9] = [
    "alias",
    "version",
    "count",
    "depends_on",
    "for_each",
    "source",
    "lifecycle",
    "locals",
    "_",
];

/// Something in a schema that Terraform core refuses, or that cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {problem}")]
pub struct SchemaFault {
    /// The attribute or block.
    pub at: Path,
    /// The rule it breaks.
    pub problem: String,
}

impl Schema {
    /// Everything wrong with this schema. Assert in a test that there is nothing.
    pub fn faults(&self, kind: SchemaKind) -> Vec<SchemaFault> {
        let mut check = Check {
            kind,
            faults: Vec::new(),
        };
        check.block(&self.block, &Path::ROOT, false);
        check.faults
    }
}

struct Check {
    kind: SchemaKind,
    faults: Vec<SchemaFault>,
}

impl Check {
    fn fault(&mut self, at: &Path, problem: impl Into<String>) {
        self.faults.push(SchemaFault {
            at: at.clone(),
            problem: problem.into(),
        });
    }

    fn block(&mut self, block: &Block, path: &Path, in_set: bool) {
        let mut seen = BTreeSet::new();
        for attribute in &block.attributes {
            let at = path.join(PathStep::Attribute(attribute.name.clone()));
            self.name(&attribute.name, &at, &mut seen);
            self.attribute(attribute, &at, in_set);
        }
        for nested in &block.blocks {
            let at = path.join(PathStep::Attribute(nested.name.clone()));
            self.name(&nested.name, &at, &mut seen);
            self.bounds(nested, &at);
            // A dynamic attribute anywhere below turns the whole list or map into a dynamic value
            // on the wire; in a set core refuses it.
            if nested.nesting != Nesting::Single && nested.block.ty().has_dynamic() {
                self.fault(&at, "repeated blocks must not contain a dynamic attribute");
            }
            let in_set = in_set || nested.nesting == Nesting::Set;
            self.block(&nested.block, &at, in_set);
        }
    }

    fn name<'a>(&mut self, name: &'a str, at: &Path, seen: &mut BTreeSet<&'a str>) {
        let well_formed = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .chars()
                .all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'));
        if !well_formed {
            self.fault(
                at,
                "a name is lower-case letters, digits and underscores, a letter first",
            );
        }
        if !seen.insert(name) {
            self.fault(at, "two attributes or blocks have this name");
        }
        let reserved = match self.kind {
            SchemaKind::Provider => &RESERVED_IN_PROVIDERS,
            SchemaKind::Resource | SchemaKind::DataSource => &RESERVED_IN_RESOURCES,
        };
        if at.steps().len() == 1 && reserved.contains(&name) {
            self.fault(at, "Terraform reserves this name; users could never set it");
        }
    }

    fn attribute(&mut self, attribute: &Attribute, at: &Path, in_set: bool) {
        if self.kind == SchemaKind::Provider && attribute.mode.is_computed() {
            self.fault(
                at,
                "a provider block has nothing computed: only users write it",
            );
        }
        self.default(attribute, at);
        match &attribute.shape {
            Shape::Type(ty) => {
                if dynamic_in_set(ty, in_set) {
                    self.fault(at, "a set must not contain a dynamic value");
                }
            }
            Shape::Nested(nested) => {
                if nested.nesting == Nesting::Set && nested.element().has_dynamic() {
                    self.fault(at, "a set must not contain a dynamic value");
                }
                let mut seen = BTreeSet::new();
                for inner in &nested.attributes {
                    let at = at.join(PathStep::Attribute(inner.name.clone()));
                    self.name(&inner.name, &at, &mut seen);
                    self.attribute(inner, &at, in_set || nested.nesting == Nesting::Set);
                }
            }
        }
    }

    fn default(&mut self, attribute: &Attribute, at: &Path) {
        let Some(default) = &attribute.default else {
            return;
        };
        match (self.kind, attribute.mode) {
            (SchemaKind::Resource, Mode::OptionalComputed) => {}
            (SchemaKind::Resource, _) => {
                self.fault(
                    at,
                    "only an optional and computed attribute can have a default",
                );
            }
            (SchemaKind::Provider | SchemaKind::DataSource, _) => {
                self.fault(
                    at,
                    "defaults are made while planning; only resources are planned",
                );
            }
        }
        if default.ty() != attribute.ty() {
            self.fault(at, "the default is of another type than the attribute");
        }
        for validator in &attribute.validators {
            if let Err(problem) = validator.check(default) {
                self.fault(at, format!("the default is not valid: {problem}"));
            }
        }
    }

    fn bounds(&mut self, nested: &NestedBlock, at: &Path) {
        match nested.nesting {
            Nesting::Single => {
                if nested.min > 1 || nested.max.is_some_and(|max| max != 1) {
                    self.fault(at, "a single block occurs at most once");
                }
            }
            Nesting::Map => {
                if nested.min != 0 || nested.max.is_some() {
                    self.fault(at, "core allows no bounds on a map of blocks");
                }
            }
            Nesting::List | Nesting::Set => {
                if nested.max.is_some_and(|max| max == 0 || max < nested.min) {
                    self.fault(at, "at most as many blocks as at least, and room for one");
                }
            }
        }
    }
}

fn dynamic_in_set(ty: &Type, in_set: bool) -> bool {
    match ty {
        Type::Dynamic => in_set,
        Type::String | Type::Number | Type::Bool => false,
        Type::Set(element) => dynamic_in_set(element, true),
        Type::List(element) | Type::Map(element) => dynamic_in_set(element, in_set),
        Type::Object(object) => object
            .attributes
            .values()
            .any(|ty| dynamic_in_set(ty, in_set)),
        Type::Tuple(elements) => elements.iter().any(|ty| dynamic_in_set(ty, in_set)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::NestedType;
    use cty::Value;

    fn attribute(name: &str, ty: Type, mode: Mode) -> Attribute {
        Attribute::new(name, Shape::Type(ty), mode)
    }

    fn nested(name: &str, nesting: Nesting, attributes: Vec<Attribute>) -> NestedBlock {
        NestedBlock {
            name: name.into(),
            nesting,
            block: Block {
                attributes,
                ..Block::default()
            },
            min: 0,
            max: None,
            modifiers: Vec::new(),
        }
    }

    fn faults(kind: SchemaKind, block: Block) -> Vec<String> {
        let schema = Schema { version: 0, block };
        schema
            .faults(kind)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn of_attributes(kind: SchemaKind, attributes: Vec<Attribute>) -> Vec<String> {
        faults(
            kind,
            Block {
                attributes,
                ..Block::default()
            },
        )
    }

    fn of_block(block: NestedBlock) -> Vec<String> {
        faults(
            SchemaKind::Resource,
            Block {
                blocks: vec![block],
                ..Block::default()
            },
        )
    }

    #[test]
    fn a_plain_schema_is_fine() {
        let name = attribute("name", Type::String, Mode::Required);
        let mut size = attribute("size", Type::Number, Mode::OptionalComputed);
        size.default = Some(Value::int(1));
        let found = of_attributes(SchemaKind::Resource, vec![name, size]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn names_are_well_formed_distinct_and_free() {
        let found = of_attributes(
            SchemaKind::Resource,
            vec![
                attribute("Name", Type::String, Mode::Required),
                attribute("id", Type::String, Mode::Computed),
                attribute("id", Type::String, Mode::Computed),
                attribute("for_each", Type::String, Mode::Optional),
            ],
        );
        assert_eq!(
            found,
            [
                "Name: a name is lower-case letters, digits and underscores, a letter first",
                "id: two attributes or blocks have this name",
                "for_each: Terraform reserves this name; users could never set it",
            ]
        );
    }

    #[test]
    fn reserved_names_are_free_further_down() {
        let found = of_block(nested(
            "rule",
            Nesting::List,
            vec![attribute("count", Type::Number, Mode::Optional)],
        ));
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn a_provider_block_has_its_own_reserved_names_and_nothing_computed() {
        let found = of_attributes(
            SchemaKind::Provider,
            vec![
                attribute("connection", Type::String, Mode::Optional),
                attribute("alias", Type::String, Mode::Optional),
                attribute("account", Type::String, Mode::Computed),
            ],
        );
        assert_eq!(
            found,
            [
                "alias: Terraform reserves this name; users could never set it",
                "account: a provider block has nothing computed: only users write it",
            ]
        );
    }

    #[test]
    fn a_default_fits_its_attribute() {
        let mut plain = attribute("a", Type::Number, Mode::Optional);
        plain.default = Some(Value::int(1));
        let mut typed = attribute("b", Type::Number, Mode::OptionalComputed);
        typed.default = Some(Value::string("1"));
        assert_eq!(
            of_attributes(SchemaKind::Resource, vec![plain, typed]),
            [
                "a: only an optional and computed attribute can have a default",
                "b: the default is of another type than the attribute",
            ]
        );
    }

    #[test]
    fn sets_hold_nothing_dynamic() {
        let any = || attribute("any", Type::Dynamic, Mode::Optional);
        let mut object = attribute("object", Type::Bool, Mode::Optional);
        object.shape = Shape::Nested(NestedType {
            nesting: Nesting::Set,
            attributes: vec![any()],
        });
        assert_eq!(
            of_attributes(SchemaKind::Resource, vec![any(), object]),
            [
                "object: a set must not contain a dynamic value",
                "object.any: a set must not contain a dynamic value",
            ]
        );
        assert_eq!(
            of_block(nested("list", Nesting::List, vec![any()])),
            ["list: repeated blocks must not contain a dynamic attribute"]
        );
        assert_eq!(
            of_block(nested("one", Nesting::Single, vec![any()])),
            Vec::<String>::new()
        );
    }

    #[test]
    fn bounds_fit_the_nesting() {
        let bounded = |nesting, min, max| NestedBlock {
            min,
            max,
            ..nested("b", nesting, Vec::new())
        };
        for (block, fine) in [
            (bounded(Nesting::Single, 1, None), true),
            (bounded(Nesting::Single, 2, None), false),
            (bounded(Nesting::Single, 0, Some(2)), false),
            (bounded(Nesting::List, 1, Some(4)), true),
            (bounded(Nesting::List, 2, Some(1)), false),
            (bounded(Nesting::Set, 0, Some(0)), false),
            (bounded(Nesting::Map, 0, None), true),
            (bounded(Nesting::Map, 1, None), false),
        ] {
            let shown = format!("{block:?}");
            assert_eq!(of_block(block).is_empty(), fine, "{shown}");
        }
    }
}
