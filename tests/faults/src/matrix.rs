//! Finds the calls of every operation by running it once, and plays cells.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use holdfast_host::{Action, Stop};
use holdfast_sandbox::Sandbox;

use crate::cell::{Blow, Call, Cell, Operation, Retries};
use crate::life::{Left, Life};
use crate::scene::Scene;

/// How a cell ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Survival {
    /// The operation succeeded all the same.
    Silently,
    /// It failed with an error, and the next apply healed it.
    NextApply,
    /// The next apply said that it must wait for a run that may be alive; later it healed it.
    AfterWait,
    /// The provider died before the host had heard of a thing that carries no mark (any more): it
    /// was imported.
    Imported,
}

/// What came of a cell; an error says what was lost.
pub type Outcome = Result<Survival>;

/// A mark older than this belongs to a run that is dead.
const DEAD: Duration = Duration::from_secs(16 * 60);

/// What one operation does and leaves when nothing fails.
#[derive(Clone, Debug)]
pub struct Faultless {
    /// Its calls, in the order of arrival.
    pub calls: Vec<Call>,
    left: Left,
}

/// All operations of a resource without a fault.
#[derive(Clone)]
pub struct Course {
    /// Of which resource.
    pub scene: &'static dyn Scene,
    /// What each does.
    pub operations: BTreeMap<Operation, Faultless>,
}

impl Course {
    /// Runs each operation once.
    ///
    /// # Errors
    /// It fails without a fault.
    pub async fn of(scene: &'static dyn Scene, sandbox: &Sandbox, program: &Path) -> Result<Self> {
        let mut operations = BTreeMap::new();
        for operation in Operation::ALL {
            let run = faultless(scene, operation, sandbox, program);
            let run = run.await.with_context(|| {
                format!("{} of {} without a fault", operation, scene.type_name())
            })?;
            operations.insert(operation, run);
        }
        Ok(Self { scene, operations })
    }

    /// Every call of every operation with every fault.
    pub fn faults(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (operation, faultless) in &self.operations {
            for retries in Retries::ALL {
                for at in 0..faultless.calls.len() {
                    let cell = |blow| self.cell(*operation, faultless, at, blow, retries);
                    cells.extend(Blow::FAULTS.map(cell));
                }
            }
        }
        cells
    }

    /// The provider killed after every call of every operation.
    pub fn kills(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (operation, faultless) in &self.operations {
            let all = 0..faultless.calls.len();
            cells.extend(
                all.map(|at| self.cell(*operation, faultless, at, Blow::Kill, Retries::Shipped)),
            );
        }
        cells
    }

    /// Of each operation every call that changes something, and the last one: with one of the faults
    /// and with a kill. And as many others as it takes for every fault to strike.
    pub fn sample(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (operation, faultless) in &self.operations {
            let count = faultless.calls.len();
            let tells = |at: &usize| faultless.calls[*at].changes() || at + 1 == count;
            let telling: Vec<usize> = (0..count).filter(tells).collect();
            let kill = |at| self.cell(*operation, faultless, at, Blow::Kill, Retries::Shipped);
            cells.extend(telling.iter().copied().map(kill));
            let others = (0..count).filter(|at| !tells(at));
            let mut struck: Vec<usize> = telling.iter().copied().chain(others).collect();
            struck.truncate(telling.len().max(Blow::FAULTS.len()));
            let blows = Blow::FAULTS.into_iter().cycle();
            let cycle = struck.iter().copied().cycle();
            let most = struck.len().max(Blow::FAULTS.len());
            cells.extend(
                cycle
                    .zip(blows)
                    .take(most)
                    .enumerate()
                    .map(|(i, (at, blow))| {
                        // Over the operations each fault meets both.
                        let retries = Retries::ALL[(i + *operation as usize) % 2];
                        self.cell(*operation, faultless, at, blow, retries)
                    }),
            );
        }
        cells
    }

