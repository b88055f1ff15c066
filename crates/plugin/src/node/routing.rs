//! Declarative nodes: the request of one item, put together from what the description says of its properties
//! (`docs/plugins.md`). What it says of answers is done where its functions can be called.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use heddle_data::{Item, Json, JsonObject, from_json};
use heddle_form::parameters::{extract_value, get_path, matches_display_options};
use heddle_node::description::DisplayOptions;
use heddle_node::{NodeError, NodeProperty, Services};

/// n8n's time limit where nothing else is said, in milliseconds.
const USUAL_TIMEOUT: f64 = 300_000.0;

/// What a request is made from.
pub(super) struct Sources<'a> {
    /// The description, functions as numbers.
    pub(super) description: &'a Json,
    /// The node's parameters as they are stored.
    pub(super) stored: &'a Json,
    /// The same as the item resolves them.
    pub(super) resolved: &'a Json,
    pub(super) version: f64,
    pub(super) item: &'a Item,
    /// The fields of the credential; null where there is none.
    pub(super) credential: Json,
    pub(super) services: &'a dyn Services,
}

/// Names that expressions see at one place beside the usual ones.
#[derive(Clone, Default)]
struct Names {
    value: Option<Json>,
    parent: Option<Json>,
    index: Option<usize>,
}

/// A request with what is to be done about it: n8n's request data.
#[derive(Default)]
pub(super) struct RequestData {
    options: JsonObject,
    pre_send: Vec<Json>,
    post_receive: Vec<Json>,
    paginate: Option<bool>,
    max_results: Option<Json>,
    operations: JsonObject,
}

impl RequestData {
    /// As the world of the package reads it.
    pub(super) fn into_json(self) -> Json {
        let mut made = JsonObject::new();
        made.insert("options", Json::from(self.options));
        made.insert("preSend", Json::from(self.pre_send));
        made.insert("postReceive", Json::from(self.post_receive));
        made.insert("paginate", Json::from(self.paginate.unwrap_or_default()));
        made.insert("maxResults", self.max_results.unwrap_or_default());
        made.insert("requestOperations", Json::from(self.operations));
        Json::from(made)
    }

    /// Adds what another property contributes.
    fn merge(&mut self, other: Self) {
        self.paginate = self.paginate.or(other.paginate);
        self.max_results = other.max_results.filter(is_truthy).or(self.max_results.take());
        merge_objects(&mut self.options, &other.options);
        self.pre_send.extend(other.pre_send);
        self.post_receive.extend(other.post_receive);
        for (key, value) in other.operations.iter() {
            self.operations.insert(key, value.clone());
        }
    }
}

fn is_truthy(value: &Json) -> bool {
    heddle_form::parameters::javascript::is_truthy(value)
}

