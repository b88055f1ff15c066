//! Workflows with one node each, from what a node's description says: one for each operation, required fields filled.

use heddle_form::description::DisplayOptions;
use heddle_form::parameters::matches_display_options;
use heddle_node::{Json, JsonObject, from_json};
use serde_json::{Map, Value, json};

/// A date in the past, so that none of today's is taken for it.
pub(crate) const DATE: &str = "2024-03-05T10:00:00.000Z";
/// So often fields are looked for that others bring into sight.
const ROUNDS: usize = 6;

/// One operation of a node.
pub(crate) struct Operation {
    pub(crate) type_name: String,
    pub(crate) version: f64,
    pub(crate) parameters: Map<String, Value>,
    /// Credential types that it asks for.
    pub(crate) credentials: Vec<String>,
}

impl Operation {
    /// `type:resource:operation`.
    pub(crate) fn name(&self) -> String {
        let part = |name: &str| self.parameters.get(name).and_then(Value::as_str).unwrap_or("-");
        format!("{}:{}:{}", self.type_name, part("resource"), part("operation"))
    }

    /// A workflow in which it gets two items.
    pub(crate) fn workflow(&self) -> Value {
        let credentials: Map<String, Value> =
            self.credentials.iter().map(|name| (name.clone(), json!({ "id": name, "name": name }))).collect();
        json!({
            "id": "operations", "name": "Operations",
            "nodes": [
                {
                    "id": "0d5a6f0e-8a4b-4c8e-9c55-000000000001", "name": "Start", "type": "n8n-nodes-base.manualTrigger",
                    "typeVersion": 1, "position": [0, 0], "parameters": {},
                },
                {
                    "id": "0d5a6f0e-8a4b-4c8e-9c55-000000000002", "name": "Node", "type": self.type_name,
                    "typeVersion": self.version, "position": [200, 0], "parameters": self.parameters,
                    "credentials": credentials,
                },
            ],
            "connections": { "Start": { "main": [[{ "node": "Node", "type": "main", "index": 0 }]] } },
            "settings": { "executionOrder": "v1", "timezone": "Europe/Berlin" },
        })
    }
}

/// The operations of a description, each with parameters; `richly` fills in optional fields, too.
pub(crate) fn operations(type_name: &str, description: &Value, version: f64, richly: bool) -> Vec<Operation> {
    let form = Form { description, version };
    let mut found = Vec::new();
    for resource in form.choices("resource", &Map::new()) {
        let mut first = Map::new();
        first.extend(resource.map(|value| ("resource".to_owned(), value)));
        for operation in form.choices("operation", &first) {
            let mut parameters = first.clone();
            parameters.extend(operation.map(|value| ("operation".to_owned(), value)));
            form.fill(&mut parameters, richly);
            found.push(Operation {
                type_name: type_name.to_owned(),
                version,
                credentials: form.credentials(&parameters),
                parameters,
            });
        }
    }
    found
}

/// Data of a credential type as n8n describes it.
pub(crate) fn credential(described: &Value) -> Value {
    let mut data = Map::new();
    for property in list(&described["properties"]) {
        let name = text(property, "name");
        let lower = name.to_lowercase();
        let default = &property["default"];
        let value = match text(property, "type") {
            "string" | "hidden" if default.as_str().is_some_and(|own| !own.is_empty()) => default.clone(),
            "string" if lower == "host" => json!("service.example.com"),
            "string" if ["url", "server", "host", "endpoint"].iter().any(|own| lower.contains(own)) => {
                json!("https://service.example.com")
            }
            "string" if lower.contains("domain") && lower != "subdomain" && !lower.starts_with("allowed") => {
                json!("service.example.com")
            }
            "string" if lower.contains("email") => json!("owner@own.example.com"),
            "string" => json!(format!("own{name}")),
            "number" if default.is_null() => json!(1),
            _ => default.clone(),
        };
        if !value.is_null() {
            data.insert(name.to_owned(), value);
        }
    }
    data.insert("allowedHttpRequestDomains".to_owned(), json!("all"));
    data.remove("allowedDomains");
    let kin: Vec<&str> =
        list(&described["extends"]).filter_map(Value::as_str).chain(described["name"].as_str()).collect();
    if kin.iter().any(|name| name.ends_with("OAuth2Api")) || kin.contains(&"oAuth2Api") {
        data.insert(
            "oauthTokenData".to_owned(),
            json!({ "access_token": "own-access-token", "token_type": "Bearer", "refresh_token": "own-refresh-token", "expires_in": 3600 }),
        );
    } else if kin.iter().any(|name| name.ends_with("OAuth1Api")) || kin.contains(&"oAuth1Api") {
        data.insert(
            "oauthTokenData".to_owned(),
            json!({ "oauth_token": "own-token", "oauth_token_secret": "own-token-secret" }),
        );
    }
    Value::Object(data)
}

