//! One resource from an empty sandbox to its destroy, under the host in Rust with a process of the
//! provider for each phase, as under Terraform.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use cty::Value;
use holdfast_e2e::workdir::provider_environment;
use holdfast_host::{Action, Core, Processes, Program, Stop};
use holdfast_sandbox::Sandbox;
use serde_json::{Value as Json, json};

use crate::cell::{Operation, Retries};
use crate::difference;
use crate::pace::AHEAD;
use crate::scene::Scene;

/// The region in which everything happens.
pub const HOME: &str = "eu-central-1";

/// A guard against a hang; nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// What an operation leaves: the sandbox and the object in the state, without what differs from
/// life to life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    sandbox: Json,
    state: Json,
}

/// A life under way.
pub struct Life<'a> {
    /// Its AWS.
    pub sandbox: &'a Sandbox,
    scene: &'static dyn Scene,
    program: &'a Path,
    /// The host.
    pub core: Core<Program>,
    /// What there was before.
    before: Json,
}

impl<'a> Life<'a> {
    /// Begins in `sandbox`, which forgets everything, with the provider `program`.
    ///
    /// # Errors
    /// The provider does not start, or the scene cannot be prepared.
    pub async fn begin(
        sandbox: &'a Sandbox,
        scene: &'static dyn Scene,
        program: &'a Path,
        retries: Retries,
    ) -> Result<Self> {
        calm(sandbox)?;
        sandbox.reset();
        scene.prepare(sandbox)?;
        let mut core = Core::start(provider(program, sandbox, Duration::ZERO)).await?;
        let settings = match retries {
            Retries::Shipped => json!({ "s3_use_path_style": true }),
            Retries::None => json!({ "s3_use_path_style": true, "max_retries": 0 }),
        };
        core.configure(value(&settings)?).await?;
        Ok(Self {
            sandbox,
            scene,
            program,
            core,
            before: sandbox.state(),
        })
    }

    /// Brings the resource to where an operation begins.
    ///
    /// # Errors
    /// It cannot be made.
    pub async fn reach(&mut self, operation: Operation) -> Result<()> {
        if operation != Operation::Create {
            let done = self.apply(Operation::Create).await?;
            ensure!(done == Action::Create, "it was there already: {done:?}");
            self.scene.meanwhile(operation, self.sandbox)?;
        }
        self.sandbox.clear_log();
        Ok(())
    }

    /// Does it, once.
    ///
    /// # Errors
    /// As [`Core::apply`].
    pub async fn perform(&mut self, operation: Operation) -> Result<Action, Stop> {
        match operation {
            Operation::Read => self.plan(operation).await,
            _ => self.apply(operation).await,
        }
    }

    /// Plans what shall be there after an operation.
    ///
    /// # Errors
    /// As [`Core::plan`].
    pub async fn plan(&mut self, operation: Operation) -> Result<Action, Stop> {
        let config = self.config(operation);
        let plan = self.core.plan(self.scene.type_name(), config.as_ref());
        Ok(plan.await?.action)
    }

    /// Applies what shall be there after an operation.
    ///
    /// # Errors
    /// As [`Core::apply`].
    pub async fn apply(&mut self, operation: Operation) -> Result<Action, Stop> {
        let config = self.config(operation);
        let applied = self.core.apply(self.scene.type_name(), config.as_ref());
        applied.await
    }

    fn config(&self, operation: Operation) -> Option<Value> {
        let config = match operation {
            Operation::Create | Operation::Read => self.scene.first(),
            Operation::Update => self.scene.second(),
            Operation::Delete => return None,
        };
        // A configuration that the language cannot make is a null object, which no schema takes.
        Some(value(&config).unwrap_or_else(|_| Value::empty_object()))
    }

    /// Whatever goes wrong has gone wrong: no fault strikes any more, no call is at work.
    ///
    /// # Errors
    /// Calls are still at work.
    pub fn calm(&self) -> Result<()> {
        calm(self.sandbox)
    }

    /// The ids of the things that the resource has made and that are there.
    pub fn made(&self) -> Vec<String> {
        self.scene.made(&self.sandbox.state())
    }

    /// Takes the thing into an empty state.
    ///
    /// # Errors
    /// As [`Core::import`].
    pub async fn import(&mut self, id: &str) -> Result<(), Stop> {
        self.core.import(self.scene.type_name(), id).await
    }

    /// The clock of the provider's next process is ahead by `by`.
    pub fn advance(&mut self, by: Duration) {
        self.core.provider = provider(self.program, self.sandbox, by);
    }

