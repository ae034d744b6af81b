//! One piece of text all over.

use std::fs;

use super::{Input, input};

/// One piece all over, with something before and after.
pub(super) fn long() -> Vec<Input> {
    const HCL: [(&str, &str, &str, &str); 58] = [
        ("one string", "locals {\n  a = \"", "x", "\"\n}\n"),
        ("text of wide letters", "locals {\n  a = \"", "é", "\"\n}\n"),
        (
            "a heredoc",
            "locals {\n  a = <<E\n",
            "some text\n",
            "E\n}\n",
        ),
        (
            "a flush heredoc",
            "locals {\n  a = <<-E\n",
            "  text\n",
            "E\n}\n",
        ),
        (
            "a heredoc of one line",
            "locals {\n  a = <<E\n",
            "x",
            "\nE\n}\n",
        ),
        (
            "combining marks",
            "locals {\n  a = <<-E\n",
            "\u{301}",
            "\nE\n}\n",
        ),
        ("one comment", "/* ", "x\n", "*/\n"),
        ("comments", "", "#\n", ""),
        ("block comments", "", "/**/", ""),
        ("open comments", "", "/* ", ""),
        ("blank lines", "", "\n", ""),
        ("blanks", "", " ", ""),
        ("carriage returns", "", "\r", ""),
        ("zeros", "", "\0", ""),
        ("a list", "locals {\n  a = [", "1,", "]\n}\n"),
        ("the same key", "locals {\n  a = {\n", "a=1\n", "}\n}\n"),
        ("the same argument", "", "a = 1\n", ""),
        ("blocks", "", "a {}\n", ""),
        ("providers", "", "provider \"a\" {}\n", ""),
        ("a long name", "", "a", " = 1\n"),
        ("a long label", "resource \"", "a", "\" \"b\" {}\n"),
        ("labels", "a ", "b ", "{}\n"),
        ("a number", "locals {\n  a = ", "1", "\n}\n"),
        ("a fraction", "locals {\n  a = 0.", "1", "\n}\n"),
        ("open brackets", "a = ", "[", ""),
        ("open parentheses", "a = ", "(", ""),
        ("open braces", "a = ", "{a=", ""),
        ("open blocks", "", "a {\n", ""),
        ("open templates", "a = ", "\"${", ""),
        ("open heredocs in each other", "a = ", "<<E\n${", ""),
        ("open heredocs", "", "a = <<E\n", ""),
        ("open calls", "a = ", "f(", ""),
        ("open indexes", "a = b", "[b", ""),
        ("open for", "a = ", "[for x in ", ""),
        ("open directives", "a = \"", "%{ if true }", ""),
        ("negations", "a = ", "!", "true\n"),
        ("minuses", "a = ", "-", "1\n"),
        ("open conditionals", "a = ", "x?", "1\n"),
        ("conditionals", "locals {\n  a = ", "true?1:", "1\n}\n"),
        ("sums", "locals {\n  a = 1", "+1", "\n}\n"),
        ("mixed operators", "locals {\n  a = 1", "*1+1", "\n}\n"),
        ("conjunctions", "locals {\n  a = true", "&&true", "\n}\n"),
        ("interpolations", "locals {\n  a = \"", "${1}", "\"\n}\n"),
        (
            "directives",
            "locals {\n  a = \"",
            "%{if true}%{endif}",
            "\"\n}\n",
        ),
        ("indexes", "locals {\n  a = x", "[0]", "\n}\n"),
        ("steps", "locals {\n  a = x", ".b", "\n}\n"),
        (
            "splats",
            "locals {\n  b = []\n  a = local.b",
            "[*]",
            "\n}\n",
        ),
        ("quotes", "", "\"", ""),
        ("quotes on lines", "", "\"\n", ""),
        ("errors", "", "a = ]\n", ""),
        ("open lists on lines", "", "a = [\n", ""),
        ("stray brackets", "", "}\n", ""),
        ("what means nothing", "", "\u{1}", ""),
        ("open everything", "", "a{a=\"${<<E\n", ""),
        ("escapes", "locals {\n  a = \"", "\\u0041", "\"\n}\n"),
        ("dollars", "locals {\n  a = \"", "$", "\"\n}\n"),
        ("escaped sequences", "locals {\n  a = \"", "$${", "\"\n}\n"),
        (
            "arguments of a call",
            "locals {\n  a = max(0",
            ",1",
            ")\n}\n",
        ),
    ];
    const JSON: [(&str, &str, &str, &str); 12] = [
        ("JSON: open arrays", "", "[", ""),
        ("JSON: open objects", "", "{\"a\":", ""),
        ("JSON: text", "{\"locals\":{\"a\":\"", "x", "\"}}"),
        (
            "JSON: interpolations",
            "{\"locals\":{\"a\":\"",
            "${1}",
            "\"}}",
        ),
        ("JSON: escapes", "{\"locals\":{\"a\":\"", "\\u0041", "\"}}"),
        ("JSON: a list", "{\"locals\":{\"a\":[", "1,", "1]}}"),
        (
            "JSON: blocks",
            "{\"resource\":{\"a\":{\"b\":[",
            "{},",
            "{}]}}}",
        ),
        ("JSON: a number", "{\"locals\":{\"a\":", "1", "}}"),
        ("JSON: newlines", "", "\n", "{}"),
        ("JSON: documents", "[", "{},", "{}]"),
        ("JSON: what is no block", "{\"locals\":[", "1,", "1]}"),
        (
            "JSON: the same property",
            "{\"locals\":{",
            "\"a\":1,",
            "\"a\":1}}",
        ),
    ];
    let one = |file: &'static str| {
        move |&(name, before, piece, after): &(&str, &'static str, &'static str, &'static str)| {
            input(name, move |folder| {
                folder.put(file, &format!("{before}{}{after}", folder.fill(piece)))
            })
        }
    };
    let mut all: Vec<Input> = HCL.iter().map(one("main.tf")).collect();
    all.extend(JSON.iter().map(one("main.tf.json")));
    let of_values: [(&str, &str, &str, &str); 2] = [
        ("values: open brackets", "a = ", "[", ""),
        ("values: the same", "", "a = 1\n", ""),
    ];
    all.extend(of_values.iter().map(one("terraform.tfvars")));
    let list = [("JSON values: a list", "{\"a\":[", "1,", "1]}")];
    all.extend(list.iter().map(one("terraform.tfvars.json")));
    all.push(input("what is not UTF-8", |folder| {
        fs::write(folder.path.join("main.tf"), vec![0xff; folder.bytes])
    }));
    all.push(input("JSON: blocks in blocks", |folder| {
        let (open, close) = ("{\"x\":".repeat(150), "}".repeat(150));
        let inside = folder.fill("{},");
        let text = format!("{{\"resource\":{{\"a\":{{\"b\":{open}[{inside}{{}}]{close}}}}}}}");
        folder.put("main.tf.json", &text)
    }));
    all
}
