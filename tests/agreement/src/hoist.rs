//! Values put elsewhere: the expression that stands for them reads a local, a variable, a file, a
//! template or the output of a module.

use serde_json::{Value as Json, json};

use crate::code::Block;
use crate::expr::Expr;
use crate::kind::Kind;
use crate::scope::{Argument, Env, Scope};
use crate::yaml;

/// Puts a value elsewhere. What cannot be carried there is replaced by a constant: the value of
/// that kind is what matters.
pub(crate) fn hoist(scope: &mut Scope, value: Expr, kind: &Kind, lines: bool, plain: bool) -> Expr {
    let value = value.of_kind(kind);
    // Constants of a file or variable have no sets inside.
    let has_set = kind.has_set() && *kind != Kind::Set;
    let choice = if lines || has_set {
        0
    } else {
        scope.random.below(12)
    };
    let hoisted = match choice {
        0..5 => scope.local("l", value),
        5 => with_default(scope, kind),
        6 | 7 => given(scope, kind, plain),
        8 if !kind.has_set() => data_file(scope, kind),
        9 if *kind == Kind::Text => template(scope, plain),
        10 => local_twice(scope, value),
        _ => through_module(scope, &value, kind),
    };
    let hoisted = hoisted.of_kind(kind);
    scope.remember(&hoisted);
    hoisted
}

/// A local of a local, or one field of an object of several.
fn local_twice(scope: &mut Scope, value: Expr) -> Expr {
    let inner = scope.local("l", value);
    let object = Expr::made("{ first = «», second = [«»] }", &[&inner, &inner]).linked(&inner);
    let outer = scope.local("l", object);
    let path = *scope.random.pick(&[".first", ".second[0]", "[\"first\"]"]);
    Expr::instead(format!("{}{path}", outer.text()), &outer)
}

/// A variable with a default.
fn with_default(scope: &mut Scope, kind: &Kind) -> Expr {
    let name = scope.fresh("v");
    let mut variable = Block::new("variable", &[&name]);
    if scope.random.chance(70) {
        variable.set("type", constraint(&kind.constraint()));
    } else if *kind == Kind::Set {
        variable.set("type", constraint("set(string)"));
    }
    let default = scope.constant(kind);
    variable.set("default", Expr::literal(default));
    scope.blocks.push(variable);
    Expr::raw(format!("var.{name}")).form("variable-default")
}

/// A variable that the caller sets, with conversions on the way.
fn given(scope: &mut Scope, kind: &Kind, plain: bool) -> Expr {
    let name = scope.fresh("v");
    let mut variable = Block::new("variable", &[&name]);
    let mut value = scope.constant(kind);
    let mut wanted = kind.constraint();
    let mut form = "variable-given";
    if *kind == Kind::Pool && scope.random.chance(60) {
        wanted = "object({ name = string, n = optional(number, 3), on = optional(bool), \
                  zone = optional(string, \"z\"), tags = optional(map(string), {}) })"
            .to_owned();
        // `on` without a default is null, which is no bool to compute with.
        form = "variable-optional";
        for name in ["n", "zone", "tags"] {
            if scope.random.chance(50)
                && let Some(entries) = value.as_object_mut()
            {
                entries.remove(name);
            }
        }
    } else if scope.random.chance(30) {
        value = loosened(value);
    }
    if *kind == Kind::Bool || *kind == Kind::Number || scope.random.chance(80) {
        variable.set("type", constraint(&wanted));
    } else {
        // Without a type the value stays what the caller wrote.
        value = scope.constant(kind);
        wanted = "any".to_owned();
        if *kind == Kind::Set {
            wanted = kind.constraint();
            variable.set("type", constraint(&wanted));
        }
    }
    match scope.random.below(8) {
        0 => variable.set("nullable", Expr::literal(json!(false))),
        1 => variable.set("default", Expr::literal(Json::Null)),
        _ => {}
    }
    let sensitive = !plain && scope.random.chance(8);
    if sensitive {
        variable.set("sensitive", Expr::literal(json!(true)));
        form = "variable-sensitive";
    }
    scope.blocks.push(variable);
    let argument = Argument {
        name: name.clone(),
        constraint: wanted,
        value,
        gate: false,
    };
    scope.arguments.push(argument);
    let mut reference = Expr::raw(format!("var.{name}")).form(form);
    reference.facts.sensitive = sensitive;
    reference
}

