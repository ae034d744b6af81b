//! What a configured value must satisfy.
//!
//! A validator sees one known, non-null value and answers with a sentence. Rules over several
//! attributes belong into [`Resource::validate`](crate::Resource::validate).

use std::fmt::Display;
use std::marker::PhantomData;
use std::ops::RangeBounds;
use std::sync::Arc;

use cty::Value;

use crate::diagnostic::Diagnostics;
use crate::model::AttrType;
use crate::path::Trail;

/// A check of one value.
pub trait Validator<T>: Send + Sync + 'static {
    /// `Err` says what is wrong, as a sentence that follows "Attribute x: ".
    fn check(&self, value: &T) -> Result<(), String>;

    /// What the documentation says about the attribute, as a sentence. May be empty.
    fn describe(&self) -> String {
        String::new()
    }
}

/// A [`Validator`] that takes any value of the attribute's type.
pub trait ErasedValidator: Send + Sync {
    /// `Err` says what is wrong. The value is known and not null.
    fn check(&self, value: &Value) -> Result<(), String>;

    /// What the documentation says about the attribute, as a sentence. May be empty.
    fn describe(&self) -> String;
}

struct Typed<T, V> {
    validator: V,
    takes: PhantomData<fn(&T)>,
}

impl<T: AttrType, V: Validator<T>> ErasedValidator for Typed<T, V> {
    fn check(&self, value: &Value) -> Result<(), String> {
        // What cannot be decoded is reported by the model's own decoding.
        match T::read(value, &Trail::ROOT, &mut Diagnostics::new()) {
            Some(value) => self.validator.check(&value),
            None => Ok(()),
        }
    }

    fn describe(&self) -> String {
        self.validator.describe()
    }
}

pub(crate) fn erase<T: AttrType>(validator: impl Validator<T>) -> Arc<dyn ErasedValidator> {
    Arc::new(Typed {
        validator,
        takes: PhantomData,
    })
}

/// Text that is one of these.
pub fn one_of<const N: usize>(allowed: [&'static str; N]) -> impl Validator<String> {
    OneOf(allowed)
}

struct OneOf<const N: usize>([&'static str; N]);

impl<const N: usize> Validator<String> for OneOf<N> {
    fn check(&self, value: &String) -> Result<(), String> {
        if self.0.contains(&value.as_str()) {
            return Ok(());
        }
        let allowed: Vec<String> = self.0.iter().map(|a| format!("{a:?}")).collect();
        Err(format!("{value:?} is not one of {}.", allowed.join(", ")))
    }

    fn describe(&self) -> String {
        let allowed: Vec<String> = self.0.iter().map(|a| format!("`{a}`")).collect();
        format!("One of {}.", allowed.join(", "))
    }
}

/// Text of so many characters.
pub fn length(allowed: impl RangeBounds<usize> + Send + Sync + 'static) -> impl Validator<String> {
    Within {
        allowed,
        of: |value: &String| value.chars().count(),
        what: "characters",
    }
}

/// A number in this range.
pub fn between<T: Copy + PartialOrd + Display + Send + Sync + 'static>(
    allowed: impl RangeBounds<T> + Send + Sync + 'static,
) -> impl Validator<T> {
    Within {
        allowed,
        of: |value: &T| *value,
        what: "",
    }
}

/// A list, set or map of so many elements.
pub fn size<T: AttrType + Size>(
    allowed: impl RangeBounds<usize> + Send + Sync + 'static,
) -> impl Validator<T> {
    Within {
        allowed,
        of: T::size,
        what: "elements",
    }
}

/// A collection.
pub trait Size {
    /// The number of elements.
    fn size(&self) -> usize;
}

struct Within<R, F> {
    allowed: R,
    of: F,
    what: &'static str,
}

impl<T, N, R, F> Validator<T> for Within<R, F>
where
    N: PartialOrd + Display,
    R: RangeBounds<N> + Send + Sync + 'static,
    F: Fn(&T) -> N + Send + Sync + 'static,
{
    fn check(&self, value: &T) -> Result<(), String> {
        let found = (self.of)(value);
        if self.allowed.contains(&found) {
            return Ok(());
        }
        let unit = spaced(self.what);
        Err(format!(
            "{found}{unit} found, {} allowed.",
            range(&self.allowed)
        ))
    }

    fn describe(&self) -> String {
        let mut text = format!("{}{}.", range(&self.allowed), spaced(self.what));
        text[..1].make_ascii_uppercase();
        text
    }
}

fn spaced(unit: &str) -> String {
    if unit.is_empty() {
        String::new()
    } else {
        format!(" {unit}")
    }
}

fn range<N: Display>(allowed: &impl RangeBounds<N>) -> String {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let low = match allowed.start_bound() {
        Included(n) => format!("at least {n}"),
        Excluded(n) => format!("more than {n}"),
        Unbounded => String::new(),
    };
    let high = match allowed.end_bound() {
        Included(n) => format!("at most {n}"),
        Excluded(n) => format!("less than {n}"),
        Unbounded => String::new(),
    };
    match (low.is_empty(), high.is_empty()) {
        (false, false) => format!("{low} and {high}"),
        (true, true) => "any number".to_owned(),
        _ => low + &high,
    }
}

/// A check by a function. `rule` is the sentence of the documentation; the function answers true
/// for a good value, and `rule` is also what a user reads about a bad one.
pub fn satisfies<T: 'static>(
    rule: &'static str,
    good: impl Fn(&T) -> bool + Send + Sync + 'static,
) -> impl Validator<T> {
    Satisfies { rule, good }
}

struct Satisfies<F> {
    rule: &'static str,
    good: F,
}

impl<T, F: Fn(&T) -> bool + Send + Sync + 'static> Validator<T> for Satisfies<F> {
    fn check(&self, value: &T) -> Result<(), String> {
        if (self.good)(value) {
            Ok(())
        } else {
            Err(self.rule.to_owned())
        }
    }

    fn describe(&self) -> String {
        self.rule.to_owned()
    }
}

