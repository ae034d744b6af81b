//! A provider for tests of what goes wrong: its one resource panics, or waits until the user stops
//! Terraform.

use std::process::ExitCode;

use tfplugin::prelude::*;

model! {
    /// Nothing to configure.
    struct Config {}
}

struct Faulty;

impl Provider for Faulty {
    type Config = Config;
    type Client = ();

    async fn configure(
        &self,
        _: &mut ConfigureCx,
        _: Config,
    ) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<()>>> {
        vec![tfplugin::resource(ThingResource)]
    }
}

model! {
    /// A thing that cannot be made.
    struct Thing {
        /// `panic` or `wait`.
        how: Attr<String> = required(),
    }
}

struct ThingResource;

impl Resource for ThingResource {
    type Client = ();
    type Model = Thing;
    const TYPE_NAME: &'static str = "faulty_thing";

    async fn create(&self, cx: &mut Cx<()>, thing: Thing) -> Applied<Thing> {
        assert!(thing.how.as_str() != Some("panic"), "as was asked");
        cx.cancel.cancelled().await;
        Applied::Partial {
            state: thing,
            errors: Diagnostic::error("Half made", "It was stopped.").into(),
        }
    }

    async fn read(&self, _: &mut Cx<()>, thing: Thing) -> Result<ReadBack<Thing>, Diagnostics> {
        Ok(ReadBack::Present(thing))
    }

    async fn update(&self, _: &mut Cx<()>, _: &Thing, thing: Thing) -> Applied<Thing> {
        Applied::Done(thing)
    }

    async fn delete(&self, _: &mut Cx<()>, _: Thing) -> Deleted {
        Deleted::Done
    }
}

fn main() -> ExitCode {
    tfplugin::serve(Faulty)
}
