//! What must hold of any bytes at all, by the kind of file they are. A panic is a find.

use std::path::Path;

use terraform_config::syntax::{parse, parse_expression, parse_template, tokens};
use terraform_config::{Cache, Inputs, RootDir, SourceFile, evaluate};

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `.tf`.
    Hcl,
    /// `.tf.json`.
    Json,
    /// `.tfvars`.
    Values,
    /// `.tfvars.json`.
    JsonValues,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Hcl, Self::Json, Self::Values, Self::JsonValues];

    /// What such a file is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hcl => "main.tf",
            Self::Json => "main.tf.json",
            Self::Values => "terraform.tfvars",
            Self::JsonValues => "terraform.tfvars.json",
        }
    }
}

/// Parses bytes. What is wrong has its place in them; the tokens of HCL are the text.
///
/// # Panics
/// Something does not hold.
pub(crate) fn parses(kind: Kind, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let file = SourceFile::new(kind.name(), text);
    let text = &file.text;
    let parsed = parse(&file);
    for error in &parsed.errors {
        assert!(text.get(error.span.range()).is_some(), "{error:?}");
        assert!(!error.message.is_empty(), "{error:?}");
    }
    for comment in &parsed.comments {
        let comment = text.get(comment.span.range()).unwrap_or_default();
        assert!(comment.starts_with(['#', '/']), "{comment:?}");
    }
    for attribute in &parsed.body.attributes {
        assert!(text.get(attribute.span().range()).is_some());
    }
    for block in &parsed.body.blocks {
        assert!(text.get(block.span.range()).is_some());
    }
    assert!(!parsed.errors.is_empty() || !parsed.body.is_incomplete);
    if matches!(kind, Kind::Hcl | Kind::Values) {
        let joined: String = tokens(text).map(|token| token.text).collect();
        assert_eq!(joined, *text);
        let wrong = [parse_expression(text).err(), parse_template(text).err()];
        for error in wrong.into_iter().flatten() {
            assert!(text.get(error.span.range()).is_some(), "{error:?}");
        }
    }
}

/// Evaluates a configuration of which one file is those bytes, in an empty folder, which is left as
/// it was.
///
/// # Panics
/// Something does not hold, or the files cannot be written.
pub(crate) fn evaluates(kind: Kind, bytes: &[u8], folder: &Path) {
    const VARIABLES: &str = "variable \"a\" {}\nvariable \"b\" {\n  type = map(list(object({ c = optional(number, 1) })))\n}\n";
    let files = [kind.name(), "variables.tf"].map(|name| folder.join(name));
    std::fs::write(&files[0], bytes).expect("files can be written");
    std::fs::write(&files[1], VARIABLES).expect("files can be written");
    let root = RootDir {
        path: folder.to_owned(),
        named: true,
    };
    let evaluated = evaluate(&root, &Inputs::default(), &Cache::default());
    for problem in &evaluated.problems {
        let message = &problem.message;
        assert!(!message.contains("a fault in this program"), "{message}");
        if let Some(origin) = &problem.origin {
            let text = &origin.file.text;
            assert!(text.get(origin.range.clone()).is_some(), "{problem:?}");
        }
    }
    for file in files {
        std::fs::remove_file(file).expect("files can be removed");
    }
}
