//! A provider whose schemas are data.

use async_trait::async_trait;
use cty::{Type, Value};
use tonic::Request;

use super::host::said;
use crate::erased::{AnyDataSource, AnyProvider};
use crate::generated::tfplugin6 as pb;
use crate::generated::tfplugin6::provider_server::Provider as _;
use crate::prelude::*;
use crate::schema::{Attribute, Block, Mode, Schema, Shape};
use crate::service::Service;
use crate::wire;
use crate::work::Work;

/// Its provider block has one attribute, of a name that is known only when it runs.
struct Named(&'static str);

#[async_trait]
impl AnyProvider for Named {
    type Client = ();

    fn schema(&self) -> Schema {
        let attribute = Attribute::new(self.0, Shape::Type(Type::String), Mode::Required);
        Schema {
            version: 0,
            block: Block {
                attributes: vec![attribute],
                ..Block::default()
            },
        }
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        if config.attribute(self.0).and_then(Value::as_str) == Some("ftp") {
            diagnostics.error(path!(self.0), "Too old", "Use another protocol.");
        }
    }

    async fn configure(
        &self,
        _: &mut ConfigureCx,
        config: Value,
    ) -> Result<Configured<()>, Diagnostics> {
        match config.attribute(self.0).and_then(Value::as_str) {
            Some(_) => Ok(Configured::Ready(())),
            None => Err(Diagnostic::error("Not known", "").into()),
        }
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<()>>> {
        Vec::new()
    }

    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<()>>> {
        Vec::new()
    }
}

fn config(protocol: Value) -> (Service<Named>, Option<pb::DynamicValue>) {
    let provider = Named("protocol");
    let ty = provider.schema().ty();
    let config = Value::object([("protocol", protocol)]);
    let config = wire::dynamic(&config, &ty).unwrap();
    (Service::new(provider, Work::default()), Some(config))
}

async fn validated(protocol: Value) -> String {
    let (service, config) = config(protocol);
    let request = pb::validate_provider_config::Request { config };
    let answer = service.validate_provider_config(Request::new(request));
    said(&answer.await.unwrap().into_inner().diagnostics).join("\n")
}

async fn configured(protocol: Value) -> String {
    let (service, config) = config(protocol);
    let request = pb::configure_provider::Request {
        config,
        ..pb::configure_provider::Request::default()
    };
    let answer = service.configure_provider(Request::new(request));
    said(&answer.await.unwrap().into_inner().diagnostics).join("\n")
}

#[tokio::test]
async fn its_configuration_is_checked_by_its_schema_and_then_by_itself() {
    insta::assert_snapshot!(validated(Value::null(Type::String)).await, @r#"error Missing required argument (.protocol): The argument "protocol" is required, but no value is given."#);
    insta::assert_snapshot!(validated(Value::string("ftp")).await, @"error Too old (.protocol): Use another protocol.");
    assert_eq!(validated(Value::string("https")).await, "");
}

#[tokio::test]
async fn it_is_configured_with_the_value_itself() {
    assert_eq!(configured(Value::string("https")).await, "");
    insta::assert_snapshot!(configured(Value::unknown(Type::String)).await, @"error Not known ():");
}
