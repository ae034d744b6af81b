//! What happens to a planned value: step 5 of the planning algorithm.
//!
//! Modifiers run after defaults are in place and after computed values became unknown, outer
//! attributes before those inside them.

use std::sync::Arc;

use cty::Value;

/// Where a modifier stands: one attribute or block collection of one plan.
#[derive(Debug)]
pub struct Site<'a> {
    /// True if the object does not exist yet (or is to be replaced).
    pub creating: bool,
    /// The value in the state. `None`: the object, or the list element around this attribute,
    /// was not there before.
    pub prior: Option<&'a Value>,
    /// The value in the configuration.
    pub config: &'a Value,
    /// The value planned so far; may be changed.
    pub planned: Value,
    /// Set it to have the object replaced.
    pub requires_replace: bool,
}

/// A step that may change a planned value or ask for a replacement.
pub trait PlanModifier: Send + Sync {
    /// Does so.
    fn modify(&self, site: &mut Site<'_>);

    /// What the documentation says about the attribute, as a sentence. May be empty.
    fn describe(&self) -> String {
        String::new()
    }
}

/// A change of the value replaces the object.
pub fn requires_replace() -> Arc<dyn PlanModifier> {
    Arc::new(RequiresReplace)
}

struct RequiresReplace;

impl PlanModifier for RequiresReplace {
    fn modify(&self, site: &mut Site<'_>) {
        site.requires_replace |= changed(site);
    }

    fn describe(&self) -> String {
        "Changing this forces a new resource.".to_owned()
    }
}

/// A change of the value that satisfies `condition(prior, planned)` replaces the object. `rule`
/// is the sentence of the documentation. A value that was not there before is null.
pub fn requires_replace_if(
    rule: &'static str,
    condition: impl Fn(&Value, &Value) -> bool + Send + Sync + 'static,
) -> Arc<dyn PlanModifier> {
    Arc::new(RequiresReplaceIf { rule, condition })
}

struct RequiresReplaceIf<F> {
    rule: &'static str,
    condition: F,
}

impl<F: Fn(&Value, &Value) -> bool + Send + Sync> PlanModifier for RequiresReplaceIf<F> {
    fn modify(&self, site: &mut Site<'_>) {
        if changed(site) {
            let absent = Value::null(site.planned.ty());
            let prior = site.prior.unwrap_or(&absent);
            site.requires_replace |= (self.condition)(prior, &site.planned);
        }
    }

    fn describe(&self) -> String {
        self.rule.to_owned()
    }
}

fn changed(site: &Site<'_>) -> bool {
    let same = match site.prior {
        Some(prior) => *prior == site.planned,
        None => site.planned.is_null(),
    };
    !site.creating && !same
}

/// A value the provider gives, once and for all: it keeps its value from the state instead of
/// becoming "known after apply" with every change.
pub fn use_state_for_unknown() -> Arc<dyn PlanModifier> {
    Arc::new(UseState { also_null: true })
}

/// As [`use_state_for_unknown`], but a null in the state may still become something.
pub fn use_non_null_state_for_unknown() -> Arc<dyn PlanModifier> {
    Arc::new(UseState { also_null: false })
}

struct UseState {
    also_null: bool,
}

impl PlanModifier for UseState {
    fn modify(&self, site: &mut Site<'_>) {
        if site.creating || site.planned.is_known() || !site.config.is_known() {
            return;
        }
        // A list element that is new keeps its unknown: a null would be a promise.
        if let Some(prior) = site.prior
            && (self.also_null || !prior.is_null())
        {
            site.planned = prior.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cty::Type;

    fn run(
        modifier: &dyn PlanModifier,
        creating: bool,
        prior: Option<&Value>,
        config: &Value,
        planned: Value,
    ) -> (Value, bool) {
        let mut site = Site {
            creating,
            prior,
            config,
            planned,
            requires_replace: false,
        };
        modifier.modify(&mut site);
        (site.planned, site.requires_replace)
    }

    #[test]
    fn a_change_replaces_but_a_create_does_not() {
        let (a, b) = (Value::string("a"), Value::string("b"));
        let unknown = Value::unknown(Type::String);
        let null = Value::null(Type::String);
        for (creating, prior, planned, replaces) in [
            (false, Some(&a), &b, true),
            (false, Some(&a), &a, false),
            (false, Some(&a), &unknown, true),
            (false, Some(&a), &null, true),
            (false, None, &null, false),
            (false, None, &a, true),
            (true, None, &a, false),
        ] {
            let (kept, replace) = run(
                &*requires_replace(),
                creating,
                prior,
                planned,
                planned.clone(),
            );
            assert_eq!(&kept, planned);
            assert_eq!(replace, replaces, "{prior:?} -> {planned:?}");
        }
    }

    #[test]
    fn a_condition_narrows_it() {
        let shrinks = requires_replace_if("Shrinking forces a new resource.", |prior, planned| {
            planned.as_i64() < prior.as_i64()
        });
        let (small, large) = (Value::int(1), Value::int(2));
        let grow = run(&*shrinks, false, Some(&small), &large, large.clone());
        let shrink = run(&*shrinks, false, Some(&large), &small, small.clone());
        assert!(!grow.1);
        assert!(shrink.1);
    }

    #[test]
    fn state_stands_in_for_unknown() {
        let (a, b) = (Value::string("a"), Value::string("b"));
        let unknown = Value::unknown(Type::String);
        let null = Value::null(Type::String);
        let keep = use_state_for_unknown();
        let keep_non_null = use_non_null_state_for_unknown();
        for (modifier, creating, prior, config, planned, expected) in [
            (&keep, false, Some(&a), &null, &unknown, &a),
            (&keep, false, Some(&null), &null, &unknown, &null),
            (
                &keep_non_null,
                false,
                Some(&null),
                &null,
                &unknown,
                &unknown,
            ),
            (&keep_non_null, false, Some(&a), &null, &unknown, &a),
            (&keep, false, None, &null, &unknown, &unknown),
            (&keep, true, None, &null, &unknown, &unknown),
            (&keep, false, Some(&a), &unknown, &unknown, &unknown),
            (&keep, false, Some(&a), &b, &b, &b),
        ] {
            let (kept, _) = run(&**modifier, creating, prior, config, planned.clone());
            assert_eq!(&kept, expected, "{prior:?} {config:?}");
        }
    }
}
