//! Providers, resources and data sources without their types: values in, values out.
//!
//! The service speaks to [`AnyProvider`], [`AnyResource`] and [`AnyDataSource`]. Every
//! [`Provider`] is the first; [`resource`] and [`data_source`] make the others from an author's
//! types. A provider whose schemas are data implements all three itself.

use async_trait::async_trait;
use cty::{Data, Value};
use serde_json::Value as Json;

use crate::data_source::{DataCx, DataSource};
use crate::diagnostic::Diagnostics;
use crate::model::Model;
use crate::provider::{ConfigureCx, Configured, Provider};
use crate::resource::{Applied, Change, Cx, Deleted, PlanCx, ReadBack, Resource};
use crate::schema::Schema;

/// A provider over values of its schema's type.
#[async_trait]
pub trait AnyProvider: Send + Sync + 'static {
    /// What resources work with: typically the API clients.
    type Client: Send + Sync + 'static;

    /// The schema of the `provider` block.
    fn schema(&self) -> Schema;

    /// Rules over several attributes; the schema's own were checked before.
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);

    /// Makes the client. See [`Provider::configure`].
    async fn configure(
        &self,
        cx: &mut ConfigureCx,
        config: Value,
    ) -> Result<Configured<Self::Client>, Diagnostics>;

    /// See [`Provider::quiet`].
    fn quiet(&self) -> &'static [&'static str] {
        &[]
    }

    /// The managed resources.
    fn resources(&self) -> Vec<Box<dyn AnyResource<Self::Client>>>;

    /// The data sources.
    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<Self::Client>>>;
}

/// A managed resource over values of its schema's type.
#[async_trait]
pub trait AnyResource<C>: Send + Sync {
    /// The name in configurations.
    fn type_name(&self) -> &str;

    /// Its schema.
    fn schema(&self) -> &Schema;

    /// Rules over several attributes; the schema's own were checked before.
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);

    /// The last word on a plan. A null `prior` is a create, a null `planned` a delete.
    async fn plan(
        &self,
        cx: &mut PlanCx<C>,
        prior: &Value,
        config: &Value,
        planned: Value,
    ) -> Value;

    /// Makes the object.
    async fn create(&self, cx: &mut Cx<C>, planned: Value) -> Applied<Value>;

    /// Looks what the object is now.
    async fn read(&self, cx: &mut Cx<C>, state: Value) -> Result<ReadBack<Value>, Diagnostics>;

    /// Changes the object.
    async fn update(&self, cx: &mut Cx<C>, prior: Value, planned: Value) -> Applied<Value>;

    /// Deletes the object.
    async fn delete(&self, cx: &mut Cx<C>, state: Value) -> Deleted;

    /// Turns an id into enough state for a read.
    async fn import(&self, cx: &mut Cx<C>, id: &str) -> Result<Value, Diagnostics>;

    /// Turns the JSON state of an older version into one of the schema's version.
    fn upgrade(&self, version: u32, state: Json) -> Result<Json, Diagnostics>;
}

/// A data source over values of its schema's type.
#[async_trait]
pub trait AnyDataSource<C>: Send + Sync {
    /// The name in configurations.
    fn type_name(&self) -> &str;

    /// Its schema.
    fn schema(&self) -> &Schema;

    /// Rules over several attributes; the schema's own were checked before.
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);

    /// Answers the configuration with every computed attribute filled in.
    async fn read(&self, cx: &mut DataCx<C>, config: Value) -> Result<Value, Diagnostics>;
}

#[async_trait]
impl<P: Provider> AnyProvider for P {
    type Client = P::Client;

    fn schema(&self) -> Schema {
        Schema {
            version: 0,
            block: P::Config::block().clone(),
        }
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        match P::Config::from_value(config) {
            Ok(config) => Provider::validate(self, &config, diagnostics),
            Err(unfit) => diagnostics.extend(unfit),
        }
    }

    async fn configure(
        &self,
        cx: &mut ConfigureCx,
        config: Value,
    ) -> Result<Configured<P::Client>, Diagnostics> {
        let config = P::Config::from_value(&config)?;
        Provider::configure(self, cx, config).await
    }

    fn quiet(&self) -> &'static [&'static str] {
        Provider::quiet(self)
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<P::Client>>> {
        Provider::resources(self)
    }

    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<P::Client>>> {
        Provider::data_sources(self)
    }
}

/// A resource without its types.
pub fn resource<R: Resource>(resource: R) -> Box<dyn AnyResource<R::Client>> {
    let schema = Schema {
        version: R::VERSION,
        block: R::Model::block().clone(),
    };
    Box::new(Typed {
        inner: resource,
        schema,
    })
}

/// A data source without its types.
pub fn data_source<D: DataSource>(data_source: D) -> Box<dyn AnyDataSource<D::Client>> {
    let schema = Schema {
        version: 0,
        block: D::Model::block().clone(),
    };
    Box::new(Typed {
        inner: data_source,
        schema,
    })
}

struct Typed<T> {
    inner: T,
    schema: Schema,
}

#[async_trait]
impl<R: Resource> AnyResource<R::Client> for Typed<R> {
    fn type_name(&self) -> &str {
        R::TYPE_NAME
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        match R::Model::from_value(config) {
            Ok(config) => self.inner.validate(&config, diagnostics),
            Err(unfit) => diagnostics.extend(unfit),
        }
    }

    async fn plan(
        &self,
        cx: &mut PlanCx<R::Client>,
        prior: &Value,
        config: &Value,
        planned: Value,
    ) -> Value {
        match self.plan_typed(cx, prior, config, &planned).await {
            Ok(planned) => planned,
            Err(unfit) => {
                cx.diagnostics.extend(unfit);
                planned
            }
        }
    }

