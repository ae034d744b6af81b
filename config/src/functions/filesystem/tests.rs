use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cty::{Mark, Value};

use crate::functions::{FunctionContext, FunctionError, call, describe};
use crate::why::Why;

/// A repository with a root module in it, and things beside it.
struct Repository {
    _directory: tempfile::TempDir,
    outside: PathBuf,
    fence: PathBuf,
    root: PathBuf,
    module: PathBuf,
}

fn repository() -> Repository {
    let directory = tempfile::tempdir().unwrap();
    let outside = directory.path().to_path_buf();
    let fence = outside.join("repo");
    let root = fence.join("env");
    let module = fence.join("modules/cluster");
    for made in [&root, &module, &root.join("sub")] {
        fs::create_dir_all(made).unwrap();
    }
    fs::write(outside.join("secret.txt"), "outside").unwrap();
    fs::write(fence.join("shared.txt"), "shared").unwrap();
    fs::write(root.join("here.txt"), "here").unwrap();
    fs::write(root.join("sub/a.txt"), "a").unwrap();
    fs::write(module.join("only.tpl"), "only").unwrap();
    Repository {
        _directory: directory,
        outside,
        fence,
        root,
        module,
    }
}

/// Upper-cases every variable's value after the text: enough to see what came through.
fn render(
    text: &str,
    path: &Path,
    variables: &BTreeMap<Arc<str>, Value>,
) -> Result<Value, FunctionError> {
    let all = variables
        .values()
        .filter_map(Value::as_str)
        .collect::<Vec<_>>()
        .join("+");
    let text = Value::string(format!("{}:{text}:{all}", path.display()));
    Ok(variables
        .values()
        .take(1)
        .fold(text, |text, first| text.with_marks(first.marks())))
}

impl Repository {
    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String> {
        let cx = FunctionContext {
            module_dir: &self.module,
            root_dir: &self.root,
            fence: &self.fence,
            disk: &crate::disk::Disk::Real,
            dialect: crate::Dialect::Terraform,
            render_template: &render,
        };
        call(name, args, &cx)
            .unwrap()
            .map_err(|error| describe(name, &error))
    }

    fn on(&self, name: &str, path: &str) -> Result<Value, String> {
        self.call(name, &[path.into()])
    }
}

#[test]
fn relative_paths_start_in_the_root_module() {
    let repo = repository();
    assert_eq!(repo.on("file", "here.txt").unwrap(), Value::from("here"));
    assert_eq!(
        repo.on("file", "../shared.txt").unwrap(),
        Value::from("shared")
    );
    let absolute = repo.root.join("here.txt");
    assert_eq!(
        repo.on("file", absolute.to_str().unwrap()).unwrap(),
        Value::from("here")
    );
}

