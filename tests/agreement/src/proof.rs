//! The proof: cases, hosts, tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Result, bail};
use holdfast_e2e::Host;
use terraform_config::{Cache, Evaluated, RootDir, evaluate};

use crate::case::Case;
use crate::compare::{Compared, Counts, Disagreement, compare};
use crate::dues::Dealer;
use crate::host::{Outcome, Plan, Planner, Stubs};
use crate::idioms;
use crate::random::Random;
use crate::read_back::{ReadBack, read_back};
use crate::root::Root;
use crate::tally::{Tally, forms, functions};
use crate::vocabulary::vocabulary;

/// How often each idiom, form, function, listed path, type and kind of block must occur.
pub const LEAST: usize = 20;

/// Behind a gate of every nth root is looked: it takes a plan of its own.
const GATES: usize = 3;

/// How much is generated.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Cases.
    pub cases: usize,
    /// Cases that one root calls.
    pub per_root: usize,
    /// What they are made from.
    pub seed: u64,
    /// True if every plan is read back by us, too, and held to the same.
    pub read_back: bool,
}

/// What one host said of all cases.
#[derive(Debug)]
pub struct Report {
    /// The host.
    pub host: String,
    /// Cases that it planned.
    pub planned: usize,
    /// Cases that it refused, and why.
    pub refused: BTreeMap<String, String>,
    /// What was found; differences of older hosts left out.
    pub compared: Compared,
    /// Differences of older hosts, by operator.
    pub older: BTreeMap<String, usize>,
    /// What was written how often.
    pub tally: Tally,
    /// Gates that were looked behind.
    pub gates: usize,
    /// What reading the plans gave; what differs is among the disagreements.
    pub read_back: ReadBack,
}

/// The cases of a proof.
pub fn cases(options: &Options) -> Vec<Case> {
    let mut random = Random::new(options.seed);
    let mut dealer = Dealer::new(Random::new(options.seed ^ 1));
    (0..options.cases)
        .map(|number| {
            let idiom = idioms::ALL[number % idioms::ALL.len()];
            let name = format!("c{number:04}");
            Case::generate(&name, random.seed(), idiom, &dealer.next())
        })
        .collect()
}

/// Plans and compares all cases on one host; `said` hears of each root.
///
/// # Errors
/// The host cannot be driven.
pub fn run(
    host: &Host,
    stubs: &Stubs,
    cases: &[Case],
    options: &Options,
    said: &dyn Fn(&str),
) -> Result<Report> {
    let mut planner = Planner::new(host, stubs)?;
    let mut report = Report {
        host: host.to_string(),
        planned: 0,
        refused: BTreeMap::new(),
        compared: Compared::default(),
        older: BTreeMap::new(),
        tally: Tally::default(),
        gates: 0,
        read_back: ReadBack::default(),
    };
    for (number, chunk) in cases.chunks(options.per_root).enumerate() {
        let seed = options.seed ^ number as u64;
        let (mut root, evaluated, mut compared, read_back) = one_root(
            &mut planner,
            chunk,
            seed,
            options.read_back,
            &mut report.refused,
        )?;
        report.read_back.take_in(read_back);
        for case in &root.cases {
            report.tally.count(case);
        }
        report.planned += root.cases.len();
        if number % GATES == 0
            && let Some(behind) = behind_a_gate(&mut planner, &mut root, &evaluated)?
        {
            report.gates += 1;
            compared.disagreements.extend(behind.disagreements);
        }
        let older = is_older(host);
        for found in &compared.disagreements {
            if !(older && found.older) {
                said(&found.to_string());
            }
        }
        said(&format!(
            "{host}: {} cases, {} refused, {} disagreements",
            report.planned,
            report.refused.len(),
            compared.disagreements.len() + report.compared.disagreements.len()
        ));
        report.compared.take_in(compared);
    }
    if is_older(host) {
        let (older, others) = std::mem::take(&mut report.compared.disagreements)
            .into_iter()
            .partition(|it: &Disagreement| it.older);
        report.compared.disagreements = others;
        let older: Vec<Disagreement> = older;
        for it in older {
            let operator = operator(&it.expression);
            *report.older.entry(operator.to_owned()).or_default() += 1;
        }
    }
    Ok(report)
}

