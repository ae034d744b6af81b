//! All rules. One word here, one file in `rules/`.

use crate::rule::{Rule, rules};

rules! { etcd_spot_only, retention_unset }

/// The rule of that name.
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ALL;
    use crate::testing;

    const SECTIONS: &[&str] = &["What it does", "Why", "Bad", "Good", "Fix", "Options"];

    #[test]
    fn ids_are_unique_and_name_their_file() {
        let mut ids = BTreeSet::new();
        for rule in ALL {
            assert!(ids.insert(rule.id), "{} is there twice", rule.id);
            let module = rule.module.rsplit("::").next().unwrap();
            assert_eq!(rule.id, module.replace('_', "-"));
        }
    }

    #[test]
    fn pages_are_complete_and_in_order() {
        for rule in ALL {
            let page = rule.page();
            let headings: Vec<&str> = page
                .lines()
                .filter_map(|line| line.strip_prefix("## "))
                .collect();
            assert_eq!(headings, SECTIONS, "{}", rule.id);
            for section in SECTIONS {
                assert!(
                    !rule.section(section).is_empty(),
                    "{}: {section} is empty",
                    rule.id
                );
            }
            assert!(!rule.summary().ends_with('.'), "{}", rule.id);
        }
    }

    #[test]
    fn bad_examples_are_found_and_good_ones_pass_every_rule() {
        for rule in ALL {
            let bad = rule.examples("Bad");
            let good = rule.examples("Good");
            assert!(
                !bad.is_empty() && !good.is_empty(),
                "{} has no examples",
                rule.id
            );
            for hcl in bad {
                let found = testing::check(&hcl);
                assert!(
                    found.violated(rule.id),
                    "{} is silent on\n{hcl}\n{found}",
                    rule.id
                );
            }
            for hcl in good {
                let found = testing::check(&hcl);
                assert!(found.is_clean(), "{}: not clean\n{hcl}\n{found}", rule.id);
            }
        }
    }

    #[test]
    fn rules_see_the_estate_and_not_the_language() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            for name in ["terraform_config", "cty", "config::"] {
                assert!(!text.contains(name), "{} names {name}", path.display());
            }
            seen += 1;
        }
        assert_eq!(seen, ALL.len());
    }
}
