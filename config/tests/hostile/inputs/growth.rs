//! A few lines that stand for very much.

use super::{Input, input};

/// Products of ranges, types, instances, and chains that double.
pub(super) fn products() -> Vec<Input> {
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

/// Calls.
pub(super) fn calls() -> Vec<Input> {
    let calls = CALLS.lines().filter(|line| !line.is_empty());
    let inputs = calls.map(|call| {
        let text = format!("{VALUES}output \"o\" {{\n  value = {call}\n}}\n");
        let name: String = call.chars().take(60).collect();
        input(&name, move |folder| folder.put("main.tf", &text))
    });
    inputs.collect()
}