/// `true || unknown` is true from Terraform 1.15 on.
pub(crate) fn is_older(host: &Host) -> bool {
    host.kind == holdfast_e2e::hosts::Kind::Terraform && host.minor() < (1, 15)
}

fn operator(expression: &str) -> &'static str {
    match (expression.contains("||"), expression.contains("&&")) {
        (true, false) => "||",
        (false, true) => "&&",
        (true, true) => "|| and &&",
        (false, false) => "|| or && behind a name",
    }
}

/// Plans a root without the cases that the host refuses, and compares.
pub(crate) fn one_root(
    planner: &mut Planner,
    cases: &[Case],
    seed: u64,
    reads_back: bool,
    refused: &mut BTreeMap<String, String>,
) -> Result<(Root, Evaluated, Compared, ReadBack)> {
    let (root, plan) = planned_root(planner, cases, seed, refused)?;
    let (evaluated, compared, read_back) = compared(planner, &root, &plan, reads_back);
    Ok((root, evaluated, compared, read_back))
}

/// Plans a root without the cases that the host refuses.
pub(crate) fn planned_root(
    planner: &mut Planner,
    cases: &[Case],
    seed: u64,
    refused: &mut BTreeMap<String, String>,
) -> Result<(Root, Box<Plan>)> {
    let mut left: Vec<Case> = cases.to_vec();
    for round in 0..40 {
        let root = Root::new(left, seed);
        let outcome = match round {
            0 => planner.plan(&root)?,
            _ => planner.plan_again(&root)?,
        };
        match outcome {
            Outcome::Planned(plan) => return Ok((root, plan)),
            Outcome::Refused(cases) => {
                left = root.cases;
                let before = left.len();
                left.retain(|case| !cases.contains_key(&case.name));
                if left.len() == before {
                    bail!("refused for what is in no case: {cases:?}");
                }
                refused.extend(cases);
            }
        }
    }
    bail!("the host refuses case after case: {refused:?}")
}

fn compared(
    planner: &Planner,
    root: &Root,
    plan: &Plan,
    reads_back: bool,
) -> (Evaluated, Compared, ReadBack) {
    let place = RootDir {
        path: planner.path(),
        named: true,
    };
    let inputs = root.inputs(&planner.path(), planner.dialect());
    let evaluated = evaluate(&place, &inputs, &Cache::default());
    let mut compared = compare(&evaluated, plan, &root.cases);
    let mut read_back = match reads_back {
        true => read_back(plan, &evaluated, &inputs, &planner.path(), &root.cases),
        false => ReadBack::default(),
    };
    compared.disagreements.append(&mut read_back.disagreements);
    (evaluated, compared, read_back)
}

/// Gives the first gate its other value, in a plan and in an evaluation. `None` if there is none,
/// or if the host refuses what is behind it.
fn behind_a_gate(
    planner: &mut Planner,
    root: &mut Root,
    evaluated: &Evaluated,
) -> Result<Option<Compared>> {
    let Some(gate) = evaluated.gates.first() else {
        return Ok(None);
    };
    root.set(&gate.variable, gate.value);
    match planner.plan_again(root)? {
        Outcome::Planned(plan) => Ok(Some(compared(planner, root, &plan, false).1)),
        Outcome::Refused(_) => Ok(None),
    }
}

impl Report {
    /// All disagreements, each cause once if it shows in the same words.
    pub fn disagreements(&self) -> String {
        let mut out = String::new();
        for it in &self.compared.disagreements {
            let _ = writeln!(out, "{it}");
        }
        out
    }

    /// The sums over all paths.
    pub fn totals(&self) -> Counts {
        let mut totals = Counts::default();
        for counts in self.compared.paths.values() {
            totals.add(*counts);
        }
        totals
    }

    /// Of the written paths that the plan knows, so many of a hundred are known to us.
    pub fn known_share(&self) -> f64 {
        share(self.totals())
    }

    /// The sums over the listed paths.
    pub fn listed(&self) -> Counts {
        let mut totals = Counts::default();
        for path in &vocabulary().listed {
            totals.add(self.compared.paths.get(path).copied().unwrap_or_default());
        }
        totals
    }