    /// What there is now, after checking that state and sandbox speak of the same thing.
    ///
    /// # Errors
    /// They do not.
    pub fn left(&self) -> Result<Left> {
        let (state, sandbox) = (self.state()?, self.sandbox.state());
        let deposed = &self.core.state.deposed;
        ensure!(deposed.is_empty(), "something is deposed: {deposed:?}");
        let stored = self.core.state.objects.get(self.scene.type_name());
        ensure!(
            !stored.is_some_and(|stored| stored.tainted),
            "it is tainted"
        );
        let made = self.scene.made(&sandbox);
        let held: Vec<String> = self.scene.held(&state).into_iter().collect();
        ensure!(made == held, "made: {made:?}, in the state: {held:?}");
        let volatile = self.scene.volatile();
        Ok(Left {
            sandbox: without(sandbox, volatile),
            state: without(state, volatile),
        })
    }

    /// Checks that all is as `expected`, and that there is nothing left to do.
    ///
    /// # Errors
    /// It is not.
    pub async fn is_settled(&mut self, operation: Operation, expected: &Left) -> Result<()> {
        let left = self.left()?;
        let differences = [
            difference::between("sandbox", &expected.sandbox, &left.sandbox),
            difference::between("state", &expected.state, &left.state),
        ]
        .concat();
        ensure!(
            differences.is_empty(),
            "it differs from what is left without a fault:\n{}",
            differences.join("\n")
        );
        let next = self.plan(operation).await.context("the next plan")?;
        ensure!(next == Action::NoOp, "the next plan is not empty: {next:?}");
        Ok(())
    }

    /// Destroys it: what there was before is all there is.
    ///
    /// # Errors
    /// It is not.
    pub async fn vanish(&mut self) -> Result<()> {
        self.apply(Operation::Delete).await.context("the destroy")?;
        let state = self.state()?;
        ensure!(state.is_null(), "the state after the destroy: {state:#}");
        let left = difference::between("sandbox", &self.before, &self.sandbox.state());
        ensure!(
            left.is_empty(),
            "the destroy does not leave what there was before:\n{}",
            left.join("\n")
        );
        Ok(())
    }

    fn state(&self) -> Result<Json> {
        match self.core.state.objects.get(self.scene.type_name()) {
            Some(stored) => Ok(serde_json::from_str(&stored.json)?),
            None => Ok(Json::Null),
        }
    }

    /// Kills the provider that is at work.
    ///
    /// # Errors
    /// There is none.
    pub fn kill(process: &holdfast_host::Process) -> Result<()> {
        let id = process.id().context("no provider is running")?;
        let killed = std::process::Command::new("kill")
            .args(["-9", &id.to_string()])
            .status()?;
        if !killed.success() {
            bail!("the provider {id} could not be killed");
        }
        Ok(())
    }
}

fn calm(sandbox: &Sandbox) -> Result<()> {
    sandbox.clear_faults();
    Ok(sandbox.wait_until_idle(PATIENCE)?)
}

fn provider(program: &Path, sandbox: &Sandbox, ahead: Duration) -> Program {
    let (url, ahead) = (sandbox.url(), ahead.as_secs().to_string());
    let environment = provider_environment(&url).into_iter();
    let environment = environment.chain([("AWS_REGION", HOME), (AHEAD, ahead.as_str())]);
    Program::new(program, environment, Processes::OnePerPhase)
}

/// What the language makes of a configuration.
fn value(config: &Json) -> Result<Value> {
    Ok(cty::json::decode_implied(&config.to_string())?)
}

/// Blanks the members of these names, wherever they are.
fn without(mut json: Json, names: &[&str]) -> Json {
    match &mut json {
        Json::Object(members) => {
            for (name, member) in members {
                let inner = member.take();
                *member = match names.contains(&name.as_str()) && !inner.is_null() {
                    true => json!("differs"),
                    false => without(inner, names),
                };
            }
        }
        Json::Array(elements) => {
            for element in elements {
                *element = without(element.take(), names);
            }
        }
        _ => {}
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_life_to_life_counts_as_equal_and_its_absence_does_not() {
        let blank = |json| without(json, &["id"]);
        let one = json!({ "all": [{ "id": 1, "name": "a" }], "id": null });
        let two = json!({ "all": [{ "id": 2, "name": "a" }], "id": null });
        let none = json!({ "all": [{ "id": null, "name": "a" }], "id": null });
        assert_eq!(blank(one.clone()), blank(two));
        assert_ne!(blank(one), blank(none));
    }
}
