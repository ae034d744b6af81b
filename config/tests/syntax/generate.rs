//! Random texts in the language: valid ones, and such with a token changed.

use std::fmt::Write as _;

use terraform_config::syntax::tokens;

use super::random::Random;

impl Random {
    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// A valid text.
pub(crate) fn valid(random: &mut Random) -> String {
    let mut writer = Writer {
        random,
        text: String::new(),
        names: 0,
    };
    if writer.random.one_in(40) {
        writer.text.push('\u{feff}');
    }
    writer.body(3);
    if writer.random.one_in(8) {
        return writer.text.replace('\n', "\r\n");
    }
    if writer.random.one_in(8) && !writer.text.contains("<<") {
        writer.text.truncate(writer.text.trim_end().len());
    }
    writer.text
}

/// A text with up to three tokens left out, doubled, swapped or put in.
pub(crate) fn mutated(random: &mut Random, text: &str) -> String {
    const PIECES: [&str; 40] = [
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "${",
        "%{",
        "$${",
        "<<EOT\n",
        "<<-E\n",
        "EOT\n",
        "\n",
        "#",
        "/*",
        "=",
        "=>",
        "...",
        "?",
        ":",
        "::",
        ",",
        ".",
        "*",
        "[*]",
        ".*",
        "-",
        "!",
        "null",
        "for",
        "in",
        "if",
        "%{ endif }",
        "~}",
        "'",
        "\\",
        "1.5",
        "a",
        " ",
    ];
    let mut pieces: Vec<&str> = tokens(text).map(|token| token.text).collect();
    for _ in 0..=random.below(3) {
        if pieces.is_empty() {
            break;
        }
        let at = random.below(pieces.len());
        match random.below(4) {
            0 => {
                pieces.remove(at);
            }
            1 => pieces.insert(at, pieces[at]),
            2 => {
                let other = random.below(pieces.len());
                pieces.swap(at, other);
            }
            _ => pieces.insert(at, random.pick(&PIECES)),
        }
    }
    pieces.concat()
}

struct Writer<'r> {
    random: &'r mut Random,
    text: String,
    names: usize,
}