/// A value of another type that converts to the same: `"10"` for 10.
fn loosened(value: Json) -> Json {
    match value {
        Json::Number(number) => json!(number.to_string()),
        Json::Bool(flag) => json!(flag.to_string()),
        Json::String(text) if text == "10" => json!(10),
        Json::String(text) if text == "true" => json!(true),
        Json::Array(items) => items.into_iter().map(loosened).collect(),
        other => other,
    }
}

/// A JSON or YAML file.
fn data_file(scope: &mut Scope, kind: &Kind) -> Expr {
    let value = scope.constant(kind);
    let document = json!({ "about": "a data file", "nested": { "list": [null, value] } });
    let name = scope.fresh("data");
    let (file, read, text) = match scope.random.below(3) {
        0 => (
            format!("{name}.json"),
            "jsondecode",
            format!("{document:#}"),
        ),
        1 => (format!("{name}.yaml"), "yamldecode", yaml::flow(&document)),
        _ => (format!("{name}.yaml"), "yamldecode", yaml::block(&document)),
    };
    scope.texts.insert(file.clone(), text);
    let form = if read == "jsondecode" {
        "file-json"
    } else {
        "file-yaml"
    };
    let decoded = Expr::raw(format!("{read}(file(\"${{path.module}}/{file}\"))")).form(form);
    let decoded = if scope.random.chance(50) {
        scope.local("file", decoded)
    } else {
        decoded
    };
    Expr::made("«».nested.list[1]", &[&decoded])
}

/// A template file.
fn template(scope: &mut Scope, plain: bool) -> Expr {
    let name = format!("{}.tftpl", scope.fresh("t"));
    let body = *scope.random.pick(&[
        "#!/bin/sh\nexec k3s server --token ${a} %{ if on }--cluster-init%{ endif }\n",
        "%{ for i, x in list ~}\n${i}: ${upper(x)} ${a}\n%{ endfor ~}\n",
        "#cloud-config\nwrite_files:\n- content: ${jsonencode({ a = a, list = list })}\n",
        "$${literal} ${on ? a : \"none\"} ${length(list)}",
    ]);
    scope.texts.insert(name.clone(), body.to_owned());
    let env = Env {
        plain,
        ..Env::default()
    };
    let a = scope.express(&Kind::Text, &env);
    let list = scope.express(&Kind::list(Kind::Text, false), &env);
    let on = scope.express(&Kind::Bool, &env);
    let text =
        format!("templatefile(\"${{path.module}}/{name}\", {{ a = «», list = «», on = «» }})");
    let value = Expr::made(&text, &[&a, &list, &on]).form("template-file");
    scope.local("l", value)
}

/// In and out of a module.
pub(crate) fn through_module(scope: &mut Scope, value: &Expr, kind: &Kind) -> Expr {
    let name = scope.fresh("m");
    let mut child = scope.child(&name);
    let mut variable = Block::new("variable", &["in"]);
    if child.random.chance(50) {
        variable.set("type", constraint(&kind.constraint()));
    }
    child.blocks.push(variable);
    let inside = Expr::instead("var.in", value);
    let inside = match child.random.below(4) {
        0 => child.local("l", inside),
        1 => Expr::made("[«»][0]", &[&inside]),
        2 => Expr::made("{ only = «» }.only", &[&inside]),
        _ => inside,
    };
    child
        .blocks
        .push(Block::new("output", &["out"]).with("value", inside));
    let mut call = scope.adopt(&name, child).with("in", value.clone());
    let at = match scope.random.below(4) {
        0 => {
            call.set("count", Expr::literal(json!(1)));
            "[0]"
        }
        1 => {
            call.set("for_each", Expr::raw("toset([\"a\", \"b\"])"));
            "[\"a\"]"
        }
        _ => "",
    };
    scope.blocks.push(call);
    Expr::instead(format!("module.{name}{at}.out"), value).form("module-output")
}

/// A type constraint.
pub(crate) fn constraint(text: &str) -> Expr {
    Expr::keyword(text, json!(text))
}