impl Sources<'_> {
    /// The request of the item.
    ///
    /// # Errors
    /// When an expression fails, or a value cannot be taken out of a longer one.
    pub(super) async fn request(&self) -> Result<RequestData, NodeError> {
        let mut data = RequestData::default();
        for part in ["qs", "body", "headers"] {
            data.options.insert(part, Json::object());
        }
        if let Some(operations) = self.description.get("requestOperations").and_then(Json::as_object) {
            data.operations = operations.clone();
        }
        if let Some(defaults) = self.description.get("requestDefaults") {
            let defaults = self.evaluate(defaults, &Names::default()).await?;
            for (key, value) in defaults.as_object().into_iter().flat_map(JsonObject::iter) {
                data.options.insert(key, value.clone());
            }
        }
        for property in self.description.get("properties").and_then(Json::as_array).unwrap_or_default() {
            let contribution = self.contribution(property, String::new(), Names::default()).await?;
            data.merge(contribution);
        }
        self.add_request_options(&mut data)?;
        Ok(data)
    }

    /// The request that loads the choices of a property.
    ///
    /// # Errors
    /// As [`Sources::request`].
    pub(super) async fn request_of_choices(&self, routing: &Json) -> Result<RequestData, NodeError> {
        let mut property = Json::object();
        property.insert("name", Json::from(""));
        property.insert("routing", routing.clone());
        let mut description = self.description.clone();
        description.insert("properties", [property].into_iter().collect::<Json>());
        Sources { description: &description, ..*self.by_reference() }.request().await
    }

    fn by_reference(&self) -> Box<Sources<'_>> {
        Box::new(Sources { credential: self.credential.clone(), ..*self })
    }

    /// What a property, or a choice, contributes: with what is below it.
    fn contribution<'a>(
        &'a self,
        property: &'a Json,
        path: String,
        mut names: Names,
    ) -> BoxFuture<'a, Result<RequestData, NodeError>> {
        async move {
            let mut data = RequestData::default();
            if !self.is_shown(property) {
                return Ok(data);
            }
            let name = property.get("name").and_then(Json::as_str).unwrap_or_default();
            let kind = property.get("type").and_then(Json::as_str);
            let own_path = format!("{path}{name}");
            if let Some(routing) = property.get("routing") {
                // A choice has no value of its own.
                names.value = match kind {
                    Some(_) => Some(self.value(property, &own_path)?),
                    None => None,
                };
                self.route(routing, &names, &mut data).await?;
            }
            let Some(options) = property.get("options").and_then(Json::as_array) else { return Ok(data) };
            let stored = self.stored.as_object().and_then(|stored| get_path(stored, &own_path));
            match kind {
                Some("options") => {
                    let chosen = options.iter().find(|choice| choice.get("value") == stored);
                    if let (Some(choice), Some(_)) = (chosen, stored) {
                        data.merge(self.contribution(choice, path, Names { value: None, ..names }).await?);
                    }
                }
                Some("collection") => {
                    for child in options {
                        let name = child.get("name").and_then(Json::as_str).unwrap_or_default();
                        if stored.is_some_and(|stored| stored.get(name).is_some()) {
                            let below = format!("{own_path}.");
                            data.merge(self.contribution(child, below, names.clone()).await?);
                        }
                    }
                }
                Some("fixedCollection") => {
                    let is_many = property.get("typeOptions").and_then(|own| own.get("multipleValues"));
                    let is_many = is_many.and_then(Json::as_bool) == Some(true);
                    for group in options {
                        let below = self.group(group, &own_path, is_many).await?;
                        data.merge(below);
                    }
                }
                _ => {}
            }
            Ok(data)
        }
        .boxed()
    }

    /// What the rows of a group contribute.
    async fn group(&self, group: &Json, path: &str, is_many: bool) -> Result<RequestData, NodeError> {
        let mut data = RequestData::default();
        let name = group.get("name").and_then(Json::as_str).unwrap_or_default();
        let path = format!("{path}.{name}");
        let Some(value) = self.resolved.as_object().and_then(|resolved| get_path(resolved, &path)) else {
            return Ok(data);
        };
        let one = std::slice::from_ref(value);
        let rows = value.as_array().unwrap_or(one);
        for (index, row) in rows.iter().enumerate() {
            let below = if is_many { format!("{path}[{index}].") } else { format!("{path}.") };
            for field in group.get("values").and_then(Json::as_array).unwrap_or_default() {
                let names = Names { value: None, parent: Some(row.clone()), index: Some(index) };
                data.merge(self.contribution(field, below.clone(), names).await?);
            }
        }
        Ok(data)
    }

    /// Adds what the `routing` of a property says.
    async fn route(&self, routing: &Json, names: &Names, data: &mut RequestData) -> Result<(), NodeError> {
        if let Some(operations) = routing.get("operations").and_then(Json::as_object) {
            data.operations = operations.clone();
        }
        if let Some(request) = routing.get("request") {
            let request = self.evaluate(request, names).await?;
            for (key, value) in request.as_object().into_iter().flat_map(JsonObject::iter) {
                data.options.insert(key, value.clone());
            }
        }
        if let Some(send) = routing.get("send") {
            self.send(send, names, data).await?;
        }
        let Some(output) = routing.get("output") else { return Ok(()) };
        if let Some(most) = output.get("maxResults") {
            data.max_results = Some(self.evaluate(most, names).await?);
        }
        let mut actions = Vec::new();
        for action in output.get("postReceive").and_then(Json::as_array).unwrap_or_default() {
            let enabled = match action.get("enabled") {
                Some(enabled) if enabled.as_str().is_some() => {
                    is_truthy(&self.evaluate(enabled, names).await?)
                }
                Some(enabled) => enabled.as_bool() != Some(false),
                None => true,
            };
            if enabled {
                actions.push(action.clone());
            }
        }
        if !actions.is_empty() {
            let mut group = JsonObject::new();
            group.insert("actions", Json::from(actions));
            group.insert("value", names.value.clone().unwrap_or_default());
            data.post_receive.push(Json::from(group));
        }
        Ok(())
    }

    async fn send(&self, send: &Json, names: &Names, data: &mut RequestData) -> Result<(), NodeError> {
        if let Some(property) = send.get("property") {
            let property = self.evaluate(property, names).await?;
            let name = heddle_form::parameters::javascript::to_text(&property).into_owned();
            let value = match send.get("value").filter(|value| is_truthy(value)) {
                Some(value) => self.evaluate(value, names).await?,
                None => names.value.clone().unwrap_or_default(),
            };
            let part = if send.get("type").and_then(Json::as_str) == Some("body") { "body" } else { "qs" };
            let is_plain = send.get("propertyInDotNotation").and_then(Json::as_bool) == Some(false);
            if !data.options.get(part).is_some_and(Json::is_object) {
                data.options.insert(part, Json::object());
            }
            if let Some(target) = data.options.get_mut(part) {
                if is_plain {
                    target.insert(&name, value);
                } else {
                    set_path(target, &segments(&name), value);
                }
            }
        }
        match send.get("paginate") {
            Some(paginate) if paginate.as_str().is_some_and(|text| text.starts_with('=')) => {
                data.paginate = Some(is_truthy(&self.evaluate(paginate, names).await?));
            }
            Some(paginate) => data.paginate = Some(is_truthy(paginate)),
            None => {}
        }
        data.pre_send
            .extend(send.get("preSend").and_then(Json::as_array).unwrap_or_default().iter().cloned());
        Ok(())
    }

    /// What the user says of the request itself.
    fn add_request_options(&self, data: &mut RequestData) -> Result<(), NodeError> {
        let own = self.resolved.get("requestOptions");
        let member = |name: &str| own.and_then(|own| own.get(name));
        if let Some(proxy) = member("proxy").and_then(Json::as_str).filter(|proxy| !proxy.is_empty()) {
            let parsed =
                url::Url::parse(proxy).ok().filter(|url| url.host_str().is_some_and(|host| !host.is_empty()));
            let missing = match &parsed {
                None => Some("host"),
                Some(url) if url.port().is_none() => Some("port"),
                Some(_) => None,
            };
            if let Some(missing) = missing {
                return Err(NodeError::operation("The proxy is not valid").with_description(format!(
                    "The proxy URL does not contain a valid value for \"{missing}\""
                )));
            }
            data.options.insert("proxy", Json::from(proxy));
        }
        if member("allowUnauthorizedCerts").and_then(Json::as_bool) == Some(true) {
            data.options.insert("skipSslCertificateValidation", Json::from(true));
        }
        let timeout = member("timeout").and_then(Json::as_f64).unwrap_or(USUAL_TIMEOUT);
        data.options.insert("timeout", Json::from(timeout));
        Ok(())
    }

    /// Conditions of a property look at the node's parameters alone, wherever it stands.
    fn is_shown(&self, property: &Json) -> bool {
        let Some(options) = property.get("displayOptions") else { return true };
        let Some(root) = self.stored.as_object() else { return true };
        match from_json::<DisplayOptions>(options) {
            Ok(options) => matches_display_options(&options, root, root, self.version),
            Err(_) => true,
        }
    }

    fn value(&self, property: &Json, path: &str) -> Result<Json, NodeError> {
        let found = self.resolved.as_object().and_then(|resolved| get_path(resolved, path));
        let value = found.cloned().unwrap_or_default();
        let is_locator = property.get("type").and_then(Json::as_str) == Some("resourceLocator");
        if !is_locator && property.get("extractValue").is_none() {
            return Ok(value);
        }
        let Ok(form) = from_json::<NodeProperty>(&without_routing(property)) else { return Ok(value) };
        extract_value(&form, path, &value).map_err(|message| NodeError::parameter(path, message))
    }

    /// The value with its expressions evaluated.
    async fn evaluate(&self, value: &Json, names: &Names) -> Result<Json, NodeError> {
        if !heddle_form::parameters::holds_expression(value) {
            return Ok(value.clone());
        }
        let mut known =
            vec![("$version", Json::from(self.version)), ("$credentials", self.credential.clone())];
        known.extend(names.value.clone().map(|value| ("$value", value)));
        known.extend(names.parent.clone().map(|value| ("$parent", value)));
        known.extend(names.index.map(|index| ("$index", Json::from(index))));
        self.services.evaluate(self.item, value.clone(), known).await
    }
}