    fn cell(
        &self,
        operation: Operation,
        faultless: &Faultless,
        at: usize,
        blow: Blow,
        retries: Retries,
    ) -> Cell {
        Cell {
            scene: self.scene,
            retries,
            operation,
            call: faultless.calls[at].clone(),
            is_last: at + 1 == faultless.calls.len(),
            blow,
        }
    }
}

async fn faultless(
    scene: &'static dyn Scene,
    operation: Operation,
    sandbox: &Sandbox,
    program: &Path,
) -> Result<Faultless> {
    let mut life = Life::begin(sandbox, scene, program, Retries::None).await?;
    life.reach(operation).await?;
    let done = life.perform(operation).await?;
    let expected = match operation {
        Operation::Create => Action::Create,
        Operation::Read => Action::NoOp,
        Operation::Update => Action::Update,
        Operation::Delete => Action::Delete,
    };
    ensure!(done == expected, "{done:?} instead of {expected:?}");
    let calls = calls(sandbox);
    ensure!(!calls.is_empty(), "it calls nobody");
    let left = life.left()?;
    life.is_settled(operation, &left).await?;
    life.vanish().await?;
    Ok(Faultless { calls, left })
}

/// The calls in the sandbox's log, each with its number among those of its action.
fn calls(sandbox: &Sandbox) -> Vec<Call> {
    let mut seen = BTreeMap::new();
    let log = sandbox.log().into_iter();
    log.map(|entry| {
        let action = entry.name();
        let nth: &mut u64 = seen.entry(action.clone()).or_default();
        *nth += 1;
        Call { action, nth: *nth }
    })
    .collect()
}

/// Runs every course: what there is to play.
///
/// # Errors
/// An operation fails without a fault.
pub fn courses(scenes: &[&'static dyn Scene], program: &Path) -> Result<Vec<Course>> {
    let (runtime, sandbox) = (runtime()?, Sandbox::start()?);
    let courses = scenes.iter().map(|scene| {
        let course = Course::of(*scene, &sandbox, program);
        runtime.block_on(course)
    });
    courses.collect()
}

/// Plays cells, some at a time, each in a sandbox of its own; `heard` is told of each as it ends.
///
/// # Errors
/// A sandbox cannot be had. What cells come to is in the answer.
pub fn play(
    courses: &[Course],
    cells: Vec<Cell>,
    program: &Path,
    mut heard: impl FnMut(&Cell, &Outcome),
) -> Result<Vec<(Cell, Outcome)>> {
    // Cells spend most of their time waiting for answers that do not come.
    let workers = 3 * std::thread::available_parallelism().map_or(1, usize::from);
    let (tell, told) = mpsc::channel();
    let queue = Mutex::new(cells.into_iter());
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for _ in 0..workers {
            let (tell, queue) = (tell.clone(), &queue);
            threads.push(scope.spawn(move || -> Result<()> {
                let (runtime, sandbox) = (runtime()?, Sandbox::start()?);
                let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                while let Some(cell) = next() {
                    let outcome = runtime.block_on(one(courses, &cell, &sandbox, program));
                    tell.send((cell, outcome)).context("nobody listens")?;
                }
                Ok(())
            }));
        }
        drop(tell);
        let mut all = Vec::new();
        for (cell, outcome) in told {
            heard(&cell, &outcome);
            all.push((cell, outcome));
        }
        for thread in threads {
            thread
                .join()
                .map_err(|_| anyhow::anyhow!("a cell panicked"))??;
        }
        Ok(all)
    })
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    Ok(runtime.enable_all().build()?)
}

async fn one(courses: &[Course], cell: &Cell, sandbox: &Sandbox, program: &Path) -> Outcome {
    let name = cell.scene.type_name();
    let course = courses
        .iter()
        .find(|course| course.scene.type_name() == name);
    let faultless = course.and_then(|course| course.operations.get(&cell.operation));
    let expected = &faultless.context("the cell belongs to no course")?.left;
    if cell.blow == Blow::Kill {
        return killed(cell, expected, sandbox, program).await;
    }
    let survival = struck(cell, expected, sandbox, program, Next::Apply).await?;
    if survival == Survival::NextApply {
        // Who gives up after the error and destroys leaves nothing behind either.
        struck(cell, expected, sandbox, program, Next::Destroy)
            .await
            .context("when the error is followed by a destroy")?;
    }
    Ok(survival)
}

