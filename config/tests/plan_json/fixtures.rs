//! Plans that hosts made with the real provider, and small ones of what those lack.

use std::fs;
use std::path::Path;

use cty::Mark;
use terraform_config::Dialect;
use terraform_config::plan::{
    Action, Completeness, DeferredReason, Plan, PlanError, looks_like_plan,
};
use terraform_config::schema::Schemas;

use super::{change, read, refused};

#[test]
fn plans_of_both_hosts_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans");
    let mut seen = 0;
    for entry in fs::read_dir(folder).expect("fixtures are there") {
        let entry = entry.expect("an entry").path();
        for (name, dialect) in [
            ("plan.json", Dialect::Terraform),
            ("tofu.json", Dialect::Tofu),
        ] {
            let Ok(bytes) = fs::read(entry.join(name)) else {
                continue;
            };
            assert!(
                looks_like_plan(&bytes[..bytes.len().min(4096)]),
                "{entry:?}"
            );
            let plan = Plan::from_json(&bytes, &Schemas::default()).expect("a plan");
            assert_eq!(plan.dialect, dialect, "{entry:?}");
            assert_eq!(plan.completeness, Completeness::Complete);
            for change in &plan.resource_changes {
                assert_eq!(change.change.action, Action::Create);
                assert!(change.change.before.is_null());
                let id = change.change.after.attribute("id");
                assert!(!id.expect("every resource has an id").is_known());
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 18);
}

#[test]
fn what_happens_to_an_instance_is_told() {
    let actions = |text: &str| {
        let plan = read(&change(&format!(r#"{{"actions":{text}}}"#)));
        plan.resource_changes[0].change.action
    };
    assert_eq!(actions(r#"["no-op"]"#), Action::NoOp);
    assert_eq!(actions(r#"["read"]"#), Action::Read);
    assert_eq!(actions(r#"["delete","create"]"#), Action::DeleteThenCreate);
    assert_eq!(actions(r#"["create","delete"]"#), Action::CreateThenDelete);
    assert_eq!(actions(r#"["forget"]"#), Action::Forget);
    assert_eq!(actions(r#"["create","forget"]"#), Action::CreateThenForget);
    assert_eq!(actions(r#"["forget","create"]"#), Action::ForgetThenCreate);
    insta::assert_snapshot!(
        refused(&change(r#"{"actions":["melt"]}"#)),
        @r#"the plan is damaged: resource_changes[0]: ["melt"] are no actions that a plan has"#
    );
}

#[test]
fn moves_imports_replacements_and_what_is_deferred_are_told() {
    let plan = read(
        r#"{"format_version":"1.2","resource_changes":[
          {"address":"module.m[\"k\"].terraform_data.a[1]","previous_address":"terraform_data.b",
           "deposed":"0badc0de","provider_name":"terraform.io/builtin/terraform","change":
           {"actions":["delete","create"],"before":{"id":"1"},"after":{"input":"x"},
            "after_unknown":{"id":true},"replace_paths":[["triggers_replace"],["input",0,"k"]],
            "importing":{"id":"1"}}}],
          "resource_drift":[{"address":"terraform_data.a","change":{"actions":["update"]}}],
          "deferred_changes":[{"reason":"instance_count_unknown","resource_change":
           {"address":"terraform_data.d[*]","index_unknown":true,"change":{"actions":["create"]}}}],
          "output_changes":{"o":{"actions":["create"],"before":null,"after":"s","after_unknown":false,
            "before_sensitive":true,"after_sensitive":true}},
          "variables":{"open":{"value":"a"},"shut":{"value":"b"}},
          "prior_state":{"values":{"root_module":{"child_modules":[{"resources":[
            {"address":"module.m.data.x_y.z","provider_name":"x","values":{"a":1},
             "sensitive_values":{"a":true}}]}]}}},
          "configuration":{"root_module":{"variables":{"open":{},"shut":{"sensitive":true}}}},
          "a_later_key":{"b":[]}}"#,
    );
    let it = &plan.resource_changes[0];
    assert_eq!(
        it.address.to_string(),
        r#"module.m["k"].terraform_data.a[1]"#
    );
    let previous = it.previous_address.as_ref().map(ToString::to_string);
    assert_eq!(previous.as_deref(), Some("terraform_data.b"));
    assert_eq!(it.deposed.as_deref(), Some("0badc0de"));
    assert!(it.change.is_import);
    let paths: Vec<String> = it
        .required_replace
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(paths, ["triggers_replace", "input[0].k"]);
    assert_eq!(plan.resource_drift[0].change.action, Action::Update);
    assert_eq!(
        plan.deferred_changes[0].reason,
        DeferredReason::InstanceCountUnknown
    );
    assert_eq!(plan.completeness, Completeness::Partial);
    let output = &plan.output_changes[0];
    assert!(output.is_sensitive && output.change.after.marks().contains(&Mark::Sensitive));
    let is_marked = |name: &str| plan.variables[name].marks().contains(&Mark::Sensitive);
    assert!(is_marked("shut") && !is_marked("open"));
    let prior = &plan.prior[0];
    assert_eq!(prior.address.to_string(), "module.m.data.x_y.z");
    let value = prior.value.attribute("a").expect("it has one");
    assert!(value.marks().contains(&Mark::Sensitive));
}

#[test]
fn a_plan_that_covers_not_everything_says_so() {
    let of = |text: &str| {
        read(&format!(
            r#"{{"format_version":"1.2","planned_values":{{}}{text}}}"#
        ))
        .completeness
    };
    assert_eq!(of(""), Completeness::Complete);
    assert_eq!(
        of(r#","complete":true,"errored":false"#),
        Completeness::Complete
    );
    assert_eq!(of(r#","complete":false"#), Completeness::Partial);
    assert_eq!(
        of(r#","complete":false,"errored":true"#),
        Completeness::Errored
    );
}

#[test]
fn what_is_no_plan_is_refused_with_a_sentence() {
    let refusals = [
        r#"{"format_version":"2.0","planned_values":[],"resource_changes":{}}"#,
        r#"{"format_version":"x","planned_values":{}}"#,
        r#"{"format_version":"1.0","terraform_version":"1.15.9","values":{"root_module":{}}}"#,
        r#"{"format_version":"1.0"}"#,
        r#"{"format_version":"1.0","provider_schemas":{}}"#,
        r#"{"version":4,"serial":1,"lineage":"a","outputs":{}}"#,
        "{\"@level\":\"info\",\"@message\":\"Terraform 1.15.9\"}\n{\"@level\":\"info\"}\n",
        r#"{"meta":{},"encrypted_data":"x","encryption_version":"v0"}"#,
        r#"{"planned_values":{}}"#,
        r#"{"format_version":"1.2","planned_values":{"#,
        r#"{"format_version":"1.2","resource_changes":[{"address":"a","change":{"actions":["read"]}}]}"#,
        r#"{"format_version":"1.2","resource_changes":{}}"#,
        "[]",
        "",
    ];
    insta::assert_snapshot!(refusals.map(refused).join("\n"));
    let bytes = Plan::from_json(b"\xff", &Schemas::default());
    assert!(matches!(bytes, Err(PlanError::Json(_))));
}
