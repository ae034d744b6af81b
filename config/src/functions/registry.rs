//! Every function by name. A new one is one line here, and a name in [`ONLY`] if one dialect alone
//! has it. `lists/` holds what the hosts say they have.

use super::collection::{choose, list, map, search, set};
use super::filesystem::{path, read, set as files, template};
use super::signature::Function;
use super::yaml::{decode as yaml_in, encode as yaml_out};
use super::{
    cidr, convert, csv, encoding, format, gzip, hash, json, numeric, pattern, rsa, string, time,
    unknowable,
};
use crate::Dialect;

/// Functions that one dialect lacks: its newest host here, Terraform 1.15 or OpenTofu 1.12.
pub(super) const ONLY: &[(&str, Dialect)] = &[
    ("base64gunzip", Dialect::Tofu),
    ("cidrcontains", Dialect::Tofu),
    ("convert", Dialect::Terraform),
    ("urldecode", Dialect::Tofu),
];

/// Functions that look at expressions instead of values: the evaluator's.
pub(super) const OF_EXPRESSIONS: &[&str] = &["can", "convert", "try"];

/// Finds a function by its name, with or without `core::`, in either dialect.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let at = TABLE.binary_search_by_key(&name, |(name, _)| name).ok()?;
    TABLE.get(at).map(|(_, function)| function)
}

/// The only dialect that has a function of this name, if it is but one.
pub(super) fn only(name: &str) -> Option<Dialect> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let found = ONLY.iter().find(|(only, _)| *only == name);
    found.map(|(_, dialect)| *dialect)
}

