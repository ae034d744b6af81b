//! Many root modules in one run: each file is parsed once, and all of them can be read.

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_monorepo::Monorepo;
use terraform_config::{
    Cache, DiscoverOptions, Discovery, Evaluated, Inputs, discover, evaluate, threads,
};

const ONE_TEAM: Monorepo = Monorepo { teams: 1 };

/// What it is written into, without links.
fn written() -> (tempfile::TempDir, PathBuf) {
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let top = scratch
        .path()
        .canonicalize()
        .expect("it is there")
        .join("repository");
    ONE_TEAM.write(&top).expect("it is writable");
    (scratch, top)
}

/// Files of configurations and of values.
fn to_parse() -> usize {
    let files = ONE_TEAM.files();
    files.filter(|file| !file.path.ends_with(".yaml")).count()
}

fn evaluated(path: &Path, cache: &Cache) -> Vec<Evaluated> {
    let options = DiscoverOptions::default();
    let Discovery { roots, problems } = discover(&[path.to_owned()], &options, cache);
    assert_eq!(problems, []);
    threads::map(&roots, |root| evaluate(root, &Inputs::default(), cache))
}

#[test]
fn a_file_is_parsed_once_however_many_roots_use_it() {
    let (_scratch, top) = written();
    let cache = Cache::default();
    for _ in 0..2 {
        let all = evaluated(&top, &cache);
        assert_eq!(all.len(), Monorepo::ROOTS);
        for one in all {
            assert_eq!(one.problems, []);
            assert!(!one.instances.is_empty());
        }
        assert_eq!(cache.parsed(), to_parse());
    }
}

#[test]
fn a_detour_is_no_second_parse() {
    let (_scratch, top) = written();
    let cache = Cache::default();
    assert_eq!(
        evaluated(&top.join("teams/../teams"), &cache).len(),
        Monorepo::ROOTS
    );
    assert_eq!(cache.parsed(), to_parse());
}

#[test]
#[cfg(unix)]
fn a_link_is_no_second_parse() {
    let (_scratch, top) = written();
    let link = top.parent().expect("its parent").join("link");
    std::os::unix::fs::symlink(&top, &link).expect("it is writable");
    // One file that every root of a team shares by a link.
    let shared = top.join("shared.tf");
    fs::write(&shared, "variable \"shared\" {\n  default = 1\n}\n").expect("it is writable");
    for root in ONE_TEAM.roots() {
        let name = top.join(root.directory()).join("shared.tf");
        std::os::unix::fs::symlink(&shared, name).expect("it is writable");
    }
    let cache = Cache::default();
    for path in [top.join("teams"), link.join("teams")] {
        assert_eq!(evaluated(&path, &cache).len(), Monorepo::ROOTS);
        assert_eq!(cache.parsed(), to_parse() + 1);
    }
}
