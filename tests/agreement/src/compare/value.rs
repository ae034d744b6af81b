//! One value of ours, of the schema's type, against what was planned.

use cty::{Data, Mark, Value, json};

use super::found::What;
use super::planned::Planned;

type Verdict = Result<(), (What, String)>;

/// What we know is what was planned; what we do not know is left open.
pub(super) fn compare(ours: &Value, planned: Planned<'_>) -> Verdict {
    let differ = |detail: String| Err((What::Value, detail));
    match ours.data() {
        Data::Unknown(..) => Ok(()),
        _ if planned.is_unknown() => Err((What::KnownToUsOnly, format!("ours is {}", show(ours)))),
        Data::Null(_) if planned.after.is_null() => Ok(()),
        Data::Null(_) => differ(format!("ours is null, planned is {}", planned.after)),
        Data::Bool(_) | Data::Number(_) | Data::String(_) => {
            match json::decode_value(planned.after, &ours.ty()) {
                Ok(theirs) if same(ours, &theirs) => Ok(()),
                _ => differ(format!(
                    "ours is {}, planned is {}",
                    show(ours),
                    planned.after
                )),
            }
        }
        Data::List(_, items) | Data::Tuple(items) => {
            let there = planned.after.as_array().map_or(0, Vec::len);
            if there != items.len() {
                return differ(format!(
                    "ours is {}, planned is {}",
                    show(ours),
                    planned.after
                ));
            }
            for (index, item) in items.iter().enumerate() {
                compare(item, planned.element(index))?;
            }
            Ok(())
        }
        Data::Set(_, items) => set(ours, items, planned),
        Data::Map(_, entries) | Data::Object(entries) => {
            for (key, value) in entries.iter() {
                compare(value, planned.attribute(key))?;
            }
            let there = planned.after.as_object().into_iter().flatten();
            let unknown = planned.unknown.as_object().into_iter().flatten();
            for (key, _) in there.chain(unknown) {
                if !entries.contains_key(key.as_str()) {
                    return differ(format!("ours has no {key:?}, planned is {}", planned.after));
                }
            }
            Ok(())
        }
    }
}

fn same(ours: &Value, theirs: &Value) -> bool {
    let (ours, _) = ours.clone().unmark_deep();
    // A third has no end; hosts print as many digits of it as we do.
    ours == *theirs || ours.as_number().is_some() && show(&ours) == show(theirs)
}

/// Equal elements are one, so that each of ours is some of the plan's and the other way round.
fn set(ours: &Value, items: &[Value], planned: Planned<'_>) -> Verdict {
    let there = planned.after.as_array().map_or(0, Vec::len);
    let mut hit = vec![false; there];
    for item in items {
        let mut found = false;
        for (index, hit) in hit.iter_mut().enumerate() {
            if compare(item, planned.element(index)).is_ok() {
                *hit = true;
                found = true;
            }
        }
        if !found {
            let detail = format!("{} of ours is not in {}", show(item), planned.after);
            return Err((What::Value, detail));
        }
    }
    if hit.contains(&false) {
        let detail = format!("ours is {}, planned is {}", show(ours), planned.after);
        return Err((What::Value, detail));
    }
    Ok(())
}

/// Sensitive in both, or in neither.
pub(super) fn compare_marks(
    ours: &Value,
    planned: Planned<'_>,
    sensitive: bool,
) -> Result<(), String> {
    let here = sensitive || ours.marks().contains(&Mark::Sensitive);
    let there = planned.is_sensitive();
    let leaf = match ours.data() {
        Data::List(_, items) | Data::Tuple(items) => items.is_empty(),
        Data::Map(_, entries) | Data::Object(entries) => entries.is_empty(),
        _ => true,
    };
    if here && there {
        return Ok(());
    }
    if leaf || here != there {
        let whole = here || ours.deep_marks().contains(&Mark::Sensitive);
        let partly = there || planned.is_partly_sensitive();
        return if whole == partly && (leaf || here == there) {
            Ok(())
        } else {
            Err(format!("ours {whole}, planned {}", planned.sensitive))
        };
    }
    match ours.data() {
        Data::List(_, items) | Data::Tuple(items) => {
            for (index, item) in items.iter().enumerate() {
                compare_marks(item, planned.element(index), false)?;
            }
        }
        Data::Map(_, entries) | Data::Object(entries) => {
            for (key, value) in entries.iter() {
                compare_marks(value, planned.attribute(key), false)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// As JSON, as far as it is known.
fn show(value: &Value) -> String {
    let (plain, _) = value.clone().unmark_deep();
    json::encode_plain(&plain).unwrap_or_else(|_| format!("{plain:?}"))
}

/// A reason without the names of one configuration, so that like reasons are counted together.
pub(super) fn without_names(cause: &str) -> String {
    let words = cause.split(' ').map(|word| {
        let mut steps = word.split('.').peekable();
        while steps.next_if(|step| *step == "module").is_some() {
            steps.next();
        }
        let data = steps
            .next_if(|step| *step == "data")
            .map_or("", |_| "data.");
        match (steps.next(), steps.next()) {
            (Some(kind), Some(_)) if kind.contains('_') || kind == "var" || kind == "local" => {
                format!("{data}{kind}…")
            }
            _ if word.starts_with('/') => "a file".to_owned(),
            _ => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
