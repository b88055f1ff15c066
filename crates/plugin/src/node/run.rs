//! Running a node of a package: on all items at once, or on one.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use heddle_data::{Item, Items, Json, JsonObject, Source, to_json};
use heddle_node::{BatchContext, ItemContext, ItemOutput, NodeError, Services, StaticScope};

use super::items::{items_in, outputs_of};
use super::plugin_node::{PluginNode, node_of_form};
use super::request;
use crate::engine::{CallFiles, Given, Host, Kind, Side, call, of_worker};
use crate::hosts::Hosts;

/// What a call of a function is about.
pub(super) struct Call<'a> {
    pub(super) kind: Kind,
    pub(super) version: f64,
    /// The items of each input, or nothing where none arrived.
    pub(super) inputs: &'a [Option<Items>],
    pub(super) main_input: usize,
    pub(super) sources: &'a [Option<Source>],
    /// Resolved parameters by item.
    pub(super) parameters: Vec<Json>,
    pub(super) services: &'a dyn Services,
    /// Further things that the function is given.
    pub(super) more: JsonObject,
}

impl PluginNode {
    pub(super) async fn run_all(&self, context: &BatchContext<'_>) -> Result<Vec<Items>, NodeError> {
        if self.is_trigger() {
            return Ok(vec![context.input(0)]);
        }
        let count = context.main_items().len();
        let mut parameters = Vec::with_capacity(count.max(1));
        for item in 0..count.max(1) {
            let resolved = context.parameters.resolve(item).await.map_err(|mut error| {
                error.item_index.get_or_insert(item);
                error
            })?;
            parameters.push(resolved);
        }
        self.execute(Call {
            kind: Kind::Execute,
            version: context.type_version,
            inputs: context.inputs,
            main_input: context.main_input,
            sources: context.sources,
            parameters,
            services: context.services,
            more: JsonObject::new(),
        })
        .await
    }

    pub(super) async fn run_one(
        &self,
        parameters: &Json,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let stored = context.services.place().pointer("/node/parameters").cloned();
        if let Some(stored) = stored.as_ref().filter(|stored| self.is_routed(stored)) {
            return self.run_routed(parameters, stored, context).await;
        }
        let inputs = [Some(Arc::new(vec![context.item.clone()]))];
        let outputs = self
            .execute(Call {
                kind: Kind::Execute,
                version: context.type_version,
                inputs: &inputs,
                main_input: 0,
                sources: &[],
                parameters: vec![parameters.clone()],
                services: context.services,
                more: JsonObject::new(),
            })
            .await;
        output_of_one(outputs, context.index)
    }

    pub(super) async fn execute(&self, about: Call<'_>) -> Result<Vec<Items>, NodeError> {
        let (value, files) = self.call(about).await?;
        outputs_of(&value, &files)
    }

    /// Calls a function of the node; gives what it returned, with the files of the input.
    pub(super) async fn call(&self, about: Call<'_>) -> Result<(Json, CallFiles), NodeError> {
        let mut files = CallFiles::new();
        let services = about.services;
        let place = services.place();
        let first = about.parameters.first().cloned().unwrap_or_default();
        let node = place.get("node").cloned().unwrap_or_else(|| node_of_form(self, first));
        let stored = node.get("parameters").cloned().unwrap_or_else(Json::object);
        let (credentials, account, hosts) = self.credentials_for(&stored, services);
        let mut given = about.more;
        let inputs = about.inputs.iter().enumerate().map(|(input, items)| {
            items.as_ref().map_or(Json::NULL, |items| items_in(input, items, &mut files))
        });
        given.insert("inputs", inputs.collect::<Json>());
        given.insert("mainInput", Json::from(about.main_input));
        given.insert("sources", to_json(about.sources).unwrap_or_default());
        // What all items have in common is handed over once.
        let mut unique: Vec<Json> = Vec::new();
        let places = about.parameters.into_iter().map(|parameters| {
            if unique.last() != Some(&parameters) {
                unique.push(parameters);
            }
            Json::from(unique.len() - 1)
        });
        let places = places.collect::<Json>();
        given.insert("parameterOf", places);
        given.insert("parameters", unique.into_iter().collect::<Json>());
        given.insert("node", node);
        for name in ["workflow", "mode", "executionId", "runIndex"] {
            given.insert(name, place.get(name).cloned().unwrap_or_default());
        }
        given.insert("timezone", Json::from(services.time_zone()));
        let continues = services.failed_item(&Item::default(), 0, &NodeError::operation("")).is_some();
        given.insert("continueOnFail", Json::from(continues));
        given.insert("credentials", credentials);
        let side = Side {
            files: files.clone(),
            static_data: [StaticScope::Workflow, StaticScope::Node].map(|scope| services.static_data(scope)),
            description: Arc::clone(&self.description),
            version: about.version,
            parameters: stored,
        };
        let worker = self.code.worker(account).map_err(|error| of_worker(&error))?;
        let items = about.inputs.get(about.main_input).and_then(Option::as_ref);
        let host = Serving { node: self, services, hosts, items };
        let call_of = Given {
            kind: about.kind,
            path: self.path.clone(),
            version: about.version,
            text: Json::from(given).to_json_string(),
        };
        let value = call(&worker, call_of, side, &host).await?;
        Ok((value, files))
    }

