//! Checks a configuration against its schema.
//!
//! Core has checked most of this already; other hosts and tests have not.

use cty::Value;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::Trail;
use crate::schema::{Attribute, Block, Mode, NestedBlock, Nesting};
use crate::walk::Fields;

/// Says what is wrong with a configuration. Unknown values are no reason to complain.
pub(crate) fn validate(block: &Block, config: &Value, diagnostics: &mut Diagnostics) {
    object(block.fields(), config, &Trail::ROOT, diagnostics);
}

fn object(fields: Fields<'_>, config: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) {
    for attribute in fields.attributes {
        if let Some(value) = config.attribute(&attribute.name) {
            let at = at.attribute(&attribute.name);
            one_attribute(attribute, value, &at, diagnostics);
        }
    }
    for nested in fields.blocks {
        if let Some(value) = config.attribute(&nested.name) {
            let at = at.attribute(&nested.name);
            count(nested, value, &at, diagnostics);
            each(nested.nesting, value, &at, &mut |value, at| {
                object(nested.block.fields(), value, at, diagnostics);
            });
        }
    }
}

fn one_attribute(
    attribute: &Attribute,
    value: &Value,
    at: &Trail<'_>,
    diagnostics: &mut Diagnostics,
) {
    let name = &attribute.name;
    if value.is_null() {
        if attribute.mode == Mode::Required {
            let detail = format!("The argument {name:?} is required, but no value is given.");
            diagnostics.error(at.to_path(), "Missing required argument", detail);
        }
        return;
    }
    if attribute.mode == Mode::Computed {
        let detail = format!("The provider decides on {name:?}: remove it from the configuration.");
        diagnostics.error(at.to_path(), "Read-only attribute", detail);
        return;
    }
    if !value.is_known() {
        return;
    }
    if let Some(instead) = &attribute.deprecated {
        let detail = format!("The attribute {name:?} is deprecated. {instead}");
        let warning = Diagnostic::warning("Deprecated attribute", detail.trim_end());
        diagnostics.push(warning.at(at.to_path()));
    }
    for validator in &attribute.validators {
        if let Err(problem) = validator.check(value) {
            let path = at.to_path();
            let detail = format!("Attribute {path}: {problem}");
            diagnostics.error(path, "Invalid attribute value", detail);
        }
    }
    if let Some((nesting, fields)) = attribute.shape.nested() {
        each(nesting, value, at, &mut |value, at| {
            object(fields, value, at, diagnostics);
        });
    }
}

fn count(nested: &NestedBlock, value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) {
    if !value.is_known() {
        return;
    }
    let found = match (value.elements(), value.entries()) {
        (Some(elements), _) => elements.len(),
        (None, _) if value.is_null() => 0,
        // One object, or a map, which has no bounds.
        (None, _) => 1,
    };
    let name = &nested.name;
    let (min, max) = (nested.min, nested.max);
    if found < min as usize {
        let detail = format!("At least {min} {name:?} block(s) required, {found} found.");
        diagnostics.error(at.to_path(), "Too few blocks", detail);
    }
    if let Some(max) = max
        && found > max as usize
    {
        let detail = format!("At most {max} {name:?} block(s) allowed, {found} found.");
        diagnostics.error(at.to_path(), "Too many blocks", detail);
    }
}

/// Calls `visit` with each known object of a nesting.
fn each(
    nesting: Nesting,
    value: &Value,
    at: &Trail<'_>,
    visit: &mut dyn FnMut(&Value, &Trail<'_>),
) {
    match nesting {
        Nesting::Single => visit(value, at),
        Nesting::List => {
            for (i, element) in value.elements().into_iter().flatten().enumerate() {
                visit(element, &at.index(i));
            }
        }
        Nesting::Set => {
            for (i, element) in value.elements().into_iter().flatten().enumerate() {
                visit(element, &at.element(i));
            }
        }
        Nesting::Map => {
            for (key, element) in value.entries().into_iter().flatten() {
                visit(element, &at.key(key));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use crate::prelude::*;

    model! {
        struct Policy {
            name: Attr<String> = required().validate(length(1..=4)),
            size: Attr<i64> = optional().validate(between(1..=9)),
            id: Attr<String> = computed(),
            details: One<Details> = one().required(),
            tag: Many<Tag> = set().max(1),
            old: Attr<String> = optional().deprecated("Use `name`."),
        }
    }

    model! {
        struct Details {
            state: Attr<String> = required().validate(one_of(["ON", "OFF"])),
            labels: StringMap = optional().validate(size(..=1)),
        }
    }

    model! {
        struct Tag {
            key: Attr<String> = required().validate(length(1..)),
        }
    }

    fn said(policy: &Policy) -> String {
        let mut diagnostics = Diagnostics::new();
        validate(Policy::block(), &policy.encode(), &mut diagnostics);
        diagnostics.to_string()
    }

    fn good() -> Policy {
        Policy {
            name: "a".into(),
            details: One::Present(Details {
                state: "ON".into(),
                ..Details::default()
            }),
            ..Policy::default()
        }
    }

    #[test]
    fn a_good_configuration_passes() {
        assert_eq!(said(&good()), "");
    }

    #[test]
    fn unknown_values_pass() {
        assert_eq!(
            said(&Policy {
                id: Attr::Null,
                ..Policy::unknown()
            }),
            ""
        );
    }

    #[test]
    fn every_fault_is_found_at_its_place() {
        let bad = Policy {
            name: Attr::Null,
            size: 10.into(),
            id: "mine".into(),
            details: One::Present(Details {
                state: "on".into(),
                labels: StringMap::of([("a", "b"), ("c", "d")]),
            }),
            tag: Many::from_iter(["", "x"].map(|key| Tag { key: key.into() })),
            old: Attr::Null,
        };
        insta::assert_snapshot!(said(&bad), @r#"
        error: Missing required argument (at name): The argument "name" is required, but no value is given.
        error: Invalid attribute value (at size): Attribute size: 10 found, at least 1 and at most 9 allowed.
        error: Read-only attribute (at id): The provider decides on "id": remove it from the configuration.
        error: Invalid attribute value (at details[0].state): Attribute details[0].state: "on" is not one of "ON", "OFF".
        error: Invalid attribute value (at details[0].labels): Attribute details[0].labels: 2 elements found, at most 1 allowed.
        error: Too many blocks (at tag): At most 1 "tag" block(s) allowed, 2 found.
        error: Invalid attribute value (at tag[...].key): Attribute tag[...].key: 0 characters found, at least 1 allowed.
        "#);
    }

    #[test]
    fn what_is_deprecated_is_warned_of_where_it_is_written() {
        let bad = Policy {
            old: "a".into(),
            ..good()
        };
        insta::assert_snapshot!(said(&bad), @r#"warning: Deprecated attribute (at old): The attribute "old" is deprecated. Use `name`."#);
    }

    #[test]
    fn an_absent_required_block_is_too_few() {
        let bad = Policy {
            details: One::Absent,
            ..good()
        };
        insta::assert_snapshot!(said(&bad), @r#"
        error: Too few blocks (at details): At least 1 "details" block(s) required, 0 found.
        "#);
    }
}