#[test]
fn nothing_outside_the_repository_is_read() {
    let repo = repository();
    let absolute = repo.outside.join("secret.txt");
    let paths = [
        "../../secret.txt",
        absolute.to_str().unwrap(),
        "~/.ssh/id_rsa.pub",
        "../../nothing",
    ];
    let functions = [
        "file",
        "filebase64",
        "fileexists",
        "filemd5",
        "filesha1",
        "filesha256",
        "filesha512",
        "filebase64sha256",
        "filebase64sha512",
    ];
    for name in functions {
        for path in paths {
            let value = repo.on(name, path).unwrap();
            assert!(!value.is_known(), "{name}({path})");
            let why = Why::of(&value).unwrap().to_string();
            assert!(
                why.ends_with("lies outside the repository, where no file is read"),
                "{why}"
            );
        }
    }
    let set = repo.call("fileset", &["../..".into(), "*".into()]).unwrap();
    assert!(!set.is_known() && Why::of(&set).is_some());
    let vars = Value::empty_object();
    let template = repo
        .call("templatefile", &["../../secret.txt".into(), vars])
        .unwrap();
    assert!(!template.is_known() && Why::of(&template).is_some());
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out() {
    use std::os::unix::fs::symlink;
    let repo = repository();
    symlink(repo.outside.join("secret.txt"), repo.root.join("link.txt")).unwrap();
    symlink(&repo.outside, repo.root.join("up")).unwrap();
    symlink(repo.root.join("here.txt"), repo.root.join("inner.txt")).unwrap();
    for path in ["link.txt", "up/secret.txt", "up/repo/env/../../secret.txt"] {
        assert!(!repo.on("file", path).unwrap().is_known(), "{path}");
    }
    assert_eq!(repo.on("file", "inner.txt").unwrap(), Value::from("here"));
    let found = repo
        .call("fileset", &[".".into(), "**/*.txt".into()])
        .unwrap();
    let names: Vec<_> = found
        .elements()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(names, ["here.txt", "inner.txt", "sub/a.txt"]);
}

#[cfg(unix)]
#[test]
fn a_link_in_a_circle_ends() {
    let repo = repository();
    std::os::unix::fs::symlink(&repo.root, repo.root.join("sub/again")).unwrap();
    let found = repo
        .call("fileset", &[".".into(), "**/a.txt".into()])
        .unwrap();
    assert_eq!(found.elements().unwrap().len(), 1);
}

#[test]
fn a_missing_file_in_the_module_itself_is_explained() {
    let repo = repository();
    insta::assert_snapshot!(repo.on("file", "only.tpl").unwrap_err(), @r#"Invalid value for "path" parameter: no file exists at "only.tpl"; paths start in the root module's directory; it is found in this module's own, which "${path.module}/" names"#);
    let elsewhere = repo.on("file", "none.txt").unwrap_err();
    assert!(
        elsewhere.contains("this function works only with files"),
        "{elsewhere}"
    );
}

#[test]
fn what_is_no_file_is_refused() {
    let repo = repository();
    insta::assert_snapshot!(repo.on("file", "sub").unwrap_err(), @r#"Invalid value for "path" parameter: "sub" is a directory, not a file"#);
    fs::write(repo.root.join("latin.txt"), b"\xe9").unwrap();
    assert!(
        repo.on("file", "latin.txt")
            .unwrap_err()
            .contains("not valid UTF-8")
    );
    assert_eq!(
        repo.on("filebase64", "latin.txt").unwrap(),
        Value::from("6Q==")
    );
}

#[test]
fn a_huge_file_is_not_read() {
    let repo = repository();
    let file = fs::File::create(repo.root.join("huge.bin")).unwrap();
    file.set_len((16 << 20) + 1).unwrap();
    let value = repo.on("filesha256", "huge.bin").unwrap();
    insta::assert_snapshot!(Why::of(&value).unwrap(), @r#""huge.bin" is larger than 16 MiB"#);
}

#[test]
fn a_secret_path_is_not_named() {
    let repo = repository();
    let path = Value::from("hidden.txt").mark(Mark::Sensitive);
    let message = repo.call("file", &[path]).unwrap_err();
    assert!(
        message.contains("(sensitive value)") && !message.contains("hidden"),
        "{message}"
    );
}

#[test]
fn templates_get_their_variables_with_marks() {
    let repo = repository();
    let vars = Value::object([
        ("a", Value::from("x").mark(Why::new("a reason").mark())),
        ("b", Value::from("y").mark(Mark::Sensitive)),
    ]);
    let rendered = repo
        .call("templatefile", &["here.txt".into(), vars.clone()])
        .unwrap();
    assert_eq!(rendered, Value::from("here.txt:here:x+y"));
    assert!(rendered.marks().contains(&Mark::Sensitive));
    let rendered = repo.call("templatestring", &["${a}".into(), vars]).unwrap();
    assert_eq!(rendered, Value::from("<templatestring argument>:${a}:x+y"));
}

#[test]
fn template_variables_are_checked() {
    let repo = repository();
    let render = |vars: Value| {
        repo.call("templatefile", &["here.txt".into(), vars])
            .unwrap_err()
    };
    insta::assert_snapshot!(render("x".into()), @r#"Invalid value for "vars" parameter: invalid vars value: must be a map"#);
    insta::assert_snapshot!(render(Value::object([("1a", Value::from("x"))])), @r#"Invalid value for "vars" parameter: invalid template variable name "1a": must start with a letter, followed by zero or more letters, digits, and underscores"#);
}

#[test]
fn paths_become_absolute_from_the_root_module() {
    let repo = repository();
    let absolute = repo.on("abspath", "../x/./y").unwrap();
    assert_eq!(
        absolute,
        Value::from(repo.fence.join("x/y").to_str().unwrap())
    );
    assert_eq!(repo.on("abspath", "/a/../b").unwrap(), Value::from("/b"));
    let home = std::env::home_dir().unwrap();
    let expanded = repo.on("pathexpand", "~/.ssh").unwrap();
    assert_eq!(expanded, Value::from(home.join(".ssh").to_str().unwrap()));
}
