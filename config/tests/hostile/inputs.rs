//! Configurations that somebody wrote to make a checker slow, large or fall over: small ones for
//! tests, and up to 100 MB of the same for `cargo prove hostile`.

#![allow(dead_code, reason = "the tests use a part of it")]

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Writes an input.
type Write = dyn Fn(&Folder<'_>) -> io::Result<()> + Send + Sync;

/// What is hostile, and who writes it.
pub(crate) struct Input {
    pub(crate) name: String,
    write: Box<Write>,
}

impl Input {
    /// Writes it into an empty folder, with about so many bytes where it is long.
    pub(crate) fn write(&self, path: &Path, bytes: usize) -> io::Result<()> {
        (self.write)(&Folder { path, bytes })
    }
}

/// Where an input is written, and how long the long ones are.
struct Folder<'p> {
    path: &'p Path,
    bytes: usize,
}

impl Folder<'_> {
    fn put(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.path.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)
    }

    fn link(&self, name: &str, to: &str) -> io::Result<()> {
        let path = self.path.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(to, path)?;
        #[cfg(not(unix))]
        let _ = (path, to);
        Ok(())
    }

    /// A piece as often as it fits.
    fn fill(&self, piece: &str) -> String {
        piece.repeat(self.bytes / piece.len())
    }

    /// Numbered pieces, as many as fit.
    fn numbered(&self, piece: impl Fn(usize, &mut String)) -> String {
        let mut text = String::with_capacity(self.bytes + 100);
        let mut number = 0;
        while text.len() < self.bytes {
            piece(number, &mut text);
            number += 1;
        }
        text
    }
}

/// Those that are as hostile as they are long.
pub(crate) fn sized() -> Vec<Input> {
    let mut all = long();
    all.extend(several_files());
    all.extend(repeated());
    all.extend(directories());
    all
}

/// Those that are short and stand for very much.
pub(crate) fn growing() -> Vec<Input> {
    let mut all = products();
    all.extend(calls());
    all
}

