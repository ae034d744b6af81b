//! Upgrade, read and import: what is there.

use cty::Value;
use tfplugin::client::messages;

use super::{About, Core, Stop, Stored, capabilities};
use crate::check;
use crate::provider::Provider;
use crate::rule::Rule;
use crate::schema::Schema;
use crate::wire;

/// An object in hand.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) value: Value,
    pub(super) private: Vec<u8>,
    pub(super) tainted: bool,
}

impl Object {
    pub(super) fn store(&self, schema: &Schema) -> Result<Stored, Stop> {
        Ok(Stored {
            json: cty::json::encode(&self.value, &schema.block.ty())?,
            version: schema.version,
            private: self.private.clone(),
            tainted: self.tainted,
        })
    }
}

impl<P: Provider> Core<P> {
    /// Reads an object again, in a phase of its own; one that is gone leaves the state.
    ///
    /// # Errors
    /// The provider refuses, or breaks a rule.
    pub async fn refresh(&mut self, type_name: &str) -> Result<(), Stop> {
        self.begin().await?;
        let schema = self.schema(type_name)?;
        let Some(object) = self.upgraded(type_name, &schema).await? else {
            return Ok(());
        };
        match self.read(type_name, &schema, &object).await? {
            Some(object) => {
                let stored = object.store(&schema)?;
                self.state.objects.insert(type_name.to_owned(), stored);
            }
            None => drop(self.state.objects.remove(type_name)),
        }
        Ok(())
    }

    /// Takes an existing thing into the state by its id.
    ///
    /// # Errors
    /// There is none, the provider refuses, or breaks a rule.
    pub async fn import(&mut self, type_name: &str, id: &str) -> Result<(), Stop> {
        self.begin().await?;
        let schema = self.schema(type_name)?;
        let about = About::of("import_resource_state", type_name);
        let request = messages::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: id.to_owned(),
            client_capabilities: capabilities(),
            identity: None,
        };
        let answer = about.status(self.provider.import_resource_state(request).await)?;
        self.heard(&about, &answer.diagnostics)?;
        let [imported] = answer.imported_resources.as_slice() else {
            let count = answer.imported_resources.len();
            return Err(about.broken(Rule::ImportedCount, format!("it yields {count} objects")));
        };
        self.beside(&about, answer.deferred.as_ref(), imported.identity.as_ref())?;
        if imported.type_name != type_name {
            let detail = format!("it yields a {:?}", imported.type_name);
            return Err(about.broken(Rule::ImportedType, detail));
        }
        let value = self.object(&about, &schema, imported.state.as_ref())?;
        let stub = Object {
            value,
            private: imported.private.clone(),
            tainted: false,
        };
        let found = self.read(type_name, &schema, &stub).await?;
        let found = found.ok_or_else(|| Stop::Absent { id: id.to_owned() })?;
        let stored = found.store(&schema)?;
        self.state.objects.insert(type_name.to_owned(), stored);
        Ok(())
    }

    /// The object of the state in the form of today's schema.
    pub(super) async fn upgraded(
        &mut self,
        type_name: &str,
        schema: &Schema,
    ) -> Result<Option<Object>, Stop> {
        match self.state.objects.get(type_name).cloned() {
            Some(stored) => self.upgrade(type_name, schema, &stored).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn upgrade(
        &mut self,
        type_name: &str,
        schema: &Schema,
        stored: &Stored,
    ) -> Result<Object, Stop> {
        let about = About::of("upgrade_resource_state", type_name);
        let request = messages::upgrade_resource_state::Request {
            type_name: type_name.to_owned(),
            version: stored.version,
            raw_state: Some(messages::RawState {
                json: stored.json.clone().into_bytes(),
                flatmap: Default::default(),
            }),
        };
        let answer = about.status(self.provider.upgrade_resource_state(request).await)?;
        self.heard(&about, &answer.diagnostics)?;
        Ok(Object {
            value: self.object(&about, schema, answer.upgraded_state.as_ref())?,
            private: stored.private.clone(),
            tainted: stored.tainted,
        })
    }

    /// The object as it is now; none if it is gone.
    pub(super) async fn read(
        &mut self,
        type_name: &str,
        schema: &Schema,
        object: &Object,
    ) -> Result<Option<Object>, Stop> {
        let about = About::of("read_resource", type_name);
        let ty = schema.block.ty();
        let request = messages::read_resource::Request {
            type_name: type_name.to_owned(),
            current_state: wire::encode(&object.value, &ty)?,
            private: object.private.clone(),
            client_capabilities: capabilities(),
            ..messages::read_resource::Request::default()
        };
        let answer = about.status(self.provider.read_resource(request).await)?;
        self.heard(&about, &answer.diagnostics)?;
        self.beside(
            &about,
            answer.deferred.as_ref(),
            answer.new_identity.as_ref(),
        )?;
        let value = wire::decode(answer.new_state.as_ref(), &ty);
        let value = value.map_err(|fault| about.violated(vec![fault]))?;
        about.judge(check::stored(&schema.block, &value))?;
        Ok((!value.is_null()).then_some(Object {
            value,
            private: answer.private,
            tainted: object.tainted,
        }))
    }

    /// An answered object that must be there and fit to be stored.
    fn object(
        &self,
        about: &About<'_>,
        schema: &Schema,
        answer: Option<&messages::DynamicValue>,
    ) -> Result<Value, Stop> {
        let value = wire::decode(answer, &schema.block.ty());
        let value = value.map_err(|fault| about.violated(vec![fault]))?;
        if value.is_null() {
            return Err(about.broken(Rule::Null, "there is no object"));
        }
        about.judge(check::stored(&schema.block, &value))?;
        Ok(value)
    }
}
