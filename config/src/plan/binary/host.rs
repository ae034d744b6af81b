//! Which host wrote a plan, and what follows from that.

use crate::inputs::Dialect;
use crate::plan::archive::Members;
use crate::plan::{Completeness, Plan};

/// What the message says of its host and of what was planned.
#[derive(Debug, Default)]
pub(super) struct Hints {
    /// Fields that only Terraform writes.
    pub(super) has_terraform_fields: bool,
    /// Fields that only OpenTofu writes.
    pub(super) has_tofu_fields: bool,
    /// Planning ended in errors.
    pub(super) is_errored: bool,
    /// Terraform 1.8 and later: nothing is left out.
    pub(super) is_complete: bool,
    /// `-target` or `-exclude` was given.
    pub(super) is_narrowed: bool,
}

/// Fields that one host alone writes tell; else the lock file, which names its host in the first
/// line; else a provider's registry.
pub(super) fn dialect(members: &Members, hints: &Hints) -> Dialect {
    if hints.has_terraform_fields != hints.has_tofu_fields {
        return Dialect::of(hints.has_tofu_fields);
    }
    let lock = members.get(".terraform.lock.hcl");
    let first_line = lock.and_then(|lock| lock.split(|byte| *byte == b'\n').next());
    let says = |line: &[u8], what: &str| memchr::memmem::find(line, what.as_bytes()).is_some();
    if let Some(line) = first_line
        && says(line, "tofu init") != says(line, "terraform init")
    {
        return Dialect::of(says(line, "tofu init"));
    }
    let is_tofu_file = |name: &str| name.ends_with(".tofu") || name.ends_with(".tofu.json");
    let has_tofu_registry = lock.is_some_and(|lock| says(lock, "registry.opentofu.org/"));
    Dialect::of(has_tofu_registry || members.keys().any(|name| is_tofu_file(name)))
}

/// Terraform says since 1.8 whether a plan is complete. Of other plans it is told by `-target` and
/// `-exclude`; OpenTofu's `show -json` does not print these.
pub(super) fn completeness(plan: &Plan, hints: &Hints) -> Completeness {
    let says_so = plan.dialect == Dialect::Terraform && is_since_1_8(&plan.host_version);
    match () {
        () if hints.is_errored => Completeness::Errored,
        () if says_so && !hints.is_complete => Completeness::Partial,
        () if hints.is_narrowed || !plan.deferred_changes.is_empty() => Completeness::Partial,
        () => Completeness::Complete,
    }
}

fn is_since_1_8(version: &str) -> bool {
    let mut numbers = version.split(['.', '-']).map(str::parse::<u64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= (1, 8),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(hints: &Hints, members: &[(&str, &str)]) -> Dialect {
        let members = members.iter();
        let members = members.map(|(name, text)| ((*name).into(), text.as_bytes().into()));
        dialect(&members.collect(), hints)
    }

    #[test]
    fn hosts_are_told_apart() {
        const LOCK: &str = ".terraform.lock.hcl";
        let terraform = "# This file is maintained automatically by \"terraform init\".\n";
        let tofu = "# This file is maintained automatically by \"tofu init\".\n";
        let none = Hints::default();
        assert_eq!(of(&none, &[]), Dialect::Terraform);
        assert_eq!(of(&none, &[(LOCK, terraform)]), Dialect::Terraform);
        assert_eq!(of(&none, &[(LOCK, tofu)]), Dialect::Tofu);
        assert_eq!(of(&none, &[("tfconfig/m-/a.tofu", "")]), Dialect::Tofu);
        let registry = "provider \"registry.opentofu.org/hashicorp/aws\" {";
        assert_eq!(of(&none, &[(LOCK, registry)]), Dialect::Tofu);
        let fields = Hints {
            has_terraform_fields: true,
            ..Hints::default()
        };
        assert_eq!(of(&fields, &[(LOCK, tofu)]), Dialect::Terraform);
    }

    #[test]
    fn old_versions_do_not_say_that_they_are_complete() {
        assert!(!is_since_1_8("1.7.5") && !is_since_1_8("0.15.0"));
        assert!(is_since_1_8("1.8.0-rc1") && is_since_1_8("1.16.0-rc2") && is_since_1_8("2.0.0"));
    }
}