fn input(
    name: &str,
    write: impl Fn(&Folder<'_>) -> io::Result<()> + Send + Sync + 'static,
) -> Input {
    Input {
        name: name.to_owned(),
        write: Box::new(write),
    }
}

/// One piece all over, with something before and after.
fn long() -> Vec<Input> {
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

/// As many files as it takes.
fn several_files() -> Vec<Input> {
    let files = |name: &str, piece: &'static str, before: &'static str, after: &'static str| {
        input(name, move |folder| {
            let part = Folder {
                bytes: folder.bytes / 13,
                ..*folder
            };
            let text = part.fill(piece);
            (0..13).try_for_each(|at| {
                let before = before.replace('#', &at.to_string());
                folder.put(&format!("f{at}.tf"), &format!("{before}{text}{after}"))
            })
        })
    };
    vec![
        files("lists in files", "1,", "locals {\n  a# = [", "]\n}\n"),
        files("comments in files", "#\n", "", ""),
        files("errors in files", "a = [\n", "", ""),
        files("blocks in files", "a {}\n", "", ""),
        input("small files", |folder| {
            let count = (folder.bytes / 1_000).min(50_000);
            (0..count).try_for_each(|at| {
                let text = format!("locals {{\n  a{at} = 1\n}}\n");
                folder.put(&format!("d{}/f{at}.tf", at / 500), &text)
            })
        }),
        input("roots", |folder| {
            let count = (folder.bytes / 5_000).min(10_000);
            (0..count).try_for_each(|at| folder.put(&format!("d{at}/main.tf"), "locals {}\n"))
        }),
    ]
}

/// Numbered things, as many as fit.
fn repeated() -> Vec<Input> {
    type Piece = fn(usize, &mut String);
    let whole: [(&str, &str, Piece, &str); 10] = [
        (
            "keys",
            "locals {\n  a = {\n",
            |n, text| {
                let _ = writeln!(text, "key_{n} = {n}");
            },
            "}\n}\n",
        ),
        (
            "arguments",
            "",
            |n, text| {
                let _ = writeln!(text, "a{n} = 1");
            },
            "",
        ),
        (
            "locals",
            "locals {\n",
            |n, text| {
                let _ = writeln!(text, "a{n} = 1");
            },
            "}\n",
        ),
        (
            "variables",
            "",
            |n, text| {
                let _ = writeln!(text, "variable \"v{n}\" {{}}");
            },
            "",
        ),
        (
            "resources",
            "",
            |n, text| {
                let _ = writeln!(text, "resource \"a\" \"r{n}\" {{}}");
            },
            "",
        ),
        (
            "arguments of a resource",
            "resource \"a\" \"b\" {\n",
            |n, text| {
                let _ = writeln!(text, "a{n} = 1");
            },
            "}\n",
        ),
        (
            "locals from each other",
            "locals {\n  a0 = 1\n",
            |n, text| {
                let _ = writeln!(text, "  a{} = local.a{n}", n + 1);
            },
            "}\n",
        ),
        (
            "gates",
            "",
            |n, text| {
                let _ = write!(
                    text,
                    "variable \"g{n}\" {{\n  type    = bool\n  default = false\n}}\n\
                     resource \"rancher2_cluster_v2\" \"c{n}\" {{\n  count = var.g{n} ? 1 : 0\n}}\n"
                );
            },
            "",
        ),
        (
            "clusters",
            "",
            |n, text| {
                let _ = write!(
                    text,
                    "resource \"rancher2_cluster_v2\" \"c{n}\" {{\n  name = \"c{n}\"\n  \
                     kubernetes_version = \"v1.30.0+rke2r1\"\n  rke_config {{\n  }}\n}}\n# {}\n",
                    "-".repeat(4_000)
                );
            },
            "",
        ),
        (
            "pools",
            "resource \"rancher2_cluster_v2\" \"c\" {\n  rke_config {\n",
            |_, text| text.push_str("machine_pools {\n  name = \"a\"\n  etcd_role = true\n}\n"),
            "}\n}\n",
        ),
    ];
    let inputs = whole.into_iter().map(|(name, before, piece, after)| {
        input(name, move |folder| {
            let text = format!("{before}{}{after}", folder.numbered(piece));
            folder.put("main.tf", &text)
        })
    });
    inputs.collect()
}

fn products() -> Vec<Input> {
    let file = |name: &str, text: String| input(name, move |folder| folder.put("main.tf", &text));
    let chain = |first: &str, next: &dyn Fn(usize) -> String, count: usize| {
        let lines: String = (1..count)
            .map(|at| format!("  l{at} = {}\n", next(at - 1)))
            .collect();
        let last = count - 1;
        format!(
            "locals {{\n  l0 = {first}\n{lines}}}\noutput \"o\" {{\n  value = local.l{last}\n}}\n"
        )
    };
    let thousand = "locals {\n  r = range(1000)\n}\n";
    let dynamic = |inner: &str| {
        format!("dynamic \"x\" {{\n  for_each = local.r\n  content {{\n    {inner}\n  }}\n}}\n")
    };
    vec![
        file(
            "exponential locals",
            chain("[1]", &|at| format!("[local.l{at}, local.l{at}]"), 100),
        ),
        file(
            "a billion laughs",
            chain("\"lol\"", &|at| format!("\"{}\"", format!("${{local.l{at}}}").repeat(10)), 50),
        ),
        file(
            "exponential types",
            chain(
                "{}",
                &|at| format!("true ? {{ a = local.l{at}, b = local.l{at} }} : null"),
                100,
            ),
        ),
        file(
            "reasons that grow",
            "variable \"v\" {}\n".to_owned()
                + &chain("[var.v]", &|at| format!("local.l{at} == 1 ? local.l{at} : [local.l{at}]"), 300),
        ),
        file(
            "for in for",
            format!(
                "{thousand}output \"o\" {{\n  value = [for a in local.r : [for b in local.r : [for c in local.r : a]]]\n}}\n"
            ),
        ),
        file(
            "for in templates",
            format!(
                "{thousand}output \"o\" {{\n  value = \"{}x{}\"\n}}\n",
                "%{ for a in local.r }".repeat(4),
                "%{ endfor }".repeat(4)
            ),
        ),
        file(
            "a billion instances",
            "resource \"a\" \"b\" {\n  count = 1000000000\n}\n".to_owned(),
        ),
        file(
            "instances",
            (0..1000)
                .map(|at| format!("resource \"a\" \"b{at}\" {{\n  count = 10000\n}}\n"))
                .collect(),
        ),
        file(
            "instances of one cluster",
            "resource \"rancher2_cluster_v2\" \"c\" {\n  count = 10000\n  name  = \"c\"\n  rke_config {\n  }\n}\n"
                .to_owned(),
        ),
        file(
            "for_each of a product",
            format!(
                "{thousand}resource \"a\" \"b\" {{\n  for_each = toset([for p in setproduct(local.r, local.r) : \"${{p[0]}}-${{p[1]}}\"])\n}}\n"
            ),
        ),
        file(
            "dynamic in dynamic",
            format!(
                "{thousand}resource \"a\" \"b\" {{\n{}}}\n",
                dynamic(&dynamic(&dynamic("v = 1")))
            ),
        ),
        file(
            "dynamic in instances",
            format!(
                "{thousand}resource \"a\" \"b\" {{\n  count = 10000\n{}}}\n",
                dynamic("v = x.value")
            ),
        ),
        file(
            "resources that look at each other",
            "resource \"a\" \"b\" {\n  count = 10000\n  n     = length(a.c)\n}\nresource \"a\" \"c\" {\n  count = 10000\n  n     = 1\n}\n"
                .to_owned(),
        ),
        file(
            "large numbers",
            ["1e999999999", "1e30000000 + 1", "pow(10, 1000000000)", "7 % 1e-30000000", "\"${1e30000000}\"", "1e30000000 * 1e30000000"]
                .iter()
                .enumerate()
                .map(|(at, text)| format!("output \"o{at}\" {{\n  value = {text}\n}}\n"))
                .collect(),
        ),
        file(
            "a circle of locals",
            "locals {\n".to_owned()
                + &(0..3000)
                    .map(|at| format!("  a{at} = local.a{}\n", (at + 1) % 3000))
                    .collect::<String>()
                + "}\n",
        ),
        file(
            "a large type",
            format!(
                "variable \"v\" {{\n  type = object({{ {} }})\n  default = {{}}\n}}\noutput \"o\" {{\n  value = [for a in range(1000) : var.v]\n}}\n",
                (0..10_000).map(|at| format!("a{at} = optional(string, \"x\"), ")).collect::<String>()
            ),
        ),
        file(
            "defaults in a list",
            format!(
                "variable \"v\" {{\n  type = list(object({{ {} }}))\n  default = [{}]\n}}\noutput \"o\" {{\n  value = var.v\n}}\n",
                (0..1000).map(|at| format!("a{at} = optional(string, \"x\"), ")).collect::<String>(),
                "{}, ".repeat(10_000)
            ),
        ),
        file(
            "a deep type",
            format!(
                "variable \"v\" {{\n  type = {}string{}\n}}\n",
                "list(".repeat(5_000),
                ")".repeat(5_000)
            ),
        ),
    ]
}

/// Values that the calls below work on.
const VALUES: &str = r#"locals {
  r     = range(1000)
  q     = flatten([for i in range(100) : local.r])
  big   = join("", [for i in local.r : format("%01000d", i)])
  lines = replace(substr(local.big, 0, 10000), "0", "0\n")
  yaml  = replace(substr(local.big, 0, 10000), "0", "- 0\n")
  json  = jsonencode(local.r)
  m     = { for i in local.q : "${i}" => i... }
}
"#;

