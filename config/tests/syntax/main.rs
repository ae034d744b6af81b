//! The parser beside hcl-edit and beside real hosts, on files of the repository and on generated ones.

mod files;
mod fmt;
mod generate;
mod oracle;
#[path = "../support/random.rs"]
mod random;
mod verdicts;

use std::path::Path;

use random::Random;
use terraform_config::SourceFile;
use terraform_config::syntax::{Parsed, Token, TokenKind, parse, tokens};

fn parsed(text: &str) -> Parsed {
    parse(&SourceFile::new("x.tf", text))
}

/// True if a text parses.
fn accepts(text: &str) -> bool {
    parsed(text).errors.is_empty()
}

/// Nodes compared and differences found; nothing if hcl-edit rejects the text.
fn compared(text: &str) -> Option<oracle::Comparison> {
    // They do not read byte order marks.
    let theirs = hcl_edit::parser::parse_body(text).ok()?;
    Some(oracle::compare(text, &parsed(text).body, &theirs))
}

#[test]
fn generated_texts_give_the_tree_that_hcl_edit_gives() {
    let (mut nodes, mut texts) = (0, 0);
    for seed in 0..1_500 {
        let mut random = Random::new(seed);
        let mut text = generate::valid(&mut random);
        if seed % 4 == 0 {
            text.push('\n');
            text.push_str(&generate::heredoc(&mut random));
        }
        assert_eq!(parsed(&text).errors, [], "{text}");
        let Some(found) = compared(&text) else {
            continue;
        };
        assert_eq!(found.differences, Vec::<String>::new(), "{text}");
        nodes += found.nodes;
        texts += 1;
    }
    // They reject byte order marks, and newlines around operators in some places.
    assert!(
        texts > 1_000 && nodes > 20_000,
        "{texts} texts, {nodes} nodes"
    );
}

/// A host gives each of these the value of its innermost template: `fixtures/language`.
#[test]
fn templates_in_templates_give_the_tree_that_hcl_edit_gives() {
    for text in [
        r#"a = "${"a $${b} ${"n"}"}""#,
        r#"a = "${ "a ${~ null }" }""#,
        r#"a = "${"é%{ for k, v in ["é 名"] }:${v}, %{ endfor ~}"}""#,
        r#"a = "${"- %{ for v in [1] }${v}, %{ endfor ~}a $${b} %{ if true }x%{ endif }"}""#,
        r#"a = "${"${"${"x ${1}"}"}"}""#,
        r#"a = "${~ "${~ { a = "${"b ${1}"}" } ~}" ~}""#,
        r#"a = " ${~ "b ${1}" }""#,
        r#"a = "${("${("b ${1}")}")}""#,
        "a = <<E\n${\"${\"a ${1}\"}\"}\nE\n",
    ] {
        let text = format!("{text}\n");
        let found = compared(&text).expect("hcl-edit accepts it");
        assert_eq!(found.differences, Vec::<String>::new(), "{text}");
        assert!(found.nodes > 2, "{text}");
    }
}

#[test]
fn the_repositorys_files_give_the_tree_that_hcl_edit_gives() {
    let files = files::under(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let mut nodes = 0;
    for path in &files {
        let text = std::fs::read_to_string(path).expect("files can be read");
        let joined: String = tokens(&text).map(|token| token.text).collect();
        assert_eq!(joined, text);
        let Some(found) = compared(&text) else {
            continue;
        };
        assert_eq!(
            found.differences,
            Vec::<String>::new(),
            "{}",
            path.display()
        );
        nodes += found.nodes;
    }
    assert!(
        files.len() > 40 && nodes > 5_000,
        "{} files, {nodes} nodes",
        files.len()
    );
}

#[test]
fn tokens_put_together_are_the_text() {
    for seed in 0..1_000 {
        let mut random = Random::new(seed);
        let mut text = generate::valid(&mut random) + "\n" + &generate::heredoc(&mut random);
        let is_invalid = |token: Token<'_>| token.kind == TokenKind::Invalid;
        assert!(!tokens(&text).any(is_invalid), "{text}");
        if seed % 2 == 0 {
            text = generate::mutated(&mut random, &text);
        }
        let joined: String = tokens(&text).map(|token| token.text).collect();
        assert_eq!(joined, text);
        let mut end = 0;
        for token in tokens(&text) {
            assert_eq!(token.span.range().start, end);
            end = token.span.range().end;
        }
    }
}

#[test]
fn mutated_texts_have_errors_in_their_place_and_keep_what_is_right() {
    for seed in 0..2_000 {
        let mut random = Random::new(seed);
        let valid = generate::valid(&mut random) + "\n" + &generate::heredoc(&mut random);
        let text = generate::mutated(&mut random, &valid);
        let parsed = parsed(&text);
        for error in &parsed.errors {
            assert!(text.get(error.span.range()).is_some(), "{error:?} {text}");
            assert!(
                !error.message.is_empty() && !error.detail.is_empty(),
                "{error:?}"
            );
        }
        for comment in &parsed.comments {
            let text = &text[comment.span.range()];
            assert!(text.starts_with(['#', '/']), "{text:?}");
        }
    }
}
