//! Many cases in one root module, with variables from every place that Terraform reads them from.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::{Map, Value as Json, json};
use terraform_config::{Dialect, Inputs, VarInput};

use crate::case::{Case, versions};
use crate::code::{Block, native};
use crate::expr::{Expr, hcl};
use crate::hoist::constraint;
use crate::random::Random;
use crate::vocabulary::{PROVIDERS, vocabulary};

/// A root module that calls every case.
#[derive(Debug)]
pub struct Root {
    /// The cases.
    pub cases: Vec<Case>,
    /// Files beside the cases' directories.
    files: Vec<(String, String)>,
    /// Arguments of the command line, after the subcommand.
    pub arguments: Vec<String>,
    /// Variables of the environment.
    pub environment: Vec<(String, String)>,
}

/// Where values of root variables are given.
#[derive(Default)]
struct Given {
    tfvars: String,
    tfvars_json: Map<String, Json>,
    auto: String,
    auto_json: Map<String, Json>,
    file: String,
    command_line: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Root {
    /// A root of these cases; the seed decides how they are called.
    pub fn new(cases: Vec<Case>, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let all: BTreeSet<String> = PROVIDERS.iter().map(|it| it.name.to_owned()).collect();
        let mut blocks = vec![versions(&all)];
        let mut given = Given::default();
        for case in &cases {
            blocks.extend(call(&mut random, case, &mut given));
        }
        given.finish(cases, &blocks)
    }

    /// Writes everything into a directory.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, directory: &Path) -> Result<()> {
        let cases = directory.join("cases");
        if cases.exists() {
            fs::remove_dir_all(&cases)?;
        }
        for (name, text) in &self.files {
            write(&directory.join(name), text)?;
        }
        for case in &self.cases {
            for (name, text) in case.texts() {
                write(&cases.join(&case.name).join(name), &text)?;
            }
        }
        Ok(())
    }

    /// Sets one more variable, after all others.
    pub fn set(&mut self, variable: &str, value: bool) {
        self.arguments.push(format!("-var={variable}={value}"));
    }

    /// The same for our evaluator.
    pub fn inputs(&self, directory: &Path, dialect: Dialect) -> Inputs {
        let variables = self.arguments.iter().filter_map(|argument| {
            if let Some(file) = argument.strip_prefix("-var-file=") {
                return Some(VarInput::File(directory.join(file)));
            }
            let (name, text) = argument.strip_prefix("-var=")?.split_once('=')?;
            let (name, text) = (name.to_owned(), text.to_owned());
            Some(VarInput::Value { name, text })
        });
        Inputs {
            variables: variables.collect(),
            environment: self.environment.clone(),
            dialect: Some(dialect),
            schemas: Arc::clone(&vocabulary().schemas),
            ..Inputs::default()
        }
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The `module` block of a case, and the root variables that it is called with.
fn call(random: &mut Random, case: &Case, given: &mut Given) -> Vec<Block> {
    let source = format!("./cases/{}", case.name);
    let mut call = Block::new("module", &[&case.name]).with("source", Expr::string(&source));
    match random.below(10) {
        0 => call.set("count", Expr::literal(json!(random.between(1, 2)))),
        1 => call.set("for_each", Expr::raw("toset([\"blue\", \"green\"])")),
        2 => call.set("for_each", Expr::literal(json!({"a": 1}))),
        _ => {}
    }
    let mut blocks = Vec::new();
    for argument in &case.arguments {
        if random.chance(30) {
            call.set(&argument.name, Expr::literal(argument.value.clone()));
            continue;
        }
        let name = format!("{}_{}", case.name, argument.name);
        let mut variable = Block::new("variable", &[&name]);
        if argument.constraint != "any" || random.chance(50) {
            variable.set("type", constraint(&argument.constraint));
        }
        let value = &argument.value;
        if random.chance(if argument.gate { 60 } else { 15 }) {
            variable.set("default", Expr::literal(value.clone()));
        } else {
            given.give(random, &name, value, &argument.constraint);
        }
        call.set(&argument.name, Expr::raw(format!("var.{name}")));
        blocks.push(variable);
    }
    blocks.push(call);
    blocks
}

impl Given {
    /// Gives a value in some place, and now and then another one where it must not win.
    fn give(&mut self, random: &mut Random, name: &str, value: &Json, constraint: &str) {
        // As text, a simple value stands for itself and any other is an expression; without a type
        // everything would be text.
        let text = match (value, constraint) {
            (_, "any") => None,
            (Json::String(text), "string" | "number" | "bool") => Some(text.clone()),
            (value, "string" | "number" | "bool") => Some(value.to_string()),
            _ => Some(hcl(value)),
        };
        let line = format!("{name} = {}\n", hcl(value));
        let wins = random.below(7);
        // Text that stands for a number or bool has no other text that does.
        let loses = random.chance(20) && (constraint == "string" || !value.is_string());
        match (wins, text) {
            (0, Some(text)) => self.command_line.push(format!("-var={name}={text}")),
            (1, _) => self.file.push_str(&line),
            (2, _) => {
                self.auto_json.insert(name.to_owned(), value.clone());
            }
            (3, _) => self.auto.push_str(&line),
            (4, _) => {
                self.tfvars_json.insert(name.to_owned(), value.clone());
            }
            (5, Some(text)) => {
                self.environment.push((format!("TF_VAR_{name}"), text));
                return;
            }
            _ => self.tfvars.push_str(&line),
        }
        if loses && wins < 4 && !self.tfvars.contains(&line) {
            // A wrong value of the same type in a place that counts less.
            self.tfvars
                .push_str(&format!("{name} = {}\n", hcl(&other(value))));
        }
    }

    fn finish(self, cases: Vec<Case>, blocks: &[Block]) -> Root {
        let mut arguments = vec!["-var-file=given.tfvars".to_owned()];
        arguments.extend(self.command_line);
        Root {
            cases,
            files: vec![
                ("main.tf".to_owned(), native(blocks)),
                ("terraform.tfvars".to_owned(), self.tfvars),
                (
                    "terraform.tfvars.json".to_owned(),
                    format!("{:#}\n", Json::Object(self.tfvars_json)),
                ),
                ("a.auto.tfvars".to_owned(), self.auto),
                (
                    "b.auto.tfvars.json".to_owned(),
                    format!("{:#}\n", Json::Object(self.auto_json)),
                ),
                ("given.tfvars".to_owned(), self.file),
            ],
            arguments,
            environment: self.environment,
        }
    }
}

fn other(value: &Json) -> Json {
    match value {
        Json::String(text) => json!(format!("not {text}")),
        Json::Bool(flag) => json!(!flag),
        Json::Number(_) => json!(77),
        kept => kept.clone(),
    }
}