/// Calls whose results, or whose work, would be endless: each an output of its own input.
const CALLS: &str = r#"
setproduct(local.r, local.r, local.r)
join(local.big, local.q)
format("%999999999s", "x")
format("%.999999999f", 1)
formatlist("%s", [for i in local.r : local.big])
formatlist("%999999s%s", "x", local.r)
range(1000000000)
range(0, 1, 0.0000001)
cidrsubnets("10.0.0.0/8", [for i in local.r : 20]...)
[for i in local.r : cidrsubnets("10.0.0.0/4", [for i in local.r : 20]...)]
replace(local.big, "", local.big)
replace(local.big, "/0/", local.big)
replace(local.big, "/(.*)*y/", "z")
regexall("0", local.big)
regexall("(?:x{1,1000}){1,1000}", local.big)
split("", local.big)
indent(1000000000, "a\nb")
flatten([for i in local.r : local.q])
concat([for i in local.r : local.q]...)
merge([for i in local.r : { for j in local.r : "${i}-${j}" => j }]...)
zipmap([for j in local.r : "${j}"], [for i in local.r : local.q])
setunion([for i in local.r : local.q]...)
setintersection([for i in local.r : local.q]...)
[for i in local.r : tolist(local.q)]
[for i in local.q : contains(local.q, -1)]
[for i in local.q : distinct(local.q)]
[for i in local.q : sort(local.q)]
[for i in local.q : jsonencode(local.q)]
[for i in local.q : length(local.q)]
[for i in local.q : local.q[i]]
[for i in local.q : md5(local.big)]
[for i in local.q : upper(local.big)]
[for i in local.q : "${local.big}${i}"]
[for i in local.q : local.big == local.big]
[for i in local.q : local.q == local.q]
[for i in local.q : toset(local.q)]
[for i in local.q : merge(local.m, local.m)]
[for i in local.q : lookup(local.m, "x", 1)]
[for i in local.q : pow(99999, 99999)]
[for i in local.q : try(local.big[i], local.q)]
[for i in local.q : indent(1000, local.lines)]
[for i in local.q : substr(local.big, i, 1)]
[for i in local.q : csvdecode(local.lines)]
[for i in local.q : yamldecode(local.yaml)]
[for i in local.q : jsondecode(local.json)]
[for i in local.q : bcrypt("x", 31)]
{ for i in local.q : i => local.q... }
pow(99999999999, 99999999999)
parseint(local.big, 36)
yamldecode("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n")
yamldecode("a: &a [*a]")
yamldecode(join("", [for i in local.r : "["]))
jsondecode(join("", [for i in local.r : "["]))
matchkeys(local.q, local.q, local.q)
textencodebase64(local.big, "UTF-16LE")
sum([for i in local.r : pow(i, 10000)])
fileset("/", "**/**/**/**/*")
file("/dev/zero")
templatefile("main.tf", {})
rsadecrypt(local.big, local.big)
range(1000)[*][*][*][*]
toset([for i in local.r : local.q])
"#;