    async fn create(&self, cx: &mut Cx<R::Client>, planned: Value) -> Applied<Value> {
        match R::Model::from_value(&planned) {
            Ok(planned) => encoded(self.inner.create(cx, planned).await),
            Err(unfit) => Applied::Failed(unfit),
        }
    }

    async fn read(
        &self,
        cx: &mut Cx<R::Client>,
        state: Value,
    ) -> Result<ReadBack<Value>, Diagnostics> {
        let state = R::Model::from_value(&state)?;
        match self.inner.read(cx, state).await? {
            ReadBack::Present(state) => Ok(ReadBack::Present(state.encode())),
            ReadBack::Gone => Ok(ReadBack::Gone),
        }
    }

    async fn update(&self, cx: &mut Cx<R::Client>, prior: Value, planned: Value) -> Applied<Value> {
        let models = (R::Model::from_value(&prior), R::Model::from_value(&planned));
        match models {
            (Ok(prior), Ok(planned)) => encoded(self.inner.update(cx, &prior, planned).await),
            (Err(unfit), _) | (_, Err(unfit)) => Applied::Failed(unfit),
        }
    }

    async fn delete(&self, cx: &mut Cx<R::Client>, state: Value) -> Deleted {
        match R::Model::from_value(&state) {
            Ok(state) => self.inner.delete(cx, state).await,
            Err(unfit) => Deleted::Failed(unfit),
        }
    }

    async fn import(&self, cx: &mut Cx<R::Client>, id: &str) -> Result<Value, Diagnostics> {
        Ok(self.inner.import(cx, id).await?.encode())
    }

    fn upgrade(&self, version: u32, state: Json) -> Result<Json, Diagnostics> {
        self.inner.upgrade(version, state)
    }
}

impl<R: Resource> Typed<R> {
    async fn plan_typed(
        &self,
        cx: &mut PlanCx<R::Client>,
        prior: &Value,
        config: &Value,
        planned: &Value,
    ) -> Result<Value, Diagnostics> {
        if planned.is_null() {
            let prior = &R::Model::from_value(prior)?;
            self.inner.plan(cx, Change::Delete { prior }).await;
            return Ok(planned.clone());
        }
        let config = &R::Model::from_value(config)?;
        let mut model = R::Model::from_value(planned)?;
        let before = model.encode();
        if prior.is_null() {
            let planned = &mut model;
            let change = Change::Create { config, planned };
            self.inner.plan(cx, change).await;
        } else {
            let prior = &R::Model::from_value(prior)?;
            let planned = &mut model;
            let change = Change::Update {
                prior,
                config,
                planned,
            };
            self.inner.plan(cx, change).await;
        }
        Ok(merge(planned, &before, &model.encode()))
    }
}

#[async_trait]
impl<D: DataSource> AnyDataSource<D::Client> for Typed<D> {
    fn type_name(&self) -> &str {
        D::TYPE_NAME
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        match D::Model::from_value(config) {
            Ok(config) => self.inner.validate(&config, diagnostics),
            Err(unfit) => diagnostics.extend(unfit),
        }
    }

    async fn read(&self, cx: &mut DataCx<D::Client>, config: Value) -> Result<Value, Diagnostics> {
        let config = D::Model::from_value(&config)?;
        Ok(self.inner.read(cx, config).await?.encode())
    }
}

fn encoded<M: Model>(outcome: Applied<M>) -> Applied<Value> {
    match outcome {
        Applied::Done(state) => Applied::Done(state.encode()),
        Applied::Partial { state, errors } => Applied::Partial {
            state: state.encode(),
            errors,
        },
        Applied::Failed(errors) => Applied::Failed(errors),
    }
}

/// `original` with the changes from `before` to `after`. A model does not keep all of a value
/// (refinements, sets with several unknown elements); what an author left alone must not change.
fn merge(original: &Value, before: &Value, after: &Value) -> Value {
    if before == after {
        return original.clone();
    }
    match (original.data(), before.data(), after.data()) {
        (Data::Object(original), Data::Object(before), Data::Object(after)) => {
            Value::object(after.iter().map(|(name, new)| {
                let merged = match (original.get(name), before.get(name)) {
                    (Some(original), Some(before)) => merge(original, before, new),
                    _ => new.clone(),
                };
                (name.clone(), merged)
            }))
        }
        (Data::List(_, original), Data::List(_, before), Data::List(element, after))
            if original.len() == after.len() && before.len() == after.len() =>
        {
            let triples = original.iter().zip(before.iter()).zip(after.iter());
            let merged = triples.map(|((original, before), new)| merge(original, before, new));
            Value::list(element.clone(), merged)
        }
        _ => after.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cty::{Refinement, Type};

    #[test]
    fn what_a_hook_leaves_alone_stays_as_it_was() {
        let prefixed = Value::refined(
            Type::String,
            Refinement {
                prefix: Some("arn:".into()),
                ..Refinement::default()
            },
        );
        let unknown = Value::unknown(Type::String);
        let object = |arn: &Value, tags: &Value| {
            let inner = Value::object([("arn", arn.clone()), ("tags", tags.clone())]);
            Value::object([("rule", Value::list(inner.ty(), [inner]))])
        };
        let original = object(&prefixed, &unknown);
        let before = object(&unknown, &unknown);
        let after = object(&unknown, &Value::string("a=b"));
        let merged = merge(&original, &before, &after);
        assert_eq!(merged, object(&prefixed, &Value::string("a=b")));
        assert_eq!(merge(&original, &before, &before), original);
    }
}
