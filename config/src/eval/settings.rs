//! What is said about resources and modules rather than in them: `lifecycle`, `provider` and
//! `terraform` blocks.

use std::rc::Rc;
use std::sync::Arc;

use crate::instance::{
    Backend, Body, IgnoreChanges, Lifecycle, Mode, Provider, ProviderRef, RequiredProvider,
    Settings,
};
use crate::load::{Content, Located, ResourceName, origin};
use crate::syntax::tree::{self, Expr, ExprKind, Key, StepKind};

use super::Evaluator;
use super::expr::Env;
use super::module::ModuleInstance;
use super::names::Names;
use super::repeat::Repetition;

/// What is no argument of the provider itself.
const META_ARGUMENTS: [&str; 3] = ["alias", "version", "for_each"];

impl Evaluator<'_> {
    /// What the `lifecycle` blocks of a resource say; the last word on each argument counts.
    pub(super) fn lifecycle(&self, env: &Env<'_>, content: &Content) -> Lifecycle {
        let mut lifecycle = Lifecycle::default();
        for block in &content.blocks {
            if block.node().type_name != "lifecycle" {
                continue;
            }
            let body = &block.node().body;
            for attribute in Located::<tree::Attribute>::all(body, &block.source) {
                match attribute.node().name.as_str() {
                    "prevent_destroy" => lifecycle.prevent_destroy = env.written(&attribute),
                    "create_before_destroy" => {
                        lifecycle.create_before_destroy = env.written(&attribute);
                    }
                    "ignore_changes" => lifecycle.ignore_changes = ignored(&attribute),
                    _ => {}
                }
            }
        }
        lifecycle
    }

    /// The provider configuration that a resource is made with.
    pub(super) fn provider_of(
        &self,
        module: &Rc<ModuleInstance>,
        name: &ResourceName,
        content: &Content,
    ) -> ProviderRef {
        let written = content.attribute("provider");
        let written = written.and_then(|it| provider_name(&it.node().expr));
        let (local, alias) = written.unwrap_or_else(|| {
            let prefix = name.type_name.split('_').next().unwrap_or_default();
            // Terraform's own.
            let prefix = match (name.mode, name.type_name.as_str()) {
                (Mode::Managed, "terraform_data") | (Mode::Data, "terraform_remote_state") => {
                    "terraform"
                }
                _ => prefix,
            };
            (prefix.into(), None)
        });
        resolve(module, &local, alias.as_deref())
    }

    /// The provider configurations that a module declares.
    pub(super) fn providers(&self, module: &Rc<ModuleInstance>) -> Vec<Provider> {
        let declared = module.config.providers.iter();
        declared
            .map(|((name, alias), content)| {
                let env = Env {
                    evaluator: self,
                    names: Names::Module(module, &Repetition::None),
                    bound: None,
                };
                Provider {
                    address: ProviderRef {
                        module: module.path.clone(),
                        name: name.as_str().into(),
                        alias: alias.as_ref().map(|alias| alias.as_str().into()),
                    },
                    body: env.content_body(content, &META_ARGUMENTS, &[]),
                    header: content.header.clone(),
                }
            })
            .collect()
    }

    /// What a module's `terraform` blocks say.
    pub(super) fn settings(&self, module: &Rc<ModuleInstance>) -> Settings {
        let mut settings = Settings::default();
        for content in &module.config.settings {
            for block in &content.blocks {
                match block.node().type_name.as_str() {
                    "backend" | "cloud" => settings.backend = self.backend(module, block),
                    "required_providers" => {
                        for entry in
                            Located::<tree::Attribute>::all(&block.node().body, &block.source)
                        {
                            let name = entry.node().name.as_str().into();
                            let required = required_provider(&entry);
                            settings.required_providers.insert(name, required);
                        }
                    }
                    _ => {}
                }
            }
        }
        settings
    }

    fn backend(
        &self,
        module: &Rc<ModuleInstance>,
        block: &Located<tree::Block>,
    ) -> Option<Backend> {
        let node = block.node();
        let kind = match node.labels.first() {
            Some(label) => label.text.as_str(),
            None if node.type_name == "cloud" => "cloud",
            None => return None,
        };
        // OpenTofu evaluates variables here; Terraform refuses to, which is its own affair.
        let env = Env {
            evaluator: self,
            names: Names::Module(module, &Repetition::None),
            bound: None,
        };
        Some(Backend {
            kind: kind.into(),
            body: env.body(&node.body, &block.source, None),
            header: origin(&block.source, node.header),
        })
    }
}

