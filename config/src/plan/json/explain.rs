//! What came from where, as marks on values: as an evaluation of the configuration makes them, so
//! far as the document tells.

use std::collections::BTreeSet;

use cty::{Data, Mark, Value, convert};

use super::links::{Candidate, Links, PASS_SOURCE, Sources};
use crate::plan::ResourceChange;
use crate::why::{Certainty, Reference, Why};

/// The most instances of a resource that are held against a value.
const MAX_INSTANCES: usize = 256;

impl Links<'_> {
    /// A value with the references that tell where it came from, and the reason why it is unknown
    /// if it is. `attribute` is what it stands for, and `shown` what that is called.
    pub(super) fn explain(
        &self,
        value: Value,
        sources: &Sources,
        attribute: &str,
        shown: &str,
    ) -> Value {
        if value.is_wholly_known() {
            return match sources.found.is_empty() || matches!(value.data(), Data::Set(..)) {
                true => value,
                false => value.map_leaves(&mut |leaf| {
                    let marks = self.equal_to(sources, &leaf).into_iter();
                    marks.fold(leaf, Value::mark)
                }),
            };
        }
        let unknown = self.unknown_marks(sources, attribute, shown);
        // Elements of a set carry no marks.
        if let Data::Set(..) = value.data() {
            return unknown.into_iter().fold(value, Value::mark);
        }
        value.map_leaves(&mut |leaf| {
            if Why::of(&leaf).is_some() {
                return leaf;
            }
            let marks = match leaf.is_known() {
                true => self.equal_to(sources, &leaf),
                false => unknown.clone(),
            };
            marks.into_iter().fold(leaf, Value::mark)
        })
    }

    /// References to what has the same value as something known: after the first apply names are
    /// known, and tell more than the expression.
    fn equal_to(&self, sources: &Sources, leaf: &Value) -> Vec<Mark> {
        let mut found = Vec::new();
        if leaf.is_null() {
            return found;
        }
        let mut references = Vec::new();
        for candidate in &sources.found {
            for instance in self.meant(candidate).unwrap_or_default() {
                let names = match first_name(&candidate.path) {
                    "" => vec!["name", "id"],
                    name => vec![name],
                };
                for name in names {
                    let value = instance.change.after.get().attribute(name);
                    let value = value.and_then(|it| convert::convert(it, &leaf.ty()).ok());
                    if value.is_some_and(|value| value.is_known() && value == *leaf) {
                        references.push(Reference::new(instance.address.clone(), false, name));
                    }
                }
            }
        }
        let certainty = match references.len() {
            0 | 1 => Certainty::Sure,
            _ => Certainty::OneOf,
        };
        for reference in references {
            found.push(reference.at_most(certainty).mark());
        }
        found
    }

    fn unknown_marks(&self, sources: &Sources, attribute: &str, shown: &str) -> Vec<Mark> {
        let groups = groups(sources.found.iter().filter(|it| !self.is_known(it)));
        let among = match (&sources.lost, groups.len()) {
            (Some(_), _) => Certainty::Perhaps,
            (None, 0 | 1) => Certainty::Sure,
            (None, _) => Certainty::OneOf,
        };
        let mut marks = Vec::new();
        for group in &groups {
            let (paths, certainty) = self.paths(group, attribute);
            let first = group[0];
            marks.extend(paths.into_iter().map(|path| {
                let reference = Reference::new(first.address.clone(), first.any_key, path);
                reference.at_most(certainty.max(among)).mark()
            }));
        }
        let why = match (&sources.lost, groups.as_slice()) {
            (Some(lost), _) => lost.clone(),
            (None, []) => format!("{shown} is known after apply"),
            (None, [group]) if group[0].any_key => format!(
                "the plan as JSON does not say which instance of {} it is; {PASS_SOURCE}",
                group[0].address
            ),
            (None, [group]) => {
                let (paths, _) = self.paths(group, attribute);
                let path = paths.first().filter(|path| !path.is_empty());
                let path = path.map(|path| format!(".{path}")).unwrap_or_default();
                format!("{}{path} is known after apply", group[0].address)
            }
            (None, [first, second, ..]) => format!(
                "the plan as JSON does not say whether it is {} or {}; {PASS_SOURCE}",
                first[0].address, second[0].address
            ),
        };
        marks.push(Why::new(why).mark());
        marks
    }

    /// True for what is known for sure: nothing unknown is from there.
    fn is_known(&self, candidate: &Candidate) -> bool {
        let name = first_name(&candidate.path);
        let meant = match name {
            "" => None,
            _ => self.meant(candidate),
        };
        meant.is_some_and(|instances| {
            let value = |it: &&ResourceChange| {
                let value = it.change.after.get().attribute(name);
                value.is_some_and(Value::is_wholly_known)
            };
            !instances.is_empty() && instances.iter().all(value)
        })
    }

    /// The instances that a candidate may stand for, unless there are too many to look at.
    fn meant(&self, candidate: &Candidate) -> Option<Vec<&ResourceChange>> {
        if !candidate.any_key
            && let Some(exact) = self.there().at(&candidate.address)
        {
            return Some(vec![exact]);
        }
        let instances = self.there().instances(&candidate.address);
        if instances.len() > MAX_INSTANCES {
            return None;
        }
        let key = &candidate.address.key;
        let is_meant = |it: &&&ResourceChange| candidate.any_key || it.address.key == *key;
        Some(instances.iter().filter(is_meant).copied().collect())
    }

    /// Which attributes of one resource a value may come from. One of the same name as what is
    /// written outweighs others, and stands where none is told if it may be that one.
    fn paths(&self, group: &[&Candidate], attribute: &str) -> (Vec<String>, Certainty) {
        let told: BTreeSet<&str> = group.iter().map(|it| it.path.as_str()).collect();
        let told: Vec<&str> = told.into_iter().filter(|path| !path.is_empty()).collect();
        let same = told.iter().find(|path| first_name(path) == attribute);
        match (told.as_slice(), same) {
            ([only], _) => (vec![(*only).to_owned()], Certainty::Sure),
            ([], _) => {
                let is_unknown = |it: &&ResourceChange| {
                    let value = it.change.after.get().attribute(attribute);
                    value.is_some_and(|value| !value.is_wholly_known())
                };
                let may_be = |candidate: &&Candidate| {
                    let meant = self.meant(candidate).unwrap_or_default();
                    meant.iter().any(is_unknown)
                };
                let path = if group.iter().any(may_be) {
                    attribute
                } else {
                    ""
                };
                (vec![path.to_owned()], Certainty::Sure)
            }
            (_, Some(same)) => (vec![(*same).to_owned()], Certainty::Sure),
            (several, None) => {
                let several = several.iter().map(|path| (*path).to_owned());
                (several.collect(), Certainty::Perhaps)
            }
        }
    }
}

/// Candidates by the resource that they are of.
fn groups<'s>(candidates: impl Iterator<Item = &'s Candidate>) -> Vec<Vec<&'s Candidate>> {
    let mut groups: Vec<Vec<&Candidate>> = Vec::new();
    for candidate in candidates {
        let is_same = |group: &&mut Vec<&Candidate>| {
            let first = group[0];
            first.address == candidate.address && first.any_key == candidate.any_key
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.push(candidate),
            None => groups.push(vec![candidate]),
        }
    }
    groups
}

fn first_name(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or_default()
}