struct Form<'a> {
    description: &'a Value,
    version: f64,
}

impl Form<'_> {
    fn properties(&self) -> impl Iterator<Item = &Value> {
        list(&self.description["properties"])
    }

    fn is_shown(&self, shown: &Value, level: &Map<String, Value>, root: &Map<String, Value>) -> bool {
        let Some(options) = shown.get("displayOptions") else { return true };
        let object = |map: &Map<String, Value>| JsonObject::from(map.clone());
        from_json::<DisplayOptions>(&Json::from(options.clone())).map_or(true, |options| {
            matches_display_options(&options, &object(level), &object(root), self.version)
        })
    }

    /// The values of a property by which operations are told apart; nothing once where there is no such property.
    fn choices(&self, name: &str, known: &Map<String, Value>) -> Vec<Option<Value>> {
        let mut found = Vec::new();
        let whole = self.with_defaults(known);
        let shown = self.properties().filter(|own| {
            text(own, "name") == name && text(own, "type") == "options" && self.is_shown(own, &whole, &whole)
        });
        for property in shown {
            for choice in list(&property["options"]) {
                let value = choice["value"].clone();
                if self.is_shown(choice, &whole, &whole) && !found.contains(&Some(value.clone())) {
                    found.push(Some(value));
                }
            }
        }
        if found.is_empty() { vec![None] } else { found }
    }

    /// Parameters with the defaults of what is shown.
    fn with_defaults(&self, known: &Map<String, Value>) -> Map<String, Value> {
        let mut whole = known.clone();
        for _ in 0..ROUNDS {
            let before = whole.len();
            for property in self.properties() {
                let name = text(property, "name");
                if !whole.contains_key(name) && self.is_shown(property, &whole, &whole) {
                    whole.insert(name.to_owned(), default_of(property));
                }
            }
            if whole.len() == before {
                break;
            }
        }
        whole
    }

    fn fill(&self, parameters: &mut Map<String, Value>, richly: bool) {
        for _ in 0..ROUNDS {
            let whole = self.with_defaults(parameters);
            let before = parameters.len();
            for property in self.properties() {
                let name = text(property, "name");
                if parameters.contains_key(name) || !self.is_shown(property, &whole, &whole) {
                    continue;
                }
                let is_wanted = property["required"] == true
                    || matches!(text(property, "type"), "resourceLocator" | "resourceMapper")
                    || name == "authentication" && property["default"] == "serviceAccount";
                let is_optional = richly && is_fillable(property);
                if is_wanted || is_optional {
                    let value = self.sample(property, &whole, richly);
                    if value != default_of(property) || property["required"] == true {
                        parameters.insert(name.to_owned(), value);
                    }
                }
            }
            if parameters.len() == before {
                break;
            }
        }
    }

    /// A value for a property.
    fn sample(&self, property: &Value, root: &Map<String, Value>, richly: bool) -> Value {
        let options = &property["typeOptions"];
        let is_list = options["multipleValues"] == true;
        let default = default_of(property);
        let kind = text(property, "type");
        let one = match kind {
            "string" => match default.as_str() {
                Some(own) if !own.is_empty() => default.clone(),
                _ => json!(text_for(text(property, "name"))),
            },
            "number" => match default.as_f64() {
                Some(own) if own != 0.0 => default.clone(),
                _ => {
                    let least = options["minValue"].as_f64().unwrap_or(f64::MIN);
                    let most = options["maxValue"].as_f64().unwrap_or(f64::MAX);
                    json!(3.0_f64.clamp(least, most.max(least)) as i64)
                }
            },
            "options" => {
                let mut choices = list(&property["options"]).filter(|own| self.is_shown(own, root, root));
                let values: Vec<&Value> = choices.by_ref().map(|own| &own["value"]).collect();
                let own = json!("oAuth2");
                if text(property, "name") == "authentication"
                    && default == "serviceAccount"
                    && values.contains(&&own)
                {
                    own
                } else if values.contains(&&default) && default != "" {
                    default.clone()
                } else {
                    values.first().map_or_else(|| json!("12345"), |own| (*own).clone())
                }
            }
            "multiOptions" => {
                let first = list(&property["options"])
                    .next()
                    .map_or_else(|| json!("12345"), |own| own["value"].clone());
                return if default.as_array().is_some_and(|own| !own.is_empty()) {
                    default
                } else {
                    json!([first])
                };
            }
            "dateTime" => json!(DATE),
            "color" => json!("#ff0000"),
            "json" => match default.as_str() {
                Some("" | "{}") | None => json!("{\"name\": \"Ann\"}"),
                Some(_) => default.clone(),
            },
            "collection" if richly => {
                let children = list(&property["options"])
                    .filter(|own| is_fillable(own) && self.is_shown(own, root, root));
                let fill = |own: &Value| (text(own, "name").to_owned(), self.sample(own, root, richly));
                return Value::Object(children.map(fill).collect());
            }
            "fixedCollection" => {
                let Some(group) = list(&property["options"]).next() else { return default };
                let mut row = Map::new();
                for field in list(&group["values"]) {
                    if self.is_shown(field, &row, root)
                        && !matches!(text(field, "type"), "notice" | "callout" | "button")
                    {
                        row.insert(text(field, "name").to_owned(), self.sample(field, root, richly));
                    }
                }
                let name = text(group, "name");
                return if is_list { json!({ name: [row] }) } else { json!({ name: row }) };
            }
            "resourceLocator" => {
                let modes: Vec<&str> = list(&property["modes"]).map(|mode| text(mode, "name")).collect();
                let mode = ["id", "name", "list"].into_iter().find(|own| modes.contains(own));
                let mode = mode.or(modes.first().copied()).unwrap_or("id");
                let value = if mode == "url" { "https://service.example.com/12345" } else { "12345" };
                json!({ "__rl": true, "mode": mode, "value": value })
            }
            "resourceMapper" => json!({
                "mappingMode": "defineBelow", "value": { "name": "Ann" }, "matchingColumns": ["name"],
                "schema": [{
                    "id": "name", "displayName": "name", "required": false, "defaultMatch": false, "display": true,
                    "canBeUsedToMatch": true, "type": "string",
                }],
                "attemptToConvertTypes": false, "convertFieldsToString": false,
            }),
            _ => return default,
        };
        if is_list { json!([one]) } else { one }
    }

    fn credentials(&self, parameters: &Map<String, Value>) -> Vec<String> {
        let whole = self.with_defaults(parameters);
        let shown = list(&self.description["credentials"]).filter(|own| self.is_shown(own, &whole, &whole));
        shown.map(|own| text(own, "name").to_owned()).collect()
    }
}

/// Whether an optional field may have any value of its kind.
fn is_fillable(property: &Value) -> bool {
    matches!(
        text(property, "type"),
        "string" | "number" | "dateTime" | "options" | "multiOptions" | "collection" | "fixedCollection"
    ) && !matches!(text(property, "name"), "authentication" | "resource" | "operation")
}

/// A text that fits what a field is called.
fn text_for(name: &str) -> &'static str {
    let lower = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["email"]) {
        "ann@example.com"
    } else if has(&["url", "website", "link", "endpoint"]) {
        "https://service.example.com/page"
    } else if has(&["date", "time", "since", "until", "deadline"]) {
        DATE
    } else if has(&["phone", "mobile"]) {
        "+4915112345678"
    } else if has(&["color"]) {
        "#ff0000"
    } else if has(&["binaryproperty", "inputdatafieldname"]) {
        "data"
    } else if lower.ends_with("id") || lower.ends_with("ids") || lower.ends_with("key") {
        "12345"
    } else {
        "text"
    }
}

fn default_of(property: &Value) -> Value {
    property.get("default").cloned().unwrap_or(Value::Null)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
