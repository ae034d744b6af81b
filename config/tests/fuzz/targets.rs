//! What must hold of any bytes at all, by the kind of file they are. A panic is a find.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use terraform_config::instance::Mode;
use terraform_config::plan::{Plan, PlanRequest, evaluate_plan, looks_like_plan};
use terraform_config::schema::Schemas;
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
    /// A plan as JSON.
    JsonPlan,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [
        Self::Hcl,
        Self::Json,
        Self::Values,
        Self::JsonValues,
        Self::JsonPlan,
    ];

    /// What such a file is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hcl => "main.tf",
            Self::Json => "main.tf.json",
            Self::Values => "terraform.tfvars",
            Self::JsonValues => "terraform.tfvars.json",
            Self::JsonPlan => "plan.json",
        }
    }
}

/// Reads a plan as JSON, every value of it, and makes instances of it.
///
/// # Panics
/// Something does not hold.
pub(crate) fn reads_json_plan(bytes: &[u8]) {
    static SCHEMAS: LazyLock<Arc<Schemas>> = LazyLock::new(|| {
        let mut schemas = Schemas::default();
        let texts = [
            (
                "rancher2_cluster_v2",
                include_str!("../../../policy/schemas/rancher2_cluster_v2.json"),
            ),
            (
                "rancher2_machine_config_v2",
                include_str!("../../../policy/schemas/rancher2_machine_config_v2.json"),
            ),
        ];
        for (name, text) in texts {
            let added = schemas.add_resource(Mode::Managed, name, text);
            added.expect("an embedded schema is JSON of the right shape");
        }
        Arc::new(schemas)
    });
    looks_like_plan(bytes);
    let plan = match Plan::from_json(bytes, &SCHEMAS) {
        Ok(plan) => Arc::new(plan),
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    for it in &plan.resource_changes {
        assert_eq!(it.address.to_string().parse().as_ref(), Ok(&it.address));
        let (before, after) = (it.change.before.get(), it.change.after.get());
        assert!(before.is_wholly_known() || terraform_config::why::Why::of(before).is_some());
        let _ = after.deep_marks();
    }
    let request = PlanRequest {
        path: "plan.json".into(),
        source: None,
    };
    let inputs = Inputs {
        schemas: Arc::clone(&SCHEMAS),
        ..Inputs::default()
    };
    let evaluated = evaluate_plan(&plan, &request, &inputs, &Cache::default());
    for instance in &evaluated.instances {
        assert!(!instance.header.file.has_lines());
    }
}

/// Parses bytes. What is wrong has its place in them; the tokens of HCL are the text.
///
/// # Panics
/// Something does not hold.
pub(crate) fn parses(kind: Kind, bytes: &[u8]) {
    if kind == Kind::JsonPlan {
        return reads_json_plan(bytes);
    }
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
    if kind == Kind::JsonPlan {
        return reads_json_plan(bytes);
    }
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