impl Env<'_> {
    /// An attribute as the product shows it.
    fn written(&self, attribute: &Located<tree::Attribute>) -> Option<crate::instance::Attribute> {
        let mut body = Body::default();
        body.put(attribute, Some(self.value_or_reported(attribute)));
        body.attributes.into_values().next()
    }
}

/// Follows a name to the module that declares the configuration: through `providers` of the calls,
/// or by inheritance. What nobody declares is the root's.
fn resolve(module: &Rc<ModuleInstance>, name: &str, alias: Option<&str>) -> ProviderRef {
    let key = (name.into(), alias.map(Into::into));
    let here = || ProviderRef {
        module: module.path.clone(),
        name: name.into(),
        alias: alias.map(Into::into),
    };
    let Some(caller) = &module.caller else {
        return here();
    };
    if module.config.providers.contains_key(&key) {
        return here();
    }
    let passed = caller.content.attribute("providers");
    let passed = passed.and_then(|passed| {
        let ExprKind::Object(items) = &passed.node().expr.kind else {
            return None;
        };
        let is_wanted = |key: &Key| {
            let found = match key {
                Key::Word(word) => Some((word.text.as_str().into(), None)),
                Key::Expr(expr) => provider_name(expr),
            };
            found.is_some_and(|(found, its_alias)| found == *name && its_alias.as_deref() == alias)
        };
        let item = items.iter().find(|item| is_wanted(&item.key))?;
        provider_name(&item.value)
    });
    match passed {
        Some((name, alias)) => resolve(&caller.module, &name, alias.as_deref()),
        None => resolve(&caller.module, name, alias),
    }
}

/// `aws` or `aws.eu`, in JSON as text. OpenTofu's key of an instance, `aws.eu["x"]`, is left out.
fn provider_name(expr: &Expr) -> Option<(String, Option<String>)> {
    if let Some(text) = expr.literal_text() {
        let (name, alias) = match text.split_once('.') {
            Some((name, alias)) => (name, Some(alias.to_owned())),
            None => (text, None),
        };
        return Some((name.to_owned(), alias));
    }
    match &expr.kind {
        ExprKind::Variable(name) => Some((name.to_string(), None)),
        ExprKind::Traversal(it) => {
            let ExprKind::Variable(name) = &it.base.kind else {
                return None;
            };
            let alias = it.steps.first().and_then(|step| match &step.kind {
                StepKind::Attribute(alias) => Some(alias.to_string()),
                _ => None,
            });
            Some((name.to_string(), alias))
        }
        _ => None,
    }
}

fn ignored(attribute: &Located<tree::Attribute>) -> IgnoreChanges {
    let expr = &attribute.node().expr;
    let is_all = |expr: &Expr| match &expr.kind {
        ExprKind::Variable(name) => name == "all",
        _ => expr.literal_text() == Some("all"),
    };
    match &expr.kind {
        _ if is_all(expr) => IgnoreChanges::All,
        ExprKind::Tuple(paths) if paths.is_empty() => IgnoreChanges::None,
        ExprKind::Tuple(paths) => IgnoreChanges::Paths(
            paths
                .iter()
                .map(|path| match path.literal_text() {
                    Some(text) => text.into(),
                    None => attribute.origin(path.span).text().into(),
                })
                .collect(),
        ),
        _ => IgnoreChanges::None,
    }
}

fn required_provider(entry: &Located<tree::Attribute>) -> RequiredProvider {
    let expr = &entry.node().expr;
    let text = |name: &str| -> Option<Arc<str>> {
        let ExprKind::Object(items) = &expr.kind else {
            return None;
        };
        let is_named = |key: &Key| match key {
            Key::Word(word) => word.text == name,
            Key::Expr(key) => key.literal_text() == Some(name),
        };
        let item = items.iter().find(|item| is_named(&item.key))?;
        item.value.literal_text().map(Into::into)
    };
    RequiredProvider {
        source: text("source"),
        // From before sources: a version alone.
        version: expr
            .literal_text()
            .map(Into::into)
            .or_else(|| text("version")),
        origin: entry.expr_origin(),
    }
}
