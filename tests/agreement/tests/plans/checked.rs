//! The checker on clusters and their plans: whichever way they come, the same findings.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, ensure};
use holdfast_agreement::host::Stubs;
use holdfast_agreement::plans::{Made, Ways, checked, make};
use holdfast_e2e::hosts::{self, Kind};
use holdfast_e2e::programs::{self, repository};
use holdfast_e2e::{Host, Workdir};
use serde_json::{Value as Json, json};

/// Where an unpacked mirror of the real provider is.
const MIRROR: &str = "HOLDFAST_RANCHER2_MIRROR";

/// Configurations of `config/tests/fixtures/plans` that today's provider plans.
const FOLDERS: [&str; 8] = [
    "all-in-one-spot",
    "dynamic-etcd-unknown",
    "modules",
    "no-etcd-block",
    "pool-per-zone-mixed",
    "retention-null-gated",
    "split-one-zone",
    "yaml-driven",
];

/// Of plan JSON alone nobody can tell a block that is absent from one that is unknown.
const READ_AS_ABSENT: [&str; 2] = ["dynamic-etcd-unknown", "no-etcd-block"];

/// Built once however many tests ask.
fn checker() -> Result<&'static Path> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| programs::checker().map_err(|error| format!("{error:#}")));
    match built {
        Ok(program) => Ok(program),
        Err(error) => Err(anyhow!("{error}")),
    }
}

fn on_each_host(test: impl Fn(&Host, &Stubs) -> Result<()>) -> Result<()> {
    let hosts = hosts::for_tests()?;
    if hosts.is_empty() {
        return Ok(());
    }
    let stubs = Stubs::new()?;
    for host in hosts {
        test(&host, &stubs).with_context(|| format!("on {host}"))?;
    }
    Ok(())
}

/// The sources of a folder, without its plans.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let is_source = path
            .extension()
            .is_some_and(|it| it == "tf" || it == "yaml");
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else if is_source {
            fs::copy(path, to.join(name))?;
        }
    }
    Ok(())
}

fn configure(workdir: &Workdir, folder: &str) -> Result<()> {
    let plans = repository().join("config/tests/fixtures/plans");
    copy(&plans.join(folder), &workdir.path())?;
    workdir.init().map(drop)
}

/// Plans a folder and checks it.
fn folder(workdir: &Workdir, name: &str) -> Result<Ways> {
    configure(workdir, name)?;
    let ways = Ways::of(workdir, checker()?, &make(workdir, "p", &[])?)?;
    match READ_AS_ABSENT.contains(&name) {
        true => ways.agree_but_alone()?,
        false => ways.agree()?,
    }
    Ok(ways)
}

/// Where something is read as absent that may be there, the message says so.
fn tells_what_it_does_not_know(ways: &Ways) -> Result<()> {
    let said = &ways.alone.findings;
    let is_told = |it: &Json| {
        let message = it["message"].as_str().unwrap_or_default();
        message.ends_with("unless a dynamic block sets it: pass --source")
    };
    ensure!(said.iter().any(is_told), "{said:?}");
    Ok(())
}

#[test]
fn plans_of_the_real_provider_are_judged_as_their_configurations() -> Result<()> {
    let Some(mirror) = std::env::var_os(MIRROR) else {
        eprintln!("skipped: {MIRROR} names no mirror of the real provider");
        return Ok(());
    };
    let cli = tempfile::NamedTempFile::new()?;
    let mirror = Path::new(&mirror).display().to_string();
    let text = format!(
        "provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n"
    );
    fs::write(cli.path(), text)?;
    for host in hosts::for_tests()? {
        for name in FOLDERS {
            let workdir = Workdir::with_cli_configuration(&host, cli.path())?;
            let ways = folder(&workdir, name).with_context(|| format!("{name} on {host}"))?;
            if READ_AS_ABSENT.contains(&name) {
                tells_what_it_does_not_know(&ways).with_context(|| format!("{name} on {host}"))?;
            }
        }
    }
    Ok(())
}

