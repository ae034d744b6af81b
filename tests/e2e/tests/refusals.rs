//! What AWS would reject is refused at plan time, and what cannot work says so once.

use anyhow::{Context, Result, ensure};
use holdfast_e2e::scene::{daily, policy};
use holdfast_e2e::{Scene, on_each_host};
use holdfast_sandbox::Fault;
use serde_json::Value;

/// What is changed in a good policy, and what the refusal must say, the attribute first.
const REFUSED: &[(&str, &str, &[&str])] = &[
    (
        "\"Daily snapshots\"",
        "\"Daily: snapshots!\"",
        &["description", "must not contain ':'"],
    ),
    (
        "\"Daily snapshots\"",
        "\"\"",
        &["description", "1 to 500 characters"],
    ),
    (
        "role/AWSDataLifecycleManagerDefaultRole",
        "user/me",
        &["execution_role_arn", "ARN of a role"],
    ),
    (
        "[\"VOLUME\"]",
        "[\"VOLUME\", \"INSTANCE\"]",
        &["resource_types", "exactly one"],
    ),
    (
        "[\"VOLUME\"]",
        "[\"DISK\"]",
        &["resource_types", "VOLUME or INSTANCE"],
    ),
    (
        "{ Backup = \"Daily\" }",
        "{}",
        &["target_tags", "at least one tag"],
    ),
    (
        "interval = 24",
        "interval = 5",
        &["create_rule.interval", "5"],
    ),
    (
        "interval = 24",
        "interval = 24\n interval_unit = \"DAYS\"",
        &["interval_unit", "HOURS"],
    ),
    (
        "[\"03:00\"]",
        "[\"03:00\", \"15:00\"]",
        &["times", "must hold one time"],
    ),
    ("[\"03:00\"]", "[\"24:00\"]", &["times", "24:00"]),
    (
        RHYTHM,
        "cron_expression = \"0 3 * * *\"",
        &["cron_expression", "cron("],
    ),
    (
        RHYTHM,
        "cron_expression = \"cron(0 3 * * * *)\"",
        &["cron_expression", "?"],
    ),
    (
        RHYTHM,
        "cron_expression = \"cron(* * * * ? *)\"",
        &["cron_expression", "every hour"],
    ),
    (
        RHYTHM,
        "cron_expression = \"cron(0 3 29 2 ? *)\"",
        &["cron_expression", "once a year"],
    ),
    (
        RHYTHM,
        "cron_expression = \"cron(0 3 31 2 ? *)\"",
        &["cron_expression", "never fires"],
    ),
    (
        "interval = 24",
        "interval = 24\n cron_expression = \"cron(0 3 * * ? *)\"",
        &["cron_expression", "excludes interval"],
    ),
    (
        RHYTHM,
        "",
        &["create_rule", "needs interval or cron_expression"],
    ),
    ("count = 7", "count = 0", &["count", "must not be 0"]),
    ("count = 7", "count = 1001", &["count", "1 to 1000"]),
    ("count = 7", "count = -1", &["count", "1 to 1000"]),
    (
        "count = 7",
        "",
        &["retain_rule", "needs count, or interval"],
    ),
    (
        "count = 7",
        "interval = 7",
        &["interval_unit", "DAYS, WEEKS, MONTHS or YEARS"],
    ),
    (
        "count = 7",
        "interval = 101\n interval_unit = \"YEARS\"",
        &["interval", "1 to 100 years"],
    ),
    (
        "count = 7",
        "count = 7\n interval = 7\n interval_unit = \"DAYS\"",
        &["count", "excludes interval"],
    ),
    (
        "name = \"daily\"",
        "name = \"daily/nightly\"",
        &["name", "must not contain '/'"],
    ),
    (
        "name = \"daily\"",
        "name = \"daily\"\n variable_tags = { a = \"$(timestamp)\" }",
        &["variable_tags", "instances only"],
    ),
    (
        "policy_details {",
        "tags = { \"holdfast:creating\" = \"x\" }\n policy_details {",
        &["tags", "Reserved tag key"],
    ),
    (
        "policy_details {",
        "tags = { \"aws:x\" = \"x\" }\n policy_details {",
        &["tags", "AWS's own"],
    ),
    (
        "policy_details {",
        "state = \"ERROR\"\n policy_details {",
        &["state", "ENABLED or DISABLED"],
    ),
    (
        "policy_details {",
        "region = \"Frankfurt\"\n policy_details {",
        &["region", "eu-central-1"],
    ),
    (
        "policy_details {",
        "policy_details {\n policy_type = \"IMAGE_MANAGEMENT\"",
        &["policy_type"],
    ),
];

