//! `templatefile` and `templatestring`. The evaluator renders; here are the rules around it.

use std::path::Path;

use cty::Type;

use super::fence::{Contents, read, unknown};
use super::read::PATH;
use crate::Dialect;
use crate::functions::FunctionError;
use crate::functions::signature::{Args, Function, Outcome, Param, Returns, secrecy};
use crate::functions::text::quoted_unless_sensitive;
use crate::why::{Certainty, Reference};

const VARS: Param = Param::any("vars").marked();

/// A template that is one interpolation may give anything.
const ANYTHING: Returns = Returns::Of(|_| Ok(Type::Dynamic));

pub(in crate::functions) const TEMPLATEFILE: Function =
    Function::new(&[PATH, VARS], ANYTHING, |args| {
        let path = &args.values[0];
        let text = match read(args.str(0), path.marks(), args.cx)? {
            Contents::Bytes(bytes) => String::from_utf8(bytes).map_err(|_| {
                let name = quoted_unless_sensitive(args.str(0), path.marks());
                FunctionError::at(0, format!("contents of {name} are not valid UTF-8"))
            })?,
            Contents::Unread(why) => {
                // What it is given may be in what it makes.
                let given = args.values[1].deep_marks();
                let given = given.iter().map(|mark| match Reference::from_mark(mark) {
                    Some(reference) => reference.clone().at_most(Certainty::Perhaps).mark(),
                    None => mark.clone(),
                });
                let value = unknown(Type::Dynamic, why).with_marks(path.marks());
                return Ok(value.with_marks(&given.collect()));
            }
        };
        render(args, &text, Path::new(args.str(0)))
    });

pub(in crate::functions) const TEMPLATESTRING: Function = Function::new(
    &[Param::string("template").marked(), VARS],
    ANYTHING,
    |args| {
        let result = render(args, args.str(0), Path::new("<templatestring argument>"))?;
        // Terraform asks for text, OpenTofu takes what it gets.
        if args.cx.dialect == Dialect::Tofu {
            return Ok(result);
        }
        cty::convert::convert(&result, &Type::String)
            .map_err(|error| FunctionError::new(format!("invalid template result: {error}")))
    },
);

/// Renders with the variables, whose marks follow them to where they are used; secrecy of any of
/// them, used or not, makes the whole secret, as in Terraform.
fn render(args: &Args<'_>, text: &str, path: &Path) -> Outcome {
    let vars = &args.values[1];
    let Some(variables) = vars.entries() else {
        return Err(FunctionError::at(1, "invalid vars value: must be a map"));
    };
    if let Some(name) = variables.keys().find(|name| !is_identifier(name)) {
        return Err(FunctionError::at(
            1,
            format!(
                "invalid template variable name {name:?}: must start with a letter, followed by \
                 zero or more letters, digits, and underscores"
            ),
        ));
    }
    let result = (args.cx.render_template)(text, path, variables)?;
    Ok(result
        .with_marks(args.values[0].marks())
        .with_marks(vars.marks())
        .with_marks(&secrecy(&vars.deep_marks())))
}

/// HCL's identifiers: a letter or underscore, then letters, digits, underscores and dashes.
fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
}
