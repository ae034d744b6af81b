//! Whether a statement of a policy meets a call.
//!
//! Known are the principal, the action, the resource, and of the conditions: transport (the
//! sandbox's plain HTTP passes for TLS 1.3), the principal's ARN and account, and request headers
//! (`s3:x-amz-..`). Every other key is absent, which fails a positive condition and fulfils a
//! negated one, as IAM has it.

use serde_json::Value;

use super::policy::Call;

/// Conditions that hold a statement to some callers, whoever its principal is.
const NARROWING: [&str; 11] = [
    "aws:sourceip",
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:userid",
    "aws:principalorgid",
    "aws:principalaccount",
    "aws:principalarn",
    "s3:dataaccesspointaccount",
];

/// The texts of a text or a list.
pub(super) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn is_everybody(principal: &Value) -> bool {
    principal == "*" || texts(&principal["AWS"]).contains(&"*")
}

/// Whether a condition holds a statement to callers that it names, without wildcards.
pub(super) fn narrows(condition: &Value) -> bool {
    let operators = condition.as_object().into_iter().flatten();
    let mut keys = operators.flat_map(|(_, keys)| keys.as_object().into_iter().flatten());
    keys.any(|(key, values)| {
        NARROWING.contains(&key.to_lowercase().as_str())
            && !texts(values).is_empty()
            && texts(values)
                .iter()
                .all(|text| *text != "*" && *text != "0.0.0.0/0")
    })
}

/// A call in the eyes of a statement.
pub(super) struct Context<'a>(pub(super) Call<'a>);

impl Context<'_> {
    pub(super) fn fits(&self, statement: &Value) -> bool {
        self.principal(statement)
            && Self::either(statement, "Action", |pattern| {
                let action = format!("s3:{}", self.0.permission).to_lowercase();
                like(&pattern.to_lowercase(), &action)
            })
            && Self::either(statement, "Resource", |pattern| {
                like(pattern, self.0.resource)
            })
            && self.conditions(&statement["Condition"])
    }

    /// `Action` fits, or `NotAction` does not.
    fn either(statement: &Value, name: &str, fits: impl Fn(&str) -> bool) -> bool {
        let any = |value: &Value| texts(value).into_iter().any(&fits);
        match &statement[name] {
            Value::Null => !any(&statement[format!("Not{name}")]),
            value => any(value),
        }
    }

    fn principal(&self, statement: &Value) -> bool {
        let named = |principal: &Value| {
            let root = format!("arn:aws:iam::{}:root", self.0.account);
            is_everybody(principal)
                || texts(&principal["AWS"])
                    .into_iter()
                    .any(|name| name == self.0.arn || name == root)
        };
        match &statement["Principal"] {
            Value::Null => !named(&statement["NotPrincipal"]),
            principal => named(principal),
        }
    }

    fn conditions(&self, condition: &Value) -> bool {
        let operators = condition.as_object().into_iter().flatten();
        operators
            .flat_map(|(operator, keys)| {
                let keys = keys.as_object().into_iter().flatten();
                keys.map(move |(key, values)| (operator.as_str(), key.as_str(), values))
            })
            .all(|(operator, key, values)| self.condition(operator, key, values))
    }

    fn condition(&self, operator: &str, key: &str, values: &Value) -> bool {
        let found = self.value(&key.to_lowercase());
        let (operator, if_exists) = match operator.strip_suffix("IfExists") {
            Some(operator) => (operator, true),
            None => (operator, false),
        };
        let wanted: Vec<String> = match values {
            Value::Array(list) => list.iter().map(plain).collect(),
            one => vec![plain(one)],
        };
        if operator == "Null" {
            return wanted
                .iter()
                .any(|text| (text == "true") == found.is_none());
        }
        let negated = operator.contains("Not");
        let Some(found) = found else {
            return negated || if_exists;
        };
        let any = |fits: &dyn Fn(&str) -> bool| wanted.iter().any(|text| fits(text)) != negated;
        match operator {
            "Bool" | "StringEquals" | "StringNotEquals" => any(&|text| text == found),
            "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" => {
                any(&|text| text.eq_ignore_ascii_case(&found))
            }
            "StringLike" | "StringNotLike" | "ArnEquals" | "ArnLike" | "ArnNotEquals"
            | "ArnNotLike" => any(&|text| like(text, &found)),
            "NumericLessThan" => any(&|text| {
                let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
                number(&found) < number(text)
            }),
            // An operator that is not known here denies nobody.
            _ => false,
        }
    }

    fn value(&self, key: &str) -> Option<String> {
        let text = match key {
            "aws:securetransport" => "true",
            "s3:tlsversion" => "1.3",
            "aws:principalarn" => self.0.arn,
            "aws:principalaccount" => self.0.account,
            "aws:principalisawsservice" | "aws:viaawsservice" => "false",
            _ => {
                let header = key.strip_prefix("s3:")?;
                self.0.headers.get(header)?.to_str().ok()?
            }
        };
        Some(text.to_owned())
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether `text` fits a pattern of `*` and `?`.
fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(&c) if c == '?' || c == text[from] => {
                at += 1;
                from += 1;
            }
            _ => match star {
                // The last star takes one character more.
                Some((star_at, star_from)) => {
                    star = Some((star_at, star_from + 1));
                    at = star_at + 1;
                    from = star_from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text) in [
            ("*", ""),
            ("a*c", "abbc"),
            ("a?c", "abc"),
            ("*b*", "abc"),
            ("a*bc", "abcbc"),
        ] {
            assert!(like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("a?", "a"), ("a*b", "abc"), ("A", "a")] {
            assert!(!like(pattern, text), "{pattern} {text}");
        }
    }
}
