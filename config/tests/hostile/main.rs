//! Input that is broken or hostile ends with a sentence, and never with a panic.

mod inputs;
#[path = "../support/planfile.rs"]
mod planfile;
mod plans;
#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write as _;

use insta::assert_snapshot;
use support::{everything, everything_of, outputs, tree, write};
use terraform_config::plan::Plan;
use terraform_config::schema::Schemas;
use terraform_config::{Cache, DiscoverOptions, Inputs, ProblemKind, discover, evaluate};

#[test]
fn bad_files_are_named() {
    let directory = tree(&[
        ("good.tf", "resource \"t\" \"a\" {\n  n = 1\n}\n"),
        ("malformed.tf", "resource \"t\" \"b\" {\n  n = = 1\n}\n"),
        ("malformed.tf.json", "{\"resource\": "),
        ("directory.tf/x", ""),
    ]);
    write(directory.path(), "latin1.tf", b"# ok\n# caf\xe9\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere.tf", directory.path().join("link.tf"))
        .expect("links can be made");
    assert_snapshot!(everything(directory.path(), &Inputs::default()), @r#"
    t.a at good.tf:1:1
      n = 1
    t.b at malformed.tf:1:1
      n = ?dynamic(this expression does not parse)
    Analysis latin1.tf: $DIR/latin1.tf is not UTF-8: see line 2
    Analysis link.tf: $DIR/link.tf is a link to a file that does not exist
    Analysis malformed.tf:2:7: Invalid expression (Expected the start of an expression, but found an invalid expression token.)
    Analysis malformed.tf.json:1:1: Unclosed object (No closing brace was found for this JSON object.)
    "#);
}

#[test]
fn an_empty_directory_is_a_problem() {
    let directory = tree(&[("readme.md", "")]);
    assert_snapshot!(everything(directory.path(), &Inputs::default()), @"Analysis : $DIR holds no Terraform file");
    assert_snapshot!(everything(&directory.path().join("gone"), &Inputs::default()), @"Analysis : the directory $DIR cannot be read: No such file or directory (os error 2)");
    let paths = [directory.path().join("gone"), directory.path().to_owned()];
    let found = discover(&paths, &DiscoverOptions::default(), &Cache::default());
    let kinds: Vec<ProblemKind> = found.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::Usage, ProblemKind::Analysis]);
}

#[test]
fn an_empty_heredoc_swallows_nothing() {
    assert_snapshot!(
        everything_of(&[(
            "main.tf",
            "resource \"t\" \"a\" {\n  a = <<EOT\nEOT\n  backup_enabled = false\n  c = <<EOT\nx\nEOT\n}\n"
        )]),
        @r#"
        t.a at main.tf:1:1
          a = ""
          backup_enabled = false
          c = "x\n"
        "#
    );
}

#[test]
fn marks_and_line_ends_of_other_systems_do_not_matter() {
    assert_snapshot!(
        everything_of(&[(
            "main.tf",
            "\u{feff}resource \"t\" \"a\" {\r\n  a = <<-EOT\r\n    x\r\n  EOT\r\n  b = [\r\n    1, # c\r\n  ]\r\n}\r\n"
        )]),
        @r#"
        t.a at main.tf:1:1
          a = "x\r\n"
          b = [1]
        "#
    );
}