/// A property without what its form does not know.
fn without_routing(property: &Json) -> Json {
    let mut plain = property.clone();
    plain.remove("routing");
    plain.remove("options");
    plain
}

/// Lodash's `merge`: objects by key, lists by index.
fn merge_objects(target: &mut JsonObject, other: &JsonObject) {
    for (key, value) in other.iter() {
        match target.get_mut(key) {
            Some(own) => merge_values(own, value),
            None => drop(target.insert(key, value.clone())),
        }
    }
}

fn merge_values(own: &mut Json, other: &Json) {
    if let (true, Some(object)) = (own.is_object(), other.as_object()) {
        if let Some(own) = own.as_object_mut() {
            merge_objects(own, object);
        }
        return;
    }
    if let (true, Some(list)) = (own.is_array(), other.as_array()) {
        if let Some(own) = own.as_array_mut() {
            for (index, value) in list.iter().enumerate() {
                match own.get_mut(index) {
                    Some(known) => merge_values(known, value),
                    None => own.push(value.clone()),
                }
            }
        }
        return;
    }
    *own = other.clone();
}

/// The segments of lodash's paths.
fn segments(path: &str) -> Vec<String> {
    let plain = path.replace('[', ".").replace([']', '"', '\''], "");
    plain.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Lodash's `set`: what is missing on the way is made, lists where the next segment is an index.
fn set_path(target: &mut Json, segments: &[String], value: Json) {
    let Some((first, rest)) = segments.split_first() else { return };
    if let (true, Ok(index)) = (target.is_array(), first.parse::<usize>()) {
        if let Some(list) = target.as_array_mut().filter(|_| index < 10_000) {
            while list.len() <= index {
                list.push(Json::NULL);
            }
            set_below(&mut list[index], rest, value);
        }
        return;
    }
    if !target.is_object() {
        *target = Json::object();
    }
    if let Some(object) = target.as_object_mut() {
        set_below(object.entry(first), rest, value);
    }
}

fn set_below(place: &mut Json, rest: &[String], value: Json) {
    let Some(next) = rest.first() else {
        *place = value;
        return;
    };
    if !place.is_object() && !place.is_array() {
        *place = if next.parse::<usize>().is_ok() { Json::array() } else { Json::object() };
    }
    set_path(place, rest, value);
}
