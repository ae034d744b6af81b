//! The declarations of one module.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::instance::Mode;
use crate::syntax::tree::{Attribute, Block, Name};
use crate::why::Why;
use crate::{Cache, Dialect, Origin, Problem};

use super::content::{Content, Located, unique_attributes};
use super::file::File;

/// More than anybody reads.
const MAX_PROBLEMS: usize = 1_000;
/// Arguments and blocks directly within the declarations of a module that are read: each takes some
/// hundred bytes more than its text, in every module that has it.
const MAX_LISTED: usize = 500_000;

/// What a directory declares.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) variables: BTreeMap<Name, Content>,
    pub(crate) locals: BTreeMap<Name, Located<Attribute>>,
    pub(crate) outputs: BTreeMap<Name, Content>,
    pub(crate) resources: BTreeMap<ResourceName, Content>,
    pub(crate) calls: BTreeMap<Name, Content>,
    /// Configurations of providers by their local name and alias.
    pub(crate) providers: BTreeMap<(Name, Option<Name>), Content>,
    /// `terraform` blocks in the order in which they are read: later ones override.
    pub(crate) settings: Vec<Content>,
    /// Variable definition files that are loaded without being asked for.
    pub(crate) variable_files: Vec<PathBuf>,
    /// True if the directory holds no configuration at all.
    pub(crate) is_empty: bool,
    /// True if there are `.tofu` files.
    pub(crate) has_tofu: bool,
    /// Why declarations may be missing: a file that could not be read.
    pub(crate) incomplete: Option<Why>,
    pub(crate) problems: Vec<Problem>,
    /// Arguments and blocks directly within its declarations.
    listed: usize,
    /// True if they are too many to read.
    is_cut: bool,
}

/// Type and name of a resource or data source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ResourceName {
    pub(crate) mode: Mode,
    pub(crate) type_name: Name,
    pub(crate) name: Name,
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mode == Mode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}", self.type_name, self.name)
    }
}

impl Module {
    /// Reads a directory.
    pub(crate) fn load(directory: &Path, dialect: Dialect, cache: &Cache) -> Self {
        let mut module = Self::default();
        let files = match cache.module_files(directory, Some(dialect)) {
            Ok(files) => files,
            Err(error) => {
                let shown = directory.display();
                let message = format!("the directory {shown} cannot be read: {error}");
                module
                    .problems
                    .push(Problem::analysis(message).about(directory));
                module.incomplete = Some(Why::new(format!("{shown} cannot be read")));
                return module;
            }
        };
        module.is_empty = files.is_empty();
        module.has_tofu = files.has_tofu;
        module.variable_files = files.variables;
        for path in &files.primary {
            let file = module.file(path, cache);
            for block in &file.body.blocks {
                module.declare(block, &file, cache, false);
            }
            module.stray_attributes(&file);
        }
        for path in &files.overrides {
            let file = module.file(path, cache);
            for block in &file.body.blocks {
                module.declare(block, &file, cache, true);
            }
            module.stray_attributes(&file);
        }
        module
    }

    fn file(&mut self, path: &Path, cache: &Cache) -> Arc<File> {
        let file = cache.file(path);
        if !file.problems.is_empty() {
            self.problems.extend(file.problems.iter().cloned());
            let why = format!("{} could not be read", path.display());
            self.incomplete.get_or_insert_with(|| Why::new(why));
        }
        file
    }

    /// Notes a problem; after [`MAX_PROBLEMS`] only that there are more.
    fn tell(&mut self, problem: Problem) {
        match self.problems.len() {
            0..MAX_PROBLEMS => self.problems.push(problem),
            MAX_PROBLEMS => {
                let message = format!("there are more than {MAX_PROBLEMS} problems in this module");
                let more = problem.file.into_iter().fold(
                    Problem::analysis(message).with_help("the others are not told"),
                    Problem::about,
                );
                self.problems.push(more);
            }
            _ => {}
        }
    }

    fn stray_attributes(&mut self, file: &File) {
        for attribute in &file.body.attributes {
            let message = format!(
                "an argument named {:?} is not expected here",
                attribute.name
            );
            let problem = Problem::analysis(message).at(file.origin(attribute.name_span));
            self.tell(problem);
        }
    }

    /// Accounts for what is directly within a declaration; false if that is too much.
    fn list(&mut self, block: &Block, file: &File, cache: &Cache) -> bool {
        let count = block.body.attributes.len() + block.body.blocks.len();
        self.listed += count;
        let who = match self.is_cut {
            true => return false,
            false if self.listed > MAX_LISTED => "this module holds",
            false if !cache.list(count) => "all modules together hold",
            false => return true,
        };
        self.is_cut = true;
        let message = format!("{who} more arguments and nested blocks than are read");
        let problem = Problem::analysis(message).with_help("nothing from here on is read");
        self.problems.push(problem.at(file.origin(block.header)));
        let why = || Why::new("its module is too large to read");
        self.incomplete.get_or_insert_with(why);
        false
    }