/// What follows an error.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Apply,
    Destroy,
}

async fn struck(
    cell: &Cell,
    expected: &Left,
    sandbox: &Sandbox,
    program: &Path,
    next: Next,
) -> Outcome {
    let operation = cell.operation;
    let mut life = Life::begin(sandbox, cell.scene, program, cell.retries).await?;
    life.reach(operation).await?;
    inject(cell, sandbox);
    let performed = life.perform(operation).await;
    let struck: u64 = sandbox.faults().iter().map(|rule| rule.struck).sum();
    ensure!(struck == 1, "the fault has struck {struck} times");
    life.calm()?;
    let survival = match performed {
        Ok(_) => Survival::Silently,
        Err(Stop::Refused(refusal)) => {
            let made = life.made();
            ensure!(made.len() < 2, "it was made twice: {made:?}; {refusal}");
            if next == Next::Apply {
                let healed = life.apply(operation).await;
                healed.with_context(|| format!("the apply after {refusal}"))?;
            }
            Survival::NextApply
        }
        Err(stop) => return Err(stop.into()),
    };
    if survival == Survival::Silently || next == Next::Apply {
        life.is_settled(operation, expected).await?;
    }
    life.vanish().await?;
    Ok(survival)
}

async fn killed(cell: &Cell, expected: &Left, sandbox: &Sandbox, program: &Path) -> Outcome {
    let operation = cell.operation;
    let mut life = Life::begin(sandbox, cell.scene, program, cell.retries).await?;
    life.reach(operation).await?;
    let rule = inject(cell, sandbox);
    let process = life.core.provider.process();
    {
        let performed = life.perform(operation);
        tokio::pin!(performed);
        tokio::select! {
            done = &mut performed => bail!("the call never came: {done:?}"),
            _ = sandbox.until_held(rule) => Life::kill(&process)?,
        }
        ensure!(performed.await.is_err(), "it succeeded without a provider");
    }
    life.calm()?;
    let made = life.made();
    ensure!(made.len() < 2, "it was made twice: {made:?}");
    let unknown = operation == Operation::Create && cell.is_last && !cell.scene.knows_finished();
    let survival = match (unknown, made.as_slice()) {
        // The window that the decision page names.
        (true, [id]) => {
            taken_over(&mut life, id).await?;
            Survival::Imported
        }
        _ => match (life.apply(operation).await, made.as_slice()) {
            (Ok(_), _) => Survival::NextApply,
            (Err(Stop::Refused(refusal)), [id]) if operation == Operation::Create => {
                life.advance(DEAD);
                match life.apply(operation).await {
                    Ok(_) => Survival::AfterWait,
                    // What cannot carry a mark: the error tells how to go on.
                    Err(Stop::Refused(last)) if last.to_string().contains("terraform import") => {
                        let taken = taken_over(&mut life, id).await;
                        taken.with_context(|| format!("after {last}"))?;
                        Survival::Imported
                    }
                    Err(stop) => {
                        return Err(stop).with_context(|| format!("a while after {refusal}"));
                    }
                }
            }
            (Err(stop), _) => return Err(stop).context("the next apply"),
        },
    };
    life.is_settled(operation, expected).await?;
    life.vanish().await?;
    Ok(survival)
}

async fn taken_over(life: &mut Life<'_>, id: &str) -> Result<()> {
    life.import(id).await.context("the import")?;
    let applied = life.apply(Operation::Create).await;
    applied.map(drop).context("the apply after the import")
}

fn inject(cell: &Cell, sandbox: &Sandbox) -> holdfast_sandbox::RuleId {
    sandbox.inject(cell.blow.fault().on(&cell.call.action).nth(cell.call.nth))
}
