//! Our parser beside hcl-edit and beside a real host.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use holdfast_e2e::hosts::{self, Host};
use holdfast_e2e::programs::repository;
use terraform_config::SourceFile;
use terraform_config::syntax::{Parsed, parse, tokens};

use crate::screen::{missing, output, remark, step};

use random::Random;

// Those of the parser's own tests.
#[path = "../../../config/tests/syntax/files.rs"]
mod files;
#[path = "../../../config/tests/syntax/fmt.rs"]
mod fmt;
#[path = "../../../config/tests/syntax/generate.rs"]
mod generate;
#[path = "../../../config/tests/syntax/oracle.rs"]
mod oracle;
#[path = "../../../config/tests/support/random.rs"]
mod random;

/// Generated texts; every second one is damaged.
const GENERATED: u64 = 20_000;
/// Texts that a host is given at a time.
const BATCH: usize = 1_000;
/// Differences that are printed.
const SHOWN: usize = 20;

/// What was found on some texts.
#[derive(Default)]
struct Tally {
    texts: usize,
    bytes: usize,
    /// In texts that both accept.
    nodes: usize,
    differences: Vec<String>,
    /// Accepted here and rejected by hcl-edit.
    only_ours: Vec<String>,
    /// The other way round.
    only_theirs: Vec<String>,
    /// Verdicts that are not the host's.
    disagreements: Vec<String>,
}

/// A text and what to call it.
struct Named {
    name: String,
    text: String,
}

/// Reads the files of `folders`, or of the repository, and generated texts.
pub(super) fn run(folders: &[PathBuf]) -> Result<()> {
    let host = hosts::available()?.into_iter().next();
    let here = [repository().to_path_buf()];
    let folders = if folders.is_empty() { &here } else { folders };
    let paths = folders.iter().flat_map(|folder| files::under(folder));
    let files: Vec<Named> = paths
        .filter_map(|path| {
            let text = fs::read_to_string(&path).ok()?;
            let name = path.display().to_string();
            Some(Named { name, text })
        })
        .collect();
    ensure!(!files.is_empty(), "there is no HCL file to read");
    step(1, format!("{} files", files.len()));
    let of_files = Tally::of(&files, host.as_ref())?;
    of_files.print(host.as_ref());
    step(
        2,
        format!("{GENERATED} generated texts, every second one damaged"),
    );
    let generated: Vec<Named> = (0..GENERATED).map(generated).collect();
    let of_generated = Tally::of(&generated, host.as_ref())?;
    of_generated.print(host.as_ref());
    let wrong = of_files.wrong() + of_generated.wrong();
    ensure!(wrong == 0, "{wrong} differences and disagreements");
    remark("the same tree as hcl-edit's wherever both accept, and the host's verdicts");
    Ok(())
}

fn generated(seed: u64) -> Named {
    // Others than those of the tests.
    let mut random = Random::new(seed + 1_000_000);
    let mut text = generate::valid(&mut random);
    if seed.is_multiple_of(3) {
        text.push('\n');
        text.push_str(&generate::heredoc(&mut random));
    }
    if seed.is_multiple_of(2) {
        text = generate::mutated(&mut random, &text);
    }
    Named {
        name: format!("{text:?}"),
        text,
    }
}

impl Tally {
    fn of(texts: &[Named], host: Option<&Host>) -> Result<Self> {
        let mut tally = Self::default();
        let mut verdicts = Vec::with_capacity(texts.len());
        for Named { name, text } in texts {
            tally.texts += 1;
            tally.bytes += text.len();
            let joined: String = tokens(text).map(|token| token.text).collect();
            ensure!(joined == *text, "{name}: its tokens are not the text");
            let ours = read(text);
            let is_accepted = ours.errors.is_empty();
            verdicts.push(is_accepted);
            match (is_accepted, hcl_edit::parser::parse_body(text)) {
                (true, Ok(theirs)) => {
                    let found = oracle::compare(text, &ours.body, &theirs);
                    tally.nodes += found.nodes;
                    let named = found.differences.into_iter();
                    let named = named.map(|it| format!("{name}: {it}"));
                    tally.differences.extend(named);
                }
                (true, Err(_)) => tally.only_ours.push(name.clone()),
                (false, Ok(_)) => tally.only_theirs.push(name.clone()),
                (false, Err(_)) => {}
            }
        }
        if let Some(host) = host {
            for (batch, ours) in texts.chunks(BATCH).zip(verdicts.chunks(BATCH)) {
                let texts = batch.iter().map(|named| named.text.as_str());
                let rejected = fmt::rejected_by(&host.path, texts)?;
                for (at, (named, is_accepted)) in batch.iter().zip(ours).enumerate() {
                    if rejected.contains(&at) == *is_accepted {
                        let verdict = if *is_accepted { "accepted" } else { "rejected" };
                        tally
                            .disagreements
                            .push(format!("{}: {verdict} here only", named.name));
                    }
                }
            }
        }
        Ok(tally)
    }

    fn print(&self, host: Option<&Host>) {
        output(&format!(
            "{:>9} texts, {} KiB\n{:>9} nodes compared with hcl-edit's\n{:>9} differences\n{:>9} accepted here, rejected by hcl-edit\n{:>9} rejected here, accepted by hcl-edit",
            self.texts,
            self.bytes >> 10,
            self.nodes,
            self.differences.len(),
            self.only_ours.len(),
            self.only_theirs.len(),
        ));
        match host {
            Some(host) => output(&format!(
                "{:>9} verdicts that are not those of {host} fmt -check",
                self.disagreements.len()
            )),
            None => missing(format!(
                "no host to ask for its verdicts: {}",
                hosts::INSTALL
            )),
        }
        let all = self.differences.iter().chain(&self.disagreements);
        for line in all.take(SHOWN) {
            output(line);
        }
    }

    fn wrong(&self) -> usize {
        self.differences.len() + self.disagreements.len()
    }
}

fn read(text: &str) -> Parsed {
    parse(&SourceFile::new("x.tf", text))
}
