//! [`Region`]: the name of an AWS region, checked for its shape, with a guess at what was meant.

use std::fmt;
use std::str::FromStr;

/// The name of a region (`eu-central-1`): its shape is right, its existence is not proven.
///
/// A list of regions would be wrong as soon as AWS opens one, so a name is refused only when no
/// region can be named so; the list below serves hints.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(String);

/// A text that no region can be named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the name of an AWS region; {advice}", advice = advice(.0))]
pub struct InvalidRegion(String);

/// Regions as of September 2026 (botocore's `endpoints.json`), for hints only.
const SEEN: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

impl Region {
    /// The name as AWS writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A region of a store that is not AWS (`fsn1`, `fr-par`, `auto`): any name that can stand in
    /// a signature.
    ///
    /// # Errors
    /// It cannot.
    pub fn of_store(text: &str) -> Result<Self, InvalidRegion> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidRegion(text.to_owned()))
        }
    }

    /// A sentence for a region that this version has not heard of and that did not answer.
    pub(crate) fn doubt(&self) -> Option<String> {
        if SEEN.contains(&self.0.as_str()) {
            return None;
        }
        let unknown = format!("no region {:?} is known to this version", self.0);
        Some(match meant(&self.0) {
            Some(region) => format!("{unknown}; did you mean {region:?}?"),
            None => format!("{unknown}."),
        })
    }
}

impl FromStr for Region {
    type Err = InvalidRegion;

    fn from_str(text: &str) -> Result<Self, InvalidRegion> {
        let parts: Vec<&str> = text.split('-').collect();
        let well_formed = match parts.as_slice() {
            [area, words @ .., number] => {
                let letters =
                    |word: &str| word.len() >= 2 && word.bytes().all(|b| b.is_ascii_lowercase());
                let digits = !number.is_empty()
                    && number.len() <= 2
                    && number.bytes().all(|b| b.is_ascii_digit());
                letters(area) && !words.is_empty() && words.iter().all(|w| letters(w)) && digits
            }
            _ => false,
        };
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidRegion(text.to_owned()))
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

fn advice(text: &str) -> String {
    match meant(text) {
        Some(region) => format!("did you mean {region:?}?"),
        None => "one looks like \"eu-central-1\" (with endpoints { s3 = ... } in the provider \
                 block, any name of that store will do)"
            .to_owned(),
    }
}

/// The region spelt almost like `text`: a zone's letter, an underscore, a slip or two.
fn meant(text: &str) -> Option<&'static str> {
    let wanted = text.trim().to_ascii_lowercase().replace(['_', ' '], "-");
    SEEN.iter()
        .map(|region| (distance(&wanted, region), *region))
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, region)| region)
}

/// Levenshtein's distance.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_seen_is_well_formed() {
        for region in SEEN {
            assert!(region.parse::<Region>().is_ok(), "{region}");
            assert_eq!(region.parse::<Region>().unwrap().doubt(), None);
        }
        assert!(SEEN.is_sorted());
    }

    #[test]
    fn a_wrong_name_is_refused_with_a_guess() {
        let refusal = |text: &str| text.parse::<Region>().unwrap_err().to_string();
        insta::assert_snapshot!(refusal("eu-central-1a"), @r#""eu-central-1a" is not the name of an AWS region; did you mean "eu-central-1"?"#);
        insta::assert_snapshot!(refusal("eu_central_1"), @r#""eu_central_1" is not the name of an AWS region; did you mean "eu-central-1"?"#);
        insta::assert_snapshot!(refusal("Frankfurt"), @r#""Frankfurt" is not the name of an AWS region; one looks like "eu-central-1" (with endpoints { s3 = ... } in the provider block, any name of that store will do)"#);
        insta::assert_snapshot!(refusal(""), @r#""" is not the name of an AWS region; one looks like "eu-central-1" (with endpoints { s3 = ... } in the provider block, any name of that store will do)"#);
    }

    #[test]
    fn other_stores_name_their_regions_as_they_like() {
        for name in ["auto", "fsn1", "fr-par", "us-west-004", "default"] {
            assert!(name.parse::<Region>().is_err(), "{name}");
            assert_eq!(Region::of_store(name).unwrap().as_str(), name);
        }
        for name in ["", "eu/central", "a b"] {
            assert!(Region::of_store(name).is_err(), "{name}");
        }
    }

    #[test]
    fn an_unheard_of_region_is_allowed_but_doubted() {
        let region: Region = "eu-centrl-1".parse().unwrap();
        insta::assert_snapshot!(region.doubt().unwrap(), @r#"no region "eu-centrl-1" is known to this version; did you mean "eu-central-1"?"#);
        let region: Region = "moon-north-1".parse().unwrap();
        insta::assert_snapshot!(region.doubt().unwrap(), @r#"no region "moon-north-1" is known to this version."#);
    }
}