const NAMES: [&str; 12] = [
    "a",
    "b_1",
    "size",
    "très-long",
    "count",
    "for_each",
    "x0",
    "aws_instance",
    "_",
    "in",
    "if",
    "each",
];

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn name(&mut self) {
        let name = self.random.pick(&NAMES);
        self.put(name);
    }

    fn body(&mut self, depth: usize) {
        for _ in 0..self.random.below(5) {
            match self.random.below(if depth > 0 { 7 } else { 5 }) {
                0 => self.put("\n"),
                1 => {
                    let comment =
                        self.random
                            .pick(&["# c }\n", "// \"x\n", "/* [ */\n", "/* a\n b */ "]);
                    self.put(comment);
                }
                2..5 => {
                    // Each name once.
                    self.names += 1;
                    let _ = write!(self.text, "n{}", self.names);
                    self.blank(false);
                    self.put("=");
                    self.blank(false);
                    self.expr(depth + 1, false);
                    self.end_of_line();
                }
                _ => self.block(depth - 1),
            }
        }
    }

    fn end_of_line(&mut self) {
        let end = self
            .random
            .pick(&["\n", "\n", "\n", " # c\n", "\t// c\n", " /* c */\n"]);
        self.put(end);
    }

    fn block(&mut self, depth: usize) {
        self.name();
        for _ in 0..self.random.below(3) {
            let label = self.random.pick(&[
                " \"l\"",
                " \"a b\\\"\" ",
                " l",
                " \"$${x}\"",
                "\"\"",
                " \"%\"",
            ]);
            self.put(label);
        }
        match self.random.below(5) {
            0 => self.put(" {}"),
            1 => {
                self.put(" { x = ");
                self.expr(1, false);
                self.put(" }");
            }
            _ => {
                self.put(" {");
                self.end_of_line();
                let names = std::mem::take(&mut self.names);
                self.body(depth);
                self.names = names;
                self.put("  }");
            }
        }
        self.end_of_line();
    }

    /// Blanks; with `newlines` also those.
    fn blank(&mut self, newlines: bool) {
        let blank = match self.random.below(if newlines { 14 } else { 9 }) {
            0 => "",
            1 => "\t",
            2 => "  ",
            3 => " /**/ ",
            4..10 => " ",
            10 => "\n",
            11 => " # c\n",
            12 => "\n\n  ",
            _ => "// c\n ",
        };
        self.put(blank);
    }

    fn expr(&mut self, depth: usize, newlines: bool) {
        match self.random.below(if depth == 0 { 1 } else { 8 }) {
            0..4 => self.term(depth, newlines),
            4..7 => {
                self.term(depth - 1, newlines);
                for _ in 0..=self.random.below(3) {
                    self.put(" ");
                    self.blank(newlines);
                    let operator = self.random.pick(&[
                        "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||",
                    ]);
                    self.put(operator);
                    self.put(" ");
                    self.blank(newlines);
                    self.term(depth - 1, newlines);
                }
            }
            _ => {
                self.term(depth - 1, newlines);
                for mark in [" ?", " :"] {
                    self.put(mark);
                    self.put(" ");
                    self.blank(newlines);
                    self.expr(depth - 1, newlines);
                    self.blank(newlines);
                }
            }
        }
    }

    fn term(&mut self, depth: usize, newlines: bool) {
        match self.random.below(if depth == 0 { 7 } else { 15 }) {
            0 => self.put("null"),
            1 => self.put("true"),
            2 => {
                let number = self.random.pick(&[
                    "0",
                    "12",
                    "1.5",
                    "1e3",
                    "2.5E-2",
                    "007",
                    "123456789012345678901",
                ]);
                self.put(number);
            }
            3 | 4 => self.name_of_value(),
            5 => self.put("\"text\""),
            6 => {
                let text = self.random.pick(&[
                    "\"\"",
                    "\"a\\n\\t\\\"\\\\ \\u00e9 \\U0001F600\"",
                    "\"$${a} %%{b} $ % $$ %%\"",
                    "\"é 名\"",
                    "\"50%\"",
                    "\"$\"",
                ]);
                self.put(text);
            }
            7 => self.tuple(depth - 1),
            8 => self.object(depth - 1),
            9 => {
                let operator = self.random.pick(&["!", "-", "! ", "- "]);
                self.put(operator);
                self.term(depth - 1, newlines);
            }
            10 => {
                self.put("(");
                self.blank(true);
                self.expr(depth - 1, true);
                self.blank(true);
                self.put(")");
            }
            11 => self.call(depth - 1),
            12 => self.for_expr(depth - 1),
            13 => self.quoted(depth - 1),
            _ => self.traversal(depth - 1, newlines),
        }
    }

    fn name_of_value(&mut self) {
        let name = self.random.pick(&[
            "var.a",
            "local.b_c",
            "x",
            "data.t.n.id",
            "each.value",
            "module.m[0].o",
            "très-long",
        ]);
        self.put(name);
    }

    fn tuple(&mut self, depth: usize) {
        self.put("[");
        self.blank(true);
        for _ in 0..self.random.below(4) {
            self.expr(depth, true);
            self.blank(true);
            self.put(",");
            self.blank(true);
        }
        if self.random.one_in(2) {
            self.expr(depth, true);
            self.blank(true);
        }
        self.put("]");
    }

    fn object(&mut self, depth: usize) {
        self.put("{");
        self.blank(true);
        for at in 0..self.random.below(4) {
            match self.random.below(5) {
                0 => {
                    let _ = write!(self.text, "\"k{at} x\"");
                }
                1 => {
                    self.put("(");
                    self.expr(depth.min(1), true);
                    self.put(")");
                }
                2 => {
                    let _ = write!(self.text, "\"${{var.k}}-{at}\"");
                }
                _ => {
                    let _ = write!(self.text, "k{at}");
                }
            }
            self.blank(false);
            let separator = self.random.pick(&["=", "=", ":"]);
            self.put(separator);
            self.put(" ");
            self.expr(depth, false);
            let end = self
                .random
                .pick(&["\n", ",\n", ", ", " # c\n", ",", "\n\n"]);
            self.put(end);
        }
        self.put("}");
    }

    fn call(&mut self, depth: usize) {
        let name = self
            .random
            .pick(&["f", "merge", "provider::aws::arn", "core::max", "f "]);
        self.put(name);
        self.put("(");
        let count = self.random.below(3);
        for at in 0..count {
            self.blank(true);
            self.expr(depth, true);
            self.blank(true);
            if at + 1 < count || self.random.one_in(4) {
                self.put(",");
            } else if self.random.one_in(4) {
                self.put("...");
            }
        }
        self.blank(true);
        self.put(")");
    }

    fn for_expr(&mut self, depth: usize) {
        let is_object = self.random.one_in(2);
        self.put(if is_object { "{" } else { "[" });
        self.blank(true);
        let head = self
            .random
            .pick(&["for v in ", "for k, v in ", "for k ,v in "]);
        self.put(head);
        self.expr(depth, true);
        self.put(" :");
        self.blank(true);
        if is_object {
            self.term(depth, true);
            self.put(" =>");
            self.blank(true);
        }
        self.expr(depth, true);
        if is_object && self.random.one_in(3) {
            self.put("...");
        }
        if self.random.one_in(3) {
            self.put(" if ");
            self.expr(depth, true);
        }
        self.blank(true);
        self.put(if is_object { "}" } else { "]" });
    }

    fn quoted(&mut self, depth: usize) {
        self.put("\"");
        self.template(depth, false);
        self.put("\"");
    }

    fn template(&mut self, depth: usize, is_heredoc: bool) {
        for _ in 0..self.random.below(4) {
            let text = self.random.pick(&["x", " ", "a $${b} ", "é", "", "- "]);
            self.put(text);
            if is_heredoc && self.random.one_in(3) {
                self.put("\n    ");
            }
            match self.random.below(6) {
                0..4 => {
                    let open = self.random.pick(&["${", "${", "${ ", "${~ "]);
                    self.put(open);
                    self.expr(depth, true);
                    let close = self.random.pick(&["}", "}", " }", " ~}"]);
                    self.put(close);
                }
                4 => {
                    self.put("%{ if ");
                    self.expr(depth, true);
                    self.put(" }yes");
                    if self.random.one_in(2) {
                        self.put("%{ else ~} no");
                    }
                    self.put("%{ endif }");
                }
                _ => {
                    self.put("%{ for k, v in ");
                    self.expr(depth, true);
                    self.put(" }${v}, %{ endfor ~}");
                }
            }
        }
    }

    fn traversal(&mut self, depth: usize, newlines: bool) {
        match self.random.below(4) {
            0 => self.call(depth),
            1 => {
                self.put("(");
                self.expr(depth, true);
                self.put(")");
            }
            _ => self.name_of_value(),
        }
        let mut in_splat = false;
        for _ in 0..self.random.below(4) {
            match self.random.below(7) {
                0..3 => {
                    if newlines && self.random.one_in(6) {
                        self.put("\n ");
                    }
                    self.put(".");
                    self.name();
                }
                3 => self.put("[0]"),
                4 => {
                    self.put("[");
                    self.blank(true);
                    self.expr(depth, true);
                    self.put("]");
                    in_splat = false;
                }
                5 if !in_splat => {
                    in_splat = true;
                    self.put(".*");
                }
                _ => {
                    self.put("[*]");
                    in_splat = false;
                }
            }
        }
    }
}

/// A heredoc as an attribute, which the others do not make.
pub(crate) fn heredoc(random: &mut Random) -> String {
    let mut writer = Writer {
        random,
        text: String::new(),
        names: 0,
    };
    let open = writer
        .random
        .pick(&["<<EOT\n", "<<-EOT\n", "<<-E_1\n", "<<E-x\n"]);
    let marker = open
        .trim_start_matches("<<")
        .trim_start_matches('-')
        .trim_end()
        .to_owned();
    writer.put("h = ");
    writer.put(open);
    for _ in 0..writer.random.below(5) {
        let indent = writer.random.pick(&["", "  ", "    ", "\t", "      "]);
        writer.put(indent);
        writer.template(1, true);
        let rest = writer
            .random
            .pick(&["line", "", "$5", "EOT x", "\"q\"", "a \\n b", "%%{", "100%"]);
        writer.put(rest);
        writer.put("\n");
    }
    let indent = writer.random.pick(&["", "  ", "\t"]);
    writer.put(indent);
    writer.put(&marker);
    writer.put("\n");
    writer.put("after = 1\n");
    writer.text
}
