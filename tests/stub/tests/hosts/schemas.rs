//! What a host prints of a stub is what the stub was given.
//!
//! Not carried: whether a description is Markdown, what is computed in a `provider` block, and
//! anything beside the schemas of provider, resources and data sources.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use holdfast_e2e::hosts;
use holdfast_e2e::programs::repository;
use holdfast_e2e::workdir::Workdir;
use holdfast_stub::{Schemas, Source};
use serde_json::{Map, Value, json};

use crate::{AWS, RANCHER2, SMALL, Served, on, on_each_host, shapes};

/// A provider's schemas without what is not carried.
fn carried(provider: &Value) -> Value {
    let kinds = ["resource_schemas", "data_source_schemas"];
    let mut all: Map<String, Value> = kinds
        .iter()
        .map(|kind| {
            let schemas = provider.get(*kind).cloned();
            ((*kind).to_owned(), plain(schemas.unwrap_or(json!({}))))
        })
        .collect();
    let mut block = plain(provider["provider"].clone());
    let attributes = block.pointer_mut("/block/attributes");
    for attribute in attributes
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        if let Some(attribute) = attribute.1.as_object_mut() {
            attribute.remove("computed");
        }
    }
    all.insert("provider".to_owned(), block);
    all.into()
}

fn plain(json: Value) -> Value {
    match json {
        Value::Object(entries) => {
            let kept = entries
                .into_iter()
                .filter(|(name, _)| name != "description_kind");
            let kept = kept.map(|(name, value)| (name, plain(value)));
            kept.collect::<Map<_, _>>().into()
        }
        Value::Array(elements) => elements.into_iter().map(plain).collect(),
        leaf => leaf,
    }
}

/// The providers of a schema file, by namespace and name.
fn providers(json: &str) -> Result<Vec<(String, Value)>> {
    let json: Value = serde_json::from_str(json)?;
    let providers = json["provider_schemas"].as_object();
    let named = providers.context("no provider_schemas")?.iter();
    named
        .map(|(address, provider)| {
            let (_, source) = address.split_once('/').context("an address has a host")?;
            Ok((source.to_owned(), provider.clone()))
        })
        .collect()
}

/// The first difference, as a path into the JSON.
fn difference(given: &Value, printed: &Value, at: &str) -> Option<String> {
    match (given, printed) {
        (Value::Object(a), Value::Object(b)) => {
            let names: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
            names.into_iter().find_map(|name| {
                let null = Value::Null;
                let (a, b) = (a.get(name).unwrap_or(&null), b.get(name).unwrap_or(&null));
                difference(a, b, &format!("{at}/{name}"))
            })
        }
        _ => (given != printed).then(|| format!("{at}: given {given}, printed {printed}")),
    }
}

fn printed_as_given(workdir: &Workdir, json: &str) -> Result<()> {
    let given = providers(json)?;
    let required = given.iter().map(|(source, _)| {
        let name = source.rsplit('/').next().unwrap_or_default();
        format!("{name} = {{ source = {source:?} }}\n")
    });
    let required: String = required.collect();
    let text = format!("terraform {{\nrequired_providers {{\n{required}}}\n}}\n");
    workdir.write("main.tf", &text)?;
    workdir.init()?;
    let printed = providers(&workdir.ok(&["providers", "schema", "-json"])?.stdout)?;
    for (source, given) in given {
        let printed = printed.iter().find(|(printed, _)| *printed == source);
        let (_, printed) = printed.with_context(|| format!("{source} is not printed"))?;
        if let Some(difference) = difference(&carried(&given), &carried(printed), "") {
            anyhow::bail!("{source}{difference}");
        }
    }
    Ok(())
}

#[test]
fn hosts_print_what_was_given() -> Result<()> {
    for json in [RANCHER2, AWS, SMALL, &shapes::schema(3)] {
        let given = providers(json)?;
        let served: Vec<Served<'_>> = given
            .iter()
            .map(|(source, _)| (source.as_str(), "1.0.0", json))
            .collect();
        on_each_host(&served, |workdir| printed_as_given(workdir, json))?;
    }
    Ok(())
}

/// Whole providers lie beside the repository where there is room for them.
fn whole() -> Result<Vec<(PathBuf, String)>> {
    let Ok(folder) = fs::read_dir(repository().join("../shared/schemas")) else {
        eprintln!("skipped: no schemas of whole providers beside the repository");
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for entry in folder {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let json = fs::read_to_string(&path)?;
            found.push((path, json));
        }
    }
    Ok(found)
}

#[test]
fn whole_providers_are_read_without_loss() -> Result<()> {
    for (path, json) in whole()? {
        for (name, given) in providers(&json)? {
            let source: Source = name.parse()?;
            let schemas =
                Schemas::of(&source, &json).with_context(|| format!("in {}", path.display()))?;
            let read = &schemas.to_json(&source)["provider_schemas"][&name];
            let difference = difference(&carried(&given), &carried(read), "");
            ensure!(
                difference.is_none(),
                "{}: {name}{difference:?}",
                path.display()
            );
        }
    }
    Ok(())
}

/// On one host: what differs between hosts shows in the schemas cut down.
#[test]
fn a_host_takes_whole_providers() -> Result<()> {
    let Some(host) = hosts::for_tests()?.into_iter().next() else {
        return Ok(());
    };
    for (path, json) in whole()? {
        let given = providers(&json)?;
        let served: Vec<Served<'_>> = given
            .iter()
            .map(|(source, _)| (source.as_str(), "1.0.0", json.as_str()))
            .collect();
        on(&host, &served, |workdir| printed_as_given(workdir, &json))
            .with_context(|| format!("{}", path.display()))?;
    }
    Ok(())
}
