//! One cell for each fault and operation through real Terraform: the first call that changes
//! something goes wrong (in a refresh: the first call), the next run heals it, and at last nothing
//! is left. The faults are shared out among the hosts.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use holdfast_e2e::{Host, Run, Workdir, hosts};
use holdfast_faults::cell::{Blow, Call, Operation};
use holdfast_faults::life::HOME;
use holdfast_faults::scene::{self, Scene};
use holdfast_sandbox::{Entry, FaultRule, Sandbox};
use serde_json::{Value as Json, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_holdfast-hurried");
/// As many hosts as run at a time.
const WORKERS: usize = 3;

/// One resource on one host.
struct Stage {
    scene: &'static dyn Scene,
    sandbox: Sandbox,
    workdir: Workdir,
    before: Json,
}

impl Stage {
    fn new(scene: &'static dyn Scene, host: &Host) -> Result<Self> {
        let sandbox = Sandbox::start()?;
        scene.prepare(&sandbox)?;
        let workdir = Workdir::new(host, Path::new(PROGRAM), &sandbox.url())?;
        let stage = Self {
            scene,
            before: sandbox.state(),
            sandbox,
            workdir,
        };
        stage.configure(Operation::Create)?;
        stage.workdir.init()?;
        Ok(stage)
    }

    fn configure(&self, operation: Operation) -> Result<()> {
        let config = match operation {
            Operation::Create | Operation::Read => self.scene.first(),
            Operation::Update => self.scene.second(),
            // Who destroys has the configuration of the last apply.
            Operation::Delete => return Ok(()),
        };
        let text = json!({
            "terraform": { "required_providers": { "holdfast": { "source": "holdfast/holdfast" } } },
            "provider": { "holdfast": {
                "region": HOME, "max_retries": 0, "s3_use_path_style": true,
            } },
            "resource": { self.scene.type_name(): { "it": config } },
        });
        self.workdir.write("main.tf.json", &text.to_string())
    }

    fn run(&self, operation: Operation) -> Result<Run> {
        self.workdir.run(match operation {
            Operation::Create | Operation::Update => &["apply", "-auto-approve", "-no-color"],
            Operation::Read => &["plan", "-no-color", "-detailed-exitcode"],
            Operation::Delete => &["destroy", "-auto-approve", "-no-color"],
        })
    }

    fn ok(&self, operation: Operation) -> Result<()> {
        let run = self.run(operation)?;
        ensure!(run.status.success(), "{}: {}", run.command, run.prose());
        Ok(())
    }

    /// One operation, in which `rule` strikes.
    fn perform(&self, operation: Operation, rule: FaultRule) -> Result<()> {
        self.configure(operation)?;
        if operation != Operation::Create {
            self.scene.meanwhile(operation, &self.sandbox)?;
        }
        self.sandbox.inject(rule);
        let run = self.run(operation)?;
        let struck: u64 = self.sandbox.faults().iter().map(|rule| rule.struck).sum();
        ensure!(struck == 1, "it has struck {struck} times: {}", run.prose());
        self.sandbox.clear_faults();
        let made = self.scene.made(&self.sandbox.state());
        ensure!(made.len() < 2, "it was made twice: {made:?}");
        if !run.status.success() {
            let again = self.ok(operation);
            again.with_context(|| format!("after {}", run.prose()))?;
        }
        if operation == Operation::Delete {
            let now = self.sandbox.state();
            ensure!(now == self.before, "left behind: {now:#}");
            return Ok(());
        }
        let made = self.scene.made(&self.sandbox.state());
        ensure!(made.len() == 1, "one thing is there: {made:?}");
        self.workdir.plan_is_empty()
    }

    /// The call of the last operation that is to go wrong.
    fn target(&self, operation: Operation) -> Result<String> {
        let log = self.sandbox.log();
        let mut actions = log.iter().map(Entry::name);
        let found = actions.find(|action| {
            let (action, nth) = (action.clone(), 1);
            operation == Operation::Read || Call { action, nth }.changes()
        });
        found.context("it calls nobody")
    }
}

/// A life without a fault: which call is to go wrong in each operation.
fn targets(scene: &'static dyn Scene, host: &Host) -> Result<Vec<(Operation, String)>> {
    let stage = Stage::new(scene, host)?;
    let targets = Operation::ALL.into_iter().map(|operation| {
        stage.configure(operation)?;
        if operation != Operation::Create {
            stage.scene.meanwhile(operation, &stage.sandbox)?;
        }
        stage.sandbox.clear_log();
        stage.ok(operation)?;
        Ok((operation, stage.target(operation)?))
    });
    targets.collect()
}

/// A life in which every operation meets one fault.
fn live(
    scene: &'static dyn Scene,
    host: &Host,
    targets: &[(Operation, String)],
    blow: Blow,
) -> Result<()> {
    let stage = Stage::new(scene, host)?;
    for (operation, action) in targets {
        let performed = stage.perform(*operation, blow.fault().on(action));
        performed.with_context(|| {
            let name = scene.type_name();
            format!("on {host}: {name}/{operation}/{action}#1/{blow}/no-retries")
        })?;
    }
    Ok(())
}

#[test]
fn real_hosts_heal_every_fault_of_every_operation() -> Result<()> {
    let hosts = hosts::for_tests()?;
    let Some(first) = hosts.first() else {
        return Ok(());
    };
    let mut lives = Vec::new();
    for scene in scene::ALL {
        let targets = targets(*scene, first)?;
        for (blow, host) in Blow::FAULTS.into_iter().zip(hosts.iter().cycle()) {
            lives.push((*scene, host, targets.clone(), blow));
        }
    }
    let queue = Mutex::new(lives.into_iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        let work = || -> Result<()> {
            while let Some((scene, host, targets, blow)) = next() {
                live(scene, host, &targets, blow)?;
            }
            Ok(())
        };
        let threads: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            match thread.join() {
                Ok(done) => done?,
                Err(_) => bail!("a life panicked"),
            }
        }
        Ok(())
    })
}