#[test]
fn values_that_grow_without_end_are_stopped() {
    let mut text = String::from("locals {\n  l0 = [1, 2, 3, 4]\n  t0 = \"0123456789\"\n  d0 = 1\n");
    for n in 1..40 {
        let m = n - 1;
        writeln!(text, "  l{n} = [local.l{m}, local.l{m}, local.l{m}]").expect("text grows");
        writeln!(text, "  t{n} = \"${{local.t{m}}}${{local.t{m}}}\"").expect("text grows");
    }
    for n in 1..400 {
        writeln!(text, "  d{n} = [local.d{}]", n - 1).expect("text grows");
    }
    text.push_str("}\noutput \"l\" {\n  value = local.l39\n}\noutput \"t\" {\n  value = local.t39\n}\noutput \"d\" {\n  value = local.d399\n}\n");
    let out = outputs(&text);
    let problems: Vec<&str> = out
        .lines()
        .filter(|line| line.starts_with("Analysis"))
        .collect();
    assert_snapshot!(problems.join("\n"), @r"
    Analysis main.tf:339:10: this holds values nested more than 256 levels deep
    Analysis main.tf:23:30: this holds more than 250000 values
    Analysis main.tf:45:32: this holds more than 250000 values
    Analysis main.tf:67:32: this holds more than 250000 values
    Analysis main.tf:46:24: this text is longer than 16 MiB
    ");
}

#[test]
fn work_that_does_not_end_is_stopped() {
    let text = r#"
locals {
  r = range(1000)
  n = length([for a in local.r : [for b in local.r : [for c in local.r : a + b + c]]])
}
output "n" { value = local.n }
output "text" { value = "%{ for a in local.r }%{ for b in local.r }%{ for c in local.r }x%{ endfor }%{ endfor }%{ endfor }" }
output "fine" { value = 1 }
"#;
    let out = outputs(text);
    assert_snapshot!(out, @r"
    fine = 1
    n = ?dynamic(output.n <- local.n <- local.n is in error)
    text = ?dynamic(output.text <- output.text is too large to look at)
    Analysis main.tf:4:54: this holds more than 250000 values
    Analysis main.tf:7:25: evaluating this root takes more than 5 million steps
    ");
}

#[test]
fn depth_is_stopped() {
    let mut text = String::from("locals {\n  c0 = 1\n");
    for n in 1..9000 {
        writeln!(text, "  c{n} = (local.c{} + 1)", n - 1).expect("text grows");
    }
    text.push_str("}\noutput \"near\" {\n  value = local.c1500\n}\noutput \"far\" {\n  value = local.c8999\n}\n");
    let out = outputs(&text);
    let shown: Vec<&str> = out
        .lines()
        .map(|line| line.get(..120).unwrap_or(line))
        .collect();
    assert_snapshot!(shown.join("\n"), @r"
    far = ?number(local.c7023 <- local.c7022 <- local.c7021 <- local.c7020 <- local.c7019 <- local.c7018 <- local.c7017 <- l
    near = 1501
    Analysis main.tf:7002:12: references and expressions nest more than 4000 levels deep
    ");
}

#[test]
fn modules_that_multiply_are_stopped() {
    let twice = "module \"a\" {\n  source = \"./n\"\n  count  = 100\n}\n";
    assert_snapshot!(
        everything_of(&[
            ("main.tf", twice),
            ("n/main.tf", twice),
            ("n/n/main.tf", "module \"a\" {\n  source = \"./n\"\n  count  = 2\n}\n"),
            ("n/n/n/main.tf", ""),
        ]),
        @r"
        Analysis n/n/main.tf:1:1: this root has more than 10000 module instances
        Analysis n/main.tf:1:1: this root has more than 10000 module instances
        "
    );
    assert_snapshot!(
        everything_of(&[(
            "main.tf",
            "module \"a\" {\n  source = \"./n\"\n  count  = 100\n}\n"
        ), (
            "n/main.tf",
            "resource \"t\" \"a\" {\n  count = 10000\n}\n"
        )]).lines().filter(|line| !line.starts_with("module.a[")).collect::<Vec<_>>().join("\n"),
        @"Analysis n/main.tf:1:1: this root has more than 50000 instances"
    );
}

#[test]
fn problems_without_end_are_told_up_to_a_thousand() {
    let text: String = (0..3_000).map(|at| format!("a{at} = 1\n")).collect();
    let told = everything_of(&[("main.tf", &text)]);
    assert_eq!(told.lines().count(), 1_001);
    assert_snapshot!(told.lines().last().unwrap_or_default(), @"Analysis main.tf: there are more than 1000 problems in this module (the others are not told)");
}

#[test]
fn attributes_that_multiply_with_elements_are_stopped() {
    let attributes: String = (0..1_000)
        .map(|at| format!("a{at} = optional(string, \"x\"), "))
        .collect();
    let elements = "{}, ".repeat(2_000);
    let text = format!(
        "variable \"v\" {{\n  type = list(object({{ {attributes} }}))\n  default = [{elements}]\n}}\noutput \"o\" {{\n  value = var.v\n}}\n"
    );
    assert_snapshot!(outputs(&text), @r"
    o = ?list of object(output.o <- var.v is too large to look at)
    Analysis main.tf:3:13: the value of var.v: this holds more than 250000 values
    ");
}

#[test]
fn a_resource_of_many_arguments_is_overridden() {
    let body = |value: usize| -> String {
        (0..20_000)
            .map(|at| format!("  a{at} = {value}\n"))
            .collect()
    };
    let text = |value| format!("resource \"t\" \"a\" {{\n{}}}\n", body(value));
    let told = everything_of(&[("main.tf", &text(1)), ("x_override.tf", &text(2))]);
    assert_eq!(told.matches(" = 2\n").count(), 20_000);
}

/// About as many bytes as each input has here; `cargo prove hostile` gives them 100 MB.
const BYTES: usize = 12_000;

#[test]
fn what_somebody_wrote_to_break_a_checker_does_not() {
    for input in inputs::sized() {
        let directory = tempfile::tempdir().expect("a scratch directory");
        input
            .write(directory.path(), BYTES)
            .expect("files can be written");
        let cache = Cache::default();
        let paths = [directory.path().to_owned()];
        let found = discover(&paths, &DiscoverOptions::default(), &cache);
        let evaluated = found
            .roots
            .iter()
            .map(|root| evaluate(root, &Inputs::default(), &cache));
        let told: Vec<String> = evaluated
            .flat_map(|evaluated| evaluated.problems)
            .chain(found.problems)
            .map(|problem| problem.message)
            .collect();
        let faults = told
            .iter()
            .filter(|message| message.contains("a fault in this program"));
        assert_eq!(faults.count(), 0, "{}: {told:#?}", input.name);
    }
}

#[test]
fn hostile_plans_end_with_a_plan_or_a_sentence() {
    for input in plans::inputs() {
        let bytes = (input.bytes)(100_000);
        let read = Plan::from_bytes(&bytes, &Schemas::default());
        if let Err(error) = read {
            let (name, said) = (input.name, error.to_string());
            let is_sentence = !said.is_empty() && said.len() < 500;
            assert!(is_sentence, "{}: {name}: {said}", input.file);
        }
    }
}