    /// The credentials that the function may ask for, a number that tells accounts apart, and the hosts that may be reached.
    fn credentials_for(&self, stored: &Json, services: &dyn Services) -> (Json, u64, Hosts) {
        let mut hosts = self.code.hosts(&self.described.source);
        let mut given = JsonObject::new();
        let mut account = DefaultHasher::new();
        for (name, _) in self.credential_types(stored) {
            let mut entry = Json::object();
            match services.credential(&name) {
                Ok(credential) => {
                    let data = credential.expose();
                    hosts.add_all(data);
                    self.code.add_credential_hosts(&name, &mut hosts);
                    (name.as_str(), data.to_json_string()).hash(&mut account);
                    entry.insert("data", data.clone());
                }
                Err(error) => {
                    entry.insert("error", Json::from(error.message.as_str()));
                    if let Some(description) = &error.description {
                        entry.insert("description", Json::from(description.as_str()));
                    }
                }
            }
            given.insert(&name, entry);
        }
        (Json::from(given), account.finish(), hosts)
    }
}

/// What a function put out for the item at `index`, which it knows as its only one.
pub(super) fn output_of_one(
    outputs: Result<Vec<Items>, NodeError>,
    index: usize,
) -> Result<ItemOutput, NodeError> {
    let outputs = outputs.map_err(|mut error| {
        error.item_index = Some(index);
        error
    })?;
    let mut output = ItemOutput::nothing();
    for (port, items) in outputs.iter().enumerate() {
        for item in items.iter() {
            output.push(port, item.clone().with_paired_item(heddle_data::PairedItem::None));
        }
    }
    Ok(output)
}

/// Serves what a function asks.
struct Serving<'a> {
    node: &'a PluginNode,
    services: &'a dyn Services,
    hosts: Hosts,
    items: Option<&'a Items>,
}

impl Serving<'_> {
    fn item(&self, index: usize) -> Item {
        self.items.and_then(|items| items.get(index)).cloned().unwrap_or_default()
    }
}

/// The names that only requests and answers have.
const NAMES: [&str; 9] = [
    "$request",
    "$response",
    "$responseItem",
    "$version",
    "$pageCount",
    "$value",
    "$credentials",
    "$parent",
    "$index",
];

impl Host for Serving<'_> {
    fn serve<'a>(
        &'a self,
        kind: &'a str,
        details: Json,
        body: Vec<u8>,
    ) -> BoxFuture<'a, Result<Result<(Json, Option<Vec<u8>>), Json>, NodeError>> {
        async move {
            match kind {
                "http" => {
                    let code = &self.node.code;
                    let allows = |url: &url::Url| self.hosts.allow(url) || code.names_host(url);
                    let effect = |method: &str, url: &url::Url| code.effect(method, url);
                    request::send(&details, body, code.name(), allows, effect, self.services).await
                }
                "evaluate" => {
                    let index = details.get("item").and_then(Json::as_u64).unwrap_or_default();
                    let item = self.item(usize::try_from(index).unwrap_or_default());
                    let value = details.get("value").cloned().unwrap_or_default();
                    let names = NAMES
                        .iter()
                        .filter_map(|name| Some((*name, details.get("names")?.get(name)?.clone())));
                    let value = self.services.evaluate(&item, value, names.collect()).await?;
                    let mut head = Json::object();
                    head.insert("value", value);
                    Ok(Ok((head, None)))
                }
                other => Err(request::unknown_question(other)),
            }
        }
        .boxed()
    }

    fn evaluate<'a>(&'a self, text: String, item: usize) -> BoxFuture<'a, Result<Json, String>> {
        async move {
            let item = self.item(item);
            let value = Json::from(format!("={text}"));
            self.services.evaluate(&item, value, Vec::new()).await.map_err(|error| error.message.clone())
        }
        .boxed()
    }

    fn log(&self, level: &str, text: &str) {
        self.services.log(level, text);
    }

    fn keep(&self, scope: StaticScope, data: Json) {
        // Code of a plugin has no way to hear of it; every run keeps such data.
        let _ = self.services.set_static_data(scope, data);
    }
}
