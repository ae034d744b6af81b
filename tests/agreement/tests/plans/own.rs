//! What only a provider with a world behind it shows: drift, objects that are gone, imports that
//! read. With our own provider and the sandbox.

use anyhow::{Result, ensure};
use holdfast_agreement::plans::{make, schemas};
use holdfast_e2e::{on_each_host, scene};
use holdfast_sandbox::S3Request;
use serde_json::json;
use terraform_config::plan::{Action, Completeness, Plan};

use crate::holds;

const HOME: &str = "eu-central-1";
const POLICY: &str = "holdfast_dlm_policy.daily";

fn rule(label: &str, id: &str, days: u32, more: &str) -> String {
    format!(
        r#"
resource "holdfast_lifecycle_rule" "{label}" {{
  bucket  = "backups"
  rule_id = "{id}"
  filter {{
    and {{
      prefix = "{id}/"
      tags   = {{ Team = "infra", "a.b" = "ü" }}
    }}
  }}
  expiration {{
    days = {days}
  }}
  transition {{
    days          = 1
    storage_class = "GLACIER_IR"
  }}
  {more}
}}
"#
    )
}

fn drifted(plan: &Plan, address: &str) -> Vec<Action> {
    let drift = plan.resource_drift.iter();
    let drift = drift.filter(|it| it.address.to_string() == address);
    drift.map(|it| it.change.action).collect()
}

#[test]
fn drift_is_read_as_its_host_shows_it() -> Result<()> {
    on_each_host(|scene| {
        let body = format!(
            "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <LocationConstraint>{HOME}</LocationConstraint></CreateBucketConfiguration>"
        );
        let made = scene.sandbox.s3(&S3Request::new("PUT", "/backups")
            .in_region(HOME)
            .body(&body))?;
        ensure!(made.status == 200, "{made:?}");
        let policy = scene::daily("tags = { Owner = \"a\" }");
        let first = [
            policy.clone(),
            rule("one", "one", 30, ""),
            rule("two", "two", 30, ""),
        ];
        scene.configure(&first.concat())?;
        let workdir = &scene.workdir;
        workdir.init()?;
        let schemas = schemas(workdir)?;
        let made = make(workdir, "create", &[])?;
        holds("create", &made, &schemas, &[(POLICY, Action::Create)])?;
        workdir.apply()?;

        let id = scene.only_policy()?["PolicyId"].clone();
        let id = id.as_str().unwrap_or_default();
        let change = json!({ "Description": "Somebody else's", "Tags": { "Owner": "b" } });
        scene.sandbox.patch_policy(id, &change)?;
        let made = make(workdir, "drift", &[])?;
        let held = holds("drift", &made, &schemas, &[(POLICY, Action::Update)])?;
        ensure!(drifted(&held.plan, POLICY) == [Action::Update]);
        let made = make(workdir, "refresh-only", &["-refresh-only"])?;
        let held = holds("refresh-only", &made, &schemas, &[])?;
        ensure!(drifted(&held.plan, POLICY) == [Action::Update]);
        ensure!(held.plan.completeness == Completeness::Complete);

        // Gone, imported, renamed, replaced, forgotten.
        scene.sandbox.remove_policy(id)?;
        let second = [
            policy,
            rule(
                "renamed",
                "other",
                31,
                "lifecycle {\n create_before_destroy = true\n }",
            ),
            rule("again", "two", 30, ""),
            "moved {\n  from = holdfast_lifecycle_rule.one\n  \
             to = holdfast_lifecycle_rule.renamed\n}\n"
                .to_owned(),
            "removed {\n  from = holdfast_lifecycle_rule.two\n  \
             lifecycle {\n    destroy = false\n  }\n}\n"
                .to_owned(),
            "import {\n  to = holdfast_lifecycle_rule.again\n  id = \"backups/two\"\n}\n"
                .to_owned(),
        ];
        scene.configure(&second.concat())?;
        let made = make(workdir, "second", &[])?;
        let held = holds(
            "second",
            &made,
            &schemas,
            &[
                (POLICY, Action::Create),
                ("holdfast_lifecycle_rule.two", Action::Forget),
                ("holdfast_lifecycle_rule.again", Action::NoOp),
                ("holdfast_lifecycle_rule.renamed", Action::CreateThenDelete),
            ],
        )?;
        ensure!(drifted(&held.plan, POLICY) == [Action::Delete]);
        let changes = held.plan.resource_changes.iter();
        let imported = changes.filter(|it| it.change.is_import).count();
        ensure!(imported == 1, "{imported} imports");
        let made = make(workdir, "destroy", &["-destroy"])?;
        let goes = [("holdfast_lifecycle_rule.two", Action::Delete)];
        holds("destroy", &made, &schemas, &goes).map(drop)
    })
}