/// Sorted by name.
pub(super) static TABLE: &[(&str, Function)] = &[
    ("abs", numeric::ABS),
    ("abspath", path::ABSPATH),
    ("alltrue", search::ALLTRUE),
    ("anytrue", search::ANYTRUE),
    ("base64decode", encoding::BASE64DECODE),
    ("base64encode", encoding::BASE64ENCODE),
    ("base64gunzip", gzip::BASE64GUNZIP),
    ("base64gzip", gzip::BASE64GZIP),
    ("base64sha256", hash::BASE64SHA256),
    ("base64sha512", hash::BASE64SHA512),
    ("basename", path::BASENAME),
    ("bcrypt", unknowable::BCRYPT),
    ("ceil", numeric::CEIL),
    ("chomp", string::CHOMP),
    ("chunklist", list::CHUNKLIST),
    ("cidrcontains", cidr::CIDRCONTAINS),
    ("cidrhost", cidr::CIDRHOST),
    ("cidrnetmask", cidr::CIDRNETMASK),
    ("cidrsubnet", cidr::CIDRSUBNET),
    ("cidrsubnets", cidr::CIDRSUBNETS),
    ("coalesce", choose::COALESCE),
    ("coalescelist", choose::COALESCELIST),
    ("compact", list::COMPACT),
    ("concat", list::CONCAT),
    ("contains", search::CONTAINS),
    ("csvdecode", csv::CSVDECODE),
    ("dirname", path::DIRNAME),
    ("distinct", list::DISTINCT),
    ("element", choose::ELEMENT),
    ("endswith", string::ENDSWITH),
    ("ephemeralasnull", convert::EPHEMERALASNULL),
    ("file", read::FILE),
    ("filebase64", read::FILEBASE64),
    ("filebase64sha256", read::FILEBASE64SHA256),
    ("filebase64sha512", read::FILEBASE64SHA512),
    ("fileexists", read::FILEEXISTS),
    ("filemd5", read::FILEMD5),
    ("fileset", files::FILESET),
    ("filesha1", read::FILESHA1),
    ("filesha256", read::FILESHA256),
    ("filesha512", read::FILESHA512),
    ("flatten", list::FLATTEN),
    ("floor", numeric::FLOOR),
    ("format", format::FORMAT),
    ("formatdate", time::FORMATDATE),
    ("formatlist", format::FORMATLIST),
    ("indent", string::INDENT),
    ("index", search::INDEX),
    ("issensitive", convert::ISSENSITIVE),
    ("join", string::JOIN),
    ("jsondecode", json::JSONDECODE),
    ("jsonencode", json::JSONENCODE),
    ("keys", map::KEYS),
    ("length", list::LENGTH),
    ("log", numeric::LOG),
    ("lookup", map::LOOKUP),
    ("lower", string::LOWER),
    ("matchkeys", choose::MATCHKEYS),
    ("max", numeric::MAX),
    ("md5", hash::MD5),
    ("merge", map::MERGE),
    ("min", numeric::MIN),
    ("nonsensitive", convert::NONSENSITIVE),
    ("one", choose::ONE),
    ("parseint", numeric::PARSEINT),
    ("pathexpand", path::PATHEXPAND),
    ("plantimestamp", unknowable::PLANTIMESTAMP),
    ("pow", numeric::POW),
    ("range", list::RANGE),
    ("regex", pattern::REGEX),
    ("regexall", pattern::REGEXALL),
    ("replace", string::REPLACE),
    ("reverse", list::REVERSE),
    ("rsadecrypt", rsa::RSADECRYPT),
    ("sensitive", convert::SENSITIVE),
    ("setintersection", set::SETINTERSECTION),
    ("setproduct", set::SETPRODUCT),
    ("setsubtract", set::SETSUBTRACT),
    ("setunion", set::SETUNION),
    ("sha1", hash::SHA1),
    ("sha256", hash::SHA256),
    ("sha512", hash::SHA512),
    ("signum", numeric::SIGNUM),
    ("slice", list::SLICE),
    ("sort", list::SORT),
    ("split", string::SPLIT),
    ("startswith", string::STARTSWITH),
    ("strcontains", string::STRCONTAINS),
    ("strrev", string::STRREV),
    ("substr", string::SUBSTR),
    ("sum", search::SUM),
    ("templatefile", template::TEMPLATEFILE),
    ("templatestring", template::TEMPLATESTRING),
    ("textdecodebase64", encoding::TEXTDECODEBASE64),
    ("textencodebase64", encoding::TEXTENCODEBASE64),
    ("timeadd", time::TIMEADD),
    ("timecmp", time::TIMECMP),
    ("timestamp", unknowable::TIMESTAMP),
    ("title", string::TITLE),
    ("tobool", convert::TOBOOL),
    ("tolist", convert::TOLIST),
    ("tomap", convert::TOMAP),
    ("tonumber", convert::TONUMBER),
    ("toset", convert::TOSET),
    ("tostring", convert::TOSTRING),
    ("transpose", map::TRANSPOSE),
    ("trim", string::TRIM),
    ("trimprefix", string::TRIMPREFIX),
    ("trimspace", string::TRIMSPACE),
    ("trimsuffix", string::TRIMSUFFIX),
    ("upper", string::UPPER),
    ("urldecode", encoding::URLDECODE),
    ("urlencode", encoding::URLENCODE),
    ("uuid", unknowable::UUID),
    ("uuidv5", hash::UUIDV5),
    ("values", map::VALUES),
    ("yamldecode", yaml_in::YAMLDECODE),
    ("yamlencode", yaml_out::YAMLENCODE),
    ("zipmap", map::ZIPMAP),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::functions::signature::{Param, Shape};

    const LISTS: [(Dialect, &str); 2] = [
        (Dialect::Terraform, include_str!("lists/terraform-1.15.txt")),
        (Dialect::Tofu, include_str!("lists/opentofu-1.12.txt")),
    ];

    /// Functions that give a reason instead of a value: see `unknowable`.
    const UNKNOWABLE: &[&str] = &["bcrypt", "plantimestamp", "timestamp", "uuid"];

    fn signatures(list: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
        list.lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| line.split_once('(').unwrap())
    }

    #[test]
    fn every_function_of_the_hosts_is_here_or_named_as_missing() {
        /// What a host has and this crate has not.
        const MISSING: &[&str] = &[];
        for (dialect, list) in LISTS {
            let theirs: BTreeSet<&str> = signatures(list).map(|(name, _)| name).collect();
            let ours: BTreeSet<&str> = crate::functions::names(dialect).collect();
            let missing: Vec<&str> = theirs.difference(&ours).copied().collect();
            assert_eq!(missing, MISSING, "{dialect:?}");
            let more: Vec<&str> = ours.difference(&theirs).copied().collect();
            assert!(more.is_empty(), "{dialect:?} has no {more:?}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_found_by_both_names() {
        assert!(TABLE.is_sorted_by_key(|(name, _)| name));
        for (name, _) in TABLE {
            assert!(find(name).is_some() && find(&format!("core::{name}")).is_some());
        }
        assert!(
            find("core::").is_none() && find("nope").is_none() && find("core::core::abs").is_none()
        );
    }

    #[test]
    fn parameters_are_those_of_the_hosts() {
        let both = LISTS.iter().flat_map(|(_, list)| signatures(list));
        for (name, theirs) in both {
            let Some(function) = find(name) else { continue };
            let (theirs, returns) = theirs.rsplit_once(") ").unwrap();
            let fixed = function.params.iter().map(|param| parameter(param, ""));
            let rest = function.rest.iter().map(|param| parameter(param, "..."));
            let ours: Vec<String> = fixed.chain(rest).collect();
            // OpenTofu has another word for the first one.
            let theirs = match name {
                "templatestring" => theirs.replace("data ", "template "),
                _ => theirs.to_owned(),
            };
            assert_eq!(ours.join(", "), theirs, "{name}");
            if let Some(shape) = function.declared_shape() {
                // Where an argument may have any type Terraform does not say.
                let is_vague = returns == "dynamic";
                assert!(
                    is_vague || type_name(shape) == returns,
                    "{name} gives {returns}"
                );
            }
        }
    }

    fn parameter(param: &Param, more: &str) -> String {
        let null = if param.takes_null { "?" } else { "" };
        format!("{} {}{null}{more}", param.name, type_name(param.shape))
    }

    fn type_name(shape: Shape) -> String {
        match shape {
            Shape::Any => "dynamic".to_owned(),
            Shape::String => "string".to_owned(),
            Shape::Number => "number".to_owned(),
            Shape::Bool => "bool".to_owned(),
            Shape::List(element) => format!("list({})", type_name(*element)),
            Shape::Set(element) => format!("set({})", type_name(*element)),
            Shape::Map(element) => format!("map({})", type_name(*element)),
        }
    }

    #[test]
    fn unknowable_functions_say_why() {
        use crate::functions::laws::context;
        use crate::why::Why;
        for (name, function) in TABLE {
            let text = |param: &Param| {
                if param.name == "encoding" {
                    "UTF-8"
                } else {
                    "MA=="
                }
            };
            let args: Vec<_> = function
                .params
                .iter()
                .map(|param| text(param).into())
                .collect();
            let result = function.call(&args, &context());
            let gives_reason = result.as_ref().is_ok_and(|value| Why::of(value).is_some());
            assert_eq!(
                gives_reason,
                UNKNOWABLE.contains(name),
                "{name}: {result:?}"
            );
        }
    }
}