#[test]
fn plans_of_a_stub_are_judged_as_their_configurations() -> Result<()> {
    on_each_host(|host, stubs| {
        for name in FOLDERS {
            let workdir = stubs.workdir(host)?;
            folder(&workdir, name).with_context(|| name.to_owned())?;
        }
        Ok(())
    })
}

/// What is said of a plan, each way, is what is said of the directory, with this exit code.
fn judged(workdir: &Workdir, made: &Made, code: i32) -> Result<()> {
    let ways = Ways::of(workdir, checker()?, made)?;
    ensure!(!ways.written.findings.is_empty(), "{:?}", ways.written);
    for (way, said) in ways.planned() {
        let (found, written) = (&said.said, &ways.written.said);
        ensure!(
            found == written,
            "{way}: {found:?}\nwritten: {written:?}\n{:?}",
            said.undecided
        );
        let errors = &said.errors;
        ensure!(said.code == Some(code), "{way}: {:?} {errors:?}", said.code);
    }
    Ok(())
}

/// A stub makes up the kind of a machine configuration; Rancher names it after its block.
fn name_kinds(workdir: &Workdir) -> Result<()> {
    let address = "rancher2_machine_config_v2.all_in_one";
    let made = workdir.state(address)?.context("a machine configuration")?;
    let kind = made["kind"].as_str().context("its kind")?;
    let path = workdir.path().join("terraform.tfstate");
    let state = fs::read_to_string(&path)?.replace(kind, "Amazonec2Config");
    Ok(fs::write(path, state)?)
}

#[test]
fn whatever_becomes_of_a_cluster_it_is_judged_by_what_will_be() -> Result<()> {
    on_each_host(|host, stubs| {
        let workdir = stubs.workdir(host)?;
        configure(&workdir, "all-in-one-spot")?;
        let plan = |name: &str, arguments: &[&str], code: i32| -> Result<()> {
            let made = make(&workdir, name, arguments)?;
            judged(&workdir, &made, code).with_context(|| format!("plan {name:?}"))
        };
        plan("create", &[], 1)?;
        workdir.apply()?;
        name_kinds(&workdir)?;
        plan("unchanged", &[], 1)?;
        plan("replace", &["-replace=rancher2_cluster_v2.k3s"], 1)?;
        let text = fs::read_to_string(workdir.path().join("main.tf"))?;
        let retention = "snapshot_retention     = 10";
        ensure!(text.contains(retention), "{text}");
        workdir.write(
            "main.tf",
            &text.replace(retention, "snapshot_retention     = 11"),
        )?;
        plan("update", &[], 1)?;
        workdir.write("main.tf", &text.replace("\"k3s\"", "\"moved\""))?;
        let moved =
            "moved {\n  from = rancher2_cluster_v2.k3s\n  to = rancher2_cluster_v2.moved\n}\n";
        workdir.write("moved.tf", moved)?;
        plan("moved", &[], 1)?;

        // What goes is no cluster any more.
        let made = make(&workdir, "destroy", &["-destroy"])?;
        for (way, said) in Ways::of(&workdir, checker()?, &made)?.planned() {
            ensure!(said.findings.is_empty(), "{way}: {:?}", said.findings);
            ensure!(
                said.code == Some(0),
                "{way}: {:?} {:?}",
                said.code,
                said.errors
            );
        }
        Ok(())
    })
}