    /// What occurs too seldom: `least` times is enough.
    pub fn seldom(&self, least: usize) -> Vec<String> {
        let mut seldom = Vec::new();
        let mut check = |what: &str, name: &str, count: usize| {
            if count < least {
                seldom.push(format!("{what} {name}: {count}"));
            }
        };
        let of = |counts: &BTreeMap<String, usize>, name: &str| {
            counts.get(name).copied().unwrap_or_default()
        };
        for idiom in idioms::ALL {
            let name = idiom.to_string();
            check("idiom", &name, of(&self.tally.idioms, &name));
        }
        for form in forms() {
            check("form", form, of(&self.tally.forms, form));
        }
        for function in functions() {
            check("function", function, of(&self.tally.functions, function));
        }
        for path in &vocabulary().listed {
            let counts = self.compared.paths.get(path).copied().unwrap_or_default();
            check("path", path, counts.known);
        }
        for (kind, blocks) in &vocabulary().block_kinds {
            check("type", kind, of(&self.compared.types, kind));
            for block in blocks {
                check("block", block, of(&self.compared.blocks, block));
            }
        }
        seldom
    }

    /// The table.
    pub fn table(&self) -> String {
        let (all, listed) = (self.totals(), self.listed());
        let mut out = String::new();
        let mut line = |text: String| {
            out.push_str(&text);
            out.push('\n');
        };
        line(self.host.to_string());
        line(format!(
            "  cases planned                    {}",
            self.planned
        ));
        line(format!(
            "  cases refused                    {}",
            self.refused.len()
        ));
        line(format!(
            "  instances compared               {}",
            self.compared.instances
        ));
        line(format!("  written paths, known in the plan {}", all.known));
        line(format!(
            "    of which known to us           {} ({:.2} %)",
            all.known_to_us,
            share(all)
        ));
        line(format!(
            "  unknown in the plan              {}",
            all.unknown
        ));
        line(format!("  null, as if not written          {}", all.null));
        line(format!(
            "  listed paths, known in the plan  {}",
            listed.known
        ));
        line(format!(
            "    of which known to us           {} ({:.2} %)",
            listed.known_to_us,
            share(listed)
        ));
        line(format!(
            "  references held to the plan's    {}",
            self.compared.references
        ));
        line(format!(
            "  links followed                   {}",
            self.compared.links
        ));
        line(format!(
            "  sensitive to us, lost by hosts   {}",
            self.compared.kept_secret
        ));
        for (way, counts) in [
            ("plan files", self.read_back.binary),
            ("JSON", self.read_back.json),
        ] {
            line(format!(
                "  read back from {way:<18}{} of {} known",
                counts.known_to_us, counts.known
            ));
        }
        line(format!(
            "  references held to those alone   {}",
            self.read_back.references
        ));
        line(format!("  gates looked behind              {}", self.gates));
        line(format!(
            "  disagreements                    {}",
            self.compared.disagreements.len()
        ));
        for (operator, count) in &self.older {
            line(format!("  older host, {operator:<20} {count}"));
        }
        if !self.compared.reasons.is_empty() {
            line("  unknown to us, known in the plan, because".to_owned());
        }
        for (reason, (count, at)) in &self.compared.reasons {
            line(format!("    {count:>6} {reason} (as in {at})"));
        }
        out
    }

    /// What was written how often.
    pub fn counts(&self) -> String {
        let mut out = String::new();
        let tables = [
            ("idioms", &self.tally.idioms),
            ("forms", &self.tally.forms),
            ("functions", &self.tally.functions),
            ("types", &self.compared.types),
            ("blocks", &self.compared.blocks),
        ];
        for (name, counts) in tables {
            let cells: Vec<String> = counts
                .iter()
                .map(|(name, count)| format!("{name} {count}"))
                .collect();
            let _ = writeln!(out, "{name}: {}", cells.join(", "));
        }
        out
    }
}

fn share(counts: Counts) -> f64 {
    if counts.known == 0 {
        return 100.0;
    }
    counts.known_to_us as f64 * 100.0 / counts.known as f64
}
