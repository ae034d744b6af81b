//! Many files, and directories that lead nowhere.

use std::fs;
use std::path::PathBuf;

use super::{Folder, Input, input};

/// As many files as it takes.
pub(super) fn several() -> Vec<Input> {
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
        small(
            "dense files of 4 KB",
            4_096,
            ["locals {\n  a# = [", "1,", "]\n}\n"],
        ),
        small(
            "dense files of 1 KB",
            1_024,
            ["locals {\n  a# = [", "1,", "]\n}\n"],
        ),
        small(
            "files of small objects",
            4_096,
            ["locals {\n  a# = [", "{a=1},", "]\n}\n"],
        ),
        small(
            "files of small blocks",
            4_096,
            ["resource \"a\" \"r#\" {\n", "b{c=[1,2]}\n", "}\n"],
        ),
        small(
            "files of pools",
            4_096,
            [
                "resource \"rancher2_cluster_v2\" \"r#\" {\n  rke_config {\n",
                "machine_pools {\n name=\"a\"\n}\n",
                "}\n}\n",
            ],
        ),
        small(
            "files of lists in one resource",
            4_096,
            ["resource \"a\" \"r#\" {\n  a = [", "1,", "]\n}\n"],
        ),
        arguments("files of arguments", 4_096, 500),
        arguments("files of arguments in one folder", 1_024, 100_000),
        input("roots", |folder| {
            let count = (folder.bytes / 5_000).min(10_000);
            (0..count).try_for_each(|at| folder.put(&format!("d{at}/main.tf"), "locals {}\n"))
        }),
    ]
}

/// What directories and links can do.
pub(super) fn directories() -> Vec<Input> {
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

/// Files of so many bytes, 500 in a directory: what stands before (`#` is their number), all over,
/// and after. Each is as dense as code of that size can be.
fn small(name: &str, size: usize, [before, piece, after]: [&'static str; 3]) -> Input {
    input(name, move |folder| {
        let room = size.saturating_sub(before.len() + after.len());
        let text = piece.repeat(room / piece.len());
        (0..folder.bytes / size).try_for_each(|at| {
            let before = before.replace('#', &at.to_string());
            folder.put(
                &format!("d{}/f{at}.tf", at / 500),
                &format!("{before}{text}{after}"),
            )
        })
    })
}

/// Files of so many bytes, `together` in a directory: each a resource with as many arguments as fit.
fn arguments(name: &str, size: usize, together: usize) -> Input {
    input(name, move |folder| {
        let body: String = (0..size / 7).map(|at| format!("a{at}=1\n")).collect();
        (0..folder.bytes / size).try_for_each(|at| {
            let text = format!("resource \"a\" \"r{at}\" {{\n{body}}}\n");
            folder.put(&format!("d{}/f{at}.tf", at / together), &text)
        })
    })
}