/// A check by a function that words its own answer; the documentation stays silent.
pub fn check<T: 'static>(
    check: impl Fn(&T) -> Result<(), String> + Send + Sync + 'static,
) -> impl Validator<T> {
    Check(check)
}

struct Check<F>(F);

impl<T, F: Fn(&T) -> Result<(), String> + Send + Sync + 'static> Validator<T> for Check<F> {
    fn check(&self, value: &T) -> Result<(), String> {
        (self.0)(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<T>(validator: &impl Validator<T>, value: T) -> String {
        match validator.check(&value) {
            Ok(()) => "fine".to_owned(),
            Err(problem) => problem,
        }
    }

    #[test]
    fn one_of_names_the_choices() {
        let state = one_of(["ENABLED", "DISABLED"]);
        assert_eq!(said(&state, "ENABLED".to_owned()), "fine");
        assert_eq!(
            said(&state, "enabled".to_owned()),
            r#""enabled" is not one of "ENABLED", "DISABLED"."#
        );
        assert_eq!(state.describe(), "One of `ENABLED`, `DISABLED`.");
    }

    #[test]
    fn ranges_read_well() {
        let name = length(1..=3);
        // Characters, not bytes.
        assert_eq!(said(&name, "äöü".to_owned()), "fine");
        assert_eq!(
            said(&name, "abcd".to_owned()),
            "4 characters found, at least 1 and at most 3 allowed."
        );
        assert_eq!(name.describe(), "At least 1 and at most 3 characters.");
        let count = between::<i64>(1..);
        assert_eq!(said(&count, 0), "0 found, at least 1 allowed.");
        assert_eq!(count.describe(), "At least 1.");
        assert_eq!(between::<i64>(..10).describe(), "Less than 10.");
    }

    #[test]
    fn functions_are_validators() {
        let even = satisfies("An even number.", |n: &i64| n % 2 == 0);
        assert_eq!(said(&even, 2), "fine");
        assert_eq!(said(&even, 3), "An even number.");
        let odd = check(|n: &i64| {
            if n % 2 == 1 {
                Ok(())
            } else {
                Err(format!("{n} is even."))
            }
        });
        assert_eq!(said(&odd, 2), "2 is even.");
        assert_eq!(odd.describe(), "");
    }
}
