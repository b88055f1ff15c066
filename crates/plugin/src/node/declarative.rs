//! Running a declarative node on one item.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use heddle_data::{Json, JsonObject};
use heddle_node::{
    ErrorKind, ItemContext, ItemOutput, NodeError, OptionEntry, OptionPage, OptionsQuery, Services,
};

use super::plugin_node::PluginNode;
use super::routing::Sources;
use super::run::{Call, output_of_one};
use crate::engine::Kind;

/// How the choices of a parameter are asked for that a request loads: the prefix before the parameter's name.
const BY_PARAMETER: &str = "path:";

impl PluginNode {
    /// Whether the item's request is put together from the description.
    pub(super) fn is_routed(&self, stored: &Json) -> bool {
        let text = |name: &str| stored.get(name).and_then(Json::as_str).unwrap_or_default();
        let custom = self.described.custom.get(text("resource")).and_then(Json::as_array);
        let is_custom =
            custom.is_some_and(|own| own.iter().any(|name| name.as_str() == Some(text("operation"))));
        self.described.is_declarative() && !is_custom
    }

    pub(super) async fn run_routed(
        &self,
        parameters: &Json,
        stored: &Json,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let services = context.services;
        wait_for_batch(parameters, context).await?;
        let credential = self.routing_credential(stored, services)?;
        let sources = Sources {
            description: &self.described.source,
            stored,
            resolved: parameters,
            version: context.type_version,
            item: context.item,
            credential: fields_of(credential.as_deref(), services),
            services,
        };
        let data = sources.request().await?;
        let mut more = JsonObject::new();
        more.insert("requestData", data.into_json());
        if let Some(credential) = credential {
            more.insert("credential", Json::from(credential));
        }
        let inputs = [Some(Arc::new(vec![context.item.clone()]))];
        let outputs = self
            .execute(Call {
                kind: Kind::Routing,
                version: context.type_version,
                inputs: &inputs,
                main_input: 0,
                sources: &[],
                parameters: vec![parameters.clone()],
                services,
                more,
            })
            .await;
        output_of_one(outputs, context.index)
    }

    /// The credential that requests are signed with.
    fn routing_credential(
        &self,
        stored: &Json,
        services: &dyn Services,
    ) -> Result<Option<String>, NodeError> {
        let uses = self.described.source.get("credentials").and_then(Json::as_array).unwrap_or_default();
        let chosen = match uses {
            [] => return Ok(None),
            [only] => only,
            several => {
                let wanted = stored.get("authentication");
                let fits = |own: &&Json| {
                    let shown = own.pointer("/displayOptions/show/authentication").and_then(Json::as_array);
                    shown.is_some_and(|list| list.iter().any(|value| Some(value) == wanted))
                };
                several.iter().find(fits).ok_or_else(|| {
                    let wanted = wanted.and_then(Json::as_str).unwrap_or_default();
                    NodeError::operation(format!(
                        "Node type \"{}\" does not have any credentials of type \"{wanted}\" defined",
                        self.description.name
                    ))
                })?
            }
        };
        let name = chosen.get("name").and_then(Json::as_str).unwrap_or_default();
        match services.credential(name) {
            Ok(_) => Ok(Some(name.to_owned())),
            Err(error) if chosen.get("required").and_then(Json::as_bool) == Some(true) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// The choices of a parameter that a request of the description loads; `None` where it is no such parameter.
    pub(super) async fn load_routed_choices(
        &self,
        method: &str,
        parameters: &Json,
        query: &OptionsQuery<'_>,
    ) -> Result<Option<OptionPage>, NodeError> {
        let Some(name) = method.strip_prefix(BY_PARAMETER) else { return Ok(None) };
        let properties = self.described.source.get("properties").and_then(Json::as_array).unwrap_or_default();
        let routing = |own: &Json| own.pointer("/typeOptions/loadOptions/routing").cloned();
        let named = properties.iter().filter(|own| own.get("name").and_then(Json::as_str) == Some(name));
        let shown = |own: &&Json| self.is_property_shown(own, parameters);
        let mut candidates: Vec<&Json> = named.filter(|own| routing(own).is_some()).collect();
        candidates.sort_by_key(|own| !shown(own));
        let Some(routing) = candidates.first().and_then(|own| routing(own)) else { return Ok(None) };
        let services = query.services;
        let credential = self.routing_credential(parameters, services)?;
        let version = self.description.version.as_slice().iter().copied().fold(1.0, f64::max);
        let item = heddle_data::Item::default();
        let sources = Sources {
            description: &self.described.source,
            stored: parameters,
            resolved: parameters,
            version,
            item: &item,
            credential: fields_of(credential.as_deref(), services),
            services,
        };
        let mut more = JsonObject::new();
        more.insert("requestData", sources.request_of_choices(&routing).await?.into_json());
        if let Some(credential) = credential {
            more.insert("credential", Json::from(credential));
        }
        let about = Call {
            kind: Kind::Routing,
            version,
            inputs: &[],
            main_input: 0,
            sources: &[],
            parameters: vec![parameters.clone()],
            services,
            more,
        };
        let outputs = self.execute(about).await?;
        let entry = |json: &Json| {
            let value = json.get("value").cloned().unwrap_or_default();
            let name =
                json.get("name").and_then(Json::as_str).map_or_else(|| value.to_string(), str::to_owned);
            let mut option = OptionEntry::new(name, value);
            option.description = json.get("description").and_then(Json::as_str).map(str::to_owned);
            option
        };
        let options = outputs.iter().flat_map(|items| items.iter()).map(|item| entry(&item.json)).collect();
        Ok(Some(OptionPage { options, next_cursor: None }))
    }
}

fn fields_of(credential: Option<&str>, services: &dyn Services) -> Json {
    let found = credential.and_then(|name| services.credential(name).ok());
    found.map(|credential| credential.expose().clone()).unwrap_or_default()
}

/// Items of a batch may begin once the pauses before it are over: `requestOptions.batching` (size and pause in ms).
async fn wait_for_batch(parameters: &Json, context: &ItemContext<'_>) -> Result<(), NodeError> {
    let Some(batch) = parameters.pointer("/requestOptions/batching/batch") else { return Ok(()) };
    let number = |name: &str| batch.get(name).and_then(Json::as_f64).unwrap_or_default();
    let (size, pause) = (number("batchSize"), number("batchInterval"));
    let size = if size > 0.0 { size as usize } else { 1 };
    if pause <= 0.0 || context.index < size {
        return Ok(());
    }
    let services = context.services;
    let begun =
        services.remember("plugin batches", async { Ok(Json::from(services.now() as f64)) }.boxed()).await?;
    let begun =
        begun.as_f64().ok_or_else(|| NodeError::new(ErrorKind::Operation, "The clock gives no time"))?;
    let due = begun + pause * (context.index / size) as f64;
    let left = due - services.now() as f64;
    if left > 0.0 {
        services.pause(Duration::from_secs_f64(left / 1e3)).await?;
    }
    Ok(())
}