fn calls() -> Vec<Input> {
    let calls = CALLS.lines().filter(|line| !line.is_empty());
    let inputs = calls.map(|call| {
        let text = format!("{VALUES}output \"o\" {{\n  value = {call}\n}}\n");
        let name: String = call.chars().take(60).collect();
        input(&name, move |folder| folder.put("main.tf", &text))
    });
    inputs.collect()
}

fn directories() -> Vec<Input> {
    let twice =
        "module \"a\" {\n  source = \"../m#\"\n}\nmodule \"b\" {\n  source = \"../m#\"\n}\n";
    vec![
        input("a module of itself", |folder| {
            folder.put("main.tf", "module \"a\" {\n  source = \"./\"\n}\n")
        }),
        input("modules of each other", |folder| {
            let to_a =
                "module \"a\" {\n  source = \"./a\"\n}\nmodule \"b\" {\n  source = \"./a\"\n}\n";
            folder.put("main.tf", to_a)?;
            folder.put("a/main.tf", &to_a.replace("./a", "../"))
        }),
        input("modules that double", move |folder| {
            folder.put("main.tf", &twice.replace("../m#", "./m0"))?;
            for at in 0..30 {
                let text = twice.replace('#', &(at + 1).to_string());
                folder.put(&format!("m{at}/main.tf"), &text)?;
            }
            folder.put("m30/main.tf", "resource \"a\" \"b\" {}\n")
        }),
        input("a chain of modules", |folder| {
            let count = (folder.bytes / 10_000).min(10_000);
            for at in 0..count {
                let text = format!("module \"a\" {{\n  source = \"../m{}\"\n}}\n", at + 1);
                folder.put(&format!("m{at}/main.tf"), &text)?;
            }
            folder.put(&format!("m{count}/main.tf"), "")
        }),
        input("links in circles", |folder| {
            folder.put(
                "main.tf",
                "module \"a\" {\n  source = \"./loop/loop/loop\"\n}\n",
            )?;
            folder.put("a/main.tf", "")?;
            for (name, to) in [
                ("loop", "."),
                ("a/b", ".."),
                ("a/c", "../a"),
                ("x", "y"),
                ("y", "x"),
                ("z.tf", "z.tf"),
                ("w1.tf", "w2.tf"),
                ("w2.tf", "w1.tf"),
            ] {
                folder.link(name, to)?;
            }
            Ok(())
        }),
        input("directories linked with each other", |folder| {
            for from in 0..20 {
                folder.put(&format!("d{from}/main.tf"), "")?;
                for to in 0..20 {
                    folder.link(&format!("d{from}/l{to}"), &format!("../d{to}"))?;
                }
            }
            Ok(())
        }),
        input("deep directories", |folder| {
            let deep: PathBuf = (0..300).map(|_| "d").collect();
            fs::create_dir_all(folder.path.join(&deep))?;
            fs::write(folder.path.join(deep).join("main.tf"), "locals {}\n")
        }),
        input("a long .gitignore", |folder| {
            let rules = folder.bytes.min(2_000_000) / 9;
            folder.put(".gitignore", &"a*b*c*d*\n".repeat(rules))?;
            folder.put("main.tf", "locals {}\n")
        }),
        input("a modules.json without end", |folder| {
            folder.put("main.tf", "module \"a\" {\n  source = \"x/y/z\"\n}\n")?;
            folder.put(".terraform/modules/modules.json", &folder.fill("["))
        }),
    ]
}
