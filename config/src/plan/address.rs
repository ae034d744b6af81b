//! Addresses as plans write them: `module.a["k"].data.aws_ami.b[0]`.

use std::str::FromStr;

use unicode_id_start::{is_id_continue, is_id_start};

use crate::instance::{Address, InstanceKey, Mode, ModuleStep};

/// Text that is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no address of a resource instance: {problem} at byte {at}")]
pub struct AddressError {
    text: String,
    problem: &'static str,
    at: usize,
}

impl FromStr for Address {
    type Err = AddressError;

    /// Reads what `Display` writes. The key `[*]`, which Terraform writes into deferred changes for
    /// instances that it cannot tell yet, is read as no key.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let mut reader = Reader { text, at: 0 };
        reader.address().map_err(|problem| AddressError {
            text: text.chars().take(200).collect(),
            problem,
            at: reader.at,
        })
    }
}

struct Reader<'t> {
    text: &'t str,
    /// Bytes that are read.
    at: usize,
}

type Read<T> = Result<T, &'static str>;

impl<'t> Reader<'t> {
    fn address(&mut self) -> Read<Address> {
        let mut module = Vec::new();
        let mut word = self.name()?;
        while word == "module" {
            self.dot()?;
            let name = self.name()?.into();
            let key = self.key()?;
            module.push(ModuleStep { name, key });
            self.dot()?;
            word = self.name()?;
        }
        let mode = if word == "data" {
            self.dot()?;
            word = self.name()?;
            Mode::Data
        } else {
            Mode::Managed
        };
        self.dot()?;
        let name = self.name()?.into();
        let key = self.key()?;
        if !self.rest().is_empty() {
            return Err("more follows than a key");
        }
        Ok(Address {
            module,
            mode,
            type_name: word.into(),
            name,
            key,
        })
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn take(&mut self, what: &str) -> bool {
        let is_next = self.rest().starts_with(what);
        if is_next {
            self.at += what.len();
        }
        is_next
    }

    fn dot(&mut self) -> Read<()> {
        self.take(".").then_some(()).ok_or("a dot is missing")
    }

    fn name(&mut self) -> Read<&'t str> {
        let rest = self.rest();
        let is_part = |letter: char| letter == '-' || is_id_continue(letter);
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let name = &rest[..end];
        if !name.starts_with(|first| first == '_' || is_id_start(first)) {
            return Err("a name is missing");
        }
        self.at += end;
        Ok(name)
    }

    /// `[0]`, `["name"]`, `[*]` or nothing.
    fn key(&mut self) -> Read<Option<InstanceKey>> {
        if !self.take("[") {
            return Ok(None);
        }
        let key = if self.take("*") {
            None
        } else if self.take("\"") {
            Some(InstanceKey::Name(self.quoted()?))
        } else {
            Some(InstanceKey::Index(self.index()?))
        };
        self.take("]")
            .then_some(key)
            .ok_or("a closing bracket is missing")
    }

    fn index(&mut self) -> Read<u64> {
        let rest = self.rest();
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        let digits = &rest[..rest.bytes().take_while(is_digit).count()];
        // `str::parse` would take a sign as well.
        let index = digits
            .parse()
            .map_err(|_| "a key is neither a number nor quoted")?;
        self.at += digits.len();
        Ok(index)
    }

    /// What follows an opening quote, and the closing one.
    fn quoted<T: for<'a> From<&'a str>>(&mut self) -> Read<T> {
        let rest = self.rest();
        let end = rest.find(['"', '\\', '{']).ok_or("a quote is missing")?;
        if rest.as_bytes()[end] == b'"' {
            self.at += end + 1;
            return Ok(T::from(&rest[..end]));
        }
        let mut out = String::new();
        loop {
            if self.take("\"") {
                return Ok(T::from(&out));
            } else if self.take("$${") {
                out.push_str("${");
            } else if self.take("%%{") {
                out.push_str("%{");
            } else if self.take("\\") {
                out.push(self.escape()?);
            } else {
                out.push(self.letter()?);
            }
        }
    }

    fn letter(&mut self) -> Read<char> {
        let letter = self.rest().chars().next().ok_or("a quote is missing")?;
        self.at += letter.len_utf8();
        Ok(letter)
    }

    fn escape(&mut self) -> Read<char> {
        match self.letter()? {
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            letter @ ('"' | '\\') => Ok(letter),
            'u' => self.code(4),
            'U' => self.code(8),
            _ => Err("an escape sequence does not exist"),
        }
    }

