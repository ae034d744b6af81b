//! Every shape that a schema can have, where the schemas of the others have only some.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::{Served, change, on_each_host, whole_life};

/// A resource with nested attributes and blocks of every nesting mode; `VERSION` is its schema's.
const SCHEMA: &str = r#"{"format_version": "1.0", "provider_schemas": {"example.com/test/shapes": {
  "provider": {"version": 0, "block": {"attributes": {"token": {"type": "string", "optional": true}}}},
  "resource_schemas": {"shapes_all": {"version": VERSION, "block": {
    "attributes": {
      "id": {"type": "string", "computed": true},
      "any": {"type": "dynamic", "optional": true, "computed": true},
      "pair": {"type": ["tuple", ["string", "number"]], "computed": true},
      "secret": {"type": "string", "optional": true, "sensitive": true, "deprecated": true,
        "description": "Of **no** use."},
      "one": {"optional": true, "nested_type": {"nesting_mode": "single", "attributes": INNER}},
      "few": {"optional": true, "nested_type": {"nesting_mode": "list", "attributes": INNER}},
      "bag": {"optional": true, "nested_type": {"nesting_mode": "set", "attributes": INNER}},
      "named": {"optional": true, "computed": true,
        "nested_type": {"nesting_mode": "map", "attributes": INNER}}
    },
    "block_types": {
      "single": {"nesting_mode": "single", "block": {"attributes": INNER}},
      "list": {"nesting_mode": "list", "block": {"attributes": INNER}, "max_items": 2},
      "set": {"nesting_mode": "set", "block": {"attributes": INNER}},
      "map": {"nesting_mode": "map", "block": {"attributes": INNER}}
    }
  }}}
}}}"#;

const INNER: &str = r#"{"name": {"type": "string", "required": true},
    "serial": {"type": "number", "computed": true},
    "note": {"type": "string", "optional": true, "computed": true}}"#;

pub(crate) fn schema(version: u32) -> String {
    SCHEMA
        .replace("VERSION", &version.to_string())
        .replace("INNER", INNER)
}

const CONFIGURATION: &str = r#"
terraform {
  required_providers {
    shapes = {
      source = "example.com/test/shapes"
    }
  }
}

resource "shapes_all" "bare" {}

resource "shapes_all" "full" {
  any    = { text = "a", list = [1, "b"] }
  secret = shapes_all.bare.id
  one    = { name = "a" }
  few    = [{ name = "b" }, { name = "c", note = "mine" }]
  bag    = [{ name = "d" }, { name = shapes_all.bare.id }]
  named  = { e = { name = "e" } }
  single {
    name = "f"
  }
  list {
    name = "g"
  }
  list {
    name = shapes_all.bare.id
  }
  set {
    name = "h"
  }
  set {
    name = "i"
  }
  map "j" {
    name = "k"
  }
}
"#;

#[test]
fn every_nesting_lives_its_whole_life() -> Result<()> {
    let json = schema(0);
    let served: [Served<'_>; 1] = [("example.com/test/shapes", "1.0.0", &json)];
    on_each_host(&served, |workdir| {
        workdir.write("main.tf", CONFIGURATION)?;
        workdir.init()?;
        let plan = workdir.plan_json(&[])?;
        let full = change(&plan, "shapes_all.full")?;
        let (after, unknown) = (&full["after"], &full["after_unknown"]);
        ensure!(after["few"][1]["note"] == json!("mine"), "{after}");
        for at in [
            "/few/0/note",
            "/one/serial",
            "/named/e/serial",
            "/single/note",
            "/list/1/name",
            "/set/0/serial",
            "/map/j/serial",
        ] {
            ensure!(unknown.pointer(at) == Some(&json!(true)), "{at}: {unknown}");
        }
        whole_life(workdir)
    })
}

#[test]
fn an_older_state_is_taken_over() -> Result<()> {
    let (old, new) = (schema(0), schema(3));
    let served: [Served<'_>; 2] = [
        ("example.com/test/shapes", "1.0.0", &old),
        ("example.com/test/shapes", "2.0.0", &new),
    ];
    on_each_host(&served, |workdir| {
        let pinned = |version: &str| {
            let source = "source = \"example.com/test/shapes\"";
            CONFIGURATION.replace(source, &format!("{source}\nversion = \"{version}\""))
        };
        workdir.write("main.tf", &pinned("1.0.0"))?;
        workdir.init()?;
        workdir.apply()?;
        let before = workdir
            .state("shapes_all.full")?
            .context("it is in state")?;

        workdir.write("main.tf", &pinned("2.0.0"))?;
        workdir.ok(&["init", "-upgrade", "-no-color"])?;
        workdir.plan_is_empty()?;
        workdir.apply()?;
        let after = workdir
            .state("shapes_all.full")?
            .context("it is in state")?;
        ensure!(before == after, "{before}\n{after}");
        Ok(())
    })
}