/// When the good policy runs.
const RHYTHM: &str = "interval = 24\n        times    = [\"03:00\"]";

#[test]
fn what_aws_would_reject_is_refused_at_plan_time() -> Result<()> {
    let mut text = String::new();
    for (i, (from, to, _)) in REFUSED.iter().enumerate() {
        let good = policy(&format!("case_{i}"), "");
        ensure!(good.contains(from), "{from} is in the policy");
        text += &good.replacen(from, to, 1);
    }
    on_each_host(|scene| {
        scene.configure(&text)?;
        scene.workdir.init()?;
        let run = scene.workdir.run(&["validate", "-json"])?;
        let report: Value = serde_json::from_str(&run.stdout)?;
        let errors = report["diagnostics"].as_array().context("diagnostics")?;
        for (i, (_, to, words)) in REFUSED.iter().enumerate() {
            let header = format!("resource \"holdfast_dlm_policy\" \"case_{i}\"");
            let found = errors
                .iter()
                .filter(|error| error["snippet"]["context"] == *header);
            let found: Vec<String> = found.map(Value::to_string).collect();
            ensure!(found.len() == 1, "{to}: one error is enough: {found:#?}");
            for word in *words {
                ensure!(
                    found[0].contains(word),
                    "{to}: {word:?} is not in {}",
                    found[0]
                );
            }
        }
        ensure!(errors.len() == REFUSED.len(), "{errors:#?}");
        ensure!(
            scene.sandbox.log().is_empty(),
            "nobody asked AWS: {:?}",
            scene.sandbox.log()
        );
        Ok(())
    })
}

