//! A directory to a module's declarations, evaluated by nobody yet.
//!
//! - `files`: which files count. - `file`: one file. - `content`: a block and its overrides.
//! - `module`: the declarations. - `types`: type constraints of variables.

mod content;
mod file;
mod files;
mod module;
mod types;

pub(crate) use content::{Content, Located};
pub(crate) use file::{File, origin};
pub(crate) use files::{FileNames, ModuleFiles, file_names, has_tofu, module_files};
pub(crate) use module::{Module, ResourceName};
pub(crate) use types::Constraint;
