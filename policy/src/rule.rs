//! How a rule is declared: one file with page, declaration, check and tests.

use crate::estate::Cluster;
use crate::finding::{Severity, Verdict};

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, for good: `etcd-spot-only`.
    pub id: &'static str,
    /// How much its findings weigh.
    pub severity: Severity,
    /// Judges one cluster.
    pub check: fn(&Cluster) -> Verdict,
    /// The doc comment as the compiler has it: each line begins with a space.
    #[doc(hidden)]
    pub doc: &'static str,
    /// The module that declares it.
    #[doc(hidden)]
    pub module: &'static str,
}

/// Declares a rule: its page as a doc comment, then name, severity and check.
macro_rules! rule {
    ($(#[doc = $line:literal])+ $id:literal, $severity:expr, $check:expr) => {
        #[doc = concat!("`", $id, "`: see [`crate::rule::Rule::page`].")]
        pub static RULE: crate::rule::Rule = crate::rule::Rule {
            id: $id,
            severity: $severity,
            check: $check,
            doc: concat!($($line, "\n"),+),
            module: module_path!(),
        };
    };
}

/// Declares the modules of all rules, and the list of them.
macro_rules! rules {
    ($($module:ident),+ $(,)?) => {
        $(pub mod $module;)+

        /// Every rule, in the order of the list.
        pub static ALL: &[&crate::rule::Rule] = &[$(&$module::RULE),+];
    };
}

pub(crate) use {rule, rules};

impl Rule {
    /// The rule's page, as Markdown.
    pub fn page(&self) -> String {
        let body: Vec<&str> = self
            .doc
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        format!("# {}\n\n{}\n", self.id, body.join("\n").trim())
    }

    /// The first sentence of `## What it does`.
    pub fn summary(&self) -> String {
        let section = self.section("What it does");
        let text = section.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.find(". ") {
            Some(end) => text[..end].to_owned(),
            None => text.trim_end_matches('.').to_owned(),
        }
    }

    /// The text of one section of the page, empty if there is none.
    pub fn section(&self, title: &str) -> String {
        let heading = format!("## {title}");
        let page = self.page();
        let lines = page.lines().skip_while(|line| *line != heading).skip(1);
        let lines: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
        lines.join("\n").trim().to_owned()
    }

    /// The `hcl` examples in one section of the page.
    pub fn examples(&self, title: &str) -> Vec<String> {
        let section = self.section(title);
        let parts = section.split("```hcl\n").skip(1);
        parts
            .filter_map(|part| part.split_once("```"))
            .map(|(hcl, _)| hcl.to_owned())
            .collect()
    }
}