    fn code(&mut self, digits: usize) -> Read<char> {
        const PROBLEM: &str = "an escape sequence stands for no letter";
        let code = self.rest().get(..digits).ok_or(PROBLEM)?;
        if !code.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(PROBLEM);
        }
        let code = u32::from_str_radix(code, 16).map_err(|_| PROBLEM)?;
        self.at += digits;
        char::from_u32(code).ok_or(PROBLEM)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Address, AddressError> {
        text.parse()
    }

    #[test]
    fn addresses_are_read_as_plans_write_them() {
        let address = read(r#"module.a["k.[\"x\"]"].module.b[0].data.aws_x.y["z"]"#).unwrap();
        let step = |name: &str, key| ModuleStep {
            name: name.into(),
            key: Some(key),
        };
        assert_eq!(
            address,
            Address {
                module: vec![
                    step("a", InstanceKey::Name(r#"k.["x"]"#.into())),
                    step("b", InstanceKey::Index(0)),
                ],
                mode: Mode::Data,
                type_name: "aws_x".into(),
                name: "y".into(),
                key: Some(InstanceKey::Name("z".into())),
            }
        );
        let key = |text: &str| read(text).unwrap().key;
        assert_eq!(key("a.b"), None);
        assert_eq!(key("a.b[*]"), None);
        assert_eq!(
            key("é-1._x[18446744073709551615]"),
            Some(InstanceKey::Index(u64::MAX))
        );
        let name = |text: &str| match key(text) {
            Some(InstanceKey::Name(name)) => name.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(name(r#"a.b[""]"#), "");
        assert_eq!(
            name(r#"a.b["\n\r\t\"\\\u0001\U0001f600"]"#),
            "\n\r\t\"\\\u{1}😀"
        );
        assert_eq!(name(r#"a.b["$${a}%%{b}$$c{"]"#), "${a}%{b}$$c{");
        assert_eq!(name(r#"a.b["$$${x}"]"#), "$${x}");
        let partial = read("module.m[*].a.b").unwrap();
        assert_eq!((partial.module[0].key.clone(), partial.key), (None, None));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let say = |text| read(text).unwrap_err().to_string();
        insta::assert_snapshot!(say("a.b.c"), @r#""a.b.c" is no address of a resource instance: more follows than a key at byte 3"#);
        insta::assert_snapshot!(say(r#"a.b["c"#), @r#""a.b[\"c" is no address of a resource instance: a quote is missing at byte 5"#);
        insta::assert_snapshot!(say(r#"a.b["\ud800"]"#), @r#""a.b[\"\\ud800\"]" is no address of a resource instance: an escape sequence stands for no letter at byte 11"#);
        for text in [
            "",
            "a",
            "a.",
            ".b",
            "data.b",
            "module.a",
            "module.a.b",
            "a.b[",
            "a.b[]",
            "a.b[-1]",
            "a.b[+1]",
            "a.b[c]",
            "a.b[0",
            "a.b[0]x",
            "a.b[18446744073709551616]",
            "a b.c",
            "a.0",
            r#"a.b["\q"]"#,
            r#"a.b["\u00e"]"#,
            r#"a.b["\u+001"]"#,
            r#"a.b["\U00110000"]"#,
            "a.b\n",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    fn key() -> impl Strategy<Value = Option<InstanceKey>> {
        let text = prop_oneof![any::<String>(), "[${}%\"\\\\\na\u{1}\u{ad}😀]{0,8}"];
        proptest::option::of(prop_oneof![
            any::<u64>().prop_map(InstanceKey::Index),
            text.prop_map(|text| InstanceKey::Name(text.as_str().into())),
        ])
    }

    fn name() -> impl Strategy<Value = String> {
        "[a-zé_][a-z0-9_é-]{0,8}".prop_filter("a word of its own", |name| {
            name != "module" && name != "data"
        })
    }

    fn address() -> impl Strategy<Value = Address> {
        let step = (name(), key()).prop_map(|(name, key)| ModuleStep {
            name: name.into(),
            key,
        });
        let module = proptest::collection::vec(step, 0..3);
        let mode = prop_oneof![Just(Mode::Managed), Just(Mode::Data)];
        (module, mode, name(), name(), key()).prop_map(|(module, mode, ty, name, key)| Address {
            module,
            mode,
            type_name: ty.into(),
            name: name.into(),
            key,
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(address in address()) {
            prop_assert_eq!(read(&address.to_string()), Ok(address));
        }

        #[test]
        fn any_text_ends(text in "[a-z.\\[\\]\"\\\\$%{}*0-9u]{0,40}") {
            if let Ok(address) = read(&text) {
                // Reading is stable, whatever way the key was written.
                prop_assert_eq!(read(&address.to_string()), Ok(address));
            }
        }
    }
}
