//! Numbered things.

use std::fmt::Write as _;

use super::{Input, input};

/// Numbered things, as many as fit.
pub(super) fn repeated() -> Vec<Input> {
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
