//! Texts to damage, and damage done to them at random: the same for the same seed.

use std::fs;
use std::path::Path;

use super::random::Random;
use super::targets::Kind;

/// What means something to a lexer, a parser or an evaluator.
const PIECES: [&str; 77] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"",
    "${",
    "${~",
    "~}",
    "%{",
    "%{~",
    "$${",
    "%%{",
    "<<EOT\n",
    "<<-EOT\n",
    "EOT\n",
    "  EOT\n",
    "\n",
    "\r\n",
    "\r",
    "#",
    "//",
    "/*",
    "*/",
    "=",
    "==",
    "=>",
    "...",
    "..",
    ".",
    "?",
    ":",
    "::",
    ",",
    "*",
    "[*]",
    ".*",
    ".0",
    "-",
    "!",
    "&&",
    "null",
    "true",
    "for",
    "for x in",
    "if",
    "in",
    "%{ if x }",
    "%{ else }",
    "%{ endif }",
    "%{ for k, v in x }",
    "%{ endfor }",
    "\\u00",
    "\\U0001F600",
    "\\ud83d",
    "\\n",
    "\\",
    "\u{feff}",
    "é",
    "\u{301}",
    "名",
    "\0",
    "1e5",
    "0x1",
    "99999999999999999999",
    "1e-999999",
    "count = 2\n",
    "for_each = ",
    "try(",
    "var.a",
    "module.",
    "each.value",
    "dynamic \"x\" {\n",
    "9999999999999999999999",
    "<<\"EOT\"\n",
];

/// Texts of each kind.
pub(crate) struct Corpus(Vec<(Kind, Vec<u8>)>);

impl Corpus {
    /// The files of this crate's tests and of the repository's examples, and the texts of its cases.
    pub(crate) fn read() -> Self {
        let base = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = Vec::new();
        for folder in ["tests/fixtures", "tests/data", "../examples"] {
            collect(&base.join(folder), &mut texts);
        }
        for name in ["cases.json", "generated.json"] {
            let text = fs::read_to_string(base.join("tests/data/syntax").join(name));
            let cases: Vec<serde_json::Value> =
                serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default();
            let texts_of_cases = cases.iter().filter_map(|case| case["text"].as_str());
            texts.extend(texts_of_cases.map(|text| (Kind::Hcl, text.into())));
        }
        for (kind, text) in [
            (
                Kind::Json,
                r#"{"variable":{"x":{"type":"map(object({a=optional(string,\"b\")}))","default":{"k":{}}}},"locals":{"a":["${var.x[\"k\"].a}",1.5e3,null],"b":{"%{ for k, v in var.x }${k}%{ endfor }":true}},"resource":{"t":{"n":[{"for_each":"${var.x}","z":[{"y":"${each.key}"}],"dynamic":{"d":{"for_each":"${local.a}","content":{"v":"${d.value}"}}}}]}},"output":{"o":{"value":"${t.n[*].id}"}}}"#,
            ),
            (
                Kind::Values,
                "a = { b = [1, \"x\", null], (\"c\") = <<EOT\nx\nEOT\n}\nb = { k = [{ c = 1 }, {}] }\n",
            ),
            (
                Kind::JsonValues,
                r#"{"a":[1,"${x}",{"b":null}],"b":{"k":[{"c":"2"},{}]}}"#,
            ),
        ] {
            texts.push((kind, text.into()));
        }
        Self(texts)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// One text of them all, damaged.
    pub(crate) fn damaged(&self, seed: u64) -> (Kind, Vec<u8>) {
        let mut random = Random::new(seed.wrapping_add(1));
        // Of each kind as many, however many there are.
        let kind = Kind::ALL[random.below(Kind::ALL.len())];
        let of_kind = |kind: Kind| self.0.iter().filter(move |text| text.0 == kind);
        let count = of_kind(kind).count();
        let chosen = of_kind(kind).nth(random.below(count));
        let mut text = chosen.map(|text| text.1.clone()).unwrap_or_default();
        for _ in 0..=random.below(6) {
            self.damage(&mut text, &mut random);
        }
        (kind, text)
    }

    fn damage(&self, text: &mut Vec<u8>, random: &mut Random) {
        let at = random.below(text.len() + 1);
        let end = (at + random.below(40)).min(text.len());
        match random.below(9) {
            0..3 => {
                let piece = PIECES[random.below(PIECES.len())];
                text.splice(at..at, piece.bytes());
            }
            3 => drop(text.drain(at..end)),
            4 => {
                let piece = text[at..end].to_vec();
                let to = random.below(text.len() + 1);
                text.splice(to..to, piece);
            }
            // Over and over: nesting.
            5 => {
                let piece = text[at..end.min(at + 8)].repeat(random.below(300));
                text.splice(at..at, piece);
            }
            6 => text.truncate(at),
            7 => {
                if let Some(byte) = text.get_mut(at) {
                    *byte = random.below(256) as u8;
                }
            }
            // The rest of another one.
            _ => {
                let other = &self.0[random.below(self.0.len())].1;
                let from = random.below(other.len() + 1);
                text.truncate(at);
                text.extend_from_slice(&other[from..]);
            }
        }
    }
}

fn collect(folder: &Path, texts: &mut Vec<(Kind, Vec<u8>)>) {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let kind = [
            (".tfvars.json", Kind::JsonValues),
            (".tfvars", Kind::Values),
            (".tf.json", Kind::Json),
            ("plan.json", Kind::JsonPlan),
            ("tofu.json", Kind::JsonPlan),
            (".tf", Kind::Hcl),
        ];
        let kind = kind.into_iter().find(|(end, _)| name.ends_with(end));
        if path.is_dir() {
            collect(&path, texts);
        } else if let Some((_, kind)) = kind
            && let Ok(bytes) = fs::read(&path)
        {
            texts.push((kind, bytes));
        }
    }
}
