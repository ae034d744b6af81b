//! Names that are nearly the same: `did you mean`.

/// The name most like a misspelt one, if any is like it: at most two letters differ, and fewer
/// than half of them.
pub(crate) fn suggestion<'n>(
    misspelt: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let letters = misspelt.chars().count();
    names
        .into_iter()
        .map(|name| (distance(misspelt, name), name))
        .filter(|(distance, _)| *distance <= 2 && distance * 2 < letters)
        .min()
        .map(|(_, name)| name)
}

/// Letters to change, add, leave out, or swap with their neighbour. Far apart is 3.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 {
        return 3;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = change.min(last[j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if swapped {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(3).min(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_like_it_is_found() {
        let names = ["quantity", "name", "etcd_role", "set"];
        let find = |misspelt| suggestion(misspelt, names);
        assert_eq!(find("quantiy"), Some("quantity"));
        assert_eq!(find("qauntity"), Some("quantity"));
        assert_eq!(find("etcd_roles"), Some("etcd_role"));
        assert_eq!(find("nmae"), Some("name"));
        assert_eq!(find("se"), None);
        assert_eq!(find("memory"), None);
        assert_eq!(find(""), None);
    }

    #[test]
    fn distances_are_those_of_damerau_and_levenshtein() {
        for (a, b, expected) in [
            ("", "", 0),
            ("a", "a", 0),
            ("ab", "ba", 1),
            ("abc", "ac", 1),
            ("abc", "axc", 1),
            ("abcd", "badc", 2),
            ("abc", "xyz", 3),
            ("abc", "abcdef", 3),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }
}
