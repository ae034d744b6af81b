//! Between messages and values, and what can be wrong with the messages themselves.

use cty::{Path, PathStep, Type, Value};
use tfplugin::client::messages::attribute_path::step::Selector;
use tfplugin::client::messages::diagnostic::Severity;
use tfplugin::client::messages::{AttributePath, Diagnostic, DynamicValue};

use crate::rule::{Fault, Rule};

/// A value as core sends it.
///
/// # Errors
/// The value is not of the type.
pub(crate) fn encode(value: &Value, ty: &Type) -> Result<Option<DynamicValue>, cty::EncodeError> {
    Ok(Some(DynamicValue {
        msgpack: cty::msgpack::encode(value, ty)?,
        json: Vec::new(),
    }))
}

/// An answered value: MessagePack, else JSON, else null.
pub(crate) fn decode(answer: Option<&DynamicValue>, ty: &Type) -> Result<Value, Fault> {
    let wrong = |error: cty::DecodeError| Fault::new(Rule::WrongType, error.to_string());
    match answer {
        Some(value) if !value.msgpack.is_empty() => {
            cty::msgpack::decode(&value.msgpack, ty).map_err(wrong)
        }
        Some(value) if !value.json.is_empty() => {
            let text = String::from_utf8_lossy(&value.json);
            cty::json::decode(&text, ty).map_err(wrong)
        }
        _ => Ok(Value::null(ty.clone())),
    }
}

/// A path of the wire.
pub(crate) fn path(wire: &AttributePath) -> Path {
    let steps = wire.steps.iter().map(|step| match &step.selector {
        Some(Selector::AttributeName(name)) => PathStep::Attribute(name.as_str().into()),
        Some(Selector::ElementKeyString(key)) => PathStep::Key(key.as_str().into()),
        Some(Selector::ElementKeyInt(index)) => {
            PathStep::Index(u64::try_from(*index).unwrap_or(u64::MAX))
        }
        None => PathStep::Index(u64::MAX),
    });
    steps.collect()
}

/// What is wrong with diagnostics about something of this type.
pub(crate) fn malformed(diagnostics: &[Diagnostic], ty: &Type) -> Vec<Fault> {
    let mut found = Vec::new();
    for diagnostic in diagnostics {
        let mut say = |detail: String| found.push(Fault::new(Rule::Diagnostic, detail));
        if diagnostic.severity() == Severity::Invalid {
            say(format!("{:?} has no severity", diagnostic.summary));
        }
        if diagnostic.summary.is_empty() {
            say("a diagnostic has no summary".to_owned());
        }
        let at = diagnostic.attribute.as_ref().map(path).unwrap_or_default();
        if !leads_somewhere(&at, ty) {
            let summary = &diagnostic.summary;
            say(format!(
                "{summary:?} points at {at}, which is not in the schema"
            ));
        }
    }
    found
}

/// The errors among diagnostics.
pub(crate) fn errors(diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
    let is_error = |diagnostic: &&Diagnostic| diagnostic.severity() == Severity::Error;
    diagnostics.iter().filter(is_error).cloned().collect()
}

/// Whether the schema has such a path. Elements of sets have none.
fn leads_somewhere(path: &Path, ty: &Type) -> bool {
    let end = path
        .steps()
        .iter()
        .try_fold(ty.clone(), |ty, step| match (step, &ty) {
            (_, Type::Dynamic) => Some(Type::Dynamic),
            (PathStep::Attribute(name), Type::Object(object)) => {
                object.attributes.get(name).cloned()
            }
            (PathStep::Key(_), Type::Map(element)) => Some((**element).clone()),
            (PathStep::Index(index), Type::List(element)) if *index < u64::MAX => {
                Some((**element).clone())
            }
            _ => None,
        });
    end.is_some()
}