#[test]
fn values_that_are_not_known_yet_are_no_reason_to_complain() -> Result<()> {
    on_each_host(|scene| {
        let text = daily("tags = { Later = terraform_data.later.output }")
            .replace("count = 7", "count = length(terraform_data.later.output)")
            .replace(
                "{ Backup = \"Daily\" }",
                "{ Backup = terraform_data.later.output }",
            );
        scene.configure(
            &(text + "resource \"terraform_data\" \"later\" {\n  input = \"Daily\"\n}\n"),
        )?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        let made = scene.only_policy()?;
        ensure!(
            made["PolicyDetails"]["Schedules"][0]["RetainRule"]["Count"] == 5,
            "{made:#}"
        );
        ensure!(made["Tags"]["Later"] == "Daily", "{made:#}");
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn what_leaves_snapshots_behind_is_warned_of() -> Result<()> {
    on_each_host(|scene| {
        scene.configure(&daily(""))?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        scene.configure(
            &daily("")
                .replace("\"daily\"\n", "\"nightly\"\n")
                .replace("Backup", "Saved"),
        )?;
        let plan = scene.workdir.ok(&["plan", "-no-color"])?.prose();
        ensure!(
            plan.contains("A schedule goes, its snapshots stay"),
            "{plan}"
        );
        ensure!(plan.contains("A target goes, its snapshots stay"), "{plan}");
        Ok(())
    })
}

/// A provider block that cannot work fails an apply with one error that says `words`, and leaves
/// nothing behind.
fn fails_once(scene: &mut Scene, provider: &str, words: &[&str]) -> Result<()> {
    scene.configure_provider(provider, &daily(""))?;
    scene.workdir.init()?;
    let error = scene
        .workdir
        .fails(&["apply", "-auto-approve", "-no-color"])?;
    for word in words {
        ensure!(error.contains(word), "{word:?} is not in {error}");
    }
    let count = error.matches("Error:").count();
    ensure!(count == 1, "{count} errors in {error}");
    ensure!(!error.contains("panic"), "{error}");
    ensure!(scene.sandbox.policies().is_empty());
    Ok(())
}

#[test]
fn a_region_that_does_not_exist_is_one_error() -> Result<()> {
    on_each_host(|scene| {
        fails_once(
            scene,
            "provider \"holdfast\" {\n  region = \"eu central\"\n}\n",
            &["region", "eu-central-1"],
        )
    })
}

#[test]
fn no_region_is_one_error() -> Result<()> {
    on_each_host(|scene| fails_once(scene, "provider \"holdfast\" {}\n", &["region"]))
}

#[test]
fn an_unreachable_endpoint_is_one_error() -> Result<()> {
    on_each_host(|scene| {
        // A port that was free a moment ago: nobody listens there.
        let port = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .port();
        let provider = format!(
            "provider \"holdfast\" {{\n  region = \"eu-central-1\"\n  max_retries = 0\n  endpoints {{\n    \
             dlm = \"http://127.0.0.1:{port}\"\n  }}\n}}\n"
        );
        fails_once(scene, &provider, &["cannot reach AWS", &port.to_string()])
    })
}

#[test]
fn denied_credentials_are_one_error() -> Result<()> {
    on_each_host(|scene| {
        for key in ["DENIED", "INVALID", "EXPIRED"] {
            let provider = format!(
                "provider \"holdfast\" {{\n  region = \"eu-central-1\"\n  access_key = \"{key}\"\n  \
                 secret_key = \"canary-secret-value\"\n}}\n"
            );
            fails_once(scene, &provider, &["AWS"]).context(key)?;
            let error = scene
                .workdir
                .fails(&["apply", "-auto-approve", "-no-color"])?;
            ensure!(!error.contains("canary-secret-value"), "{error}");
        }
        Ok(())
    })
}

#[test]
fn no_log_holds_a_secret() -> Result<()> {
    on_each_host(|scene| {
        let log = scene.workdir.path().join("trace.log");
        scene
            .workdir
            .set("TF_LOG", "trace")
            .set("TF_LOG_PATH", log.as_os_str());
        scene
            .workdir
            .set("AWS_SECRET_ACCESS_KEY", "canary-secret-key");
        scene
            .workdir
            .set("AWS_SESSION_TOKEN", "canary-session-token");
        scene.configure(&daily(""))?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        let text = std::fs::read_to_string(log)?;
        ensure!(
            text.contains("ApplyResourceChange"),
            "the provider's calls are in the log"
        );
        for line in text.lines() {
            ensure!(!line.contains("canary-"), "{line}");
        }
        Ok(())
    })
}

#[test]
fn no_credentials_is_one_error() -> Result<()> {
    on_each_host(|scene| {
        scene
            .workdir
            .unset("AWS_ACCESS_KEY_ID")
            .unset("AWS_SECRET_ACCESS_KEY");
        fails_once(
            scene,
            "provider \"holdfast\" {\n  region = \"eu-central-1\"\n}\n",
            &["credentials"],
        )
    })
}

#[test]
fn another_account_than_allowed_is_one_error() -> Result<()> {
    on_each_host(|scene| {
        let provider = "provider \"holdfast\" {\n  region = \"eu-central-1\"\n  \
                        allowed_account_ids = [\"999999999999\"]\n}\n";
        fails_once(
            scene,
            provider,
            &["999999999999", holdfast_sandbox::ACCOUNT],
        )
    })
}

#[test]
fn the_account_is_not_asked_for_where_that_is_forbidden() -> Result<()> {
    on_each_host(|scene| {
        scene
            .sandbox
            .inject(Fault::AccessDenied.on("sts:*").always());
        let provider = "provider \"holdfast\" {\n  region = \"eu-central-1\"\n  \
                        skip_requesting_account_id = true\n}\n";
        scene.configure_provider(provider, &daily(""))?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        ensure!(
            scene
                .sandbox
                .log()
                .iter()
                .all(|entry| entry.service != "sts")
        );
        Ok(())
    })
}

#[test]
fn started_by_hand_it_explains_itself() -> Result<()> {
    let program = &holdfast_e2e::scene::programs()?.provider;
    let output = std::process::Command::new(program)
        .env_remove("TF_PLUGIN_MAGIC_COOKIE")
        .output()?;
    ensure!(output.status.code() == Some(1), "{}", output.status);
    ensure!(
        output.stdout.is_empty(),
        "nothing but the handshake goes to stdout"
    );
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(text.contains("Terraform"), "{text}");
    Ok(())
}