    fn declare(&mut self, block: &Block, file: &File, cache: &Cache, is_override: bool) {
        if !self.list(block, file, cache) {
            return;
        }
        if block.type_name.as_str() == "locals" {
            return self.declare_locals(block, file, is_override);
        }
        let type_name = block.type_name.as_str();
        let wanted = match type_name {
            "variable" | "output" | "module" => 1,
            "resource" | "data" => 2,
            "terraform" => {
                let content = Content::new(block, &file.source);
                self.settings.push(content);
                return;
            }
            "provider" => return self.declare_provider(block, file, is_override),
            // Nothing in these is evaluated.
            "moved" | "removed" | "import" | "check" | "ephemeral" | "action" | "list"
            | "language" => return,
            _ => {
                let message = format!("blocks of type {type_name:?} are not known");
                let problem = Problem::note(message).at(file.origin(block.header));
                self.tell(problem);
                return;
            }
        };
        let content = Content::new(block, &file.source);
        let result = match block.labels.as_ref() {
            labels if labels.len() != wanted => {
                let found = labels.len();
                let message = format!("a {type_name} block has {wanted} labels, not {found}");
                Err(Problem::analysis(message).at(content.header))
            }
            [type_label, name] => {
                let name = ResourceName {
                    mode: if type_name == "data" {
                        Mode::Data
                    } else {
                        Mode::Managed
                    },
                    type_name: type_label.text.clone(),
                    name: name.text.clone(),
                };
                put(self.resources.entry(name), content, is_override, type_name)
            }
            labels => {
                let name = labels.first().map(|label| label.text.clone());
                let name = name.unwrap_or_default();
                let declarations = match type_name {
                    "variable" => &mut self.variables,
                    "output" => &mut self.outputs,
                    _ => &mut self.calls,
                };
                put(declarations.entry(name), content, is_override, type_name)
            }
        };
        result.unwrap_or_else(|problem| self.tell(problem));
    }

    fn declare_provider(&mut self, block: &Block, file: &File, is_override: bool) {
        let content = Content::new(block, &file.source);
        let [name] = block.labels.as_ref() else {
            let found = block.labels.len();
            let message = format!("a provider block has 1 label, not {found}");
            self.tell(Problem::analysis(message).at(content.header));
            return;
        };
        let alias = content.attribute("alias");
        let alias = alias.and_then(|alias| alias.node().expr.literal_text().map(Name::from));
        let result = match self.providers.entry((name.text.clone(), alias)) {
            Entry::Occupied(mut there) if is_override => {
                there.get_mut().override_with(content);
                Ok(())
            }
            // An override may configure what nobody else does.
            entry => put(entry, content, false, "provider configuration"),
        };
        result.unwrap_or_else(|problem| self.tell(problem));
    }

    fn declare_locals(&mut self, block: &Block, file: &File, is_override: bool) {
        for stray in &block.body.blocks {
            let problem = Problem::analysis("a locals block holds no blocks");
            self.tell(problem.at(file.origin(stray.header)));
        }
        for local in unique_attributes(&block.body, &file.source) {
            let origin = local.origin(local.node().name_span);
            let name = local.node().name.clone();
            match self.locals.entry(name) {
                Entry::Occupied(mut there) if is_override => {
                    there.insert(local);
                }
                Entry::Occupied(there) => {
                    let first = there.get();
                    let help = declared_at(&first.origin(first.node().name_span));
                    let message = format!("local.{} is defined twice", there.key());
                    let problem = Problem::analysis(message).with_help(help);
                    self.tell(problem.at(origin));
                }
                Entry::Vacant(free) => {
                    free.insert(local);
                }
            }
        }
    }
}

/// Puts a declaration into its free place, or an override over what is there.
fn put<K: Ord>(
    entry: Entry<'_, K, Content>,
    content: Content,
    is_override: bool,
    type_name: &str,
) -> Result<(), Problem> {
    let header = content.header.clone();
    match entry {
        Entry::Occupied(mut there) if is_override => there.get_mut().override_with(content),
        Entry::Occupied(there) => {
            let problem = Problem::analysis(format!("this {type_name} is declared twice"));
            let help = declared_at(&there.get().header);
            return Err(problem.with_help(help).at(header));
        }
        Entry::Vacant(_) if is_override => {
            let message = format!("there is no such {type_name} to override");
            return Err(Problem::analysis(message).at(header));
        }
        Entry::Vacant(free) => {
            free.insert(content);
        }
    }
    Ok(())
}

fn declared_at(origin: &Origin) -> String {
    let start = origin.start();
    // The files of a module lie in one directory.
    let file = origin.file.path.file_name().unwrap_or_default();
    format!("the first is at {}:{}", file.display(), start.line)
}