#[test]
fn a_partial_plan_is_never_clean_and_its_findings_are_printed() -> Result<()> {
    on_each_host(|host, stubs| {
        let workdir = stubs.workdir(host)?;
        configure(&workdir, "all-in-one-spot")?;
        let made = make(&workdir, "target", &["-target=rancher2_cluster_v2.k3s"])?;
        let ways = Ways::of(&workdir, checker()?, &made)?;
        for (way, said) in ways.planned() {
            // OpenTofu's JSON does not say that something is left out.
            let is_told = host.kind == Kind::Terraform || way == "binary";
            let code = if is_told { 3 } else { 1 };
            ensure!(
                said.code == Some(code),
                "{way}: {:?} {:?}",
                said.code,
                said.errors
            );
            let partial = said.errors.iter().any(|it| it.contains("partial plan"));
            ensure!(partial == is_told, "{way}: {:?}", said.errors);
            ensure!(!said.findings.is_empty(), "{way}: the findings are printed");
        }

        let check = "resource \"terraform_data\" \"refuses\" {\n  lifecycle {\n    precondition {\n      \
                     condition     = var.refuses\n      error_message = \"No.\"\n    }\n  }\n}\n\
                     variable \"refuses\" {\n  default = false\n}\n";
        workdir.write("refuses.tf", check)?;
        workdir.init()?;
        let made = make(&workdir, "errored", &[])?;
        ensure!(!made.succeeded, "planning fails");
        for (way, said) in Ways::of(&workdir, checker()?, &made)?.planned() {
            ensure!(
                said.code == Some(3),
                "{way}: {:?} {:?}",
                said.code,
                said.errors
            );
            ensure!(!said.errors.is_empty(), "{way}");
        }
        Ok(())
    })
}

/// No released host defers changes: what a later one will write is written here, as Terraform's
/// sources lay it out.
#[test]
fn a_plan_that_defers_a_cluster_is_partial() -> Result<()> {
    on_each_host(|host, stubs| {
        if host.kind != Kind::Terraform {
            return Ok(());
        }
        let workdir = stubs.workdir(host)?;
        configure(&workdir, "yaml-driven")?;
        let mut shown = make(&workdir, "p", &[])?.shown;
        let changes = shown["resource_changes"].as_array_mut();
        let changes = changes.context("resource_changes")?;
        let is_green = |it: &Json| it["address"] == "rancher2_cluster_v2.c[\"green\"]";
        let at = changes.iter().position(is_green).context("a cluster")?;
        let change = changes.remove(at);
        shown["deferred_changes"] =
            json!([{ "reason": "provider_config_unknown", "resource_change": change }]);
        shown["complete"] = json!(false);
        workdir.write("deferred.json", &shown.to_string())?;
        for arguments in [
            &["deferred.json"][..],
            &["deferred.json", "--source", "."][..],
        ] {
            let said = checked(checker()?, &workdir.path(), arguments, None)?;
            ensure!(said.code == Some(3), "{said:?}");
            let told = said
                .errors
                .iter()
                .any(|it| it.contains("1 change is deferred"));
            ensure!(told, "{:?}", said.errors);
        }
        Ok(())
    })
}

#[test]
fn an_encrypted_plan_says_so() -> Result<()> {
    on_each_host(|host, stubs| {
        if host.kind != Kind::OpenTofu {
            return Ok(());
        }
        let workdir = stubs.workdir(host)?;
        let encryption = r#"
terraform {
  encryption {
    key_provider "pbkdf2" "key" {
      passphrase = "correct horse battery staple"
    }
    method "aes_gcm" "plan" {
      keys = key_provider.pbkdf2.key
    }
    plan {
      method   = method.aes_gcm.plan
      enforced = true
    }
  }
}
"#;
        workdir.write("encryption.tf", encryption)?;
        configure(&workdir, "all-in-one-spot")?;
        let made = make(&workdir, "secret", &[])?;
        let said = checked(checker()?, &workdir.path(), &["secret.tfplan"], None)?;
        ensure!(said.code == Some(3), "{said:?}");
        let [error] = said.errors.as_slice() else {
            anyhow::bail!("{said:?}");
        };
        ensure!(
            error.contains("encrypted") && error.contains("tofu show -json"),
            "{error}"
        );
        // The way out that it names.
        workdir.write("secret.json", &made.text)?;
        let said = checked(checker()?, &workdir.path(), &["secret.json"], None)?;
        ensure!(
            said.code == Some(1) && !said.findings.is_empty(),
            "{said:?}"
        );
        Ok(())
    })
}
