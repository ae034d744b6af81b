//! Blocks and attributes of a plan as JSON alone, beside what its configuration says.

use std::sync::Arc;

use terraform_config::instance::Mode;
use terraform_config::schema::Schemas;

use super::links::{alone, text};

/// A type with one attribute and one block of each nesting, and all of it in every block.
fn schemas() -> Arc<Schemas> {
    let attributes = r#""attributes":{"name":{"type":"string","optional":true},
        "tags":{"type":["map","string"],"optional":true},
        "filled":{"type":"string","optional":true,"computed":true}}"#;
    let nested = |mode: &str| format!(r#"{{"nesting_mode":"{mode}","block":{{{attributes}}}}}"#);
    let (list, set) = (nested("list"), nested("set"));
    let (single, map) = (nested("single"), nested("map"));
    let text = format!(
        r#"{{"block":{{{attributes},"block_types":{{"list":{list},"set":{set},"single":{single},
            "map":{map},"one":{{"nesting_mode":"list","max_items":1,"block":{{{attributes}}}}}}}}}}}"#
    );
    let mut schemas = Schemas::default();
    let added = schemas.add_resource(Mode::Managed, "x_y", &text);
    added.expect("this is a schema");
    Arc::new(schemas)
}

/// The instances of a plan of `x_y.a`: its change, and the expressions of its configuration.
fn read(change: &str, expressions: &str) -> String {
    let json = format!(
        r#"{{"format_version":"1.2","resource_changes":[
            {{"address":"x_y.a","provider_name":"r/n/x","change":{{"actions":["update"],{change}}}}},
            {{"address":"x_y.b","provider_name":"r/n/x","change":{{"actions":["create"],
                "after":{{"tags":{{}}}},"after_unknown":{{"name":true,"filled":true}}}}}},
            {{"address":"x_y.gone","change":{{"actions":["delete"],"before":{{"name":"g"}}}}}},
            {{"address":"x_y.b","deposed":"0","change":{{"actions":["delete"]}}}}],
          "configuration":{{"provider_config":{{"k":{{"name":"x","alias":"far"}}}},"root_module":{{
            "resources":[{{"mode":"managed","type":"x_y","name":"a","provider_config_key":"k",
              "expressions":{expressions}}},
             {{"mode":"managed","type":"x_y","name":"b","expressions":{{"name":{{}}}}}}]}}}}}}"#
    );
    let instances = alone(json.as_bytes(), schemas());
    let addresses: Vec<String> = instances.iter().map(|it| it.address.to_string()).collect();
    assert_eq!(addresses, ["x_y.a", "x_y.b"]);
    assert_eq!(instances[0].provider.alias.as_deref(), Some("far"));
    text(&instances[..1])
}

const OF_B: &str = r#"{"references":["x_y.b.name","x_y.b"]}"#;

#[test]
fn what_nobody_wrote_is_left_out_whatever_the_provider_makes_of_it() {
    let after = r#""after":{"name":"n","filled":"by the provider","tags":null}"#;
    let text = read(after, r#"{"name":{"constant_value":"n"}}"#);
    insta::assert_snapshot!(text);
    let unknown = r#""after":{},"after_unknown":{"name":true,"filled":true}"#;
    insta::assert_snapshot!(read(unknown, &format!(r#"{{"name":{OF_B}}}"#)));
}

#[test]
fn blocks_that_are_written_are_told_apart_where_that_is_sure() {
    let block = |name: &str| format!(r#"{{"name":"{name}","filled":"f"}}"#);
    let (a, b) = (block("a"), block("b"));
    let after = format!(
        r#""after":{{"list":[{a},{b}],"set":[{a},{b}],"single":{a},"map":{{"x":{a},"y":{b}}},"one":[{a}]}}"#
    );
    let expressions = r#"{"list":[{"name":{}},{"name":{}}],"set":[{"name":{}},{"name":{}}],
        "single":{"name":{}},"map":{"y":{"name":{}},"x":{"name":{}}},"one":[{"name":{}}]}"#;
    insta::assert_snapshot!(read(&after, expressions));
}

#[test]
fn blocks_beside_those_of_a_dynamic_block_are_not_told_apart() {
    let after = r#""after":{"list":[{"name":"a"},{}]},"after_unknown":{"list":[{},{"name":true}]}"#;
    let expressions = format!(r#"{{"list":[{{"name":{OF_B}}}]}}"#);
    insta::assert_snapshot!(read(after, &expressions));
}

#[test]
fn what_is_not_written_but_was_there_before_may_be_the_provider_s() {
    let change = r#""before":{"list":[{"name":"a"}]},"after":{"list":[{"name":"a"}]}"#;
    insta::assert_snapshot!(read(change, "{}"));
    let change = r#""before":{"list":[{"name":"a"}]},"after":{"list":[{"name":"b"}]}"#;
    insta::assert_snapshot!(read(change, "{}"));
}

#[test]
fn an_unknown_block_is_what_is_written_or_absent() {
    let unknown = r#""after":{},"after_unknown":{"list":true,"one":true,"single":true}"#;
    let written = format!(
        r#"{{"list":[{{"name":{OF_B},"tags":{{"constant_value":{{"k":"v"}}}}}}],"one":[{{"name":{OF_B}}}]}}"#
    );
    insta::assert_snapshot!(read(unknown, &written));
}

#[test]
fn a_name_that_is_known_tells_where_it_is_from() {
    let change = |a: &str| {
        format!(
            r#"{{"format_version":"1.2","resource_changes":[
            {{"address":"x_y.a","change":{{"actions":["no-op"],"after":{{"name":"{a}"}}}}}},
            {{"address":"x_y.m[0]","change":{{"actions":["no-op"],"after":{{"name":"zero"}}}}}},
            {{"address":"x_y.m[1]","change":{{"actions":["no-op"],"after":{{"name":"one"}}}}}}],
          "configuration":{{"root_module":{{"resources":[
            {{"mode":"managed","type":"x_y","name":"a","expressions":
              {{"name":{{"references":["x_y.m","count.index"]}}}}}}]}}}}}}"#
        )
    };
    let of = |a: &str| text(&alone(change(a).as_bytes(), schemas())[..1]);
    insta::assert_snapshot!(of("one"));
    insta::assert_snapshot!(of("another"));
}

#[test]
fn a_configuration_that_cannot_be_read_leaves_values() {
    let json = r#"{"format_version":"1.2","resource_changes":[{"address":"x_y.a","change":
        {"actions":["create"],"after":{"name":"n"},"after_unknown":{"filled":true}}}],
        "configuration":{"root_module":{"resources":[{"mode":"managed"}]}}}"#;
    insta::assert_snapshot!(text(&alone(json.as_bytes(), schemas())));
}

#[test]
fn what_is_deferred_stands_for_any_number() {
    let json = r#"{"format_version":"1.2","planned_values":{},"deferred_changes":[
        {"reason":"instance_count_unknown","resource_change":{"address":"x_y.a[*]","change":
        {"actions":["create"],"after":{"name":"n"}}}}],"configuration":{"root_module":{"resources":
        [{"mode":"managed","type":"x_y","name":"a","expressions":{"name":{}}}]}}}"#;
    insta::assert_snapshot!(text(&alone(json.as_bytes(), schemas())));
}
